"""The file in which a watch keeps what it saw: the last reports, each change, each login's outcome.

Knows SQLite and this file's tables. Must not know when a run or a login is due (it is told what
decides), nor how a change is told. What it is given is redacted already; what it is asked to keep
of an account is `account`'s. The file is its owner's alone, and never opened through a link. It may
be anybody's all the same (a copy, a repository's): nothing in it is run, and it is read in bounds.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
import stat
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec

from smtpdoctor.diagnosis.model import Diagnosis
from smtpdoctor.files import FLAGS, REPORT_LIMIT, FileFault, reason_of
from smtpdoctor.text import as_json, visible
from smtpdoctor.watch.account import SALT_BYTES
from smtpdoctor.watch.model import Login, State
from smtpdoctor.watch.schedule import LoginDecision

#: "smtp" in ASCII: what the file is known by as ours.
APPLICATION = 0x736D7470
SCHEMA = 1
#: Of the file's own header, in bytes.
HEADER = 100

#: So many of the last reports are kept, of those that showed a change, of the changes themselves.
MOST_REPORTS = 300
MOST_REPORTS_OF_CHANGES = 200
MOST_CHANGES = 10_000
MOST_LOGINS = 256
#: The reports together, compressed, in bytes.
MOST_BYTES = 32 << 20
#: Of the whole file, in bytes: what is kept, and the room that SQLite leaves in it.
MOST_OF_A_FILE = 256 << 20
#: Seconds that another watch's writing is waited for, and that one step with the file may take.
BUSY = 5.0
LONGEST_STEP = 10.0
#: So many of SQLite's instructions are done between two looks at the clock.
INSTRUCTIONS = 100_000

TABLES = """
CREATE TABLE secret (salt BLOB NOT NULL);
CREATE TABLE report (id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, body BLOB NOT NULL);
CREATE TABLE change (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, seen REAL NOT NULL,
    runs INTEGER NOT NULL, folder TEXT NOT NULL, series TEXT NOT NULL, name TEXT NOT NULL,
    server TEXT NOT NULL, verdict TEXT NOT NULL, code TEXT NOT NULL, title TEXT NOT NULL,
    login REAL, report INTEGER
);
CREATE INDEX latest ON change (folder, series, id);
CREATE TABLE login (
    account TEXT PRIMARY KEY, at REAL NOT NULL, result TEXT NOT NULL, way TEXT NOT NULL,
    diagnoses TEXT NOT NULL, unexplained INTEGER NOT NULL
);
"""

#: Seconds since 1970, up to a year that a calendar has in every time zone.
Moment = Annotated[float, msgspec.Meta(ge=0, le=253_000_000_000)]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What a series came to at `at`, and was still seen to be at `seen`, in `runs` runs. `login` is
    when the login was made that it rests on, `report` the number of the report that showed it,
    None where it is not kept any more.
    """

    at: Moment
    seen: Moment
    runs: int
    folder: str
    series: str
    name: str
    server: str
    verdict: str
    code: str
    title: str
    login: Moment | None
    report: int | None


def default_path(environ: Mapping[str, str]) -> Path:
    """Where the file is unless somebody says otherwise (XDG base directory specification). Raises
    FileFault where the user has no home."""
    home = environ.get("XDG_STATE_HOME") or ""
    try:
        state = Path(home) if os.path.isabs(home) else Path.home() / ".local" / "state"
    except RuntimeError:  # a container's user that the system doesn't know
        raise FileFault("history", "this user has no home folder", "missing") from None
    return state / "smtpdoctor" / "history.sqlite3"


class History:
    """An open file of this kind; every method raises FileFault where it can't be used."""

    def __init__(self, connection: sqlite3.Connection, path: Path | None) -> None:
        self._connection = connection
        self._path = path
        self._until = 0.0
        connection.set_progress_handler(lambda: time.monotonic() > self._until, INSTRUCTIONS)

    def close(self) -> None:
        self._connection.close()

    @property
    def salt(self) -> bytes:
        with self._reading() as database:
            row = database.execute("SELECT salt FROM secret").fetchone()
        if row is None or not isinstance(row[0], bytes) or len(row[0]) != SALT_BYTES:
            raise self._damage()
        return row[0]

    # --- logins -------------------------------------------------------------------------------

    def claim_login(
        self, account: str, now: float, decide: Callable[[Login | None], LoginDecision]
    ) -> tuple[LoginDecision, Login | None]:
        """Decide whether to log in, and write down that it is about to be done, in one step: of
        two watches, one does it, and one that is killed in the midst has had its login.

        Gives the login before, which `settle_login` puts back where none came of it.
        """
        with self._writing() as database:
            last = self._login(database, account)
            decision = decide(last)
            if decision == "log-in":
                _put(database, account, Login(at=now, result="begun").after(last))
            return decision, last

    def settle_login(self, account: str, login: Login | None) -> None:
        """What the login that was claimed came to."""
        with self._writing() as database:
            if login is None:
                database.execute("DELETE FROM login WHERE account = ?", (account,))
            else:
                _put(database, account, login)
            database.execute(
                "DELETE FROM login WHERE account NOT IN "
                "(SELECT account FROM login ORDER BY at DESC LIMIT ?)",
                (MOST_LOGINS,),
            )

    def _login(self, database: sqlite3.Connection, account: str) -> Login | None:
        names = ", ".join(Login.__struct_fields__)
        row = database.execute(
            f"SELECT {names} FROM login WHERE account = ?", (account,)
        ).fetchone()
        if row is None:
            return None
        fields = _named(Login, row)
        try:
            diagnoses = msgspec.json.decode(fields["diagnoses"], type=tuple[Diagnosis, ...])
        except (msgspec.MsgspecError, TypeError):  # another version's, which had other fields
            diagnoses = ()
        unexplained = bool(fields.pop("unexplained"))
        del fields["diagnoses"]
        try:
            msgspec.convert(fields["at"], Moment)
            login = msgspec.convert(fields, Login)
        except msgspec.ValidationError:
            raise self._damage() from None
        return msgspec.structs.replace(login, diagnoses=diagnoses, unexplained=unexplained)

    # --- what was seen ------------------------------------------------------------------------

    def record(
        self, folder: str, at: float, states: Sequence[State], report: str = ""
    ) -> tuple[State, ...]:
        """Keep a round: its report as JSON, and of its states what changed. Gives the states with
        `since` and `changed`."""
        folder = visible(folder)  # of a name that is no UTF-8 SQLite takes nothing
        with self._writing() as database:
            number = None
            if report:
                body = zlib.compress(report.encode("utf-8", "backslashreplace"))
                made = database.execute("INSERT INTO report (at, body) VALUES (?, ?)", (at, body))
                number = made.lastrowid
            told = tuple(_recorded(database, folder, at, state, number) for state in states)
            _bound(database)
            return told

    def changes(self) -> tuple[Change, ...]:
        """Every change that is kept, the oldest first."""
        names = ", ".join(Change.__struct_fields__)
        with self._reading() as database:
            kept = {number for (number,) in database.execute("SELECT id FROM report")}
            rows = database.execute(
                f"SELECT {names} FROM (SELECT * FROM change ORDER BY id DESC LIMIT ?) "
                "ORDER BY at, id",
                (MOST_CHANGES,),
            ).fetchall()
        try:
            found = msgspec.convert([_named(Change, row) for row in rows], tuple[Change, ...])
        except msgspec.ValidationError:
            raise self._damage() from None
        return tuple(
            item if item.report in kept else msgspec.structs.replace(item, report=None)
            for item in found
        )

    def report(self, number: int) -> str | None:
        """A kept report as JSON; None where there is none of this number."""
        with self._reading() as database:
            row = database.execute("SELECT body FROM report WHERE id = ?", (number,)).fetchone()
        if row is None:
            return None
        try:
            body = zlib.decompressobj().decompress(row[0], REPORT_LIMIT + 1)
            if len(body) <= REPORT_LIMIT:
                return body.decode()
        except (zlib.error, UnicodeDecodeError, TypeError):
            pass
        raise self._damage()

    def _damage(self) -> FileFault:
        return FileFault(self._path or "history", "is damaged", "system")

    # --- the file -----------------------------------------------------------------------------

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """All of it or nothing, and no other watch between reading and writing."""
        with self._reading() as database:
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
            except BaseException:
                database.execute("ROLLBACK")
                raise
            database.execute("COMMIT")

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        self._until = time.monotonic() + BUSY + LONGEST_STEP
        try:
            yield self._connection
        except sqlite3.Error as error:
            raise _fault(self._path, error) from None


def open_history(path: Path | None, *, with_folder: bool = True) -> History:
    """The file at that path, made where it is missing, and its folder, too; None is one in memory.

    Raises FileFault: for a link, another's file, one that is no history or a newer version's.
    """
    if path is not None and with_folder:
        with contextlib.suppress(OSError, ValueError):  # what the file itself meets is said
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    identity = _prepare(path) if path is not None else None
    history = _connected(path, ":memory:" if path is None else str(path.absolute()), identity)
    try:
        _make_tables(history)
    except FileFault:
        history.close()
        raise
    return history


def read_history(path: Path) -> History:
    """The same to be read alone, also another user's where the system allows it: nothing is made
    or written."""
    try:
        found = os.lstat(path)
    except OSError as error:
        missing = isinstance(error, FileNotFoundError | NotADirectoryError)
        raise FileFault(path, reason_of(error), "missing" if missing else "system") from None
    if not stat.S_ISREG(found.st_mode):
        raise FileFault(path, "is not a regular file", "not-a-file")
    _make_sure_of_size(path, found)
    _make_sure_of_journal(path)
    history = _connected(path, f"{path.absolute().as_uri()}?mode=ro", _identity(found))
    try:
        with history._reading() as database:
            _make_sure_of(database, path)
    except FileFault:
        history.close()
        raise
    return history


def _connected(path: Path | None, where: str, identity: tuple[int, int] | None) -> History:
    try:
        connection = sqlite3.connect(
            where, timeout=BUSY, isolation_level=None, uri=where.startswith("file:")
        )
    except sqlite3.Error as error:
        raise _fault(path, error) from None
    history = History(connection, path)
    try:
        with history._reading() as database:
            database.execute("SELECT count(*) FROM sqlite_master").fetchone()
        # what another program put there in the meantime is not opened for it
        if path is not None and _identity(os.lstat(path)) != identity:
            raise FileFault(path, "was replaced while it was opened", "system")
    except FileFault:
        history.close()
        raise
    except OSError as error:
        history.close()
        raise FileFault(path or "history", reason_of(error), "system") from None
    return history


def _prepare(path: Path) -> tuple[int, int]:
    """See to it that a private file of this user stands there, and give its identity.

    It is closed again before SQLite opens it: closing it later would end SQLite's own locks.
    """
    flags = os.O_RDWR | os.O_CREAT
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)
    try:
        descriptor = os.open(path, flags, 0o600)
    except (OSError, ValueError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else "not a file name"
        raise FileFault(path, reason, "system") from None
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise FileFault(path, "is not a regular file", "not-a-file")
        if hasattr(os, "geteuid") and found.st_uid != os.geteuid():
            raise FileFault(path, "belongs to another user", "not-ours")
        _make_sure_of_size(path, found)
        _make_sure_of_journal(path)
        # another program's file, which is refused in a moment, stays as it is
        if stat.S_IMODE(found.st_mode) & 0o077 and _may_be_ours(os.read(descriptor, HEADER)):
            os.fchmod(descriptor, 0o600)
        return _identity(found)
    except OSError as error:
        raise FileFault(path, reason_of(error), "system") from None
    finally:
        os.close(descriptor)


def _may_be_ours(header: bytes) -> bool:
    """Whether a file that begins so is empty, or says that it is a history (SQLite's file format
    §1.3: the application's number)."""
    return not header or header[68:72] == APPLICATION.to_bytes(4, "big")


def _make_sure_of_size(path: Path, found: os.stat_result) -> None:
    if found.st_size > MOST_OF_A_FILE:
        raise FileFault(path, f"larger than {MOST_OF_A_FILE >> 20} MiB", "too-large")


#: What a rollback journal ends in that names a journal of several files (SQLite's format §3).
NAMES_ANOTHER = bytes.fromhex("d9d505f920a163d7")


def _make_sure_of_journal(path: Path) -> None:
    """Refuse what lies beside the file as its journal and names another file: SQLite reads that
    one, wherever it is, and removes it. A history never has such a journal."""
    beside = f"{path}-journal"
    if not os.path.lexists(beside):
        return
    try:
        descriptor = os.open(beside, FLAGS | getattr(os, "O_NOFOLLOW", 0))
    except OSError as error:
        raise FileFault(beside, reason_of(error), "system") from None
    try:
        found = os.fstat(descriptor)
        ours = stat.S_ISREG(found.st_mode) and found.st_size <= MOST_OF_A_FILE
        if ours:  # for a pipe SQLite would wait
            os.lseek(descriptor, max(found.st_size - len(NAMES_ANOTHER), 0), os.SEEK_SET)
            ours = os.read(descriptor, len(NAMES_ANOTHER)) != NAMES_ANOTHER
    finally:
        os.close(descriptor)
    if not ours:
        raise FileFault(beside, "is no journal of a history", "not-ours")


def _identity(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino


def _make_tables(history: History) -> None:
    """Make an empty file ours, once, whoever else is about to; refuse what is not."""
    with history._writing() as database:
        if database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            _make_sure_of(database, history._path)
            return
        for statement in filter(str.strip, TABLES.split(";")):
            database.execute(statement)
        salt = secrets.token_bytes(SALT_BYTES)
        database.execute("INSERT INTO secret (salt) VALUES (?)", (salt,))
        database.execute(f"PRAGMA application_id = {APPLICATION}")
        database.execute(f"PRAGMA user_version = {SCHEMA}")


def _make_sure_of(database: sqlite3.Connection, path: Path | None) -> None:
    """Refuse another program's file, and a newer version's."""
    if database.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
        raise FileFault(path or "history", "is no history of smtpdoctor", "not-ours")
    if database.execute("PRAGMA user_version").fetchone()[0] > SCHEMA:
        newer = "was written by a newer smtpdoctor; name another file with --history"
        raise FileFault(path or "history", newer, "not-ours")
    # a view in a table's place, or a trigger, would be run by whoever only looks
    made = (
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'sqlite_sequence' LIMIT ?"
    )
    found = {_folded(sql) for (sql,) in database.execute(made, (2 * len(MADE),))}
    if found != MADE:
        raise FileFault(path or "history", "is no history of smtpdoctor", "not-ours")


def _folded(statement: str) -> str:
    return " ".join(str(statement).split())


#: What stands in the file's own list of its tables.
MADE = {_folded(each) for each in TABLES.split(";") if each.strip()}


def _fault(path: Path | None, error: sqlite3.Error) -> FileFault:
    """SQLite's own words may hold anything of the file: what they mean, by their kind."""
    kind = getattr(error, "sqlite_errorname", "")
    words = {
        "SQLITE_BUSY": "another program is writing to it",
        "SQLITE_LOCKED": "another program is writing to it",
        "SQLITE_FULL": "No space left on device",
        "SQLITE_READONLY": "can't be written",
        "SQLITE_CANTOPEN": "can't be opened",
        "SQLITE_IOERR": "Input/output error",
        "SQLITE_INTERRUPT": f"took longer than {LONGEST_STEP:.0f} s to read",
    }
    reason = next((text for name, text in words.items() if kind.startswith(name)), "")
    return FileFault(
        path or "history", reason or "is damaged, or no history of smtpdoctor", "system"
    )


def _named(kind: type[msgspec.Struct], row: Sequence[Any]) -> dict[str, Any]:
    return dict(zip(kind.__struct_fields__, row, strict=True))


def _put(database: sqlite3.Connection, account: str, login: Login) -> None:
    database.execute(
        "INSERT OR REPLACE INTO login (account, at, result, way, diagnoses, unexplained) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (
            account,
            login.at,
            login.result,
            login.way,
            as_json(msgspec.to_builtins(login.diagnoses)),
            login.unexplained,
        ),
    )


def _recorded(
    database: sqlite3.Connection, folder: str, at: float, state: State, report: int | None
) -> State:
    latest = database.execute(
        "SELECT id, at, verdict, code FROM change WHERE folder = ? AND series = ? "
        "ORDER BY id DESC LIMIT 1",
        (folder, state.series),
    ).fetchone()
    if latest is not None and (latest[2], latest[3]) == (state.verdict, state.code):
        database.execute(
            "UPDATE change SET seen = ?, runs = runs + 1 WHERE id = ?", (at, latest[0])
        )
        return msgspec.structs.replace(state, since=latest[1])
    database.execute(
        "INSERT INTO change (at, seen, runs, folder, series, name, server, verdict, code, title, "
        "login, report) VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            at,
            at,
            folder,
            state.series,
            state.name,
            state.server,
            state.verdict,
            state.code,
            state.title,
            state.login.at if state.login is not None else None,
            report,
        ),
    )
    return msgspec.structs.replace(state, since=at, changed=True)


def _bound(database: sqlite3.Connection) -> None:
    """Leave out what is beyond what is kept, the oldest first."""
    database.execute(
        "DELETE FROM change WHERE id NOT IN (SELECT id FROM change ORDER BY id DESC LIMIT ?)",
        (MOST_CHANGES,),
    )
    database.execute(
        "DELETE FROM report WHERE id NOT IN (SELECT id FROM report ORDER BY id DESC LIMIT ?) "
        "AND id NOT IN (SELECT report FROM change WHERE report IS NOT NULL "
        "ORDER BY id DESC LIMIT ?)",
        (MOST_REPORTS, MOST_REPORTS_OF_CHANGES),
    )
    total = 0
    for number, size in database.execute(
        "SELECT id, length(body) FROM report ORDER BY id DESC"
    ).fetchall():
        total += size
        if total > MOST_BYTES:
            database.execute("DELETE FROM report WHERE id = ?", (number,))

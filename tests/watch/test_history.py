"""The file of a watch: private, bounded, never through a link, shared by two, ours alone."""

from __future__ import annotations

import os
import sqlite3
import stat
import zlib
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from smtpdoctor.diagnosis.model import Diagnosis
from smtpdoctor.files import FileFault
from smtpdoctor.watch import history as history_module
from smtpdoctor.watch.history import History, default_path, open_history, read_history
from smtpdoctor.watch.model import Login, State
from smtpdoctor.watch.schedule import LoginDecision

REFUSED = Diagnosis(
    code="credentials-rejected",
    severity="error",
    confidence="certain",
    title="the server refused the login",
    explanation="It said 535.",
    explains=("17",),
)


def state(verdict: str = "healthy", code: str = "", series: str = "mailer.js") -> State:
    return State(
        series=series,
        name=series,
        server="mail.example.com:587",
        verdict=verdict,  # type: ignore[arg-type]
        code=code,
        title=f"it is {verdict}",
    )


def wants(last: Login | None) -> LoginDecision:
    return "log-in"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "history.sqlite3"


def test_the_file_and_its_folder_are_private_whatever_the_umask(path: Path) -> None:
    before = os.umask(0)
    try:
        open_history(path).close()
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("content", [b"SMTP_PASS=x\n", b"SQLite format 3\0" + bytes(200)])
def test_another_program_s_file_stays_as_it_is(tmp_path: Path, content: bytes) -> None:
    """Wrong usage, `--history .env`: neither its bytes nor who may read it change."""
    path = tmp_path / ".env"
    path.write_bytes(content)
    path.chmod(0o644)
    with pytest.raises(FileFault):
        open_history(path)
    assert path.read_bytes() == content
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert [each.name for each in tmp_path.iterdir()] == [".env"]


def test_an_older_file_that_others_could_read_is_closed_to_them(path: Path) -> None:
    open_history(path).close()
    path.chmod(0o644)
    open_history(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nothing_is_opened_through_a_link(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir()
    other = tmp_path / "other"
    other.write_bytes(b"")
    for place in (other, tmp_path / "missing"):
        path.symlink_to(place)
        with pytest.raises(FileFault, match="link"):
            open_history(path)
        path.unlink()
    assert other.read_bytes() == b""
    assert not (tmp_path / "missing").exists()


def test_what_is_put_there_while_it_is_opened_is_not_used(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_history(path).close()
    connect = sqlite3.connect

    def swapped(*arguments: object, **options: object) -> sqlite3.Connection:
        path.rename(path.with_name("mine"))
        connect(path).close()
        path.touch()
        return connect(*arguments, **options)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(sqlite3, "connect", swapped)
    with pytest.raises(FileFault, match="replaced"):
        open_history(path)


def test_a_pipe_is_refused_and_not_waited_for(path: Path) -> None:
    path.parent.mkdir()
    os.mkfifo(path)
    with pytest.raises(FileFault, match="not a regular file"):
        open_history(path)


def test_another_programs_file_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE theirs (x)")
    content = path.read_bytes()
    with pytest.raises(FileFault, match="no history of smtpdoctor"):
        open_history(path)
    assert path.read_bytes() == content
    path.write_text("a diary")
    with pytest.raises(FileFault, match="no history of smtpdoctor"):
        open_history(path)
    assert path.read_text() == "a diary"


def test_a_newer_programs_file_is_not_written(path: Path) -> None:
    open_history(path).close()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(FileFault, match="newer smtpdoctor"):
        open_history(path)


def test_who_only_reads_makes_and_writes_nothing(path: Path) -> None:
    with pytest.raises(FileFault) as caught:
        read_history(path)
    assert caught.value.cause == "missing"
    assert not path.parent.exists()
    history = open_history(path)
    history.record("/srv", 1.0, [state()], "text")
    history.close()
    path.chmod(0o400)
    path.parent.chmod(0o500)
    content = path.read_bytes()
    reading = read_history(path)
    assert [change.verdict for change in reading.changes()] == ["healthy"]
    assert reading.report(1) == "text"
    with pytest.raises(FileFault, match="can't be written"):
        reading.record("/srv", 2.0, [state()])
    assert path.read_bytes() == content
    path.parent.chmod(0o700)


def test_a_journal_beside_it_removes_no_other_file(path: Path, tmp_path: Path) -> None:
    """SQLite's file format §3: a journal may name one of several files, which SQLite removes when
    none of these is waiting for it any more."""
    open_history(path).close()
    precious = tmp_path / "precious"
    precious.write_text("words\0")
    name, ending = os.fsencode(precious), bytes.fromhex("d9d505f920a163d7")
    numbers = (0, 1, path.stat().st_size // 4096, 512, 4096)
    head = ending + b"".join(number.to_bytes(4, "big") for number in numbers)
    tail = ((0x40000000 // 4096) + 1).to_bytes(4, "big") + name
    tail += len(name).to_bytes(4, "big") + sum(name).to_bytes(4, "big") + ending
    journal = path.with_name(f"{path.name}-journal")
    journal.write_bytes(head.ljust(512, b"\0") + tail)
    with pytest.raises(FileFault, match="is no journal of a history"):
        open_history(path)
    assert precious.read_text() == "words\0"


@pytest.mark.parametrize("look", [open_history, read_history])
@pytest.mark.parametrize("kind", ["pipe", "link", "folder"])
def test_a_journal_that_is_no_file_is_refused(
    look: Callable[[Path], History], kind: str, path: Path, tmp_path: Path
) -> None:
    open_history(path).close()
    journal = path.with_name(f"{path.name}-journal")
    if kind == "pipe":
        os.mkfifo(journal)
    elif kind == "link":
        journal.symlink_to(tmp_path / "nowhere")
    else:
        journal.mkdir()
    with pytest.raises(FileFault, match="journal: "):
        look(path)


def test_a_journal_of_its_own_is_taken_back(path: Path) -> None:
    """What a killed watch had begun to write."""
    open_history(path).close()
    writing = sqlite3.connect(path, isolation_level=None)
    writing.execute("PRAGMA cache_size = 1")
    writing.execute("BEGIN IMMEDIATE")
    writing.execute("DELETE FROM secret")
    for _ in range(200):  # more than is held back: written into the file before the end
        writing.execute("INSERT INTO report (at, body) VALUES (1, zeroblob(4000))")
    copy = path.with_name("copy")
    journal = path.with_name(f"{path.name}-journal")
    copy.write_bytes(path.read_bytes())
    copy.with_name("copy-journal").write_bytes(journal.read_bytes())
    writing.close()
    history = open_history(copy)
    assert history.salt
    history.close()


def test_nothing_but_a_history_is_read(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir()
    path.write_text("a diary")
    with pytest.raises(FileFault, match="no history of smtpdoctor"):
        read_history(path)
    path.unlink()
    open_history(tmp_path / "other").close()
    path.symlink_to(tmp_path / "other")
    with pytest.raises(FileFault, match="not a regular file"):
        read_history(path)
    with pytest.raises(FileFault) as caught:
        read_history(tmp_path / "other" / "below")
    assert caught.value.cause == "missing"


def test_a_damaged_file_is_said_in_one_line_without_its_content(path: Path) -> None:
    history = open_history(path)
    history.record("/srv", 1.0, [state()], "x" * 100_000)
    history.close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"hunter2 " * ((len(content) - 4096) // 8)
    path.write_bytes(content)
    with pytest.raises(FileFault) as caught:
        open_history(path).changes()
    assert "hunter2" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_only_changes_are_kept_as_changes(path: Path) -> None:
    history = open_history(path)
    for at, now in enumerate(["healthy", "healthy", "broken", "broken", "broken", "healthy"]):
        (told,) = history.record(
            "/srv", float(at), [state(now, "port-blocked" if now == "broken" else "")]
        )
        assert told.changed == (at in (0, 2, 5))
        assert told.since == {0: 0, 1: 0, 2: 2, 3: 2, 4: 2, 5: 5}[at]
    kept = [(each.verdict, each.at, each.seen, each.runs) for each in history.changes()]
    assert kept == [("healthy", 0, 1, 2), ("broken", 2, 4, 3), ("healthy", 5, 5, 1)]


def test_a_folder_of_any_name_has_its_history(path: Path) -> None:
    """Also one that is no UTF-8; the second round finds the first."""
    opened = open_history(path)
    folder = os.fsdecode(b"/srv/\xff\x1b")
    told = [opened.record(folder, at, [state()])[0].changed for at in (1.0, 2.0)]
    assert told == [True, False]
    assert [change.folder for change in opened.changes()] == ["/srv/\\udcff\\x1b"]
    opened.close()


def test_the_same_name_in_another_folder_is_another(path: Path) -> None:
    history = open_history(path)
    history.record("/srv/one", 1.0, [state()])
    (told,) = history.record("/srv/two", 2.0, [state()])
    assert told.changed


def test_what_is_kept_is_bounded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_module, "MOST_REPORTS", 3)
    monkeypatch.setattr(history_module, "MOST_REPORTS_OF_CHANGES", 2)
    monkeypatch.setattr(history_module, "MOST_CHANGES", 5)
    monkeypatch.setattr(history_module, "MOST_LOGINS", 2)
    history = open_history(path)
    for at in range(20):
        history.record("/srv", float(at), [state("broken", f"code-{at // 2}")], f"report {at}")
        history.settle_login(f"account {at}", Login(at=float(at), result="accepted"))
    changes = history.changes()
    assert [change.code for change in changes] == [f"code-{number}" for number in range(5, 10)]
    kept = [number for number in range(1, 21) if history.report(number) is not None]
    assert kept == [17, 18, 19, 20]  # the last three, and those of the last two changes
    assert [change.report for change in changes] == [None, None, None, 17, 19]
    assert history.claim_login("account 17", 20.0, wants)[1] is None
    assert history.claim_login("account 19", 20.0, wants)[1] is not None


def test_many_bytes_are_bounded_as_well(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_module, "MOST_BYTES", 20_000)
    history = open_history(path)
    for at in range(10):
        history.record("/srv", float(at), [state()], os.urandom(4_000).hex())
    kept = [number for number in range(1, 11) if history.report(number) is not None]
    assert kept == [7, 8, 9, 10]


def test_two_watches_on_one_file_log_in_once_between_them(path: Path) -> None:
    first, second = open_history(path), open_history(path)

    def once(last: Login | None) -> LoginDecision:
        return "log-in" if last is None else "not-due"

    assert first.claim_login("a", 1.0, once) == ("log-in", None)
    decision, last = second.claim_login("a", 1.5, once)
    assert decision == "not-due"
    assert last == Login(at=1.0, result="begun")
    first.settle_login("a", Login(at=1.0, result="refused", diagnoses=(REFUSED,)))
    _, last = second.claim_login("a", 2.0, once)
    assert last == Login(at=1.0, result="refused", diagnoses=(REFUSED,))
    assert first.salt == second.salt


def test_two_watches_write_by_turns(path: Path) -> None:
    first, second = open_history(path), open_history(path)
    for at in range(0, 20, 2):
        first.record("/srv/one", float(at), [state()], "one")
        second.record("/srv/two", float(at + 1), [state("broken", "port-blocked")], "two")
    assert [change.runs for change in second.changes()] == [10, 10]


def test_a_file_that_another_holds_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_module, "BUSY", 0.0)
    history = open_history(path)
    with sqlite3.connect(path) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(FileFault, match="another program is writing"):
            history.record("/srv", 1.0, [state()])
        other.rollback()
    history.record("/srv", 1.0, [state()])


def test_a_login_of_another_versions_shape_still_counts(path: Path) -> None:
    history = open_history(path)
    history.settle_login("a", Login(at=1.0, result="refused", diagnoses=(REFUSED,)))
    history._connection.execute("UPDATE login SET diagnoses = '[{\"other\": 1}]'")
    _, last = history.claim_login("a", 2.0, lambda last: "refused")
    assert last == Login(at=1.0, result="refused")


def test_a_watch_that_ends_in_the_midst_of_a_login_forgets_no_refusal(path: Path) -> None:
    history = open_history(path)
    history.settle_login("a", Login(at=1.0, result="refused", way="second first"))
    history.claim_login("a", 2.0, wants)
    history.close()
    _, last = open_history(path).claim_login("a", 3.0, wants)
    assert last is not None
    assert last.result == "begun"
    assert last.refused_ways == ("second", "first")


def test_a_claim_that_came_to_nothing_leaves_what_was_before(path: Path) -> None:
    history = open_history(path)
    before = Login(at=1.0, result="accepted", way="x")
    history.settle_login("a", before)
    _, last = history.claim_login("a", 5.0, wants)
    history.settle_login("a", last)
    assert history.claim_login("a", 6.0, wants)[1] == before
    history.claim_login("b", 5.0, wants)
    history.settle_login("b", None)
    assert history.claim_login("b", 6.0, wants)[1] is None


def test_the_state_folder_is_the_users_own() -> None:
    assert default_path({"XDG_STATE_HOME": "/var/state"}) == Path(
        "/var/state/smtpdoctor/history.sqlite3"
    )
    for environ in ({}, {"XDG_STATE_HOME": "relative"}):
        place = default_path(environ)
        assert place == Path.home() / ".local/state/smtpdoctor/history.sqlite3"


def test_a_user_without_a_home_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_home() -> Path:
        raise RuntimeError

    monkeypatch.setattr(Path, "home", no_home)
    with pytest.raises(FileFault, match="no home folder"):
        default_path({})


# --- a file from anywhere -----------------------------------------------------------------------


def written_by_others(path: Path, statement: str, *values: object) -> None:
    """A history in which somebody else has written."""
    opened = open_history(path)
    opened.record("/srv/app", 1.0, [state()], "{}")
    opened.claim_login("mail.example.com:587 0c1", 1.0, wants)
    opened.close()
    connection = sqlite3.connect(path)
    connection.executescript(statement) if not values else connection.execute(statement, values)
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE report; CREATE VIEW report AS WITH RECURSIVE counted (id) AS (SELECT 1 UNION "
        "ALL SELECT id + 1 FROM counted) SELECT id, 1 AS at, x'' AS body FROM counted",
        "CREATE TRIGGER more AFTER INSERT ON change BEGIN DELETE FROM login; END",
        "DROP TABLE login",
        "CREATE TABLE another (id)",
    ],
)
def test_nothing_of_a_file_is_run(path: Path, statement: str) -> None:
    written_by_others(path, statement)
    for opened in (read_history, open_history):
        with pytest.raises(FileFault, match="is no history of smtpdoctor"):
            opened(path)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", float("inf")),
        ("at", -1e12),
        ("seen", 1e300),
        ("at", "yesterday"),
        ("title", b"\xff\xfe"),
        ("runs", "many"),
        ("login", 1e18),
    ],
)
def test_a_change_that_is_none_is_damage(path: Path, column: str, value: object) -> None:
    written_by_others(path, f"UPDATE change SET {column} = ?", value)
    opened = read_history(path)
    with pytest.raises(FileFault, match="is damaged"):
        opened.changes()
    opened.close()


@pytest.mark.parametrize(
    ("column", "value"), [("at", "now"), ("at", float("inf")), ("result", "maybe"), ("way", b"\0")]
)
def test_a_login_that_is_none_is_damage_and_no_reason_to_log_in(
    path: Path, column: str, value: object
) -> None:
    written_by_others(path, f"UPDATE login SET {column} = ?", value)
    opened = open_history(path)
    with pytest.raises(FileFault, match="is damaged"):
        opened.claim_login("mail.example.com:587 0c1", 2.0, wants)
    opened.close()


@pytest.mark.parametrize("value", [10**12, "text", b"short", None])
def test_a_salt_that_is_none_is_damage(path: Path, value: object) -> None:
    if value is None:
        written_by_others(path, "DELETE FROM secret")
    else:
        written_by_others(path, "UPDATE secret SET salt = ?", value)
    opened = open_history(path)
    with pytest.raises(FileFault, match="is damaged"):
        _ = opened.salt
    opened.close()


@pytest.mark.parametrize("body", ["text", b"no zlib", zlib.compress(b"0" * 3000), 7])
def test_a_report_that_is_none_or_has_no_end_is_damage(
    path: Path, body: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_module, "REPORT_LIMIT", 2999)
    written_by_others(path, "UPDATE report SET body = ?", body)
    opened = read_history(path)
    with pytest.raises(FileFault, match="is damaged"):
        opened.report(1)
    opened.close()


def test_a_file_is_read_in_bounds(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of changes without number the last ones, no file of any size, no step without end."""
    monkeypatch.setattr(history_module, "MOST_CHANGES", 3)
    written_by_others(
        path,
        "INSERT INTO change (at, seen, runs, folder, series, name, server, verdict, code, title) "
        "SELECT value, value, 1, '', '', '', '', '', '', '' "
        "FROM (WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n "
        "WHERE value < 1000) SELECT value FROM n)",
    )
    opened = read_history(path)
    assert [change.at for change in opened.changes()] == [998, 999, 1000]
    opened.close()
    monkeypatch.setattr(history_module, "INSTRUCTIONS", 100)
    monkeypatch.setattr(history_module, "LONGEST_STEP", -1000.0)
    with pytest.raises(FileFault, match="took longer than"):
        read_history(path).changes()
    monkeypatch.setattr(history_module, "MOST_OF_A_FILE", 1000)
    for opens in (read_history, open_history):
        with pytest.raises(FileFault, match="larger than"):
            opens(path)


def test_a_history_in_memory_is_one_like_any_other() -> None:
    history = open_history(None)
    assert isinstance(history, History)
    (told,) = history.record("/srv", 1.0, [state()], "text")
    assert told == msgspec.structs.replace(state(), since=1.0, changed=True)
    assert history.report(1) == "text"

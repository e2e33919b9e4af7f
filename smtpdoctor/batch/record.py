"""The file that the results of a batch are written to, and the journal beside it.

Knows how a batch that was ended at any point goes on: which lines have their result, and which
accounts were logged in. Must not know how a target is checked.

A result is one line, written whole. `FILE.journal` stands beside the file while the batch is not
over; it has the logins, each before it goes out, and for a table that can only be written in one go
(Parquet) the rows.
"""

from __future__ import annotations

import contextlib
import csv
import os
import secrets
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec

from smtpdoctor.batch.accounts import UNKNOWN, Account, Login
from smtpdoctor.batch.model import Checked
from smtpdoctor.batch.table import COLUMNS, Row, as_csv, csv_header, row_of
from smtpdoctor.files import FileFault, make_private, make_sure_of_folder, open_private
from smtpdoctor.report.formats import json as json_format
from smtpdoctor.settings.usage import UsageError
from smtpdoctor.text import as_json, visible

ResultFormat = Literal["jsonl", "csv", "parquet"]
FORMATS: tuple[ResultFormat, ...] = get_args(ResultFormat)
#: What a batch's results begin with, in each format.
BEGINNING = {"jsonl": b'{"line": ', "csv": csv_header().encode(), "parquet": b"PAR1"}
JOURNAL = "smtpdoctor batch"
#: What a Parquet file of ours has in its last bytes.
MARK = b"smtpdoctor"
#: Of the key that digests of accounts are made with.
KEY_BYTES = 16
#: What shows in an earlier run's file whose it is stands in so many bytes.
MOST_OF_A_HEAD = 1 << 20
#: A report has some ten kilobytes, and a megabyte where servers said what they could.
MOST_OF_A_LINE = 16 << 20


def as_line(checked: Checked) -> str:
    """One result as a line of JSON (docs/json.md)."""
    found: dict[str, Any] = {"line": checked.position}
    if checked.target:
        found["target"] = checked.target
    if checked.login_at is not None:
        found["login_at_line"] = checked.login_at
    if checked.report is None:
        found["error"] = checked.error
    else:
        found["report"] = json_format.to_builtins(checked.report)
    return as_json(found, indent=None)


class Result(msgspec.Struct, frozen=True):
    """What came of one target as it is written: its row, and its text in the format; empty where
    rows are all that it needs."""

    row: Row
    text: str


def result_of(checked: Checked, form: ResultFormat) -> Result:
    """The same for that format."""
    row = row_of(checked)
    if form == "parquet":
        return Result(row, "")
    return Result(row, as_line(checked) if form == "jsonl" else as_csv(row))


class _Head(msgspec.Struct, frozen=True):
    """The first line of a journal."""

    journal: str
    key: str
    senders: bool


class _Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """A further line: a row, or a login that goes out or is over."""

    row: Row | None = None
    login: int | None = None
    account: str = ""
    outcome: str = ""


class Record:
    """The results of one batch in a file. `done` has the lines that have theirs, each with a sum
    over its target's name; `logins` the accounts that were tried."""

    def __init__(
        self,
        path: Path,
        form: ResultFormat,
        *,
        resume: bool,
        force: bool,
        senders: bool,
        seen: Callable[[Row], None],
    ) -> None:
        """Raises FileFault and UsageError, before anything is changed. `seen` gets the rows of an
        earlier run."""
        self.path = path
        self.form = form
        self.done: dict[int, int] = {}
        self.logins: dict[bytes, Login] = {}
        self._journal_path = path.with_name(f"{path.name}.journal")
        self._results: int | None = None
        self._seen = seen
        make_sure_of_folder(path)
        if not force or resume:
            self._make_sure(self._journal_path, _is_journal)
            self._make_sure(path, self._is_result)
        unfinished = os.path.lexists(self._journal_path)
        if unfinished and not force and not resume:
            raise FileFault(
                path,
                "an unfinished batch: go on with --resume, or begin anew with --force",
                "not-ours",
            )
        self._journal = open_private(self._journal_path, anew=not resume)
        make_private(self._journal)  # also one that came with a repository, or from a copy
        self.key = secrets.token_bytes(KEY_BYTES)
        for number, line in enumerate(_whole_lines(self._journal, self._journal_path)):
            self._read_journal(number, line, senders=senders)
        if os.fstat(self._journal).st_size == 0:
            head = _Head(JOURNAL, self.key.hex(), senders)
            _write(self._journal, msgspec.json.encode(head) + b"\n")
        if form != "parquet":
            self._results = open_private(path, anew=not resume)
            make_private(self._results)
            for number, line in enumerate(_whole_lines(self._results, path), start=1):
                self._read_result(number, line)
            if form == "csv" and os.fstat(self._results).st_size == 0:
                _write(self._results, BEGINNING["csv"])

    def _make_sure(self, path: Path, is_ours: Callable[[int], bool]) -> None:
        """Whether what stands there is of a batch, at least as far as it was written."""
        if not os.path.lexists(path):
            return
        descriptor = open_private(path, anew=False)
        ours = is_ours(descriptor)
        os.close(descriptor)
        if not ours:
            raise FileFault(
                path, "is no earlier result of a batch; --force replaces it", "not-ours"
            )

    def _is_result(self, descriptor: int) -> bool:
        beginning = BEGINNING[self.form]
        head = os.read(descriptor, MOST_OF_A_HEAD)
        first, newline, _ = head.partition(b"\n")
        if self.form == "parquet":
            os.lseek(descriptor, max(os.fstat(descriptor).st_size - MOST_OF_A_HEAD, 0), 0)
            return head.startswith(beginning) and MARK in os.read(descriptor, MOST_OF_A_HEAD)
        if not newline:  # torn in its first line, which a journal stands beside
            begins = beginning.startswith(head[: len(beginning)])
            return begins and os.path.lexists(self._journal_path)
        if self.form == "csv":
            return first + newline == beginning
        try:
            found = _READER.decode(first)
        except msgspec.MsgspecError:
            return False
        return found.report is not None or found.error is not None

    # --- what an earlier run left ---------------------------------------------------------------

    def _read_journal(self, number: int, line: bytes, *, senders: bool) -> None:
        try:
            if number == 0:
                head = msgspec.json.decode(line, type=_Head)
                self.key = bytes.fromhex(head.key)
                if head.journal != JOURNAL or head.senders != senders:
                    raise UsageError(f"{self._journal_path} is of a batch of another kind")
                if len(self.key) != KEY_BYTES:
                    raise ValueError
                return
            entry = msgspec.json.decode(line, type=_Entry)
            if entry.row is not None:
                self._was_done(entry.row)
            if entry.login is not None:
                login = Login(entry.login, entry.outcome or UNKNOWN)
                self.logins[bytes.fromhex(entry.account)] = login
        except (msgspec.MsgspecError, ValueError) as error:
            if isinstance(error, UsageError):
                raise
            raise FileFault(self._journal_path, "is no journal of a batch", "not-ours") from None

    def _read_result(self, number: int, line: bytes) -> None:
        if self.form == "csv" and number == 1:
            if line != BEGINNING["csv"]:
                raise FileFault(self.path, "is no earlier result of a batch", "not-ours")
            return
        try:
            self._was_done(_row_of_json(line) if self.form == "jsonl" else _row_of_csv(line))
        except (msgspec.MsgspecError, ValueError, csv.Error):
            raise FileFault(
                self.path, f"line {number} is no result of a batch", "not-ours"
            ) from None

    def _was_done(self, row: Row) -> None:
        self.done[row.line] = _sum(row.target)
        self._seen(row)

    def has(self, line: int, target: str) -> bool:
        """Whether this target has its result. Raises UsageError where the line was another's."""
        found = self.done.get(line)
        if found is not None and found != _sum(target):
            raise UsageError(
                f"line {line} was another target when {self.path} was written: "
                "the input has changed"
            )
        return found is not None

    # --- what this one adds ---------------------------------------------------------------------

    def write(self, result: Result) -> None:
        """Write a result in this form, whole. Raises OSError."""
        if self._results is None:
            _write(self._journal, msgspec.json.encode(_Entry(row=result.row)) + b"\n")
        else:
            _write(self._results, result.text.encode("utf-8", "backslashreplace"))

    def login(self, account: Account, login: Login) -> None:
        """Note that a login goes out, or what came of it. Raises OSError."""
        entries = (
            _Entry(login=login.position, account=key.hex(), outcome=login.outcome)
            for key in account
        )
        _write(self._journal, b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries))

    def finish(self) -> None:
        """All targets have their result: the journal goes. Raises OSError."""
        if self.form == "parquet":
            os.lseek(self._journal, 0, os.SEEK_SET)
            entries = _lines(self._journal, self._journal_path)
            next(entries)
            rows = (msgspec.json.decode(line, type=_Entry).row for line in entries)
            from smtpdoctor.batch.parquet import write_table

            write_table(self.path, (row for row in rows if row is not None))
        else:
            assert self._results is not None
            os.fsync(self._results)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._journal_path)

    def close(self) -> None:
        for descriptor in (self._journal, self._results):
            if descriptor is not None:
                os.close(descriptor)


def _is_journal(descriptor: int) -> bool:
    beginning = f'{{"journal":"{JOURNAL}"'.encode()
    return beginning.startswith(os.read(descriptor, len(beginning)))


def _sum(target: str) -> int:
    # a cell has what can be seen of it
    return zlib.crc32(visible(target).encode("utf-8", "surrogatepass"))


def _write(descriptor: int, line: bytes) -> None:
    """The whole line, in one call where the system takes it so."""
    while line:
        line = line[os.write(descriptor, line) :]


def _whole_lines(descriptor: int, path: Path) -> Iterator[bytes]:
    """The lines of a file from its beginning; a last one that was torn is cut off the file.
    Raises FileFault for one that nobody wrote here."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    whole = 0
    for line in _lines(descriptor, path):
        if not line.endswith(b"\n"):
            os.ftruncate(descriptor, whole)
            return
        whole += len(line)
        yield line


def _lines(descriptor: int, path: Path) -> Iterator[bytes]:
    with os.fdopen(os.dup(descriptor), "rb") as file:
        while line := file.readline(MOST_OF_A_LINE + 1):
            if len(line) > MOST_OF_A_LINE:
                raise FileFault(path, "has a line that is longer than any result", "not-ours")
            yield line


class _Cause(msgspec.Struct):
    code: str
    severity: str
    title: str


class _OneTarget(msgspec.Struct):
    provider: str | None
    host: str | None
    sender: str | None
    diagnoses: tuple[_Cause, ...]


class _OneReport(msgspec.Struct):
    verdict: Literal["healthy", "warnings", "broken", "inconclusive"]
    targets: tuple[_OneTarget, ...]


class _Line(msgspec.Struct):
    """What counting needs of a result."""

    line: int
    target: str = ""
    error: str | None = None
    report: _OneReport | None = None


_READER = msgspec.json.Decoder(_Line)


def _row_of_json(line: bytes) -> Row:
    found = _READER.decode(line)
    if found.report is None:
        return Row(line=found.line, target=found.target)
    (target,) = found.report.targets
    first = next((each for each in target.diagnoses if each.severity != "note"), None)
    return Row(
        line=found.line,
        target=found.target,
        verdict=found.report.verdict,
        code=first.code if first is not None else None,
        title=first.title if first is not None else None,
        provider=target.provider,
        host=target.host,
        sender=target.sender,
    )


def _row_of_csv(line: bytes) -> Row:
    cells = next(csv.reader([line.decode()], strict=True))
    told = dict(zip(COLUMNS, (cell.removeprefix("'") or None for cell in cells), strict=True))
    names = ("verdict", "code", "title", "provider", "host", "sender", "platform")
    values = {"line": int(told["line"] or ""), "target": told["target"] or ""}
    return msgspec.convert({**values, **{name: told[name] for name in names}}, Row)

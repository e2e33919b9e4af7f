"""The file of results and its journal, ended at any point."""

from __future__ import annotations

import csv
import json
import os
import stat
from pathlib import Path

import pytest

from smtpdoctor.api import diagnose
from smtpdoctor.batch.accounts import UNKNOWN, WORKED, Login
from smtpdoctor.batch.model import Checked
from smtpdoctor.batch.record import Record, ResultFormat, as_line, result_of
from smtpdoctor.batch.summary import Summary
from smtpdoctor.batch.table import COLUMNS, Row, as_csv, row_of
from smtpdoctor.files import FileFault
from smtpdoctor.observations import Observations, SettingsRead
from smtpdoctor.settings.model import Settings
from smtpdoctor.settings.usage import UsageError

ACCOUNT, ADDRESS = b"0123456789abcdef", b"fedcba9876543210"


def checked(line: int, host: str = "mail.example.com") -> Checked:
    seen = SettingsRead(id="1", settings=Settings(host=host, port=587, found=True))
    return Checked(position=line, target=host, report=diagnose(Observations([seen])))


def opened(
    path: Path,
    form: ResultFormat = "jsonl",
    *,
    resume: bool = False,
    force: bool = False,
    seen: list[Row] | None = None,
) -> Record:
    rows = seen if seen is not None else []
    return Record(path, form, resume=resume, force=force, senders=False, seen=rows.append)


def write(record: Record, *results: Checked) -> None:
    for each in results:
        record.write(result_of(each, record.form))


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_a_run_that_was_ended_anywhere_goes_on(form: ResultFormat, tmp_path: Path) -> None:
    """Cut at every byte of its last line."""
    path = tmp_path / "results"
    record = opened(path, form)
    write(record, checked(1), checked(2, "=cmd"))
    whole = path.read_bytes()
    write(record, checked(3))
    longer = path.read_bytes()
    record.close()
    for end in {*range(len(whole), len(whole) + 40), len(longer) - 1, len(longer)}:
        path.write_bytes(longer[:end])
        rows: list[Row] = []
        record = opened(path, form, resume=True, seen=rows)
        done = [1, 2, 3] if end == len(longer) else [1, 2]
        assert sorted(record.done) == done
        assert [row.line for row in rows] == done
        assert record.has(1, "mail.example.com")
        assert record.has(2, "=cmd")
        if len(done) == 2:
            write(record, checked(3))
        record.close()
        assert path.read_bytes() == longer


@pytest.mark.parametrize("form", ["jsonl", "csv"])
@pytest.mark.parametrize("target", ["'quoted", "''", "=1+1", "a\tb\x1b", "grün", 'a"b,c', ""])
def test_a_target_is_known_again_whatever_it_is_called(
    form: ResultFormat, target: str, tmp_path: Path
) -> None:
    path = tmp_path / "results"
    record = opened(path, form)
    write(record, Checked(position=1, target=target, error="no host"))
    record.close()
    record = opened(path, form, resume=True)
    assert record.has(1, target)
    record.close()


def test_a_first_line_that_was_torn(tmp_path: Path) -> None:
    path = tmp_path / "results"
    for torn in (b"", b"{", b'{"line": 1, "tar'):
        opened(path, force=True).close()
        path.write_bytes(torn)
        record = opened(path, resume=True)
        assert record.done == {}
        write(record, checked(1))
        record.close()
        assert json.loads(path.read_text())["line"] == 1


def test_logins_are_known_after_the_end_even_one_that_was_under_way(tmp_path: Path) -> None:
    path = tmp_path / "results"
    record = opened(path)
    key = record.key
    record.login((ACCOUNT, ADDRESS), Login(4))
    record.login((b"x" * 16,), Login(5))
    record.login((b"x" * 16,), Login(5, WORKED))
    record.close()
    with (tmp_path / "results.journal").open("ab") as journal:
        journal.write(b'{"login":9,"acc')
    record = opened(path, resume=True)
    assert record.key == key
    assert {account: (each.position, each.outcome) for account, each in record.logins.items()} == {
        ACCOUNT: (4, UNKNOWN),
        ADDRESS: (4, UNKNOWN),
        b"x" * 16: (5, WORKED),
    }
    record.close()


def test_the_journal_goes_with_the_end(tmp_path: Path) -> None:
    path = tmp_path / "results"
    record = opened(path)
    write(record, checked(1))
    assert (tmp_path / "results.journal").exists()
    record.finish()
    record.close()
    assert [each.name for each in tmp_path.iterdir()] == ["results"]
    opened(path).close()  # a finished one is an earlier result, and may be replaced


@pytest.mark.parametrize("resume", [False, True])
def test_files_are_their_owner_s_alone(resume: bool, tmp_path: Path) -> None:
    path = tmp_path / "results"
    path.write_bytes(b'{"line": 1, "error": "no host"}\n')
    path.chmod(0o644)
    if resume:
        journal = tmp_path / "results.journal"
        journal.write_text(f'{{"journal":"smtpdoctor batch","key":"{"0" * 32}","senders":false}}\n')
        journal.chmod(0o666)
    opened(path, resume=resume).close()
    for each in tmp_path.iterdir():
        assert stat.S_IMODE(each.stat().st_mode) == 0o600


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="a system without users")
@pytest.mark.parametrize("name", ["results", "results.journal"])
@pytest.mark.parametrize("force", [False, True])
def test_nothing_is_written_into_another_user_s_file(
    name: str, force: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who laid it there, in a folder that many write to, could read it and change it."""
    record = opened(tmp_path / "results")
    record.close()
    before = {each.name: each.read_bytes() for each in tmp_path.iterdir()}
    (tmp_path / ("results" if name == "results.journal" else "results.journal")).unlink()
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(FileFault, match="belongs to another user"):
        opened(tmp_path / "results", resume=True, force=force)
    assert (tmp_path / name).read_bytes() == before[name]


HEAD = b'{"journal":"smtpdoctor batch","key":"%s","senders":false}\n'
NO_JOURNALS = {
    "a key of another length": HEAD % (b"00" * 65),
    "no key": HEAD % b"",
    "a line beyond all numbers": HEAD % (b"0" * 32)
    + b'{"row":{"line":9%s,"target":"x"}}\n' % (b"9" * 30),
    "a port beyond all": HEAD % (b"0" * 32)
    + b'{"row":{"line":1,"target":"x","port":99999999999}}\n',
}


@pytest.mark.parametrize("name", NO_JOURNALS)
def test_a_journal_that_nobody_wrote_here_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "results.journal").write_bytes(NO_JOURNALS[name])
    with pytest.raises(FileFault, match="is no journal of a batch"):
        opened(tmp_path / "results", resume=True)


@pytest.mark.parametrize("name", ["results", "results.journal"])
def test_a_line_without_end_is_not_read_into_memory(name: str, tmp_path: Path) -> None:
    (tmp_path / "results.journal").write_bytes(HEAD % (b"0" * 32))
    (tmp_path / "results").write_bytes(b'{"line": 1, "error": "no host"}\n')
    with (tmp_path / name).open("ab") as file:
        file.truncate(1 << 34)
    with pytest.raises(FileFault, match="a line that is longer than any result"):
        opened(tmp_path / "results", resume=True)
    assert (tmp_path / name).stat().st_size == 1 << 34


def test_an_unfinished_batch_is_not_begun_anew_by_mistake(tmp_path: Path) -> None:
    path = tmp_path / "results"
    record = opened(path)
    write(record, checked(1))
    record.close()
    before = path.read_bytes()
    with pytest.raises(FileFault, match="--resume"):
        opened(path)
    assert path.read_bytes() == before
    opened(path, force=True).close()
    assert path.read_bytes() == b""


@pytest.mark.parametrize("resume", [True, False])
@pytest.mark.parametrize("name", ["results", "results.journal"])
def test_no_file_of_others_is_touched(name: str, resume: bool, tmp_path: Path) -> None:
    other = tmp_path / name
    other.write_text("customers, without a line end")
    with pytest.raises(FileFault):
        opened(tmp_path / "results", resume=resume)
    assert other.read_text() == "customers, without a line end"


def test_no_table_and_no_lines_of_another_program_are_replaced(tmp_path: Path) -> None:
    path = tmp_path / "results"
    path.write_text('{"line": 1, "text": "of another program"}\n')
    with pytest.raises(FileFault, match="no earlier result"):
        opened(path)
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(pyarrow.table({"line": [1]}), path)
    before = path.read_bytes()
    with pytest.raises(FileFault, match="no earlier result"):
        opened(path, "parquet")
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["results", "results.journal"])
@pytest.mark.parametrize("force", [True, False])
def test_no_link_and_no_pipe_is_written_through(name: str, force: bool, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("")
    (tmp_path / name).symlink_to(other)
    with pytest.raises(FileFault):
        opened(tmp_path / "results", force=force)
    assert other.read_text() == ""
    (tmp_path / name).unlink()
    os.mkfifo(tmp_path / name)
    with pytest.raises(FileFault):
        opened(tmp_path / "results", force=force)


def test_another_input_is_noticed(tmp_path: Path) -> None:
    record = opened(tmp_path / "results")
    write(record, checked(1))
    record.close()
    record = opened(tmp_path / "results", resume=True)
    with pytest.raises(UsageError, match="line 1 was another target"):
        record.has(1, "mail.example.net")
    assert not record.has(2, "mail.example.net")
    record.close()


def test_a_parquet_file_is_whole_or_not_there(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "results.parquet"
    record = opened(path, "parquet")
    write(record, checked(1), Checked(position=2, error="no host"))
    record.close()
    assert not path.exists()
    rows: list[Row] = []
    record = opened(path, "parquet", resume=True, seen=rows)
    assert [row.line for row in rows] == [1, 2]
    write(record, checked(3))
    record.finish()
    record.close()
    found = parquet.read_table(path).to_pylist()
    assert [row["line"] for row in found] == [1, 2, 3]
    assert found[1]["error"] == "no host"
    assert list(found[0]) == list(COLUMNS)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    opened(path, "parquet").close()  # it is known for one of ours


# --- a row ----------------------------------------------------------------------------------


@pytest.mark.parametrize("begin", ["=", "＝", "＋", "－", "＠", "﹦", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(begin: str) -> None:
    (cells,) = csv.reader([as_csv(Row(line=1, target=f'{begin}cmd|"/c calc"', error="a\nb"))])
    assert cells[1].startswith("'") or not cells[1].startswith(begin)
    assert cells[1][0] not in "=+-@\t\r＝＋－＠"
    assert cells[COLUMNS.index("error")] == r"a\nb"


def test_a_line_of_json_has_the_report_or_the_error() -> None:
    assert json.loads(as_line(Checked(position=13, error="no host"))) == {
        "line": 13,
        "error": "no host",
    }
    told = as_line(checked(12, "mail\u202e.example"))
    assert told.count("\n") == 1
    assert "\u202e" not in told
    found = json.loads(told)
    assert found["line"] == 12
    assert found["report"]["targets"][0]["host"] == "mail\u202e.example"


def test_what_many_come_to() -> None:
    summary = Summary()
    for line in range(1, 4):
        summary.add(
            Row(
                line=line,
                target="a",
                verdict="broken",
                code="port-blocked",
                title="blocked",
                provider="ionos",
                platform="aws",
            )
        )
    summary.add(Row(line=4, target="b", verdict="healthy", provider="gmail"))
    summary.add(Row(line=5, target="c", error="no host"))
    text = "\n".join(summary.lines())
    assert "5 targets: 1 healthy, 3 broken, 1 line that can't be checked" in text
    assert "3 of 5: port-blocked" in text
    assert "3 of 3 fail: ionos" in text
    assert "gmail" not in text
    assert "on aws" in text


@pytest.mark.parametrize(
    ("verdicts", "unread", "status", "strict"),
    [
        (["healthy", "warnings"], 0, 0, 1),
        (["healthy", "broken", "inconclusive"], 1, 1, 1),
        (["healthy", "inconclusive"], 0, 3, 3),
        (["healthy"], 1, 3, 3),
        ([], 0, 0, 0),
    ],
)
def test_the_exit_status_is_the_worst(
    verdicts: list[str], unread: int, status: int, strict: int
) -> None:
    summary = Summary()
    for each in verdicts:
        summary.add(Row(line=1, target="", verdict=each))  # type: ignore[arg-type]
    for _ in range(unread):
        summary.add(Row(line=1, target="", error="no host"))
    assert summary.exit_status(strict=False) == status
    assert summary.exit_status(strict=True) == strict


def test_a_target_without_a_cause_is_counted_and_has_a_title() -> None:
    nothing = checked(1)
    assert nothing.report is not None
    assert nothing.report.verdict == "inconclusive"
    row = row_of(nothing)
    assert (row.code, row.title) == (None, "no cause could be named")
    summary = Summary()
    summary.add(row)
    assert summary.lines() == [
        "1 target: 1 inconclusive",
        "       1 of 1: no cause could be named",
    ]

"""`smtpdoctor batch` as a process."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from smtpdoctor.demo.authority import Authority
from smtpdoctor.demo.behaviour import Act

from ..servers.fixtures import RunningServer, StartServer

CANARY = "four-storks-at-noon"
USERS = {f"user{number}@example.com": f"{CANARY}-{number}" for number in range(5)}


def command(*arguments: str, authority: Authority) -> list[str]:
    cafile = str(authority.cafile)
    return [sys.executable, "-m", "smtpdoctor", "batch", *arguments, "--cafile", cafile]


def environ() -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "TERM": "dumb"}


def batch(
    *arguments: str, authority: Authority, folder: Path, standard_input: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments, authority=authority),
        input=standard_input,
        capture_output=True,
        text=True,
        check=False,
        env=environ(),
        cwd=folder,
    )


def listed(
    folder: Path, server: RunningServer, *more: str, password: str = "{}", users: int = len(USERS)
) -> None:
    lines = ["customer;host;port;secure;user;password;from"]
    for user, secret in list(USERS.items())[:users]:
        lines.append(
            f"Firma;{server.host};{server.port};tls;{user};{password.format(secret)};{user}"
        )
    (folder / "list.csv").write_text("\n".join([*lines, *more]) + "\n")


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_list_is_checked_and_summed_up(
    smtp_server: StartServer, authority: Authority, tmp_path: Path
) -> None:
    server = smtp_server(users=USERS)
    listed(tmp_path, server, "Firma;;1;tls;a;b;c", f"Firma;smtps://x:{CANARY}@a.example;;;;;")
    done = batch("list.csv", "--no-third-party", authority=authority, folder=tmp_path)
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert sorted(each["line"] for each in results) == list(range(2, 9))
    assert {each["line"] for each in results if "error" in each} == {7, 8}
    assert all(each["report"]["verdict"] == "healthy" for each in results if "report" in each)
    assert done.returncode == 3
    assert "7 targets: 5 healthy, 2 lines that can't be checked" in done.stderr
    assert "columns that say nothing of a target: customer" in done.stderr
    assert CANARY not in done.stdout + done.stderr
    assert server.server.auth_attempts == 5


def test_of_columns_of_the_user_s_own_only_names_are_said_and_a_few(
    authority: Authority, tmp_path: Path
) -> None:
    """Of a table without a header the first row stands there, with what is secret in it."""
    header = ",".join(["host", CANARY, *(f"note {letter}" for letter in "abcdefghijk")])
    (tmp_path / "list.csv").write_text(f"{header}\n127.0.0.1:none\n")
    done = batch("list.csv", authority=authority, folder=tmp_path)
    assert CANARY not in done.stdout + done.stderr
    said = "columns that say nothing of a target: note a, note b, note c, note d, note e, note f, "
    assert f"{said}note g, note h, 4 more\n" in done.stderr


@pytest.mark.parametrize("beside", ["587", "eva@example.com"])
def test_a_row_that_stands_where_the_header_should_is_not_shown(
    beside: str, authority: Authority, tmp_path: Path
) -> None:
    """Of letters alone, as Gmail's app passwords are, a secret looks like a name."""
    (tmp_path / "list.csv").write_text(f"host,{beside},abcdefghijklmnop\n127.0.0.1:none,1,x\n")
    done = batch("list.csv", authority=authority, folder=tmp_path)
    assert "columns that say nothing of a target: 2\n" in done.stderr
    assert "abcdefghijklmnop" not in done.stdout + done.stderr


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_no_password_of_the_input_is_in_any_output(
    form: str, smtp_server: StartServer, authority: Authority, tmp_path: Path
) -> None:
    if form == "parquet":
        pytest.importorskip("pyarrow")
    server = smtp_server(users={}, echo=True)
    listed(tmp_path, server, password="{}x", users=2)
    with (tmp_path / "list.csv").open("a") as file:
        file.write(f'x;smtps://u:{CANARY}@127.0.0.1:1;;"{CANARY};;;\n')
        file.write(f"x;{CANARY};{CANARY};{CANARY};{CANARY};{CANARY};{CANARY}\n")
        file.write(f"x;127.0.0.1;{CANARY};{CANARY};u;{CANARY};u@example.com\n")
    arguments = ("list.csv", "--no-third-party", "--output", f"{form}=results")
    process = subprocess.Popen(
        command(*arguments, authority=authority),
        stderr=subprocess.PIPE,
        text=True,
        env=environ(),
        cwd=tmp_path,
    )
    kept = b""
    while process.poll() is None:  # the journal goes with the end
        for name in ("results.journal", "results"):
            path = tmp_path / name
            kept += path.read_bytes() if path.exists() else b""
        select.select([], [], [], 0.05)
    assert process.stderr is not None
    kept += process.stderr.read().encode() + (tmp_path / "results").read_bytes()
    process.stderr.close()
    assert process.returncode == 1
    assert b"journal" in kept
    for secret in (CANARY, *USERS.values()):
        assert secret.encode() not in kept


def test_a_run_that_was_killed_goes_on_without_asking_anything_twice(
    smtp_server: StartServer, authority: Authority, tmp_path: Path
) -> None:
    """Each account has one login over both runs, and each line one result."""
    server = smtp_server(users=USERS)
    listed(tmp_path, server)
    arguments = ("list.csv", "--no-third-party", "--output", "jsonl=results.jsonl", "--resume")
    results = tmp_path / "results.jsonl"
    process = subprocess.Popen(
        command(*arguments, authority=authority), stderr=subprocess.DEVNULL, env=environ(),
        cwd=tmp_path,
    )  # fmt: skip
    until(lambda: results.exists() and results.read_bytes().count(b"\n") >= 2)
    process.kill()
    process.wait()
    before = results.read_bytes()
    assert 2 <= before.count(b"\n") < 5
    done = batch(*arguments, authority=authority, folder=tmp_path)
    assert results.read_bytes().startswith(before[: before.rfind(b"\n") + 1])
    assert sorted(each["line"] for each in lines_of(results)) == list(range(2, 7))
    tried = [
        line.text for session in server.sessions for line in session.lines if line.verb == "AUTH"
    ]
    assert len(tried) == len(set(tried))
    assert len(tried) in (4, 5)  # one may have been told of and not sent
    assert "5 targets:" in done.stderr
    assert not (tmp_path / "results.jsonl.journal").exists()


@pytest.mark.parametrize(
    ("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["Ctrl-C", "SIGTERM"]
)
def test_a_run_that_is_stopped_leaves_whole_lines(
    sent: signal.Signals,
    status: int,
    smtp_server: StartServer,
    authority: Authority,
    tmp_path: Path,
) -> None:
    server = smtp_server(users=USERS)
    silent = smtp_server(on_accept=Act.SILENCE)
    listed(tmp_path, server, f"Firma;{silent.host};{silent.port};tls;;;")
    results = tmp_path / "results.jsonl"
    process = subprocess.Popen(
        command(
            "list.csv", "--no-third-party", "--output", "jsonl=results.jsonl", authority=authority
        ),
        stderr=subprocess.PIPE,
        text=True,
        env=environ(),
        cwd=tmp_path,
    )
    until(lambda: results.exists() and results.read_bytes().count(b"\n") >= 2)
    process.send_signal(sent)
    _, told = process.communicate(timeout=30)
    assert process.returncode == status
    assert all("report" in each for each in lines_of(results))
    assert "go on with the same command and --resume" in told
    assert "Traceback" not in told


def test_standard_input_is_read_as_it_comes(
    smtp_server: StartServer, authority: Authority, tmp_path: Path
) -> None:
    """A result is there before the next target is given, and a torn end is a line all the same."""
    server = smtp_server()
    process = subprocess.Popen(
        command("-", "--no-third-party", authority=authority),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environ(),
        cwd=tmp_path,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    for line in (1, 2):
        process.stdin.write(f"{server.host}:{server.port}\n".encode())
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["line"] == line
    rest, told = process.communicate(f"{server.host}:{server.port}".encode(), timeout=30)
    assert json.loads(rest)["line"] == 3
    assert process.returncode == 0
    assert b"3 targets: 3 healthy" in told


def test_a_reader_that_has_gone_ends_it(
    smtp_server: StartServer, authority: Authority, tmp_path: Path
) -> None:
    server = smtp_server()
    (tmp_path / "list").write_text(f"{server.host}:{server.port}\n" * 500)
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        command("list", authority=authority),
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        env=environ(),
        cwd=tmp_path,
        timeout=60,
    )
    os.close(writing)
    assert "Traceback" not in done.stderr
    assert len(server.sessions) < 100


def test_senders_are_judged_without_a_server(authority: Authority, tmp_path: Path) -> None:
    done = batch(
        "-", "--sender", "--nameserver", "127.0.0.1:1", "--format", "csv",
        authority=authority, folder=tmp_path, standard_input="info@example.com\nnobody\n",
    )  # fmt: skip
    header, *rows = done.stdout.splitlines()
    assert header.startswith("line,target,verdict,code,")
    assert {row.partition(",")[0] for row in rows} == {"1", "2"}
    assert done.returncode in (1, 3)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nothing.csv",), "nothing.csv: No such file or directory"),
        ((".",), "is a directory"),
        (("list", "--resume"), "--resume needs --output"),
        (("list", "--output", "xml=a"), "none of jsonl, csv, parquet"),
        (("list", "--output", "results"), "write FORMAT=FILE"),
        (("list", "--output", "csv=list"), "is no earlier result of a batch"),
        (("list", "--shard", "4/3"), "--shard"),
        (("list", "--shard", "index/3"), "JOB_COMPLETION_INDEX"),
        (("list", "--through", "ionos"), "--through needs --sender"),
        (("list", "--jobs", "0"), "--jobs"),
        (("list", "--input-format", "xls"), "--input-format"),
        (("list", "--input-format", "csv"), "no header"),
    ],
)
def test_wrong_usage_is_one_line(
    arguments: tuple[str, ...], words: str, authority: Authority, tmp_path: Path
) -> None:
    (tmp_path / "list").write_text("127.0.0.1:1\n")
    done = batch(*arguments, authority=authority, folder=tmp_path)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert [each.name for each in tmp_path.iterdir()] == ["list"]


def test_a_share_of_a_job_counts_from_nought(
    smtp_server: StartServer, authority: Authority, tmp_path: Path
) -> None:
    server = smtp_server()
    names = [f"mail{number}.example.net" for number in range(6)]
    (tmp_path / "list").write_text("\n".join(names))
    seen: list[str] = []
    for index in ("0", "1"):
        options = [f"--connect-to=::{server.host}:{server.port}", "--shard", "index/2"]
        done = subprocess.run(
            command("list", "--no-third-party", *options, authority=authority),
            capture_output=True,
            text=True,
            check=False,
            env={**environ(), "JOB_COMPLETION_INDEX": index},
            cwd=tmp_path,
        )
        seen += [json.loads(line)["target"] for line in done.stdout.splitlines()]
    assert sorted(seen) == names


def until(condition: Any) -> None:
    """Wait for a process of our own."""
    for _ in range(3000):
        if condition():
            return
        select.select([], [], [], 0.01)
    raise AssertionError

"""`smtpdoctor explain` as it is called."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from smtpdoctor.cli import run

TEXT = "Error: connect ETIMEDOUT smtp.ionos.com:465"


def process(*arguments: str, given: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "smtpdoctor", "explain", *arguments],
        input=given,
        stdin=subprocess.DEVNULL if given is None else None,
        capture_output=True,
        check=False,
    )


def test_the_cause_stands_first_then_the_others_then_the_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["explain", TEXT]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("read in the text: host smtp.ionos.com, port 465")
    title = "error[port-blocked], possible: smtp.ionos.com gives no answer on port 465"
    assert title in lines[:4]
    assert any(line.startswith("or, if ") for line in lines)
    assert "to tell: smtpdoctor check --only reach smtp.ionos.com:465" in lines
    assert lines[-1] == "more:    smtpdoctor explain port-blocked"
    assert all(len(line) <= 80 for line in lines)


def test_nothing_is_said_to_have_been_tried(capsys: pytest.CaptureFixture[str]) -> None:
    run(["explain", "wrong version number", "--port", "587", "--client", "nodemailer"])
    shown = capsys.readouterr().out
    assert "tried" not in shown
    assert "secure: false" in shown  # in the client's own words


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("535 5.7.8 Error: authentication failed", "--only auth HOST --user NAME"),
        ("534-5.7.9 Application-specific password required - gsmtp", "auth smtp.gmail.com --user"),
        ("535 5.7.8 no, mail.example.net:587", "--only auth mail.example.net:587 --user"),
    ],
)
def test_the_command_names_the_host_or_says_that_nobody_told_it(
    text: str, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["explain", text])
    shown = " ".join(capsys.readouterr().out.split())
    assert command in shown
    assert ("(HOST: the mail server)" in shown) is (" HOST " in command)


@pytest.mark.parametrize(
    "text",
    [
        "getaddrinfo ENOTFOUND MAILUSER MAILUSER:587",
        "550 5.1.1 <a@b.de>: Recipient address rejected: User unknown",
        "504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname",
        "550 5.1.7 Bad sender address syntax",
        "connect ECONNREFUSED 127.0.0.1:587",
    ],
)
def test_nothing_that_was_made_up_is_shown(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    run(["explain", text])
    shown = " ".join(capsys.readouterr().out.split())
    for invented in ("192.0.2.", "--to.", '"the client"', "invalid`", "the sender the sender"):
        assert invented not in shown
    assert "named the server" not in shown


def test_json_is_what_the_contract_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", TEXT, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == 1
    assert set(found["candidates"][0]) == {"code", "confidence", "title", "why", "tell_apart"}


def test_a_text_that_says_nothing_is_inconclusive(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "the build is green"]) == 3
    assert "debug transcript" in " ".join(capsys.readouterr().out.split())
    assert run(["explain", "the build is green", "--format", "json"]) == 3
    assert json.loads(capsys.readouterr().out) == {"schema": 1, "candidates": []}


def test_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "app.log"
    path.write_text(TEXT, encoding="utf-16")
    assert run(["explain", "--file", str(path)]) == 0
    assert "port-blocked" in capsys.readouterr().out
    assert run(["explain", "--file", str(tmp_path / "none")]) == 2
    assert run(["explain", "--file", str(path), TEXT]) == 2


def test_standard_input_by_name_and_by_a_pipe() -> None:
    for arguments in (["-"], []):
        done = process(*arguments, given=TEXT.encode())
        assert done.returncode == 0
        assert b"port-blocked" in done.stdout


def test_without_a_text_the_codes_by_area() -> None:
    for given in (None, b""):
        done = process(given=given)
        assert done.returncode == 0
        lines = done.stdout.decode().splitlines()
        assert lines[0] == "Settings"
        assert any(line.startswith("  port-blocked ") for line in lines)


def test_a_codes_page_is_rendered_when_it_is_piped_too() -> None:
    text = process("port-blocked").stdout.decode()
    assert text.startswith("port-blocked\n============\n")
    assert not re.search(r"^#|\*\*|^- |\]\(", text, re.MULTILINE)
    assert "\n       SMTP_PORT=465\n" in text  # code stays as it is
    assert all(len(line) <= 80 or " " not in line.strip() for line in text.splitlines())


@pytest.mark.parametrize(
    "options",
    [["--format", "yaml"], ["--secure", "perhaps"], ["--client", "nobody"], ["--port", "0"]],
)
def test_wrong_usage(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", TEXT, *options]) == 2
    assert options[0] in capsys.readouterr().err


def test_it_loads_no_network() -> None:
    code = (
        "import sys; from smtpdoctor.cli import run; run(sys.argv[1:]); "
        "assert not {'asyncio', 'ssl', 'dns', 'rich', 'cryptography'} & set(sys.modules)"
    )
    arguments = ["explain", TEXT, "--format", "json"]
    subprocess.run([sys.executable, "-c", code, *arguments], check=True, capture_output=True)


def test_a_terminal_gets_the_page_rendered(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("TERM", "xterm")
    run(["explain", "port-blocked"])
    assert "# port-blocked" not in screen.getvalue()
    assert "What it means" in screen.getvalue()

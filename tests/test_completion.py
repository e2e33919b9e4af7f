"""What a shell is offered. `tests/real/test_shells.py` has the shells themselves."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from smtpdoctor.cli import _completion

PROGRAM = (sys.executable, "-m", "smtpdoctor")


def mailer(folder: Path, *names: str) -> None:
    for number, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            "const nodemailer = require('nodemailer');\n" * (number + 1)
            + f"nodemailer.createTransport({{ host: 'h{number}.example', port: 587 }});\n"
        )


@pytest.mark.parametrize(
    ("names", "typed", "offered"),
    [
        (("mailer.js",), "", ["mailer.js"]),
        (("a/mailer.js", "b/mailer.js"), "", ["a/mailer.js", "b/mailer.js"]),
        (("a/mailer.js", "b/mailer.js"), "b", ["b/mailer.js"]),
        (("a/mailer.js", "b/mailer.js"), "c", []),
        # a part of another name is not enough
        (("mailer.js", "old/mailer.js"), "m", ["mailer.js:2"]),
        # nothing that a shell would take for more than a word
        (("a b.js", "$(x).js", "`x`.js", "x;y.js", "'.js", "<(x).js", "x\\.js", "ok.js"), "",
         ["ok.js"]),
    ],
)  # fmt: skip
def test_a_part_that_fits_one_set_up_alone(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    names: tuple[str, ...],
    typed: str,
    offered: list[str],
) -> None:
    mailer(tmp_path, *names)
    monkeypatch.setattr(_completion, "PATIENCE", 60.0)  # a machine that is busy
    monkeypatch.chdir(tmp_path)
    assert _completion.setups(typed) == offered


def test_a_folder_that_has_gone_has_no_set_ups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert _completion.setups("") == []


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("explain port-bl", "port-blocked"),
        ("explain --secure star", "starttls"),
        ("explain --format j", "json"),
        ("schema ex", "explain"),
        ("settings --reader phpd", "phpdotenv"),
        ("settings --profile st", "staging"),
        ("lint --profile st", "staging"),
        ("lint --output sar", "sarif="),
        ("lint --output=sar", "sarif="),
        ("lint --output sarif=", ""),
        ("check --tls=imp", "implicit"),
        ("demo --list", "--list"),
    ],
)
def test_what_a_shell_is_offered(typed: str, offered: str, tmp_path: Path) -> None:
    more = {
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "_TYPER_COMPLETE_ARGS": f"smtpdoctor {typed}",
    }
    words = [line.partition("\t")[0] for line in asked(tmp_path, "fish", **more).stdout.split("\n")]
    assert [word for word in words if word] == offered.split()


def test_fish_is_told_where_files_are_to_be_offered(tmp_path: Path) -> None:
    for typed, status in (("smtpdoctor check --form", 0), ("smtpdoctor check --save x", 1)):
        more = {"_TYPER_COMPLETE_FISH_ACTION": "is-args", "_TYPER_COMPLETE_ARGS": typed}
        assert asked(tmp_path, "fish", **more).returncode == status


def test_fish_says_what_a_code_means(tmp_path: Path) -> None:
    more = {
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "_TYPER_COMPLETE_ARGS": "smtpdoctor explain port-bl",
    }
    (line,) = asked(tmp_path, "fish", **more, COLUMNS="40").stdout.splitlines()
    code, _, meaning = line.partition("\t")
    assert code == "port-blocked"
    assert meaning.strip()


def asked(folder: Path, shell: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        PROGRAM,
        cwd=folder,
        env={**os.environ, "_SMTPDOCTOR_COMPLETE": f"complete_{shell}", **more},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("shell", "first"), [("zsh", "#compdef smtpdoctor\n"), ("bash", "_smt"), ("fish", "function ")]
)
def test_a_script_begins_with_its_first_line(shell: str, first: str, tmp_path: Path) -> None:
    """By which zsh knows a file for a completion."""
    asked = {**os.environ, "_SMTPDOCTOR_COMPLETE": f"source_{shell}"}
    done = subprocess.run(
        PROGRAM, cwd=tmp_path, env=asked, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout.startswith(first)

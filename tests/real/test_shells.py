"""Completion in bash, zsh and fish themselves, at a terminal of their own."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.real

#: Each shell without anybody's start files.
SHELLS = {
    "bash": ("bash", "--norc", "--noprofile", "-i"),
    "zsh": ("zsh", "-f", "-i"),
    "fish": ("fish", "--no-config"),
}
#: What makes the script of a shell count in it.
LOAD = {
    "bash": 'eval "$(_SMTPDOCTOR_COMPLETE=source_bash smtpdoctor)"',
    # by a file, as the documentation has it
    "zsh": "scripts=$(mktemp -d); "
    "_SMTPDOCTOR_COMPLETE=source_zsh smtpdoctor > $scripts/_smtpdoctor; "
    "fpath=($scripts $fpath); autoload -U compinit; compinit -u -D",
}
#: A machine that is busy.
PATIENCE = 30.0
TYPED = [
    ("smtpdoctor sett", "settings"),
    ("smtpdoctor check --no-thi", "--no-third-party"),
    ("smtpdoctor check --format juni", "junit"),
    ("smtpdoctor check --client nodem", "nodemailer"),
    ("smtpdoctor check --profile stag", "staging"),
    ("smtpdoctor check --setup mai", "mailer.js"),
    ("smtpdoctor explain port-blo", "port-blocked"),
    ("smtpdoctor demo secure-true", "secure-true-on-587"),
    ("smtpdoctor lint serv", "services"),
    ("smtpdoctor check --tls=imp", "--tls=implicit"),
    ("smtpdoctor lint --output sari", "sarif="),
    ("smtpdoctor lint --output=sari", "--output=sarif="),
    ("smtpdoctor lint --output html=mai", "html=mailer.js"),
    ("smtpdoctor lint --output=html=mai", "--output=html=mailer.js"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "services").mkdir()
    (tmp_path / "mailer.js").write_text(
        "require('nodemailer').createTransport({ host: 'smtp.example.com', port: 587 });\n"
    )
    # what a shell would run, if it were offered as it stands
    for number, name in enumerate(("a';touch ran;'.js", "b$(touch ran).js", "c<(touch ran)\\.js")):
        (tmp_path / name).write_text(
            f"require('nodemailer').createTransport({{ host: 'h{number}.example', port: 587 }});\n"
        )
    return tmp_path


def need(shell: str) -> None:
    if shutil.which(shell) is None:
        reason = f"needs {shell}: run tests/real/install"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)


def environment(home: Path) -> dict[str, str]:
    """Of a shell, which makes folders of its own in its home."""
    programs = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {
        "PATH": programs,
        "TERM": "dumb",
        "HOME": str(home),
        "PS1": "> ",
        "LANG": "C.UTF-8",
    }


class Terminal:
    """A shell at a terminal, and what it has shown."""

    def __init__(self, shell: str, folder: Path) -> None:
        primary, secondary = pty.openpty()
        self.process = subprocess.Popen(
            SHELLS[shell],
            stdin=secondary,
            stdout=secondary,
            stderr=secondary,
            cwd=folder,
            env=environment(folder.with_name(f"{folder.name}-home")),
            start_new_session=True,
        )
        os.close(secondary)
        self._at = primary

    def types(self, text: str) -> None:
        os.write(self._at, text.encode())

    def shows(self, pattern: str) -> str:
        """Read until it stands there, or nothing more comes."""
        shown = ""
        until = time.monotonic() + PATIENCE
        while not re.search(pattern, shown):
            left = until - time.monotonic()
            assert left > 0, f"{pattern!r} is not in {shown!r}"
            if select.select([self._at], [], [], left)[0]:
                shown += os.read(self._at, 65536).decode(errors="replace")
        return shown

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._at)


@pytest.fixture
def terminal(folder: Path) -> Iterator[Callable[[str], Terminal]]:
    opened: list[Terminal] = []

    def at(shell: str) -> Terminal:
        need(shell)
        opened.append(Terminal(shell, folder))
        return opened[-1]

    yield at
    for each in opened:
        each.end()


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_tab_completes_what_was_typed(
    terminal: Callable[[str], Terminal], shell: str, folder: Path
) -> None:
    at = terminal(shell)
    at.types(f"{LOAD[shell]}; echo load''ed\n")
    at.shows("loaded")
    for typed, whole in TYPED:
        # behind a format comes the file's name, behind any other word a blank; zsh draws the slash
        # of a folder anew
        at.types(f"{typed}\tZ")
        at.shows(re.escape(whole) + (r"Z" if whole.endswith("=") else r"[/ \x08]*Z"))
        at.types("\x15")  # Ctrl-U: an empty line again
    assert not (folder / "ran").exists()


@pytest.mark.parametrize(("typed", "whole"), TYPED)
def test_fish_completes_what_was_typed(folder: Path, typed: str, whole: str) -> None:
    need("fish")
    load = "_SMTPDOCTOR_COMPLETE=source_fish smtpdoctor | source"
    done = subprocess.run(
        ["fish", "--no-config", "-c", f"{load}; complete -C '{typed}'"],
        cwd=folder,
        env=environment(folder.with_name(f"{folder.name}-home")),
        capture_output=True,
        text=True,
        check=True,
    )
    offered = [line.partition("\t")[0].rstrip("/") for line in done.stdout.splitlines()]
    assert offered == [whole]
    assert not (folder / "ran").exists()

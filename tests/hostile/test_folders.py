"""Hostile folders and files: an end in time and memory, one line of ours, and no secret."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from .canary import CANARY, leaks
from .folders import FOLDERS, LOOPBACK
from .process import MOST_MEMORY, Ended, run

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux's kinds of files")


@pytest.fixture(scope="session")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """A run with nothing hostile in it, whose memory the others are measured by."""
    folder, notes = tmp_path_factory.mktemp("usual"), tmp_path_factory.mktemp("notes")
    (folder / ".env").write_text(LOOPBACK)
    return run(["check", "--verbose"], folder, notes)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if FOLDERS[name].quick else pytest.mark.hostile)
        for name in FOLDERS
    ],
)
def test_a_hostile_folder(name: str, tmp_path: Path, usual: Ended) -> None:
    attack = FOLDERS[name]
    folder, notes = tmp_path / "folder", tmp_path / "notes"
    folder.mkdir()
    notes.mkdir()
    attack.build(folder)
    before = _contents(folder)
    for command in attack.commands:
        ended = run(command, folder, notes, environ=attack.environ, stdin=attack.stdin)
        said = (command, ended.status, ended.errors[:500])
        assert ended.status in attack.statuses, said
        assert "Traceback" not in ended.output + ended.errors, said
        assert "own fault" not in ended.output, said
        assert ended.errors.count("\n") == (1 if ended.status == 2 else 0), said
        assert leaks(ended.output, ended.errors) == set()
        assert ended.memory < usual.memory + MOST_MEMORY, (command, ended.memory, usual.memory)
        assert attack.says in ended.output + ended.errors
    assert _contents(folder) == before


def _contents(folder: Path) -> dict[str, bytes | None]:
    """What stands in the folder, by names and the first bytes of files."""
    found: dict[str, bytes | None] = {}
    for path in folder.iterdir():
        found[path.name] = None
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                found[path.name] = file.read(1000)
    return found


def test_the_canary_would_be_seen(tmp_path: Path) -> None:
    """The bite of the net itself: what leaks is found in every form."""
    import base64

    for text in (
        f"a{CANARY}b",
        CANARY[3:9],
        base64.b64encode(f"\0info@example.com\0{CANARY}".encode()).decode(),
        CANARY.encode().hex(),
    ):
        assert leaks(text)

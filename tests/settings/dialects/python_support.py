"""What the tests of all dialects of Python programs ask."""

from __future__ import annotations

from pathlib import Path

from smtpdoctor.settings.setup import Setup

from .support import one, prepared, write


def found(root: Path, dialect: str, files: dict[str, str], **environ: str) -> Setup:
    """The one set-up of a folder with these files, by a program of that dialect."""
    return one(write(root, files), dialect, **environ)


def edited(root: Path, dialect: str, port: int | None, tls: str | None) -> list[tuple[str, str]]:
    """What stands where, and what comes there, for a port and a mode."""
    change = prepared(one(root, dialect).settings, port, tls)
    return [(edit.replace, edit.with_) for edit in change.edits]

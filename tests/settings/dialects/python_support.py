"""What the tests of all dialects of Python programs ask."""

from __future__ import annotations

import shutil
from pathlib import Path

from smtpdoctor.settings.setup import Setup

from .support import apply, one, prepared, write

HEALTHY = [(587, "starttls"), (465, "implicit")]


def found(root: Path, dialect: str, files: dict[str, str], **environ: str) -> Setup:
    """The one set-up of a folder with these files, by a program of that dialect."""
    return one(write(root, files), dialect, **environ)


def way(setup: Setup) -> tuple[str | None, int | None, str, bool]:
    """Host, port and mode, and whether the mode is required."""
    settings = setup.settings
    return settings.host, settings.port, settings.tls, settings.tls_required


def remarks(setup: Setup) -> set[tuple[str, str]]:
    return {(each.kind, each.option) for each in setup.settings.remarks}


def changes_lead_there(root: Path, dialect: str, **environ: str) -> None:
    """What is prepared for 587 and 465 is written, read again, and comes to that."""
    before = one(root, dialect, **environ).settings
    for place, (port, tls) in enumerate(HEALTHY):
        if (before.port, before.tls) == (port, tls) and not before.remarks:
            continue
        copy = root.parent / f"{root.name}-{place}"
        shutil.copytree(root, copy)
        apply(copy, prepared(before, port, tls))
        after = one(copy, dialect, **environ).settings
        assert (after.port, after.tls) == (port, tls), (port, tls)
        assert not [each for each in after.remarks if each.kind in ("misread", "fault")]


def edited(root: Path, dialect: str, port: int | None, tls: str | None) -> list[tuple[str, str]]:
    """What stands where, and what comes there, for a port and a mode."""
    change = prepared(one(root, dialect).settings, port, tls)
    return [(edit.replace, edit.with_) for edit in change.edits]

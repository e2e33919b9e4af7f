"""What the tests of all dialects of Python programs ask."""

from __future__ import annotations

import shutil
from pathlib import Path

from smtpdoctor.settings.model import Edit, Prepared
from smtpdoctor.settings.readers.model import Span
from smtpdoctor.settings.setup import Setup
from smtpdoctor.settings.setups import find_setups
from smtpdoctor.settings.workspace import Workspace

from .support import apply as apply_settings
from .support import one, prepared, workspace, write

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
        wrong = [each for each in before.remarks if each.kind in ("misread", "fault")]
        if (before.port, before.tls) == (port, tls) and not wrong:
            continue
        copy = root.parent / f"{root.name}-{place}"
        shutil.copytree(root, copy)
        apply(copy, prepared(before, port, tls), **environ)
        after = one(copy, dialect, **environ).settings
        assert (after.port, after.tls) == (port, tls), (port, tls)
        assert not [each for each in after.remarks if each.kind in ("misread", "fault")]


def apply(root: Path, change: Prepared, **environ: str) -> None:
    """Writes a change into the folder's files. Columns are those of the line as it is shown."""
    looked_at = workspace(root, **environ)
    find_setups(looked_at)  # which finds what of the lines may be shown
    placed = [(edit, _start(looked_at, edit)) for edit in change.edits]
    for edit, start in placed:
        path = root / edit.file
        lines = path.read_text().split("\n")
        line = lines[edit.line - 1]
        assert line[start:].startswith(edit.replace)
        lines[edit.line - 1] = line[:start] + edit.with_ + line[start + len(edit.replace) :]
        path.write_text("\n".join(lines))
    apply_settings(root, Prepared(settings=change.settings))


def _start(looked_at: Workspace, edit: Edit) -> int:
    """Where in the line itself the characters of an edit are."""
    line = looked_at.line(edit.file, edit.line)
    assert line is not None
    if not edit.replace:
        return edit.columns[0] - 1
    found = []
    for start in range(len(line)):
        if line.startswith(edit.replace, start):
            columns = (start + 1, start + 1 + len(edit.replace))
            shown = looked_at.shown(Span(edit.file, edit.line, columns, edit.line), keep=True)
            if shown is not None and shown.columns == edit.columns:
                found.append(start)
    assert len(found) == 1, (line, edit)
    return found[0]


def edited(root: Path, dialect: str, port: int | None, tls: str | None) -> list[tuple[str, str]]:
    """What stands where, and what comes there, for a port and a mode."""
    change = prepared(one(root, dialect).settings, port, tls)
    return [(edit.replace, edit.with_) for edit in change.edits]

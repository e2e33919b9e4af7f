"""Folders in memory of a test, their set-ups, and prepared changes applied to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import msgspec

from smtpdoctor.settings.folder import Folder
from smtpdoctor.settings.model import MASK, Edit, Prepared, Settings
from smtpdoctor.settings.readers.model import Span
from smtpdoctor.settings.setup import Setup
from smtpdoctor.settings.setups import Found, find_setups
from smtpdoctor.settings.variables import Layer
from smtpdoctor.settings.workspace import Workspace
from smtpdoctor.settings.write import changed_files


def write(root: Path, files: Mapping[str, str]) -> Path:
    """The files below a folder."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def workspace(
    root: Path, *, profile: str | None = None, given: Layer | None = None, **environ: str
) -> Workspace:
    return Workspace(Folder(root), environ, profile=profile, given=given)


def setups(root: Path, *, profile: str | None = None, **environ: str) -> list[Setup]:
    """Every set-up of a folder."""
    return list(_read(root, profile, **environ)[1].setups)


def _read(root: Path, profile: str | None = None, **environ: str) -> tuple[Workspace, Found]:
    """A folder as it is now, with its set-ups, after which is known what of a line may be shown."""
    stands = tuple(
        (str(path), path.read_bytes()) for path in sorted(root.rglob("*")) if path.is_file()
    )
    return _read_once(root, profile, tuple(environ.items()), stands)


@lru_cache(maxsize=4)  # a change is prepared, placed and written in one state of the folder
def _read_once(
    root: Path,
    profile: str | None,
    environ: tuple[tuple[str, str], ...],
    stands: tuple[tuple[str, bytes], ...],
) -> tuple[Workspace, Found]:
    looked_at = Workspace(Folder(root), dict(environ), profile=profile)
    return looked_at, find_setups(looked_at)


def one(root: Path, dialect: str, **environ: str) -> Setup:
    """The one set-up of that dialect."""
    found = [each for each in setups(root, **environ) if each.identity.dialect == dialect]
    assert len(found) == 1, [each.name for each in setups(root, **environ)]
    return found[0]


def prepared(settings: Settings, port: int | None, tls: str | None) -> Prepared:
    """The change that leads to a port and a mode; None leaves one as it is."""
    return next(each for each in settings.prepared if (each.port, each.tls) == (port, tls))


def apply(root: Path, change: Prepared, dotenv: str | None = None, **free: str) -> None:
    """Writes a change into the folder's files, as `--fix` would. What another program makes of
    its edits is the same."""
    edits = [
        msgspec.structs.replace(edit, with_=_filled(edit.with_, free)) for edit in change.edits
    ]
    mended, behind = _as_fix_writes(root, edits)
    if not behind:
        assert mended == _as_an_editor_writes(root, edits)
    looked_at, _ = _read(root)
    for edit in change.edits:  # from behind: each leaves those that come as they stood
        path = root / edit.file
        lines = path.read_text().split("\n")
        line = lines[edit.line - 1]
        first = _place(looked_at, edit)
        last = first + len(edit.replace)
        assert line[first:last] == edit.replace, (line, edit)
        lines[edit.line - 1] = line[:first] + _filled(edit.with_, free) + line[last:]
        path.write_text("\n".join(lines))
    for name, text in change.settings.items():
        path = root / dotenv if dotenv is not None else _holding(root, name)
        lines = path.read_text().split("\n") if path.exists() else []
        kept = [line for line in lines if line and line.partition("=")[0] != name]
        new = [] if text is None else [f"{name}={_filled(text, free)}"]
        path.write_text("\n".join([*kept, *new]) + "\n")


def _as_fix_writes(root: Path, edits: Sequence[Edit]) -> tuple[dict[str, str], list[Edit]]:
    """The files as `--fix` writes them, and the edits that stand behind something masked, which
    are those whose columns are not the file's own."""
    looked_at, _ = _read(root)
    changed = changed_files(looked_at, edits)
    behind = []
    for edit in edits:
        line = looked_at.line(edit.file, edit.line) or ""
        span = Span(edit.file, edit.line, (1, len(line) + 1), edit.line)
        shown = looked_at.pointed(span)
        assert shown is not None
        is_behind = MASK in shown.text[: edit.columns[0] - 1]
        assert edit.exact is not is_behind, (edit, line, shown.text)
        behind += [edit] if is_behind else []
    return {each.file: each.new.decode() for each in changed}, behind


def _as_an_editor_writes(root: Path, edits: Sequence[Edit]) -> dict[str, str]:
    """The files with the edits as they stand, from behind; what stands in one place, in order."""
    made: dict[str, str] = {}
    in_order = sorted(dict.fromkeys(edits), key=lambda each: (each.line, each.columns))
    for edit in reversed(in_order):
        lines = made.get(edit.file, (root / edit.file).read_text()).split("\n")
        line = lines[edit.line - 1]
        first, last = edit.columns[0] - 1, edit.columns[1] - 1
        assert line[first:last] == edit.replace
        lines[edit.line - 1] = line[:first] + edit.with_ + line[last:]
        made[edit.file] = "\n".join(lines)
    return made


def _filled(text: str, free: Mapping[str, str]) -> str:
    for name, value in free.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _place(looked_at: Workspace, edit: Edit) -> int:
    """Where an edit begins in its line: its columns count in the line as it is shown."""
    line = looked_at.line(edit.file, edit.line) or ""
    size = len(edit.replace)
    for first in range(len(line) + 1):
        span = Span(edit.file, edit.line, (first + 1, first + 1 + size), edit.line)
        shown = looked_at.masked(span, keep=bool(size))
        begins = shown.columns(*span.columns)[0] if shown is not None else 0
        if line[first : first + size] == edit.replace and begins == edit.columns[0]:
            return first
    # known to be harmless to the program's dialect alone
    return edit.columns[0] - 1 if line.count(edit.replace) != 1 else line.index(edit.replace)


def _holding(root: Path, name: str) -> Path:
    """The `.env` file that has the variable, else the first there is."""
    found = sorted(root.glob("**/.env*"))
    having = [path for path in found if f"{name}=" in path.read_text()]
    return next(iter((*having, *found)), root / ".env")

"""A change of the user's own files: worked out on their bytes, shown masked, written whole.

Knows how an edit of a masked line is found in the raw one, and how a file is replaced. It must
not know why something is changed (`mending`). Nothing of a secret is changed but its quotes.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import stat
from bisect import bisect_left
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from smtpdoctor.files import reason_of
from smtpdoctor.settings.model import MASK, Edit, Setting, Settings, Shadowed
from smtpdoctor.settings.names import BY_NAME
from smtpdoctor.settings.notebook import is_notebook
from smtpdoctor.settings.workspace import Workspace

LINE_END = re.compile("\r\n|\n|\r")
#: A file of NAME=value lines, by its name.
ENV_FILE = re.compile(r"(?:.*/)?(?:\.env(?:\.[\w.-]+)?|[\w.-]+\.env)$")
ASSIGNMENT = r"\s*(?:export\s+)?{name}\s*=[ \t]*"
ANY_NAME = r"[A-Za-z_][\w.]*"
#: What a variable may have that decides between two ways, or is a port: nothing to hide.
SWITCH = r"(?i:true|false|yes|no|on|off)|\d{1,5}"
QUOTES = ("'", '"', "`")
PLAIN = re.compile(r"[A-Za-z0-9_.,:+=@%/-]+")


class Refused(Exception):  # noqa: N818 - a change that is left to the user, with the reason
    """This can't be written. The text is one line."""


class Removal(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a `.env` to take out."""

    file: str
    line: int
    name: str


class Addition(msgspec.Struct, frozen=True, kw_only=True):
    """A line to put at the end of a `.env`."""

    file: str
    name: str
    value: str


Step = Edit | Removal | Addition


class ShownChange(msgspec.Struct, frozen=True, kw_only=True):
    """One line before and after, masked; None where it is new or taken out."""

    file: str
    line: int
    old: str | None
    new: str | None


class FileChange(msgspec.Struct, frozen=True, kw_only=True):
    """A file's bytes before and after, and what of that may be shown."""

    file: str
    old: bytes
    new: bytes
    shown: tuple[ShownChange, ...]

    def __repr__(self) -> str:  # the bytes may hold secrets
        return f"FileChange({self.file!r})"


# --- from settings to steps ------------------------------------------------------------------


def steps_of(settings: Settings, changes: Mapping[str, str | None]) -> Iterator[Step]:
    """Where these variables are to be changed. Raises Refused where one of them stands in no file
    that can be written."""
    for name, value in changes.items():
        entry = next((each for each in settings.entries if each.origin.name == name), None)
        lost = [item for each in settings.entries for item in each.shadows]
        shadowed = next((item for item in lost if item.origin.name == name), None)
        if value is not None and value in {each.text for each in (entry, shadowed) if each}:
            continue  # it says so already
        if entry is not None:
            yield _of_entry(entry, name, value)
        elif shadowed is not None:
            yield _of_shadowed(shadowed, name, value)
        else:
            yield _addition(settings, name, value)


def _of_entry(entry: Setting, name: str, value: str | None) -> Step:
    origin = entry.origin
    if origin.kind != "file" or origin.file is None or origin.line is None:
        raise Refused(f"{name} stands in no file ({origin.label})")
    if value is None:
        return Removal(file=origin.file, line=origin.line, name=name)
    if origin.columns is None or entry.source_line is None:
        raise Refused(f"where {name} stands in {origin.label} isn't known")
    old = entry.source_line[origin.columns[0] - 1 : origin.columns[1] - 1]
    if MASK in old:
        raise Refused(f"{name} ({origin.label}) holds a secret")
    return Edit(
        file=origin.file,
        line=origin.line,
        columns=origin.columns,
        replace=old,
        with_=_requoted(old, value),
        exact=MASK not in entry.source_line[: origin.columns[0] - 1],
    )


def _of_shadowed(shadowed: Shadowed, name: str, value: str | None) -> Step:
    """A line that lost against another: it stands there all the same."""
    origin = shadowed.origin
    if origin.kind != "file" or origin.file is None or origin.line is None:
        raise Refused(f"{name} stands in no file ({origin.label})")
    if value is None:
        return Removal(file=origin.file, line=origin.line, name=name)
    if origin.columns is None or MASK in shadowed.text:
        raise Refused(f"where {name} stands in {origin.label} isn't known")
    return Edit(
        file=origin.file,
        line=origin.line,
        columns=origin.columns,
        replace=shadowed.text,
        with_=_requoted(shadowed.text, value),
    )


def _addition(settings: Settings, name: str, value: str | None) -> Addition:
    if value is None:
        raise Refused(f"{name} stands in no file")
    said = settings.entry(BY_NAME[name].field) if name in BY_NAME else None
    if said is not None and said.origin.kind not in ("file", "default"):
        raise Refused(f"{said.origin.label} wins over it")
    files = [
        each.origin.file
        for each in settings.entries
        if each.origin.kind == "file" and each.origin.file and ENV_FILE.match(each.origin.file)
    ]
    if not files:
        raise Refused(f"no file is known that {name} belongs in")
    return Addition(file=files[0], name=name, value=value)


def _requoted(old: str, value: str) -> str:
    """The value in the quotes of the old text, else in those that it needs."""
    quote = old[0] if len(old) > 1 and old[0] in QUOTES and old[-1] == old[0] else ""
    if quote and quote not in value and "\\" not in value and "$" not in value:
        return f"{quote}{value}{quote}"
    if PLAIN.fullmatch(value):
        return value
    if "'" not in value:
        return f"'{value}'"
    raise Refused("the new value has quotes in it")


# --- from steps to bytes ---------------------------------------------------------------------


def changed_files(workspace: Workspace, steps: Iterable[Step]) -> list[FileChange]:
    """What the files become. Raises Refused where the old text doesn't stand where it stood."""
    by_file: dict[str, list[Step]] = {}
    for step in steps:
        # one that two found is one, whoever of them knew the file's own columns
        its = msgspec.structs.replace(step, exact=False) if isinstance(step, Edit) else step
        if its not in by_file.setdefault(step.file, []):
            by_file[step.file].append(its)
    return [_changed_file(workspace, file, its) for file, its in by_file.items()]


def _changed_file(workspace: Workspace, file: str, steps: Iterable[Step]) -> FileChange:
    data = workspace.folder.data(file)
    if data is None:
        raise Refused(f"{file} can't be read")
    if is_notebook(file):
        raise Refused(f"{file} is a notebook: change its cell where you edit it")
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise Refused(f"{file} is UTF-16")
    mark = BOM_UTF8 if data.startswith(BOM_UTF8) else b""
    text = data[len(mark) :].decode("utf-8", "surrogateescape")
    lines = _lines(text)
    shown: list[ShownChange] = []
    edits = [step for step in steps if isinstance(step, Edit)]
    for number in sorted({edit.line for edit in edits}):
        its = [edit for edit in edits if edit.line == number]
        shown.append(_edit_line(workspace, file, lines, number, its))
    for step in steps:
        if isinstance(step, Addition):
            shown.append(_set_again(file, lines, step) or _add(file, lines, step))
    removals = [step for step in steps if isinstance(step, Removal)]
    for step in sorted(removals, key=lambda each: each.line, reverse=True):
        shown.append(_remove(workspace, lines, step))
    new = "".join(body + end for body, end in lines).encode("utf-8", "surrogateescape")
    return FileChange(file=file, old=data, new=mark + new, shown=tuple(shown))


def _lines(text: str) -> list[tuple[str, str]]:
    """Every line with its end."""
    found, at = [], 0
    for match in LINE_END.finditer(text):
        found.append((text[at : match.start()], match[0]))
        at = match.end()
    if at < len(text):
        found.append((text[at:], ""))
    return found


def _edit_line(
    workspace: Workspace, file: str, lines: list[tuple[str, str]], number: int, edits: list[Edit]
) -> ShownChange:
    if not 0 < number <= len(lines):
        raise Refused(f"{file} has no line {number} any more")
    body, end = lines[number - 1]
    places = sorted(((*_place(workspace, body, edit), edit) for edit in edits), key=lambda p: p[:2])
    for (_, last, _, _), (first, _, _, _) in itertools.pairwise(places):
        if first < last:
            raise Refused(f"{file}:{number}: two changes of the same characters")
    new = body
    for first, last, text, _ in reversed(places):
        new = new[:first] + text.replace("\n", end or "\n") + new[last:]
    lines[number - 1] = (new, end)
    return ShownChange(
        file=file,
        line=number,
        old=_masked(workspace, file, number, body, [(a, b) for a, b, _, e in places if _open(e)]),
        new=_masked(workspace, file, number, body, places),
    )


def _open(edit: Edit) -> bool:
    return MASK not in edit.replace


def _masked(
    workspace: Workspace,
    file: str,
    number: int,
    body: str,
    places: list[tuple[int, int, str, Edit]] | list[tuple[int, int]],
) -> str:
    """The raw line masked, the places shown (or what is put there) and nothing else of values."""
    harmless = workspace.harmless_ranges(file, number)
    parts, at = [], 0
    for place in places:
        first, last = place[0], place[1]
        parts.append(_stretch(workspace, body[at:first], at, harmless))
        if len(place) == 2:
            parts.append(body[first:last])
        else:
            parts.append(place[3].with_)
        at = last
    return "".join([*parts, _stretch(workspace, body[at:], at, harmless)])


def _stretch(workspace: Workspace, text: str, first: int, harmless: list[tuple[int, int]]) -> str:
    """A part of a line masked, which begins at that character of it."""
    inside = [(max(a - first, 0), min(b - first, len(text))) for a, b in harmless]
    return workspace.masked_text(text, [(a, b) for a, b in inside if a < b]).text


def _place(workspace: Workspace, body: str, edit: Edit) -> tuple[int, int, str]:
    """The raw columns, from 0, of an edit in its masked line, with what is to stand there."""
    if MASK in edit.replace:
        return _quoting(body, edit)
    raw = _columns_shown_as(workspace, body, edit)
    if len(raw) != 1:
        plain = edit.columns[0] - 1
        if raw or body[plain : edit.columns[1] - 1] != edit.replace or plain > len(body):
            raise Refused(f"{edit.file}:{edit.line} doesn't have “{edit.replace}” there any more")
        raw = [plain]
    return raw[0], raw[0] + len(edit.replace), edit.with_


def _columns_shown_as(workspace: Workspace, body: str, edit: Edit) -> list[int]:
    """Where in the raw line, from 0, what an edit replaces is shown at its columns."""
    harmless = workspace.harmless_ranges(edit.file, edit.line)
    if not edit.replace:
        line = workspace.masked_text(body, harmless)

        def column(at: int) -> int:
            return line.columns(at + 1, at + 2)[0]

        # no column is before that of an earlier character; the first that a mask is shown as
        at = bisect_left(range(len(body) + 1), edit.columns[0], key=column)
        found = at <= len(body) and edit.columns == (column(at), column(at))
        return [at] if found else []
    size = len(edit.replace)

    def shown(at: int) -> tuple[int, int]:
        line = workspace.masked_text(body, [*harmless, (at, at + size)])
        return line.columns(at + 1, at + size + 1)

    written = re.finditer(f"(?={re.escape(edit.replace)})", body)
    return [match.start() for match in written if shown(match.start()) == edit.columns]


def has_own_columns(workspace: Workspace, edit: Edit) -> bool:
    """Whether an edit's columns are the file's own: nothing that is masked stands before them."""
    body = workspace.line(edit.file, edit.line)
    if body is None or MASK in edit.replace or is_notebook(edit.file):
        return False
    try:
        first, last, _ = _place(workspace, body, edit)
    except Refused:
        return False
    before = _masked(workspace, edit.file, edit.line, body[:first], [])
    return (first + 1, last + 1) == edit.columns and before == body[:first]


def _quoting(body: str, edit: Edit) -> tuple[int, int, str]:
    """A secret in other quotes: its own characters stay as they are."""
    from smtpdoctor.settings.readers.dotenv import evidently_meant

    match = re.match(ASSIGNMENT.format(name=ANY_NAME), body)
    if "\n" in edit.with_:
        return _comment_above(body, edit, match)
    quote = edit.with_[:1] if edit.with_[:1] in QUOTES else ""
    if match is None or edit.with_ != f"{quote}{MASK}{quote}":
        raise Refused(f"{edit.file}:{edit.line}: where the secret begins and ends isn't plain")
    meant = evidently_meant(body[match.end() :])
    value = meant.value.reveal()
    if meant.open_quote or not value or (quote and quote in value):
        raise Refused(f"{edit.file}:{edit.line}: these quotes don't fit the value")
    return match.end(), match.end() + meant.end, f"{quote}{value}{quote}"


def _comment_above(body: str, edit: Edit, match: re.Match[str] | None) -> tuple[int, int, str]:
    """A secret's line with the comment behind it on a line of its own above; the secret's own
    characters stay as they are."""
    from smtpdoctor.settings.readers.dotenv import evidently_meant

    above, _, line = edit.with_.partition("\n")
    before = match[0] if match is not None else ""
    meant = evidently_meant(body[len(before) :])
    value, comment = meant.value.reveal(), body[len(before) + meant.end :].strip()
    quote = line.removeprefix(before)[:1] if line.removeprefix(before)[:1] in QUOTES else ""
    fits = line == f"{before}{quote}{MASK}{quote}" and above == f"# {MASK}"
    if not fits or not value or (quote and quote in value) or not comment.startswith("#"):
        raise Refused(f"{edit.file}:{edit.line} doesn't have a comment behind the secret")
    return 0, len(body), f"{comment}\n{before}{quote}{value}{quote}"


def _set_again(file: str, lines: list[tuple[str, str]], step: Addition) -> ShownChange | None:
    """The one line that has the variable already, where all of it is a switch or a port; None
    where there is none such, or several."""
    form = rf"\s*(?:export\s+)?{re.escape(step.name)}\s*=\s*([\"']?)({SWITCH})\1\s*"
    found = [
        (number, match)
        for number, (body, _) in enumerate(lines, 1)
        if (match := re.fullmatch(form, body))
    ]
    if len(found) != 1:
        return None
    number, match = found[0]
    body, end = lines[number - 1]
    new = f"{body[: match.start(2)]}{step.value}{body[match.end(2) :]}"
    if not re.fullmatch(form, new):
        return None
    lines[number - 1] = (new, end)
    return ShownChange(file=file, line=number, old=body, new=new)


def _add(file: str, lines: list[tuple[str, str]], step: Addition) -> ShownChange:
    end = next((end for _, end in lines if end), "\n")
    if lines and not lines[-1][1]:
        lines[-1] = (lines[-1][0], end)
    text = f"{step.name}={_requoted('', step.value)}"
    lines.append((text, end))
    return ShownChange(file=file, line=len(lines), old=None, new=text)


def _remove(workspace: Workspace, lines: list[tuple[str, str]], step: Removal) -> ShownChange:
    body = lines[step.line - 1][0] if 0 < step.line <= len(lines) else ""
    match = re.match(ASSIGNMENT.format(name=re.escape(step.name)), body)
    rest = body[match.end() :] if match is not None else ""
    spans_lines = rest[:1] in QUOTES and not rest.rstrip().endswith(rest[0])
    if match is None or spans_lines or not ENV_FILE.match(step.file):
        raise Refused(f"{step.file}:{step.line} doesn't set {step.name} in one line")
    del lines[step.line - 1]
    old = _masked(workspace, step.file, step.line, body, [])
    return ShownChange(file=step.file, line=step.line, old=old, new=None)


# --- to the disk -----------------------------------------------------------------------------


def is_supported() -> bool:
    """Whether a file can be opened here by its folder and never through a link: Windows can't."""
    return hasattr(os, "O_NOFOLLOW") and {os.open, os.rename, os.unlink} <= os.supports_dir_fd


def make_sure_of(root: Path, change: FileChange) -> None:
    """Raise Refused where `replace_file` would, so far as it shows without writing."""
    folder, name = _folder_of(root, change.file)
    try:
        _check_unchanged(folder, name, change)
    except OSError as error:
        raise Refused(f"{change.file}: {reason_of(error)}") from None
    finally:
        os.close(folder)


def replace_file(root: Path, change: FileChange) -> None:
    """Put the new bytes in the place of the old ones: beside it first, then renamed; mode, owner,
    access list and what else is said of the file stay. Raises Refused where the file is no longer
    the one that was read, or is a link."""
    folder, name = _folder_of(root, change.file)
    beside = f".{name[:80]}.smtpdoctor.{os.getpid()}"
    made = False
    try:
        found, attributes = _check_unchanged(folder, name, change)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(beside, flags, 0o600, dir_fd=folder)
        made = True
        with os.fdopen(descriptor, "wb") as file:
            if (found.st_uid, found.st_gid) != (os.geteuid(), os.getegid()):
                os.fchown(descriptor, found.st_uid, found.st_gid)
            os.fchmod(descriptor, stat.S_IMODE(found.st_mode))
            _set_attributes(descriptor, attributes)
            file.write(change.new)
            file.flush()
            os.fsync(descriptor)
        _check_unchanged(folder, name, change)
        os.rename(beside, name, src_dir_fd=folder, dst_dir_fd=folder)
        made = False
    except OSError as error:
        raise Refused(f"{change.file}: {reason_of(error)}") from None
    finally:
        if made:
            with contextlib.suppress(OSError):
                os.unlink(beside, dir_fd=folder)
        os.close(folder)


def _set_attributes(descriptor: int, attributes: Mapping[str, bytes]) -> None:
    """What was said of the file before. Raises OSError for the access list alone: of the mode the
    group's part is then the list's mask, which by itself would let the group read."""
    for name, value in attributes.items():
        try:
            os.setxattr(descriptor, name, value)
        except OSError:
            if name == ACCESS_LIST:
                raise


def _folder_of(root: Path, path: str) -> tuple[int, str]:
    """The folder of a file below `root`, opened without following a link, and the file's name."""
    *parents, name = path.split("/")
    if not name or any(part in ("", ".", "..") for part in (*parents, name)):
        raise Refused(f"{path} isn't inside the folder")
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    try:
        folder = os.open(root, flags)
        for part in parents:
            inner = os.open(part, flags | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = inner
    except OSError as error:
        raise Refused(f"{path}: {reason_of(error)}") from None
    return folder, name


#: How Linux keeps a POSIX access list of a file (acl(5)).
ACCESS_LIST = "system.posix_acl_access"


def _check_unchanged(
    folder: int, name: str, change: FileChange
) -> tuple[os.stat_result, dict[str, bytes]]:
    """The file's facts and its extended attributes, the access list among them, where it is a
    plain file with the bytes that were read."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    descriptor = os.open(name, flags, dir_fd=folder)
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise Refused(f"{change.file} is no regular file")
        if found.st_nlink > 1:
            raise Refused(f"{change.file} has a second name (a hard link)")
        if file.read(len(change.old) + 1) != change.old:
            raise Refused(f"{change.file} has changed since it was read")
        attributes = {}
        if hasattr(os, "getxattr"):  # Linux
            with contextlib.suppress(OSError):  # the file system knows none
                attributes = {
                    each: os.getxattr(descriptor, each) for each in os.listxattr(descriptor)
                }
    return found, attributes

r"""systemd's `EnvironmentFile=`.

Source: systemd, src/basic/env-file.c of 252 (run: 252.38, 252.39) and after 254 (read);
systemd.exec(5). Nothing is expanded. A
backslash counts outside single quotes; before a line end it joins lines. Of a comment that ends
in a backslash the next line is a part before 254.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from smtpdoctor.settings.readers.dotenv.draft import Draft, first_of, run_of
from smtpdoctor.settings.readers.dotenv.model import Alteration, DotenvFile, Reader

SPACE = " \t\n\r"
NEWLINE = "\n\r"
DOUBLE_QUOTED = re.compile(r"\\(.)", re.S)


def _read(reader: str, text: str, *, joins_comments: bool) -> DotenvFile:
    draft = Draft(text.partition("\0")[0])
    text = draft.text
    offset = 0
    while True:
        offset = run_of(text, SPACE, offset)
        if offset == len(text):
            break
        if text[offset] in "#;":
            offset = _comment_end(text, offset, joins=joins_comments)
            continue
        stop = first_of(text, "=\n\r", offset + 1)  # a = at its start belongs to the name
        if not text.startswith("=", stop):
            draft.fault("no-assignment", "line-skipped", offset)
            offset = stop
            continue
        name = text[offset:stop].rstrip(SPACE)
        if name.startswith("="):
            draft.fault("name-invalid", "line-skipped", offset)
        offset = _value(draft, name, stop + 1)
    return draft.finish(reader, "file")


def _comment_end(text: str, offset: int, *, joins: bool) -> int:
    while True:
        offset = first_of(text, "\n\r\\", offset)
        if not text.startswith("\\", offset):
            return offset
        if not joins and text[offset + 1 : offset + 2] in ("\n", "\r"):
            return offset + 1
        offset = min(offset + 2, len(text))


def _value(draft: Draft, name: str, start: int) -> int:
    """Quoted pieces, the blanks between them dropped, then bare text to the end of the line."""
    text = draft.text
    pieces: list[str] = []
    alterations: list[Alteration] = []
    offset = end = first = run_of(text, " \t", start)
    quoted = 0
    while offset < len(text) and text[offset] in "'\"":
        piece, offset = _quoted(text, offset, alterations)
        pieces.append(piece)
        quoted += 1
        end = offset
        following = run_of(text, " \t", offset)
        if text[following : following + 1] not in ("", "\n", "\r") and following > offset:
            alterations.append("blanks-removed")
        offset = following
    bare = ""
    if offset < len(text) and text[offset] not in NEWLINE:
        bare, offset, end = _bare(text, offset, alterations)
    if quoted:
        alterations.append("quotes-removed" if quoted > 1 or bare else "quotes-stripped")
    elif text[first : first + 1] == "`":
        alterations.append("quotes-kept")
    if "\n" in text[first:end]:
        alterations.append("lines-joined")
    if not name.startswith("="):
        draft.add(name, "".join(pieces) + bare, first, end, alterations)
    return offset


def _quoted(text: str, start: int, alterations: list[Alteration]) -> tuple[str, int]:
    """What the quotes hold, to the end of the text where they are not closed."""
    quote = text[start]
    end = start + 1
    while end < len(text) and text[end] != quote:
        end += 2 if quote == '"' and text[end] == "\\" else 1
    end = min(end, len(text))
    raw = text[start + 1 : end]
    if quote == "'":
        return raw, min(end + 1, len(text))
    value = DOUBLE_QUOTED.sub(_escape, raw)
    if end == len(text) and _dangling(raw):
        value = value[:-1]
    if value != raw:
        alterations.append("escape-processed")
    return value, min(end + 1, len(text))


def _dangling(raw: str) -> bool:
    return (len(raw) - len(raw.rstrip("\\"))) % 2 == 1


def _escape(match: re.Match[str]) -> str:
    if match[1] in '"\\`$':
        return match[1]
    return "" if match[1] == "\n" else match[0]


def _bare(text: str, offset: int, alterations: list[Alteration]) -> tuple[str, int, int]:
    """Bare text, where its line ends, and where it ends without the blanks behind it."""
    characters: list[str] = []
    kept = end = 0
    while offset < len(text) and text[offset] not in NEWLINE:
        character = text[offset]
        if character == "\\":
            alterations.append("escape-processed")
            offset += 1
            character = text[offset : offset + 1]
            if character and character not in NEWLINE:
                characters.append(character)
            kept = len(characters)
            end = min(offset + 1, len(text))
        else:
            characters.append(character)
            if character not in SPACE:
                kept = len(characters)
                end = offset + 1
        offset += 1
    return "".join(characters[:kept]), min(offset, len(text)), end


def read(text: str, environ: Mapping[str, str]) -> DotenvFile:
    """systemd 254 and later."""
    return _read("systemd", text, joins_comments=False)


def read_252(text: str, environ: Mapping[str, str]) -> DotenvFile:
    """systemd before 254."""
    return _read("systemd-252", text, joins_comments=True)


READERS = (
    Reader(name="systemd", title="systemd's EnvironmentFile", versions=(), read=read),
    Reader(
        name="systemd-252",
        title="systemd's EnvironmentFile before 254",
        versions=("252.39",),
        read=read_252,
    ),
)

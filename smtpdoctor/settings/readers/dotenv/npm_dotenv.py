r"""npm dotenv: 16 and later by one pattern over the whole text, 8 line by line.

Sources: dotenv 16.6.1, 17.4.2, 18.0.10 and 8.6.0, lib/main.js. This module must not know
dotenv-expand, which works on what it gives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from smtpdoctor.settings.readers.dotenv.draft import (
    JAVASCRIPT_SPACE,
    Draft,
    first_of,
    run_of,
    unified,
)
from smtpdoctor.settings.readers.dotenv.model import Alteration, DotenvFile, Reader
from smtpdoctor.settings.readers.dotenv.pattern import Dialect, matches

DIALECT = Dialect(
    key=re.compile(r"[A-Za-z0-9_.-]+"),
    space=JAVASCRIPT_SPACE,
    line_ends="\n\r\u2028\u2029",
    quotes="'\"`",
    bare_names=False,
)
LINE_8 = re.compile(r"[A-Za-z0-9_.-]+")


class Parsed(NamedTuple):
    """What `parse` gives for one assignment."""

    name: str
    value: str
    start: int
    end: int
    alterations: tuple[Alteration, ...]


def parsed(text: str) -> Iterator[Parsed]:
    """The assignments of a text whose line ends are line feeds."""
    for match in matches(text, DIALECT):
        if match.key == "__proto__":  # sets no property: it is the object's own prototype
            continue
        start, end = match.value or (match.end, match.end)
        start = run_of(text, JAVASCRIPT_SPACE, start, end)
        raw = text[start:end].rstrip(JAVASCRIPT_SPACE)
        end = start + len(raw)
        if not raw:
            start = end = _after_separator(text, match.key_start + len(match.key))
        alterations: list[Alteration] = []
        value = _without_quotes(raw)
        if value != raw:
            alterations.append("quotes-stripped")
        elif raw[:1] in ("'", '"', "`"):
            alterations.append("quotes-kept")
        if raw.startswith('"'):
            unescaped = value.replace("\\n", "\n").replace("\\r", "\r")
            if unescaped != value:
                alterations.append("escape-processed")
            value = unescaped
        if "\n" in raw:
            alterations.append("lines-joined")
        if match.comment:
            alterations.append("cut-at-hash")
        yield Parsed(match.key, value, start, end, tuple(alterations))


def _after_separator(text: str, offset: int) -> int:
    return min(first_of(text, "=:", offset) + 1, len(text))


def _without_quotes(value: str) -> str:
    r"""As `/^(['"`])([\s\S]*)\1$/mg` takes quotes off: at every line start of the value."""
    if value[:1] not in ("'", '"', "`") and not any(c in value for c in DIALECT.line_ends):
        return value
    ends = DIALECT.line_ends
    last = dict.fromkeys("'\"`", -1)
    for offset, character in enumerate(value):
        if character in last and (offset + 1 == len(value) or value[offset + 1] in ends):
            last[character] = offset
    parts = []
    copied = offset = 0
    while offset < len(value):
        closing = last.get(value[offset], -1)
        if closing > offset:
            parts += [value[copied:offset], value[offset + 1 : closing]]
            copied = offset = closing + 1
            continue
        while offset < len(value) and value[offset] not in ends:
            offset += 1
        offset += 1
    return "".join(parts) + value[copied:]


def read(text: str, environ: Mapping[str, str]) -> DotenvFile:
    """dotenv 16 to 18."""
    draft = Draft(unified(text))
    for entry in parsed(draft.text):
        draft.add(*entry)
    return draft.finish("npm-dotenv")


def read_8(text: str, environ: Mapping[str, str]) -> DotenvFile:
    r"""dotenv 8: `/^\s*([\w.-]+)\s*=\s*(.*)?\s*$/` on each line."""
    draft = Draft(text)
    offset = 0
    while offset <= len(text):
        end = first_of(text, "\n\r", offset)
        key = run_of(text, JAVASCRIPT_SPACE, offset, end)
        found = LINE_8.match(text, key, end)
        equals = run_of(text, JAVASCRIPT_SPACE, found.end(), end) if found else end
        if found and text.startswith("=", equals) and equals < end:
            _add_8(draft, found.group(), run_of(text, JAVASCRIPT_SPACE, equals + 1, end), end)
        offset = end + 1
    return draft.finish("npm-dotenv-8")


def _add_8(draft: Draft, name: str, start: int, end: int) -> None:
    # .* stops at U+2028 and U+2029, and only white space may follow
    stop = first_of(draft.text, "\u2028\u2029", start, end)
    if stop < end:
        if draft.text[stop:end].strip(JAVASCRIPT_SPACE):
            return
        end = stop
    value = draft.text[start:end]
    alterations: list[Alteration] = []
    if len(value) > 1 and value[0] in "'\"" and value[0] == value[-1]:
        alterations.append("quotes-stripped")
        inner = value[1:-1]
        if value[0] == '"' and "\\n" in inner:
            inner = inner.replace("\\n", "\n")
            alterations.append("escape-processed")
        value = inner
    else:
        if value[:1] in ("'", '"', "`"):
            alterations.append("quotes-kept")
        value = value.rstrip(JAVASCRIPT_SPACE)
        end = start + len(value)
    draft.add(name, value, start, end, alterations)


READERS = (
    Reader(
        name="npm-dotenv",
        title="npm dotenv",
        versions=("16.6.1", "17.4.2", "18.0.10"),
        read=read,
    ),
    Reader(name="npm-dotenv-8", title="npm dotenv 8", versions=("8.6.0",), read=read_8),
)

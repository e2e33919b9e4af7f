r"""The pattern that npm dotenv 16 and later and Ruby's dotenv 3 find assignments with.

Both apply one regular expression to the whole text. It backtracks, here and there over line
ends, so that `K=`, an empty line and `"x"` are one assignment. This module finds the same
matches in linear time. It must not know what becomes of a value.

`^ \s* (export \s+)? KEY (\s*=\s*? | :\s+?) (\s*'(\\'|[^'])*' | \s*"…" | \s*`…` | [^#\n]+)?
\s* (#.*)? $`
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from smtpdoctor.settings.readers.dotenv.draft import run_of


class Dialect(NamedTuple):
    """In what the two patterns differ."""

    key: re.Pattern[str]
    space: str
    line_ends: str  # where ^ and $ hold and . does not
    quotes: str
    bare_names: bool  # KEY alone is a match


class Match(NamedTuple):
    """One match. `value` is None where the optional group took no part."""

    key: str
    key_start: int
    export: bool
    separator: bool
    value: tuple[int, int] | None
    end: int
    comment: bool


def matches(text: str, dialect: Dialect) -> Iterator[Match]:
    """Every match in order."""
    offset = 0
    while offset <= len(text):
        # ^ holds here; \s* goes on to the first other character, over lines, and every line
        # start in between would only lead there again
        start = run_of(text, dialect.space, offset)
        if start == len(text):
            return
        match = _match(text, start, dialect)
        if match is None:
            offset = _next_line(text, start, dialect)
            continue
        yield match
        at_start = match.end == 0 or text[match.end - 1] in dialect.line_ends
        offset = match.end if at_start else _next_line(text, match.end, dialect)


def _next_line(text: str, offset: int, dialect: Dialect) -> int:
    while offset < len(text) and text[offset] not in dialect.line_ends:
        offset += 1
    return offset + 1


def _match(text: str, start: int, dialect: Dialect) -> Match | None:
    if text.startswith("export", start):
        key = run_of(text, dialect.space, start + 6)
        if key > start + 6:
            match = _from_key(text, key, dialect, export=True)
            if match:
                return match
    return _from_key(text, start, dialect, export=False)


def _from_key(text: str, start: int, dialect: Dialect, *, export: bool) -> Match | None:
    found = dialect.key.match(text, start)
    if found is None:
        return None
    key, end = found.group(), found.end()
    separator = run_of(text, dialect.space, end)
    if text.startswith("=", separator):
        value, after = _value(text, separator + 1, dialect)
    elif text.startswith(":", end) and text[end + 1 : end + 2] in (*dialect.space,):
        value, after = _value(text, end + 2, dialect)
    elif dialect.bare_names:
        rest = _rest(text, end, dialect)
        if rest is None:
            return None
        return Match(key, start, export, False, None, *rest)
    else:
        return None
    rest = _rest(text, after, dialect)
    assert rest is not None  # _value stops only where the rest fits
    return Match(key, start, export, True, value, *rest)


def _value(text: str, start: int, dialect: Dialect) -> tuple[tuple[int, int] | None, int]:
    """The value from the separator on, and where it ends."""
    opening = run_of(text, dialect.space, start)
    quote = text[opening : opening + 1]
    if quote and quote in dialect.quotes:
        for end in _closings(text, opening, quote):
            if _rest(text, end, dialect) is not None:
                return (start, end), end
    end = start
    stops = "#\n\r" if "\r" in dialect.line_ends else "#\n"
    while end < len(text) and text[end] not in stops:
        end += 1
    return ((start, end) if end > start else None), end


def _closings(text: str, opening: int, quote: str) -> Iterator[int]:
    r"""Where the quoted text may end, as the pattern tries it: at the first quote without a
    backslash before it, else at one with it, from the last to the first."""
    escaped = []
    offset = text.find(quote, opening + 1)
    while offset != -1:
        if text[offset - 1] != "\\":
            yield offset + 1
            break
        escaped.append(offset + 1)
        offset = text.find(quote, offset + 1)
    yield from reversed(escaped)


def _rest(text: str, start: int, dialect: Dialect) -> tuple[int, bool] | None:
    r"""`\s*(#.*)?$` from there on: its end and whether it holds a comment; None where it fails."""
    run = run_of(text, dialect.space, start)
    if text.startswith("#", run):
        return _next_line(text, run, dialect) - 1, True
    if run == len(text):
        return run, False
    for offset in range(run, start - 1, -1):
        if text[offset] in dialect.line_ends:
            return offset, False
    return None

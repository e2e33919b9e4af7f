"""Reading a `.env` text: python-dotenv's own parser, with the place of every value.

This module knows the text of a file. It must not know which names matter to us, nor what values
mean. `${…}` is not expanded.
"""

from __future__ import annotations

import io
import re
from bisect import bisect_right
from collections.abc import Iterator

import msgspec

from smtpdoctor.settings.model import Note, Secret

NEWLINE = re.compile(r"\r\n|\n|\r")
ASSIGNMENT = re.compile(
    r"(?:export[^\S\r\n]+)?(?:'(?P<quoted>[^']+)'|(?P<name>[^=#\s]+))[^\S\r\n]*=[^\S\r\n]*"
)
QUOTED = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*\"""", re.DOTALL)

#: Another assignment inside a value over several lines: its quote was never closed, and the value
#: would swallow the settings (and other programs' secrets) that follow.
LOST_QUOTE = re.compile(r"[\r\n][^\S\r\n]*(?:export[^\S\r\n]+)?[A-Z][A-Z0-9]*_\w*[^\S\r\n]*=")

REJECTED = Note(kind="line-rejected")
UNCLOSED = Note(kind="quote-not-closed")
COMMENT = Note(kind="comment-behind")


class Assignment(msgspec.Struct, frozen=True, kw_only=True):
    """One `NAME=value` of a file.

    `line` counts from 1, `text` is that line (where the value begins) without its end,
    `columns` the half-open range of the value in it, quotes included, counted from 1. Text and
    value may hold secrets and print as a mask.
    """

    name: str
    value: Secret
    line: int
    text: Secret
    columns: tuple[int, int]
    quote: str = ""
    note: Note | None = None


class _Lines:
    """Line numbers and line texts by offset."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *(match.end() for match in NEWLINE.finditer(text))]

    def number(self, offset: int) -> int:
        return bisect_right(self.starts, offset)

    def end(self, offset: int) -> int:
        """Where the line of `offset` ends, before its newline."""
        match = NEWLINE.search(self.text, offset)
        return match.start() if match else len(self.text)

    def first_character(self, offset: int) -> int:
        """The first offset from here on that is not white space."""
        while offset < len(self.text) and self.text[offset].isspace():
            offset += 1
        return offset

    def following(self, offset: int) -> int:
        match = NEWLINE.search(self.text, offset)
        return match.end() if match else len(self.text)

    def assignment(
        self,
        name: str,
        value: str,
        start: int,
        end: int,
        *,
        quote: str = "",
        note: Note | None = None,
    ) -> Assignment:
        first = self.starts[self.number(start) - 1]
        last = self.end(start)
        return Assignment(
            name=name,
            value=Secret(value),
            line=self.number(start),
            text=Secret(self.text[first:last]),
            columns=(start - first + 1, min(end, last) - first + 1),
            quote=quote,
            note=note,
        )


def read_dotenv(text: str) -> Iterator[Assignment]:
    """Every assignment in order, duplicates included. A name without `=` is none.

    What python-dotenv rejects is taken raw after `=`, line by line, and says so in `note`.
    """
    from dotenv.parser import parse_stream  # 30 ms to import, only where there is a file

    text = text.removeprefix("\ufeff")
    lines = _Lines(text)
    pending: list[tuple[int, int, Note | None]] = [(0, len(text), None)]
    while pending:
        start, stop, swallowed = pending.pop()
        for binding in parse_stream(io.StringIO(text[start:stop], newline="")):
            end = start + len(binding.original.string)
            begin = lines.first_character(start)
            match = ASSIGNMENT.match(text, begin, end)
            lost = match is not None and LOST_QUOTE.search(text, match.end(), end) is not None
            if binding.error or lost:
                stop_here = min(lines.end(begin), end)
                if match and match.end() <= stop_here:
                    raw = text[match.end() : stop_here].rstrip()
                    yield lines.assignment(
                        match["quoted"] or match["name"],
                        raw,
                        match.end(),
                        match.end() + len(raw),
                        note=swallowed or (UNCLOSED if lost else REJECTED),
                    )
                rest = lines.following(begin)
                if rest < end:
                    # the parser went on over the lines that follow: they are read by themselves
                    note = Note(kind="line-swallowed", line=lines.number(begin))
                    pending += [(end, stop, swallowed), (rest, end, note)]
                    break
            elif match and binding.value is not None:
                yield _regular(
                    lines, match["quoted"] or match["name"], binding.value, match.end(), swallowed
                )
            start = end


def _regular(lines: _Lines, name: str, value: str, start: int, note: Note | None) -> Assignment:
    quoted = QUOTED.match(lines.text, start)
    if quoted:
        return lines.assignment(
            name, value, start, quoted.end(), quote=quoted.group()[0], note=note
        )
    end = start + len(value)
    if value and "#" in lines.text[end : lines.end(start)]:
        note = note or COMMENT
    return lines.assignment(name, value, start, end, note=note)

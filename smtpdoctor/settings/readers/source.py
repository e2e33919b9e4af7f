"""The text of one file, and spans of its characters.

This module knows bytes, encodings and line ends. It must not know any syntax.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE

from smtpdoctor.settings.readers.model import Span

#: Larger files are no settings that somebody wrote.
MAXIMUM_BYTES = 1 << 20

NEWLINE = re.compile(rb"\r\n|\n|\r")
ESCAPED = re.compile("[\ud800-\udfff]")


class Source:
    """One file's text, decoded so that every byte that is no UTF-8 is one U+FFFD."""

    def __init__(self, file: str, content: bytes) -> None:
        self.file = file
        self.text = decode(content)
        self.bytes = self.text.encode()
        # of four bytes a line: a file may have a million, and the folder many of these files
        self._lines = array("I", (0,))
        self._lines.extend(match.end() for match in NEWLINE.finditer(self.bytes))
        self._character_lines: array[int] | None = None
        # what is evaluated again and again asks for the same ones
        self._spans: dict[tuple[int, int], Span] = {}

    def span(self, start: int, end: int) -> Span:
        """The span of a half-open range of bytes of `bytes`."""
        found = self._spans.get((start, end))
        if found is None:
            line, column = self._place(start)
            end_line, end_column = self._place(end)
            found = Span(self.file, line, (column, end_column), end_line)
            self._spans[start, end] = found
        return found

    def characters(self, start: int, end: int) -> Span:
        """The span of a half-open range of characters of `text`."""
        if self._character_lines is None:
            ends = re.finditer("\r\n|\n|\r", self.text)
            self._character_lines = array("I", (0,))
            self._character_lines.extend(match.end() for match in ends)
        lines = self._character_lines
        line, end_line = bisect_right(lines, start), bisect_right(lines, end)
        columns = start - lines[line - 1] + 1, end - lines[end_line - 1] + 1
        return Span(self.file, line, columns, end_line)

    def slice(self, start: int, end: int) -> str:
        """The text of a half-open range of bytes."""
        return self.bytes[start:end].decode(errors="replace")

    def line_bytes(self, number: int) -> tuple[int, int] | None:
        """The range of bytes of a line, without its end; None where there is no such line."""
        if not 0 < number <= len(self._lines):
            return None
        first = self._lines[number - 1]
        last = self._lines[number] if number < len(self._lines) else len(self.bytes)
        return first, first + len(self.bytes[first:last].rstrip(b"\r\n"))

    def line(self, number: int) -> str:
        """A line without its end; empty where there is none."""
        return self.slice(*(self.line_bytes(number) or (0, 0)))

    def _place(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._lines, offset)
        before = self.bytes[self._lines[line - 1] : offset]
        return line, len(before.decode(errors="replace")) + 1


def decode(content: bytes) -> str:
    """The text, without its byte order mark. Never raises."""
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        text = content.decode("utf-16", "replace")
    else:
        text = content.removeprefix(BOM_UTF8).decode("utf-8", "surrogateescape")
    return ESCAPED.sub("�", text)

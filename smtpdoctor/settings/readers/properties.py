"""Java's properties files (java.util.Properties, load), and Spring's parts of them.

This module knows the format. It must not know any program's names; `${…}` stays as it is.
"""

from __future__ import annotations

import re

from smtpdoctor.settings.readers.document import Document
from smtpdoctor.settings.readers.model import Entry, Known, Map, Value
from smtpdoctor.settings.readers.source import Source

LINE = re.compile(r"(?P<text>[^\r\n]*)(?:\r\n|\n|\r|\Z)")
#: A key ends at the first separator that is not escaped.
KEY = re.compile(r"(?P<key>(?:\\.|[^\\=:\s])*)[ \t\f]*[=:]?[ \t\f]*", re.DOTALL)
ESCAPE = re.compile(
    r"\\(?:u(?P<four>[0-9a-fA-F]{4})|(?P<line>(?:\r\n|\n|\r)[ \t\f]*)|(?P<one>.))", re.DOTALL
)
SHORT = {"n": "\n", "t": "\t", "r": "\r", "f": "\f"}


def unescape(text: str) -> str:
    def replace(match: re.Match[str]) -> str:
        if match["four"]:
            return chr(int(match["four"], 16))
        return "" if match["line"] else SHORT.get(match["one"], match["one"])

    return ESCAPE.sub(replace, text)


def read(source: Source) -> Document:
    """The keys with their values as text. A line `#---` or `!---` begins a further part."""
    parts: list[Value] = []
    current = Map()
    text = source.text
    place = 0
    while place < len(text):
        found = LINE.match(text, place)
        if found is None:
            break
        line = found["text"]
        begin = place + len(line) - len(line.lstrip(" \t\f"))
        place = max(found.end(), place + 1)
        stripped = line.strip(" \t\f")
        if stripped in ("#---", "!---"):
            parts.append(Known(current, source.characters(0, begin)))
            current = Map()
            continue
        if not stripped or stripped[0] in "#!":
            continue
        end = found.end("text")
        while continues(text[begin:end]) and place < len(text):
            found = LINE.match(text, place)
            if found is None:
                break
            end, place = found.end("text"), max(found.end(), place + 1)
        pair(source, current, begin, end)
    parts.append(Known(current, source.characters(0, len(text))))
    return Document(source.file, "properties", tuple(parts))


def continues(line: str) -> bool:
    """Whether the line goes on: an odd number of backslashes at its end."""
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1


def pair(source: Source, target: Map, begin: int, end: int) -> None:
    line = source.text[begin:end]
    found = KEY.match(line)
    if found is None:
        return
    start = begin + found.end()
    raw = source.text[start:end]
    span = source.characters(start, end)
    value = Known(unescape(raw), span, raw=raw, style="plain")
    target.entries.append(Entry(unescape(found["key"]), value, source.characters(begin, end)))

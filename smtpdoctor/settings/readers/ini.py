"""Files of sections with `name = value` lines: Python's ConfigParser, and systemd's units.

This module knows the formats. It must not know any program's names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtpdoctor.settings.readers.document import Document
from smtpdoctor.settings.readers.model import Entry, Known, Map, Value
from smtpdoctor.settings.readers.source import Source

LINE = re.compile(r"([^\r\n]*)(\r\n|\n|\r|\Z)")
PAIR = re.compile(r"(?P<key>[^=:\s][^=:]*?)[ \t]*(?:[=:][ \t]*(?P<value>.*))?")
UNIT_PAIR = re.compile(r"(?P<key>[^=]*?)[ \t]*=[ \t]*(?P<value>.*)", re.DOTALL)


def lines(text: str) -> Iterator[tuple[int, str]]:
    """Each line with the place of its first character."""
    place = 0
    while place < len(text):
        found = LINE.match(text, place)
        if found is None:
            return
        yield place, found[1]
        place = max(found.end(), place + 1)


def section_of(root: Map, name: str, source: Source, start: int, end: int) -> Map:
    found = root.get(name)
    if isinstance(found, Known) and isinstance(found.value, Map):
        return found.value
    made = Map()
    span = source.characters(start, end)
    root.entries.append(Entry(name, Known(made, span), span))
    return made


def read(source: Source) -> Document:
    """Sections with their keys as they are written; "" is what stands before the first section.

    Values are text without blanks around it; quotes and comments behind a value belong to it, as
    ConfigParser has them. An indented line goes on with the value before.
    """
    root = Map()
    current = section_of(root, "", source, 0, 0)
    last: tuple[Entry, int] | None = None
    for start, line in lines(source.text):
        stripped = line.strip()
        if not stripped or stripped[0] in ";#":
            continue
        indent = len(line) - len(line.lstrip())
        end = start + len(line.rstrip())
        if indent and last is not None:
            entry, begin = last
            before = entry.value
            text = f"{before.value}\n{stripped}" if isinstance(before, Known) else stripped
            span = source.characters(begin, end)
            value = Known(text, span, raw=source.text[begin:end], style="plain")
            current.entries[-1] = Entry(entry.key, value, entry.span)
            last = current.entries[-1], begin
            continue
        last = None
        if stripped.startswith("[") and "]" in stripped:
            name = stripped[1 : stripped.index("]")]
            current = section_of(root, name, source, start, end)
            continue
        found = PAIR.fullmatch(stripped)
        if found is None:
            continue
        begin = start + indent + (found.start("value") if found["value"] is not None else 0)
        value = Known(found["value"], source.characters(begin, end), style="plain")
        if found["value"] is not None:
            value = Known(value.value, value.span, raw=value.value, style="plain")
        whole = source.characters(start + indent, end)
        current.entries.append(Entry(found["key"].strip(), value, whole))
        last = current.entries[-1], begin
    return Document(source.file, "ini", (Known(root, source.characters(0, len(source.text))),))


def read_unit(source: Source) -> Document:
    """A systemd unit: sections with keys that may stand several times (systemd.syntax(7))."""
    root = Map()
    current = section_of(root, "", source, 0, 0)
    pending: tuple[int, int] | None = None
    for start, line in lines(source.text):
        stripped = line.strip()
        if stripped[:1] in ("#", ";"):  # also between the lines of one value
            continue
        end = start + len(line.rstrip())
        begin = pending[0] if pending else start + len(line) - len(line.lstrip())
        if line.rstrip().endswith("\\"):
            pending = begin, end
            continue
        pending = None
        text = source.text[begin:end]
        if text.startswith("[") and text.endswith("]"):
            current = section_of(root, text[1:-1], source, begin, end)
            continue
        found = UNIT_PAIR.fullmatch(text)
        if found is None:
            continue
        raw = found["value"]
        joined = re.sub(r"\\[ \t]*(?:\r\n|\n|\r)(?:[ \t]*[#;][^\r\n]*(?:\r\n|\n|\r))*", " ", raw)
        span = source.characters(begin + found.start("value"), end)
        value = Known(joined, span, raw=raw, style="plain")
        entry = Entry(found["key"], value, source.characters(begin, end))
        current.entries.append(entry)
    return Document(source.file, "ini", (Known(root, source.characters(0, len(source.text))),))


WORD = re.compile(
    r"""(?P<open>["'])|\\(?:x(?P<two>[0-9a-fA-F]{2})|(?P<one>.))|(?P<blank>\s+)|(?P<text>.)""",
    re.DOTALL,
)
SHORT = {"n": "\n", "t": "\t", "r": "\r", "s": " ", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


def unit_words(value: Value) -> list[Known]:
    """The words of a unit's value with quotes and escapes undone: `Environment="A=b c" D=e`.

    A word's span is that of all of them: quotes and continued lines leave none of its own.
    """
    if not isinstance(value, Known) or not isinstance(value.value, str):
        return []
    words: list[Known] = []
    current: str | None = None
    quote = ""
    for found in WORD.finditer(value.value):
        text = found[0]
        if found["open"] and (not quote or quote == text):
            quote = "" if quote else text
            current = current or ""
        elif found["blank"] and not quote:
            if current is not None:
                words.append(Known(current, value.span))
            current = None
        elif found["two"] or found["one"]:
            one = chr(int(found["two"], 16)) if found["two"] else SHORT.get(found["one"])
            current = (current or "") + (one or found["one"])
        else:
            current = (current or "") + text
    if current is not None:
        words.append(Known(current, value.span))
    return words

"""XML as far as it writes settings: elements with their attributes, texts and places.

This module knows tags, comments and entities. It must not know any file's names. What is no XML is
passed over; nothing is looked through twice, and no entity leads out of the file.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from smtpdoctor.settings.readers.model import Known, Span
from smtpdoctor.settings.readers.source import Source

#: What is not closed goes to the file's end.
TOKEN = re.compile(
    r"<!--(?:.*?-->|.*\Z)|<!\[CDATA\[(?:.*?\]\]>|.*\Z)|<\?(?:.*?\?>|.*\Z)"
    r"|<(?P<close>/)?(?P<name>[A-Za-z_][\w:.-]*)"
    r"(?P<attributes>(?:\s+[\w:.-]+\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'))*)\s*(?P<alone>/)?>",
    re.DOTALL,
)
ATTRIBUTE = re.compile(r"(?s)(?P<name>[\w:.-]+)\s*=\s*(?P<quote>[\"'])(?P<value>.*?)(?P=quote)")
CDATA = "<![CDATA["
#: Elements in elements, and of one file.
DEEPEST = 100
MOST = 20_000


@dataclass(slots=True)
class Element:
    """One element. `name` is without its prefix; `text` that of one without others in it."""

    name: str
    span: Span
    attributes: dict[str, Known] = field(default_factory=dict)
    #: The attributes as they are written, with their names.
    written: dict[str, Span] = field(default_factory=dict)
    #: What of its tags is no value: names, signs and quotes.
    harmless: list[Span] = field(default_factory=list)
    text: Known | None = None
    children: list[Element] = field(default_factory=list)

    def all(self, *names: str) -> Iterator[Element]:
        """The elements of these names in it, however deep, in their order."""
        waiting = self.children[::-1]
        while waiting:
            each = waiting.pop()
            if each.name in names:
                yield each
            waiting += each.children[::-1]

    def said(self, name: str) -> str:
        """An attribute's text, "" where there is none."""
        found = self.attributes.get(name)
        return str(found.value) if found is not None else ""


def read(source: Source) -> Element:
    """A root that holds all elements of the file."""
    root = Element("", source.characters(0, 0))
    open_: list[tuple[Element, int]] = [(root, 0)]
    text = source.text
    for number, token in enumerate(TOKEN.finditer(text)):
        name = token["name"]
        if number > MOST:
            break
        if name is None:
            continue
        local = name.rpartition(":")[2]
        if token["close"]:
            found = next(
                (at for at in range(len(open_) - 1, 0, -1) if open_[at][0].name == local), 0
            )
            if found:
                element, start = open_[found]
                if not element.children:
                    element.text = _known(source, start, token.start())
                    element.harmless.append(source.characters(*token.span()))
                del open_[found:]
            continue
        element = Element(local, source.characters(*token.span()))
        pieces = [(token.start(), token.end("name")), (token.end() - 2, token.end())]
        for each in ATTRIBUTE.finditer(text, *token.span("attributes")):
            place = source.characters(*each.span("value"))
            element.attributes[each["name"]] = Known(html.unescape(each["value"]), place)
            element.written[each["name"]] = source.characters(*each.span())
            pieces += [(each.start(), each.start("value")), (each.end("value"), each.end())]
        element.harmless += [source.characters(*piece) for piece in pieces]
        open_[-1][0].children.append(element)
        if not token["alone"] and len(open_) <= DEEPEST:
            open_.append((element, token.end()))
    return root


def _known(source: Source, start: int, end: int) -> Known:
    """What stands between two places, without the blanks around it; of `<![CDATA[…]]>` what is in
    it, as it is."""
    written = source.text[start:end]
    inner = written.strip()
    start += len(written) - len(written.lstrip())
    span = source.characters(start, start + len(inner))
    if inner.startswith(CDATA) and inner.find("]]>") == len(inner) - 3:
        start, end = start + len(CDATA), start + len(inner) - 3
        return Known(source.text[start:end], source.characters(start, end), style="plain")
    return Known(html.unescape(inner), span, style="plain")

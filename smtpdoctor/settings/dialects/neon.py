"""Nette's NEON files, as far as single values of sections go: each key's text with its place.

Knows the form: indentation, `key: value`, `{key: value}` in one line, quotes and comments
(https://doc.nette.org/en/neon/format). It must not know any program.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtpdoctor.settings.readers.model import Known, Span

#: A line of a mapping. A tab counts as one character, as blanks do: files have one or the other.
LINE = re.compile(r"(?P<indent>[ \t]*)(?P<key>[\w.-]+)[ \t]*:(?:[ \t]+(?P<value>\S.*)|[ \t]*)$")
INNER = re.compile(
    r"(?P<key>[\w.-]{1,50})\s*:\s*(?P<value>'[^']{0,500}'|\"[^\"]{0,500}\"|[^,{}'\"]{1,500}+)(?=[,}])"
)
#: No line that says a setting is longer, and a hostile one must not cost its square.
LONGEST = 500
#: Behind a value; inside of one a # needs a blank before it to begin one.
COMMENT = re.compile(r"(?:^|[ \t])#.*$")
QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"\\]|\\.)*\"")
#: Characters that stand for themselves behind a backslash, in double quotes.
ESCAPE = re.compile(r"\\([\"\\/])")
WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def values(path: str, text: str) -> Iterator[tuple[tuple[str, ...], Known]]:
    """Every value with the keys that lead to it."""
    above: list[tuple[int, str]] = []
    for number, line in enumerate(text.split("\n"), 1):
        found = LINE.match(line) if len(line) <= LONGEST else None
        if found is None:
            continue
        depth = len(found["indent"])
        while above and above[-1][0] >= depth:
            above.pop()
        above.append((depth, found["key"]))
        keys = tuple(key for _, key in above)
        if found["value"] is None or found["value"].startswith("#"):
            continue
        start = found.start("value")
        if found["value"].startswith("{"):
            for each in INNER.finditer(line, start):
                said = each["value"].rstrip()
                yield (*keys, each["key"]), _value(path, number, said, each.start("value"))
        else:
            yield keys, _value(path, number, found["value"], start)


def _value(path: str, line: int, written: str, start: int) -> Known:
    quoted = QUOTED.match(written)
    said = quoted[0] if quoted is not None else COMMENT.sub("", written).rstrip()
    span = Span(path, line, (start + 1, start + 1 + len(said)), line)
    if quoted is not None:
        inner = said[1:-1]
        return Known(inner.replace("''", "'") if said[0] == "'" else ESCAPE.sub(r"\1", inner), span)
    lowered = said.lower()
    if lowered in WORDS:
        return Known(WORDS[lowered], span)
    if lowered == "null":
        return Known(None, span)
    return Known(int(said) if re.fullmatch("[0-9]{1,5}", said) else said, span)

"""What `env` and `docker exec app env` print.

This module knows the format. It must not know which names matter. A `.env` is `dotenv`'s.
"""

from __future__ import annotations

import re

from smtpdoctor.settings.readers.document import Document
from smtpdoctor.settings.readers.ini import lines
from smtpdoctor.settings.readers.model import Entry, Known, Map
from smtpdoctor.settings.readers.source import Source

ASSIGNMENT = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_.]*)=(?P<value>.*)")


def read(source: Source) -> Document:
    """NAME=value lines as one map. A line without a name goes on with the value before."""
    made = Map()
    begin = 0
    for start, line in lines(source.text):
        found = ASSIGNMENT.fullmatch(line)
        end = start + len(line)
        if found is not None:
            begin = start + found.start("value")
            name, text = found["name"], found["value"]
        elif made.entries:
            name = made.entries.pop().key
            text = source.text[begin:end]
        else:
            continue
        span = source.characters(begin, end)
        made.entries.append(Entry(name, Known(text, span, raw=text, style="plain"), span))
    return Document(source.file, "text", (Known(made, source.characters(0, 0)),))

"""msmtp's configuration (msmtp(1), CONFIGURATION FILES): accounts that inherit.

This module knows the format. It must not know what the commands mean.
"""

from __future__ import annotations

import re

from smtpdoctor.settings.readers.document import Document
from smtpdoctor.settings.readers.ini import lines
from smtpdoctor.settings.readers.model import Entry, Known, Map
from smtpdoctor.settings.readers.source import Source

COMMAND = re.compile(r"\s*(?P<name>[^\s#]\S*)(?:\s+(?P<value>.*?))?\s*")


def read(source: Source) -> Document:
    """Account → its commands, those of `defaults` and of accounts that it names before its own.

    `account default : work` takes work's. A command without a value is on (`tls`).
    """
    defaults: list[Entry] = []
    accounts = Map()
    current = Map()
    in_defaults = False
    for start, line in lines(source.text):
        found = COMMAND.fullmatch(line)
        if found is None:
            continue
        name = found["name"]
        end = start + len(line.rstrip())
        whole = source.characters(start + found.start("name"), end)
        if name == "defaults":
            # a later one begins anew
            current, in_defaults = Map(), True
            defaults = current.entries
            continue
        if name == "account":
            in_defaults = False
            own, _, parents = (found["value"] or "").partition(":")
            current = Map(list(defaults))
            for parent in parents.split(","):
                base = accounts.get(parent.strip())
                if isinstance(base, Known) and isinstance(base.value, Map):
                    current.entries += base.value.entries
            accounts.entries.append(Entry(own.strip(), Known(current, whole), whole))
            continue
        begin = start + (found.start("value") if found["value"] is not None else len(line))
        text = unquote(found["value"] or "")
        value = Known(text, source.characters(begin, end), raw=found["value"] or "", style="plain")
        current.entries.append(Entry(name, value, whole))
    if in_defaults:
        defaults = current.entries
    return Document(source.file, "text", (Known(accounts, source.characters(0, 0)),))


def unquote(text: str) -> str:
    """Double quotes around a value are not part of it."""
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return text[1:-1]
    return text

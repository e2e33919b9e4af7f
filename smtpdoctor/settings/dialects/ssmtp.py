"""sSMTP: a host's mail through a hub, by one file.

Knows how ssmtp.conf is written; `ssmtp.toml` says what it means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from smtpdoctor.settings.dialects.base import Draft
from smtpdoctor.settings.dialects.host_files import matched, within
from smtpdoctor.settings.dialects.table import Table, read_table
from smtpdoctor.settings.readers.model import Known, map_of
from smtpdoctor.settings.workspace import Workspace

#: sSMTP ends a name and a value at the first blank or =, and the line at a #.
LINE = re.compile(r"(?P<name>[^\s=#]+)(?P<between>[ \t]*=[ \t]*)(?P<value>[^\s=#]*)(?P<rest>.*)")
HUB = re.compile(r"(?P<host>[^:]*)(?::(?P<port>\d+))?.*")
#: The keywords, which sSMTP reads in any case.
NAMES = {
    name.lower(): name
    for name in ("mailhub", "UseTLS", "UseSTARTTLS", "AuthUser", "AuthPass", "AuthMethod",
                 "hostname")
}  # fmt: skip
#: Of these the first line counts, of the others the last.
FIRST = ("AuthUser", "AuthPass", "AuthMethod")


class Ssmtp(Table):
    """Every ssmtp.conf that names a hub."""

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each file."""
        for path in workspace.folder.matching("ssmtp.conf"):
            values = read(path, workspace.folder.text(path) or "")
            hub = values.get("mailhub")
            found = HUB.fullmatch(str(hub.value)) if hub is not None else None
            if hub is None or hub.span is None or found is None or not found["host"]:
                continue
            values["mailhub"] = Known(found["host"], within(hub.span, found, "host"))
            if found["port"]:
                values["port"] = Known(int(found["port"]), within(hub.span, found, "port"))
            yield from self.of(workspace, path, f"{path}:{hub.span.line}", map_of(values))


def read(path: str, text: str) -> dict[str, Known]:
    """The keywords. With a blank beside its = a value is empty to sSMTP: the first such one stands
    under `blank`, too."""
    values: dict[str, Known] = {}
    for number, line in enumerate(text.splitlines(), 1):
        found = LINE.match(line)
        if found is None:
            continue
        name = NAMES.get(found["name"].lower(), "")
        if not name or (name in FIRST and name in values):
            continue
        raw = (found["value"] + found["rest"]).rstrip()
        known = replace(matched(path, number, found, "value"), raw=raw, style="plain")
        values[name], span = known, known.span
        if found["between"] != "=":
            values.setdefault("blank", Known(name, span))
            if name != "mailhub":  # without any hub there would be nothing to tell
                values[name] = Known("", span)
                continue
        if name == "UseSTARTTLS" and found["value"].lower() == "yes":
            # it switches the other on, too, which a later no leaves on
            values.setdefault("UseTLS", Known("yes", span))
    return values


DIALECT = Ssmtp("ssmtp", read_table(Path(__file__)))

"""dma, DragonFly's mail agent: a host's mail through a smarthost.

Knows how dma.conf and the file of its logins are written; `dma.toml` says what they mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from smtpdoctor.settings.dialects.base import Draft
from smtpdoctor.settings.dialects.host_files import matched
from smtpdoctor.settings.dialects.table import Table, read_table
from smtpdoctor.settings.folder import sibling
from smtpdoctor.settings.readers.model import Known, map_of
from smtpdoctor.settings.workspace import Workspace

LINE = re.compile(r"[ \t]*(?P<name>\w+)(?:[ \t]+(?P<value>.*))?")
LOGIN = re.compile(r"(?P<user>[^|#][^|]*)\|(?P<host>[^:]+):(?P<password>.*)")
#: Parameters without a value; dma stops at one that has any, and at a name that it does not know.
SWITCHES = frozenset(
    {"SECURETRANSFER", "STARTTLS", "OPPORTUNISTIC_TLS", "INSECURE", "FULLBOUNCE", "DEFER",
     "NULLCLIENT", "VERBOSE", "DEBUG"}
)  # fmt: skip
NAMES = frozenset(
    {"SMARTHOST", "PORT", "ALIASES", "SPOOLDIR", "AUTHPATH", "CERTFILE", "MAILNAME", "MASQUERADE",
     "FINGERPRINT"}
)  # fmt: skip


class Dma(Table):
    """Every dma.conf with a smarthost."""

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each file, with the login that stands beside it."""
        for path in workspace.folder.matching("dma.conf"):
            values = _read(path, workspace.folder.text(path) or "")
            host = values.get("SMARTHOST")
            if host is None or host.span is None:
                continue
            values |= _login(workspace, path, values, str(host.value))
            # a host for every address is no sender
            if "@" not in str(values.get("MASQUERADE", host).value).strip("@"):
                values.pop("MASQUERADE", None)
            in_tls = "SECURETRANSFER" in values or "INSECURE" in values
            values["logs_in"] = Known(in_tls)
            yield from self.of(workspace, path, f"{path}:{host.span.line}", map_of(values))


def _read(path: str, text: str) -> dict[str, Known]:
    """The parameters; `unknown` is the first line at which dma stops."""
    values: dict[str, Known] = {}
    for number, line in enumerate(text.splitlines(), 1):
        found = LINE.fullmatch(line.rstrip())
        if found is None:
            continue
        name, value = found["name"], found["value"]
        known = matched(path, number, found, "value" if value else "name")
        if name in SWITCHES and not value:
            values[name] = replace(known, value=True)
        elif name in NAMES and value:
            values[name] = known
        elif name not in NAMES:
            values.setdefault("unknown", replace(known, value=name))
    return values


def _login(
    workspace: Workspace, path: str, values: Mapping[str, Known], host: str
) -> dict[str, Known]:
    """User and password of the line for this very host, in the file that AUTHPATH names."""
    if "AUTHPATH" not in values:
        return {}
    name = str(values["AUTHPATH"].value).rpartition("/")[2]
    beside = sibling(path, name)
    text = workspace.folder.text(beside)
    if text is None:
        return {}
    for number, line in enumerate(text.splitlines(), 1):
        found = LOGIN.fullmatch(line.strip())
        if found is not None and found["host"] == host:
            return {each: matched(beside, number, found, each) for each in ("user", "password")}
    return {"no_line": Known(True, values["AUTHPATH"].span)}


DIALECT = Dma("dma", read_table(Path(__file__)))

"""OpenSMTPD as a relay's client: the relay of smtpd.conf, with the table of logins beside it.

Knows how smtpd.conf(5) writes a relay; `opensmtpd.toml` says what it means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from smtpdoctor.settings.dialects.base import Draft
from smtpdoctor.settings.dialects.host_files import matched
from smtpdoctor.settings.dialects.table import Table, read_table
from smtpdoctor.settings.folder import sibling
from smtpdoctor.settings.readers.model import Known, map_of
from smtpdoctor.settings.workspace import Workspace

RELAY = re.compile(
    r"""\brelay\b.{0,300}?\bhost[ \t]+"?(?:(?P<scheme>[\w+]+)://)?(?:(?P<label>[^@\s"]+)@)?"""
    r"""(?P<host>[^:\s"@/]+)(?::(?P<port>\d+))?"?(?P<rest>.*)"""
)
TABLE = re.compile(r"^[ \t]*table[ \t]+(\S+)[ \t]+(?:(?:file|db):)?\"?([^\s\"]+)", re.MULTILINE)
LOGIN = re.compile(r"(?P<label>[^\s#]+)[ \t]+(?P<user>[^:\s]+):(?P<password>\S+)[ \t]*")


class OpenSMTPD(Table):
    """Every smtpd.conf that relays to a host."""

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each action that relays to a host."""
        for path in workspace.folder.matching("smtpd.conf"):
            text = workspace.folder.text(path) or ""
            # what goes on in the next line stays in its place, by a blank in the end's stead
            for number, line in _lines(text):
                found = RELAY.search(line)
                if found is None or found["scheme"] == "lmtp":
                    continue
                values = {
                    group: matched(path, number, found, group)
                    for group in ("scheme", "host", "port")
                    if found[group]
                }
                tls = re.search(r"\btls\b(?P<off>[ \t]+no-verify\b)?", found["rest"])
                values["tls"] = Known(tls is not None)
                values["no_verify"] = Known(tls is not None and tls["off"] is not None)
                values |= _login(workspace, path, text, found)
                yield from self.of(workspace, path, f"{path}:{number}", map_of(values))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines with the number of their first, without comments; a \\ at the end joins two."""
    parts: list[str] = []
    first = 1
    for number, line in enumerate(text.splitlines(), 1):
        first = first if parts else number
        told = line.partition("#")[0].rstrip()
        if told.endswith("\\"):
            parts.append(told[:-1] + " ")
            continue
        yield first, "".join((*parts, told))
        parts = []


def _login(workspace: Workspace, path: str, text: str, relay: re.Match[str]) -> dict[str, Known]:
    """User and password of the relay's label, in the file of the table that `auth` names."""
    named = re.search(r"\bauth[ \t]+<([^>]+)>", relay["rest"])
    if named is None or not relay["label"]:
        return {}
    files = dict(TABLE.findall(text))
    name = files.get(named[1], "").rpartition("/")[2]
    beside = sibling(path, name)
    for number, line in enumerate((workspace.folder.text(beside) or "").splitlines(), 1):
        found = LOGIN.fullmatch(line)
        if found is not None and found["label"] == relay["label"]:
            return {each: matched(beside, number, found, each) for each in ("user", "password")}
    return {}


DIALECT = OpenSMTPD("opensmtpd", read_table(Path(__file__)))

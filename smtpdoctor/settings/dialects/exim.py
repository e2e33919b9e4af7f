"""Exim behind a smarthost, as Debian sets it up: update-exim4.conf.conf with what stands beside.

Knows Debian's files; `exim.toml` says what they mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from smtpdoctor.settings.dialects.base import Draft
from smtpdoctor.settings.dialects.host_files import matched
from smtpdoctor.settings.dialects.table import Table, read_table
from smtpdoctor.settings.folder import sibling
from smtpdoctor.settings.readers.model import Known, Span, map_of
from smtpdoctor.settings.workspace import Workspace

SMARTHOST = re.compile(
    r"""^dc_smarthost=(?P<quote>["']?)(?P<host>[^:;"'\s]+)(?:(?P<colons>::?)(?P<port>\d+))?""",
    re.MULTILINE,
)
KIND = re.compile(r"""^dc_eximconfig_configtype=["']?(smarthost|satellite)""", re.MULTILINE)
MACRO = re.compile(r"^(REMOTE_SMTP_SMARTHOST_\w+)[ \t]*=[ \t]*(.*?)[ \t]*$", re.MULTILINE)


class Exim(Table):
    """Debian's configuration with a smarthost."""

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each update-exim4.conf.conf."""
        for path in workspace.folder.matching("update-exim4.conf.conf"):
            text = workspace.folder.text(path) or ""
            found = SMARTHOST.search(text)
            if found is None or KIND.search(text) is None:
                continue
            values = {"host": _known(path, text, found, "host")}
            values["one_colon"] = Known(found["colons"] == ":")
            if found["port"]:
                values["port"] = _known(path, text, found, "port")
            macros = sibling(path, "exim4.conf.localmacros")
            written = workspace.folder.text(macros) or ""
            for each in MACRO.finditer(written):
                values[each[1]] = _known(macros, written, each, 2)
            values |= _login(workspace, sibling(path, "passwd.client"), found["host"])
            line = text.count("\n", 0, found.start()) + 1
            yield from self.of(workspace, path, f"{path}:{line}", map_of(values))


def _known(path: str, text: str, found: re.Match[str], group: str | int) -> Known:
    line = text.count("\n", 0, found.start(group)) + 1
    first = found.start(group) - (text.rfind("\n", 0, found.start(group)) + 1) + 1
    span = Span(path, line, (first, first + len(found[group])), line)
    return Known(found[group], span)


def _login(workspace: Workspace, path: str, host: str) -> dict[str, Known]:
    """The first line whose pattern fits the smarthost's name."""
    for number, line in enumerate((workspace.folder.text(path) or "").splitlines(), 1):
        parts = re.fullmatch(r"([^:#\s]+):([^:]*):(.*)", line)
        if parts is not None and fnmatch(host, parts[1]):
            user, password = (matched(path, number, parts, each) for each in (2, 3))
            return {"user": user, "password": password}
    return {}


DIALECT = Exim("exim", read_table(Path(__file__)))

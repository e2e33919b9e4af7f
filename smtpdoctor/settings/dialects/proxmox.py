"""Proxmox VE and Backup Server: the smtp endpoints of notifications.cfg.

Knows how its sections are written and where the password stands; `proxmox.toml` has what they mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from smtpdoctor.settings.dialects.base import Draft
from smtpdoctor.settings.dialects.host_files import matched
from smtpdoctor.settings.dialects.table import Table, read_table
from smtpdoctor.settings.folder import sibling
from smtpdoctor.settings.readers.model import Known, Unknown, Value, map_of
from smtpdoctor.settings.workspace import Workspace

SECTION = re.compile(r"(?P<type>[\w-]+):[ \t]*(?P<name>\S+)[ \t]*")
PROPERTY = re.compile(r"[ \t]+(?P<key>[\w-]+)(?:[ \t]+(?P<value>.*?))?[ \t]*")


class Proxmox(Table):
    """Every endpoint of a notifications.cfg that sends by SMTP."""

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each, with the password of its section in priv/notifications.cfg."""
        for path in workspace.folder.matching("notifications.cfg", "*/notifications.cfg"):
            if path.rpartition("/")[0].endswith("priv"):
                continue
            beside = sibling(path, "priv/notifications.cfg")
            secrets = _read(workspace, beside) if workspace.folder.text(beside) else None
            for name, section in _read(workspace, path).items():
                server, username = section.get("server"), section.get("username")
                if server is None or server.span is None:
                    continue
                values: dict[str, Value] = {**section}
                if username is not None and secrets is None:
                    why = "priv/notifications.cfg has it, which is not here"
                    values["password"] = Unknown("unreadable", why, username.span)
                elif username is not None and secrets is not None:
                    password = secrets.get(name, {}).get("password")
                    missing = Known(True, username.span)
                    values |= {"password": password} if password else {"no_password": missing}
                yield from self.of(workspace, path, f"{path}:{server.span.line}", map_of(values))


def _read(workspace: Workspace, path: str) -> dict[str, dict[str, Known]]:
    """The properties of each smtp section, by its name."""
    sections: dict[str, dict[str, Known]] = {}
    section: dict[str, Known] = {}
    for number, line in enumerate((workspace.folder.text(path) or "").splitlines(), 1):
        found = SECTION.fullmatch(line)
        if found is not None:
            section = {}
            if found["type"] == "smtp":
                sections[found["name"]] = section
            continue
        given = PROPERTY.fullmatch(line)
        if given is not None and given["value"]:
            section[given["key"]] = matched(path, number, given, "value")
    return sections


DIALECT = Proxmox("proxmox", read_table(Path(__file__)))

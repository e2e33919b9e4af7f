"""sendmail: a host's mail through a smart host, by sendmail.mc and the table of logins beside it.

Knows the m4 that says host and port, and the lines of authinfo; `sendmail.toml` says what they
mean. The cf that m4 makes of it is not read.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from smtpdoctor.settings.dialects.base import Draft
from smtpdoctor.settings.dialects.host_files import matched
from smtpdoctor.settings.dialects.table import Table, read_table
from smtpdoctor.settings.folder import sibling
from smtpdoctor.settings.readers.model import Known, Unknown, Value, map_of
from smtpdoctor.settings.workspace import Workspace

#: What begins its line; `dnl` before it makes it a comment.
DEFINED = r"[ \t]*define\(`%s'[ \t]*,[ \t]*`%s'\).*"
HOST = re.compile(DEFINED % ("SMART_HOST", r"(?:(?:relay|esmtp|smtp):)?\[?(?P<host>[^\[\]':]+)\]?"))
ARGUMENTS = re.compile(
    DEFINED % ("(?:RELAY|ESMTP|SMTP)_MAILER_ARGS", r"TCP[ \t]+\$h[ \t]+(?P<port>\d+)")
)
LINES = ((HOST, "host", "SMART_HOST"), (ARGUMENTS, "port", "port"))
TABLE = re.compile(r"[ \t]*FEATURE\(`authinfo'(?:[ \t]*,[ \t]*`[^']*?(?P<path>[^ \t'/]*)')?.*")
LOGIN = re.compile(r"(?i)AuthInfo:\[?(?P<host>[^\s\]]*)\]?[ \t]+(?P<rest>\".*)")
#: Behind a colon as it is, behind an equals sign in base64 (cf/README, authinfo).
PART = re.compile(r"\"(?P<kind>[UIPMR])(?P<how>[:=])(?P<text>[^\"]*)\"")


class Sendmail(Table):
    """Every sendmail.mc with a smart host."""

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each file."""
        for path in workspace.folder.matching("sendmail.mc"):
            values: dict[str, Value] = {}
            table = ""
            for number, line in enumerate((workspace.folder.text(path) or "").splitlines(), 1):
                for pattern, group, name in LINES:
                    if found := pattern.fullmatch(line):
                        values[name] = matched(path, number, found, group)
                if found := TABLE.fullmatch(line):
                    table = (found["path"] or "").removesuffix(".db") or "authinfo"
            host = values.get("SMART_HOST")
            if not isinstance(host, Known) or host.span is None:
                continue
            values |= _login(workspace, path, table, str(host.value)) if table else {}
            yield from self.of(workspace, path, f"{path}:{host.span.line}", map_of(values))


def _login(workspace: Workspace, path: str, table: str, host: str) -> dict[str, Value]:
    """User and password of the line for the host, else of the one for every host."""
    beside = sibling(path, table)
    found: dict[str, dict[str, Value]] = {}
    for number, line in enumerate((workspace.folder.text(beside) or "").splitlines(), 1):
        login = LOGIN.match(line)
        if login is None:
            continue
        parts = {
            each["kind"]: _text(matched(beside, number, each, "text"), each["how"])
            for each in PART.finditer(line, login.start("rest"))
        }
        user = parts.get("I") or parts.get("U")
        if user is not None and "P" in parts:
            found[login["host"].lower()] = {"user": user, "password": parts["P"]}
    return found.get(host.lower()) or found.get("") or {}


def _text(written: Known, how: str) -> Value:
    if how == ":":
        return written
    try:
        return replace(written, value=b64decode(written.value, validate=True).decode())
    except ValueError:
        return Unknown("computed", "behind the = it is no base64", written.span)


DIALECT = Sendmail("sendmail", read_table(Path(__file__)))

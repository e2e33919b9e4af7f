"""TYPO3: the array MAIL of config/system/settings.php, and what additional.php puts over it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.php_code import (
    PhpProgram,
    array_draft,
    known,
    number,
    parts,
    remark,
    text,
    version,
    version_of,
    whole,
)
from smtpdoctor.settings.dialects.phpmailer import php_variables
from smtpdoctor.settings.dialects.symfony_transport import way
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.model import ABSENT, Entry, Known, Map, Value, truth
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

#: TYPO3's own file, and the one beside it that is read after it.
FILES = {
    "config/system/settings.php": "additional.php",
    "typo3conf/LocalConfiguration.php": "AdditionalConfiguration.php",
}
PREFIX = "transport_smtp_"
KEYS = ("server", "encrypt", "username", "password")
PATHS: Mapping[str, tuple[str, ...]] = {
    "transport": ("transport",),
    "defaultMailFromAddress": ("defaultMailFromAddress",),
    **{key: (f"{PREFIX}{key}",) for key in KEYS},
}
SERVER = re.compile(r"(?P<host>[^:\s]+)(?::(?P<port>\d{1,5}))?$")
#: The first version with Symfony Mailer.
SYMFONY = (10, 0, 0)


def find(workspace: Workspace) -> Iterator[Draft]:
    """One for each installation whose files name a server."""
    patterns = [pattern for each in FILES for pattern in (each, f"*/{each}")]
    for path in workspace.folder.matching(*patterns):
        release = version(version_of(workspace, path, "typo3/cms-core", "typo3/cms"))
        if release is not None and release < SYMFONY:
            continue
        folder, _, name = path.rpartition("/")
        beside = next(each for own, each in FILES.items() if own.endswith(f"/{name}"))
        variables = php_variables(workspace, path)

        def read(under: Variables, path: str = path, beside: str = f"{folder}/{beside}") -> Value:
            return _merged(workspace, path, beside, under)

        found = array_draft(workspace, DIALECT, read, variables, PATHS, place=path, anchor="server")
        server = known(found.options["server"].value) if found is not None else None
        if found is None or not isinstance(server, str) or not SERVER.match(server):
            continue
        if found.options.keys() <= {"server", "transport"} and server.startswith("localhost"):
            continue  # what the installation fills in by itself
        found.options |= parts(found.options["server"], SERVER, workspace)
        found.version = version_of(workspace, path, "typo3/cms-core")
        found.sends = ({"transport": "smtp"},)
        yield found


def _merged(workspace: Workspace, path: str, beside: str, under: Variables) -> Value:
    """The array with what the file beside it sets in it."""
    module = workspace.module(path, under)
    own = module.returned.get("MAIL") if module is not None else Known(ABSENT)
    later = workspace.module(beside, under) if workspace.folder.has(beside) else None
    if later is None:
        return own
    over = later.value("$GLOBALS").at("TYPO3_CONF_VARS", "MAIL")
    entries = [each for value in (own, over) for each in _entries(value)]
    return Known(Map(entries), own.span)


def _entries(value: Value) -> list[Entry]:
    return list(value.value.entries) if isinstance(known(value), Map) else []  # type: ignore[union-attr]


def outcome(options: Mapping[str, Any]) -> Outcome:
    """What TYPO3 hands to Symfony Mailer: encrypt on is TLS from the first byte."""
    match = SERVER.match(text(options, "server") or "")
    host, port = match.groups() if match is not None else (None, None)
    host = options.get("server.host", host)
    encrypt = truth(options.get("encrypt", False), "php")
    given = number(options.get("server.port", port)) or 25
    reached = way("smtps" if encrypt or given == 465 else "smtp", host or "", given)
    transport = options.get("transport", "sendmail")
    ignored: tuple[Remark, ...] = ()
    if transport == "sendmail":
        ignored = (whole(DATA, "transport" if "transport" in options else "server", "sendmail"),)
    silent = transport if transport in ("null", "mbox") else None
    return Outcome(
        host=host,
        port=given,
        tls=reached.tls,
        required=reached.required,
        username=text(options, "username") or None,
        password=text(options, "password") or None,
        sender=text(options, "defaultMailFromAddress"),
        by={
            "host": ("server.host", "server"),
            "port": ("server.port",),
            "tls": ("encrypt",) if "encrypt" in options else ("server.port",),
            "username": ("username",),
            "password": ("password",),
            "sender": ("defaultMailFromAddress",),
        },
        ignored=ignored,
        not_sent=remark(DATA, "transport", silent) if silent is not None else None,
    )


FIELDS: Mapping[str, Field] = {
    "server": "host", "server.host": "host", "server.port": "port", "encrypt": "tls",
    "username": "username", "password": "password", "defaultMailFromAddress": "sender",
}  # fmt: skip
MODES: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
    "implicit": ({"encrypt": True},),
    "starttls": ({"encrypt": False},),
}
DIALECT = PhpProgram("typo3", DATA, FIELDS, MODES, find, outcome)

"""MediaWiki: the array `$wgSMTP` of LocalSettings.php, handed to PEAR's Mail."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.php_code import (
    PhpProgram,
    array_draft,
    known,
    number,
    parts,
    remark,
    text,
    with_prefix,
)
from smtpdoctor.settings.dialects.phpmailer import php_variables
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.model import ABSENT, Known, Map, Value, truth
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

KEYS = ("host", "port", "auth", "username", "password", "starttls", "localhost")
#: What makes PEAR's Mail log in.
SENDS = ({"auth": True},)
HOST = re.compile(r"(?:(?P<scheme>ssl|tls|tcp)://)?(?P<host>[^/:]+)$", re.IGNORECASE)


def find(workspace: Workspace) -> Iterator[Draft]:
    """One for each file that sets `$wgSMTP`."""
    for path in workspace.folder.containing(rb"\$wgSMTP\b", ".php"):
        variables = php_variables(workspace, path)

        def read(under: Variables, path: str = path) -> Value:
            module = workspace.module(path, under)
            return module.value("$wgSMTP") if module is not None else Known(ABSENT)

        if not isinstance(known(read(variables)), Map):
            continue
        paths = {key: (key,) for key in KEYS}
        found = array_draft(workspace, DIALECT, read, variables, paths, place=path, anchor="host")
        if found is not None:
            found.sends = SENDS
            yield _finished(workspace, found, path, variables)


def _finished(workspace: Workspace, found: Draft, path: str, variables: Variables) -> Draft:
    host = found.options["host"]
    if "://" in str(known(host.value)):
        found.options |= parts(host, HOST, workspace)
    else:
        found.insert = with_prefix(workspace, host, found.insert)
    module = workspace.module(path, variables)
    sender = module.value("$wgPasswordSender") if module is not None else Known(ABSENT)
    if known(sender) is not None:
        found.options["from"] = Option("from", sender)
    return found


def outcome(options: Mapping[str, Any]) -> Outcome:  # branches: one field a line, and its default
    """What PEAR's Mail and Net_SMTP make of the array."""
    given = text(options, "host") or "localhost"
    match = HOST.match(given)
    scheme, host = match.groups() if match is not None else (None, given)
    scheme, host = options.get("host.scheme", scheme), options.get("host.host", host)
    log_in = truth(options.get("auth", False), "php")
    starttls = options.get("starttls")
    mode: TLSMode = "none"
    if scheme and str(scheme).lower() != "tcp":
        mode = "implicit"
    elif truth(starttls, "php") or (log_in and starttls is not False):
        mode = "starttls"
    decides = ("host.scheme",) if mode == "implicit" else ("starttls", "auth")
    ignored: tuple[Remark, ...] = ()
    if not log_in and options.get("username"):
        ignored = (remark(DATA, "username", "auth"),)
    return Outcome(
        host=host,
        port=number(options.get("port")) or 25,
        tls=mode,
        required=mode == "implicit" or (mode == "starttls" and not log_in),
        username=text(options, "username") if log_in else None,
        password=text(options, "password") if log_in else None,
        sender=text(options, "from"),
        ehlo=text(options, "localhost") or "localhost",
        by={
            "host": ("host.host", "host") if scheme else ("host",),
            "port": ("port",),
            "tls": tuple(name for name in decides if name in options),
            "username": ("username",) if log_in else (),
            "password": ("password",) if log_in else (),
            "sender": ("from",),
            "ehlo": ("localhost",),
        },
        ignored=ignored,
    )


FIELDS: Mapping[str, Field] = {
    "host": "host", "host.host": "host", "host.scheme": "tls", "port": "port", "starttls": "tls",
    "username": "username", "password": "password", "from": "sender", "localhost": "ehlo",
}  # fmt: skip
MODES: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
    "implicit": ({"host.scheme": "ssl"},),
    "starttls": ({"host.scheme": "tcp"}, {"starttls": True}),
    "none": ({"starttls": False},),
}
DIALECT = PhpProgram("mediawiki", DATA, FIELDS, MODES, find, outcome)

"""Kirby: `email.transport` of site/config/config.php, handed to PHPMailer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from smtpdoctor.settings.dialects import phpmailer
from smtpdoctor.settings.dialects.base import Draft, Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.php_code import (
    PhpProgram,
    array_draft,
    known,
    number,
    remark,
    whole,
)
from smtpdoctor.settings.dialects.phpmailer import php_variables
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.model import ABSENT, Known, Value, truth
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

#: Keys of the transport, and the properties of PHPMailer that they become.
PROPERTIES = {
    "host": "Host", "port": "Port", "security": "SMTPSecure", "username": "Username",
    "password": "Password",
}  # fmt: skip
#: Kirby reads config.HOST.php where it is called by that name: these are of the own machine.
TRIED_OUT = re.compile(r"config\.(?:localhost|127\.0\.0\.1|.+\.(?:test|local|localhost))\.php$")
KEYS = (*PROPERTIES, "type", "auth")


def find(workspace: Workspace) -> Iterator[Draft]:
    """One for each file of the configuration with a transport that has a host."""
    for path in workspace.folder.matching("site/config/config*.php", "*/site/config/config*.php"):
        if TRIED_OUT.search(path) or b"transport" not in (workspace.read(path) or b""):
            continue
        variables = php_variables(workspace, path)

        def read(under: Variables, path: str = path) -> Value:
            module = workspace.module(path, under)
            if module is None:
                return Known(ABSENT)
            found = module.returned.at("email", "transport")
            return found if not found.absent else module.returned.at("email.transport")

        paths = {key: (key,) for key in KEYS}
        found = array_draft(workspace, DIALECT, read, variables, paths, place=path, anchor="host")
        if found is not None and known(found.options["host"].value) not in ("", None):
            found.sends = (
                {"type": "smtp"},
                {"auth": True},
                {"security": "tls"},
                {"security": "ssl"},
            )
            yield found


def outcome(options: Mapping[str, Any]) -> Outcome:
    """What Kirby hands to PHPMailer: `security` true goes by the port, and ssl is its default."""
    port, security = number(options.get("port")), options.get("security", "ssl")
    log_in = truth(options.get("auth", False), "php")
    fault = None
    more: dict[str, Any] = {"Mailer": "smtp", "SMTPAuth": log_in, "SMTPSecure": security}
    if security is True:
        known_port = port in (None, 465, 587)
        fault = None if known_port else remark(DATA, "security", "port")
        more |= {"SMTPSecure": "ssl" if port == 465 else "tls", "Port": port or 587}
    made = phpmailer.handed_on(options, PROPERTIES, more)
    ignored: list[Remark] = []
    if options.get("type", "mail") != "smtp":
        ignored.append(whole(DATA, "type" if "type" in options else "host", "type"))
    elif not log_in and options.get("username"):
        ignored.append(remark(DATA, "username", "auth"))
    return replace(made, ignored=tuple(ignored), fault=fault)


FIELDS: Mapping[str, Field] = {
    "host": "host", "port": "port", "security": "tls", "username": "username",
    "password": "password",
}  # fmt: skip
MODES: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
    "implicit": ({"security": "ssl"},),
    "starttls": ({"security": "tls"},),
}
DIALECT = PhpProgram("kirby", DATA, FIELDS, MODES, find, outcome)

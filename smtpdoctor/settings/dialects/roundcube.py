"""Roundcube: `$config['smtp_host']` of config.inc.php, handed to PEAR's Net_SMTP."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.php_code import (
    PhpProgram,
    array_draft,
    known,
    number,
    parts,
    text,
)
from smtpdoctor.settings.dialects.phpmailer import php_variables
from smtpdoctor.settings.dialects.symfony_transport import is_off
from smtpdoctor.settings.dialects.table import is_image
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.model import ABSENT, Known, Unknown, Value
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

PATHS: Mapping[str, tuple[str, ...]] = {
    **{key: (key,) for key in ("smtp_host", "smtp_user", "smtp_pass", "smtp_helo_host")},
    "verify_peer": ("smtp_conn_options", "ssl", "verify_peer"),
    "verify_peer_name": ("smtp_conn_options", "ssl", "verify_peer_name"),
}
HOST = re.compile(r"(?:(?P<scheme>ssl|tls)://)?(?P<host>[A-Za-z0-9._-]+)(?::(?P<port>\d{1,5}))?$")

EACH = "each person who writes mail logs in as that person"
#: The image's variables (docker-entrypoint.sh), the port 587 where nobody sets it.
IMAGES = ("roundcube/roundcubemail",)
SERVER, PORT = "ROUNDCUBEMAIL_SMTP_SERVER", "ROUNDCUBEMAIL_SMTP_PORT"


def find(workspace: Workspace) -> Iterator[Draft]:
    """One for each file that sets a host; 1.6 and later have it and its port in one text."""
    for path in workspace.folder.matching("config.inc.php"):
        if b"smtp_host" not in (workspace.read(path) or b""):
            continue
        variables = php_variables(workspace, path)

        def read(under: Variables, path: str = path) -> Value:
            module = workspace.module(path, under)
            return module.value("$config") if module is not None else Known(ABSENT)

        found = array_draft(
            workspace, DIALECT, read, variables, PATHS, place=path, anchor="smtp_host"
        )
        host = known(found.options["smtp_host"].value) if found is not None else None
        if found is None or not isinstance(host, str) or not HOST.match(host):
            continue  # one for each IMAP server, or made from that one's name
        found.options |= parts(found.options["smtp_host"], HOST, workspace)
        for name in ("smtp_user", "smtp_pass"):
            option = found.options.get(name)
            if option is None or "%" in str(known(option.value)):
                found.options[name] = Option(name, Unknown("computed", EACH))
        yield found
    yield from _of_images(workspace)


def _of_images(workspace: Workspace) -> Iterator[Draft]:
    """One for each container of the image, which writes config.inc.php by two variables."""
    for item in workspace.surroundings:
        server = item.variables.lookup(SERVER) if is_image(item.image, IMAGES) else None
        if not isinstance(server, Known) or not HOST.match(str(server.value)):
            continue
        options = {"smtp_host": Option("smtp_host", server, _again(SERVER), called=SERVER)}
        options |= parts(options["smtp_host"], HOST, workspace)
        port = item.variables.lookup(PORT)
        if port is not None:
            options["smtp_host.port"] = Option("smtp_host.port", port, _again(PORT), called=PORT)
        for name in ("smtp_user", "smtp_pass"):
            options[name] = Option(name, Unknown("computed", EACH))
        yield Draft(dialect=DIALECT, place=item.place, options=options, variables=item.variables)


def _again(name: str) -> Callable[[Variables], Value]:
    return lambda under: under.lookup(name) or Known(ABSENT)


def outcome(options: Mapping[str, Any]) -> Outcome:
    """What Roundcube makes of the host: tls:// is STARTTLS, ssl:// TLS from the first byte."""
    match = HOST.match(text(options, "smtp_host") or "")
    scheme, host, port = match.groups() if match is not None else (None, None, None)
    scheme = options.get("smtp_host.scheme", scheme)
    given = number(options.get("smtp_host.port", port))
    modes: dict[Any, TLSMode] = {"ssl": "implicit", "tls": "starttls"}
    mode = modes.get(scheme, "none")
    return Outcome(
        host=options.get("smtp_host.host", host),
        port=given or (465 if mode == "implicit" else 587),
        tls=mode,
        required=mode != "none",
        username=text(options, "smtp_user"),
        password=text(options, "smtp_pass"),
        ehlo=text(options, "smtp_helo_host"),
        verify=not any(is_off(options.get(name)) for name in ("verify_peer", "verify_peer_name")),
        by={
            "host": ("smtp_host.host", "smtp_host"),
            "port": ("smtp_host.port",),
            "tls": ("smtp_host.scheme", "smtp_host"),
            "username": ("smtp_user",),
            "password": ("smtp_pass",),
            "ehlo": ("smtp_helo_host",),
            "verify": ("verify_peer", "verify_peer_name"),
        },
    )


FIELDS: Mapping[str, Field] = {
    "smtp_host": "host", "smtp_host.host": "host", "smtp_host.port": "port",
    "smtp_host.scheme": "tls", "smtp_user": "username", "smtp_pass": "password",
    "smtp_helo_host": "ehlo", "verify_peer": "verify", "verify_peer_name": "verify",
}  # fmt: skip
MODES: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
    "implicit": ({"smtp_host.scheme": "ssl"},),
    "starttls": ({"smtp_host.scheme": "tls"},),
}
DIALECT = PhpProgram("roundcube", DATA, FIELDS, MODES, find, outcome)

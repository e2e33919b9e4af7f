"""Nextcloud: the `mail_…` keys of config/config.php and of the files beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Outcome
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.php_code import (
    PhpProgram,
    array_draft,
    known,
    number,
    remark,
    text,
)
from smtpdoctor.settings.dialects.symfony_transport import Way, is_off
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.model import ABSENT, Known, Unknown, Value, says_no, truth
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

KEYS = (
    "mail_smtpmode", "mail_smtphost", "mail_smtpport", "mail_smtpsecure", "mail_smtpauth",
    "mail_smtpname", "mail_smtppassword", "mail_from_address", "mail_domain",
)  # fmt: skip
PATHS: Mapping[str, tuple[str, ...]] = {
    **{key: (key,) for key in KEYS},
    "verify_peer": ("mail_smtpstreamoptions", "ssl", "verify_peer"),
    "verify_peer_name": ("mail_smtpstreamoptions", "ssl", "verify_peer_name"),
}

#: In the image's own smtp.config.php, which only hands on what the container gets: that is read
#: where the container stands (`nextcloud_docker`).
HANDED_ON = b"getenv('SMTP_HOST')"


def find(workspace: Workspace) -> Iterator[Draft]:
    """One for each file of the configuration that names a server."""
    for path in workspace.folder.matching(
        "config/config.php", "*/config/config.php", "config/*.config.php", "*/config/*.config.php"
    ):
        data = workspace.read(path) or b""
        if b"$CONFIG" not in data or b"mail_smtphost" not in data:
            continue
        variables = workspace.variables((), "docker", near=path)

        def read(under: Variables, path: str = path) -> Value:
            module = workspace.module(path, under)
            return module.value("$CONFIG") if module is not None else Known(ABSENT)

        if isinstance(read(variables).get("mail_smtphost"), Unknown) and HANDED_ON in data:
            continue
        found = array_draft(
            workspace, DIALECT, read, variables, PATHS, place=path, anchor="mail_smtphost"
        )
        mode = known(read(variables).get("mail_smtpmode"))
        if found is not None and mode != "sendmail":
            found.sends = ({"mail_smtpauth": True},)
            yield found


def outcome(options: Mapping[str, Any]) -> Outcome:
    """What Nextcloud hands to Symfony Mailer: only “ssl” is looked at, else the port decides."""
    port = number(options.get("mail_smtpport")) or 25
    implicit = options.get("mail_smtpsecure") == "ssl" or port == 465
    reached = Way("implicit" if implicit else "starttls", port, implicit)
    auth = options.get("mail_smtpauth", False)
    log_in = truth(auth, "php")
    local, domain = text(options, "mail_from_address"), text(options, "mail_domain")
    is_misread = log_in and says_no(auth)
    skipped = not log_in and options.get("mail_smtpname")
    decides = ("mail_smtpsecure", "mail_smtpport")
    return Outcome(
        host=text(options, "mail_smtphost") or "127.0.0.1",
        port=port,
        tls=reached.tls,
        required=reached.required,
        username=text(options, "mail_smtpname") if log_in else None,
        password=text(options, "mail_smtppassword") if log_in else None,
        sender=f"{local}@{domain}" if local and domain else None,
        verify=not any(is_off(options.get(name)) for name in ("verify_peer", "verify_peer_name")),
        by={
            "host": ("mail_smtphost",),
            "port": ("mail_smtpport",),
            "tls": decides if options.get("mail_smtpsecure") == "ssl" else decides[::-1],
            "username": ("mail_smtpname",) if log_in else (),
            "password": ("mail_smtppassword",) if log_in else (),
            "verify": ("verify_peer", "verify_peer_name"),
            "sender": ("mail_from_address", "mail_domain"),
        },
        misread=(remark(DATA, "mail_smtpauth", "auth-text", "true"),) if is_misread else (),
        ignored=(remark(DATA, "mail_smtpname", "auth"),) if skipped else (),
    )


FIELDS: Mapping[str, Field] = {
    "mail_smtphost": "host", "mail_smtpport": "port", "mail_smtpsecure": "tls",
    "mail_smtpname": "username", "mail_smtppassword": "password", "verify_peer": "verify",
    "mail_from_address": "sender", "mail_domain": "sender",
    "verify_peer_name": "verify",
}  # fmt: skip
MODES: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
    "implicit": ({"mail_smtpsecure": "ssl"},),
    "starttls": ({"mail_smtpsecure": ""},),
}
DIALECT = PhpProgram("nextcloud", DATA, FIELDS, MODES, find, outcome)

"""Drupal: `$config` overrides of settings.php for core's mailer and for the module SMTP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from smtpdoctor.settings.dialects import phpmailer
from smtpdoctor.settings.dialects.base import Draft, Option, Outcome
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.php_code import PhpProgram, array_draft, number, remark, text
from smtpdoctor.settings.dialects.phpmailer import php_variables
from smtpdoctor.settings.dialects.symfony_transport import is_off, way
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.model import ABSENT, Known, Unknown, Value
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

DSN = ("system.mail", "mailer_dsn")
CORE: Mapping[str, tuple[str, ...]] = {
    **{key: (*DSN, key) for key in ("scheme", "host", "port", "user", "password")},
    "verify_peer": (*DSN, "options", "verify_peer"),
    "interface": ("system.mail", "interface", "default"),
    "site_mail": ("system.site", "mail"),
}
#: Keys of the module's settings, and the properties of PHPMailer that they become.
PROPERTIES = {
    "smtp_host": "Host", "smtp_port": "Port", "smtp_protocol": "SMTPSecure",
    "smtp_autotls": "SMTPAutoTLS", "smtp_username": "Username", "smtp_password": "Password",
    "smtp_from": "From",
}  # fmt: skip
NEEDED = ("smtp_host", "smtp_port", "smtp_protocol")


def find(workspace: Workspace) -> Iterator[Draft]:
    """One for each of the two that a settings file overrides."""
    for path in workspace.folder.matching("settings*.php"):
        data = workspace.read(path) or b""
        variables = php_variables(workspace, path)

        def read(under: Variables, path: str = path) -> Value:
            module = workspace.module(path, under)
            return module.value("$config") if module is not None else Known(ABSENT)

        if b"mailer_dsn" in data:
            found = array_draft(
                workspace, DIALECT, read, variables, CORE, place=path, anchor="scheme"
            )
            if found is not None:
                yield found
        if b"smtp.settings" in data:
            yield from _module(workspace, path, variables)


def _module(workspace: Workspace, path: str, variables: Variables) -> Iterator[Draft]:
    """The module's settings; what is not overridden stands in Drupal's configuration."""

    def read(under: Variables) -> Value:
        module = workspace.module(path, under)
        return module.value("$config") if module is not None else Known(ABSENT)

    paths = {key: ("smtp.settings", key) for key in PROPERTIES}
    anchors = [key for key in ("smtp_host", "smtp_password", "smtp_username") if key in paths]
    for anchor in anchors:
        found = array_draft(
            workspace, DIALECT, read, variables, paths, place=path, anchor=anchor, form=""
        )
        if found is None:
            continue
        for name in NEEDED:
            if name not in found.options:
                why = f"{name} is not overridden here: Drupal's configuration has it"
                found.options[name] = Option(name, Unknown("undeclared", why))
        yield found
        return


def outcome(options: Mapping[str, Any]) -> Outcome:
    """What core hands to Symfony Mailer, or the module to PHPMailer."""
    if any(name.startswith("smtp_") for name in options):
        return _of_module(options)
    scheme = text(options, "scheme") or ""
    reached = way(scheme, text(options, "host") or "", number(options.get("port")))
    ignored = []
    interface = options.get("interface", "symfony_mailer")
    if interface != "symfony_mailer":
        ignored.append(remark(DATA, "interface", "interface"))
    if scheme in ("sendmail", "native"):
        ignored.append(remark(DATA, "scheme", "sendmail"))
    return Outcome(
        host=text(options, "host"),
        port=reached.port,
        tls=reached.tls,
        required=reached.required,
        username=text(options, "user"),
        password=text(options, "password"),
        sender=text(options, "site_mail"),
        verify=not is_off(options.get("verify_peer")),
        by={
            "host": ("host",),
            "port": ("port",),
            "tls": ("scheme", "port") if scheme == "smtps" else ("port", "scheme"),
            "username": ("user",),
            "password": ("password",),
            "sender": ("site_mail",),
            "verify": ("verify_peer",),
        },
        ignored=tuple(ignored),
        not_sent=remark(DATA, "scheme", "null") if scheme == "null" else None,
    )


def _of_module(options: Mapping[str, Any]) -> Outcome:
    secure = options.get("smtp_protocol")
    more = {
        "Mailer": "smtp",
        "SMTPSecure": secure if secure in ("ssl", "tls") else "",
        "SMTPAuth": bool(options.get("smtp_username") and options.get("smtp_password")),
    }
    if "smtp_host" not in options:
        more["Host"] = ""
    made = phpmailer.handed_on(options, PROPERTIES, more)
    return replace(made, host=made.host or None)


FIELDS: Mapping[str, Field] = {
    "scheme": "tls", "host": "host", "port": "port", "user": "username", "password": "password",
    "verify_peer": "verify", "site_mail": "sender", "smtp_host": "host", "smtp_port": "port",
    "smtp_protocol": "tls", "smtp_autotls": "tls", "smtp_username": "username",
    "smtp_password": "password", "smtp_from": "sender",
}  # fmt: skip
MODES: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
    "implicit": ({"scheme": "smtps"}, {"smtp_protocol": "ssl"}),
    "starttls": ({"scheme": "smtp"}, {"smtp_protocol": "tls"}),
    "none": ({"smtp_protocol": "", "smtp_autotls": False},),
}
DIALECT = PhpProgram("drupal", DATA, FIELDS, MODES, find, outcome)

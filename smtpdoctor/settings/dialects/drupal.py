"""Drupal: core's mailer, the modules SMTP and Symfony Mailer, as configuration is exported and as
`$config` of settings.php overrides it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from smtpdoctor.settings.dialects import phpmailer
from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.php_code import (
    PhpProgram,
    array_draft,
    keys_of,
    known,
    number,
    remark,
    text,
    whole,
)
from smtpdoctor.settings.dialects.phpmailer import php_variables
from smtpdoctor.settings.dialects.symfony_transport import is_off, way
from smtpdoctor.settings.folder import Skipped
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.harmless import said
from smtpdoctor.settings.readers.model import ABSENT, Entry, Known, Map, Unknown, Value, truth
from smtpdoctor.settings.readers.php_registry import merged_maps
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


#: The module Symfony Mailer's transport, in the configuration that is named by it.
TRANSPORT = "symfony_mailer.mailer_transport."
DEFAULT = ("symfony_mailer.settings", "default_transport")
#: Where configuration is exported to, and what is none of a site's: what modules install, and what
#: a split adds on a developer's own machine.
EXPORTED = ("smtp.settings.yml", "system.mail.yml", "system.site.yml", "symfony_mailer.*.yml")
ELSEWHERE = re.compile(
    r"(?:^|/)(?:install|optional|schema|modules|profiles|themes|vendor|local|dev\w*|tests?|stag\w*|ci)/"
)


def find(workspace: Workspace) -> Iterator[Draft]:
    """One for each way of sending that a settings file overrides, or that is exported alone."""
    exported = [path for path in workspace.folder.matching(*EXPORTED) if not ELSEWHERE.search(path)]
    places = {
        path: workspace.read(path) or b"" for path in workspace.folder.matching("settings*.php")
    }
    for names, needle, draft in (
        (("system.mail.yml",), b"mailer_dsn", _core),
        (("smtp.settings.yml",), b"smtp.settings", _module),
        (("symfony_mailer.",), TRANSPORT.encode(), _symfony_mailer),
    ):
        files: list[str | None] = [path for path, data in places.items() if needle in data]
        if not files and any(path.rpartition("/")[2].startswith(names) for path in exported):
            files = [None]
        for path in files:
            near = path or next(iter(exported))
            yield from draft(workspace, _Site(workspace, exported, path, near))


class _Site:
    """What is exported, with what one settings file overrides over it."""

    def __init__(
        self, workspace: Workspace, exported: Sequence[str], path: str | None, near: str
    ) -> None:
        self.workspace = workspace
        self.path = path
        self.variables = php_variables(workspace, near)
        self._exported = exported

    def read(self, under: Variables) -> Value:
        """The configuration, by its names."""
        entries = []
        for path in self._exported:
            name = path.rpartition("/")[2].removesuffix(".yml")
            root = self.workspace.document(path, under)
            if isinstance(known(root), Map):
                entries.append(Entry(name, root, root.span))
        exported = Known(Map(entries))
        module = self.workspace.module(self.path, under) if self.path is not None else None
        over = module.value("$config") if module is not None else Known(ABSENT)
        return merged_maps([exported, over])

    def draft(self, paths: Mapping[str, Sequence[str]], anchor: str, form: str) -> Draft | None:
        """The set-up with these options; None where the anchor isn't there."""
        span = self.read(self.variables).at(*paths[anchor]).span
        place = self.path or (f"{span.file}:{span.line}" if span is not None else "settings.php")
        in_code = span is None or span.file.endswith(".php")
        found = array_draft(
            self.workspace, DIALECT, self.read, self.variables, paths,
            place=place, anchor=anchor, form=form if in_code else "",
        )  # fmt: skip
        if found is not None and not in_code:
            found.language = "yaml"
        return found


def _core(workspace: Workspace, site: _Site) -> Iterator[Draft]:
    # a site that sends with a module has core's own as it is installed
    if site.path is None and known(site.read(site.variables).at(*CORE["interface"])) != (
        "symfony_mailer"
    ):
        return
    found = site.draft(CORE, "scheme", "'{}' => {},")
    if found is not None:
        yield found


def _symfony_mailer(workspace: Workspace, site: _Site) -> Iterator[Draft]:
    """The transport that the module Symfony Mailer sends by."""
    config = site.read(site.variables)
    names = [name for name in keys_of(config) if name.startswith(TRANSPORT)]
    default = known(config.at(*DEFAULT))
    name = f"{TRANSPORT}{default}"
    if name not in names:
        if default is not None or len(names) != 1:
            return
        name = names[0]
    plugin = known(config.at(name, "plugin"))
    if plugin not in ("smtp", None):
        why = f"mail goes out by the transport {said(str(plugin))}, not by SMTP settings"
        workspace.folder.skipped.append(Skipped(path=site.path or "config", why=why))
        return
    keys = {"host": "host", "port": "port", "user": "user", "pass": "pass"}
    paths: dict[str, tuple[str, ...]] = {
        key: (name, "configuration", inner) for key, inner in keys.items()
    }
    paths["verify_peer"] = (name, "configuration", "query", "verify_peer")
    paths["site_mail"] = CORE["site_mail"]
    found = site.draft(paths, "host", "")
    if found is not None:
        yield found


def _module(workspace: Workspace, site: _Site) -> Iterator[Draft]:
    """The module's settings; what is neither overridden nor exported stands in Drupal's
    configuration."""
    paths = {key: ("smtp.settings", key) for key in (*PROPERTIES, "smtp_on")}
    for anchor in ("smtp_host", "smtp_password", "smtp_username"):
        if site.path is None and not known(site.read(site.variables).at(*paths["smtp_host"])):
            return
        found = site.draft(paths, anchor, "")
        if found is None:
            continue
        for name in NEEDED:
            if name not in found.options:
                why = f"{name} is not overridden here: Drupal's configuration has it"
                found.options[name] = Option(name, Unknown("undeclared", why))
        yield found
        return


def outcome(options: Mapping[str, Any]) -> Outcome:
    """What core or a module hands to Symfony Mailer, or the module SMTP to PHPMailer."""
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
        password=text(options, "password") or text(options, "pass"),
        sender=text(options, "site_mail"),
        verify=not is_off(options.get("verify_peer")),
        by={
            "host": ("host",),
            "port": ("port",),
            "tls": ("scheme", "port") if scheme == "smtps" else ("port", "scheme"),
            "username": ("user",),
            "password": ("password",) if "password" in options else ("pass",),
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
    ignored: tuple[Remark, ...] = ()
    if "smtp_on" in options and not truth(options["smtp_on"], "php"):
        ignored = (whole(DATA, "smtp_on", "off"),)
    return replace(made, host=made.host or None, ignored=ignored)


FIELDS: Mapping[str, Field] = {
    "scheme": "tls", "host": "host", "port": "port", "user": "username", "password": "password",
    "pass": "password", "verify_peer": "verify", "site_mail": "sender", "smtp_host": "host",
    "smtp_port": "port", "smtp_protocol": "tls", "smtp_autotls": "tls", "smtp_username": "username",
    "smtp_password": "password", "smtp_from": "sender",
}  # fmt: skip
MODES: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
    "implicit": ({"scheme": "smtps"}, {"smtp_protocol": "ssl"}),
    "starttls": ({"scheme": "smtp"}, {"smtp_protocol": "tls"}),
    "none": ({"smtp_protocol": "", "smtp_autotls": False},),
}
DIALECT = PhpProgram("drupal", DATA, FIELDS, MODES, find, outcome)

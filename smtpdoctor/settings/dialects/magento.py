"""Magento: `system` of app/etc/env.php over config.php, for its own SMTP and Mageplaza's module."""

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
    remark,
    text,
    version_of,
    whole,
)
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.model import Known, Unknown, Value, truth
from smtpdoctor.settings.readers.php_registry import merged_maps
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

FILES = ("app/etc/env.php", "app/etc/config.php")
PACKAGES = (
    "magento/product-community-edition", "magento/product-enterprise-edition",
    "magento/magento-cloud-metapackage", "mage-os/product-community-edition",
)  # fmt: skip
CORE = ("system", "smtp")
CORE_KEYS = ("host", "port", "ssl", "auth", "username", "password", "transport", "disable")
MODULE_KEYS = ("host", "port", "protocol", "authentication", "username", "password")
#: The one release in which Magento's own SMTP takes “tls” for TLS from the first byte.
ONE_BUG = "2.4.8"
ENCRYPTED = re.compile(r"\d+:\d+:\S+")
SENDER = ("trans_email", "ident_general", "email")


def find(workspace: Workspace) -> Iterator[Draft]:
    """One for Magento's own SMTP and one for Mageplaza's module, where a file has its host."""
    patterns = [*FILES, *(f"*/{each}" for each in FILES)]
    roots = {path.rpartition("app/etc/")[0] for path in workspace.folder.matching(*patterns)}
    for root in sorted(roots):
        variables = workspace.variables((), "docker", near=f"{root}bin/magento")

        def read(under: Variables, root: str = root) -> Value:
            """What is for every store, the local file over the shared one."""
            modules = [workspace.module(root + each, under) for each in reversed(FILES)]
            found = [each.returned.at("system", "default") for each in modules if each is not None]
            return merged_maps(found)

        core = {key: (*CORE, key) for key in CORE_KEYS}
        core["from"] = SENDER
        yield from _draft(workspace, root, variables, read, core)
        module = {key: ("smtp", "configuration_option", key) for key in MODULE_KEYS}
        module |= {
            "enabled": ("smtp", "general", "enabled"),
            "developer_mode": ("smtp", "developer", "developer_mode"),
            "from": SENDER,
        }
        yield from _draft(workspace, root, variables, read, module)


def _draft(
    workspace: Workspace, root: str, variables: Variables, read: Any, paths: Mapping[str, Any]
) -> Iterator[Draft]:
    entry = read(variables).at(*paths["host"])
    if not known(entry):
        return
    span = entry.written
    place = f"{span.file}:{span.line}" if span is not None else f"{root}{FILES[0]}"
    draft = array_draft(workspace, DIALECT, read, variables, paths, place=place, anchor="host")
    if draft is None:
        return
    password = draft.options.get("password")
    if password is not None and ENCRYPTED.fullmatch(str(known(password.value))):
        why = "Magento keeps it encrypted by the key of app/etc/env.php"
        value = Unknown("encrypted", why, password.value.span)
        draft.options["password"] = Option("password", value)
    release = version_of(workspace, f"{root}bin/magento", *PACKAGES)
    if "protocol" not in paths:
        draft.options["magento"] = Option("magento", Known(release.removeprefix("v")))
        draft.sends = ({"transport": "smtp"},)
    else:
        draft.options["mageplaza"] = Option("mageplaza", Known(value=True))
        draft.sends = ({"enabled": "1"},)
    draft.version = release
    yield draft


def outcome(options: Mapping[str, Any]) -> Outcome:
    """What Magento hands to its mail library: “tls” and “ssl” are as named, but in one release."""
    module = bool(options.get("mageplaza"))
    mode_name, auth_name = ("protocol", "authentication") if module else ("ssl", "auth")
    mode = text(options, mode_name) or ""
    tls: TLSMode = {"ssl": "implicit", "tls": "starttls"}.get(mode, "none")  # type: ignore[assignment]
    misread: tuple[Remark, ...] = ()
    if not module and options.get("magento") == ONE_BUG:
        tls = "implicit" if mode == "tls" else "starttls"
        if mode == "tls":
            misread = (remark(DATA, "ssl", "one-bug", "implicit TLS"),)
    auth = (text(options, auth_name) or "").lower()
    log_in = auth not in ("", "none", "smtp")
    return Outcome(
        host=text(options, "host"),
        port=number(options.get("port")) or 25,
        tls=tls,
        required=tls == "implicit" or (mode == "tls" and tls == "starttls"),
        username=text(options, "username") if log_in else None,
        password=text(options, "password") if log_in else None,
        sender=text(options, "from"),
        by={
            "host": ("host",),
            "port": ("port",),
            "tls": (mode_name,),
            "username": ("username",) if log_in else (),
            "password": ("password",) if log_in else (),
            "sender": ("from",),
        },
        misread=misread,
        ignored=_ignored(options, module=module, log_in=log_in),
        not_sent=next((remark(DATA, each, each) for each in SILENT if _is_on(options, each)), None),
    )


#: Switches with which nothing is sent.
SILENT = ("disable", "developer_mode")


def _is_on(options: Mapping[str, Any], name: str) -> bool:
    return truth(options.get(name, False), "php")


def _ignored(options: Mapping[str, Any], *, module: bool, log_in: bool) -> tuple[Remark, ...]:
    if module and "enabled" in options and not _is_on(options, "enabled"):
        return (whole(DATA, "enabled", "enabled"),)
    if not module and options.get("transport") != "smtp":
        return (whole(DATA, "transport" if "transport" in options else "host", "transport"),)
    if not log_in and options.get("username"):
        return (remark(DATA, "username", "auth"),)
    return ()


FIELDS: Mapping[str, Field] = {
    "host": "host", "port": "port", "ssl": "tls", "protocol": "tls", "username": "username",
    "password": "password", "from": "sender",
}  # fmt: skip
MODES: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
    "implicit": ({"ssl": "ssl"}, {"protocol": "ssl"}, {"ssl": "tls"}),
    "starttls": ({"ssl": "tls"}, {"protocol": "tls"}, {"ssl": ""}),
    "none": ({"ssl": ""}, {"protocol": ""}),
}
DIALECT = PhpProgram("magento", DATA, FIELDS, MODES, find, outcome)

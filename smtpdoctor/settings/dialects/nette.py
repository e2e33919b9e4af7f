"""Nette: the section `mail` of the configuration in NEON."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.neon import values
from smtpdoctor.settings.dialects.php_code import (
    PhpProgram,
    number,
    remark,
    text,
    version,
    version_of,
    whole,
)
from smtpdoctor.settings.dialects.phpmailer import php_variables
from smtpdoctor.settings.dialects.texts import filled, keys_before
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.model import Known, Unknown, Value, truth
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

KEYS = (
    "smtp", "host", "port", "username", "password", "encryption", "secure", "clientHost",
)  # fmt: skip
#: `%smtp.host%` is a parameter, `%env.SMTP_HOST%` and `::getenv(…)` a variable, `%%` a %.
PARAMETER = re.compile(r"%([\w.-]*)%")
GETENV = re.compile(r"::getenv\(\s*['\"]?(\w+)['\"]?\s*\)")
#: A parameter that is another's: so many times in a row.
MOST_STEPS = 8
Found = dict[tuple[str, ...], Known]


def find(workspace: Workspace) -> Iterator[Draft]:
    """One for each folder whose files have the section, the local file over the others."""
    folders: dict[str, list[str]] = {}
    for path in workspace.folder.containing(rb"(?m)^mail\s*:", ".neon"):
        folders.setdefault(path.rpartition("/")[0], []).append(path)
    for folder, paths in folders.items():
        ordered = sorted(paths, key=lambda path: ("local" in path or "prod" in path, path))
        yield from _draft(workspace, folder, ordered)


def _draft(workspace: Workspace, folder: str, paths: Sequence[str]) -> Iterator[Draft]:
    variables = php_variables(workspace, paths[-1])
    all_of_it: Found = {}
    beside = [
        path
        for path in workspace.folder.matching("*.neon")
        if path.rpartition("/")[0] == folder and path not in paths
    ]
    for path in (*beside, *paths):
        all_of_it |= dict(values(path, workspace.folder.text(path) or ""))
    options: dict[str, Option] = {}
    for name in KEYS:
        value = all_of_it.get(("mail", name))
        if value is None or value.value is None:
            continue

        def again(under: Variables, value: Known = value) -> Value:
            return _resolved(value, all_of_it, under)

        options[name] = Option(name, _resolved(value, all_of_it, variables), again)
    if "host" not in options:
        return
    release = version_of(workspace, paths[-1], "nette/mail")
    options["nette"] = Option("nette", Known(version(release) or (4, 0, 0)))
    host = all_of_it["mail", "host"].span
    yield Draft(
        dialect=DIALECT,
        place=f"{host.file}:{host.line}" if host is not None else paths[-1],
        options=options,
        variables=variables,
        language="yaml",
        version=release,
        files=tuple(paths),
        insert=lambda new: keys_before(workspace, host, "host", new),
        sends=({"smtp": True},),
    )


def _resolved(value: Known, all_of_it: Found, under: Variables, steps: int = MOST_STEPS) -> Value:
    """The value with its parameters or its variable in place."""
    if not isinstance(value.value, str):
        return value

    def variable(name: str) -> Value:
        told = under.lookup(name)
        return told or Unknown("environment", f"nothing here sets {name}", value.span, name=name)

    def parameter(found: re.Match[str]) -> Value:
        if not found[1]:
            return Known("%", value.span)
        keys = tuple(found[1].split("."))
        inner = all_of_it.get(("parameters", *keys))
        if inner is not None and not steps:
            return Unknown("cycle", f"the parameter {found[1]} stands for itself", value.span)
        if inner is not None:
            return _resolved(inner, all_of_it, under, steps - 1)
        if keys[0] == "env" and len(keys) == 2:
            return variable(keys[1])
        why = f"the parameter {found[1]} is not in the folder"
        return Unknown("undeclared", why, value.span)

    asked = GETENV.fullmatch(value.value)
    return variable(asked[1]) if asked is not None else filled(value, PARAMETER, parameter)


def outcome(options: Mapping[str, Any]) -> Outcome:
    """What Nette's SmtpMailer makes of the section."""
    name = "encryption" if options.get("encryption") is not None else "secure"
    mode = text(options, name) or ""
    tls: TLSMode = "implicit" if mode == "ssl" else "starttls" if mode == "tls" else "none"
    usual = 465 if mode == "ssl" else 25
    if mode == "tls" and (options.get("nette") or (4, 2, 0)) >= (4, 2, 0):
        usual = 587
    user = text(options, "username") or None
    smtp = truth(options.get("smtp", False), "php")
    ignored: tuple[Remark, ...] = ()
    if not smtp:
        ignored = (whole(DATA, "smtp" if "smtp" in options else "host", "smtp"),)
    return Outcome(
        host=text(options, "host"),
        port=number(options.get("port")) or usual,
        tls=tls,
        required=tls != "none",
        username=user,
        password=text(options, "password") if user else None,
        ehlo=text(options, "clientHost"),
        by={
            "host": ("host",),
            "port": ("port",),
            "tls": (name,),
            "username": ("username",),
            "password": ("password",),
            "ehlo": ("clientHost",),
        },
        ignored=ignored,
        fault=None if mode in ("", "ssl", "tls") else remark(DATA, name, "encryption"),
    )


FIELDS: Mapping[str, Field] = {
    "host": "host", "port": "port", "encryption": "tls", "secure": "tls", "username": "username",
    "password": "password", "clientHost": "ehlo",
}  # fmt: skip
MODES: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
    "implicit": ({"encryption": "ssl"}, {"secure": "ssl"}),
    "starttls": ({"encryption": "tls"}, {"secure": "tls"}),
}
DIALECT = PhpProgram("nette", DATA, FIELDS, MODES, find, outcome)

"""Craft CMS: `email` of the project's configuration, and what config/app.php sets in its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.php_code import (
    NEWEST,
    PhpProgram,
    array_draft,
    known,
    number,
    remark,
    text,
    version,
    version_of,
)
from smtpdoctor.settings.dialects.phpmailer import php_variables
from smtpdoctor.settings.dialects.swiftmailer import connects
from smtpdoctor.settings.dialects.symfony_transport import is_off, way
from smtpdoctor.settings.dialects.texts import referred
from smtpdoctor.settings.folder import Skipped
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.harmless import said
from smtpdoctor.settings.readers.model import ABSENT, Entry, Known, Map, Value
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

PROJECT = ("config/project/project.yaml", "config/project.yaml")
#: `$SMTP_HOST` in a setting is the variable (App::parseEnv).
ALIAS = r"\$(\w+)"
KEYS = ("host", "port", "useAuthentication", "username", "password", "encryptionMethod")
SYMFONY = (4, 0, 0)


def find(workspace: Workspace) -> Iterator[Draft]:
    """One for each site whose mail goes out by SMTP."""
    roots = [
        path.removesuffix(each)
        for each in PROJECT
        for path in workspace.folder.matching(each, f"*/{each}")
    ]
    roots += [
        path.removesuffix("config/app.php")
        for path in workspace.folder.matching("config/app.php", "*/config/app.php")
        if b"transportSettings" in (workspace.read(path) or b"")
    ]
    for root in dict.fromkeys(roots):
        yield from _of_site(workspace, root)


def _of_site(workspace: Workspace, root: str) -> Iterator[Draft]:
    variables = php_variables(workspace, f"{root}craft")

    def read(under: Variables) -> Value:
        return _email(workspace, root, under)

    email = read(variables)
    adapter = str(known(email.get("transportType")) or "").rpartition("\\")[2]
    if adapter and adapter != "Smtp":
        why = f"mail goes out by the adapter {said(adapter)}, not by SMTP settings"
        workspace.folder.skipped.append(Skipped(path=f"{root}config", why=why))
        return
    settings = known(email.get("transportSettings"))
    host = settings.entry("host") if isinstance(settings, Map) else None
    span = host.span or host.value.written if host is not None else None
    if span is None:
        return
    paths: dict[str, tuple[str, ...]] = {key: ("transportSettings", key) for key in KEYS}
    paths["fromEmail"] = ("fromEmail",)
    in_code = span.file.endswith(".php")
    draft = array_draft(
        workspace, DIALECT, read, variables, paths, place=f"{span.file}:{span.line}",
        anchor="host", form="'{}' => {}," if in_code else "",
    )  # fmt: skip
    if draft is None:
        return
    draft.version = version_of(workspace, f"{root}craft", "craftcms/cms")
    release = version(draft.version) or (NEWEST, 0, 0)
    draft.options["craft"] = Option("craft", Known(release))
    draft.language = "php" if in_code else "yaml"
    draft.sends = ({"useAuthentication": True},)
    draft.profile = workspace.profile_of("CRAFT_ENVIRONMENT")
    yield draft


def _email(workspace: Workspace, root: str, under: Variables) -> Value:
    """`email` as the site has it: the project's, and what config/app.php sets in its place."""
    entries: list[Entry] = []
    path = next((root + each for each in PROJECT if workspace.folder.has(root + each)), None)
    if path is not None:
        entries += _entries(workspace.document(path, under).get("email"))
    module = workspace.module(f"{root}config/app.php", under)
    for each in module.assignments() if module is not None else ():
        if len(each.path) > 1 and each.path[-1] in OVER and each.reached is not False:
            entries.append(Entry(each.path[-1], each.value, each.span))
    for call in module.calls("MailSettings") if module is not None else ():
        entries += _entries(call.argument(0))
    return Known(Map([_resolved(each, under) for each in entries]))


#: What code sets on the settings that it was given.
OVER = ("transportSettings", "transportType", "fromEmail")


def _entries(value: Value) -> list[Entry]:
    return value.value.entries if isinstance(value, Known) and isinstance(value.value, Map) else []


def _resolved(entry: Entry, under: Variables) -> Entry:
    """The entry with variables in the place of their aliases, down to the last key."""
    inner = _entries(entry.value)
    if inner:
        value: Value = Known(Map([_resolved(each, under) for each in inner]), entry.value.span)
        return Entry(entry.key, value, entry.span)
    return Entry(entry.key, referred(entry.value, ALIAS, under), entry.span)


def outcome(options: Mapping[str, Any]) -> Outcome:
    """What Craft's SMTP adapter makes of its settings: since Craft 4 the port decides alone."""
    port = number(options.get("port"))
    host = text(options, "host")
    method = text(options, "encryptionMethod") or ""
    auth = options.get("useAuthentication")
    log_in = auth not in (None, ABSENT, "") and not is_off(auth)
    ignored: tuple[Remark, ...] = ()
    decides: tuple[str, ...] = ("port",)
    if (options.get("craft") or SYMFONY) < SYMFONY:
        reached, _ = connects("" if method == "none" else method, port)
        decides = ("encryptionMethod",)
    else:
        reached = way("smtp", host or "", port)
        if method == "ssl" and reached.tls != "implicit":
            ignored = (remark(DATA, "encryptionMethod", "method"),)
    if not log_in and options.get("username"):
        ignored += (remark(DATA, "username", "auth"),)
    return Outcome(
        host=host,
        port=reached.port,
        tls=reached.tls,
        required=reached.required,
        username=text(options, "username") if log_in else None,
        password=text(options, "password") if log_in else None,
        sender=text(options, "fromEmail"),
        by={
            "host": ("host",),
            "port": ("port",),
            "tls": decides,
            "username": ("username",) if log_in else (),
            "password": ("password",) if log_in else (),
            "sender": ("fromEmail",),
        },
        ignored=ignored,
    )


FIELDS: Mapping[str, Field] = {
    "host": "host", "port": "port", "encryptionMethod": "tls", "username": "username",
    "password": "password", "fromEmail": "sender",
}  # fmt: skip
MODES: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
    "implicit": ({"encryptionMethod": "ssl"},),
    "starttls": ({"encryptionMethod": "tls"},),
}
DIALECT = PhpProgram("craft", DATA, FIELDS, MODES, find, outcome)

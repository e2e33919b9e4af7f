"""Symfony's SwiftmailerBundle: `swiftmailer` of the configuration, its keys or its URL."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.php_code import PhpProgram, known, remark, text, version_of
from smtpdoctor.settings.dialects.swiftmailer import outcome as of_swiftmailer
from smtpdoctor.settings.dialects.symfony import resolved, symfony_variables
from smtpdoctor.settings.dialects.texts import keys_before
from smtpdoctor.settings.dialects.urls import place_of
from smtpdoctor.settings.folder import Skipped
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.harmless import said
from smtpdoctor.settings.readers.model import ABSENT, Entry, Known, Map, Value, truth
from smtpdoctor.settings.readers.php_registry import merged_maps
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

#: Where Symfony 4 has it, and where 2 and 3 have everything.
FILES = ("config/packages/swiftmailer.yaml", "app/config/config.yml")
#: What production has over it.
PRODUCTION = {
    "config/packages/swiftmailer.yaml": "config/packages/prod/swiftmailer.yaml",
    "app/config/config.yml": "app/config/config_prod.yml",
}
PARAMETERS = ("app/config/parameters.yml", "config/services.yaml")
KEYS = ("transport", "host", "port", "username", "password", "encryption", "disable_delivery")
#: parse_url's parts, and what parse_str makes of the rest.
URL = re.compile(
    r"(?P<transport>[\w+]+)://(?:(?P<username>[^:@/?#]*)(?::(?P<password>[^@/?#]*))?@)?"
    r"(?P<host>[^:/?#]*)(?::(?P<port>\d+))?[^?#]*"
)
QUERY = re.compile(r"[?&](?P<key>\w+)=(?P<value>[^&#]+)")


def find(workspace: Workspace) -> Iterator[Draft]:
    """One for each configuration of a mailer that sends by SMTP."""
    for file in FILES:
        for path in workspace.folder.matching(file, f"*/{file}"):
            if b"swiftmailer" in (workspace.read(path) or b""):
                yield from _draft(workspace, path.removesuffix(file), file)


def _draft(workspace: Workspace, root: str, file: str) -> Iterator[Draft]:
    path = root + file
    variables = symfony_variables(workspace, f"{root}composer.json")

    def read(under: Variables) -> Value:
        """The mailer's keys, production's over the others, with parameters in place."""
        whole = _section(workspace, root, (file, PRODUCTION[file]), "swiftmailer", under)
        if whole.absent:
            return whole
        name = known(whole.get("default_mailer")) or "default"
        inner = whole.at("mailers", name)
        mailer = inner if isinstance(known(inner), Map) else whole
        assert isinstance(mailer, Known)
        parameters = _section(workspace, root, (*PARAMETERS, file), "parameters", under)
        entries = [
            Entry(each.key, resolved(each.value, under, parameters), each.span)
            for each in mailer.value.entries
        ]
        return Known(Map(entries), mailer.span)

    options = _options(read(variables), read, workspace)
    transport = str(known(options["transport"].value) or "") if "transport" in options else ""
    if "host" not in options and transport not in ("gmail", "null"):
        return
    if transport not in ("smtp", "gmail", "null", ""):
        why = f"mail goes out by the transport {said(transport)}, not by SMTP"
        workspace.folder.skipped.append(Skipped(path=path, why=why))
        return
    anchor = options.get("host") or options["transport"]
    span = anchor.entry or anchor.value.written
    yield Draft(
        dialect=DIALECT,
        place=f"{path}:{span.line}" if span is not None and span.file == path else path,
        options=options,
        variables=variables,
        language="yaml",
        version=version_of(workspace, f"{root}composer.json", "symfony/swiftmailer-bundle"),
        profile=workspace.profile_of("APP_ENV"),
        files=(path,),
        insert=lambda new: keys_before(workspace, anchor.entry, "host", new),
    )


def _section(
    workspace: Workspace, root: str, files: Sequence[str], key: str, under: Variables
) -> Value:
    """What files have at a key, the later over the earlier."""
    there = [root + each for each in files if workspace.folder.has(root + each)]
    return merged_maps([workspace.document(each, under).get(key) for each in there])


def _options(root: Value, read: Any, workspace: Workspace) -> dict[str, Option]:
    found: dict[str, Option] = {}
    for name in KEYS:
        value = root.get(name)
        if not isinstance(value, Known) or value.value not in (ABSENT, None):
            mapping = known(root)
            entry = mapping.entry(name) if isinstance(mapping, Map) else None

            def again(under: Variables, name: str = name) -> Value:
                return read(under).get(name)  # type: ignore[no-any-return]

            found[name] = Option(name, value, again, entry.span if entry is not None else None)
    url = root.get("url")
    if isinstance(url, Known) and isinstance(url.value, str):
        found |= _of_url(url, workspace)
    elif not isinstance(url, Known):
        found["host"] = Option("host", url)
    return found


def _of_url(url: Known, workspace: Workspace) -> dict[str, Option]:
    """The parts of the URL, which stand over the keys, and those of its query over both."""
    found: dict[str, tuple[str, tuple[int, int]]] = {}
    parts = URL.match(url.value)
    for name, said_ in parts.groupdict().items() if parts is not None else ():
        if said_:
            assert parts is not None
            found[name] = (said_, parts.span(name))
    for each in QUERY.finditer(url.value):
        if each["key"] in KEYS:
            found[each["key"]] = (each["value"], each.span("value"))
    return {
        name: Option(
            name,
            Known(unquote(said_), place_of(url, at, workspace)),
            bare=True,
            called=next(iter(url.variables), "url"),
        )
        for name, (said_, at) in found.items()
    }


def outcome(options: Mapping[str, Any]) -> Outcome:
    """What the bundle hands to SwiftMailer."""
    given = dict(options)
    if text(options, "transport") == "gmail":
        given |= {"host": "smtp.gmail.com", "encryption": "ssl"}
    if given.get("port") in (None, ""):
        given["port"] = 465 if given.get("encryption") == "ssl" else 25
    made = of_swiftmailer(given)
    fault: Remark | None = None
    if text(given, "encryption") not in (None, "", "tls", "ssl"):
        fault = remark(DATA, "encryption", "encryption")
    silent = truth(options.get("disable_delivery", False), "php")
    not_sent = remark(DATA, "disable_delivery", "disabled") if silent else None
    if text(options, "transport") == "null":
        not_sent = remark(DATA, "transport", "null")
    return replace(made, fault=fault, not_sent=not_sent)


FIELDS: Mapping[str, Field] = {
    "host": "host", "port": "port", "encryption": "tls", "username": "username",
    "password": "password",
}  # fmt: skip
MODES: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
    "implicit": ({"encryption": "ssl"},),
    "starttls": ({"encryption": "tls"},),
}
DIALECT = PhpProgram("swiftmailer-bundle", DATA, FIELDS, MODES, find, outcome)

"""Quarkus: `quarkus.mailer.*` of application.properties and YAML, with profiles and variables.

Knows which files count in which order, how names bind, and what the mailer makes of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.properties import (
    Configuration,
    Part,
    as_number,
    as_text,
    language_of,
    parts_of,
)
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.workspace import PRODUCTION, Workspace

DATA = load(__file__)

PREFIX = "quarkus.mailer."
FIELDS: dict[str, Field] = {
    "host": "host",
    "port": "port",
    "tls": "tls",
    "ssl": "tls",
    "start-tls": "tls",
    "tls-configuration-name": "tls",
    "trust-all": "verify",
    "username": "username",
    "password": "password",
    "from": "sender",
    "own-host-name": "ehlo",
    "login": "client",
    "mock": "client",
}
NAMES: dict[str, Field] = {f"{PREFIX}{name}": field for name, field in FIELDS.items()}

FILE = re.compile(
    r"(?:(?P<base>.+?)/)?(?P<place>src/main/resources/|config/)?"
    r"application(?:-(?P<profile>[\w.-]+))?\.(?P<end>properties|ya?ml)"
)
GLOBS = ("application.properties", "application.yml", "application.yaml",
         "application-*.properties", "application-*.yml", "application-*.yaml")  # fmt: skip


def same(key: str) -> str:
    """Keys are the same as they are written; quotes around a profile in YAML don't count."""
    return key.replace('"', "")


def variables_of(key: str) -> tuple[str, ...]:
    """The variables that set a key (MicroProfile Config): every other character becomes `_`."""
    name = re.sub(r"[^A-Za-z0-9]", "_", key)
    return tuple(dict.fromkeys((key, name, name.upper())))


class Quarkus:
    id = "quarkus"
    name = DATA.name
    client: str | None = None
    fields: Mapping[str, Field] = NAMES
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        "implicit": ({f"{PREFIX}tls": True}, {f"{PREFIX}ssl": True}),
        "starttls": (
            {f"{PREFIX}start-tls": "REQUIRED"},
            {f"{PREFIX}tls": False},
            {f"{PREFIX}ssl": False},
            {f"{PREFIX}tls": False, f"{PREFIX}start-tls": "REQUIRED"},
            {f"{PREFIX}ssl": False, f"{PREFIX}start-tls": "REQUIRED"},
        ),
        "none": (
            {f"{PREFIX}start-tls": "DISABLED"},
            {f"{PREFIX}tls": False, f"{PREFIX}start-tls": "DISABLED"},
        ),
    }

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each application whose files or variables speak of the mailer."""
        bases: dict[str, list[tuple[bool, str, str]]] = {}
        for path in workspace.folder.matching(*GLOBS):
            found = FILE.fullmatch(path)
            if found is not None:
                outside = found["place"] != "src/main/resources/"
                file = (outside, found["profile"] or "", path)
                bases.setdefault(found["base"] or "", []).append(file)
        for base, files in bases.items() or {"": list[tuple[bool, str, str]]()}.items():
            yield from self._application(workspace, base, files)

    def _application(  # branches: what lacks a mark is none; the rest fills one draft
        self, workspace: Workspace, base: str, files: list[tuple[bool, str, str]]
    ) -> Iterator[Draft]:
        near = f"{base}/x" if base else "x"
        dotenv = workspace.dotenv_files(near, ".env")
        variables = workspace.variables(dotenv, "compose-env-file", near=near)
        profile = _profile(workspace)
        parts: list[Part] = []
        # a profile's file before the others, those beside the jar before those in it
        for _, own, path in sorted(files, key=lambda file: (bool(file[1]), file[0]), reverse=True):
            if own in ("", profile):
                parts += parts_of(workspace, path, variables)
        read = Configuration(workspace, tuple(parts), variables, variables_of, same)
        options: dict[str, Option] = {}
        for name in NAMES:
            option = read.option(f"%{profile}.{name}", name) or read.option(name)
            if option is not None:
                options[name] = option
        # a Secret that is nowhere in the folder may hold any name: that is no mark
        opened = [layer.open for layer in variables.layers if layer.open is not None]
        told = {name for name, option in options.items() if option.value not in opened}
        if told.isdisjoint(f"{PREFIX}{name}" for name in ("host", "port", "username", "from")):
            return
        first = options.get(f"{PREFIX}host") or next(iter(options.values()))
        at = first.entry or first.value.span
        anchor = next((each for each in (first, *options.values()) if each.entry is not None), None)
        version = workspace.dependencies.find("maven", "quarkus-bom", "quarkus-mailer", near=base)
        yield Draft(
            dialect=self,
            place=f"{at.file}:{at.line}" if at is not None else "environment",
            options=options,
            variables=variables,
            language=language_of(at.file) if at is not None else "text",
            version=version.version if version is not None and "$" not in version.version else "",
            profile=profile,
            insert=lambda new: read.insert(anchor, new),
        )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        return outcome(options)


def _profile(workspace: Workspace) -> str:
    """`prod` unless QUARKUS_PROFILE says otherwise."""
    found = workspace.profile_of("QUARKUS_PROFILE")
    return "prod" if found == PRODUCTION else found


DIALECT = Quarkus()


# --- what options come to ------------------------------------------------------------------------


def outcome(options: Mapping[str, Any]) -> Outcome:  # branches: one field a line, and its default
    """What the mailer makes of its options (Mailers.toVertxMailConfig)."""

    def get(name: str) -> Any:
        return options.get(f"{PREFIX}{name}")

    tls = get("tls")
    configured = get("tls-configuration-name") not in (None, "")
    trusts = get("trust-all") is True
    implied = (configured or trusts) and tls is None
    implicit = tls is True or get("ssl") is True or implied
    start = str(get("start-tls") or "OPTIONAL").strip().upper()
    mode: TLSMode = "implicit" if implicit else "none" if start == "DISABLED" else "starttls"
    decides = ("tls", "ssl", "tls-configuration-name", "trust-all")
    order = (*decides, "start-tls") if implicit else ("start-tls", *decides)
    there = [name for name in order if get(name) is not None]
    if implicit:
        there.sort(key=lambda name: get(name) in (False, "false"))
    misread = [
        _remark(name, "word", "no")
        for name in ("tls", "ssl")
        if isinstance(get(name), str) and get(name).strip().lower() in ("yes", "on", "1")
    ]
    if trusts and implied and not configured:
        misread.append(_remark("trust-all", "trust-all", "implicit TLS"))
    ignored = []
    if implicit and start == "REQUIRED":
        ignored.append(_remark("start-tls", "no-tls"))
    login = str(get("login") or "").strip().upper() != "DISABLED"
    by: dict[Field, tuple[str, ...]] = {
        "tls": tuple(f"{PREFIX}{name}" for name in there),
        "verify": (f"{PREFIX}trust-all",),
    }
    for name, field in FIELDS.items():
        if field not in ("tls", "verify", "client"):
            by[field] = (f"{PREFIX}{name}",)
    return Outcome(
        host=as_text(get("host")) or "localhost",
        port=as_number(get("port")) or 25,
        tls=mode,
        required=mode == "starttls" and start == "REQUIRED",
        username=as_text(get("username")) if login else None,
        password=as_text(get("password")) if login else None,
        sender=as_text(get("from")),
        ehlo=as_text(get("own-host-name")),
        verify=not trusts,
        by=by,
        misread=tuple(misread),
        ignored=tuple(ignored),
        not_sent=_remark("mock", "mock") if get("mock") is True else None,
    )


def _remark(name: str, because: str, taken_as: str = "") -> Remark:
    option = f"{PREFIX}{name}"
    return Remark(option, DATA.because[because], taken_as, tuple(DATA.sources.values())[:1])

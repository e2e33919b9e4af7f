"""Micronaut Email with Jakarta Mail: `javamail.properties` and `javamail.authentication`.

Knows where they stand. What `mail.smtp.*` comes to is `jakarta_mail`'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Outcome
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.jakarta_mail import DIALECT as JAKARTA
from smtpdoctor.settings.dialects.jakarta_mail import NAMES as SESSION
from smtpdoctor.settings.dialects.jakarta_mail import modes_of
from smtpdoctor.settings.dialects.properties import (
    Configuration,
    as_text,
    language_of,
    parts_of,
)
from smtpdoctor.settings.dialects.spring_boot import FILES, applications
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.workspace import PRODUCTION, Workspace

DATA = load(__file__)

PREFIX = "javamail.properties."
OWN: dict[str, Field] = {
    "javamail.authentication.username": "username",
    "javamail.authentication.password": "password",
    "micronaut.email.from.email": "sender",
}
NAMES: dict[str, Field] = {**OWN, **{f"{PREFIX}{name}": field for name, field in SESSION.items()}}
PRODUCTIONS = ("prod", "production", "default")


class Micronaut:
    id = "micronaut"
    name = DATA.name
    client: str | None = DATA.client
    fields: Mapping[str, Field] = NAMES
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = modes_of(PREFIX)

    def find(  # branches: what lacks a mark, a host or a place is none
        self, workspace: Workspace
    ) -> Iterator[Draft]:
        """One for each application with `javamail` in its files."""
        marked = set(workspace.folder.containing(rb"\bjavamail\b", ".yml", ".yaml", ".properties"))
        asked = workspace.profile_of("MICRONAUT_ENVIRONMENTS")
        active = PRODUCTIONS if asked == PRODUCTION else tuple(asked.split(","))
        for base, files in applications(workspace.folder.matching(*FILES)).items():
            those = [file for file in files if not file.profile or file.profile in active]
            if not any(file.path in marked for file in those):
                continue
            at = f"{base}/x" if base else "x"
            dotenv = workspace.dotenv_files(at, ".env")
            variables = workspace.variables(dotenv, "compose-env-file", near=at)
            parts = [
                part
                for file in sorted(those, key=lambda file: bool(file.profile), reverse=True)
                for part in reversed(parts_of(workspace, file.path, variables))
            ]
            read = Configuration(workspace, tuple(parts), variables)
            options = {name: option for name in NAMES if (option := read.option(name)) is not None}
            beside = next((option for option in options.values() if option.entry is not None), None)
            host = options.get(f"{PREFIX}mail.smtp.host") or beside
            place = host.entry if host is not None else None
            if beside is None or place is None:
                continue
            yield Draft(
                dialect=self,
                place=f"{place.file}:{place.line}",
                options=options,
                variables=variables,
                language=language_of(place.file),
                profile="" if asked == PRODUCTION else asked,
                insert=lambda new, read=read, host=host: read.insert(host, new),  # type: ignore[misc]
            )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """What Jakarta Mail makes of the properties, with the login given beside them."""
        session = {
            name.removeprefix(PREFIX): value
            for name, value in options.items()
            if name.startswith(PREFIX)
        }
        found = JAKARTA.outcome(session)
        by = {
            field: tuple(f"{PREFIX}{name}" for name in names) for field, names in found.by.items()
        }
        for name, field in OWN.items():
            by[field] = (name,) if name in options else by.get(field, ())

        def renamed(remarks: Any) -> Any:
            return tuple(replace(each, option=f"{PREFIX}{each.option}") for each in remarks)

        return replace(
            found,
            username=as_text(options.get("javamail.authentication.username")) or found.username,
            password=as_text(options.get("javamail.authentication.password")) or found.password,
            sender=as_text(options.get("micronaut.email.from.email")) or found.sender,
            by=by,
            misread=renamed(found.misread),
            ignored=renamed(found.ignored),
        )


DIALECT = Micronaut()

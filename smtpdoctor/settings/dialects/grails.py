"""Grails' mail plugin: `grails.mail` in application.yml, with the session's properties in `props`.

Knows where they stand, and that what is below `environments.production` stands before them. What
`mail.smtp.*` comes to is `jakarta_mail`'s. It must not know Spring Boot's own names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.jakarta_code import SENDER_PROPERTIES
from smtpdoctor.settings.dialects.jakarta_mail import DIALECT as JAKARTA
from smtpdoctor.settings.dialects.jakarta_mail import NAMES as SESSION
from smtpdoctor.settings.dialects.jakarta_mail import modes_of
from smtpdoctor.settings.dialects.properties import Configuration, parts_of
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.workspace import PRODUCTION, Workspace

DATA = load(__file__)

PREFIX = "grails.mail."
PROPS = f"{PREFIX}props."
OWN: dict[str, Field] = {
    f"{PREFIX}host": "host",
    f"{PREFIX}port": "port",
    f"{PREFIX}username": "username",
    f"{PREFIX}password": "password",
    f"{PREFIX}protocol": "tls",
    f"{PREFIX}default.from": "sender",
    f"{PREFIX}disabled": "client",
    f"{PREFIX}overrideAddress": "client",
}
NAMES: dict[str, Field] = {
    **OWN,
    **{f"{PROPS}{name}": field for name, field in SESSION.items()},
    **{f"{PROPS}mail.{family}.auth": "client" for family in ("smtp", "smtps")},
}


class Grails:
    id = "grails"
    name = DATA.name
    client: str | None = DATA.client
    fields: Mapping[str, Field] = NAMES
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = modes_of(PROPS)

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each application.yml that names the plugin's host."""
        asked = workspace.profile_of("GRAILS_ENV")
        environment = "production" if asked == PRODUCTION else asked
        for path in workspace.folder.matching("application.yml"):
            if b"grails" not in (workspace.folder.data(path) or b""):
                continue
            variables = workspace.variables(
                workspace.dotenv_files(path, ".env"), "compose-env-file", near=path
            )
            parts = tuple(reversed(parts_of(workspace, path, variables)))
            read = Configuration(workspace, parts, variables)
            options: dict[str, Option] = {}
            for name in NAMES:
                of_environment = read.option(f"environments.{environment}.{name}", name)
                found = of_environment or read.option(name)
                if found is not None:
                    options[name] = found
            host = options.get(f"{PREFIX}host")
            if host is None or host.entry is None:
                continue
            yield Draft(
                dialect=self,
                place=f"{path}:{host.entry.line}",
                options=options,
                variables=variables,
                language="yaml",
                profile="" if asked == PRODUCTION else asked,
                files=(path,),
                insert=lambda new, read=read, host=host: read.insert(host, new),  # type: ignore[misc]
            )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """What Spring's sender makes of them."""
        names = {f"{PREFIX}{name}": setter for name, setter in SENDER_PROPERTIES.items()}
        session: dict[str, Any] = {"login": "connect"}
        for name, value in options.items():
            session[names.get(name, name.removeprefix(PROPS))] = value
        found = JAKARTA.outcome(session)
        back = {setter: name for name, setter in names.items()}

        def own(name: str) -> str:
            return back.get(name, f"{PROPS}{name}")

        sender = options.get(f"{PREFIX}default.from")
        by = {field: tuple(map(own, given)) for field, given in found.by.items()}
        if sender:
            by["sender"] = (f"{PREFIX}default.from",)
        return replace(
            found,
            sender=str(sender) if sender else found.sender,
            by=by,
            misread=tuple(replace(each, option=own(each.option)) for each in found.misread),
            ignored=tuple(replace(each, option=own(each.option)) for each in found.ignored),
            not_sent=_not_sent(options),
        )


def _not_sent(options: Mapping[str, Any]) -> Remark | None:
    """What keeps its mail from those that it is for."""
    sources = tuple(DATA.sources.values())
    if options.get(f"{PREFIX}disabled") is True:
        return Remark(f"{PREFIX}disabled", DATA.because["disabled"], "", sources)
    if options.get(f"{PREFIX}overrideAddress"):
        return Remark(f"{PREFIX}overrideAddress", DATA.because["override"], "", sources)
    return None


DIALECT = Grails()

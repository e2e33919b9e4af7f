"""Sentry, self-hosted: the mail options of config.yml, and of sentry.conf.py before them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark, conflict
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.keys import of_keys, put_in_keys
from smtpdoctor.settings.dialects.python_code import number, python_variables, text
from smtpdoctor.settings.folder import sibling
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.prepare import literal
from smtpdoctor.settings.readers.model import Known, Unknown
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

FIELDS: Mapping[str, Field] = {
    "mail.host": "host",
    "mail.port": "port",
    "mail.use-tls": "tls",
    "mail.use-ssl": "tls",
    "mail.username": "username",
    "mail.password": "password",
    "mail.from": "sender",
}
BACKEND = "mail.backend"


class Sentry:
    id = "sentry"
    name = DATA.name
    client: str | None = DATA.client
    fields = FIELDS
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        "implicit": ({"mail.use-ssl": True}, {"mail.use-tls": False, "mail.use-ssl": True}),
        "starttls": (
            {"mail.use-tls": True},
            {"mail.use-ssl": False},
            {"mail.use-tls": True, "mail.use-ssl": False},
        ),
        "none": (
            {"mail.use-tls": False},
            {"mail.use-ssl": False},
            {"mail.use-tls": False, "mail.use-ssl": False},
        ),
    }

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each config.yml that says a mail host."""
        for path in workspace.folder.matching("config.yml", "config.yaml"):
            if b"mail.host" not in (workspace.read(path) or b""):
                continue
            code = sibling(path, "sentry.conf.py")
            variables = python_variables(workspace, code)
            root = workspace.document(path, variables)
            options = of_keys(root, (*FIELDS, BACKEND), variables)
            if workspace.folder.has(code):
                options |= _from_code(workspace, code, variables)
            if "mail.host" not in options:
                continue
            span = options["mail.host"].value.span
            yield self._draft(workspace, path, f"{path}:{span.line}" if span else path, options)

    def _draft(
        self, workspace: Workspace, path: str, place: str, options: dict[str, Option]
    ) -> Draft:
        order = ("mail.port", "mail.use-tls", "mail.use-ssl", "mail.host")
        beside = [options[name] for name in order if name in options]
        return Draft(
            dialect=self,
            place=place,
            options=options,
            variables=Variables(()),
            language="yaml",
            files=(path,),
            insert=lambda new: put_in_keys(
                workspace,
                beside,
                new,
                Variables(()),
                lambda value: literal(value, "yaml") or "",
            ),
            opposites={"mail.use-ssl": "mail.use-tls", "mail.use-tls": "mail.use-ssl"},
        )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        return outcome(options)


DIALECT = Sentry()


def _from_code(workspace: Workspace, code: str, variables: Variables) -> dict[str, Option]:
    """What sentry.conf.py sets in SENTRY_OPTIONS, where it can be told."""
    module = workspace.module(code, variables)
    found = {}
    for assignment in module.assignments("SENTRY_OPTIONS") if module is not None else ():
        name = assignment.path[-1]
        value = assignment.value
        unsure = isinstance(value, Unknown) and name == "mail.from"
        if name in FIELDS and assignment.reached is not False and not unsure:
            if isinstance(value, Known) and value.absent:
                continue
            found[name] = Option(name, value)
    return found


def outcome(options: Mapping[str, Any]) -> Outcome:
    """What Sentry makes of its options (sentry/config.example.yml); Django sends."""
    use_tls, use_ssl = options.get("mail.use-tls") is True, options.get("mail.use-ssl") is True
    tls: TLSMode = "implicit" if use_ssl else "starttls" if use_tls else "none"
    names = ("mail.use-ssl", "mail.use-tls") if use_ssl else ("mail.use-tls", "mail.use-ssl")
    by: dict[Field, tuple[str, ...]] = {
        field: (name,) for name, field in FIELDS.items() if field != "tls"
    }
    by["tls"] = tuple(name for name in names if name in options)
    backend = options.get(BACKEND)
    return Outcome(
        host=text(options.get("mail.host")) or None,
        port=number(options.get("mail.port", 25)) or (465 if use_ssl else 25),
        tls=tls,
        required=tls == "starttls",
        username=text(options.get("mail.username")),
        password=text(options.get("mail.password")),
        sender=text(options.get("mail.from")),
        by=by,
        fault=conflict(_remark("mail.use-ssl", "both")) if use_tls and use_ssl else None,
        not_sent=_remark(BACKEND, str(backend)) if backend in ("dummy", "console") else None,
    )


def _remark(option: str, because: str) -> Remark:
    return Remark(option, DATA.because[because], "", tuple(DATA.sources.values()))

"""Vert.x' mail client: `new MailConfig().setHostname(…)` and what else is set on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.in_code import as_word, last_of, option, outcome_of, reached
from smtpdoctor.settings.dialects.jakarta_code import code_variables
from smtpdoctor.settings.model import Edit, Field, TLSMode
from smtpdoctor.settings.prepare import literal, put_in
from smtpdoctor.settings.readers.model import ABSENT, Known, Span, Symbol, Value
from smtpdoctor.settings.readers.module import FoundCall, Module
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

CONFIG, WORDS = "MailConfig", "StartTLSOptions"
#: What is set, by its method, and its place among the constructor's arguments where it has one.
METHODS: Mapping[str, tuple[str, int | None]] = {
    "setHostname": ("hostname", 0),
    "setPort": ("port", 1),
    "setStarttls": ("starttls", 2),
    "setSsl": ("ssl", None),
    "setUsername": ("username", None),
    "setPassword": ("password", None),
    "setTrustAll": ("trustAll", None),
    "setOwnHostname": ("ownHostname", None),
}
MOST_CALLS = 50


class VertxMail:
    id = "vertx-mail"
    name = DATA.name
    client: str | None = DATA.client
    fields: Mapping[str, Field] = {
        "hostname": "host",
        "port": "port",
        "ssl": "tls",
        "starttls": "tls",
        "username": "username",
        "password": "password",
        "trustAll": "verify",
        "ownHostname": "ehlo",
        "from": "sender",
    }
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        "implicit": ({"ssl": True},),
        "starttls": (
            {"starttls": "REQUIRED"},
            {"ssl": False},
            {"ssl": False, "starttls": "REQUIRED"},
        ),
        "none": ({"starttls": "DISABLED"}, {"ssl": False, "starttls": "DISABLED"}),
    }

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each configuration that some way through the program makes."""
        paths = workspace.folder.containing(rb"\bio\.vertx\.ext\.mail\b", ".java", ".kt")
        for made in reached(workspace, paths, code_variables, _made):
            yield self._draft(workspace, *made)

    def _draft(
        self, workspace: Workspace, module: Module, variables: Variables, place: int
    ) -> Draft:
        options: dict[str, Option] = {}
        for method, (name, _) in METHODS.items():
            found = option(workspace, module, name, lambda m, at=method: _said(m, place, at))  # type: ignore[misc]
            if found is not None:
                options[name] = found
        starttls = options.get("starttls")
        if starttls is not None and isinstance(starttls.value, Known):
            options["starttls"] = as_word(workspace, starttls, WORDS)
        sender = option(workspace, module, "from", _sender)
        if sender is not None and isinstance(sender.value, Known):
            options["from"] = sender
        made = _made(module)[place]
        library = workspace.dependencies.find("maven", "io.vertx:vertx-mail-client")
        return Draft(
            dialect=self,
            place=f"{module.file}:{made.span.line}",
            options=options,
            variables=variables,
            language=module.language,
            version=library.version if library is not None else "",
            files=(module.file,),
            insert=lambda new: _insert(workspace, made, new),
        )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """What the client does; the port changes nothing."""
        word = str(options.get("starttls") or "OPTIONAL")
        tls: TLSMode = "none" if word == "DISABLED" else "starttls"
        if options.get("ssl") is True:
            tls = "implicit"
        by: dict[Field, tuple[str, ...]] = {
            field: (name,) for name, field in self.fields.items() if field != "tls"
        }
        by["tls"] = ("ssl", "starttls") if options.get("ssl") is True else ("starttls", "ssl")
        told = outcome_of(
            options,
            by,
            tls,
            port=25,
            required=tls == "starttls" and word == "REQUIRED",
            verify=options.get("trustAll") is not True,
        )
        return told if "hostname" in options else replace(told, host="localhost")


DIALECT = VertxMail()


def _made(module: Module) -> list[FoundCall]:
    calls = module.calls(CONFIG)
    return [call for call in calls if call.new and call.name.rpartition(".")[2] == CONFIG]


def _is_of(call: FoundCall, made: FoundCall) -> bool:
    """Whether a method is called on that configuration, or on what such a method gives back."""
    before = call.made_by
    for _ in range(MOST_CALLS):
        if before is None:
            return False
        if before.span == made.span:
            return True
        before = before.made_by
    return False


def _said(module: Module, place: int, method: str) -> Value:
    """What a method is given last, else the constructor."""
    made = _made(module)[place]
    calls = [each for each in module.calls(method) if each.count == 1 and _is_of(each, made)]
    value = last_of((each.reached, lambda each=each: each.argument(0)) for each in calls)  # type: ignore[misc]
    at = METHODS[method][1]
    if isinstance(value, Known) and value.value is ABSENT and at is not None:
        value = made.argument(at)
    if isinstance(value, Known) and isinstance(value.value, Symbol):
        return Known(str(value.value), value.span, value.trail)
    return value


def _sender(module: Module) -> Value:
    for call in module.calls("setFrom"):
        value = call.argument(0)
        if isinstance(value, Known) and isinstance(value.value, str) and "@" in value.value:
            return value
    return Known(ABSENT)


def _insert(workspace: Workspace, made: FoundCall, new: Mapping[str, Any]) -> tuple[Edit, ...]:
    """Further methods behind the constructor."""
    words = ""
    for name, value in new.items():
        method = f"set{name[:1].upper()}{name[1:]}"
        if name not in ("ssl", "starttls", "port"):
            return ()
        said = f"{WORDS}.{value}" if name == "starttls" else literal(value, "java")
        words += f".{method}({said})"
    span = made.span
    end = Span(span.file, span.end_line, (span.columns[1], span.columns[1]), span.end_line)
    return (put_in(workspace, end, span.columns[1], words),)

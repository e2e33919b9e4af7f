"""Dart's package mailer: `SmtpServer(host, port: …, ssl: …)`, and `gmail(user, password)`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.in_code import Ask, option, outcome_of, reached
from smtpdoctor.settings.model import Edit, Field, TLSMode
from smtpdoctor.settings.prepare import literal, put_in
from smtpdoctor.settings.readers.model import ABSENT, Known, Map, Value
from smtpdoctor.settings.readers.module import FoundCall, Module
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

SERVER = "SmtpServer"
#: The package's own functions, with their hosts and whether they begin with TLS, on 465 then.
PROVIDERS: Mapping[str, tuple[str, bool]] = {
    "gmail": ("smtp.gmail.com", False),
    "hotmail": ("smtp-mail.outlook.com", False),
    "mailgun": ("smtp.mailgun.org", False),
    "qq": ("smtp.qq.com", True),
    "yahoo": ("smtp.mail.yahoo.com", True),
    "yandex": ("smtp.yandex.com", True),
    "zoho": ("smtp.zoho.com", True),
}
NAMED = ("port", "ssl", "allowInsecure", "ignoreBadCertificate", "username", "password",
         "xoauth2Token")  # fmt: skip


class DartMailer:
    id = "dart-mailer"
    name = DATA.name
    client: str | None = DATA.client
    fields: Mapping[str, Field] = {
        "host": "host",
        "port": "port",
        "ssl": "tls",
        "username": "username",
        "password": "password",
        "xoauth2Token": "token",
        "from": "sender",
        "ignoreBadCertificate": "verify",
    }
    #: That TLS is never used can't be said.
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        "implicit": ({"ssl": True},),
        "starttls": ({"ssl": False},),
    }

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each server that some way through the program makes."""
        paths = workspace.folder.containing(rb"package:mailer/", ".dart")
        for server in reached(workspace, paths, _variables, _servers):
            yield self._draft(workspace, *server)

    def _draft(
        self, workspace: Workspace, module: Module, variables: Variables, place: int
    ) -> Draft:
        call = _servers(module)[place]
        options: dict[str, Option] = {}
        for name, ask in _asks(call.name, place).items():
            found = option(workspace, module, name, ask)
            if found is not None and not _is_nothing(found.value):
                options[name] = found
        provider = PROVIDERS.get(call.name)
        if provider is not None:
            options["host"] = Option("host", Known(provider[0], call.name_span), bare=True)
            options["ssl"] = Option("ssl", Known(provider[1]))
            options["port"] = Option("port", Known(465 if provider[1] else 587))
        sender = option(workspace, module, "from", _sender)
        if sender is not None and isinstance(sender.value, Known):
            options["from"] = sender
        return Draft(
            dialect=self,
            place=f"{module.file}:{call.span.line}",
            options=options,
            variables=variables,
            language="dart",
            files=(module.file,),
            insert=lambda new: _insert(workspace, call, new),
        )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """What it does: TLS from the first byte, or STARTTLS that has to work unless it may be
        insecure; the port changes neither."""
        ssl = options.get("ssl") is True
        by: dict[Field, tuple[str, ...]] = {field: (name,) for name, field in self.fields.items()}
        token = options.get("xoauth2Token")
        return outcome_of(
            options,
            by,
            "implicit" if ssl else "starttls",
            port=587,
            required=not ssl and options.get("allowInsecure") is not True,
            verify=options.get("ignoreBadCertificate") is not True,
            token=token if isinstance(token, str) else None,
        )


DIALECT = DartMailer()


def _variables(workspace: Workspace, near: str) -> Variables:
    return workspace.variables(workspace.dotenv_files(near, ".env"), "docker", near=near)


def _servers(module: Module) -> list[FoundCall]:
    calls = module.calls(SERVER, *PROVIDERS)
    return [each for each in calls if each.name == SERVER or each.name in PROVIDERS]


def _asks(name: str, place: int) -> dict[str, Ask]:
    """How each option is asked for: of a provider the login stands in its places."""
    if name in PROVIDERS:
        return {
            "username": lambda m: _servers(m)[place].argument(0),
            "password": lambda m: _servers(m)[place].argument(1),
        }

    def named(option_: str) -> Ask:
        return lambda m: _servers(m)[place].named().get(option_, Known(ABSENT))

    return {"host": lambda m: _servers(m)[place].argument(0), **{n: named(n) for n in NAMED}}


def _is_nothing(value: Value) -> bool:
    return isinstance(value, Known) and value.value is None and not value.variables


def _sender(module: Module) -> Value:
    """The address of what a message is from: `..from = Address(address, name)`."""
    for each in module.assignments():
        if len(each.path) > 1 and each.path[-1] == "from":
            value = each.value
            if isinstance(value, Known) and isinstance(value.value, Map):
                value = value.value.get(0)
            if isinstance(value, Known) and isinstance(value.value, str):
                return value
    return Known(ABSENT)


def _insert(workspace: Workspace, call: FoundCall, new: Mapping[str, Any]) -> tuple[Edit, ...]:
    """Further arguments behind the host."""
    host = call.argument_span(0) if call.name == SERVER else None
    if host is None or any(name not in NAMED for name in new):
        return ()
    words = "".join(f", {name}: {literal(value, 'dart')}" for name, value in new.items())
    return (put_in(workspace, host, host.columns[1], words),)

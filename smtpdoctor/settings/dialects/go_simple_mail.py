"""Go's xhit/go-simple-mail: `NewSMTPClient()` and what is set on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.go_code import reached, told, unverified
from smtpdoctor.settings.dialects.in_code import last_of, number, option, outcome_of
from smtpdoctor.settings.model import Edit, Field, TLSMode
from smtpdoctor.settings.prepare import inserted
from smtpdoctor.settings.readers.model import ABSENT, Known, Symbol, Value
from smtpdoctor.settings.readers.module import Assignment, FoundCall, Module
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

MADE = "NewSMTPClient"
MEMBERS = ("Host", "Port", "Username", "Password", "Encryption", "Helo")
#: The constants of a mode; those with older names are the second.
MODES: Mapping[str, TLSMode] = {
    "EncryptionSSLTLS": "implicit",
    "EncryptionSSL": "implicit",
    "EncryptionSTARTTLS": "starttls",
    "EncryptionTLS": "starttls",
    "EncryptionNone": "none",
}


class GoSimpleMail:
    id = "go-simple-mail"
    name = DATA.name
    client: str | None = DATA.client
    fields: Mapping[str, Field] = {
        "Host": "host",
        "Port": "port",
        "Encryption": "tls",
        "Username": "username",
        "Password": "password",
        "Helo": "ehlo",
        "TLSConfig": "verify",
        "From": "sender",
    }
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        "implicit": ({"Encryption": "mail.EncryptionSSLTLS"},),
        "starttls": ({"Encryption": "mail.EncryptionSTARTTLS"},),
        "none": ({"Encryption": "mail.EncryptionNone"},),
    }

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each server that some way through the program reaches."""
        for found in reached(workspace, rb"xhit/go-simple-mail", _servers):
            yield self._draft(workspace, *found)

    def _draft(
        self, workspace: Workspace, module: Module, variables: Variables, place: int
    ) -> Draft:
        options: dict[str, Option] = {}
        for name in MEMBERS:
            ask = lambda m, name=name: _set(m, place, name)  # noqa: E731
            found = option(workspace, module, name, told(ask) if name == "Port" else ask)
            if found is not None:
                options[name] = found
        mode = options.get("Encryption")
        if mode is not None and isinstance(mode.value, Known):
            written = workspace.text_of(mode.value.written)
            constant = Known(written or str(mode.value.value), mode.value.written)
            options["Encryption"] = Option("Encryption", constant, bare=True)
        options |= unverified("TLSConfig", _set(module, place, "TLSConfig"))
        sender = option(workspace, module, "From", _sender)
        if sender is not None and isinstance(sender.value, Known):
            options["From"] = sender
        call = _servers(module)[place]
        library = workspace.dependencies.find("go", "github.com/xhit/go-simple-mail/v2")
        return Draft(
            dialect=self,
            place=f"{module.file}:{call.span.line}",
            options=options,
            variables=variables,
            language="go",
            version=library.version if library is not None else "",
            files=(module.file,),
            insert=lambda new: _insert(workspace, module, place, new),
        )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """What Connect does: nothing but what Encryption says, whatever the port; STARTTLS where
        the server offers it."""
        word = str(options.get("Encryption", "EncryptionNone")).rpartition(".")[2]
        return outcome_of(
            {name: value for name, value in options.items() if value != ""},
            {
                "host": ("Host",),
                "port": ("Port",),
                "tls": ("Encryption",),
                "username": ("Username",),
                "password": ("Password",),
                "sender": ("From",),
                "ehlo": ("Helo",),
                "verify": ("TLSConfig",),
            },
            MODES.get(word, "none"),
            port=number(options.get("Port")),
            verify="TLSConfig" not in options,
        )


DIALECT = GoSimpleMail()


def _servers(module: Module) -> list[FoundCall]:
    return module.calls(MADE)


def _uses(module: Module, place: int, *names: str) -> list[Assignment]:
    return [
        each
        for each in _servers(module)[place].uses()
        if isinstance(each, Assignment) and len(each.path) == 1 and each.path[0] in names
    ]


def _set(module: Module, place: int, name: str) -> Value:
    """What a member is set to last."""
    uses = _uses(module, place, name)
    value = last_of((each.reached, lambda each=each: each.value) for each in uses)  # type: ignore[misc]
    return value if not isinstance(value, Known) or value.value is not None else Known(ABSENT)


def _sender(module: Module) -> Value:
    for call in module.calls("SetFrom"):
        value = call.argument(0)
        if isinstance(value, Known) and not isinstance(value.value, Symbol):
            return value
    return Known(ABSENT)


def _insert(
    workspace: Workspace, module: Module, place: int, new: Mapping[str, Any]
) -> tuple[Edit, ...]:
    """Further members on lines before the host's or the port's."""
    for each in _uses(module, place, "Host", "Port"):
        line = workspace.line(each.span.file, each.span.line) or ""
        before = line[: each.span.columns[0] - 1]
        name = line[each.span.columns[0] - 1 :].partition(f".{each.path[0]}")[0]
        if each.span.line == each.span.end_line and not before.strip() and name.isidentifier():
            text = "".join(f"{before}{name}.{key} = {value}\n" for key, value in new.items())
            return (inserted(each.span, 1, text),)
    return ()

"""Go's gomail.v2 and mail.v2: `NewDialer(host, port, user, password)` and what is set on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.go_code import reached, told, unverified
from smtpdoctor.settings.dialects.in_code import number, option, outcome_of
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.model import ABSENT, Known, Value
from smtpdoctor.settings.readers.module import Assignment, FoundCall, Module
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

#: Of NewDialer the place, of a literal the name.
ARGUMENTS = (("Host", 0), ("Port", 1), ("Username", 2), ("Password", 3))
MEMBERS = ("SSL", "StartTLSPolicy", "LocalName", "Host", "Port", "Username", "Password")


class Gomail:
    id = "gomail"
    name = DATA.name
    client: str | None = DATA.client
    fields: Mapping[str, Field] = {
        "Host": "host",
        "Port": "port",
        "SSL": "tls",
        "StartTLSPolicy": "tls",
        "Username": "username",
        "Password": "password",
        "LocalName": "ehlo",
        "TLSConfig": "verify",
        "From": "sender",
    }
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        "implicit": ({"SSL": True},),
        "starttls": ({"SSL": False},),
    }

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each dialer that some way through the program reaches."""
        for found in reached(workspace, rb"New(Plain)?Dialer\s*\(", _dialers):
            yield self._draft(workspace, *found)

    def _draft(
        self, workspace: Workspace, module: Module, variables: Variables, place: int
    ) -> Draft:
        options: dict[str, Option] = {}
        for name, at in ARGUMENTS:
            found = option(
                workspace,
                module,
                name,
                told(lambda m, at=at: _dialers(m)[place].argument(at))  # type: ignore[misc]
                if name == "Port"
                else lambda m, at=at: _dialers(m)[place].argument(at),  # type: ignore[misc]
            )
            if found is not None:
                options[name] = found
        for name in MEMBERS:
            found = option(workspace, module, name, lambda m, name=name: _set(m, place, name))  # type: ignore[misc]
            if found is not None:
                options[name] = found
        options |= unverified("TLSConfig", _set(module, place, "TLSConfig"))
        sender = option(workspace, module, "From", _sender)
        if sender is not None and isinstance(sender.value, Known):
            options["From"] = sender
        call = _dialers(module)[place]
        version = workspace.dependencies.find(
            "go", "gopkg.in/gomail.v2", "gopkg.in/mail.v2", "github.com/go-mail/mail"
        )
        return Draft(
            dialect=self,
            place=f"{module.file}:{call.span.line}",
            options=options,
            variables=variables,
            language="go",
            version=version.version if version is not None else "",
            files=(module.file,),
        )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """What the dialer does: 465 alone switches implicit TLS on by itself."""
        port = number(options.get("Port"))
        ssl = options.get("SSL", port == 465)
        policy = str(options.get("StartTLSPolicy", ""))
        tls: TLSMode = "implicit" if ssl is True else "starttls"
        if tls == "starttls" and policy == "NoStartTLS":
            tls = "none"
        return outcome_of(
            options,
            {
                "host": ("Host",),
                "port": ("Port",),
                "tls": ("SSL", "StartTLSPolicy", "Port"),
                "username": ("Username",),
                "password": ("Password",),
                "sender": ("From",),
                "ehlo": ("LocalName",),
                "verify": ("TLSConfig",),
            },
            tls,
            required=tls == "starttls" and policy == "MandatoryStartTLS",
            verify="TLSConfig" not in options,
        )


DIALECT = Gomail()


def _dialers(module: Module) -> list[FoundCall]:
    return module.calls("NewDialer", "NewPlainDialer")


def _set(module: Module, place: int, name: str) -> Value:
    """What is assigned to a member of the dialer, last."""
    uses = [
        each
        for each in _dialers(module)[place].uses()
        if isinstance(each, Assignment) and each.path == (name,) and each.reached is not False
    ]
    return uses[-1].value if uses else Known(ABSENT)


def _sender(module: Module) -> Value:
    for call in module.calls("SetHeader", "SetAddressHeader"):
        header = call.argument(0)
        if isinstance(header, Known) and str(header.value) == "From":
            return call.argument(1)
    return Known(ABSENT)

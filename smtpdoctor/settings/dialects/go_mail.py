"""Go's wneessen/go-mail: `mail.NewClient(host, options…)`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.go_code import call_of, reached, told, unverified
from smtpdoctor.settings.dialects.in_code import option, outcome_of
from smtpdoctor.settings.model import Edit, Field, TLSMode
from smtpdoctor.settings.prepare import put_in
from smtpdoctor.settings.readers.model import ABSENT, Known, Value
from smtpdoctor.settings.readers.module import FoundCall, Module
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

#: Options with a value, by their functions.
VALUES = {
    "WithPort": "WithPort",
    "WithUsername": "WithUsername",
    "WithPassword": "WithPassword",
    "WithHELO": "WithHELO",
    "WithSMTPAuth": "WithSMTPAuth",
}
#: Functions that say a mode: of several the last one counts, and implicit TLS over all.
MODES = ("WithSSL", "WithSSLPort", "WithTLSPolicy", "WithTLSPortPolicy")
#: What is read only where a kind of login is chosen.
LOGIN = ("WithUsername", "WithPassword")
SSL = "mail.WithSSL()"
MANDATORY = "mail.WithTLSPolicy(mail.TLSMandatory)"


class GoMail:
    id = "go-mail"
    name = DATA.name
    client: str | None = DATA.client
    fields: Mapping[str, Field] = {
        "host": "host",
        "WithPort": "port",
        "mode": "tls",
        "WithUsername": "username",
        "WithPassword": "password",
        "WithHELO": "ehlo",
        "WithTLSConfig": "verify",
        "From": "sender",
    }
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        "implicit": ({"mode": SSL},),
        "starttls": ({"mode": MANDATORY},),
        "none": ({"mode": "mail.WithTLSPolicy(mail.NoTLS)"},),
    }

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each client that some way through the program reaches."""
        for found in reached(workspace, rb"wneessen/go-mail", _clients):
            yield self._draft(workspace, *found)

    def _draft(
        self, workspace: Workspace, module: Module, variables: Variables, place: int
    ) -> Draft:
        options: dict[str, Option] = {}
        host = option(workspace, module, "host", lambda m: _clients(m)[place].argument(0))
        if host is not None:
            options["host"] = host
        calls = list(_given(module, place))
        for call in calls:
            name = call.name.rpartition(".")[2]
            if name in VALUES:
                found = option(
                    workspace,
                    module,
                    name,
                    told(lambda m, name=name: _value(m, place, name))  # type: ignore[misc]
                    if name == "WithPort"
                    else lambda m, name=name: _value(m, place, name),  # type: ignore[misc]
                )
                if found is not None:
                    options[name] = found
            if name in MODES:
                written = workspace.text_of(call.span)
                if written is not None and "WithSSL" not in str(_word(options)):
                    options["mode"] = Option("mode", Known(written, call.span), bare=True)
            if name == "WithTLSConfig":
                options |= unverified(name, call.argument(0))
        sender = option(workspace, module, "From", _sender)
        if sender is not None and isinstance(sender.value, Known):
            options["From"] = sender
        version = workspace.dependencies.find("go", "github.com/wneessen/go-mail")
        client = _clients(module)[place]
        port = next((call for call in calls if call.name.endswith("WithPort")), None)
        return Draft(
            dialect=self,
            place=f"{module.file}:{client.span.line}",
            options=options,
            variables=variables,
            language="go",
            version=version.version if version is not None else "",
            files=(module.file,),
            insert=lambda new: _insert(workspace, options, port, new),
        )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """What the client does; without an option for it STARTTLS is required."""
        mode = str(options.get("mode") or "mail.WithTLSPolicy(mail.TLSMandatory)")
        tls: TLSMode = "starttls"
        if "WithSSL" in mode:
            tls = "implicit"
        elif "NoTLS" in mode:
            tls = "none"
        default = 25
        if "WithSSLPort" in mode:
            default = 465
        elif "WithTLSPortPolicy" in mode and tls != "none":
            default = 587
        logs_in = str(options.get("WithSMTPAuth", "")) not in ("", "SMTPAuthNoAuth")
        ignored = () if logs_in or "WithUsername" not in options else (_remark("WithUsername"),)
        return outcome_of(
            {name: value for name, value in options.items() if logs_in or name not in LOGIN},
            {
                "host": ("host",),
                "port": ("WithPort",),
                "tls": ("mode",),
                "username": ("WithUsername",),
                "password": ("WithPassword",),
                "sender": ("From",),
                "ehlo": ("WithHELO",),
                "verify": ("WithTLSConfig",),
            },
            tls,
            port=default,
            required=tls == "starttls" and "Opportunistic" not in mode,
            verify="WithTLSConfig" not in options,
            ignored=ignored,
        )


DIALECT = GoMail()


def _clients(module: Module) -> list[FoundCall]:
    return module.calls("go-mail.NewClient")


def _given(module: Module, place: int) -> Iterator[FoundCall]:
    """The options of a client, which are calls themselves, in their order."""
    client = _clients(module)[place]
    for at in range(1, client.count):
        call = call_of(module, client.argument(at))
        if call is not None:
            yield call


def _value(module: Module, place: int, name: str) -> Value:
    found = [call for call in _given(module, place) if call.name.endswith(f".{name}")]
    return found[-1].argument(0) if found else Known(ABSENT)


def _word(options: Mapping[str, Option]) -> Any:
    value = options["mode"].value if "mode" in options else None
    return value.value if isinstance(value, Known) else ""


def _sender(module: Module) -> Value:
    calls = module.calls("From", "FromFormat", "EnvelopeFrom")
    if not calls:
        return Known(ABSENT)
    return calls[0].argument(1 if calls[0].name.endswith("FromFormat") else 0)


def _insert(
    workspace: Workspace,
    options: Mapping[str, Option],
    port: FoundCall | None,
    new: Mapping[str, Any],
) -> tuple[Edit, ...]:
    """A further option before that of the port; a port behind the host."""
    if set(new) - {"mode", "WithPort"}:
        return ()
    texts = [str(new["mode"])] if "mode" in new else []
    if "WithPort" in new:
        texts.append(f"mail.WithPort({new['WithPort']})")
    host = options["host"].value if "host" in options else None
    if port is not None:
        column = port.span.columns[0]
        return (put_in(workspace, port.span, column, "".join(f"{each}, " for each in texts)),)
    span = host.span if host is not None else None
    if span is None or not re.fullmatch(r"\w+|\"[^\"]*\"", workspace.text_of(span) or ""):
        return ()
    return (put_in(workspace, span, span.columns[1], "".join(f", {each}" for each in texts)),)


def _remark(option_: str) -> Remark:
    return Remark(option_, DATA.because["no-auth"], "", tuple(DATA.sources.values())[:1])

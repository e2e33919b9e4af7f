"""PowerShell's `Send-MailMessage -SmtpServer … -Port … -UseSsl -Credential …`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.in_code import Ask, is_on, option, outcome_of
from smtpdoctor.settings.model import Edit, Field, TLSMode
from smtpdoctor.settings.prepare import literal, put_in
from smtpdoctor.settings.readers.model import (
    ABSENT,
    Known,
    LanguageName,
    Map,
    Symbol,
    Unknown,
    Value,
)
from smtpdoctor.settings.readers.module import FoundCall, Module
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

COMMAND = "send-mailmessage"
LANGUAGE: LanguageName = "powershell"
#: Its parameters in lower case, those of settings with their own names; any of them may be
#: shortened, as long as it is clear which is meant.
SETTINGS = {"smtpserver": "SmtpServer", "port": "Port", "usessl": "UseSsl", "from": "From",
            "credential": "Credential"}  # fmt: skip
ALIASES = {"computername": "smtpserver", "sub": "subject"}
PARAMETERS = (
    *SETTINGS, "attachments", "bcc", "body", "bodyashtml", "encoding", "cc",
    "deliverynotificationoption", "priority", "replyto", "subject", "to",
)  # fmt: skip
#: Where a server stands that has no name: -To, -Subject and -Body come before it.
SERVER_AT = 3
#: The variable that says the server where no parameter does.
PREFERENCE = "$psemailserver"
USER, PASSWORD = "Credential.UserName", "Credential.Password"


class SendMailMessage:
    id = "send-mail-message"
    name = DATA.name
    client: str | None = DATA.client
    fields: Mapping[str, Field] = {
        "SmtpServer": "host",
        "Port": "port",
        "UseSsl": "tls",
        USER: "username",
        PASSWORD: "password",
        "From": "sender",
    }
    #: TLS from the first byte can't be said.
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        "starttls": ({"UseSsl": True},),
        "none": ({"UseSsl": False},),
    }

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each command that some way through the script reaches."""
        for path in workspace.folder.containing(rb"(?i)\bSend-MailMessage\b", ".ps1", ".psm1"):
            variables = workspace.variables((), "docker", near=path)
            module = workspace.module(path, variables)
            for place, call in enumerate(_commands(module)):
                if module is not None and call.reached is not False:
                    yield self._draft(workspace, module, variables, place)

    def _draft(
        self, workspace: Workspace, module: Module, variables: Variables, place: int
    ) -> Draft:
        def asked(name: str) -> Ask:
            return lambda m: _parameter(m, _commands(m)[place], name)

        asks: dict[str, Ask] = {name: asked(each) for each, name in SETTINGS.items()}
        credential = asks.pop("Credential")
        asks[USER] = lambda m: credential_part(credential(m), 0)
        asks[PASSWORD] = lambda m: credential_part(credential(m), 1)
        options: dict[str, Option] = {}
        for name, ask in asks.items():
            found = option(workspace, module, name, ask)
            if found is not None and not _is_nothing(found.value):
                options[name] = found
        switch = options.get("UseSsl")
        if switch is not None and (workspace.text_of(switch.value.written) or "")[:1] == "-":
            options["UseSsl"] = replace(switch, together=True)  # it has no value to change
        call = _commands(module)[place]
        return Draft(
            dialect=self,
            place=f"{module.file}:{call.span.line}",
            options=options,
            variables=variables,
            language=LANGUAGE,
            files=(module.file,),
            insert=lambda new: _insert(workspace, call, options, new),
        )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """What the command does: STARTTLS or nothing, whatever the port."""
        ssl = is_on(options.get("UseSsl"))
        by: dict[Field, tuple[str, ...]] = {field: (name,) for name, field in self.fields.items()}
        tls: TLSMode = "starttls" if ssl else "none"
        return outcome_of(options, by, tls, port=25, required=ssl)


DIALECT = SendMailMessage()


def _commands(module: Module | None) -> list[FoundCall]:
    return module.calls(COMMAND) if module is not None else []


def _meant(name: str) -> str:
    """The parameter that a name means, which may be shortened: `-smtp`."""
    name = name.lstrip("$").lower()
    name = ALIASES.get(name, name)
    found = [each for each in PARAMETERS if each.startswith(name)]
    return name if name in PARAMETERS or len(found) != 1 else found[0]


def _parameter(module: Module, call: FoundCall, name: str) -> Value:
    """What a parameter is given by its name or in a table (`@options`), or else by its place."""
    for given, value in call.named().items():
        if _meant(given) == name:
            return value
    if name == "smtpserver":
        found = call.argument(SERVER_AT)
        if not isinstance(found, Known) or found.value is not ABSENT:
            return found
        return module.value(PREFERENCE)
    # what can't be told may be any parameter
    other = call.argument(len(PARAMETERS))
    return other if isinstance(other, Unknown) else Known(ABSENT)


def credential_part(credential: Value, at: int) -> Value:
    """The user or the password of `New-Object PSCredential($user, $password)`."""
    if isinstance(credential, Known) and isinstance(credential.value, Map):
        return credential.value.get(at)
    if isinstance(credential, Known) and isinstance(credential.value, Symbol):
        return Known(ABSENT)  # [PSCredential]::Empty
    if isinstance(credential, Known) and isinstance(credential.value, str):
        why = "whoever runs the script types it"
        return Unknown("called", why, credential.span) if at else credential
    return credential


def _is_nothing(value: Value) -> bool:
    return isinstance(value, Known) and value.value is None and not value.variables


def _insert(
    workspace: Workspace, call: FoundCall, options: Mapping[str, Option], new: Mapping[str, Any]
) -> tuple[Edit, ...]:
    """Further parameters behind the command's name; `:$false` behind a switch that is there."""
    edits: list[Edit] = []
    words = ""
    for name, value in new.items():
        there = options[name].value.written if name in options else None
        if there is not None:
            edits.append(put_in(workspace, there, there.columns[1], f":{literal(value, LANGUAGE)}"))
        elif value is not False:
            words += f" -{name}" if value is True else f" -{name} {literal(value, LANGUAGE)}"
    if words:
        span = call.name_span
        edits.append(put_in(workspace, span, span.columns[1], words))
    return tuple(edits)

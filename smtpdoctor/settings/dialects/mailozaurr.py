"""Mailozaurr's `Send-EmailMessage -Server … -Port … -SecureSocketOptions …` in PowerShell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.in_code import Ask, is_on, number, option, outcome_of
from smtpdoctor.settings.dialects.mailkit import MODES
from smtpdoctor.settings.dialects.send_mail_message import LANGUAGE, credential_part
from smtpdoctor.settings.model import Edit, Field, TLSMode
from smtpdoctor.settings.prepare import literal, put_in
from smtpdoctor.settings.readers.model import ABSENT, Known, Map, Symbol, Unknown, Value
from smtpdoctor.settings.readers.module import FoundCall, Module
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

COMMAND = "send-emailmessage"
#: Its parameters in lower case, with their own names.
SETTINGS = {
    "server": "Server", "port": "Port", "securesocketoptions": "SecureSocketOptions",
    "usessl": "UseSsl", "username": "Username", "password": "Password", "from": "From",
    "skipcertificatevalidation": "SkipCertificateValidation",
}  # fmt: skip
#: Other names of parameters, those before version 2 among them.
ALIASES = {"smtpserver": "server", "skipcertificatevalidatation": "skipcertificatevalidation"}
#: With these it sends by an API.
APIS = frozenset({"graph", "mggraphrequest", "sendgrid", "emailprovider"})
USER, PASSWORD = "Credential.UserName", "Credential.Password"
#: How PowerShell writes one of these: `[MailKit.Security.SecureSocketOptions]::StartTls`, or text.
BY_PORT = "Auto"


class Mailozaurr:
    id = "mailozaurr"
    name = DATA.name
    client: str | None = DATA.client
    fields: Mapping[str, Field] = {
        "Server": "host",
        "Port": "port",
        "SecureSocketOptions": "tls",
        "UseSsl": "tls",
        USER: "username",
        PASSWORD: "password",
        "Username": "username",
        "Password": "password",
        "From": "sender",
        "SkipCertificateValidation": "verify",
    }
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        "implicit": ({"SecureSocketOptions": "SslOnConnect"},),
        "starttls": ({"SecureSocketOptions": "StartTls"}, {"UseSsl": True}),
    }

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each command that some way through the script reaches."""
        for path in workspace.folder.containing(rb"(?i)\bSend-EmailMessage\b", ".ps1", ".psm1"):
            variables = workspace.variables((), "docker", near=path)
            module = workspace.module(path, variables)
            for place, call in enumerate(_commands(module)):
                by_api = APIS & {_meant(name) for name in call.named()}
                if module is not None and call.reached is not False and not by_api:
                    yield self._draft(workspace, module, variables, place)

    def _draft(
        self, workspace: Workspace, module: Module, variables: Variables, place: int
    ) -> Draft:
        def asked(name: str) -> Ask:
            return lambda m: _parameter(_commands(m)[place], name)

        asks: dict[str, Ask] = {own: asked(name) for name, own in SETTINGS.items()}
        credential = asked("credential")
        asks["From"] = lambda m: _address(_parameter(_commands(m)[place], "from"))
        asks[USER] = lambda m: credential_part(credential(m), 0)
        asks[PASSWORD] = lambda m: credential_part(credential(m), 1)
        options: dict[str, Option] = {}
        for name, ask in asks.items():
            found = option(workspace, module, name, ask)
            if found is not None and not _is_nothing(found.value):
                options[name] = found
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
        """What it does with MailKit: `-UseSsl` is STARTTLS on any port, and counts over the
        other; by itself the port decides."""
        port = number(options.get("Port")) or 587
        ssl = is_on(options.get("UseSsl"))
        word = "StartTls" if ssl else str(options.get("SecureSocketOptions") or BY_PORT)
        if word.lower() == BY_PORT.lower():
            word = "SslOnConnect" if port == 465 else "StartTlsWhenAvailable"
        word = next((each for each in MODES if each.lower() == word.lower()), "StartTls")
        tls, _ = MODES[word]
        login = (USER, PASSWORD) if USER in options or "Username" not in options else ()
        return outcome_of(
            options,
            {
                "host": ("Server",),
                "port": ("Port",),
                "tls": ("UseSsl", "SecureSocketOptions") if ssl else ("SecureSocketOptions",),
                "username": login[:1] or ("Username",),
                "password": login[1:] or ("Password",),
                "sender": ("From",),
                "verify": ("SkipCertificateValidation",),
            },
            tls,
            port=587,
            required=word == "StartTls",
            verify=not is_on(options.get("SkipCertificateValidation")),
        )


DIALECT = Mailozaurr()


def _commands(module: Module | None) -> list[FoundCall]:
    return module.calls(COMMAND) if module is not None else []


def _meant(name: str) -> str:
    """The parameter that a name means, which may be shortened where no other begins so."""
    name = name.lstrip("$").lower()
    name = ALIASES.get(name, name)
    known = (*SETTINGS, "credential", *APIS)
    found = [each for each in known if each.startswith(name)]
    return found[0] if name not in known and len(found) == 1 and len(name) > 3 else name


def _parameter(call: FoundCall, name: str) -> Value:
    """What a parameter is given by its name, or in a table; what can't be told may be any."""
    for given, value in call.named().items():
        if _meant(given) == name:
            if isinstance(value, Known) and isinstance(value.value, Symbol):
                return Known(str(value.value), value.span)
            return value
    other = call.argument(len(SETTINGS) + len(APIS) + 20)
    return other if isinstance(other, Unknown) else Known(ABSENT)


def _address(value: Value) -> Value:
    """The address of `@{ Name = …; Email = … }`."""
    if isinstance(value, Known) and isinstance(value.value, Map):
        found = {str(each.key).lower(): each.value for each in value.value.entries}
        return found.get("email", Known(ABSENT))
    return value


def _is_nothing(value: Value) -> bool:
    return isinstance(value, Known) and value.value is None and not value.variables


def _insert(
    workspace: Workspace, call: FoundCall, options: Mapping[str, Option], new: Mapping[str, Any]
) -> tuple[Edit, ...]:
    """Further parameters behind the command's name."""
    if any(name in options for name in new):
        return ()
    words = "".join(
        f" -{name}" if value is True else f" -{name} {literal(value, LANGUAGE)}"
        for name, value in new.items()
    )
    return (put_in(workspace, call.name_span, call.name_span.columns[1], words),)

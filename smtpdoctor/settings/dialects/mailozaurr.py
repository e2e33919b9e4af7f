"""Mailozaurr's `Send-EmailMessage -Server … -Port … -SecureSocketOptions …` in PowerShell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smtpdoctor.settings.dialects.base import Outcome
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.in_code import is_on, number, outcome_of
from smtpdoctor.settings.dialects.mailkit import MODES
from smtpdoctor.settings.dialects.powershell_command import PASSWORD, USER, PowerShellCommand
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.model import ABSENT, Known, Map, Symbol, Unknown, Value
from smtpdoctor.settings.readers.module import FoundCall, Module

DATA = load(__file__)

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
#: How PowerShell writes one of these: `[MailKit.Security.SecureSocketOptions]::StartTls`, or text.
BY_PORT = "Auto"


class Mailozaurr(PowerShellCommand):
    id = "mailozaurr"
    name = DATA.name
    client: str | None = DATA.client
    command = "send-emailmessage"
    settings = SETTINGS
    switches = ("UseSsl", "SkipCertificateValidation")
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

    def sends_by_smtp(self, call: FoundCall) -> bool:
        return not APIS & {_meant(name) for name in call.named()}

    def parameter(self, module: Module, call: FoundCall, name: str) -> Value:
        """What a parameter is given by its name, or in a table; what can't be told may be any."""
        for given, value in call.named().items():
            if _meant(given) != name:
                continue
            if isinstance(value, Known) and isinstance(value.value, Symbol):
                return Known(str(value.value), value.span)
            return _address(value) if name == "from" else value
        other = call.argument(len(SETTINGS) + len(APIS) + 20)
        return other if isinstance(other, Unknown) else Known(ABSENT)

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


def _meant(name: str) -> str:
    """The parameter that a name means, which may be shortened where no other begins so."""
    name = name.lstrip("$").lower()
    name = ALIASES.get(name, name)
    known = (*SETTINGS, "credential", *APIS)
    found = [each for each in known if each.startswith(name)]
    return found[0] if name not in known and len(found) == 1 and len(name) > 3 else name


def _address(value: Value) -> Value:
    """The address of `@{ Name = …; Email = … }`."""
    if isinstance(value, Known) and isinstance(value.value, Map):
        found = {str(each.key).lower(): each.value for each in value.value.entries}
        return found.get("email", Known(ABSENT))
    return value

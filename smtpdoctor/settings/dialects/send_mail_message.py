"""PowerShell's `Send-MailMessage -SmtpServer … -Port … -UseSsl -Credential …`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smtpdoctor.settings.dialects.base import Outcome
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.in_code import is_on, outcome_of
from smtpdoctor.settings.dialects.powershell_command import PASSWORD, USER, PowerShellCommand
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.model import (
    ABSENT,
    Known,
    Unknown,
    Value,
)
from smtpdoctor.settings.readers.module import FoundCall, Module

DATA = load(__file__)

#: Its parameters in lower case, those of settings with their own names; any of them may be
#: shortened, as long as it is clear which is meant.
SETTINGS = {"smtpserver": "SmtpServer", "port": "Port", "usessl": "UseSsl", "from": "From"}
ALIASES = {"computername": "smtpserver", "sub": "subject"}
PARAMETERS = (
    *SETTINGS, "credential", "attachments", "bcc", "body", "bodyashtml", "encoding", "cc",
    "deliverynotificationoption", "priority", "replyto", "subject", "to",
)  # fmt: skip
#: Where a server stands that has no name: -To, -Subject and -Body come before it.
SERVER_AT = 3
#: The variable that says the server where no parameter does.
PREFERENCE = "$psemailserver"


class SendMailMessage(PowerShellCommand):
    id = "send-mail-message"
    name = DATA.name
    client: str | None = DATA.client
    command = "send-mailmessage"
    settings = SETTINGS
    switches = ("UseSsl",)
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

    def parameter(self, module: Module, call: FoundCall, name: str) -> Value:
        """What a parameter is given by its name or in a table (`@options`), else by its place."""
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

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """What the command does: STARTTLS or nothing, whatever the port."""
        ssl = is_on(options.get("UseSsl"))
        by: dict[Field, tuple[str, ...]] = {field: (name,) for name, field in self.fields.items()}
        tls: TLSMode = "starttls" if ssl else "none"
        return outcome_of(options, by, tls, port=25, required=ssl)


DIALECT = SendMailMessage()


def _meant(name: str) -> str:
    """The parameter that a name means, which may be shortened: `-smtp`."""
    name = name.lstrip("$").lower()
    name = ALIASES.get(name, name)
    found = [each for each in PARAMETERS if each.startswith(name)]
    return name if name in PARAMETERS or len(found) != 1 else found[0]

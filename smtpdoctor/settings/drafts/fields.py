"""What the fields of a set-up are: secrets, or of which form."""

from __future__ import annotations

from smtpdoctor.settings.model import Field
from smtpdoctor.settings.names import ValueKind

SECRETS: frozenset[Field] = frozenset({"password", "token"})
KINDS: dict[Field, ValueKind] = {
    "host": "host",
    "port": "port",
    "tls": "tls",
    "username": "username",
    "sender": "sender",
    "verify": "verify",
    "ehlo": "host",
}

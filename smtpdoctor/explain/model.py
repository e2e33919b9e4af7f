"""What `explain` works with: what is known beside the text, what was read in it, the candidates."""

from __future__ import annotations

from typing import Literal

import msgspec

from smtpdoctor.diagnosis.model import Confidence
from smtpdoctor.settings.model import TLSMode

#: Where a server's reply came. `data` is the answer to the message itself.
Stage = Literal["greeting", "ehlo", "starttls", "auth", "mail", "rcpt", "data"]


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the run that printed the text; None where nobody told.

    `read` names what was taken from the text itself, in the order in which it is shown.
    """

    host: str | None = None
    port: int | None = None
    tls: TLSMode | None = None
    tls_required: bool = False
    client: str | None = None  # its id in the knowledge base
    version: str = ""
    framework: str | None = None  # in whose settings its user writes, as knowledge/snippets has it
    provider: str | None = None
    address: str | None = None  # the one that was tried
    username: str | None = None
    sender: str | None = None
    recipient: str | None = None
    logged_in: bool = False
    read: tuple[str, ...] = ()


class Symptom(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a text says went wrong.

    `kind` is one of `readings.KINDS`; `says` are the words of the text, without secrets;
    `specific` ranks it among others of the same incident. For a reply: its text and where it came.
    """

    kind: str
    says: str
    specific: int = 2
    reply: str = ""
    stages: tuple[tuple[Stage, float], ...] = ()
    error: str = ""
    address: str = ""


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A cause that the text fits. `why` says what in it does, and what was taken for granted;
    `tell_apart` which observation would decide between this one and the next."""

    code: str
    confidence: Confidence
    title: str
    why: str
    tell_apart: str

"""One session with everything that was seen in it, and the ways that worked beside the main one.

Names no cause.
"""

from __future__ import annotations

import re

import msgspec

from smtpdoctor.observations import (
    CertificateSeen,
    Exchange,
    Handshake,
    LoginNotTried,
    Observations,
    Session,
    Step,
)
from smtpdoctor.settings.model import TLSMode
from smtpdoctor.smtp.capabilities import Capabilities

#: A full name, as a server gives its own.
HOST_NAME = r"(?=.{4,253}$)([A-Za-z0-9_-]{1,63}\.)+[A-Za-z]{2,63}\.?"


class SessionView:
    """One session with everything that was seen in it."""

    def __init__(self, session: Session, observations: Observations) -> None:
        self.session = session
        self.exchanges = observations.of(Exchange, connection=session.connection)
        self.handshake = observations.first(Handshake, connection=session.connection)
        self.certificate = observations.first(CertificateSeen, connection=session.connection)
        self.login_not_tried = observations.first(LoginNotTried, connection=session.connection)

    def step(self, step: Step, *, in_tls: bool | None = None) -> Exchange | None:
        """The last exchange of that step (of the clear or the protected part only)."""
        found = [
            item
            for item in self.exchanges
            if item.step == step and (in_tls is None or item.in_tls == in_tls)
        ]
        return found[-1] if found else None

    @property
    def greeting(self) -> Exchange | None:
        return self.step("greeting")

    @property
    def greeted_as(self) -> str:
        """The host name that the greeting begins with (RFC 5321 §4.2), "" where it names none."""
        reply = self.greeting.reply if self.greeting is not None else None
        word = reply.text.split()[0] if reply is not None and reply.text.split() else ""
        return word.lower().rstrip(".") if re.fullmatch(HOST_NAME, word) else ""

    @property
    def ended_with_tls(self) -> Exchange | None:
        """The first exchange inside TLS, where an alert came in place of its answer: with TLS 1.3
        what the server thinks of the client's certificate comes so. Later ones end a session."""
        first = next((item for item in self.exchanges if item.in_tls), None)
        return first if first is not None and first.alert and first.ok is False else None

    def capabilities(self, *, in_tls: bool | None = None) -> Capabilities | None:
        """What EHLO announced, None without a positive EHLO reply."""
        ehlo = self.step("ehlo", in_tls=in_tls)
        if ehlo is None or ehlo.reply is None or ehlo.reply.code != 250:
            return None
        return Capabilities.parse(ehlo.reply)

    @property
    def in_verified_tls(self) -> bool:
        """The session came into TLS whose certificate was verified for the host."""
        return (
            self.handshake is not None
            and self.handshake.ok is True
            and self.certificate is not None
            and self.certificate.verified
        )

    @property
    def works(self) -> bool:
        """TLS as asked for with a verified certificate, and EHLO accepted: a login could follow."""
        ehlo = self.step("ehlo")
        accepted = ehlo is not None and ehlo.ok is True and ehlo.reply is not None
        if self.session.tls == "none":
            return accepted
        return accepted and ehlo is not None and ehlo.in_tls and self.in_verified_tls

    @property
    def logged_in(self) -> bool:
        """Whether a login worked on this session."""
        login = self.step("auth")
        return login is not None and login.ok is True

    @property
    def speaks_tls_mode(self) -> bool:
        """The handshake worked, whatever the certificate: this is the port's TLS mode."""
        return self.handshake is not None and self.handshake.ok is True


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """A way to the server that was tried and worked, without credentials."""

    host: str
    port: int
    tls: TLSMode
    version: str
    connection: str

    @property
    def tried(self) -> str:
        """What exactly the doctor tried, for `Fix.tried`."""
        name = {"implicit": "implicit TLS", "starttls": "STARTTLS", "none": "plain SMTP"}[self.tls]
        version = f" and {self.version.replace('v', ' ')}" if self.version else ""
        return f"{name}{version} work; login not tried"

"""A run as rules look at it: observations with the questions that many rules ask.

A question lives here when more than one rule asks it. Nothing here names a cause.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from smtpdoctor import knowledge
from smtpdoctor.addresses import Family, is_local
from smtpdoctor.observations import (
    Addresses,
    CertificateSeen,
    ConnectAttempt,
    Exchange,
    Handshake,
    LoginNotTried,
    Observations,
    Place,
    SenderQuestion,
    Session,
    SettingRead,
    SettingsRead,
    Step,
)
from smtpdoctor.sender import recorded
from smtpdoctor.settings.model import Field, Setting, Settings, TLSMode
from smtpdoctor.smtp.capabilities import Capabilities

if TYPE_CHECKING:
    from smtpdoctor.diagnosis.views.destination import Destination
    from smtpdoctor.diagnosis.views.isolation import Isolation
    from smtpdoctor.diagnosis.views.names import Names
    from smtpdoctor.diagnosis.views.paths import Paths
    from smtpdoctor.diagnosis.views.reach import Reach
    from smtpdoctor.diagnosis.views.ways_out import WaysOut
    from smtpdoctor.sender.assessment import Assessment


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

    def capabilities(self, *, in_tls: bool | None = None) -> Capabilities | None:
        """What EHLO announced, None without a positive EHLO reply."""
        ehlo = self.step("ehlo", in_tls=in_tls)
        if ehlo is None or ehlo.reply is None or ehlo.reply.code != 250:
            return None
        return Capabilities.parse(ehlo.reply)

    @property
    def works(self) -> bool:
        """TLS as asked for with a verified certificate, and EHLO accepted: a login could follow."""
        ehlo = self.step("ehlo")
        accepted = ehlo is not None and ehlo.ok is True and ehlo.reply is not None
        if self.session.tls == "none":
            return accepted
        return (
            accepted
            and ehlo is not None
            and ehlo.in_tls
            and self.certificate is not None
            and self.certificate.verified
        )

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


class Run:
    """What rules are given."""

    def __init__(self, observations: Observations) -> None:
        self.observations = observations

    @cached_property
    def settings(self) -> Settings:
        read = self.observations.first(SettingsRead)
        return read.settings if read else Settings()

    def setting(self, field: Field) -> SettingRead | None:
        """The observation of one setting, None where it was nowhere set."""
        return next(
            (
                item
                for item in self.observations.of(SettingRead)
                if item.setting.field == field and item.setting.part_of is None
            ),
            next(
                (item for item in self.observations.of(SettingRead) if item.setting.field == field),
                None,
            ),
        )

    def entry(self, field: Field) -> Setting | None:
        return self.settings.entry(field)

    @cached_property
    def place(self) -> Place | None:
        return self.observations.first(Place)

    @cached_property
    def provider(self) -> knowledge.Provider | None:
        """Known from the host, else from a verified certificate; never from a text."""
        if self.settings.host:
            by_host = knowledge.provider_of(self.settings.host)
            if by_host is not None:
                return by_host
        for seen in self.observations.of(CertificateSeen, verified=True):
            if seen.chain:
                return knowledge.provider_by_certificate(seen.chain[0].names)
        return None

    @cached_property
    def sessions(self) -> list[SessionView]:
        return [SessionView(item, self.observations) for item in self.observations.of(Session)]

    @cached_property
    def main(self) -> SessionView | None:
        """The session on the configured way."""
        return next((view for view in self.sessions if view.session.role == "main"), None)

    def probes(self, purpose: str | None = None) -> list[SessionView]:
        """Sessions beside the main one, all or those of one purpose."""
        return [
            view
            for view in self.sessions
            if view.session.role == "probe" and purpose in (None, view.session.purpose)
        ]

    @property
    def login_reasons(self) -> list[str]:
        """Why no password was sent on the configured way; empty where one was."""
        view = self.main
        return [view.login_not_tried.reason] if view and view.login_not_tried else []

    @cached_property
    def working_ways(self) -> list[Way]:
        """Other ways that worked: same port first, then other ports, then other hosts."""
        order = {"other-mode": 0, "other-port": 1, "other-host": 2}
        views = sorted(
            (view for view in self.probes() if view.works and view.session.purpose in order),
            key=lambda view: order[view.session.purpose],
        )
        return [
            Way(
                host=view.session.host,
                port=view.session.port,
                tls=view.session.tls,
                version=view.handshake.version if view.handshake else "",
                connection=view.session.connection,
            )
            for view in views
        ]

    def connects(self, purpose: str = "configured") -> list[ConnectAttempt]:
        return self.observations.of(ConnectAttempt, purpose=purpose)

    @cached_property
    def addresses(self) -> tuple[str, ...]:
        found = self.observations.first(Addresses)
        return found.addresses if found else ()

    @cached_property
    def is_local_target(self) -> bool:
        """Every address of the host is loopback, private or link-local: no internet in between."""
        return bool(self.addresses) and all(is_local(address) for address in self.addresses)

    @cached_property
    def is_about_sender_alone(self) -> bool:
        """No server was to be asked, as in `smtpdoctor sender`."""
        return bool(self.observations.of(SenderQuestion, alone=True))

    @cached_property
    def policy(self) -> Assessment | None:
        """What SPF, DKIM and DMARC come to; None where they were not looked up, or the mail goes
        to a server in the house that no provider is known for: it may hand it to anybody."""
        question = self.observations.first(SenderQuestion)
        mapped = self.observations.first(Addresses, source="connect-to")
        if question is None or (
            self.is_local_target and question.provider is None and mapped is None
        ):
            return None
        return recorded.assess(self.observations)

    # --- views of the names and the network: imported late, since they read a Run themselves ---

    @cached_property
    def names(self) -> Names:
        """Who said what of the host's name, and how its look-up failed."""
        from smtpdoctor.diagnosis.views.names import Names

        return Names(self)

    @cached_property
    def destination(self) -> Destination:
        """What was met at the address that the name led to."""
        from smtpdoctor.diagnosis.views.destination import Destination

        return Destination(self)

    @cached_property
    def reach(self) -> Reach:
        """What the connects say together, and how each failed one ended."""
        from smtpdoctor.diagnosis.views.reach import Reach

        return Reach(self)

    @cached_property
    def isolation(self) -> Isolation:
        """Whether anything at all is reached from this machine."""
        from smtpdoctor.diagnosis.views.isolation import Isolation

        return Isolation(self)

    @cached_property
    def paths(self) -> Mapping[Family, Paths]:
        """The ways to the configured host, by the family of its address."""
        from smtpdoctor.diagnosis.views.paths import Paths

        return {"IPv4": Paths(self, "IPv4"), "IPv6": Paths(self, "IPv6")}

    @cached_property
    def ways_out(self) -> WaysOut:
        """What may block the configured port on its way out, and what lifts that."""
        from smtpdoctor.diagnosis.views.ways_out import WaysOut

        return WaysOut(self, self.settings.port or 0)

    @property
    def enough_seen(self) -> bool:
        """False where too little could be looked at to give a verdict."""
        if self.is_about_sender_alone:
            return self.policy is not None and self.policy.known
        if not self.settings.found:
            return False
        main = self.main
        if main is None:
            return False
        ehlo = main.step("ehlo")
        return ehlo is not None and ehlo.reply is not None

"""A run as rules look at it: observations with the questions that many rules ask.

A question lives here when more than one rule asks it. Nothing here names a cause.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from smtpdoctor import knowledge
from smtpdoctor.addresses import (
    Family,
    family_of,
    is_address,
    is_local,
    is_loopback,
    is_loopback_name,
)
from smtpdoctor.diagnosis.views.certificate import CertificateView
from smtpdoctor.diagnosis.views.clock import ClockView
from smtpdoctor.diagnosis.views.handshake import HandshakeView
from smtpdoctor.diagnosis.views.mode import ModeView
from smtpdoctor.diagnosis.views.offer import OfferView
from smtpdoctor.diagnosis.views.other_protocol import OtherProtocol, other_protocol
from smtpdoctor.diagnosis.views.refusal import Refusal, refusal
from smtpdoctor.diagnosis.views.session import SessionView, Way
from smtpdoctor.observations import (
    Addresses,
    AnyObservation,
    CertificateSeen,
    CheckRun,
    ConnectAttempt,
    NameServerAnswer,
    Observations,
    Place,
    PolicyAnswer,
    ResolverConfiguration,
    SenderQuestion,
    Session,
    SettingRead,
    SettingsRead,
)
from smtpdoctor.sender import recorded
from smtpdoctor.settings.model import Field, Setting, Settings

if TYPE_CHECKING:
    from smtpdoctor.diagnosis.views.destination import Destination
    from smtpdoctor.diagnosis.views.isolation import Isolation
    from smtpdoctor.diagnosis.views.names import Names
    from smtpdoctor.diagnosis.views.paths import Paths
    from smtpdoctor.diagnosis.views.reach import Reach
    from smtpdoctor.diagnosis.views.ways_out import WaysOut
    from smtpdoctor.sender.assessment import Assessment

__all__ = ["Run", "SessionView", "Way"]

#: Reasons for no login that leave nothing open: there was none to try, or an option left it out.
LEFT_OUT = ("no-credentials", "skipped", "done-without")


class Run:
    """What rules are given."""

    def __init__(self, observations: Observations) -> None:
        self.observations = observations

    @cached_property
    def roots(self) -> tuple[AnyObservation, ...]:
        """The failures that want a cause: not those that nobody need do anything about."""
        return tuple(item for item in self.observations.roots() if not self._asks_for_nothing(item))

    def _asks_for_nothing(self, item: AnyObservation) -> bool:
        """Whether a failure is how the machine is made, and the run did without what failed.

        An address of a family that has no route, the other loopback address, or an IPv6 address of
        this network that refuses, beside one that was reached; no name server where the name was
        found without; a login that a program takes out of a URL without decoding it, and that the
        server took.
        """
        if isinstance(item, SettingRead) and item.setting.problem == "still-encoded":
            return self.logged_in
        if isinstance(item, ConnectAttempt):
            refused = item.family == "IPv6" and item.outcome in ("refused", "reset")
            near = is_loopback(item.address) or (refused and is_local(item.address))
            return (near or item.outcome == "no-route") and any(
                other.ok and other.host == item.host for other in self.connects(item.purpose)
            )
        if isinstance(item, ResolverConfiguration):
            return bool(self.observations.of(Addresses, ok=True))
        return False

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

    @property
    def where(self) -> str:
        """The configured server as titles name it."""
        return f"{self.settings.host}:{self.settings.port}"

    # --- views: each decides one thing, from everything that was observed of it -----------------

    @cached_property
    def clock(self) -> ClockView:
        return ClockView(self)

    @cached_property
    def mode(self) -> ModeView:
        return ModeView(self)

    @cached_property
    def offer(self) -> OfferView:
        return OfferView(self)

    @cached_property
    def handshake(self) -> HandshakeView:
        return HandshakeView(self)

    @cached_property
    def certificate(self) -> CertificateView:
        return CertificateView(self)

    @cached_property
    def other_protocol(self) -> OtherProtocol | None:
        """What else than SMTP the configured port speaks."""
        return other_protocol(self)

    @cached_property
    def refusal(self) -> Refusal | None:
        """The step at which the configured server refused, with its code."""
        return refusal(self)

    def refused_as(self, *codes: str) -> Refusal | None:
        """The refusal, where its code is one of these."""
        return self.refusal if self.refusal is not None and self.refusal.code in codes else None

    # --- what was observed ----------------------------------------------------------------------

    @cached_property
    def place(self) -> Place | None:
        return self.observations.first(Place)

    @cached_property
    def server_unasked(self) -> bool:
        """The settings alone are looked at; or no network, or no name server, led to any server,
        and whoever mends that meets next what is known of this one."""
        if self.settings.elsewhere or self.isolation.explains:
            return True
        return self.names.servers_at_fault and not self.connects("configured")

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
    def client(self) -> knowledge.Client | None:
        """The user's own client as it is in its release; None where it isn't known."""
        return knowledge.client(self.settings.client, self.settings.client_version)

    @property
    def takes_failed_address(self) -> bool:
        """Whether the client tries one address alone, and that one takes no connection."""
        if self.client is None or self.client.addresses == "all":
            return False
        in_dns = [
            address
            for item in self.observations.of(NameServerAnswer, record="A", asked_for="host")
            for address in item.answers
        ]
        ipv4 = [address for address in self.addresses if family_of(address) == "IPv4"]
        taken = in_dns or list(self.addresses[:1])
        if self.client.addresses == "first-ipv4":
            taken = [*ipv4, *self.addresses][:1]
        return any(item.ok is False and item.address in taken for item in self.connects())

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
    def way_worked(self) -> bool:
        """The configured way, with the settings as they were understood, did all that was tried."""
        main = self.main
        return (
            main is not None
            and main.works
            and not any(exchange.ok is False for exchange in main.exchanges)
        )

    @property
    def logged_in(self) -> bool:
        """Whether the server took the login on the configured way."""
        return self.main is not None and self.main.logged_in

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

    @property
    def is_in_house(self) -> bool:
        """A local server that may be the user's own. A known provider's host is none, whatever
        address the network gives for it."""
        host = self.settings.host or ""
        return self.is_local_target and knowledge.provider_of(host) is None

    @property
    def is_loopback_target(self) -> bool:
        """Nothing that is sent leaves this machine: by its addresses, or by its name where nobody
        looked it up."""
        if not self.addresses:
            return is_loopback_name(self.settings.host or "")
        return self.is_in_house and all(is_loopback(address) for address in self.addresses)

    @property
    def may_do_without_tls(self) -> bool:
        """Whether a fix may take TLS away: only by what the user said, never by a DNS answer.

        With a login that is loopback, or a private address that stands in the settings themselves.
        """
        if not self.is_in_house:
            return False
        literal = is_address(self.settings.host or "")
        return literal or self.is_loopback_target or not self.settings.has_credentials

    @property
    def login_withheld(self) -> bool:
        """Credentials are there, and the doctor kept them back: the login is an open question.

        Not so where a server was named by hand for which nobody gave any, nor where they are known
        to be good.
        """
        withheld = self.settings.withheld
        answered = withheld is not None and withheld.reason in (
            "another-host-asked",
            "tried-already",
            "another-target",
            "not-due",
        )
        return any(
            reason not in LEFT_OUT and not (reason in ("withheld", "not-due") and answered)
            for reason in self.login_reasons
        )

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

    @cached_property
    def knows_nothing_outside(self) -> bool:
        """Whether the name servers here know no name from beyond this network, so that what they
        don't know says nothing about a domain."""
        if self.observations.of(PolicyAnswer, status="found"):
            return False
        denied = {
            item.question
            for item in self.observations.of(PolicyAnswer, record="A", status="nxdomain")
        }
        return denied >= set(knowledge.WELL_KNOWN_NAMES) or self.names.knows_nothing_outside

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
    def login_asked(self) -> bool:
        """Whether the configured way came as far as the login, or to a reason for none."""
        main = self.main
        return main is not None and (main.step("auth") is not None or bool(self.login_reasons))

    @property
    def auth_selected(self) -> bool:
        """Whether no option left the login out."""
        left_out = self.observations.of(CheckRun, name="auth")
        return not any(item.skipped_because for item in left_out)

    @property
    def enough_seen(self) -> bool:
        """False where too little could be looked at to give a verdict."""
        if self.is_about_sender_alone:
            return self.policy is not None and self.policy.known
        if not self.settings.found:
            return False
        if self.settings.sends_nothing:
            return True  # there is no server to be asked
        if not self.settings.tells_mode:
            return False  # the way that was taken may not be the program's
        main = self.main
        if main is None:
            return False
        ehlo = main.step("ehlo")
        if self.settings.has_credentials and not self.login_asked and self.auth_selected:
            return False
        return ehlo is not None and ehlo.reply is not None and not self.login_withheld

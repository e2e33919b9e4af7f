"""What to look at next: a plan and what was seen so far in, knocks, traces and sessions out.

Pure: every function here gives the same for the same arguments, and nothing here waits, connects or
records. It knows in which cases another look would tell something. It must not know how a
look is done (`knocks`, `sessions`), when (`order`), nor what it means (the rules): "failed" is only
that a session did not get as far as EHLO in the TLS mode that was asked of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from smtpdoctor import knowledge
from smtpdoctor.addresses import family_of, is_local, is_loopback
from smtpdoctor.examination.plan import Plan
from smtpdoctor.observations import (
    CertificateSeen,
    ConnectAttempt,
    ConnectPurpose,
    Exchange,
    Handshake,
    HandshakeFailure,
    LoginNotTried,
    Observations,
    Session,
    SessionPurpose,
)
from smtpdoctor.settings.model import SUBMISSION, Settings, TLSMode
from smtpdoctor.smtp.capabilities import Capabilities

#: So many addresses of a name are connected to, the first of each family: a client gives up long
#: before, and a name may have thousands.
ADDRESSES_A_FAMILY = 4
#: Where many relays listen besides; of known providers it is known which do.
ALTERNATIVE: dict[int, TLSMode] = {2525: "starttls"}
#: For servers among themselves; clouds watch who knocks there.
RELAY_PORT = 25

#: Addresses that answer on 443 wherever the internet is reached: large public resolvers.
CONTROL_ADDRESSES = ("1.1.1.1", "8.8.8.8", "2606:4700:4700::1111")
CONTROL_PORT = 443
#: Providers whose submission hosts stand for "somebody else's mail server".
CONTROL_PROVIDERS = ("gmail", "microsoft365", "sendgrid", "mailgun")
CONTROLS = 2

#: Of a provider's other hosts so many are looked at.
OTHER_HOSTS = 2

#: OpenSSL's codes for a good certificate of another name, and of another address.
OTHER_NAME = (62, 64)
#: Of the names that a server gives itself so many are looked up.
OWN_NAMES = 3
OWN_NAME = re.compile(r"(?=.{4,253}$)([a-z0-9_-]{1,63}\.)+[a-z]{2,63}")

#: A server that gives no byte for so many round trips, or seconds, counts as silent.
SILENT_ROUND_TRIPS = 3
SILENT_SECONDS = 0.5

#: From this release on OpenSSL sends post-quantum key shares by itself.
POST_QUANTUM_OPENSSL = (3, 5)
#: Segments that pass a tunnel in a tunnel, and those that pass everywhere (RFC 9293 §3.7.1).
SEGMENT_SIZES = (1200, 536)

#: A handshake that ended so may be one with a server that is older than this machine's OpenSSL.
MAYBE_OLD: frozenset[HandshakeFailure] = frozenset(
    {"version", "cipher", "alert", "closed", "other"}
)
#: A ClientHello that met with this may have met a server that speaks first, in clear.
MAYBE_CLEAR: frozenset[HandshakeFailure] = frozenset({"not-tls", "stalled", "closed", "reset"})


class Knock(msgspec.Struct, frozen=True, kw_only=True):
    """A TCP connect that is closed at once."""

    host: str
    address: str
    port: int
    purpose: ConnectPurpose


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """The way to one port, hop by hop."""

    host: str
    address: str
    port: int


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """A session. But for the configured one: without credentials, and as far as EHLO or as
    `purpose` says. `segment_size` is for TCP, 0 where the system chooses."""

    purpose: SessionPurpose
    host: str
    address: str
    port: int
    tls: TLSMode
    segment_size: int = 0


class Entrance(msgspec.Struct, frozen=True, kw_only=True):
    """A port where mail may be taken, too: knocked on at each address until one is open, which
    then gets the session."""

    knocks: tuple[Knock, ...]
    probes: tuple[Probe, ...]  # as many, each for the knock in the same place


class ControlHost(msgspec.Struct, frozen=True, kw_only=True):
    """Another company's host and the port to knock on; its addresses are not known yet."""

    host: str
    port: int
    provider: str


class Met(msgspec.Struct, kw_only=True):
    """What one session has met so far, by its observations."""

    tls: TLSMode = "none"
    greeting: Exchange | None = None
    offers_starttls: bool = False
    said_ehlo: bool = False  # the last EHLO was answered with 250
    in_tls: bool = False
    certificate_refused: bool = False
    handshake: Handshake | None = None

    @classmethod
    def of(cls, seen: Observations, connection: str) -> Met:
        """Read a session's observations in their order. After a reconnect the last counts."""
        met = cls()
        for item in seen:
            if getattr(item, "connection", None) != connection:
                continue
            if isinstance(item, Session):
                met.tls = item.tls
            elif isinstance(item, Exchange):
                met._exchanged(item)
            elif isinstance(item, Handshake):
                met.handshake = item
                met.in_tls = item.ok is True
                met.said_ehlo = False  # RFC 3207 §4.2: what was learnt before TLS is forgotten
            elif isinstance(item, CertificateSeen):
                met.in_tls = met.in_tls and item.verified
                met.certificate_refused = met.certificate_refused or not item.verified
        return met

    def _exchanged(self, item: Exchange) -> None:
        if item.step == "greeting":
            self.greeting = item
            self.in_tls = item.in_tls
        elif item.step == "ehlo":
            self.said_ehlo = item.ok is True
            if item.ok and item.reply is not None:
                self.offers_starttls = "STARTTLS" in Capabilities.parse(item.reply).keywords

    @property
    def greeted(self) -> bool:
        return self.greeting is not None and self.greeting.ok is True

    @property
    def greeting_silent(self) -> bool:
        return self.greeting is not None and self.greeting.outcome == "silence"

    @property
    def works(self) -> bool:
        """Whether a login could follow, in the TLS mode that was wanted."""
        return self.said_ehlo and self.in_tls == (self.tls != "none")

    def handshake_ended(self, failures: Iterable[HandshakeFailure]) -> bool:
        return self.handshake is not None and self.handshake.failure in failures


# --- names and addresses ----------------------------------------------------------------------


def addresses_to_try(found: Sequence[str]) -> tuple[str, ...]:
    """The addresses of a name that are connected to, in their order."""
    kept: dict[str, list[str]] = {"IPv4": [], "IPv6": []}
    for address in dict.fromkeys(found):
        family = kept[family_of(address)]
        if len(family) < ADDRESSES_A_FAMILY:
            family.append(address)
        if all(len(each) == ADDRESSES_A_FAMILY for each in kept.values()):
            break
    chosen = {address for family in kept.values() for address in family}
    return tuple(address for address in dict.fromkeys(found) if address in chosen)


def one_of_each_family(addresses: Sequence[str]) -> tuple[str, ...]:
    """The first IPv4 and the first IPv6 address."""
    return tuple({family_of(address): address for address in reversed(addresses)}.values())


def other_hosts(plan: Plan) -> tuple[str, ...]:
    """The provider's other submission hosts to look at, where it has regions one of each."""
    provider = knowledge.provider_of(plan.host)
    if provider is None or plan.is_mapped(plan.host) or "dns" not in plan.selected:
        return ()
    verified = tuple(known.host for known in provider.hosts if known.verified)
    own = plan.host.lower().rstrip(".")
    names = provider.region_hosts or verified
    return tuple(name for name in names if name != own)[:OTHER_HOSTS]


def public_resolvers(plan: Plan) -> tuple[str, ...]:
    """What may be asked for comparison where this machine's own name servers fail."""
    return CONTROL_ADDRESSES if plan.third_party else ()


def is_a_providers(host: str) -> bool:
    """Whether it is a mail provider's host: its addresses are the internet's."""
    return knowledge.provider_of(host) is not None


def well_known_names(plan: Plan) -> tuple[str, ...]:
    """What may be looked up where this machine's own name servers don't know a name."""
    return knowledge.WELL_KNOWN_NAMES if plan.third_party and not plan.nameservers else ()


def may_touch(plan: Plan, port: int) -> bool:
    """With --connect-to, ports of the host that are not mapped are left alone."""
    return not plan.is_mapped(plan.host) or plan.mapping(plan.host, port) is not None


# --- knocks and traces ------------------------------------------------------------------------


def knocks_at_once(plan: Plan, addresses: Sequence[str]) -> list[Knock]:
    """Beside the configured port, in every run: the two submission ports."""
    ports = [port for port in SUBMISSION if port != plan.port]
    return _knocks_on_own(plan, addresses, ports)


def knocked_at_once(plan: Plan, other_host: str) -> bool:
    """Whether the provider's other host is looked at in every run: another region's, in which the
    mailbox may be."""
    provider = knowledge.provider_of(plan.host)
    return provider is not None and other_host in provider.region_hosts


def knocks_on_other_host(plan: Plan, host: str, addresses: Sequence[str]) -> list[Knock]:
    """The configured port and both submission ports of one of the provider's other hosts."""
    return [
        Knock(host=host, address=address, port=port, purpose="other-host")
        for address in addresses_to_try(addresses)
        for port in dict.fromkeys((plan.port or 587, *SUBMISSION))
    ]


def knocks_without_connection(plan: Plan, addresses: Sequence[str]) -> list[Knock]:
    """No address answered on the configured port: which ports of the host do?"""
    ports = (*other_ports(plan.host, plan.port), CONTROL_PORT, *_ports_for_ticket(plan))
    return _knocks_on_own(plan, addresses, [port for port in ports if port != plan.port])


def wants_controls(plan: Plan, addresses: Sequence[str]) -> bool:
    """Other companies' hosts say something only about a way through the internet."""
    return (
        plan.third_party
        and not plan.is_mapped(plan.host)
        and not all(is_local(address) for address in addresses)
    )


def control_addresses() -> list[Knock]:
    """Is the internet reached at all, without a name server?"""
    return [
        Knock(host=address, address=address, port=CONTROL_PORT, purpose="control-address")
        for address in CONTROL_ADDRESSES
    ]


def control_hosts(plan: Plan) -> list[ControlHost]:
    """Submission hosts of independent providers that serve the port that failed here."""
    if "dns" not in plan.selected:
        return []
    own = knowledge.provider_of(plan.host)
    found = []
    for port in (plan.port, *_ports_for_ticket(plan)):
        serving = [
            ControlHost(host=provider.hosts[0].host, port=port, provider=name)
            for name in CONTROL_PROVIDERS
            if own is None or own.id != name
            for provider in (knowledge.providers()[name],)
            if any(known.port == port and known.verified for known in provider.ports)
        ]
        found += serving[:CONTROLS]
    return found


def traces(plan: Plan, addresses: Sequence[str], seen: Observations) -> list[Trace]:
    """The ways to the configured port and to others beside it, IPv4 and IPv6 apart."""
    if plan.is_mapped(plan.host):
        return []  # what is mapped is a server of the user's own; the rest is left alone
    open_ports: dict[str, list[int]] = {}
    for item in seen.of(ConnectAttempt, outcome="open"):
        open_ports.setdefault(item.address, []).append(item.port)
    return [
        Trace(host=plan.host, address=address, port=port)
        for address in one_of_each_family(addresses)
        if not is_loopback(address)  # nothing stands between a machine and itself
        for port in dict.fromkeys((plan.port, CONTROL_PORT, *open_ports.get(address, ())))
    ]


def other_ports(host: str, configured: int) -> dict[int, TLSMode]:
    """The other ports on which this host may take mail, with their usual TLS mode."""
    provider = knowledge.provider_of(host)
    ports = dict(SUBMISSION)
    if provider is not None:
        for known in provider.ports:
            if known.verified and known.port != RELAY_PORT and known.tls != "none":
                ports[known.port] = known.tls
        for port in provider.not_served:
            ports.pop(port, None)
    else:
        ports |= ALTERNATIVE
    ports.pop(configured, None)
    return ports


def _ports_for_ticket(plan: Plan) -> tuple[int, ...]:
    """What a request to open ports should speak of as well, and is else left alone."""
    return (RELAY_PORT,) if plan.ticket and plan.port != RELAY_PORT else ()


def _knocks_on_own(plan: Plan, addresses: Sequence[str], ports: Iterable[int]) -> list[Knock]:
    return [
        Knock(host=plan.host, address=address, port=port, purpose="other-port")
        for port in ports
        if may_touch(plan, port)
        for address in addresses
    ]


def mode_of(settings: Settings, client: knowledge.Client | None) -> TLSMode:
    """The TLS mode in which this client goes, which may not be the one that it was told. Of a
    program whose own settings were read it is known already: a constructor may forbid what a URL
    brings about."""
    if settings.setup is not None and settings.setup.dialect != "env":
        return settings.tls
    if client is not None and client.implicit_on_465 and settings.port == 465:
        return "implicit"
    if client is not None and client.starttls_by_itself and settings.tls == "none":
        return "starttls"
    return settings.tls


def demands_starttls(settings: Settings, client: knowledge.Client | None) -> bool:
    """Whether a server without STARTTLS is where this client stops. One that isn't known stops
    with a login: it must not go out in clear."""
    if settings.tls != "starttls":
        return False
    if client is None:
        return settings.tls_required or settings.has_credentials
    if client.without_starttls == "as-set":
        return settings.tls_required
    return client.without_starttls == "stops"


# --- sessions beside --------------------------------------------------------------------------


def configured(plan: Plan, address: str) -> Probe:
    """The session that the application would have."""
    client = knowledge.client(plan.settings.client, plan.settings.client_version)
    return _probe(plan, "configured", address, mode_of(plan.settings, client))


def silent_after(round_trip: float) -> float:
    """Seconds without a byte after which a server counts as silent; what a live one needs."""
    return max(SILENT_ROUND_TRIPS * round_trip, SILENT_SECONDS)


def probe_into_silence(plan: Plan, address: str) -> Probe:
    """While the configured session waits for a first byte: is it the other TLS mode?"""
    mode: TLSMode = "starttls" if plan.settings.tls == "implicit" else "implicit"
    return _probe(plan, "other-mode", address, mode)


def silence_is_explained(probe: Met) -> bool:
    """Whether the probe into the silence shows that waiting on has become pointless: the server
    spoke in the other mode, or it is a web server or speaks another protocol."""
    spoke = probe.in_tls if probe.tls == "implicit" else probe.greeted
    protocols = ("tls", "smtp", "empty")
    foreign = probe.handshake is not None and probe.handshake.protocol not in protocols
    return spoke or foreign


def is_enough(plan: Plan, met: Met, seen: Observations, connection: str) -> bool:
    """Whether a configured session that got through to its end needs nothing tried beside it: one
    without TLS may have met a server that has more to offer inside TLS, and one that was offered
    no login a port between servers."""
    refused = bool(seen.of(Exchange, connection=connection, ok=False))
    if plan.settings.has_credentials and seen.of(
        LoginNotTried, connection=connection, reason="not-offered"
    ):
        return False  # another port of this host may be the one for logins
    wanting = met.offers_starttls and (refused or plan.settings.has_credentials)
    return plan.settings.tls != "none" or not wanting


def probes_after_failure(
    plan: Plan, seen: Observations, connection: str, address: str
) -> list[Probe]:
    """On the configured port, once the configured session has failed; all at the same time."""
    met = Met.of(seen, connection)
    probes = [_probe(plan, "other-mode", address, mode) for mode in _other_modes(plan, seen, met)]
    if met.handshake_ended(MAYBE_OLD):
        probes.append(_probe(plan, "legacy-tls", address, plan.settings.tls))
    if met.greeting_silent and not _other_mode_answered(seen):
        probes.append(_probe(plan, "noop", address, "implicit" if met.in_tls else "none"))
    return probes


def probes_of_size(plan: Plan, address: str, openssl: tuple[int, ...]) -> list[Probe]:
    """A handshake that stalls: is it the size of the packets, or of our first message? One after
    the other, until one gets into TLS. `openssl` is this machine's version."""
    mode = plan.settings.tls
    small_hello = [_probe(plan, "one-group", address, mode)]
    return [
        *(small_hello if openssl >= POST_QUANTUM_OPENSSL else ()),
        *(
            _probe(plan, "small-segments", address, mode, segment_size=size)
            for size in SEGMENT_SIZES
        ),
    ]


def has_stalled(seen: Observations, connection: str) -> bool:
    """Whether this session's handshake got no further."""
    return Met.of(seen, connection).handshake_ended({"stalled"})


def another_port_works(plan: Plan, seen: Observations) -> bool:
    """Whether a login could follow on another port of the host."""
    return any(met.works for met in _on_other_ports(plan, seen))


def may_greet_late(plan: Plan, seen: Observations) -> bool:
    """Whether a server that said nothing may only be slow: on no other port it was quicker."""
    return not any(met.greeted for met in _on_other_ports(plan, seen))


def _on_other_ports(plan: Plan, seen: Observations) -> Iterator[Met]:
    for item in seen.of(Session, host=plan.host, purpose="other-port"):
        yield Met.of(seen, item.connection)


def wants_traces(plan: Plan, seen: Observations, connection: str) -> bool:
    """Whether somebody else may answer in the server's place: then the distance tells."""
    met = Met.of(seen, connection)
    return met.certificate_refused or (
        met.greeted and plan.settings.tls == "starttls" and not met.in_tls
    )


def other_entrances(plan: Plan, addresses: Sequence[str]) -> dict[int, Entrance]:
    """Every other port of the host, by its number."""
    return {
        port: _entrance(plan.host, addresses, port, mode, "other-port")
        for port, mode in other_ports(plan.host, plan.port).items()
        if may_touch(plan, port)
    }


def wants_other_hosts(plan: Plan, seen: Observations) -> bool:
    """Whether the provider's other hosts get sessions too: the host's own ways come first."""
    beside = [item for item in seen.of(Session) if item.purpose not in ("configured", "noop")]
    return not plan.settings.found or not any(
        Met.of(seen, item.connection).works for item in beside
    )


def entrances_of_other_host(host: str, addresses: Sequence[str]) -> list[Entrance]:
    """The submission ports of one of the provider's other hosts; one after the other."""
    return [
        _entrance(host, addresses[:1], port, mode, "other-host")
        for port, mode in SUBMISSION.items()
    ]


def own_names(plan: Plan, seen: Observations, connection: str) -> tuple[str, ...]:
    """Names that the server gives itself and that are worth a look-up, since its certificate is not
    for the configured host: that of its greeting, and those of the certificate that are no pattern.

    A mapped address says nothing of where a name leads.
    """
    shown = next((item for item in seen.of(CertificateSeen, connection=connection)), None)
    if shown is None or shown.verify_code not in OTHER_NAME or not shown.chain:
        return ()
    if plan.is_mapped(plan.host) or "dns" not in plan.selected:
        return ()
    greeting = Met.of(seen, connection).greeting
    said = greeting.reply.text.split()[:1] if greeting is not None and greeting.reply else []
    names = (name.lower().rstrip(".") for name in (*said, *shown.chain[0].names))
    kept = dict.fromkeys(name for name in names if OWN_NAME.fullmatch(name))
    return tuple(kept)[:OWN_NAMES]


def _probe(
    plan: Plan, purpose: SessionPurpose, address: str, mode: TLSMode, *, segment_size: int = 0
) -> Probe:
    """A session on the configured port."""
    return Probe(
        purpose=purpose,
        host=plan.host,
        address=address,
        port=plan.port,
        tls=mode,
        segment_size=segment_size,
    )


def _entrance(
    host: str,
    addresses: Sequence[str],
    port: int,
    mode: TLSMode,
    purpose: ConnectPurpose,
) -> Entrance:
    session: SessionPurpose = "other-host" if purpose == "other-host" else "other-port"
    return Entrance(
        knocks=tuple(
            Knock(host=host, address=address, port=port, purpose=purpose) for address in addresses
        ),
        probes=tuple(
            Probe(purpose=session, host=host, address=address, port=port, tls=mode)
            for address in addresses
        ),
    )


def _other_modes(plan: Plan, seen: Observations, met: Met) -> list[TLSMode]:
    """The TLS modes still to try on the same port, by what the configured one met."""
    tried = {
        item.tls
        for item in seen.of(Session, port=plan.port)
        if item.purpose in ("configured", "other-mode") and _met_something(seen, item.connection)
    }
    modes: list[TLSMode] = []
    if plan.settings.tls == "implicit":
        late = not met.handshake_ended({"stalled"}) or may_greet_late(plan, seen)
        if met.handshake_ended(MAYBE_CLEAR) and late:
            modes.append("starttls")
    elif met.greeting is not None and met.greeting.outcome in ("silence", "closed", "reset", "tls"):
        modes.append("implicit")
    elif plan.settings.tls == "none" and met.offers_starttls:
        modes.append("starttls")
    return [mode for mode in modes if mode not in tried]


def _met_something(seen: Observations, connection: str) -> bool:
    """Whether a session got to an end of its first wait: one may have made room for others."""
    met = Met.of(seen, connection)
    return met.greeting is not None or met.handshake is not None


def _other_mode_answered(seen: Observations) -> bool:
    others = {item.connection for item in seen.of(Session, purpose="other-mode")}
    return any(item.connection in others for item in seen.of(Handshake, ok=True))

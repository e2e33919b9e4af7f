"""The kinds of facts that a run can see: typed, frozen, serialisable.

An observation's `ok` says whether the step itself worked: True, False, or None for a fact that
neither works nor fails. Knows the shape of each fact; must not know how it comes about, who reads
it, or what it means.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from smtpdoctor.addresses import Family
from smtpdoctor.observations.check_specs import CheckName
from smtpdoctor.settings.model import Setting, Settings, SetupRemark, TLSMode
from smtpdoctor.smtp.authentication import ServerProof
from smtpdoctor.smtp.certificate_info import CertificateInfo
from smtpdoctor.smtp.reading import ChallengeOddity
from smtpdoctor.smtp.replies import Protocol, Reply

#: main: the way the application would go. probe: looked at beside it, never a cause by itself.
Role = Literal["main", "probe"]


#: The error of a step that the end of the whole run cut off: its silence says nothing.
CUT_OFF = "cut-off"


class Observation(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """The base of all observations. `at` and `seconds` count from the start of the run."""

    id: str = ""
    check: CheckName = "settings"
    role: Role = "main"
    ok: bool | None = None
    after: tuple[str, ...] = ()
    at: float = 0.0
    seconds: float = 0.0


# --- this machine ---------------------------------------------------------------------------


class Place(Observation, frozen=True, kw_only=True, tag="place"):
    """Where the doctor ran, from local marks only."""

    system: str
    container: str | None = None  # "container 3f2a…", "Kubernetes pod", None outside
    fqdn: str = ""
    clock: str = ""  # RFC 3339, UTC: the machine's own idea of now
    released: str = ""  # the date of this smtpdoctor, a lower bound for any true clock
    proxies: tuple[str, ...] = ()  # names of the proxy variables that are set
    trust_store: int | None = None  # CA certificates found, None where not looked at
    trust_store_path: str = ""


class PlatformSeen(Observation, frozen=True, kw_only=True, tag="platform-seen"):
    """A platform that this machine's marks name. With several, the most specific comes first.

    `platform` is its id in the knowledge base. Without `verified` no source confirms that the
    marks are this platform's own.
    """

    platform: str
    name: str
    marks: tuple[str, ...] = ()  # "DMI sys_vendor is DigitalOcean", "variable RENDER is set"
    verified: bool = False
    asked_metadata: bool = False  # the marks are answers of the metadata service


class CheckRun(Observation, frozen=True, kw_only=True, tag="check-run"):
    """One check's own run: left out, crashed, or done."""

    name: CheckName
    skipped_because: str = ""
    crash: str = ""  # type and place of our own fault, no values


# --- settings -------------------------------------------------------------------------------


class SettingsRead(Observation, frozen=True, kw_only=True, tag="settings"):
    """All settings as the run goes by them."""

    settings: Settings


class SettingRead(Observation, frozen=True, kw_only=True, tag="setting"):
    """One setting; `ok` is False where its text has a problem."""

    setting: Setting


class OptionRead(Observation, frozen=True, kw_only=True, tag="option"):
    """What a set-up's program makes of an option; `ok` is False where it stops before it sends."""

    remark: SetupRemark


# --- DNS ------------------------------------------------------------------------------------


class ResolverConfiguration(Observation, frozen=True, kw_only=True, tag="resolver-configuration"):
    """The name servers and search list of this machine, or of --nameserver."""

    nameservers: tuple[str, ...]
    search: tuple[str, ...] = ()
    ndots: int = 1  # a name with fewer dots is looked up below the search list's domains first
    source: str = ""  # /etc/resolv.conf, --nameserver, system


class SystemLookup(Observation, frozen=True, kw_only=True, tag="system-lookup"):
    """What getaddrinfo said: /etc/hosts and nsswitch count."""

    host: str
    addresses: tuple[str, ...] = ()
    error: str = ""  # EAI_NONAME, EAI_AGAIN, …; "timeout": not back in time; CUT_OFF
    from_hosts_file: tuple[str, ...] = ()  # addresses that /etc/hosts has for the name


NameServerOutcome = Literal[
    "answer", "nxdomain", "nodata", "servfail", "refused", "silent", "unreachable", "malformed"
]


class NameServerAnswer(Observation, frozen=True, kw_only=True, tag="name-server-answer"):
    """One question to one name server over the wire.

    A server that gives nothing over UDP is asked again over TCP, as an observation of its own.
    """

    server: str
    question: str
    record: Literal["A", "AAAA", "MX", "CNAME", "TXT", "NS", "PTR"]
    outcome: NameServerOutcome
    answers: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()  # the CNAME chain that led there
    transport: Literal["udp", "tcp"] = "udp"
    #: control: a public resolver, asked because none of this machine's own could tell.
    #: well-known: a name that every resolver of the internet knows, because one did not know ours.
    asked_for: Literal["host", "provider-host", "related", "control", "well-known"] = "host"
    without_edns: bool = False  # the question with EDNS got no answer, the plain one did
    wrong_answers: int = 0  # datagrams before it that were forged or broken
    error: str = ""  # unreachable: ECONNREFUSED, ENETUNREACH, EPERM, …


class Addresses(Observation, frozen=True, kw_only=True, tag="addresses"):
    """The addresses that the run goes on with, in the order the application would try them."""

    host: str
    addresses: tuple[str, ...]
    source: Literal["system", "wire", "literal", "connect-to"]
    left_out: int = 0  # so many more were found, and are not connected to


# --- reach ----------------------------------------------------------------------------------

ConnectOutcome = Literal[
    "open",
    "silent",
    "refused",
    "reset",
    "unreachable",
    "denied",
    "no-route",
    "other",
]

ConnectPurpose = Literal["configured", "other-port", "other-host", "control", "control-address"]


class ConnectAttempt(Observation, frozen=True, kw_only=True, tag="connect"):
    """One TCP connect. `host` as asked, `address` as tried."""

    host: str
    address: str
    port: int
    family: Family
    outcome: ConnectOutcome
    purpose: ConnectPurpose = "configured"
    error: str = ""  # ECONNREFUSED, EHOSTUNREACH, EPERM, …; CUT_OFF
    provider: str | None = None  # the provider of a control or other host


#: time-exceeded: a router on the way gave the SYN back when its TTL ran out. open, refused: a
#: SYN-ACK or RST, by whoever answers in the destination's name. icmp: any other ICMP error.
#: silent: nothing. not-sent: this machine's own refusal, with its errno.
HopOutcome = Literal["time-exceeded", "open", "refused", "icmp", "silent", "not-sent", "other"]


class ICMPError(msgspec.Struct, frozen=True, kw_only=True):
    """An ICMP or ICMPv6 error by its numbers and its name (RFC 792, 1812, 4443); "" is no name."""

    type: int
    code: int
    name: str = ""


class Hop(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one SYN that was sent with this TTL (IPv6: hop limit).

    `sender` is the address that an ICMP error came from. A SYN-ACK or RST has none: whoever
    sends it gives the destination's address.
    """

    ttl: int
    outcome: HopOutcome
    sender: str = ""
    icmp: ICMPError | None = None
    error: str = ""  # errno name
    seconds: float = 0.0  # from the first SYN to the answer


class PathTrace(Observation, frozen=True, kw_only=True, tag="path-trace"):
    """The way to one port, hop by hop, as far as it answers.

    `hops` has one entry for each TTL from 1 up to the first final answer, or to the last that was
    tried. `reached_at` is the TTL at which the port itself answered, open or refused. `source` is
    the address of this machine that the SYNs went out from. Without `supported` this system gives
    no ICMP errors to ordinary users.
    """

    host: str
    address: str
    port: int
    family: Family
    hops: tuple[Hop, ...] = ()
    reached_at: int | None = None
    source: str = ""
    supported: bool = True


# --- session, TLS, AUTH, sender -------------------------------------------------------------

Step = Literal[
    "greeting",
    "ehlo",
    "starttls",
    "auth",
    "mail",
    "rcpt",
    "data",  # the answer to the message: of `explain` alone, no check ever sends one
    "rset",
    "quit",
    "noop",
    "helo",
]

#: reply: an answer came. silence: the wait ended without one. closed: FIN. reset: RST.
#: tls: TLS records came where a reply was due. flood: more than any reply may be.
ExchangeOutcome = Literal["reply", "silence", "closed", "reset", "tls", "flood", "other"]


SessionPurpose = Literal[
    "configured",
    "other-mode",  # the other TLS mode on the configured port
    "other-port",
    "other-host",
    "noop",  # a NOOP into silence
    "legacy-tls",  # which TLS does the server speak, if it may be old
    "small-segments",  # does TLS work where no packet is large
    "one-group",  # does TLS work where the ClientHello is small
]


class Session(Observation, frozen=True, kw_only=True, tag="session"):
    """A session was begun; the observations after it with the same `connection` belong to it.

    `purpose` says why.
    """

    connection: str
    host: str
    address: str
    port: int
    tls: TLSMode
    purpose: SessionPurpose
    segment_size: int = 0  # TCP_MAXSEG of this connection, 0 where the system chose


class TokenChallenge(msgspec.Struct, frozen=True, kw_only=True):
    """What a server said of a token before it refused it (RFC 7628 §3.2.2, Google's XOAUTH2).

    `scope` is what the token must have been made for, parted by blanks; "" where it isn't told.
    """

    status: str = ""
    schemes: str = ""
    scope: str = ""


class Exchange(Observation, frozen=True, kw_only=True, tag="exchange"):
    """One command and what came back; for the greeting nothing was sent.

    `sent` is the command as shown, secrets masked. `arrived` is what came where it was no
    reply, escaped and cut short; `protocol` is what those bytes, or the reply's, speak.
    """

    connection: str
    step: Step
    sent: str = ""
    outcome: ExchangeOutcome = "reply"
    reply: Reply | None = None
    in_tls: bool = False
    protocol: Protocol = "empty"
    arrived: str = ""
    injected: bool = False  # clear-text bytes stood behind the 220 to STARTTLS
    mechanism: str = ""  # AUTH: which one
    cancelled: bool = False  # AUTH: we ended it, since the server's challenge breaks the mechanism
    server_proof: ServerProof = ""
    challenge: TokenChallenge | None = None  # AUTH with a token
    oddities: tuple[ChallengeOddity, ...] = ()  # AUTH: of the 334 replies
    error: str = ""  # errno name of a reset; CUT_OFF
    alert: str = ""  # the TLS alert that came in place of an answer
    unasked: Reply | None = None  # stood before the command, which it can't have answered
    under_name: str = ""  # said once more on the same connection, under this EHLO name


HandshakeFailure = Literal[
    "", "not-tls", "version", "cipher", "alert", "closed", "reset", "stalled", "cut-off", "other"
]


class Handshake(Observation, frozen=True, kw_only=True, tag="handshake"):
    """One TLS handshake. `ok` is about TLS itself; the certificate is its own observation."""

    connection: str
    mode: Literal["implicit", "starttls"]
    version: str = ""
    cipher: str = ""
    failure: HandshakeFailure = ""
    alert: str = ""
    reason: str = ""  # OpenSSL's own word
    protocol: Protocol = "tls"
    arrived: str = ""  # the first bytes where they were not TLS
    bytes_received: int = 0


class CertificateSeen(Observation, frozen=True, kw_only=True, tag="certificate"):
    """The server's chain and what our verification said of it."""

    connection: str
    hostname: str
    chain: tuple[CertificateInfo, ...]
    verified: bool
    verify_code: int | None = None
    verify_message: str = ""
    #: The leaf's issuer belongs to an organisation that has a CA in this machine's store.
    issuer_organisation_trusted: bool = False


class OwnNameLookup(Observation, frozen=True, kw_only=True, tag="own-name"):
    """A name that the server gives itself, in its greeting or certificate, looked up."""

    name: str
    address: str  # the server's
    addresses: tuple[str, ...]

    @property
    def leads_here(self) -> bool:
        return self.address in self.addresses


class LoginNotTried(Observation, frozen=True, kw_only=True, tag="login-not-tried"):
    """Why no password was sent."""

    connection: str = ""
    reason: Literal[
        "no-credentials",
        "withheld",
        "placeholder",
        "host-again",  # the user name or the password has the host's text
        "no-tls",
        "unverified",
        "verification-disabled",
        "host-suspicious",
        "injected-bytes",
        "not-offered",
        "done-without",  # none offered, and this client sends without
        "no-shared-mechanism",
        "not-spoken",  # the client has a mechanism that is offered, and the doctor hasn't
        "session-failed",
        "skipped",
        "not-due",  # an earlier run has made it; all that comes before it was in order
    ]
    offered: tuple[str, ...] = ()


class SenderQuestion(Observation, frozen=True, kw_only=True, tag="sender-question"):
    """Whether receivers will believe mail from `address`; the answers of the DNS come after it.

    `provider` is the id of who delivers, None where the knowledge base has nobody by that host.
    With `client`, SPF is asked for that one address, greeted as `helo`, and not for a provider.
    `alone`: no server was asked, as in `smtpdoctor sender`.
    """

    address: str
    domain: str  # A-labels, lower case
    provider: str | None = None
    host: str = ""
    client: str = ""
    helo: str = ""
    alone: bool = False


PolicyRecordType = Literal["TXT", "A", "AAAA", "MX", "PTR", "CNAME", "NS"]
PolicyStatus = Literal["found", "nxdomain", "nodata", "temperror"]


class PolicyAnswer(Observation, frozen=True, kw_only=True, tag="policy-answer"):
    """The answer of the DNS to one question of SPF, DKIM or DMARC, after CNAMEs were followed.

    `records`: TXT as its character-strings, others as text ("10 mx.example.org"). `status` is
    temperror where no server gave an answer that counts; `reason` says why.
    """

    question: str
    record: PolicyRecordType
    status: PolicyStatus
    records: tuple[tuple[bytes, ...] | str, ...] = ()
    server: str = ""
    reason: str = ""


AnyObservation = (
    Place
    | PlatformSeen
    | CheckRun
    | SettingsRead
    | SettingRead
    | OptionRead
    | ResolverConfiguration
    | SystemLookup
    | NameServerAnswer
    | Addresses
    | ConnectAttempt
    | PathTrace
    | Session
    | Exchange
    | Handshake
    | CertificateSeen
    | OwnNameLookup
    | LoginNotTried
    | SenderQuestion
    | PolicyAnswer
)

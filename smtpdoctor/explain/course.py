"""The course of an imagined run, recorded as a real one is: through the recorder and its trails.

A hypothesis says how a run would have gone; this makes observations of it for the rules. Knows
the order of the steps and what a healthy one looks like. Must not know texts, nor what rules make
of it.
"""

from __future__ import annotations

from typing import Self

from smtpdoctor import knowledge
from smtpdoctor.addresses import is_address, is_loopback
from smtpdoctor.explain.model import Known
from smtpdoctor.observations import (
    Addresses,
    CertificateInfo,
    CertificateSeen,
    ConnectAttempt,
    ConnectOutcome,
    ConnectPurpose,
    Exchange,
    ExchangeOutcome,
    Handshake,
    HandshakeFailure,
    LoginNotTried,
    NameServerAnswer,
    NameServerOutcome,
    Observation,
    Observations,
    Place,
    Recorder,
    Redactor,
    ResolverConfiguration,
    Session,
    SessionPurpose,
    SettingRead,
    SettingsRead,
    Step,
    SystemLookup,
    Trail,
)
from smtpdoctor.settings.model import (
    MASK,
    Field,
    Origin,
    PasswordReading,
    PasswordReadings,
    PasswordShape,
    Problem,
    Setting,
    Settings,
    SetupIdentity,
    TLSMode,
)
from smtpdoctor.smtp.replies import Protocol, Reply, ReplyReader

#: What stands for a value that nobody told. RFC 2606 §2: no such names exist; `in_words` says them.
HOST = "host.unknown.invalid"
USERNAME = "login@unknown.invalid"
SENDER = "sender@unknown.invalid"
RECIPIENT = "recipient@unknown.invalid"
OTHER_NAME = "name.unknown.invalid"
#: RFC 5737: addresses that are nobody's.
ADDRESS, OTHER_ADDRESS = "192.0.2.25", "198.51.100.25"
ADDRESS_V6 = "2001:db8::25"
NAME_SERVER = "192.0.2.53"
#: How long a client waits that gives up: two minutes, as most do.
WAIT = 120.0

#: The domain of these, where a rule speaks of it alone.
_NO_DOMAIN = "unknown.invalid"
NAME_SERVER = "192.0.2.53"

_SPOKEN = (
    (HOST, "the server"),
    (USERNAME, "this account"),
    (SENDER, "the sender"),
    (RECIPIENT, "the recipient"),
    (OTHER_NAME, "another name"),
    (f"such as {_NO_DOMAIN}", "such as mail.example.com"),
    (f"--ehlo {_NO_DOMAIN}", "--ehlo mail.example.com"),
    (_NO_DOMAIN, "the sender's domain"),
    (f"name server {NAME_SERVER}", "the name server"),
    ("this machine", "the machine"),  # it was another, or an hour ago
)


#: What such words make of a sentence, and how it reads without the value.
_READS_AS = (
    ("no mail domain the sender's domain for the sender", "no mail domain for the sender"),
    ("the sender the sender", "the sender"),
    ("the address the recipient", "the recipient's address"),
    ("no host named the server", "no host of that name"),
    (f"name server {NAME_SERVER}", "the name server"),
    ('the EHLO name "the client"', "the client's EHLO name"),
    (', here "the client"', ""),
    ("SERVFAIL for the server", "SERVFAIL"),
    ("the certificate has: another name", "the certificate has"),
    ("whether another name is its name", "whether that name is its own"),
    ("write another name into", "write that name into"),
    ("unknown.invalid", "app.example.com"),
    ("The recipient was given with --to. ", ""),
)


def in_words(text: str) -> str:
    """The text of a rule with words where it names a value that nobody told."""
    text = text.replace(f"-connect {HOST}", "-connect HOST")  # in a command it is no sentence's
    for placeholder, words in _SPOKEN:
        for port in (":25", ":465", ":587", ""):
            text = text.replace(placeholder + port, words)
    for said, words in _READS_AS:
        text = text.replace(said, words)
    for address in (ADDRESS, ADDRESS_V6):
        text = text.replace(f" ({address})", "").replace(address, "its address")
    return text.replace("the sender the sender", "the sender")


def _setup(framework: str) -> SetupIdentity:
    """The set-up whose settings nobody showed: of a framework that the text names."""
    name = knowledge.snippets()[framework].name
    return SetupIdentity(name=f"{framework} {name}'s settings", dialect=framework)


class Course:
    """One imagined run. Each method adds a step; `observations` are what a check had made."""

    def __init__(
        self,
        known: Known,
        redactor: Redactor,
        *,
        tls: TLSMode | None = None,
        required: bool = False,
        login: bool = True,
        username: str | None = None,
        password: bool = True,
        password_altered: bool = False,
        container: str | None = None,
        trust_store: int | None = None,
        password_shape: tuple[PasswordShape, ...] = (),
        problem: tuple[Field, str, Problem, str] | None = None,
    ) -> None:
        self._now = 0.0
        self._recorder = Recorder(redactor, clock=lambda: self._now)
        self._sessions = 0
        self.known = known
        self.host = known.host or HOST
        self.tls: TLSMode = tls or known.tls or ("implicit" if known.port == 465 else "starttls")
        self.port = known.port or (465 if self.tls == "implicit" else 587)
        entries: tuple[Setting, ...] = ()
        if problem is not None:
            field, text, kind, detail = problem
            origin = Origin(kind="environment", name=_NAMES[field])
            entries = (Setting(field=field, text=text, origin=origin, problem=kind, detail=detail),)
        if password_shape:
            origin = Origin(kind="environment", name=_NAMES["password"])
            entries = (*entries, Setting(field="password", text=MASK, origin=origin))
        self.settings = Settings(
            host=self.host,
            port=self.port,
            tls=self.tls,
            tls_required=required or known.tls_required,
            username=(username or known.username or USERNAME) if login else None,
            has_password=login and password,
            password_readings=_ALTERED if password_altered else None,
            password_shape=password_shape,
            sender=known.sender or SENDER,
            recipient=known.recipient or RECIPIENT,
            client=known.client,
            setup=_setup(known.framework) if known.framework else None,
            entries=entries,
        )
        settings = self._trail("settings")
        settings.record(
            Place(system="another machine", container=container, trust_store=trust_store)
        )
        settings.record(SettingsRead(settings=self.settings, ok=True))
        self._read = [
            self._trail("settings").record(SettingRead(setting=entry, ok=entry.ok))
            for entry in entries
        ]
        self._looked_up: Observation | None = None

    @property
    def observations(self) -> Observations:
        return self._recorder.observations()

    def _trail(self, check: str, *after: Observation | None, main: bool = True) -> Trail:
        needed = (item.id for item in after if item is not None)
        return self._recorder.trail(check, *needed, role="main" if main else "probe")  # type: ignore[arg-type]

    def wait(self, seconds: float) -> None:
        self._now += seconds

    # --- names ----------------------------------------------------------------------------------

    def look_up(self, error: str = "") -> Self:
        """What the system said of the host's name: an address, or this error."""
        resolver = self._trail("dns").record(
            ResolverConfiguration(nameservers=(NAME_SERVER,), source="system", ok=True)
        )
        lookup = self._trail("dns", resolver).record(
            SystemLookup(
                host=self.host,
                addresses=() if error else self._given(),
                error=error,
                ok=not error,
            )
        )
        self._looked_up = lookup
        return self

    def name_server(self, outcome: NameServerOutcome) -> Self:
        """What the one name server said, beside the system's look-up."""
        self._trail("dns", main=False).record(
            NameServerAnswer(
                server=NAME_SERVER,
                question=self.host,
                record="A",
                outcome=outcome,
                ok=None if outcome == "nodata" else outcome == "answer",
            )
        )
        return self

    def _given(self) -> tuple[str, ...]:
        if is_address(self.host):
            return (self.host,)
        if self.host == "localhost":
            return ("127.0.0.1",)
        # that a name leads to this machine itself is a matter of its own, and not what failed
        address = self.known.address
        return (address if address and not is_loopback(address) else ADDRESS,)

    # --- connects -------------------------------------------------------------------------------

    def connect(
        self,
        outcome: ConnectOutcome = "open",
        *,
        error: str = "",
        address: str | None = None,
        port: int | None = None,
        purpose: ConnectPurpose = "configured",
        host: str | None = None,
    ) -> ConnectAttempt:
        """One connect; unless told to the host's address on the configured port."""
        own = host is None
        if own and self._looked_up is None:
            self.look_up()
        to = address or (self._given()[0] if own else OTHER_ADDRESS)
        after: Observation | None = None
        if own:
            if not isinstance(self._looked_up, Addresses):
                literal = is_address(self.host)
                self._looked_up = self._trail("dns", self._looked_up).record(
                    Addresses(
                        host=self.host,
                        addresses=(to,),
                        source="literal" if literal else "system",
                        ok=True,
                    )
                )
            after = self._looked_up
        began = self._recorder.now
        self.wait(WAIT if outcome == "silent" else 0.02)
        return self._trail("reach", after, main=purpose == "configured").record(
            ConnectAttempt(
                host=host or self.host,
                address=to,
                port=port or self.port,
                family="IPv6" if ":" in to else "IPv4",
                outcome=outcome,
                purpose=purpose,
                error=error or _ERRNO.get(outcome, ""),
                ok=outcome == "open",
            ),
            since=began,
        )

    # --- sessions -------------------------------------------------------------------------------

    def session(
        self,
        purpose: SessionPurpose = "configured",
        tls: TLSMode | None = None,
        *,
        segment_size: int = 0,
    ) -> Talk:
        """A session on the configured port, its connect before it. `segment_size`: of TCP, where
        it was made smaller than usual."""
        main = purpose == "configured"
        connect = (
            next(
                (
                    item
                    for item in self.observations.of(ConnectAttempt, port=self.port, outcome="open")
                    if item.host == self.host
                ),
                None,
            )
            or self.connect()
        )
        self._sessions += 1
        trail = self._trail("tls", connect, main=main)
        session = trail.record(
            Session(
                connection=f"c{self._sessions}",
                host=self.host,
                address=connect.address,
                port=self.port,
                tls=tls or self.tls,
                purpose=purpose,
                segment_size=segment_size,
            )
        )
        return Talk(self, trail, session)


class Talk:
    """One session; every method adds a step and gives the session back."""

    def __init__(self, course: Course, trail: Trail, session: Session) -> None:
        self._course = course
        self._trail = trail
        self._session = session
        self._in_tls = False

    def _record(self, item: Observation, seconds: float) -> Self:
        began = self._trail.now
        self._course.wait(seconds)
        self._trail.record(item, since=began)
        return self

    def _exchange(
        self,
        step: Step,
        sent: str,
        text: str,
        outcome: ExchangeOutcome = "reply",
        *,
        wanted: tuple[int, ...],
        mechanism: str = "",
        protocol: Protocol | None = None,
        arrived: str = "",
        error: str = "",
        ok: bool | None = None,
    ) -> Self:
        answer = reply(text) if text and outcome == "reply" else None
        worked = answer is not None and answer.code in wanted
        check = {"auth": "auth", "mail": "sender", "rcpt": "sender", "data": "sender"}
        self._trail = self._trail.branch(check.get(step, "tls"))  # type: ignore[arg-type]
        return self._record(
            Exchange(
                connection=self._session.connection,
                step=step,
                sent=sent,
                outcome=outcome,
                reply=answer,
                in_tls=self._in_tls,
                protocol=protocol or ("smtp" if answer is not None else "empty"),
                arrived=arrived,
                mechanism=mechanism,
                error=error,
                ok=worked if ok is None else ok,
            ),
            WAIT if outcome == "silence" else 0.05,
        )

    def greeting(
        self,
        text: str = "220 ESMTP",
        outcome: ExchangeOutcome = "reply",
        *,
        protocol: Protocol | None = None,
        arrived: str = "",
        error: str = "",
    ) -> Self:
        return self._exchange(
            "greeting",
            "",
            text,
            outcome,
            wanted=(220,),
            protocol=protocol,
            arrived=arrived,
            error=error,
        )

    def ehlo(self, *capabilities: str, text: str = "", outcome: ExchangeOutcome = "reply") -> Self:
        offered = ("8BITMIME", *(capabilities or (_OFFERS[self._in_tls],)))
        lines = ("the server", *offered)
        said = text or "\n".join([*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}"])
        return self._exchange("ehlo", "EHLO the client", said, outcome, wanted=(250,))

    def starttls(self, text: str = "220 Ready to start TLS") -> Self:
        return self._exchange("starttls", "STARTTLS", text, wanted=(220,))

    def starttls_not_offered(self) -> Self:
        return self._exchange("starttls", "", "", "other", wanted=(), ok=False)

    def handshake(
        self,
        failure: HandshakeFailure = "",
        *,
        reason: str = "",
        protocol: Protocol = "tls",
        arrived: str = "",
    ) -> Self:
        self._in_tls = not failure
        silent = failure in ("closed", "reset", "stalled")
        return self._record(
            Handshake(
                connection=self._session.connection,
                mode="implicit" if self._session.tls == "implicit" else "starttls",
                version="" if failure else "TLSv1.3",
                failure=failure,
                reason=reason,
                protocol=protocol,
                arrived=arrived,
                bytes_received=0 if silent else 4200,
                ok=not failure,
            ),
            WAIT if failure == "stalled" else 0.05,
        )

    def certificate(
        self,
        verify_code: int = 0,
        message: str = "",
        *,
        issuer: str = "",
        names: tuple[str, ...] = (),
        not_before: str = "",
        not_after: str = "",
        self_issued: bool = False,
        issuer_known: bool = False,
    ) -> Self:
        shown = names or (self._course.host,)
        subject = {"CN": shown[0]}
        leaf = CertificateInfo(
            subject=subject,
            issuer=subject if self_issued else {"CN": issuer or "its issuer"},
            names=shown,
            not_before=not_before,
            not_after=not_after,
            self_issued=self_issued,
            is_ca=False,
            sha256="",
        )
        return self._record(
            CertificateSeen(
                connection=self._session.connection,
                hostname=self._course.host,
                chain=(leaf,),
                verified=not verify_code,
                verify_code=verify_code,
                verify_message=message,
                issuer_organisation_trusted=issuer_known,
                ok=not verify_code,
            ),
            0.0,
        )

    def inside(self, *offered: str) -> Self:
        """All healthy steps up to the EHLO after which a login is due; `offered` inside TLS."""
        if self._session.tls == "implicit":
            return self.handshake().certificate().greeting().ehlo(*offered)
        self.greeting().ehlo()
        if self._session.tls == "starttls":
            self.starttls().handshake().certificate().ehlo(*offered)
        return self

    def auth(self, text: str = "235 ok", outcome: ExchangeOutcome = "reply") -> Self:
        sent = f"AUTH PLAIN {MASK}"
        return self._exchange("auth", sent, text, outcome, wanted=(235,), mechanism="PLAIN")

    def no_login(self, reason: str, *offered: str) -> Self:
        self._trail = self._trail.branch("auth")
        failed = reason in ("not-offered", "no-shared-mechanism")
        return self._record(
            LoginNotTried(
                connection=self._session.connection,
                reason=reason,  # type: ignore[arg-type]
                offered=offered,
                ok=False if failed else None,
            ),
            0.0,
        )

    def mail(
        self, text: str = "250 ok", outcome: ExchangeOutcome = "reply", *, parameters: str = ""
    ) -> Self:
        sent = f"MAIL FROM:<{self._course.settings.sender}>{parameters}"
        return self._exchange("mail", sent, text, outcome, wanted=(250,))

    def rcpt(self, text: str = "250 ok") -> Self:
        sent = f"RCPT TO:<{self._course.settings.recipient}>"
        return self._exchange("rcpt", sent, text, wanted=(250, 251, 252))

    def data(self, text: str) -> Self:
        """The answer to the message itself, which no check ever sends."""
        return self._exchange("data", "the message", text, wanted=(250,))


def reply(text: str) -> Reply:
    """A reply as the real reader gives it."""
    reader = ReplyReader()
    data = "\r\n".join(text.splitlines()).encode("utf-8", "surrogateescape") + b"\r\n"
    found = reader.feed(data)
    return found[-1] if found else reader.close() or Reply(0, (), b"")


def on_this_machine(known: Known) -> bool:
    """Whether what was tried is the machine that printed the text itself."""
    address = known.address or known.host or ""
    return address == "localhost" or (is_address(address) and is_loopback(address))


def is_known_host(host: str | None) -> bool:
    """Whether the knowledge base has this very host."""
    return host is not None and knowledge.provider_of(host) is not None


#: Some reader takes something of the password for its own; which one, nobody told.
_ALTERED = PasswordReadings(
    name="SMTP_PASS",
    file=".env",
    line=1,
    known=False,
    readers=("a reader of .env files",),
    altered=(
        PasswordReading(
            reader="a reader of .env files", state="read", alterations=("cut-at-hash",)
        ),
    ),
    quote="'",
)
_OFFERS = {False: "STARTTLS", True: "AUTH LOGIN PLAIN"}
_ERRNO: dict[ConnectOutcome, str] = {
    "refused": "ECONNREFUSED",
    "reset": "ECONNRESET",
    "unreachable": "EHOSTUNREACH",
    "denied": "EPERM",
    "no-route": "ENETUNREACH",
}
_NAMES: dict[Field, str] = {
    "host": "SMTP_HOST",
    "port": "SMTP_PORT",
    "tls": "SMTP_SECURE",
    "url": "SMTP_URL",
    "sender": "SMTP_FROM",
    "password": "SMTP_PASS",
    "username": "SMTP_USER",
}

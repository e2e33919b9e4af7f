"""Builds the observations of a run, as rules get them: through the real recorder and its trails.

A `Scene` starts with this machine and the settings; then come names, connects and sessions, each
step with the values of a healthy run unless the test says otherwise:

    from ..scene import Scene

    Scene.healthy()                                             # a whole run on 587 with STARTTLS
    scene = Scene(port=587, tls="implicit", env={"SMTP_SECURE": ("true", 4)})
    scene.session().handshake(failure="not-tls", protocol="smtp", arrived="220 …")
    scene.session("other-mode").rest()                          # the probe worked
    scene.judge().diagnoses

`scene.diagnosis(CODE)` is for positive tests, `scene.codes("error")` for what came instead.
In a session `up_to("starttls")` does the healthy steps before STARTTLS, `rest()` all that are left.
What came after what is decided here, in one place, in the order of the real run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, Self

import msgspec

from smtpdoctor import spf
from smtpdoctor.addresses import is_address
from smtpdoctor.diagnosis.engine import diagnose
from smtpdoctor.diagnosis.model import Diagnosis, Judgement
from smtpdoctor.knowledge import platforms
from smtpdoctor.observations import (
    CHECKS,
    Addresses,
    CertificateInfo,
    CertificateSeen,
    CheckName,
    CheckRun,
    ConnectAttempt,
    ConnectOutcome,
    ConnectPurpose,
    Exchange,
    ExchangeOutcome,
    Handshake,
    HandshakeFailure,
    Hop,
    HopOutcome,
    ICMPError,
    LoginNotTried,
    NameServerAnswer,
    NameServerOutcome,
    Observation,
    Observations,
    OptionRead,
    PathTrace,
    Place,
    PlatformSeen,
    PolicyAnswer,
    Recorder,
    Redactor,
    ResolverConfiguration,
    Role,
    SenderQuestion,
    Session,
    SessionPurpose,
    SettingRead,
    SettingsRead,
    Step,
    SystemLookup,
    TokenChallenge,
    Trail,
)
from smtpdoctor.sender import answers, assessment
from smtpdoctor.settings.model import (
    MASK,
    NO_LOGIN,
    Field,
    NearMiss,
    Origin,
    OriginKind,
    PasswordShape,
    Problem,
    Setting,
    Settings,
    Shadowed,
    TLSMode,
    TokenSign,
    Withheld,
)
from smtpdoctor.settings.reading import Options, read_settings
from smtpdoctor.settings.setups import setups_in
from smtpdoctor.smtp.authentication import ServerProof
from smtpdoctor.smtp.reading import ChallengeOddity
from smtpdoctor.smtp.replies import Protocol, Reply, ReplyReader
from smtpdoctor.spf import Lookup

CLOCK = "2026-11-22T07:00:00Z"
#: This machine's own addresses.
SOURCE = {"IPv4": "192.168.1.20", "IPv6": "2001:db8:ffff::20"}
RELEASED = "2026-10-01"
ADDRESS = "212.227.15.183"

#: The codes with which each step worked.
WANTED: dict[Step, tuple[int, ...]] = {
    "greeting": (220,),
    "ehlo": (250,),
    "helo": (250,),
    "starttls": (220,),
    "auth": (235,),
    "mail": (250,),
    "rcpt": (250, 251, 252),
    "rset": (250,),
    "quit": (221,),
    "noop": (220, 250),
}

#: The variables of the project's own names, and which setting each is.
FIELDS: dict[str, Field] = {
    "SMTP_HOST": "host",
    "SMTP_SERVER": "host",
    "SMTP_PORT": "port",
    "SMTP_SECURE": "tls",
    "SMTP_TLS": "tls",
    "SMTP_USER": "username",
    "SMTP_USERNAME": "username",
    "SMTP_PASS": "password",
    "SMTP_PASSWORD": "password",
    "SMTP_FROM": "sender",
    "SMTP_MAIL_FROM": "sender",
    "SMTP_URL": "url",
    "SMTP_TLS_REJECT_UNAUTHORIZED": "verify",
    "NODE_TLS_REJECT_UNAUTHORIZED": "verify",
}

ERRNO: dict[ConnectOutcome, str] = {
    "refused": "ECONNREFUSED",
    "reset": "ECONNRESET",
    "unreachable": "EHOSTUNREACH",
    "denied": "EPERM",
    "no-route": "ENETUNREACH",
}

#: Words that open a sentence, never a title.
SENTENCE_STARTS = {"A", "An", "It", "No", "Not", "The", "There", "This", "Your", "You", "Server"}

LoginReason = Literal[
    "no-credentials",
    "withheld",
    "placeholder",
    "host-again",
    "no-tls",
    "unverified",
    "verification-disabled",
    "host-suspicious",
    "injected-bytes",
    "not-offered",
    "no-shared-mechanism",
    "done-without",
    "not-spoken",
    "session-failed",
    "skipped",
]


def reply(text: str) -> Reply:
    """A reply as the real reader gives it, from its lines."""
    data = "\r\n".join(text.splitlines()).encode("utf-8", "surrogateescape") + b"\r\n"
    reader = ReplyReader()
    found = reader.feed(data)
    return found[0] if found else reader.close() or Reply(0, (), b"")


def certificate(
    *names: str,
    organisation: str = "DigiCert Inc",
    issuer: str = "GeoTrust TLS RSA CA G1",
    not_before: str = "2026-06-01T00:00:00Z",
    not_after: str = "2027-06-30T23:59:59Z",
    subject: dict[str, str] | None = None,
    self_issued: bool = False,
    is_ca: bool = False,
    sha256: str = "5f" * 32,
) -> CertificateInfo:
    """One certificate; without more a server's own, healthy one."""
    own = subject if subject is not None else {"CN": names[0] if names else "server"}
    return CertificateInfo(
        subject=own,
        issuer=own if self_issued else {"O": organisation, "CN": issuer},
        names=names,
        not_before=not_before,
        not_after=not_after,
        self_issued=self_issued,
        is_ca=is_ca,
        sha256=sha256,
    )


def authority(
    name: str = "GeoTrust TLS RSA CA G1",
    organisation: str = "DigiCert Inc",
    issuer: str = "DigiCert Global Root G2",
    *,
    self_issued: bool = False,
) -> CertificateInfo:
    """A CA certificate, as it stands above the leaf."""
    return certificate(
        organisation=organisation,
        issuer=issuer,
        not_before="2020-01-01T00:00:00Z",
        not_after="2034-01-01T00:00:00Z",
        subject={"O": organisation, "CN": name},
        self_issued=self_issued,
        is_ca=True,
    )


def _entries(
    settings: Settings,
    env: Mapping[str, tuple[str, int] | None],
    kind: OriginKind,
    problems: Mapping[Field, tuple[Problem, str]],
    shadows: Mapping[Field, tuple[Shadowed, ...]],
) -> tuple[Setting, ...]:
    """The user's own lines: one for every value of the settings, and `env` over them."""
    texts: dict[str, str | None] = {
        "SMTP_HOST": settings.host,
        "SMTP_PORT": None if settings.port is None else str(settings.port),
    }
    if settings.tls == "none" or settings.tls_required:
        texts["SMTP_TLS"] = settings.tls
    else:
        texts["SMTP_SECURE"] = "true" if settings.tls == "implicit" else "false"
    texts |= {
        "SMTP_USER": settings.username,
        "SMTP_PASS": MASK if settings.has_password else None,
        "SMTP_FROM": settings.sender,
        "SMTP_TLS_REJECT_UNAUTHORIZED": None if settings.verify else "0",
    }
    overridden = {FIELDS[name] for name in env}
    lines = {
        name: (text, line)
        for line, (name, text) in enumerate(texts.items(), 1)
        if text is not None and FIELDS[name] not in overridden
    }
    lines |= {name: given for name, given in env.items() if given is not None}
    option = {"username": "--user", "sender": "--from"}
    found = []
    for name, (text, line) in sorted(lines.items(), key=lambda item: item[1][1]):
        field = FIELDS[name]
        at = len(name) + 2
        origin = Origin(
            kind=kind,
            name={"option": option.get(field, f"--{field}"), "target": "TARGET"}.get(kind, name),
            file=".env" if kind == "file" else None,
            line=line if kind == "file" else None,
            columns=(at, at + len(text)) if kind == "file" else None,
        )
        problem, detail = problems.get(field, (None, ""))
        found.append(
            Setting(
                field=field,
                text=text,
                origin=origin,
                shadows=shadows.get(field, ()),
                problem=problem,
                detail=detail,
                source_line=f"{name}={text}" if kind == "file" else None,
            )
        )
    return tuple(found)


def _policy_answer(
    zone: Mapping[str, Sequence[str | tuple[bytes, ...]] | None], lookup: Lookup
) -> PolicyAnswer:
    name, record = lookup.name, lookup.rdtype
    given = zone.get(f"{name} {record}", ())
    names = {key.partition(" ")[0] for key in zone}
    if given is None:
        return PolicyAnswer(question=name, record=record, status="temperror", reason="SERVFAIL")
    if not given:
        here = name in names or any(other.endswith(f".{name}") for other in names)
        return PolicyAnswer(question=name, record=record, status="nodata" if here else "nxdomain")
    records = tuple(txt_strings(item) if record == "TXT" else item for item in given)
    return PolicyAnswer(question=name, record=record, status="found", records=records, ok=True)


def txt_strings(text: str | tuple[bytes, ...]) -> tuple[bytes, ...]:
    """A TXT record's strings, of 255 octets at most (RFC 1035 §3.3)."""
    if isinstance(text, tuple):
        return text
    octets = text.encode()
    return tuple(octets[at : at + 255] for at in range(0, len(octets), 255))


def _repaired(item: Observation) -> bool:
    """A setting with a fault that the run made up for: what follows does not need it."""
    return isinstance(item, SettingRead) and item.setting.repaired


def assert_well_worded(diagnosis: Diagnosis) -> None:
    """What every diagnosis keeps to, whatever it says."""
    title = diagnosis.title
    assert title.strip() == title, f"blanks around the title: {title!r}"
    assert "\n" not in title, f"not one line: {title!r}"
    assert not title.endswith("."), f"a title has no full stop: {title!r}"
    assert title.split()[0] not in SENTENCE_STARTS, f"a title starts lower case: {title!r}"
    assert diagnosis.evidence, f"{diagnosis.code} shows nothing that was seen"
    assert {item.check for item in diagnosis.evidence} <= {*CHECKS}, diagnosis.evidence
    assert diagnosis.fixes or diagnosis.severity == "note", f"{diagnosis.code} has no fix"
    for fix in diagnosis.fixes:
        assert fix.settings or fix.edits or fix.steps, f"{fix.title!r} says not what to do"


class Scene:
    """One run in the making. Unless told, the settings are an IONOS mailbox by STARTTLS on 587.

    `env` names lines of the .env, as variable: (text, line), or None for a variable that is not
    there; the other arguments give the rest of the lines and what the settings came to.
    """

    def __init__(
        self,
        *,
        host: str | None = "smtp.ionos.com",
        port: int | None = 587,
        tls: TLSMode = "starttls",
        required: bool = False,
        username: str | None = "info@example.com",
        password: bool = True,
        sender: str | None = "info@example.com",
        verify: bool = True,
        env: Mapping[str, tuple[str, int] | None] | None = None,
        origin: OriginKind = "file",
        problems: Mapping[Field, tuple[Problem, str]] | None = None,
        shadows: Mapping[Field, tuple[Shadowed, ...]] | None = None,
        found: bool = True,
        client: str | None = None,
        client_version: str = "",
        ehlo: str | None = None,
        size: int | None = None,
        recipient: str | None = None,
        token: bool = False,
        token_signs: tuple[TokenSign, ...] = (),
        password_shape: tuple[PasswordShape, ...] = (),
        withheld: Withheld | None = None,
        near_misses: tuple[NearMiss, ...] = (),
        clock: str = CLOCK,
        released: str = RELEASED,
        container: str | None = None,
        proxies: tuple[str, ...] = (),
        trust_store: int | None = 142,
        trust_store_path: str = "/etc/ssl/certs/ca-certificates.crt",
        mechanisms: tuple[str, ...] = (),
        read: Settings | None = None,
    ) -> None:
        self._now = 0.0
        self.recorder = Recorder(Redactor(MASK), clock=lambda: self._now)
        self._sessions = 0
        self._resolvers: ResolverConfiguration | None = None
        self._lookup: SystemLookup | None = None
        self._addresses: Addresses | None = None
        settings = Settings(
            host=host,
            port=port,
            tls=tls,
            tls_required=required,
            username=username,
            has_password=password and username is not None,
            has_token=token,
            token_signs=token_signs,
            password_shape=password_shape,
            sender=sender,
            recipient=recipient,
            size=size,
            verify=verify,
            ehlo=ehlo,
            client=client,
            client_version=client_version,
            mechanisms=mechanisms,
            found=found,
            withheld=withheld,
            folder="/srv/app",
            sources=("options", "environment", ".env"),
            near_misses=near_misses,
        )
        if found:
            lines = _entries(settings, env or {}, origin, problems or {}, shadows or {})
            settings = msgspec.structs.replace(settings, entries=lines)
        self.settings = settings = read or settings
        self.trail("settings").record(
            Place(
                system="Linux",
                container=container,
                fqdn="web-1.example.com",
                clock=clock,
                released=released,
                proxies=proxies,
                trust_store=trust_store,
                trust_store_path=trust_store_path,
            )
        )
        self.trail("settings").record(SettingsRead(settings=settings, ok=True))
        self._read: dict[Field, SettingRead] = {
            entry.field: self.trail("settings").record(SettingRead(setting=entry, ok=entry.ok))
            for entry in settings.entries
        }
        for remark in settings.remarks:
            stops = OptionRead(remark=remark, ok=False if remark.kind == "fault" else None)
            self.trail("settings").record(stops)

    @classmethod
    def healthy(cls, **settings: Any) -> Self:
        """A run in which everything worked; takes what the constructor takes."""
        scene = cls(**settings)
        scene.session().rest()
        return scene

    @classmethod
    def by_settings_alone(cls, **settings: Any) -> Self:
        """A look at the settings without a network; takes what the constructor takes."""
        read = msgspec.structs.replace(cls(**settings).settings, elsewhere=True)
        return cls(read=read)

    @classmethod
    def of(
        cls,
        text: str,
        environ: Mapping[str, str] | None = None,
        *,
        options: Options | None = None,
        beside: Mapping[str, str] | None = None,
    ) -> Self:
        """A run with the settings that the real reader makes of this .env, with files beside it."""
        with TemporaryDirectory() as folder:
            for name, content in (beside or {}).items():
                Path(folder, name).write_text(content, encoding="utf-8")
            Path(folder, ".env").write_text(text, encoding="utf-8")
            settings, _ = read_settings(
                options or Options(), environ=environ or {}, folder=Path(folder), stdin=None
            )
        return cls(read=settings)

    @classmethod
    def of_folder(cls, files: Mapping[str, str], environ: Mapping[str, str] | None = None) -> Self:
        """A run with what the real readers make of this folder's only set-up."""
        with TemporaryDirectory() as folder:
            for name, text in files.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            (setup,) = setups_in(Path(folder), environ or {}).setups
        return cls(read=setup.settings)

    def refuse(self, step: Literal["auth", "mail", "rcpt"], text: str = "", **how: Any) -> Self:
        """The configured session, healthy up to this step, which gets this answer; then QUIT."""
        session = self.session().up_to(step)
        getattr(session, step)(text, **how)
        session.quit()
        return self

    def run_through(self) -> Self:
        """The configured session, healthy to its end."""
        self.session().rest()
        return self

    def observations(self) -> Observations:
        return self.recorder.observations()

    def judge(self) -> Judgement:
        """What the whole engine, with all rules, makes of it."""
        judgement = diagnose(self.observations())
        for diagnosis in judgement.diagnoses:
            assert_well_worded(diagnosis)
        return judgement

    def diagnosis(self, code: str) -> Diagnosis:
        """The diagnosis of that code; fails with the codes that came instead."""
        found = {item.code: item for item in self.judge().diagnoses}
        assert code in found, f"{code} was not diagnosed, but {', '.join(found) or 'nothing'}"
        return found[code]

    def codes(self, severity: str | None = None) -> list[str]:
        """The codes diagnosed, in report order, all or those of one severity."""
        return [item.code for item in self.judge().diagnoses if severity in (None, item.severity)]

    def trail(self, check: CheckName, *after: Observation | None, role: Role = "main") -> Trail:
        """A line of steps after these observations, those that are None left out."""
        needed = (item.id for item in after if item and not _repaired(item))
        return self.recorder.trail(check, *needed, role=role)

    def setting(self, field: Field) -> SettingRead | None:
        """The observation of that setting's line."""
        return self._read.get(field)

    def wait(self, seconds: float) -> Self:
        """Let the run's clock go on."""
        self._now += seconds
        return self

    def check_run(self, name: CheckName, *, skipped_because: str = "", crash: str = "") -> Self:
        self.trail(name).record(
            CheckRun(
                name=name,
                skipped_because=skipped_because,
                crash=crash,
                ok=None if skipped_because else not crash,
            )
        )
        return self

    # --- DNS --------------------------------------------------------------------------------

    def resolvers(
        self,
        *nameservers: str,
        source: str = "/etc/resolv.conf",
        search: tuple[str, ...] = (),
        ndots: int = 1,
    ) -> Self:
        """The name servers of this machine; what is looked up after it needs them."""
        self._resolvers = self.trail("dns", self.setting("host")).record(
            ResolverConfiguration(
                nameservers=nameservers,
                search=search,
                ndots=ndots,
                source=source,
                ok=bool(nameservers),
            )
        )
        return self

    def lookup(
        self,
        *addresses: str,
        error: str = "",
        from_hosts_file: tuple[str, ...] = (),
        took: float = 0.01,
    ) -> SystemLookup:
        """What getaddrinfo said of the host; without arguments one address."""
        since = self._took(took)
        self._lookup = self.trail("dns", self.setting("host"), self._resolvers).record(
            SystemLookup(
                host=self.settings.host or "",
                addresses=() if error else addresses or (ADDRESS,),
                error=error,
                from_hosts_file=from_hosts_file,
                ok=not error,
            ),
            since=since,
        )
        return self._lookup

    def name_server(
        self,
        outcome: NameServerOutcome = "answer",
        *answers: str,
        server: str = "192.168.1.1",
        question: str | None = None,
        record: Literal["A", "AAAA", "MX", "CNAME", "TXT", "NS", "PTR"] = "A",
        aliases: tuple[str, ...] = (),
        transport: Literal["udp", "tcp"] = "udp",
        asked_for: Literal["host", "provider-host", "related", "control", "well-known"] = "host",
        without_edns: bool = False,
        error: str = "",
        role: Role = "probe",
        took: float = 0.01,
    ) -> NameServerAnswer:
        """One answer of one name server over the wire, beside the system's own look-up."""
        since = self._took(took)
        return self.trail("dns", self.setting("host"), self._resolvers, role=role).record(
            NameServerAnswer(
                server=server,
                question=question or self.settings.host or "",
                record=record,
                outcome=outcome,
                answers=answers or ((ADDRESS,) if outcome == "answer" else ()),
                aliases=aliases,
                transport=transport,
                asked_for=asked_for,
                without_edns=without_edns,
                error=error,
                ok={"answer": True, "nodata": None}.get(outcome, False),
            ),
            since=since,
        )

    def addresses(
        self,
        *addresses: str,
        source: Literal["system", "wire", "literal", "connect-to"] | None = None,
        after: Observation | None = None,
    ) -> Addresses:
        """What the run goes on with; without arguments what the look-up gave."""
        host = self.settings.host or ""
        literal = is_address(host)
        if not literal and self._lookup is None and after is None:
            self.lookup(*addresses)
        lookup = after or self._lookup or self.setting("host")
        given = addresses or (
            (host,) if literal else self._lookup.addresses if self._lookup else ()
        )
        self._addresses = self.trail("dns", lookup).record(
            Addresses(
                host=host,
                addresses=given,
                source=source or ("literal" if literal else "system"),
                ok=bool(given),
            )
        )
        return self._addresses

    # --- the sender's policies ----------------------------------------------------------------

    def policies(
        self,
        zone: Mapping[str, Sequence[str | tuple[bytes, ...]] | None],
        *,
        provider: str | None = "ionos",
        client: str = "",
        alone: bool = False,
    ) -> Self:
        """What the DNS says about the sender, asked as the real check asks it.

        `zone` has the records by "name TYPE"; None is a name server's failure. A name with other
        records is NODATA, any other NXDOMAIN. A TXT record is a text or its strings.
        """
        sender = self.settings.sender or ""
        asked: set[Lookup] = set()
        trail = self.trail("sender", self.setting("sender") or self.setting("username"))
        question = trail.record(
            SenderQuestion(
                address=sender,
                domain=sender.rpartition("@")[2].lower(),
                provider=provider,
                host="" if alone else self.settings.host or "",
                client=client,
                alone=alone,
            )
        )

        def resolve(lookup: Lookup) -> spf.Answer:
            key = answers.key_of(lookup)
            answer = _policy_answer(zone, key)
            if key not in asked:
                asked.add(key)
                trail.note(answer)
            return answers.to_answer(answer)

        spf.run(assessment.assess(question), resolve)
        return self

    # --- reach ------------------------------------------------------------------------------

    def connect(
        self,
        outcome: ConnectOutcome = "open",
        address: str | None = None,
        port: int | None = None,
        purpose: ConnectPurpose = "configured",
        *,
        host: str | None = None,
        error: str | None = None,
        provider: str | None = None,
        took: float = 0.02,
    ) -> ConnectAttempt:
        """One TCP connect; unless told to the first address of the host on the configured port."""
        own = host in (None, self.settings.host)
        if own and self._addresses is None:
            self.addresses(*(() if address is None else (address,)))
        known = self._addresses.addresses if self._addresses else ()
        to = address or (known[0] if own and known else "203.0.113.80")
        since = self._took(took)
        return self.trail(
            "reach",
            self._addresses if own else None,
            self.setting("port") if purpose == "configured" else None,
            role="main" if purpose == "configured" else "probe",
        ).record(
            ConnectAttempt(
                host=host or self.settings.host or "",
                address=to,
                port=port or self.settings.port or 587,
                family="IPv6" if ":" in to else "IPv4",
                outcome=outcome,
                purpose=purpose,
                error=ERRNO.get(outcome, "") if error is None else error,
                provider=provider,
                ok=outcome == "open",
            ),
            since=since,
        )

    def trace(
        self,
        port: int,
        *routers: str,
        end: HopOutcome = "silent",
        sender: str = "",
        icmp: str = "",
        address: str | None = None,
        supported: bool = True,
        took: float = 0.02,
    ) -> PathTrace:
        """The way to one port of the host: these routers, then what the next SYN met.

        A router of "" keeps silent. `sender` and `icmp` (the error's name) are for the end "icmp".
        """
        if self._addresses is None:
            self.addresses()
        known = self._addresses.addresses if self._addresses else ()
        to = address or known[0]
        family = "IPv6" if ":" in to else "IPv4"
        hops = [
            Hop(ttl=ttl, outcome="time-exceeded" if router else "silent", sender=router)
            for ttl, router in enumerate(routers, 1)
        ]
        error = ICMPError(type=3, code=0, name=icmp) if end == "icmp" else None
        for ttl in range(len(hops) + 1, len(hops) + (4 if end == "silent" else 2)):
            hops.append(Hop(ttl=ttl, outcome=end, sender=sender, icmp=error))
        since = self._took(took)
        return self.trail("reach", self._addresses, role="probe").record(
            PathTrace(
                host=self.settings.host or "",
                address=to,
                port=port,
                family="IPv6" if family == "IPv6" else "IPv4",
                hops=tuple(hops) if supported else (),
                reached_at=hops[-1].ttl if supported and end in ("open", "refused") else None,
                source=SOURCE[family] if supported else "",
                supported=supported,
            ),
            since=since,
        )

    # --- this machine -----------------------------------------------------------------------

    def platform(
        self, identifier: str, *marks: str, name: str | None = None, verified: bool = True
    ) -> Self:
        """This machine's marks name a platform; its name is the knowledge base's."""
        known = platforms.platform(identifier)
        self.trail("settings").record(
            PlatformSeen(
                platform=identifier,
                name=name or (known.name if known else identifier),
                marks=marks or (f"a mark of {identifier}",),
                verified=verified,
            )
        )
        return self

    # --- sessions ---------------------------------------------------------------------------

    def session(
        self,
        purpose: SessionPurpose = "configured",
        *,
        host: str | None = None,
        address: str | None = None,
        port: int | None = None,
        tls: TLSMode | None = None,
        segment_size: int = 0,
    ) -> SessionScene:
        """A session after its connect. A probe's port and TLS mode follow from its purpose."""
        configured_port = self.settings.port or 587
        if port is None:
            other = {465: 587}.get(configured_port, 465)
            port = other if purpose in ("other-port", "other-host") else configured_port
        if tls is None:
            tls = self.settings.tls
            if purpose == "other-mode":
                tls = "starttls" if tls == "implicit" else "implicit"
            elif purpose in ("other-port", "other-host"):
                tls = "implicit" if port == 465 else "starttls"
            elif purpose == "noop":
                tls = "none"
        connect = self._open_connect(purpose, host, address, port)
        self._sessions += 1
        main = purpose == "configured"
        trail = self.trail(
            "tls",
            connect,
            self.setting("tls") if main else None,
            role="main" if main else "probe",
        )
        session = trail.record(
            Session(
                connection=f"c{self._sessions}",
                host=connect.host,
                address=connect.address,
                port=port,
                tls=tls,
                purpose=purpose,
                segment_size=segment_size,
            )
        )
        return SessionScene(self, trail, session)

    def _open_connect(
        self, purpose: SessionPurpose, host: str | None, address: str | None, port: int
    ) -> ConnectAttempt:
        wanted = host or self.settings.host
        for seen in self.observations().of(ConnectAttempt, host=wanted, port=port, outcome="open"):
            if address in (None, seen.address):
                return seen
        reached: ConnectPurpose = "configured"
        if purpose in ("other-port", "other-host"):
            reached = "other-host" if purpose == "other-host" else "other-port"
        return self.connect("open", address, port, reached, host=host)

    def _took(self, seconds: float) -> float:
        """Advance the clock; gives when the step began."""
        began = self._now
        self._now += seconds
        return began


class SessionScene:
    """One session in the making; every method adds a step and gives the session back.

    `steps` holds what was recorded, the session itself first; `last` is the last of them.
    """

    def __init__(self, scene: Scene, trail: Trail, session: Session) -> None:
        self.scene = scene
        self.session = session
        self.steps: list[Observation] = [session]
        self._trail = trail
        self._in_tls = False
        self._done: set[str] = set()

    @property
    def last(self) -> Observation:
        return self.steps[-1]

    def up_to(self, step: str) -> Self:
        """The healthy steps before this one: greeting, ehlo, starttls, handshake, certificate,
        ehlo-in-tls, auth, mail, rcpt, rset, quit."""
        plan = self._plan()
        assert step in plan, f"{step} is no step of a session with {self.session.tls}: {plan}"
        for name in plan[: plan.index(step)]:
            if name not in self._done:
                self._do(name)
        return self

    def rest(self) -> Self:
        """All healthy steps that are left."""
        for name in self._plan():
            if name not in self._done:
                self._do(name)
        return self

    def _plan(self) -> list[str]:
        opening = {
            "implicit": ["handshake", "certificate", "greeting", "ehlo-in-tls"],
            "starttls": ["greeting", "ehlo", "starttls", "handshake", "certificate", "ehlo-in-tls"],
            "none": ["greeting", "ehlo"],
        }[self.session.tls]
        if self.session.purpose == "legacy-tls":
            return opening[: opening.index("handshake") + 1]
        if self.session.role == "probe":
            return [*opening, "quit"]
        return [*opening, "auth", "mail", "rcpt", "rset", "quit"]

    def _do(self, name: str) -> None:
        settings = self.scene.settings
        if name == "ehlo-in-tls":
            self.ehlo()
        elif name == "auth" and not settings.has_credentials:
            self.no_login("no-credentials")
        elif name == "auth" and not self._in_tls:
            self.no_login("no-tls" if self._offers_auth() else "not-offered")
        elif name in ("mail", "rcpt", "rset") and not self._dry_run_wanted():
            self._done.add(name)
        else:
            getattr(self, name)()

    def _offers_auth(self) -> bool:
        replies = [step.reply for step in self.steps if isinstance(step, Exchange) and step.reply]
        return "AUTH" in replies[-1].text if replies else False

    def _dry_run_wanted(self) -> bool:
        """MAIL comes after a login that worked, or where nobody configured a login."""
        logins = [step for step in self.steps if isinstance(step, Exchange) and step.step == "auth"]
        logged_in = bool(logins) and logins[-1].ok is True
        return self.scene.settings.sender is not None and (
            logged_in or self.scene.settings.username is None
        )

    def greeting(
        self,
        text: str | None = None,
        *,
        outcome: ExchangeOutcome = "reply",
        protocol: Protocol | None = None,
        arrived: str = "",
        took: float = 0.02,
        error: str = "",
        alert: str = "",
    ) -> Self:
        """The first reply, `220 host …` unless told."""
        said = text or f"220 {self.session.host} (mreue106) Nemesis ESMTP Service ready"
        return self._exchange(
            "greeting",
            "",
            said if outcome == "reply" else None,
            outcome,
            protocol=protocol or ("smtp" if outcome == "reply" else "empty"),
            arrived=arrived,
            took=took,
            error=error,
            alert=alert,
        )

    def ehlo(
        self,
        *capabilities: str,
        text: str | None = None,
        outcome: ExchangeOutcome = "reply",
        ok: bool | None = None,
        took: float = 0.02,
        arrived: str = "",
        alert: str = "",
    ) -> Self:
        """EHLO; without arguments STARTTLS is offered in the clear, and AUTH inside TLS.

        Without any capability at all: `text="250 host"`.
        """
        if not capabilities:
            offer = "STARTTLS" if not self._in_tls else "AUTH LOGIN PLAIN"
            capabilities = ("8BITMIME", "SIZE 141557760", offer)
        lines = [f"{self.session.host} Hello web-1.example.com [192.168.1.20]", *capabilities]
        said = text or "\n".join([*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}"])
        name = self.scene.settings.ehlo or "web-1.example.com"
        return self._exchange(
            "ehlo",
            f"EHLO {name}",
            said if outcome == "reply" else None,
            outcome,
            ok="from the reply" if ok is None else ok,
            took=took,
            arrived=arrived,
            alert=alert,
        )

    def starttls(
        self,
        text: str = "220 2.0.0 Ready to start TLS",
        *,
        outcome: ExchangeOutcome = "reply",
        injected: bool = False,
        arrived: str = "",
        took: float = 0.02,
    ) -> Self:
        """STARTTLS and its reply; with `injected` clear text stood behind the 220."""
        return self._exchange(
            "starttls",
            "STARTTLS",
            text if outcome == "reply" else None,
            outcome,
            ok=outcome == "reply" and text.startswith("220") and not injected,
            injected=injected,
            arrived=arrived,
            took=took,
        )

    def starttls_not_offered(self) -> Self:
        """Wanted, but not among the server's offers: nothing was sent."""
        settings = self.scene.settings
        needed = settings.tls_required or settings.has_credentials
        return self._exchange("starttls", "", None, "other", ok=False if needed else None)

    def handshake(
        self,
        *,
        version: str = "TLSv1.3",
        cipher: str = "TLS_AES_256_GCM_SHA384",
        failure: HandshakeFailure = "",
        alert: str = "",
        reason: str = "",
        protocol: Protocol = "tls",
        arrived: str = "",
        bytes_received: int | None = None,
        took: float = 0.05,
    ) -> Self:
        """The TLS handshake, as implicit or by STARTTLS as the session is."""
        if bytes_received is None:
            bytes_received = 0 if failure in ("closed", "reset", "stalled") else 4200
        self._in_tls = not failure
        return self._record(
            "handshake",
            Handshake(
                connection=self.session.connection,
                mode="implicit" if self.session.tls == "implicit" else "starttls",
                version="" if failure else version,
                cipher="" if failure else cipher,
                failure=failure,
                alert=alert,
                reason=reason,
                protocol=protocol,
                arrived=arrived,
                bytes_received=bytes_received,
                ok=not failure,
            ),
            took,
        )

    def certificate(
        self,
        *chain: CertificateInfo,
        verify_code: int | None = None,
        verify_message: str = "",
        issuer_organisation_trusted: bool = False,
    ) -> Self:
        """The chain and the verdict: verified unless an OpenSSL verify code is given."""
        host = self.session.host
        return self._record(
            "certificate",
            CertificateSeen(
                connection=self.session.connection,
                hostname=host,
                chain=chain or (certificate(host), authority()),
                verified=verify_code is None,
                verify_code=verify_code or 0,
                verify_message=verify_message,
                issuer_organisation_trusted=issuer_organisation_trusted,
                ok=verify_code is None,
            ),
            0.0,
        )

    def unreadable_certificate(self, *, verify_code: int) -> Self:
        """Certificates that nothing could be read of."""
        seen = CertificateSeen(
            connection=self.session.connection,
            hostname=self.session.host,
            chain=(),
            verified=False,
            verify_code=verify_code,
            ok=False,
        )
        return self._record("certificate", seen, 0.0)

    def auth(
        self,
        text: str = "235 Authentication succeeded",
        *,
        mechanism: str = "PLAIN",
        outcome: ExchangeOutcome = "reply",
        took: float = 0.1,
        error: str = "",
        cancelled: bool = False,
        server_proof: ServerProof = "",
        challenge: TokenChallenge | None = None,
        oddities: tuple[ChallengeOddity, ...] = (),
        alert: str = "",
    ) -> Self:
        """AUTH with its final reply."""
        self._login_trail()
        return self._exchange(
            "auth",
            f"AUTH {mechanism} {MASK}",
            text if outcome == "reply" else None,
            outcome,
            check="auth",
            mechanism=mechanism,
            took=took,
            error=error,
            cancelled=cancelled,
            server_proof=server_proof,
            challenge=challenge,
            oddities=oddities,
            alert=alert,
        )

    def begun(
        self, text: str = "", *, outcome: ExchangeOutcome = "reply", mechanism: str = "PLAIN"
    ) -> Self:
        """AUTH with a mechanism's name alone, refused."""
        said = text if outcome == "reply" else None
        return self._exchange(
            "auth", f"AUTH {mechanism}", said, outcome, check="auth", mechanism=mechanism
        )

    def no_login(self, reason: LoginReason, *offered: str) -> Self:
        """No password was sent, and why."""
        self._login_trail()
        failed = reason in ("not-offered", "no-shared-mechanism", *NO_LOGIN)
        return self._record(
            "auth",
            LoginNotTried(
                connection=self.session.connection,
                reason=reason,
                offered=offered,
                ok=False if failed else None,
            ),
            0.0,
            check="auth",
        )

    def mail(
        self,
        text: str = "250 2.1.0 Sender ok",
        *,
        sender: str | None = None,
        parameters: str = "",
        outcome: ExchangeOutcome = "reply",
        took: float = 0.02,
        alert: str = "",
    ) -> Self:
        """MAIL FROM with the settings' sender, and parameters such as " SIZE=1000"."""
        self._also_after("sender")
        address = sender or self.scene.settings.sender or ""
        return self._exchange(
            "mail",
            f"MAIL FROM:<{address}>{parameters}",
            text if outcome == "reply" else None,
            outcome,
            check="sender",
            took=took,
            alert=alert,
        )

    def mail_without_parameters(self, text: str) -> Self:
        """The same MAIL once more, as the doctor says it after a refusal."""
        return self._exchange(
            "mail",
            f"MAIL FROM:<{self.scene.settings.sender}>",
            text,
            "reply",
            check="sender",
            beside=True,
            beside_as=" without parameters",
        )

    def mail_not_sent(self, error: str = "SMTPUTF8 not offered") -> Self:
        """An address needs SMTPUTF8, which server or client hasn't: nothing was sent."""
        self._also_after("sender")
        return self._exchange("mail", "", None, "other", ok=False, check="sender", error=error)

    def rcpt(
        self,
        text: str = "250 2.1.5 Recipient ok",
        *,
        recipient: str | None = None,
        outcome: ExchangeOutcome = "reply",
        took: float = 0.02,
    ) -> Self:
        """RCPT TO: `--to`, else the sender's own address."""
        settings = self.scene.settings
        address = recipient or settings.recipient or settings.sender or ""
        return self._exchange(
            "rcpt",
            f"RCPT TO:<{address}>",
            text if outcome == "reply" else None,
            outcome,
            check="sender",
            took=took,
        )

    def rset(self, text: str = "250 2.0.0 Ok") -> Self:
        return self._exchange("rset", "RSET", text, "reply", ok=None, check="sender", beside=True)

    def noop(
        self,
        text: str = "",
        *,
        outcome: ExchangeOutcome = "silence",
        protocol: Protocol = "smtp",
        took: float = 1.0,
    ) -> Self:
        """NOOP into silence; unless told nothing came."""
        kind: ExchangeOutcome = "reply" if text else outcome
        came: Protocol = protocol if text else "empty"
        return self._exchange("noop", "NOOP", text or None, kind, protocol=came, took=took)

    def quit(self, text: str = "221 2.0.0 Bye") -> Self:
        return self._exchange("quit", "QUIT", text, "reply", ok=None, beside=True)

    def _login_trail(self) -> None:
        self._also_after("username", "password")

    def _also_after(self, *fields: Field) -> None:
        found = [item for item in map(self.scene.setting, fields) if item is not None]
        self._trail.also_after(*(item.id for item in found if not _repaired(item)))

    def _exchange(
        self,
        step: Step,
        sent: str,
        text: str | None,
        outcome: ExchangeOutcome,
        *,
        ok: bool | Literal["from the reply"] | None = "from the reply",
        check: CheckName = "tls",
        protocol: Protocol | None = None,
        arrived: str = "",
        injected: bool = False,
        mechanism: str = "",
        error: str = "",
        took: float = 0.02,
        beside: bool = False,
        cancelled: bool = False,
        server_proof: ServerProof = "",
        challenge: TokenChallenge | None = None,
        oddities: tuple[ChallengeOddity, ...] = (),
        beside_as: str = "",
        alert: str = "",
    ) -> Self:
        answer = None if text is None else reply(text)
        if ok == "from the reply":
            ok = outcome == "reply" and answer is not None and answer.code in WANTED[step]
            ok = ok and not cancelled and server_proof in ("", "valid")
        return self._record(
            "ehlo-in-tls" if step == "ehlo" and self._in_tls else step,
            Exchange(
                connection=self.session.connection + beside_as,
                step=step,
                sent=sent,
                outcome=outcome,
                reply=answer,
                in_tls=self._in_tls,
                protocol=protocol or ("smtp" if answer is not None else "empty"),
                arrived=arrived,
                injected=injected,
                mechanism=mechanism,
                cancelled=cancelled,
                server_proof=server_proof,
                challenge=challenge,
                oddities=oddities,
                error=error or ("ECONNRESET" if outcome == "reset" else ""),
                alert=alert,
                ok=ok,
            ),
            took,
            check=check,
            beside=beside,
        )

    def _record(
        self,
        name: str,
        observation: Observation,
        took: float,
        *,
        check: CheckName = "tls",
        beside: bool = False,
    ) -> Self:
        since = self.scene._took(took)
        self._done.add(name)
        line = self._trail.branch(check, "probe" if beside else None)
        if not beside:
            self._trail = line
        self.steps.append(line.record(observation, since=since))
        return self

"""The runs that texts of more than one kind come from, each built step by step, as readings.

Knows how a run would have gone; which text speaks of it is for the other modules to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from smtpdoctor import knowledge
from smtpdoctor.explain.course import ADDRESS, Course, Talk, on_this_machine
from smtpdoctor.explain.model import Known, Stage, Symptom
from smtpdoctor.observations import (
    ConnectOutcome,
    HandshakeFailure,
    NameServerOutcome,
    Observations,
    Redactor,
)
from smtpdoctor.settings.model import Field, Problem, TLSMode
from smtpdoctor.smtp.reading import trouble

#: Makes the observations of a run.
Build = Callable[[Known, Redactor], Observations]


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One run that would have printed the text.

    `decides` is the observation that would show it, `assumes` what was taken for granted, `only`
    the check of `smtpdoctor check` that looks. `made_up` names what the run has beside that and
    nobody told, so that it is spoken of in general (`candidates`).
    """

    build: Build
    weight: float
    decides: str
    assumes: str = ""
    only: str = "reach"
    made_up: str = ""


#: The readings of one kind of symptom.
Kind = Callable[[Symptom, Known], Iterator[Reading]]


#: Ports on which a session begins in plain text: RFC 5321's, RFC 6409 §3.1's, and a usual third.
CLEAR_PORTS = (25, 587, 2525)
#: What a server says to MAIL without TLS (RFC 3207 §4), and without a login (RFC 4954 §6), at
#: whichever step and in whatever words.
WITHOUT_TLS = "530 5.7.0 Must issue a STARTTLS command first"
WITHOUT_LOGIN = "530 5.7.0 Authentication required"


def scaled(readings: Iterable[Reading], factor: float) -> Iterator[Reading]:
    """The same runs, as likely as `factor` makes them beside others."""
    for reading in readings:
        yield msgspec.structs.replace(reading, weight=reading.weight * factor)


def setting_fault(
    field: Field,
    text: str,
    problem: Problem,
    detail: str,
    weight: float,
    decides: str = "",
    *,
    made_up: str = "",
) -> Reading:
    """A value of the settings has a fault, so the program stops before it connects."""

    def build(known: Known, redactor: Redactor) -> Observations:
        return Course(known, redactor, problem=(field, text, problem, detail)).observations

    return Reading(
        build=build,
        weight=weight,
        decides=decides
        or "the program, asked to print this value between quotes, prints another than was meant",
        only="settings",
        made_up=made_up,
    )


def url_not_encoded(known: Known, redactor: Redactor) -> Observations:
    """The URL holds a reserved character of the user name or password as it stands."""
    problem: tuple[Field, str, Problem, str] = (
        "url",
        "the URL",
        "not-encoded",
        "a reserved character in user name or password has to be written as %XX",
    )
    return Course(known, redactor, problem=problem).observations


def lookup(
    error: str, *, server: NameServerOutcome | None = None, host: str | None = None
) -> Build:
    """The look-up of the host ends with `error`; `server` is what a name server says by itself."""

    def build(known: Known, redactor: Redactor) -> Observations:
        if host is not None:
            known = msgspec.structs.replace(known, host=host)
        course = Course(known, redactor).look_up(error)
        if server is not None:
            course.name_server(server)
        return course.observations

    return build


def wrong_host(known: Known, redactor: Redactor) -> Observations:
    """The program talks to itself: the container's own loopback, where nobody listens."""
    course = Course(
        msgspec.structs.replace(known, host=own_name(known), address=None),
        redactor,
        container="a container",
    )
    course.connect("refused", address="127.0.0.1")
    return course.observations


def own_name(known: Known) -> str:
    """The name by which the program means its own machine."""
    return known.host if known.host and on_this_machine(known) else "localhost"


def connects(
    outcome: ConnectOutcome,
    *,
    error: str = "",
    address: str | None = None,
    other_port: ConnectOutcome | None = None,
    control: ConnectOutcome | None = None,
    landmark: ConnectOutcome | None = None,
    tls: TLSMode | None = None,
    port: int | None = None,
) -> Build:
    """The configured port answers with `outcome`, and what is looked at beside it so."""

    def build(known: Known, redactor: Redactor) -> Observations:
        if port is not None:
            known = msgspec.structs.replace(known, port=port)
        course = Course(known, redactor, tls=tls)
        to = address or known.address
        course.connect(outcome, error=error, address=to)
        family = to if to and ":" in to else None
        if other_port is not None:
            other = 587 if course.port != 587 else 465
            course.connect(other_port, port=other, purpose="other-port", address=family)
        if control is not None:
            for name in ("smtp.control-1.example", "smtp.control-2.example"):
                course.connect(control, purpose="control", host=name, address=_other(to))
        if landmark is not None:
            course.connect(landmark, purpose="control-address", host="1.1.1.1", port=443)
        return course.observations

    return build


def _other(address: str | None) -> str | None:
    return "2001:db8:1::25" if address and ":" in address else None


_BLOCKED = "another network reaches the same host and port, or no host answers on this port here"


def blocked(weight: float, known: Known) -> Reading:
    """Packets to the port vanish on the way."""
    build = connects("silent", address=as_v4(known))
    if known.port == 25:  # which is for servers among themselves: their names are no slip there
        build = connects("silent", address=as_v4(known), control="silent", landmark="open")
    return Reading(build=build, weight=weight, decides=_BLOCKED)


def as_v4(known: Known) -> str | None:
    """An IPv4 address to have tried: the one that is known, where it is one."""
    return known.address if known.address and ":" not in known.address else ADDRESS


def other_number(weight: float, port: int = 588) -> Reading:
    """The number of the port is not the one that the host serves."""
    return Reading(
        build=connects("silent", other_port="open", port=port),
        weight=weight,
        decides="the provider's help names another port (587 or 465), and that one answers",
    )


def clear_mode(known: Known) -> TLSMode:
    """The mode of a session that begins in plain text."""
    return "none" if known.tls == "none" else "starttls"


def mode_inside(known: Known) -> TLSMode | None:
    """The mode of a session that came to be inside TLS: the one that was told, where it has any."""
    return known.tls if known.tls != "none" else None


def tls_awaited(weight: float) -> Reading:
    """The port waits for a ClientHello, and the client for a greeting."""

    def build(known: Known, redactor: Redactor) -> Observations:
        course = Course(
            known if known.port else msgspec.structs.replace(known, port=465),
            redactor,
            tls=clear_mode(known),
        )
        course.session().greeting(outcome="silence")
        course.session("other-mode", "implicit").handshake().certificate().greeting().ehlo()
        return course.observations

    return Reading(
        build=build,
        weight=weight,
        decides="a TLS handshake on the port succeeds at once",
        assumes="the program starts in plain text",
        only="tls",
    )


def no_greeting(weight: float) -> Reading:
    """The port takes the connection, and says nothing to plain text or TLS."""

    def build(known: Known, redactor: Redactor) -> Observations:
        course = Course(known, redactor, tls=clear_mode(known))
        course.session().greeting(outcome="silence")
        course.session("other-mode", "implicit").handshake("stalled")
        return course.observations

    return Reading(
        build=build,
        weight=weight,
        decides="the port stays silent to a TLS handshake too, or greets after half a minute",
        only="tls",
    )


def something_else(symptom: Symptom, weight: float) -> Iterator[Reading]:
    """The port is of another protocol."""

    def build(known: Known, redactor: Redactor) -> Observations:
        course = Course(known, redactor, tls=clear_mode(known))
        course.session().greeting(
            symptom.reply or "HTTP/1.1 400 Bad Request", protocol="http", arrived="HTTP/1.1 400"
        )
        return course.observations

    yield Reading(
        build=build,
        weight=weight,
        decides="the port answers telnet with something else than “220 …”",
        only="tls",
    )


def bare_reply(weight: float) -> Reading:
    """The server greets in a form that this client cannot read."""

    def build(known: Known, redactor: Redactor) -> Observations:
        clients = knowledge.clients()
        unable = [item.id for item in clients.values() if trouble(b"220\r\n", item.replies)]
        if known.client not in unable:
            # what printed the text can't read it: judged as a client of which that is known
            known = msgspec.structs.replace(known, client=unable[0], version="")
        course = Course(known, redactor)
        _to_greeting(course).greeting("220")
        return course.observations

    return Reading(
        build=build,
        weight=weight,
        decides="the server's own lines, as telnet or openssl s_client shows them, lack a code or "
        "the text behind it",
        only="tls",
    )


def too_early(weight: float) -> Reading:
    """The client begins TLS, and the port greets in plain text."""

    def build(known: Known, redactor: Redactor) -> Observations:
        course = Course(
            known if known.port else msgspec.structs.replace(known, port=587),
            redactor,
            tls="implicit",
        )
        course.session().handshake(
            "not-tls", protocol="smtp", arrived="220 ESMTP", reason="WRONG_VERSION_NUMBER"
        )
        course.session("other-mode", "starttls").inside()
        return course.observations

    return Reading(
        build=build,
        weight=weight,
        decides="the port greets with “220 …” in plain text to a client that waits",
        assumes="TLS was begun with the first byte",
        only="tls",
    )


def stalled(known: Known, redactor: Redactor) -> Observations:
    """The handshake gets no answer."""
    course = Course(known, redactor)
    _to_handshake(course).handshake("stalled")
    return course.observations


def large_packets_lost(weight: float, *, made_up: str = "") -> Reading:
    """Packets above some size vanish on the way, and small ones pass."""

    def build(known: Known, redactor: Redactor) -> Observations:
        course = Course(known, redactor)
        _to_handshake(course).handshake("stalled")
        small = course.session("small-segments", segment_size=536)
        _to_handshake(course, small).handshake().certificate()
        return course.observations

    return Reading(
        build=build,
        weight=weight,
        decides="with a smaller MTU on the machine (1280) it works; ping -M do -s 1452 HOST fails",
        only="tls",
        made_up=made_up,
    )


def handshake(failure: HandshakeFailure, reason: str = "", *, tls: TLSMode | None = None) -> Build:
    """The handshake ends with this failure."""

    def build(known: Known, redactor: Redactor) -> Observations:
        course = Course(known, redactor, tls=tls or mode_inside(known))
        _to_handshake(course).handshake(failure, reason=reason)
        return course.observations

    return build


def _to_handshake(course: Course, talk: Talk | None = None) -> Talk:
    talk = talk or course.session()
    return talk if course.tls == "implicit" else talk.greeting().ehlo().starttls()


def _to_greeting(course: Course) -> Talk:
    talk = course.session()
    return talk.handshake().certificate() if course.tls == "implicit" else talk


def handshake_ended(weight: float, failure: HandshakeFailure) -> Reading:
    """The server ends the handshake."""
    return Reading(
        build=handshake(failure),
        weight=weight,
        decides="the server ends the handshake from every network",
        only="tls",
    )


def certificate(
    code: int,
    *,
    message: str = "",
    issuer: str = "",
    names: tuple[str, ...] = (),
    self_issued: bool = False,
    issuer_known: bool = False,
    trust_store: int | None = None,
) -> Build:
    """The handshake succeeds, and the certificate does not verify, by OpenSSL's code."""

    def build(known: Known, redactor: Redactor) -> Observations:
        course = Course(known, redactor, tls=mode_inside(known), trust_store=trust_store)
        _to_handshake(course).handshake().certificate(
            code,
            message,
            issuer=issuer,
            names=names,
            self_issued=self_issued,
            issuer_known=issuer_known,
        )
        return course.observations

    return build


def in_clear(weight: float) -> Reading:
    """The session stays in plain text, where no login is offered."""

    def build(known: Known, redactor: Redactor) -> Observations:
        course = Course(known, redactor, tls="none")
        course.session().greeting().ehlo("STARTTLS", "AUTH EXTERNAL").no_login("no-tls")
        return course.observations

    return Reading(
        build=build,
        weight=weight,
        decides="after STARTTLS the server's EHLO does list AUTH",
        only="tls",
    )


def app_password(weight: float) -> Reading:
    """The account wants a password made for programs."""
    return Reading(
        build=reply_build("auth", "534 5.7.9 Application-specific password required"),
        weight=weight,
        decides="the account has two-step verification, and the password is not one that its "
        "security page made for programs",
        only="auth",
    )


def reply_build(
    stage: Stage,
    text: str,
    *,
    login: bool = True,
    tls: TLSMode | None = None,
    altered: bool = False,
    username: str | None = None,
) -> Build:
    """The server answers this stage with `text`, after everything before it went well."""

    def build(known: Known, redactor: Redactor) -> Observations:
        mode = tls or mode_inside(known)
        course = Course(
            known, redactor, tls=mode, login=login, password_altered=altered, username=username
        )
        if stage == "greeting":
            _to_greeting(course).greeting(text)
        elif stage == "ehlo":
            _to_greeting(course).greeting().ehlo(text=text)
        elif stage == "starttls":
            course = Course(known, redactor, tls="starttls", required=True)
            course.session().greeting().ehlo().starttls(text)
        elif stage == "auth":
            course.session().inside().auth(text)
        else:
            talk = course.session().inside()
            if login and course.tls != "none":
                talk.auth()
            if stage == "mail":
                talk.mail(text)
            elif stage == "rcpt":
                talk.mail().rcpt(text)
            else:
                talk.mail().rcpt().data(text)
        return course.observations

    return build

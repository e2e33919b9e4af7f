"""What a symptom leaves open, enumerated: each reading is one run that would have printed it.

A text names a symptom ("no greeting came"); more than one run gives that. Each reading builds the
observations of one such run, with a weight, and with the observation that would decide for it.
What a reading is called is for the rules to say: nothing in here names a cause.

The weights say how often each was the truth among real cases (docs/explain.md), and what the text
tells besides moves them: a port, a mode, an address.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import msgspec

from smtpdoctor import knowledge
from smtpdoctor.explain.course import (
    ADDRESS,
    ADDRESS_V6,
    OTHER_NAME,
    Course,
    Talk,
    is_known_host,
    on_this_machine,
)
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


def readings_of(symptom: Symptom, known: Known) -> tuple[Reading, ...]:
    """Every run that would have printed this, as far as is known."""
    return tuple(KINDS[symptom.kind](symptom, known))


# --- what a setting may be --------------------------------------------------------------------


def _setting_fault(
    field: Field,
    text: str,
    problem: Problem,
    detail: str,
    weight: float,
    decides: str = "",
    *,
    made_up: str = "",
) -> Reading:
    def build(known: Known, redactor: Redactor) -> Observations:
        return Course(known, redactor, problem=(field, text, problem, detail)).observations

    return Reading(
        build=build,
        weight=weight,
        decides=decides or "the value as the program has it, printed between quotes",
        only="settings",
        made_up=made_up,
    )


def _url_not_encoded(known: Known, redactor: Redactor) -> Observations:
    problem: tuple[Field, str, Problem, str] = (
        "url",
        "the URL",
        "not-encoded",
        "a reserved character in user name or password has to be written as %XX",
    )
    return Course(known, redactor, problem=problem).observations


# --- names ------------------------------------------------------------------------------------


def _names(
    error: str, *, server: NameServerOutcome | None = None, host: str | None = None
) -> Build:
    def build(known: Known, redactor: Redactor) -> Observations:
        if host is not None:
            known = msgspec.structs.replace(known, host=host)
        course = Course(known, redactor).look_up(error)
        if server is not None:
            course.name_server(server)
        return course.observations

    return build


#: A name as it was looked up, where libraries print it bare: Node.js, Go, PHP, Java, curl, Perl.
_LOOKED_UP = re.compile(
    r"(?:getaddrinfo E[A-Z_]+|\blookup|getaddrinfo for|UnknownHostException:|resolve host:|"
    r"SMTP connection to|locate host|error connecting to|bad hostname|resolve service name)"
    r"[ (']+(?P<name>[^\s)']{3,200}(?= failed|[\s):']|$))",
    re.IGNORECASE,
)
#: What stands before :// in such a place; a client that took it for the host looks it up alone.
_SCHEMES = ("ssl", "tls", "tcp", "smtp", "smtps", "http", "https")
_ALONE = re.compile(r"resolve host:? [a-z]+\s*$", re.IGNORECASE)
#: A host of mail, or of anything else: behind an @ it is the end of a URL's user and password.
_HOST_OF_MAIL = re.compile(
    r"@(?:smtp|e?mail|mx|relay|send|out|in-v3|mailout)[\w-]*\.", re.IGNORECASE
)
#: What no host's name has, and what it is called.
_IN_NO_NAME: tuple[tuple[str, Problem, str], ...] = (
    (r"^\w+://|^//", "scheme", "a scheme before the name"),
    (r"[\"'`]", "quotes", "quotes that are a part of it"),
    (r"@", "characters", "an @ in it: a mail address or a login, not a host"),
    (r"[/;,\\]", "characters", "characters that no name has"),
)


def _malformed(symptom: Symptom) -> Iterator[Reading]:
    """A host that has more in it than a host, as the look-up itself shows."""
    looked_up = _LOOKED_UP.search(symptom.says)
    name = looked_up["name"].rstrip(":") if looked_up is not None else ""
    if name.lower() in _SCHEMES and _ALONE.search(symptom.says):
        yield _setting_fault(
            "host", f"{name}://…", "scheme", "a scheme before the name", 1.5, made_up="setting"
        )
        return
    if _HOST_OF_MAIL.search(name) or (is_known_host(name.rpartition("@")[2]) and "@" in name):
        yield Reading(
            build=_url_not_encoded,
            weight=1.6,
            decides="what stands before the @ is a part of the user name or password",
            assumes="the settings are one URL",
            only="settings",
        )
    for pattern, problem, detail in _IN_NO_NAME:
        if re.search(pattern, name):
            yield _setting_fault("host", name, problem, detail, 2.0, made_up="setting")
            return


#: What the name that was looked up may have been, where the text does not show it.
_OF_A_SETTING = (
    Reading(
        build=_url_not_encoded,
        weight=0.45,
        decides="the name that was looked up is a part of the user name or password",
        assumes="the settings are one URL",
        only="settings",
    ),
    _setting_fault(
        "host",
        "the host",
        "characters",
        "characters that no name has",
        0.4,
        "the host in the settings has a scheme, quotes, blanks or a port in it",
        made_up="setting",
    ),
)
#: glibc's words: for a name without an address it has others (EAI_NODATA).
_WITH_AN_ERROR_OF_ITS_OWN = re.compile(r"not known|errno -2", re.IGNORECASE)


def _no_such_name(symptom: Symptom, known: Known) -> Iterator[Reading]:
    host = known.host
    yield from _malformed(symptom)
    word = host is not None and "." not in host.rstrip(".")
    unknown_host = host is None
    if host is not None and (" " in host or host != host.strip()):
        yield _setting_fault("host", host, "blanks", "blanks around the name", 2.0)
    yield Reading(
        build=_names("EAI_NONAME", server=None if unknown_host else "nxdomain"),
        weight=0.4 if is_known_host(host) else 1.0,
        decides="a public name server says that there is no such name",
        only="dns",
        made_up="name" if unknown_host else "",
    )
    if word and host not in (None, "localhost"):
        yield Reading(
            build=_url_not_encoded,
            weight=0.7,
            decides="the user name or password in the URL has a @, / or # that is not written as "
            "%40, %2F or %23, so that a part of it was taken for the host",
            assumes="the settings are one URL",
            only="settings",
        )
        yield Reading(
            build=_wrong_host,
            weight=1.1 if "_" in (host or "") else 0.6,
            decides="what stands as host is a user name, or a name that only another network knows",
            only="settings",
        )
    if unknown_host:
        yield from _OF_A_SETTING
    # a resolver that gives an answer says so, where the client passes it on
    told = symptom.error == "told"
    sure = told and not is_known_host(host)
    if told and not _WITH_AN_ERROR_OF_ITS_OWN.search(symptom.says):
        yield Reading(
            build=_names("EAI_NODATA", server="nodata"),
            weight=0.2 if is_known_host(host) else 0.44,
            decides="a public name server knows the name and has no address for it",
            only="dns",
        )
    yield Reading(
        build=_names("EAI_AGAIN", server="silent"),
        weight=0.46 if sure else 0.8,
        decides="other names, such as a well-known web site's, are not found from there either",
        only="dns",
    )
    yield Reading(
        build=_names("EAI_AGAIN", server="servfail"),
        weight=0.2 if sure else 0.3,
        decides="the name server answers SERVFAIL or REFUSED",
        only="dns",
    )


def _no_name_server(symptom: Symptom, known: Known) -> Iterator[Reading]:
    yield from _malformed(symptom)
    helpless = symptom.error == "servfail"
    yield Reading(
        build=_names("EAI_AGAIN", server="silent"),
        weight=0.6 if helpless else 1.0,
        decides="no name server answers: a well-known name is not found either",
        only="dns",
    )
    yield Reading(
        build=_names("EAI_AGAIN", server="servfail"),
        weight=1.0 if helpless else 0.7,
        decides="the name server answers, but with SERVFAIL or REFUSED",
        only="dns",
    )
    yield Reading(
        build=_names("EAI_NONAME", server="nxdomain"),
        weight=0.4,
        decides="well-known names are found, and this one is not",
        only="dns",
    )


def _no_address(symptom: Symptom, known: Known) -> Iterator[Reading]:
    yield Reading(
        build=_names("EAI_NODATA", server="nodata"),
        weight=1.0,
        decides="a public name server knows the name and has no address for it",
        only="dns",
    )
    yield Reading(
        build=_names("EAI_NONAME", server="nxdomain"),
        weight=0.6,
        decides="a public name server says that there is no such name",
        only="dns",
    )
    yield Reading(
        build=_names("EAI_AGAIN", server="silent"),
        weight=0.4,
        decides="well-known names are not found from there either",
        only="dns",
    )


def _wrong_host(known: Known, redactor: Redactor) -> Observations:
    """The program talks to itself: the container's own loopback, where nobody listens."""
    course = Course(
        msgspec.structs.replace(known, host=_own_name(known), address=None),
        redactor,
        container="a container",
    )
    course.connect("refused", address="127.0.0.1")
    return course.observations


def _own_name(known: Known) -> str:
    return known.host if known.host and on_this_machine(known) else "localhost"


# --- settings ---------------------------------------------------------------------------------


def _url(symptom: Symptom, known: Known) -> Iterator[Reading]:
    yield Reading(
        build=_url_not_encoded,
        weight=1.0,
        decides="the user name or password in the URL has a reserved character as it stands",
        only="settings",
    )
    yield _setting_fault(
        "url", "the URL", "not-a-url", "it is no URL", 0.6, "the URL lacks its scheme or host"
    )
    yield _setting_fault(
        "host", "the host", "scheme", "a host has no scheme", 0.4, "a host with smtp:// before it"
    )


def _host_malformed(symptom: Symptom, known: Known) -> Iterator[Reading]:
    yield _setting_fault(
        "host",
        "the host",
        "characters",
        "characters that no name has",
        1.0,
        "the host in the settings has a port, a scheme, quotes or blanks in it, or is empty",
        made_up="setting",
    )
    yield Reading(
        build=_certificate(62, names=(OTHER_NAME,)),
        weight=0.4,
        decides="the host in the settings is an IP address, which is in no certificate",
        only="tls",
    )


def _port(symptom: Symptom, known: Known) -> Iterator[Reading]:
    number = re.search(r"(?<!\d)[6-9]\d{4,9}(?!\d)", symptom.says)
    yield _setting_fault(
        "port",
        number[0] if number else "the port",
        "out-of-range" if number else "not-a-number",
        "a port is a number from 1 to 65535",
        1.0,
        "the port as the program has it, printed between quotes",
    )
    yield Reading(
        build=_url_not_encoded,
        weight=0.3 if number else 0.9,
        decides="the settings are one URL, and what stands behind its first : is of the password",
        assumes="the settings are one URL",
        only="settings",
    )


def _setting(symptom: Symptom, known: Known) -> Iterator[Reading]:
    yield _setting_fault("tls", "the value", "not-a-mode", "the program knows no such value", 1.0)


def _conflict(symptom: Symptom, known: Known) -> Iterator[Reading]:
    yield _setting_fault(
        "tls",
        "the value",
        "conflict",
        "two settings exclude each other",
        1.0,
        "the program starts with one of the two settings removed",
        made_up="setting",
    )


def _no_host(symptom: Symptom, known: Known) -> Iterator[Reading]:
    unset = 0.3 if known.host is not None else 1.0  # the session was lost, and the host is known
    yield _setting_fault(
        "host",
        "",
        "missing",
        "no host is set",
        unset,
        "the host, printed by the program, is empty",
        made_up="no-host",
    )
    yield from (
        msgspec.structs.replace(reading, weight=reading.weight * 0.6)
        for reading in _greeting_closed(symptom, known)
    )


def _no_credentials(symptom: Symptom, known: Known) -> Iterator[Reading]:
    def half(known: Known, redactor: Redactor) -> Observations:
        course = Course(known, redactor, login=False)
        course.session().inside().mail("530 5.7.0 Authentication required")
        return course.observations

    yield Reading(
        build=half,
        weight=1.0,
        decides="the variables of user name and password, printed by the program itself as set or "
        "not set, are empty",
        only="settings",
    )


def _password_not_ascii(symptom: Symptom, known: Known) -> Iterator[Reading]:
    """The client stops while it turns the login into ASCII."""

    def build(known: Known, redactor: Redactor) -> Observations:
        client = knowledge.clients().get(known.client or "")
        if client is None or client.takes_non_ascii_password:
            known = msgspec.structs.replace(known, client="smtplib", version="")
        return Course(known, redactor, password_shape=("non-ascii",)).observations

    yield Reading(
        build=build,
        weight=1.0,
        decides="the password or the user name has a letter such as ä, é or £",
        only="settings",
    )


def _sender_malformed(symptom: Symptom, known: Known) -> Iterator[Reading]:
    yield _setting_fault("sender", "the sender", "not-an-address", "it is no mail address", 1.0)


# --- connects ---------------------------------------------------------------------------------


def _connects(
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


def _blocked(weight: float, known: Known) -> Reading:
    build = _connects("silent", address=_v4(known))
    if known.port == 25:  # which is for servers among themselves: their names are no slip there
        build = _connects("silent", address=_v4(known), control="silent", landmark="open")
    return Reading(build=build, weight=weight, decides=_BLOCKED)


def _v4(known: Known) -> str | None:
    return known.address if known.address and ":" not in known.address else ADDRESS


def _other_number(weight: float, port: int = 588) -> Reading:
    return Reading(
        build=_connects("silent", other_port="open", port=port),
        weight=weight,
        decides="the provider's help names another port (587 or 465), and that one answers",
    )


def _silent(symptom: Symptom, known: Known) -> Iterator[Reading]:
    address = symptom.address or known.address
    if address and ":" in address:
        yield Reading(
            build=_connects("silent", address=address, landmark="open"),
            weight=0.9,
            decides="IPv4 reaches the host and IPv6 does not: try both apart",
        )
    yield _blocked(1.0, known)
    yield Reading(
        build=_connects(
            "silent", other_port="silent", control="open", landmark="open", address=_v4(known)
        ),
        weight=0.5,
        decides="no port of this host answers, while other hosts do on the same port",
    )
    yield _other_number(0.35)
    if known.port in (None, 465):
        yield _tls_awaited(0.3)
    yield Reading(
        build=_connects("silent", landmark="silent", address=_v4(known)),
        weight=0.2,
        decides="nothing at all is reached from there, no web site either",
    )


def _some_wait(symptom: Symptom, known: Known) -> Iterator[Reading]:
    """A time-out that does not say which wait it ended."""
    clear_on_465 = known.port == 465 and known.tls != "implicit"
    awaits_tls = 1.3 if clear_on_465 or symptom.error == "no-implicit-tls" else 0.6
    yield _blocked(1.0, known)
    if known.port not in (25, 587, 2525):
        yield _tls_awaited(awaits_tls)
    elif known.tls == "implicit":
        yield _too_early(0.5)
    yield _no_greeting(0.4)
    yield _other_number(0.5)


def _refused(symptom: Symptom, known: Known) -> Iterator[Reading]:
    address = symptom.address or known.address
    here = on_this_machine(msgspec.structs.replace(known, address=address or known.address))
    if here:
        named = known.host is not None
        yield Reading(
            build=_wrong_host,
            weight=0.6 if named else 1.0,
            decides="the host as the program has it, printed by itself: not set, or localhost in a "
            "container, where it is the container",
            only="settings",
        )
        yield Reading(
            build=_local_refused,
            weight=0.8,
            decides="no mail server listens there on that machine (ss -ltn)",
        )
        return
    # a provider listens on its own ports: who refuses there stands between
    serves = is_known_host(known.host) and known.port in (None, 25, 465, 587, 2525)
    yield Reading(
        build=_connects("refused", address=address),
        weight=0.6 if serves else 1.0,
        decides="another port of the host, or the same port of another host, answers",
    )
    yield Reading(
        build=_connects("refused", control="refused", landmark="open", address=address),
        weight=0.9,
        decides="every host refuses this port in the same way: a firewall of machine or hoster",
    )
    if symptom.error == "unsaid":
        for outcome, weight, decides in _AT_ONCE:
            yield Reading(
                build=_connects(outcome, landmark="no-route" if outcome == "no-route" else None),
                weight=weight,
                decides=decides,
            )
        return
    yield Reading(
        build=_connects("silent", address=_v4(known)),
        weight=0.7,
        decides="only one address refuses; the others, and other hosts, are silent on this port",
    )
    if known.host is None:
        yield Reading(
            build=_wrong_host,
            weight=0.4,
            decides="the address that refused is 127.0.0.1 or ::1: the host was never set",
            only="settings",
        )


#: Connects that fail at once, beside the refused one.
_AT_ONCE: tuple[tuple[ConnectOutcome, float, str], ...] = (
    ("unreachable", 0.5, "the client's verbose output says “no route to host”"),
    ("no-route", 0.4, "nothing at all is reached from there, no web site either"),
    ("denied", 0.3, "the client's verbose output says “permission denied”"),
)


def _local_refused(known: Known, redactor: Redactor) -> Observations:
    course = Course(msgspec.structs.replace(known, host=_own_name(known), address=None), redactor)
    course.connect("refused", address="127.0.0.1")
    return course.observations


def _no_route(symptom: Symptom, known: Known) -> Iterator[Reading]:
    address = symptom.address or known.address or ""
    outcome: ConnectOutcome = "unreachable" if symptom.error == "EHOSTUNREACH" else "no-route"
    if ":" in address:
        yield Reading(
            build=_connects(outcome, error=symptom.error, address=address, landmark="open"),
            weight=1.2,
            decides="over IPv4 the host is reached (curl -4), over IPv6 it is not",
        )
        yield _blocked(0.7, known)
    else:
        yield Reading(
            build=_connects(outcome, error=symptom.error, control="open", landmark="open"),
            weight=1.0 if outcome == "unreachable" else 0.6,
            decides="other hosts are reached from there",
        )
        yield Reading(
            build=_connects("no-route", landmark="no-route"),
            weight=0.5 if outcome == "unreachable" else 0.9,
            decides="nothing at all is reached from there, no web site either",
        )
        yield Reading(
            build=_connects("no-route", address=ADDRESS_V6),
            weight=0.7,
            decides="the address that was tried has colons (IPv6), and IPv4 works",
        )
        yield Reading(
            build=_connects("unreachable", error=symptom.error, other_port="open"),
            weight=0.3,
            decides="another port of the same host answers",
        )


def _denied(symptom: Symptom, known: Known) -> Iterator[Reading]:
    yield Reading(
        build=_connects("denied", error=symptom.error or "EACCES"),
        weight=1.0,
        decides="with the machine's own firewall, antivirus or SELinux rule off it connects",
    )


def _no_reason(symptom: Symptom, known: Known) -> Iterator[Reading]:
    """The client says only that it could not connect: every way of that is open."""
    yield from _malformed(symptom)
    if known.tls == "implicit" and known.port != 465:
        yield _too_early(1.2)
    elif known.port == 465 and known.tls is not None and known.tls != "implicit":
        yield _tls_awaited(1.2)
    elif known.port in (587, None):
        yield _too_early(0.85)
    yield _blocked(0.8, known)
    yield Reading(
        build=_connects("refused"),
        weight=0.4,
        decides="the debug output says “connection refused”",
    )
    yield Reading(
        build=_names("EAI_NONAME", server="nxdomain"),
        weight=0.3,
        decides="the debug output says that the name was not found",
        only="dns",
    )
    if known.port in (465, None):
        yield _tls_awaited(0.35)


def _some_socket(symptom: Symptom, known: Known) -> Iterator[Reading]:
    """The client says that something went wrong between connect and greeting, TLS included."""
    yield from (
        msgspec.structs.replace(reading, weight=reading.weight * (1.0 if place == 0 else 0.4))
        for place, reading in enumerate(_not_tls(symptom, known))
    )
    untrusted = msgspec.structs.replace(symptom, error="unknown-authority")
    yield from (
        msgspec.structs.replace(reading, weight=reading.weight * 0.6)
        for reading in _certificate_refused(untrusted, known)
    )
    yield Reading(
        build=_connects("refused"),
        weight=0.5,
        decides="the line beside the code says ECONNREFUSED",
    )


# --- the opening of a session -----------------------------------------------------------------


def _clear(known: Known) -> TLSMode:
    return "none" if known.tls == "none" else "starttls"


def _tls_awaited(weight: float) -> Reading:
    def build(known: Known, redactor: Redactor) -> Observations:
        course = Course(
            known if known.port else msgspec.structs.replace(known, port=465),
            redactor,
            tls=_clear(known),
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


def _no_greeting(weight: float) -> Reading:
    def build(known: Known, redactor: Redactor) -> Observations:
        course = Course(known, redactor, tls=_clear(known))
        course.session().greeting(outcome="silence")
        course.session("other-mode", "implicit").handshake("stalled")
        return course.observations

    return Reading(
        build=build,
        weight=weight,
        decides="the port stays silent to a TLS handshake too, or greets after half a minute",
        only="tls",
    )


def _closes(weight: float, *, reset: bool = False) -> Reading:
    def build(known: Known, redactor: Redactor) -> Observations:
        course = Course(known, redactor, tls=_clear(known))
        outcome, error = ("reset", "ECONNRESET") if reset else ("closed", "")
        course.session().greeting(outcome=outcome, error=error)  # type: ignore[arg-type]
        course.session("other-mode", "implicit").handshake(outcome)  # type: ignore[arg-type]
        return course.observations

    return Reading(
        build=build,
        weight=weight,
        decides="the server hangs up on a TLS handshake too, and only from there",
        only="tls",
    )


def _silent_in_tls(known: Known, redactor: Redactor) -> Observations:
    course = Course(known, redactor, tls="implicit")
    course.session().handshake().certificate().greeting(outcome="silence")
    return course.observations


def _greeting_silent(symptom: Symptom, known: Known) -> Iterator[Reading]:
    if symptom.error == "in-tls":
        yield Reading(
            build=_silent_in_tls,
            weight=1.0,
            decides="openssl s_client gets its handshake and no “220 …” after it",
            only="tls",
        )
        yield from (
            msgspec.structs.replace(reading, weight=0.7)
            for reading in _login_silent(symptom, known)
        )
        return
    clear_port = known.port in (25, 587, 2525)
    if known.tls == "implicit":
        yield Reading(build=_stalled, weight=0.6, decides="no TLS answer comes either", only="tls")
        yield _too_early(0.6)
    odd = known.port is not None and known.port not in (25, 465, 587, 2525)
    yield _tls_awaited(0.5 if clear_port else 1.0)
    yield _no_greeting(1.0 if clear_port else 0.7)
    if odd and known.port is not None:
        yield _other_number(0.8, known.port)
    # what waits for the client's first word looks the same: a web server, an SSH daemon
    yield from _something_else(symptom, 0.35)
    yield _blocked(0.3, known)


def _greeting_closed(symptom: Symptom, known: Known) -> Iterator[Reading]:
    clear_port = known.port in (25, 587, 2525)
    if known.tls == "implicit":
        yield _handshake_ended(0.8, "closed")
        yield _too_early(0.6)
    yield _tls_awaited(0.5 if clear_port else 1.0)
    yield _closes(1.0 if clear_port else 0.7)
    yield Reading(
        build=_reply_build("greeting", "421 4.3.2 Service not available", login=True),
        weight=0.25,
        decides="the greeting itself is a refusal: read it with telnet or openssl s_client",
        only="tls",
        made_up="greeting",
    )


def _greeting_refused(symptom: Symptom, known: Known) -> Iterator[Reading]:
    """The client says that the greeting was no 220, and not what it was."""
    for text, weight, decides in (
        ("554 No SMTP service here", 1.0, "the greeting begins with 5: read it with telnet"),
        ("421 Service not available", 0.8, "the greeting begins with 4, and later it is a 220"),
        (
            "554 Your IP address is blocked",
            0.6,
            "the greeting speaks of the client's address; another network is greeted with 220",
        ),
    ):
        yield Reading(
            build=_reply_build("greeting", text),
            weight=weight,
            decides=decides,
            only="tls",
            made_up="greeting",
        )


def _reset(symptom: Symptom, known: Known) -> Iterator[Reading]:
    yield _closes(1.0, reset=True)
    if known.port in (465, None) and known.tls != "implicit":
        yield _tls_awaited(0.6)
    yield _handshake_ended(0.8 if known.tls == "implicit" else 0.5, "reset")
    yield Reading(
        build=_connects("reset", control="reset", landmark="open"),
        weight=0.4,
        decides="every host's mail port is reset from there",
    )


def _hung_up(symptom: Symptom, known: Known) -> Iterator[Reading]:
    """The session ended, and the text does not say where."""
    yield from _greeting_closed(symptom, known)
    closed = msgspec.structs.replace(symptom, error="closed")
    yield from (
        msgspec.structs.replace(reading, weight=0.3) for reading in _login_silent(closed, known)
    )


def _not_smtp(symptom: Symptom, known: Known) -> Iterator[Reading]:
    yield from _something_else(symptom, 1.0)
    yield _bare_reply(0.5)


def _something_else(symptom: Symptom, weight: float) -> Iterator[Reading]:
    def build(known: Known, redactor: Redactor) -> Observations:
        course = Course(known, redactor, tls="none" if known.tls == "none" else "starttls")
        course.session().greeting(
            symptom.reply or "HTTP/1.1 400 Bad Request", protocol="http", arrived="HTTP/1.1 400"
        )
        return course.observations

    yield Reading(
        build=build,
        weight=weight,
        decides="what the port says to a client that waits (telnet, openssl s_client)",
        only="tls",
    )


# --- TLS --------------------------------------------------------------------------------------


def _reply_unreadable(symptom: Symptom, known: Known) -> Iterator[Reading]:
    yield _bare_reply(1.0)
    yield from _something_else(symptom, 0.6)


def _bare_reply(weight: float) -> Reading:
    def build(known: Known, redactor: Redactor) -> Observations:
        clients = knowledge.clients()
        unable = [item.id for item in clients.values() if trouble(b"220\r\n", item.replies)]
        if known.client not in unable:
            # what printed the text can't read it: judged as a client of which that is known
            known = msgspec.structs.replace(known, client=unable[0], version="")
        course = Course(known, redactor)
        talk = course.session()
        if course.tls == "implicit":
            talk.handshake().certificate()
        talk.greeting("220")
        return course.observations

    return Reading(
        build=build,
        weight=weight,
        decides="the server's own lines, as telnet or openssl s_client shows them, lack a code or "
        "the text behind it",
        only="tls",
    )


def _own_host(symptom: Symptom, known: Known) -> Iterator[Reading]:
    """A server was to hand mail to itself: the next hop is its own name or address."""
    yield Reading(
        build=_wrong_host,
        weight=1.0,
        decides="the name of the next hop (MX, relay host) leads to the server's own address",
        only="dns",
        made_up="next-hop",
    )


def _too_early(weight: float) -> Reading:
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


def _stalled(known: Known, redactor: Redactor) -> Observations:
    course = Course(known, redactor)
    talk = course.session()
    if course.tls != "implicit":
        talk.greeting().ehlo().starttls()
    talk.handshake("stalled")
    return course.observations


def _handshake(failure: HandshakeFailure, reason: str = "", *, tls: TLSMode | None = None) -> Build:
    def build(known: Known, redactor: Redactor) -> Observations:
        mode = tls or (known.tls if known.tls != "none" else None)
        course = Course(known, redactor, tls=mode)
        _to_handshake(course).handshake(failure, reason=reason)
        return course.observations

    return build


def _to_handshake(course: Course) -> Talk:
    talk = course.session()
    return talk if course.tls == "implicit" else talk.greeting().ehlo().starttls()


def _handshake_ended(weight: float, failure: HandshakeFailure) -> Reading:
    return Reading(
        build=_handshake(failure),
        weight=weight,
        decides="the server ends the handshake from every network",
        only="tls",
    )


def _not_tls(symptom: Symptom, known: Known) -> Iterator[Reading]:
    yield _too_early(1.0)
    yield _setting_fault(
        "tls",
        '"false"',
        "not-a-mode",
        "a text such as “false” or “0” counts as true in many programs",
        0.5,
        'the value is a text ("false", "0"), which the program takes for true',
    )
    yield from _something_else(symptom, 0.25)


def _version(symptom: Symptom, known: Known) -> Iterator[Reading]:
    yield Reading(
        build=_handshake("version", symptom.says),
        weight=1.0,
        decides="a handshake that allows TLS 1.0 and 1.1 succeeds (openssl s_client -tls1)",
        only="tls",
    )
    yield Reading(
        build=_handshake("cipher", symptom.says),
        weight=0.5,
        decides="a handshake with old ciphers allowed succeeds (-cipher DEFAULT@SECLEVEL=0)",
        only="tls",
    )
    yield _too_early(0.2)


def _cipher(symptom: Symptom, known: Known) -> Iterator[Reading]:
    yield Reading(
        build=_handshake("cipher", symptom.says),
        weight=1.0,
        decides="a handshake with old ciphers allowed succeeds (-cipher DEFAULT@SECLEVEL=0)",
        only="tls",
    )
    yield Reading(
        build=_handshake("version", symptom.says),
        weight=0.7,
        decides="a handshake that allows TLS 1.0 and 1.1 succeeds (openssl s_client -tls1)",
        only="tls",
    )
    if symptom.error == "alert":
        yield _alert(0.6, symptom)


def _alert(weight: float, symptom: Symptom) -> Reading:
    return Reading(
        build=_handshake("alert", symptom.says),
        weight=weight,
        decides="openssl s_client shows which alert the server sends, and when",
        only="tls",
    )


def _handshake_failed(symptom: Symptom, known: Known) -> Iterator[Reading]:
    if symptom.error == "after-starttls":
        yield _alert(1.0, symptom)
        for (build, decides), weight in (
            (_UNTRUSTED, 0.9),
            (_OTHER_NAME, 0.8),
            (_SELF_SIGNED, 0.5),
        ):
            yield Reading(build=build, weight=weight, decides=decides, only="tls")
        return
    clear_port = known.port in (25, 587, 2525)
    begun = known.tls == "implicit"
    yield _alert(0.7 if begun and known.port != 465 else 1.0, symptom)
    if known.port != 465:
        yield _too_early(1.1 if begun and clear_port else 0.8)
    yield from (
        msgspec.structs.replace(reading, weight=reading.weight * 0.6)
        for reading in _version(symptom, known)
        if reading.weight >= 0.5
    )


def _handshake_stalled(symptom: Symptom, known: Known) -> Iterator[Reading]:
    yield Reading(
        build=_stalled,
        weight=1.0,
        decides="the server answers to smaller packets, or from another network",
        only="tls",
    )
    if known.port != 465:
        yield _too_early(0.7)


# --- certificates -----------------------------------------------------------------------------


def _certificate(
    code: int,
    *,
    message: str = "",
    issuer: str = "",
    names: tuple[str, ...] = (),
    self_issued: bool = False,
    issuer_known: bool = False,
    trust_store: int | None = None,
) -> Build:
    def build(known: Known, redactor: Redactor) -> Observations:
        mode = known.tls if known.tls != "none" else None
        course = Course(known, redactor, tls=mode, trust_store=trust_store)
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


#: An issuer that the knowledge base has: the reading is "some interceptor", whichever it is.
INTERCEPTOR = "Avast Web/Mail Shield Root"

_SELF_SIGNED = (
    _certificate(18, self_issued=True),
    "the certificate's subject and issuer are equal",
)
_INTERCEPTED = (
    _certificate(19, issuer=INTERCEPTOR),
    "the certificate's issuer is an antivirus, a proxy or the company, not a public CA",
)
_UNTRUSTED = (
    _certificate(19, issuer="a private CA"),
    "the issuer is a CA of one's own, or one that this store is too old to know",
)
_INCOMPLETE = (
    _certificate(21, issuer_known=True),
    "openssl s_client -showcerts shows one certificate alone, from a public CA",
)
_NO_STORE = (
    _certificate(20, trust_store=0),
    "no public web site's certificate is accepted there either: the program has no CA certificates",
)
_OTHER_NAME = (
    _certificate(62, names=(OTHER_NAME,)),
    "the names in the certificate are others than the host in the settings",
)
_EXPIRED = (_certificate(10), "the certificate's end date is over by a right clock")
_NOT_YET = (_certificate(9), "the certificate's first date is still to come by a right clock")

_CERTIFICATES: dict[str, tuple[tuple[tuple[Build, str], float], ...]] = {
    "expired": ((_EXPIRED, 1.0), (_UNTRUSTED, 0.3)),
    "not-yet-valid": ((_NOT_YET, 1.0),),
    "self-signed": ((_SELF_SIGNED, 1.0), (_INTERCEPTED, 0.4), (_UNTRUSTED, 0.3)),
    "self-signed-in-chain": ((_INTERCEPTED, 1.0), (_UNTRUSTED, 0.7), (_SELF_SIGNED, 0.5)),
    "first-not-verified": ((_INCOMPLETE, 1.0), (_UNTRUSTED, 0.6), (_INTERCEPTED, 0.5)),
    "no-issuer": ((_UNTRUSTED, 1.0), (_INCOMPLETE, 0.9), (_NO_STORE, 0.5), (_INTERCEPTED, 0.5)),
    "unknown-authority": (
        (_SELF_SIGNED, 1.0),
        (_UNTRUSTED, 0.9),
        (_INCOMPLETE, 0.7),
        (_INTERCEPTED, 0.5),
    ),
    "validity": ((_EXPIRED, 1.0), (_NOT_YET, 0.6), (_UNTRUSTED, 0.3)),
    "unsaid": ((_UNTRUSTED, 1.0), (_SELF_SIGNED, 0.9), (_INCOMPLETE, 0.7), (_EXPIRED, 0.6)),
    "refused": ((_UNTRUSTED, 1.0), (_SELF_SIGNED, 0.9), (_OTHER_NAME, 0.6), (_EXPIRED, 0.5)),
    "chain-broken": ((_UNTRUSTED, 1.0), (_INCOMPLETE, 0.7)),
    "no-store": ((_NO_STORE, 1.0), (_UNTRUSTED, 0.6)),
    "other-name": ((_OTHER_NAME, 1.0),),
}


def _certificate_refused(symptom: Symptom, known: Known) -> Iterator[Reading]:
    names = _names_in(symptom.says) if symptom.error == "other-name" else ()
    for (build, decides), weight in _CERTIFICATES[symptom.error]:
        named = _certificate(62, names=names) if names else build
        yield Reading(build=named, weight=weight, decides=decides, only="tls")


def _names_in(says: str) -> tuple[str, ...]:
    """The names of the certificate, where the text has them."""
    valid_for = re.search(r"is valid for ([\w.*, -]{1,200}), not ", says)
    if valid_for is not None:
        return tuple(name.strip() for name in valid_for[1].split(","))
    return tuple(re.findall(r"DNS:([\w.*-]{1,100})", says))[:8]


# --- STARTTLS ---------------------------------------------------------------------------------


def _starttls_absent(symptom: Symptom, known: Known) -> Iterator[Reading]:
    def not_offered(known: Known, redactor: Redactor) -> Observations:
        course = Course(known, redactor, tls="starttls", required=True)
        course.session().greeting().ehlo("SIZE 1000").starttls_not_offered()
        return course.observations

    def stripped(known: Known, redactor: Redactor) -> Observations:
        course = Course(known, redactor, tls="starttls", required=True)
        course.session().greeting().ehlo("XXXXXXXA").starttls_not_offered()
        return course.observations

    yield Reading(
        build=not_offered,
        weight=1.0,
        decides="EHLO from another network lists no STARTTLS either",
        only="tls",
    )
    yield Reading(
        build=stripped,
        weight=0.5,
        decides="EHLO from another network does list STARTTLS",
        only="tls",
    )
    yield _setting_fault(
        "tls",
        '"False"',
        "not-a-mode",
        "a text such as “False” counts as true in many programs",
        0.5,
        "STARTTLS was not meant to be on: its value is a text, which counts as true",
    )


def _starttls_refused(symptom: Symptom, known: Known) -> Iterator[Reading]:
    yield Reading(
        build=_reply_build("starttls", "454 4.7.0 TLS not available"),
        weight=1.0,
        decides="EHLO lists STARTTLS, and the server says no to it",
        only="tls",
    )
    yield from (
        msgspec.structs.replace(reading, weight=reading.weight * 0.6)
        for reading in _starttls_absent(symptom, known)
    )


def _tls_demanded(symptom: Symptom, known: Known) -> Iterator[Reading]:
    yield Reading(
        build=_reply_build("mail", symptom.reply or "530 5.7.0 Must issue STARTTLS", tls="none"),
        weight=1.0,
        decides="with STARTTLS switched on the reply does not come",
        only="tls",
    )
    yield _in_clear(0.4)


# --- logins -----------------------------------------------------------------------------------


def _in_clear(weight: float) -> Reading:
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


def _login_not_offered(symptom: Symptom, known: Known) -> Iterator[Reading]:
    def inside(known: Known, redactor: Redactor) -> Observations:
        course = Course(known, redactor)
        talk = course.session()
        if course.tls == "implicit":
            talk.handshake().certificate().greeting().ehlo("SIZE 1000")
        else:
            talk.greeting().ehlo()
            if course.tls == "starttls":
                talk.starttls().handshake().certificate().ehlo("SIZE 1000")
        talk.no_login("not-offered")
        return course.observations

    clear = symptom.error == "in-clear"
    if known.tls != "implicit":
        yield _in_clear(1.1 if clear else 0.7)
        yield Reading(
            build=_reply_build("mail", "530 5.7.0 Must issue STARTTLS first", tls="none"),
            weight=0.6,
            decides="the server asks for STARTTLS before it takes the login",
            only="tls",
        )
    yield Reading(
        build=inside,
        weight=0.5 if clear else 1.0,
        decides="EHLO inside TLS lists no AUTH either",
        only="auth",
    )


def _no_mechanism(symptom: Symptom, known: Known) -> Iterator[Reading]:
    def build(known: Known, redactor: Redactor) -> Observations:
        course = Course(known, redactor, tls=known.tls if known.tls != "none" else None)
        talk = course.session()
        if course.tls == "implicit":
            talk.handshake().certificate().greeting()
        else:
            talk.greeting().ehlo().starttls().handshake().certificate()
        talk.ehlo("AUTH XOAUTH2").no_login("no-shared-mechanism", "XOAUTH2")
        return course.observations

    yield Reading(
        build=build,
        weight=1.0,
        decides="EHLO inside TLS lists mechanisms, and none that the client has",
        only="auth",
        made_up="modules" if symptom.error == "no-modules" else "",
    )
    for reading in _login_not_offered(symptom, known):
        yield msgspec.structs.replace(reading, weight=reading.weight * 0.4)


def _login_refused(symptom: Symptom, known: Known) -> Iterator[Reading]:
    """The client says that the login failed, and not what the server said."""
    yield from _login_readings("535 5.7.8 authentication failed", known)
    yield _app_password(0.55)
    yield from (
        msgspec.structs.replace(reading, weight=0.3) for reading in _no_mechanism(symptom, known)
    )


def _login_silent(symptom: Symptom, known: Known) -> Iterator[Reading]:
    closed = symptom.error == "closed"
    ends = "hangs up" if closed else "falls silent"

    def build(known: Known, redactor: Redactor) -> Observations:
        course = Course(known, redactor, tls=known.tls if known.tls != "none" else None)
        course.session().inside().auth("", "closed" if closed else "silence")
        return course.observations

    yield Reading(
        build=build,
        weight=1.0,
        decides=f"the server answers EHLO and {ends} after AUTH",
        only="auth",
    )


def _session_silent(symptom: Symptom, known: Known) -> Iterator[Reading]:
    """The server greeted, and fell silent at some later step."""
    yield from _login_silent(symptom, known)
    yield Reading(
        build=_stalled,
        weight=0.8,
        decides="the silence begins with the TLS handshake",
        only="tls",
    )
    yield from (
        msgspec.structs.replace(reading, weight=reading.weight * 0.6)
        for reading in _greeting_silent(symptom, known)
    )


#: Replies of those who take an account's own password from no program, and say so of some only.
_APP_PASSWORDS = re.compile(
    r"gsmtp|BadCredentials|Username and Password not accepted", re.IGNORECASE
)


def _app_password(weight: float) -> Reading:
    return Reading(
        build=_reply_build("auth", "534 5.7.9 Application-specific password required"),
        weight=weight,
        decides="the account has two-step verification, and the password is not one that its "
        "security page made for programs",
        only="auth",
    )


def _login_readings(text: str, known: Known) -> Iterator[Reading]:
    of_values = _demanded(text) in ("", "credentials-rejected")
    yield Reading(
        build=_reply_build("auth", text),
        weight=1.0,
        decides="the same user name and password are refused in the provider's webmail too"
        if of_values
        else _STAGES["auth"][0],
        only="auth",
    )
    yield Reading(
        build=_reply_build("auth", text, altered=True),
        weight=0.5,
        decides="webmail takes the password; it has a #, $, quote or backslash, and stands in a "
        ".env file",
        only="settings",
    )
    if text.startswith(("534", "535")) and _APP_PASSWORDS.search(text):
        yield _app_password(0.7)
    if known.username is None:
        yield Reading(
            build=_reply_build("auth", text, username="mailbox-name"),
            weight=0.3,
            decides="with the whole mailbox address as user name the login works",
            only="auth",
        )


# --- replies ----------------------------------------------------------------------------------


def _reply_build(
    stage: Stage,
    text: str,
    *,
    login: bool = True,
    tls: TLSMode | None = None,
    altered: bool = False,
    username: str | None = None,
) -> Build:
    def build(known: Known, redactor: Redactor) -> Observations:
        mode = tls or (known.tls if known.tls != "none" else None)
        course = Course(
            known, redactor, tls=mode, login=login, password_altered=altered, username=username
        )
        talk = course.session()
        if stage == "greeting":
            if course.tls == "implicit":
                talk.handshake().certificate()
            talk.greeting(text)
        elif stage == "ehlo":
            if course.tls == "implicit":
                talk.handshake().certificate()
            talk.greeting().ehlo(text=text)
        elif stage == "starttls":
            course = Course(known, redactor, tls="starttls", required=True)
            course.session().greeting().ehlo().starttls(text)
        elif stage == "auth":
            talk.inside().auth(text)
        else:
            talk.inside()
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


_STAGES: dict[Stage, tuple[str, str]] = {
    "greeting": ("the reply came as greeting", "tls"),
    "ehlo": ("the reply answered EHLO", "tls"),
    "starttls": ("the reply answered STARTTLS", "tls"),
    "auth": ("the reply answered the login", "auth"),
    "mail": ("the reply answered MAIL FROM", "sender"),
    "rcpt": ("the reply answered RCPT TO", "sender"),
    "data": ("the reply answered the message itself, after the DATA command", "sender"),
}


#: RFC 5321 §4.1.1.11, and what servers say in place of 555.
_PARAMETERS = re.compile(
    r"\bparameter|\boption\b|\b(?:BODY|SMTPUTF8|8BITMIME|SIZE|RET|ENVID)\b|\bAUTH=", re.IGNORECASE
)


def _of_parameters(reply: str, weight: float) -> Iterator[Reading]:
    """MAIL was refused for its form: its parameters, or an address that is none."""
    known_as = knowledge.interpret(None, "mail", reply)
    if known_as is not None and known_as.code == "sender-domain-not-found" and "@" in reply:
        return  # the words are about the domain, whatever the code is
    if reply[:3] not in ("500", "501", "502", "504", "555"):
        return
    named = _PARAMETERS.search(reply) is not None or reply.strip() == "555"

    def build(known: Known, redactor: Redactor) -> Observations:
        course = Course(known, redactor)
        course.session().inside().auth().mail(f"555 {reply[4:]}", parameters=" BODY=8BITMIME")
        return course.observations

    yield Reading(
        build=build,
        weight=weight * (1.2 if named else 0.7),
        decides="the line before the reply, MAIL FROM:<…>, has words behind the address "
        "(BODY=, SMTPUTF8, SIZE=), and without them the server takes it",
        assumes="the program sends parameters that EHLO announced",
        only="sender",
    )
    yield _setting_fault(
        "sender",
        "the sender",
        "not-an-address",
        "it is no mail address",
        weight * (0.6 if named else 1.0),
        "the line before the reply, MAIL FROM:<…>, has no plain address between the brackets",
    )


#: What a server says to STARTTLS inside TLS: the client does both.
_INSIDE = re.compile(
    r"when (?:tls|ssl) (?:is )?active|already\b.{0,24}\b(?:tls|ssl|secure)|"
    r"(?:tls|ssl) (?:session )?(?:is )?already",
    re.IGNORECASE,
)


def _demanded(reply: str, stage: Stage = "auth") -> str:
    """The code of what a reply asks for first."""
    rule = knowledge.interpret(None, stage, reply)
    return rule.code if rule is not None else ""


#: RFC 3207 §4: what a server says without TLS, at whichever step and in whatever words.
_WITHOUT_TLS = "530 5.7.0 Must issue a STARTTLS command first"


def _replied(symptom: Symptom, known: Known) -> Iterator[Reading]:
    for answered, weight in symptom.stages:
        demand = _demanded(symptom.reply, answered)
        # what asks for a login has seen none
        asks = answered == "auth" and demand == "credentials-missing"
        stage: Stage = "mail" if asks else answered
        decides, only = _STAGES[stage]
        if stage == "mail":
            yield from _of_parameters(symptom.reply, weight)
        if demand == "tls-required":
            build = _reply_build("mail", _WITHOUT_TLS, tls="none")
            yield Reading(build=build, weight=weight, decides=f"{decides}, before TLS", only="tls")
            continue
        if stage == "auth":
            for reading in _login_readings(symptom.reply, known):
                yield msgspec.structs.replace(reading, weight=reading.weight * weight)
            continue
        if stage in ("mail", "rcpt", "data"):
            if not known.logged_in:
                yield Reading(
                    build=_reply_build(stage, symptom.reply, login=False),
                    weight=weight,
                    decides=f"{decides}, and no login was made before it",
                    only=only,
                )
            yield Reading(
                build=_reply_build(stage, symptom.reply),
                weight=weight * 0.9,
                decides=f"{decides}, after a login that worked",
                only=only,
            )
            continue
        inside = stage == "starttls" and _INSIDE.search(symptom.reply) is not None
        if stage == "starttls" and symptom.reply.startswith(("500", "502")) and not inside:
            # RFC 5321 §4.2.4: the server knows no such command, so it never listed it
            for reading in _starttls_absent(symptom, known):
                yield msgspec.structs.replace(reading, weight=reading.weight * weight * 1.2)
        yield Reading(
            build=_reply_build(stage, symptom.reply),
            weight=weight,
            decides=decides,
            only=only,
            made_up="inside" if inside else "",
        )


#: What else the text of a message is refused for, beside what stands in it.
_OF_MESSAGES = (
    (
        "552 5.3.4 Message size exceeds fixed limit",
        0.5,
        "a message without its attachments is taken; EHLO's SIZE names the limit",
    ),
    (
        "550 5.7.26 Unauthenticated email from the domain is not accepted due to DMARC policy",
        0.45,
        "the server's own words, in the client's debug output, name DMARC, SPF or DKIM",
    ),
)


def _refused_at(stage: Stage, reply: str) -> Callable[[Symptom, Known], Iterator[Reading]]:
    """The client says that a step was refused, and not what the server said."""

    def readings(symptom: Symptom, known: Known) -> Iterator[Reading]:
        guess = msgspec.structs.replace(symptom, reply=reply, stages=((stage, 1.0),))
        yield from _replied(guess, known)
        if stage == "data":
            for text, weight, decides in _OF_MESSAGES:
                yield Reading(
                    build=_reply_build("data", text), weight=weight, decides=decides, only="sender"
                )
        if stage in ("mail", "rcpt"):
            yield Reading(
                build=_reply_build("mail", "530 5.7.0 Authentication required", login=False),
                weight=0.6,
                decides="the server's own words ask for a login first",
                only="sender",
            )

    return readings


#: What a text can name, and the readings of each.
KINDS: dict[str, Callable[[Symptom, Known], Iterator[Reading]]] = {
    "no-such-name": _no_such_name,
    "no-name-server": _no_name_server,
    "no-address": _no_address,
    "url": _url,
    "setting": _setting,
    "setting-conflict": _conflict,
    "host-malformed": _host_malformed,
    "port": _port,
    "no-host": _no_host,
    "no-credentials": _no_credentials,
    "sender-malformed": _sender_malformed,
    "password-not-ascii": _password_not_ascii,
    "connect-silent": _silent,
    "some-wait": _some_wait,
    "some-socket": _some_socket,
    "connect-refused": _refused,
    "no-route": _no_route,
    "connect-denied": _denied,
    "no-reason": _no_reason,
    "greeting-silent": _greeting_silent,
    "greeting-closed": _greeting_closed,
    "greeting-refused": _greeting_refused,
    "reset": _reset,
    "hung-up": _hung_up,
    "not-smtp": _not_smtp,
    "reply-unreadable": _reply_unreadable,
    "own-host": _own_host,
    "not-tls": _not_tls,
    "tls-version": _version,
    "tls-cipher": _cipher,
    "handshake-failed": _handshake_failed,
    "handshake-stalled": _handshake_stalled,
    "certificate": _certificate_refused,
    "starttls-absent": _starttls_absent,
    "starttls-refused": _starttls_refused,
    "tls-demanded": _tls_demanded,
    "login-not-offered": _login_not_offered,
    "no-mechanism": _no_mechanism,
    "login-refused": _login_refused,
    "login-silent": _login_silent,
    "session-silent": _session_silent,
    "reply": _replied,
    "sender-refused": _refused_at("mail", "550 sender refused"),
    "recipient-refused": _refused_at("rcpt", "550 recipient refused"),
    "message-refused": _refused_at("data", "554 message refused"),
}

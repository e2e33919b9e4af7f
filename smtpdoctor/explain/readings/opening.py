"""What it may be that a session ended, or fell silent, before the server had greeted or later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from smtpdoctor.explain.course import Course
from smtpdoctor.explain.model import Known, Symptom
from smtpdoctor.explain.readings.logins import login_silent
from smtpdoctor.explain.readings.runs import (
    CLEAR_PORTS,
    Kind,
    Reading,
    bare_reply,
    blocked,
    clear_mode,
    connects,
    handshake_ended,
    large_packets_lost,
    mode_inside,
    no_greeting,
    other_number,
    reply_build,
    scaled,
    something_else,
    stalled,
    tls_awaited,
    too_early,
)
from smtpdoctor.observations import Observations, Redactor


def _closes(weight: float, *, reset: bool = False) -> Reading:
    def build(known: Known, redactor: Redactor) -> Observations:
        course = Course(known, redactor, tls=clear_mode(known))
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
        yield from scaled(login_silent(symptom, known), 0.7)
        return
    clear_port = known.port in CLEAR_PORTS
    if known.tls == "implicit":
        yield Reading(build=stalled, weight=0.6, decides="no TLS answer comes either", only="tls")
        yield too_early(0.6)
    # 2465, 10587 and the like are mail's own numbers, moved
    odd = known.port is not None and not str(known.port).endswith(("25", "465", "587"))
    yield tls_awaited(0.5 if clear_port else 1.0)
    yield no_greeting(1.0 if clear_port else 0.7)
    if odd and known.port is not None:
        yield other_number(1.05, known.port)
    # what waits for the client's first word looks the same: a web server, an SSH daemon
    yield from something_else(symptom, 0.35)
    yield blocked(0.3, known)


def greeting_closed(symptom: Symptom, known: Known) -> Iterator[Reading]:
    clear_port = known.port in CLEAR_PORTS
    if known.tls == "implicit":
        yield handshake_ended(0.8, "closed")
        yield too_early(0.6)
    yield tls_awaited(0.5 if clear_port else 1.0)
    yield _closes(1.0 if clear_port else 0.7)
    yield Reading(
        build=reply_build("greeting", "421 4.3.2 Service not available", login=True),
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
            build=reply_build("greeting", text),
            weight=weight,
            decides=decides,
            only="tls",
            made_up="greeting",
        )


def _reset(symptom: Symptom, known: Known) -> Iterator[Reading]:
    yield _closes(1.0, reset=True)
    if known.port in (465, None) and known.tls != "implicit":
        yield tls_awaited(0.6)
    yield handshake_ended(0.8 if known.tls == "implicit" else 0.5, "reset")
    yield Reading(
        build=connects("reset", control="reset", landmark="open"),
        weight=0.4,
        decides="every host's mail port is reset from there",
    )


def _hung_up(symptom: Symptom, known: Known) -> Iterator[Reading]:
    """The session ended, and the text does not say where."""
    yield from greeting_closed(symptom, known)
    closed = msgspec.structs.replace(symptom, error="closed")
    yield from scaled(login_silent(closed, known), 0.3)


def _tls_expected(symptom: Symptom, known: Known) -> Iterator[Reading]:
    """The server's own log: what a client sent at the port was no TLS."""
    yield tls_awaited(1.0)


def _ehlo_missing(symptom: Symptom, known: Known) -> Iterator[Reading]:
    """The server says that it has seen no EHLO, at a later step."""
    yield Reading(
        build=reply_build("ehlo", "503 EHLO first"),
        weight=1.0,
        decides="the client's debug output has no EHLO with its 250 in this session, or none after "
        "STARTTLS",
        only="tls",
        made_up="missing",
    )


def _transaction_ended(symptom: Symptom, known: Known) -> Iterator[Reading]:
    """The session ended, or fell silent, between MAIL and the answer to the message."""
    closed = symptom.error != "silent"

    def build(known: Known, redactor: Redactor) -> Observations:
        course = Course(known, redactor, tls=mode_inside(known))
        course.session().inside().auth().mail("", "closed" if closed else "silence")
        return course.observations

    yield Reading(
        build=build,
        weight=1.0,
        decides="the server's log, or its provider, says why it ended the session"
        if closed
        else "the same message goes out later, or a short one without attachments does now",
        only="sender",
        made_up="transaction",
    )
    if closed:
        yield Reading(
            build=reply_build("data", "421 4.3.2 Service not available"),
            weight=0.6,
            decides="the server's last line, in the client's debug output, begins with 4",
            only="sender",
            made_up="transaction",
        )
        yield Reading(
            build=reply_build("data", "554 message refused"),
            weight=0.4,
            decides="a plain message of one line is taken: a filter hangs up at this one",
            only="sender",
        )
    else:
        yield large_packets_lost(0.6, made_up="transaction")


def _not_smtp(symptom: Symptom, known: Known) -> Iterator[Reading]:
    yield from something_else(symptom, 1.0)
    yield bare_reply(0.5)


def _reply_unreadable(symptom: Symptom, known: Known) -> Iterator[Reading]:
    yield bare_reply(1.0)
    yield from something_else(symptom, 0.6)


def _session_silent(symptom: Symptom, known: Known) -> Iterator[Reading]:
    """The server greeted, and fell silent at some later step."""
    yield from login_silent(symptom, known)
    yield Reading(
        build=stalled,
        weight=0.8,
        decides="the silence begins with the TLS handshake",
        only="tls",
    )
    yield from scaled(_greeting_silent(symptom, known), 0.6)


#: What a text can name of this, and the readings of each.
KINDS: Mapping[str, Kind] = {
    "greeting-silent": _greeting_silent,
    "greeting-closed": greeting_closed,
    "greeting-refused": _greeting_refused,
    "reset": _reset,
    "hung-up": _hung_up,
    "tls-expected": _tls_expected,
    "ehlo-missing": _ehlo_missing,
    "transaction-ended": _transaction_ended,
    "not-smtp": _not_smtp,
    "reply-unreadable": _reply_unreadable,
    "session-silent": _session_silent,
}

"""A TLS handshake that ended for another reason than version, cipher, silence or a wrong mode.

In TLS 1.3 the server judges the client's certificate when the client is done already: what it says
of it comes in place of its first answer (RFC 8446 §4.4.2.4).
"""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import first_line, library_words
from smtpdoctor.diagnosis.fixes import working_ways
from smtpdoctor.diagnosis.model import Confidence, Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.wording.handshake import ALERTS, Reason, of_openssl
from smtpdoctor.observations import Handshake

CODE = "tls-handshake-failed"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    handshake = run.handshake.failed_as(CODE)
    if handshake is None:
        yield from _ended_afterwards(run)
        return
    where = run.where
    reason = _reason(handshake)
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence=_confidence(handshake, reason),
        title=f"the TLS handshake with {where} failed",
        explanation=(
            "The connection opens, but client and server did not agree on TLS, and without it no "
            "login is tried and no mail goes out. "
        )
        + (
            f"Here {reason.words}."
            if reason is not None
            else "The server gave no reason; its log may have one."
        ),
        evidence=(
            Evidence(check="tls", text=_seen(handshake, where)),
            *library_words(run, CODE),
        ),
        fixes=(
            *working_ways(run),
            *((_mend(run, reason),) if reason is not None else ()),
            *((_elsewhere(run),) if reason is None or not reason.known else ()),
        ),
        explains=(handshake.id,),
    )


def _ended_afterwards(run: Run) -> Iterator[Diagnosis]:
    """An alert in place of the first answer inside TLS."""
    step = run.main.ended_with_tls if run.main is not None else None
    if step is None:
        return
    where, reason = run.where, ALERTS.get(step.alert)
    awaited = "the greeting" if step.step == "greeting" else f"an answer to {step.step.upper()}"
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="likely",
        title=f"{where} ends TLS right after the handshake",
        explanation=(
            "The client had all that it needs for TLS, and then the server ended it, before any "
            "login. "
            + (
                f"Here {reason.words}."
                if reason is not None
                else "The server gave no other reason; its log may have one."
            )
        ),
        evidence=(
            Evidence(check="tls", text=f"in place of {awaited} came the alert {step.alert}"),
            *library_words(run, CODE),
        ),
        fixes=(
            *working_ways(run),
            *((_mend(run, reason),) if reason is not None else ()),
            *((_elsewhere(run),) if reason is None or not reason.known else ()),
        ),
        explains=(step.id,),
    )


def _reason(handshake: Handshake) -> Reason | None:
    """Why it ended, as far as either side said."""
    if handshake.alert:
        return ALERTS.get(handshake.alert)
    if handshake.failure in ("not-tls", "closed", "reset") or not handshake.reason:
        return None
    return of_openssl(handshake.reason)


def _confidence(handshake: Handshake, reason: Reason | None) -> Confidence:
    if handshake.alert:
        return "likely"
    if reason is None:
        return "possible"
    return "certain" if reason.known else "likely"


def _mend(run: Run, reason: Reason) -> Fix:
    tell = f"Tell who runs {run.settings.host} what was seen."
    of_server = reason.side in ("server", "unknown")
    return Fix(title=reason.fix, steps=(*((tell,) if of_server else ()), *reason.steps))


def _elsewhere(run: Run) -> Fix:
    return Fix(
        title="compare with another network, then ask who runs the server",
        steps=(
            "Run smtpdoctor from another network. If it works there, a firewall or proxy of this "
            "network ends the handshake: ask its administrator.",
            f"If it fails there too, tell who runs {run.settings.host} the time and what was seen; "
            "the reason is in the server's log.",
        ),
    )


def _seen(handshake: Handshake, where: str) -> str:
    if handshake.alert:
        return f"{where} ended the handshake with the alert {handshake.alert}"
    if handshake.failure == "not-tls":
        said = first_line(handshake.arrived)
        return f'{where} answered the handshake with "{said}", which is no TLS'
    if handshake.failure == "closed":
        return f"{where} closed the connection during the handshake"
    if handshake.failure == "reset":
        return f"the connection to {where} was reset during the handshake"
    return f"the handshake with {where} ended: {handshake.reason or 'for no reason given'}"

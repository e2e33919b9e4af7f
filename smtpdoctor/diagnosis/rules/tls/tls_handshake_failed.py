"""A TLS handshake that ended for another reason than version, cipher, silence or a wrong mode."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import first_line, library_words
from smtpdoctor.diagnosis.fixes import working_ways
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.observations import Handshake

CODE = "tls-handshake-failed"

#: What the alerts mean that a server sends for a reason of its own (RFC 8446 §6.2).
ALERTS = {
    "unrecognized_name": "the server has no certificate for this host name",
    "certificate_required": "the server wants a certificate from the client",
    "internal_error": "the server had a fault of its own",
    "access_denied": "the server does not let this client in",
    "unexpected_message": "the server did not expect TLS at this point",
}


def diagnose(run: Run) -> Iterator[Diagnosis]:
    handshake = run.handshake.failed_as(CODE)
    if handshake is None:
        return
    where = run.where
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="likely" if handshake.alert else "possible",
        title=f"the TLS handshake with {where} failed",
        explanation=(
            "The connection stands, but client and server did not agree on TLS, and without it no "
            "login is tried and no mail goes out. What was seen does not say more about the cause "
            "than stands below; the server's log does."
        ),
        evidence=(
            Evidence(check="tls", text=_seen(handshake, where)),
            *library_words(run, CODE),
        ),
        fixes=(
            *working_ways(run),
            Fix(
                title="compare with another network, then ask who runs the server",
                steps=(
                    "Run smtpdoctor from another network. If it works there, a firewall or proxy "
                    "of this network ends the handshake: ask its administrator.",
                    f"If it fails there too, tell who runs {run.settings.host} the time and what "
                    "was seen; the reason stands in the server's log.",
                ),
            ),
        ),
        explains=(handshake.id,),
    )


def _seen(handshake: Handshake, where: str) -> str:
    if handshake.alert:
        meaning = ALERTS.get(handshake.alert)
        return f"{where} ended the handshake with the alert {handshake.alert}" + (
            f": {meaning}" if meaning else ""
        )
    if handshake.failure == "not-tls":
        said = first_line(handshake.arrived)
        return f'{where} answered the handshake with "{said}", which is no TLS'
    if handshake.failure == "closed":
        return f"{where} closed the connection during the handshake"
    if handshake.failure == "reset":
        return f"the connection to {where} was reset during the handshake"
    return f"the handshake with {where} ended: {handshake.reason or 'for no reason given'}"

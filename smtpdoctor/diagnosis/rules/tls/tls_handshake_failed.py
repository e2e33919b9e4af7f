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


#: What OpenSSL means by the reasons for which it gives up by itself, what the server's side has to
#: do, and what a client may do until then (openssl ssl/ssl_err.c and SSL_CTX_set_options(3), 3.0).
REASONS = {
    "UNSAFE_LEGACY_RENEGOTIATION_DISABLED": (
        "the server does not know secure renegotiation (RFC 5746, 2010), and OpenSSL 3 refuses "
        "such servers",
        "have the server's TLS library updated: it does not know secure renegotiation",
        "Until then a client can connect all the same with the OpenSSL option "
        "UnsafeLegacyServerConnect (SSL_OP_LEGACY_SERVER_CONNECT) for this server alone; it takes "
        "away a protection against injected text.",
    ),
    "LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED": (
        "the server signs the handshake with an algorithm that OpenSSL no longer accepts (SHA-1 or "
        "MD5)",
        "have the server updated: it signs with an algorithm that is given up",
        "Until then a client can connect with a lower security level (@SECLEVEL=0) for this "
        "server alone.",
    ),
    "WRONG_SIGNATURE_TYPE": (
        "the server signs the handshake with an algorithm that this client did not offer",
        "have the server updated: it signs with an algorithm that nobody asked for",
        "",
    ),
    "BAD_SIGNATURE": (
        "the server's signature does not fit its certificate",
        "have the server's key and certificate put in order: they don't belong together",
        "",
    ),
    "EE_KEY_TOO_SMALL": (
        "the key of the server's certificate is too short",
        "have the server's certificate renewed with a key of 2048 bits or more",
        "",
    ),
    "CA_KEY_TOO_SMALL": (
        "the key of an authority in the server's chain is too short",
        "have the server's certificate renewed by an authority of today",
        "",
    ),
    "CA_MD_TOO_WEAK": (
        "a certificate of the server's chain is signed with SHA-1 or MD5",
        "have the server's certificate renewed: its chain is signed with a hash that is given up",
        "",
    ),
    "NO_RENEGOTIATION": (
        "the server asked for a renegotiation, which this client does not do",
        "have renegotiation switched off on the server",
        "",
    ),
}


def diagnose(run: Run) -> Iterator[Diagnosis]:
    handshake = run.handshake.failed_as(CODE)
    if handshake is None:
        return
    where = run.where
    known = REASONS.get(handshake.reason)
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain" if known else "likely" if handshake.alert else "possible",
        title=f"the TLS handshake with {where} failed",
        explanation=(
            "The connection stands, but client and server did not agree on TLS, and without it no "
            "login is tried and no mail goes out. "
        )
        + (
            f"Here {known[0]}."
            if known
            else "What was seen does not say more about the cause than stands below; the server's "
            "log does."
        ),
        evidence=(
            Evidence(check="tls", text=_seen(handshake, where)),
            *library_words(run, CODE),
        ),
        fixes=(
            *working_ways(run),
            *(_of_the_server(run, known) if known else (_elsewhere(run),)),
        ),
        explains=(handshake.id,),
    )


def _of_the_server(run: Run, known: tuple[str, str, str]) -> tuple[Fix, ...]:
    _, title, meanwhile = known
    steps = (f"Tell who runs {run.settings.host} what was seen.", meanwhile)
    return (Fix(title=title, steps=tuple(step for step in steps if step)),)


def _elsewhere(run: Run) -> Fix:
    return Fix(
        title="compare with another network, then ask who runs the server",
        steps=(
            "Run smtpdoctor from another network. If it works there, a firewall or proxy of this "
            "network ends the handshake: ask its administrator.",
            f"If it fails there too, tell who runs {run.settings.host} the time and what was seen; "
            "the reason stands in the server's log.",
        ),
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

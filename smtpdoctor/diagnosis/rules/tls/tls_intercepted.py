"""A certificate issued by software that is known to open TLS on the way: antivirus or proxy."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import cite, library_words
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.rules.tls import _certificate, _ways
from smtpdoctor.diagnosis.rules.tls._certificate import Match
from smtpdoctor.diagnosis.run import Run

CODE = "tls-intercepted"

PLACES = {
    "machine": "on this machine",
    "network": "in this network",
    "unknown": "on this machine or in its network",
}


def diagnose(run: Run) -> Iterator[Diagnosis]:
    seen = run.main.certificate if run.main else None
    match = _certificate.interceptor(seen) if seen else None
    if seen is None or match is None:
        return
    refused = _certificate.refused(run, CODE)
    trusted = seen.verify_code not in _certificate.UNTRUSTED
    if refused is None and not trusted:
        return  # an empty trust store comes first
    product = match.interceptor.name
    place = PLACES[match.interceptor.where]
    where = _ways.where(run)
    yield Diagnosis(
        code=CODE,
        severity=refused.severity if refused else "warning",
        confidence="certain",
        title=f"{product} answers TLS in the place of {where}",
        explanation=(
            f"The certificate that arrived was not made for the server but by {product}, {place}: "
            "it ends TLS itself, reads the traffic and begins TLS anew towards the server. "
            + (
                "This machine trusts its authority. An application with a store of its own "
                "(Node.js, Java, Python's certifi) does not, and refuses the session until that "
                "store has the authority too."
                if trusted
                else f"Its authority is not trusted here. {_certificate.consequence(refused)}"
                if refused
                else ""
            )
        ),
        evidence=(
            Evidence(check="tls", text=f'the issuer of the certificate names "{match.words}"'),
            Evidence(
                check="tls",
                text=f"known: certificates with this issuer are made by {product} "
                + cite(*_sources(match)),
            ),
            *(
                (Evidence(check="tls", text=_verdict(seen.verify_message, seen.verify_code)),)
                if not trusted
                else ()
            ),
            *library_words(run, CODE),
        ),
        fixes=_fixes(run, match, trusted),
        explains=(seen.id,) if refused else (),
    )


def _verdict(message: str, code: int | None) -> str:
    return f"verification says: {message or 'refused'} (OpenSSL {code})"


def _sources(match: Match) -> tuple[str, ...]:
    patterns = [issuer for issuer in match.interceptor.issuers if issuer.verified]
    return tuple(dict.fromkeys(source for issuer in patterns for source in issuer.sources))


def _fixes(run: Run, match: Match, trusted: bool) -> tuple[Fix, ...]:
    known = match.interceptor
    exclude = Fix(
        title=f"take {run.settings.host} out of what {known.name} looks into",
        steps=(
            known.fix
            or f"In the settings of {known.name}: exclude {run.settings.host} or its mail ports.",
            *(
                ("Probably so; the menu differs between versions.",)
                if known.fix and not known.fix_verified
                else ()
            ),
            *(
                ("In a company network this is the administrator's to do.",)
                if known.where != "machine"
                else ()
            ),
        ),
    )
    add = _certificate.trust(
        f"give the application's own store the authority of {known.name}",
        "interceptor-ca.crt",
        "Export its root certificate (from the system's store, or ask the administrator).",
    )
    return (add, exclude) if trusted else _certificate.fixes(run, exclude, add)

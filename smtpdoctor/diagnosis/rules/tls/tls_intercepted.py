"""A certificate issued by software that is known to open TLS on the way: antivirus or proxy."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import cite, library_words
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.certificate import UNTRUSTED, Match, interceptor
from smtpdoctor.diagnosis.wording import certificate as certificates

CODE = "tls-intercepted"

PLACES = {
    "machine": "on this machine",
    "network": "in this network",
    "unknown": "on this machine or in its network",
}


def diagnose(run: Run) -> Iterator[Diagnosis]:
    seen = run.main.certificate if run.main else None
    match = interceptor(seen) if seen else None
    if seen is None or match is None:
        return
    refused = run.certificate.refused_as(CODE)
    trusted = seen.verify_code not in UNTRUSTED
    if refused is None and not trusted:
        return  # an empty trust store comes first
    product = match.interceptor.name
    place = PLACES[match.interceptor.where]
    where = run.where
    yield Diagnosis(
        code=CODE,
        severity=refused.severity if refused else "warning",
        # an issuer's name is only a text until its chain ends at a root that is trusted here
        confidence="certain" if trusted else "likely",
        title=f"{product} answers TLS in the place of {where}",
        explanation=(
            f"The certificate that arrived was not made for the server but by {product}, {place}: "
            "it ends TLS itself, reads the traffic and opens its own TLS connection to the server. "
            + (
                "This machine trusts its authority. An application with a store of its own "
                "(Node.js, Java, Python's certifi) does not, and refuses the session until that "
                "store has the authority too."
                if trusted
                else f"Its authority is not trusted here. {certificates.consequence(run, refused)}"
                if refused
                else ""
            )
        ),
        evidence=(
            Evidence(check="tls", text=f'the issuer of the certificate names "{match.words}"'),
            Evidence(
                check="tls",
                kind="known",
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
        title=f"exclude {run.settings.host} from what {known.name} scans",
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
    if not trusted:
        return certificates.fixes(run, exclude, _prove(run, known.name))
    add = certificates.trust(
        f"add {known.name}'s authority to the CA certificates that the application trusts",
        "interceptor-ca.crt",
        "Export its root certificate from this system's store.",
        run=run,
    )
    return (add, exclude)


def _prove(run: Run, product: str) -> Fix:
    """What to do where only the issuer's name speaks of the product: anybody can write it."""
    return certificates.find_out(
        run,
        f"Only the certificate's text names {product}, and anyone can write that. Don't log in, "
        "and trust no authority for it, before whoever runs this machine or network confirms it.",
    )

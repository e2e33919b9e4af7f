"""A certificate past its end, by a clock that nothing speaks against."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.addresses import is_public_name
from smtpdoctor.diagnosis.model import Diagnosis, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.certificate import is_past
from smtpdoctor.diagnosis.views.clock import moment, span
from smtpdoctor.diagnosis.wording import certificate as certificates

CODE = "certificate-expired"

UPDATE = Fix(
    title="bring this machine's trust store up to date",
    steps=("Debian, Ubuntu: apt-get update && apt-get install --only-upgrade ca-certificates",),
)


def diagnose(run: Run) -> Iterator[Diagnosis]:
    refused = run.certificate.refused_as(CODE)
    if refused is None:
        return
    clock = run.clock.now
    where = run.where
    expired = next(
        (
            certificate
            for certificate in refused.seen.chain
            if clock is not None and is_past(certificate.not_after, clock)
        ),
        None,
    )
    ended = moment(expired.not_after) if expired else None
    if ended is not None and clock is not None and expired is not None:
        seen = (
            f"the certificate {certificates.name(expired.subject)} ended on "
            f"{ended:%Y-%m-%d %H:%M} UTC; the clock here says {clock:%Y-%m-%d %H:%M} UTC, "
            f"{span(clock - ended)} later"
        )
    else:
        seen = "none of the certificates that the server sent has ended, so one in the store has"
    own = expired is not None and expired is refused.leaf
    yield Diagnosis(
        code=CODE,
        severity=refused.severity,
        confidence="certain" if run.clock.confirmed else "likely",
        title=f"certificate of {where} expired on {ended:%Y-%m-%d}"
        if own and ended
        else f"certificate chain of {where} has an expired certificate",
        explanation=(
            (
                "The server still shows a certificate past its end: it was not renewed, or the "
                "server was not reloaded after it was. "
                if own
                else "A certificate above the server's own is past its end: in what the server "
                "sends, or in an old trust store on this machine. "
            )
            + certificates.consequence(run, refused)
            + " A wrong clock on this machine would look the same; compare it with another."
        ),
        evidence=(
            *certificates.description(run, refused, seen),
            *certificates.also_wrong(run, refused),
        ),
        fixes=certificates.fixes(
            run,
            _renewal(run) if expired is not None else UPDATE,
        ),
        explains=(refused.seen.id,),
    )


def _renewal(run: Run) -> Fix:
    return Fix(
        title="ask the server's owner to renew its certificate",
        steps=(
            f"If it is your own server: {_renew(run)} and reload the mail server, which keeps the "
            "old certificate until then.",
            f"Else tell who runs {run.settings.host} the date above.",
        ),
    )


def _renew(run: Run) -> str:
    """How: no authority issues certificates for a private name or address."""
    host = run.settings.host or ""
    return "make a new one" if not is_public_name(host) else "renew it (certbot renew)"

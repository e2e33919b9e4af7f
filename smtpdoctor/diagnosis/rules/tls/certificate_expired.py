"""A certificate past its end, by a clock that nothing speaks against."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.addresses import is_public_name
from smtpdoctor.diagnosis.evidence import cite
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.certificate import is_past
from smtpdoctor.diagnosis.views.clock import moment, span
from smtpdoctor.diagnosis.wording import certificate as certificates
from smtpdoctor.observations import CertificateInfo

CODE = "certificate-expired"

UPDATE = Fix(
    title="bring this machine's trust store up to date",
    steps=("Debian, Ubuntu: apt-get update && apt-get install --only-upgrade ca-certificates",),
)


def diagnose(run: Run) -> Iterator[Diagnosis]:
    refused = run.certificate.refused_as(CODE)
    if refused is None:
        yield from _beside(run)
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
            UPDATE if expired is None else _renewal(run) if own else _other_chain(run, expired),
        ),
        explains=(refused.seen.id,),
    )


def _beside(run: Run) -> Iterator[Diagnosis]:
    """An expired certificate beside a good chain: most go by the chain, some refuse both."""
    seen, clock = run.certificate.seen, run.clock.now
    if seen is None or not seen.verified or clock is None:
        return
    old = next((item for item in seen.chain[1:] if is_past(item.not_after, clock)), None)
    client = run.client
    ended = moment(old.not_after) if old is not None else None
    if old is None or ended is None or client is None or not client.refuses_expired_beside:
        return
    name = certificates.name(old.subject)
    yield Diagnosis(
        code=CODE,
        severity="error" if run.settings.verify else "warning",
        confidence="certain",
        title=f"{run.where} sends an expired certificate beside its good chain",
        explanation=(
            "The server's own certificate is good, and so is the chain above it. The server sends "
            "an old intermediate certificate, too. "
            f"{client.name} looks at all that is sent, and refuses it. Most programs pass over it."
        ),
        evidence=(
            Evidence(check="tls", text=f"{name}, sent by {run.where}, ended on {ended:%Y-%m-%d}"),
            Evidence(
                check="tls",
                kind="known",
                text=f"GnuTLS judges every certificate that is sent {cite('clients_run')}",
            ),
        ),
        fixes=(
            Fix(
                title="ask who runs the server to take the expired certificate out",
                steps=(
                    f"Tell who runs {run.settings.host}: take {name} out of the file with the "
                    "chain, keep the current intermediate, and reload the mail server.",
                ),
            ),
        ),
        explains=(seen.id,),
    )


def _other_chain(run: Run, expired: CertificateInfo) -> Fix:
    """A new leaf below the same ended certificate would be refused as this one is."""
    name = certificates.name(expired.subject)
    host = run.settings.host
    if expired.subject == expired.issuer:
        return Fix(
            title="ask the server's owner for a certificate of an authority that has not ended",
            steps=(
                f"Tell who runs {host} that {name} has ended: a certificate below it is good "
                "nowhere, whatever its own date.",
                "If it is your own authority: renew it, give the new one to the clients, and issue "
                "the server's certificate again.",
            ),
        )
    return Fix(
        title="ask the server's owner to replace the expired certificate in its chain",
        steps=(
            f"Tell who runs {host}: {name} in the file with the chain has ended, the server's own "
            "certificate has not.",
            "If it is your own server: put the intermediate that the authority gives out today "
            "behind the server's certificate (certbot's fullchain.pem has it), and reload the mail "
            "server.",
        ),
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

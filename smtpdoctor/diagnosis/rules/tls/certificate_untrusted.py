"""A certificate whose authority is not trusted here, or that is refused for a rarer fault."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import cite
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.certificate import (
    UNTRUSTED,
    RefusedCertificate,
    interceptor,
    leaf_alone,
)
from smtpdoctor.diagnosis.wording import certificate as certificates

CODE = "certificate-untrusted"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    refused = run.certificate.refused_as(CODE)
    if refused is None:
        yield from _no_key_for_signatures(run)
        return
    no_way = refused.seen.verify_code in UNTRUSTED
    last = refused.seen.chain[-1] if refused.seen.chain else None
    issuer = certificates.name(last.issuer) if last else "an unknown authority"
    doubted = leaf_alone(refused.seen) or interceptor(refused.seen, certain=False) is not None
    yield Diagnosis(
        code=CODE,
        severity=refused.severity,
        confidence="certain" if no_way and not doubted else "likely",
        title=f"certificate of {run.where} comes from an authority not trusted here"
        if no_way
        else f"certificate of {run.where} is refused",
        explanation=(
            (
                f"The certificate leads to {issuer}, and this machine's store has no such "
                "authority: a private one of a company or a test server, one that is newer than "
                "this machine's store, or somebody on the way who answers in the server's place. "
                if no_way
                else "The certificate has a fault that makes verification refuse it. "
            )
            + certificates.consequence(run, refused)
        ),
        evidence=(
            *certificates.description(run, refused),
            *_clues(refused, issuer),
            *certificates.also_wrong(run, refused),
        ),
        fixes=certificates.fixes(run, *(_fixes(run, refused, issuer) if no_way else (_mend(run),))),
        explains=(refused.seen.id,),
    )


def _no_key_for_signatures(run: Run) -> Iterator[Diagnosis]:
    """A certificate that the doctor's TLS took, and one client doesn't for its key usage."""
    client, seen = run.client, run.certificate.seen
    if client is None or not client.wants_signing_key or not run.certificate.may_not_sign:
        return
    assert seen is not None
    yield Diagnosis(
        code=CODE,
        severity="error" if run.settings.verify else "warning",
        confidence="certain",
        title=f"certificate of {run.where} may not sign, and {client.name} refuses it",
        explanation=(
            "The certificate's key usage leaves digital signatures out, which current TLS needs. "
            f"{client.name} looks at that and ends the handshake. Most programs pass over it."
        ),
        evidence=(
            Evidence(check="tls", text="the certificate's key usage has no digitalSignature"),
            Evidence(
                check="tls",
                kind="known",
                text=f"RFC 5280 §4.2.1.3: a key that signs has it {cite('clients_run')}",
            ),
        ),
        fixes=(
            Fix(
                title="ask the server's owner for a certificate with digitalSignature",
                steps=(
                    f"Tell who runs {run.settings.host}: issue a new one with "
                    "keyUsage = digitalSignature, keyEncipherment.",
                ),
            ),
        ),
        explains=(seen.id,),
    )


def _clues(refused: RefusedCertificate, issuer: str) -> Iterator[Evidence]:
    """What points to one of the explanations more than to the others."""
    last = refused.seen.chain[-1] if refused.seen.chain else None
    if leaf_alone(refused.seen):
        yield Evidence(
            check="tls",
            kind="guessed",
            text="the server sent its own certificate alone; if the authority above "
            f"{issuer} is a known one, the link to it is what is missing",
        )
    if last is not None and refused.seen.issuer_organisation_trusted:
        yield Evidence(
            check="tls",
            text=f"the store has other authorities of {last.issuer.get('O', issuer)}: "
            "it is probably older than this one",
        )
    hint = interceptor(refused.seen, certain=False)
    if hint is not None:
        yield Evidence(
            check="tls",
            kind="guessed",
            text=f'the issuer\'s words "{hint.words}" look like '
            f"{hint.interceptor.name}, which may be opening TLS on the way (a guess)",
        )


def _fixes(run: Run, refused: RefusedCertificate, issuer: str) -> tuple[Fix, ...]:
    update = Fix(
        title="if it is a public authority, bring this machine's store up to date",
        steps=("Debian, Ubuntu: apt-get update && apt-get install --only-upgrade ca-certificates",),
    )
    if run.provider is not None:
        proxy = certificates.trust(
            "if it is your company's own proxy, give the application its authority",
            "company-ca.crt",
            f"Ask the administrator whether {issuer} is the company's, and get its certificate.",
            run=run,
        )
        return (certificates.find_out(run), proxy, update)
    own = certificates.trust(
        "let the application trust this authority, if it is the right one",
        "private-ca.crt",
        *certificates.by_its_name(run, refused),
        f"Ask who runs the server whether {issuer} is theirs, and get its root certificate.",
        run=run,
    )
    here = certificates.without_tls(run)
    return (*here, own, *(() if run.is_loopback_target else (update,)))


def _mend(run: Run) -> Fix:
    return Fix(
        title="ask the server's owner to replace the certificate",
        steps=(
            f"Tell who runs {run.settings.host} what verification says; a new certificate from a "
            "public authority, with its whole chain, cures it.",
            f"To look at it: {certificates.show(run)}",
        ),
    )

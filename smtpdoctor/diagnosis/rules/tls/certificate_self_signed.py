"""A server certificate that no authority issued: it vouches for itself."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.addresses import is_address, is_private_name
from smtpdoctor.diagnosis.model import Diagnosis, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.certificate import RefusedCertificate
from smtpdoctor.diagnosis.wording import certificate as certificates

CODE = "certificate-self-signed"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    refused = run.certificate.refused_as(CODE)
    if refused is None:
        return
    provider = run.provider
    yield Diagnosis(
        code=CODE,
        severity=refused.severity,
        confidence="certain",
        title=f"certificate of {run.where} is self-signed",
        explanation=(
            "No authority vouches for the server's certificate: it has signed itself, and anyone "
            f"can make one for any name. {certificates.consequence(run, refused)}"
            + (
                f" {provider.name} doesn't use self-signed certificates, so probably something on "
                "the way answers in its place."
                if provider is not None
                else ""
            )
        ),
        evidence=(
            *certificates.description(run, refused),
            *certificates.also_wrong(run, refused),
        ),
        fixes=certificates.fixes(
            run,
            *(_fixes(run, refused) if provider is None else (certificates.find_out(run),)),
        ),
        explains=(refused.seen.id,),
    )


def _fixes(run: Run, refused: RefusedCertificate) -> tuple[Fix, ...]:
    host = run.settings.host or ""
    if is_private_name(host) or is_address(host) or run.is_loopback_target:
        # nobody issues certificates for these: what is left is this one, or none on this machine
        return (*certificates.without_tls(run), _anchor(run, refused))
    return (_own(run), _anchor(run, refused))


def _own(run: Run) -> Fix:
    return Fix(
        title="get the server a certificate from a public CA",
        steps=(
            f"Get one for {run.settings.host} (Let's Encrypt issues them free of charge) and set "
            "it up with its whole chain (Postfix: smtpd_tls_chain_files), then reload the server.",
        ),
    )


def _anchor(run: Run, refused: RefusedCertificate) -> Fix:
    return certificates.trust(
        "let the application trust this one certificate"
        + (", and call the server by its name" if certificates.by_its_name(run, refused) else ""),
        "server.crt",
        *certificates.by_its_name(run, refused),
        f"Get it from who runs the server, or by: {certificates.show(run)}",
        "Compare its fingerprint with the one that the server's owner tells you.",
        run=run,
    )

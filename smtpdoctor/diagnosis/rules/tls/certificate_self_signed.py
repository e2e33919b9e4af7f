"""A server certificate that no authority issued: it vouches for itself."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.model import Diagnosis, Fix
from smtpdoctor.diagnosis.rules.tls import _certificate, _ways
from smtpdoctor.diagnosis.run import Run

CODE = "certificate-self-signed"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    refused = _certificate.refused(run, CODE)
    if refused is None:
        return
    provider = run.provider
    yield Diagnosis(
        code=CODE,
        severity=refused.severity,
        confidence="certain",
        title=f"certificate of {_ways.where(run)} is self-signed",
        explanation=(
            "No authority vouches for the server's certificate, it has signed itself; anybody can "
            f"make such a one for any name. {_certificate.consequence(refused)}"
            + (
                f" {provider.name} is not known for such certificates, so probably something on "
                "the way answers in its place."
                if provider is not None
                else ""
            )
        ),
        evidence=(
            *_certificate.description(run, refused),
            *_certificate.also_wrong(run, refused),
        ),
        fixes=_certificate.fixes(
            run,
            *((_own(run), _anchor(run)) if provider is None else (_certificate.find_out(run),)),
        ),
        explains=(refused.seen.id,),
    )


def _own(run: Run) -> Fix:
    return Fix(
        title="give the server a certificate of an authority",
        steps=(
            f"Get one for {run.settings.host} (Let's Encrypt issues them free of charge) and set "
            "it up with its whole chain (Postfix: smtpd_tls_chain_files), then reload the server.",
        ),
    )


def _anchor(run: Run) -> Fix:
    return _certificate.trust(
        "let the application trust this one certificate",
        "server.crt",
        f"Get it from who runs the server, or by: {_certificate.show(run)}",
        "Compare its fingerprint with who runs the server; the certificate must name "
        f"{run.settings.host}.",
    )

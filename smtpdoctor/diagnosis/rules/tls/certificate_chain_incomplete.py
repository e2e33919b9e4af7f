"""A server that sends its own certificate alone, without the one that leads to its authority."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.wording import certificate as certificates

CODE = "certificate-chain-incomplete"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    refused = run.certificate.refused_as(CODE)
    leaf = refused.leaf if refused else None
    if refused is None or leaf is None:
        return
    issuer = certificates.name(leaf.issuer)
    organisation = leaf.issuer.get("O") or issuer
    yield Diagnosis(
        code=CODE,
        severity=refused.severity,
        confidence="certain",
        title=f"{run.where} sends its certificate without the intermediate one",
        explanation=(
            f"The certificate was issued by {issuer}. This machine trusts {organisation}, but the "
            "link between the two is a further certificate that the server must send and doesn't. "
            "Browsers fetch or remember such links, mail libraries don't. "
            f"{certificates.consequence(run, refused)}"
        ),
        evidence=(
            *certificates.description(run, refused),
            Evidence(
                check="tls",
                text=f"the store here has an authority of {organisation}, but not this issuer",
            ),
            Evidence(
                check="tls",
                kind="known",
                text="RFC 8446 §4.4.2 (2018): a server sends the certificates up to its authority",
            ),
            *certificates.also_wrong(run, refused),
        ),
        fixes=certificates.fixes(
            run,
            Fix(
                title="ask the server's owner to send its whole chain",
                steps=(
                    "On the server use the file with the whole chain (with certbot fullchain.pem, "
                    "not cert.pem; Postfix: smtpd_tls_chain_files), then reload it.",
                    f"To check: {certificates.show(run)} must list two certificates or more.",
                ),
            ),
            certificates.trust(
                "until then give the application the missing certificate",
                "intermediate.crt",
                f"Download the certificate of {issuer} from its authority's site, as PEM.",
                run=run,
            ),
        ),
        explains=(refused.seen.id,),
    )

"""This machine has no CA certificates, so that no server's certificate can be verified."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.model import Diagnosis, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.certificate import NO_ISSUER, SELF_SIGNED_LEAF
from smtpdoctor.diagnosis.wording import certificate as certificates

CODE = "trust-store-empty"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    refused = run.certificate.refused_as(CODE)
    if refused is None:
        return
    path = run.place.trust_store_path if run.place else ""
    own = refused.seen.verify_code == SELF_SIGNED_LEAF
    container = run.place is not None and run.place.container is not None
    yield Diagnosis(
        code=CODE,
        severity=refused.severity,
        confidence="certain" if refused.seen.verify_code in NO_ISSUER else "likely",
        title="no CA certificates on this machine",
        explanation=(
            "A client knows a good certificate by the CA certificates that its machine trusts, and "
            "here there are none. So every server is refused, whatever its certificate; small "
            f"container images often come without them. {certificates.consequence(run, refused)}"
        ),
        evidence=certificates.description(
            run, refused, "trusted CA certificates found: 0" + (f" ({path})" if path else "")
        ),
        fixes=(
            Fix(
                title="install the CA certificates",
                steps=(
                    "Debian, Ubuntu: apt-get install ca-certificates",
                    "Alpine: apk add ca-certificates",
                    *(
                        (
                            "In an image from scratch: COPY "
                            "--from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/",
                        )
                        if container
                        else ()
                    ),
                    "Where SSL_CERT_FILE or SSL_CERT_DIR is set, let it name a file or folder that "
                    "exists.",
                    *(
                        (
                            "This server's certificate is self-signed besides: add it to the store "
                            "as well.",
                        )
                        if own
                        else ()
                    ),
                ),
            ),
        ),
        explains=(refused.seen.id,),
    )

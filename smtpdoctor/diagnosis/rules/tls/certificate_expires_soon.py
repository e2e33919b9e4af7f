"""A good certificate that ends within days, and should have been renewed by now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.clock import moment, span
from smtpdoctor.diagnosis.wording import certificate as certificates

CODE = "certificate-expires-soon"

WEEK = timedelta(days=7)


def diagnose(run: Run) -> Iterator[Diagnosis]:
    seen = run.main.certificate if run.main else None
    clock = run.clock.now
    if seen is None or not seen.verified or not seen.chain or clock is None:
        return
    leaf = seen.chain[0]
    starts, ends = moment(leaf.not_before), moment(leaf.not_after)
    if starts is None or ends is None:
        return
    left = ends - clock
    # short-lived certificates are renewed late by design: a fifth of the lifetime counts too
    if not timedelta(0) < left < min(WEEK, (ends - starts) / 5):
        return
    where = run.where
    yield Diagnosis(
        code=CODE,
        severity="warning",
        confidence="certain",
        title=f"certificate of {where} expires in {span(left)}",
        explanation=(
            "The certificate is still good, but it has little time left, and renewals are usually "
            "made weeks before the end. If nobody renews it, no mail goes out from then on."
        ),
        evidence=(
            Evidence(
                check="tls",
                text=f"the certificate of {certificates.listed(leaf.names)} ends on "
                f"{ends:%Y-%m-%d %H:%M} UTC; it began on {starts:%Y-%m-%d}",
            ),
        ),
        fixes=(
            Fix(
                title="ask the server's owner to renew the certificate before it ends",
                steps=(
                    "If it is your own server: certbot renew, look why it was not done by itself, "
                    "and reload the mail server.",
                    f"Else tell who runs {run.settings.host} the date.",
                ),
            ),
        ),
    )

"""The SPF policy lets some of the provider's servers pass, and others not."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.model import Diagnosis, Evidence
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views import policy as policies
from smtpdoctor.diagnosis.wording import policy as records

CODE = "spf-partly-authorized"
BEFORE = ("dkim-invalid", "dkim-missing", "dmarc-invalid", "dmarc-would-reject")


def diagnose(run: Run) -> Iterator[Diagnosis]:
    policy = policies.found(run)
    if policy is None or policy.client is not None or policy.status != "partly":
        return
    published = policy.published
    if published is None or policy.relay.envelope != "kept":
        return
    covered = published.coverage
    if "permerror" in covered.results:
        return
    missing = records.networks(covered.missing.networks())
    yield Diagnosis(
        code=CODE,
        severity=policies.severity(policy),
        confidence=policies.confidence(policy),
        title=f"the SPF record of {policy.domain} lets only some servers of "
        f"{policies.relay(policy)} send",
        explanation=(
            "A provider delivers now from one server and now from another. The record has some of "
            "their networks and lacks others, so that one mail passes and the next one doesn't. "
            f"{records.consequence(policy)}"
        ),
        evidence=(
            records.published(policy),
            Evidence(
                check="sender",
                text=f"of the networks that {published.include} lists these get "
                f"{' or '.join(covered.results)}: {missing}",
            ),
            Evidence(
                check="sender", text=f"these pass: {records.networks(covered.covered.networks())}"
            ),
            *records.who(policy),
        ),
        fixes=records.spf_fixes(run, policy),
        explains=policies.spf_answers(run, policy),
        consequences=records.dmarc_follows(policy),
        points_at=("sender",),
    )

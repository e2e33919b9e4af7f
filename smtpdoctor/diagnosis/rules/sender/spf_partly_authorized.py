"""The SPF policy lets some of the provider's servers pass, and others not."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.model import Diagnosis, Evidence
from smtpdoctor.diagnosis.rules.sender import _policy
from smtpdoctor.diagnosis.run import Run

CODE = "spf-partly-authorized"
BEFORE = ("dkim-invalid", "dkim-missing", "dmarc-would-reject")


def diagnose(run: Run) -> Iterator[Diagnosis]:
    policy = _policy.found(run)
    if policy is None or policy.client is not None or policy.status != "partly":
        return
    published = policy.published
    if published is None or policy.relay.envelope != "kept":
        return
    covered = published.coverage
    if "permerror" in covered.results:
        return
    missing = _policy.networks(covered.missing.networks())
    yield Diagnosis(
        code=CODE,
        severity=_policy.severity(policy),
        confidence=_policy.confidence(policy),
        title=f"the SPF record of {policy.domain} lets only some servers of "
        f"{_policy.relay(policy)} send",
        explanation=(
            "A provider delivers now from one server and now from another. The record has some of "
            "their networks and lacks others, so that one mail passes and the next one doesn't. "
            f"{_policy.consequence(policy)}"
        ),
        evidence=(
            _policy.published(policy),
            Evidence(
                check="sender",
                text=f"of the networks that {published.include} lists these get "
                f"{' or '.join(covered.results)}: {missing}",
            ),
            Evidence(
                check="sender", text=f"these pass: {_policy.networks(covered.covered.networks())}"
            ),
            *_policy.who(policy),
        ),
        fixes=_policy.spf_fixes(run, policy),
        explains=_policy.spf_answers(run, policy),
        consequences=_policy.dmarc_follows(policy),
        points_at=("sender",),
    )

"""Neither SPF nor DKIM speaks for the sender, and DMARC asks receivers to reject such mail."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.model import Diagnosis, Evidence
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views import policy as policies
from smtpdoctor.diagnosis.wording import policy as records

CODE = "dmarc-would-reject"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    """Silent on quarantine: that is told by the rule on SPF, as what follows from it."""
    policy = policies.found(run)
    if policy is None or policy.dmarc.policy != "reject" or policy.verdict.kind != "rejected":
        return
    at = policy.dmarc.found_at
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence=policies.confidence(policy),
        title=f"the DMARC policy of {at} has receivers reject mail from {policy.question.address}",
        explanation=(
            "DMARC wants SPF or DKIM to pass for the domain in From. Neither does for mail by "
            f"{policies.relay(policy)}, and the policy asks receivers to reject what fails."
        ),
        evidence=(
            *(
                Evidence(check="sender", text=f"_dmarc.{at} has {records.quoted(text)}")
                for text in policy.dmarc.records
            ),
            *(Evidence(check="sender", text=reason) for reason in policy.verdict.reasons),
            *records.who(policy),
        ),
        fixes=records.spf_fixes(run, policy),
        explains=policies.answers(run, f"_dmarc.{at}", policy.domain),
        points_at=("sender",),
    )

"""Neither SPF nor DKIM speaks for the sender, and DMARC asks receivers to reject such mail.

Told by the records, or by a receiver that has refused the message for it.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views import policy as policies
from smtpdoctor.diagnosis.views.refusal import Refusal
from smtpdoctor.diagnosis.wording import policy as records
from smtpdoctor.diagnosis.wording import refusal as refusals

CODE = "dmarc-would-reject"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    """Silent on quarantine: that is told by the rule on SPF, as what follows from it."""
    refused = run.refused_as(CODE)
    if refused is not None:
        yield _refused(run, refused)
        return
    policy = policies.found(run)
    if policy is None or policy.dmarc.policy != "reject" or policy.verdict.kind != "rejected":
        return
    if policies.severity(policy) != "error":
        return  # what SPF says is only guessed, and told there
    at = policy.dmarc.found_at
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence=policies.confidence(policy),
        title=f"the DMARC policy of {at} makes receivers reject mail from "
        f"{policy.question.address}",
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


def _refused(run: Run, refused: Refusal) -> Diagnosis:
    """A receiver says so itself."""
    return Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain",
        title=f"the receiver rejects mail from {run.settings.sender} by its domain's DMARC policy",
        explanation=(
            "DMARC wants SPF or DKIM to pass for the domain in From. Neither did for this message, "
            "and the domain's policy asks receivers to reject what fails. Forwarding and sending "
            "through somebody else's server are the usual reasons."
        ),
        evidence=refusals.evidence(run, refused),
        fixes=(
            Fix(
                title="send through the provider of the domain in From, or let SPF and DKIM pass",
                steps=(
                    refusals.advice(refused, "Publish the provider's SPF include and DKIM keys."),
                    "`smtpdoctor sender ADDRESS --through PROVIDER` shows which record is missing.",
                    "Never send with a free mailbox's domain (gmail.com, yahoo.com) in From "
                    "through another server: put it into Reply-To.",
                ),
            ),
        ),
        explains=refused.failed,
        points_at=("sender",),
    )

"""The sender's domain has no SPF record, so that receivers can't tell who sends for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smtpdoctor.diagnosis.model import Diagnosis
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views import policy as policies
from smtpdoctor.diagnosis.wording import policy as records

if TYPE_CHECKING:
    from smtpdoctor.sender.assessment import Assessment

CODE = "spf-missing"
BEFORE = ("dkim-invalid", "dkim-missing", "dmarc-invalid", "dmarc-would-reject")


def diagnose(run: Run) -> Iterator[Diagnosis]:
    refused = run.refused_as(CODE)
    policy = policies.found(run)
    problem = policy.own_problem if policy is not None else None
    if policy is None or problem is None or problem.kind != "record-missing":
        if refused is not None:
            yield records.refused(
                run,
                refused,
                title=f"the receiver refuses mail from {run.settings.sender}: "
                "it finds no SPF record of the domain",
                advice="Publish one SPF record for the domain, with the include of the provider "
                "that delivers.",
            )
        return
    rewritten = policy.relay.envelope == "rewritten" and policy.client is None
    if rewritten and not policy.near_misses and refused is None:
        return
    yield Diagnosis(
        code=CODE,
        severity=policies.severity(policy) if refused is None else "error",
        confidence="certain" if policy.relay.known == "no" else policies.confidence(policy),
        title=_title(policy),
        explanation=(
            "By SPF a domain says which servers send for it. Without a valid record nobody's mail "
            f"passes, not that of {policies.relay(policy)} either. {records.consequence(policy)}"
        ),
        evidence=(records.published(policy), *records.who(policy)),
        fixes=records.spf_fixes(run, policy),
        explains=policies.spf_answers(run, policy),
        consequences=records.dmarc_follows(policy),
        points_at=("sender",),
    )


def _title(policy: Assessment) -> str:
    if not policy.near_misses:
        return f"{policy.domain} has no SPF record"
    from smtpdoctor.spf import version_fault

    fault = version_fault(policy.near_misses[0])
    return f"{policy.domain} has an SPF record that receivers pass over: {fault}"

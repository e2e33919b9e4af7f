"""The sender's domain has no SPF record, so that receivers can't tell who sends for it."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.model import Diagnosis
from smtpdoctor.diagnosis.rules.sender import _policy
from smtpdoctor.diagnosis.run import Run

CODE = "spf-missing"
BEFORE = ("dkim-invalid", "dkim-missing", "dmarc-would-reject")


def diagnose(run: Run) -> Iterator[Diagnosis]:
    policy = _policy.found(run)
    problem = policy.own_problem if policy is not None else None
    if policy is None or problem is None or problem.kind != "record-missing":
        return
    if policy.relay.envelope == "rewritten" and policy.client is None:
        return
    yield Diagnosis(
        code=CODE,
        severity=_policy.severity(policy),
        confidence="certain" if policy.relay.known == "no" else _policy.confidence(policy),
        title=f"{policy.domain} has no SPF record",
        explanation=(
            "By SPF a domain says which servers send for it. Without a record nobody's mail "
            f"passes, that of {_policy.relay(policy)} neither. {_policy.consequence(policy)}"
        ),
        evidence=(_policy.published(policy), *_policy.who(policy)),
        fixes=_policy.spf_fixes(run, policy),
        explains=_policy.spf_answers(run, policy),
        consequences=_policy.dmarc_follows(policy),
        points_at=("sender",),
    )

"""No DMARC record applies to the sender's domain."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.model import Diagnosis, Evidence
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views import policy as policies
from smtpdoctor.diagnosis.wording import policy as records

CODE = "dmarc-missing"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    policy = policies.found(run)
    if policy is None or policy.dmarc.status != "missing" or policy.dmarc.misspelt:
        return
    from smtpdoctor.mail_policy import dmarc_change

    change = dmarc_change(policy.dmarc)
    if change is None or policy.is_providers_own:
        return
    yield Diagnosis(
        code=CODE,
        severity="note",
        confidence="certain",
        title=f"{policy.domain} has no DMARC record",
        explanation=(
            "Nothing refuses mail for that. From whoever sends many messages Gmail, Yahoo and "
            "Microsoft want a DMARC record, SPF and DKIM that both pass, and a link to unsubscribe "
            "with one click. With “p=none” the record asks nothing of them."
        ),
        evidence=(
            Evidence(check="sender", text=f"neither _dmarc.{policy.domain} nor its parent has one"),
        ),
        fixes=(
            records.publish(policy, change, f"publish a first DMARC record for {policy.domain}"),
        ),
        explains=(),
    )

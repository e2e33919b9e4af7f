"""The SPF policy lets everybody pass, or whoever has an address in a huge network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views import policy as policies
from smtpdoctor.diagnosis.wording import policy as records

if TYPE_CHECKING:
    from smtpdoctor.sender.assessment import Assessment
    from smtpdoctor.spf import Permissiveness

CODE = "spf-too-permissive"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    policy = policies.found(run)
    if policy is None or policy.is_providers_own:
        return
    from smtpdoctor.spf import permissiveness

    wide = permissiveness(policy.policy)
    if wide is None:
        return
    whom = "everybody" if wide.everything else records.networks(wide.networks, 2)
    yield Diagnosis(
        code=CODE,
        severity="warning",
        confidence="certain",
        title=f"the SPF record of {policy.domain} lets {whom} send in its name",
        explanation=(
            "A record that passes for so many addresses proves nothing: whoever has one of them "
            "can send in the domain's name, and receivers and block lists hold that against all "
            "its mail."
        ),
        evidence=(records.published(policy), *_terms(wide)),
        fixes=_fixes(policy, wide),
        explains=(),
    )


def _terms(wide: Permissiveness) -> Iterator[Evidence]:
    for item in wide.terms[:5]:
        text = f"{records.quoted(item.term)} in the record of {item.path[-1]}"
        if len(item.path) > 1:
            text += f", by way of {' → '.join(item.path[:-1])}"
        yield Evidence(check="sender", text=text)


def _fixes(policy: Assessment, wide: Permissiveness) -> tuple[Fix, ...]:
    from smtpdoctor.mail_policy import RecordChange

    fix = policy.stricter_fix
    if fix is not None and fix.new is not None:
        change = RecordChange(policy.domain, "TXT", policy.spf_records, fix.new, "TXT")
        return (records.publish(policy, change, f"replace the SPF record of {policy.domain}"),)
    terms = (
        ", ".join(dict.fromkeys(records.quoted(item.term) for item in wide.terms))
        or "what is too wide"
    )
    return (
        Fix(
            title=f"name only the servers that send for {policy.domain}",
            steps=(
                records.where(policy),
                f"List your own servers by ip4, ip6 or a provider's include in place of {terms}, "
                "and end the record with ~all.",
            ),
        ),
    )

"""None of the selectors with which the provider signs has a key at the sender's domain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smtpdoctor import knowledge
from smtpdoctor.diagnosis.evidence import cite
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views import policy as policies
from smtpdoctor.diagnosis.wording import policy as records
from smtpdoctor.diagnosis.wording.refusal import told_by

if TYPE_CHECKING:
    from smtpdoctor.mail_policy import SelectorKey
    from smtpdoctor.sender.assessment import Assessment

CODE = "dkim-missing"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    policy = policies.found(run)
    if policy is None or policy.signing != "missing" or policy.is_providers_own:
        return
    provider = policy.relay.provider
    if provider is None:
        return
    # DMARC needs one of the two, and SPF is lost whenever somebody forwards the mail
    by_spf = policy.status == "pass" and policy.relay.envelope == "kept"
    needed = not by_spf and policy.dmarc.policy in ("quarantine", "reject")
    misplaced = [key for key in policy.keys if key.misplaced]
    # who has tried it believes that it works
    tried = misplaced or any(_lacks_the_dot(key) for key in policy.keys)
    yield Diagnosis(
        code=CODE,
        severity="warning" if needed or tried else "note",
        confidence="certain" if policy.relay.known == "named" and _promised(policy) else "likely",
        title=f"{policy.domain} has no DKIM key for {provider.name}",
        explanation=(
            "The provider signs mail with a key that receivers look up at the sender's domain. "
            + (
                "Without it nothing proves the sender, unless a return path of the domain is set "
                "up: the envelope sender is the provider's own."
                if policy.relay.envelope == "rewritten"
                else "Without it DMARC rests on SPF alone, which fails as soon as a mail is "
                "forwarded."
            )
        ),
        evidence=(
            *(
                Evidence(check="sender", text=_lacks(key))
                for key in policy.keys
                if not key.misplaced
            ),
            *(
                Evidence(check="sender", text=f"there is a key at {key.misplaced} instead")
                for key in misplaced
            ),
            Evidence(
                check="sender",
                kind="known",
                text=f"{told_by(provider.name, (provider.dkim_source,))} it signs with "
                f"these selectors {cite(provider.dkim_source)}".strip(),
            ),
        ),
        fixes=_fixes(policy),
        explains=(),
    )


def _promised(policy: Assessment) -> bool:
    """Whether the provider itself names these selectors."""
    provider = policy.relay.provider
    known = knowledge.sources().get(provider.dkim_source) if provider is not None else None
    return known is not None and known.kind == "vendor"


def _lacks(key: SelectorKey) -> str:
    if _lacks_the_dot(key):
        return (
            f"{key.name} is a CNAME to {key.alias}, which is not there: the zone's own name "
            "was put behind what was typed without a dot at its end"
        )
    if key.alias:
        return f"{key.name} is a CNAME to {key.alias}, where no key stands"
    return f"{key.name} has no key record"


def _lacks_the_dot(key: SelectorKey) -> bool:
    """A target without a dot at its end is a name of the zone (RFC 1035 §5.1)."""
    return bool(key.target) and key.alias.startswith(f"{key.target}.")


def _fixes(policy: Assessment) -> tuple[Fix, ...]:
    from smtpdoctor.mail_policy import dkim_changes

    changes = dkim_changes(policy.keys)
    if not changes:
        return (
            Fix(
                title=f"switch DKIM on for {policy.domain} at the provider",
                steps=("The provider's panel has the records to publish, or publishes them.",),
            ),
        )
    return (
        records.publish_all(
            policy,
            changes,
            f"publish the provider's DKIM records at {policy.domain}",
            notes=() if _promised(policy) else (records.COMPARE,),
        ),
    )

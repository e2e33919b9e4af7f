"""What SPF, DKIM and DMARC of the sender's domain do to the mail, and how sure that is.

Names no cause; the evaluation itself is `Run.policy`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from smtpdoctor.diagnosis.model import Confidence, Severity
from smtpdoctor.observations import PolicyAnswer

if TYPE_CHECKING:
    from smtpdoctor.diagnosis.run import Run
    from smtpdoctor.sender.assessment import Assessment


def found(run: Run) -> Assessment | None:
    """The evaluation, where there is a domain whose records could be judged.

    Not for an address of a free mailbox through another company: no record can help it.
    """
    policy = run.policy
    if policy is None or policy.domain_exists is False or policy.malformed:
        return None
    return None if policy.is_strange_to_relay else policy


def severity(policy: Assessment) -> Severity:
    """By what it does to the mail: refused, or sent and not believed.

    Where receivers don't look at this domain's SPF, or it isn't known, it is no more than a note.
    """
    if policy.client is None and policy.relay.known != "no" and policy.relay.envelope != "kept":
        return "note"
    if policy.relay.known == "host" and not policy.question.alone:
        return "warning"  # it takes the mail at this address, and may hand it to another server
    if policy.names_other_region:
        return "warning"  # the owner may know the region better than the MX records do
    return "error" if policy.refused else "warning"


def confidence(policy: Assessment) -> Confidence:
    """How sure it is who delivers, and from where."""
    if policy.client is not None:
        return "certain"
    if policy.relay.envelope == "unknown":
        return "possible"
    provider = policy.relay.provider
    if provider is not None and provider.envelope == "unknown":
        return "likely"
    if policy.names_other_region:
        return "likely"
    published = policy.published
    sure = policy.relay.known == "named" and published is not None and published.verified
    return "certain" if sure else "likely"


def relay(policy: Assessment) -> str:
    """Who delivers, as titles name it."""
    if policy.client is not None:
        return policy.question.client
    if policy.relay.provider is not None:
        return policy.relay.provider.name
    return policy.question.host or "whoever delivers"


def answers(run: Run, *names: str) -> tuple[str, ...]:
    """The ids of the answers to the TXT questions for these names."""
    return tuple(
        item.id
        for item in run.observations.of(PolicyAnswer, record="TXT")
        if item.question in names
    )


def spf_answers(run: Run, policy: Assessment) -> tuple[str, ...]:
    """What a fault of the SPF policy explains: its record; and the server's refusal, where the
    sender is of another domain than the login, which is the cause of both, or the server itself
    says that SPF is why."""
    refused = run.refused_as("sender-not-allowed", "spf-not-authorized", "spf-missing")
    return (*answers(run, policy.domain), *(refused.failed if refused is not None else ()))

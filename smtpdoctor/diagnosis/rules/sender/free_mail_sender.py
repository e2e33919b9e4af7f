"""From is an address of a free mailbox, and another company's servers deliver.

Told by the domain and by who delivers; no record of the DNS can help, since nobody can edit them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smtpdoctor import knowledge
from smtpdoctor.diagnosis.evidence import own_line
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views import policy as policies
from smtpdoctor.diagnosis.views.sender import domain_of, login_address
from smtpdoctor.diagnosis.wording import policy as records

if TYPE_CHECKING:
    from smtpdoctor.sender.assessment import Assessment

CODE = "free-mail-sender"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    policy = run.policy
    if policy is None or not policy.is_strange_to_relay or policy.mailbox_provider is None:
        return
    owner = _short(policy.mailbox_provider.name)
    relay = _short(policies.relay(policy))
    rejects = policy.dmarc.policy == "reject" or policy.refused
    follows = (
        f"{policy.domain} asks receivers to reject such mail."
        if rejects
        else "Receivers put it into spam or refuse it."
    )
    yield Diagnosis(
        code=CODE,
        severity="error" if rejects else "warning",
        confidence="certain" if policy.relay.known == "named" else "likely",
        title=f"{relay} can't send as {policy.question.address}: only {owner} can",
        explanation=(
            f"{policy.domain} belongs to {owner}. Its SPF, DKIM and DMARC records name {owner}'s "
            f"servers, and no customer can add others, so mail through {relay} looks forged. "
            f"{follows}"
        ),
        evidence=(
            *(
                Evidence(check="sender", text=f"_dmarc.{policy.dmarc.found_at} has {text}")
                for text in map(records.quoted, policy.dmarc.records)
            ),
            records.published(policy),
            *(() if run.is_about_sender_alone else own_line(run, "sender")),
        ),
        fixes=_fixes(run, policy, owner, relay),
        explains=(
            *policies.spf_answers(run, policy),
            *policies.answers(run, f"_dmarc.{policy.domain}"),
        ),
        points_at=("sender",),
    )


def _short(name: str) -> str:
    """A provider as people call it: “Gmail” of “Gmail and Google Workspace”."""
    return name.partition(" and ")[0].partition(",")[0]


def _fixes(run: Run, policy: Assessment, owner: str, relay: str) -> tuple[Fix, ...]:
    """From of the login where that is no free mailbox too, else of a domain of one's own."""
    login = login_address(run.settings)
    own = login is not None and knowledge.free_mail_provider(domain_of(login)) is None
    host = next(
        (item.host for item in policy.mailbox_provider.hosts if item.verified)
        if policy.mailbox_provider is not None
        else iter(()),
        "",
    )
    return (
        *(records.send_from_login(run) if own else ()),
        Fix(
            title=f"send from an address of your own domain; put {policy.question.address} into "
            "Reply-To",
            steps=(
                f"From: an address of a domain that is set up at {relay}, such as "
                "info@your-domain.example.",
                f"Reply-To: {policy.question.address}; answers then arrive there.",
            ),
        ),
        Fix(
            title=f"keep the address and send through {owner}" + (f" ({host})" if host else ""),
            steps=(f"Log in there with the mailbox of {policy.question.address}.",),
        ),
    )

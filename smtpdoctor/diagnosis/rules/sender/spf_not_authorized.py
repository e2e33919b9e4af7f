"""The SPF policy of the sender's domain lets none of the provider's servers pass."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views import policy as policies
from smtpdoctor.diagnosis.wording import policy as records
from smtpdoctor.text import quoted

if TYPE_CHECKING:
    from smtpdoctor.sender.assessment import Assessment

CODE = "spf-not-authorized"
BEFORE = ("dkim-invalid", "dkim-missing", "dmarc-invalid", "dmarc-would-reject")


def diagnose(run: Run) -> Iterator[Diagnosis]:
    refused = run.refused_as(CODE)
    policy = policies.found(run)
    if policy is None or not _fails(policy):
        if refused is not None:
            yield records.refused(
                run,
                refused,
                title=f"the receiver refuses mail from {run.settings.sender}: "
                "the SPF record of its domain does not name the server that delivers",
                advice="Add the include of the provider that delivers to the one SPF record of "
                "the domain, before `all`.",
            )
        return
    unsure = policy.relay.envelope == "unknown" and policy.client is None
    unsure = unsure and policy.relay.known != "no"
    yield Diagnosis(
        code=CODE,
        severity=policies.severity(policy) if refused is None else "error",
        confidence="certain" if policy.relay.known == "no" else policies.confidence(policy),
        title=_title(policy),
        explanation=_explanation(policy, unsure=unsure),
        evidence=(records.published(policy), *_results(policy), *records.who(policy)),
        fixes=(_look(policy),) if unsure else records.spf_fixes(run, policy),
        explains=policies.spf_answers(run, policy),
        consequences=records.dmarc_follows(policy),
        points_at=("sender",),
    )


def _fails(policy: Assessment) -> bool:
    """Whether a valid policy lets none pass, of an envelope that is or may be this domain's."""
    if policy.status != "fail" or policy.own_problem is not None:
        return False
    if policy.client is not None:
        return policy.client.result in ("fail", "softfail", "neutral")
    if policy.relay.envelope == "rewritten":
        return False
    missing = policy.published.coverage.results if policy.published is not None else {}
    return "permerror" not in missing


def _title(policy: Assessment) -> str:
    if [text.lower().split() for text in policy.spf_records] == [["v=spf1", "-all"]]:
        return f"{policy.domain} says that it sends no mail at all (v=spf1 -all)"
    if policy.published is None and policy.client is None:
        return f"the SPF record of {policy.domain} lets nobody send for it"
    return f"the SPF record of {policy.domain} does not let {policies.relay(policy)} send"


def _explanation(policy: Assessment, *, unsure: bool) -> str:
    words = (
        "Receivers look up the SPF record of the sender's domain and compare it with the address "
        "that delivers. None of the addresses from which this mail comes is in it. "
    )
    if unsure:
        return words + (
            f"Whether that matters depends on the envelope sender that {policies.relay(policy)} "
            "uses, which isn't known: with one of its own, SPF is judged for its own domain."
        )
    return words + records.consequence(policy)


def _results(policy: Assessment) -> tuple[Evidence, ...]:
    if policy.client is not None:
        term = f" by {policy.client.term}" if policy.client.term else ""
        said = f"; the domain explains: {quoted(policy.client.explanation)}" * bool(
            policy.client.explanation
        )
        text = f"{policy.question.client} gets {policy.client.result}{term}{said}"
        return (Evidence(check="sender", text=text),)
    if policy.published is None:
        return ()
    results = policy.published.coverage.results
    text = f"the networks that {policy.published.include} lists get {' or '.join(results)}"
    if policy.relay.known == "host":
        text = f"the addresses of {policy.published.include} get {' or '.join(results)}"
    shown = records.networks(policy.published.policy.passes.networks())
    return (Evidence(check="sender", text=f"{text}: {shown}"),)


def _look(policy: Assessment) -> Fix:
    return Fix(
        title="find out which envelope sender arrives",
        steps=(
            "Send a mail to a mailbox of yours and look at its Return-Path.",
            f"Where that is of {policy.domain}, ask {policies.relay(policy)} for its SPF include; "
            "where it is the provider's own, nothing is to be done.",
        ),
    )

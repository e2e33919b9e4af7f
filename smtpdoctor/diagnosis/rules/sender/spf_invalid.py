"""The SPF policy is in error for some or all servers: which term, which limit, by which path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views import policy as policies
from smtpdoctor.diagnosis.wording import policy as records

if TYPE_CHECKING:
    from smtpdoctor.sender.assessment import Assessment
    from smtpdoctor.spf import Problem

CODE = "spf-invalid"
BEFORE = ("dkim-invalid", "dkim-missing", "dmarc-invalid", "dmarc-would-reject")

#: Of a policy with more faults or includes than anybody mends at once.
SHOWN = 6


def diagnose(run: Run) -> Iterator[Diagnosis]:
    policy = policies.found(run)
    if policy is None or not policy.permerror:
        return
    problem = _problem(policy)
    if problem is None:
        return
    passes = policy.status == "pass"
    severity = policies.severity(policy)
    yield Diagnosis(
        code=CODE,
        severity="warning" if passes and severity == "error" else severity,
        confidence="certain",
        title=_title(policy, problem),
        explanation=_explanation(policy, passes=passes),
        evidence=(records.published(policy), *_fault(problem), *_counts(policy, problem)),
        fixes=_fixes(run, policy, problem),
        explains=policies.spf_answers(run, policy),
        consequences=() if passes else records.dmarc_follows(policy),
        points_at=("sender",),
    )


def _problem(policy: Assessment) -> Problem | None:
    """What makes the error; that of the one client where it is about one."""
    if policy.client is not None:
        return policy.client.problem
    mute = ("dns", "record-missing", "domain-not-found", "domain-malformed")
    return next((item for item in policy.policy.problems if item.kind not in mute), None)


def _title(policy: Assessment, problem: Problem) -> str:
    domain = policy.domain
    if problem.kind == "lookup-limit":
        count = policy.policy.lookups
        return f"the SPF record of {domain} asks for {count} look-ups, 10 are the most"
    if problem.kind == "several-records":
        return f"{problem.domain} has {len(policy.spf_records)} SPF records, one is the most"
    repaired = [
        change
        for change in (policy.record_fix.changes if policy.record_fix is not None else ())
        if change.kind == "repaired" and change.term.lower() not in ("all", "+all")
    ]
    concerns = [change for change in repaired if problem.term and problem.term in change.term]
    if problem.kind == "syntax" and problem.domain == domain:
        concerns = concerns or repaired
    if concerns:
        meant = " ".join(concerns[0].into)
        wrong = records.quoted(concerns[0].term)
        return f"the SPF record of {domain} is invalid: {wrong} must be {records.quoted(meant)}"
    named = {"include-without-record": "includes", "redirect-without-record": "leads to"}
    if problem.kind in named and len(problem.path) == 2:
        lacks = problem.message.removeprefix(f"{problem.domain} ")
        return f"the SPF record of {domain} {named[problem.kind]} {problem.domain}, which {lacks}"
    where = domain if problem.domain == domain else f"{domain}, by way of {problem.domain},"
    return f"the SPF record of {where} is invalid: {problem.message}"


def _explanation(policy: Assessment, *, passes: bool) -> str:
    words = "A receiver that meets the fault stops there with a permanent error (permerror)"
    if passes:
        return (
            f"{words}. The servers of {policies.relay(policy)} pass before it, so this mail gets "
            "through; some receivers check the whole record first, and others' mail fails."
        )
    return f"{words}, and SPF does not pass. {records.consequence(policy)}"


def _fault(problem: Problem) -> Iterator[Evidence]:
    for fault in problem.faults[:SHOWN]:
        text = f"{records.quoted(fault.term)} in the record of {problem.domain}: {fault.reason}"
        yield Evidence(check="sender", text=text)
    if not problem.faults and problem.kind != "several-records":
        term = f" at {records.quoted(problem.term)}" if problem.term else ""
        yield Evidence(check="sender", text=f"{' → '.join(problem.path)}{term}: {problem.message}")


def _counts(policy: Assessment, problem: Problem) -> Iterator[Evidence]:
    """What each term of the domain's own record spends."""
    if problem.kind not in ("lookup-limit", "void-limit"):
        return
    void = problem.kind == "void-limit"
    spent = [
        (step.void_lookups if void else step.lookups, step.term)
        for step in policy.policy.tree.steps
    ]
    listed = [f"{term[: records.QUOTED]} {count}" for count, term in spent if count]
    what = "look-ups that found nothing" if void else "look-ups"
    yield Evidence(check="sender", text=f"{what} by term: {', '.join(listed[:20])}")


def _fixes(run: Run, policy: Assessment, problem: Problem) -> tuple[Fix, ...]:
    published = records.spf_fix(policy)
    login = records.send_from_login(run)
    if published or policy.is_providers_own:
        return (*login, *(published or (records.ask_provider(policy),)))
    steps = {
        "lookup-limit": (
            "Drop includes of services that no longer send for the domain, or replace one by the "
            "ip4 and ip6 networks that it lists; `smtpdoctor sender --verbose` shows what each "
            "costs."
        ),
        "several-records": (
            "Put the terms of all records into one, with “v=spf1” once in front and one “all” at "
            "the end, and delete the others."
        ),
        "void-limit": "Remove the terms whose names the DNS doesn't know any more.",
        "include-without-record": _in_its_place(policy, problem),
        "redirect-without-record": _in_its_place(policy, problem),
    }.get(problem.kind, f"Correct or remove {records.quoted(problem.term or '')}.")
    own = problem.kind in ("include-without-record", "redirect-without-record")
    own = own and len(problem.path) > 1
    fix = Fix(
        title=f"correct the SPF record of {problem.path[-2] if own else problem.domain}",
        steps=(records.where(policy), steps),
    )
    return (*login, fix)


def _in_its_place(policy: Assessment, problem: Problem) -> str:
    """What to do about a name without a record that nothing known can take the place of."""
    term = records.quoted(problem.term)
    if policy.relay.provider is None:
        return f"Remove {term}, or write the name that the service gives today."
    return f"Ask {policies.relay(policy)} for its SPF include, and write it in the place of {term}."

"""The server's words: the account has sent more, or more at once, than it may."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import library_words
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.refusal import Refusal
from smtpdoctor.diagnosis.wording import refusal as refusals

CODE = "sending-limit-reached"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    refused = run.refused_as(CODE)
    if refused is None:
        return
    check = refused.exchange.check
    if refused.rule is not None and refused.rule.tells == "storage":
        yield _no_storage(run, refused)
        return
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain",
        title=f"{run.settings.host} takes no more mail for now: a sending limit is reached",
        explanation=(
            "Settings, login and sender are not the reason: the account has used up what it may "
            "send in some time, or sends over too many connections at once. Until that time is "
            "over every message is refused."
        ),
        evidence=(
            *refusals.evidence(run, refused),
            *_limits(run, check),
            *library_words(run, CODE, check=check),
        ),
        fixes=(
            Fix(
                title="stop sending, and go on more slowly when the limit's time is over",
                steps=(
                    refusals.advice(refused, "Wait; the provider's pages name the limit."),
                    "Look what has sent so much: a loop, a newsletter, or somebody else who has "
                    "the password. For bulk mail use a sending service.",
                ),
            ),
        ),
        explains=refused.failed,
    )


def _no_storage(run: Run, refused: Refusal) -> Diagnosis:
    """A mailbox that is full: waiting makes no room in it."""
    return Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain",
        title=f"{run.settings.host} takes no more mail: the account's storage is full",
        explanation=(
            "Settings and login are not the reason: the account that sends has no storage left, "
            "and until there is room again every message is refused."
        ),
        evidence=(
            *refusals.evidence(run, refused),
            *library_words(run, CODE, check=refused.exchange.check),
        ),
        fixes=(
            Fix(
                title="make room in the mailbox, or get more storage",
                steps=(
                    "Empty the trash and the spam folder, and look what is large among the sent "
                    "mail: programs often keep a copy of all that they send.",
                    "If the mailbox is not full, show the words above to whoever runs the server.",
                ),
            ),
        ),
        explains=refused.failed,
    )


def _limits(run: Run, check: str) -> tuple[Evidence, ...]:
    provider = run.provider
    return tuple(
        Evidence(
            check=check,
            kind="known",
            text=f"{refusals.told_by(provider.name, limit.sources)} {limit.text} "
            f"{refusals.source(limit.sources)}".strip(),
        )
        for limit in (provider.limits if provider else ())
        if provider is not None and limit.verified
    )

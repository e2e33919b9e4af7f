"""The server took login and sender, and refused the recipient of the dry run."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import library_words
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.refusal import Refusal
from smtpdoctor.diagnosis.wording import refusal as refusals
from smtpdoctor.observations import Exchange

CODE = "recipient-rejected"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    refused = run.refused_as(CODE)
    settings = run.settings
    recipient = settings.recipient or settings.sender
    own = settings.recipient is None
    not_sent = _needs_smtputf8(run)
    if refused is None and not_sent is None:
        return
    evidence = (
        refusals.evidence(run, refused)
        if refused is not None
        else (Evidence(check="sender", text="EHLO does not announce SMTPUTF8"),)
    )
    whose = (
        "The recipient was the sender's own address, since no other was given. "
        if own
        else "The recipient was given with --to. "
    )
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain" if not own or refused is None else "likely",
        title=f"{settings.host} does not take mail for {recipient}",
        explanation=whose
        + (
            "Everything before it worked, the sender too. Mail for this address does not go out; "
            "whether the server takes other recipients was not tried."
        ),
        evidence=(*evidence, *library_words(run, CODE, check="sender")),
        fixes=(
            *(_leave_the_trial(refused) if refused is not None else ()),
            _fix(run, recipient or "", own=own),
        ),
        explains=refused.failed if refused is not None else (not_sent.id,) if not_sent else (),
    )


def _needs_smtputf8(run: Run) -> Exchange | None:
    """MAIL that was not sent because of the recipient's letters (RFC 6531 §3.2)."""
    mail = run.main.step("mail") if run.main else None
    sender = (run.settings.sender or "").rpartition("@")[0]
    if mail is None or mail.sent or mail.ok is not False or not sender.isascii():
        return None
    return mail


def _leave_the_trial(refused: Refusal) -> tuple[Fix, ...]:
    if refused.rule is None or refused.rule.tells != "trial":
        return ()
    return (
        Fix(
            title="verify a domain of your own, or write to an address that the trial allows",
            steps=(refusals.sentence(refused.rule.fix),),
        ),
    )


def _fix(run: Run, recipient: str, *, own: bool) -> Fix:
    if own:
        return Fix(
            title="try the address that the application writes to",
            steps=(
                "Run `smtpdoctor check --to ADDRESS` with it: only MAIL and RCPT are sent, no "
                "message.",
                f"If {recipient} should exist, look for a slip in it, and whether its mailbox is "
                "there, open and not full. Answers and bounces go to it.",
            ),
        )
    return Fix(
        title=f"correct the address {recipient}, or take another recipient",
        steps=(
            "Look for a slip in it. If it is right, its mailbox does not exist, is closed or full, "
            "or lives at another server than this one believes.",
            "If the server refuses every address of other domains, it relays nothing for this "
            "login: use the provider's submission host.",
        ),
    )

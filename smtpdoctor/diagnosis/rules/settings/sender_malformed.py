"""The sender is no mail address, or none that this server can carry."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import library_words, own_line
from smtpdoctor.diagnosis.fixes import send_from_login
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.entries import faults
from smtpdoctor.diagnosis.views.sender import login_address
from smtpdoctor.diagnosis.wording import entries
from smtpdoctor.diagnosis.wording import refusal as refusals
from smtpdoctor.settings.model import Problem, Setting

CODE = "sender-malformed"

PROBLEMS: tuple[Problem, ...] = ("not-an-address", "quotes", "blanks", "placeholder", "characters")


def diagnose(run: Run) -> Iterator[Diagnosis]:
    for read in faults(run, "sender", problems=PROBLEMS):
        entry = read.setting
        name = entry.origin.name
        text = entry.text if len(entry.text) <= 40 else f"{entry.text[:40]}…"
        yield Diagnosis(
            code=CODE,
            severity="error",
            confidence="certain",
            title=(
                f"the sender in {name} has quotes around it"
                if entry.problem == "quotes"
                else f"{name}={text} is not a mail address"
            ),
            explanation=(
                "A message can only come from one mail address, alone or as Name <address>. With "
                "anything else the program stops, or the server refuses the message before it is "
                "sent."
            ),
            evidence=(entries.line(entry),),
            fixes=(_fix(run, entry),),
            explains=(read.id,),
            points_at=("sender",),
        )
    yield from _refused(run)
    yield from _letters(run)
    yield from _no_domain(run)


def _no_domain(run: Run) -> Iterator[Diagnosis]:
    """An address that check_host() was asked about and that names no domain (RFC 7208 §4.3)."""
    policy = run.policy
    if policy is None or not policy.malformed:
        return
    yield Diagnosis(
        code=CODE,
        severity="note",
        confidence="certain",
        title=f"{policy.question.address} names no domain: {policy.malformed}",
        explanation=(
            "SPF is looked up at the domain after the @. There is none here that the DNS could "
            "know, so the result is “none” and SPF says nothing about such mail."
        ),
        evidence=(),
        explains=(),
    )


def _fix(run: Run, entry: Setting) -> Fix:
    settings = run.settings
    address = settings.sender if entry.problem == "quotes" else login_address(run.settings)
    if address is not None:
        return entries.write(entry, f"send from {address}", address)
    steps: tuple[str, ...] = (
        f"{entry.origin.name} ({entry.origin.label}): the mailbox's address, as it stands.",
    )
    if entry.problem == "placeholder":
        steps = (*steps, entries.EXPANDED)
    return Fix(title="write one mail address there", steps=steps)


def _refused(run: Run) -> Iterator[Diagnosis]:
    """The server could not read MAIL FROM."""
    refused = run.refused_as(CODE)
    if refused is None:
        return
    sender = run.settings.sender
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="likely",
        title=f"{run.settings.host} can't read the sender {sender}",
        explanation=(
            "The server answered MAIL FROM with a code for a syntax error: to it the sender is no "
            "address. So every message is refused before its recipient is named."
        ),
        evidence=(
            *refusals.evidence(run, refused),
            *own_line(run, "sender"),
            *library_words(run, "sender-not-allowed", check="sender"),
        ),
        fixes=_plain_sender(run),
        explains=refused.failed,
        points_at=("sender",),
    )


def _letters(run: Run) -> Iterator[Diagnosis]:
    """An address that needs SMTPUTF8, at a server without it (RFC 6531 §3.2)."""
    mail = run.main.step("mail") if run.main else None
    sender = run.settings.sender or ""
    local = sender.rpartition("@")[0]
    if mail is None or mail.ok is not False or mail.sent or local.isascii():
        return
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain",
        title=f"{run.settings.host} takes no sender with letters beyond ASCII: {sender}",
        explanation=(
            "Letters such as ä or é before the @ need a server that announces SMTPUTF8, and every "
            "server on the way to the recipient too. This one does not, so MAIL was not sent."
        ),
        evidence=(
            Evidence(check="sender", text="EHLO does not announce SMTPUTF8"),
            *own_line(run, "sender"),
        ),
        fixes=_plain_sender(run),
        explains=(mail.id,),
        points_at=("sender",),
    )


def _plain_sender(run: Run) -> tuple[Fix, ...]:
    """The login's own address; else words."""
    return send_from_login(run) or (
        Fix(
            title="send from an address of plain letters",
            steps=("Use a mailbox or alias with ASCII letters, digits, dots and dashes only.",),
        ),
    )

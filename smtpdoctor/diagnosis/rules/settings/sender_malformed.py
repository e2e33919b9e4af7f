"""The sender is no mail address, or none that this server can carry."""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtpdoctor import knowledge
from smtpdoctor.diagnosis.evidence import cite, library_words, own_line
from smtpdoctor.diagnosis.fixes import change_settings, send_from_login
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.entries import faults
from smtpdoctor.diagnosis.views.sender import login_address
from smtpdoctor.diagnosis.wording import entries
from smtpdoctor.diagnosis.wording import refusal as refusals
from smtpdoctor.observations import Exchange
from smtpdoctor.settings.model import Problem, Setting
from smtpdoctor.words import listed

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
    yield from _filtered(run)
    yield from _no_domain(run)
    yield from _raw_domain(run)


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
        fixes=_in_ascii(run, *_parts(sender)) or _plain_sender(run),
        explains=refused.failed,
        points_at=("sender",),
    )


def _letters(run: Run) -> Iterator[Diagnosis]:
    """An address that needs SMTPUTF8, at a server without it (RFC 6531 §3.2)."""
    mail = run.main.step("mail") if run.main else None
    sender = run.settings.sender or ""
    local = sender.rpartition("@")[0]
    if mail is None or mail.ok is not False or mail.sent or sender.isascii():
        return
    if run.client is not None and (local.isascii() or mail.error == "SMTPUTF8 not spoken"):
        yield _beyond_client(run, mail, run.client)
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


def _beyond_client(run: Run, mail: Exchange, client: knowledge.Client) -> Diagnosis:
    """Letters that the server would take, and the user's client can't send."""
    sender = run.settings.sender or ""
    local, _, domain = sender.rpartition("@")
    return Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain",
        title=f"{client.name} can't send from {sender}: it has letters beyond ASCII",
        explanation=(
            f"{client.name} writes MAIL FROM in ASCII alone"
            + (
                " and does not turn a domain into its ASCII form by itself"
                if local.isascii()
                else " and doesn't speak SMTPUTF8, which such an address needs"
            )
            + ". It stops there, so no mail goes out."
        ),
        evidence=(
            *own_line(run, "sender"),
            Evidence(
                check="sender",
                kind="known",
                text=f"so {client.name} does {cite(*client.sources)}",
            ),
        ),
        fixes=_in_ascii(run, local, domain) or _plain_sender(run),
        explains=(mail.id,),
        points_at=("sender",),
    )


def _filtered(run: Run) -> Iterator[Diagnosis]:
    """An address by the standard that the user's client takes for none."""
    client, read, sender = run.client, run.setting("sender"), run.settings.sender or ""
    if client is None or read is None or not client.refuses_senders:
        return
    if re.fullmatch(client.refuses_senders, sender) is None:
        return
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain",
        title=f"{client.name} takes {sender} for no mail address",
        explanation=(
            f"{client.name} looks at the address before it sends, and stops at this one: it wants "
            "a domain of letters, digits and hyphens, and no blanks before the @. Other programs "
            "send it."
        ),
        evidence=(
            *own_line(run, "sender"),
            Evidence(
                check="settings",
                kind="known",
                text=f"so {client.name} does {cite(*client.sources)}",
            ),
        ),
        fixes=_plain_sender(run),
        explains=(read.id,),
        points_at=("sender",),
    )


def _raw_domain(run: Run) -> Iterator[Diagnosis]:
    """A domain with letters beyond ASCII that some clients send as it is written."""
    mail = run.main.step("mail") if run.main else None
    local, _, domain = (run.settings.sender or "").rpartition("@")
    if run.client is not None or mail is None or not mail.ok or domain.isascii():
        return
    names = [each.name for each in knowledge.clients().values() if each.unicode_domain != "encoded"]
    fixes = _in_ascii(run, local, domain)
    if not fixes or not local.isascii():
        return
    yield Diagnosis(
        code=CODE,
        severity="warning",
        confidence="certain",
        title=f"the sender's domain {domain} is not written in its ASCII form",
        explanation=(
            "smtpdoctor turned it into its ASCII form, and the server took it. Not every program "
            f"does: {listed(names)} send it as it is written, or stop. Then the server answers "
            '"bad sender address syntax".'
        ),
        evidence=(
            Evidence(check="sender", text=f'{run.where} accepted "{mail.sent}"'),
            *own_line(run, "sender"),
        ),
        fixes=fixes,
        points_at=("sender",),
    )


def _parts(sender: str | None) -> tuple[str, str]:
    local, _, domain = (sender or "").rpartition("@")
    return local, domain


def _in_ascii(run: Run, local: str, domain: str) -> tuple[Fix, ...]:
    """The same address with its domain in A-labels (RFC 5890 §2.3.2.1)."""
    try:
        name = domain.encode("idna").decode("ascii")
    except UnicodeError:
        return ()
    if not local.isascii() or domain.isascii():
        return ()
    address = f"{local}@{name}"
    return (change_settings(run, f"write the sender as {address}", sender=address),)


def _plain_sender(run: Run) -> tuple[Fix, ...]:
    """The login's own address; else words."""
    return send_from_login(run) or (
        Fix(
            title="send from an address of plain letters",
            steps=("Use a mailbox or alias with ASCII letters, digits, dots and dashes only.",),
        ),
    )

"""The server's words at MAIL or RCPT: it finds no such domain as the sender's in DNS."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import library_words, own_line
from smtpdoctor.diagnosis.model import Diagnosis, Fix
from smtpdoctor.diagnosis.rules.auth import _refusal
from smtpdoctor.diagnosis.rules.sender import _addresses
from smtpdoctor.diagnosis.run import Run

CODE = "sender-domain-not-found"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    refused = _refusal.refusal(run, CODE)
    if refused is None:
        return
    sender = run.settings.sender
    domain = _addresses.domain(sender)
    login = _addresses.domain(_addresses.login_address(run))
    change = _addresses.send_from_login(run) if login != domain else ()
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain" if refused.reply.category == 5 else "likely",
        title=f"{run.settings.host} finds no mail domain {domain} for the sender {sender}",
        explanation=(
            "Servers look up the sender's domain before they take a message: mail that can't be "
            "answered is refused. Either the domain is misspelt or only a name of this machine, "
            "or its name servers gave the mail server no answer."
        ),
        evidence=(
            *_refusal.evidence(run, refused),
            *own_line(run, "sender"),
            *library_words(run, CODE, check="sender"),
        ),
        fixes=(
            *change,
            Fix(
                title=f"make {domain or 'the domain'} a name that DNS knows",
                steps=(
                    f"Ask DNS: `dig MX {domain}` and `dig A {domain}`. One of them has to answer.",
                    "If neither does and the spelling is right, publish an MX record at the "
                    "domain's DNS host, or look whether the domain has expired.",
                ),
            ),
        ),
        explains=refused.failed,
        points_at="sender",
    )

"""The server's words at MAIL or RCPT: the sender's address or domain is not verified there."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import library_words, own_line
from smtpdoctor.diagnosis.model import Diagnosis, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.sender import domain_of
from smtpdoctor.diagnosis.wording import refusal as refusals

CODE = "sender-not-verified"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    refused = run.refused_as(CODE)
    if refused is None:
        return
    sender = run.settings.sender
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain",
        title=f"{run.settings.host} does not know the sender {sender} as verified",
        explanation=(
            "The server takes mail only from senders that it could verify; at sending services the "
            "customer has to prove first that an address or domain is his. This sender is not "
            "among those, so every message from it is refused."
        ),
        evidence=(
            *refusals.evidence(run, refused),
            *own_line(run, "sender"),
            *library_words(run, CODE, check="sender"),
        ),
        fixes=(
            Fix(
                title=f"verify {domain_of(sender) or 'the sender'} with the provider, or "
                "send from an address that is",
                steps=(
                    refusals.advice(refused, "Verify the address or its domain there."),
                    "The account of these credentials, and its region where the service has "
                    "several, is the one that counts.",
                ),
            ),
        ),
        explains=refused.failed,
        points_at=("sender",),
    )

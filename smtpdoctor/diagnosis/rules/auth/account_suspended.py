"""The server's words say that the provider has closed the account, or not opened it yet."""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtpdoctor.diagnosis.model import Diagnosis, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.wording import refusal as refusals
from smtpdoctor.diagnosis.wording.refusal import NOT_YET_OPEN

CODE = "account-suspended"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    refused = run.refused_as(CODE)
    if refused is None:
        return
    account = run.settings.username or "this account"
    new = re.search(NOT_YET_OPEN, refused.reply.text, re.IGNORECASE) is not None
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain",
        title=f"{run.settings.host} says that the account {account} is "
        f"{'not activated yet' if new else 'closed'}",
        explanation=(
            "The provider knows the account and has not opened it for sending yet. New accounts "
            "are often looked at by a person first. The settings are not the reason."
            if new
            else "The provider has shut the account or taken its right to send, often because too "
            "much or unwanted mail came from it, or because a bill is open. Password and settings "
            "are not the reason, and changing them does not help."
        ),
        evidence=refusals.evidence(run, refused),
        fixes=(
            Fix(
                title="ask the provider's support to activate the account",
                steps=(
                    refusals.advice(refused, "Ask the provider's support."),
                    "Look at its web site whether a step of the sign-up is still open.",
                ),
            )
            if new
            else Fix(
                title="ask the provider to open the account again",
                steps=(
                    refusals.advice(refused, "Ask the provider's support."),
                    "If others may know the password, set a new one before the account is opened.",
                ),
            ),
        ),
        explains=refused.failed,
    )

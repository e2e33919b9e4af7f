"""The server's words say that the provider has closed the account for now."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.model import Diagnosis, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.wording import refusal as refusals

CODE = "account-suspended"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    refused = run.refused_as(CODE)
    if refused is None:
        return
    account = run.settings.username or "this account"
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain",
        title=f"{run.settings.host} says that the account {account} is closed",
        explanation=(
            "The provider has shut the account or taken its right to send, often because too much "
            "or unwanted mail came from it, or because a bill is open. Password and settings are "
            "not the reason, and changing them does not help."
        ),
        evidence=refusals.evidence(run, refused),
        fixes=(
            Fix(
                title="have the provider open the account again",
                steps=(
                    refusals.advice(refused, "Ask the provider's support."),
                    "If others may know the password, set a new one before the account is opened.",
                ),
            ),
        ),
        explains=refused.failed,
    )

"""The server's words say that there were too many logins, or too many wrong ones."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import library_words
from smtpdoctor.diagnosis.model import Diagnosis, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.wording import refusal as refusals

CODE = "auth-rate-limited"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    refused = run.refused_as(CODE)
    if refused is None:
        return
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain",
        title=f"{run.settings.host} refuses logins for now: there were too many",
        explanation=(
            "The server has counted more logins, or more failed ones, than it allows, and holds "
            "further ones back for a time. It did not judge the password. Every new attempt, by "
            "any program with these values, may make the wait longer."
        ),
        evidence=(
            *refusals.evidence(run, refused),
            *library_words(run, CODE, check="auth"),
        ),
        fixes=(
            Fix(
                title="stop every program that logs in with these values, and wait",
                steps=(
                    "Stop them all, retries and monitoring included, and leave the account alone "
                    "for an hour.",
                    "Meanwhile check user name and password at the provider's webmail.",
                    "Then run smtpdoctor once: it logs in one time. Let the application keep its "
                    "connection for several messages instead of logging in for each.",
                ),
            ),
        ),
        explains=refused.failed,
    )

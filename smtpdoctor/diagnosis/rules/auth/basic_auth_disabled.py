"""The server's words say that this account may not log in with a password, right or wrong."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import library_words
from smtpdoctor.diagnosis.model import Diagnosis, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.wording import refusal as refusals

CODE = "basic-auth-disabled"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    refused = run.refused_as(CODE)
    if refused is None:
        return
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain",
        title=f"{run.settings.host} has logins with a password switched off for this account",
        explanation=(
            "The provider or its administrator does not allow programs to log in with user name "
            "and password here. The password was not judged: a new one changes nothing. Either "
            "the switch is set, or the program logs in with a token (OAuth2)."
        ),
        evidence=(
            *refusals.evidence(run, refused),
            *library_words(run, CODE, check="auth"),
        ),
        fixes=(
            Fix(
                title="have the login allowed, or log in with a token",
                steps=(
                    refusals.advice(
                        refused, "Have the administrator allow password logins, or use OAuth2."
                    ),
                    "A token can be tried with smtpdoctor: put it into SMTP_OAUTH_TOKEN.",
                ),
            ),
        ),
        explains=refused.failed,
    )

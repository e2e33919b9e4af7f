"""The server's words say that the account's own password is no login for programs."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import library_words, named
from smtpdoctor.diagnosis.model import Diagnosis, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.wording import refusal as refusals

CODE = "app-password-required"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    refused = run.refused_as(CODE)
    if refused is None:
        return
    told = any(word in refused.reply.text.lower() for word in ("password", "parol"))
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain" if told else "likely",
        title=f"{run.settings.host} wants an app password instead of the account's own password",
        explanation=(
            "The account is protected by a second step at login, which a program can't take. The "
            "provider therefore lets programs in only with a password that was made for one "
            "program. The account's own password is refused here even where it is right."
        ),
        evidence=(
            *refusals.evidence(run, refused),
            *library_words(run, CODE, check="auth"),
        ),
        fixes=(
            Fix(
                title="make an app password and use it in place of the password",
                steps=(
                    refusals.advice(refused, "Make one in the account's security settings."),
                    f"Write it into {named(run, 'password')}.",
                ),
            ),
        ),
        explains=refused.failed,
        points_at=("password",),
    )

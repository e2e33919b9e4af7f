"""The server says that it can't check logins right now; it did not judge this one."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import library_words
from smtpdoctor.diagnosis.model import Diagnosis, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.wording import refusal as refusals

CODE = "auth-temporary-failure"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    refused = run.refused_as(CODE)
    if refused is None:
        return
    own = "On an own server: " if run.provider is None else "For who runs the server: "
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain" if refused.reply.category == 4 else "likely",
        title=f"{run.settings.host} can't check logins right now",
        explanation=(
            "The server took the credentials, but could not judge them: what it asks about users "
            "gave it no answer. User name and password may be right. Until the server is well "
            "again nobody logs in there, and no mail goes out."
        ),
        evidence=(
            *refusals.evidence(run, refused),
            *library_words(run, CODE, check="auth"),
        ),
        fixes=(
            Fix(
                title="change nothing here, and look again in some minutes",
                steps=(
                    "The fault is the server's. If it lasts, look at the provider's status page or "
                    "ask its support, with the reply above.",
                    f"{own}look at the service that it asks about logins (Dovecot, SASL, LDAP, "
                    "database) and at its log.",
                ),
            ),
        ),
        explains=refused.failed,
    )

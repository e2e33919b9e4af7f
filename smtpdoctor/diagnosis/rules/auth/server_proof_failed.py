"""A mechanism in which both sides prove that they know the password, and the server did not."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import named
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.refusal import unproved
from smtpdoctor.diagnosis.wording import refusal as refusals
from smtpdoctor.observations import Exchange

CODE = "server-proof-failed"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    login = run.main.step("auth") if run.main else None
    if login is None or login.ok is not False or not unproved(login):
        return
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain",
        title=f"{run.where} does not prove that it knows the password",
        explanation=(
            f"With {login.mechanism} the server has to show that it knows the password too. This "
            "one could not, so it may be an impostor that would take the mail and deliver none of "
            "it; or the software that it checks logins with is broken. The password itself was "
            "not sent."
        ),
        evidence=(Evidence(check="auth", text=_seen(run, login)),),
        fixes=(
            Fix(
                title="make sure that this is the provider's own server",
                steps=(
                    f"Compare {named(run, 'host')} with the provider's own pages.",
                    "Try from another network: if the login works there, something on this way "
                    "answers in the server's place, and the password should be changed.",
                    "On an own server: write the user's SCRAM secret again, from the password.",
                ),
            ),
        ),
        explains=tuple(
            item.id
            for item in (run.main.exchanges if run.main else ())
            if item.step == "auth" and item.ok is False
        ),
        points_at=("host",),
    )


def _seen(run: Run, login: Exchange) -> str:
    said = f', and answered "{refusals.said(login.reply)}"' if login.reply is not None else ""
    if login.server_proof == "missing":
        return f"{run.where} sent no signature in AUTH {login.mechanism}{said}"
    return (
        f"{run.where} sent a signature that does not fit the password in AUTH "
        f"{login.mechanism}{said}"
    )

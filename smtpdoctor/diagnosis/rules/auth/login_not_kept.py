"""The login was accepted, and then MAIL or RCPT is refused as if there had been none.

Mostly two programs share the session: one in front takes the login or ends TLS, and the one behind,
which takes the mail, is not told of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import library_words
from smtpdoctor.diagnosis.fixes import working_ways
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.wording import refusal as refusals

CODE = "login-not-kept"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    refused = run.refused_as(CODE)
    if refused is None:
        return
    step = refused.exchange.step.upper()
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="likely",
        title=f"{run.where} accepts the login, and then refuses {step} as if there had been none",
        explanation=(
            "User name and password are right. What takes the mail doesn't know of the login: "
            "mostly a proxy or balancer in front of the mail server takes logins by itself and "
            "doesn't pass them on, or the account may log in and not send."
        ),
        evidence=(
            Evidence(
                check="auth", text=f"{run.where} accepted the login of {run.settings.username}"
            ),
            refusals.seen(run, refused),
            *refusals.known(run, refused),
            *library_words(run, CODE, check="sender"),
        ),
        fixes=(
            *working_ways(run),
            Fix(
                title="tell who runs the server that it forgets the login",
                steps=(
                    f"Send the reply above, with the time, to who runs {run.settings.host}, and "
                    "ask whether this account may send over SMTP, and on which port.",
                    "If it is your own, look at what stands in front of it. nginx: xclient on, "
                    "and in Postfix its address in smtpd_authorized_xclient_hosts. Dovecot's "
                    "submission proxy: submission_relay_trusted = yes. HAProxy: leave TLS and the "
                    "login to the mail server (mode tcp).",
                    "A new password changes nothing.",
                ),
            ),
        ),
        explains=refused.failed,
    )

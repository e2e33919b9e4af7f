"""No word of yes or no after the credentials: silence, a closed connection, or no SMTP reply."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.fixes import working_ways
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.refusal import only_begun, unproved
from smtpdoctor.diagnosis.wording import refusal as refusals
from smtpdoctor.observations import CUT_OFF, Exchange
from smtpdoctor.text import foreign

CODE = "auth-no-answer"

#: A wait that outlasts servers which delay a refusal on purpose, in seconds.
LONG = 15.0


def diagnose(run: Run) -> Iterator[Diagnosis]:
    login = run.main.step("auth") if run.main else None
    if login is None or login.ok is not False or login.error == CUT_OFF:
        return
    if login.reply is not None and login.reply.category in (2, 4, 5):
        return  # of a success with another code than 235 reply-unreadable tells
    if login.reply is not None and (login.cancelled or unproved(login)):
        return
    if only_begun(login):
        yield _begun(run, login)
        return
    short = login.outcome == "silence" and login.seconds < LONG
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="likely" if short else "certain",
        title=f"{run.where} gives no answer to the login",
        explanation=(
            "TLS and the dialogue up to here work, and the server took the credentials, but it "
            "says neither yes nor no. Some large hosts refuse that way: probably the credentials "
            "or this machine's address are not welcome. A service behind the server that hangs "
            "looks the same."
        ),
        evidence=(
            Evidence(check="auth", text=_seen(run, login)),
            *(
                (
                    Evidence(
                        check="auth",
                        kind="known",
                        text="servers that delay refusals may take longer than this wait; "
                        "--timeout 60 waits up to 20 s",
                    ),
                )
                if short
                else ()
            ),
        ),
        fixes=(
            Fix(
                title="find out whether these credentials work at all",
                steps=(
                    "Log in at the provider's webmail with exactly these values, once.",
                    "If they work there, look whether the account allows mail programs (SMTP) and "
                    "logins from this machine's network; the provider's sign-in log shows it.",
                    "On an own server: look at its log and at the service that it asks about "
                    "logins.",
                ),
            ),
        ),
        explains=tuple(
            item.id
            for item in (run.main.exchanges if run.main else ())
            if item.step == "auth" and item.ok is False
        ),
    )


def _begun(run: Run, login: Exchange) -> Diagnosis:
    """Nothing of the credentials was sent: they can't be what the server minds."""
    return Diagnosis(
        code=CODE,
        severity="error",
        confidence="likely",
        title=f"{run.where} gives no answer to the login",
        explanation=(
            "The dialogue up to here works. smtpdoctor began a login with the mechanism's name "
            "alone, and the server says neither yes nor no: so it probably will to the program. "
            "Nothing of the credentials was sent, so they are not the reason."
        ),
        evidence=(Evidence(check="auth", text=_seen(run, login)),),
        fixes=(
            *working_ways(run),
            Fix(
                title="find out what stops at the login",
                steps=(
                    "Compare from another network: a firewall or proxy on the way may let the "
                    "first commands through and stop at AUTH.",
                    f"Tell who runs {run.settings.host} what was seen. On an own server: look at "
                    "its log and at the service that it asks about logins.",
                ),
            ),
        ),
        explains=(login.id,),
    )


def _seen(run: Run, login: Exchange) -> str:
    command = f"AUTH {login.mechanism}"
    if login.reply is not None and login.reply.code:
        return f'{run.where} answered {command} with "{refusals.said(login.reply)}"'
    if login.outcome == "silence":
        return f"{run.where} said nothing to {command} for {login.seconds:.1f} s"
    if login.outcome in ("closed", "reset"):
        return f"{run.where} {login.outcome} the connection instead of answering {command}"
    arrived = f': "{foreign(login.arrived, 80)}"' if login.arrived else ""
    return f"{run.where} answered {command} with something that is no reply{arrived}"

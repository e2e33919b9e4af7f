"""STARTTLS announced by EHLO and then refused, or left without an answer."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import library_words
from smtpdoctor.diagnosis.fixes import working_ways
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.observations import CUT_OFF

CODE = "starttls-refused"

NO_ANSWER = {
    "silence": "gave no answer",
    "closed": "closed the connection",
    "reset": "reset the connection",
    "tls": "sent TLS records in place of a reply",
    "flood": "sent more than any reply may be",
    "other": "sent what is no reply",
}


def diagnose(run: Run) -> Iterator[Diagnosis]:
    main = run.main
    step = main.step("starttls") if main else None
    if main is None or step is None or not step.sent or step.ok is not False or step.injected:
        return
    if step.error == CUT_OFF:
        return
    where = run.where
    client = run.client
    goes_on = (
        client is not None
        and client.after_refused_starttls == "as-set"
        and not run.settings.tls_required
        and step.outcome == "reply"
    )
    if step.outcome == "reply" and step.reply is not None:
        later = step.reply.category == 4
        did = f'answered "{step.reply.code} {step.reply.telling}"'
    else:
        later = False
        did = NO_ANSWER.get(step.outcome, "gave no reply")
    yield Diagnosis(
        code=CODE,
        severity="warning" if goes_on else "error",
        confidence="certain" if step.outcome == "reply" else "likely",
        title=f"{where} offers STARTTLS and then refuses it",
        explanation=(
            "The server announces STARTTLS, but does not begin TLS when asked to. The fault is the "
            "server's (a certificate or key it can't load, or no capacity), or a box on the way "
            "answers in its place. "
            + (
                f"{client.name} goes on in clear, with the password, too: anybody on the way can "
                "read it."
                if client is not None and goes_on
                else "Without TLS no login is tried, so no mail goes out."
            )
            + (" The code says that it may pass." if later else "")
        ),
        evidence=(
            Evidence(check="tls", text=f"to STARTTLS, which EHLO had announced, {where} {did}"),
            *library_words(run, CODE),
        ),
        fixes=(
            *working_ways(run),
            Fix(
                title="use the server's port with implicit TLS, or ask its owner to "
                "repair STARTTLS",
                steps=(
                    *(("Try again in some minutes: the reply is a temporary one.",) * later),
                    "Tell who runs the server the reply above; its log has the reason (often a "
                    "certificate or key file that it can't read).",
                    "Where the server has a port with implicit TLS (usually 465), use that one.",
                ),
            ),
        ),
        explains=(step.id,),
    )

"""A server that puts the client off: a temporary refusal (4xx), whatever the settings."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.fixes import working_ways
from smtpdoctor.diagnosis.model import Diagnosis, Fix
from smtpdoctor.diagnosis.rules.session import _replies
from smtpdoctor.diagnosis.rules.tls import _ways
from smtpdoctor.diagnosis.run import Run

CODE = "server-busy"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    refusal = _replies.refused(run, CODE)
    if refusal is None:
        return
    where = _ways.where(run)
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain",
        title=f"{where} puts this client off: {refusal.reply.code} to {_replies.stage(refusal)}",
        explanation=(
            "Codes that begin with 4 mean: not now, try again. The server has too many sessions, "
            "is being restarted, or allows one client only so many connections at a time. The "
            "settings may well be right, but mail sent at this moment fails."
        ),
        evidence=_replies.evidence(run, refusal),
        fixes=(
            *working_ways(run),
            Fix(
                title="try again in some minutes, with fewer connections at a time",
                steps=(
                    "Run smtpdoctor again in five minutes.",
                    "If it comes back, have your program send over one connection, one message "
                    "after the other (in Nodemailer `pool: true, maxConnections: 1`), and keep a "
                    "queue that repeats after a 4xx reply.",
                    "Look for other programs that use the same address or account.",
                    "If it lasts for hours, ask who runs the server, with the words above.",
                ),
            ),
        ),
        explains=refusal.failed,
    )

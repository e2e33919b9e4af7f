"""A greeting that is a refusal, and names no reason in this machine's address."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.fixes import working_ways
from smtpdoctor.diagnosis.model import Diagnosis, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.wording import refusal as refusals

CODE = "greeting-rejected"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    refusal = run.refused_as(CODE)
    if refusal is None:
        return
    where = run.where
    # RFC 5321 §3.1 and RFC 7504
    no_mail = refusal.reply.code in (521, 554)
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain",
        title=f"{where} refuses the session with its first words: {refusal.reply.code}",
        explanation=(
            "A server that takes mail begins with 220. This one begins with a refusal, before it "
            "knows who wants to send what. "
            + (
                f"The code {refusal.reply.code} says that it takes no mail here, or none from this "
                "client; it does not say why."
                if no_mail
                else "Its own words are the only reason that it gives."
            )
        ),
        evidence=refusals.evidence(run, refusal),
        fixes=(
            *working_ways(run),
            Fix(
                title="check host and port, then ask who runs the server",
                steps=(
                    f"Check that {run.settings.host} is the name that your provider gives for "
                    "sending mail, and use its submission port: 465 or 587.",
                    "Run smtpdoctor from another network. If the server greets with 220 there, it "
                    "refuses this machine's address without saying so.",
                    "Send the server's words with the time to who runs it.",
                ),
            ),
        ),
        explains=refusal.failed,
    )

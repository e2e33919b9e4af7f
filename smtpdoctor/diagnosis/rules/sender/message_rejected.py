"""The server took sender and recipient, and refused the message itself after DATA.

No check sees that, since none sends a message: `explain` reads it in a text.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.model import Diagnosis, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.wording import refusal as refusals

CODE = "message-rejected"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    refused = run.refused_as(CODE)
    if refused is None:
        return
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain" if refused.rule is not None else "likely",
        title=f"{run.settings.host} refuses the message itself: its headers or its content",
        explanation=(
            "Connection, login, sender and recipient were accepted; the refusal came after the "
            "message was sent. Servers refuse messages that break RFC 5322 (no or two From, Date "
            "or Message-ID headers, raw umlauts) or that look like spam."
        ),
        evidence=refusals.evidence(run, refused),
        fixes=(
            Fix(
                title="send a minimal message, then add what yours has until it is refused",
                steps=(
                    refusals.advice(refused, "Look at the program's headers and text."),
                    "Exactly one From, one Date and one Message-ID header, To or Cc not empty, "
                    "letters outside ASCII encoded (RFC 2047).",
                    "Then the content: shortened links, attachments, a subject without text.",
                ),
            ),
        ),
        explains=refused.failed,
    )

"""A setting that the set-up's program, in this version, does not read.

A likely cause where the run failed in a way that it would have prevented; a warning where none of
the set-up's settings is read; else a note.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from smtpdoctor.diagnosis.model import Diagnosis, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views import options
from smtpdoctor.diagnosis.wording import options as words

CODE = "setting-ignored"
BEFORE = (
    "credentials-missing",
    "credentials-rejected",
    "implicit-tls-on-starttls-port",
    "plaintext-on-implicit-tls-port",
    "port-blocked",
    "port-refused",
    "sender-not-allowed",
    "tls-required",
    "username-not-address",
)


def diagnose(run: Run) -> Iterator[Diagnosis]:
    for remark in options.remarks(run, "ignored"):
        failed = options.failures(run, remark)
        program = run.settings.setup.dialect if run.settings.setup else "the program"
        found = Diagnosis(
            code=CODE,
            severity="note",
            confidence="certain",
            title=f"{words.said(remark)} is not read by {program}",
            explanation="The program goes by its other settings, as if this line were not there.",
            evidence=words.evidence(run, remark),
            locations=words.locations(run, remark),
        )
        if remark.whole:
            found = replace(
                found,
                severity="warning",
                title=f"{program} goes by none of these settings",
                explanation=(
                    "It sends its mail another way, or none at all. That the server takes this "
                    "login says nothing of it."
                ),
                fixes=(
                    words.fix_that_sends(
                        run,
                        "let the program send by these settings",
                        f"{words.place(remark)}: {remark.because}.",
                    ),
                ),
            )
        elif failed:
            found = replace(
                found,
                severity="error",
                confidence="likely",
                explanation=(
                    "The program goes by its other settings, as if this line were not there. What "
                    "failed in this run is what the line was to set."
                ),
                fixes=(
                    Fix(
                        title=f"write {remark.option} as the program reads it",
                        steps=(f"{words.place(remark)}: {remark.because}.",),
                    ),
                ),
                explains=failed,
            )
        yield found

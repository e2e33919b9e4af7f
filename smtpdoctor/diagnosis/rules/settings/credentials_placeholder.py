"""User name, password or token are a template's text or the host's, so no login was tried."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import library_words, own_line
from smtpdoctor.diagnosis.model import Diagnosis, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.entries import CREDENTIALS, faults
from smtpdoctor.diagnosis.wording import entries
from smtpdoctor.observations import LoginNotTried

CODE = "credentials-placeholder"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    yield from _template(run)
    yield from _host_again(run)


def _template(run: Run) -> Iterator[Diagnosis]:
    found = faults(run, *CREDENTIALS, problems=("placeholder",))
    if not found:
        return
    lines = [read.setting for read in found]
    names = " and ".join(dict.fromkeys(entry.origin.name for entry in lines))
    stopped = run.observations.of(LoginNotTried, reason="placeholder")
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="likely",
        title=f"{names} {'has' if len(lines) == 1 else 'have'} a template's text, not real "
        "credentials",
        explanation=(
            "The line looks as an example file has it, or as a ${…} that nobody filled in. A "
            "server refuses such a login, and counts it as a wrong one; smtpdoctor did not try it."
        ),
        evidence=(
            *(entries.line(entry) for entry in lines),
            *library_words(run, "credentials-rejected", check="settings"),
        ),
        fixes=(
            Fix(
                title="write the real credentials there",
                steps=(
                    *(
                        f"{entry.origin.name} ({entry.origin.label}): {WORDS[entry.field]}."
                        for entry in lines
                    ),
                    entries.EXPANDED,
                ),
            ),
        ),
        explains=(*(read.id for read in found), *(item.id for item in stopped)),
        points_at=(lines[0].field,),
    )


def _host_again(run: Run) -> Iterator[Diagnosis]:
    """A slip of copying: `EMAIL_HOST_PASSWORD = config("EMAIL_HOST")`."""
    found = faults(run, *CREDENTIALS, problems=("host-again",))
    if not found:
        return
    lines = [read.setting for read in found]
    names = " and ".join(dict.fromkeys(entry.origin.name for entry in lines))
    stopped = run.observations.of(LoginNotTried, reason="host-again")
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="likely",
        title=f"{names} {'has' if len(lines) == 1 else 'have'} the host's text, not real "
        "credentials",
        explanation=(
            "The same text stands for the host and for the login, as when a line is copied and "
            "one of its names is forgotten. A server refuses such a login, and counts it as a "
            "wrong one; smtpdoctor did not try it."
        ),
        evidence=(
            *(entries.line(entry) for entry in lines),
            *own_line(run, "host"),
            *library_words(run, "credentials-rejected", check="settings"),
        ),
        fixes=(
            Fix(
                title="read the credentials from their own place",
                steps=tuple(
                    f"{entry.origin.name} ({entry.origin.label}; {entry.detail}): "
                    f"{WORDS[entry.field]}, or the name of the variable that has it."
                    for entry in lines
                ),
            ),
        ),
        explains=(*(read.id for read in found), *(item.id for item in stopped)),
        points_at=(lines[0].field,),
    )


WORDS = {
    "username": "the user name, mostly the mailbox's whole address",
    "password": "the mailbox's own password",
    "token": "the access token",
}

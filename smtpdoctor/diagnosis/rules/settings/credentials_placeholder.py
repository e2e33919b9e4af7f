"""User name, password or token are a template's text or the host's, so no login was tried."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import library_words, own_line
from smtpdoctor.diagnosis.model import Diagnosis, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.entries import faults
from smtpdoctor.diagnosis.wording import entries
from smtpdoctor.observations import LoginNotTried, SettingRead
from smtpdoctor.settings.model import CREDENTIALS, Problem, Setting

CODE = "credentials-placeholder"


#: What stands in the place of the login, by the settings' fault; and what that looks like.
TEXTS: dict[Problem, tuple[str, str]] = {
    "placeholder": (
        "a template's text",
        "The line looks as an example file has it, or as a ${…} that nobody filled in.",
    ),
    # a slip of copying: `EMAIL_HOST_PASSWORD = config("EMAIL_HOST")`
    "host-again": (
        "the host's text",
        "The same text stands for the host and for the login, as when a line is copied and one of "
        "its names is forgotten.",
    ),
}


def diagnose(run: Run) -> Iterator[Diagnosis]:
    for problem in TEXTS:
        found = faults(run, *CREDENTIALS, problems=(problem,))
        if found:
            yield _diagnosis(run, problem, found)


def _diagnosis(run: Run, problem: Problem, found: list[SettingRead]) -> Diagnosis:
    text, explanation = TEXTS[problem]
    lines = [read.setting for read in found]
    names = " and ".join(dict.fromkeys(entry.origin.name for entry in lines))
    stopped = run.observations.of(LoginNotTried, reason=problem)
    return Diagnosis(
        code=CODE,
        severity="error",
        confidence="likely",
        title=f"{names} {'has' if len(lines) == 1 else 'have'} {text}, not real credentials",
        explanation=(
            f"{explanation} A server refuses such a login, and counts it as a wrong one; "
            "smtpdoctor did not try it."
        ),
        evidence=(
            *(entries.line(entry) for entry in lines),
            *(own_line(run, "host") if problem == "host-again" else ()),
            *library_words(run, "credentials-rejected", check="settings"),
        ),
        fixes=(_copied(lines) if problem == "host-again" else _template(lines),),
        explains=(*(read.id for read in found), *(item.id for item in stopped)),
        points_at=(lines[0].field,),
    )


def _template(lines: list[Setting]) -> Fix:
    return Fix(
        title="write the real credentials there",
        steps=(
            *(
                f"{entry.origin.name} ({entry.origin.label}): {WORDS[entry.field]}."
                for entry in lines
            ),
            entries.EXPANDED,
        ),
    )


def _copied(lines: list[Setting]) -> Fix:
    return Fix(
        title="read the credentials from their own place",
        steps=tuple(
            f"{entry.origin.name} ({entry.origin.label}; {entry.detail}): "
            f"{WORDS[entry.field]}, or the name of the variable that has it."
            for entry in lines
        ),
    )


WORDS = {
    "username": "the user name, mostly the mailbox's whole address",
    "password": "the mailbox's own password",
    "token": "the access token",
}

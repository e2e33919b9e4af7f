"""A password with marks of a slip: blanks at an end, or quotes that became a part of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from smtpdoctor.diagnosis.evidence import cite, library_words, named
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.wording import refusal as refusals
from smtpdoctor.settings.model import MASK, PasswordShape

CODE = "password-suspicious"
BEFORE = ("credentials-rejected",)

#: What is seen of the password, and what to write in its place. Never more than these marks.
SLIPS: dict[PasswordShape, tuple[str, str]] = {
    "blank-at-start": ("a blank at its start", "without the blank at the start"),
    "blank-at-end": ("a blank at its end", "without the blank at the end"),
    "double-quoted": ("double quotes around it", "with one pair of quotes less around it"),
    "single-quoted": ("single quotes around it", "with one pair of quotes less around it"),
    "newline": ("a line end in it", "without the line end"),
}


def diagnose(run: Run) -> Iterator[Diagnosis]:  # long: one slip in three words, side by side
    yield from _letters(run)
    found = [words for shape, words in SLIPS.items() if shape in run.settings.password_shape]
    if not found:
        return
    name = named(run, "password")
    marks = " and ".join(mark for mark, _ in found)
    seen = Evidence(check="settings", kind="own-line", text=f"the password in {name} has {marks}")
    fix = Fix(
        title="write the password as it was given to you",
        steps=(
            f"{name}: the same password {' and '.join(dict.fromkeys(how for _, how in found))}.",
            *_where_it_comes_from(run),
        ),
    )
    refused = run.refused_as("credentials-rejected")
    login = run.main.step("auth") if run.main else None
    if refused is not None:
        yield Diagnosis(
            code=CODE,
            severity="error",
            confidence="likely",
            title=f"the password has {marks}, and {run.settings.host} refused the login",
            explanation=(
                "The program sends the password with these characters, which were probably not "
                "meant to be a part of it. The server can only say that the login is wrong."
            ),
            evidence=(
                seen,
                refusals.seen(run, refused),
                *library_words(run, "credentials-rejected", check="auth"),
            ),
            fixes=(fix,),
            explains=refused.failed,
            points_at=("password",),
        )
    elif login is not None and login.ok:
        yield Diagnosis(
            code=CODE,
            severity="note",
            confidence="certain",
            title=f"the password has {marks}; the login works with it",
            explanation=(
                "The server took the password with these characters, so they belong to it. Another "
                "program may read the same line differently, and then be refused."
            ),
            evidence=(seen,),
        )
    else:
        yield Diagnosis(
            code=CODE,
            severity="warning",
            confidence="possible",
            title=f"the password has {marks}",
            explanation=(
                "Such characters are rarely meant to be a part of a password, and the program "
                "sends them with it. Whether the server takes it was not seen in this run."
            ),
            evidence=(seen,),
            fixes=(fix,),
            points_at=("password",),
        )


def _letters(run: Run) -> Iterator[Diagnosis]:
    """Letters beyond ASCII, which some clients can't send: they stop before AUTH."""
    client = run.client
    if client is None or client.takes_non_ascii_password:
        return
    field: Literal["password", "username"]
    if "non-ascii" in run.settings.password_shape:
        field, what = "password", "password"
    elif not (run.settings.username or "").replace(MASK, "").isascii():
        field, what = "username", "user name"
    else:
        return
    read = run.setting(field)
    if read is None:
        return
    change = (
        "Change the mailbox's password at the provider"
        if field == "password"
        else "Ask the provider for the mailbox's name in ASCII, or for another one to log in with"
    )
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain",
        title=f"{client.name} can't log in with a {what} that has letters beyond ASCII",
        explanation=(
            f"The {what} has a letter such as ä or é. {client.name} turns the login into ASCII "
            "before it sends it, and stops there with UnicodeEncodeError. Other programs send such "
            f"a {what} as UTF-8."
        ),
        evidence=(
            Evidence(
                check="settings",
                kind="own-line",
                text=f"the {what} in {named(run, field)} is not ASCII alone",
            ),
            Evidence(
                check="settings",
                kind="known",
                text=f"{client.name} encodes the login as ASCII {cite(*client.sources)}",
            ),
        ),
        fixes=(
            Fix(
                title=f"take a {what} of ASCII letters, digits and signs",
                steps=(f"{change}, and then change it in {named(run, field)}.",),
            ),
        ),
        explains=(read.id,),
        points_at=(field,),
    )


def _where_it_comes_from(run: Run) -> Iterator[str]:
    """How such characters get into a value that stands where this one does."""
    shape = run.settings.password_shape
    entry = run.entry("password")
    file = (entry.origin.file or "") if entry is not None else ""
    is_yaml = file.endswith((".yml", ".yaml"))
    if "newline" in shape and is_yaml:
        yield "In a Secret's data: `printf %s PASSWORD | base64`; `echo` adds a line end to it."
    elif "newline" in shape:
        yield "`printf %s` writes it without a line end, `echo` adds one."
    if not is_yaml and ("double-quoted" in shape or "single-quoted" in shape):
        yield "A .env file loses one pair of quotes; `docker run --env-file` keeps all."

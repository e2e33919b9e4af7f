"""User name or password in a URL hold characters that end this part of a URL."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from smtpdoctor.diagnosis.fixes import way_tried
from smtpdoctor.diagnosis.model import Diagnosis, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views import options
from smtpdoctor.diagnosis.views.entries import faults
from smtpdoctor.diagnosis.wording import entries
from smtpdoctor.settings.model import MASK, Edit, Setting

CODE = "url-not-encoded"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    for read in faults(run, "url", problems=("not-encoded",)):
        entry = read.setting
        tolerated = entry.noted("tolerated")
        name = "the URL" if entry.origin.kind == "target" else entry.origin.name
        yield Diagnosis(
            code=CODE,
            severity="warning" if tolerated else "error",
            confidence="certain",
            title=f"{name} has a reserved character in user name or password",
            explanation=(
                "In a URL some characters part user name, password and host; within one of these "
                "they have to be written as %XX. "
                + (
                    "Most programs find out what was meant, and so did smtpdoctor; stricter ones "
                    "take another user name or host."
                    if tolerated
                    else "Programs end the password there, and take the rest for a host or a port "
                    f"that does not exist.{_read_as(run)}"
                )
            ),
            evidence=(entries.line(entry),),
            fixes=(_encode(run, entry), _apart(entry)),
            explains=(read.id, *options.stops_at(run, entry)),
            points_at=("url",),
        )


def _read_as(run: Run) -> str:
    """What the run went by: of a URL that its file's reader cuts off, the rest is not known."""
    if run.settings.has_credentials:
        return " smtpdoctor read the URL as it was evidently meant."
    return " What stands behind it never reached the program."


def _encode(run: Run, entry: Setting) -> Fix:
    edits = _username_edit(run)
    password = (
        () if entry.noted("tolerated") else (f"{entry.detail[:1].upper()}{entry.detail[1:]}.",)
    )
    return Fix(
        title="write the reserved characters as %XX",
        edits=edits,
        tried=way_tried(run),
        steps=(
            *password,
            "This prints a password in the form for a URL: python3 -c 'import getpass, "
            'urllib.parse; print(urllib.parse.quote(getpass.getpass(), safe=""))\'',
        ),
    )


def _username_edit(run: Run) -> tuple[Edit, ...]:
    """The user name encoded, where it stands in a file before anything secret."""
    entry = run.entry("username")
    if entry is None or entry.part_of != "url" or entry.origin.kind != "file":
        return ()
    origin, source = entry.origin, entry.source_line
    encoded = quote(entry.text, safe="")
    if origin.columns is None or origin.line is None or origin.file is None or source is None:
        return ()
    written = source[origin.columns[0] - 1 : origin.columns[1] - 1]
    if written != entry.text or written == encoded or MASK in written:
        return ()
    return (
        Edit(
            file=origin.file,
            line=origin.line,
            columns=origin.columns,
            replace=written,
            with_=encoded,
            exact=MASK not in source[: origin.columns[1] - 1],
        ),
    )


def _apart(entry: Setting) -> Fix:
    return Fix(
        title="set host, port, user and password separately",
        steps=(
            f"Take {entry.origin.name} out, and set SMTP_HOST, SMTP_PORT, SMTP_SECURE, SMTP_USER "
            "and SMTP_PASS: nothing has to be encoded there.",
        ),
    )

"""The host's text has more in it than a host: a scheme, a port, blanks, quotes."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import library_words
from smtpdoctor.diagnosis.fixes import change_settings, way_tried
from smtpdoctor.diagnosis.model import Diagnosis, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.entries import faults
from smtpdoctor.diagnosis.wording import entries
from smtpdoctor.settings.model import Problem, Setting

CODE = "host-malformed"

PROBLEMS: tuple[Problem, ...] = ("scheme", "port", "blanks", "quotes", "characters")


def diagnose(run: Run) -> Iterator[Diagnosis]:
    for read in faults(run, "host", problems=PROBLEMS):
        entry, host = read.setting, run.settings.host
        name = entry.origin.name
        yield Diagnosis(
            code=CODE,
            severity="error",
            confidence="certain",
            title=(
                f"the host in {name} has {' and '.join(entry.detail.split(', '))}"
                if host
                else f"{name}={entry.text} is no host name"
            ),
            explanation=(
                "Programs look the value up in DNS as it stands, and no such name exists. What "
                "they print then speaks of a host that was not found."
                + (f" smtpdoctor went on with {host}, which was evidently meant." if host else "")
            ),
            evidence=(
                entries.line(entry),
                *library_words(run, "dns-name-not-found", check="settings", host=entry.text),
            ),
            fixes=(_fix(run, entry),),
            explains=(read.id,),
            points_at=("host",),
        )


def _fix(run: Run, entry: Setting) -> Fix:
    host = run.settings.host
    if host is None:
        return Fix(
            title="write the host's name alone",
            steps=(
                f"{entry.origin.name} ({entry.origin.label}): the name of the server, without "
                "scheme, port or blanks, such as smtp.ionos.com.",
            ),
        )
    return change_settings(
        run,
        f"write the host's name alone: {host}",
        host=host,
        # a port that stood behind the host has to stand somewhere else then
        port=run.settings.port if run.entry("port") is None else None,
        tried=way_tried(run),
    )

"""The diagnoses of a report one by one, as formats for other programs want them: flat, each with
its place in the user's files and a message of its own.

Knows a report and its parts. Must not know any format.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

import msgspec

from smtpdoctor.diagnosis.model import Diagnosis, Fix
from smtpdoctor.report.acceptance import title_words
from smtpdoctor.report.edits import are_exact, edits_in_words
from smtpdoctor.report.model import Report, TargetReport
from smtpdoctor.settings.model import Edit
from smtpdoctor.settings.write import Refused, steps_of


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where in the user's files a finding is; `columns` is half-open and counts from 1."""

    file: str
    line: int
    columns: tuple[int, int] | None = None


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One diagnosis of one target. `fingerprint` is the same in every run that finds it."""

    target: TargetReport
    diagnosis: Diagnosis
    places: tuple[Place, ...]
    edits: tuple[Edit, ...]  # of the first fix, with the file's own columns
    message: str
    fingerprint: str


def findings(report: Report) -> Iterator[Finding]:
    """Every diagnosis of every target, in the report's order."""
    for target in report.targets:
        for diagnosis in target.diagnoses:
            fix = next(iter(diagnosis.fixes), None)
            edits = fix.edits if fix is not None and are_exact(fix.edits) else ()
            yield Finding(
                target=target,
                diagnosis=diagnosis,
                places=_places(target, diagnosis, edits),
                edits=edits if report.anonymous or fix is None else _written(target, fix),
                message=_message(diagnosis),
                fingerprint=_fingerprint(target, diagnosis),
            )


def target_name(target: TargetReport) -> str:
    """What was checked, in a few words."""
    server = f"{target.host}:{target.port}" if target.host and target.port else target.host
    parts = [target.setup.name if target.setup is not None else None, server]
    return ", ".join(part for part in parts if part) or target.sender or "no settings"


def _written(target: TargetReport, fix: Fix) -> tuple[Edit, ...]:
    """The edits of a fix with the settings that it changes by name, each where it stands, where
    another program can apply them: all, or none."""
    try:
        steps = (*fix.edits, *steps_of(target.run.settings, fix.settings))
    except Refused:
        return ()
    edits = tuple(step for step in steps if isinstance(step, Edit))
    return edits if len(edits) == len(steps) and are_exact(edits) else ()


def _places(
    target: TargetReport, diagnosis: Diagnosis, edits: tuple[Edit, ...]
) -> tuple[Place, ...]:
    """The user's lines, with the columns that an edit is known to change there.

    A location's own columns fit its masked text, not the file.
    """
    columns = {(edit.file, edit.line): edit.columns for edit in edits}
    found = [
        Place(file=item.file, line=item.line, columns=columns.get((item.file, item.line)))
        for item in diagnosis.locations
    ]
    if not found and target.setup is not None and target.setup.files:
        file = target.setup.files[0]
        place = re.search(rf"{re.escape(file)}:(\d+)$", target.setup.name)
        found.append(Place(file=file, line=int(place[1]) if place is not None else 1))
    return tuple(found)


def _message(diagnosis: Diagnosis) -> str:
    parts = [f"{title_words(diagnosis)}.", diagnosis.explanation]
    if diagnosis.fixes and diagnosis.accepted is None:
        parts.append(f"Fix: {_in_words(diagnosis.fixes[0])}")
    return "\n".join(part for part in parts if part)


def _in_words(fix: Fix) -> str:
    settings = [
        f"remove {name}" if value is None else f"{name}={value}"
        for name, value in fix.settings.items()
    ]
    changes = f" ({', '.join(settings)})" if settings else ""
    by_hand = () if are_exact(fix.edits) else edits_in_words(fix.edits)
    return "\n".join([f"{fix.title}{changes}", *(f"- {step}" for step in (*by_hand, *fix.steps))])


def _fingerprint(target: TargetReport, diagnosis: Diagnosis) -> str:
    """Not of lines or values, which move: of what is wrong, and for which set-up."""
    setup = target.setup.name.rpartition(":")[0] if target.setup is not None else ""
    files = [item.file for item in diagnosis.locations[:1]]
    identity = "\0".join([diagnosis.code, setup, target.host or "", *files])
    return hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()

"""A report for a repository: its files by their paths from the top, where a CI looks for them.

Knows which parts of a report are places in files. Must not know which CI, nor any format.
"""

from __future__ import annotations

import posixpath
from typing import TypeVar

import msgspec

from smtpdoctor.diagnosis.model import Acceptance, Diagnosis, Fix, Location
from smtpdoctor.report.model import Notice, Report, TargetReport
from smtpdoctor.settings.model import Edit

Placed = TypeVar("Placed", Acceptance, Location, Edit)


def placed(report: Report, folder: str) -> Report:
    """The report on this folder of a repository, with its places seen from the repository's top."""
    return msgspec.structs.replace(
        report,
        targets=tuple(_target(target, folder) for target in report.targets),
        notices=tuple(_notice(notice, folder) for notice in report.notices),
    )


def _target(target: TargetReport, folder: str) -> TargetReport:
    setup = target.setup
    if setup is not None:
        files = tuple(_below(folder, file) for file in setup.files)
        setup = msgspec.structs.replace(setup, files=files)
    diagnoses = tuple(_diagnosis(item, folder) for item in target.diagnoses)
    return msgspec.structs.replace(target, setup=setup, diagnoses=diagnoses)


def _diagnosis(item: Diagnosis, folder: str) -> Diagnosis:
    accepted = item.accepted
    return msgspec.structs.replace(
        item,
        accepted=None if accepted is None else _place(accepted, folder),
        locations=tuple(_place(place, folder) for place in item.locations),
        fixes=tuple(_fix(fix, folder) for fix in item.fixes),
    )


def _fix(fix: Fix, folder: str) -> Fix:
    return msgspec.structs.replace(fix, edits=tuple(_place(edit, folder) for edit in fix.edits))


def _notice(notice: Notice, folder: str) -> Notice:
    file = None if notice.file is None else _below(folder, notice.file)
    return msgspec.structs.replace(notice, file=file)


def _place(place: Placed, folder: str) -> Placed:
    return msgspec.structs.replace(place, file=_below(folder, place.file))


def _below(folder: str, file: str) -> str:
    # the project's own file may stand above the folder
    return file if file.startswith("/") else posixpath.normpath(f"{folder}/{file}")

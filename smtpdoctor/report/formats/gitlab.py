"""GitLab's code quality report: an array of findings, each on a line of a file."""

from __future__ import annotations

import hashlib

from smtpdoctor.diagnosis.model import Severity
from smtpdoctor.report.acceptance import shown_notices
from smtpdoctor.report.findings import Finding, Place, findings
from smtpdoctor.report.formats import Options
from smtpdoctor.report.model import Notice, Report
from smtpdoctor.text import as_json

FOR_PROGRAMS = True
IN_THE_REPOSITORY = True

SEVERITIES: dict[Severity, str] = {"error": "critical", "warning": "minor", "note": "info"}
#: GitLab shows nothing without a file.
NOWHERE = Place(file=".env", line=1)


def render(report: Report, options: Options) -> str:
    """The array; empty where nothing was found."""
    return as_json(
        [
            *(_entry(item) for item in findings(report)),
            *(_notice(item) for item in shown_notices(report)),
        ]
    )


def _entry(finding: Finding) -> dict[str, object]:
    place = finding.places[0] if finding.places else NOWHERE
    return {
        "description": f"{finding.diagnosis.code}: {finding.message}",
        "check_name": finding.diagnosis.code,
        "fingerprint": finding.fingerprint,
        # what the project lives with is shown, and counts no more
        "severity": SEVERITIES[
            "note" if finding.diagnosis.accepted is not None else finding.diagnosis.severity
        ],
        "location": {"path": place.file, "lines": {"begin": place.line}},
    }


def _notice(notice: Notice) -> dict[str, object]:
    identity = f"{notice.kind}\0{notice.file}\0{notice.text}"
    return {
        "description": f"{notice.kind}: {notice.text}",
        "check_name": notice.kind,
        "fingerprint": hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest(),
        "severity": SEVERITIES[notice.severity],
        "location": {
            "path": notice.file or NOWHERE.file,
            "lines": {"begin": notice.line or NOWHERE.line},
        },
    }

"""GitLab's code quality report: an array of findings, each on a line of a file."""

from __future__ import annotations

from smtpdoctor.diagnosis.model import Severity
from smtpdoctor.report.findings import Finding, Place, findings
from smtpdoctor.report.formats import Options
from smtpdoctor.report.model import Report
from smtpdoctor.text import as_json

FOR_PROGRAMS = True
IN_THE_REPOSITORY = True

SEVERITIES: dict[Severity, str] = {"error": "critical", "warning": "minor", "note": "info"}
#: GitLab shows nothing without a file.
NOWHERE = Place(file=".env", line=1)


def render(report: Report, options: Options) -> str:
    """The array; empty where nothing was found."""
    return as_json([_entry(item) for item in findings(report)])


def _entry(finding: Finding) -> dict[str, object]:
    place = finding.places[0] if finding.places else NOWHERE
    return {
        "description": f"{finding.diagnosis.code}: {finding.message}",
        "check_name": finding.diagnosis.code,
        "fingerprint": finding.fingerprint,
        "severity": SEVERITIES[finding.diagnosis.severity],
        "location": {"path": place.file, "lines": {"begin": place.line}},
    }

"""Annotations of GitHub Actions: a workflow command for each diagnosis, on the user's own line.

The job's summary is the markdown format; the command line appends it to the file that
GITHUB_STEP_SUMMARY names.
"""

from __future__ import annotations

from smtpdoctor.diagnosis.model import Severity
from smtpdoctor.report.acceptance import shown_notices
from smtpdoctor.report.findings import Finding, findings, target_name
from smtpdoctor.report.formats import Options
from smtpdoctor.report.model import Notice, Report
from smtpdoctor.report.verdict import ANONYMOUS, NO_SETTINGS, verdict_words
from smtpdoctor.text import visible

FOR_PROGRAMS = True
IN_THE_REPOSITORY = True

COMMANDS: dict[Severity, str] = {"error": "error", "warning": "warning", "note": "notice"}


def render(report: Report, options: Options) -> str:
    """The commands, then a line for each target, which the log shows as it is."""
    lines = [_command(item) for item in findings(report)]
    lines += [
        _command_of("warning", {"title": "smtpdoctor: not checked"}, f"{item.setup}: {item.why}")
        for item in report.not_checked
    ]
    lines += [_notice(item) for item in shown_notices(report)]
    if report.has_no_settings:
        lines.append(NO_SETTINGS)
    for target in report.targets:
        lines.append(_harmless(f"{target_name(target)}: {verdict_words(target)}"))
    if report.anonymous:
        lines.append(ANONYMOUS)
    return "".join(f"{line}\n" for line in lines)


def _command(finding: Finding) -> str:
    diagnosis = finding.diagnosis
    properties: dict[str, str] = {}
    if finding.places:
        place = finding.places[0]
        properties |= {"file": place.file, "line": str(place.line)}
        if place.columns is not None:
            # the last column belongs to it
            properties |= {
                "col": str(place.columns[0]),
                "endColumn": str(max(place.columns[1] - 1, place.columns[0])),
            }
    properties["title"] = f"{diagnosis.code}: {diagnosis.title}"
    # what the project lives with is shown, and counts no more
    severity = "note" if diagnosis.accepted is not None else diagnosis.severity
    return _command_of(COMMANDS[severity], properties, finding.message)


def _notice(notice: Notice) -> str:
    properties: dict[str, str] = {}
    if notice.file is not None:
        properties |= {"file": notice.file, "line": str(notice.line)}
    properties["title"] = f"smtpdoctor: {notice.kind}"
    return _command_of(COMMANDS[notice.severity], properties, notice.text)


def _command_of(name: str, properties: dict[str, str], message: str) -> str:
    told = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {told}::{_message(message)}"


def _message(text: str) -> str:
    """As GitHub's toolkit escapes the data of a command; a line's end is one of ours."""
    lines = (visible(line).replace("%", "%25") for line in text.split("\n"))
    return "%0A".join(lines)


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")


def _harmless(text: str) -> str:
    """No line of foreign words is a command: one begins with two colons."""
    return visible(text).replace("::", ": :")

"""One line for each finding, `file:line: severity[code] title`, as linters print and editors read.

Its fix stands on the next line, indented.
"""

from __future__ import annotations

from collections.abc import Sequence

from smtpdoctor.report.acceptance import shown_notices, title_words
from smtpdoctor.report.edits import edits_in_words
from smtpdoctor.report.findings import Finding, findings, target_name
from smtpdoctor.report.formats import Options
from smtpdoctor.report.model import Notice, Report
from smtpdoctor.report.verdict import ANONYMOUS
from smtpdoctor.text import visible
from smtpdoctor.words import count


def render(report: Report, options: Options) -> str:
    """Every finding but notes (with --verbose those, too), what was not checked, and a count."""
    found = [
        item for item in findings(report) if options.verbose or item.diagnosis.severity != "note"
    ]
    lines = [line for item in found for line in _lines(item)]
    lines += [f"not checked: {item.setup}: {item.why}" for item in report.not_checked]
    lines += [f"smtpdoctor's own fault: {fault}" for fault in report.faults]
    notices = list(shown_notices(report, verbose=options.verbose))
    for notice in notices:
        place = f"{notice.file}:{notice.line}: " if notice.file else ""
        lines.append(f"{place}{notice.severity}[{notice.kind}] {notice.text}")
    lines.append(_counted(report, found, notices))
    if report.anonymous:
        lines.append(ANONYMOUS)
    return "".join(f"{visible(line)}\n" for line in lines)


def _counted(report: Report, found: Sequence[Finding], notices: Sequence[Notice]) -> str:
    severities = [item.diagnosis.severity for item in found if item.diagnosis.accepted is None]
    severities += [item.severity for item in notices if item.severity != "note"]
    checked = count(len(report.targets), "set-up")
    accepted = sum(item.diagnosis.accepted is not None for item in found)
    also = f", {accepted} accepted" if accepted else ""
    if severities:
        told = [
            count(severities.count(severity), severity) for severity in dict.fromkeys(severities)
        ]
        return f"{', '.join(told)}{also} in {checked}"
    so_far = " in what was read" if report.not_checked else ""
    if not report.targets:
        return f"no mail settings were found{so_far}"
    # what stands elsewhere, or is computed, nobody has looked at
    all_known = not any(item.run.settings.untellable for item in report.targets)
    where = "the settings" if all_known else "what is known of the settings"
    return f"{checked}: nothing wrong in {where}{so_far}{also}"


def _lines(finding: Finding) -> list[str]:
    diagnosis = finding.diagnosis
    place = finding.places[0] if finding.places else None
    where = f"{place.file}:{place.line}" if place is not None else target_name(finding.target)
    if place is not None and place.columns is not None:
        where = f"{where}:{place.columns[0]}"
    lines = [f"{where}: {diagnosis.severity}[{diagnosis.code}] {title_words(diagnosis)}"]
    if diagnosis.fixes and diagnosis.accepted is None:
        fix = diagnosis.fixes[0]
        lines.append(f"  fix: {fix.title}")
        # what to type: “use STARTTLS” is another word in each program
        lines += [f"    {words}" for words in edits_in_words(fix.edits)]
        lines += [
            f"    {name}={value}" if value is not None else f"    remove {name}"
            for name, value in fix.settings.items()
        ]
        if not fix.edits and not fix.settings:
            lines += [f"    {step}" for step in fix.steps[:1]]
    return lines

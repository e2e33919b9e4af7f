"""JUnit's XML, as CI systems read it: a suite for each target, a case for each check.

What a target's diagnoses say stands in the case of the check that saw it. With --strict a warning
is a failure, too.
"""

from __future__ import annotations

from xml.etree import ElementTree

from smtpdoctor.diagnosis.model import Diagnosis, Severity
from smtpdoctor.report.acceptance import notice_words, shown_notices
from smtpdoctor.report.checks import CheckResult
from smtpdoctor.report.findings import Finding, findings, target_name
from smtpdoctor.report.formats import Options
from smtpdoctor.report.model import Notice, Report, TargetReport
from smtpdoctor.text import visible

FOR_PROGRAMS = True


def render(report: Report, options: Options) -> str:
    """The document, with its declaration."""
    failing: tuple[Severity, ...] = ("error", "warning") if options.strict else ("error",)
    root = ElementTree.Element("testsuites", name="smtpdoctor", time=f"{report.seconds:.3f}")
    all_findings = list(findings(report))
    for target in report.targets:
        own = [item for item in all_findings if item.target is target]
        _suite(root, report, target, own, failing)
    for item in report.not_checked:
        suite = ElementTree.SubElement(root, "testsuite", name=visible(item.setup))
        _count(suite, tests=1, failures=0, skipped=1)
        case = ElementTree.SubElement(
            suite, "testcase", classname=visible(item.setup), name="check"
        )
        ElementTree.SubElement(case, "skipped", message=visible(item.why))
    notices = list(shown_notices(report))
    if notices:
        _notices(root, notices, failing)
    ElementTree.indent(root)
    body = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _notices(
    root: ElementTree.Element, notices: list[Notice], failing: tuple[Severity, ...]
) -> None:
    """What is said of the check itself: a suite of its own, a case for each."""
    bad = [item for item in notices if item.severity in failing]
    suite = ElementTree.SubElement(root, "testsuite", name="smtpdoctor itself")
    _count(suite, tests=len(notices), failures=len(bad), skipped=0)
    for item in notices:
        words = visible(notice_words(item))
        case = ElementTree.SubElement(suite, "testcase", classname="smtpdoctor", name=item.kind)
        if item in bad:
            ElementTree.SubElement(case, "failure", type=item.kind, message=words)
        else:
            ElementTree.SubElement(case, "system-out").text = words


def _suite(
    root: ElementTree.Element,
    report: Report,
    target: TargetReport,
    found: list[Finding],
    failing: tuple[Severity, ...],
) -> None:
    suite = ElementTree.SubElement(
        root,
        "testsuite",
        name=visible(target_name(target)),
        timestamp=visible(report.started.rstrip("Z")),
        time=f"{target.seconds:.3f}",
    )
    failures = skipped = 0
    for check in target.checks:
        case = ElementTree.SubElement(
            suite,
            "testcase",
            classname=visible(target_name(target)),
            name=check.name,
            time=f"{check.seconds:.3f}",
        )
        own = [item for item in found if _check_of(item.diagnosis, target) == check.name]
        stopping = [
            item
            for item in own
            if item.diagnosis.severity in failing and item.diagnosis.accepted is None
        ]
        if stopping:
            failures += 1
            first = stopping[0].diagnosis
            failure = ElementTree.SubElement(
                case, "failure", type=first.code, message=visible(first.title)
            )
            failure.text = _text("\n\n".join(_said(item) for item in stopping))
        elif check.status == "failed" and target.verdict != "healthy":
            failures += 1
            kind = _cause(found, target, failing)
            ElementTree.SubElement(case, "failure", type=kind, message=visible(check.summary))
        elif check.status == "skipped":
            skipped += 1
            ElementTree.SubElement(case, "skipped", message=visible(check.summary))
        others = [_said(item) for item in own if item not in stopping]
        output = ElementTree.SubElement(case, "system-out")
        output.text = _text("\n\n".join([_line(check), *others]))
    _count(suite, tests=len(target.checks), failures=failures, skipped=skipped)


def _count(suite: ElementTree.Element, *, tests: int, failures: int, skipped: int) -> None:
    """All of the counts: Jenkins' schema (xunit-plugin, junit-10.xsd) refuses a suite without its
    number of errors."""
    counts = {"tests": tests, "failures": failures, "errors": 0, "skipped": skipped}
    for name, number in counts.items():
        suite.set(name, str(number))


def _cause(found: list[Finding], target: TargetReport, failing: tuple[Severity, ...]) -> str:
    """Why a check failed that no diagnosis belongs to: the cause that another check showed. The
    settings alone (a placeholder) make no other check fail, where one saw a cause of its own."""
    causes = [item.diagnosis for item in found if item.diagnosis.severity in failing]
    if not causes or target.unexplained:
        return "unexplained"
    seen = [item.code for item in causes if _check_of(item, target) != "settings"]
    return next(iter(seen), causes[0].code)


def _check_of(diagnosis: Diagnosis, target: TargetReport) -> str:
    """The case that a diagnosis belongs to: the first check that it has evidence of."""
    names = [check.name for check in target.checks]
    seen = [item.check for item in diagnosis.evidence if item.check in names]
    telling = [name for name in seen if name != "settings"]
    return next(iter(telling or seen), names[0] if names else "")


def _said(finding: Finding) -> str:
    diagnosis = finding.diagnosis
    # of two places in one line the line is named once
    places = list(dict.fromkeys(visible(f"{each.file}:{each.line}") for each in finding.places))
    head = f"{diagnosis.severity}[{diagnosis.code}]"
    return "\n".join([" ".join([head, *places]), finding.message, diagnosis.docs])


def _line(check: CheckResult) -> str:
    summary = check.summary.removeprefix(f"{check.status}: ")
    return visible(f"{check.name}: {check.status}, {summary}")


def _text(text: str) -> str:
    """Lines of ours without what XML 1.0 can't hold (§2.2)."""
    return "\n".join(visible(line) for line in text.split("\n"))

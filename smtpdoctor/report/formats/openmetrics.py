"""Metrics for Prometheus, as a textfile collector reads them: gauges in the text format that
Prometheus and OpenMetrics have in common, with OpenMetrics' end.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.report.formats import Options
from smtpdoctor.report.measures import certificate_days, failed_check
from smtpdoctor.report.model import WORST_FIRST, Report, TargetReport
from smtpdoctor.text import visible

FOR_PROGRAMS = True
#: Another program, of another user, collects the file.
MODE = 0o644

Sample = tuple[str, dict[str, str], float]

#: Every family with its help, in the order in which it is written.
FAMILIES = {
    "smtpdoctor_verdict": "1 for the verdict on the target, 0 for the others",
    "smtpdoctor_failed_check": "1 for the first check that failed",
    "smtpdoctor_check_seconds": "How long a check took",
    "smtpdoctor_certificate_expires_days": "Days until the server's certificate ends",
    "smtpdoctor_diagnosis": "1 for each diagnosis",
    "smtpdoctor_not_checked": "Set-ups that were found and not checked",
    "smtpdoctor_run_seconds": "How long the run took",
}


def render(report: Report, options: Options) -> str:
    """The exposition, ended by `# EOF`."""
    samples = [sample for target in report.targets for sample in _of_target(target)]
    samples.append(("smtpdoctor_not_checked", {}, len(report.not_checked)))
    samples.append(("smtpdoctor_run_seconds", {}, report.seconds))
    return "".join(f"{line}\n" for line in (*_exposed(samples), "# EOF"))


def _of_target(target: TargetReport) -> Iterator[Sample]:
    labels = {
        "setup": target.setup.name if target.setup is not None else "",
        "host": target.host or "",
        "port": str(target.port or ""),
    }
    for verdict in WORST_FIRST:
        told = float(target.verdict == verdict)
        yield "smtpdoctor_verdict", {**labels, "verdict": verdict}, told
    failed = failed_check(target)
    if failed:
        yield "smtpdoctor_failed_check", {**labels, "check": failed}, 1
    for check in target.checks:
        if check.status != "skipped":
            yield "smtpdoctor_check_seconds", {**labels, "check": check.name}, check.seconds
    days = certificate_days(target)
    if days is not None:
        yield "smtpdoctor_certificate_expires_days", labels, days
    for item in target.diagnoses:
        told_of = {"code": item.code, "severity": item.severity, "confidence": item.confidence}
        accepted = {"accepted": "true"} if item.accepted is not None else {}
        yield "smtpdoctor_diagnosis", {**labels, **told_of, **accepted}, 1


def _exposed(samples: list[Sample]) -> Iterator[str]:
    for family, words in FAMILIES.items():
        own = [item for item in samples if item[0] == family]
        if not own:
            continue
        yield f"# HELP {family} {words}"
        yield f"# TYPE {family} gauge"
        told = set()
        for _, labels, value in own:
            series = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())
            if series not in told:  # a series stands once, whatever two set-ups have in common
                told.add(series)
                yield f"{family}{{{series}}} {value:g}" if series else f"{family} {value:g}"


def _escaped(text: str) -> str:
    return visible(text).replace("\\", "\\\\").replace('"', '\\"')

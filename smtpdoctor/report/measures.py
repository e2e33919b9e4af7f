"""Figures of a report, for monitors: their names in one place, and what each comes to.

Pure, and reads no clock: a saved run's figures are of its own time. How they are written is a
format's, or an exporter's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from smtpdoctor.observations import CertificateSeen, Place
from smtpdoctor.report.model import WORST_FIRST, Report, TargetReport
from smtpdoctor.text import visible

#: The name of a family, the labels, the value.
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
#: What `watch` has beside a report's; a name that ends in _total counts.
FAMILIES_OF_WATCH = {
    "smtpdoctor_since_timestamp_seconds": "Since when the target has this verdict and first code",
    "smtpdoctor_login_accepted": "1 where the last login was accepted, 0 where it was not",
    "smtpdoctor_login_timestamp_seconds": "When the last login was made",
    "smtpdoctor_last_run_timestamp_seconds": "When the last run began",
    "smtpdoctor_last_run_failed": "1 where the settings or the history could not be used",
    "smtpdoctor_runs_total": "Runs since the watch began",
    "smtpdoctor_logins_total": "Logins since the watch began",
}
#: And of one probe, by the names that monitors know from blackbox_exporter.
FAMILIES_OF_PROBE = {
    "probe_success": "1 where mail could be submitted so far as it was tried",
    "probe_duration_seconds": "How long the probe took",
}


def samples(report: Report) -> list[Sample]:
    """Every figure of a report; a series stands once, whatever two set-ups have in common."""
    found = [sample for target in report.targets for sample in _of_target(target)]
    found.append(("smtpdoctor_not_checked", {}, len(report.not_checked)))
    found.append(("smtpdoctor_run_seconds", {}, report.seconds))
    return once_each(found)


def once_each(found: list[Sample]) -> list[Sample]:
    """The first sample of each series."""
    series: dict[tuple[str, tuple[tuple[str, str], ...]], Sample] = {}
    for sample in found:
        series.setdefault((sample[0], tuple(sample[1].items())), sample)
    return list(series.values())


def labels_of(target: TargetReport) -> dict[str, str]:
    """What tells a target from the others."""
    return {
        "setup": visible(target.setup.name if target.setup is not None else ""),
        "host": visible(target.host or ""),
        "port": str(target.port or ""),
    }


def _of_target(target: TargetReport) -> Iterator[Sample]:
    labels = labels_of(target)
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
        accepted = (
            {"accepted": "true", "reason": visible(item.accepted.reason)} if item.accepted else {}
        )
        yield "smtpdoctor_diagnosis", {**labels, **told_of, **accepted}, 1


def certificate_days(target: TargetReport) -> int | None:
    """Whole days, at the time of the run, until the first certificate that the server showed ends;
    negative afterwards, None where there is none or the time is not known."""
    place = target.observations.first(Place)
    seen = [item for item in target.observations.of(CertificateSeen) if item.chain]
    own = [item for item in seen if item.role == "main"] or seen
    try:
        now = datetime.fromisoformat(place.clock) if place is not None else None
        ends = [datetime.fromisoformat(item.chain[0].not_after) for item in own]
        return (min(ends) - now).days if now is not None and ends else None
    except (ValueError, TypeError):  # a saved run's times may be anything
        return None


def failed_check(target: TargetReport) -> str:
    """The first check that failed; "" where none did."""
    return next((item.name for item in target.checks if item.status == "failed"), "")

"""Figures of a report, for monitors: which stage failed, how long each took, a certificate's days.

Pure, and reads no clock: a saved run's figures are of its own time.
"""

from __future__ import annotations

from datetime import datetime

from smtpdoctor.observations import CertificateSeen, Place
from smtpdoctor.report.model import TargetReport


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

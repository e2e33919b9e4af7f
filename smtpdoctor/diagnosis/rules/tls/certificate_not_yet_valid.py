"""A certificate before its beginning, by a clock that nothing speaks against."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.model import Diagnosis, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.clock import moment, span
from smtpdoctor.diagnosis.wording import certificate as certificates

CODE = "certificate-not-yet-valid"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    refused = run.certificate.refused_as(CODE)
    if refused is None:
        return
    clock = run.clock.now
    leaf = refused.leaf
    starts = moment(leaf.not_before) if leaf else None
    seen = (
        f"it begins on {starts:%Y-%m-%d %H:%M} UTC; the clock here says "
        f"{clock:%Y-%m-%d %H:%M} UTC, {span(starts - clock)} earlier"
        if starts is not None and clock is not None
        else "a certificate of the chain begins later than the clock here says"
    )
    yield Diagnosis(
        code=CODE,
        severity=refused.severity,
        confidence="certain" if run.clock.confirmed else "possible",
        title=f"certificate of {run.where} is not valid yet",
        explanation=(
            "By this machine's clock the certificate's time has not begun. Authorities don't issue "
            "certificates for later, so probably the clock here is behind; a server with a "
            "certificate made by hand on a machine with a wrong clock looks the same. "
            f"{certificates.consequence(run, refused)}"
        ),
        evidence=(
            *certificates.description(run, refused, seen),
            *certificates.also_wrong(run, refused),
        ),
        fixes=certificates.fixes(
            run,
            Fix(
                title="check this machine's clock, then ask who runs the server",
                steps=(
                    "Compare `date -u` with a clock you trust; if it is behind: timedatectl "
                    "set-ntp true",
                    f"If it is right, tell who runs {run.settings.host} the dates above: its "
                    "certificate was made with a wrong clock.",
                ),
            ),
        ),
        explains=(refused.seen.id,),
    )

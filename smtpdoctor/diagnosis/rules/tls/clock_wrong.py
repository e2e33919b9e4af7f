"""This machine's clock is wrong, known from two certificates, a greeting's date or the release."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.wording import certificate as certificates

CODE = "clock-wrong"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    doubts = run.clock.doubts
    if not doubts:
        return
    refused = run.certificate.refused_as(CODE)
    side = run.clock.side_of(refused.seen.verify_code) if refused else None
    own = [doubt for doubt in doubts if doubt.side == (side or doubts[0].side)]
    clock = run.clock.now
    yield Diagnosis(
        code=CODE,
        severity=refused.severity if refused else "warning",
        # the greeting's server may be the one that is wrong, unless a certificate agrees with it
        confidence="certain" if refused or own[0].certain else "likely",
        title=f"clock of this machine is {own[0].side}: it says {clock:%Y-%m-%d %H:%M} UTC"
        if clock
        else "clock of this machine is wrong",
        explanation=(
            "Certificates hold for a span of time, and this machine judges it by its own clock. "
            "With a wrong clock good certificates look expired or not yet valid"
            + (
                f", as here. {certificates.consequence(run, refused)}"
                if refused
                else ". Here they still fit, so mail goes out until they don't; if only the "
                "server's own clock is wrong, nothing is to be done."
            )
        ),
        evidence=(
            *(Evidence(check="tls", text=doubt.seen) for doubt in own),
            *(certificates.description(run, refused) if refused else ()),
        ),
        fixes=(
            Fix(
                title="set this machine's clock",
                steps=(
                    "Linux: timedatectl set-ntp true, then compare `date -u` with a clock you "
                    "trust.",
                    "In a container or a virtual machine set the clock of the host: the container "
                    "has none of its own. In WSL: wsl --shutdown, then start it again.",
                    "If the clock falls back at every start, the machine's battery or its time "
                    "service needs attention.",
                ),
            ),
        ),
        explains=(refused.seen.id,) if refused else (),
    )

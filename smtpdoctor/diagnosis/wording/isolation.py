"""What shows that nothing is reached from this machine, in words."""

from __future__ import annotations

from smtpdoctor.diagnosis.model import Evidence
from smtpdoctor.diagnosis.views.isolation import Isolation
from smtpdoctor.diagnosis.wording import names, reach


def evidence(isolation: Isolation) -> tuple[Evidence, ...]:
    """How the connects ended, or the look-up beside the literal addresses."""
    run = isolation.run
    if isolation.attempts:
        return reach.evidence(run.reach, isolation.code)
    addresses = ", ".join(item.address for item in isolation.landmarks)
    how = "there is no route to" if isolation.no_route else "no answer came on port 443 from"
    return (
        Evidence(check="reach", kind="seen", text=f"{how} {addresses}"),
        *names.look_up(run.names),
    )

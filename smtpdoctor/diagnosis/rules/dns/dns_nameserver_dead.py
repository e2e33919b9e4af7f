"""One of several name servers gives no answer; the others make up for it, slowly."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.model import Diagnosis, Fix
from smtpdoctor.diagnosis.rules.dns._names import Asked
from smtpdoctor.diagnosis.run import Run

CODE = "dns-nameserver-dead"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    asked = Asked(run)
    if not asked.dead or not asked.knowing:
        return
    dead = ", ".join(asked.dead)
    over_udp = " over UDP" if set(asked.dead) & set(asked.saying("answer")) else ""
    is_first = next(iter(asked.servers)) in asked.dead
    waits = (
        "It stands first in the list, so every look-up waits for it before the next server is "
        "asked, five seconds by the usual settings: connecting is slow, and a program with a "
        "short limit gives up."
        if is_first
        else "It is asked only when those before it don't answer, and then nobody stands in for "
        "them."
    )
    source = asked.configuration.source if asked.configuration else ""
    yield Diagnosis(
        code=CODE,
        severity="warning",
        confidence="certain",
        title=f"name server {dead} does not answer{over_udp}; {asked.knowing[0]} does",
        explanation=(
            "One of the name servers that this machine is set to ask gives no answer, another "
            f"does. {waits}"
        ),
        evidence=asked.evidence_of_servers(),
        fixes=(
            Fix(
                title=f"take {dead} out of the list of name servers, or bring it back",
                steps=(
                    f"The list stands in {source or 'the settings of the system'}; where DHCP, "
                    "Docker, NetworkManager or systemd-resolved writes it, change it there.",
                ),
            ),
        ),
        explains=(asked.failed.id,) if asked.failed and asked.failure == "one-dead" else (),
    )

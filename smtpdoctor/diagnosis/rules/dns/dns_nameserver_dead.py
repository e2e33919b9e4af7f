"""One of several name servers gives no answer; the others make up for it, slowly."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.model import Diagnosis, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.wording import names as names_words

CODE = "dns-nameserver-dead"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    names = run.names
    if not names.dead or not names.knowing:
        return
    dead = ", ".join(names.dead)
    over_udp = " over UDP" if set(names.dead) & set(names.saying("answer")) else ""
    is_first = next(iter(names.servers)) in names.dead
    waits = (
        "It is first in the list, so every look-up waits for it before the next server is "
        "asked, five seconds by the usual settings: connecting is slow, and a program with a "
        "short limit gives up."
        if is_first
        else "It is asked only when those before it don't answer, and then nobody stands in for "
        "them."
    )
    source = names.configuration.source if names.configuration else ""
    yield Diagnosis(
        code=CODE,
        severity="warning",
        confidence="certain",
        title=f"name server {dead} does not answer{over_udp}; {names.knowing[0]} does",
        explanation=(
            "One of the name servers that this machine is set to ask gives no answer, another "
            f"does. {waits}"
        ),
        evidence=names_words.servers(names),
        fixes=(
            Fix(
                title=f"take {dead} out of the list of name servers, or bring it back",
                steps=(
                    f"The list is in {source or 'the settings of the system'}; where DHCP, "
                    "Docker, NetworkManager or systemd-resolved writes it, change it there.",
                ),
            ),
        ),
        explains=(names.failed.id,) if names.failed and names.code == CODE else (),
    )

"""Port 53 is blocked: no name server answers, this machine's own or others', and the rest passes.

Also the half of it, where the servers answer over TCP and nothing comes over UDP.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.addresses import is_local
from smtpdoctor.diagnosis.evidence import library_words
from smtpdoctor.diagnosis.model import Confidence, Diagnosis
from smtpdoctor.diagnosis.rules.dns._fixes import open_port_fix, over_tcp_fix
from smtpdoctor.diagnosis.rules.dns._names import Asked, server_address
from smtpdoctor.diagnosis.run import Run

CODE = "dns-blocked"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    asked = Asked(run)
    if asked.failed is None:
        return
    if asked.failure == "blocked":
        tcp_passes = bool(asked.public_answers("tcp"))
        yield _diagnosis(asked, tcp_passes=tcp_passes, confidence=_confidence(asked))
    elif asked.failure == "tcp-only":
        sure: Confidence = "certain" if len(asked.servers) > 1 else "likely"
        yield _diagnosis(asked, tcp_passes=True, confidence=sure)


def _confidence(asked: Asked) -> Confidence:
    if asked.saying("servfail") and not asked.other_names:
        return "possible"  # it may be this one name's own servers that nobody reaches
    # a network's own name server may be down, in a network that allows no other
    return "likely" if all(is_local(server_address(item)) for item in asked.servers) else "certain"


def _diagnosis(asked: Asked, *, tcp_passes: bool, confidence: Confidence) -> Diagnosis:
    assert asked.failed is not None
    what = "UDP port 53" if tcp_passes else "port 53"
    over_udp = " over UDP" if tcp_passes else ""
    own_filter = any(item.error == "EPERM" for given in asked.servers.values() for item in given)
    where = (
        "This machine's own packet filter keeps the questions back."
        if own_filter
        else "A firewall on this machine or on the way drops the questions or their answers."
    )
    programs = (
        " Programs ask over UDP first, and most never try TCP where UDP is silent."
        if tcp_passes
        else ""
    )
    over_tcp = (over_tcp_fix(asked),) if asked.failure == "tcp-only" else ()
    return Diagnosis(
        code=CODE,
        severity="error",
        confidence=confidence,
        title=f"{what} is blocked: no name server answers{over_udp}, while other traffic passes",
        explanation=(
            f"To connect to {asked.host} the application needs its address, and no answer to the "
            f"question comes back, whichever server is asked. {where}{programs} The network "
            "itself works, and the mail settings are not at fault."
        ),
        evidence=(
            *asked.evidence_of_servers(),
            *library_words(asked.run, "dns-resolver-unreachable", "dns"),
        ),
        fixes=(*over_tcp, open_port_fix(asked)),
        explains=(asked.failed.id,),
    )

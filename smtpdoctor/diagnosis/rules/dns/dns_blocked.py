"""Port 53 is blocked: no name server answers, this machine's own or others', and the rest passes.

Also the half of it, where the servers answer over TCP and nothing comes over UDP.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.addresses import is_local
from smtpdoctor.diagnosis.evidence import library_words
from smtpdoctor.diagnosis.model import Confidence, Diagnosis
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.names import Names, server_address
from smtpdoctor.diagnosis.wording import names as names_words
from smtpdoctor.diagnosis.wording.name_servers import open_port_fix, over_tcp_fix

CODE = "dns-blocked"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    names = run.names
    if names.code != CODE:
        return
    if names.failure == "tcp-only":
        sure: Confidence = "certain" if len(names.servers) > 1 else "likely"
        yield _diagnosis(names, tcp_passes=True, confidence=sure)
    else:
        tcp_passes = bool(names.public_answers("tcp"))
        yield _diagnosis(names, tcp_passes=tcp_passes, confidence=_confidence(names))


def _confidence(names: Names) -> Confidence:
    if names.saying("servfail") and not names.other_names:
        return "possible"  # it may be this one name's own servers that nobody reaches
    # a network's own name server may be down, in a network that allows no other
    return "likely" if all(is_local(server_address(item)) for item in names.servers) else "certain"


def _diagnosis(names: Names, *, tcp_passes: bool, confidence: Confidence) -> Diagnosis:
    assert names.failed is not None
    what = "UDP port 53" if tcp_passes else "port 53"
    over_udp = " over UDP" if tcp_passes else ""
    own_filter = any(item.error == "EPERM" for given in names.servers.values() for item in given)
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
    over_tcp = (over_tcp_fix(names),) if names.failure == "tcp-only" else ()
    return Diagnosis(
        code=CODE,
        severity="error",
        confidence=confidence,
        title=f"{what} is blocked: no name server answers{over_udp}, while other traffic passes",
        explanation=(
            f"To connect to {names.host} the application needs its address, and no answer to the "
            f"question comes back, whichever server is asked. {where}{programs} The network "
            "itself works, and the mail settings are not at fault."
        ),
        evidence=(
            *names_words.servers(names),
            *library_words(names.run, "dns-resolver-unreachable", "dns"),
        ),
        fixes=(*over_tcp, open_port_fix(names)),
        explains=(names.failed.id,),
    )

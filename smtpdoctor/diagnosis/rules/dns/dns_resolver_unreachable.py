"""None of the configured name servers answers, and the look-up failed for it."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import library_words
from smtpdoctor.diagnosis.model import Confidence, Diagnosis
from smtpdoctor.diagnosis.rules.dns._names import Asked, resolver_fix
from smtpdoctor.diagnosis.run import Run

CODE = "dns-resolver-unreachable"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    asked = Asked(run)
    if asked.failed is None or asked.failure != "no-answer":
        return
    sure: Confidence = "likely" if asked.servers else "possible"
    if asked.servers and len(asked.saying("unreachable")) == len(asked.servers):
        sure = "certain"  # an ICMP error came back: nothing takes questions there
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence=sure,
        title=_title(asked),
        explanation=(
            f"To connect to {asked.host} the application needs its address, and nobody tells it: "
            "the name servers that this machine is set to ask give no answer at all. Every program "
            "here that looks names up fails the same way. Either they are down, or the way to them "
            "is cut off (port 53, UDP and TCP), or this machine has no network at all."
        ),
        evidence=(*asked.evidence(), *library_words(run, CODE)),
        fixes=(resolver_fix(asked),),
        explains=(asked.failed.id,),
    )


def _title(asked: Asked) -> str:
    servers = list(asked.servers)
    if len(servers) > 1:
        return f"none of the {len(servers)} name servers answers: {', '.join(servers)}"
    return f"name server {servers[0]} does not answer" if servers else "no name server answers"

"""None of the configured name servers answers, and the look-up failed for it."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import library_words
from smtpdoctor.diagnosis.model import Confidence, Diagnosis
from smtpdoctor.diagnosis.rules.dns._fixes import resolver_fix
from smtpdoctor.diagnosis.rules.dns._names import Asked
from smtpdoctor.diagnosis.run import Run

CODE = "dns-resolver-unreachable"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    asked = Asked(run)
    if asked.failed is None or asked.failure != "no-answer":
        return
    sure: Confidence = "likely" if asked.servers else "possible"
    refused = [
        answer.outcome == "unreachable" and answer.error in ("", "ECONNREFUSED")
        for answers in asked.servers.values()
        for answer in answers
    ]
    others_answer = bool(asked.public_answers("udp"))
    if others_answer or (refused and all(refused)):
        sure = "certain"  # others answer, or an ICMP error says that nothing takes questions there
    why = (
        "Other name servers do answer from here, so it is these servers, or the way to them."
        if others_answer
        else "Either they are down, or the way to them is cut off (port 53, UDP and TCP), or this "
        "machine has no network at all."
    )
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence=sure,
        title=_title(asked),
        explanation=(
            f"To connect to {asked.host} the application needs its address, and nobody tells it: "
            "the name servers that this machine is set to ask give no answer at all. Every program "
            f"here that looks names up fails the same way. {why}"
        ),
        evidence=(*asked.evidence_of_servers(), *library_words(run, CODE, "dns")),
        fixes=(resolver_fix(asked),),
        explains=(asked.failed.id,),
    )


def _title(asked: Asked) -> str:
    servers = list(asked.servers)
    if len(servers) > 1:
        return f"none of the {len(servers)} name servers answers: {', '.join(servers)}"
    return f"name server {servers[0]} does not answer" if servers else "no name server answers"

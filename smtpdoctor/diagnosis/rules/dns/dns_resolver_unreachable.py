"""None of the configured name servers answers, and the look-up failed for it."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import library_words
from smtpdoctor.diagnosis.model import Confidence, Diagnosis
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.names import Names
from smtpdoctor.diagnosis.wording import names as names_words
from smtpdoctor.diagnosis.wording.name_servers import resolver_fix

CODE = "dns-resolver-unreachable"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    names = run.names
    if names.failed is None or names.code != CODE:
        return
    sure: Confidence = "likely" if names.servers else "possible"
    refused = [
        answer.outcome == "unreachable" and answer.error in ("", "ECONNREFUSED")
        for answers in names.servers.values()
        for answer in answers
    ]
    others_answer = bool(names.public_answers("udp"))
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
        title=_title(names),
        explanation=(
            f"To connect to {names.host} the application needs its address, and nobody tells it: "
            "the name servers that this machine is set to ask give no answer at all. Every program "
            f"here that looks names up fails the same way. {why}"
        ),
        evidence=(*names_words.servers(names), *library_words(run, CODE, "dns")),
        fixes=(resolver_fix(names),),
        explains=(names.failed.id,),
    )


def _title(names: Names) -> str:
    servers = list(names.servers)
    if len(servers) > 1:
        return f"none of the {len(servers)} name servers answers: {', '.join(servers)}"
    return f"name server {servers[0]} does not answer" if servers else "no name server answers"

"""The steps of a run on one line of time: what was asked, what came of it, when and for how long.

Knows observations with a time. Must not know layout, nor why a step failed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from smtpdoctor.diagnosis.run import Run
from smtpdoctor.observations import (
    CertificateSeen,
    ConnectAttempt,
    Exchange,
    Handshake,
    NameServerAnswer,
    Observation,
    PathTrace,
    PolicyAnswer,
    Session,
    SystemLookup,
)
from smtpdoctor.report.network_table import way
from smtpdoctor.smtp.replies import Reply
from smtpdoctor.text import foreign
from smtpdoctor.words import OUTCOME_WORDS, count

Stage = Literal["DNS", "TCP", "Path", "TLS", "SMTP"]

#: A reply's text in a bar's words, in characters.
LONGEST_REPLY = 90
VERBS = {"auth": "AUTH", "mail": "MAIL FROM", "rcpt": "RCPT TO", "greeting": "greeting"}
NO_REPLY = {
    "silence": "no answer",
    "closed": "connection closed",
    "reset": "connection reset",
    "tls": "TLS where an answer was due",
    "flood": "more than an answer may be",
    "other": "failed",
    "reply": "no answer",
}


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One step. `at` and `seconds` count from the start of the run; `ok` is None where the step
    can't fail. `beside`: the doctor tried it, the application doesn't go there."""

    stage: Stage
    what: str
    came: str
    at: float
    seconds: float
    ok: bool | None
    beside: bool


def waterfall(run: Run) -> list[Bar]:
    """The steps in the order in which they began."""
    return sorted((*_steps(run), *_policies(run)), key=lambda bar: bar.at)


def _steps(run: Run) -> Iterator[Bar]:  # branches: one case a kind of observation
    sessions = run.observations.of(Session)
    own_ways = {
        item.connection for item in sessions if (item.purpose, item.role) == ("configured", "main")
    }
    ports = {item.connection: f", port {item.port}" for item in sessions}
    for item in run.observations:
        match item:
            case SystemLookup():
                came = ", ".join(item.addresses) or item.error or "no address"
                yield _bar(item, "DNS", f"look-up of {item.host}", came)
            case NameServerAnswer():
                what = f"{item.record} {item.question} from {item.server}"
                came = ", ".join(item.answers) or item.outcome
                yield _bar(item, "DNS", what, came, beside=True)
            case ConnectAttempt():
                host = f"[{item.address}]" if ":" in item.address else item.address
                yield _bar(
                    item,
                    "TCP",
                    f"{item.host} {host}:{item.port}"
                    if item.host != item.address
                    else f"{host}:{item.port}",
                    f"{OUTCOME_WORDS[item.outcome]} {item.error}".rstrip(),
                    beside=item.purpose != "configured",
                )
            case PathTrace():
                came = way(item).end if item.hops else "no means to see it"
                yield _bar(item, "Path", f"hops to port {item.port}", came, beside=True)
            case Handshake():
                beside = item.connection not in own_ways
                what = f"handshake{ports.get(item.connection, '') if beside else ''}"
                yield _handshake(item, run, what, beside=beside)
            case Exchange():
                what = VERBS.get(item.step, item.step.upper())
                beside = item.connection not in own_ways
                what = f"{what} {item.mechanism}".rstrip()
                what += ports.get(item.connection, "") if beside else ""
                came = _reply(item.reply) if item.reply else NO_REPLY[item.outcome]
                yield _bar(item, "SMTP", what, came, beside=beside)
            case _:
                pass


def _handshake(item: Handshake, run: Run, what: str, *, beside: bool) -> Bar:
    """A certificate that isn't accepted ends it, though TLS itself has worked."""
    seen = run.observations.first(CertificateSeen, connection=item.connection)
    words = f"{item.version} {item.cipher}".strip()
    if not item.ok:
        words = f"{item.failure} {foreign(item.reason, LONGEST_REPLY)}".strip()
    elif seen is not None and not seen.verified:
        words = f"certificate not accepted: {seen.verify_message}"
        item = msgspec.structs.replace(item, ok=False)
    return _bar(item, "TLS", what, words, beside=beside)


def _policies(run: Run) -> Iterator[Bar]:
    """The many questions about a sender are asked at once: one bar."""
    asked = run.observations.of(PolicyAnswer)
    if not asked:
        return
    failed = sum(item.status == "temperror" for item in asked)
    start = min(item.at for item in asked)
    yield Bar(
        stage="DNS",
        what=f"SPF, DKIM and DMARC: {count(len(asked), 'question')}",
        came=f"{failed} without an answer" if failed else "answered",
        at=start,
        seconds=max(item.at + item.seconds for item in asked) - start,
        ok=not failed,
        beside=True,
    )


def _bar(item: Observation, stage: Stage, what: str, came: str, *, beside: bool = False) -> Bar:
    return Bar(
        stage=stage,
        what=what,
        came=came,
        at=item.at,
        seconds=item.seconds,
        ok=item.ok,
        beside=beside or item.role != "main",
    )


def _reply(reply: Reply) -> str:
    text = foreign(reply.telling, LONGEST_REPLY)
    return f"{reply.code} {text}".strip() if reply.code else text

"""Ask the DNS what SPF, DKIM and DMARC depend on, and record every answer once.

Observes only: the evaluations are run to learn what to ask; what comes of them is worked out again
from the recorded answers. Bounded in time, in questions and in bytes, however hostile a record.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from smtpdoctor.deadline import Deadline
from smtpdoctor.network import AnswerResult, Network
from smtpdoctor.observations import (
    PolicyAnswer,
    PolicyRecordType,
    PolicyStatus,
    SenderQuestion,
    Trail,
)
from smtpdoctor.sender import recorded
from smtpdoctor.sender.remembered import Remembered

if TYPE_CHECKING:
    from smtpdoctor.sender.assessment import Assessment
    from smtpdoctor.spf import Answer, Lookup

#: For all questions together, in seconds.
TOTAL_CAP = 8.0
#: For one question to one name server.
QUESTION_CAP = 2.0
MOST_QUESTIONS = 150
#: So often all questions that are known to be needed go out together; then one after the other.
MOST_ROUNDS = 20
#: Answers that come within so many seconds are looked at together.
TOGETHER = 0.02
#: Bytes of all answers that are kept.
MOST_BYTES = 1 << 20

#: What a server says is so; anything else is worth asking the next one.
_SETTLED: dict[str, PolicyStatus] = {
    "answer": "found",
    "nodata": "nodata",
    "nxdomain": "nxdomain",
}
_REASONS = {
    "silent": "no answer",
    "unreachable": "unreachable",
    "servfail": "SERVFAIL",
    "refused": "REFUSED",
    "malformed": "an answer that can't be used",
}


async def look_up_policies(
    question: SenderQuestion,
    network: Network,
    trail: Trail,
    deadline: Deadline,
    *,
    well_known: Sequence[str] = (),
    remembered: Remembered | None = None,
) -> None:
    """Record `question` and every answer that its evaluation gets. Never raises on the DNS.

    What was `remembered` of another sender of the domain is asked for at once.
    `well_known` names are looked up where the sender's domain does not exist for the name servers:
    do they know any name from outside?
    """
    policies: Any = importlib.import_module("smtpdoctor.sender.assessment")
    spf: Any = importlib.import_module("smtpdoctor.spf")
    foresight: Any = importlib.import_module("smtpdoctor.sender.foresight")
    remembered = remembered or Remembered()
    trail.record(question)
    questions = _Questions(
        question, network, trail, Deadline(network.clock, deadline.cap(TOTAL_CAP))
    )
    answers: dict[Lookup, Answer] = {}

    def needed() -> tuple[Sequence[Lookup], Assessment | None]:
        lookups, found = remembered.recall(question, answers.get)
        if lookups or found is not None:
            return lookups, found
        return foresight.needed(policies.assess(question, dict(answers)), answers)  # type: ignore[no-any-return]

    try:
        found = await _ask_ahead(needed, questions, answers)
        if found is not None:
            # not where one thing was asked after the other: that leaves answers out
            remembered.keep(found, answers)
            recorded.keep(found, answers)
        else:
            found = await spf.run_async(
                policies.assess(question, answers), questions.resolve, timeout=TOTAL_CAP
            )
        if found.domain_exists is False and not found.malformed:
            asked = (spf.Lookup(name, "A") for name in well_known)
            await asyncio.gather(*map(questions.resolve, asked))
    finally:
        await questions.cancel()


async def _ask_ahead(
    needed: Callable[[], tuple[Sequence[Lookup], Assessment | None]],
    questions: _Questions,
    answers: dict[Lookup, Answer],
) -> Assessment | None:
    """Ask at once what is `needed` by the answers so far, and what they make needed, until that is
    nothing: then what they come to. One slow answer holds nothing up that does not hang on it."""
    asked: dict[Lookup, asyncio.Task[Answer]] = {}
    for _ in range(MOST_ROUNDS):
        lookups, found = needed()
        for lookup in lookups:
            if lookup not in asked:
                asked[lookup] = questions.begin(lookup)
        waiting = {task for lookup, task in asked.items() if lookup not in answers}
        if not waiting:
            return found
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait(waiting, timeout=TOGETHER)
        answers |= {
            lookup: task.result()
            for lookup, task in asked.items()
            if task.done() and lookup not in answers
        }
    return None


class _Questions:
    """The questions that went out, each once."""

    def __init__(
        self, question: SenderQuestion, network: Network, trail: Trail, deadline: Deadline
    ) -> None:
        self._network = network
        self._servers = list(network.resolver_settings().nameservers)
        self._own = {question.domain, f"_dmarc.{question.domain}"}
        self._trail = trail
        self._beside = trail.branch(role="probe")
        self._deadline = deadline
        self._asked: dict[Lookup, asyncio.Task[Answer]] = {}
        self._bytes = 0

    def begin(self, lookup: Lookup) -> asyncio.Task[Answer]:
        """Ask, if nobody has yet; whoever waits for the answer must not cancel it."""
        from smtpdoctor.sender.answers import key_of

        key = key_of(lookup)
        if key in self._asked:
            return self._asked[key]
        if len(self._asked) >= MOST_QUESTIONS:
            return asyncio.create_task(self._one_too_many())
        self._asked[key] = asyncio.create_task(self._ask(key))
        return self._asked[key]

    async def resolve(self, lookup: Lookup) -> Answer:
        return await asyncio.shield(self.begin(lookup))

    async def _one_too_many(self) -> Answer:
        from smtpdoctor.spf import Answer

        return Answer("temperror", reason="too many questions")

    async def cancel(self) -> None:
        for task in self._asked.values():
            task.cancel()
        await asyncio.gather(*self._asked.values(), return_exceptions=True)

    async def _ask(self, lookup: Lookup) -> Answer:
        from smtpdoctor.sender.answers import to_answer
        from smtpdoctor.spf import Answer

        began = self._trail.now
        if not self._deadline.left():
            return Answer("temperror", reason="out of time")
        answer = await self._answer(lookup)
        if not self._deadline.left() and answer.status == "temperror":
            return Answer("temperror", reason="out of time")  # not waited for: nothing was seen
        self._bytes += sum(map(_size, answer.records))
        if self._bytes > MOST_BYTES:
            return Answer("temperror", reason="too much to read")
        trail = self._trail if lookup.name in self._own else self._beside
        return to_answer(trail.note(answer, since=began))

    async def _answer(self, lookup: Lookup) -> PolicyAnswer:
        """By the first name server that knows; one that didn't is asked last from then on."""
        asked, server, reason = presentation(lookup), "", "no name server is configured"
        for server in tuple(self._servers):
            cap = self._deadline.cap(QUESTION_CAP)
            result = await self._network.ask(server, asked, lookup.rdtype, cap)
            if result.outcome in _SETTLED:
                return PolicyAnswer(
                    question=lookup.name,
                    record=lookup.rdtype,
                    status=_SETTLED[result.outcome],
                    records=_records(lookup.rdtype, result),
                    server=server,
                    ok=True if result.outcome == "answer" else None,
                )
            reason = f"{_REASONS.get(result.outcome, result.outcome)} from {server}"
            if result.outcome in ("silent", "unreachable") and server in self._servers:
                self._servers.remove(server)
                self._servers.append(server)
        return PolicyAnswer(
            question=lookup.name,
            record=lookup.rdtype,
            status="temperror",
            server=server,
            reason=reason,
        )


def presentation(lookup: Lookup) -> str:
    """The name as a resolver takes it: what isn't plain in a label is escaped (RFC 1035 §5.1)."""
    plain = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
    return ".".join(
        "".join(chr(octet) if octet in plain else f"\\{octet:03d}" for octet in label)
        for label in lookup.labels
    )


def _records(record: PolicyRecordType, result: AnswerResult) -> tuple[tuple[bytes, ...] | str, ...]:
    return result.texts if record == "TXT" else result.answers


def _size(record: tuple[bytes, ...] | str) -> int:
    return len(record) if isinstance(record, str) else sum(map(len, record))

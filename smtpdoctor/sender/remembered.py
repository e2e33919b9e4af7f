"""Assessments that were made, each with the answers that it rests on.

An assessment depends on nothing but its question and the DNS, so the same answers come to the same:
a report needs not work out again what its look-up did, nor a list's next sender of a domain what
the first one came to. Must not know a resolver.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from smtpdoctor.observations import SenderQuestion
    from smtpdoctor.sender.assessment import Assessment
    from smtpdoctor.spf import Answer, Lookup

#: So many are kept, of policies with so many octets of text at most: some megabytes in all.
MOST = 64
MOST_OCTETS = 8192

_Key: TypeAlias = tuple[str, str | None, str, str, str, bool]


@dataclass(frozen=True, slots=True)
class _Memory:
    """address: the only one that it holds for; None where no policy asks who sends."""

    address: str | None
    answers: Mapping[Lookup, Answer]
    assessment: Assessment


class Remembered:
    """The last assessments, by what was asked."""

    def __init__(self) -> None:
        self._kept: dict[_Key, _Memory] = {}

    def recall(
        self, question: SenderQuestion, answer_of: Callable[[Lookup], Answer | None]
    ) -> tuple[list[Lookup], Assessment | None]:
        """What `question` comes to, where its answers are those of an assessment that is kept.

        Where some of them are not there yet and the others agree, the look-ups of these instead.
        Where nothing is kept, or the DNS says something else by now, neither.
        """
        memory = self._kept.get(_key(question))
        if memory is None or memory.address not in (None, question.address):
            return [], None
        missing = []
        for lookup, answer in memory.answers.items():
            known = answer_of(lookup)
            if known is None:
                missing.append(lookup)
            elif known != answer:
                return [], None
        if missing:
            return missing, None
        return [], dataclasses.replace(memory.assessment, question=question)

    def keep(self, assessment: Assessment, answers: Mapping[Lookup, Answer]) -> None:
        """Keep what was worked out of `answers`, in place of the oldest where there are many."""
        from smtpdoctor.sender.assessment import MOST_LOOKUPS

        texts = [text for answer in answers.values() for text in answer.texts()]
        if sum(map(len, texts)) > MOST_OCTETS or assessment.policy.lookups > MOST_LOOKUPS:
            return
        question = assessment.question
        # RFC 7208 §7: through macros alone a policy can ask who sends
        asks_who = bool(question.client) or any(b"%{" in text for text in texts)
        key = _key(question)
        self._kept.pop(key, None)
        self._kept[key] = _Memory(question.address if asks_who else None, dict(answers), assessment)
        for oldest in list(self._kept)[:-MOST]:
            self._kept.pop(oldest, None)


def _key(question: SenderQuestion) -> _Key:
    """Everything that is asked, but for the address."""
    return (
        question.domain,
        question.provider,
        question.host,
        question.client,
        question.helo,
        question.alone,
    )

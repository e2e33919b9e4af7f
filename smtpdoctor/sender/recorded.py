"""SPF, DKIM and DMARC of a run, worked out from the recorded answers of the DNS. Once per run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from smtpdoctor.observations import Observations, PolicyAnswer, SenderQuestion
from smtpdoctor.sender.remembered import Remembered

if TYPE_CHECKING:
    from smtpdoctor.sender.assessment import Assessment
    from smtpdoctor.spf import Answer, Lookup

#: Kept as long as the observations are: a report asks more than once, and a hostile policy
#: takes its time.
_assessed: WeakKeyDictionary[Observations, Assessment] = WeakKeyDictionary()
_remembered = Remembered()


def assess(observations: Observations) -> Assessment | None:
    """What the answers come to; None where the sender's policies were not looked up."""
    question = observations.first(SenderQuestion)
    if question is None:
        return None
    if observations not in _assessed:
        # 20 ms to import, which a run without a sender need not spend
        from smtpdoctor import spf
        from smtpdoctor.sender import answers as recorded_answers
        from smtpdoctor.sender import assessment

        answers = {
            spf.Lookup(item.question, item.record): recorded_answers.to_answer(item)
            for item in observations.of(PolicyAnswer)
        }

        def resolve(lookup: Lookup) -> Answer:
            missing = spf.Answer("temperror", reason="it was not asked in time")
            return answers.get(recorded_answers.key_of(lookup), missing)

        _, known = _remembered.recall(question, resolve)
        _assessed[observations] = known or spf.run(assessment.assess(question), resolve)
    return _assessed[observations]


def keep(assessment: Assessment, answers: Mapping[Lookup, Answer]) -> None:
    """Keep what a look-up worked out: the report on its record has the same answers."""
    _remembered.keep(assessment, answers)

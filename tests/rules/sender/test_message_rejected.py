"""message-rejected: the message itself was refused, after everything before it was accepted."""

from __future__ import annotations

from smtpdoctor.diagnosis.engine import diagnose
from smtpdoctor.diagnosis.model import Judgement
from smtpdoctor.explain.course import Course
from smtpdoctor.explain.model import Known
from smtpdoctor.observations import Redactor

from ..scene import Scene, assert_well_worded

CODE = "message-rejected"
IONOS = "554-Transaction failed\n554-Reject due to policy restrictions."


def judged(reply: str) -> Judgement:
    """A run whose message got this answer: no check makes one, `explain` does."""
    course = Course(Known(host="smtp.ionos.com", port=587), Redactor("•"))
    course.session().inside().auth().mail().rcpt().data(reply)
    return diagnose(course.observations)


def test_positive_words_about_the_message() -> None:
    (diagnosis,) = judged(IONOS).diagnoses
    assert diagnosis.code == CODE
    assert (diagnosis.severity, diagnosis.confidence) == ("error", "certain")
    assert "Reject due to policy restrictions" in diagnosis.evidence[0].text
    assert_well_worded(diagnosis)


def test_negative_nothing_refused() -> None:
    assert judged("250 queued").diagnoses == ()
    assert Scene.healthy().codes() == []


def test_lookalike_words_about_the_senders_policy() -> None:
    (diagnosis,) = judged("550 5.7.26 Unauthenticated email from example.com").diagnoses
    assert diagnosis.code == "dmarc-would-reject"
    assert_well_worded(diagnosis)


def test_lookalike_the_same_reply_to_the_sender_is_no_matter_of_the_message() -> None:
    scene = Scene().refuse("mail", IONOS)
    assert scene.codes() == ["sender-not-allowed"]
    assert "by a policy of its own" in scene.judge().diagnoses[0].title

"""auth-no-answer: neither yes nor no after the credentials."""

from __future__ import annotations

import pytest

from smtpdoctor.observations import ExchangeOutcome

from ..scene import Scene

CODE = "auth-no-answer"


def test_positive_silence_until_the_wait_was_over() -> None:
    scene = Scene().refuse("auth", outcome="silence", took=20.0)
    diagnosis = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert (diagnosis.severity, diagnosis.confidence) == ("error", "certain")
    assert "20.0 s" in diagnosis.evidence[0].text
    assert diagnosis.fixes[0].settings == {}


def test_positive_a_wait_that_the_runs_own_bound_cut_short() -> None:
    scene = Scene().refuse("auth", outcome="silence", took=4.0)
    diagnosis = scene.diagnosis(CODE)
    assert diagnosis.confidence == "likely"
    assert any("--timeout" in item.text for item in diagnosis.evidence)


@pytest.mark.parametrize("outcome", ["closed", "reset"])
def test_positive_the_connection_ended(outcome: str) -> None:
    scene = Scene().refuse("auth", outcome=outcome)
    diagnosis = scene.diagnosis(CODE)
    assert outcome in diagnosis.evidence[0].text
    assert diagnosis.confidence == "certain"


@pytest.mark.parametrize("outcome", ["silence", "closed"])
def test_positive_a_login_that_was_only_begun(outcome: ExchangeOutcome) -> None:
    """No credentials were sent: nothing is said of them."""
    scene = Scene(tls="none", host="mail.example.com")
    talk = scene.session().greeting().ehlo("AUTH PLAIN").begun(outcome=outcome)
    talk.no_login("no-tls", "PLAIN")
    found = scene.diagnosis(CODE)
    assert scene.codes("error") == [CODE]
    assert found.confidence == "likely"
    assert "Nothing of the credentials was sent" in found.explanation
    assert "webmail" not in repr(found)


@pytest.mark.parametrize("text", ["334 VXNlcm5hbWU6", "hello there"])
def test_positive_an_answer_that_is_none(text: str) -> None:
    assert Scene(host="mail.example.net").refuse("auth", text).codes() == [CODE]


def test_negative_the_login_worked_after_a_while() -> None:
    scene = Scene()
    scene.session().up_to("auth").auth(took=18.0).rest()
    assert scene.codes() == ["server-slow"]


def test_negative_the_login_was_not_tried() -> None:
    assert CODE not in Scene.healthy(username=None).codes()


def test_lookalike_a_refusal_that_took_its_time() -> None:
    scene = Scene().refuse("auth", "535 Authentication credentials invalid", took=18.0)
    assert scene.codes() == ["credentials-rejected"]


def test_lookalike_closed_with_words() -> None:
    scene = Scene(host="mail.example.net").refuse("auth", "421 Too many failed login attempts")
    assert scene.codes() == ["auth-rate-limited"]

"""auth-temporary-failure: the server can't check logins right now."""

from __future__ import annotations

import pytest

from ..scene import Scene

CODE = "auth-temporary-failure"


@pytest.mark.parametrize(
    "text",
    [
        "454 4.7.0 Temporary authentication failure: Connection lost to authentication server",
        "435 Unable to authenticate at present",
        "432 4.7.12 A password transition is needed",
    ],
)
def test_positive_any_4xx_to_auth(text: str) -> None:
    scene = Scene(host="mail.example.net").refuse("auth", text)
    diagnosis = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert (diagnosis.severity, diagnosis.confidence) == ("error", "certain")
    assert diagnosis.fixes[0].settings == {}


def test_positive_words_of_it_under_a_lasting_code() -> None:
    scene = Scene(host="mail.example.net")
    scene.refuse("auth", "535 5.7.0 Temporary authentication failure")
    assert scene.diagnosis(CODE).confidence == "likely"


def test_negative_the_login_worked() -> None:
    assert Scene.healthy(host="mail.example.net").codes() == []


def test_lookalike_the_password_was_judged() -> None:
    scene = Scene(host="mail.example.net").refuse("auth", "535 5.7.8 Authentication failed")
    assert scene.codes() == ["credentials-rejected"]


def test_lookalike_the_server_ends_the_session() -> None:
    scene = Scene(host="mail.example.net").refuse("auth", "421 4.3.2 Service shutting down")
    assert scene.codes() == ["server-busy"]


def test_lookalike_no_answer() -> None:
    scene = Scene(host="mail.example.net").refuse("auth", outcome="closed")
    assert scene.codes() == ["auth-no-answer"]

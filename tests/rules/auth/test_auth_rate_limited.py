"""auth-rate-limited: too many logins, as the reply says."""

from __future__ import annotations

import pytest

from ..scene import Scene

CODE = "auth-rate-limited"


@pytest.mark.parametrize(
    ("host", "text"),
    [
        ("smtp.gmail.com", "454 4.7.0 Too many login attempts, please try again later. h4 - gsmtp"),
        ("mail.example.net", "421 4.7.0 Too many failed login attempts"),
        ("mail.example.net", "535 5.7.8 too many authentication failures"),
    ],
)
def test_positive_the_words_of_several_servers(host: str, text: str) -> None:
    scene = Scene(host=host).refuse("auth", text)
    diagnosis = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert (diagnosis.severity, diagnosis.confidence) == ("error", "certain")


def test_positive_the_fix_stops_logins_first() -> None:
    scene = Scene(host="smtp.gmail.com").refuse("auth", "454 4.7.0 Too many login attempts")
    first = scene.diagnosis(CODE).fixes[0]
    assert first.title.startswith("stop every program")
    assert not any("again and again" in step for step in first.steps)


def test_negative_the_login_worked() -> None:
    assert Scene.healthy(host="smtp.gmail.com").codes() == []


def test_lookalike_a_limit_of_messages() -> None:
    scene = Scene(host="smtp.gmail.com")
    scene.refuse("mail", "550 5.4.5 Daily user sending quota exceeded. h4 - gsmtp")
    assert scene.codes() == ["sending-limit-reached"]


def test_lookalike_a_temporary_failure_without_such_words() -> None:
    scene = Scene(host="smtp.gmail.com").refuse(
        "auth", "454 4.7.0 Temporary authentication failure"
    )
    assert scene.codes() == ["auth-temporary-failure"]

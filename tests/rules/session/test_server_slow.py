"""server-slow: an answer that took seconds, and came."""

from __future__ import annotations

from ..scene import Scene

CODE = "server-slow"


def test_positive_a_greeting_after_twelve_seconds() -> None:
    scene = Scene()
    scene.session().greeting(took=12.0).rest()
    found = scene.diagnosis(CODE)
    assert (found.severity, found.confidence) == ("warning", "certain")
    assert "takes 12 s" in found.title
    assert "reverse DNS" in found.fixes[0].steps[0]
    assert any("Ruby mail 2.8 (after 5 s)" in item.text for item in found.evidence)
    assert scene.judge().verdict == "warnings"


def test_positive_the_clients_own_time_out_is_shorter() -> None:
    scene = Scene(client="ruby-mail", client_version="2.8.1")
    scene.session().up_to("rcpt").rcpt(took=12.0).rest()
    found = scene.diagnosis(CODE)
    assert found.severity == "error"
    assert "gives up after 5 s" in found.explanation


def test_positive_emailjs_waits_five_seconds() -> None:
    scene = Scene(client="emailjs")
    scene.session().greeting(took=12.0).rest()
    assert scene.judge().verdict == "broken"


def test_negative_an_answer_in_time() -> None:
    scene = Scene(client="ruby-mail", client_version="2.8.1")
    scene.session().greeting(took=4.9).rest()
    assert scene.codes() == []


def test_lookalike_an_older_release_waits() -> None:
    scene = Scene(client="ruby-mail", client_version="2.7.1")
    scene.session().greeting(took=12.0).rest()
    assert scene.diagnosis(CODE).severity == "warning"


def test_lookalike_no_greeting_at_all() -> None:
    scene = Scene()
    scene.session().greeting(outcome="silence", took=25.0)
    assert CODE not in scene.codes()


def test_lookalike_a_slow_refusal() -> None:
    scene = Scene().refuse("auth", "535 Authentication credentials invalid", took=18.0)
    assert scene.codes() == ["credentials-rejected"]


def tarpit(seconds: float) -> Scene:
    """Every answer takes so long."""
    scene = Scene(host="mail.example.net")
    talk = scene.session().greeting(took=seconds).ehlo("STARTTLS", took=seconds)
    talk.starttls().handshake().certificate().ehlo("AUTH PLAIN", took=seconds)
    talk.auth(took=seconds).mail(took=seconds).rcpt(took=seconds).quit()
    return scene


def test_positive_every_answer_takes_a_while() -> None:
    found = tarpit(4.0).diagnosis(CODE)
    assert (found.severity, tarpit(4.0).judge().verdict) == ("warning", "warnings")
    assert "take 24 s together" in found.title
    assert "RCPT 4.0 s" in found.evidence[0].text


def test_lookalike_a_long_way_that_is_bearable() -> None:
    assert tarpit(1.4).codes() == []


def test_lookalike_one_of_them_is_slow_by_itself() -> None:
    assert "the greeting" in tarpit(6.0).diagnosis(CODE).title
    assert tarpit(6.0).codes() == [CODE]

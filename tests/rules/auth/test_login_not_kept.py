"""login-not-kept: a login that was accepted, and then counts for nothing."""

from __future__ import annotations

from typing import Literal

import pytest

from ..scene import Scene

CODE = "login-not-kept"
HOST = "mail.example.net"


@pytest.mark.parametrize("step", ["mail", "rcpt"])
@pytest.mark.parametrize(
    "text", ["530 5.7.0 Authentication required", "530 5.7.0 Must issue a STARTTLS command first"]
)
def test_positive_what_was_done_is_asked_for_again(
    step: Literal["mail", "rcpt"], text: str
) -> None:
    scene = Scene(host=HOST).refuse(step, text)
    assert scene.codes("error") == [CODE]
    found = scene.diagnosis(CODE)
    assert found.title == (
        f"{HOST}:587 accepts the login, and then refuses {step.upper()} as if there had been none"
    )
    assert any("accepted the login of" in item.text for item in found.evidence)
    assert found.fixes[0].settings == {}
    assert scene.judge().unexplained == ()


def test_positive_another_way_of_the_host_comes_first() -> None:
    scene = Scene(host=HOST).refuse("mail", "530 5.7.0 Authentication required")
    scene.session("other-port", port=465, tls="implicit").rest()
    assert scene.diagnosis(CODE).fixes[0].settings["SMTP_PORT"] == "465"


def test_negative_a_sound_run() -> None:
    assert CODE not in Scene.healthy().codes()


@pytest.mark.parametrize(
    "text",
    [
        "550 5.7.10 recipient requires TLS",
        "550 5.7.4 Encryption required: this recipient takes messages over TLS alone",
        "530 5.7.0 TLS required for this destination",
    ],
)
def test_lookalike_the_recipient_wants_tls_further_on(text: str) -> None:
    scene = Scene(host=HOST).refuse("rcpt", text)
    assert scene.codes("error") == ["recipient-rejected"]


def test_lookalike_no_login_was_made() -> None:
    scene = Scene(host=HOST, username=None)
    scene.session().up_to("auth").no_login("no-credentials").mail("530 Authentication required")
    assert scene.codes("error") == ["credentials-missing"]


def test_lookalike_this_sender_is_refused_after_the_login() -> None:
    scene = Scene(host=HOST).refuse("mail", "550 5.7.1 Authentication required")
    assert CODE not in scene.codes()


@pytest.mark.parametrize(
    ("step", "text", "code"),
    [
        ("mail", "530 5.7.1 Sender address rejected: not owned by user info", "sender-not-allowed"),
        ("mail", "530 5.7.0 Sender domain not verified", "sender-not-verified"),
        ("mail", "530 5.7.0 Daily quota exceeded", "sending-limit-reached"),
        ("rcpt", "530 5.1.1 No such user", "recipient-rejected"),
    ],
)
def test_lookalike_a_530_whose_words_say_something_else(
    step: Literal["mail", "rcpt"], text: str, code: str
) -> None:
    scene = Scene(host=HOST, username="info@example.com").refuse(step, text)
    assert scene.codes("error") == [code]


def test_lookalike_the_login_itself_was_refused() -> None:
    scene = Scene(host=HOST).refuse("auth", "535 5.7.8 Error: authentication failed")
    assert scene.codes("error") == ["credentials-rejected"]

"""sending-limit-reached: the account has sent as much as it may, as the server says."""

from __future__ import annotations

import pytest

from ..scene import Scene

CODE = "sending-limit-reached"
IONOS = "450-Requested mail action not taken: mailbox unavailable\n450 Mail send limit exceeded."


def test_positive_ionos_says_so_in_the_last_line() -> None:
    scene = Scene().refuse("rcpt", IONOS)
    diagnosis = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert (diagnosis.severity, diagnosis.confidence) == ("error", "certain")
    assert "Mail send limit exceeded." in diagnosis.evidence[0].text
    assert any("pages disagree" in item.text for item in diagnosis.evidence)
    assert diagnosis.fixes[0].settings == {}


@pytest.mark.parametrize(
    ("host", "step", "text"),
    [
        ("smtp.gmail.com", "mail", "550 5.4.5 Daily user sending quota exceeded. h4 - gsmtp"),
        ("smtp.sendgrid.net", "auth", "451 Authentication failed: Maximum credits exceeded"),
        ("smtp.office365.com", "mail", "432 4.3.2 Concurrent connections limit exceeded."),
        ("mail.example.net", "mail", "450 4.7.1 Error: too many messages"),
        (
            "mail.example.net",
            "mail",
            "451 4.7.1 Sender address rejected: the number of messages is over the limit",
        ),
    ],
)
def test_positive_the_words_of_others(host: str, step: str, text: str) -> None:
    scene = Scene(host=host).refuse(step, text)  # type: ignore[arg-type]
    assert scene.codes() == [CODE]


@pytest.mark.parametrize(
    "text",
    [
        "552 5.2.2 Over quota",
        "552 Requested mail action aborted: exceeded storage allocation",
        "452 4.2.2 Mailbox full",
    ],
)
def test_positive_the_mailbox_that_sends_is_full(text: str) -> None:
    """No waiting makes room: the first fix is not to go on more slowly."""
    scene = Scene(host="mail.example.net").refuse("mail", text)
    diagnosis = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert "storage" in diagnosis.title
    assert "room" in diagnosis.fixes[0].title


def test_lookalike_a_quota_of_messages() -> None:
    said = "552 quota of 100 messages per hour exceeded"
    diagnosis = Scene(host="mail.example.net").refuse("mail", said).diagnosis(CODE)
    assert "storage" not in diagnosis.title


def test_lookalike_the_recipient_s_mailbox_is_full() -> None:
    scene = Scene(host="mail.example.net").refuse("rcpt", "552 5.2.2 Mailbox full")
    assert scene.codes() == ["recipient-rejected"]


@pytest.mark.parametrize(
    "text",
    [
        "452 4.3.1 Insufficient system storage",
        "452 Insufficient system storage",
        "452 4.4.5 Insufficient disk space; try again later",
        "452 space shortage, please try later",
        "452 4.3.1 Not enough space on disk",
    ],
)
def test_lookalike_a_server_without_room(text: str) -> None:
    scene = Scene(host="mail.example.net").refuse("mail", text)
    assert scene.codes() == ["server-busy"]


def test_negative_nothing_is_used_up() -> None:
    assert Scene.healthy().codes() == []


def test_lookalike_too_many_logins() -> None:
    scene = Scene(host="smtp.gmail.com").refuse("auth", "454 4.7.0 Too many login attempts")
    assert scene.codes() == ["auth-rate-limited"]


def test_lookalike_the_same_first_line_for_a_sender() -> None:
    scene = Scene(sender="shop@example.org").refuse(
        "mail",
        "550-Requested action not taken: mailbox unavailable\n550 Sender address is not allowed.",
    )
    assert scene.codes() == ["sender-not-allowed"]


def test_lookalike_a_message_that_is_too_large() -> None:
    scene = Scene(host="mail.example.net", size=30_000_000)
    scene.refuse("mail", "552 5.3.4 Message size exceeds fixed limit")
    assert scene.codes() == ["message-too-large"]


def test_lookalike_a_server_that_is_busy() -> None:
    scene = Scene(host="mail.example.net").refuse("mail", "421 4.3.2 try again later")
    assert scene.codes() == ["server-busy"]

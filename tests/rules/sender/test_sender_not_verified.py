"""sender-not-verified: the service does not know the sender as its customer's."""

from __future__ import annotations

import pytest

from ..scene import Scene

CODE = "sender-not-verified"


@pytest.mark.parametrize(
    ("host", "username", "step", "text"),
    [
        (
            "smtp.sendgrid.net",
            "apikey",
            "mail",
            "550 The from address does not match a verified Sender Identity.",
        ),
        (
            "email-smtp.eu-west-1.amazonaws.com",
            "AKIAEXAMPLE",
            "rcpt",
            "554 Message rejected: Email address is not verified.",
        ),
        (
            "smtp.sparkpostmail.com",
            "SMTP_Injection",
            "mail",
            "550 5.7.1 Unconfigured Sending Domain <example.com>",
        ),
    ],
)
def test_positive_the_words_of_sending_services(
    host: str, username: str, step: str, text: str
) -> None:
    scene = Scene(host=host, username=username).refuse(step, text)  # type: ignore[arg-type]
    diagnosis = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert (diagnosis.severity, diagnosis.confidence) == ("error", "certain")
    assert diagnosis.fixes[0].settings == {}
    assert "example.com" in diagnosis.fixes[0].title


def test_negative_accepted_so_far() -> None:
    """SendGrid judges the sender after DATA, which the doctor never sends."""
    assert Scene.healthy(host="smtp.sendgrid.net", username="apikey").codes() == []


def test_lookalike_a_mailbox_provider_that_forbids_the_sender() -> None:
    scene = Scene(sender="shop@example.org").refuse("mail", "550 Sender address is not allowed.")
    assert scene.codes() == ["sender-not-allowed"]

"""account-suspended: the provider has closed the account, as the reply says."""

from __future__ import annotations

from typing import Literal

import pytest

from ..scene import Scene

CODE = "account-suspended"


@pytest.mark.parametrize(
    ("host", "step", "text"),
    [
        ("mail.smtp2go.com", "mail", "552 Your account has been suspended. Please contact us"),
        ("email-smtp.eu-west-1.amazonaws.com", "auth", "535 Account not subscribed to SES"),
        ("mail.example.net", "auth", "535 5.7.8 Error: this account has been disabled"),
        ("mail.example.net", "auth", "550 5.7.1 Relaying for this domain has been suspended"),
        ("mail.example.net", "rcpt", "550 5.7.1 Account frozen: outgoing mail blocked"),
        ("smtp.office365.com", "mail", "550 5.1.8 Access denied, bad outbound sender"),
        (
            "mail.example.net",
            "rcpt",
            '550 Outgoing mail from "info@example.com" has been suspended.',
        ),
    ],
)
def test_positive_the_words_of_several_providers(host: str, step: str, text: str) -> None:
    scene = Scene(host=host).refuse(step, text)  # type: ignore[arg-type]
    diagnosis = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert (diagnosis.severity, diagnosis.confidence) == ("error", "certain")
    assert diagnosis.fixes[0].settings == {}
    assert "the account info@example.com is closed" in diagnosis.title


def test_negative_a_greeting_that_speaks_of_accounts() -> None:
    scene = Scene(host="mail.example.net")
    greeting = "220 mail.example.net ESMTP, accounts of spammers are suspended"
    scene.session().greeting(greeting).rest()
    assert scene.codes() == []


def test_lookalike_the_login_is_refused_for_now() -> None:
    scene = Scene(host="mail.example.net").refuse("auth", "454 4.7.0 Temporary failure")
    assert scene.codes() == ["auth-temporary-failure"]


def test_lookalike_a_full_mailbox_is_the_recipients() -> None:
    scene = Scene(host="mail.example.net").refuse("rcpt", "552 5.2.2 mailbox over quota")
    assert scene.codes() == ["recipient-rejected"]


@pytest.mark.parametrize(
    "text",
    [
        "535 5.7.0 Account not verified, please confirm your email address",
        "535 5.7.1 This user has not been confirmed",
        "535 please verify your phone number first",
    ],
)
def test_positive_a_sign_up_that_was_not_finished(text: str) -> None:
    found = Scene(host="mail.example.net").refuse("auth", text).diagnosis(CODE)
    assert "not activated yet" in found.title
    assert "activate" in found.fixes[0].title


def test_lookalike_this_network_is_not_let_in() -> None:
    text = "535 5.7.0 Sending from this network is disabled"
    assert CODE not in Scene(host="mail.example.net").refuse("auth", text).codes()


@pytest.mark.parametrize("step", ["mail", "rcpt"])
def test_lookalike_a_sender_that_is_not_verified(step: Literal["mail", "rcpt"]) -> None:
    text = "550 5.7.1 The domain example.com is not verified for this account"
    assert CODE not in Scene(host="mail.example.net").refuse(step, text).codes()


def test_positive_an_account_that_was_never_opened() -> None:
    scene = Scene(host="smtp-relay.brevo.com")
    scene.refuse("mail", "502 5.7.0 Your SMTP account is not yet activated. Please contact us")
    diagnosis = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert "not activated yet" in diagnosis.title
    assert "support" in diagnosis.fixes[0].title
    words = " ".join((diagnosis.explanation, *diagnosis.fixes[0].steps))
    assert "password" not in words


@pytest.mark.parametrize(
    "text", ["550 Your domain is pending approval", "535 user account not enabled yet"]
)
def test_positive_the_same_in_other_words(text: str) -> None:
    step = "auth" if text.startswith("535") else "mail"
    scene = Scene(host="mail.example.net").refuse(step, text)  # type: ignore[arg-type]
    assert "not activated yet" in scene.diagnosis(CODE).title


def test_lookalike_another_thing_that_is_not_enabled() -> None:
    scene = Scene(host="mail.example.net").refuse("auth", "503 5.5.1 authentication not enabled")
    assert scene.codes() == ["auth-not-offered"]

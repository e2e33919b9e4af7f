"""sender-malformed: the sender is no mail address, or none that the server can carry."""

from __future__ import annotations

import pytest

from ..scene import Scene
from .env import env

CODE = "sender-malformed"


@pytest.mark.parametrize("text", ["noreply", "info@", "a@example.com, b@example.com", "${FROM}"])
def test_positive_no_address(text: str) -> None:
    scene = Scene.of(env(SMTP_FROM=text)).run_through()
    diagnosis = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert (diagnosis.severity, diagnosis.confidence) == ("error", "certain")
    assert diagnosis.points_at == ("sender",)
    assert diagnosis.fixes[0].settings == {"SMTP_FROM": "info@example.com"}


def test_positive_quotes_that_became_part_of_it() -> None:
    scene = Scene.of(env(SMTP_FROM="'\"shop@example.com\"'")).run_through()
    assert scene.diagnosis(CODE).fixes[0].settings == {"SMTP_FROM": "shop@example.com"}


def test_positive_a_login_that_is_no_address_helps_nobody() -> None:
    scene = Scene.of(env(SMTP_HOST="smtp.sendgrid.net", SMTP_USER="apikey", SMTP_FROM="noreply"))
    first = scene.run_through().diagnosis(CODE).fixes[0]
    assert first.settings == {}
    assert "SMTP_FROM (.env:6)" in first.steps[0]


def test_positive_the_server_can_not_read_it() -> None:
    scene = Scene(host="mail.example.net", sender="shop@example_.com")
    scene.refuse("mail", "501 5.1.7 Bad sender address syntax")
    diagnosis = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert diagnosis.confidence == "likely"
    assert diagnosis.fixes[0].settings == {"SMTP_FROM": "info@example.com"}


def test_positive_letters_that_the_server_can_not_carry() -> None:
    scene = Scene(host="mail.example.net", sender="zoë@example.com")
    scene.session().up_to("mail").mail_not_sent().quit()
    diagnosis = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert diagnosis.confidence == "certain"
    assert diagnosis.fixes[0].settings == {"SMTP_FROM": "info@example.com"}


@pytest.mark.parametrize(
    ("sender", "error", "words"),
    [
        ("info@zoë.example", "SMTPUTF8 not offered", "does not turn a domain into its ASCII form"),
        ("zoë@example.com", "SMTPUTF8 not spoken", "doesn't speak SMTPUTF8"),
    ],
)
def test_positive_letters_that_the_client_can_not_send(sender: str, error: str, words: str) -> None:
    scene = Scene(host="mail.example.net", sender=sender, client="smtplib")
    mail = scene.session().up_to("mail").mail_not_sent(error).last
    found = scene.diagnosis(CODE)
    assert scene.codes("error") == [CODE]
    assert found.confidence == "certain"
    assert found.title.endswith(f"can't send from {sender}: it has letters beyond ASCII")
    assert words in found.explanation
    assert found.explains == (mail.id,)
    assert found.points_at == ("sender",)


def test_lookalike_a_client_that_would_send_what_the_server_does_not_take() -> None:
    scene = Scene(host="mail.example.net", sender="zoë@example.com", client="smtplib")
    scene.session().up_to("mail").mail_not_sent().quit()
    assert "takes no sender with letters" in scene.diagnosis(CODE).title


def test_negative_a_name_before_the_address() -> None:
    assert Scene.of(env(SMTP_FROM="Shop <shop@example.com>")).run_through().codes() == []


def test_lookalike_the_server_does_not_allow_the_sender() -> None:
    scene = Scene(sender="shop@example.org").refuse("mail", "550 Sender address is not allowed.")
    assert scene.codes() == ["sender-not-allowed"]


def test_lookalike_the_recipients_letters() -> None:
    scene = Scene(host="mail.example.net", recipient="zoë@example.com")
    scene.session().up_to("mail").mail_not_sent().quit()
    assert scene.codes() == ["recipient-rejected"]


@pytest.mark.parametrize(
    ("client", "sender"),
    [
        ("phpmailer", "info@localhost"),
        ("phpmailer", "info@mail_x.example.org"),
        ("phpmailer", '"in fo"@example.org'),
        ("javamail", "info@mail_x.example.org"),
    ],
)
def test_positive_an_address_that_the_client_takes_for_none(client: str, sender: str) -> None:
    scene = Scene(client=client, sender=sender)
    scene.session().rest()
    found = scene.diagnosis(CODE)
    assert found.severity == "error"
    assert "for no mail address" in found.title


@pytest.mark.parametrize(
    ("client", "sender"),
    [
        ("phpmailer", "in_fo@example.org"),
        ("javamail", "info@localhost"),
        ("smtplib", "info@mail_x.example.org"),
        (None, "info@localhost"),
    ],
)
def test_lookalike_an_address_that_it_takes(client: str | None, sender: str) -> None:
    scene = Scene(client=client, sender=sender)
    scene.session().rest()
    assert CODE not in scene.codes()

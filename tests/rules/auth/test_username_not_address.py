"""username-not-address: a refused login whose user name has not the form that the server wants."""

from __future__ import annotations

import pytest

from ..scene import Scene

CODE = "username-not-address"
IONOS = "535 Authentication credentials invalid"


def test_positive_ionos_wants_the_whole_address() -> None:
    scene = Scene(username="info").refuse("auth", IONOS)
    diagnosis = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert (diagnosis.severity, diagnosis.confidence) == ("error", "likely")
    assert diagnosis.fixes[0].settings == {"SMTP_USER": "info@example.com"}
    assert "another address than the sender" in diagnosis.fixes[0].steps[-1]
    assert diagnosis.points_at == ("username",)
    assert diagnosis.consequences == ("credentials-rejected",)


def test_positive_a_customer_number() -> None:
    scene = Scene(username="p1234567").refuse("auth", IONOS)
    assert scene.diagnosis(CODE).fixes[0].settings == {"SMTP_USER": "info@example.com"}


def test_positive_without_a_sender_the_address_is_to_be_typed() -> None:
    scene = Scene(username="info", sender=None).refuse("auth", IONOS)
    first = scene.diagnosis(CODE).fixes[0]
    assert first.settings == {}
    assert "SMTP_USER (.env:4)" in first.steps[0]


@pytest.mark.parametrize(
    ("host", "word"),
    [
        ("smtp.sendgrid.net", "apikey"),
        ("smtp.resend.com", "resend"),
        ("smtp.sparkpostmail.com", "SMTP_Injection"),
    ],
)
def test_positive_services_where_everybody_has_the_same_user_name(host: str, word: str) -> None:
    scene = Scene(host=host).refuse("auth", "535 5.7.8 Authentication failed")
    diagnosis = scene.diagnosis(CODE)
    assert diagnosis.confidence == "certain"
    assert diagnosis.fixes[0].settings == {"SMTP_USER": word}
    assert diagnosis.fixes[0].steps[-1].endswith("then holds the API key.")


def test_positive_the_reply_says_so() -> None:
    scene = Scene(host="mail.example.net", username="info")
    scene.refuse("auth", "535 user name must be the full e-mail address")
    assert scene.diagnosis(CODE).confidence == "certain"


def test_positive_an_unknown_server_where_the_sender_begins_with_the_user_name() -> None:
    scene = Scene(host="mail.example.net", username="info")
    scene.refuse("auth", "535 5.7.8 Error: authentication failed")
    diagnosis = scene.diagnosis(CODE)
    assert diagnosis.confidence == "possible"
    assert any(item.text.startswith("guessed") for item in diagnosis.evidence)


def test_positive_it_stands_before_a_suspicious_password() -> None:
    scene = Scene(username="info", password_shape=("blank-at-end",)).refuse("auth", IONOS)
    assert scene.codes() == [CODE]
    assert set(scene.diagnosis(CODE).consequences) == {
        "password-suspicious",
        "credentials-rejected",
    }


def test_negative_such_a_user_name_that_was_let_in() -> None:
    assert Scene.healthy(host="mail.example.net", username="info").codes() == []


def test_negative_the_login_was_not_tried() -> None:
    scene = Scene(username="info")
    scene.session().up_to("certificate").certificate(verify_code=10, verify_message="expired")
    assert CODE not in scene.codes()


def test_lookalike_the_whole_address_was_given() -> None:
    assert Scene().refuse("auth", IONOS).codes() == ["credentials-rejected"]


def test_lookalike_words_about_the_user_name_to_a_whole_address() -> None:
    scene = Scene(host="mail.example.net").refuse("auth", "535 invalid user name")
    assert scene.codes() == ["credentials-rejected"]


def test_lookalike_the_right_word_with_a_wrong_key() -> None:
    scene = Scene(host="smtp.sendgrid.net", username="apikey")
    scene.refuse("auth", "535 Authentication failed: Bad username / password")
    assert scene.codes() == ["credentials-rejected"]


def test_lookalike_a_provider_that_takes_the_part_before_the_at_sign() -> None:
    scene = Scene(host="smtp.web.de", username="info").refuse("auth", IONOS)
    assert scene.codes() == ["credentials-rejected"]


def test_lookalike_an_unknown_server_with_user_names_of_its_own() -> None:
    scene = Scene(host="mail.example.net", username="backup", sender="root@example.net")
    scene.refuse("auth", "535 5.7.8 Error: authentication failed")
    assert scene.codes() == ["credentials-rejected"]


def test_lookalike_the_replys_own_words_stand_first() -> None:
    scene = Scene(host="smtp.gmail.com", username="info")
    scene.refuse("auth", "534 5.7.9 Application-specific password required")
    assert scene.codes() == ["app-password-required"]

"""password-suspicious: blanks or quotes that are probably not meant to be in the password."""

from __future__ import annotations

import base64

import pytest

from ..scene import Scene
from .env import env

CODE = "password-suspicious"
IONOS = "535 Authentication credentials invalid"


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ('"geheim-12 "', "a blank at its end"),
        ('" geheim-12"', "a blank at its start"),
        ("'\"geheim-12\"'", "double quotes around it"),
        ("\"'geheim-12'\"", "single quotes around it"),
    ],
)
def test_positive_after_a_refusal(text: str, mark: str) -> None:
    scene = Scene.of(env(SMTP_PASS=text)).refuse("auth", IONOS)
    diagnosis = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert (diagnosis.severity, diagnosis.confidence) == ("error", "likely")
    assert mark in diagnosis.title
    assert diagnosis.consequences == ("credentials-rejected",)
    assert diagnosis.points_at == ("password",)
    assert diagnosis.fixes[0].settings == {}


def test_positive_of_the_password_only_the_shape_is_told() -> None:
    scene = Scene.of(env(SMTP_PASS='"geheim-12 "')).refuse("auth", IONOS)
    text = str(scene.diagnosis(CODE))
    assert "geheim" not in text
    assert "character" not in scene.diagnosis(CODE).title


def test_positive_a_note_once_the_login_worked() -> None:
    scene = Scene.of(env(SMTP_PASS='"geheim-12 "')).run_through()
    diagnosis = scene.diagnosis(CODE)
    assert diagnosis.severity == "note"
    assert scene.judge().verdict == "healthy"


def test_positive_possible_while_the_login_was_not_tried() -> None:
    scene = Scene.of(env(SMTP_PASS='"geheim-12 "'))
    scene.connect("silent")
    diagnosis = scene.diagnosis(CODE)
    assert (diagnosis.severity, diagnosis.confidence) == ("warning", "possible")


def test_negative_blanks_in_the_middle_as_app_passwords_have_them() -> None:
    scene = Scene.of(env(SMTP_HOST="smtp.gmail.com", SMTP_PASS='"abcd efgh ijkl mnop"'))
    scene.refuse("auth", "535 5.7.8 Username and Password not accepted.")
    assert scene.codes() == ["credentials-rejected"]


def test_negative_a_hash_that_is_quoted() -> None:
    assert Scene.of(env(SMTP_PASS="'geh#im$12'")).run_through().codes() == []


def test_lookalike_the_user_names_form_stands_before_it() -> None:
    scene = Scene.of(env(SMTP_USER="info", SMTP_PASS='"geheim-12 "')).refuse("auth", IONOS)
    assert scene.codes() == ["username-not-address"]


def test_lookalike_a_refusal_for_another_reason_that_the_reply_names() -> None:
    scene = Scene.of(env(SMTP_HOST="smtp.gmail.com", SMTP_PASS='"geheim-12 "'))
    scene.refuse("auth", "534 5.7.9 Application-specific password required")
    assert scene.codes("error") == ["app-password-required"]
    assert scene.diagnosis(CODE).confidence == "possible"


def test_lookalike_a_plain_password_that_was_refused() -> None:
    assert Scene.of(env()).refuse("auth", IONOS).codes() == ["credentials-rejected"]


def secret(text: str) -> dict[str, str]:
    """A Deployment with the password as base64 in a Secret."""
    data = base64.b64encode(text.encode()).decode()
    return {
        "k8s/mailer.yaml": (
            "kind: Secret\nmetadata: {name: smtp}\ndata:\n"
            f"  SMTP_PASS: {data}\n---\n"
            "kind: Deployment\nmetadata: {name: mailer}\nspec:\n  template:\n    spec:\n"
            "      containers:\n        - name: mailer\n          image: mailer:1\n          env:\n"
            "            - {name: SMTP_HOST, value: smtp.ionos.com}\n"
            "            - {name: SMTP_USER, value: info@example.com}\n"
            "          envFrom:\n            - secretRef: {name: smtp}\n"
        )
    }


def test_positive_a_line_end_inside_base64() -> None:
    """`echo word | base64`: what is said of it is a Secret's, and nothing of a .env."""
    scene = Scene.of_folder(secret("geheim-12\n")).refuse("auth", IONOS)
    found = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert [(at.file, at.line) for at in found.locations] == [("k8s/mailer.yaml", 4)]
    said = " ".join(found.fixes[0].steps)
    assert "printf %s PASSWORD | base64" in said
    assert ".env" not in said


def test_lookalike_base64_without_a_line_end() -> None:
    scene = Scene.of_folder(secret("geheim-12")).refuse("auth", IONOS)
    assert scene.codes() == ["credentials-rejected"]


def test_quotes_and_line_ends_are_spoken_of_only_where_they_are() -> None:
    scene = Scene.of(env(SMTP_PASS='"geheim-12 "')).refuse("auth", IONOS)
    assert len(scene.diagnosis(CODE).fixes[0].steps) == 1
    quoted = Scene.of(env(SMTP_PASS="'\"geheim-12\"'")).refuse("auth", IONOS)
    assert "env-file" in " ".join(quoted.diagnosis(CODE).fixes[0].steps)


@pytest.mark.parametrize("client", ["smtplib", "django"])
def test_positive_a_user_name_that_the_client_cannot_encode(client: str) -> None:
    scene = Scene(client=client, username="jürgen@example.org")
    scene.session().rest()
    found = scene.diagnosis(CODE)
    assert found.severity == "error"
    assert "user name" in found.title
    assert found.points_at == ("username",)


@pytest.mark.parametrize(
    ("client", "username"),
    [
        ("nodemailer", "jürgen@example.org"),
        ("smtplib", "j@example.org"),
        ("smtplib", "••••••"),  # masked: it is no address
    ],
)
def test_lookalike_a_user_name_that_it_can(client: str, username: str) -> None:
    scene = Scene(client=client, username=username)
    scene.session().rest()
    assert CODE not in scene.codes()

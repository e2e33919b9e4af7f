"""The end of a healthy report: what to look at when the application still fails."""

from __future__ import annotations

import shlex
from typing import Any

import pytest

from smtpdoctor.diagnosis.run import Run
from smtpdoctor.report.last_words import last_words

from ..rules.scene import Scene, certificate


def words(scene: Scene) -> str:
    return "\n".join(last_words(Run(scene.observations())))


@pytest.mark.parametrize(
    ("mode", "port", "url"),
    [
        ("starttls", 587, "smtp://smtp.ionos.com:587"),
        ("implicit", 465, "smtps://smtp.ionos.com:465"),
    ],
)
def test_the_command_verifies_and_asks_for_the_password(mode: Any, port: int, url: str) -> None:
    command = words(Scene.healthy(tls=mode, port=port)).rpartition("never sends: ")[2]

    assert shlex.split(command) == [
        *("curl", "-q", "--ssl-reqd", "--url", url, "--user", "info@example.com"),
        *("--mail-from", "info@example.com", "--mail-rcpt", "info@example.com"),
        *("-H", "From:info@example.com", "-H", "To:info@example.com"),
        *("-H", "Subject:test", "-F", "=test"),
    ]


def test_a_literal_address_stands_in_brackets() -> None:
    assert "smtp://[2001:db8::5]:587" in words(Scene.healthy(host="2001:db8::5"))


def unverified(**settings: Any) -> Scene:
    scene = Scene(**settings)
    session = scene.session().up_to("certificate").certificate(certificate("x"), verify_code=20)
    session.no_login("verification-disabled").quit()
    return scene


def without_tls() -> Scene:
    scene = Scene(tls="none", host="127.0.0.1")
    scene.session().greeting().ehlo("AUTH PLAIN").no_login("no-tls", "PLAIN").quit()
    return scene


@pytest.mark.parametrize(
    "scene",
    [
        pytest.param(unverified(verify=False), id="certificate not accepted"),
        pytest.param(without_tls(), id="no TLS"),
        pytest.param(Scene.healthy(username="info:x"), id="a user name that ends at a colon"),
        pytest.param(Scene().refuse("auth", "535 no"), id="login refused"),
        pytest.param(Scene.healthy(username=None), id="no login"),
    ],
)
def test_no_command_for_what_the_doctor_did_not_do(scene: Scene) -> None:
    assert "curl" not in words(scene)


@pytest.mark.parametrize("text", ["false", "0", "no", "off", "False"])
def test_a_text_that_programs_may_take_for_true(text: str) -> None:
    assert f"SMTP_SECURE={text} is a text" in words(Scene.healthy(env={"SMTP_SECURE": (text, 3)}))


@pytest.mark.parametrize("text", ["true", "tls", "starttls"])
def test_a_text_that_says_what_it_is(text: str) -> None:
    assert "is a text" not in words(Scene.healthy(env={"SMTP_SECURE": (text, 3)}))

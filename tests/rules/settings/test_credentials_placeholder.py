"""credentials-placeholder: a template's text where credentials should be; AUTH was not tried."""

from __future__ import annotations

import pytest

from ..scene import Scene
from .env import env

CODE = "credentials-placeholder"


def not_tried(text: str) -> Scene:
    scene = Scene.of(text)
    scene.session().up_to("auth").no_login("placeholder").quit()
    return scene


@pytest.mark.parametrize("text", ["your-password-here", "${SMTP_PASSWORD}", "changeme"])
def test_positive_the_password(text: str) -> None:
    scene = not_tried(env(SMTP_PASS=text))
    diagnosis = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert scene.judge().verdict == "broken"
    assert scene.judge().unexplained == ()
    assert (diagnosis.severity, diagnosis.confidence) == ("error", "likely")
    assert diagnosis.points_at == ("password",)
    assert diagnosis.fixes[0].settings == {}
    assert "SMTP_PASS (.env:5)" in diagnosis.fixes[0].steps[0]


def test_positive_user_name_and_password_are_one_diagnosis() -> None:
    scene = not_tried(env(SMTP_USER="your-email@example.com", SMTP_PASS="your-password"))
    assert scene.codes() == [CODE]
    assert "SMTP_USER and SMTP_PASS have" in scene.diagnosis(CODE).title


def test_positive_also_where_the_server_was_not_reached() -> None:
    scene = Scene.of(env(SMTP_PASS="your-password"))
    scene.connect("silent")
    assert CODE in scene.codes()


def test_negative_a_password_that_only_looks_simple() -> None:
    assert Scene.of(env(SMTP_PASS="changeme2024!")).run_through().codes() == []


def test_lookalike_no_password_at_all() -> None:
    assert Scene.of(env(SMTP_PASS="")).run_through().codes() == ["credentials-missing"]


def test_lookalike_a_password_that_was_refused() -> None:
    scene = Scene.of(env()).refuse("auth", "535 Authentication credentials invalid")
    assert scene.codes() == ["credentials-rejected"]


def test_lookalike_a_template_in_another_field() -> None:
    assert Scene.of(env(SMTP_PORT="${PORT}")).run_through().codes() == ["setting-invalid"]

"""credentials-placeholder: a template's text or the host's for credentials; AUTH was not tried."""

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


DJANGO = """from decouple import config
INSTALLED_APPS = ["django.contrib.auth"]
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = config("EMAIL_HOST")
EMAIL_PORT = 587
EMAIL_USE_TLS = True
EMAIL_HOST_USER = config("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = config("EMAIL_HOST_PASSWORD")
"""
MAIL_JS = """const t = require("nodemailer").createTransport({
  host: process.env.SMTP_HOST,
  port: 587,
  auth: {
    user: process.env.SMTP_USER,
    pass: process.env.SMTP_PASS,
  },
});
"""
PYTHON = {
    "manage.py": "",
    ".env": "EMAIL_HOST=smtp.ionos.com\nEMAIL_HOST_USER=info@example.com\n"
    "EMAIL_HOST_PASSWORD=geheim-12\n",
}
NODE = {
    "package.json": '{"dependencies": {"nodemailer": "^6.9.0", "dotenv": "^16.0.0"}}',
    ".env": env(),
}


@pytest.mark.parametrize(
    ("files", "line"),
    [
        (
            PYTHON
            | {
                "settings.py": DJANGO.replace(
                    'config("EMAIL_HOST_PASSWORD")', 'config("EMAIL_HOST")'
                )
            },
            ("settings.py", 8),
        ),
        (
            PYTHON
            | {"settings.py": DJANGO.replace('config("EMAIL_HOST_USER")', 'config("EMAIL_HOST")')},
            ("settings.py", 7),
        ),
        (NODE | {"mail.js": MAIL_JS.replace("env.SMTP_PASS", "env.SMTP_HOST")}, ("mail.js", 6)),
        (NODE | {"mail.js": MAIL_JS.replace("env.SMTP_USER", "env.SMTP_HOST")}, ("mail.js", 5)),
    ],
)
def test_positive_a_login_read_from_the_hosts_variable(
    files: dict[str, str], line: tuple[str, int]
) -> None:
    """The line to change is the one that reads it: the variable itself is right."""
    scene = Scene.of_folder(files)
    scene.session().up_to("auth").no_login("host-again").quit()
    found = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert scene.judge().unexplained == ()
    assert (found.severity, found.confidence) == ("error", "likely")
    assert [(at.file, at.line) for at in found.locations] == [line]
    assert "as the host is" in found.fixes[0].steps[0]


@pytest.mark.parametrize("name", ["SMTP_USER", "SMTP_PASS"])
def test_positive_the_hosts_text_in_another_variable(name: str) -> None:
    scene = Scene.of(env(**{name: "SMTP.ionos.com"}))
    scene.session().up_to("auth").no_login("host-again").quit()
    assert scene.codes() == [CODE]
    assert "has the host's text" in scene.diagnosis(CODE).title


def test_negative_programs_that_read_each_from_its_own() -> None:
    assert Scene.of_folder(PYTHON | {"settings.py": DJANGO}).run_through().codes() == []
    assert Scene.of_folder(NODE | {"mail.js": MAIL_JS}).run_through().codes() == []


@pytest.mark.parametrize(
    "text",
    [
        env(SMTP_PASS="info@example.com"),  # the user name's text, as test servers have it
        env(SMTP_USER="info@smtp.ionos.com"),
        env(SMTP_PASS="smtp.ionos.com-12"),
        # a domain that a provider logs in with, and its server
        env(SMTP_HOST="example.com", SMTP_USER="example.com"),
        # a container of a test has one word for everything
        env(SMTP_HOST="mailer", SMTP_USER="mailer", SMTP_PASS="mailer"),
        env(SMTP_HOST="192.0.2.7", SMTP_PASS="192.0.2.7"),
        env(SMTP_HOST="192.0.2.7", SMTP_USER="192.0.2.7"),
    ],
)
def test_lookalike_a_login_that_may_be_one(text: str) -> None:
    assert CODE not in Scene.of(text).codes()

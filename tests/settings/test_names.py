"""Names: what is known, what looks like it, what belongs to others."""

from __future__ import annotations

import pytest

from smtpdoctor.settings.names import OTHERS, VARIABLES, looks_like, preferred


@pytest.mark.parametrize(
    ("name", "like"),
    [
        ("smtp_host", "SMTP_HOST"),
        ("Smtp_Pass", "SMTP_PASS"),
        ("SMTPHOST", "SMTP_HOST"),
        ("SMTP-HOST", "SMTP_HOST"),
        ("SMTP_USER_NAME", "SMTP_USERNAME"),
        ("SMTP_PASSWD", "SMTP_PASSWORD"),
        ("SMTP_PASWORD", "SMTP_PASSWORD"),
        ("SMTP_PSAS", "SMTP_PASS"),
        ("SMTP_FORM", "SMTP_FROM"),
        ("STMP_HOST", "SMTP_HOST"),
        ("SMPT_PORT", "SMTP_PORT"),
        ("SMTP_URI", "SMTP_URL"),
        ("SMTP_SECURED", "SMTP_SECURE"),
        ("SMTP_MAILFROM", "SMTP_MAIL_FROM"),
        ("SMTP_PWD", "SMTP_PASS"),
        ("smtp_auth_password", "SMTP_PASSWORD"),
        ("SMTP_REJECT_UNAUTHORIZED", None),
    ],
)
def test_looks_like(name: str, like: str | None) -> None:
    assert looks_like(name) == like


@pytest.mark.parametrize("name", [variable.name for variable in VARIABLES])
def test_known_name_looks_like_nothing(name: str) -> None:
    assert looks_like(name) is None


@pytest.mark.parametrize(
    "name",
    [
        *sorted(OTHERS),
        "SMTP_HELO",
        "SMTP_DOMAIN",
        "SMTP_TIMEOUT",
        "SMTP_FROM_NAME",
        "SMTP_ADDRESS",
        "SMTP_LOGIN",
        "SMTP_ENABLE_STARTTLS_AUTO",
        "SMTP_SERVICE_HOST",
        "MAIL_HOST",
        "EMAIL_HOST",
        "EMAIL_PORT",
        "DB_HOST",
        "HOSTNAME",
        "PATH",
        "HOME",
        "USER",
        "",
    ],
)
def test_name_of_something_else_looks_like_nothing(name: str) -> None:
    assert looks_like(name) is None


def test_preferred_names_are_the_projects_own() -> None:
    assert preferred("host") == "SMTP_HOST"
    assert preferred("tls") == "SMTP_SECURE"
    assert preferred("password") == "SMTP_PASS"
    assert preferred("sender") == "SMTP_FROM"

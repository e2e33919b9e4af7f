"""Template texts, and the real secrets that look like them."""

from __future__ import annotations

import pytest

from smtpdoctor.settings.placeholders import is_placeholder, is_unexpanded


@pytest.mark.parametrize(
    "text",
    [
        "your-password",
        "YOUR_PASSWORD",
        "your password",
        "your_smtp_password",
        "your-app-password",
        "your-email-password-here",
        "yourApiKey",
        "changeme",
        "ChangeMe",
        "change-me",
        "CHANGE_THIS",
        "replace-me",
        "enter-your-password",
        "insert-password-here",
        "password-goes-here",
        "<password>",
        "<your password>",
        "xxx",
        "XXXXXXXX",
        "xxxx-xxxx-xxxx-xxxx",
        "********",
        "TODO",
        "placeholder",
        "undefined",
        "${SMTP_PASS}",
        "${SMTP_PASS:-secret}",
        "prefix${SMTP_PASS}",
        "${{ secrets.SMTP_PASS }}",
        "{{ smtp_password }}",
        "$SMTP_PASS",
        "%SMTP_PASS%",
        "process.env.SMTP_PASS",
        "os.environ['SMTP_PASS']",
        "env('SMTP_PASS')",
        "FROM_USER_PASSWORD",
        "MAIL_TRAP_PASSWORD",
    ],
)
def test_template_password(text: str) -> None:
    assert is_placeholder(text, "password")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "changeme2024!",
        "please-changeme",
        "password",
        "secret",
        "test",
        "hunter2",
        "yourmother",
        "Your-Password-2019",
        "xx",
        "xxxy",
        "abcd efgh ijkl mnop",
        "pa$$word",
        "$ecret",
        "$SECRET",
        "a<b>c",
        "<",
        "${",
        "${}",
        "${1+1}",
        "a{b}c",
        "100%",
        "process",
        "SG.abcdefgh",
        "MAIL_PASSWORD_2024",
        "Smtp_Password",
        "PASSWORD",
        "here",
        "...",
    ],
)
def test_lookalike_password_is_taken_for_real(text: str) -> None:
    assert not is_placeholder(text, "password")


@pytest.mark.parametrize(
    "text",
    [
        "your-email@example.com",
        "your_email@gmail.com",
        "your.name@example.com",
        "yourname@yourdomain.com",
        "info@your-domain.com",
        "noreply@yourcompany.de",
        "your-username",
        "your-email",
        "<user>",
        "xxx",
        "todo",
        "xxx@example.com",
        "changeme",
        "${SMTP_USER}",
        "process.env.SMTP_USER",
        "FROM_USER_EMAIL",
        "MAIL_TRAP_USERNAME",
        "SMTP_USER",
    ],
)
def test_template_user(text: str) -> None:
    assert is_placeholder(text, "username")


@pytest.mark.parametrize(
    "text",
    [
        "user@example.com",
        "info@example.com",
        "user",
        "username",
        "apikey",
        "resend",
        "postmaster@mg.example.com",
        "you@example.com",
        "todo@example.com",
        "yourself@example.com",
        "info@yourbrand.com",
        "yours@example.com",
        "SMTP_Injection",
        "AKIA_USER",
        "smtp_user",
        "USER",
    ],
)
def test_lookalike_user_is_taken_for_real(text: str) -> None:
    assert not is_placeholder(text, "username")


def test_unexpanded_is_for_every_field_but_words_are_not() -> None:
    assert is_unexpanded("${MAIL_HOST}")
    assert is_unexpanded("smtp.${DOMAIN}")
    assert is_unexpanded("<host>")
    assert not is_unexpanded("smtp.yourdomain.com")
    assert not is_unexpanded("changeme")

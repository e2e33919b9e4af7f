"""No secret of a pasted text is in what is made of it, wherever it stands."""

from __future__ import annotations

import base64

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpdoctor.explain import examine_text
from smtpdoctor.explain.model import Known
from smtpdoctor.explain.page import render
from smtpdoctor.explain.secrets import cut
from smtpdoctor.report.formats import Options

#: Where a password stands in pasted texts, with an error that is explained beside it.
PLACES = (
    "Error: Invalid login: 535 denied {{ auth: {{ user: 'a', pass: '{}' }} }}",
    'smtp 535 5.7.8 bad {{"password": "{}"}}',
    "SMTP_PASS={}\nError: Invalid login: 535 denied",
    "SMTP_PASSWORD: {}\nGreeting never received",
    "MAIL_PASSWORD => '{}' 535 Authentication credentials invalid",
    "getaddrinfo ENOTFOUND smtp://user:{}@smtp.example.com:587",
    "Invalid URL: smtps://user%40example.com:{}@smtp.example.com",
    "swaks --auth-password {} *** No authentication type succeeded",
    "swaks -ap {} *** No authentication type succeeded",
    "curl smtp://h -u me@example.com:{} curl: (67) Login denied",
    "535 5.7.8 authentication failed\nAuthorization: Bearer {}",
    "token={}&x=1 535 5.7.8 authentication failed",
    "the password is {} and it says 535 Authentication credentials invalid",
    's.login("user", "{}")\nsmtplib.SMTPAuthenticationError: (535, b"5.7.8 no")',
    'smtp.PlainAuth("", "user", "{}", host)\n535 Authentication credentials invalid',
    'new NetworkCredential("user", "{}"); 535 Authentication credentials invalid',
    'Credentials::new("user".to_string(), "{}".to_string()) permanent error (535): 5.7.8 no',
    "mail.setPassword('{}') 535 Authentication credentials invalid",
    "535 Authentication credentials invalid (password {})",
    "I log in with password {} and get 535 Authentication credentials invalid",
    "password {} 535 Authentication credentials invalid",
    '{{"err":{{"message":"Invalid login: 535 no","auth":{{"pass":"{}"}}}},"command":"CONN"}}',
)
ENCODED = (
    "535 5.7.8 authentication failed\nwhat was sent: {}",
    "AUTH LOGIN\n334 VXNlcm5hbWU6\n-> dXNlcg==\n334 UGFzc3dvcmQ6\n-> {}\n535 credentials invalid",
    "C: AUTH PLAIN {}\nS: 535 Authentication credentials invalid {}",
    "AUTH LOGIN\n334 UGFzc3dvcmQ6\n{}\n535 Authentication credentials invalid",
    " ~> AUTH LOGIN {}\n<~* 535 bad: {}",
    "auth xoauth2 {}\n535 5.7.8 authentication failed {}",
)

SECRET = st.text(
    "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!#$%^*+-", min_size=10, max_size=30
).filter(lambda text: any(c.isdigit() for c in text) and any(c.isupper() for c in text))


def everything(text: str) -> str:
    """All that any output shows of a text."""
    found = examine_text(text, Known())
    parts = [msgspec.json.encode([item.candidate for item in found.ranked]).decode()]
    parts += [
        msgspec.json.encode(item.observations.to_builtins()).decode() for item in found.ranked
    ]
    parts.append(repr(found))
    if found.ranked:
        parts.append(render(found, Options(verbose=True)))
    return "\n".join(parts)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(PLACES), SECRET)
def test_a_password_is_never_printed_back(place: str, secret: str) -> None:
    assert secret not in everything(place.format(secret))


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(ENCODED), SECRET)
def test_nor_is_what_a_login_sends(place: str, secret: str) -> None:
    padded = base64.b64encode(f"\0info@example.com\0{secret}".encode()).decode()
    for encoded in (padded, padded.rstrip("="), padded.encode().hex()):
        shown = everything(place.replace("{}", encoded))
        assert encoded not in shown
        assert secret not in shown


@pytest.mark.parametrize("place", PLACES)
def test_the_error_is_explained_all_the_same(place: str) -> None:
    assert examine_text(place.format("Tr0ub4dor&3-canary"), Known()).ranked


def test_a_secret_is_cut_wherever_else_it_stands() -> None:
    text, found = cut("pass: 'Tr0ub4dor3' … 535 bad password Tr0ub4dor3")
    assert "Tr0ub4dor3" not in text
    assert "Tr0ub4dor3" in found


@pytest.mark.parametrize(
    "text",
    [
        "password: incorrect",
        "535 5.7.8 Username and Password not accepted",
        "pass: process.env.SMTP_PASS",
        'Missing credentials for "PLAIN"',
        "AUTH LOGIN failed",
        "SMTP ERROR: Password command failed: 535",
        "NoCredentialsError: Unable to locate credentials",
        "Password authentication failed for this user",
        "Nome utente o password errati",
        'open(encoding="utf-8") and 535',
        'smtp_auth("plain") failed',
        # words of the server's, however they look, and what it asks for
        "AUTH LOGIN\n334 VXNlcm5hbWU6\n535 5.7.139 SmtpClientAuthentication is disabled",
        "334 eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIn0=\n535-5.7.8 no",
    ],
)
def test_words_about_passwords_are_no_secrets(text: str) -> None:
    assert cut(text)[0] == text


def test_anonymous_leaves_out_who_the_addresses_are_of() -> None:
    text = "550 5.1.1 <jane.doe@example.net>: Recipient address rejected: User unknown"
    found = examine_text(text, Known(), anonymous=True)
    shown = render(found, Options(verbose=True)) + repr(found)
    assert "jane.doe" not in shown
    assert found.ranked[0].diagnosis.code == "recipient-rejected"


def test_what_a_text_says_is_never_markup_nor_a_terminals_command() -> None:
    text = "\x1b[31m535 [bold]x[/bold] \x1b]0;title\x07 \u202e Authentication credentials invalid"
    shown = render(examine_text(text, Known()), Options())
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "[bold]" in shown

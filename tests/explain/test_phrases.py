"""Short texts as programs print them, each a kind of its own: its cause is among the first."""

from __future__ import annotations

import pytest

from smtpdoctor.explain import examine_text, explain
from smtpdoctor.explain.model import Known
from smtpdoctor.explain.page import render
from smtpdoctor.report.formats import Options

PHRASES = [
    (
        'Expected response code 354 but got code "503", with message "503 RCPT command expected"',
        "recipient-rejected",
    ),
    ("The transport failed to connect to the server.", "port-blocked"),
    (
        "Got bad greeting from SMTP host: mail.x.example, port: 25, response: 554",
        "greeting-rejected",
    ),
    (
        "550 5.7.515 Access denied, sending domain X.EXAMPLE does not meet the required "
        "authentication level",
        "dmarc-would-reject",
    ),
    # libcurl's words for the certificates of all protocols
    ("Email send error: SSL peer certificate or SSH remote key was not OK", "certificate-"),
    ("ArgumentError: SMTP-AUTH requested but missing user name", "credentials-missing"),
    ("Job exception: wrong authentication type none", "auth-mechanism-unsupported"),
    (
        "The SMTP server does not support any of the AUTH methods that MyBB supports",
        "auth-mechanism-unsupported",
    ),
    ('Reason: "Smtp.ConnectAsync timeout"', "port-blocked"),
    (
        "550 Your HELO/EHLO greeting (netman) is a single word. According to RFC2821 you must use "
        "your fully-qualified domain-name.",
        "ehlo-rejected",
    ),
    ("550 5.7.64 TenantAttribution; Relay Access Denied", "client-address-refused"),
    ("535 Error: authentication failed, system busy", "auth-temporary-failure"),
    ("452 4.7.28 Gmail has detected an unusual rate of mail", "sending-limit-reached"),
    ("454 4.7.1 Para enviar es autenticación requerida", "credentials-missing"),
    (
        "553 5.7.2 [TSS09] All messages from 203.0.113.60 will be permanently deferred",
        "client-address-refused",
    ),
    ("535 5.7.8 authentication failed: Connection lost to authentication server", "auth-temporary"),
    ("gomail: dial: address smtp.example.com: missing port in address", "setting-invalid"),
    ("smtp: Connection refused: smtp.gmail.com:587 (os error 111)", "port-rejected"),
    ("MAIL FROM:<Our Shop>\n501 error", "sender-malformed"),
    ("SMTP error: Connection error: Tls(InvalidDNSName)", "host-malformed"),
    ("No authenticators available\nCould not send the message.", "auth-mechanism-unsupported"),
    ("SMTP Error: Connection already using TLS", "conflicting-settings"),
    (
        "smtp: lookup info@pass@smtp.example.com: no such host",
        "url-not-encoded",
    ),
    ("curl: (6) Could not resolve host: smtps", "host-malformed"),
    ("curl: (55) MAIL failed: 555", "mail-parameters-refused"),
    ("curl: (9) Remote access denied: 504", "ehlo-rejected"),
    ("msmtp: invalid argument 70000 for --port", "setting-invalid"),
    ("Net::OpenTimeout: Net::OpenTimeout", "tls-handshake-stalled"),
    ("Net::SMTPFatalError: 554-mx.example.net", "greeting-rejected"),
    ('Expected response code "220" but got code "454", with message "454 no TLS"', "starttls-re"),
    (
        "smtplib.py in login: auth_plain\n    self.password\nUnicodeEncodeError: 'ascii' codec "
        "can't encode character '\\xe4' in position 4",
        "password-suspicious",
    ),
    ('SMTP 5xx error: ["5.7.1 Authentication failed"]', "credentials-rejected"),
]


@pytest.mark.parametrize(("text", "code"), PHRASES, ids=[text[:40] for text, _ in PHRASES])
def test_a_phrase_has_its_cause_among_the_first(text: str, code: str) -> None:
    found = [each.code for each in explain(text)][:3]
    assert any(each.startswith(code) for each in found), found


@pytest.mark.parametrize(
    "text",
    [
        "GET https://api.example.com: SSL peer certificate or SSH remote key was not OK",
        "the rate of requests is unusual; system is busy",
        "UnicodeEncodeError: 'ascii' codec can't encode character '\\xe4' in position 4",
        "read: Resource temporarily unavailable (os error 11)",
        "530 Please login with USER and PASS",
        "curl: (6) Could not resolve host: https",
        "listen tcp: address 70000: invalid port",
        "ftp: 502 Command not implemented",
    ],
)
def test_the_same_words_of_another_program_are_no_mail(text: str) -> None:
    assert not explain(text)


@pytest.mark.parametrize(
    "text",
    ["warning: SASL authentication failure: No worthy mechs found", "No authenticators available"],
)
def test_a_sasl_library_without_its_modules_is_to_be_completed(text: str) -> None:
    assert explain(text)[0].code == "auth-mechanism-unsupported"
    assert "libsasl2-modules" in render(examine_text(text, Known()), Options(width=1000))


def test_a_sender_that_a_reply_names_is_spoken_of_by_its_address() -> None:
    text = "504 5.5.2 <webmaster@localhost>: Sender address rejected: need fully-qualified address"
    first = explain(text)[0]
    assert (first.code, "webmaster@localhost" in first.title) == ("sender-domain-not-found", True)
    assert "DEFAULT_FROM_EMAIL" in render(examine_text(text, Known()), Options(width=1000))


@pytest.mark.parametrize(
    ("text", "client"),
    [
        ("SMTP Error: Could not authenticate.", "PHPMailer"),
        ("[vaultwarden::mail][ERROR] SMTP error: Connection error: timed out", "lettre"),
        ("SMTP error: Connection error: timed out", ""),
    ],
)
def test_a_client_is_known_by_its_own_spelling(text: str, client: str) -> None:
    read = examine_text(text, Known()).known.read
    assert [each for each in read if each.startswith("client")] == (
        [f"client {client}"] if client else []
    )

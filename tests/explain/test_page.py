"""What is printed of a text: what was read in it, and nothing that a reading made up."""

from __future__ import annotations

import pytest

from smtpdoctor.explain import examine_text
from smtpdoctor.explain.model import Known
from smtpdoctor.explain.page import render
from smtpdoctor.report.formats import Options


@pytest.mark.parametrize(
    ("text", "words", "not_these"),
    [
        ("smtp: please run connect() first", "its host is not set", "TLS setting"),
        ("postfix: mail for a.example loops back to myself", "is the server itself", "container"),
        ("EMAIL_USE_TLS/EMAIL_USE_SSL are mutually exclusive", "exclude each other", "SMTP_SECURE"),
        ("SMTP: Server is not accepting SMTP connections.", "first words", "554"),
        ("smtp gaierror: Name or service not known", "name does not exist", "named the server"),
        ("454 Command not permitted when TLS active", "inside TLS already", "key it can"),
        ("nodemailer: lookup : no such host", "its host is not set", "private name"),
        ('smtp getaddrinfo ENOTFOUND "a.example.com"', "more in it than a host", "SMTP_HOST"),
        ("failed to issue MAIL command: 501 5.1.7 bad address", "one plain address", "SMTP_FROM"),
        ("smtp: SSL routines::wrong version number", "SSL or SMTPS off", "SMTP_PORT"),
        ("smtp: greeting never received", "SSL or SMTPS on", "SMTP_PORT"),
        ("smtp self signed certificate", "-connect HOST:587", "-connect the server"),
        ("550 5.7.23 SPF fail", "smtpdoctor sender ADDRESS", "check --only sender"),
        ("550 5.7.1 relaying denied smtp", "User name: the mailbox's", "SMTP_USER"),
        ("smtp: 535 authentication failed", "into the program's settings", "SMTP_PASS"),
        ("msmtp: invalid argument 70000 for --port", "no port number", "TLS setting"),
        ("`SMTP_SECURITY` is invalid: none", "does not know", "takes for something else"),
        (
            "smtplib Hostname mismatch, certificate is not valid for 'mail.example.com'",
            "fix: use the name that the certificate has - Ask",
            "write another name",
        ),
        ("smtp: Invalid URL: host", "more in it than a host", "has a host has"),
        (
            "553 5.7.1 <a@b.example>: Sender address rejected: not owned by user joe",
            "The login worked",
            "without a login",
        ),
    ],
)
def test_the_words_are_those_of_what_was_read(text: str, words: str, not_these: str) -> None:
    said = " ".join(render(examine_text(text, Known()), Options(width=80)).split())
    assert words in said
    assert not_these not in said

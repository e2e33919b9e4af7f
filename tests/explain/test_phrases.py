"""Short texts as programs print them, each a kind of its own: its cause is among the first."""

from __future__ import annotations

import pytest

from smtpdoctor.explain import explain

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
    ("535 Error: authentication failed, system busy", "auth-temporary-failure"),
    ("452 4.7.28 Gmail has detected an unusual rate of mail", "sending-limit-reached"),
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
    ],
)
def test_the_same_words_of_another_program_are_no_mail(text: str) -> None:
    assert not explain(text)

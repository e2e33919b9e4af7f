"""reply-unreadable: a reply that the user's client can't read, and the doctor can."""

from __future__ import annotations

import pytest

from ..scene import Scene

CODE = "reply-unreadable"
LONG = "220 mail.example.com " + "x" * 700


@pytest.mark.parametrize("client", ["go-net-smtp", "msmtp", "symfony-mailer", "swaks"])
def test_positive_a_bare_code(client: str) -> None:
    scene = Scene(client=client)
    scene.session().greeting("220").rest()
    found = scene.diagnosis(CODE)
    assert found.severity == "error"
    assert scene.judge().verdict == "broken"


def test_positive_a_greeting_of_many_octets() -> None:
    for required, severity in ((False, "error"), (True, "warning")):
        scene = Scene(client="phpmailer", required=required)
        scene.session().greeting(LONG).rest()
        assert scene.diagnosis(CODE).severity == severity
        assert "octets" in scene.diagnosis(CODE).title


def test_positive_a_note_where_the_client_is_not_known() -> None:
    scene = Scene()
    scene.session().greeting("220").rest()
    found = scene.diagnosis(CODE)
    assert found.severity == "note"
    assert "Go net/smtp" in found.title
    assert scene.judge().verdict == "healthy"


@pytest.mark.parametrize(("client", "greeting"), [("smtplib", "220"), ("go-net-smtp", LONG)])
def test_negative_a_client_that_reads_it(client: str, greeting: str) -> None:
    scene = Scene(client=client)
    scene.session().greeting(greeting).rest()
    assert scene.codes() == []


@pytest.mark.parametrize("greeting", ["220 ", "220-mail.example.com\r\n220 ready"])
def test_lookalike_a_short_text(greeting: str) -> None:
    scene = Scene(client="go-net-smtp")
    scene.session().greeting(greeting).rest()
    assert scene.codes() == []


def test_lookalike_a_bare_refusal() -> None:
    scene = Scene(client="go-net-smtp")
    scene.session().greeting("554")
    assert CODE not in scene.codes()


@pytest.mark.parametrize(("octets", "codes"), [(1100, [CODE]), (900, [])])
def test_positive_a_greeting_beyond_one_buffer(octets: int, codes: list[str]) -> None:
    scene = Scene(client="msmtp")
    scene.session().greeting("220 " + "x" * octets).rest()
    assert scene.codes("error") == codes


def test_positive_a_greeting_of_three_reads() -> None:
    """PHPMailer's answers are then two behind: STARTTLS fails."""
    scene = Scene(client="phpmailer", required=True)
    scene.session().greeting("220 " + "x" * 1200).rest()
    assert scene.diagnosis(CODE).severity == "error"

"""reply-unreadable: a reply that the user's client can't read, and the doctor can."""

from __future__ import annotations

import pytest

from smtpdoctor.smtp.reading import ChallengeOddity

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


def login(client: str | None, mechanism: str, *oddities: ChallengeOddity) -> Scene:
    scene = Scene(client=client)
    scene.session().up_to("auth").auth(mechanism=mechanism, oddities=oddities).rest()
    return scene


@pytest.mark.parametrize(
    ("client", "mechanism", "oddity"),
    [
        ("nodemailer", "LOGIN", "bare"),
        ("msmtp", "LOGIN", "not-base64"),
        ("curl", "CRAM-MD5", "not-base64"),
        ("go-net-smtp", "PLAIN", "asked-again"),
        ("phpmailer", "LOGIN", "ended-early"),
    ],
)
def test_positive_a_login_that_the_client_does_not_get_through(
    client: str, mechanism: str, oddity: ChallengeOddity
) -> None:
    scene = login(client, mechanism, oddity)
    assert scene.codes("error") == [CODE]
    assert f"in AUTH {mechanism}" in scene.diagnosis(CODE).title
    assert login(None, mechanism, oddity).diagnosis(CODE).severity == "note"


@pytest.mark.parametrize(
    ("client", "mechanism", "oddity"),
    [
        ("javamail", "LOGIN", "not-base64"),
        ("msmtp", "PLAIN", "not-base64"),
        # it comes to PLAIN before
        ("smtplib", "LOGIN", "undecodable"),
    ],
)
def test_negative_a_login_that_the_client_gets_through(
    client: str, mechanism: str, oddity: ChallengeOddity
) -> None:
    assert login(client, mechanism, oddity).codes() == []


def test_lookalike_a_login_that_is_refused_after_an_odd_challenge() -> None:
    scene = Scene(client="msmtp", host="mail.example.net")
    scene.session().up_to("auth").auth("535 5.7.8 no", mechanism="LOGIN", oddities=("not-base64",))
    assert scene.codes("error") == ["credentials-rejected"]


@pytest.mark.parametrize(
    ("client", "code"),
    [("smtplib", CODE), (None, CODE), ("nodemailer", ""), ("ruby-mail", CODE)],
)
def test_positive_a_second_greeting_inside_tls(client: str | None, code: str) -> None:
    scene = Scene(client=client)
    session = scene.session().up_to("ehlo-in-tls")
    taken = client in ("nodemailer", "ruby-mail")  # any code of 2xx
    session.ehlo(text="220 mail.example.com ESMTP", ok=taken)
    if taken:
        session.rest()
    assert scene.codes("error") == ([code] if code else [])
    if code:
        assert "a second greeting inside TLS" in scene.diagnosis(CODE).title


def test_lookalike_a_bare_refusal() -> None:
    scene = Scene(client="go-net-smtp")
    scene.session().greeting("554")
    assert CODE not in scene.codes()


@pytest.mark.parametrize(
    ("client", "answer", "words"),
    [
        ("curl", "220\tmail.example.com ESMTP", "runs into its text"),
        ("symfony-mailer", "220mail.example.com ESMTP", "runs into its text"),
        ("go-net-smtp", "250-mail.example.com\r\n220 ready", "of several codes, 220 and 250"),
        ("msmtp", "220-welcome\r\n" * 60 + "220 ready", "61 lines long"),
    ],
)
def test_positive_a_greeting_in_another_form(client: str, answer: str, words: str) -> None:
    scene = Scene(client=client)
    scene.session().greeting(answer).rest()
    assert words in scene.diagnosis(CODE).title
    assert scene.diagnosis(CODE).severity == "error"
    other = Scene(client="javamail")
    other.session().greeting(answer).rest()
    assert CODE not in other.codes()


def test_positive_a_line_without_a_code_in_the_middle() -> None:
    scene = Scene(client="smtplib")
    scene.session().greeting("220-mail.example.com\r\nwelcome\r\n220 ready").rest()
    assert "broken by a line without a code" in scene.diagnosis(CODE).title


def test_positive_a_bare_answer_to_the_login() -> None:
    scene = Scene(client="swaks")
    scene.session().auth(text="235").rest()
    assert "answer to AUTH" in scene.diagnosis(CODE).title


def test_positive_a_code_that_is_not_the_commands() -> None:
    scene = Scene(client="smtplib")
    scene.session().rcpt("200 ok")
    found = scene.diagnosis(CODE)
    assert "take for a refusal" in found.title
    assert "curl" not in found.title
    assert scene.judge().verdict == "broken"


def test_lookalike_a_refusal_by_its_code() -> None:
    scene = Scene(client="smtplib")
    scene.session().rcpt("550 5.1.1 no such user")
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


@pytest.mark.parametrize("text", ["240 fine", "250 2.7.0 ok"])
def test_positive_a_login_that_is_accepted_with_another_code(text: str) -> None:
    scene = Scene(host="mail.example.net").refuse("auth", text)
    assert scene.codes("error") == [CODE]
    assert "answer to AUTH" in scene.diagnosis(CODE).title


def test_lookalike_a_login_that_is_not_answered() -> None:
    scene = Scene(host="mail.example.net")
    scene.session().up_to("auth").auth(outcome="silence", took=20)
    assert CODE not in scene.codes()

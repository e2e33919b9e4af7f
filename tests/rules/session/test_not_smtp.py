from __future__ import annotations

import pytest

from smtpdoctor.smtp.replies import Protocol

from ..scene import Scene

CODE = "not-smtp"
WHO: list[tuple[Protocol, str, str]] = [
    ("ssh", "SSH-2.0-OpenSSH_9.2p1", "an SSH server"),
    ("imap", "* OK [CAPABILITY IMAP4rev1] IMAP ready.", "an IMAP server"),
    ("pop3", "+OK POP3 ready.", "a POP3 server"),
    ("http", "HTTP/1.1 400 Bad Request", "a web server"),
    ("html", "<!DOCTYPE html>", "a web page"),
]


@pytest.mark.parametrize(("protocol", "said", "who"), WHO)
def test_positive_it_greets_in_another_protocol(protocol: Protocol, said: str, who: str) -> None:
    scene = Scene(host="mail.example.net")
    greeting = scene.session().greeting(said, protocol=protocol).last
    scene.session("other-port").rest()

    found = scene.diagnosis(CODE)

    assert (found.severity, found.confidence) == ("error", "certain")
    assert found.title == f"{who} answers on mail.example.net:587, not a mail server"
    assert said in found.evidence[0].text
    assert found.fixes[0].settings == {"SMTP_PORT": "465", "SMTP_SECURE": "true"}
    assert found.explains == (greeting.id,)
    assert scene.codes("error") == [CODE]


@pytest.mark.parametrize(("protocol", "said", "who"), WHO)
def test_positive_it_answers_a_handshake(protocol: Protocol, said: str, who: str) -> None:
    scene = Scene(host="mail.example.net", port=465, tls="implicit")
    failed = scene.session().handshake(failure="not-tls", protocol=protocol, arrived=said).last

    found = scene.diagnosis(CODE)

    assert found.title.startswith(who)
    assert found.explains == (failed.id,)
    assert scene.codes("error") == [CODE]


def test_positive_a_web_server_waits_for_the_client() -> None:
    scene = Scene()
    silent = scene.session().greeting(outcome="silence", took=10.0).last
    scene.session("other-mode").handshake(
        failure="not-tls", protocol="http", arrived="HTTP/1.1 400 Bad Request\r\nServer: nginx"
    )

    found = scene.diagnosis(CODE)

    assert found.evidence[0].text.endswith('sent "HTTP/1.1 400 Bad Request"')
    assert found.explains == (silent.id,)


def test_positive_mail_reading_inside_tls() -> None:
    scene = Scene(host="mail.example.net", port=993, tls="implicit")
    scene.session().up_to("greeting").greeting("* OK IMAP ready", protocol="imap")

    found = scene.diagnosis(CODE)

    assert found.fixes[0].settings == {"SMTP_PORT": "465"}
    assert scene.codes("error") == [CODE]


def test_positive_mail_reading_behind_tls_that_was_not_asked_for() -> None:
    scene = Scene(host="mail.example.net", port=993)
    scene.session().greeting(outcome="silence", took=0.6)
    scene.session("other-mode").up_to("greeting").greeting("* OK IMAP ready", protocol="imap")

    assert scene.codes("error") == [CODE]


def test_positive_a_mute_server_behind_tls() -> None:
    scene = Scene(host="mail.example.net", port=8443)
    scene.session().greeting(outcome="silence", took=0.6)
    scene.session("other-mode").up_to("greeting").greeting(outcome="silence", took=10.0)

    assert scene.diagnosis(CODE).confidence == "possible"
    assert scene.codes("error") == [CODE]


def test_positive_a_file_server_fails_only_at_ehlo() -> None:
    scene = Scene(host="mail.example.net", port=21)
    session = scene.session().greeting("220 (vsFTPd 3.0.3)", protocol="ftp")
    ehlo = session.ehlo(text="530 Please login with USER and PASS.").last

    found = scene.diagnosis(CODE)

    assert found.title.startswith("an FTP server answers")
    assert found.explains == (ehlo.id,)
    assert scene.codes("error") == [CODE]


@pytest.mark.parametrize(
    ("text", "protocol"), [("200 news.example.net ready", "unknown"), ("250 hello", "smtp")]
)
def test_positive_another_first_word(text: str, protocol: Protocol) -> None:
    scene = Scene(host="mail.example.net")
    scene.session().greeting(text, protocol=protocol)

    assert scene.codes("error") == [CODE]


def test_positive_a_flood() -> None:
    scene = Scene()
    scene.session().greeting(outcome="flood", protocol="smtp")

    assert scene.codes("error") == [CODE]


def test_negative_a_mail_server_greets() -> None:
    assert Scene.healthy().codes() == []


def test_lookalike_plain_smtp_in_place_of_tls() -> None:
    scene = Scene(tls="implicit")
    scene.session().handshake(failure="not-tls", protocol="smtp", arrived="220 mail ESMTP")
    scene.session("other-mode").rest()

    assert scene.codes("error") == ["implicit-tls-on-starttls-port"]


def test_lookalike_a_refusal_in_the_right_words() -> None:
    scene = Scene()
    scene.session().greeting("554 No SMTP service here")

    assert scene.codes("error") == ["greeting-rejected"]


def test_lookalike_nothing_is_said() -> None:
    scene = Scene()
    scene.session().greeting(outcome="silence", took=10.0)

    assert scene.codes("error") == ["greeting-missing"]


def test_lookalike_tls_with_a_bad_certificate_hides_its_greeting() -> None:
    scene = Scene(port=465, env={"SMTP_SECURE": ("false", 3)})
    scene.session().greeting(outcome="silence", took=0.6)
    scene.session("other-mode").up_to("certificate").certificate(verify_code=18)

    assert "plaintext-on-implicit-tls-port" in scene.codes("error")
    assert CODE not in scene.codes()

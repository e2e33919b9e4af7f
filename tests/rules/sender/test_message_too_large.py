"""message-too-large: the size given with --size is more than the server takes."""

from __future__ import annotations

import pytest

from smtpdoctor.diagnosis.rules.sender.message_too_large import octets

from ..scene import Options, Scene

CODE = "message-too-large"
ENV = "SMTP_HOST=smtp.ionos.com\nSMTP_USER=info@example.com\nSMTP_PASS=geheim-12\n"
LARGE = Options(size="150000000")


def test_positive_refused_at_mail() -> None:
    scene = Scene.of(ENV, options=LARGE)
    scene.refuse("mail", "552 5.3.4 Message size exceeds fixed limit")
    diagnosis = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert (diagnosis.severity, diagnosis.confidence) == ("error", "certain")
    assert "150 MB" in diagnosis.title
    assert "141.6 MB" in diagnosis.title
    assert diagnosis.fixes[0].settings == {}


def test_positive_over_the_announced_size_although_mail_was_taken() -> None:
    scene = Scene.of(ENV, options=LARGE).run_through()
    diagnosis = scene.diagnosis(CODE)
    assert diagnosis.severity == "error"
    assert scene.judge().verdict == "broken"
    assert "SIZE 141557760" in diagnosis.evidence[0].text


def test_positive_beside_a_refused_login() -> None:
    scene = Scene.of(ENV, options=LARGE)
    scene.refuse("auth", "535 Authentication credentials invalid")
    assert scene.codes() == ["credentials-rejected", CODE]


def test_positive_a_code_without_words() -> None:
    scene = Scene(host="mail.example.net", size=1000)
    scene.session().up_to("mail").mail("452 no", parameters=" SIZE=1000").quit()
    assert scene.diagnosis(CODE).confidence == "likely"


def test_negative_within_the_limit() -> None:
    assert Scene.of(ENV, options=Options(size="1000000")).run_through().codes() == []


def test_negative_no_size_was_asked_about() -> None:
    assert Scene.of(ENV).run_through().codes() == []


def test_negative_a_server_without_a_limit() -> None:
    scene = Scene.of(ENV, options=LARGE)
    scene.session().up_to("ehlo-in-tls").ehlo("AUTH PLAIN", "SIZE 0").rest()
    assert scene.codes() == []


def test_lookalike_552_for_a_full_mailbox() -> None:
    scene = Scene(host="mail.example.net").refuse("rcpt", "552 5.2.2 mailbox over quota")
    assert scene.codes() == ["recipient-rejected"]


def test_lookalike_552_for_a_closed_account() -> None:
    scene = Scene(host="mail.smtp2go.com")
    scene.refuse("mail", "552 Your account has been suspended. Please contact us to reactivate")
    assert scene.codes() == ["account-suspended"]


@pytest.mark.parametrize(
    ("count", "words"), [(999, "999 bytes"), (20_000, "20 kB"), (141_557_760, "141.6 MB")]
)
def test_octets(count: int, words: str) -> None:
    assert octets(count) == words

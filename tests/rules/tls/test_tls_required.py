from __future__ import annotations

import pytest

from ..scene import Scene

CODE = "tls-required"


def test_positive_the_login_exists_only_inside_tls() -> None:
    scene = Scene(tls="none")
    main = scene.session().greeting().ehlo("STARTTLS", "SIZE 1000").no_login("not-offered")
    scene.session("other-mode", tls="starttls").rest()

    found = scene.diagnosis(CODE)

    assert found.severity == "error"
    assert found.explains == (main.last.id,)
    assert found.fixes[0].settings == {"SMTP_TLS": "starttls"}
    assert scene.codes("error") == [CODE]


def test_positive_mail_is_refused_for_want_of_tls() -> None:
    scene = Scene(tls="none", username=None)
    main = scene.session().up_to("mail").mail("530 5.7.0 Must issue a STARTTLS command first")

    found = scene.diagnosis(CODE)

    assert found.explains == (main.last.id,)
    assert any("Must issue a STARTTLS" in item.text for item in found.evidence)
    assert scene.codes("error") == [CODE]


def test_positive_encryption_required_by_its_own_code() -> None:
    scene = Scene(tls="none", username=None)
    scene.session().up_to("mail").mail("538 5.7.11 not this way")

    assert scene.codes("error") == [CODE]


def test_negative_a_server_that_needs_no_tls() -> None:
    scene = Scene(tls="none", username=None, host="127.0.0.1", port=1025)
    scene.session().rest()

    assert scene.codes("error") == []


def test_lookalike_a_login_is_demanded_not_tls() -> None:
    scene = Scene(tls="none", username=None)
    scene.session().up_to("mail").mail("530 5.7.1 Authentication required")

    assert CODE not in scene.codes()


def test_lookalike_no_login_and_no_tls_either() -> None:
    scene = Scene(tls="none")
    scene.session().greeting().ehlo("SIZE 1000").no_login("not-offered")

    assert CODE not in scene.codes()


def test_lookalike_the_login_is_offered_without_tls() -> None:
    scene = Scene(tls="none")
    scene.session().greeting().ehlo("STARTTLS", "AUTH PLAIN").no_login("no-tls", "PLAIN").quit()

    assert scene.codes() == ["password-in-clear"]


@pytest.mark.parametrize(
    "text", ["538 5.7.11 Encryption required", "530 5.7.0 Must issue a STARTTLS command first"]
)
def test_positive_a_login_that_was_only_begun_is_refused_for_want_of_tls(text: str) -> None:
    scene = Scene(host="mail.example.net", tls="none")
    talk = scene.session().greeting().ehlo("STARTTLS", "AUTH PLAIN").begun(text)
    talk.no_login("no-tls", "PLAIN").quit()
    found = scene.diagnosis("tls-required")

    assert scene.codes("error") == ["tls-required"]
    assert found.fixes[0].settings == {"SMTP_TLS": "starttls"}
    assert any("answered AUTH with" in item.text for item in found.evidence)
    assert scene.judge().unexplained == ()


@pytest.mark.parametrize(
    "text", ["538 5.7.11 Encryption required", "530 5.7.0 Must issue a STARTTLS command first"]
)
def test_positive_tls_is_asked_for_inside_tls(text: str) -> None:
    scene = Scene(host="mail.example.net").refuse("auth", text)
    found = scene.diagnosis("tls-required")

    assert scene.codes("error") == ["tls-required"]
    assert found.title == "mail.example.net:587 asks for TLS inside TLS"
    assert (found.confidence, found.fixes[0].settings) == ("likely", {})


def test_lookalike_a_login_inside_tls_is_refused_for_itself() -> None:
    scene = Scene(host="mail.example.net").refuse("auth", "535 5.7.8 Error: authentication failed")
    assert "tls-required" not in scene.codes()

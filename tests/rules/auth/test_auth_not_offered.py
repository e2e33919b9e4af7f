"""auth-not-offered: credentials are set, and the server has no AUTH."""

from __future__ import annotations

from typing import Any

import pytest

from ..scene import Scene

CODE = "auth-not-offered"


def without_auth(**settings: Any) -> Scene:
    scene = Scene(**settings)
    session = scene.session().up_to("ehlo-in-tls").ehlo("8BITMIME", "SIZE 10240000")
    session.no_login("not-offered").quit()
    return scene


def test_positive_no_auth_inside_tls() -> None:
    scene = without_auth(host="mail.example.net")
    diagnosis = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert (diagnosis.severity, diagnosis.confidence) == ("error", "certain")
    assert "8BITMIME, SIZE" in diagnosis.evidence[0].text
    assert "on which port a login is taken" in diagnosis.fixes[0].steps[0]
    assert "If it is your own: Postfix" in diagnosis.fixes[0].steps[1]


def test_positive_the_port_between_servers() -> None:
    first = without_auth(host="mail.example.net", port=25).diagnosis(CODE).fixes[0]
    assert first.settings == {"SMTP_PORT": "587"}
    assert first.tried == ""


def test_positive_the_providers_recommended_port() -> None:
    first = without_auth(port=25).diagnosis(CODE).fixes[0]
    assert first.settings == {"SMTP_PORT": "465", "SMTP_SECURE": "true"}


def test_positive_a_mail_catcher_on_this_machine() -> None:
    scene = Scene(host="127.0.0.1", port=1025, tls="none")
    scene.addresses("127.0.0.1")
    scene.session().up_to("ehlo").ehlo("SIZE").no_login("not-offered").quit()
    first = scene.diagnosis(CODE).fixes[0]
    assert first.settings == {"SMTP_USER": None, "SMTP_PASS": None}


def test_positive_announced_and_then_unknown() -> None:
    scene = Scene(host="mail.example.net").refuse("auth", "502 5.5.1 Command not implemented")
    assert scene.diagnosis(CODE).confidence == "likely"


def test_positive_a_server_that_announces_nothing() -> None:
    scene = Scene(host="mail.example.net")
    scene.session().up_to("ehlo-in-tls").ehlo("").no_login("not-offered").quit()
    assert "EHLO announced: nothing" in [item.text for item in scene.diagnosis(CODE).evidence]


@pytest.mark.parametrize(
    ("answer", "severity", "words"),
    [
        ("250 2.1.0 Ok", "warning", "took the sender all the same"),
        ("530 5.7.0 Authentication required", "error", "refuses the mail"),
    ],
)
def test_positive_a_client_that_sends_without_its_login(
    answer: str, severity: str, words: str
) -> None:
    scene = Scene(host="mail.example.net", client="curl")
    session = scene.session().up_to("ehlo-in-tls").ehlo("8BITMIME").no_login("done-without")
    mail = session.mail(answer).last
    session.quit()
    found = scene.diagnosis(CODE)
    assert (found.severity, found.confidence) == (severity, "certain")
    assert "curl sends without the one it has" in found.title
    assert words in found.explanation
    texts = [item.text for item in found.evidence]
    quoted = f'mail.example.net:587 answered MAIL with "{answer}"'
    assert (quoted in texts) is (severity == "error")
    assert (mail.id in found.explains) is (severity == "error")
    assert "EHLO announced: 8BITMIME" in texts


def test_negative_without_credentials_nothing_is_lost() -> None:
    scene = Scene(host="mail.example.net", username=None, sender=None)
    scene.session().up_to("ehlo-in-tls").ehlo("SIZE").no_login("no-credentials").quit()
    assert CODE not in scene.codes()


def test_lookalike_auth_exists_only_inside_tls_that_the_settings_forbid() -> None:
    scene = Scene(host="mail.example.net", tls="none")
    scene.session().up_to("ehlo").ehlo("STARTTLS", "SIZE").no_login("not-offered").quit()
    assert scene.codes("error") == ["tls-required"]


def test_lookalike_auth_with_mechanisms_that_do_not_fit() -> None:
    scene = Scene(host="mail.example.net")
    session = scene.session().up_to("ehlo-in-tls").ehlo("AUTH GSSAPI")
    session.no_login("no-shared-mechanism", "GSSAPI").quit()
    assert scene.codes() == ["auth-mechanism-unsupported"]

from __future__ import annotations

import pytest

from smtpdoctor.observations import HandshakeFailure

from ..scene import Scene

CODE = "tls-version-unsupported"


@pytest.mark.parametrize("failure", ["version", "alert", "closed", "cipher"])
def test_positive_only_an_old_version_works(failure: HandshakeFailure) -> None:
    scene = Scene(host="mail.example.com")
    main = scene.session().up_to("handshake").handshake(failure=failure)
    scene.session("legacy-tls").up_to("handshake").handshake(version="TLSv1", cipher="AES128-SHA")

    found = scene.diagnosis(CODE)

    assert found.confidence == "certain"
    assert "TLS 1" in found.title or "TLSv1" in found.title
    assert found.explains == (main.last.id,)
    assert found.fixes[0].settings == {}
    assert scene.codes("error") == [CODE]


def test_positive_an_alert_alone_is_likely() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("handshake").handshake(failure="version", alert="protocol_version")

    assert scene.diagnosis(CODE).confidence == "likely"


def test_positive_another_port_with_current_tls_comes_first() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("handshake").handshake(failure="version", alert="protocol_version")
    scene.session("other-port").rest()

    assert scene.diagnosis(CODE).fixes[0].settings == {"SMTP_PORT": "465", "SMTP_SECURE": "true"}


def test_positive_nobody_is_told_to_switch_verification_off() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("handshake").handshake(failure="version", alert="protocol_version")

    text = repr(scene.diagnosis(CODE).fixes)

    assert "rejectUnauthorized" not in text
    assert "CERT_NONE" not in text


def stopgaps(client: str | None, code: str = CODE) -> list[str]:
    scene = Scene(host="mail.example.com", client=client)
    if code == CODE:
        scene.session().up_to("handshake").handshake(failure="version")
    else:
        scene.session().up_to("handshake").handshake(failure="cipher")
    steps = scene.diagnosis(code).fixes[-1].steps
    return [each for each in steps if each.startswith("A stopgap")]


@pytest.mark.parametrize("code", [CODE, "tls-no-shared-cipher"])
def test_positive_the_stopgap_is_in_the_clients_own_words(code: str) -> None:
    (said,) = stopgaps("phpmailer", code)

    assert "['ssl' => ['security_level' => 0]]" in said
    assert "Node" not in said


def test_positive_a_client_that_is_not_known_sees_three() -> None:
    (said,) = stopgaps(None)

    assert all(name in said for name in ("Node: ", "Python: ", "PHPMailer: "))


@pytest.mark.parametrize("code", [CODE, "tls-no-shared-cipher"])
def test_negative_a_client_without_a_setting_is_told_none(code: str) -> None:
    assert stopgaps("django", code) == []


def test_negative_tls_1_2_is_enough() -> None:
    scene = Scene()
    scene.session().up_to("handshake").handshake(version="TLSv1.2").rest()

    assert scene.codes() == []


def test_lookalike_wrong_version_number_is_plain_text() -> None:
    scene = Scene(tls="implicit")
    scene.session().handshake(failure="not-tls", protocol="smtp", arrived="220 mail ESMTP")

    assert scene.codes("error") == ["implicit-tls-on-starttls-port"]


def test_lookalike_the_version_is_current_and_the_cipher_old() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("handshake").handshake(failure="cipher", alert="handshake_failure")
    scene.session("legacy-tls").up_to("handshake").handshake(version="TLSv1.2", cipher="RC4-SHA")

    assert scene.codes("error") == ["tls-no-shared-cipher"]

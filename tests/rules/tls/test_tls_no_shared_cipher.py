from __future__ import annotations

from ..scene import Scene

CODE = "tls-no-shared-cipher"


def test_positive_only_an_old_cipher_works() -> None:
    scene = Scene(host="mail.example.com")
    main = scene.session().up_to("handshake")
    main.handshake(failure="cipher", alert="handshake_failure")
    scene.session("legacy-tls").up_to("handshake").handshake(version="TLSv1.2", cipher="RC4-SHA")

    found = scene.diagnosis(CODE)

    assert found.severity == "error"
    assert found.confidence == "certain"
    assert found.explains == (main.last.id,)
    assert any("RC4-SHA" in item.text for item in found.evidence)
    assert scene.codes("error") == [CODE]


def test_positive_a_key_too_short() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("handshake").handshake(failure="cipher", reason="DH_KEY_TOO_SMALL")

    found = scene.diagnosis(CODE)

    assert "too short" in found.title
    assert found.confidence == "certain"


def test_negative_a_handshake_that_works() -> None:
    assert Scene.healthy().codes() == []


def test_lookalike_the_old_cipher_comes_with_an_old_version() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("handshake").handshake(failure="cipher", alert="handshake_failure")
    scene.session("legacy-tls").up_to("handshake").handshake(version="TLSv1.1", cipher="RC4-SHA")

    assert scene.codes("error") == ["tls-version-unsupported"]


def test_lookalike_another_alert() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("handshake").handshake(failure="alert", alert="internal_error")

    assert scene.codes("error") == ["tls-handshake-failed"]

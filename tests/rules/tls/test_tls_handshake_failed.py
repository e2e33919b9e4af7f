from __future__ import annotations

import pytest

from smtpdoctor.diagnosis.rules.tls.tls_handshake_failed import REASONS
from smtpdoctor.observations import HandshakeFailure

from ..scene import Scene

CODE = "tls-handshake-failed"


def test_positive_an_alert_is_shown_with_its_meaning() -> None:
    scene = Scene()
    main = scene.session().up_to("handshake")
    main.handshake(failure="alert", alert="unrecognized_name")

    found = scene.diagnosis(CODE)

    assert found.severity == "error"
    assert found.confidence == "likely"
    assert found.explains == (main.last.id,)
    assert any("no certificate for this host name" in item.text for item in found.evidence)


@pytest.mark.parametrize("failure", ["closed", "reset", "other"])
def test_positive_without_a_reason_it_is_only_possible(failure: HandshakeFailure) -> None:
    scene = Scene(port=465, tls="implicit")
    scene.session().handshake(failure=failure)

    assert scene.diagnosis(CODE).confidence == "possible"
    assert scene.codes("error") == [CODE]


def test_positive_the_port_that_worked_comes_first() -> None:
    scene = Scene()
    scene.session().up_to("handshake").handshake(failure="reset")
    scene.session("other-port").rest()

    assert scene.diagnosis(CODE).fixes[0].settings == {"SMTP_PORT": "465", "SMTP_SECURE": "true"}


@pytest.mark.parametrize("reason", REASONS)
def test_positive_what_openssl_names_is_said(reason: str) -> None:
    scene = Scene()
    scene.session().up_to("handshake").handshake(failure="other", reason=reason)

    found = scene.diagnosis(CODE)

    assert found.confidence == "certain"
    assert REASONS[reason][0] in found.explanation
    assert "does not say more" not in found.explanation
    assert found.fixes[0].title == REASONS[reason][1]


def test_lookalike_a_reason_that_nobody_knows_sends_elsewhere() -> None:
    scene = Scene()
    scene.session().up_to("handshake").handshake(failure="other", reason="SOMETHING_NEW")

    found = scene.diagnosis(CODE)

    assert found.confidence == "possible"
    assert "another network" in found.fixes[0].title


def test_negative_a_handshake_that_works() -> None:
    assert Scene.healthy(port=465, tls="implicit").codes() == []


def test_lookalike_the_handshake_is_good_and_the_certificate_bad() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("certificate").certificate(verify_code=20)

    assert scene.codes("error") == ["certificate-untrusted"]


def test_lookalike_a_plain_port_closes_on_tls() -> None:
    scene = Scene(tls="implicit")
    scene.session().handshake(failure="closed")
    scene.session("other-mode").rest()

    assert scene.codes("error") == ["implicit-tls-on-starttls-port"]

from __future__ import annotations

import pytest

from smtpdoctor.observations import CertificateInfo

from ..scene import Scene, certificate

CODE = "smtp-intercepted"
WAY = ("10.0.0.1", "198.51.100.1", "198.51.100.6")
HOTEL = certificate("relay.hotel.example", organisation="Hotel", issuer="Hotel Root CA")
AVAST = certificate(
    "smtp.ionos.com", organisation="AVAST Software", issuer="avast Web/Mail Shield Root"
)


def untrusted(scene: Scene, shown: CertificateInfo = HOTEL) -> None:
    scene.session().up_to("certificate").certificate(shown, verify_code=20)


def near(scene: Scene) -> None:
    scene.trace(443, *WAY, end="open")
    scene.trace(587, WAY[0], end="open")


def test_positive_the_mail_port_is_nearer_than_another() -> None:
    scene = Scene()
    near(scene)
    untrusted(scene)
    scene.session("other-port").rest()

    found = scene.diagnosis(CODE)

    assert (found.severity, found.confidence) == ("error", "likely")
    assert (
        found.title
        == "smtp.ionos.com:587 is answered at hop 2 by something near in the server's place"
    )
    assert found.fixes[0].settings == {"SMTP_PORT": "465", "SMTP_SECURE": "true"}
    assert found.consequences == ("certificate-untrusted",)
    assert found.explains == tuple(item.id for item in scene.observations().roots())
    assert any("right after hop 1 (10.0.0.1)" in item.text for item in found.evidence)
    assert scene.codes("error") == [CODE]


def test_positive_the_certificate_names_the_product() -> None:
    scene = Scene()
    scene.trace(443, *WAY, end="open")
    scene.trace(587, end="open")
    untrusted(scene, AVAST)

    found = scene.diagnosis(CODE)

    assert found.confidence == "certain"
    assert "is answered at hop 1 by Avast" in found.title
    assert found.consequences == ("tls-intercepted",)
    assert "Mail Shield" in found.fixes[0].steps[0]


def test_positive_of_an_issuer_only_the_known_words_are_told() -> None:
    scene = Scene()
    near(scene)
    untrusted(
        scene, certificate("smtp.ionos.com", organisation="Acme", issuer="ca.acme.goskope.com")
    )

    assert "acme" not in repr(scene.diagnosis(CODE)).lower()


def test_positive_near_and_without_starttls() -> None:
    scene = Scene()
    near(scene)
    session = scene.session().greeting("220 gw ESMTP").ehlo("SIZE 1000").starttls_not_offered()

    found = scene.diagnosis(CODE)

    assert found.explains == (session.last.id,)
    assert scene.codes("error") == [CODE]


def test_positive_another_known_operator_answers() -> None:
    scene = Scene()
    scene.session().greeting("220 smtp.gmail.com ESMTP - gsmtp").up_to("certificate").certificate(
        certificate("smtp.gmail.com"), verify_code=62
    )

    found = scene.diagnosis(CODE)

    assert found.confidence == "likely"
    assert "is answered by Gmail" in found.title
    assert found.consequences == ("certificate-name-mismatch",)


def test_positive_a_private_address_for_a_providers_host_excuses_nobody() -> None:
    scene = Scene()
    scene.addresses("10.0.0.5")
    scene.session().greeting("220 smtp.gmail.com ESMTP - gsmtp").up_to("certificate").certificate(
        certificate("smtp.gmail.com"), verify_code=62
    )

    found = scene.diagnosis(CODE)
    known = next(item for item in found.evidence if item.kind == "known")

    assert found.severity == "error"
    assert known.text.startswith("that is Gmail and Google Workspace, not IONOS")


def test_positive_far_away_it_may_be_a_load_balancer() -> None:
    scene = Scene()
    far = (*WAY, *(f"198.51.100.{number}" for number in range(10, 17)))
    scene.trace(443, *far, end="open")
    scene.trace(587, *far[:7], end="open")
    untrusted(scene)

    assert scene.diagnosis(CODE).confidence == "possible"


def test_positive_a_warning_where_the_application_does_not_verify() -> None:
    scene = Scene(verify=False)
    near(scene)
    untrusted(scene)

    assert scene.diagnosis(CODE).severity == "warning"


def test_negative_a_verified_certificate_clears_it() -> None:
    scene = Scene()
    near(scene)
    scene.session().rest()

    assert scene.codes() == []


def test_lookalike_all_ports_are_near() -> None:
    scene = Scene()
    scene.trace(443, WAY[0], end="open")
    scene.trace(587, WAY[0], end="open")
    untrusted(scene)

    assert scene.codes("error") == ["certificate-untrusted"]


def test_lookalike_a_way_one_hop_shorter() -> None:
    scene = Scene()
    scene.trace(443, *WAY, end="open")
    scene.trace(587, *WAY[:2], end="open")
    untrusted(scene)

    assert scene.codes("error") == ["certificate-untrusted"]


def test_lookalike_the_product_alone() -> None:
    scene = Scene()
    untrusted(scene, AVAST)

    assert scene.codes("error") == ["tls-intercepted"]


def test_lookalike_an_unknown_greeting_alone_is_nothing() -> None:
    scene = Scene()
    scene.session().greeting("220 mail.example.net ESMTP").up_to("certificate").certificate(
        certificate("mail.example.net"), verify_code=62
    )

    assert scene.codes("error") == ["certificate-name-mismatch"]


def test_lookalike_the_servers_own_certificate_has_expired() -> None:
    scene = Scene()
    near(scene)
    scene.session().up_to("certificate").certificate(
        certificate("smtp.ionos.com", not_after="2026-11-01T00:00:00Z"), verify_code=10
    )

    assert scene.codes("error") == ["certificate-expired"]


def test_lookalike_another_operators_host_is_configured_by_an_own_name() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("certificate").certificate(certificate("smtp.gmail.com"), verify_code=62)

    assert scene.codes("error") == ["certificate-name-mismatch"]


@pytest.mark.parametrize("host", ["10.0.0.5", "192.168.1.9"])
def test_lookalike_ports_of_a_private_host_lead_to_several_machines(host: str) -> None:
    scene = Scene(host=host)
    near(scene)
    untrusted(scene)

    assert CODE not in scene.codes()

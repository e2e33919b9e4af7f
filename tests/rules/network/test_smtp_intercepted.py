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


CPANEL = (
    "220-host1.hosting.example ESMTP Exim 4.93 #2 Fri, 27 Nov 2026 07:00:00 +0000\n"
    "220-We do not authorize the use of this system to transport unsolicited,\n"
    "220 and/or bulk e-mail."
)


@pytest.mark.parametrize("verify_code", [62, 18])
def test_positive_a_hosters_server_greets_at_a_providers_host(verify_code: int) -> None:
    scene = Scene(host="smtp.gmail.com")
    scene.session().greeting(CPANEL).up_to("certificate").certificate(
        certificate("host1.hosting.example"), verify_code=verify_code
    )

    found = scene.diagnosis(CODE)

    assert found.confidence == "likely"
    assert (
        found.title
        == "smtp.gmail.com:587 is answered by host1.hosting.example in the server's place"
    )
    assert found.fixes[0].title.startswith("ask your web hoster")
    assert any("220 host1.hosting.example ESMTP Exim" in item.text for item in found.evidence)
    assert all(not fix.settings for fix in found.fixes)


def test_positive_a_hosters_server_that_has_no_tls_at_all() -> None:
    scene = Scene(host="smtp.gmail.com")
    scene.session().greeting(CPANEL).ehlo(
        "SIZE 52428800", "AUTH PLAIN LOGIN"
    ).starttls_not_offered()

    assert scene.codes("error") == [CODE]
    assert scene.diagnosis(CODE).fixes[0].title.startswith("ask your web hoster")


def test_lookalike_no_tls_and_a_greeting_of_nobody_known() -> None:
    scene = Scene(host="smtp.gmail.com")
    scene.session().greeting("220 gateway.office.example ESMTP").ehlo(
        "SIZE 1"
    ).starttls_not_offered()

    assert scene.codes("error") == ["starttls-not-offered"]


def test_lookalike_a_hosters_server_under_its_own_name() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().greeting(CPANEL).up_to("certificate").certificate(
        certificate("host1.hosting.example"), verify_code=62
    )

    assert scene.codes("error") == ["certificate-name-mismatch"]


def test_lookalike_the_provider_itself_runs_exim() -> None:
    scene = Scene(host="smtp.ionos.com")
    scene.session().greeting("220 smtp.ionos.com ESMTP Exim 4.96").up_to("certificate").certificate(
        certificate("smtp.ionos.com", issuer="Some CA"), verify_code=20
    )

    assert CODE not in scene.codes("error")


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

from __future__ import annotations

from ..scene import Scene, authority, certificate

CODE = "tls-intercepted"
SHIELD = certificate(
    "smtp.ionos.com", organisation="AVAST Software", issuer="avast Web/Mail Shield Root"
)


def test_positive_an_antivirus_whose_authority_is_not_trusted() -> None:
    scene = Scene()
    main = scene.session().up_to("certificate").certificate(SHIELD, verify_code=20)

    found = scene.diagnosis(CODE)

    assert found.severity == "error"
    assert found.explains == (main.last.id,)
    assert "Avast" in found.title
    assert found.confidence == "likely"  # anybody can write that name
    assert found.fixes[0].title.startswith("exclude smtp.ionos.com from")
    steps = " ".join(step for fix in found.fixes for step in fix.steps)
    assert "NODE_EXTRA_CA_CERTS" not in steps
    assert "ca-certificates" not in steps
    assert "Probably so; the menu differs between versions." in found.fixes[0].steps
    assert "administrator's to do" not in steps
    assert scene.codes("error") == [CODE]


def test_positive_a_warning_where_its_authority_is_trusted() -> None:
    scene = Scene()
    scene.session().up_to("certificate").certificate(SHIELD, authority()).rest()

    found = scene.diagnosis(CODE)

    assert (found.severity, found.confidence) == ("warning", "certain")
    assert found.explains == ()
    assert any("NODE_EXTRA_CA_CERTS" in step for step in found.fixes[0].steps)
    assert scene.judge().verdict == "warnings"


def test_positive_of_a_customers_name_nothing_is_told() -> None:
    scene = Scene()
    scene.session().up_to("certificate").certificate(
        certificate("smtp.ionos.com", organisation="Acme Secret Ltd", issuer="ca.acme.goskope.com"),
        verify_code=20,
    )

    found = scene.diagnosis(CODE)

    assert "acme" not in repr(found).lower()
    assert "In a company network this is the administrator's to do." in found.fixes[0].steps


def test_positive_a_warning_where_the_application_does_not_verify() -> None:
    scene = Scene(verify=False)
    scene.session().up_to("certificate").certificate(SHIELD, verify_code=20)

    assert scene.diagnosis(CODE).severity == "warning"


def test_negative_a_public_authority() -> None:
    assert Scene.healthy().codes() == []


def test_lookalike_a_private_authority_of_no_known_product() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("certificate").certificate(
        certificate("mail.example.com", organisation="Example Works", issuer="Example Root CA"),
        verify_code=20,
    )

    assert scene.codes("error") == ["certificate-untrusted"]


def test_lookalike_a_name_that_is_only_a_hint() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("certificate").certificate(
        certificate("mail.example.com", organisation="mitmproxy", issuer="mitmproxy"),
        verify_code=20,
    )

    found = scene.diagnosis("certificate-untrusted")

    assert found.confidence == "likely"
    assert any("a guess" in item.text for item in found.evidence)

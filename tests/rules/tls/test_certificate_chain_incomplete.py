from __future__ import annotations

from ..scene import Scene, authority, certificate

CODE = "certificate-chain-incomplete"
LEAF = certificate("mail.example.com")


def test_positive_the_leaf_alone_of_a_known_authority() -> None:
    scene = Scene(host="mail.example.com")
    main = (
        scene.session()
        .up_to("certificate")
        .certificate(LEAF, verify_code=20, issuer_organisation_trusted=True)
    )

    found = scene.diagnosis(CODE)

    assert found.severity == "error"
    assert found.confidence == "certain"
    assert found.explains == (main.last.id,)
    assert any("fullchain.pem" in step for step in found.fixes[0].steps)
    assert scene.codes("error") == [CODE]


def test_positive_a_warning_where_the_application_does_not_verify() -> None:
    scene = Scene(host="mail.example.com", verify=False)
    scene.session().up_to("certificate").certificate(
        LEAF, verify_code=21, issuer_organisation_trusted=True
    )

    assert scene.diagnosis(CODE).severity == "warning"


def test_negative_a_whole_chain() -> None:
    assert Scene.healthy(host="mail.example.com").codes() == []


def test_lookalike_the_leaf_alone_of_an_unknown_authority() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("certificate").certificate(LEAF, verify_code=20)

    assert scene.codes("error") == ["certificate-untrusted"]


def test_lookalike_a_chain_that_the_store_is_too_old_for() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("certificate").certificate(
        LEAF, authority(), verify_code=20, issuer_organisation_trusted=True
    )

    found = scene.diagnosis("certificate-untrusted")

    assert any("probably older" in item.text for item in found.evidence)


def test_lookalike_a_self_signed_leaf_is_alone_too() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("certificate").certificate(
        certificate("mail.example.com", self_issued=True), verify_code=18
    )

    assert scene.codes("error") == ["certificate-self-signed"]

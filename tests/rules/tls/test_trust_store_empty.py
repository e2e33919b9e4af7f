from __future__ import annotations

import pytest

from ..scene import Scene, certificate

CODE = "trust-store-empty"


@pytest.mark.parametrize("verify_code", [2, 18, 19, 20, 21])
def test_positive_no_certificate_can_be_trusted(verify_code: int) -> None:
    scene = Scene(trust_store=0, container="container 3f2a")
    main = scene.session().up_to("certificate").certificate(verify_code=verify_code)

    found = scene.diagnosis(CODE)

    assert found.severity == "error"
    assert found.explains == (main.last.id,)
    assert any("ca-certificates" in step for step in found.fixes[0].steps)
    assert scene.codes("error") == [CODE]


def test_positive_a_warning_where_the_application_does_not_verify() -> None:
    scene = Scene(trust_store=0, verify=False)
    scene.session().up_to("certificate").certificate(verify_code=20)

    assert scene.diagnosis(CODE).severity == "warning"


def test_positive_before_a_known_interceptor() -> None:
    scene = Scene(trust_store=0)
    scene.session().up_to("certificate").certificate(
        certificate("smtp.ionos.com", issuer="avast! Web/Mail Shield Root"), verify_code=20
    )

    assert scene.codes("error") == [CODE]


def test_negative_a_store_with_authorities() -> None:
    assert Scene.healthy().codes() == []


def test_negative_the_store_was_not_looked_at() -> None:
    scene = Scene(trust_store=None)
    scene.session().up_to("certificate").certificate(verify_code=20)

    assert CODE not in scene.codes()


def test_lookalike_one_authority_is_missing_of_many() -> None:
    scene = Scene(host="mail.example.com", trust_store=142)
    scene.session().up_to("certificate").certificate(verify_code=20)

    assert scene.codes("error") == ["certificate-untrusted"]


def test_lookalike_another_name_is_no_matter_of_trust() -> None:
    scene = Scene(host="mail.example.com", trust_store=0)
    scene.session().up_to("certificate").certificate(
        certificate("other.example.net"), verify_code=62
    )

    assert scene.codes("error") == ["certificate-name-mismatch"]

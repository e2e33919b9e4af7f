from __future__ import annotations

import pytest
from msgspec.structs import replace

from ..scene import Scene, authority, certificate

CODE = "certificate-expired"
EXPIRED = certificate("mail.example.com", not_after="2026-11-19T07:00:00Z")


def test_positive_the_leaf_ended_three_days_ago() -> None:
    scene = Scene(host="mail.example.com")
    main = (
        scene.session()
        .up_to("certificate")
        .certificate(EXPIRED, authority(), verify_code=10, verify_message="certificate has expired")
    )

    found = scene.diagnosis(CODE)

    assert found.severity == "error"
    assert found.confidence == "likely"
    assert found.explains == (main.last.id,)
    assert "2026-11-19" in found.title
    assert any("3 days later" in item.text for item in found.evidence)
    assert scene.codes("error") == [CODE]


def test_positive_certain_where_the_servers_date_agrees() -> None:
    scene = Scene(host="mail.example.com")
    main = scene.session().greeting("220 mail ESMTP Exim 4.96 Sun, 22 Nov 2026 07:00:01 +0000")
    main.up_to("certificate").certificate(EXPIRED, authority(), verify_code=10)

    assert scene.diagnosis(CODE).confidence == "certain"


def test_positive_an_expired_authority_in_the_store() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("certificate").certificate(verify_code=10)

    found = scene.diagnosis(CODE)

    assert "trust store" in found.fixes[0].title


def test_positive_a_warning_where_the_application_does_not_verify() -> None:
    scene = Scene(host="mail.example.com", verify=False)
    scene.session().up_to("certificate").certificate(EXPIRED, verify_code=10)

    assert scene.diagnosis(CODE).severity == "warning"


def test_positive_another_port_with_a_good_certificate_comes_first() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("certificate").certificate(EXPIRED, verify_code=10)
    scene.session("other-port").rest()

    assert scene.diagnosis(CODE).fixes[0].settings == {"SMTP_PORT": "465", "SMTP_SECURE": "true"}


def test_negative_a_valid_certificate() -> None:
    assert Scene.healthy().codes() == []


def test_lookalike_two_hosts_expired_by_this_clock() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("certificate").certificate(EXPIRED, verify_code=10)
    other = certificate("smtp.example.net", not_after="2026-11-01T00:00:00Z", sha256="aa" * 32)
    scene.session("other-host", host="smtp.example.net").up_to("certificate").certificate(
        other, verify_code=10
    )

    assert scene.codes("error") == ["clock-wrong"]


def test_lookalike_still_good_for_some_days() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("certificate").certificate(
        certificate("mail.example.com", not_after="2026-11-25T07:00:00Z")
    ).rest()

    assert scene.codes() == ["certificate-expires-soon"]


OLD = replace(authority(), not_after="2026-11-19T07:00:00Z")


@pytest.mark.parametrize(
    ("client", "severity"), [("msmtp", "error"), (None, None), ("smtplib", None)]
)
def test_positive_an_expired_certificate_beside_a_good_chain(
    client: str | None, severity: str | None
) -> None:
    scene = Scene(host="mail.example.com", client=client)
    leaf = certificate("mail.example.com")
    scene.session().up_to("certificate").certificate(leaf, OLD, authority()).rest()

    found = [item for item in scene.judge().diagnoses if item.code == CODE]

    assert [item.severity for item in found] == ([severity] if severity else [])


def test_lookalike_a_good_chain_alone() -> None:
    scene = Scene(host="mail.example.com", client="msmtp")
    leaf = certificate("mail.example.com")
    scene.session().up_to("certificate").certificate(leaf, authority()).rest()
    assert scene.codes() == []


def test_positive_an_intermediate_ended_and_the_leaf_did_not() -> None:
    scene = Scene(host="mail.example.com")
    old = replace(authority(), not_after="2026-11-19T07:00:00Z")
    old = replace(old, issuer={"CN": "Example Root"})
    scene.session().up_to("certificate").certificate(
        certificate("mail.example.com"), old, verify_code=10
    )

    fix = scene.diagnosis(CODE).fixes[0]
    assert fix.title == "ask the server's owner to replace the expired certificate in its chain"


def test_positive_the_authority_itself_ended() -> None:
    scene = Scene(host="mail.example.com")
    old = replace(authority(), not_after="2026-11-19T07:00:00Z")
    old = replace(old, issuer=old.subject)
    scene.session().up_to("certificate").certificate(
        certificate("mail.example.com"), old, verify_code=10
    )

    assert "authority that has not ended" in scene.diagnosis(CODE).fixes[0].title


def test_lookalike_the_leaf_ended_too() -> None:
    scene = Scene(host="mail.example.com")
    old = replace(authority(), not_after="2026-11-19T07:00:00Z")
    scene.session().up_to("certificate").certificate(EXPIRED, old, verify_code=10)

    assert scene.diagnosis(CODE).fixes[0].title == "ask the server's owner to renew its certificate"

from __future__ import annotations

import msgspec
import pytest

from ..scene import Scene, authority, certificate

CODE = "certificate-untrusted"


@pytest.mark.parametrize("verify_code", [2, 19, 20, 21])
def test_positive_a_private_authority(verify_code: int) -> None:
    scene = Scene(host="mail.example.com")
    main = (
        scene.session()
        .up_to("certificate")
        .certificate(
            certificate("mail.example.com", organisation="Example Works", issuer="Works CA"),
            authority("Works CA", "Example Works", "Works Root"),
            verify_code=verify_code,
        )
    )

    found = scene.diagnosis(CODE)

    assert found.severity == "error"
    assert found.explains == (main.last.id,)
    assert "Works Root" in found.explanation
    assert any("NODE_EXTRA_CA_CERTS" in step for step in found.fixes[0].steps)
    assert scene.codes("error") == [CODE]


def test_positive_a_leaf_alone_may_lack_its_link() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("certificate").certificate(
        certificate("mail.example.com", organisation="Unknown", issuer="Unknown R3"), verify_code=20
    )

    found = scene.diagnosis(CODE)

    assert found.confidence == "likely"
    assert any("link to it is what is missing" in item.text for item in found.evidence)


def test_positive_a_known_providers_server_needs_no_authority_of_ones_own() -> None:
    scene = Scene(host="smtp.ionos.com")
    scene.session().up_to("certificate").certificate(
        certificate("smtp.ionos.com", organisation="Example Works", issuer="Works CA"),
        verify_code=20,
    )

    assert scene.diagnosis(CODE).fixes[0].title.startswith("find out who answers")


def test_positive_a_rarer_verdict_is_told_in_its_own_words() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("certificate").certificate(
        verify_code=66, verify_message="EE certificate key too weak"
    )

    found = scene.diagnosis(CODE)

    assert found.confidence == "likely"
    assert any("EE certificate key too weak" in item.text for item in found.evidence)


def test_positive_a_warning_where_the_application_does_not_verify() -> None:
    scene = Scene(host="mail.example.com", verify=False)
    scene.session().up_to("certificate").certificate(verify_code=20)

    assert scene.diagnosis(CODE).severity == "warning"


def test_positive_a_chain_that_could_not_be_read() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("certificate").unreadable_certificate(verify_code=20)

    assert scene.codes("error") == [CODE]


def test_negative_a_trusted_chain() -> None:
    assert Scene.healthy().codes() == []


def test_negative_only_a_probe_was_refused() -> None:
    scene = Scene()
    scene.session().rest()
    scene.session("other-port").up_to("certificate").certificate(verify_code=20)

    assert scene.codes() == []


def test_lookalike_the_intermediate_is_missing() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("certificate").certificate(
        certificate("mail.example.com"), verify_code=20, issuer_organisation_trusted=True
    )

    assert scene.codes("error") == ["certificate-chain-incomplete"]


def test_lookalike_no_authorities_at_all() -> None:
    scene = Scene(host="mail.example.com", trust_store=0)
    scene.session().up_to("certificate").certificate(verify_code=20)

    assert scene.codes("error") == ["trust-store-empty"]


def test_the_store_that_judged_is_named() -> None:
    scene = Scene(host="mail.example.com", trust_store_path="/etc/pki/tls/certs/ca-bundle.crt")
    scene.session().up_to("certificate").certificate(verify_code=20)

    assert "trusted here: the CA certificates of /etc/pki/tls/certs/ca-bundle.crt" in [
        item.text for item in scene.diagnosis(CODE).evidence
    ]


def test_no_store_is_named_where_none_is_at_fault() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("certificate").certificate(verify_code=10)

    found = scene.diagnosis("certificate-expired")
    assert not any("trusted here" in item.text for item in found.evidence)


@pytest.mark.parametrize(
    ("client", "severity"), [("msmtp", "warning"), ("smtplib", "error"), (None, "error")]
)
def test_a_certificate_for_another_purpose(client: str | None, severity: str) -> None:
    """OpenSSL's 26: made for clients or for mail. GnuTLS looks at no purpose, so msmtp sends."""
    scene = Scene(client=client)
    scene.session().up_to("handshake").certificate(verify_code=26, verify_message="unsupported")
    found = scene.diagnosis(CODE)
    assert found.severity == severity
    assert ("made for" in found.explanation) is (severity == "warning")


@pytest.mark.parametrize(
    ("client", "own"),
    [
        ("nodemailer", "NODE_EXTRA_CA_CERTS=private-ca.crt"),
        ("smtplib", "load_verify_locations('private-ca.crt')"),
        ("javamail", "keytool -importcert -cacerts"),
        ("go-net-smtp", ""),
    ],
)
def test_positive_trust_in_the_way_of_the_users_client(client: str, own: str) -> None:
    scene = Scene(host="mail.example.com", client=client)
    scene.session().up_to("certificate").certificate(
        certificate("mail.example.com", organisation="Example Works", issuer="Works CA"),
        authority("Works CA", "Example Works", "Works Root"),
        verify_code=19,
    )
    steps = " ".join(scene.diagnosis(CODE).fixes[0].steps)
    others = {"NODE_EXTRA_CA_CERTS", "load_verify_locations", "keytool"}
    assert own in steps
    assert [each for each in sorted(others) if each in steps and each not in own] == []
    assert "update-ca-certificates" in steps


@pytest.mark.parametrize(
    ("client", "cipher", "signs", "fails"),
    [
        ("javamail", "TLS_AES_256_GCM_SHA384", False, True),
        ("msmtp", "ECDHE-RSA-AES128-GCM-SHA256", False, True),
        ("smtplib", "TLS_AES_256_GCM_SHA384", False, False),
        # nothing is signed
        ("javamail", "AES128-GCM-SHA256", False, False),
        ("javamail", "TLS_AES_256_GCM_SHA384", True, False),
    ],
)
def test_a_key_that_may_not_sign(client: str, cipher: str, signs: bool, fails: bool) -> None:
    scene = Scene(client=client)
    leaf = msgspec.structs.replace(certificate(scene.settings.host or ""), signs=signs)
    scene.session().up_to("handshake").handshake(cipher=cipher).certificate(leaf).rest()
    assert scene.codes("error") == ([CODE] if fails else [])

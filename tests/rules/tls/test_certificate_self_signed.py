from __future__ import annotations

from ..scene import Scene, certificate

CODE = "certificate-self-signed"


def test_positive_a_leaf_that_signed_itself() -> None:
    scene = Scene(host="mail.example.com")
    main = (
        scene.session()
        .up_to("certificate")
        .certificate(
            certificate("mail.example.com", self_issued=True),
            verify_code=18,
            verify_message="self-signed certificate",
        )
    )

    found = scene.diagnosis(CODE)

    assert found.severity == "error"
    assert found.explains == (main.last.id,)
    assert found.fixes[0].settings == {}
    assert "rejectUnauthorized" not in repr(found.fixes)
    assert scene.codes("error") == [CODE]


def test_positive_a_further_fault_is_told() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("certificate").certificate(
        certificate("localhost", self_issued=True, not_after="2026-01-01T00:00:00Z"), verify_code=18
    )

    texts = [item.text for item in scene.diagnosis(CODE).evidence]

    assert "it is not for mail.example.com either" in texts
    assert "it has expired too, on 2026-01-01" in texts


def test_positive_a_warning_where_the_application_does_not_verify() -> None:
    scene = Scene(host="mail.example.com", verify=False)
    main = scene.session().up_to("certificate")
    main.certificate(certificate("mail.example.com", self_issued=True), verify_code=18)
    main.ehlo().no_login("verification-disabled").quit()

    assert scene.diagnosis(CODE).severity == "warning"
    assert scene.judge().unexplained == ()


def test_positive_for_a_known_provider_something_answers_in_its_place() -> None:
    scene = Scene(host="smtp.ionos.com")
    scene.session().up_to("certificate").certificate(
        certificate("smtp.ionos.com", self_issued=True), verify_code=18
    )

    assert scene.diagnosis(CODE).fixes[0].title.startswith("find out who answers")


def test_negative_a_certificate_of_an_authority() -> None:
    assert Scene.healthy().codes() == []


def test_lookalike_a_private_root_above_the_leaf() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("certificate").certificate(verify_code=19)

    assert scene.codes("error") == ["certificate-untrusted"]


def test_lookalike_an_interceptors_own_root() -> None:
    scene = Scene()
    scene.session().up_to("certificate").certificate(
        certificate(
            "smtp.ionos.com",
            subject={"CN": "Kaspersky Anti-Virus Personal Root Certificate"},
            self_issued=True,
        ),
        verify_code=18,
    )

    assert scene.codes("error") == ["tls-intercepted"]


def test_positive_on_this_machine_nobody_is_sent_to_an_authority() -> None:
    """No authority issues certificates for such names; mail without a login needs no TLS here."""
    scene = Scene(host="127.0.0.1", port=25, username=None)
    scene.session().up_to("certificate").certificate(
        certificate("web01.internal", self_issued=True), verify_code=18
    )

    fixes = scene.diagnosis(CODE).fixes

    assert fixes[0].settings["SMTP_TLS"] == "none"
    assert "Let's Encrypt" not in " ".join(step for fix in fixes for step in fix.steps)


def test_positive_for_an_address_nobody_is_sent_to_an_authority() -> None:
    scene = Scene(host="203.0.113.7")
    scene.session().up_to("certificate").certificate(
        certificate("203.0.113.7", self_issued=True), verify_code=18
    )
    fixes = scene.diagnosis(CODE).fixes
    assert "Let's Encrypt" not in " ".join(step for fix in fixes for step in fix.steps)


def test_lookalike_with_a_login_tls_stays() -> None:
    scene = Scene(host="127.0.0.1", port=25)
    scene.session().up_to("certificate").certificate(
        certificate("web01.internal", self_issued=True), verify_code=18
    )

    assert all("SMTP_TLS" not in fix.settings for fix in scene.diagnosis(CODE).fixes)


def test_positive_trust_alone_does_not_make_up_for_another_name() -> None:
    scene = Scene(host="localhost", port=1025)
    scene.session().up_to("certificate").certificate(
        certificate("web01.internal", self_issued=True), verify_code=18
    )

    fix = scene.diagnosis(CODE).fixes[-1]

    assert "and call the server by its name" in fix.title
    assert "use web01.internal as the host" in fix.steps[0]


def test_lookalike_a_bridge_whose_certificate_names_the_address() -> None:
    scene = Scene(host="127.0.0.1", port=1025)
    scene.session().up_to("certificate").certificate(
        certificate("127.0.0.1", self_issued=True), verify_code=18
    )

    fix = scene.diagnosis(CODE).fixes[-1]

    assert fix.title == "let the application trust this one certificate"
    assert "Let's Encrypt" not in repr(scene.diagnosis(CODE).fixes)

from __future__ import annotations

from ..scene import Scene

CODE = "tls-required"


def test_positive_the_login_exists_only_inside_tls() -> None:
    scene = Scene(tls="none")
    main = scene.session().greeting().ehlo("STARTTLS", "SIZE 1000").no_login("not-offered")
    scene.session("other-mode", tls="starttls").rest()

    found = scene.diagnosis(CODE)

    assert found.severity == "error"
    assert found.explains == (main.last.id,)
    assert found.fixes[0].settings == {"SMTP_TLS": "starttls"}
    assert scene.codes("error") == [CODE]


def test_positive_mail_is_refused_for_want_of_tls() -> None:
    scene = Scene(tls="none", username=None)
    main = scene.session().up_to("mail").mail("530 5.7.0 Must issue a STARTTLS command first")

    found = scene.diagnosis(CODE)

    assert found.explains == (main.last.id,)
    assert any("Must issue a STARTTLS" in item.text for item in found.evidence)
    assert scene.codes("error") == [CODE]


def test_positive_encryption_required_by_its_own_code() -> None:
    scene = Scene(tls="none", username=None)
    scene.session().up_to("mail").mail("538 5.7.11 not this way")

    assert scene.codes("error") == [CODE]


def test_negative_a_server_that_needs_no_tls() -> None:
    scene = Scene(tls="none", username=None, host="127.0.0.1", port=1025)
    scene.session().rest()

    assert scene.codes("error") == []


def test_lookalike_a_login_is_demanded_not_tls() -> None:
    scene = Scene(tls="none", username=None)
    scene.session().up_to("mail").mail("530 5.7.1 Authentication required")

    assert CODE not in scene.codes()


def test_lookalike_no_login_and_no_tls_either() -> None:
    scene = Scene(tls="none")
    scene.session().greeting().ehlo("SIZE 1000").no_login("not-offered")

    assert CODE not in scene.codes()


def test_lookalike_the_login_is_offered_without_tls() -> None:
    scene = Scene(tls="none")
    scene.session().greeting().ehlo("STARTTLS", "AUTH PLAIN").no_login("no-tls", "PLAIN").quit()

    assert scene.codes() == ["password-in-clear"]

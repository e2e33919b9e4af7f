from __future__ import annotations

from ..scene import Scene, certificate

CODE = "certificate-not-yet-valid"
EARLY = certificate("mail.example.com", not_before="2026-12-01T07:00:00Z")


def test_positive_the_leaf_begins_in_nine_days() -> None:
    scene = Scene(host="mail.example.com")
    main = scene.session().up_to("certificate").certificate(EARLY, verify_code=9)

    found = scene.diagnosis(CODE)

    assert found.severity == "error"
    assert found.confidence == "possible"
    assert found.explains == (main.last.id,)
    assert any("9 days earlier" in item.text for item in found.evidence)
    assert scene.codes("error") == [CODE]


def test_positive_certain_where_the_servers_date_agrees() -> None:
    scene = Scene(host="mail.example.com")
    main = scene.session().greeting("220 mail ESMTP Sendmail; Sun, 22 Nov 2026 07:00:00 GMT")
    main.up_to("certificate").certificate(EARLY, verify_code=9)

    assert scene.diagnosis(CODE).confidence == "certain"


def test_positive_a_warning_where_the_application_does_not_verify() -> None:
    scene = Scene(host="mail.example.com", verify=False)
    scene.session().up_to("certificate").certificate(EARLY, verify_code=9)

    assert scene.diagnosis(CODE).severity == "warning"


def test_negative_a_valid_certificate() -> None:
    assert Scene.healthy().codes() == []


def test_lookalike_the_clock_stands_before_the_release() -> None:
    scene = Scene(host="mail.example.com", clock="2020-01-01T00:00:10Z", released="2026-10-01")
    scene.session().up_to("certificate").certificate(verify_code=9)

    assert scene.codes("error") == ["clock-wrong"]


def test_lookalike_the_greeting_is_dated_later() -> None:
    scene = Scene(host="mail.example.com")
    main = scene.session().greeting("220 mail ESMTP Sendmail; Wed, 2 Dec 2026 07:00:00 GMT")
    main.up_to("certificate").certificate(EARLY, verify_code=9)

    assert scene.codes("error") == ["clock-wrong"]

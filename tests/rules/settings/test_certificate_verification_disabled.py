"""certificate-verification-disabled: the settings switch verification off."""

from __future__ import annotations

import pytest

from ..scene import Scene
from .env import env

CODE = "certificate-verification-disabled"


def unverified(text: str) -> Scene:
    scene = Scene.of(text)
    scene.session().up_to("auth").no_login("verification-disabled").quit()
    return scene


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("SMTP_TLS_REJECT_UNAUTHORIZED", "false"),
        ("SMTP_TLS_REJECT_UNAUTHORIZED", "0"),
        ("NODE_TLS_REJECT_UNAUTHORIZED", "0"),
    ],
)
def test_positive_the_variable_is_named_and_taken_out(name: str, text: str) -> None:
    scene = unverified(env(**{name: text}))
    diagnosis = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert scene.judge().verdict == "inconclusive"  # the login was kept back
    assert (diagnosis.severity, diagnosis.confidence) == ("warning", "certain")
    assert diagnosis.title.startswith(name)
    assert diagnosis.points_at == ("verify",)
    assert diagnosis.explains == ()
    assert diagnosis.fixes[0].settings == {name: None}
    assert diagnosis.fixes[0].tried


def test_positive_beside_a_bad_certificate_that_comes_first() -> None:
    scene = Scene.of(env(SMTP_TLS_REJECT_UNAUTHORIZED="0"))
    session = scene.session().up_to("certificate")
    session.certificate(verify_code=10, verify_message="certificate has expired")
    session.ehlo().no_login("verification-disabled").quit()
    assert scene.codes("error") == []
    assert set(scene.codes("warning")) == {CODE, "certificate-expired"}
    first = scene.diagnosis(CODE).fixes[0]
    assert first.settings == {}
    assert "take SMTP_TLS_REJECT_UNAUTHORIZED (.env:7) out" in first.steps[1]


def test_positive_no_certificate_was_seen() -> None:
    scene = Scene.of(env(SMTP_TLS_REJECT_UNAUTHORIZED="0"))
    scene.connect("silent")
    first = scene.diagnosis(CODE).fixes[0]
    assert first.settings == {}
    assert "`smtpdoctor check` says whether its certificate is good" in first.steps[0]
    assert "take SMTP_TLS_REJECT_UNAUTHORIZED (.env:7) out" in first.steps[1]


def test_positive_an_option_of_the_url() -> None:
    text = "SMTP_URL=smtps://smtp.ionos.com/?tls.rejectUnauthorized=false\n"
    first = Scene.of(text).run_through().diagnosis(CODE).fixes[0]
    assert first.settings == {}
    assert "SMTP_URL (.env:1)" in first.steps[0]


def test_negative_switched_on() -> None:
    assert Scene.of(env(SMTP_TLS_REJECT_UNAUTHORIZED="true")).run_through().codes() == []


def test_negative_node_knows_0_alone() -> None:
    assert Scene.of(env(NODE_TLS_REJECT_UNAUTHORIZED="false")).run_through().codes() == []


def test_lookalike_a_bad_certificate_with_verification() -> None:
    scene = Scene.of(env())
    session = scene.session().up_to("certificate")
    session.certificate(verify_code=10, verify_message="certificate has expired").quit()
    assert scene.codes() == ["certificate-expired"]


def test_lookalike_a_value_that_is_neither() -> None:
    scene = Scene.of(env(SMTP_TLS_REJECT_UNAUTHORIZED="perhaps")).run_through()
    assert scene.codes() == ["setting-invalid"]


def test_lookalike_a_library_that_verifies_nothing_by_itself_is_a_note() -> None:
    code = "import smtplib\nwith smtplib.SMTP('smtp.ionos.com', 587) as s:\n    s.starttls()\n"
    code += "    s.login('info@example.com', 'canary-word')\n"
    scene = Scene.of_folder({"send.py": code})
    scene.session().rest()
    diagnosis = scene.diagnosis(CODE)
    assert diagnosis.severity == "note"
    assert diagnosis.title == (
        "smtplib doesn't check certificates by default; this server's is good"
    )
    assert "is good" not in Scene.of_folder({"send.py": code}).diagnosis(CODE).title

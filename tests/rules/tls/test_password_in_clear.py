from __future__ import annotations

import pytest

from ..scene import Scene

CODE = "password-in-clear"


def in_clear(*offers: str, host: str = "mail.example.com", port: int = 587) -> Scene:
    scene = Scene(tls="none", host=host, port=port)
    scene.session().greeting().ehlo(*offers).no_login("no-tls", "PLAIN").quit()
    return scene


def test_positive_a_warning_on_the_internet() -> None:
    scene = in_clear("STARTTLS", "AUTH PLAIN LOGIN")

    found = scene.diagnosis(CODE)

    assert found.severity == "warning"
    assert found.fixes[0].settings == {"SMTP_TLS": "starttls"}
    assert any("AUTH PLAIN LOGIN" in item.text for item in found.evidence)
    assert scene.judge().verdict == "inconclusive"  # the login was kept back


@pytest.mark.parametrize(
    ("host", "severity"), [("127.0.0.1", "note"), ("10.0.0.5", "warning"), ("mail.lan", "warning")]
)
def test_positive_a_note_on_this_machine_alone(host: str, severity: str) -> None:
    scene = Scene(tls="none", host=host, port=25)
    if host == "mail.lan":
        scene.addresses("10.0.0.5")
    scene.session().greeting().ehlo("AUTH PLAIN").no_login("no-tls", "PLAIN").quit()

    assert scene.diagnosis(CODE).severity == severity
    assert scene.judge().verdict == "inconclusive"


def test_positive_without_starttls_no_setting_helps() -> None:
    assert in_clear("AUTH PLAIN").diagnosis(CODE).fixes[0].settings == {}


def test_negative_inside_tls() -> None:
    assert Scene.healthy().codes() == []


def test_negative_no_login_configured() -> None:
    scene = Scene(tls="none", username=None, host="10.0.0.5")
    scene.session().up_to("ehlo").ehlo("AUTH PLAIN").rest()

    assert scene.codes() == ["credentials-missing"]
    assert scene.judge().verdict == "healthy"


def test_lookalike_the_settings_wanted_tls() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().greeting().ehlo("AUTH PLAIN").starttls_not_offered()

    assert scene.codes() == ["starttls-not-offered"]


def test_lookalike_no_login_without_tls() -> None:
    scene = Scene(tls="none")
    scene.session().greeting().ehlo("STARTTLS").no_login("not-offered")

    assert scene.codes() == ["tls-required"]

from __future__ import annotations

import pytest

from ..scene import Scene

CODE = "starttls-not-offered"


def test_positive_an_error_where_a_password_would_go_out() -> None:
    scene = Scene(host="mail.example.com")
    main = scene.session().greeting().ehlo("SIZE 10240000", "AUTH LOGIN").starttls_not_offered()
    scene.session("other-port").rest()

    found = scene.diagnosis(CODE)

    assert found.severity == "error"
    assert found.explains == (main.last.id,)
    assert found.fixes[0].settings == {"SMTP_PORT": "465", "SMTP_SECURE": "true"}
    assert found.fixes[-1].settings == {}
    assert any("SIZE, AUTH" in item.text for item in found.evidence)


def test_positive_an_error_where_tls_is_required() -> None:
    scene = Scene(host="mail.example.com", required=True, username=None)
    scene.session().greeting().ehlo("SIZE 10240000").starttls_not_offered()

    assert scene.codes("error") == [CODE]


def test_positive_a_warning_where_it_is_opportunistic() -> None:
    scene = Scene(host="mail.example.com", username=None)
    scene.session().greeting().ehlo("SIZE 10240000").starttls_not_offered().no_login(
        "no-credentials"
    ).mail().rcpt().rset().quit()

    assert scene.diagnosis(CODE).severity == "warning"
    assert scene.judge().verdict == "warnings"


def test_positive_a_note_on_loopback() -> None:
    scene = Scene(host="127.0.0.1", port=1025, username=None)
    scene.session().greeting().ehlo("SIZE 10240000").starttls_not_offered().no_login(
        "no-credentials"
    ).mail().rcpt().rset().quit()

    assert scene.diagnosis(CODE).severity == "note"
    assert scene.judge().verdict == "healthy"


def test_positive_a_private_address_that_the_network_gives_excuses_nobody() -> None:
    scene = Scene(host="mail.example.com", username=None)
    scene.lookup("10.0.0.9")
    scene.session().greeting().ehlo("SIZE 10240000").starttls_not_offered().no_login(
        "no-credentials"
    ).mail().rcpt().rset().quit()

    assert scene.diagnosis(CODE).severity == "warning"
    assert scene.judge().verdict == "warnings"


def test_positive_with_a_login_on_loopback_the_fix_is_no_tls() -> None:
    scene = Scene(host="127.0.0.1", port=1025)
    scene.session().greeting().ehlo("AUTH PLAIN").starttls_not_offered()

    assert scene.diagnosis(CODE).fixes[0].settings == {
        "SMTP_SECURE": "false",
        "SMTP_TLS": "none",
    }


def test_positive_what_the_provider_publishes_is_told() -> None:
    scene = Scene(host="smtp.ionos.com")
    scene.session().greeting().ehlo("AUTH PLAIN").starttls_not_offered()

    assert any("publishes STARTTLS" in item.text for item in scene.diagnosis(CODE).evidence)


def test_negative_it_is_offered() -> None:
    assert Scene.healthy().codes() == []


def test_lookalike_a_masked_capability() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().greeting().ehlo("XXXXXXXA", "AUTH LOGIN").starttls_not_offered()

    assert scene.codes("error") == ["starttls-stripped"]


def test_lookalike_offered_and_refused() -> None:
    scene = Scene()
    scene.session().up_to("starttls").starttls("454 4.7.0 TLS not available")

    assert scene.codes("error") == ["starttls-refused"]


def test_lookalike_no_tls_wanted() -> None:
    scene = Scene(host="127.0.0.1", port=1025, tls="none", username=None)
    scene.session().greeting().ehlo("SIZE 10240000").rest()

    assert scene.codes() == ["credentials-missing"]
    assert scene.judge().verdict == "healthy"


def test_positive_without_any_login_on_loopback_the_login_goes_too() -> None:
    scene = Scene(host="127.0.0.1", port=1025)
    scene.session().greeting().ehlo("SIZE 10240000").starttls_not_offered()

    fix = scene.diagnosis(CODE).fixes[0]

    assert fix.title == "use no TLS and no login on port 1025: this server has neither"
    assert fix.settings["SMTP_USER"] is None
    assert fix.settings["SMTP_PASS"] is None


def test_lookalike_a_login_in_clear_on_loopback_stays() -> None:
    scene = Scene(host="127.0.0.1", port=1025)
    scene.session().greeting().ehlo("SIZE 10240000", "AUTH PLAIN").starttls_not_offered()

    assert "SMTP_USER" not in scene.diagnosis(CODE).fixes[0].settings


@pytest.mark.parametrize(("auth", "first"), [("NTLM", "use a port"), ("LOGIN", "use no TLS on")])
def test_lookalike_without_tls_there_is_a_login_for_a_password_or_none(
    auth: str, first: str
) -> None:
    scene = Scene(host="10.0.0.5", port=25)
    scene.session().greeting().ehlo("SIZE 10240000", f"AUTH {auth}").starttls_not_offered()
    assert scene.diagnosis(CODE).fixes[0].title.startswith(first)

from __future__ import annotations

import pytest

from smtpdoctor.observations import ExchangeOutcome

from ..scene import Scene

CODE = "auth-impossible-in-clear"


def in_clear(*offers: str, **settings: object) -> Scene:
    scene = Scene(**({"tls": "none", "host": "mail.example.com"} | settings))  # type: ignore[arg-type]
    auth = next((offer.split()[1:] for offer in offers if offer.startswith("AUTH ")), [])
    scene.session().greeting().ehlo(*offers).no_login("no-tls", *auth).quit()
    return scene


@pytest.mark.parametrize("mechanisms", ["NTLM", "GSSAPI NTLM", "XOAUTH2"])
def test_positive_no_mechanism_for_a_password(mechanisms: str) -> None:
    scene = in_clear("STARTTLS", f"AUTH {mechanisms}")

    found = scene.diagnosis(CODE)

    assert scene.codes() == [CODE]
    assert scene.judge().verdict == "broken"
    assert (found.severity, found.confidence) == ("error", "certain")
    assert mechanisms.split(maxsplit=1)[0] in found.title
    assert found.points_at == ("tls",)
    assert found.fixes[0].settings == {"SMTP_TLS": "starttls"}


def test_positive_a_token_and_a_server_for_passwords() -> None:
    scene = in_clear("AUTH PLAIN LOGIN", token=True, password=False)

    assert "token" in scene.diagnosis(CODE).title


def test_positive_without_starttls_another_port_is_needed() -> None:
    found = in_clear("AUTH NTLM").diagnosis(CODE)

    assert found.fixes[0].settings == {}
    assert "port" in found.fixes[0].title


def test_positive_where_the_server_has_no_starttls_it_follows_from_that() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().greeting().ehlo("AUTH NTLM").starttls_not_offered().no_login("no-tls", "NTLM")

    assert scene.codes("error") == ["starttls-not-offered"]
    assert CODE in scene.diagnosis("starttls-not-offered").consequences


def test_negative_no_login_is_wanted() -> None:
    scene = Scene(tls="none", username=None, host="mail.example.com")
    scene.session().greeting().ehlo("AUTH NTLM").no_login("no-credentials").quit()

    assert CODE not in scene.codes()


def test_negative_inside_tls() -> None:
    assert Scene.healthy().codes() == []


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256"])
def test_lookalike_the_password_would_go_out_in_clear(mechanism: str) -> None:
    assert in_clear(f"AUTH NTLM {mechanism}").codes() == ["password-in-clear"]


@pytest.mark.parametrize(
    ("client", "offered", "fails"),
    [
        ("javamail", "CRAM-MD5", True),
        ("ruby-mail", "LOGIN", True),
        ("nodemailer", "CRAM-MD5", False),
        ("ruby-mail", "LOGIN PLAIN", False),
    ],
)
def test_positive_a_client_without_any_mechanism_that_is_offered(
    client: str, offered: str, fails: bool
) -> None:
    scene = in_clear(f"AUTH {offered}", client=client)
    assert (CODE in scene.codes("error")) is fails
    if fails:
        assert f"offers only {offered}" in scene.diagnosis(CODE).title


def test_lookalike_no_login_at_all() -> None:
    scene = Scene(tls="none", host="mail.example.com")
    scene.session().greeting().ehlo("SIZE").no_login("not-offered").quit()

    assert scene.codes("error") == ["auth-not-offered"]


def test_lookalike_tls_was_tried_and_has_the_login() -> None:
    scene = in_clear("STARTTLS", "AUTH NTLM")
    scene.session("other-mode", tls="starttls").rest()

    assert scene.codes("error") == ["tls-required"]
    assert CODE in scene.diagnosis("tls-required").consequences


def test_lookalike_the_server_itself_demands_tls() -> None:
    scene = Scene(tls="none", host="mail.example.com")
    scene.session().greeting().ehlo("STARTTLS", "AUTH NTLM").no_login("no-tls", "NTLM").mail(
        "530 5.7.0 Must issue a STARTTLS command first"
    )

    assert scene.codes("error")[0] == "tls-required"


def test_positive_a_provider_that_announces_a_login_in_clear_and_takes_none() -> None:
    scene = in_clear("STARTTLS", "AUTH LOGIN PLAIN", host="smtp.yandex.com")

    assert scene.codes() == [CODE]
    assert any(item.kind == "known" for item in scene.diagnosis(CODE).evidence)


def test_lookalike_there_tls_was_tried_and_works() -> None:
    scene = in_clear("STARTTLS", "AUTH LOGIN PLAIN", host="smtp.yandex.com")
    scene.session("other-mode", tls="starttls").rest()

    assert scene.codes("error") == ["tls-required"]
    assert "password-in-clear" not in scene.codes()


def begun(text: str, *offers: str) -> Scene:
    """A session without TLS in which AUTH was begun, and refused with these words."""
    scene = Scene(tls="none", host="mail.example.com")
    talk = scene.session().greeting().ehlo(*offers, "AUTH PLAIN LOGIN").begun(text)
    talk.no_login("no-tls", "PLAIN", "LOGIN").quit()
    return scene


REFUSED = "550 5.7.1 plaintext authentication not permitted here"


def test_positive_what_is_announced_is_refused_when_it_is_begun() -> None:
    found = begun(REFUSED, "STARTTLS").diagnosis(CODE)

    assert begun(REFUSED, "STARTTLS").codes() == [CODE]
    assert found.fixes[0].settings == {"SMTP_TLS": "starttls"}
    assert any(REFUSED in item.text for item in found.evidence)
    assert begun(REFUSED, "STARTTLS").judge().unexplained == ()


def test_positive_without_starttls_another_port_is_asked_for() -> None:
    assert "port" in begun(REFUSED).diagnosis(CODE).fixes[0].title


@pytest.mark.parametrize("outcome", ["silence", "closed", "other"])
def test_lookalike_what_was_begun_there_got_no_answer(outcome: ExchangeOutcome) -> None:
    scene = Scene(tls="none", host="mail.example.com")
    talk = scene.session().greeting().ehlo("AUTH PLAIN").begun(outcome=outcome)
    talk.no_login("no-tls", "PLAIN")
    assert CODE not in scene.codes()


def test_lookalike_nothing_was_refused_there() -> None:
    assert in_clear("STARTTLS", "AUTH PLAIN LOGIN").codes() == ["password-in-clear"]

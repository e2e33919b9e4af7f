"""auth-mechanism-unsupported: no login mechanism in common, or one that the server refuses."""

from __future__ import annotations

from typing import Any

import pytest

from ..scene import Scene

CODE = "auth-mechanism-unsupported"


def offering(*mechanisms: str, **settings: Any) -> Scene:
    scene = Scene(host="mail.example.net", **settings)
    session = scene.session().up_to("ehlo-in-tls").ehlo(f"AUTH {' '.join(mechanisms)}")
    session.no_login("no-shared-mechanism", *mechanisms).quit()
    return scene


def test_positive_only_a_mechanism_that_nobody_has() -> None:
    scene = offering("DIGEST-MD5")
    diagnosis = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert (diagnosis.severity, diagnosis.confidence) == ("error", "certain")
    assert "DIGEST-MD5" in diagnosis.title
    assert diagnosis.fixes[0].title == "ask the server's owner to allow PLAIN or LOGIN"


def test_positive_the_settings_name_one_that_is_not_offered() -> None:
    diagnosis = offering("PLAIN", "LOGIN", mechanisms=("CRAM-MD5",)).diagnosis(CODE)
    assert diagnosis.title == (
        "the settings log in by CRAM-MD5 alone, and mail.example.net:587 offers PLAIN, LOGIN"
    )
    assert diagnosis.fixes[0].title == "let the client log in by LOGIN or PLAIN"


def test_positive_only_tokens_and_a_password_is_set() -> None:
    diagnosis = offering("XOAUTH2", "OAUTHBEARER").diagnosis(CODE)
    assert diagnosis.fixes[0].title == "log in with a token (OAuth2)"
    assert "OAUTHBEARER or XOAUTH2" in diagnosis.fixes[0].steps[0]


def test_positive_only_passwords_and_a_token_is_set() -> None:
    first = offering("PLAIN", password=False, token=True).diagnosis(CODE).fixes[0]
    assert first.title == "log in with a password"


def test_positive_refused_at_last() -> None:
    scene = Scene(host="mail.example.net")
    scene.refuse("auth", "504 5.5.4 Unrecognized authentication type")
    diagnosis = scene.diagnosis(CODE)
    assert diagnosis.confidence == "certain"
    assert "PLAIN" in diagnosis.title
    assert diagnosis.fixes[0].title == "let the client log in by LOGIN"


def test_positive_one_refused_and_another_works_is_a_warning() -> None:
    scene = Scene(host="mail.example.net")
    session = scene.session().up_to("auth").auth("504 5.5.4 Unrecognized authentication type")
    session.auth(mechanism="LOGIN").rest()
    diagnosis = scene.diagnosis(CODE)
    assert diagnosis.severity == "warning"
    assert scene.judge().verdict == "warnings"
    assert scene.judge().unexplained == ()
    assert "LOGIN works" in diagnosis.title


def test_positive_one_refused_is_the_end_for_a_client_that_tries_no_other() -> None:
    scene = Scene(host="mail.example.net", client="nodemailer")
    session = scene.session().up_to("auth").auth("504 5.5.4 Unrecognized authentication type")
    session.auth(mechanism="LOGIN").rest()
    found = scene.diagnosis(CODE)
    assert found.severity == "error"
    assert "Nodemailer takes PLAIN first here and tries no other" in found.explanation


def test_positive_a_mechanism_that_wants_a_ticket() -> None:
    scene = Scene(host="mail.example.net", client="curl")
    session = scene.session().up_to("ehlo-in-tls").ehlo("AUTH GSSAPI LOGIN")
    missing = session.no_login("not-spoken").last
    found = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert (found.severity, found.confidence) == ("error", "likely")
    assert "logs in by GSSAPI here, which needs a Kerberos ticket" in found.title
    assert [item.check for item in found.evidence] == ["auth", "auth"]
    assert found.evidence[0].text == "EHLO announced: AUTH GSSAPI LOGIN"
    assert found.explains == (missing.id,)


def test_lookalike_tokens_and_passwords_with_a_token_at_hand() -> None:
    scene = offering("PLAIN", "XOAUTH2", password=False, token=True)
    assert scene.diagnosis(CODE).fixes[0].title != "log in with a password"


def test_lookalike_tokens_and_passwords_with_a_password_at_hand() -> None:
    scene = offering("PLAIN", "XOAUTH2")
    assert scene.diagnosis(CODE).fixes[0].title != "log in with a token (OAuth2)"


def test_negative_a_shared_mechanism_at_once() -> None:
    assert Scene.healthy().codes() == []


def test_lookalike_no_mechanism_at_all() -> None:
    scene = Scene(host="mail.example.net")
    scene.session().up_to("ehlo-in-tls").ehlo("SIZE").no_login("not-offered").quit()
    assert scene.codes() == ["auth-not-offered"]


def test_lookalike_534_with_words_of_its_own() -> None:
    scene = Scene(host="mail.example.net")
    scene.refuse("auth", "534 5.7.9 Application-specific password required")
    assert scene.codes() == ["app-password-required"]


def test_lookalike_the_password_was_refused() -> None:
    scene = Scene(host="mail.example.net").refuse("auth", "535 5.7.8 Authentication failed")
    assert scene.codes() == ["credentials-rejected"]


@pytest.mark.parametrize(
    ("client", "words"),
    [
        ("ruby-mail", "authentication: :login in smtp_settings"),
        ("go-net-smtp", "an smtp.Auth of your own for LOGIN"),
        (None, "Nodemailer: authMethod: 'LOGIN' in createTransport"),
        ("django", "choose LOGIN"),
    ],
)
def test_positive_the_mechanism_is_named_as_the_program_names_it(
    client: str | None, words: str
) -> None:
    scene = Scene(host="mail.example.net", client=client)
    scene.refuse("auth", "504 5.7.4 Unrecognized authentication type")
    assert words in " ".join(scene.diagnosis(CODE).fixes[0].steps)


def test_positive_a_mechanism_that_only_the_client_has_is_a_note() -> None:
    scene = Scene(host="exchange.example.net", client="javamail")
    session = scene.session().up_to("ehlo-in-tls").ehlo("SIZE 10240000", "AUTH NTLM")
    session.no_login("not-spoken")
    found = scene.diagnosis(CODE)
    assert found.severity == "note"
    assert "logs in by NTLM" in found.title
    assert scene.judge().verdict == "inconclusive"

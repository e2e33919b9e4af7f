"""app-password-required: the account's own password is no login for programs, as the reply says."""

from __future__ import annotations

from ..scene import Scene

CODE = "app-password-required"
GOOGLE = (
    "534-5.7.9 Application-specific password required. For more information, go to\n"
    "534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor h4 - gsmtp"
)


def test_positive_google() -> None:
    scene = Scene(host="smtp.gmail.com").refuse("auth", GOOGLE)
    diagnosis = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert (diagnosis.severity, diagnosis.confidence) == ("error", "certain")
    assert "myaccount.google.com/apppasswords" in diagnosis.fixes[0].steps[0]
    assert "SMTP_PASS (.env:5)" in diagnosis.fixes[0].steps[1]
    assert diagnosis.points_at == ("password",)
    assert "InvalidSecondFactor" in diagnosis.evidence[0].text


def test_positive_the_words_count_at_any_server() -> None:
    scene = Scene(host="mail.example.net").refuse("auth", "535 An application password is required")
    assert scene.codes() == [CODE]


def test_positive_yahoo_words_it_as_too_many_attempts() -> None:
    scene = Scene(host="smtp.mail.yahoo.com", port=465, tls="implicit")
    scene.refuse("auth", "535 5.7.0 (#AUTH005) Too many bad auth attempts.")
    assert scene.diagnosis(CODE).confidence == "likely"


def test_negative_google_let_in() -> None:
    assert Scene.healthy(host="smtp.gmail.com").codes() == []


def test_lookalike_google_does_not_know_the_password() -> None:
    scene = Scene(host="smtp.gmail.com").refuse(
        "auth", "535 5.7.8 Username and Password not accepted. For more information, go to"
    )
    assert scene.codes() == ["credentials-rejected"]


def test_lookalike_yahoos_code_elsewhere() -> None:
    scene = Scene(host="mail.example.net")
    scene.refuse("auth", "535 5.7.0 (#AUTH005) Too many bad auth attempts.")
    assert scene.codes() == ["auth-rate-limited"]


def test_lookalike_google_wants_to_see_a_browser() -> None:
    scene = Scene(host="smtp.gmail.com").refuse(
        "auth",
        "534-5.7.14 Please log in via your web browser and then try again.\n"
        "534 5.7.14 Learn more at https://support.google.com/mail/answer/78754",
    )
    assert scene.codes() == ["client-address-refused"]


def test_positive_qq_calls_it_an_authorization_code() -> None:
    scene = Scene(host="smtp.qq.com", port=465, tls="implicit").refuse(
        "auth", "535 Login Fail. Please enter your authorization code to login."
    )
    diagnosis = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert "an authorization code" in diagnosis.title
    assert "authorization code" in diagnosis.fixes[0].title


def test_positive_in_chinese_at_any_server() -> None:
    scene = Scene(host="mail.example.net").refuse("auth", "535 Error: 请使用授权码登录。")
    assert scene.codes() == [CODE]
    assert "authorization code" in scene.diagnosis(CODE).title


def test_lookalike_a_server_that_speaks_of_authorization_alone() -> None:
    scene = Scene(host="mail.example.net").refuse("auth", "535 Authorization failed")
    assert scene.codes() == ["credentials-rejected"]

"""basic-auth-disabled: logins with a password are switched off, as the reply says."""

from __future__ import annotations

import pytest

from ..scene import Scene

CODE = "basic-auth-disabled"


@pytest.mark.parametrize(
    ("host", "text"),
    [
        (
            "smtp.office365.com",
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the "
            "Tenant. Visit https://aka.ms/smtp_auth_disabled for more information.",
        ),
        (
            "smtp-mail.outlook.com",
            "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
        ),
        ("smtp.yandex.com", "535 5.7.8 This user does not have access rights to this service"),
    ],
)
def test_positive_at_the_login(host: str, text: str) -> None:
    scene = Scene(host=host).refuse("auth", text)
    diagnosis = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert (diagnosis.severity, diagnosis.confidence) == ("error", "certain")
    assert diagnosis.fixes[0].settings == {}
    assert any(item.kind == "known" for item in diagnosis.evidence)


def test_positive_at_mail() -> None:
    text = "550 5.7.30 Basic authentication is not supported for Client Submission."
    scene = Scene(host="smtp.office365.com").refuse("mail", text)
    assert scene.codes() == [CODE]


def test_negative_a_password_was_taken() -> None:
    assert Scene.healthy(host="smtp.office365.com").codes() == []


def test_lookalike_microsoft_does_not_say_why() -> None:
    scene = Scene(host="smtp.office365.com").refuse("auth", "535 5.7.3 Authentication unsuccessful")
    assert scene.codes() == ["credentials-rejected"]


def test_lookalike_a_server_without_passwords_at_all() -> None:
    scene = Scene(host="smtp-mail.outlook.com")
    session = scene.session().up_to("ehlo-in-tls").ehlo("AUTH XOAUTH2")
    session.no_login("no-shared-mechanism", "XOAUTH2").quit()
    assert scene.codes() == ["auth-mechanism-unsupported"]


TENANT = (
    "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant."
)


@pytest.mark.parametrize("token", [True, False])
def test_positive_a_switch_for_every_login_promises_nothing_of_a_token(token: bool) -> None:
    scene = Scene(host="smtp.office365.com", token=token, password=not token)
    diagnosis = scene.refuse("auth", TENANT, mechanism="XOAUTH2").diagnosis(CODE)
    words = " ".join((diagnosis.title, diagnosis.explanation, *diagnosis.fixes[0].steps))
    assert "administrator" in diagnosis.fixes[0].title
    assert "SMTP_OAUTH_TOKEN" not in words
    assert "with a password" not in words


def test_positive_outlook_com_has_no_switch() -> None:
    scene = Scene(host="smtp-mail.outlook.com").refuse(
        "auth", "535 5.7.139 Authentication unsuccessful, basic authentication is disabled."
    )
    diagnosis = scene.diagnosis(CODE)
    assert "there is no switch for it" in diagnosis.explanation
    assert "administrator" not in " ".join(diagnosis.fixes[0].steps)
    assert diagnosis.fixes[0].title.startswith("log in with OAuth2")


def test_lookalike_microsoft_365_has_one() -> None:
    scene = Scene(host="smtp.office365.com").refuse(
        "auth", "535 5.7.139 Authentication unsuccessful, basic authentication is disabled."
    )
    assert (
        scene.diagnosis(CODE)
        .fixes[0]
        .title.startswith("ask an administrator to allow password logins")
    )


@pytest.mark.parametrize(
    ("host", "text"),
    [
        ("smtp.163.com", "550 User has no permission"),
        ("smtp.yandex.com", "535 5.7.8 This user does not have access rights to this service"),
    ],
)
def test_positive_a_switch_in_the_mailbox_itself(host: str, text: str) -> None:
    scene = Scene(host=host, port=465, tls="implicit").refuse("auth", text)
    diagnosis = scene.diagnosis(CODE)
    assert "mailbox's settings" in diagnosis.fixes[0].title
    assert "OAuth2" not in " ".join(diagnosis.fixes[0].steps)


@pytest.mark.parametrize(
    "text",
    [
        "535 5.7.0 SMTP access for free accounts is not included in your plan, please upgrade",
        "535 5.7.8 Your plan does not include SMTP",
        "535 Upgrade to a paid plan to send by SMTP",
    ],
)
def test_positive_a_plan_without_smtp(text: str) -> None:
    found = Scene(host="mail.example.net").refuse("auth", text).diagnosis(CODE)
    assert found.title == "mail.example.net has no SMTP logins in this account's plan"
    assert found.fixes[0].title == "take a plan that has SMTP, or send through another provider"


def test_positive_a_plan_that_lets_log_in_and_send_nothing() -> None:
    text = "550 5.7.1 Sending by SMTP is not included in your plan"
    found = Scene(host="mail.example.net").refuse("mail", text).diagnosis(CODE)
    assert found.title == "mail.example.net sends nothing over SMTP in this account's plan"
    assert "The login itself worked" in found.explanation


@pytest.mark.parametrize(
    "text",
    [
        "550 5.7.1 Sending is not allowed for free mail domains",
        "550 5.7.1 Sending to this domain is not allowed on a free trial",
    ],
)
def test_lookalike_free_is_no_plan(text: str) -> None:
    assert CODE not in Scene(host="mail.example.net").refuse("mail", text).codes()


@pytest.mark.parametrize(
    "text", ["535 5.7.3 Basic authentication is no longer supported, use OAuth 2.0"]
)
def test_positive_no_passwords_any_more(text: str) -> None:
    assert Scene(host="mail.example.net").refuse("auth", text).codes() == [CODE]


@pytest.mark.parametrize(
    "text", ["535 5.7.8 Error: authentication failed", "535 5.7.8 Bad login. Our plans: /pricing"]
)
def test_lookalike_a_refusal_of_the_login(text: str) -> None:
    assert CODE not in Scene(host="mail.example.net").refuse("auth", text).codes()

from __future__ import annotations

import pytest

from ..scene import Scene

CODE = "client-address-refused"


@pytest.mark.parametrize(
    "greeting",
    [
        "554 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using zen.spamhaus.org",
        "550 Bad DNS PTR resource record",
        "554-gmx.net (mxgmx008) Nemesis ESMTP Service not available\n554-No SMTP service\n"
        "554 IP address is black listed.",
    ],
)
def test_positive_the_greeting_speaks_of_the_address(greeting: str) -> None:
    scene = Scene(host="mail.example.net")
    refused = scene.session().greeting(greeting).last

    found = scene.diagnosis(CODE)

    assert (found.severity, found.confidence) == ("error", "certain")
    assert found.explains == (refused.id,)
    assert scene.codes("error") == [CODE]


def test_positive_the_address_is_named() -> None:
    scene = Scene()
    scene.session().greeting("554 Client host [203.0.113.7] refused, it is on a block list")

    found = scene.diagnosis(CODE)

    assert found.title == "smtp.ionos.com:587 refuses this machine's address (203.0.113.7)"
    assert found.fixes[0].title == "get this machine's address accepted"


def test_positive_another_port_takes_it() -> None:
    scene = Scene(host="mail.example.net", port=25)
    scene.session().greeting("554 Your IP address has no reverse DNS")
    scene.session("other-port", port=587).rest()

    found = scene.diagnosis(CODE)

    assert found.fixes[0].settings == {"SMTP_PORT": "587"}
    assert "Port 25 is for mail between servers" in found.fixes[1].steps[0]


def test_positive_ehlo() -> None:
    scene = Scene()
    scene.session().up_to("ehlo").ehlo(text="554 5.7.1 Client host rejected: blocked")

    assert scene.codes("error") == [CODE]


def test_positive_login() -> None:
    scene = Scene(host="smtp-relay.brevo.com")
    scene.session().up_to("auth").auth("525 5.7.1 Unauthorized IP address")

    found = scene.diagnosis(CODE)

    assert found.fixes[0].title == "allow this machine's address where the account is managed"
    assert scene.codes("error") == [CODE]


def test_positive_recipient() -> None:
    scene = Scene(host="mail.example.net")
    scene.session().up_to("rcpt").rcpt(
        "554 5.7.1 <unknown[203.0.113.7]>: Client host rejected: Access denied"
    )

    found = scene.diagnosis(CODE)

    assert "RCPT TO" in found.evidence[0].text
    assert scene.codes("error") == [CODE]


def test_negative_a_healthy_session() -> None:
    assert Scene.healthy().codes() == []


def test_lookalike_a_refusal_without_a_reason() -> None:
    scene = Scene()
    scene.session().greeting("554 No SMTP service here")

    assert scene.codes("error") == ["greeting-rejected"]


def test_lookalike_too_many_connections_from_this_address() -> None:
    scene = Scene()
    scene.session().greeting("421 4.7.0 Too many connections from your IP address 203.0.113.7")

    assert scene.codes("error") == ["server-busy"]


def test_lookalike_the_name_and_not_the_address() -> None:
    scene = Scene()
    scene.session().up_to("ehlo").ehlo(text="550 Access denied - Invalid HELO name")

    assert scene.codes("error") == ["ehlo-rejected"]


DENIED = "554 5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied"


def test_positive_after_a_login_it_is_a_rule_of_the_server() -> None:
    scene = Scene(host="mail.example.net").refuse("rcpt", DENIED)
    diagnosis = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert "login was accepted" in diagnosis.explanation
    assert "list" not in diagnosis.explanation
    assert "logged-in" in diagnosis.fixes[0].title


def test_lookalike_the_same_words_to_a_client_that_has_not_logged_in() -> None:
    scene = Scene(host="mail.example.net", username=None)
    scene.session().up_to("auth").no_login("no-credentials").mail().rcpt(DENIED).quit()
    assert scene.codes("error") == ["credentials-missing"]


def test_lookalike_a_list_is_named() -> None:
    scene = Scene(host="mail.example.net", username=None)
    scene.session().up_to("auth").no_login("no-credentials").mail().rcpt(
        "554 5.7.1 Client host [192.0.2.1] blocked using zen.spamhaus.org"
    ).quit()
    assert scene.codes("error") == [CODE]


def test_positive_at_an_unknown_submission_port_no_other_server_is_advised() -> None:
    scene = Scene(host="mail.example.net")
    scene.session().up_to("ehlo").ehlo(text="554 5.7.1 Client host [203.0.113.7] blocked")

    titles = [fix.title for fix in scene.diagnosis(CODE).fixes]

    assert titles == ["get this machine's address accepted"]
    assert "leave such lists to port 25" in scene.diagnosis(CODE).fixes[0].steps[-1]


def test_lookalike_a_port_between_servers() -> None:
    scene = Scene(host="mail.example.net", port=2525)
    scene.session().up_to("ehlo").ehlo(text="554 5.7.1 Client host [203.0.113.7] blocked")

    assert scene.diagnosis(CODE).fixes[0].title == "send through a server that takes a login"


def test_positive_a_login_that_google_stops_for_its_place() -> None:
    scene = Scene(host="smtp.gmail.com").refuse(
        "auth", "534-5.7.14 Please log in via your\n534 5.7.14 web browser and then try again."
    )
    found = scene.diagnosis(CODE)
    assert "block list" not in found.explanation
    assert "browser" in found.explanation
    assert "app password" in found.fixes[0].steps[0]


PTR = "554 5.7.25 [{}] The IP address sending this message does not have a PTR record setup"


@pytest.mark.parametrize(("address", "steps"), [("203.0.113.7", 1), ("2001:db8::7", 2)])
def test_positive_a_missing_reverse_name_is_named_alone(address: str, steps: int) -> None:
    scene = Scene(host="mail.example.net").refuse("greeting", PTR.format(address))
    fix = scene.diagnosis(CODE).fixes[0]
    assert fix.title == "give this machine's address a reverse name (PTR)"
    assert len([step for step in fix.steps if "Postfix" not in step]) == steps


def test_positive_a_tenant_that_does_not_know_the_machine() -> None:
    scene = Scene(host="example-com.mail.protection.outlook.com", port=25)
    scene.refuse("rcpt", "550 5.7.64 TenantAttribution; Relay Access Denied")
    found = scene.diagnosis(CODE)
    assert "connector" in found.fixes[0].steps[0]
    assert scene.codes("error") == [CODE]


def test_lookalike_relaying_that_is_denied_for_want_of_a_login() -> None:
    scene = Scene(host="mail.example.net").refuse("rcpt", "554 5.7.1 Relay access denied")
    assert CODE not in scene.codes()


@pytest.mark.parametrize(
    ("greeting", "fix"),
    [
        (
            "450 4.7.25 Client host rejected: cannot find your reverse hostname, [203.0.113.7]",
            "give this machine's address a reverse name (PTR)",
        ),
        (
            "421 4.7.0 [TSS04] Messages from 203.0.113.7 temporarily deferred",
            "get this machine's address accepted",
        ),
        (
            "421 Client host [203.0.113.7] blocked using zen.spamhaus.org",
            "get this machine's address accepted",
        ),
    ],
)
def test_positive_for_now(greeting: str, fix: str) -> None:
    """To come back later helps nobody whose address has no name, or stands on a list."""
    scene = Scene(host="mail.example.net")
    scene.session().greeting(greeting)

    assert scene.codes("error") == [CODE]
    assert scene.diagnosis(CODE).fixes[0].title == fix


@pytest.mark.parametrize(
    "greeting",
    [
        "421 4.7.0 Too many connections from your IP 203.0.113.7",
        "421 4.3.2 mail.example.net: too many sessions from your host",
        "450 4.3.2 Service not available, your address may try again later",
    ],
)
def test_lookalike_too_many_from_this_address(greeting: str) -> None:
    scene = Scene(host="mail.example.net")
    scene.session().greeting(greeting)

    assert scene.codes("error") == ["server-busy"]


@pytest.mark.parametrize(
    "reply",
    [
        "550 5.7.1 Sending from your country is not permitted",
        "550 5.1.0 <info@example.com> sender rejected GeoIP example.com:203.0.113.7:CN",
        "554 5.7.1 We do not accept mail from your country",
    ],
)
def test_positive_the_country(reply: str) -> None:
    scene = Scene(host="mail.example.net")
    scene.session().up_to("mail").mail(reply)

    fix = scene.diagnosis(CODE).fixes[0]
    assert fix.title == "ask the provider to allow this machine's country, or send from another one"
    assert scene.codes("error") == [CODE]


def test_lookalike_a_country_that_is_no_reason() -> None:
    scene = Scene(host="mail.example.net")
    scene.session().up_to("rcpt").rcpt("550 5.1.1 No such user in the country club")

    assert scene.codes("error") == ["recipient-rejected"]

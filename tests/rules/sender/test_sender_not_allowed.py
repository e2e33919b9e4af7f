"""sender-not-allowed: the login may not send from this address, as the server says."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from ..dns.lookups import SERVER, looked_up
from ..scene import Scene

CODE = "sender-not-allowed"
IONOS = "550-Requested action not taken: mailbox unavailable\n550 Sender address is not allowed."


def test_positive_ionos_and_a_sender_of_another_domain() -> None:
    scene = Scene(sender="shop@example.org").refuse("mail", IONOS)
    diagnosis = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert (diagnosis.severity, diagnosis.confidence) == ("error", "certain")
    assert "Sender address is not allowed." in diagnosis.evidence[0].text
    known = diagnosis.evidence[1].text
    assert "since 2024-01-29" in known
    assert "IONOS help, sender addresses, 2026-11-22" in known
    assert diagnosis.points_at == ("sender",)


def test_positive_the_first_fix_is_the_logins_address_and_reply_to() -> None:
    scene = Scene.of(
        "SMTP_HOST=smtp.ionos.de\nSMTP_USER=info@example.com\nSMTP_PASS=geheim-12\n"
        "SMTP_MAIL_FROM=Shop <shop@example.org>\n"
    )
    first = scene.refuse("mail", IONOS).diagnosis(CODE).fixes[0]
    assert first.settings == {"SMTP_MAIL_FROM": "Shop <info@example.com>"}
    assert "shop@example.org into Reply-To" in first.steps[0]


@pytest.mark.parametrize(
    "text",
    [
        "550 5.7.1 rejected by policy",
        "554 5.7.1 Message rejected due to policy restrictions",
        "550 Administrative prohibition: mail violates our policies",
    ],
)
def test_positive_a_policy_that_is_not_named_accuses_no_list_of_senders(text: str) -> None:
    scene = Scene(host="mail.example.net").refuse("mail", text)
    assert scene.codes() == [CODE]
    diagnosis = scene.diagnosis(CODE)
    assert diagnosis.confidence == "possible"
    assert "by a policy of its own" in diagnosis.title
    assert "smtpd_sender_login_maps" not in str(diagnosis.fixes)
    assert diagnosis.fixes[0].settings == {}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("550 5.7.1 Sender address rejected: not owned by user", CODE),
        ("550 5.7.1 Email rejected per DMARC policy", "dmarc-would-reject"),
        ("550 5.7.1 Helo command rejected by policy", "ehlo-rejected"),
        ("550 5.7.1 Your sending limit is exceeded by the policy of your account", None),
    ],
)
def test_lookalike_a_policy_that_is_named(text: str, code: str | None) -> None:
    scene = Scene(host="mail.example.net").refuse("mail", text)
    assert "by a policy of its own" not in scene.judge().diagnoses[0].title
    assert scene.codes() == [code or "sending-limit-reached"]


def no_name_server(**settings: Any) -> Scene:
    return looked_up("EAI_AGAIN", servers={SERVER: "silent"}, **settings)


def test_positive_foretold_where_no_server_could_be_asked() -> None:
    scene = no_name_server(sender="shop@example.org")

    found = scene.diagnosis(CODE)

    assert scene.codes() == ["dns-resolver-unreachable", CODE]
    assert (found.severity, found.confidence) == ("warning", "likely")
    assert found.fixes[0].settings == {"SMTP_FROM": "info@example.com"}
    assert found.points_at == ("sender",)


@pytest.mark.parametrize(
    "settings",
    [
        {"sender": "shop@example.com"},  # of the login's domain
        {"sender": "shop@news.example.com"},  # below it: no source tells
        {"sender": "shop@example.org", "username": "info"},  # no domain to compare with
        {"sender": "shop@example.org", "host": "mail.example.com"},  # no rule is known
        {"sender": "shop@example.org", "host": "smtp.yandex.com"},  # may be an alias
    ],
)
def test_lookalike_nothing_is_foretold(settings: dict[str, Any]) -> None:
    assert CODE not in no_name_server(**settings).codes()


def test_lookalike_what_the_server_accepted_is_not_foretold() -> None:
    assert Scene.healthy(sender="shop@example.org").codes("error") == []


def test_positive_the_last_line_has_the_reason() -> None:
    scene = Scene(sender="shop@example.org").refuse("mail", IONOS)
    assert "not the unavailable mailbox" in scene.diagnosis(CODE).explanation


def test_positive_of_the_logins_own_domain_no_rule_about_domains_is_claimed() -> None:
    diagnosis = Scene(sender="shop@example.com").refuse("mail", IONOS).diagnosis(CODE)
    assert "a rule about domains is not the reason" in diagnosis.explanation
    assert not any(item.kind == "known" for item in diagnosis.evidence)
    assert diagnosis.fixes[0].settings == {"SMTP_FROM": "info@example.com"}


def test_positive_the_logins_own_address_leaves_only_the_provider_to_ask() -> None:
    diagnosis = Scene().refuse("mail", IONOS).diagnosis(CODE)
    assert len(diagnosis.fixes) == 1
    assert diagnosis.fixes[0].settings == {}
    assert "ask the provider" in diagnosis.fixes[0].title


@pytest.mark.parametrize(
    ("host", "step", "text"),
    [
        (
            "mail.example.net",
            "rcpt",
            "553 5.7.1 <shop@example.org>: Sender address rejected: not owned by user info",
        ),
        ("smtp.yandex.com", "mail", "553 5.7.1 Sender address rejected: not owned by auth user."),
        ("smtp.zoho.com", "rcpt", "553 Relaying disallowed as shop@example.org"),
        ("mail.example.net", "mail", "550 envelope sender not allowed"),
        ("smtp.office365.com", "mail", "554 5.2.252 SendAsDenied; info@example.com not allowed"),
    ],
)
def test_positive_the_words_of_other_servers(host: str, step: str, text: str) -> None:
    scene = Scene(host=host, sender="shop@example.org").refuse(step, text)  # type: ignore[arg-type]
    assert scene.codes() == [CODE]
    assert scene.diagnosis(CODE).fixes[0].settings == {"SMTP_FROM": "info@example.com"}


@pytest.mark.parametrize(("step", "quoted"), [("mail", ["Mail command failed: 553"]), ("rcpt", [])])
def test_positive_the_librarys_words_are_those_for_this_reply(
    step: Literal["mail", "rcpt"], quoted: list[str]
) -> None:
    scene = Scene(host="mail.example.net", sender="shop@example.org", client="nodemailer")
    scene.refuse(step, "553 5.7.1 Sender address rejected: not owned by user info")
    prints = "Nodemailer prints for this: "
    texts = [item.text for item in scene.diagnosis(CODE).evidence]
    assert [text.removeprefix(prints) for text in texts if text.startswith(prints)] == quoted


def test_positive_a_code_without_words_is_likely_only() -> None:
    scene = Scene(host="mail.example.net", sender="shop@example.org").refuse("mail", "550 no")
    assert scene.diagnosis(CODE).confidence == "likely"


def test_positive_relay_denied_at_mail_to_somebody_who_has_logged_in() -> None:
    scene = Scene(host="mail.example.net", sender="shop@example.org")
    scene.refuse("mail", "550 5.7.1 Relaying denied")
    assert scene.codes() == [CODE]


def test_negative_another_address_of_the_domain_is_taken() -> None:
    assert Scene.healthy(sender="shop@example.com").codes() == []


def test_negative_nothing_is_said_of_a_sender_that_was_not_tried() -> None:
    """The provider's rule alone convicts nobody: the server has to refuse."""
    scene = Scene(sender="shop@example.org").refuse(
        "auth", "535 Authentication credentials invalid"
    )
    assert scene.codes() == ["credentials-rejected"]


def test_lookalike_the_same_code_for_a_domain_that_is_not_there() -> None:
    scene = Scene(sender="shop@example.org").refuse(
        "mail",
        "550-Requested action not taken: mailbox unavailable\n"
        "550 invalid DNS MX or A/AAAA resource record",
    )
    assert scene.codes() == ["sender-domain-not-found"]


def test_lookalike_the_same_first_line_for_a_limit() -> None:
    scene = Scene(sender="shop@example.org").refuse(
        "rcpt",
        "450-Requested mail action not taken: mailbox unavailable\n450 Mail send limit exceeded.",
    )
    assert scene.codes() == ["sending-limit-reached"]


def test_lookalike_the_recipient_is_unknown() -> None:
    scene = Scene(host="mail.example.net", recipient="nobody@example.net")
    scene.refuse("rcpt", "550 5.1.1 <nobody@example.net>: Recipient address rejected: unknown user")
    assert scene.codes() == ["recipient-rejected"]


def test_lookalike_a_sending_service_wants_the_sender_verified() -> None:
    scene = Scene(host="smtp.sendgrid.net", username="apikey").refuse(
        "mail", "550 The from address does not match a verified Sender Identity"
    )
    assert scene.codes() == ["sender-not-verified"]


def test_lookalike_nobody_logged_in() -> None:
    scene = Scene(host="mail.example.net", username=None)
    scene.refuse("mail", "550 5.7.1 Relaying denied")
    assert scene.codes() == ["credentials-missing"]


def test_positive_a_provider_that_judges_the_sender_after_the_message() -> None:
    scene = Scene.healthy(
        host="smtp.office365.com", username="svc@example.com", sender="security@example.com"
    )
    found = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert (found.severity, found.confidence) == ("warning", "likely")
    assert found.fixes[0].settings == {"SMTP_FROM": "svc@example.com"}
    assert "Send As" in " ".join(item.text for item in found.evidence)


def test_positive_zoho_takes_the_envelope_and_refuses_the_message() -> None:
    scene = Scene.healthy(
        host="smtp.zoho.com", username="shop@example.com", sender="no-reply@example.org"
    )
    assert scene.diagnosis(CODE).fixes[0].settings == {"SMTP_FROM": "shop@example.com"}


def test_negative_the_sender_is_the_login_there() -> None:
    assert Scene.healthy(host="smtp.office365.com").codes() == []


def test_lookalike_a_provider_that_has_judged_the_sender_already() -> None:
    scene = Scene.healthy(
        host="smtp.yandex.com",
        port=465,
        tls="implicit",
        username="svc@example.com",
        sender="security@example.com",
    )
    assert CODE not in scene.codes()


NOT_OWNED = (
    "553 5.7.1 <info@example.com>: Sender address rejected: not owned by user info@example.com"
)


def test_positive_the_logins_own_address_at_somebodys_own_server() -> None:
    diagnosis = Scene(host="mail.example.net").refuse("rcpt", NOT_OWNED).diagnosis(CODE)
    assert [fix.title for fix in diagnosis.fixes] == [
        "ask who runs mail.example.net to let info@example.com send as itself"
    ]
    assert "login's own address" in diagnosis.fixes[0].steps[0]
    assert "no right to this address" not in diagnosis.explanation


def test_lookalike_another_address_at_somebodys_own_server() -> None:
    scene = Scene(host="mail.example.net", sender="shop@example.com").refuse("rcpt", NOT_OWNED)
    assert "send from info@example.com" in scene.diagnosis(CODE).fixes[0].title


@pytest.mark.parametrize(
    ("host", "text"),
    [
        ("mail.example.net", "550 5.7.1 You are not authorized to send from this domain"),
        ("mail.example.net", "550 5.5.0 Emetteur invalide. Invalid Sender. LPN104_415"),
        ("smtp.qq.com", "502 Invalid input from 192.0.2.7 to newxmesmtplogicsvrszb9-1.qq.com."),
    ],
)
def test_positive_words_about_who_sends(host: str, text: str) -> None:
    scene = Scene(host=host, sender="shop@example.org").refuse("mail", text)
    assert scene.codes() == [CODE]
    assert scene.diagnosis(CODE).fixes[0].title.startswith("send from info@example.com")


def test_lookalike_a_server_that_spf_does_not_allow() -> None:
    scene = Scene(host="mail.example.net", sender="shop@example.org")
    scene.refuse("mail", "550 5.7.23 SPF: you are not authorized to send from this domain")
    assert scene.codes() == ["spf-not-authorized"]


def test_lookalike_a_502_of_another_server() -> None:
    """QQ says it of a sender; elsewhere it is said of anything."""
    scene = Scene(host="mail.example.net", sender="shop@example.org")
    scene.refuse("mail", "502 Invalid input from 192.0.2.7 to relay.example.net")
    assert scene.codes() == []

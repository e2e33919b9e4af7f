"""recipient-rejected: login and sender were taken, the recipient was not."""

from __future__ import annotations

from ..scene import Scene

CODE = "recipient-rejected"
UNKNOWN = "550 5.1.1 <nobody@example.net>: Recipient address rejected: User unknown"


def test_positive_the_recipient_given_with_to() -> None:
    scene = Scene(host="mail.example.net", recipient="nobody@example.net").refuse("rcpt", UNKNOWN)
    diagnosis = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert (diagnosis.severity, diagnosis.confidence) == ("error", "certain")
    assert "nobody@example.net" in diagnosis.title
    assert diagnosis.fixes[0].settings == {}


def test_positive_the_senders_own_address() -> None:
    diagnosis = Scene(host="mail.example.net").refuse("rcpt", UNKNOWN).diagnosis(CODE)
    assert diagnosis.confidence == "likely"
    assert "--to" in diagnosis.fixes[0].steps[0]
    assert "since no other was given" in diagnosis.explanation


def test_positive_relay_denied_to_somebody_who_has_logged_in() -> None:
    scene = Scene(host="mail.example.net", recipient="a@elsewhere.test")
    scene.refuse("rcpt", "554 5.7.1 <a@elsewhere.test>: Relay access denied")
    assert scene.codes() == [CODE]


def test_positive_letters_that_the_server_can_not_carry() -> None:
    scene = Scene(host="mail.example.net", recipient="zoë@example.net")
    scene.session().up_to("mail").mail_not_sent().quit()
    diagnosis = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert "SMTPUTF8" in diagnosis.evidence[0].text


def test_negative_the_recipient_was_taken() -> None:
    assert Scene.healthy(host="mail.example.net", recipient="a@example.net").codes() == []


def test_lookalike_the_same_code_speaks_of_the_sender() -> None:
    scene = Scene(host="mail.example.net", sender="shop@example.org")
    scene.refuse("rcpt", "553 5.7.1 <shop@example.org>: Sender address rejected: not owned by user")
    assert scene.codes() == ["sender-not-allowed"]


def test_lookalike_greylisting() -> None:
    scene = Scene(host="mail.example.net", recipient="a@example.net")
    scene.refuse("rcpt", "450 4.2.0 <a@example.net>: Recipient address rejected: Greylisted")
    assert scene.codes() == ["server-busy"]


def test_lookalike_mailbox_unavailable_is_not_always_the_recipients() -> None:
    scene = Scene(recipient="a@example.net").refuse(
        "rcpt",
        "450-Requested mail action not taken: mailbox unavailable\n450 Mail send limit exceeded.",
    )
    assert scene.codes() == ["sending-limit-reached"]


def test_lookalike_this_machines_address_is_refused() -> None:
    scene = Scene(host="mail.example.net", recipient="a@example.net").refuse(
        "rcpt", "554 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using zen"
    )
    assert scene.codes() == ["client-address-refused"]


def test_positive_a_trial_account_writes_to_few() -> None:
    scene = Scene(host="live.smtp.mailtrap.io", username="api").refuse(
        "rcpt", "554 5.7.1 Demo domains can only be used to send emails to account owners"
    )
    fix = scene.diagnosis(CODE).fixes[0]
    assert fix.title.startswith("verify a domain of your own")
    assert "Mailtrap" in fix.steps[0]

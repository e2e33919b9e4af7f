from __future__ import annotations

import pytest

from ..scene import Scene

CODE = "server-busy"


@pytest.mark.parametrize(
    "greeting",
    [
        "421 smtp.ionos.com Service not available, too many connections",
        "451 ESMTP MailEnable Service temporarily refused connection from IP (203.0.113.7) "
        "because the server is too busy.",
    ],
)
def test_positive_the_greeting(greeting: str) -> None:
    scene = Scene()
    refused = scene.session().greeting(greeting).last

    found = scene.diagnosis(CODE)

    assert (found.severity, found.confidence) == ("error", "certain")
    assert found.fixes[0].settings == {}
    assert found.explains == (refused.id,)
    assert scene.codes("error") == [CODE]
    assert scene.judge().verdict == "broken"


def test_positive_another_port_has_room() -> None:
    scene = Scene()
    scene.session().greeting("421 Too many connections")
    scene.session("other-port").rest()

    assert scene.diagnosis(CODE).fixes[0].settings == {"SMTP_PORT": "465", "SMTP_SECURE": "true"}


def test_positive_ehlo() -> None:
    scene = Scene()
    scene.session().up_to("ehlo").ehlo(text="421 4.3.2 System not accepting network messages")

    found = scene.diagnosis(CODE)

    assert found.title == "smtp.ionos.com:587 is busy: it answered EHLO with 421"
    assert scene.codes("error") == [CODE]


def test_positive_the_sender_later() -> None:
    scene = Scene(host="mail.example.net")
    scene.session().up_to("mail").mail("451 4.3.0 Try again later")

    assert scene.codes("error") == [CODE]


def test_negative_a_healthy_session() -> None:
    assert Scene.healthy().codes() == []


def test_lookalike_never_is_not_later() -> None:
    scene = Scene()
    scene.session().greeting("554 No SMTP service here")

    assert scene.codes("error") == ["greeting-rejected"]


def test_lookalike_the_relay_dislikes_the_name() -> None:
    scene = Scene(host="smtp-relay.gmail.com", ehlo="localhost")
    scene.session().up_to("ehlo").ehlo(
        text="421 4.7.0 Try again later, closing connection. (EHLO) x.1 - gsmtp"
    )

    assert scene.codes("error") == ["ehlo-rejected"]


def test_lookalike_the_account_has_sent_too_much() -> None:
    scene = Scene()
    scene.session().up_to("rcpt").rcpt(
        "450-Requested mail action not taken: mailbox unavailable\n450 Mail send limit exceeded."
    )

    assert scene.codes("error") == ["sending-limit-reached"]


def test_lookalike_the_login_can_t_be_checked_now() -> None:
    scene = Scene(host="mail.example.net")
    scene.session().up_to("auth").auth("454 4.7.0 Temporary authentication failure")

    assert scene.codes("error") == ["auth-temporary-failure"]


@pytest.mark.parametrize("outcome", ["silence", "flood"])
@pytest.mark.parametrize("step", ["mail", "rcpt"])
def test_positive_no_end_of_an_answer_to_the_envelope(step: str, outcome: str) -> None:
    scene = Scene()
    main = scene.session().up_to(step)
    getattr(main, step)(outcome=outcome)

    found = scene.diagnosis(CODE)

    assert (found.severity, found.confidence) == ("error", "likely")
    assert found.explains == (main.last.id,)
    assert scene.codes("error") == [CODE]


def test_lookalike_the_server_hangs_up_at_the_envelope() -> None:
    scene = Scene()
    scene.session().up_to("mail").mail(outcome="closed")

    assert CODE not in scene.codes("error")


def unanswered(version: str) -> Scene:
    scene = Scene(client="nodemailer", client_version=version)
    session = scene.session().up_to("handshake").handshake().certificate()
    session.ehlo("PIPELINING", "AUTH LOGIN PLAIN").auth().mail()
    session.rcpt(outcome="silence")
    return scene


def test_positive_pipelined_commands_are_lost() -> None:
    found = unanswered("10.6.1").diagnosis(CODE)
    assert "PIPELINING" in found.title
    assert "Nodemailer before 10" in found.fixes[0].steps[1]


def test_lookalike_no_answer_to_a_client_that_goes_one_by_one() -> None:
    assert "did not answer RCPT" in unanswered("7.0.13").diagnosis(CODE).title


def test_positive_the_server_blames_a_part_of_itself() -> None:
    scene = Scene().refuse("rcpt", "451 4.3.0 <info@example.com>: Temporary lookup failure")
    found = scene.diagnosis(CODE)
    assert found.title == ("smtp.ionos.com:587 has a fault of its own: it answered RCPT with 451")
    assert found.fixes[0].title == "ask who runs smtp.ionos.com to look into its log"
    assert "connections" not in str(found.fixes)


def test_lookalike_greylisting_passes_by_itself() -> None:
    scene = Scene(host="mail.example.net").refuse("rcpt", "450 4.2.0 Greylisted, try again")
    assert "is busy" in scene.diagnosis(CODE).title

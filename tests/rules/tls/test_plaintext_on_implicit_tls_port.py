from __future__ import annotations

import pytest

from smtpdoctor.observations import ExchangeOutcome

from ..scene import Scene

CODE = "plaintext-on-implicit-tls-port"


def waiting(outcome: ExchangeOutcome = "silence", port: int = 465) -> Scene:
    scene = Scene(port=port, env={"SMTP_SECURE": ("false", 3)})
    scene.session().greeting(outcome=outcome, took=0.6)
    return scene


@pytest.mark.parametrize("outcome", ["silence", "closed", "reset"])
def test_positive_tls_answers_where_plain_text_gets_nothing(outcome: ExchangeOutcome) -> None:
    scene = waiting(outcome)
    scene.session("other-mode").rest()
    scene.session("other-port").rest()

    found = scene.diagnosis(CODE)

    assert found.severity == "error"
    assert found.confidence == "certain"
    assert found.fixes[0].settings == {"SMTP_SECURE": "true"}
    assert found.fixes[1].settings == {"SMTP_PORT": "587"}
    assert scene.codes("error") == [CODE]


def test_positive_on_a_port_of_no_table() -> None:
    scene = waiting(port=8465)
    scene.session("other-mode").rest()

    assert scene.diagnosis(CODE).fixes[0].settings == {"SMTP_SECURE": "true"}


def test_positive_tls_records_came_in_place_of_the_greeting() -> None:
    scene = Scene(port=465)
    scene.session().greeting(outcome="tls", protocol="tls", arrived="\\x15\\x03\\x01")

    assert scene.diagnosis(CODE).confidence == "certain"


def test_positive_a_bad_certificate_leaves_it_likely() -> None:
    scene = waiting()
    scene.session("other-mode").up_to("certificate").certificate(verify_code=18)

    found = scene.diagnosis(CODE)

    assert found.confidence == "likely"
    assert "certificate was not accepted" in found.fixes[0].tried


def test_negative_a_greeting_came() -> None:
    assert Scene.healthy().codes() == []


def test_lookalike_silence_to_tls_too() -> None:
    scene = waiting()
    scene.session("other-mode").handshake(failure="stalled")

    assert CODE not in scene.codes()


def test_lookalike_a_web_server_behind_tls() -> None:
    scene = waiting(port=443)
    scene.session("other-mode").up_to("greeting").greeting(outcome="silence", took=8.0)

    assert CODE not in scene.codes()


def test_lookalike_a_mailbox_server_behind_tls() -> None:
    scene = waiting(port=993)
    scene.session("other-mode").up_to("greeting").greeting("* OK IMAP4rev1 ready", protocol="imap")

    assert CODE not in scene.codes()

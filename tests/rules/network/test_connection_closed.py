from __future__ import annotations

import pytest

from smtpdoctor.observations import ExchangeOutcome, HandshakeFailure

from ..scene import Scene

CODE = "connection-closed"


def hangs_up(outcome: ExchangeOutcome = "closed", **settings: object) -> Scene:
    scene = Scene(**settings)  # type: ignore[arg-type]
    scene.session().greeting(outcome=outcome)
    return scene


@pytest.mark.parametrize("outcome", ["closed", "reset"])
def test_positive_closed_in_both_modes(outcome: ExchangeOutcome) -> None:
    scene = hangs_up(outcome)
    scene.session("other-mode").handshake(failure="closed")
    scene.session("other-port").rest()

    found = scene.diagnosis(CODE)

    assert (found.severity, found.confidence) == ("error", "certain")
    assert found.fixes[0].settings == {"SMTP_PORT": "465", "SMTP_SECURE": "true"}
    assert scene.codes("error") == [CODE]


@pytest.mark.parametrize("failure", ["closed", "reset"])
def test_positive_implicit_tls_configured(failure: HandshakeFailure) -> None:
    scene = Scene(port=465, tls="implicit")
    failed = scene.session().handshake(failure=failure).last
    scene.session("other-mode").greeting(outcome="closed")

    found = scene.diagnosis(CODE)

    assert found.confidence == "certain"
    assert found.explains == (failed.id,)
    assert scene.codes("error") == [CODE]


def test_positive_the_other_mode_was_not_tried() -> None:
    assert hangs_up().diagnosis(CODE).confidence == "likely"


def test_positive_inside_tls() -> None:
    scene = Scene(port=465, tls="implicit")
    scene.session().up_to("greeting").greeting(outcome="closed")

    found = scene.diagnosis(CODE)

    assert found.confidence == "likely"
    assert found.evidence[0].text.startswith("after the TLS handshake ")


def test_positive_on_this_network_a_port_without_a_server_behind_it() -> None:
    scene = hangs_up(host="127.0.0.1")
    scene.session("other-mode").handshake(failure="closed")

    assert "Docker's port forwarding" in scene.diagnosis(CODE).explanation


@pytest.mark.parametrize("outcome", ["closed", "reset"])
def test_positive_greeted_and_then_hung_up(outcome: ExchangeOutcome) -> None:
    scene = Scene()
    ehlo = scene.session().up_to("ehlo").ehlo(outcome=outcome).last
    scene.session("other-port").rest()

    found = scene.diagnosis(CODE)

    assert found.confidence == "possible"
    assert found.title.endswith("in place of an answer to EHLO")
    assert found.fixes[0].settings == {"SMTP_PORT": "465", "SMTP_SECURE": "true"}
    assert found.explains == (ehlo.id,)
    assert scene.codes("error") == [CODE]


def test_positive_hung_up_at_the_sender() -> None:
    scene = Scene()
    scene.session().up_to("mail").mail(outcome="closed")

    assert scene.codes("error") == [CODE]


def test_negative_a_greeting_came() -> None:
    assert Scene.healthy().codes() == []


def test_negative_closed_after_a_refusal() -> None:
    scene = Scene()
    scene.session().greeting("554 No SMTP service here")

    assert scene.codes("error") == ["greeting-rejected"]


def test_lookalike_tls_from_the_first_byte_works() -> None:
    scene = hangs_up(port=465)
    scene.session("other-mode").rest()

    assert scene.codes("error") == ["plaintext-on-implicit-tls-port"]


def test_lookalike_plain_smtp_works() -> None:
    scene = Scene(tls="implicit")
    scene.session().handshake(failure="closed")
    scene.session("other-mode").rest()

    assert scene.codes("error") == ["implicit-tls-on-starttls-port"]


def test_lookalike_only_tls_makes_it_hang_up() -> None:
    scene = Scene(port=465, tls="implicit")
    scene.session().handshake(failure="closed")
    scene.session("other-mode").greeting(outcome="silence", took=10.0)

    assert scene.codes("error") == ["tls-handshake-failed"]


def test_lookalike_it_stays_open() -> None:
    scene = hangs_up("silence")
    scene.session("other-mode").handshake(failure="stalled")

    assert scene.codes("error") == ["greeting-missing"]


def test_lookalike_a_file_server_hangs_up_at_ehlo() -> None:
    scene = Scene(host="ftp.example.net", port=21)
    scene.session().greeting("220 (vsFTPd 3.0.3)", protocol="ftp").ehlo(outcome="closed")

    assert scene.codes("error") == ["not-smtp"]

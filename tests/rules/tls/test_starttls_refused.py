from __future__ import annotations

import pytest

from smtpdoctor.observations import ExchangeOutcome

from ..scene import Scene

CODE = "starttls-refused"


def test_positive_a_temporary_refusal() -> None:
    scene = Scene()
    main = scene.session().up_to("starttls").starttls("454 4.7.0 TLS not available")
    scene.session("other-port").rest()

    found = scene.diagnosis(CODE)

    assert found.severity == "error"
    assert found.confidence == "certain"
    assert found.explains == (main.last.id,)
    assert found.fixes[0].settings == {"SMTP_PORT": "465", "SMTP_SECURE": "true"}
    assert "Try again" in found.fixes[-1].steps[0]
    assert scene.codes("error") == [CODE]


def test_positive_also_without_credentials() -> None:
    scene = Scene(username=None)
    scene.session().up_to("starttls").starttls("502 5.5.1 command not implemented")

    assert scene.codes("error") == [CODE]


@pytest.mark.parametrize("outcome", ["silence", "closed", "reset"])
def test_positive_no_answer_to_starttls(outcome: ExchangeOutcome) -> None:
    scene = Scene()
    scene.session().up_to("starttls").starttls(outcome=outcome)

    assert scene.diagnosis(CODE).confidence == "likely"


def test_negative_it_was_accepted() -> None:
    assert Scene.healthy().codes() == []


def test_lookalike_never_offered() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().greeting().ehlo("AUTH LOGIN").starttls_not_offered()

    assert scene.codes("error") == ["starttls-not-offered"]


def test_lookalike_accepted_with_bytes_behind_it() -> None:
    scene = Scene()
    scene.session().up_to("starttls").starttls(injected=True, arrived="250 ok")

    assert scene.codes("error") == ["starttls-injection"]


def test_lookalike_the_handshake_after_it_failed() -> None:
    scene = Scene()
    scene.session().up_to("handshake").handshake(failure="closed")

    assert scene.codes("error") == ["tls-handshake-failed"]


@pytest.mark.parametrize(("client", "severity"), [("curl", "warning"), (None, "error")])
def test_positive_a_client_that_goes_on_in_clear(client: str | None, severity: str) -> None:
    scene = Scene(client=client, username=None, required=False)
    session = scene.session().up_to("starttls").starttls("454 4.7.0 TLS not available")
    if client is not None:
        session.mail()
        session.rcpt()

    assert scene.diagnosis(CODE).severity == severity

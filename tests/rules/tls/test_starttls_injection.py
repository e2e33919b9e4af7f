from __future__ import annotations

import pytest

from ..scene import Scene

CODE = "starttls-injection"


def test_positive_clear_text_behind_the_220() -> None:
    scene = Scene()
    main = (
        scene.session()
        .up_to("starttls")
        .starttls(injected=True, arrived="250 evil.example\r\n250 AUTH PLAIN\r\n")
    )
    scene.session("other-port").rest()

    found = scene.diagnosis(CODE)

    assert found.severity == "error"
    assert found.explains == (main.last.id,)
    assert found.fixes[0].settings == {"SMTP_PORT": "465", "SMTP_SECURE": "true"}
    assert any("250 evil.example" in item.text for item in found.evidence)
    assert scene.codes("error") == [CODE]


@pytest.mark.parametrize(("client", "severity"), [("smtplib", "warning"), ("phpmailer", "error")])
def test_positive_a_client_that_throws_it_away_goes_on(client: str, severity: str) -> None:
    scene = Scene(client=client)
    scene.session().up_to("starttls").starttls(injected=True, arrived="250 evil.example\r\n")
    found = scene.diagnosis(CODE)
    assert found.severity == severity
    assert ("throws the extra text away" in found.explanation) is (severity == "warning")
    assert scene.judge().verdict != "healthy"


def test_negative_nothing_behind_the_220() -> None:
    assert Scene.healthy().codes() == []


def test_lookalike_a_refusal_in_more_than_one_line() -> None:
    scene = Scene()
    scene.session().up_to("starttls").starttls("454-4.7.0 TLS not available\n454 try later")

    assert scene.codes("error") == ["starttls-refused"]


def test_lookalike_clear_text_only_after_the_client_hello() -> None:
    scene = Scene()
    scene.session().up_to("handshake").handshake(
        failure="not-tls", protocol="smtp", arrived="500 what was that?"
    )

    assert scene.codes("error") == ["tls-handshake-failed"]

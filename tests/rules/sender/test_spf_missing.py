"""spf-missing: no record says who sends for the domain."""

from __future__ import annotations

from ..scene import Scene
from .zones import domain, published

CODE = "spf-missing"


def test_positive_a_warning_with_the_first_record() -> None:
    scene = Scene.healthy().policies(domain(None, dkim=False))
    diagnosis = scene.diagnosis(CODE)
    assert (diagnosis.severity, diagnosis.confidence) == ("warning", "certain")
    assert diagnosis.fixes[0].settings == {}
    assert "example.com TXT v=spf1 include:_spf-us.ionos.com ~all" in published(diagnosis.fixes[0])
    assert "IONOS account" in diagnosis.fixes[0].steps[0]


def test_positive_an_error_where_dmarc_rejects() -> None:
    scene = Scene.healthy().policies(domain(None, dmarc="v=DMARC1; p=reject", dkim=False))
    diagnosis = scene.diagnosis(CODE)
    assert diagnosis.severity == "error"
    assert diagnosis.consequences == ("dmarc-would-reject",)
    assert scene.codes("error") == [CODE]


def test_positive_whoever_delivers() -> None:
    """Without a provider there is no include to publish, but a fault all the same."""
    zone = {"example.com MX": ["10 mail.example.com"], "mail.example.com A": ["192.0.2.1"]}
    scene = Scene(host=None).policies(zone, provider=None, alone=True)
    diagnosis = scene.diagnosis(CODE)
    assert diagnosis.confidence == "certain"
    assert published(diagnosis.fixes[0]) == []


def test_negative_a_healthy_domain() -> None:
    assert Scene.healthy().policies(domain()).codes() == []


def test_negative_the_service_has_an_envelope_sender_of_its_own() -> None:
    scene = Scene.healthy(host="smtp.sendgrid.net", username="apikey")
    assert scene.policies(domain(None), provider="sendgrid").codes() == []


def test_lookalike_the_name_server_fails() -> None:
    zone = {**domain(), "example.com TXT": None}
    assert Scene.healthy().policies(zone).codes() == []


def test_lookalike_no_such_domain() -> None:
    scene = Scene.healthy(sender="info@example.org").policies(domain())
    assert "sender-domain-not-found" in scene.codes()
    assert CODE not in scene.codes()

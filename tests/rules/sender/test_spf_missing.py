"""spf-missing: no record says who sends for the domain."""

from __future__ import annotations

import pytest

from ..scene import Scene
from .zones import domain, published, removed

CODE = "spf-missing"


def test_positive_a_warning_with_the_first_record() -> None:
    scene = Scene.healthy().policies(domain(None, dkim=False))
    diagnosis = scene.diagnosis(CODE)
    assert (diagnosis.severity, diagnosis.confidence) == ("warning", "certain")
    assert diagnosis.fixes[0].settings == {}
    assert "example.com TXT v=spf1 include:_spf-eu.ionos.com ~all" in published(diagnosis.fixes[0])
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


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ("v=spf1; include:_spf-eu.ionos.com -all", "“;”"),
        ('"v=spf1 include:_spf-eu.ionos.com -all"', "quote"),
        (" v=spf1 include:_spf-eu.ionos.com -all", "blank"),
    ],
)
def test_positive_a_record_that_nearly_is_one_is_named(record: str, words: str) -> None:
    diagnosis = Scene.healthy().policies(domain(record)).diagnosis(CODE)
    assert words in diagnosis.title
    assert published(diagnosis.fixes[0]) == [
        "example.com TXT v=spf1 include:_spf-eu.ionos.com -all"
    ]
    assert removed(diagnosis.fixes[0]) == [f"example.com TXT {record}"]


def test_lookalike_another_record_that_begins_so() -> None:
    diagnosis = Scene.healthy().policies(domain("spf2.0/pra mx -all")).diagnosis(CODE)
    assert diagnosis.title == "example.com has no SPF record"


REFUSED = "550 5.7.1 example.com has no SPF record"


def test_positive_the_server_says_so_itself() -> None:
    scene = Scene().refuse("rcpt", REFUSED)
    diagnosis = scene.diagnosis(CODE)
    assert (diagnosis.severity, diagnosis.confidence) == ("error", "certain")
    assert "finds no SPF record" in diagnosis.title
    assert scene.codes("error") == [CODE]


def test_positive_said_by_server_and_record_it_is_one_error() -> None:
    scene = Scene().refuse("rcpt", REFUSED).policies(domain(None))
    (error,) = (item for item in scene.judge().diagnoses if item.severity == "error")
    assert error.code == CODE
    assert error.fixes[0].records


def test_lookalike_a_refusal_that_names_dmarc_as_well() -> None:
    words = (
        "550 5.7.26 example.com has a DMARC policy, and neither SPF nor DKIM passed: no SPF record"
    )
    assert Scene().refuse("rcpt", words).codes("error") == ["dmarc-would-reject"]

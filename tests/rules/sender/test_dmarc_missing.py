"""dmarc-missing: no record applies to the domain."""

from __future__ import annotations

from ..scene import Scene
from .zones import domain, published

CODE = "dmarc-missing"


def test_positive_a_note_with_a_first_record() -> None:
    scene = Scene.healthy().policies(domain(dmarc=None))
    diagnosis = scene.diagnosis(CODE)
    assert diagnosis.severity == "note"
    assert "_dmarc.example.com TXT v=DMARC1; p=none" in published(diagnosis.fixes[0])
    assert scene.judge().verdict == "healthy"


def test_negative_a_record_above() -> None:
    zone = domain(name="mail.example.com", dmarc=None)
    zone["_dmarc.example.com TXT"] = ["v=DMARC1; p=none"]
    scene = Scene.healthy(username="info@mail.example.com", sender="info@mail.example.com")
    assert scene.policies(zone).codes() == []


def test_lookalike_a_record_at_a_wrong_name() -> None:
    zone = domain(dmarc=None)
    zone["_dmarc.example.com.example.com TXT"] = ["v=DMARC1; p=reject"]
    assert Scene.healthy().policies(zone).codes() == ["dmarc-invalid"]


def test_lookalike_the_name_server_fails() -> None:
    zone = domain(dmarc=None)
    zone["_dmarc.example.com TXT"] = None
    assert Scene.healthy().policies(zone).codes() == []

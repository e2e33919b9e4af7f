"""dmarc-invalid: a record is there, and isn't applied as it was meant."""

from __future__ import annotations

import pytest

from ..scene import Scene
from .zones import domain, published

CODE = "dmarc-invalid"


@pytest.mark.parametrize(
    ("record", "severity"),
    [
        ("v=DMARC1 p=reject", "warning"),
        ("v=DMARC1; p=rejected", "warning"),
        ("p=reject; v=DMARC1", "warning"),
        ("v=DMARC1; p=none; pct=200", "note"),
        ("v=DMARC1; p=none; rua=info@example.com", "note"),
    ],
)
def test_positive_by_what_is_lost(record: str, severity: str) -> None:
    scene = Scene.healthy().policies(domain(dmarc=record))
    diagnosis = scene.diagnosis(CODE)
    assert diagnosis.severity == severity
    (new,) = published(diagnosis.fixes[0])
    assert new.startswith("_dmarc.example.com TXT v=DMARC1; p=")


def test_positive_two_records() -> None:
    zone = domain(dmarc=None)
    zone["_dmarc.example.com TXT"] = ["v=DMARC1; p=none", "v=DMARC1; p=reject"]
    diagnosis = Scene.healthy().policies(zone).diagnosis(CODE)
    assert "2 records" in diagnosis.title


def test_negative_a_sound_record() -> None:
    assert Scene.healthy().policies(domain(dmarc="v=DMARC1; p=reject; sp=none")).codes() == []


def test_lookalike_another_record_beside_it() -> None:
    zone = domain()
    zone["_dmarc.example.com TXT"] = ["v=DMARC1; p=none", "v=spf1 -all"]
    assert Scene.healthy().policies(zone).codes() == []

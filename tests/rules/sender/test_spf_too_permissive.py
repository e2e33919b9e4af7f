"""spf-too-permissive: the record proves nothing."""

from __future__ import annotations

import pytest

from ..scene import Scene
from .zones import domain, published

CODE = "spf-too-permissive"


@pytest.mark.parametrize(
    ("record", "whom"),
    [
        ("v=spf1 include:_spf-eu.ionos.com +all", "everybody"),
        ("v=spf1 include:_spf-eu.ionos.com all", "everybody"),
        ("v=spf1 ip4:0.0.0.0/0 include:_spf-eu.ionos.com -all", "everybody"),
        ("v=spf1 ip4:10.0.0.0/8 include:_spf-eu.ionos.com -all", "10.0.0.0/8"),
    ],
)
def test_positive(record: str, whom: str) -> None:
    scene = Scene.healthy().policies(domain(record))
    diagnosis = scene.diagnosis(CODE)
    assert diagnosis.severity == "warning"
    assert whom in diagnosis.title
    assert not any("by way of" in item.text for item in diagnosis.evidence)
    assert scene.judge().verdict == "warnings"


def test_positive_by_way_of_an_include() -> None:
    zone = domain("v=spf1 include:_spf-eu.ionos.com include:spf.example.net -all")
    zone["spf.example.net TXT"] = ["v=spf1 +all"]
    texts = [item.text for item in Scene.healthy().policies(zone).diagnosis(CODE).evidence]
    assert "“+all” in the record of spf.example.net, by way of example.com" in texts


def test_positive_the_record_without_it() -> None:
    diagnosis = Scene.healthy().policies(domain("v=spf1 mx +all")).diagnosis(CODE)
    assert "example.com TXT v=spf1 mx include:_spf-eu.ionos.com ~all" in published(
        diagnosis.fixes[0]
    )


def test_negative_a_provider_s_large_networks() -> None:
    scene = Scene.healthy().policies(
        domain("v=spf1 include:_spf-eu.ionos.com ip4:40.92.0.0/15 ~all")
    )
    assert scene.codes() == []


def test_lookalike_a_neutral_end_lets_nobody_pass() -> None:
    scene = Scene.healthy().policies(domain("v=spf1 include:_spf-eu.ionos.com ?all"))
    assert scene.codes() == []

"""spf-partly-authorized: some of the provider's servers pass."""

from __future__ import annotations

from ..scene import Scene
from .zones import domain, published

CODE = "spf-partly-authorized"
HALF = "v=spf1 ip4:212.227.15.0/24"


def test_positive_says_which_networks_are_missing() -> None:
    scene = Scene.healthy().policies(domain(f"{HALF} ~all"))
    diagnosis = scene.diagnosis(CODE)
    assert (diagnosis.severity, diagnosis.confidence) == ("warning", "certain")
    assert any("212.227.126.128/25" in item.text for item in diagnosis.evidence)
    assert f"example.com TXT {HALF} include:_spf-eu.ionos.com ~all" in published(diagnosis.fixes[0])


def test_positive_an_error_where_some_mail_is_refused() -> None:
    scene = Scene.healthy().policies(domain(f"{HALF} -all", dkim=False))
    assert scene.diagnosis(CODE).severity == "error"


def test_negative_the_mailbox_s_region_is_enough() -> None:
    scene = Scene.healthy().policies(domain("v=spf1 include:_spf-eu.ionos.com -all"))
    assert scene.codes() == []


def test_lookalike_none_of_them() -> None:
    scene = Scene.healthy().policies(domain("v=spf1 ip4:192.0.2.0/24 ~all"))
    assert scene.codes("warning") == ["spf-not-authorized"]

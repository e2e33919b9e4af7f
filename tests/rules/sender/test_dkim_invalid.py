"""dkim-invalid: a key is there, and receivers can't verify with it."""

from __future__ import annotations

import pytest

from ..scene import Scene
from .zones import SIGNED_KEY, domain, key, published, removed

CODE = "dkim-invalid"
NAME = "s1-ionos._domainkey.example.com TXT"


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ("v=DKIM1; p=", "revoked"),
        (SIGNED_KEY[:255], "after 255 characters"),
        (SIGNED_KEY.replace("MII", "M*I"), "base64"),
        (SIGNED_KEY.replace("v=DKIM1;", "v=DKIM1\\;"), "is invalid"),
        (key(1024).replace("p=M", "p=TU"), "is invalid"),
    ],
    # the keys are made anew in each process
    ids=["revoked", "cut", "no base64", "backslash", "no key"],
)
def test_positive_what_is_wrong(record: str, words: str) -> None:
    zone = domain(dkim=False)
    zone[NAME] = [record]
    scene = Scene.healthy().policies(zone)
    diagnosis = scene.diagnosis(CODE)
    assert (diagnosis.severity, diagnosis.confidence) == ("warning", "certain")
    assert words in diagnosis.title
    assert any("CNAME s1.dkim.ionos.com" in item for item in published(diagnosis.fixes[0]))
    assert removed(diagnosis.fixes[0]) == [f"{NAME} {record}"]


def test_positive_a_note_beside_one_that_works() -> None:
    zone = domain()
    zone["s2-ionos._domainkey.example.com TXT"] = [SIGNED_KEY[:255]]
    scene = Scene.healthy().policies(zone)
    assert scene.diagnosis(CODE).severity == "note"


def test_negative_a_key_that_works() -> None:
    assert Scene.healthy().policies(domain()).codes() == []


def test_lookalike_an_old_selector_that_was_revoked() -> None:
    zone = domain()
    zone["s42582890._domainkey.example.com TXT"] = ["v=DKIM1; p="]
    assert Scene.healthy().policies(zone).codes() == []


def test_lookalike_no_key_at_all() -> None:
    assert Scene.healthy().policies(domain(dkim=False)).codes() == ["dkim-missing"]


def test_positive_two_keys_at_one_selector() -> None:
    zone = domain()
    zone["s1-ionos._domainkey.example.com TXT"] = [SIGNED_KEY, key()]
    diagnosis = Scene.healthy().policies(zone).diagnosis(CODE)
    assert diagnosis.severity == "warning"
    assert "2 DKIM keys" in diagnosis.title


def test_lookalike_another_record_beside_the_key() -> None:
    zone = domain()
    zone["s1-ionos._domainkey.example.com TXT"] = [SIGNED_KEY, "v=spf1 -all"]
    assert Scene.healthy().policies(zone).codes() == []


def test_positive_a_broken_key_behind_a_cname_is_mended_there() -> None:
    zone = domain("v=spf1 include:spf.protection.outlook.com ~all", dkim=False)
    zone["spf.protection.outlook.com TXT"] = ["v=spf1 ip4:192.0.2.0/24 -all"]
    zone["selector1._domainkey.example.com CNAME"] = ["selector1-example.example.net"]
    zone["selector1._domainkey.example.com TXT"] = ["v=DKIM1; p=AAAA"]
    scene = Scene.healthy(host="smtp.office365.com").policies(zone, provider="microsoft365")
    steps = scene.diagnosis(CODE).fixes[0].steps
    assert any("change the record there" in step for step in steps)

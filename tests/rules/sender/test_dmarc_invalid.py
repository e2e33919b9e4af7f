"""dmarc-invalid: a record is there, and isn't applied as it was meant."""

from __future__ import annotations

import pytest

from ..scene import Scene
from .zones import domain, published, removed

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


def test_positive_the_policy_is_not_tightened_before_the_sender_passes() -> None:
    record = "v=DMARC1 p=reject rua=mailto:a@example.com"
    failing = domain("v=spf1 ip4:192.0.2.1 ~all", dmarc=record, dkim=False)
    fix = Scene.healthy().policies(failing).diagnosis(CODE).fixes[0]
    assert published(fix) == ["_dmarc.example.com TXT v=DMARC1; p=none; rua=mailto:a@example.com"]
    assert any("p=reject waits" in step for step in fix.steps)
    fix = Scene.healthy().policies(domain(dmarc=record)).diagnosis(CODE).fixes[0]
    assert published(fix) == ["_dmarc.example.com TXT v=DMARC1; p=reject; rua=mailto:a@example.com"]


def test_positive_of_several_records_all_reports_are_kept() -> None:
    zone = domain()
    zone["_dmarc.example.com TXT"] = [
        "v=DMARC1; p=none; rua=mailto:a@example.com",
        "v=DMARC1; p=quarantine; rua=mailto:b@example.com",
    ]
    fix = Scene.healthy().policies(zone).diagnosis(CODE).fixes[0]
    assert published(fix) == [
        "_dmarc.example.com TXT v=DMARC1; p=quarantine; "
        "rua=mailto:b@example.com,mailto:a@example.com"
    ]


@pytest.mark.parametrize(
    ("tag", "mended"),
    [("fo=1,d", "; fo=1:d"), ("fo=yes", ""), ("rf=iodef", ""), ("ri=daily", "")],
)
def test_positive_options_of_reports(tag: str, mended: str) -> None:
    zone = domain(dmarc=f"v=DMARC1; p=none; {tag}")
    diagnosis = Scene.healthy().policies(zone).diagnosis(CODE)
    assert diagnosis.severity == "note"
    assert tag in diagnosis.title
    assert published(diagnosis.fixes[0]) == [f"_dmarc.example.com TXT v=DMARC1; p=none{mended}"]


@pytest.mark.parametrize("tags", ["fo=1:d:s; rf=afrf; ri=3600", "fo=0", "np=reject"])
def test_negative_options_of_reports(tags: str) -> None:
    assert Scene.healthy().policies(domain(dmarc=f"v=DMARC1; p=none; {tags}")).codes() == []


def test_positive_reports_to_somebody_who_does_not_take_them() -> None:
    zone = domain(dmarc="v=DMARC1; p=none; rua=mailto:us@reports.example.net")
    diagnosis = Scene.healthy().policies(zone).diagnosis(CODE)
    assert diagnosis.severity == "note"
    assert published(diagnosis.fixes[0]) == [
        "example.com._report._dmarc.reports.example.net TXT v=DMARC1"
    ]


@pytest.mark.parametrize("address", ["us@reports.example.net", "us@mail.example.com"])
def test_negative_reports_to_somebody_who_takes_them(address: str) -> None:
    zone = domain(dmarc=f"v=DMARC1; p=none; rua=mailto:{address}!10m")
    zone["example.com._report._dmarc.reports.example.net TXT"] = ["v=DMARC1;"]
    assert Scene.healthy().policies(zone).codes() == []


def test_lookalike_a_name_server_that_does_not_say_whether_reports_are_taken() -> None:
    zone = domain(dmarc="v=DMARC1; p=none; rua=mailto:us@reports.example.net")
    zone["example.com._report._dmarc.reports.example.net TXT"] = None
    assert Scene.healthy().policies(zone).codes() == []


def test_positive_a_cname_at_the_name_is_replaced_whole() -> None:
    zone = domain(dmarc="v=DMARC1 p=none")
    zone["_dmarc.example.com CNAME"] = ["_dmarc.reports.example.net"]
    fix = Scene.healthy().policies(zone).diagnosis(CODE).fixes[0]
    assert removed(fix) == ["_dmarc.example.com CNAME _dmarc.reports.example.net"]
    assert published(fix) == ["_dmarc.example.com TXT v=DMARC1; p=none"]

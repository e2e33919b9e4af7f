"""dmarc-would-reject: neither SPF nor DKIM speaks for the sender; mostly a consequence."""

from __future__ import annotations

import pytest

from smtpdoctor.diagnosis.rules.sender import dmarc_would_reject
from smtpdoctor.diagnosis.run import Run

from ..scene import Scene, assert_well_worded
from .zones import domain

CODE = "dmarc-would-reject"


@pytest.mark.parametrize("record", [None, "v=spf1 mx ~all", "v=spf1 ipv4:192.0.2.1 ~all"])
def test_positive_under_the_cause(record: str | None) -> None:
    zone = domain(record, dmarc="v=DMARC1; p=reject", dkim=False)
    judgement = Scene.healthy().policies(zone).judge()
    (error,) = (item for item in judgement.diagnoses if item.severity == "error")
    assert CODE in error.consequences
    assert judgement.verdict == "broken"


def test_positive_in_its_own_words() -> None:
    zone = domain("v=spf1 mx ~all", dmarc="v=DMARC1; p=reject", dkim=False)
    run = Run(Scene.healthy().policies(zone).observations())
    (diagnosis,) = dmarc_would_reject.diagnose(run)
    assert_well_worded(diagnosis)
    assert diagnosis.severity == "error"
    assert "info@example.com" in diagnosis.title


@pytest.mark.parametrize(
    ("record", "dkim"),
    [("v=spf1 mx ~all", True), ("v=spf1 include:_spf-eu.ionos.com ~all", False)],
)
def test_negative_one_of_the_two_is_enough(record: str, dkim: bool) -> None:
    zone = domain(record, dmarc="v=DMARC1; p=reject", dkim=dkim)
    assert Scene.healthy().policies(zone).codes("error") == []


def test_lookalike_a_policy_for_no_mail() -> None:
    zone = domain("v=spf1 mx ~all", dmarc="v=DMARC1; p=reject; pct=0", dkim=False)
    assert Scene.healthy().policies(zone).codes("error") == []


def test_lookalike_dkim_that_can_t_be_told() -> None:
    zone = domain("v=spf1 mx ~all", dmarc="v=DMARC1; p=reject", dkim=False)
    zone["s1-ionos._domainkey.example.com TXT"] = None
    assert Scene.healthy().policies(zone).codes("error") == []

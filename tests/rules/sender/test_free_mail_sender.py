"""free-mail-sender: an address of a free mailbox through another company's servers."""

from __future__ import annotations

import pytest

from ..scene import Scene, assert_well_worded
from .zones import IONOS, Zone, domain

CODE = "free-mail-sender"


def mailbox(name: str, dmarc: str | None, spf: str = "v=spf1 ip4:192.0.2.0/24 ~all") -> Zone:
    zone: Zone = {**IONOS, f"{name} TXT": [spf], f"{name} MX": [f"10 mx.{name}"]}
    if dmarc is not None:
        zone[f"_dmarc.{name} TXT"] = [dmarc]
    return zone


@pytest.mark.parametrize(
    ("name", "dmarc", "severity"),
    [
        ("yahoo.com", "v=DMARC1; p=reject", "error"),
        ("gmail.com", "v=DMARC1; p=none; sp=quarantine", "warning"),
        ("gmx.de", None, "warning"),
    ],
)
@pytest.mark.parametrize("relay", ["ionos", "sendgrid"])
def test_positive_through_another_company(
    name: str, dmarc: str | None, severity: str, relay: str
) -> None:
    scene = Scene.healthy(sender=f"me@{name}").policies(mailbox(name, dmarc), provider=relay)
    diagnosis = scene.diagnosis(CODE)
    assert_well_worded(diagnosis)
    assert diagnosis.severity == severity
    assert diagnosis.fixes[0].settings == {"SMTP_FROM": "info@example.com"}
    # no record of that domain is anybody's to publish
    assert not any(fix.records for fix in diagnosis.fixes)
    assert [code for code in scene.codes() if code != CODE] == []


def test_positive_a_host_of_which_nothing_is_known() -> None:
    zone = mailbox("web.de", None)
    scene = Scene.healthy(sender="me@web.de", host="mail.example.org")
    assert scene.policies(zone, provider=None).diagnosis(CODE).severity == "warning"


def test_negative_through_its_own_provider() -> None:
    scene = Scene.healthy(sender="me@gmx.de", host="mail.gmx.net")
    assert CODE not in scene.policies(mailbox("gmx.de", None), provider="gmx").codes()


def test_negative_through_the_same_company() -> None:
    scene = Scene.healthy(sender="me@hotmail.com", host="smtp.office365.com")
    zone = mailbox("hotmail.com", "v=DMARC1; p=none")
    assert CODE not in scene.policies(zone, provider="microsoft365").codes()


def test_lookalike_a_domain_of_one_s_own_at_that_provider() -> None:
    zone = domain("v=spf1 include:_spf.google.com ~all", dmarc="v=DMARC1; p=reject")
    zone["example.com MX"] = ["1 aspmx.l.google.com"]
    assert CODE not in Scene.healthy().policies(zone).codes()

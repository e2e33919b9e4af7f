"""How other programs use the Python interface: mypy checks it, nobody runs it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import assert_type

import smtpdoctor
from smtpdoctor.diagnosis.model import Diagnosis, Fix
from smtpdoctor.network import Network
from smtpdoctor.observations import Observations
from tests.fake_network import FakeNetwork


def checks() -> None:
    report = smtpdoctor.check("smtp.ionos.com:587")
    assert_type(report, smtpdoctor.Report)
    smtpdoctor.check(
        host="mail.example.com",
        port=587,
        tls="starttls",
        user="info@example.com",
        password="…",
        sender="info@example.com",
        to="you@example.net",
        size=1_000_000,
        client="nodemailer",
        env_file=".env.production",
        environ={"SMTP_HOST": "mail.example.com"},
        folder=Path(),
        only=["tls"],
        skip=("dns",),
        timeout=10,
        connect_to=["mail.example.com:587:127.0.0.1:2587"],
        cafile=Path("ca.pem"),
        nameservers=["192.0.2.53"],
        third_party=False,
    )
    smtpdoctor.check(hots="mail.example.com")  # type: ignore[call-arg]
    smtpdoctor.check(timeout="soon")  # type: ignore[arg-type]
    smtpdoctor.check(only=["everything"])  # type: ignore[list-item]


async def checks_in_a_loop() -> None:
    assert_type(await smtpdoctor.acheck("smtp.ionos.com"), smtpdoctor.Report)


async def checks_many() -> None:
    targets: list[str | Mapping[str, object]] = ["smtp.ionos.com", {"host": "mail.example.com"}]
    async for checked in smtpdoctor.check_many(targets, jobs=8, rate=2, only=["tls"]):
        assert_type(checked, smtpdoctor.Checked)
        assert_type(checked.position, int)
        assert_type(checked.report, smtpdoctor.Report | None)
    smtpdoctor.check_many(targets, jobs="8")  # type: ignore[arg-type]


def reads(report: smtpdoctor.Report) -> None:
    assert_type(report.exit_status(strict=True), int)
    for diagnosis in report.diagnoses:
        assert_type(diagnosis, Diagnosis)
        for fix in diagnosis.fixes:
            assert_type(fix, Fix)
            settings: Mapping[str, str | None] = fix.settings
            print(settings, fix.tried)
    again = smtpdoctor.diagnose(report.observations, started=report.started)
    assert_type(again, smtpdoctor.Report)
    assert_type(report.observations, Observations)
    try:
        smtpdoctor.check(port=99999)
    except smtpdoctor.UsageError as error:
        print(error)


def stands_in_for_the_network() -> Network:
    return FakeNetwork()

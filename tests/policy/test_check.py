"""The sender's policies as a part of `smtpdoctor check`: sessions beside a real name server."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from smtpdoctor.api import run
from smtpdoctor.demo.scenarios import SCENARIOS
from smtpdoctor.examination.options import CheckOptions
from smtpdoctor.examination.plan import ConnectTo
from smtpdoctor.network import AnswerResult, SystemNetwork
from smtpdoctor.observations import PolicyAnswer, SenderQuestion
from smtpdoctor.plans import make_plan
from smtpdoctor.report.model import Report
from smtpdoctor.report.saved import read
from smtpdoctor.sender import question

from ..dns.server import DNSServer
from ..rules.sender.zones import Zone, domain
from ..runs import as_json, shown
from .dns_zone import serve


async def _checked(
    name: str, folder: Path, *nameservers: str, network: SystemNetwork | None = None, **more: object
) -> Report:
    async with SCENARIOS[name].running() as setup:
        (folder / ".env").write_text(setup.env_text, encoding="utf-8")
        plan = make_plan(
            CheckOptions(
                environ={},
                folder=folder,
                connect_to=[
                    ConnectTo(host=host, port=port, address=address, target_port=target)
                    for host, port, address, target in setup.connect_to
                ],
                cafile=setup.cafile,
                nameservers=nameservers,
                **more,  # type: ignore[arg-type]
            )
        )
        return await run(plan, environ={}, network=network)


def checked(name: str, folder: Path, *nameservers: str, **more: object) -> Report:
    return asyncio.run(_checked(name, folder, *nameservers, **more))  # type: ignore[arg-type]


def sender_line(report: Report) -> str:
    return next(check.summary for check in report.checks if check.name == "sender")


def test_a_healthy_run_names_all_three(server: DNSServer, tmp_path: Path) -> None:
    serve(domain(), server)
    report = checked("healthy-587", tmp_path, server.endpoint)
    assert (report.verdict, report.diagnoses) == ("healthy", ())
    assert sender_line(report) == (
        "info@example.com accepted; SPF passes (include:_spf-eu.ionos.com), DKIM, DMARC p=none"
    )
    # the column of times stands between the line and what it goes on with
    words = " ".join(re.sub(r"(?m) +\d+ ms$", "", shown(report)).split())
    assert "SPF passes (include:_spf-eu.ionos.com), DKIM, DMARC p=none" in words
    assert "1 look-up of 10" in shown(report, verbose=True)


def test_a_sender_that_receivers_reject_is_broken(server: DNSServer, tmp_path: Path) -> None:
    serve(domain("v=spf1 mx -all", dmarc="v=DMARC1; p=reject", dkim=False), server)
    report = checked("healthy-587", tmp_path, server.endpoint)
    errors = [item.code for item in report.diagnoses if item.severity == "error"]
    assert (report.verdict, errors) == ("broken", ["spf-not-authorized"])
    assert next(c.status for c in report.checks if c.name == "sender") == "failed"
    page = shown(report)
    assert '+ example.com TXT "v=spf1 mx include:_spf-eu.ionos.com -all"' in page
    assert len(page.splitlines()) <= 30


def test_another_cause_stands_beside_it(server: DNSServer, tmp_path: Path) -> None:
    serve(domain("v=spf1 mx -all", dkim=False), server)
    report = checked("wrong-password", tmp_path, server.endpoint)
    errors = [item.code for item in report.diagnoses if item.severity == "error"]
    assert errors == ["credentials-rejected", "spf-not-authorized"]
    assert sender_line(report).startswith("MAIL not tried; SPF does not pass")


def test_a_sender_of_another_domain_is_one_cause(server: DNSServer, tmp_path: Path) -> None:
    sender = SCENARIOS["from-of-another-domain"].env_text
    other = sender.split("SMTP_FROM=")[1].split()[0].rpartition("@")[2]
    zone: Zone = {**domain(), **domain("v=spf1 -all", name=other, dkim=False)}
    serve(zone, server)
    report = checked("from-of-another-domain", tmp_path, server.endpoint)
    errors = {item.code: item for item in report.diagnoses if item.severity == "error"}
    assert list(errors) == ["sender-not-allowed"]
    assert "spf-not-authorized" in errors["sender-not-allowed"].consequences


def test_a_saved_run_gives_the_same(server: DNSServer, tmp_path: Path) -> None:
    serve(domain("v=spf1 mx ~all", dmarc=None), server)
    report = checked("healthy-587", tmp_path, server.endpoint)
    again = read(as_json(report).encode())
    assert [item.code for item in again.diagnoses] == ["spf-not-authorized", "dmarc-missing"]
    assert as_json(again) == as_json(report)


class ForbiddenNetwork(SystemNetwork):
    """A network whose name servers nobody may ask."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    async def ask(self, server: str, question: str, record: str, timeout: float) -> AnswerResult:
        self.asked.append(question)
        return AnswerResult(outcome="silent")


def test_a_mapped_host_asks_nobody(tmp_path: Path) -> None:
    network = ForbiddenNetwork()
    report = checked("healthy-587", tmp_path, network=network)
    assert network.asked == []
    assert report.observations.of(SenderQuestion) == []
    assert sender_line(report) == "info@example.com accepted"


@pytest.mark.parametrize("left_out", ["dns", "sender"])
def test_a_check_that_is_left_out_asks_nothing(
    server: DNSServer, tmp_path: Path, left_out: str
) -> None:
    serve(domain(), server)
    report = checked("healthy-587", tmp_path, server.endpoint, skip=[left_out])
    assert server.queries == []
    assert report.observations.of(PolicyAnswer) == []


@pytest.mark.parametrize(
    "host", ["localhost", "mailhog", "127.0.0.1", "10.0.0.5", "relay.internal"]
)
def test_hosts_behind_which_no_mail_leaves(host: str) -> None:
    assert not question.is_outside(host)


def test_a_healthy_run_waits_for_the_policies_no_longer_than_it_may(
    monkeypatch: pytest.MonkeyPatch, server: DNSServer, tmp_path: Path
) -> None:
    """A name server that is silent on one include: the rest of the run is over first."""
    from smtpdoctor.examination import order

    monkeypatch.setattr(order, "POLICIES_WAIT", 0.0)
    serve(domain(), server).fault("_dmarc.example.com", "TXT", "silent")
    report = checked("healthy-587", tmp_path, server.endpoint)
    assert report.verdict == "healthy"
    asked = [item.question for item in report.observations.of(PolicyAnswer)]
    assert "_dmarc.example.com" not in asked
    assert [item.code for item in report.diagnoses if item.severity != "note"] == []

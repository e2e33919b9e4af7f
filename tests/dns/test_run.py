"""Whole runs against a name server of the tests' own, from the wire to the diagnosis."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from smtpdoctor.diagnosis.engine import diagnose
from smtpdoctor.diagnosis.model import Judgement
from smtpdoctor.network import SystemNetwork
from smtpdoctor.observations import Addresses, ConnectAttempt, NameServerAnswer, Observations
from smtpdoctor.plan import Plan
from smtpdoctor.runner import examine
from smtpdoctor.settings.model import Credentials, Settings

from .server import DNSServer, closed_endpoint

HOST = "smtp.example.org"


@pytest.fixture
def server() -> Iterator[DNSServer]:
    with DNSServer() as running:
        yield running


def run(host: str, *nameservers: str, port: int = 587) -> Observations:
    settings = Settings(host=host, port=port)
    plan = Plan(settings=settings, credentials=Credentials(), third_party=False, timeout=10)
    return asyncio.run(examine(plan, SystemNetwork(nameservers), {}))


def judged(host: str, *nameservers: str, port: int = 587) -> Judgement:
    return diagnose(run(host, *nameservers, port=port))


def codes(judgement: Judgement) -> list[str]:
    assert judgement.unexplained == ()
    return [item.code for item in judgement.diagnoses if item.severity == "error"]


def test_no_such_name(server: DNSServer) -> None:
    found = judged(HOST, server.endpoint)
    assert codes(found) == ["dns-name-not-found"]
    assert found.verdict == "broken"


def test_no_address(server: DNSServer) -> None:
    server.add(HOST, "TXT", '"x"')
    assert codes(judged(HOST, server.endpoint)) == ["dns-no-address"]


def test_a_domain_of_mailboxes(server: DNSServer) -> None:
    server.add("example.org", "MX", "10 mx00.ionos.de.")
    found = judged("example.org", server.endpoint)
    assert codes(found) == ["wrong-host"]
    assert "smtp.ionos.de" in found.diagnoses[0].fixes[0].title


def test_a_typo(server: DNSServer) -> None:
    assert codes(judged("smtp.ionoss.com", server.endpoint)) == ["host-name-typo"]


@pytest.mark.parametrize("fault", ["servfail", "refused", "malformed"])
def test_a_server_without_help(server: DNSServer, fault: str) -> None:
    server.fault("*", "*", fault)  # type: ignore[arg-type]
    assert codes(judged(HOST, server.endpoint)) == ["dns-resolver-failing"]


def test_no_server_there() -> None:
    assert codes(judged(HOST, closed_endpoint())) == ["dns-resolver-unreachable"]


def test_one_of_two_servers_is_dead(server: DNSServer) -> None:
    server.add(HOST, "A", "127.0.0.1")
    found = judged(HOST, closed_endpoint(), server.endpoint, port=closed_port())
    assert "dns-nameserver-dead" in [item.code for item in found.diagnoses]


def test_a_filter_s_answer(server: DNSServer) -> None:
    server.add(HOST, "A", "127.0.0.1")
    assert codes(judged(HOST, server.endpoint, port=closed_port())) == ["dns-answer-bogus"]


def test_the_provider_s_other_host_is_looked_up_beside(server: DNSServer) -> None:
    seen = run("smtp.ionos.com", server.endpoint)
    others = seen.of(NameServerAnswer, asked_for="provider-host")
    assert {item.question for item in others} == {"smtp.ionos.de"}
    assert not seen.of(ConnectAttempt)
    assert [item.ok for item in seen.of(Addresses)] == [False]


def closed_port() -> int:
    return int(closed_endpoint().rpartition(":")[2])

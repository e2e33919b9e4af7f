"""Whole runs against a name server of the tests' own, from the wire to the diagnosis."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from smtpdoctor.demo.authority import Authority
from smtpdoctor.demo.behaviour import Behaviour
from smtpdoctor.diagnosis.engine import diagnose
from smtpdoctor.diagnosis.model import Judgement
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.examination.order import examine
from smtpdoctor.examination.plan import Plan
from smtpdoctor.knowledge import WELL_KNOWN_NAMES
from smtpdoctor.network import SystemNetwork
from smtpdoctor.observations import Addresses, ConnectAttempt, NameServerAnswer, Observations
from smtpdoctor.report.summary import summarise
from smtpdoctor.settings.model import Credentials, Settings
from tests.fake_network import NAME_SERVER, Port
from tests.runs import CONTROL_ADDRESSES, Ran, one_host
from tests.runs import HOST as MAIL_HOST

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


# --- on a network in memory: what is knocked on when no name is answered ------------------------


def unanswered(authority: Authority, *, landmarks: Port = "silent", **plan: Any) -> Ran:
    """A run whose host no name server tells; `landmarks` is what becomes of connects to 443."""
    others = {(address, 443): landmarks for address in CONTROL_ADDRESSES}
    network = one_host(authority, names={MAIL_HOST: "never"}, others=others)
    ran = Ran(network, authority, **plan)
    assert ran.crashes == []
    return ran


def test_names_are_blocked(authority: Authority) -> None:
    ran = unanswered(authority, landmarks=Behaviour())
    assert ran.codes() == ["dns-blocked"]
    assert ran.network.touched == set(CONTROL_ADDRESSES)
    assert {knock.port for knock in ran.network.knocks} == {443}
    ran.network.assert_tidy()
    # named in the report
    assert all(address in ran.text(verbose=True) for address in CONTROL_ADDRESSES)


def test_no_network(authority: Authority) -> None:
    assert unanswered(authority).codes() == ["no-network"]


def test_nobody_else_may_be_asked(authority: Authority) -> None:
    ran = unanswered(authority, landmarks=Behaviour(), third_party=False)
    assert ran.codes() == ["dns-resolver-unreachable"]
    assert ran.network.touched == set()
    assert {item.server for item in ran.observations.of(NameServerAnswer)} == {NAME_SERVER}


def test_only_names_are_looked_at(authority: Authority) -> None:
    ran = unanswered(authority, landmarks=Behaviour(), only=["dns"])
    assert ran.network.touched == set()


def test_a_private_name_is_nobody_else_s_business(authority: Authority) -> None:
    network = one_host(authority, names={"mail.lan": "never"})
    ran = Ran(network, authority, env={"SMTP_HOST": "mail.lan"})
    assert ran.codes() == ["dns-resolver-unreachable"]
    assert network.touched == set()
    assert {item.server for item in ran.observations.of(NameServerAnswer)} == {NAME_SERVER}


def test_a_name_that_does_not_exist_needs_no_comparison(authority: Authority) -> None:
    network = one_host(authority, names={MAIL_HOST: "EAI_NONAME"})
    ran = Ran(network, authority)
    assert ran.codes() == ["dns-name-not-found"]
    assert network.touched == set()


@pytest.mark.parametrize(("wrong", "told"), [(0, False), (2, False), (4, True)])
def test_forged_answers_are_told_where_they_come_in_numbers(wrong: int, told: bool) -> None:
    seen = Observations(
        (
            NameServerAnswer(
                id="1",
                check="dns",
                server="192.0.2.53",
                question="smtp.example.org",
                record="A",
                outcome="answer",
                wrong_answers=wrong,
            ),
            Addresses(
                id="2", check="dns", host="x.example", addresses=("192.0.2.1",), source="wire"
            ),
        )
    )
    line = summarise("dns", Run(seen))
    assert line is not None
    assert ("passed over" in line) is told


def test_a_name_server_that_knows_no_name_is_found_out(authority: Authority) -> None:
    """Two well-known names are asked for, and not where third parties are left alone."""
    nothing = dict.fromkeys((MAIL_HOST, *WELL_KNOWN_NAMES), "EAI_NONAME")
    ran = Ran(one_host(authority, names=nothing, policies={}), authority)
    assert ran.codes() == ["dns-resolver-failing"]
    asked = [item.question for item in ran.observations.of(NameServerAnswer)]
    assert set(WELL_KNOWN_NAMES) <= set(asked)
    network = one_host(authority, names=nothing, policies={})
    alone = Ran(network, authority, third_party=False)
    assert alone.codes()[0] == "dns-name-not-found"


def test_another_region_s_host_is_tried_where_this_one_is_not_known(authority: Authority) -> None:
    network = one_host(
        authority,
        names={"smtp.ionos.com": "EAI_NONAME", "smtp.ionos.de": ("192.0.2.31",)},
        others={("192.0.2.31", 587): ionos(authority), ("192.0.2.31", 465): "refused"},
    )
    ran = Ran(network, authority, env={"SMTP_HOST": "smtp.ionos.com"})
    first = ran.diagnosis("dns-name-not-found").fixes[0]
    assert first.settings["SMTP_HOST"] == "smtp.ionos.de"
    assert "STARTTLS and TLS 1.3 work" in first.tried
    assert "login not tried" in first.tried


def test_another_region_s_host_that_is_not_known_either_is_no_fix(authority: Authority) -> None:
    unknown = dict.fromkeys(("smtp.ionos.com", "smtp.ionos.de"), "EAI_NONAME")
    ran = Ran(one_host(authority, names=unknown), authority, env={"SMTP_HOST": "smtp.ionos.com"})
    fixes = ran.diagnosis("dns-name-not-found").fixes
    assert not any(fix.settings for fix in fixes)


def ionos(authority: Authority) -> Behaviour:
    return Behaviour(certificate=authority.issue(["smtp.ionos.de"]))

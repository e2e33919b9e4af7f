"""What `smtpdoctor check` says of a network that lets mail down, on a path of real routers.

Each fault must come first by its own code, placed at the right hop, with the way that works as
the first fix. The doctor runs as an ordinary user.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from smtpdoctor.demo.authority import Authority
from tests.dns.server import Fault as DNSFault

from . import faults
from .doctor import Check, check
from .internet import (
    ADDRESS,
    DISTANCE,
    HOST,
    HTTPS,
    IMPLICIT_TLS,
    NAME_SERVER,
    ROUTER_ADDRESSES,
    STARTTLS,
    Internet,
)

pytestmark = pytest.mark.namespace

GATEWAY, PROVIDER, TRANSIT = ROUTER_ADDRESSES["IPv4"]
MAIL_PORTS = (25, IMPLICIT_TLS, STARTTLS, 2525)
OTHER_WAY = {
    STARTTLS: {"SMTP_PORT": "465", "SMTP_SECURE": "true"},
    IMPLICIT_TLS: {"SMTP_PORT": "587", "SMTP_SECURE": "false"},
}


def assert_broken(done: Check, code: str) -> None:
    """This code is the first error, and no other error stands beside it."""
    first = done.first
    assert (first["code"], first["severity"]) == (code, "error")
    errors = [item["code"] for item in done.report["diagnoses"] if item["severity"] == "error"]
    assert errors == [code]
    assert (done.report["verdict"], done.status) == ("broken", 1)


def trace(done: Check, port: int) -> dict[str, Any]:
    """The one trace over IPv4 to this port of the mail server."""
    (only,) = [
        item
        for item in done.observed("path-trace")
        if (item["address"], item["port"]) == (ADDRESS["IPv4"], port)
    ]
    return only


def last_router(done: Check, port: int) -> str:
    """The last router on the way to this port of the mail server that gave a sign."""
    hops = trace(done, port)["hops"]
    routers = [hop["sender"] for hop in hops if hop["outcome"] == "time-exceeded"]
    return str(routers[-1]) if routers else ""


def test_healthy(internet: Internet) -> None:
    done = check(internet)
    assert (done.codes, done.status) == ([], 0)
    assert done.observed("path-trace") == []


# --- dropped ----------------------------------------------------------------------------------


@pytest.mark.parametrize("port", [STARTTLS, IMPLICIT_TLS])
def test_dropped_at_the_gateway(internet: Internet, port: int) -> None:
    faults.drop_at_gateway(internet, port)
    done = check(internet, port=port)
    assert_broken(done, "port-blocked")
    assert done.first["confidence"] == "certain"
    assert done.first_fix["settings"] == OTHER_WAY[port]
    assert last_router(done, port) == GATEWAY
    assert GATEWAY in done.evidence


@pytest.mark.parametrize(
    "fault", [faults.pass_one_connection_a_minute, faults.take_one_connection_at_a_time]
)
def test_few_connections_pass_and_a_program_needs_one(
    internet: Internet, fault: faults.Fault
) -> None:
    """What the doctor looks at beside must not use up what the configured port is let."""
    fault(internet)
    done = check(internet)
    assert (done.report["verdict"], done.status) == ("warnings", 0)
    assert "port-blocked" not in done.codes


def test_dropped_two_hops_on(internet: Internet) -> None:
    faults.drop_at_provider(internet, STARTTLS)
    done = check(internet)
    assert_broken(done, "port-blocked")
    assert done.first_fix["settings"] == OTHER_WAY[STARTTLS]
    assert last_router(done, STARTTLS) == PROVIDER
    assert PROVIDER in done.evidence


def test_all_mail_ports_dropped(internet: Internet) -> None:
    faults.drop_at_provider(internet, *MAIL_PORTS)
    done = check(internet)
    assert_broken(done, "port-blocked")
    assert done.first_fix["settings"] == {}
    assert last_router(done, STARTTLS) == PROVIDER
    assert last_router(done, HTTPS) == TRANSIT


def test_dropped_and_nobody_else_may_be_asked(internet: Internet) -> None:
    faults.drop_at_gateway(internet, STARTTLS)
    done = check(internet, "--no-third-party")
    assert_broken(done, "port-blocked")
    assert done.first["confidence"] == "likely"
    purposes = {item["purpose"] for item in done.observed("connect")}
    assert not purposes & {"control", "control-address"}


def test_dropped_on_this_machine(internet: Internet) -> None:
    faults.drop_locally(internet, STARTTLS)
    done = check(internet)
    assert_broken(done, "port-blocked")
    assert done.first_fix["settings"] == OTHER_WAY[STARTTLS]
    assert last_router(done, STARTTLS) == ""
    assert (
        "on this machine or in its cloud's own rules" in done.evidence + done.first["explanation"]
    )


# --- rejected ---------------------------------------------------------------------------------


def test_prohibited_at_the_gateway(internet: Internet) -> None:
    faults.prohibit_at_gateway(internet, STARTTLS)
    done = check(internet)
    assert_broken(done, "port-rejected")
    assert done.first_fix["settings"] == OTHER_WAY[STARTTLS]
    assert GATEWAY in done.evidence


def test_a_gateway_that_knows_no_network_for_one_port(internet: Internet) -> None:
    faults.no_network_at_gateway(internet, STARTTLS)
    done = check(internet)
    assert_broken(done, "port-rejected")
    assert done.first_fix["settings"] == OTHER_WAY[STARTTLS]
    assert GATEWAY in done.evidence


def test_reset_by_the_gateway(internet: Internet) -> None:
    faults.reset_at_gateway(internet, STARTTLS)
    done = check(internet)
    assert_broken(done, "port-rejected")
    assert done.first_fix["settings"] == OTHER_WAY[STARTTLS]
    assert last_router(done, STARTTLS) == GATEWAY
    assert GATEWAY in done.evidence


def test_reset_by_the_gateway_in_the_name_of_one_server(internet: Internet) -> None:
    """Only the hop tells it from the server's own refusal: other hosts take the same port."""
    faults.reset_at_gateway_for_the_mail_server(internet, STARTTLS)
    done = check(internet)
    assert done.first["code"] == "port-rejected"
    assert done.first_fix["settings"] == OTHER_WAY[STARTTLS]
    assert last_router(done, STARTTLS) == GATEWAY
    assert GATEWAY in done.evidence


def test_reset_by_the_server(internet: Internet) -> None:
    faults.nothing_listens(internet, STARTTLS)
    done = check(internet)
    assert_broken(done, "port-refused")
    assert done.first_fix["settings"] == OTHER_WAY[STARTTLS]


def test_rejected_on_this_machine(internet: Internet) -> None:
    faults.reject_locally(internet, STARTTLS)
    done = check(internet)
    assert_broken(done, "local-firewall")
    assert done.first_fix["settings"] == OTHER_WAY[STARTTLS]


# --- nothing answers --------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [faults.host_down, faults.host_filtered])
def test_one_host_down(internet: Internet, fault: faults.Fault) -> None:
    fault(internet)
    done = check(internet)
    assert_broken(done, "host-unreachable")
    assert done.first_fix["settings"]["SMTP_HOST"] == "smtp.ionos.de"


@pytest.mark.parametrize("fault", [faults.everything_down, faults.no_route])
def test_no_network(internet: Internet, fault: faults.Fault) -> None:
    fault(internet)
    done = check(internet)
    assert_broken(done, "no-network")


def test_a_black_hole_among_the_routes(internet: Internet) -> None:
    faults.black_hole_for_the_mail_server(internet)
    done = check(internet)
    assert_broken(done, "host-unreachable")
    assert done.first["title"] == f"this machine has no route to {HOST}"
    assert done.first_fix["settings"]["SMTP_HOST"] == "smtp.ionos.de"


def test_only_the_proxy_gets_out(internet: Internet) -> None:
    faults.only_names(internet)
    done = check(internet, environment={"HTTPS_PROXY": "http://10.0.0.1:3128"})
    assert_broken(done, "proxy-only-network")


def test_ipv6_in_a_black_hole(internet: Internet) -> None:
    faults.ipv6_black_hole(internet)
    done = check(internet)
    assert (done.first["code"], done.first["severity"]) == ("ipv6-broken", "warning")
    assert (done.report["verdict"], done.status) == ("warnings", 0)


# --- somebody else answers --------------------------------------------------------------------


@pytest.fixture
def proxy_authority() -> Iterator[Authority]:
    with Authority("Hotel Root CA") as made:
        yield made


def test_transparent_proxy(internet: Internet, proxy_authority: Authority) -> None:
    faults.transparent_proxy(internet, proxy_authority, STARTTLS)
    done = check(internet)
    assert_broken(done, "smtp-intercepted")
    assert done.first_fix["settings"] == OTHER_WAY[STARTTLS]
    assert any(code.startswith("certificate-") for code in done.first["consequences"])
    assert trace(done, STARTTLS)["reached_at"] == 2
    assert trace(done, HTTPS)["reached_at"] == DISTANCE


def test_all_ports_near_say_nothing_of_a_proxy(
    internet: Internet, proxy_authority: Authority
) -> None:
    faults.everything_near(internet, proxy_authority)
    done = check(internet)
    assert "smtp-intercepted" not in done.codes
    assert done.first["code"].startswith("certificate-")


# --- the size ---------------------------------------------------------------------------------


def test_mtu_hole(internet: Internet) -> None:
    faults.mtu_hole(internet)
    done = check(internet)
    assert_broken(done, "path-mtu-blackhole")
    assert "MTU" in str(done.first_fix)


# --- names ------------------------------------------------------------------------------------


def test_dead_first_name_server(internet: Internet) -> None:
    faults.dead_first_name_server(internet)
    done = check(internet)
    assert (done.first["code"], done.first["severity"]) == ("dns-nameserver-dead", "warning")
    assert (done.report["verdict"], done.status) == ("warnings", 0)


def test_name_servers_blocked(internet: Internet) -> None:
    faults.block_name_servers(internet)
    done = check(internet)
    assert_broken(done, "dns-blocked")
    assert done.first["confidence"] == "certain"


def test_name_servers_blocked_over_udp(internet: Internet) -> None:
    faults.block_names_over_udp(internet)
    done = check(internet)
    assert_broken(done, "dns-blocked")
    assert "use-vc" in str(done.first_fix)


def test_the_fix_of_names_over_tcp_works(internet: Internet) -> None:
    faults.block_names_over_udp(internet)
    internet.name_servers(NAME_SERVER, more="options use-vc\n")
    (looked_up,) = check(internet).observed("system-lookup")
    assert looked_up["ok"]


def test_only_name_server_dead(internet: Internet) -> None:
    faults.dead_only_name_server(internet)
    done = check(internet)
    assert_broken(done, "dns-resolver-unreachable")
    assert done.first["confidence"] == "certain"
    assert "1.1.1.1" in str(done.first_fix)


def test_nobody_else_may_be_asked_for_names(internet: Internet) -> None:
    faults.dead_only_name_server(internet)
    done = check(internet, "--no-third-party")
    assert_broken(done, "dns-resolver-unreachable")
    assert {item["server"] for item in done.observed("name-server-answer")} == {"192.0.2.99"}
    assert done.observed("connect") == []


@pytest.mark.parametrize("fault", ["servfail", "silent"])
def test_ipv6_question_fails(internet: Internet, fault: DNSFault) -> None:
    internet.dns_servers[NAME_SERVER].fault(HOST, "AAAA", fault)
    done = check(internet)
    assert [item["code"] for item in done.report["diagnoses"]] == ["dns-resolver-failing"]
    assert NAME_SERVER in done.first["title"]
    mail_goes_out = done.observed("system-lookup")[0]["ok"]
    assert done.first["severity"] == ("warning" if mail_goes_out else "error")


def test_a_network_answers_for_a_provider_s_host_itself(internet: Internet) -> None:
    faults.lead_to_the_gateway(internet)
    done = check(internet)
    assert_broken(done, "dns-answer-bogus")
    assert ADDRESS["IPv4"] in done.first["title"]


def test_search_list_makes_another_name(internet: Internet) -> None:
    faults.complete_names(internet)
    done = check(internet)
    assert_broken(done, "dns-answer-bogus")
    assert "example.net" in done.first["title"]


# --- nothing is wrong -------------------------------------------------------------------------


def test_lost_packets_are_no_diagnosis(internet: Internet) -> None:
    runs = 50
    link = faults.lose_packets(internet, loss=0.1, delay=0.02, seed=587)
    with ThreadPoolExecutor(8) as pool:
        finished = list(pool.map(lambda _: check(internet), range(runs)))
    assert link.lost > runs
    assert [(done.codes, done.report["verdict"]) for done in finished] == [([], "healthy")] * runs


def test_a_name_server_that_fails_for_ipv4_alone(internet: Internet) -> None:
    """The host has an IPv4 address; the system is told of the other one only."""
    faults.no_ipv4_address_from_dns(internet)
    done = check(internet)
    assert_broken(done, "dns-resolver-failing")
    assert "IPv4 address of" in done.first["title"]

"""What a run looks at beside the mail: port 25 for a request, the platform, the ways to compare."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from smtpdoctor.demo.authority import Authority
from smtpdoctor.demo.behaviour import Behaviour
from smtpdoctor.observations import PlatformSeen

from ..runs import ADDRESS, CONTROLS, HOST, Ran, one_host

METADATA = "169.254.169.254"


def dropped(authority: Authority, **more: Any) -> Any:
    """Port 587 is dropped towards everybody; 465 gets through."""
    blocked: dict[tuple[str, int], Any] = {
        (address, 587): "silent" for (address,) in CONTROLS.values()
    }
    others = more.pop("others", {})
    return one_host(authority, on_587="silent", others={**blocked, **others}, **more)


@pytest.fixture
def certified(authority: Authority) -> Behaviour:
    return Behaviour(certificate=authority.issue([HOST]))


async def droplet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A metadata service that answers as DigitalOcean's does."""
    request = await reader.readuntil(b"\r\n\r\n")
    known = request.startswith(b"GET /metadata/v1/id ")
    body = b"412345678" if known else b""
    status = b"200 OK" if known else b"404 Not Found"
    writer.write(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body))
    writer.write_eof()


def platforms(ran: Ran) -> list[tuple[str, bool]]:
    return [(item.platform, item.asked_metadata) for item in ran.observations.of(PlatformSeen)]


def test_port_25_is_knocked_on_for_a_request_only(authority: Authority) -> None:
    quiet, asked = dropped(authority), dropped(authority)
    Ran(quiet, authority)
    Ran(asked, authority, ticket=True)
    assert 25 not in {knock.port for knock in quiet.knocks}
    assert asked.knocks_on(ADDRESS, 25)
    assert {knock.address for knock in asked.knocks if knock.port == 25} > {ADDRESS}
    asked.assert_tidy()


def test_without_other_companies_only_the_host_itself(authority: Authority) -> None:
    network = dropped(authority)
    Ran(network, authority, ticket=True, third_party=False)
    assert {knock.address for knock in network.knocks if knock.port == 25} == {ADDRESS}


def test_a_healthy_run_looks_for_no_block_even_for_a_request(authority: Authority) -> None:
    network = one_host(authority)
    ran = Ran(network, authority, ticket=True, env={"RENDER": "true"})
    assert 25 not in {knock.port for knock in network.knocks}
    assert platforms(ran) == []


def test_the_platform_is_looked_for_when_the_port_fails(authority: Authority) -> None:
    ran = Ran(dropped(authority), authority, env={"RENDER": "true"})
    assert ("render", False) in platforms(ran)
    assert "runs on Render" in ran.text()
    assert ran.crashes == []


def test_metadata_services_are_asked_only_when_wanted(authority: Authority) -> None:
    network = dropped(authority, others={(METADATA, 80): droplet})
    Ran(network, authority)
    assert METADATA not in network.touched


def test_a_metadata_service_names_the_platform(authority: Authority) -> None:
    network = dropped(authority, others={(METADATA, 80): droplet})
    ran = Ran(network, authority, ask_metadata=True)
    assert ("digitalocean_droplet", True) in platforms(ran)
    assert ran.report.seconds < 3
    network.assert_tidy()


def test_the_ways_to_the_port_to_443_and_to_an_open_port_are_compared(
    authority: Authority,
) -> None:
    network = dropped(authority)
    Ran(network, authority)
    assert {port for address, port in network.traced if address == ADDRESS} == {587, 443, 465}


def test_where_the_name_is_not_found_out_the_platform_is_looked_for_too(
    authority: Authority,
) -> None:
    network = one_host(authority, names={HOST: "never"})
    ran = Ran(network, authority, env={"RENDER": "true"})
    assert ("render", False) in platforms(ran)


def test_port_2525_is_found_where_it_is_not_known_whether_the_host_has_it(
    authority: Authority, certified: Behaviour
) -> None:
    network = dropped(authority, on_465="silent", others={(ADDRESS, 2525): certified})
    ran = Ran(network, authority)
    assert ran.codes() == ["port-blocked"]
    assert ran.diagnosis("port-blocked").fixes[0].settings == {"SMTP_PORT": "2525"}


def test_of_a_known_provider_only_its_own_ports_are_tried(authority: Authority) -> None:
    network = dropped(authority, names={"smtp.ionos.com": (ADDRESS,)})
    Ran(network, authority, env={"SMTP_HOST": "smtp.ionos.com"})
    assert {knock.port for knock in network.knocks_on(ADDRESS)} == {587, 465, 443}

"""reverse-dns-missing: the client's address has no name that leads back to it."""

from __future__ import annotations

import pytest

from ..scene import Scene, assert_well_worded
from .zones import Zone, domain

CODE = "reverse-dns-missing"
CLIENT = "8.8.4.4"
NAME = "4.4.8.8.in-addr.arpa"


def asked(zone: Zone, client: str = CLIENT) -> Scene:
    record = f"v=spf1 ip{6 if ':' in client else 4}:{client} -all"
    return Scene(host=None).policies(domain(record) | zone, client=client, alone=True)


def test_positive_no_name() -> None:
    diagnosis = asked({}).diagnosis(CODE)
    assert_well_worded(diagnosis)
    assert (diagnosis.severity, diagnosis.title) == ("note", "8.8.4.4 has no reverse DNS")


def test_positive_a_name_that_leads_elsewhere() -> None:
    zone: Zone = {f"{NAME} PTR": ["mail.example.com"], "mail.example.com A": ["192.0.2.1"]}
    assert "mail.example.com, which does not lead back" in asked(zone).diagnosis(CODE).title


@pytest.mark.parametrize("names", [["mail.example.com"], ["x.example.net", "mail.example.com"]])
def test_negative_a_name_that_leads_back(names: list[str]) -> None:
    zone: Zone = {f"{NAME} PTR": names, "mail.example.com A": ["192.0.2.1", CLIENT]}
    assert asked(zone).codes() == []


def test_negative_ipv6() -> None:
    from ipaddress import ip_address

    client = "2001:4860:4860::8844"
    zone: Zone = {
        f"{ip_address(client).reverse_pointer} PTR": ["mail.example.com"],
        "mail.example.com AAAA": [client],
    }
    assert asked(zone, client).codes() == []


def test_lookalike_a_name_server_that_fails() -> None:
    assert asked({f"{NAME} PTR": None}).codes() == []


def test_lookalike_an_address_that_nobody_outside_sees() -> None:
    assert asked({}, "10.0.0.7").codes() == []


def test_lookalike_a_provider_delivers() -> None:
    assert CODE not in Scene.healthy().policies(domain()).codes()

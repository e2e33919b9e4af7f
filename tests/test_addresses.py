"""What a name or an address is by its text."""

from __future__ import annotations

import pytest

from smtpdoctor.addresses import is_nat64, is_private_name, is_public_name


@pytest.mark.parametrize(
    "end",
    ["localhost", "test", "invalid", "local", "home.arpa", "alt", "internal", "lan", "corp", "svc"],
)
def test_ends_under_which_the_public_dns_has_nothing(end: str) -> None:
    for name in (f"mail.{end}", f"MAIL.{end.upper()}.", f"a.b.{end}"):
        assert is_private_name(name)
        assert not is_public_name(name)
    # ".svc." within a name is Kubernetes' own
    assert is_public_name(f"mail.{end}.example.com") is (end != "svc")
    assert is_public_name(f"mail.x{end}")


@pytest.mark.parametrize("name", ["mail", "localhost", "mail.default.svc.cluster.local", ""])
def test_names_of_one_network(name: str) -> None:
    assert is_private_name(name)
    assert not is_public_name(name)


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1", "[192.0.2.1]", "[2001:db8::1]"])
def test_an_address_is_no_name(address: str) -> None:
    assert not is_public_name(address)


@pytest.mark.parametrize(
    ("address", "made"),
    [
        ("64:ff9b::cb00:7119", True),
        ("64:ff9b::cb00:7119%eth0", True),
        ("64:ff9b:1::cb00:7119", False),  # RFC 8215: a prefix of one's own network
        ("2001:db8::1", False),
        ("203.0.113.25", False),
        ("smtp.example.com", False),
    ],
)
def test_an_address_that_dns64_made(address: str, made: bool) -> None:
    assert is_nat64(address) is made

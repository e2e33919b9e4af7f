"""What an IP address or a host name is, by its text alone."""

from __future__ import annotations

import ipaddress
from typing import Literal

Family = Literal["IPv4", "IPv6"]


def family_of(address: str) -> Family:
    """The family of an address literal."""
    return "IPv6" if ":" in address else "IPv4"


def is_address(text: str) -> bool:
    """Whether the text is an IP address literal, with or without an IPv6 zone."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def one_spelling(address: str) -> str:
    """The address as every other spelling of it comes out (RFC 5952), an IPv4 address that is
    mapped into IPv6 as IPv4; what is none stays."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return str(mapped or parsed)


def is_local(address: str) -> bool:
    """Loopback, private, link-local or unique local: not an address of the internet.

    The documentation networks (RFC 5737, RFC 3849) count as internet: names and tests use them
    in its place.
    """
    try:
        parsed = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    except ValueError:
        return False
    if any(parsed in network for network in _DOCUMENTATION if network.version == parsed.version):
        return False
    return parsed.is_loopback or parsed.is_private or parsed.is_link_local


def is_loopback(address: str) -> bool:
    """Whether the address is this machine's own by definition (RFC 1122 §3.2.1.3, RFC 4291)."""
    try:
        return ipaddress.ip_address(address.split("%", maxsplit=1)[0]).is_loopback
    except ValueError:
        return False


def is_nat64(address: str) -> bool:
    """Whether DNS64 made the address of an IPv4 address, with the prefix that all may use
    (RFC 6052 §2.1): only a NAT64 on the way leads to it."""
    try:
        return ipaddress.ip_address(address.split("%", maxsplit=1)[0]) in _NAT64
    except ValueError:
        return False


def is_loopback_name(host: str) -> bool:
    """Whether the name, or the literal address, is this machine's own without a look-up
    (RFC 6761 §6.3)."""
    name = host.rstrip(".").lower()
    return name == "localhost" or name.endswith(".localhost") or is_loopback(name.strip("[]"))


def is_private_name(host: str) -> bool:
    """Whether only the name servers of one network can know the name: no dot, or a private end."""
    name = host.rstrip(".").lower()
    return "." not in name or name.endswith(_PRIVATE_ENDS) or ".svc." in name


def is_public_name(host: str) -> bool:
    """Whether the public DNS could know the text as a name: no address, and no private name."""
    return not is_address(host.strip("[]")) and not is_private_name(host)


#: Names under which the public DNS has nothing, or nothing that anybody may rely on.
_PRIVATE_ENDS = (
    ".localhost",  # RFC 6761 §6.3
    ".test",  # RFC 6761 §6.2
    ".invalid",  # RFC 6761 §6.4
    ".local",  # RFC 6762 §3
    ".home.arpa",  # RFC 8375 §3
    ".alt",  # RFC 9476 §2
    ".internal",  # reserved by ICANN, 2024-07-29
    # habit, and never delegated
    ".lan",
    ".corp",
    ".svc",
)

_DOCUMENTATION = tuple(
    ipaddress.ip_network(text)
    for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

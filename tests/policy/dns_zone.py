"""The zones of the rules' tests on a real name server."""

from __future__ import annotations

from ..dns.server import DNSServer
from ..rules.scene import txt_strings
from ..rules.sender.zones import Zone


def serve(zone: Zone, server: DNSServer) -> DNSServer:
    """The server with these records; None is a SERVFAIL."""
    for key, records in zone.items():
        name, record = key.split(" ")
        if records is None:
            server.fault(name, record, "servfail")
        else:
            server.add(name, record, *(_presentation(record, item) for item in records))
    return server


def _presentation(record: str, item: str | tuple[bytes, ...]) -> str:
    """As a zone file has it (RFC 1035 §5.1)."""
    if record == "TXT":
        return " ".join(
            '"' + "".join(f"\\{octet:03d}" for octet in string) + '"'
            for string in txt_strings(item)
        )
    assert isinstance(item, str)
    if record not in ("MX", "NS", "CNAME", "PTR"):
        return item
    return item if item.endswith(".") else f"{item}."

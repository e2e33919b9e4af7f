"""A DNS in a dict, which feeds SPF evaluations, and short ways to start them.

    {"example.com": {"TXT": ["v=spf1 a -all"], "A": ["192.0.2.1"], "MX": [(10, "mx.example.com")]}}

A TXT record is a text, octets, or a tuple of its strings. "TIMEOUT" or "SERVFAIL" in the place of
records (or of a whole name) is a failure; "CNAME" leads to another name.
"""

from collections.abc import Callable, Mapping
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from smtpdoctor.spf import (
    Answer,
    Lookup,
    MailExchange,
    PolicySet,
    Record,
    SPFResult,
    check_host,
    expand,
    run,
)

Zone = Mapping[str, Any]
FAILURES = ("TIMEOUT", "SERVFAIL")


def resolver(zone: Zone, asked: list[Lookup] | None = None) -> Callable[[Lookup], Answer]:
    """Answers look-ups from `zone`; notes them in `asked`."""
    names = {name.lower(): records for name, records in zone.items()}

    def resolve(lookup: Lookup) -> Answer:
        assert len(lookup.name) <= 253
        assert all(0 < len(label) < 64 for label in lookup.labels)
        if asked is not None:
            asked.append(lookup)
        name = lookup.name.lower()
        for _ in range(10):
            here = names.get(name)
            if here is None:
                below = any(other.endswith("." + name) for other in names)
                return Answer("nodata" if below else "nxdomain")
            if here in FAILURES:
                return Answer("temperror", reason=here)
            if lookup.rdtype not in here and "CNAME" in here:
                name = here["CNAME"].lower()
                continue
            records = here.get(lookup.rdtype, [])
            if records in FAILURES:
                return Answer("temperror", reason=records)
            if not records:
                return Answer("nodata")
            return Answer("found", tuple(_record(lookup.rdtype, record) for record in records))
        return Answer("temperror", reason="CNAME loop")

    return resolve


def _record(rdtype: str, record: Any) -> Record:
    if rdtype == "TXT":
        strings = record if isinstance(record, tuple) else (record,)
        return tuple(s.encode() if isinstance(s, str) else s for s in strings)
    if rdtype == "MX":
        return MailExchange(*record)
    if rdtype == "PTR":
        name: str = record
        return name
    return IPv4Address(record) if rdtype == "A" else IPv6Address(record)


def check(
    zone: Zone,
    ip: str = "192.0.2.1",
    sender: str = "user@example.com",
    *,
    domain: str | None = None,
    helo: str = "mail.example.org",
    asked: list[Lookup] | None = None,
    **arguments: Any,
) -> SPFResult:
    """check_host() for the domain of `sender` (of `helo` for the null reverse-path)."""
    if domain is None:
        domain = sender.rpartition("@")[2] or helo
    evaluation = check_host(ip, domain, sender, helo=helo, **arguments)
    return run(evaluation, resolver(zone, asked))


def check_record(
    record: str | bytes | tuple[str, ...],
    ip: str = "192.0.2.1",
    zone: Zone | None = None,
    **arguments: Any,
) -> SPFResult:
    """check_host() where `record` is the TXT record of example.com."""
    names = dict(zone or {})
    names["example.com"] = {**names.get("example.com", {}), "TXT": [record]}
    return check(names, ip, **arguments)


def expand_record(record: str, zone: Zone | None = None, **arguments: Any) -> PolicySet:
    """expand() where `record` is the TXT record of example.com."""
    return run(expand("example.com", record=record, **arguments), resolver(zone or {}))

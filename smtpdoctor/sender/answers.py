"""Recorded answers of the DNS as evaluations take them.

Knows both forms. Must not know what was asked for, nor what follows.
"""

from __future__ import annotations

from ipaddress import ip_address

from smtpdoctor import spf
from smtpdoctor.observations import PolicyAnswer
from smtpdoctor.spf import Lookup


def to_answer(recorded: PolicyAnswer) -> spf.Answer:
    """A recorded answer as evaluations take it."""
    records = [_record(recorded.record, item) for item in recorded.records]
    return spf.Answer(
        recorded.status, [item for item in records if item is not None], recorded.reason
    )


def key_of(lookup: Lookup) -> Lookup:
    """One key for all spellings of a question."""
    return Lookup(lookup.name.lower().rstrip("."), lookup.rdtype)


def _record(kind: str, item: tuple[bytes, ...] | str) -> spf.Record | None:
    """None for what is no such record: a saved run may hold anything."""
    if isinstance(item, tuple):
        return item if kind == "TXT" else None
    try:
        if kind in ("A", "AAAA"):
            return ip_address(item)
        if kind == "MX":
            preference, _, exchange = item.partition(" ")
            return spf.MailExchange(int(preference), exchange)
    except ValueError:
        return None
    return item

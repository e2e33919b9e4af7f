"""A DNS in a dict for the evaluations of a sender: that of the SPF tests, and CNAME and NS.

{"example.com": {"NS": ["ns1.example.net"]}, "_dmarc.example.com": {"TXT": ["v=DMARC1; p=none"]}}
"""

from collections.abc import Callable
from typing import TypeVar

from smtpdoctor.spf import Answer, Evaluation, Lookup, run
from tests.spf import zone as spf_zone
from tests.spf.zone import FAILURES, Zone

T = TypeVar("T")


def resolver(zone: Zone, asked: list[Lookup] | None = None) -> Callable[[Lookup], Answer]:
    """Answers look-ups from `zone`; notes them in `asked`."""
    resolve_others = spf_zone.resolver(zone, asked)

    def resolve(lookup: Lookup) -> Answer:
        if lookup.rdtype not in ("CNAME", "NS"):
            return resolve_others(lookup)
        if asked is not None:
            asked.append(lookup)
        here = zone.get(lookup.name)
        if here is None:
            return Answer("nxdomain")
        if here in FAILURES:
            return Answer("temperror", reason=here)
        records = here.get(lookup.rdtype, [])
        names = [records] if isinstance(records, str) else records
        return Answer("found", tuple(f"{name}." for name in names)) if names else Answer("nodata")

    return resolve


def evaluate(evaluation: Evaluation[T], zone: Zone, asked: list[Lookup] | None = None) -> T:
    """What `evaluation` returns where `zone` is all of the DNS."""
    return run(evaluation, resolver(zone, asked))


def names(asked: list[Lookup]) -> list[str]:
    """The names that were asked for, in order."""
    return [lookup.name for lookup in asked]

"""Which look-ups an evaluation needs, told before the answers to the first of them are there.

An evaluation asks for one thing after the other, although most of its questions hang on no answer.
It is pure, so it can be driven again and again: what is not known yet is supposed, and every
question on the way is noted. Then all of them go out at once, and a chain of includes takes as many
round trips as it is deep. Must not know a resolver.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address
from typing import TypeVar

from smtpdoctor.spf import Answer, Evaluation, Lookup, MailExchange, RecordType

T = TypeVar("T")

#: What is supposed to be published, so that as little as possible is asked in vain: a policy that
#: lets nobody pass and leads nowhere, a DMARC record, a host, and name servers.
_SUPPOSED: Mapping[RecordType, Answer] = {
    "TXT": Answer("found", ((b"v=spf1 -all",),)),
    "A": Answer("found", (IPv4Address("192.0.2.1"),)),
    "AAAA": Answer("found", (IPv6Address("2001:db8::1"),)),
    "MX": Answer("found", (MailExchange(0, "."),)),  # RFC 7505: no host to be looked up
    "NS": Answer("found", ("",)),
    "CNAME": Answer("nodata"),
    "PTR": Answer("nodata"),
}
_DMARC = Answer("found", ((b"v=DMARC1; p=none",),))


def needed(
    evaluation: Evaluation[T], known: Mapping[Lookup, Answer]
) -> tuple[list[Lookup], T | None]:
    """The look-ups that `evaluation` asks for and that are not `known`, each once; where all are
    known, also what it comes to."""
    wanted: dict[Lookup, None] = {}
    supposing = False
    answer: Answer | None = None
    while True:
        try:
            lookup = next(evaluation) if answer is None else evaluation.send(answer)
        except StopIteration as stop:
            return list(wanted), None if supposing else stop.value
        answer = known.get(lookup)
        if answer is None:
            supposing = True
            if lookup.name:  # what was only supposed has no name of its own
                wanted[lookup] = None
            is_policy = lookup.rdtype == "TXT" and lookup.name.startswith("_dmarc.")
            answer = _DMARC if is_policy else _SUPPOSED[lookup.rdtype]

"""What the traces of a run say: where a port is lost, who refuses it, who answers too near.

`run.paths` has one for each family.

A trace sees routers, never networks. Whose a hop is can only be guessed from its address, and the
words here say so. Names no cause.
"""

from __future__ import annotations

import ipaddress
from functools import cached_property
from typing import Literal

import msgspec

from smtpdoctor.addresses import Family, is_local
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.observations import Hop, PathTrace

#: Ways of one length may differ by a hop from one connection to the next, where routers spread
#: load over several; from so many hops on it is another machine.
CLEARLY_NEARER = 2

#: ICMP errors by which a filter says no (RFC 1812 §5.2.7.1, RFC 4443 §3.1); the others speak of
#: routes and hosts, or of a port, as packet filters do as well.
PROHIBITED = (
    "net-prohibited",
    "host-prohibited",
    "admin-prohibited",
    "policy-failed",
    "reject-route",
)

SHARED = ipaddress.ip_network("100.64.0.0/10")  # RFC 6598: between a carrier and its customers

ON_THIS_MACHINE = "on this machine or in its cloud's own rules"


class Lost(msgspec.Struct, frozen=True, kw_only=True):
    """Where the packets to a silent port end, by another port's way to the same address.

    after: the last router heard on the way to the silent port, None where there was none.
    before: the next router on the other way, None where that is the server itself.
    further: the other way.
    """

    port: int
    after: Hop | None
    before: Hop | None
    further: PathTrace

    @property
    def before_any_router(self) -> bool:
        return self.before is not None and self.before.ttl == 1

    @property
    def at_the_server(self) -> bool:
        """All routers are passed; only the last step is not."""
        return self.after is not None and self.further.reached_at == self.after.ttl + 1

    @property
    def is_near(self) -> bool:
        """Where rules of one's own may stand: nothing but near addresses has been passed."""
        return _only_near(self.after, self.further)

    @property
    def seen(self) -> str:
        """Both ways in one sentence without its end."""
        end = f"port {self.port} is lost "
        if self.after is not None:
            end += f"after {_named(self.after)}"
        elif self.before is not None:
            end += f"before {_named(self.before)}"
        else:
            end += "before the server"
        return f"{_followed(self.further)}; {end}"

    @property
    def place(self) -> str:
        """Where that is, as far as addresses tell, to stand behind "that is "."""
        if self.before_any_router:
            return ON_THIS_MACHINE
        if self.after is None:
            return "on this machine, in its cloud's own rules or in the network next to it"
        if self.at_the_server:
            return "at the last step before the server, probably in its own firewall"
        return _place(self.after, self.further)


class Nearer(msgspec.Struct, frozen=True, kw_only=True):
    """A port that answers hops before the server is reached on another port.

    at: the TTL at which it answers.
    behind: the router just before, as the other way shows it; None where that is this machine.
    further: the other way.
    """

    port: int
    at: int
    behind: Hop | None
    further: PathTrace

    @property
    def is_near(self) -> bool:
        """Where rules of one's own may stand."""
        return _only_near(self.behind, self.further)

    @property
    def place(self) -> str:
        """Where that is, as far as addresses tell, to stand behind "that is "."""
        return _place(self.behind, self.further) if self.behind else ON_THIS_MACHINE

    @property
    def seen(self) -> str:
        where = f"right after {_named(self.behind)}" if self.behind else "before any router"
        return f"{_followed(self.further)}; port {self.port} is answered at hop {self.at}, {where}"


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """An ICMP error that ended the way to a port, and whose it is."""

    port: int
    hop: Hop
    whose: Literal["own", "server", "router"]

    @property
    def name(self) -> str:
        return self.hop.icmp.name if self.hop.icmp else ""

    @property
    def prohibits(self) -> bool:
        return self.name in PROHIBITED

    @property
    def is_near(self) -> bool:
        """Where rules of one's own may stand."""
        return self.whose == "own" or _is_near(self.hop.sender)

    @property
    def place(self) -> str:
        """Whose address that is, as far as it tells, to stand behind "that is "."""
        address = self.hop.sender
        if self.whose == "own":
            return f"this machine itself ({address})"
        if self.whose == "server":
            return f"the server's own address ({address})"
        return f"a router {'close by' if is_local(address) else 'on the way'} ({address})"

    @property
    def seen(self) -> str:
        icmp = self.hop.icmp
        numbers = f"type {icmp.type} code {icmp.code}" if icmp else ""
        words = self.name.replace("-", " ") or numbers
        who = {"own": ", an address of this machine", "server": ", the server's address"}
        return (
            f'an ICMP error "{words}" for port {self.port} came from {self.hop.sender}'
            f"{who.get(self.whose, '')} (hop {self.hop.ttl})"
        )


class Paths:
    """The ways to the configured host in one family: its configured port, and others beside it."""

    def __init__(self, run: Run, family: Family) -> None:
        traces = [
            item
            for item in run.observations.of(PathTrace, host=run.settings.host, family=family)
            if item.supported and item.hops
        ]
        self.port = run.settings.port or 0
        self.configured = next((item for item in traces if item.port == self.port), None)
        self.others = [
            item
            for item in traces
            if self.configured is not None
            and item.port != self.port
            and item.address == self.configured.address
        ]
        #: Traces were wanted, and this system has no means for them.
        self.unsupported = bool(run.observations.of(PathTrace, supported=False))

    @cached_property
    def further(self) -> PathTrace | None:
        """The other port's way that was followed furthest, one that arrived before all."""
        return max(
            self.others, key=lambda item: (item.reached_at is not None, extent(item)), default=None
        )

    @cached_property
    def lost(self) -> Lost | None:
        """Where the configured port is lost; None where it is not, or its way ends as others do."""
        own, further = self.configured, self.further
        if own is None or further is None or final(own) is not None:
            return None
        heard = routers(own)
        after = heard[-1] if heard else None
        passed = after.ttl if after else 0
        if extent(further) <= passed:
            return None
        ahead = (hop for hop in routers(further) if hop.ttl > passed)
        return Lost(port=self.port, after=after, before=next(ahead, None), further=further)

    @cached_property
    def nearer(self) -> Nearer | None:
        """Whether the configured port is answered clearly before another one's way ends."""
        own, further = self.configured, self.further
        if own is None or further is None or own.reached_at is None:
            return None
        at = own.reached_at
        # a way that did not arrive goes on behind its last router
        distance = further.reached_at or extent(further) + 1
        if distance - at < CLEARLY_NEARER and not (at == 1 and distance > 1):
            return None
        before = [hop for hop in routers(further) if hop.ttl < at]
        return Nearer(port=self.port, at=at, behind=before[-1] if before else None, further=further)

    @cached_property
    def refusal(self) -> Refusal | None:
        """The ICMP error with which the way to the configured port ends."""
        own = self.configured
        end = final(own) if own is not None else None
        if own is None or end is None or end.outcome != "icmp":
            return None
        whose: Literal["own", "server", "router"] = "router"
        if end.sender == own.source != "":
            whose = "own"
        elif end.sender == own.address:
            whose = "server"
        return Refusal(port=self.port, hop=end, whose=whose)

    @property
    def shown(self) -> list[PathTrace]:
        """The ways that a report shows beside each other, the one that goes further first."""
        return [item for item in (self.further, self.configured) if item is not None]

    @property
    def seen(self) -> str:
        """What the traces show of the configured port, "" where nothing."""
        for found in (self.refusal, self.nearer, self.lost):
            if found is not None:
                return found.seen
        return ""


def routers(trace: PathTrace) -> list[Hop]:
    """The routers that were heard, nearest first."""
    return [hop for hop in trace.hops if hop.outcome == "time-exceeded"]


def final(trace: PathTrace) -> Hop | None:
    """What ended the way, None where it ends in silence."""
    last = trace.hops[-1]
    return None if last.outcome in ("time-exceeded", "silent") else last


def extent(trace: PathTrace) -> int:
    """The TTL up to which anything was heard."""
    heard = routers(trace)
    return trace.reached_at or (heard[-1].ttl if heard else 0)


def _only_near(last: Hop | None, way: PathTrace) -> bool:
    """Whether no public address has been passed up to this router."""
    if last is None:
        return True
    passed = (hop for hop in routers(way) if hop.ttl <= last.ttl)
    return all(_is_near(hop.sender) for hop in (*passed, last))


def _place(last: Hop, way: PathTrace) -> str:
    """Whose network begins behind this router, as a guess from the addresses up to it."""
    if _is_shared(last.sender):
        return "probably inside your internet provider's or cloud's network"
    if is_local(last.sender):
        return "close by, probably in your own network, your cloud's or your provider's"
    if all(_is_near(hop.sender) for hop in routers(way) if hop.ttl < last.ttl):
        return "probably inside your provider's network"
    return "in a network on the way, probably neither yours nor the server's"


def _followed(trace: PathTrace) -> str:
    if trace.reached_at is not None:
        return f"port {trace.port} reaches the server at hop {trace.reached_at}"
    heard = routers(trace)
    return f"port {trace.port} is followed to {_named(heard[-1])}"


def _named(hop: Hop) -> str:
    return f"hop {hop.ttl} ({hop.sender})"


def _is_near(address: str) -> bool:
    return is_local(address) or _is_shared(address)


def _is_shared(address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return parsed in SHARED

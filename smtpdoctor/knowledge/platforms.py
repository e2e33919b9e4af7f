"""What is known of platforms: which ports out they block, for whom, and what lifts the block.

The facts stand in `clouds/ID.toml`, those of sending services that need no mail port in
`https_apis.toml`. This module answers look-ups by id and port. It must not know this machine,
observations, rules, the network or the clock: `platform_marks` and `instance_metadata` say where
a run takes place.

A platform's name accuses nobody. What it is known to block explains a failure that a run saw, and
with `verified = false` only as "is said to".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from typing import Literal, get_args

import msgspec

from smtpdoctor.knowledge import _ReadOnDemand, _texts, _toml, providers_of_kind, sources
from smtpdoctor.knowledge.entries import Entry, Note, Provider, ProviderPort, source_ids

#: The layers of a machine, the most specific first: a GitHub runner is a virtual machine of Azure.
#: `access` is the network that a machine without a platform stands in.
Kind = Literal["ci", "workspace", "paas", "function", "orchestrator", "server", "access"]
KINDS: tuple[Kind, ...] = get_args(Kind)

#: all: everybody's connections are blocked by default. some: those of some plans, contracts,
#: products or accounts. none: the port is said to be open. unknown: no verified word.
Extent = Literal["all", "some", "none", "unknown"]


class Egress(Entry, frozen=True, kw_only=True):
    """What becomes by default of connections to these ports of the public internet.

    who: the plan, contract, product or age of account that it holds for; empty for everybody.
    since: the day, month or year from which on it is so; empty where no source tells.
    """

    ports: tuple[int, ...]
    policy: Literal["blocked", "open"]
    who: str = ""
    since: str = ""
    verified: bool
    sources: tuple[str, ...] = ()
    since_sources: tuple[str, ...] = ()


class Lift(Entry, frozen=True, kw_only=True):
    """What a user does to have the block lifted.

    possible: False where the platform rules it out, or documents no way.
    who: whom it holds for; empty for everybody.
    steps: in their order; empty where the block stays.
    """

    possible: bool
    who: str = ""
    steps: tuple[str, ...] = ()
    url: str = ""
    verified: bool
    sources: tuple[str, ...] = ()


class Support(Entry, frozen=True, kw_only=True):
    """Where a request to the platform goes."""

    text: str
    url: str = ""
    verified: bool
    sources: tuple[str, ...] = ()


class Sign(Entry, frozen=True, kw_only=True):
    """One thing to look at: an environment variable, a DMI field or a file, whichever is named.

    dmi: the file's name in /sys/class/dmi/id.
    pattern: a regular expression searched in it without regard to case; without one, being there
        suffices.
    unset: it must not be there.
    """

    env: str = ""
    dmi: str = ""
    file: str = ""
    pattern: str = ""
    unset: bool = False


class Mark(Entry, frozen=True, kw_only=True):
    """Signs that together name the platform."""

    signs: tuple[Sign, ...]
    verified: bool
    sources: tuple[str, ...] = ()


class MetadataQuestion(Entry, frozen=True, kw_only=True):
    """A question to a metadata service on a link-local address, and the answer that names it.

    The paths give nothing of the user's: no user data, no credentials.
    token_path: asked first, by PUT; its answer goes into the header `token_name`.
    header, body: regular expressions for a header line and for the body of a 200.
    """

    address: str
    path: str
    headers: Mapping[str, str] = {}
    token_path: str = ""
    token_headers: Mapping[str, str] = {}
    token_name: str = ""
    header: str = ""
    body: str = ""
    verified: bool
    sources: tuple[str, ...] = ()


class Platform(Entry, frozen=True, kw_only=True):
    """A cloud, hosting service, runner or network from which mail is sent.

    egress: ports that are not listed are ports of which nothing is known.
    exceptions: what the block does not concern, or what looks like it and is not.
    own_rules: where the user's own rules for outgoing traffic stand on this platform.
    alternatives: ways to send that the platform itself has or names.
    support: where a request goes; None where no source says it.
    false_friends: what looks like a mark of this platform and is none.
    """

    id: str
    name: str
    kind: Kind
    egress: tuple[Egress, ...] = ()
    exceptions: tuple[Note, ...] = ()
    lifts: tuple[Lift, ...] = ()
    own_rules: tuple[str, ...] = ()
    own_rules_sources: tuple[str, ...] = ()
    alternatives: tuple[Note, ...] = ()
    support: Support | None = None
    marks: tuple[Mark, ...] = ()
    metadata: MetadataQuestion | None = None
    false_friends: tuple[Note, ...] = ()
    notes: tuple[Note, ...] = ()

    def about(self, port: int) -> tuple[Egress, ...]:
        """Everything known of that port, verified and not."""
        return tuple(entry for entry in self.egress if port in entry.ports)

    def blocks(self, port: int) -> Extent:
        """For whom the port is blocked by default, by what is verified."""
        known = [entry for entry in self.about(port) if entry.verified]
        blocked = [entry for entry in known if entry.policy == "blocked"]
        if blocked:
            return "some" if all(entry.who for entry in blocked) else "all"
        return "none" if any(not entry.who for entry in known) else "unknown"

    @property
    def sources(self) -> tuple[str, ...]:
        """Every source that this entry names, each once."""
        return tuple(dict.fromkeys(source_ids(msgspec.to_builtins(self))))


@cache
def platforms() -> Mapping[str, Platform]:
    """All platforms by id, in the order of their ids."""
    return _ReadOnDemand(_texts("clouds"), Platform)


def platform(identifier: str) -> Platform | None:
    """The platform with that id, None where a saved run names one that is not known here."""
    return platforms().get(identifier)


# --- ways around a block ------------------------------------------------------------------------


class Relay(Entry, frozen=True, kw_only=True):
    """A sending service on one of its ports. `hosts` are its verified hosts, any region."""

    provider: Provider
    port: ProviderPort
    hosts: tuple[str, ...]


class SendingAPI(Entry, frozen=True, kw_only=True):
    """A sending service's HTTPS interface, on port 443. `host` may hold the word REGION."""

    provider: str
    host: str
    verified: bool
    sources: tuple[str, ...]


def relays_on(ports: Collection[int]) -> tuple[Relay, ...]:
    """Sending services that serve one of these ports, in the order of the ports given.

    Each service stands there once, by the first port that fits. Only what its own pages or kept
    lists say counts: a port that was merely seen may be that of a test server which delivers
    nothing.
    """
    found: dict[str, Relay] = {}
    for number in ports:
        for provider in providers_of_kind("esp"):
            if provider.id in found:
                continue
            for port in provider.ports:
                if port.port == number and port.verified and _promised(port.source):
                    hosts = tuple(host.host for host in provider.hosts if host.verified)
                    found[provider.id] = Relay(provider=provider, port=port, hosts=hosts)
    return tuple(found.values())


def _promised(source: str) -> bool:
    return sources()[source].kind != "observed"


@cache
def https_apis() -> tuple[SendingAPI, ...]:
    """The HTTPS interfaces of sending services: they need port 443 only."""
    return msgspec.convert(_toml("https_apis.toml")["apis"], tuple[SendingAPI, ...])

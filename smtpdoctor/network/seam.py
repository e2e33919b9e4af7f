"""What the checks may do to the outside, as protocols and results that tests replace.

Knows the shape of a connection, a look-up and a trace. Must not know sockets.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from smtpdoctor.observations import ConnectOutcome, Hop, NameServerOutcome


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """What one read gave: bytes, or how the connection ended or fell silent."""

    data: bytes = b""
    end: str = ""  # "", "silence", "closed", "reset"
    error: str = ""


class Stream(Protocol):
    """One TCP connection. Neither method raises on what the network does."""

    address: str
    port: int
    local_address: str

    async def read(self, timeout: float) -> Received: ...

    async def write(self, data: bytes, timeout: float) -> Received: ...

    def close(self) -> None: ...


class ConnectResult(msgspec.Struct, frozen=True, kw_only=True):
    """One TCP connect. `stream` only where the outcome is "open"; its owner closes it."""

    outcome: ConnectOutcome
    error: str = ""
    seconds: float = 0.0
    stream: Stream | None = None


class LookupResult(msgspec.Struct, frozen=True, kw_only=True):
    """getaddrinfo's addresses in its order, or the name of its error ("timeout": no return)."""

    addresses: tuple[str, ...] = ()
    error: str = ""


class AnswerResult(msgspec.Struct, frozen=True, kw_only=True):
    """One name server's answer to one question, or the errno name of an error in its place.

    `texts` are the TXT records of `answers` as they came: the strings of each, apart. `ttl` is for
    how many seconds it may be kept, None where nothing says so.
    """

    outcome: NameServerOutcome
    answers: tuple[str, ...] = ()
    texts: tuple[tuple[bytes, ...], ...] = ()
    aliases: tuple[str, ...] = ()
    transport: str = "udp"
    without_edns: bool = False
    wrong_answers: int = 0  # datagrams before it that answer another question, or none
    error: str = ""
    ttl: int | None = None


class TraceResult(msgspec.Struct, frozen=True, kw_only=True):
    """The way to one port: one hop for each TTL from 1, and the TTL at which the port answered.

    `source` is the address of this machine that the SYNs went out from.
    """

    hops: tuple[Hop, ...]
    reached_at: int | None = None
    source: str = ""


class ResolverSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Name servers as `address` or `address:port`, and the search list.

    Names with fewer than `ndots` dots are looked up below the domains of the search list first.
    """

    nameservers: tuple[str, ...]
    search: tuple[str, ...] = ()
    ndots: int = 1
    source: str = ""


class Network(Protocol):
    """What the checks may do to the outside."""

    def clock(self) -> float: ...

    async def system_lookup(self, host: str, timeout: float) -> LookupResult: ...

    async def ask(
        self, server: str, question: str, record: str, timeout: float, *, over_tcp: bool = False
    ) -> AnswerResult: ...

    async def connect(
        self, address: str, port: int, timeout: float, *, segment_size: int = 0
    ) -> ConnectResult: ...

    async def trace(self, address: str, port: int, timeout: float) -> TraceResult | None:
        """None where this system has no error queue for ordinary users."""
        ...

    def resolver_settings(self) -> ResolverSettings: ...

    def hosts_file(self, host: str) -> tuple[str, ...]: ...

"""The one module that opens sockets. Everything above it sees only the `Network` protocol.

Connections are raw non-blocking sockets driven by asyncio: every outcome keeps its errno, and
TLS happens above, over memory (`smtp.tls`), so that no byte is lost to a library.
Tests replace `Network` with a fake of the same shape.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import threading
import time
from typing import Protocol

import msgspec

from smtpdoctor.addresses import family_of
from smtpdoctor.observations import ConnectOutcome, Hop, NameServerOutcome

READ_SIZE = 65536

OUTCOMES: dict[int, ConnectOutcome] = {
    errno.ECONNREFUSED: "refused",
    errno.ECONNRESET: "reset",
    errno.ETIMEDOUT: "silent",
    errno.EHOSTUNREACH: "unreachable",
    errno.ENETUNREACH: "no-route",
    errno.EADDRNOTAVAIL: "no-route",
    errno.EAFNOSUPPORT: "no-route",
    errno.EPERM: "denied",
    errno.EACCES: "denied",
}


def error_name(error: OSError) -> str:
    """ECONNREFUSED for 111, the class's name where there is no number."""
    return errno.errorcode.get(error.errno or 0, type(error).__name__)


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

    `texts` are the TXT records of `answers` as they came: the strings of each, apart.
    """

    outcome: NameServerOutcome
    answers: tuple[str, ...] = ()
    texts: tuple[tuple[bytes, ...], ...] = ()
    aliases: tuple[str, ...] = ()
    transport: str = "udp"
    without_edns: bool = False
    error: str = ""


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


class SocketStream:
    """A connected non-blocking socket."""

    def __init__(self, sock: socket.socket, address: str, port: int) -> None:
        self._socket = sock
        self.address = address
        self.port = port
        self.local_address = str(sock.getsockname()[0])

    async def read(self, timeout: float) -> Received:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(max(timeout, 0)):
                data = await loop.sock_recv(self._socket, READ_SIZE)
        except TimeoutError:
            return Received(end="silence")
        except OSError as error:
            return Received(end="reset", error=error_name(error))
        return Received(data=data) if data else Received(end="closed")

    async def write(self, data: bytes, timeout: float) -> Received:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(max(timeout, 0)):
                await loop.sock_sendall(self._socket, data)
        except TimeoutError:
            return Received(end="silence")
        except OSError as error:
            return Received(end="reset", error=error_name(error))
        return Received()

    def close(self) -> None:
        self._socket.close()


class SystemNetwork:
    """The real network of this machine."""

    def __init__(self, nameservers: tuple[str, ...] = ()) -> None:
        self._nameservers = nameservers

    def clock(self) -> float:
        return time.monotonic()

    async def system_lookup(self, host: str, timeout: float) -> LookupResult:
        """getaddrinfo in a daemon thread that nobody joins: it can't be cancelled, and asyncio's
        own executor would hold the process until the system's resolver gives up."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[LookupResult] = loop.create_future()

        def deliver(result: LookupResult) -> None:
            if not future.done():
                future.set_result(result)

        def look_up() -> None:
            result = _getaddrinfo(host)
            with contextlib.suppress(RuntimeError):  # the run is over and its loop closed
                loop.call_soon_threadsafe(deliver, result)

        threading.Thread(target=look_up, name=f"getaddrinfo {host}", daemon=True).start()
        try:
            async with asyncio.timeout(max(timeout, 0)):
                return await future
        except TimeoutError:
            return LookupResult(error="timeout")

    async def ask(
        self, server: str, question: str, record: str, timeout: float, *, over_tcp: bool = False
    ) -> AnswerResult:
        from smtpdoctor.network.resolver import ask

        return await ask(server, question, record, timeout, over_tcp=over_tcp)

    async def connect(
        self, address: str, port: int, timeout: float, *, segment_size: int = 0
    ) -> ConnectResult:
        """`segment_size` asks the other side for TCP segments of at most so many bytes."""
        loop = asyncio.get_running_loop()
        began = time.monotonic()
        family = socket.AF_INET6 if family_of(address) == "IPv6" else socket.AF_INET
        try:
            sock = socket.socket(family, socket.SOCK_STREAM)
        except OSError as error:  # a kernel without IPv6
            return ConnectResult(outcome="no-route", error=error_name(error))
        sock.setblocking(False)
        try:
            # small commands go out at once; a doctor waits for answers, not for full segments
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if segment_size:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, segment_size)
            async with asyncio.timeout(max(timeout, 0)):
                await loop.sock_connect(sock, socket_address(address, port))
        except TimeoutError:
            sock.close()
            return ConnectResult(outcome="silent", seconds=time.monotonic() - began)
        except OSError as error:
            sock.close()
            return ConnectResult(
                outcome=OUTCOMES.get(error.errno or 0, "other"),
                error=error_name(error),
                seconds=time.monotonic() - began,
            )
        except BaseException:  # cancelled: the run is over
            sock.close()
            raise
        return ConnectResult(
            outcome="open",
            seconds=time.monotonic() - began,
            stream=SocketStream(sock, address, port),
        )

    async def trace(self, address: str, port: int, timeout: float) -> TraceResult | None:
        from smtpdoctor.network.hops import trace

        return await trace(address, port, timeout)

    def resolver_settings(self) -> ResolverSettings:
        if self._nameservers:
            return ResolverSettings(nameservers=self._nameservers, source="--nameserver")
        from smtpdoctor.network.resolver import system_settings

        return system_settings()

    def hosts_file(self, host: str) -> tuple[str, ...]:
        from smtpdoctor.network.resolver import hosts_file

        return () if self._nameservers else hosts_file(host)


def socket_address(address: str, port: int) -> tuple[object, ...]:
    """A socket address without any look-up; an IPv6 zone becomes its scope number."""
    if "%" not in address:
        return (address, port)
    bare, zone = address.split("%", 1)
    try:
        scope = int(zone)
    except ValueError:
        scope = socket.if_nametoindex(zone)
    return (bare, port, 0, scope)


def _getaddrinfo(host: str) -> LookupResult:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        names = {getattr(socket, name): name for name in dir(socket) if name.startswith("EAI_")}
        return LookupResult(error=names.get(error.errno or 0, str(error.errno)))
    except (OSError, UnicodeError) as error:  # UnicodeError: a label that IDNA refuses
        return LookupResult(error=type(error).__name__)
    addresses: list[str] = []
    for _family, _type, _protocol, _name, sockaddr in found:
        address = str(sockaddr[0])
        if len(sockaddr) == 4 and sockaddr[3] and "%" not in address:
            address = f"{address}%{sockaddr[3]}"
        if address not in addresses:
            addresses.append(address)
    return LookupResult(addresses=tuple(addresses))

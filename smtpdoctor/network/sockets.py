"""The real network of this machine.

Connections are raw non-blocking sockets driven by asyncio: every outcome keeps its errno, and
TLS happens above, over memory (`smtp.tls`), so that no byte is lost to a library. Must not know
why anything is connected to or asked.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import time

from smtpdoctor.addresses import family_of
from smtpdoctor.beside import begin
from smtpdoctor.network.errors import error_name, error_number, socket_address
from smtpdoctor.network.seam import (
    AnswerResult,
    ConnectResult,
    LookupResult,
    Received,
    ResolverSettings,
    TraceResult,
)
from smtpdoctor.observations import ConnectOutcome

READ_SIZE = 65536

OUTCOMES: dict[int, ConnectOutcome] = {
    errno.ECONNREFUSED: "refused",
    errno.ECONNRESET: "reset",
    errno.ETIMEDOUT: "silent",
    errno.EHOSTUNREACH: "unreachable",
    # other ICMP errors as Linux hands them on: protocol unreachable (a firewall's reject may send
    # it), host unknown, a malformed header
    errno.ENOPROTOOPT: "unreachable",
    errno.EHOSTDOWN: "unreachable",
    errno.EPROTO: "unreachable",
    errno.ENETUNREACH: "no-route",
    errno.EADDRNOTAVAIL: "no-route",
    errno.EAFNOSUPPORT: "no-route",
    errno.EINVAL: "no-route",  # Linux: a black hole among its routes (ip-route(8))
    errno.EPERM: "denied",
    errno.EACCES: "denied",
}


def _set_options(sock: socket.socket, segment_size: int) -> None:
    # small commands go out at once; a doctor waits for answers, not for full segments
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if segment_size:
        option = getattr(socket, "TCP_MAXSEG", None)
        if option is None:
            raise OSError(errno.ENOPROTOOPT, "this system has no such option")
        sock.setsockopt(socket.IPPROTO_TCP, option, segment_size)


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

        if not begin(look_up):  # the wire alone has to do
            return LookupResult(error="EAGAIN")
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
        except OSError as error:  # a kernel without IPv6, or no descriptor left
            outcome = OUTCOMES.get(error_number(error), "other")
            return ConnectResult(outcome=outcome, error=error_name(error))
        sock.setblocking(False)
        try:
            _set_options(sock, segment_size)
        except OSError as error:  # says nothing of the way
            sock.close()
            return ConnectResult(outcome="other", error=error_name(error))
        try:
            async with asyncio.timeout(max(timeout, 0)):
                await loop.sock_connect(sock, socket_address(address, port))
        except TimeoutError:
            sock.close()
            return ConnectResult(outcome="silent", seconds=time.monotonic() - began)
        except OSError as error:
            sock.close()
            return ConnectResult(
                outcome=OUTCOMES.get(error_number(error), "other"),
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
        from smtpdoctor.network.system_files import system_settings

        return system_settings()

    def hosts_file(self, host: str) -> tuple[str, ...]:
        from smtpdoctor.network.system_files import hosts_file

        return () if self._nameservers else hosts_file(host)


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

"""The way to one TCP port, hop by hop, as an ordinary user can see it on Linux.

A SYN that is sent with TTL 1, 2, 3, … comes back from the 1st, 2nd, 3rd router as an ICMP error,
which the kernel puts on the socket's error queue with the router's address (ip(7), IP_RECVERR).
Because the SYN goes to the very port, a filter on the way treats it as it treats the real thing.

Knows sockets, the error queue and ICMP's numbers. Must not know why a port is traced, nor what a
trace means. `sockets` calls it; no check does.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import struct
import sys

from smtpdoctor.addresses import Family, family_of
from smtpdoctor.network.errors import error_name, socket_address
from smtpdoctor.network.seam import TraceResult
from smtpdoctor.observations import Hop, ICMPError

#: Longer ways are not met on the internet; traceroute(8) stops there too.
MAX_TTL = 30
#: So many routers in a row may keep silent before the trace goes no further: clouds hide theirs.
AHEAD = 12
#: Seconds between two SYNs, unless an answer comes first. All at once, every TTL beyond a near
#: server would be a connection that it has to take.
PACE = 0.01
#: A TTL for which nothing came back is tried again so many seconds after the first SYN, and each
#: of these connections repeats its own after one second (RFC 6298 §2). A router counts as silent
#: when four SYNs have gone unanswered: of those that live, where a packet in ten gets lost on
#: either way, one in 700.
TRIES = (0.0, 0.3, 0.7)
LAST_SYN = 1.0
SLOW_ROUTER = 0.25

# linux/in.h, in6.h and errqueue.h; Python names the first two only since 3.14
IP_RECVERR, IPV6_RECVERR = 11, 25
ORIGIN_ICMP, ORIGIN_ICMP6 = 2, 3
EXTENDED_ERROR = struct.Struct("=IBBBxII")  # errno, origin, type, code, info, data

#: RFC 792 and RFC 1812 §5.2.7.1. 3/4 is left out: the kernel takes it for itself, and no SYN is
#: too large for any link.
ICMP_NAMES = {
    (3, 0): "net-unreachable",
    (3, 1): "host-unreachable",
    (3, 2): "protocol-unreachable",
    (3, 3): "port-unreachable",
    (3, 5): "source-route-failed",
    (3, 6): "net-unknown",
    (3, 7): "host-unknown",
    (3, 9): "net-prohibited",
    (3, 10): "host-prohibited",
    (3, 13): "admin-prohibited",
    (3, 14): "precedence-violation",
    (3, 15): "precedence-cutoff",
    (11, 0): "time-exceeded",
    (12, 0): "parameter-problem",
}
#: RFC 4443 §3.
ICMP6_NAMES = {
    (1, 0): "no-route",
    (1, 1): "admin-prohibited",
    (1, 2): "beyond-scope",
    (1, 3): "address-unreachable",
    (1, 4): "port-unreachable",
    (1, 5): "policy-failed",
    (1, 6): "reject-route",
    (3, 0): "time-exceeded",
    (4, 0): "parameter-problem",
}


def supported() -> bool:
    """Whether this system hands ICMP errors to the sockets of ordinary users."""
    if sys.platform != "linux":
        return False
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
            sock.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
    except OSError:  # a kernel that only looks like Linux
        return False
    return True


async def trace(address: str, port: int, timeout: float) -> TraceResult | None:
    """Trace the way to a port within `timeout` seconds; None where the system has no means.

    Nothing is sent but SYNs, and a connection that opens is closed at once. Each TTL is a
    connection of its own, so routers that spread load may show hops of several ways.
    """
    if not supported():
        return None
    loop = asyncio.get_running_loop()
    end = loop.time() + timeout
    hops: dict[int, Hop] = {}
    sent_at: dict[int, list[float]] = {}
    waiting: set[asyncio.Task[Hop]] = set()

    def send(ttl: int) -> None:
        sent_at.setdefault(ttl, []).append(loop.time())
        waiting.add(asyncio.create_task(_connect(address, port, ttl)))

    try:
        while (now := loop.time()) < end:
            last = _first_final(hops)
            if last is None and len(sent_at) < min(MAX_TTL, _furthest_router(hops) + AHEAD):
                send(len(sent_at) + 1)
                wait = PACE
            else:
                again, wait = _next(sent_at, hops, last, now)
                for ttl in again:
                    send(ttl)
                if not wait:
                    break
            done, waiting = await asyncio.wait(
                waiting, timeout=min(wait, end - now), return_when=asyncio.FIRST_COMPLETED
            )
            # of several answers for one TTL the first counts
            hops = {hop.ttl: hop for hop in (task.result() for task in done)} | hops
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    first = {ttl: tries[0] for ttl, tries in sent_at.items()}
    return _result(hops, first, loop.time(), _source(address, port))


def _next(
    sent_at: dict[int, list[float]], hops: dict[int, Hop], last: Hop | None, now: float
) -> tuple[list[int], float]:
    """The TTLs to try again now, and for how long to wait then; 0 where nothing more can come."""
    missing = [ttl for ttl in sent_at if ttl not in hops and (last is None or ttl < last.ttl)]
    due = {ttl: _due(sent_at[ttl], hops) for ttl in missing}
    again = [ttl for ttl in missing if due[ttl] <= now and len(sent_at[ttl]) < len(TRIES)]
    due |= {ttl: _due([*sent_at[ttl], now], hops) for ttl in again}
    return again, min((at - now for at in due.values() if at > now), default=0.0)


def _due(tries: list[float], hops: dict[int, Hop]) -> float:
    """When a TTL that was tried at these times is tried again, or, at last, counts as silent."""
    if len(tries) < len(TRIES):
        return tries[0] + TRIES[len(tries)]
    slowest = max((hop.seconds for hop in hops.values()), default=0.0)
    return tries[0] + LAST_SYN + max(SLOW_ROUTER, 2 * slowest)


def _first_final(hops: dict[int, Hop]) -> Hop | None:
    """The nearest answer that a larger TTL would only meet again."""
    final = [hop for hop in hops.values() if hop.outcome not in ("time-exceeded", "silent")]
    return min(final, key=lambda hop: hop.ttl, default=None)


def _furthest_router(hops: dict[int, Hop]) -> int:
    return max((ttl for ttl, hop in hops.items() if hop.outcome == "time-exceeded"), default=0)


def _result(
    hops: dict[int, Hop], sent_at: dict[int, float], now: float, source: str
) -> TraceResult:
    last = _first_final(hops)
    return TraceResult(
        hops=tuple(
            hops.get(ttl) or Hop(ttl=ttl, outcome="silent", seconds=now - sent_at[ttl])
            for ttl in range(1, (last.ttl if last else len(sent_at)) + 1)
        ),
        reached_at=last.ttl if last and last.outcome in ("open", "refused") else None,
        source=source,
    )


def _source(address: str, port: int) -> str:
    """The address that this machine gives packets on that way, "" where it knows no way.

    A datagram socket finds it out without sending anything.
    """
    family = socket.AF_INET6 if family_of(address) == "IPv6" else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.connect(socket_address(address, port))
            return str(sock.getsockname()[0])
    except OSError:
        return ""


async def _connect(address: str, port: int, ttl: int) -> Hop:
    """One connect with this TTL; returns when anything at all comes back."""
    loop = asyncio.get_running_loop()
    family = family_of(address)
    began = loop.time()
    try:
        sock = _socket(family, ttl)
    except OSError as error:  # a kernel without IPv6
        return Hop(ttl=ttl, outcome="not-sent", error=error_name(error))
    with sock:
        try:
            sock.connect(socket_address(address, port))
        except BlockingIOError:
            pass
        except OSError as error:
            return _failed(ttl, error.errno or 0, at_once=True)
        answered = asyncio.Event()
        loop.add_writer(sock, answered.set)  # an entry in the error queue counts as writable
        try:
            await answered.wait()
        finally:
            loop.remove_writer(sock)
        return _read(sock, family, ttl, loop.time() - began)


def _socket(family: Family, ttl: int) -> socket.socket:
    sock = socket.socket(
        socket.AF_INET6 if family == "IPv6" else socket.AF_INET, socket.SOCK_STREAM
    )
    try:
        sock.setblocking(False)
        if family == "IPv6":
            sock.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVERR, 1)
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, ttl)
        else:
            sock.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
    except OSError:
        sock.close()
        raise
    return sock


def _read(sock: socket.socket, family: Family, ttl: int, seconds: float) -> Hop:
    """What came back on this socket."""
    if (reported := _reported(sock, family)) is not None:
        icmp, sender = reported
        return Hop(
            ttl=ttl,
            outcome="time-exceeded" if icmp.name == "time-exceeded" else "icmp",
            sender=sender,
            icmp=icmp,
            seconds=seconds,
        )
    code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if code == 0:
        return Hop(ttl=ttl, outcome="open", seconds=seconds)
    return _failed(ttl, code, seconds=seconds)


def _failed(ttl: int, code: int, *, at_once: bool = False, seconds: float = 0.0) -> Hop:
    name = errno.errorcode.get(code, "")
    if code == errno.ECONNREFUSED:
        return Hop(ttl=ttl, outcome="refused", seconds=seconds)
    if code == errno.ETIMEDOUT:  # a kernel told to give up after very few SYNs
        return Hop(ttl=ttl, outcome="silent", seconds=seconds)
    return Hop(ttl=ttl, outcome="not-sent" if at_once else "other", error=name, seconds=seconds)


def _reported(sock: socket.socket, family: Family) -> tuple[ICMPError, str] | None:
    """The ICMP error on the socket's error queue and the address of its sender."""
    try:
        _, ancillary, _, _ = sock.recvmsg(0, 512, socket.MSG_ERRQUEUE)
    except OSError:  # nothing there
        return None
    for _level, kind, data in ancillary:
        if kind in (IP_RECVERR, IPV6_RECVERR):
            return extended_error(data)
    return None


def extended_error(data: bytes) -> tuple[ICMPError, str] | None:
    """Read a `sock_extended_err` and the sender's socket address behind it.

    None where the error did not come as ICMP or is cut short.
    """
    if len(data) < EXTENDED_ERROR.size:
        return None
    _, origin, kind, code, _, _ = EXTENDED_ERROR.unpack_from(data)
    if origin not in (ORIGIN_ICMP, ORIGIN_ICMP6):
        return None
    names = ICMP6_NAMES if origin == ORIGIN_ICMP6 else ICMP_NAMES
    icmp = ICMPError(type=kind, code=code, name=names.get((kind, code), ""))
    return icmp, _address(data[EXTENDED_ERROR.size :])


def _address(sockaddr: bytes) -> str:
    """The address in a sockaddr_in or sockaddr_in6, "" for any other family."""
    family = int.from_bytes(sockaddr[:2], sys.byteorder)
    if family == socket.AF_INET and len(sockaddr) >= 8:
        return socket.inet_ntop(socket.AF_INET, sockaddr[4:8])
    if family == socket.AF_INET6 and len(sockaddr) >= 24:
        return socket.inet_ntop(socket.AF_INET6, sockaddr[8:24])
    return ""

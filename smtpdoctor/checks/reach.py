"""Which ports answer: TCP connects, each with its own outcome. Nothing is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec

from smtpdoctor.addresses import family_of
from smtpdoctor.deadline import Deadline
from smtpdoctor.network import ConnectResult, Network
from smtpdoctor.observations import CUT_OFF, ConnectAttempt, ConnectPurpose, PathTrace, Trail

#: How long the configured port may stay silent. A connection sends its SYN at 0 and 1 s (RFC 6298
#: §2), and further connections start meanwhile: nine SYNs, most of them early, so that one which
#: passes is answered soon. At a loss of one packet in ten, on either way, a live port stays silent
#: once in 600,000 runs (benchmarks/lost_packets.py).
CONNECT = 2.4
FURTHER_ATTEMPTS = (0.3, 0.7, 1.2, 1.8)
#: The configured port's SYNs are on their way for so long before others are sent: a filter that
#: lets few through, or a server that takes few connections of an address, must not count those
#: first.
HEAD_START = 0.05
#: After so many seconds of silence the run begins to look where it ends: at the way, and at others,
#: whose names are looked up a little before.
UNEASY, STUCK = 0.6, 1.0
#: Beside the configured port: six SYNs, so once in 4,000 knocks.
BESIDE = 1.8
FURTHER_ATTEMPTS_BESIDE = (0.3, 0.7)
#: A path with a long round trip gets so many round trips after the last SYN.
ROUND_TRIPS = 3
#: No path is waited for longer than this.
LONGEST = 12.0

#: For how long a path is looked at, at most.
TRACE = 2.0


async def attempt(
    network: Network,
    trail: Trail,
    deadline: Deadline,
    *,
    host: str,
    address: str,
    port: int,
    target: tuple[str, int] | None = None,
    purpose: ConnectPurpose = "configured",
    round_trip: Callable[[], float] = lambda: 0.0,
) -> ConnectResult:
    """One port of one address, recorded as one attempt. `target` is where it really goes under
    --connect-to; `round_trip` the seconds measured on ports that answer, so far.

    An open result's stream belongs to the caller.
    """
    since = trail.now
    configured = purpose == "configured"
    result = await _connect(
        network,
        *(target or (address, port)),
        further=FURTHER_ATTEMPTS if configured else FURTHER_ATTEMPTS_BESIDE,
        patience=lambda: (CONNECT if configured else BESIDE) + ROUND_TRIPS * round_trip(),
        deadline=deadline,
    )
    if _is_cut_off(result, deadline, CONNECT if configured else BESIDE):
        if not configured:
            return result  # a look beside that was not finished has seen nothing
        result = msgspec.structs.replace(result, outcome="other", error=CUT_OFF)
    record(trail, result, host=host, address=address, port=port, purpose=purpose, since=since)
    return result


async def knock(
    network: Network,
    deadline: Deadline,
    *,
    address: str,
    port: int,
    round_trip: Callable[[], float] = lambda: 0.0,
) -> ConnectResult | None:
    """One port of one address, closed at once and not recorded: for several runs. None where the
    deadline cut it off."""
    result = await _connect(
        network,
        address,
        port,
        further=FURTHER_ATTEMPTS_BESIDE,
        patience=lambda: BESIDE + ROUND_TRIPS * round_trip(),
        deadline=deadline,
    )
    if result.stream is not None:
        result.stream.close()
    return None if _is_cut_off(result, deadline, BESIDE) else result


def record(
    trail: Trail,
    result: ConnectResult,
    *,
    host: str,
    address: str,
    port: int,
    purpose: ConnectPurpose,
    provider: str | None = None,
    since: float,
) -> None:
    """Write an attempt down that began at `since`, by the trail's clock."""
    trail.record(
        ConnectAttempt(
            host=host,
            address=address,
            port=port,
            family=family_of(address),
            outcome=result.outcome,
            purpose=purpose,
            error=result.error,
            provider=provider,
            ok=result.outcome == "open",
        ),
        since=since,
    )


def record_cut_off(trail: Trail, *, host: str, address: str, port: int) -> None:
    """Write down that the configured port was not connected to: the run's end came first."""
    result = ConnectResult(outcome="other", error=CUT_OFF)
    record(
        trail,
        result,
        host=host,
        address=address,
        port=port,
        purpose="configured",
        since=trail.now,
    )


def _is_cut_off(result: ConnectResult, deadline: Deadline, wanted: float) -> bool:
    return result.outcome == "silent" and deadline.cut_off(wanted, result.seconds)


async def _connect(
    network: Network,
    address: str,
    port: int,
    *,
    further: tuple[float, ...],
    patience: Callable[[], float],
    deadline: Deadline,
) -> ConnectResult:
    """Connect, and again while silence lasts: one lost packet is no silence.

    The first answer of any kind counts; `patience` may grow while waiting.
    """
    began = network.clock()
    starts = [0.0, *further]
    running: set[asyncio.Task[ConnectResult]] = set()
    silent = ConnectResult(outcome="silent")
    try:
        while True:
            elapsed = network.clock() - began
            left = deadline.cap(patience() - elapsed)
            if left <= 0:
                break
            if starts and elapsed >= starts[0]:
                starts.pop(0)
                running.add(asyncio.create_task(network.connect(address, port, LONGEST - elapsed)))
            wait = min(left, starts[0] - elapsed) if starts else left
            done, running = await asyncio.wait(
                running, timeout=max(wait, 0), return_when=asyncio.FIRST_COMPLETED
            )
            answers = [task.result() for task in done]
            heard = [answer for answer in answers if answer.outcome != "silent"]
            for answer in heard[1:]:
                if answer.stream is not None:
                    answer.stream.close()
            if heard:
                return msgspec.structs.replace(heard[0], seconds=network.clock() - began)
            if not running and not starts:
                break
    finally:
        for task in running:
            task.cancel()
        for left_over in await asyncio.gather(*running, return_exceptions=True):
            if isinstance(left_over, ConnectResult) and left_over.stream is not None:
                left_over.stream.close()
    return msgspec.structs.replace(silent, seconds=network.clock() - began)


async def trace(
    network: Network, trail: Trail, deadline: Deadline, *, host: str, address: str, port: int
) -> None:
    """The way to one port, hop by hop, recorded; also where this system has no means for it."""
    since = trail.now
    result = await network.trace(address, port, deadline.cap(TRACE))
    trail.record(
        PathTrace(
            host=host,
            address=address,
            port=port,
            family=family_of(address),
            hops=result.hops if result is not None else (),
            reached_at=result.reached_at if result is not None else None,
            source=result.source if result is not None else "",
            supported=result is not None,
        ),
        since=since,
    )

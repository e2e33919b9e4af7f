"""When a trace may end: not before what can still come has come. On a clock that jumps."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from smtpdoctor.network import TraceResult, hops
from smtpdoctor.observations import Hop, HopOutcome

from ..fake_network import run

#: By TTL: after how many seconds what comes back. A TTL that is not there stays silent.
Way = Mapping[int, tuple[float, HopOutcome]]


def trace(monkeypatch: pytest.MonkeyPatch, way: Way, timeout: float = 10.0) -> TraceResult:
    sent: list[int] = []

    async def connect(address: str, port: int, ttl: int) -> Hop:
        sent.append(ttl)
        if ttl not in way:
            await asyncio.sleep(3600)
        seconds, outcome = way[ttl]
        await asyncio.sleep(seconds)
        sender = f"192.0.2.{ttl}" if outcome == "time-exceeded" else ""
        return Hop(ttl=ttl, outcome=outcome, sender=sender, seconds=seconds)

    monkeypatch.setattr(hops, "supported", lambda: True)
    monkeypatch.setattr(hops, "_connect", connect)
    monkeypatch.setattr(hops, "_source", lambda address, port: "192.0.2.7")
    result = run(hops.trace("203.0.113.1", 587, timeout))
    assert result is not None
    first = list(dict.fromkeys(sent))
    assert first == sorted(first)
    assert max(map(sent.count, first)) <= len(hops.TRIES)
    return result


def outcomes(result: TraceResult) -> list[str]:
    return [hop.outcome for hop in result.hops]


def test_a_router_that_answers_after_the_port_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    way: Way = {
        1: (0.001, "time-exceeded"),
        2: (0.4, "time-exceeded"),
        3: (0.002, "time-exceeded"),
        4: (0.01, "open"),
    }
    found = trace(monkeypatch, way)
    assert outcomes(found) == ["time-exceeded"] * 3 + ["open"]
    assert found.reached_at == 4


def test_the_answer_to_a_second_syn_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 6298 §2: it goes out after a second."""
    way: Way = {1: (1.1, "time-exceeded"), 2: (0.01, "refused")}
    found = trace(monkeypatch, way)
    assert outcomes(found) == ["time-exceeded", "refused"]


def test_a_syn_that_got_lost_is_sent_again_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[float] = []

    async def connect(address: str, port: int, ttl: int) -> Hop:
        if ttl == 1:
            tried.append(asyncio.get_running_loop().time())
            if len(tried) == 1:
                await asyncio.sleep(3600)
            return Hop(ttl=1, outcome="time-exceeded", sender="192.0.2.1", seconds=0.01)
        return Hop(ttl=ttl, outcome="open", seconds=0.01)

    monkeypatch.setattr(hops, "supported", lambda: True)
    monkeypatch.setattr(hops, "_connect", connect)
    monkeypatch.setattr(hops, "_source", lambda address, port: "192.0.2.7")
    result = run(hops.trace("203.0.113.1", 587, 10.0))
    assert result is not None
    assert outcomes(result) == ["time-exceeded", "open"]
    assert tried[1] - tried[0] == pytest.approx(hops.TRIES[1], abs=0.02)


def test_a_way_that_ends_nowhere_is_given_up_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    async def timed() -> float:
        await hops.trace("203.0.113.1", 587, 10.0)
        return asyncio.get_running_loop().time()

    async def connect(address: str, port: int, ttl: int) -> Hop:
        if ttl > 2:
            await asyncio.sleep(3600)
        return Hop(ttl=ttl, outcome="time-exceeded", sender="192.0.2.1", seconds=0.01)

    monkeypatch.setattr(hops, "supported", lambda: True)
    monkeypatch.setattr(hops, "_connect", connect)
    monkeypatch.setattr(hops, "_source", lambda address, port: "192.0.2.7")
    assert run(timed()) < 1.5


def test_a_router_that_never_answers_is_not_waited_for_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = trace(monkeypatch, {2: (0.01, "open"), 3: (0.01, "open")})
    assert outcomes(found) == ["silent", "open"]
    assert found.hops[0].seconds < hops.LAST_SYN + hops.SLOW_ROUTER + 0.1


def test_the_nearest_of_several_answers_is_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    way: Way = {1: (0.001, "time-exceeded"), 2: (0.2, "open"), 3: (0.05, "open")}
    found = trace(monkeypatch, way)
    assert found.reached_at == 2
    assert outcomes(found) == ["time-exceeded", "open"]


def test_so_many_silent_routers_are_looked_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    last = hops.AHEAD
    assert trace(monkeypatch, {last: (0.05, "open")}).reached_at == last
    assert trace(monkeypatch, {last + 1: (0.05, "open")}).reached_at is None


def test_a_router_that_answers_lets_it_look_further(monkeypatch: pytest.MonkeyPatch) -> None:
    way: Way = {3: (0.01, "time-exceeded"), 3 + hops.AHEAD: (0.01, "open")}
    assert trace(monkeypatch, way).reached_at == 3 + hops.AHEAD


def test_it_ends_with_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    found = trace(monkeypatch, {1: (0.01, "time-exceeded")}, timeout=0.5)
    assert found.reached_at is None
    assert outcomes(found)[0] == "time-exceeded"

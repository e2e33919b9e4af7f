"""The trace, along real routers and as an ordinary user: every hop, every manner of a block."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from collections.abc import Iterator

import msgspec
import pytest

from smtpdoctor.demo.ports import RefusingPort, SilentPort
from smtpdoctor.network import SystemNetwork, TraceResult, hops
from smtpdoctor.observations import Hop, ICMPError
from tests.servers.fixtures import LoopThread

from . import faults
from .internet import (
    ADDRESS,
    DISTANCE,
    HTTPS,
    IMPLICIT_TLS,
    ROUTER_ADDRESSES,
    STARTTLS,
    Internet,
)

FAMILIES = ("IPv4", "IPv6")
ADMIN_PROHIBITED = {
    "IPv4": ICMPError(type=3, code=13, name="admin-prohibited"),
    "IPv6": ICMPError(type=1, code=1, name="admin-prohibited"),
}
WAIT = 1.5  # seconds: two SYNs go out before silence is called silence
TRACE = """
import asyncio, msgspec, sys
from smtpdoctor.network import SystemNetwork
address, port, wait = sys.argv[1:]
found = asyncio.run(SystemNetwork().trace(address, int(port), float(wait)))
sys.stdout.buffer.write(msgspec.json.encode(found))
"""


def trace(internet: Internet, family: str, port: int) -> TraceResult:
    """Trace the way from the client to the mail server, as an ordinary user."""
    done = internet.run(sys.executable, "-c", TRACE, ADDRESS[family], str(port), str(WAIT))
    assert done.returncode == 0, done.stderr.decode()
    found = msgspec.json.decode(done.stdout, type=TraceResult | None)
    assert found is not None
    assert [hop.ttl for hop in found.hops] == list(range(1, len(found.hops) + 1))
    return found


def senders(found: TraceResult, outcome: str = "time-exceeded") -> tuple[str, ...]:
    return tuple(hop.sender for hop in found.hops if hop.outcome == outcome)


@pytest.mark.namespace
def test_client_has_no_privileges(internet: Internet) -> None:
    raw = "import socket; socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)"
    done = internet.run(sys.executable, "-c", raw)
    assert b"PermissionError" in done.stderr


@pytest.mark.namespace
@pytest.mark.parametrize("family", FAMILIES)
class TestWay:
    def test_open_port(self, internet: Internet, family: str) -> None:
        for port in (HTTPS, STARTTLS, IMPLICIT_TLS):
            found = trace(internet, family, port)
            assert senders(found) == ROUTER_ADDRESSES[family]
            assert found.hops[-1].outcome == "open"
            assert found.reached_at == DISTANCE

    def test_port_on_which_nothing_listens(self, internet: Internet, family: str) -> None:
        faults.nothing_listens(internet, STARTTLS)
        assert internet.connect(ADDRESS[family], STARTTLS).outcome == "refused"
        found = trace(internet, family, STARTTLS)
        assert senders(found) == ROUTER_ADDRESSES[family]
        assert found.hops[-1].outcome == "refused"
        assert found.reached_at == DISTANCE

    def test_dropped_at_the_gateway(self, internet: Internet, family: str) -> None:
        faults.drop_at_gateway(internet, STARTTLS)
        assert internet.connect(ADDRESS[family], STARTTLS).outcome == "silent"
        found = trace(internet, family, STARTTLS)
        assert senders(found) == ROUTER_ADDRESSES[family][:1]
        assert {hop.outcome for hop in found.hops[1:]} == {"silent"}
        assert found.reached_at is None
        assert trace(internet, family, HTTPS).reached_at == DISTANCE

    def test_dropped_two_hops_on(self, internet: Internet, family: str) -> None:
        faults.drop_at_provider(internet, STARTTLS)
        found = trace(internet, family, STARTTLS)
        assert senders(found) == ROUTER_ADDRESSES[family][:2]
        assert {hop.outcome for hop in found.hops[2:]} == {"silent"}
        assert len(found.hops) == 2 + hops.AHEAD
        assert found.reached_at is None
        assert trace(internet, family, HTTPS).reached_at == DISTANCE

    def test_prohibited_at_the_gateway(self, internet: Internet, family: str) -> None:
        faults.prohibit_at_gateway(internet, STARTTLS)
        # Linux gives EACCES for ICMPv6, although nothing on this machine forbids anything
        error = {"IPv4": "EHOSTUNREACH", "IPv6": "EACCES"}[family]
        assert internet.connect(ADDRESS[family], STARTTLS).error == error
        found = trace(internet, family, STARTTLS)
        passed, refused = found.hops
        assert passed.outcome == "time-exceeded"
        assert (refused.outcome, refused.icmp) == ("icmp", ADMIN_PROHIBITED[family])
        assert refused.sender == ROUTER_ADDRESSES[family][0]
        assert found.reached_at is None

    def test_reset_by_the_gateway(self, internet: Internet, family: str) -> None:
        faults.reset_at_gateway(internet, STARTTLS)
        assert internet.connect(ADDRESS[family], STARTTLS).outcome == "refused"
        found = trace(internet, family, STARTTLS)
        assert senders(found) == ROUTER_ADDRESSES[family][:1]
        assert found.hops[-1].outcome == "refused"
        assert found.reached_at == 2 < DISTANCE

    def test_dropped_on_this_machine(self, internet: Internet, family: str) -> None:
        faults.drop_locally(internet, STARTTLS)
        found = trace(internet, family, STARTTLS)
        assert {hop.outcome for hop in found.hops} == {"silent"}

    def test_rejected_on_this_machine(self, internet: Internet, family: str) -> None:
        faults.reject_locally(internet, STARTTLS)
        found = trace(internet, family, STARTTLS)
        (only,) = found.hops
        assert (only.outcome, only.icmp) == ("icmp", ADMIN_PROHIBITED[family])
        assert only.sender == found.source == {"IPv4": "10.0.0.2", "IPv6": "2001:db8:1::2"}[family]

    def test_no_route(self, internet: Internet, family: str) -> None:
        faults.no_route(internet)
        assert internet.connect(ADDRESS[family], STARTTLS).outcome == "no-route"
        found = trace(internet, family, STARTTLS)
        assert found.hops == (Hop(ttl=1, outcome="not-sent", error="ENETUNREACH"),)
        assert (found.reached_at, found.source) == (None, "")

    def test_host_down(self, internet: Internet, family: str) -> None:
        faults.host_filtered(internet)
        found = trace(internet, family, STARTTLS)
        assert senders(found) == ROUTER_ADDRESSES[family]
        assert {hop.outcome for hop in found.hops[DISTANCE - 1 :]} == {"silent"}


@pytest.mark.namespace
def test_one_family_in_a_black_hole(internet: Internet) -> None:
    faults.ipv6_black_hole(internet)
    assert trace(internet, "IPv4", STARTTLS).reached_at == DISTANCE
    found = trace(internet, "IPv6", STARTTLS)
    assert senders(found) == ROUTER_ADDRESSES["IPv6"][:1]
    assert found.reached_at is None


@pytest.mark.namespace
def test_router_that_never_answers(internet: Internet) -> None:
    internet["provider"].filter("output", "icmp type time-exceeded drop")
    found = trace(internet, "IPv4", HTTPS)
    assert [hop.outcome for hop in found.hops] == [
        "time-exceeded",
        "silent",
        "time-exceeded",
        "open",
    ]
    assert found.reached_at == DISTANCE


# --- on loopback, without namespaces ----------------------------------------------------------

needs_linux = pytest.mark.skipif(not hops.supported(), reason="needs Linux's error queue")


def trace_on_loopback(address: str, port: int, wait: float = 5.0) -> TraceResult:
    found = asyncio.run(SystemNetwork().trace(address, port, wait))
    assert found is not None
    return found


@needs_linux
@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_open_port_of_this_machine(address: str) -> None:
    with socket.create_server(
        (address, 0), family=socket.AF_INET6 if ":" in address else socket.AF_INET
    ) as server:
        found = trace_on_loopback(address, server.getsockname()[1])
    (only,) = found.hops
    assert (only.ttl, only.outcome, found.reached_at) == (1, "open", 1)


@needs_linux
def test_refusing_port_of_this_machine(loop_thread: LoopThread) -> None:
    port = RefusingPort()
    loop_thread.run(port.start())
    found = trace_on_loopback(port.host, port.port)
    loop_thread.run(port.close())
    assert [hop.outcome for hop in found.hops] == ["refused"]
    assert found.reached_at == 1


@pytest.fixture
def silent_port(loop_thread: LoopThread) -> Iterator[SilentPort]:
    port = SilentPort()
    loop_thread.run(port.start())
    yield port
    loop_thread.run(port.close())


@needs_linux
def test_silence_is_traced_no_further_than_routers_may_be_hidden(silent_port: SilentPort) -> None:
    found = trace_on_loopback(silent_port.host, silent_port.port, wait=0.3)
    assert [hop.outcome for hop in found.hops] == ["silent"] * hops.AHEAD
    assert found.reached_at is None


@needs_linux
def test_no_time_left() -> None:
    assert trace_on_loopback("127.0.0.1", 1, wait=0).hops == ()


@needs_linux
def test_unknown_zone_is_not_sent() -> None:
    (only,) = trace_on_loopback("fe80::1%nosuch0", 587).hops
    assert (only.outcome, only.ttl) == ("not-sent", 1)


def test_unsupported_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert asyncio.run(SystemNetwork().trace("127.0.0.1", 1, 1.0)) is None


# --- the kernel's report, byte by byte --------------------------------------------------------


def extended_error(origin: int, kind: int, code: int, sender: bytes) -> bytes:
    return struct.pack("=IBBBxII", 113, origin, kind, code, 0, 0) + sender


IPV4_SENDER = struct.pack("=HH4s8x", socket.AF_INET, 0, socket.inet_aton("198.51.100.1"))
IPV6_SENDER = struct.pack(
    "=HHI16sI", socket.AF_INET6, 0, 0, socket.inet_pton(socket.AF_INET6, "2001:db8::1"), 0
)


@pytest.mark.parametrize(
    ("kind", "code", "name"),
    [
        (11, 0, "time-exceeded"),
        (3, 0, "net-unreachable"),
        (3, 9, "net-prohibited"),
        (3, 10, "host-prohibited"),
        (3, 13, "admin-prohibited"),
        (3, 42, ""),
    ],
)
def test_icmp_by_its_numbers(kind: int, code: int, name: str) -> None:
    data = extended_error(hops.ORIGIN_ICMP, kind, code, IPV4_SENDER)
    assert hops.extended_error(data) == (
        ICMPError(type=kind, code=code, name=name),
        "198.51.100.1",
    )


@pytest.mark.parametrize(
    ("kind", "code", "name"),
    [(3, 0, "time-exceeded"), (1, 1, "admin-prohibited"), (1, 5, "policy-failed")],
)
def test_icmpv6_by_its_numbers(kind: int, code: int, name: str) -> None:
    data = extended_error(hops.ORIGIN_ICMP6, kind, code, IPV6_SENDER)
    assert hops.extended_error(data) == (
        ICMPError(type=kind, code=code, name=name),
        "2001:db8::1",
    )


def test_error_that_is_no_icmp() -> None:
    assert hops.extended_error(extended_error(1, 0, 0, b"")) is None


def test_error_cut_short() -> None:
    whole = extended_error(hops.ORIGIN_ICMP, 11, 0, IPV4_SENDER)
    assert hops.extended_error(whole[:15]) is None
    found = hops.extended_error(whole[:20])
    assert found is not None
    assert found[1] == ""

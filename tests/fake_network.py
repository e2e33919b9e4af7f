"""A network in memory under a clock of its own, for whole runs without sockets and without waiting.

`FakeNetwork` has the shape of `smtpdoctor.network.Network`. On its ports stand the embedded servers
of the demo, or an outcome such as "silent". `run` runs a coroutine on a loop whose clock jumps to
the next timer whenever nothing else is left to do: waits of minutes take no time, and every run
gives the same times. It must not know what a run is supposed to look at.
"""

from __future__ import annotations

import asyncio
import selectors
import socket
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, TypeVar, cast

from smtpdoctor.demo.behaviour import Behaviour
from smtpdoctor.demo.server import Session, SMTPServer
from smtpdoctor.network import (
    READ_SIZE,
    AnswerResult,
    ConnectResult,
    LookupResult,
    Received,
    ResolverSettings,
    TraceResult,
)
from smtpdoctor.observations import ConnectOutcome
from tests.servers.sessions import most_simultaneous

T = TypeVar("T")

NAME_SERVER = "192.0.2.53"

#: What stands on a port: a server, how it behaves, a function that serves one connection, or the
#: outcome of every attempt to connect.
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Port = SMTPServer | Behaviour | Serve | ConnectOutcome


#: What the senders' domains publish unless told otherwise: nothing that a receiver minds.
POLICIES = {
    ("_spf-us.ionos.com", "TXT"): "v=spf1 ip4:74.208.4.192/26 ~all",
}
for domain in ("example.com", "xn--bcher-kva.example"):
    POLICIES |= {
        (domain, "TXT"): "v=spf1 ip4:192.0.2.0/24 include:_spf-us.ionos.com -all",
        (domain, "MX"): "10 mx.example.com",
        (domain, "NS"): "ns1.example.com",
        (f"_dmarc.{domain}", "TXT"): "v=DMARC1; p=none",
    }


class StuckError(Exception):
    """Everything waits, and no timer is set: the run would never end."""


#: Where metadata services listen; no mail server does.
HTTP = 80

#: How much a server may have sent that nobody has read yet, in bytes.
WINDOW = 256 * 1024

#: What a turn of the loop takes, in seconds: a clock that stood still would keep a timer that
#: rounding has put just ahead of now from ever being reached.
A_MOMENT = 1e-9


class _JumpingSelector(selectors.SelectSelector):
    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise StuckError
            self.now += timeout
        self.now += A_MOMENT
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop that never waits: its clock jumps to the next timer."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now

    def run_in_executor(  # type: ignore[override]
        self, executor: Any, func: Callable[..., T], *args: Any
    ) -> asyncio.Future[T]:
        """At once, in this thread: the clock must not jump while another one works."""
        future: asyncio.Future[T] = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:
            future.set_exception(error)
        return future


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """The coroutine's result, on a loop of its own that starts at 0 s."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(coroutine)


class _Pipe:
    """One direction of a connection: what is put in comes out, in order, `delay` seconds later."""

    def __init__(self, delay: float, deliver: Callable[[Received], None]) -> None:
        self._delay = delay
        self._deliver = deliver
        self._on_the_way: deque[Received] = deque()

    def put(self, received: Received) -> None:
        self._on_the_way.append(received)
        loop = asyncio.get_running_loop()
        # the loop does not keep the order of timers of the same moment; the queue does
        loop.call_later(self._delay, lambda: self._deliver(self._on_the_way.popleft()))


class FakeStream:
    """The client's end: a `smtpdoctor.network.Stream`."""

    def __init__(self, network: FakeNetwork, address: str, port: int) -> None:
        self.address = address
        self.port = port
        self.local_address = "2001:db8::7" if ":" in address else "192.0.2.7"
        self.opened_at: float | None = None
        self.closed_at: float | None = None
        self.end = Received()
        self.sent = bytearray()
        self.reader = asyncio.StreamReader()
        self.takes_bytes = network.takes_bytes
        self.unread = 0
        #: What comes in one piece of more bytes gets lost on the way, and so does all behind it.
        self.loses_more_than = float("inf")
        self._arrived = bytearray()
        self._something = asyncio.Event()
        self._to_server = _Pipe(network.round_trip / 2, self._at_the_server)
        self.to_client = _Pipe(network.round_trip / 2, self._at_the_client)

    @property
    def closed(self) -> bool:
        return self.closed_at is not None

    async def read(self, timeout: float) -> Received:
        assert not self.closed, "read after close"
        try:
            async with asyncio.timeout(max(timeout, 0)):
                await self._something.wait()
        except TimeoutError:
            return Received(end="silence")
        if self._arrived:
            data = bytes(self._arrived[:READ_SIZE])
            del self._arrived[:READ_SIZE]
            self.unread -= len(data)
            if not self._arrived and not self.end.end:
                self._something.clear()
            return Received(data=data)
        return self.end

    async def write(self, data: bytes, timeout: float) -> Received:
        assert not self.closed, "write after close"
        if not self.takes_bytes:
            await asyncio.sleep(max(timeout, 0))
            return Received(end="silence")
        if self.end.end == "reset":
            return self.end
        self.sent += data
        self._to_server.put(Received(data=data))
        return Received()

    def close(self) -> None:
        if not self.closed:
            self.closed_at = asyncio.get_running_loop().time()
            self._to_server.put(Received(end="closed"))

    def _at_the_server(self, received: Received) -> None:
        if received.end:
            self.reader.feed_eof()
        elif not self.reader.at_eof():
            self.reader.feed_data(received.data)

    def _at_the_client(self, received: Received) -> None:
        if len(received.data) > self.loses_more_than:
            self.loses_more_than = 0
            return
        if received.end:
            self.end = self.end if self.end.end else received
        self._arrived += received.data
        self._something.set()


class _ServerSocket:
    """What the demo's wire asks of a socket: to reset, and whether the client is still there."""

    def __init__(self, stream: FakeStream) -> None:
        self._stream = stream
        self.resets = False

    def setsockopt(self, level: int, option: int, value: bytes) -> None:
        assert option == socket.SO_LINGER
        self.resets = True

    def getsockopt(self, level: int, option: int, length: int) -> bytes:
        return bytes([0 if self._stream.closed else 1])


class _ServerWriter:
    """What the demo's wire uses of an `asyncio.StreamWriter`."""

    def __init__(self, stream: FakeStream) -> None:
        self._stream = stream
        self._socket = _ServerSocket(stream)
        self._ended = False
        self.transport = self

    def write(self, data: bytes) -> None:
        if data and not self._ended:
            self._stream.unread += len(data)
            self._stream.to_client.put(Received(data=bytes(data)))

    async def drain(self) -> None:
        await asyncio.sleep(0)
        while self._stream.unread > WINDOW and not self._stream.closed:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        if self._stream.closed:
            raise ConnectionResetError

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self._end(Received(end="closed"))

    def abort(self) -> None:
        reset = Received(end="reset", error="ECONNRESET")
        self._end(reset if self._socket.resets else Received(end="closed"))

    def get_extra_info(self, name: str) -> object:
        return self._socket if name == "socket" else None

    def _end(self, received: Received) -> None:
        if not self._ended:
            self._ended = True
            self._stream.to_client.put(received)


@dataclass(frozen=True)
class Knock:
    """One attempt to connect: when, where to, and the stream where it was open."""

    at: float
    address: str
    port: int
    stream: FakeStream | None = None


@dataclass(kw_only=True)
class FakeNetwork:
    """The whole outside of a run.

    `names` has the addresses of each host name, or the name of getaddrinfo's error; "never" is a
    resolver that doesn't answer. `ports` says what stands on each (address, port); on all others
    `otherwise`. `round_trip` is in seconds. `nameservers` answer from `names`, and from `policies`
    what belongs to the sender's domain.
    """

    names: Mapping[str, tuple[str, ...] | str] = field(default_factory=dict)
    ports: Mapping[tuple[str, int], Port] = field(default_factory=dict)
    otherwise: Port = "refused"
    round_trip: float = 0.02
    nameservers: tuple[str, ...] = (NAME_SERVER,)
    hosts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    takes_bytes: bool = True
    knocks: list[Knock] = field(default_factory=list)
    policies: Mapping[tuple[str, str], str] = field(default_factory=lambda: POLICIES)
    asked: list[str] = field(default_factory=list)
    asked_for_policies: list[tuple[str, str]] = field(default_factory=list)
    traced: list[tuple[str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.servers = {
            place: SMTPServer(port) if isinstance(port, Behaviour) else port
            for place, port in self.ports.items()
        }
        self.tasks: set[asyncio.Task[None]] = set()

    # --- what a run did -----------------------------------------------------------------------

    def server(self, address: str, port: int) -> SMTPServer:
        found = self.servers[address, port]
        assert isinstance(found, SMTPServer)
        return found

    def knocks_on(self, address: str, port: int | None = None) -> list[Knock]:
        return [
            knock
            for knock in self.knocks
            if knock.address == address and port in (None, knock.port)
        ]

    @property
    def touched(self) -> set[str]:
        """Every address to which a connection was tried."""
        return {knock.address for knock in self.knocks}

    @property
    def sessions(self) -> list[Session]:
        return [
            session
            for server in self.servers.values()
            if isinstance(server, SMTPServer)
            for session in server.sessions
        ]

    @property
    def most_sessions(self) -> int:
        """How many connections were open at the same time, at most, without those that were closed
        at once, and those to a platform's metadata service."""
        events: list[tuple[float, int]] = []
        for knock in self.knocks:
            stream = knock.stream
            if stream is None or stream.opened_at is None or knock.port == HTTP:
                continue
            end = float("inf") if stream.closed_at is None else stream.closed_at
            if end - stream.opened_at > 1000 * A_MOMENT:
                events += [(stream.opened_at, 1), (end, -1)]
        return max(accumulate((step for _, step in sorted(events)), initial=0))

    def assert_tidy(self) -> None:
        """Every connection was closed, the servers met no fault of their own, nobody was crowded,
        and no message was begun."""
        assert all(knock.stream.closed for knock in self.knocks if knock.stream is not None)
        for server in self.servers.values():
            if isinstance(server, SMTPServer):
                assert server.errors == []
        assert self.most_sessions <= 2
        assert most_simultaneous(self.sessions) <= 2
        assert not any(session.data_seen for session in self.sessions)
        assert sum(session.auth_attempts for session in self.sessions) <= 1

    # --- smtpdoctor.network.Network -----------------------------------------------------------

    def clock(self) -> float:
        return asyncio.get_running_loop().time()

    async def system_lookup(self, host: str, timeout: float) -> LookupResult:
        self.asked.append(host)
        found = self.names.get(host, "EAI_NONAME")
        if found == "never":
            await asyncio.sleep(timeout)
            return LookupResult(error="timeout")
        await asyncio.sleep(min(self.round_trip, timeout))
        if isinstance(found, str):
            return LookupResult(error=found)
        return LookupResult(addresses=found)

    async def ask(
        self, server: str, question: str, record: str, timeout: float, *, over_tcp: bool = False
    ) -> AnswerResult:
        if (question, record) in self.policies or record in ("TXT", "NS", "CNAME"):
            self.asked_for_policies.append((question, record))
            return await self._policy(question, record, timeout)
        self.asked.append(question)
        found = self.names.get(question, "EAI_NONAME")
        if found == "never":
            await asyncio.sleep(timeout)
            return AnswerResult(outcome="silent")
        await asyncio.sleep(min(self.round_trip, timeout))
        if isinstance(found, str):
            return AnswerResult(outcome="nxdomain")
        wanted = {"A": False, "AAAA": True}.get(record)
        answers = tuple(address for address in found if (":" in address) is wanted)
        return AnswerResult(outcome="answer" if answers else "nodata", answers=answers)

    async def _policy(self, question: str, record: str, timeout: float) -> AnswerResult:
        await asyncio.sleep(min(self.round_trip, timeout))
        found = self.policies.get((question, record))
        if found is None:
            return AnswerResult(outcome="nxdomain")
        texts = ((found.encode(),),) if record == "TXT" else ()
        return AnswerResult(outcome="answer", answers=(found,), texts=texts)

    async def connect(
        self, address: str, port: int, timeout: float, *, segment_size: int = 0
    ) -> ConnectResult:
        began = self.clock()
        here: Port = self.servers.get((address, port), self.otherwise)
        if isinstance(here, str):
            self.knocks.append(Knock(began, address, port))
            return await self._not_open(here, timeout)
        stream = FakeStream(self, address, port)
        self.knocks.append(Knock(began, address, port, stream))
        try:
            await asyncio.sleep(self.round_trip)
        except asyncio.CancelledError:
            stream.close()
            raise
        stream.opened_at = self.clock()
        serve = here.serve if isinstance(here, SMTPServer) else cast(Serve, here)
        self.tasks.add(asyncio.create_task(self._accept(serve, stream)))
        return ConnectResult(outcome="open", seconds=self.clock() - began, stream=stream)

    async def _accept(self, serve: Serve, stream: FakeStream) -> None:
        await asyncio.sleep(self.round_trip / 2)  # until the server knows of the connection
        await serve(stream.reader, cast(asyncio.StreamWriter, _ServerWriter(stream)))

    async def _not_open(self, outcome: ConnectOutcome, timeout: float) -> ConnectResult:
        errors: dict[ConnectOutcome, str] = {
            "refused": "ECONNREFUSED",
            "reset": "ECONNRESET",
            "unreachable": "EHOSTUNREACH",
            "denied": "EPERM",
            "no-route": "ENETUNREACH",
        }
        waits = {"silent": timeout, "no-route": 0.0, "denied": 0.0}
        seconds = min(waits.get(outcome, self.round_trip), timeout)
        await asyncio.sleep(max(seconds, 0))
        return ConnectResult(outcome=outcome, error=errors.get(outcome, ""), seconds=seconds)

    async def trace(self, address: str, port: int, timeout: float) -> TraceResult | None:
        self.traced.append((address, port))
        return None

    def resolver_settings(self) -> ResolverSettings:
        return ResolverSettings(nameservers=self.nameservers, source="/etc/resolv.conf")

    def hosts_file(self, host: str) -> tuple[str, ...]:
        return self.hosts.get(host, ())

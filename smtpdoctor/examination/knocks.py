"""Connects without a word: the configured port, ports beside it, other hosts, and the way there.

Knows how each is connected to, recorded, and done once. Must not know which are worth it
(`strategy`), nor what is said on a connection (`sessions`).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable

import msgspec

from smtpdoctor.checks import dns, reach
from smtpdoctor.examination import strategy
from smtpdoctor.examination.shared import KNOCK_KEPT
from smtpdoctor.examination.state import RunState
from smtpdoctor.examination.strategy import Knock
from smtpdoctor.network import ConnectResult, Stream
from smtpdoctor.observations import Trail


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """An open connection, and the trail that ends with its connect."""

    stream: Stream
    address: str
    trail: Trail
    seconds: float


class Knocks:
    """The connects of one run."""

    def __init__(self, state: RunState) -> None:
        self._state = state
        self._knocks: dict[tuple[str, int, str], asyncio.Task[ConnectResult]] = {}
        self._traced: asyncio.Task[None] | None = None

    # --- the configured port ------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def connect(self, trail: Trail) -> AsyncIterator[asyncio.Future[Connection | None]]:
        """Connect to every address of the configured port; gives the first that answers, None where
        all have failed.

        The others go on beside, each for its own outcome.
        """
        state = self._state
        first: asyncio.Future[Connection | None] = asyncio.get_running_loop().create_future()
        waiting = len(state.addresses)

        async def one(address: str) -> None:
            nonlocal waiting
            try:
                connection = await self.connect_to(address, trail.branch())
                if connection is not None and first.done():
                    connection.stream.close()
                elif connection is not None:
                    first.set_result(connection)
            finally:
                waiting -= 1
                if waiting == 0 and not first.done():
                    first.set_result(None)

        for address in state.addresses:
            state.tasks.create_task(one(address), "reach")
        try:
            yield first
        finally:
            if not first.done():
                first.cancel()  # a connection that opens now is nobody's, and is closed
            elif (connection := first.result()) is not None:
                connection.stream.close()

    async def connect_to(self, address: str, trail: Trail) -> Connection | None:
        """The configured port of one address, on a trail of its own."""
        state = self._state
        result = await reach.attempt(
            state.network,
            trail,
            state.deadline,
            host=state.plan.host,
            address=address,
            port=state.plan.port,
            target=state.target(state.plan.host, address, state.plan.port),
            purpose="configured",
            round_trip=state.round_trip,
        )
        if result.stream is None:
            return None
        return Connection(
            stream=result.stream, address=address, trail=trail, seconds=result.seconds
        )

    # --- beside it ----------------------------------------------------------------------------

    def beside(self, trail: Trail) -> None:
        """What every run knocks on: it stands ready where the configured port fails."""
        for each in strategy.knocks_at_once(self._state.plan, self._state.addresses):
            self.knock(trail, each)
        for other in self._state.other_hosts:
            if strategy.knocked_at_once(self._state.plan, other):
                self._state.side.create_task(self.knock_host(trail, other), "reach")

    def knock(self, trail: Trail, knock: Knock) -> asyncio.Task[ConnectResult]:
        """Connect and close, once in a run for each port of an address and host."""
        key = (knock.host, knock.port, knock.address)
        if key not in self._knocks:
            self._knocks[key] = self._state.side.create_task(self._knock(trail, knock), "reach")
        return self._knocks[key]

    async def _knock(self, trail: Trail, knock: Knock) -> ConnectResult:
        state = self._state
        result = await reach.attempt(
            state.network,
            trail.branch(role="probe"),
            state.deadline,
            host=knock.host,
            address=knock.address,
            port=knock.port,
            target=state.target(knock.host, knock.address, knock.port),
            purpose=knock.purpose,
            round_trip=state.round_trip,
        )
        if result.stream is not None:
            result.stream.close()
        return result

    async def knock_host(self, trail: Trail, host: str) -> None:
        """One of the provider's other hosts."""
        addresses = await self._state.other_hosts[host]
        knocks = strategy.knocks_on_other_host(self._state.plan, host, addresses)
        await self._all(trail, knocks)

    async def other_ports(self, trail: Trail) -> None:
        """No address answered on the configured port: which ports answer?"""
        state = self._state
        await self._all(trail, strategy.knocks_without_connection(state.plan, state.addresses))

    async def _all(self, trail: Trail, knocks: Iterable[Knock]) -> None:
        await asyncio.gather(*(self.knock(trail, each) for each in knocks))

    # --- other companies' hosts ---------------------------------------------------------------

    async def control_addresses(self, trail: Trail) -> None:
        """Addresses that answer wherever the internet is reached."""
        await asyncio.gather(*(self._control(trail, each) for each in strategy.control_addresses()))

    async def control_hosts(self, trail: Trail) -> None:
        """Submission hosts of independent providers."""
        controls = strategy.control_hosts(self._state.plan)
        await asyncio.gather(*(self._control_host(trail, each) for each in controls))

    async def look_up_control_hosts(self) -> None:
        """Their addresses alone, for when they are knocked on."""
        controls = strategy.control_hosts(self._state.plan)
        await asyncio.gather(*map(self._addresses_of_control, controls))

    async def _addresses_of_control(self, control: strategy.ControlHost) -> tuple[str, ...]:
        state = self._state
        return await state.shared.once(
            ("control host", control.host),
            lambda: dns.addresses_of(control.host, state.network, state.deadline),
            counts=bool,
            lasts=lambda addresses: KNOCK_KEPT,
        )

    async def _control_host(self, trail: Trail, control: strategy.ControlHost) -> None:
        addresses = await self._addresses_of_control(control)
        knocks = [
            Knock(host=control.host, address=address, port=control.port, purpose="control")
            # one of each family is enough: these are large sites
            for address in strategy.one_of_each_family(addresses)
        ]
        await asyncio.gather(*(self._control(trail, each, control.provider) for each in knocks))

    async def _control(self, trail: Trail, knock: Knock, provider: str | None = None) -> None:
        """Knock on somebody else's port, once for all runs; each records it for itself."""
        state = self._state
        result = await state.shared.once(
            ("control", knock.address, knock.port),
            lambda: reach.knock(
                state.network,
                state.deadline,
                address=knock.address,
                port=knock.port,
                round_trip=state.round_trip,
            ),
            counts=lambda result: result is not None,
            lasts=lambda result: KNOCK_KEPT,
        )
        if result is None:
            return  # a look that was not finished has seen nothing
        reach.record(
            trail.branch(role="probe"),
            result,
            host=knock.host,
            address=knock.address,
            port=knock.port,
            purpose=knock.purpose,
            provider=provider,
            since=max(0.0, trail.now - result.seconds),
        )

    # --- the way there --------------------------------------------------------

    async def trace(self, trail: Trail) -> None:
        """The ways to the host's ports, once."""
        if self._traced is None:
            self._traced = self._state.side.create_task(self._trace(trail), "reach")
        await asyncio.shield(self._traced)

    async def _trace(self, trail: Trail) -> None:
        state = self._state
        await asyncio.gather(
            *(
                reach.trace(
                    state.network,
                    trail.branch(role="probe"),
                    state.deadline,
                    host=each.host,
                    address=each.address,
                    port=each.port,
                )
                for each in strategy.traces(state.plan, state.addresses, state.seen)
            )
        )

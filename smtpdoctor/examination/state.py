"""What all parts of one run work with: the plan, where to record, the bound, the tasks beside.

Knows how a crash is recorded and which check was selected. Must not know what is looked at.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

from smtpdoctor import knowledge
from smtpdoctor.checks import tls
from smtpdoctor.deadline import Deadline
from smtpdoctor.examination.plan import Plan
from smtpdoctor.examination.shared import Shared, SharedNetwork
from smtpdoctor.network import Network
from smtpdoctor.network.trust import USUAL, TLSManner
from smtpdoctor.observations import CheckName, CheckRun, ConnectAttempt, Observations, Recorder
from smtpdoctor.own_fault import describe
from smtpdoctor.surroundings.place import own_names

T = TypeVar("T")


class Tasks:
    """Tasks beside the main line. A crash in one is recorded and stops nothing else."""

    def __init__(self, state: RunState) -> None:
        self._state = state
        self._tasks: set[asyncio.Task[Any]] = set()

    def create_task(
        self, work: Coroutine[Any, Any, T], check: CheckName = "dns"
    ) -> asyncio.Task[T]:
        task: asyncio.Task[T] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._note_crash(done, check))
        return task

    def wait_for(self, *tasks: asyncio.Task[Any]) -> None:
        """Take these tasks, which others have begun, for some of those that are waited for."""
        self._tasks.update(tasks)

    async def wait(self, timeout: float | None = None) -> None:
        """Until all are done, those too that were started meanwhile, or the seconds are over."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while pending := [task for task in self._tasks if not task.done()]:
                    await asyncio.wait(pending)

    async def cancel(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _note_crash(self, task: asyncio.Task[Any], check: CheckName) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._state.record_crash(check, error)


class RunState:
    """The state of one run."""

    def __init__(
        self,
        plan: Plan,
        network: Network,
        environ: Mapping[str, str],
        recorder: Recorder,
        shared: Shared,
    ) -> None:
        self.plan = plan
        self.settings = plan.settings
        #: The user's own client, where it is known.
        self.client = knowledge.client(plan.settings.client, plan.settings.client_version)
        self.network: Network = SharedNetwork(network, shared)
        self.environ = environ
        self.recorder = recorder
        self.shared = shared
        self.deadline = Deadline(network.clock, plan.timeout)
        self.tasks = Tasks(self)
        self.policies = Tasks(self)  # nothing else needs them
        self.side = Tasks(self)  # of no interest once the configured way has worked
        self.setting_ids: dict[str, str] = {}
        self.addresses: tuple[str, ...] = ()
        #: A task for each of the provider's other hosts: its addresses.
        self.other_hosts: Mapping[str, asyncio.Task[tuple[str, ...]]] = {}
        self.pointless = asyncio.Event()  # the configured way has worked: no other is looked for

    @property
    def seen(self) -> Observations:
        """What was seen so far."""
        return self.recorder.observations()

    def selects(self, *names: CheckName) -> bool:
        return any(name in self.plan.selected for name in names)

    def ids_of(self, *fields: str) -> tuple[str, ...]:
        """The observations of these settings."""
        return tuple(self.setting_ids[field] for field in fields if field in self.setting_ids)

    def target(self, host: str, address: str, port: int) -> tuple[str, int]:
        """The address and port where a connection really goes, --connect-to taken into account."""
        mapping = self.plan.mapping(host, port)
        return (mapping.address, mapping.target_port) if mapping is not None else (address, port)

    def round_trip(self) -> float:
        """The shortest time in which a port has answered so far, in seconds."""
        answered = self.seen.of(ConnectAttempt, outcome="open")
        return min((item.seconds for item in answered), default=0.0)

    @property
    def tls_manner(self) -> TLSManner:
        """The client's, where it is known."""
        client = self.client
        if client is None:
            return USUAL
        return TLSManner(
            ciphers=client.tls_ciphers,
            level=client.tls_level,
            unsafe_renegotiation=client.tls_unsafe_renegotiation,
            strict=client.strict_x509,
        )

    def ehlo_name(self, local_address: str) -> str:
        return tls.ehlo_name(self.settings, own_names(), local_address)

    async def guard(self, check: CheckName, work: Coroutine[Any, Any, T]) -> T | None:
        """Run a check; one that crashes is reported as such, and the others go on."""
        try:
            return await work
        except Exception as error:
            self.record_crash(check, error)
            return None

    def record_crash(self, check: CheckName, error: BaseException) -> None:
        self.recorder.trail(check).record(CheckRun(name=check, crash=describe(error)))

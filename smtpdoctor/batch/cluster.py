"""Runs on the workers of a Dask cluster. Needs distributed, which `smtpdoctor[dask]` brings.

Knows which workers there are, which of them has which server's targets, and when one has gone. It
must not know whose turn it is: that is decided in one place for all workers (`many`), so that the
manners hold over all of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Sequence
from hashlib import blake2b
from types import TracebackType
from typing import Any, Self

from smtpdoctor import api
from smtpdoctor.batch.model import RunFaultError, RunLostError
from smtpdoctor.examination.plan import Plan
from smtpdoctor.examination.shared import Shared
from smtpdoctor.network import SystemNetwork
from smtpdoctor.own_fault import describe
from smtpdoctor.report.model import Report
from smtpdoctor.settings.usage import UsageError

#: Seconds until a scheduler has answered, and until a first worker is there.
CONNECT = 10
FIRST_WORKER = 30
#: So often it is asked which workers are there, in seconds.
LOOK = 0.5


class Examiner:
    """On a worker: makes runs, which share what the runs of one process share. An actor of Dask."""

    def __init__(self, nameservers: tuple[str, ...], login_pause: float) -> None:
        self._network = SystemNetwork(nameservers)
        self._shared = Shared(login_pause=login_pause)

    async def run(self, plan: Plan) -> Report | str:
        """The report, or a fault of our own in words: Dask would log an exception's arguments."""
        try:
            return await api.run(
                plan, environ=os.environ, network=self._network, shared=self._shared
            )
        except Exception as error:
            return describe(error)


#: How an address begins to which nothing goes in clear.
ENCRYPTED = "tls://"


def make_sure_of_secrets(address: str, position: int, plan: Plan) -> None:
    """Raise UsageError where a password would go to a worker in clear."""
    if plan.settings.has_credentials and not address.startswith(ENCRYPTED):
        raise UsageError(
            f"line {position} has a password, and {address.partition(':')[0]}:// would carry it to "
            "the workers in clear: use a scheduler at tls://"
        )


class Cluster:
    """The workers of the scheduler at an address. `run` makes a run on one of them."""

    def __init__(self, address: str, *, nameservers: Sequence[str], login_pause: float) -> None:
        self._address = address
        self._arguments = (tuple(nameservers), login_pause)
        self._workers: dict[str, _Worker] = {}
        self._lost: set[str] = set()
        self._in_clear: set[str] = set()
        self._some = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Raises UsageError where there is no scheduler, or no worker that can be used."""
        try:
            import distributed

            make_client: Any = distributed.Client
        except ImportError:
            raise UsageError(
                "--scheduler needs distributed: pip install 'smtpdoctor[dask]'"
            ) from None
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        try:
            self._client: Any = await make_client(self._address, asynchronous=True, timeout=CONNECT)
        except (OSError, ValueError, TypeError):
            raise UsageError("--scheduler: no Dask scheduler answers there") from None
        self._watching = asyncio.create_task(self._watch())
        try:
            async with asyncio.timeout(FIRST_WORKER):
                waiting = asyncio.create_task(self._some.wait())
                await asyncio.wait({waiting, self._watching}, return_when="FIRST_COMPLETED")
            if self._watching.done():
                self._watching.result()
        except BaseException as error:
            await self.__aexit__(None, None, None)
            if isinstance(error, TimeoutError):
                kind = "no workers at tls://" if self._in_clear else "no workers"
                raise UsageError(f"--scheduler: it has {kind}") from None
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._watching.cancel()
        await asyncio.gather(self._watching, return_exceptions=True)
        self._workers.clear()
        with contextlib.suppress(Exception):
            await self._client.close()

    async def run(self, plan: Plan, server: str) -> Report:
        """Make the run on the worker that has this server. Raises RunLostError where that worker
        goes before the report is there: what the run had sent by then is not known."""
        await self._some.wait()
        address = _nearest(server, self._workers)
        worker = self._workers[address]
        call = asyncio.create_task(_made_by(worker.actor, plan))
        gone = asyncio.create_task(worker.gone.wait())
        try:
            await asyncio.wait({call, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            call.cancel()
        if not call.done() or call.cancelled():
            raise RunLostError
        try:
            found = call.result()
        except Exception:  # whatever Dask has for a connection that broke
            self._lose(address)
            raise RunLostError from None
        if isinstance(found, str):
            raise RunFaultError(found)
        report: Report = found
        return report

    async def _watch(self) -> None:
        """Keep an actor on each worker."""
        while True:
            there = set(await self._client.nthreads())
            for address in self._workers.keys() - there:
                self._lose(address)
            if self._address.startswith(ENCRYPTED):
                # plans go to a worker itself, and one may be at tcp:// beside those at tls://
                self._in_clear = {each for each in there if not each.startswith(ENCRYPTED)}
            new = there - self._workers.keys() - self._lost - self._in_clear
            for address in sorted(new):
                await self._begin(address)
            await asyncio.sleep(LOOK)

    def _lose(self, address: str) -> None:
        """What comes back comes with another address."""
        self._lost.add(address)
        if address in self._workers:
            self._workers.pop(address).gone.set()
        if not self._workers:
            self._some.clear()

    async def _begin(self, address: str) -> None:
        future = self._client.submit(
            Examiner, *self._arguments, workers=[address], actor=True, pure=False
        )
        try:
            async with asyncio.timeout(CONNECT):
                actor = await future
        except TimeoutError:  # it has gone in the meantime
            return
        except Exception as error:
            raise UsageError(
                f"a worker can't load smtpdoctor ({type(error).__name__}): install it there, in "
                "the same version"
            ) from None
        self._workers[address] = _Worker(actor)
        self._some.set()


class _Worker:
    def __init__(self, actor: Any) -> None:
        self.actor = actor
        self.gone = asyncio.Event()


async def _made_by(actor: Any, plan: Plan) -> Any:
    return await actor.run(plan)


def _nearest(server: str, workers: Sequence[str] | dict[str, _Worker]) -> str:
    """The worker that has this server; only a lost worker's servers change hands."""

    def weight(worker: str) -> bytes:
        return blake2b(f"{server}\0{worker}".encode("utf-8", "surrogatepass")).digest()

    return max(workers, key=weight)

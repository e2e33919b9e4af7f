"""Senders judged in as many processes as there are cores: a sender costs time of the processor, and
there is no server that has manners to keep.

Knows how targets get there and results back. A domain is always in the same process, which keeps
its look-ups. Must not know how a sender is judged (`many`, in each of them), nor where results go.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import pickle
import signal
import socket
import struct
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from typing import Any

from smtpdoctor.batch.many import Pace, check_all
from smtpdoctor.batch.model import Target
from smtpdoctor.batch.record import Result, ResultFormat, result_of
from smtpdoctor.batch.shard import share_of
from smtpdoctor.network import Network
from smtpdoctor.settings.usage import UsageError

#: Each has the memory of one run, and one process gives them all their work.
MOST = 16
#: Before each message stands how many bytes it has.
LENGTH = struct.Struct("!I")


def how_many(jobs: int) -> int:
    """As many as the cores that this process may use; one where none can be forked (on macOS the
    system's own libraries don't bear it)."""
    if sys.platform != "linux":
        return 1
    return max(1, min(len(os.sched_getaffinity(0)), jobs, MOST))


#: Results as they come; None after the last, or what ends it.
_Found = asyncio.Queue[Result | Exception | None]


class Processes:
    """Forked when it is made: before any loop and any thread."""

    def __init__(
        self,
        count: int,
        network: Network,
        environ: Mapping[str, str],
        *,
        pace: Pace,
        form: ResultFormat,
    ) -> None:
        """`pace` is that of all of them together. Raises OSError where there is no room for one."""
        context: Any = multiprocessing.get_context("fork")
        rate = None if pace.rate is None else pace.rate / count
        own = Pace(jobs=max(1, pace.jobs // count), rate=rate, waiting=pace.waiting)
        self._sockets: list[socket.socket] = []
        self._processes: list[Any] = []
        for _ in range(count):
            here, there = socket.socketpair()
            self._sockets.append(here)
            # a socket ends for the process beside it only when nobody has its other end
            work = (there, list(self._sockets), network, environ, own, form)
            process = context.Process(target=_serve, args=work, daemon=True)
            process.start()
            self._processes.append(process)
            there.close()

    def end(self) -> None:
        """Nothing of them goes on."""
        for each in self._sockets:
            each.close()
        for process in self._processes:
            process.terminate()
            process.join()

    async def judge(self, targets: AsyncIterator[Target]) -> AsyncGenerator[Result, None]:
        """What came of each target, as it comes. Raises what `targets` raises, and UsageError
        where a process was ended by somebody else."""
        found: _Found = asyncio.Queue()
        # results alone are held back by a slow listener: an end that waited for one who has stopped
        # listening would wait for ever
        room = asyncio.Semaphore(len(self._sockets))
        work = asyncio.create_task(self._go(targets, found, room))
        try:
            while (result := await found.get()) is not None:
                if isinstance(result, Exception):
                    raise result
                room.release()
                yield result
        finally:
            work.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await work

    async def _go(
        self, targets: AsyncIterator[Target], found: _Found, room: asyncio.Semaphore
    ) -> None:
        shares: list[_Share] = []
        try:
            async with asyncio.TaskGroup() as group:
                for each in self._sockets:
                    shares.append(_Share(*await asyncio.open_connection(sock=each)))
                for share in shares:
                    group.create_task(share.take(found, room))
                await _give_out(targets, shares)
        except ExceptionGroup as errors:
            found.put_nowait(errors.exceptions[0])
        else:
            found.put_nowait(None)
        finally:
            for share in shares:
                share.abort()
            await asyncio.sleep(0)  # the loop closes them in its next round


class _Share:
    """One process, seen from here."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._open = 0
        self._whole = False

    async def give(self, target: Target) -> None:
        self._open += 1
        self._writer.write(_message(target))
        await self._writer.drain()

    def end(self) -> None:
        """There are no more."""
        self._whole = True
        self._writer.write_eof()

    def abort(self) -> None:
        """Whether or not it has read all: nobody waits for it any more."""
        self._writer.transport.abort()

    async def take(self, found: _Found, room: asyncio.Semaphore) -> None:
        async for result in _messages(self._reader):
            self._open -= 1
            await room.acquire()
            found.put_nowait(result)
        if self._open or not self._whole:
            raise UsageError("a process that judges senders was ended: what was written is whole")


async def _give_out(targets: AsyncIterator[Target], shares: Sequence[_Share]) -> None:
    async for target in targets:
        share = shares[share_of(target, len(shares))]
        with contextlib.suppress(ConnectionError):  # who takes its results sees it, too
            await share.give(target)
    for share in shares:
        with contextlib.suppress(OSError):
            share.end()


# --- in a process -------------------------------------------------------------------------------


def _serve(
    there: socket.socket,
    others: Sequence[socket.socket],
    network: Network,
    environ: Mapping[str, str],
    pace: Pace,
    form: ResultFormat,
) -> None:
    """Judge what comes, until no more does. An interrupt is for who forked it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for each in others:
        each.close()
    try:
        asyncio.run(_judge(there, network, environ, pace, form))
    except Exception:  # the other end is gone, or sees that this one is
        os._exit(1)


async def _judge(
    there: socket.socket,
    network: Network,
    environ: Mapping[str, str],
    pace: Pace,
    form: ResultFormat,
) -> None:
    reader, writer = await asyncio.open_connection(sock=there)
    targets: AsyncIterator[Target] = _messages(reader)
    async for checked in check_all(targets, network, environ, pace=pace, place="line"):
        writer.write(_message(result_of(checked, form)))
        await writer.drain()
    writer.close()
    await writer.wait_closed()


def _message(item: Target | Result) -> bytes:
    data = pickle.dumps(item, pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(data)) + data


async def _messages(reader: asyncio.StreamReader) -> AsyncIterator[Any]:
    """What the other end says, until it ends. It is of this program: nobody else has the socket."""
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            (length,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
            yield pickle.loads(await reader.readexactly(length))

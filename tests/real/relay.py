"""A relay in front of a server: makes the way to it longer and counts the turns of each dialogue.

On loopback a round trip costs nothing, so neither what waits for one nor how often shows. Behind
this relay it shows twice: in the turns that it saw, and in the time that a client took.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise

from .accounts import Server, next_address
from .processes import START_SECONDS


@dataclass
class Dialogue:
    """One connection through the relay."""

    port: int
    speakers: list[str] = field(default_factory=list)
    """"client" and "server" by turns, as they spoke."""

    def heard(self, speaker: str) -> None:
        if not self.speakers or self.speakers[-1] != speaker:
            self.speakers.append(speaker)

    @property
    def turns(self) -> int:
        """How often the client spoke and had to wait for an answer."""
        return sum(pair == ("client", "server") for pair in pairwise(self.speakers))


@contextlib.contextmanager
def relay(server: Server, round_trip: float) -> Iterator[tuple[Server, list[Dialogue]]]:
    """`server` as it is seen over a way of `round_trip` seconds, and the dialogues held there."""
    distant = dataclasses.replace(server, address=next_address())
    dialogues: list[Dialogue] = []
    started: Future[Callable[[], object]] = Future()

    async def serve() -> None:
        stop = asyncio.Event()
        tasks: set[asyncio.Task[None]] = set()

        def connected(
            port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            dialogue = Dialogue(port)
            dialogues.append(dialogue)
            tasks.add(
                asyncio.create_task(
                    _forward(reader, writer, (server.address, port), round_trip, dialogue)
                )
            )

        listeners = [
            await asyncio.start_server(partial(connected, port), distant.address, port)
            for port in server.tls
        ]
        loop = asyncio.get_running_loop()
        started.set_result(partial(loop.call_soon_threadsafe, stop.set))
        await stop.wait()
        for listener in listeners:
            listener.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    stop = started.result(START_SECONDS)
    try:
        yield distant, dialogues
    finally:
        stop()
        thread.join()


async def _forward(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    address: tuple[str, int],
    round_trip: float,
    dialogue: Dialogue,
) -> None:
    # The client's kernel has the connection at once. Far away it would have it after one round
    # trip, and the server half a one later, with what the client sent by then.
    reached = asyncio.get_running_loop().time() + 1.5 * round_trip
    try:
        await asyncio.sleep(1.5 * round_trip)
        upstream_reader, upstream_writer = await asyncio.open_connection(*address)
        try:
            await asyncio.gather(
                _pump(reader, upstream_writer, "client", dialogue, round_trip / 2, reached),
                _pump(upstream_reader, writer, "server", dialogue, round_trip / 2, reached),
            )
        finally:
            upstream_writer.transport.abort()
    except ConnectionError:
        pass  # one side reset the connection; the other side sees its end
    finally:
        writer.transport.abort()


async def _pump(
    source: asyncio.StreamReader,
    sink: asyncio.StreamWriter,
    speaker: str,
    dialogue: Dialogue,
    delay: float,
    reached: float,
) -> None:
    """Pass on what `speaker` says `delay` seconds later, not before the loop's time `reached`."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def read() -> None:
        data = b"first"
        while data:
            data = await source.read(65536)
            if data:
                dialogue.heard(speaker)
            queue.put_nowait((max(loop.time() + delay, reached), data))

    async def write() -> None:
        while True:
            due, data = await queue.get()
            await asyncio.sleep(due - loop.time())
            if not data:
                sink.close()
                return
            sink.write(data)
            await sink.drain()

    await asyncio.gather(read(), write())

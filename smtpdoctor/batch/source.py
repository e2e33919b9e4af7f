"""The lines of an input, as they are asked for: a file, or a pipe that may never end.

Knows how to read without holding the loop up, and in bounded memory. Must not know what a line
says.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import stat
import threading
from collections.abc import AsyncIterator, Callable, Iterator

from smtpdoctor.batch.rows import LONGEST_LINE
from smtpdoctor.beside import begin
from smtpdoctor.files import FileFault, reason_of

STDIN = "-"
CHUNK = 64 * 1024
#: Lines of a pipe that wait to be taken.
AHEAD = 64


def open_input(path: str) -> int:
    """A descriptor to read from. Raises FileFault."""
    if path == STDIN:
        return 0
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    except OSError as error:
        raise FileFault(path, reason_of(error), "system") from None
    except ValueError:
        raise FileFault(path, "not a file name", "missing") from None
    if stat.S_ISDIR(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise FileFault(path, "is a directory, not a list of targets", "not-a-file")
    return descriptor


def count_lines(descriptor: int) -> int | None:
    """How many lines a regular file has from here on; None of a pipe, which may not end."""
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        return None
    with contextlib.suppress(OSError):
        began = os.lseek(descriptor, 0, os.SEEK_CUR)
        found, last = 0, b"\n"
        while part := os.read(descriptor, 1 << 20):
            found += part.count(b"\n")
            last = part[-1:]
        os.lseek(descriptor, began, os.SEEK_SET)
        return found + (last != b"\n")
    return None


async def lines_of(descriptor: int) -> AsyncIterator[bytes]:
    """Every line with its end. One that is too long comes cut to one byte more than is allowed.
    Raises OSError where it can't be read on."""
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        for line in _lines(lambda: os.read(descriptor, CHUNK)):
            yield line
        return
    # a pipe's next bytes may come in an hour, or never: read in a thread that nobody waits for
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[bytes | BaseException | None] = asyncio.Queue()
    free = threading.Semaphore(AHEAD)

    def put(item: bytes | BaseException | None) -> None:
        free.acquire()
        loop.call_soon_threadsafe(queue.put_nowait, item)

    def read() -> None:
        with contextlib.suppress(RuntimeError):  # the loop has gone
            try:
                for line in _lines(lambda: os.read(descriptor, CHUNK)):
                    put(line)
            except OSError as error:
                put(error)
            put(None)

    if not begin(read):
        for line in _lines(lambda: os.read(descriptor, CHUNK)):
            yield line
        return
    while (item := await queue.get()) is not None:
        free.release()
        if isinstance(item, BaseException):
            raise item
        yield item


def _lines(read: Callable[[], bytes]) -> Iterator[bytes]:
    held = b""
    while part := read():
        *whole, rest = (held + part).split(b"\n")
        for line in whole:
            yield line[: LONGEST_LINE + 1] + b"\n"
        held = rest[: LONGEST_LINE + 1]  # of what is too long anyway no more is kept
    if held:
        yield held

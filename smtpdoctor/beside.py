"""Work that would hold the event loop, done in a thread where this machine gives us one.

Knows threads. Must not know what the work is.
"""

from __future__ import annotations

import _thread
import asyncio
import contextlib
import importlib
import sys
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def begin(function: Callable[[], object]) -> bool:
    """Run a function in a thread that nobody waits for, nor hears of what it raises; False where
    this machine gives us none (a limit on processes, no memory for one more)."""

    def alone() -> None:
        with contextlib.suppress(Exception):
            function()

    try:
        # Thread.start waits for the thread's first step, which without memory may never come
        _thread.start_new_thread(alone, ())
    except (RuntimeError, MemoryError):
        return False
    return True


class _Threads(Executor):
    """A thread for each piece of work. The loop's own executor needs one more to be ended."""

    def submit(self, function: Callable[..., T], /, *arguments: Any, **named: Any) -> Future[T]:
        """Raises RuntimeError where no thread can be begun."""
        future: Future[T] = Future()

        def work() -> None:
            try:
                found = function(*arguments, **named)
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(found)

        if not begin(work):
            raise RuntimeError("no thread")
        return future


_THREADS = _Threads()


async def beside_the_loop(function: Callable[P, T], /, *arguments: P.args, **named: P.kwargs) -> T:
    """What the function gives. Where no thread can be begun, in the loop: a run that waits is
    better than none."""
    work = partial(function, *arguments, **named)
    try:
        begun = asyncio.get_running_loop().run_in_executor(_THREADS, work)
    except RuntimeError:
        return work()
    return await begun


async def load_beside_the_loop(name: str) -> None:
    """Import a module, which takes the loop no time; no thread where it is there already."""
    module = sys.modules.get(name)
    # one that another thread is still importing is there in part
    if module is None or getattr(module.__spec__, "_initializing", False):
        await beside_the_loop(importlib.import_module, name)

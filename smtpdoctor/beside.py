"""Work that would hold the event loop, done in a thread where this machine gives us one.

Knows threads. Must not know what the work is.
"""

from __future__ import annotations

import asyncio
import importlib
import sys
import threading
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def beside_the_loop(function: Callable[P, T], /, *arguments: P.args, **named: P.kwargs) -> T:
    """What the function gives. Where no thread can be begun (a limit on processes), in the loop:
    a run that waits is better than none."""
    try:
        # the executor must not be asked: once begun it needs a thread to be ended, too
        threading.Thread(target=bool, daemon=True).start()
    except RuntimeError:
        return function(*arguments, **named)
    return await asyncio.to_thread(function, *arguments, **named)


async def load_beside_the_loop(name: str) -> None:
    """Import a module, which takes the loop no time; no thread where it is there already."""
    module = sys.modules.get(name)
    # one that another thread is still importing is there in part
    if module is None or getattr(module.__spec__, "_initializing", False):
        await beside_the_loop(importlib.import_module, name)

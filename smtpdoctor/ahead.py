"""Loads what the end of a run needs while its beginning waits for the network.

Half of a short run is Python that reads modules. Those that judge and print are of no use before
the network has spoken, so they are read while it is waited for. Knows modules by their names alone;
must not know what any of them does.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from functools import partial

#: What evaluates a sender's policies, in pieces of few milliseconds.
POLICIES = (
    "smtpdoctor.spf.evaluate",
    "smtpdoctor.spf.cover",
    "smtpdoctor.spf",
    "smtpdoctor.mail_policy.dkim",
    "smtpdoctor.mail_policy.dmarc",
    "smtpdoctor.mail_policy",
    "smtpdoctor.sender.assessment",
    "smtpdoctor.sender.foresight",
)

#: Turns of the loop until whatever a run begins with is on its way.
FIRST_TURNS = 10


@contextlib.asynccontextmanager
async def loading_beside(steps: Iterable[Callable[[], object]]) -> AsyncIterator[None]:
    """Take the steps one by one, between whatever else the loop has to do, until the block ends.

    In the loop's own thread: two threads that load modules may wait for each other for ever. What
    a step raises is raised again where its module is really needed.
    """

    loading = asyncio.create_task(_take(steps))
    try:
        yield
    finally:
        loading.cancel()


async def load(names: Iterable[str]) -> None:
    """Load these modules in the same way; they are there when it returns, or raise when used."""
    missing = [name for name in names if name not in sys.modules]
    if missing:
        await _take(modules(missing))


async def _take(steps: Iterable[Callable[[], object]]) -> None:
    for _ in range(FIRST_TURNS):
        await asyncio.sleep(0)
    for step in steps:
        with contextlib.suppress(Exception):
            step()
        await asyncio.sleep(0)


def modules(names: Iterable[str]) -> Iterator[Callable[[], object]]:
    """A step for each of these modules."""
    return (partial(importlib.import_module, name) for name in names)

"""Which target goes next: one lane a server, so that no slow server holds the others up.

Pure. Knows servers by a name and how many runs each has. Must not know what a run is.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import Generic, TypeVar

T = TypeVar("T")

#: Runs with one server at a time, where its runs go through without a look beside. The first, and
#: each after one that had to look around, goes alone: both would want the server's second session.
MOST_RUNS = 2


class _Lane(Generic[T]):
    __slots__ = ("running", "waiting", "width")

    def __init__(self) -> None:
        self.waiting: deque[T] = deque()
        self.running = 0
        self.width = 1

    @property
    def is_open(self) -> bool:
        return bool(self.waiting) and self.running < self.width


class Lanes(Generic[T]):
    """Targets that wait for their turn, by server. All steps take the same time, however many."""

    def __init__(self, most_runs: int = MOST_RUNS) -> None:
        self._most_runs = most_runs
        self._lanes: dict[str, _Lane[T]] = {}
        # those that may begin one, in turn
        self._open: OrderedDict[str, _Lane[T]] = OrderedDict()

    def add(self, server: str, target: T) -> None:
        """Put a target at the end of its server's lane."""
        lane = self._lanes.setdefault(server, _Lane())
        lane.waiting.append(target)
        self._reconsider(server, lane)

    def next(self) -> tuple[str, T] | None:
        """The target whose turn it is, and its server, which has one run more from then on; None
        where every server with targets is busy."""
        if not self._open:
            return None
        server, lane = self._open.popitem(last=False)
        lane.running += 1
        target = lane.waiting.popleft()
        self._reconsider(server, lane)
        return server, target

    def done(self, server: str, *, calm: bool | None) -> None:
        """A run is over; `calm` where it met nothing that it had to look around for, None where it
        did not begin after all."""
        lane = self._lanes[server]
        lane.running -= 1
        if calm is not None:
            lane.width = self._most_runs if calm else 1
        if lane.waiting or lane.running:
            self._reconsider(server, lane)
        else:
            del self._lanes[server]

    def _reconsider(self, server: str, lane: _Lane[T]) -> None:
        if lane.is_open:
            self._open.setdefault(server, lane)
        else:
            self._open.pop(server, None)

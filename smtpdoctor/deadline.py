"""The bound of one run: every wait takes the smaller of its own cap and what is left.

Knows a clock and an end. Must not know what is being waited for.
"""

from __future__ import annotations

from collections.abc import Callable

#: The bound of a whole run that nobody sets another for, in seconds.
DEFAULT_TIMEOUT = 45.0
#: What may be asked for.
SHORTEST_TIMEOUT, LONGEST_TIMEOUT = 1, 600

#: Timers fire a little early or late.
CLOCK_SLACK = 0.01


class Deadline:
    """An end, `seconds` from now by `clock` (seconds, monotonic)."""

    def __init__(self, clock: Callable[[], float], seconds: float) -> None:
        self._clock = clock
        self._end = clock() + seconds

    def left(self) -> float:
        """Seconds until the end, 0 when it is past."""
        return max(0.0, self._end - self._clock())

    def cap(self, seconds: float) -> float:
        """How long a step may wait that would like `seconds`; never negative."""
        return max(0.0, min(seconds, self.left()))

    def cut_off(self, wanted: float, waited: float) -> bool:
        """Whether a wait that brought nothing was ended by this end, and before half of what it
        wanted: such a silence says nothing."""
        return self.left() < CLOCK_SLACK and waited < wanted / 2

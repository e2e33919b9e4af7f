"""What the embedded servers' sessions come to together: commands in order, and how many at once."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from smtpdoctor.demo.server import Session


def verbs(session: Session) -> list[str]:
    """The commands in their order, by their first word."""
    return [line.verb for line in session.lines if line.is_command]


def most_simultaneous(sessions: Iterable[Session]) -> int:
    """How many of these sessions were open at the same time, at most.

    A connection on which the client never said anything counts as none: it was a look at the port.
    """
    events: list[tuple[float, int]] = []
    for session in sessions:
        if session.received:
            events.append((session.opened, 1))
            events.append((session.closed or float("inf"), -1))
    return max(itertools.accumulate((step for _, step in sorted(events)), initial=0))

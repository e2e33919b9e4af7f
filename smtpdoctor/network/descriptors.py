"""How many files and sockets this process may have open, and how many of them may wait at a time.

Knows the system's limit alone. Must not know what is connected to.
"""

from __future__ import annotations

import contextlib

#: Where the system has no such limit, or doesn't tell it.
UNKNOWN = 512
#: So many are enough for all runs of a process, however little answers (eight set-ups have 600).
ENOUGH = 2048
#: With fewer a run can't be trusted: its own lack would look like the network's.
LEAST = 64
#: What sessions, files and Python itself have open beside what waits.
RESERVED = 40


def make_room() -> int:
    """Raise this process's own limit as far as it may, which macOS has at 256, and return it."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return UNKNOWN
    limit, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit == resource.RLIM_INFINITY or limit >= ENOUGH:
        return ENOUGH
    wanted = ENOUGH if most == resource.RLIM_INFINITY else min(ENOUGH, most)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
        return wanted
    return limit


def waiting_at_a_time() -> int:
    """How many connects, and how many questions to name servers, may wait for their answer."""
    try:
        import resource
    except ImportError:
        limit = UNKNOWN
    else:
        limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        if limit == resource.RLIM_INFINITY:
            limit = ENOUGH
    return max((min(limit, ENOUGH) - RESERVED) // 3, 4)

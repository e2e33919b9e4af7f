"""When the next run is due, and whether a login is.

Knows numbers of seconds and what came of the last login. Must not read a clock, wait, or know
where the last login is kept. Pure.
"""

from __future__ import annotations

import math
import re
from typing import Literal

from smtpdoctor.watch.model import MOST_REFUSED, Login

#: Nobody's server is to be asked more often, in seconds.
LEAST_INTERVAL = 10.0
#: Providers count logins, and a mailbox has other users.
LEAST_LOGIN_INTERVAL = 60.0
MOST_INTERVAL = 7 * 86400.0

#: A run that comes a moment early is the one in which the login is due, in seconds.
SLACK = 1.0

UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}

#: log-in: now. not-due: its last outcome stands. refused: it stands until something changes.
LoginDecision = Literal["log-in", "not-due", "refused"]


def read_duration(text: str) -> float | None:
    """Seconds of "30s", "5m", "1h30m", "1d"; None for anything else, also for 0 and bare numbers,
    which say no unit."""
    found = re.fullmatch(
        r"(?:([0-9]{1,6})d)?(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,6})s)?", text
    )
    if found is None:
        return None
    seconds = sum(
        int(number) * unit
        for number, unit in zip(found.groups(), UNITS.values(), strict=True)
        if number
    )
    return float(seconds) or None


def duration_words(seconds: float) -> str:
    """The same as a text: "1h30m", and the two largest units of a longer one."""
    left = round(seconds)
    parts = []
    for unit, size in UNITS.items():
        number, left = divmod(left, size)
        if number:
            parts.append(f"{number}{unit}")
    return "".join(parts[:2]) or "0s"


def next_run(began: float, now: float, every: float) -> float:
    """When the next run is due, after one that began at `began` and is over `now`: at the next
    beat of the interval. Those that it overran are left out, not made up for."""
    return began + every * (math.floor(max(now - began, 0) / every) + 1)


def login_decision(
    last: Login | None, *, age: float, every: float, way: str, forced: bool
) -> LoginDecision:
    """Whether this run logs in, `age` seconds after the last login with the same credentials.

    `way` is what else of the settings counts for it. `forced` is who asked for one (SIGHUP). A
    negative age, from a clock that was set back, tells nothing: as good as none, but after a
    refusal, which no time ends.
    """
    if last is None or forced:
        return "log-in"
    refused = last.refused_ways
    # another mode or EHLO name may be the cure, each once: accounts are locked after a few
    if "" in refused or way in refused or len(refused) >= MOST_REFUSED:
        return "refused"
    if last.result == "refused":
        return "log-in"
    if last.result == "accepted" and last.way != way:
        return "log-in"  # the account is in order; what else was changed may be the cure
    return "not-due" if 0 <= age < every - SLACK else "log-in"

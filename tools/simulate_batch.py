"""How long a batch of a million targets takes at the manners it has, and what bounds it.

Pure: no network and no clock. Seeded, so that the same numbers come out again. The order of targets
is decided by the batch's own lanes; a run is a length of time, and a login a moment in it.

Providers are as unequal as they are (the n-th has one n-th of the first's targets, Zipf), or equal.
"""

from __future__ import annotations

import argparse
import heapq
import itertools
import random
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from smtpdoctor.batch.lanes import Lanes
from smtpdoctor.batch.many import JOBS, LOGIN_PAUSE, WAITING

#: Seconds: a run that goes through, one that looks around, and how often that is.
HEALTHY, FAILING, FAILS = (0.8, 2.0), (6.0, 28.0), 0.05


class Result(NamedTuple):
    """Seconds until the end; of these, those in which all jobs were taken, and those for which one
    provider alone had targets left."""

    seconds: float
    full: float
    alone: float
    largest: int


def simulate(
    targets: int, providers: int, *, equal: bool, logins: bool, jobs: int, waiting: int, seed: int
) -> Result:
    """One batch, its list shuffled; `waiting` targets are read ahead."""
    dice = random.Random(seed)
    weights = [1.0 if equal else 1 / number for number in range(1, providers + 1)]
    listed = dice.choices(range(providers), weights, k=targets)
    left = Counter(listed)
    largest = max(left.values())
    lanes: Lanes[int] = Lanes()
    ends: list[tuple[float, int, int, bool]] = []
    next_login: dict[int, float] = {}
    order = itertools.count()
    now = full = alone = 0.0
    read = held = running = 0
    while read < targets or held or running:
        while read < targets and held < waiting:
            lanes.add(str(listed[read]), listed[read])
            read, held = read + 1, held + 1
        while running < jobs and (found := lanes.next()) is not None:
            provider = found[1]
            fails = dice.random() < FAILS
            begins = now
            if logins and not fails:
                begins = max(now, next_login.get(provider, 0.0))
                next_login[provider] = begins + LOGIN_PAUSE
            length = dice.uniform(*(FAILING if fails else HEALTHY))
            heapq.heappush(ends, (begins + length, next(order), provider, fails))
            held, running = held - 1, running + 1
        end, _, provider, fails = heapq.heappop(ends)
        full += end - now if running == jobs else 0.0
        alone += end - now if len(left) == 1 else 0.0
        now, running = end, running - 1
        left[provider] -= 1
        if not left[provider]:
            del left[provider]
        lanes.done(str(provider), calm=not fails)
    return Result(now, full, alone, largest)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--targets", type=int, default=1_000_000)
    parser.add_argument("--providers", type=int, default=500)
    options = parser.parse_args()
    print(f"{options.targets:,} targets over {options.providers} providers")
    for equal, logins, jobs, waiting in (
        (False, True, JOBS, WAITING),
        (False, False, JOBS, WAITING),
        (True, True, JOBS, WAITING),
        (True, True, 1000, WAITING),
        (True, False, 1000, WAITING),
    ):
        found = simulate(
            options.targets,
            options.providers,
            equal=equal,
            logins=logins,
            jobs=jobs,
            waiting=waiting,
            seed=1,
        )
        print(
            f"{'equal' if equal else 'Zipf':>5}, {'with' if logins else 'without'} logins,"
            f" {jobs} jobs: {found.seconds / 3600:.1f} h,"
            f" all jobs taken {found.full / found.seconds:.0%} of it;"
            f" the largest provider has {found.largest:,}"
        )


if __name__ == "__main__":
    main()

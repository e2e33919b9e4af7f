"""How often a live port, server or router is taken for silent where packets get lost.

    python benchmarks/lost_packets.py

Plays the schedules of the waits over 100,000 runs each: every packet gets lost with the same
chance, on the way there and on the way back. The schedules are the program's own constants. Where
losses come in bursts, one of half a second takes part of the tries, so the chance is printed for
that, too. Exits with 1 where a promise does not hold.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from smtpdoctor.checks import dns, reach
from smtpdoctor.network import hops, resolver

RUNS = 100_000
LOSS = 0.1
#: A way around half the world.
ROUND_TRIP = 0.2
BURST = 0.5
#: RFC 6298 §2: a SYN is sent again after a second, and after two more.
SYN_AGAIN = (0.0, 1.0, 3.0)

#: In 100,000 runs, where each packet gets lost by itself.
MOST_FALSE = {"configured port": 3, "port beside it": 40, "name server": 5, "router": 250}


def syns(starts: Sequence[float], end: float) -> list[float]:
    """When SYNs go out whose answer is back before the wait ends."""
    sent = (start + again for start in starts for again in SYN_AGAIN)
    return sorted(at for at in sent if at + ROUND_TRIP <= end)


def schedules() -> dict[str, list[float]]:
    questions = [number * resolver.RETRANSMIT_AFTER for number in range(100)]
    return {
        # three round trips more are waited for, once one was measured; here none was
        "configured port": syns((0.0, *reach.FURTHER_ATTEMPTS), reach.CONNECT),
        "port beside it": syns((0.0, *reach.FURTHER_ATTEMPTS_BESIDE), reach.BESIDE),
        "name server": [at for at in questions if at + ROUND_TRIP <= dns.WIRE_CAP],
        "router": syns(hops.TRIES, hops.LAST_SYN + hops.SLOW_ROUTER),
    }


def false_silences(tries: Sequence[float], numbers: random.Random, *, burst: float) -> int:
    """In how many of the runs no try was answered."""
    count = 0
    for _ in range(RUNS):
        begin = numbers.uniform(-burst, tries[-1]) if burst else 0.0
        count += all(
            begin <= at < begin + burst or numbers.random() < LOSS or numbers.random() < LOSS
            for at in tries
        )
    return count


def main() -> None:
    numbers = random.Random(587)
    failed = False
    print(f"{RUNS:,} runs each, loss {LOSS:.0%} on either way, round trip {ROUND_TRIP} s")
    for what, tries in schedules().items():
        alone = false_silences(tries, numbers, burst=0.0)
        bursts = false_silences(tries, numbers, burst=BURST)
        expected = (1 - (1 - LOSS) ** 2) ** len(tries) * RUNS
        print(
            f"  {what:16} {len(tries)} tries: {alone} silent ({expected:.2f} by the chance), "
            f"{bursts} with a burst of {BURST} s"
        )
        failed |= alone > MOST_FALSE[what]
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

"""One SPF evaluation beside pyspf's, fed from the same answers: time as a ratio in one run.

Both evaluate the same policies for the same clients, from answers in memory, so that only parsing
and evaluation are measured. Runs alternate, and medians are compared. Without pyspf (`pip install
pyspf`) it says so and measures nothing.
"""

from __future__ import annotations

import argparse
import importlib
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address
from typing import Any

from smtpdoctor.spf import Answer, Lookup, MailExchange, check_host, expand, run

INCLUDED = 4
ZONE: dict[str, Any] = {
    "small.example.com": {"TXT": ["v=spf1 include:spf0.example.net ~all"]},
    "usual.example.com": {
        "TXT": ["v=spf1 a mx include:spf0.example.net include:spf1.example.net -all"],
        "A": ["192.0.2.1"],
        "MX": [(10, "mx1.example.com"), (20, "mx2.example.com")],
    },
    "large.example.com": {
        "TXT": ["v=spf1 include:all.example.net exists:%{ir}.%{l1r-}.list.example.net -all"]
    },
    "all.example.net": {
        "TXT": ["v=spf1 " + " ".join(f"include:spf{n}.example.net" for n in range(INCLUDED))]
    },
    "mx1.example.com": {"A": ["192.0.2.10"]},
    "mx2.example.com": {"A": ["192.0.2.11"]},
}
for number in range(INCLUDED):
    networks = " ".join(f"ip4:198.51.{number}.{n}/30" for n in range(0, 128, 4))
    ZONE[f"spf{number}.example.net"] = {"TXT": [f"v=spf1 {networks} ip6:2001:db8::/32 ~all"]}

# the last network of the last include, or nobody
CASES = {
    "small": ("small.example.com", "198.51.0.125", "pass"),
    "usual": ("usual.example.com", "203.0.113.1", "fail"),
    "large": ("large.example.com", "203.0.113.1", "fail"),
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=200, help="of each (200)")
    runs: int = parser.parse_args().runs
    warnings.simplefilter("ignore")
    sys.path.pop(0)  # the folder of this script, which would stand for pyspf's module `spf`
    try:
        spf = importlib.import_module("spf")
    except ImportError:
        print("skipped: pyspf is not installed (pip install pyspf)")
        return
    spf.DNSLookup = look_up
    known = answers()

    def resolve(lookup: Lookup) -> Answer:
        return known.get(lookup) or Answer("nxdomain")

    for label, (domain, ip, result) in CASES.items():
        sender = f"strong-bad@{domain}"

        def ours(domain: str = domain, ip: str = ip, sender: str = sender) -> str:
            return run(check_host(ip, domain, sender, helo="mail.example.org"), resolve).result

        def theirs(ip: str = ip, sender: str = sender) -> str:
            found: str = spf.query(
                i=ip, s=sender, h="mail.example.org", receiver="unknown", strict=True
            ).check()[0]
            return found

        if not ours() == theirs() == result:
            sys.exit(f"{label}: {ours()} here, {theirs()} from pyspf, {result} expected")
        mine, pyspf = medians(runs, ours, theirs)
        print(f"{label}: {mine * 1e6:.0f} µs, pyspf {pyspf * 1e6:.0f} µs, ratio {mine / pyspf:.2f}")
    (everybody,) = medians(runs, lambda: run(expand("large.example.com"), resolve))
    print(f"large, for all clients at once: {everybody * 1e6:.0f} µs")


def answers() -> dict[Lookup, Answer]:
    """The zone as answers; what is not in it does not exist."""
    records = {
        "TXT": lambda text: (text.encode(),),
        "A": IPv4Address,
        "MX": lambda pair: MailExchange(*pair),
    }
    return {
        Lookup(name, rdtype): Answer("found", tuple(records[rdtype](value) for value in values))
        for name, types in ZONE.items()
        for rdtype, values in types.items()
    }


def look_up(name: str, rdtype: str, *_: Any) -> Iterator[Any]:
    """pyspf's resolver."""
    for record in ZONE.get(name.lower(), {}).get(rdtype, []):
        yield (name, rdtype), (record.encode(),) if rdtype == "TXT" else record


def medians(runs: int, *functions: Callable[[], object]) -> list[float]:
    """Seconds of each function; their runs alternate."""
    seconds: list[list[float]] = [[] for _ in functions]
    for _ in range(runs):
        for function, taken in zip(functions, seconds, strict=True):
            start = time.perf_counter()
            function()
            taken.append(time.perf_counter() - start)
    return [statistics.median(taken) for taken in seconds]


if __name__ == "__main__":
    main()

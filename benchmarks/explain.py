"""How often `explain` names the right cause, how often it stays silent, and how long it takes.

    python benchmarks/explain.py

Scores on the corpora of tests/explain/corpus.py: the texts alone, with what was known of the
settings, and what was reached when the texts were first seen. Times are this machine's: one line
in a process that has started, a line with the start, and 10 MiB of log.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from smtpdoctor.explain import explain
from tests.explain.corpus import CORPORA, Case, score, unrelated

LINE = "Error: connect ETIMEDOUT 192.0.2.1:465"
MIB = 1024 * 1024
LOG_LINES = (
    "2026-11-27T10:{:02d}:{:02d}Z INFO request GET /api/{} served in {} ms",
    "2026-11-27T10:{:02d}:{:02d}Z WARN upstream timed out for job {} after {} ms",
    "2026-11-27T10:{:02d}:{:02d}Z ERROR connect ECONNREFUSED 127.0.0.1:5432 {} {}",
    "2026-11-27T10:{:02d}:{:02d}Z INFO mail sent to user{} in {} ms",
)


def shares(chosen: Sequence[Case], *, with_settings: bool = False) -> str:
    first, three = score(chosen, with_settings=with_settings)
    count = len(chosen)
    return (
        f"first {first}/{count} ({first / count:.0%}), "
        f"among three {three}/{count} ({three / count:.0%})"
    )


def log(size: int) -> str:
    numbers = random.Random(1)
    lines: list[str] = []
    length = 0
    while length < size:
        line = numbers.choice(LOG_LINES).format(
            numbers.randrange(60),
            numbers.randrange(60),
            numbers.randrange(10**6),
            numbers.randrange(10**4),
        )
        lines.append(line)
        length += len(line) + 1
    lines[1000] = "2026-11-27T10:00:00Z ERROR Invalid login: 535 Authentication credentials invalid"
    return "\n".join(lines)


def seconds(text: str, times: int = 1) -> float:
    began = time.perf_counter()
    for _ in range(times):
        explain(text)
    return (time.perf_counter() - began) / times


def started(*arguments: str) -> float:
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "smtpdoctor", *arguments], check=True, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - began


def main() -> None:
    for corpus in CORPORA:
        print(f"{corpus.name:12} texts alone    {shares(corpus.cases)}")
        if any(case.given for case in corpus.cases):
            print(f"{corpus.name:12} with settings  {shares(corpus.cases, with_settings=True)}")
        if corpus.at_first is not None:
            print(f"{corpus.name:12} at first       {corpus.at_first[0]} and {corpus.at_first[1]}")
    texts = unrelated()
    print(f"not about mail: {sum(map(bool, map(explain, texts)))} of {len(texts)} got an answer")
    explain(LINE)
    print(f"a line, in a process that has started: {seconds(LINE, 20) * 1000:.0f} ms")
    version, line = started("--version"), started("explain", LINE, "--format", "json")
    print(
        f"a line with the start: {line:.2f} s, of which --version takes {version:.2f} s; "
        f"{line / version:.1f} times as long"
    )
    print(f"10 MiB of log: {seconds(log(10 * MIB)):.2f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory at its highest, the log and its making included: {peak:.0f} MiB")


if __name__ == "__main__":
    main()

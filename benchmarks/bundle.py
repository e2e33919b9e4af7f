"""How long the file of `make bundle` takes to start, beside the same program installed.

    make bundle && python benchmarks/bundle.py

The processor's time of `--version`, and beside it the clock, which on a busy machine says little;
the least of several. It unpacks itself at each start, which is the difference.
"""

from __future__ import annotations

import platform
import resource
import subprocess
import sys
import time
from pathlib import Path

RUNS = 9
#: Seconds of the processor that the file may take.
MOST = 0.5

ARCH = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
BUNDLE = Path(__file__).parent.parent / "build" / f"smtpdoctor-linux-{ARCH}"
INSTALLED = Path(sys.executable).with_name("smtpdoctor")


def seconds(program: Path) -> tuple[float, float]:
    """One start, by the clock and by the processor's time."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([program, "--version"], stdout=subprocess.DEVNULL, check=True)
    took, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    if not BUNDLE.exists():
        sys.exit(f"{BUNDLE} is not there: make bundle")
    least = {}
    for program in (INSTALLED, BUNDLE):
        runs = [seconds(program) for _ in range(RUNS)]
        took, least[program] = (min(times) for times in zip(*runs, strict=True))
        print(f"{program.name}: {least[program]:.2f} s of the processor, {took:.2f} s by the clock")
    print(f"{least[BUNDLE] / least[INSTALLED]:.1f} times")
    if least[BUNDLE] > MOST:
        sys.exit(f"it may take {MOST} s")


if __name__ == "__main__":
    main()

"""The program as a process of its own, whose time, memory and words are bounded and looked at."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

#: Seconds of the processor, and on the wall, after which a process is ended by force. They are far
#: beyond what is promised, so that no slow machine fails; what hangs or is quadratic does.
MOST_WORK, LONGEST = 30, 120
#: KiB of memory beyond what the same program takes with nothing to read.
MOST_MEMORY = 100 * 1024

#: Starts the program from a process so small that its own memory is not what is measured: the
#: kernel counts for a child what its parent held when it was forked.
LAUNCHER = f"""
import json, os, resource, subprocess, sys
def limited():
    resource.setrlimit(resource.RLIMIT_CPU, ({MOST_WORK}, {MOST_WORK}))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 << 20, 64 << 20))
    if descriptors := int(sys.argv[2]):
        resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))
started = subprocess.Popen(sys.argv[3:], preexec_fn=limited)
try:
    status = started.wait({LONGEST})
except subprocess.TimeoutExpired:
    started.kill()
    status = started.wait()
memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
with open(sys.argv[1], "w") as file:
    json.dump([status, memory], file)
"""


@dataclass(frozen=True)
class Ended:
    """How it ended; `memory` is in KiB."""

    status: int
    output: str
    errors: str
    memory: int


def run(
    arguments: Sequence[str],
    folder: bytes | str | Path,
    notes: Path,
    *,
    environ: Mapping[str, str] | None = None,
    stdin: str | None = None,
    descriptors: int | None = None,
) -> Ended:
    """`smtpdoctor` with these arguments in that folder. `notes` is a folder outside of it, and
    `descriptors` is how many files and sockets it may have open."""
    wanted = notes / "ended.json"
    with (
        (notes / "output").open("w+b") as output,
        (notes / "errors").open("w+b") as errors,
        open(stdin or os.devnull, "rb") as read,
    ):
        subprocess.run(
            [
                sys.executable,
                "-S",
                "-E",
                "-c",
                LAUNCHER,
                str(wanted),
                str(descriptors or 0),
                sys.executable,
                "-m",
                "smtpdoctor",
                *arguments,
            ],
            stdin=read,
            stdout=output,
            stderr=errors,
            cwd=folder,
            env={"PATH": os.environ["PATH"], **(environ or {})},
            check=True,
        )
        status, memory = json.loads(wanted.read_text())
        texts = []
        for file in (output, errors):
            file.seek(0)
            texts.append(file.read(16 << 20).decode("utf-8", "surrogateescape"))
    return Ended(status, texts[0], texts[1], memory)

"""One network namespace: its interfaces, packet filter, and a thread whose sockets live in it.

Knows `ip`, `nft` and setns(2). Must not know mail, nor how namespaces are joined to an internet.
"""

from __future__ import annotations

import ctypes
import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TypeVar

from tests.servers.fixtures import LoopThread

CLONE_NEWNET = 0x40000000
FILES = Path("/etc/netns")
#: nobody: the doctor must do without any privilege
ORDINARY_USER = 65534

T = TypeVar("T")

_tables = itertools.count(1)


class CommandError(Exception):
    """A program failed; its command line and what it said are in the message."""


class Namespace:
    """A network namespace that exists from `create()` to `close()`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._thread: LoopThread | None = None

    def create(self) -> None:
        run("ip", "netns", "add", self.name)
        self.ip("link set lo up")

    def close(self) -> None:
        """Remove the namespace with all that is in it. Closing twice is no error."""
        if self._thread is not None:
            self._thread.close()
            self._thread = None
        if Path("/run/netns", self.name).exists():
            run("ip", "netns", "delete", self.name)
        shutil.rmtree(FILES / self.name, ignore_errors=True)

    def ip(self, *commands: str) -> None:
        """Run `ip` commands inside."""
        run("ip", "-n", self.name, "-batch", "-", given="\n".join(commands))

    def sysctl(self, values: Mapping[str, int]) -> None:
        """Set values below /proc/sys/net, named as `ipv4/ip_forward`."""

        def write() -> None:
            for name, value in values.items():
                Path("/proc/sys/net", name).write_text(f"{value}\n", encoding="ascii")

        self.call(write)

    def filter(self, hook: str, *rules: str) -> None:
        """Add rules to the packet filter, at `forward`, `output` or `input`."""
        self._table(f"type filter hook {hook} priority filter;", rules)

    def translate(self, *rules: str) -> None:
        """Add rules that change where packets go before they are routed."""
        self._table("type nat hook prerouting priority dstnat;", rules)

    def _table(self, kind: str, rules: tuple[str, ...]) -> None:
        chain = "\n".join((kind, *rules, ""))
        run(
            *("ip", "netns", "exec", self.name, "nft", "-f", "-"),
            given=f"table inet fault{next(_tables)} {{\nchain rules {{\n{chain}}}\n}}\n",
        )

    def write_file(self, name: str, text: str) -> None:
        """Put `text` in place of /etc/`name` for programs that run inside."""
        (FILES / self.name).mkdir(parents=True, exist_ok=True)
        (FILES / self.name / name).write_text(text, encoding="ascii")

    @property
    def thread(self) -> LoopThread:
        """An event loop in a thread of this process: sockets made there belong to the namespace."""
        if self._thread is None:
            self._thread = LoopThread()
            self.call(partial(_enter, self.name))
        return self._thread

    def call(self, function: Callable[[], T]) -> T:
        """Call a function that waits for nothing, in that thread."""

        async def call() -> T:
            return function()

        return self.thread.run(call())

    def as_ordinary_user(self, *command: str | Path) -> list[str]:
        """The command line that runs `command` inside, without privileges."""
        identity = f"--reuid={ORDINARY_USER}", f"--regid={ORDINARY_USER}", "--clear-groups"
        inside = "ip", "netns", "exec", self.name, "setpriv", *identity, "--no-new-privs", "--"
        return [*inside, *(os.fspath(word) for word in command)]


def missing() -> str:
    """What this machine lacks for namespaces; "" where it has everything."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "needs root on Linux, to make network namespaces"
    programs = [name for name in ("ip", "nft", "setpriv") if shutil.which(name) is None]
    if programs:
        return f"needs {', '.join(programs)}: run tests/real/install"
    trial = Namespace(f"smtpdoctor-{os.getpid()}-trial")
    try:
        trial.create()
        trial.filter("forward", "tcp dport 1 reject with tcp reset")
        run(*trial.as_ordinary_user(sys.executable, "-c", "import smtpdoctor"))
    except CommandError as error:
        return f"needs network namespaces with nftables, and an ordinary user in them: {error}"
    finally:
        trial.close()
    return ""


def run(*command: str, given: str = "") -> None:
    """Run a program to its end. Raises CommandError."""
    done = subprocess.run(
        command, input=given, capture_output=True, text=True, timeout=30, check=False
    )
    if done.returncode != 0:
        raise CommandError(f"{' '.join(command)} < {given!r}: {done.stderr.strip()}")


def _enter(name: str) -> None:
    """Move the calling thread into the namespace. os.setns came with Python 3.12."""
    libc = ctypes.CDLL(None, use_errno=True)
    with Path("/run/netns", name).open("rb") as file:
        if libc.setns(file.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"setns to {name}")

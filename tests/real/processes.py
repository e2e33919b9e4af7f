"""Starts a server's process, waits until it accepts connections, and ends exactly what it started.

Knows nothing of any particular mail server.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

START_SECONDS = 20.0
STOP_SECONDS = 10.0


class ServerStartError(Exception):
    """A server ended, or accepted no connection in time; its output is in the message."""


@contextlib.contextmanager
def running(
    command: Sequence[str | Path],
    *,
    ready: Sequence[tuple[str, int] | Path],
    log: Path,
    environment: dict[str, str] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run `command` until the block ends.

    `ready` names the addresses (host, port) and the unix sockets that must accept a connection
    before the block begins; `log` receives what the process prints. The process leads a session of
    its own, so that what it left behind is ended with it. Raises ServerStartError.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(
            [os.fspath(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, **(environment or {})},
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        for address in ready:
            _wait_until_accepting(process, address, deadline, log)
        yield process
    finally:
        _end(process)


def _wait_until_accepting(
    process: subprocess.Popen[bytes], address: tuple[str, int] | Path, deadline: float, log: Path
) -> None:
    while True:
        try:
            if isinstance(address, Path):
                with socket.socket(socket.AF_UNIX) as connection:
                    connection.connect(os.fspath(address))
            else:
                socket.create_connection(address, timeout=1).close()
            return
        except OSError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise ServerStartError(
                    f"{process.args!r}: {address} gave {error}; exit status {process.poll()}\n"
                    + log.read_text(errors="replace")[-4000:]
                ) from error
            time.sleep(0.02)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
    # The session's process group carries the id of the process that was started here.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(STOP_SECONDS)

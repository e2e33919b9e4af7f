"""The silent port swallows, the refusing port refuses."""

from __future__ import annotations

import socket

import pytest

from smtpdoctor.demo.ports import RefusingPort, SilentPort
from tests.servers.fixtures import LoopThread

needs_linux = pytest.mark.skipif(not SilentPort.available(), reason="only Linux swallows SYNs")


@needs_linux
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_silent_port_neither_accepts_nor_refuses(loop_thread: LoopThread, host: str) -> None:
    port = SilentPort(host)
    loop_thread.run(port.start())
    try:
        for _ in range(3):
            with pytest.raises(TimeoutError):
                socket.create_connection((host, port.port), timeout=0.1)
    finally:
        loop_thread.run(port.close())
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, port.port), timeout=5)


def test_refusing_port(loop_thread: LoopThread) -> None:
    port = RefusingPort()
    loop_thread.run(port.start())
    try:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port.port), timeout=5)
    finally:
        loop_thread.run(port.close())

"""TCP ports on loopback that nobody gets through: one swallows attempts, one refuses them.

The module knows what a kernel does with an attempt to connect. It must not know SMTP.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from typing import Self

#: Loopback finishes a handshake inside the call that starts it, so an attempt that is still open
#: after this many seconds was swallowed.
SWALLOWED_AFTER = 0.05


class SilentPortUnavailableError(OSError):
    """This system's sockets can't be made to swallow connection attempts."""


class SilentPort:
    """A port on loopback where `connect` neither succeeds nor fails.

    It is a listening socket with a backlog of 0 whose queue is full of one connection of our own
    that is never accepted: Linux drops every further SYN without a word. No privileges are needed.
    Linux only: elsewhere a backlog of 0 is taken for a larger one, or a full queue answers
    with a reset. When the port closes, attempts still under way are refused.
    """

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.host = host
        self.port = 0
        self._sockets: list[socket.socket] = []

    @staticmethod
    def available() -> bool:
        """Whether this system is known to have the property at all."""
        return sys.platform == "linux"

    async def start(self) -> None:
        """Opens the port and sees that it is silent.

        Raises `SilentPortUnavailableError` where it is not, with nothing left open.
        """
        if not self.available():
            raise SilentPortUnavailableError("a silent port needs Linux")
        listener = socket.socket(_family(self.host))
        self._sockets.append(listener)
        listener.bind((self.host, 0))
        listener.listen(0)
        self.port = listener.getsockname()[1]
        # One connection fills a queue of length 0 on Linux; what hangs after it is the proof.
        for _ in range(4):
            if not await self._connected():
                return
        await self.close()
        raise SilentPortUnavailableError("this system's full queues still answer")

    async def close(self) -> None:
        """Closes the port. Closing twice is no error."""
        while self._sockets:
            self._sockets.pop().close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()

    async def _connected(self) -> bool:
        filler = socket.socket(_family(self.host))
        filler.setblocking(False)
        self._sockets.append(filler)
        try:
            async with asyncio.timeout(SWALLOWED_AFTER):
                loop = asyncio.get_running_loop()
                await loop.sock_connect(filler, (self.host, self.port))
        except TimeoutError:
            return False
        return True


class RefusingPort:
    """A port on loopback that refuses every attempt and that nobody else can take meanwhile.

    It is a socket that is bound and doesn't listen. Works on every system.
    """

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.host = host
        self.port = 0
        self._socket: socket.socket | None = None

    async def start(self) -> None:
        """Takes the port."""
        self._socket = socket.socket(_family(self.host))
        self._socket.bind((self.host, 0))
        self.port = self._socket.getsockname()[1]

    async def close(self) -> None:
        """Gives the port back. Closing twice is no error."""
        if self._socket is not None:
            self._socket.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET

"""A TCP port that swallows connection attempts, as a filter that drops them does.

The module knows one property of Linux's listening sockets. It must not know SMTP.
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
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        listener = socket.socket(family)
        self._sockets.append(listener)
        listener.bind((self.host, 0))
        listener.listen(0)
        self.port = listener.getsockname()[1]
        # One connection fills a queue of length 0 on Linux; what hangs after it is the proof.
        for _ in range(4):
            if not await self._connected(family):
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

    async def _connected(self, family: socket.AddressFamily) -> bool:
        filler = socket.socket(family)
        filler.setblocking(False)
        self._sockets.append(filler)
        try:
            async with asyncio.timeout(SWALLOWED_AFTER):
                loop = asyncio.get_running_loop()
                await loop.sock_connect(filler, (self.host, self.port))
        except TimeoutError:
            return False
        return True

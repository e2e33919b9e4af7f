"""One accepted connection: bytes in the clear, and after `start_tls` inside TLS.

The module knows sockets and TLS records. It must not know SMTP. TLS runs over memory buffers and
not over asyncio's own, because a server that misbehaves has to say just which bytes go out in
the clear, and because the versions of Python differ in what they do with bytes read before TLS.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
import sys

CHUNK = 16_384
# Linux numbers the states of a connection so (`enum` in <netinet/tcp.h>).
_ESTABLISHED = 1


class Wire:
    """Reads and writes one connection. `drip` is `Behaviour.drip`; `received` counts raw bytes.

    Every method raises OSError (ssl.SSLError is one) when the connection is lost.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, drip: float | None
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._drip = drip
        self.received = 0
        self._tls: ssl.SSLObject | None = None
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()

    @property
    def tls_version(self) -> str | None:
        """The version in use, as `ssl` names it; None in the clear."""
        return self._tls.version() if self._tls else None

    async def read(self) -> bytes:
        """The next bytes, at most 16 KiB, or none at all when the client has ended its side."""
        if self._tls is None:
            return await self._raw()
        while True:
            try:
                return self._tls.read(CHUNK)
            except ssl.SSLWantReadError:
                await self._flush()
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""
            await self._feed()

    async def write(self, data: bytes) -> None:
        """Sends all bytes, and waits while the client doesn't take them."""
        if self._drip is None:
            await self._send(data)
            return
        for position in range(len(data)):
            await self._send(data[position : position + 1])
            await asyncio.sleep(self._drip)

    async def start_tls(self, context: ssl.SSLContext) -> None:
        """Does the server's side of a handshake. A failure sends its alert before it is raised."""
        tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                await self._flush()
            except ssl.SSLError:
                await self._flush()
                raise
            await self._feed()
        await self._flush()
        self._tls = tls

    async def finish(self) -> None:
        """Ends our side in good order, and waits for the client to end its own.

        Closing at once would turn into a reset wherever the client's last bytes were not read yet.
        """
        if self._tls is not None:
            with contextlib.suppress(ssl.SSLError):
                self._tls.unwrap()
            await self._flush()
        if self._writer.can_write_eof():
            self._writer.write_eof()
        while await self._raw():
            pass

    def reset(self) -> None:
        """Tears the connection down with a RST."""
        linger = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
        handle: socket.socket = self._writer.get_extra_info("socket")
        with contextlib.suppress(OSError):
            handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._writer.transport.abort()

    def close(self) -> None:
        """Lets go of the socket at once."""
        self._writer.transport.abort()

    def client_has_closed(self) -> bool:
        """Whether the kernel already knows that the client is gone, read or not.

        Where the kernel doesn't tell (not Linux), a connection counts as open until it was read to
        its end.
        """
        handle: socket.socket | None = self._writer.get_extra_info("socket")
        if sys.platform != "linux" or handle is None:
            return False
        try:
            state = handle.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
        except OSError:
            return True
        return bool(state != _ESTABLISHED)

    async def _raw(self) -> bytes:
        data = await self._reader.read(CHUNK)
        self.received += len(data)
        return data

    async def _send(self, data: bytes) -> None:
        if self._tls is None:
            self._writer.write(data)
            await self._writer.drain()
        else:
            self._tls.write(data)
            await self._flush()

    async def _flush(self) -> None:
        self._writer.write(self._outgoing.read())
        await self._writer.drain()

    async def _feed(self) -> None:
        data = await self._raw()
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()

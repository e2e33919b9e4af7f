"""A name server that misbehaves or means harm, in many ways, as data. On loopback alone."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import socket
import struct
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Self, cast

NOISE = random.Random(2).randbytes(4096)
CONTROLS = b"\x1b[2J[red]\xe2\x80\xae\r\n+SMTP_HOST="
A, CNAME, MX, TXT, OPT = 1, 5, 15, 16, 41
RESPONSE, CUT = 0x8180, 0x0200
#: Points at the question's name (RFC 1035 §4.1.4).
ASKED = b"\xc0\x0c"


@dataclass(frozen=True)
class Question:
    """A question as it came: all of its bytes, its number, the question itself and its type."""

    wire: bytes
    number: bytes
    asked: bytes
    kind: int

    @classmethod
    def of(cls, wire: bytes) -> Question:
        end = 12
        while wire[end]:
            end += wire[end] + 1
        return cls(
            wire, wire[:2], wire[12 : end + 5], struct.unpack("!H", wire[end + 1 : end + 3])[0]
        )


def answer(
    question: Question,
    *records: bytes,
    flags: int = RESPONSE,
    number: bytes | None = None,
    asked: bytes | None = None,
    counts: tuple[int, int] | None = None,
    behind: bytes = b"",
) -> bytes:
    """A message; `counts` are what is said of its answers and additional records."""
    answers, additional = counts if counts is not None else (len(records), 0)
    header = struct.pack("!HHHHH", flags, 1, answers, 0, additional)
    return (
        (question.number if number is None else number)
        + header
        + (question.asked if asked is None else asked)
        + b"".join(records)
        + behind
    )


def record(
    data: bytes,
    kind: int = A,
    *,
    name: bytes = ASKED,
    ttl: int = 60,
    size: int | None = None,
    class_: int = 1,
) -> bytes:
    length = len(data) if size is None else size
    return name + struct.pack("!HHIH", kind, class_, ttl, length) + data


def label(text: bytes) -> bytes:
    return bytes((len(text),)) + text


def name(*labels: bytes) -> bytes:
    return b"".join(map(label, labels)) + b"\0"


LOCAL = socket.inet_aton("127.0.0.1")

#: What is sent back over UDP, datagram by datagram.
Datagrams = Callable[[Question], Iterable[bytes]]
#: What is sent back over TCP, as it stands on the wire: length and all.
Stream = Callable[[Question], Iterable[bytes]]


def framed(message: bytes) -> bytes:
    return struct.pack("!H", len(message)) + message


@dataclass(frozen=True)
class Way:
    """How it answers; without `stream` TCP gives the first of `datagrams`, framed."""

    datagrams: Datagrams
    stream: Stream | None = None
    quick: bool = False


def once(make: Callable[[Question], bytes], *, quick: bool = False) -> Way:
    return Way(lambda question: [make(question)], quick=quick)


def cut(stream: Stream, *, quick: bool = False) -> Way:
    """Nothing but "ask over TCP", and this there."""
    return Way(lambda question: [answer(question, flags=RESPONSE | CUT)], stream, quick)


def code(number: int) -> Way:
    return once(lambda question: answer(question, flags=RESPONSE | number))


def _crowd(question: Question) -> bytes:
    return answer(question, *(record(b"\x7f" + n.to_bytes(3, "big")) for n in range(4000)))


def _chain(length: int) -> Callable[[Question], bytes]:
    def made(question: Question) -> bytes:
        links = [record(name(b"n0"), CNAME)]
        links += [
            record(name(b"n%d" % (n + 1)), CNAME, name=name(b"n%d" % n)) for n in range(length)
        ]
        return answer(question, *links)

    return made


def _text(*strings: bytes) -> Callable[[Question], bytes]:
    return lambda question: answer(question, record(b"".join(map(label, strings)), TXT))


def _wrong(question: Question) -> bytes:
    number = bytes((question.number[0] ^ 1, question.number[1]))
    return answer(question, record(LOCAL), number=number)


def _drip(question: Question) -> Iterator[bytes]:
    """A frame that is said to be long, and a byte of it now and then."""
    yield b"\xff\xff"
    yield from itertools.repeat(b"", 10_000)


WAYS: dict[str, Way] = {
    "silence": Way(lambda question: [], lambda question: []),
    **{f"code {number}": code(number) for number in (1, 2, 3, 4, 5, 6, 11, 15)},
    "noise": once(lambda question: NOISE[:512]),
    "noise behind the number": once(lambda question: question.number + NOISE[:300]),
    "an empty datagram": once(lambda question: b""),
    "one byte": once(lambda question: b"\0"),
    "a header alone": once(lambda question: question.number + b"\x81\x80" + b"\0" * 8),
    "half a header": once(lambda question: question.number + b"\x81"),
    "the question itself": once(lambda question: question.wire),
    "another number": once(_wrong),
    "another question": once(lambda question: answer(question, asked=name(b"x") + b"\0\1\0\1")),
    "20,000 wrong ones": Way(lambda question: itertools.repeat(_wrong(question), 20_000)),
    "wrong ones, then a right one": Way(
        lambda question: [*[_wrong(question)] * 50, answer(question, record(LOCAL))]
    ),
    "cut, and no TCP": cut(lambda question: [], quick=True),
    "cut, and cut again": cut(lambda question: [framed(answer(question, flags=RESPONSE | CUT))]),
    "cut, and an empty message": cut(lambda question: [b"\0\0"] * 1000),
    "cut, and a message that never comes": cut(_drip),
    "cut, and noise": cut(lambda question: [framed(NOISE)] * 20),
    "cut, and a megabyte": cut(lambda question: [framed(b"\0" * 65_535)] * 16),
    "a pointer at itself": once(lambda question: answer(question, record(LOCAL, name=b"\xc0\x1c"))),
    "pointers in a circle": once(
        lambda question: answer(question, b"\xc0\x2e\xc0\x2c" * 30, counts=(1, 0))
    ),
    "a pointer beyond the end": once(
        lambda question: answer(question, record(LOCAL, name=b"\xff\xff"))
    ),
    "a label of a kind that is not known": once(
        lambda question: answer(question, record(LOCAL, name=b"\x80x\0"))
    ),
    "a name of 1000 bytes": once(
        lambda question: answer(question, record(LOCAL, name=name(*[b"x" * 60] * 16)))
    ),
    "4000 addresses": cut(lambda question: [framed(_crowd(question))]),
    "65,535 answers that are none": once(lambda question: answer(question, counts=(65_535, 0))),
    "more data than there is": once(lambda question: answer(question, record(LOCAL, size=60_000))),
    "an address of five bytes": once(lambda question: answer(question, record(LOCAL + b"\1"))),
    "an address of none": once(lambda question: answer(question, record(b""))),
    "a time of 136 years": once(
        lambda question: answer(question, record(LOCAL, ttl=0xFFFFFFFF)),
    ),
    "a class of nobody's": once(lambda question: answer(question, record(LOCAL, class_=0xABCD))),
    "an answer of another name": once(
        lambda question: answer(question, record(LOCAL, name=name(b"evil", b"example")))
    ),
    "an alias of itself": once(lambda question: answer(question, record(ASKED, CNAME))),
    "a chain of 25 aliases": once(_chain(25)),
    "a chain of 2000 aliases": cut(lambda question: [framed(_chain(2000)(question))]),
    "an alias of controls": once(
        lambda question: answer(question, record(name(CONTROLS, b"evil"), CNAME)), quick=True
    ),
    "mail servers of controls": once(
        lambda question: answer(question, record(b"\0\1" + name(CONTROLS, b"evil"), MX))
    ),
    "texts of controls": once(_text(b"v=spf1 " + CONTROLS + b" include:" + CONTROLS)),
    "a text of 60 kilobytes": cut(
        lambda question: [framed(_text(b"v=spf1 ", *[b"a:x " * 60] * 240)(question))]
    ),
    "a text that includes itself": once(_text(b"v=spf1 include:example.com redirect=example.com")),
    "a text of no strings": once(lambda question: answer(question, record(b"", TXT))),
    "two extensions": once(
        lambda question: answer(
            question, counts=(0, 2), behind=record(b"\0\x0a\xff\xff", OPT, name=b"\0") * 2
        )
    ),
    "bytes behind the end": once(lambda question: answer(question, record(LOCAL), behind=NOISE)),
    "metadata's address": once(
        lambda question: answer(question, record(socket.inet_aton("169.254.169.254")))
    ),
    "the address of nobody": once(lambda question: answer(question, record(b"\0" * 4))),
}


class NameServer:
    """One of them in a thread of its own, for `with`."""

    def __init__(self, way: Way) -> None:
        self.way = way

    @property
    def endpoint(self) -> str:
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        ready = threading.Event()
        self._thread = threading.Thread(
            target=lambda: self._loop.run_until_complete(self._serve(ready)), name="name server"
        )
        self._thread.start()
        ready.wait()
        return self

    def __exit__(self, *exception: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._loop.close()

    async def _serve(self, ready: threading.Event) -> None:
        from ..dns.server import _bound_pair

        udp, tcp = _bound_pair("127.0.0.1")
        self.port = udp.getsockname()[1]
        transport, _ = await self._loop.create_datagram_endpoint(lambda: _UDP(self.way), sock=udp)
        listener = await asyncio.start_server(self._tcp, sock=tcp)
        ready.set()
        await self._stop.wait()
        transport.close()
        listener.close()
        answering = asyncio.all_tasks() - {asyncio.current_task()}
        for task in answering:
            task.cancel()
        await asyncio.gather(*answering, return_exceptions=True)
        await listener.wait_closed()
        await asyncio.sleep(0)  # a transport lets go of its socket in the loop's next turn

    async def _tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, OSError, asyncio.CancelledError):
            size = int.from_bytes(await reader.readexactly(2), "big")
            question = Question.of(await reader.readexactly(size))
            if self.way.stream is None:
                parts: Iterable[bytes] = map(
                    framed, itertools.islice(self.way.datagrams(question), 1)
                )
            else:
                parts = self.way.stream(question)
            for part in parts:
                writer.write(part or b"\0")
                await writer.drain()
                if not part:
                    await asyncio.sleep(0.1)
            writer.close()
            await writer.wait_closed()
        writer.transport.abort()  # else the socket stays for what nobody reads any more


class _UDP(asyncio.DatagramProtocol):
    def __init__(self, way: Way) -> None:
        self._way = way

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        for datagram in self._way.datagrams(Question.of(data)):
            self._transport.sendto(datagram, addr)

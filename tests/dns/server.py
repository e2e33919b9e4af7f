"""A name server on loopback for tests: real UDP and TCP, answers from a table, faults on demand.

    with DNSServer() as server:
        server.add("smtp.example.org", "A", "192.0.2.1")
        server.fault("smtp.example.org", "AAAA", "servfail")
        server.endpoint        # "127.0.0.1:41213"
        server.queries         # what was asked so far

A name that is in the table but lacks the record is NODATA, any other name NXDOMAIN. A CNAME is
followed within the table. An answer that doesn't fit into what the question allows for UDP is cut
short, as real servers do it.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import threading
from typing import Literal, NamedTuple, Self, cast

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

#: silent: no answer at all. silent-once: the first question is lost. silent-to-edns: questions
#: with EDNS are lost; formerr-to-edns: they are refused, as old servers do it. truncated: over UDP
#: never more than "ask over TCP". malformed: bytes that are no DNS message. other-question: an
#: answer to what nobody asked. after-forged: the right answer, behind four that are wrong. no-tcp:
#: truncated, and the TCP connection is closed unanswered.
#: loop: a CNAME that leads to itself.
Fault = Literal[
    "silent",
    "silent-once",
    "silent-to-edns",
    "formerr-to-edns",
    "servfail",
    "refused",
    "notimp",
    "truncated",
    "malformed",
    "other-question",
    "after-forged",
    "no-tcp",
    "loop",
]

RCODES = {
    "servfail": dns.rcode.SERVFAIL,
    "refused": dns.rcode.REFUSED,
    "notimp": dns.rcode.NOTIMP,
}


class Query(NamedTuple):
    """One question as it arrived."""

    transport: Literal["udp", "tcp"]
    name: str
    record: str
    edns: bool


class DNSServer:
    """A name server for `with`; its table may change while it runs. Port 0: any that is free."""

    def __init__(self, address: str = "127.0.0.1", port: int = 0) -> None:
        self.address = address
        self.port = port
        self.queries: list[Query] = []
        self._records: dict[tuple[str, str], tuple[str, ...]] = {}
        self._faults: dict[tuple[str, str], Fault] = {}
        self._lost: set[tuple[str, str]] = set()

    @property
    def endpoint(self) -> str:
        """The server as resolver settings write it."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{host}:{self.port}"

    def add(self, name: str, record: str, *values: str) -> Self:
        """Records of one type; without values the name is there and the record is not."""
        self._records[name.lower(), record] = values
        return self

    def fault(self, name: str, record: str, fault: Fault) -> Self:
        """What goes wrong with this question; "*" stands for any name or record."""
        self._faults[name.lower(), record] = fault
        return self

    def asked(self, name: str) -> list[str]:
        """The records asked of a name so far, as "A over udp"."""
        return [
            f"{query.record} over {query.transport}"
            for query in self.queries
            if query.name == name.lower()
        ]

    # --- running ----------------------------------------------------------------------------

    def __enter__(self) -> Self:
        udp, tcp = _bound_pair(self.address, self.port)
        self.port = udp.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        ready = threading.Event()
        self._thread = threading.Thread(
            target=lambda: self._loop.run_until_complete(self._serve(udp, tcp, ready)),
            name=f"DNS server {self.endpoint}",
        )
        self._thread.start()
        ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._loop.close()

    async def _serve(self, udp: socket.socket, tcp: socket.socket, ready: threading.Event) -> None:
        transport, _ = await self._loop.create_datagram_endpoint(lambda: _UDP(self), sock=udp)
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
        # RFC 1035 §4.2.2: two bytes of length before each message
        # and RFC 7766 §6.2.1: several questions may come over one connection
        with contextlib.suppress(
            asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError
        ):
            while True:
                size = int.from_bytes(await reader.readexactly(2), "big")
                reply = self.reply(await reader.readexactly(size), "tcp")
                if reply is None:
                    break
                writer.write(len(reply).to_bytes(2, "big") + reply)
                await writer.drain()
            writer.close()
            await writer.wait_closed()
        writer.transport.abort()  # else the socket stays for what nobody reads any more

    # --- answering --------------------------------------------------------------------------

    def reply(self, wire: bytes, transport: Literal["udp", "tcp"]) -> bytes | None:
        """The bytes to answer with, None for silence (over TCP: to close)."""
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        record = dns.rdatatype.to_text(question.rdtype)
        self.queries.append(Query(transport, name, record, query.edns >= 0))
        fault = self._fault_of(name, record)
        if fault == "silent" or (fault == "silent-to-edns" and query.edns >= 0):
            return None
        if fault == "silent-once" and (name, record) not in self._lost:
            self._lost.add((name, record))
            return None
        if fault == "no-tcp" and transport == "tcp":
            return None
        if fault == "malformed":
            return b"\x00" * 5
        if fault == "formerr-to-edns" and query.edns >= 0:
            return _refusal(query, dns.rcode.FORMERR)
        if fault in RCODES:
            return _refusal(query, RCODES[fault])
        response = dns.message.make_response(query, recursion_available=True)
        if fault == "other-question":
            response.question = dns.message.make_query("other.example.", record).question
        elif fault == "loop":
            response.answer.append(_rrset(name, "CNAME", f"{name}."))
        else:
            self._answer(response, name, record)
        return _to_wire(response, query, transport, cut=fault in ("truncated", "no-tcp"))

    def forged(self, wire: bytes) -> list[bytes]:
        """What comes before the answer: no message, another's question, the same with another id,
        and one that is cut short with another id."""
        query = dns.message.from_wire(wire)
        name = query.question[0].name.to_text(omit_final_dot=True).lower()
        record = dns.rdatatype.to_text(query.question[0].rdtype)
        if self._fault_of(name, record) != "after-forged":
            return []
        other_id, short = dns.message.make_response(query), dns.message.make_response(query)
        other_id.answer.append(_rrset(name, record, "203.0.113.66"))
        short.flags |= dns.flags.TC
        for message in (other_id, short):
            message.id ^= 1
        other = dns.message.make_response(query)
        other.question = dns.message.make_query("other.example.", record).question
        return [b"\x00" * 5, *(each.to_wire() for each in (other, other_id, short))]

    def _fault_of(self, name: str, record: str) -> Fault | None:
        for key in ((name, record), (name, "*"), ("*", record), ("*", "*")):
            if key in self._faults:
                return self._faults[key]
        return None

    def _answer(self, response: dns.message.Message, name: str, record: str) -> None:
        while (name, "CNAME") in self._records and record != "CNAME":
            (target,) = self._records[name, "CNAME"]
            response.answer.append(_rrset(name, "CNAME", target))
            name = target.rstrip(".").lower()
        if self._records.get((name, record)):
            # one set for each record: dnspython shuffles within a set
            response.answer.extend(
                _rrset(name, record, value) for value in self._records[name, record]
            )
        elif not any(known == name for known, _ in self._records):
            response.set_rcode(dns.rcode.NXDOMAIN)


class _UDP(asyncio.DatagramProtocol):
    def __init__(self, server: DNSServer) -> None:
        self._server = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # asyncio's own transports are no subclasses of DatagramTransport in 3.11
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        for forged in self._server.forged(data):
            self._transport.sendto(forged, addr)
        reply = self._server.reply(data, "udp")
        if reply is not None:
            self._transport.sendto(reply, addr)


def closed_endpoint() -> str:
    """A port of loopback on which nobody listens."""
    udp, tcp = _bound_pair("127.0.0.1")
    port = udp.getsockname()[1]
    udp.close()
    tcp.close()
    return f"127.0.0.1:{port}"


def _bound_pair(address: str, port: int = 0) -> tuple[socket.socket, socket.socket]:
    """A UDP and a TCP socket on one port; 0 is one of the system's choice."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    while True:
        udp = socket.socket(family, socket.SOCK_DGRAM)
        tcp = socket.socket(family, socket.SOCK_STREAM)
        udp.bind((address, port))
        try:
            tcp.bind((address, udp.getsockname()[1]))
        except OSError as error:
            udp.close()
            tcp.close()
            if port or error.errno != errno.EADDRINUSE:
                raise
            continue
        return udp, tcp


def _rrset(name: str, record: str, value: str) -> dns.rrset.RRset:
    return dns.rrset.from_text(f"{name}.", 300, "IN", record, value)


def _refusal(query: dns.message.Message, rcode: dns.rcode.Rcode) -> bytes:
    response = dns.message.make_response(query)
    response.set_rcode(rcode)
    return response.to_wire()


def _to_wire(
    response: dns.message.Message, query: dns.message.Message, transport: str, *, cut: bool
) -> bytes:
    if transport == "tcp":
        return response.to_wire(max_size=65535)
    room = query.payload if query.edns >= 0 else 512  # RFC 1035 §4.2.1, RFC 6891 §6.2.5
    if not cut:
        try:
            return response.to_wire(max_size=room)
        except dns.exception.TooBig:
            pass
    response.answer.clear()
    response.flags |= dns.flags.TC
    return response.to_wire()

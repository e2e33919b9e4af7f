"""One question to one name server, over UDP and TCP.

Knows DNS messages by way of dnspython. Must not know why a name is asked for, and never raises on
what a server or a name holds. `sockets` calls it; no check does.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import TYPE_CHECKING

import msgspec

from smtpdoctor.beside import load_beside_the_loop
from smtpdoctor.network.errors import error_name
from smtpdoctor.network.seam import AnswerResult

if TYPE_CHECKING:
    import dns.message
    import dns.rdata

PORT = 53

#: After this many seconds the question is put once more, until its time is up: at a loss of one
#: packet in ten, on either way, the tries of three seconds leave a live server silent once in
#: 100,000 questions.
RETRANSMIT_AFTER = 0.4

#: What passes every path in one piece (dnsflagday.net/2020); larger answers come over TCP.
UDP_PAYLOAD = 1232

MAX_DATAGRAM = 65535

#: Seconds, for a "no" that doesn't say it: for the targets beside each other, and no more.
WITHOUT_SOA = 5


#: Of a server whose datagrams are all none that can be used, no more tries are waited for.
TRIES_AFTER_WRONG = 3


class WrongAnswersError(Exception):
    """Datagrams came, and none of them answers the question."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


async def ask(
    server: str, question: str, record: str, timeout: float, *, over_tcp: bool = False
) -> AnswerResult:
    """Ask for `record` ("A", "MX", …) of the absolute name `question`.

    `server` is "address", "address:port" or "[v6]:port". UDP first, again and again within
    `timeout` seconds; TCP where the answer is cut short, or at once with `over_tcp`. Answers are
    plain text: addresses, MX as "10 mx.example.org", the strings of a TXT record joined;
    `aliases` are the names of the CNAME chain that the answer itself holds. A name that DNS can't
    carry is "malformed".
    """
    # the import takes 0.1 s, which the loop needs for those who wait for connects
    await load_beside_the_loop("dns.message")
    import dns.exception
    import dns.message

    try:
        query = dns.message.make_query(question, record, use_edns=0, payload=UDP_PAYLOAD)
        # the same id: an answer to the first try is welcome during a later one
        plain = dns.message.make_query(question, record, use_edns=False, id=query.id)
    # a label over 63, an escape over 255, or refused by IDNA
    except (dns.exception.DNSException, ValueError, struct.error):
        return AnswerResult(outcome="malformed")
    transport = "tcp" if over_tcp else "udp"
    without_edns = False
    wrong = 0
    try:
        address, port = _endpoint(server)
        end = asyncio.get_running_loop().time() + timeout
        try:
            if over_tcp:
                response = await _ask_over_tcp(query, address, port, end)
            else:
                response, without_edns, wrong = await _ask_over_udp(
                    query, plain, address, port, end
                )
        except dns.message.Truncated:
            transport = "tcp"
            response = await _ask_over_tcp(query, address, port, end)
    except WrongAnswersError as error:
        return AnswerResult(outcome="malformed", wrong_answers=error.count)
    except (dns.exception.Timeout, TimeoutError, EOFError):
        return AnswerResult(outcome="silent", transport=transport)
    except OSError as error:
        name = error_name(error)
        if transport == "udp" and name == "ECONNRESET":  # Windows' word for an unreachable port
            name = "ECONNREFUSED"
        return AnswerResult(outcome="unreachable", transport=transport, error=name)
    except ValueError:  # the server's address is none
        return AnswerResult(outcome="unreachable", transport=transport)
    except dns.exception.DNSException:  # no DNS message, or the answer to another question
        return AnswerResult(outcome="malformed", transport=transport)
    return msgspec.structs.replace(
        _read(response, transport), without_edns=without_edns, wrong_answers=wrong
    )


async def _ask_over_udp(
    query: dns.message.Message, plain: dns.message.Message, address: str, port: int, end: float
) -> tuple[dns.message.Message, bool, int]:
    """The response to the first try or to a later one, whether only the `plain` question, the one
    without EDNS, got it (some paths and old servers drop what has EDNS), and how many datagrams
    were no answer to it.

    Raises WrongAnswersError, dnspython's exceptions, TimeoutError, and OSError: of ICMP errors a
    socket hears only when it is connected, which dnspython's own are not.
    """
    import dns.inet
    import dns.message
    import dns.rcode

    loop = asyncio.get_running_loop()
    wrong: list[float] = []  # when each came

    async def put(questions: list[bytes], seconds: float) -> dns.message.Message:
        """The right answer; what is none is passed over, the kernel has looked at its sender."""
        for question in questions:
            await loop.sock_sendall(sock, question)
        async with asyncio.timeout(max(seconds, 0)):
            while True:
                data = await loop.sock_recv(sock, MAX_DATAGRAM)
                if (response := _response(data, query)) is not None:
                    return response
                wrong.append(loop.time())

    family = dns.inet.af_for_address(address)
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        await loop.sock_connect(sock, dns.inet.low_level_address_tuple((address, port)))
        full, bare = query.to_wire(), plain.to_wire()
        questions = [full]
        while True:
            left = end - loop.time()
            try:
                response = await put(questions, min(RETRANSMIT_AFTER, left))
            except TimeoutError:
                given_up = wrong and loop.time() - wrong[0] >= TRIES_AFTER_WRONG * RETRANSMIT_AFTER
                if left <= RETRANSMIT_AFTER or given_up:
                    if wrong:
                        raise WrongAnswersError(len(wrong)) from None
                    raise
                questions = [full, bare]  # a lost packet alone must not look like lost EDNS
                continue
            # RFC 6891 §7: a server without EDNS says one of these
            knows_no_edns = (dns.rcode.FORMERR, dns.rcode.NOTIMP, dns.rcode.BADVERS)
            if questions == [bare] or response.rcode() not in knows_no_edns:
                return response, bare in questions and response.edns < 0, len(wrong)
            questions = [bare]


def _response(data: bytes, query: dns.message.Message) -> dns.message.Message | None:
    """The datagram as the answer to the query; None where its id or question is another's, or it
    is no DNS message. Raises Truncated for an answer that is to be asked for over TCP."""
    import dns.exception
    import dns.message

    try:
        response = dns.message.from_wire(data, ignore_trailing=True, raise_on_truncation=True)
    except dns.message.Truncated as error:
        if query.is_response(error.message()):  # type: ignore[no-untyped-call]
            raise
        return None
    except (dns.exception.DNSException, ValueError, struct.error):
        return None
    return response if query.is_response(response) else None


async def _ask_over_tcp(
    query: dns.message.Message, address: str, port: int, end: float
) -> dns.message.Message:
    await load_beside_the_loop("dns.asyncquery")  # 50 ms more
    import dns.asyncquery

    left = max(end - asyncio.get_running_loop().time(), 0)
    return await dns.asyncquery.tcp(query, address, timeout=left, port=port, ignore_trailing=True)


def _read(response: dns.message.Message, transport: str) -> AnswerResult:
    import dns.exception
    import dns.message
    import dns.rcode
    from dns.rdtypes.txtbase import TXTBase

    rcode = response.rcode()
    if rcode == dns.rcode.REFUSED:
        return AnswerResult(outcome="refused", transport=transport)
    if rcode not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        return AnswerResult(outcome="servfail", transport=transport)
    try:
        assert isinstance(response, dns.message.QueryMessage)
        chain = response.resolve_chaining()
    except dns.exception.DNSException:  # a CNAME loop
        return AnswerResult(outcome="malformed", transport=transport)
    aliases = tuple(
        link.target.to_text(omit_final_dot=True) for cname in chain.cnames for link in cname
    )
    if not chain.answer:
        return AnswerResult(
            outcome="nxdomain" if rcode == dns.rcode.NXDOMAIN else "nodata",
            aliases=aliases,
            transport=transport,
            # RFC 2308 §5: a "no" without an SOA record says nothing of how long it may be kept
            ttl=chain.minimum_ttl if _has_soa(response) else WITHOUT_SOA,
        )
    return AnswerResult(
        outcome="answer",
        answers=tuple(_text(item) for item in chain.answer),
        texts=tuple(item.strings for item in chain.answer if isinstance(item, TXTBase)),
        aliases=aliases,
        transport=transport,
        ttl=chain.minimum_ttl,
    )


def _has_soa(response: dns.message.Message) -> bool:
    import dns.rdatatype

    return any(records.rdtype == dns.rdatatype.SOA for records in response.authority)


def _text(item: dns.rdata.Rdata) -> str:
    """A record in plain text, names without their last dot."""
    from dns.rdtypes.IN.A import A
    from dns.rdtypes.IN.AAAA import AAAA
    from dns.rdtypes.mxbase import MXBase
    from dns.rdtypes.nsbase import NSBase
    from dns.rdtypes.txtbase import TXTBase

    if isinstance(item, A | AAAA):
        return str(item.address)
    if isinstance(item, MXBase):
        return f"{item.preference} {item.exchange.to_text(omit_final_dot=True)}"
    if isinstance(item, TXTBase):
        # RFC 7208 §3.3: the strings of one record are joined without a space
        return b"".join(item.strings).decode("utf-8", "replace")
    if isinstance(item, NSBase):  # CNAME and PTR too
        return item.target.to_text(omit_final_dot=True)
    return item.to_text()


def _endpoint(server: str) -> tuple[str, int]:
    """Address and port of a name server as written. Raises ValueError."""
    if server.startswith("["):
        address, _, rest = server[1:].partition("]")
        port = rest.removeprefix(":")
    elif server.count(":") == 1:
        address, port = server.split(":")
    else:
        address, port = server, ""
    return address, int(port) if port else PORT

"""The look-ups that an SPF evaluation asks for, the answers it is fed, and the thin drivers.

Evaluations are generators: they yield a `Lookup` and are sent an `Answer`. This module knows the
shape of both and how to drive a generator; it must not know a resolver or a socket.
"""

from collections.abc import Awaitable, Callable, Generator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Literal, TypeAlias, TypeVar

from smtpdoctor.spf.names import without_final_dot

RecordType: TypeAlias = Literal["TXT", "A", "AAAA", "MX", "PTR", "CNAME", "NS"]
Status: TypeAlias = Literal["found", "nxdomain", "nodata", "temperror"]
Address: TypeAlias = IPv4Address | IPv6Address

DEFAULT_TIMEOUT = 20.0
"""Seconds for a whole evaluation: the least that RFC 7208 §4.6.4 wants a limit to allow."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """One question for the DNS.

    `name` is dotted text without a dot at its end, letters' case as published. Its characters
    are literal: a backslash in it is no escape, so a resolver builds the name from `labels`.
    """

    name: str
    rdtype: RecordType

    @property
    def labels(self) -> tuple[bytes, ...]:
        """The labels as octets, without the root label; each has 1 to 63."""
        return tuple(label.encode("ascii") for label in self.name.split("."))


@dataclass(frozen=True, slots=True)
class MailExchange:
    """One MX record; the null MX of RFC 7505 has `exchange` "." or ""."""

    preference: int
    exchange: str


Record: TypeAlias = tuple[bytes, ...] | Address | MailExchange | str
"""TXT: its character-strings, apart. A, AAAA: an address. MX: MailExchange. Else: a name."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the DNS said, after CNAMEs were followed.

    "nodata": the name exists (RCODE 0) without such records. "temperror": any other RCODE, no
    answer in time, a CNAME chain without an end. `reason` says which, in a few words.
    """

    status: Status
    records: Sequence[Record] = ()
    reason: str = ""

    @property
    def is_void(self) -> bool:
        """A void lookup as RFC 7208 §4.6.4 has it: no such name, or no such records."""
        return self.status in ("nxdomain", "nodata") or (
            self.status == "found" and not self.records
        )

    def texts(self) -> list[bytes]:
        """TXT records, the strings of each joined without blanks (RFC 7208 §3.3)."""
        return [b"".join(record) for record in self.records if isinstance(record, tuple)]

    def addresses(self) -> list[Address]:
        """The addresses of A and AAAA records."""
        return [r for r in self.records if isinstance(r, IPv4Address | IPv6Address)]

    def exchanges(self) -> list[str]:
        """The hosts of MX records, best preference first; the null MX is an empty name."""
        records = [r for r in self.records if isinstance(r, MailExchange)]
        records.sort(key=lambda record: (record.preference, record.exchange.lower()))
        return [without_final_dot(record.exchange) for record in records]

    def names(self) -> list[str]:
        """The names of PTR, CNAME or NS records, in the order of the answer."""
        return [without_final_dot(record) for record in self.records if isinstance(record, str)]


T = TypeVar("T")
Evaluation: TypeAlias = Generator[Lookup, Answer, T]
"""A computation that needs the DNS: yields look-ups, is sent answers, returns a T."""


def run(evaluation: Evaluation[T], resolve: Callable[[Lookup], Answer]) -> T:
    """Drives `evaluation` with answers that are at hand at once, and returns what it returns."""
    answer: Answer | None = None
    while True:
        try:
            lookup = next(evaluation) if answer is None else evaluation.send(answer)
        except StopIteration as stop:
            result: T = stop.value
            return result
        answer = resolve(lookup)


async def run_async(
    evaluation: Evaluation[T],
    resolve: Callable[[Lookup], Awaitable[Answer]],
    *,
    timeout: float = DEFAULT_TIMEOUT,
) -> T:
    """Drives `evaluation` with an asynchronous `resolve`.

    After `timeout` seconds every further look-up is answered "temperror", so that the evaluation
    still ends with its own result and tree (RFC 7208 §4.6.4). `resolve` says "temperror" for
    faults of the DNS; what it raises is raised here.
    """
    import asyncio

    deadline = asyncio.get_running_loop().time() + timeout
    answer: Answer | None = None
    while True:
        try:
            lookup = next(evaluation) if answer is None else evaluation.send(answer)
        except StopIteration as stop:
            result: T = stop.value
            return result
        scope = asyncio.timeout_at(deadline)
        try:
            async with scope:
                answer = await resolve(lookup)
        except TimeoutError:
            if not scope.expired():
                raise
            answer = Answer("temperror", reason="out of time")

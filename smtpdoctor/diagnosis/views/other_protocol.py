"""What else than SMTP the configured port speaks, by the bytes that came from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from smtpdoctor.observations import Exchange
from smtpdoctor.smtp.replies import Protocol

if TYPE_CHECKING:
    from smtpdoctor.diagnosis.run import Run

#: Bytes that are mail, TLS, or nothing at all: other rules' matter.
NOT_FOREIGN: tuple[Protocol, ...] = ("smtp", "tls", "empty")


class OtherProtocol(msgspec.Struct, frozen=True):
    """Bytes of another protocol, and what brought them about."""

    protocol: Protocol
    said: str
    after: str


def other_protocol(run: Run) -> OtherProtocol | None:
    """The first bytes of another protocol that came from the configured port."""
    return next(_all(run), None)


def _all(run: Run) -> Iterator[OtherProtocol]:
    main = run.main
    if main is None:
        return
    views = [main, *run.probes("other-mode"), *run.probes("noop")]
    for view in views:
        handshake = view.handshake
        if (
            handshake is not None
            and handshake.failure == "not-tls"
            and handshake.protocol not in NOT_FOREIGN
        ):
            yield OtherProtocol(handshake.protocol, handshake.arrived, "a TLS ClientHello")
        for exchange in view.exchanges:
            if exchange.step in ("greeting", "noop") and exchange.protocol not in NOT_FOREIGN:
                waited = "a client that waited" + (" after the handshake" * exchange.in_tls)
                yield OtherProtocol(
                    exchange.protocol,
                    words_of(exchange),
                    waited if exchange.step == "greeting" else "a NOOP",
                )


def words_of(exchange: Exchange) -> str:
    """What came, whether or not it had the form of a reply."""
    if exchange.arrived or exchange.reply is None:
        return exchange.arrived
    code = f"{exchange.reply.code} " if exchange.reply.code else ""
    return f"{code}{exchange.reply.text}"

"""Port numbers: which are wrong for submission whatever the network does, and what was meant.

Knows numbers and what providers serve. Must not know what else a run has seen: whether a wrong
number is the cause is for `reach` to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from smtpdoctor.diagnosis.run import Run
from smtpdoctor.knowledge import Provider
from smtpdoctor.knowledge.spelling import damerau_distance
from smtpdoctor.settings.model import SUBMISSION, TLSMode

#: Where mail servers listen too: between servers, and beside a closed 25 or 587.
COMMON = (25, 26, 2525)
#: Ports of the IANA registry that stand for other services.
OTHER_SERVICES = {
    80: "web pages (HTTP)",
    110: "reading mail (POP3)",
    143: "reading mail (IMAP)",
    443: "web pages (HTTPS)",
    993: "reading mail (IMAP over TLS)",
    995: "reading mail (POP3 over TLS)",
}
#: Below this, numbers are given to services by name; nobody runs a mail server on one by chance.
FIRST_FREE = 1024


class WrongPort(msgspec.Struct, frozen=True, kw_only=True):
    """Why the number is no port for submission, and what to write in its place."""

    reason: Literal["not-served", "other-service", "slip", "unused"]
    meant: int
    tls: TLSMode


def wrong(run: Run, open_ports: Sequence[int]) -> WrongPort | None:
    """What is wrong with the configured port's number. None for one that may well be right.

    `open_ports`: the other ports on which the same host answers.
    """
    port = run.settings.port
    if port is None:
        return None
    reason = _reason(run.provider, port, open_ports)
    if reason is None:
        return None
    meant = _meant(run.provider, port, run.settings.tls)
    return WrongPort(reason=reason, meant=meant, tls=_mode(run.provider, meant))


def _reason(
    provider: Provider | None, port: int, open_ports: Sequence[int]
) -> Literal["not-served", "other-service", "slip", "unused"] | None:
    if provider is not None and port in provider.not_served:
        return "not-served"
    if port in SUBMISSION or port in COMMON:
        return None
    if provider is not None and any(known.port == port for known in provider.ports):
        return None
    if port in OTHER_SERVICES:
        return "other-service"
    if any(_is_slip(port, known) for known in SUBMISSION):
        return "slip"
    if port < FIRST_FREE and any(known in open_ports for known in SUBMISSION):
        return "unused"
    return None


def _is_slip(port: int, known: int) -> bool:
    """One slip of the keyboard away: 578, 58, 586 or 5877 for 587.

    A digit more is a slip only where it doubles its neighbour: 2587 and 1465 are ports that
    servers really use.
    """
    typed, meant = str(port), str(known)
    if len(typed) > len(meant):
        return any(
            typed[:place] + typed[place + 1 :] == meant and typed[place] in typed[place + 1 :][:1]
            for place in range(len(typed))
        )
    return damerau_distance(typed, meant) == 1 or (
        sorted(typed) == sorted(meant) and typed != meant
    )


def _meant(provider: Provider | None, port: int, tls: TLSMode) -> int:
    served = _served(provider)
    near = [known for known in served if known in SUBMISSION and _is_slip(port, known)]
    alike = [known for known, mode in served.items() if mode == tls]
    return (near or alike or list(served))[0]


def _mode(provider: Provider | None, port: int) -> TLSMode:
    return _served(provider)[port]


def _served(provider: Provider | None) -> dict[int, TLSMode]:
    """The ports to propose, the provider's recommended one first. Without TLS is none of them."""
    if provider is not None:
        known = sorted(provider.ports, key=lambda known: not known.recommended)
        found: dict[int, TLSMode] = {
            item.port: item.tls for item in known if item.verified and item.tls != "none"
        }
        found.pop(25, None)
        if found:
            return found
    return {587: "starttls", 465: "implicit"}

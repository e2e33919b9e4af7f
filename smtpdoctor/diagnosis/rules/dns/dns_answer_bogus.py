"""The name resolves to an address where no mail server can stand: a filter's or a mistake's."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Literal, NamedTuple

from smtpdoctor import knowledge
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.rules.dns._names import Asked, wrong_server
from smtpdoctor.diagnosis.run import Run

CODE = "dns-answer-bogus"

#: RFC 1122 §3.2.1.3: "this host on this network", never a destination. Filters answer so.
THIS_NETWORK = ipaddress.ip_network("0.0.0.0/8")

#: Cisco's page "Learn the Umbrella block page IP addresses", undated copy; the same addresses in
#: MISP's warning list of 2026-08-11.
UMBRELLA_BLOCK_PAGES = frozenset(f"146.112.61.{last}" for last in (104, 105, 106, 107, 108, 110))

Kind = Literal["nowhere", "block-page", "loopback"]


class Words(NamedTuple):
    """How one kind of address is spoken of."""

    title: str
    explanation: str


WORDS: dict[Kind, Words] = {
    "nowhere": Words(
        "no server can have that address",
        "This address stands for nothing. DNS filters give it for names that they block; Pi-hole "
        "does so unless told otherwise [Pi-hole's documentation of blocking modes, undated copy].",
    ),
    "block-page": Words(
        "a block page of Cisco Umbrella",
        "This is where Cisco Umbrella sends people whose name it blocks; a web page stands there, "
        "and no mail server.",
    ),
    "loopback": Words(
        "this machine itself",
        "A loopback address leads back to the machine that asks. Some DNS filters give it for "
        "names that they block; else the name's own DNS record is wrong.",
    ),
}


def diagnose(run: Run) -> Iterator[Diagnosis]:
    asked = Asked(run)
    found = asked.found
    if found is None or not asked.was_looked_up or not found.addresses:
        return
    kinds = [_kind(address) for address in found.addresses]
    kind = kinds[0]
    if kind is None or None in kinds or _is_own_name(run, asked.host):
        return
    is_known = knowledge.provider_of(asked.host) is not None
    if asked.from_hosts_file and not is_known:
        return  # somebody wrote it down: the machine's own name, or a server of one's own
    # a server of one's own under a loopback name may well have a certificate of its own
    explains = wrong_server(run, any_certificate=is_known)
    if not explains:
        return
    words = WORDS[kind]
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="likely" if kind == "loopback" and not is_known else "certain",
        title=f"{asked.host} resolves to {found.addresses[0]}: {words.title}",
        explanation=(
            f"The look-up works, but its answer leads nowhere. {words.explanation} The application "
            "gets the same answer and can't reach the mail server."
        ),
        evidence=(*asked.evidence(), *_source(kind, found.addresses[0])),
        fixes=(_fix(asked),),
        explains=explains,
    )


def _kind(address: str) -> Kind | None:
    parsed = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    if str(parsed) in UMBRELLA_BLOCK_PAGES:
        return "block-page"
    if parsed.is_unspecified or parsed in THIS_NETWORK:
        return "nowhere"
    return "loopback" if parsed.is_loopback else None


def _is_own_name(run: Run, host: str) -> bool:
    """localhost (RFC 6761 §6.3), and the name that this machine itself has."""
    name = host.rstrip(".").lower()
    own = run.place.fqdn.lower() if run.place else ""
    return name == "localhost" or name.endswith(".localhost") or name == own


def _source(kind: Kind, address: str) -> tuple[Evidence, ...]:
    if kind != "block-page":
        return ()
    return (
        Evidence(
            check="dns",
            text=f"{address} is listed as an Umbrella block page [Cisco, Learn the Umbrella block "
            "page IP addresses, undated copy]",
        ),
    )


def _fix(asked: Asked) -> Fix:
    servers = ", ".join(asked.saying("answer"))
    said = f" ({servers})" if servers else ""
    return Fix(
        title=f"let {asked.host} through in the DNS filter, or ask another name server",
        steps=(
            f"Find the filter behind this machine's name servers{said}: a Pi-hole, the router, or "
            "the DNS protection of the company or the network. Allow the name there.",
            "Or set a name server that does not filter for the machine or container that sends.",
            "Where the name is your own: correct its A and AAAA records.",
        ),
    )

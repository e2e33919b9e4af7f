"""The name resolves to an address that is not its own: a filter's, a mistake's, another name's.

Such addresses show by themselves (0.0.0.0, loopback, a block page), or by what the name servers
say: the search list makes another name of it, or one of them has a private address for a
provider's host.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Literal, NamedTuple

from smtpdoctor import knowledge
from smtpdoctor.addresses import is_local
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.names import Names
from smtpdoctor.diagnosis.wording import names as names_words
from smtpdoctor.diagnosis.wording.name_servers import search_fix
from smtpdoctor.observations import NameServerAnswer

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
        "This address belongs to nothing. DNS filters give it for names that they block; Pi-hole "
        "does so unless told otherwise [Pi-hole's documentation of blocking modes, undated copy].",
    ),
    "block-page": Words(
        "a block page of Cisco Umbrella",
        "This is where Cisco Umbrella sends people whose name it blocks; a web page is there, "
        "and no mail server.",
    ),
    "loopback": Words(
        "this machine itself",
        "A loopback address leads back to the machine that asks. Some DNS filters give it for "
        "names that they block; else the name's own DNS record is wrong.",
    ),
}


def diagnose(run: Run) -> Iterator[Diagnosis]:
    names = run.names
    found = names.found
    if found is None or not names.was_looked_up or not found.addresses:
        return
    if names.searched is not None:
        yield from _another_name(run, names, names.searched)
        return
    kinds = [_kind(address) for address in found.addresses]
    kind = kinds[0]
    if kind is None and not names.from_hosts_file:
        yield from _private_here(run, names)
    if kind is None or None in kinds or _is_own_name(run, names.host):
        return
    is_known = knowledge.provider_of(names.host) is not None
    if names.from_hosts_file and not is_known:
        return  # somebody wrote it down: the machine's own name, or a server of one's own
    # a server of one's own under a loopback name may well have a certificate of its own
    explains = run.destination.other_server(any_certificate=is_known)
    if not explains:
        return
    words = WORDS[kind]
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="likely" if kind == "loopback" and not is_known else "certain",
        title=f"{names.host} resolves to {found.addresses[0]}: {words.title}",
        explanation=(
            f"The look-up works, but its answer leads nowhere. {words.explanation} The application "
            "gets the same answer and can't reach the mail server."
        ),
        evidence=(*names_words.look_up(names), *_source(kind, found.addresses[0])),
        fixes=(_fix(names),),
        explains=explains,
    )


def _another_name(run: Run, names: Names, answer: NameServerAnswer) -> Iterator[Diagnosis]:
    """The search list: HOST is looked up as HOST.DOMAIN, and somebody has that name."""
    certificate = run.main.certificate if run.main else None
    if certificate is not None and certificate.verified:
        return  # the server has proved to be the one that was meant
    if not names.wire_addresses and knowledge.provider_of(names.host) is None:
        return  # made to be completed, as the cluster's mail.prod is
    explains = () if run.destination.network_is_to_blame else run.destination.other_server()
    domain = answer.question.removeprefix(f"{names.host}.")
    configuration = names.configuration
    search_list = (
        (
            Evidence(
                check="dns",
                text=f"{configuration.source} has the search list "
                f"{' '.join(configuration.search)} and ndots {configuration.ndots}",
            ),
        )
        if configuration
        else ()
    )
    by_itself = (
        f"the name by itself has the address {names.wire_addresses[0]}"
        if names.wire_addresses
        else "the name by itself does not exist"
    )
    yield Diagnosis(
        code=CODE,
        severity="error" if explains else "warning",
        confidence="likely",
        title=f"{names.host} is looked up as {answer.question}, which is {answer.answers[0]}",
        explanation=(
            f"This machine completes names with the domains of its search list, and {domain} "
            "answers for this one, as a domain with a wildcard record does for any. So the "
            f"application talks to another server than it names; {by_itself}."
        ),
        evidence=(
            *names_words.look_up(names),
            Evidence(
                check="dns",
                text=f"name server {answer.server} gives {answer.question} the address "
                f"{', '.join(answer.answers)}",
            ),
            *search_list,
        ),
        fixes=(search_fix(names, domain),),
        explains=explains,
    )


def _private_here(run: Run, names: Names) -> Iterator[Diagnosis]:
    """A provider's host that is private by one name server, and on the internet by another."""
    here = names.found.addresses if names.found else ()
    own = [item for given in names.servers.values() for item in given]
    outside = [
        item
        for item in (*own, *names.public_answers("udp"), *names.public_answers("tcp"))
        if item.outcome == "answer" and not any(map(is_local, item.answers))
    ]
    explains = run.destination.other_server()
    if (
        not here
        or not all(map(is_local, here))
        or not outside
        or not explains
        or knowledge.provider_of(names.host) is None
    ):
        return
    server, address = outside[0].server, outside[0].answers[0]
    explanation, fix = (_disagreeing if outside[0] in own else _kept)(names, server)
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="likely",
        title=f"{names.host} resolves to {here[0]}, a private address; {server} has {address}",
        explanation=explanation,
        evidence=names_words.look_up(names),
        fixes=(fix,),
        explains=explains,
    )


#: The last step against a private address that a network gives a provider's host.
MEANT = (
    "Where the private address is meant, as a relay of this network: whoever runs it has to say "
    "which port and name it takes."
)


def _disagreeing(_: Names, server: str) -> tuple[str, Fix]:
    """Explanation and fix where one of this machine's own name servers has the public address."""
    explanation = (
        "The name servers of this machine disagree, and the system goes by the one with a private "
        "address, at which the mail server is not met. A network that keeps a name to itself "
        "answers so, for a relay or a filter of its own."
    )
    put = f"Put {server} first in the list of name servers, or take the other one out."
    title = f"ask {server}, which has the provider's own address"
    return explanation, Fix(title=title, steps=(put, MEANT))


def _kept(names: Names, server: str) -> tuple[str, Fix]:
    """The same where only a public resolver has it."""
    explanation = (
        "This network's name servers send the name to an address of their own, at which the mail "
        "server is not met. A sign-in page, a filter or a relay of the network answers so; the "
        "application gets the same answer."
    )
    fix = Fix(
        title=f"ask whoever runs this network to give {names.host} its own address",
        steps=(
            "If the network has a sign-in page, sign in first: open any page in a browser.",
            f"Else whoever runs {', '.join(names.saying('answer')) or 'its name servers'} has to "
            f"let the name through; or set another name server, as {server} is one.",
            MEANT,
        ),
    )
    return explanation, fix


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
            kind="known",
            text=f"{address} is listed as an Umbrella block page [Cisco, Learn the Umbrella block "
            "page IP addresses, undated copy]",
        ),
    )


def _fix(names: Names) -> Fix:
    servers = ", ".join(names.saying("answer"))
    said = f" ({servers})" if servers else ""
    return Fix(
        title=f"let {names.host} through in the DNS filter, or ask another name server",
        steps=(
            f"Find the filter behind this machine's name servers{said}: a Pi-hole, the router, or "
            "the DNS protection of the company or the network. Allow the name there.",
            "Or set a name server that does not filter for the machine or container that sends.",
            "Where the name is your own: correct its A and AAAA records.",
        ),
    )

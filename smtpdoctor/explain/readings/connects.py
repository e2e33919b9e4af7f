"""What it may be that no connection came about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

from smtpdoctor.explain.course import ADDRESS_V6, Course, is_known_host, on_this_machine
from smtpdoctor.explain.model import Known, Symptom
from smtpdoctor.explain.readings.names import malformed
from smtpdoctor.explain.readings.runs import (
    CLEAR_PORTS,
    Kind,
    Reading,
    as_v4,
    blocked,
    connects,
    lookup,
    no_greeting,
    other_number,
    own_name,
    scaled,
    tls_awaited,
    too_early,
    wrong_host,
)
from smtpdoctor.explain.readings.tls import certificate_refused, not_tls
from smtpdoctor.observations import ConnectOutcome, Observations, Redactor


def _silent(symptom: Symptom, known: Known) -> Iterator[Reading]:
    address = symptom.address or known.address
    if address and ":" in address:
        yield Reading(
            build=connects("silent", address=address, landmark="open"),
            weight=0.9,
            decides="IPv4 reaches the host and IPv6 does not: try both apart",
        )
    yield blocked(1.0, known)
    yield Reading(
        build=connects(
            "silent", other_port="silent", control="open", landmark="open", address=as_v4(known)
        ),
        weight=0.5,
        decides="no port of this host answers, while other hosts do on the same port",
    )
    yield other_number(0.35)
    if known.port in (None, 465):
        yield tls_awaited(0.3)
    yield Reading(
        build=connects("silent", landmark="silent", address=as_v4(known)),
        weight=0.2,
        decides="nothing at all is reached from there, no web site either",
    )


def _some_wait(symptom: Symptom, known: Known) -> Iterator[Reading]:
    """A time-out that does not say which wait it ended."""
    clear_on_465 = known.port == 465 and known.tls != "implicit"
    awaits_tls = 1.3 if clear_on_465 or symptom.error == "no-implicit-tls" else 0.6
    yield blocked(1.0, known)
    if known.port not in CLEAR_PORTS:
        yield tls_awaited(awaits_tls)
    elif known.tls == "implicit":
        yield too_early(0.5)
    yield no_greeting(0.4)
    yield other_number(0.5)


def _refused(symptom: Symptom, known: Known) -> Iterator[Reading]:
    address = symptom.address or known.address
    here = on_this_machine(msgspec.structs.replace(known, address=address or known.address))
    if here:
        named = known.host is not None
        yield Reading(
            build=wrong_host,
            weight=0.6 if named else 1.0,
            decides="the host, printed by the program, is empty, or is localhost in a container, "
            "where it is the container itself",
            only="settings",
        )
        yield Reading(
            build=_local_refused,
            weight=0.8,
            decides="no mail server listens there on that machine (ss -ltn)",
        )
        return
    # a provider listens on its own ports: who refuses there stands between
    serves = is_known_host(known.host) and known.port in (None, 25, 465, 587, 2525)
    yield Reading(
        build=connects("refused", address=address),
        weight=0.6 if serves else 1.0,
        decides="another port of the host, or the same port of another host, answers",
    )
    yield Reading(
        build=connects("refused", control="refused", landmark="open", address=address),
        weight=0.9,
        decides="every host refuses this port in the same way: a firewall of machine or hoster",
    )
    if symptom.error == "unsaid":
        for outcome, weight, decides in _AT_ONCE:
            yield Reading(
                build=connects(outcome, landmark="no-route" if outcome == "no-route" else None),
                weight=weight,
                decides=decides,
            )
        return
    yield Reading(
        build=connects("silent", address=as_v4(known)),
        weight=0.7,
        decides="only one address refuses; the others, and other hosts, are silent on this port",
    )
    if known.host is None:
        yield Reading(
            build=wrong_host,
            weight=0.4,
            decides="the address that refused is 127.0.0.1 or ::1: the host was never set",
            only="settings",
        )


#: Connects that fail at once, beside the refused one.
_AT_ONCE: tuple[tuple[ConnectOutcome, float, str], ...] = (
    ("unreachable", 0.5, "the client's verbose output says “no route to host”"),
    ("no-route", 0.4, "nothing at all is reached from there, no web site either"),
    ("denied", 0.3, "the client's verbose output says “permission denied”"),
)


def _local_refused(known: Known, redactor: Redactor) -> Observations:
    course = Course(msgspec.structs.replace(known, host=own_name(known), address=None), redactor)
    course.connect("refused", address="127.0.0.1")
    return course.observations


#: EADDRNOTAVAIL: the machine lacks an address of the kind from which it would reach the other one.
_OWN_ADDRESS = re.compile(
    r"EADDRNOTAVAIL|cannot assign requested address|address not available|errno:? 99|\(99,",
    re.IGNORECASE,
)


def _no_route(symptom: Symptom, known: Known) -> Iterator[Reading]:
    address = symptom.address or known.address or ""
    # what is missing then is IPv6, of the machine or of its loopback, and not every network
    lacks_own = _OWN_ADDRESS.search(symptom.says) is not None
    of_v6 = lacks_own or symptom.error == "EAFNOSUPPORT"
    if lacks_own and (known.host is None or on_this_machine(known)):
        yield Reading(
            build=wrong_host,
            weight=0.95 if known.host is None else 0.65,
            decides="the host is localhost or empty, and the container has no IPv6 address ::1",
            only="settings",
        )
    outcome: ConnectOutcome = "unreachable" if symptom.error == "EHOSTUNREACH" else "no-route"
    if ":" in address:
        yield Reading(
            build=connects(outcome, error=symptom.error, address=address, landmark="open"),
            weight=1.2,
            decides="over IPv4 the host is reached (curl -4), over IPv6 it is not",
        )
        yield blocked(0.7, known)
    else:
        yield Reading(
            build=connects(outcome, error=symptom.error, control="open", landmark="open"),
            weight=1.0 if outcome == "unreachable" else 0.6,
            decides="other hosts are reached from there",
        )
        yield Reading(
            build=connects("no-route", landmark="no-route"),
            weight=0.5 if of_v6 or outcome == "unreachable" else 0.9,
            decides="nothing at all is reached from there, no web site either",
        )
        yield Reading(
            build=connects("no-route", address=ADDRESS_V6),
            weight=1.0 if of_v6 else 0.7,
            decides="the address that was tried has colons (IPv6), and IPv4 works",
        )
        yield Reading(
            build=connects("unreachable", error=symptom.error, other_port="open"),
            weight=0.3,
            decides="another port of the same host answers",
        )


def _denied(symptom: Symptom, known: Known) -> Iterator[Reading]:
    yield Reading(
        build=connects("denied", error=symptom.error or "EACCES"),
        weight=1.0,
        decides="with the machine's own firewall, antivirus or SELinux rule off it connects",
    )


def _no_reason(symptom: Symptom, known: Known) -> Iterator[Reading]:
    """The client says only that it could not connect: every way of that is open."""
    yield from malformed(symptom)
    if on_this_machine(known):  # which never blocks a port, and mostly has no mail server
        yield from scaled(_refused(symptom, known), 1.2)
    if known.tls == "implicit" and known.port != 465:
        yield too_early(1.2)
    elif known.port == 465 and known.tls is not None and known.tls != "implicit":
        yield tls_awaited(1.2)
    elif known.port in (587, None):
        yield too_early(0.85 if known.port else 0.75)
    yield blocked(0.8, known)
    yield Reading(
        build=connects("refused"),
        weight=0.4,
        decides="the debug output says “connection refused”",
    )
    yield Reading(
        build=lookup("EAI_NONAME", server="nxdomain"),
        weight=0.3,
        decides="the debug output says that the name was not found",
        only="dns",
    )
    if known.port in (465, None):
        yield tls_awaited(0.35)


def _some_socket(symptom: Symptom, known: Known) -> Iterator[Reading]:
    """The client says that something went wrong between connect and greeting, TLS included."""
    yield from (
        msgspec.structs.replace(reading, weight=reading.weight * (1.0 if place == 0 else 0.4))
        for place, reading in enumerate(not_tls(symptom, known))
    )
    untrusted = msgspec.structs.replace(symptom, error="unknown-authority")
    yield from scaled(certificate_refused(untrusted, known), 0.6)
    yield Reading(
        build=connects("refused"),
        weight=0.5,
        decides="the line beside the code says ECONNREFUSED",
    )


def _own_host(symptom: Symptom, known: Known) -> Iterator[Reading]:
    """A server was to hand mail to itself: the next hop is its own name or address."""
    yield Reading(
        build=wrong_host,
        weight=1.0,
        decides="the name of the next hop (MX, relay host) leads to the server's own address",
        only="dns",
        made_up="next-hop",
    )


#: What a text can name of this, and the readings of each.
KINDS: Mapping[str, Kind] = {
    "connect-silent": _silent,
    "some-wait": _some_wait,
    "some-socket": _some_socket,
    "connect-refused": _refused,
    "no-route": _no_route,
    "connect-denied": _denied,
    "no-reason": _no_reason,
    "own-host": _own_host,
}

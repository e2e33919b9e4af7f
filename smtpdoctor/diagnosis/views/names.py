"""Who said what of the configured host's name, and how its look-up failed: `run.names`.

`CODES` says which code stands for which failure. Knows look-ups alone, and must not know what was
met at the address (`destination`).
"""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from smtpdoctor.addresses import is_local, is_loopback
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.observations import (
    CUT_OFF,
    Addresses,
    ConnectAttempt,
    NameServerAnswer,
    NameServerOutcome,
    PolicyAnswer,
    ResolverConfiguration,
    SystemLookup,
)

#: Nothing came from the server.
NO_ANSWER: frozenset[NameServerOutcome] = frozenset({"silent", "unreachable"})
#: The server answered and did not help.
NO_HELP: frozenset[NameServerOutcome] = frozenset({"servfail", "refused", "malformed"})

#: How a look-up failed, what the name servers say before what the system says.
Failure = Literal[
    "no-such-name",
    "no-outside-names",  # nor of any other from beyond this network
    "no-name-at-all",  # a text that DNS can't carry
    "servers-disagree",  # one has an address, another says there is none
    "no-address",
    "no-help",
    "no-answer",
    "blocked",  # nor do public resolvers answer, and other traffic passes
    "tcp-only",  # there is an address, but no server gives it over UDP
    "ipv4-only",  # the servers that have one fail when asked for IPv6
    "one-dead",  # another has an address
    "system-alone",  # the name servers have an address, getaddrinfo does not
]

#: One failure, one code.
CODES: dict[Failure, str] = {
    "no-such-name": "dns-name-not-found",
    "no-outside-names": "dns-resolver-failing",
    "no-name-at-all": "dns-name-not-found",
    "servers-disagree": "dns-name-not-found",
    "no-address": "dns-no-address",
    "no-help": "dns-resolver-failing",
    "no-answer": "dns-resolver-unreachable",
    "blocked": "dns-blocked",
    "tcp-only": "dns-blocked",
    "ipv4-only": "dns-resolver-failing",
    "one-dead": "dns-nameserver-dead",
    "system-alone": "dns-resolver-failing",
}

#: The same by getaddrinfo's error alone (EAI_NODATA and EAI_ADDRFAMILY are glibc's).
SYSTEM_FAILURES: dict[str, Failure] = {
    "EAI_NONAME": "no-such-name",
    "EAI_NODATA": "no-address",
    "EAI_ADDRFAMILY": "no-address",
    "EAI_AGAIN": "no-answer",
    "EAI_FAIL": "no-answer",
    "EAI_SYSTEM": "no-answer",
    "timeout": "no-answer",
}


#: Failures that are the name's own: it has to be another one.
HOST_FAILURES: frozenset[Failure] = frozenset(
    {"no-such-name", "no-name-at-all", "no-address", "servers-disagree"}
)


class Names:
    """Everything that was looked up for the configured host."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.host = run.settings.host or ""
        self.configuration = run.observations.first(ResolverConfiguration)
        self.system = run.observations.first(SystemLookup)
        self.found = run.observations.first(Addresses)

    @cached_property
    def failed(self) -> SystemLookup | Addresses | None:
        """The look-up that failed by itself; None where it worked or a setting is to blame."""
        for root in self.run.observations.roots():
            if isinstance(root, SystemLookup | Addresses):
                return root
        return None

    @cached_property
    def failure(self) -> Failure | None:
        """How the look-up failed, by the name servers first; None where it did not."""
        if self.failed is None:
            return None
        if self.error == "UnicodeError":
            return "no-name-at-all"
        if self.wire_addresses:
            return self._failure_beside_an_address
        if self.without_name:
            return "no-outside-names" if self.knows_nothing_outside else "no-such-name"
        if self.without_address:
            return "no-address"
        if not self.servers:
            return SYSTEM_FAILURES.get(self.error)
        helpless = self.saying(*NO_HELP)
        if (not helpless or self._only_forwarders_fail) and self._only_names_are_blocked:
            return "blocked"
        return "no-help" if helpless else "no-answer"

    @property
    def servers_at_fault(self) -> bool:
        """The look-up failed, and not for the name: asking for another one would not help."""
        return self.failed is not None and self.failure not in HOST_FAILURES

    @property
    def _failure_beside_an_address(self) -> Failure | None:
        """How the system's look-up failed although a name server has the address; None where the
        run's end cut it off: it could still have come back with the address."""
        if self.denying:
            return "servers-disagree"
        if len(self.dead) == len(self.servers):
            return "tcp-only"
        if self.error == CUT_OFF:
            return None
        if self.without_ipv6:
            return "ipv4-only"
        return "one-dead" if self.dead else "system-alone"

    @property
    def code(self) -> str | None:
        """The code of that failure."""
        return CODES[self.failure] if self.failure is not None else None

    @property
    def error(self) -> str:
        """getaddrinfo's error, "" where it worked or was not asked."""
        return self.system.error if self.system else ""

    @cached_property
    def answers(self) -> dict[str, list[NameServerAnswer]]:
        """All that was said about the host's addresses, by name server."""
        found: dict[str, list[NameServerAnswer]] = {}
        for answer in self.run.observations.of(NameServerAnswer, asked_for="host"):
            if answer.record in ("A", "AAAA"):
                found.setdefault(answer.server, []).append(answer)
        return found

    @cached_property
    def _first_words(self) -> dict[str, dict[str, NameServerAnswer]]:
        """What came of each server's A and AAAA over UDP, which is how the system asks."""
        return {
            server: {item.record: item for item in reversed(answers)}
            for server, answers in self.answers.items()
        }

    @cached_property
    def servers(self) -> dict[str, list[NameServerAnswer]]:
        """Each name server's last word on A and on AAAA: over TCP where UDP gave none."""
        return {
            server: list(
                {
                    answer.record: answer
                    for answer in sorted(
                        answers, key=lambda item: (item.record, item.outcome not in NO_ANSWER)
                    )
                }.values()
            )
            for server, answers in self.answers.items()
        }

    def saying(self, *outcomes: NameServerOutcome) -> list[str]:
        """The servers of which an answer had one of these outcomes."""
        return [
            server
            for server, answers in self.servers.items()
            if any(answer.outcome in outcomes for answer in answers)
        ]

    @cached_property
    def without_address(self) -> list[str]:
        """The servers that say the name has an address of neither kind."""
        return [
            server
            for server, answers in self.servers.items()
            if all(answer.outcome == "nodata" for answer in answers)
        ]

    @cached_property
    def without_name(self) -> list[str]:
        """The servers that say there is no such name.

        NXDOMAIN to AAAA beside an address is a server's fault, and denies nothing
        (RFC 4074 §4.2).
        """
        having = self.saying("answer")
        return [server for server in self.saying("nxdomain") if server not in having]

    @property
    def denying(self) -> list[str]:
        """The servers by which there is no address, in the order of the list."""
        return [
            server
            for server in self.servers
            if server in self.without_name or server in self.without_address
        ]

    @cached_property
    def knowing(self) -> list[str]:
        """The servers that settled the question, one way or the other, as the system asks them."""
        settling = [*self.saying("answer"), *self.without_name, *self.without_address]
        return [server for server in settling if server not in self.dead]

    @cached_property
    def dead(self) -> list[str]:
        """The servers from which nothing came over UDP."""
        return [
            server
            for server, answers in self._first_words.items()
            if all(answer.outcome in NO_ANSWER for answer in answers.values())
        ]

    @cached_property
    def without_ipv6(self) -> list[NameServerAnswer]:
        """The failures of AAAA at the servers that give the host's IPv4 address.

        Empty where another server answers AAAA, or denies the name.
        """
        return self._half("A", "AAAA")

    @cached_property
    def without_ipv4(self) -> list[NameServerAnswer]:
        """The failures of A at the servers that give the host's IPv6 address, as above."""
        return self._half("AAAA", "A")

    def _half(
        self, had: Literal["A", "AAAA"], wanted: Literal["A", "AAAA"]
    ) -> list[NameServerAnswer]:
        words = self._first_words.values()
        asked = [said[wanted] for said in words if wanted in said]
        if self.denying or any(item.outcome in ("answer", "nodata") for item in asked):
            return []
        having = [said[had].server for said in words if had in said and said[had].ok]
        return [item for item in asked if item.server in having]

    # --- for comparison, when all of them fail ------------------------------------------------

    @cached_property
    def public(self) -> list[NameServerAnswer]:
        """What public resolvers said of the host, over UDP and over TCP."""
        return self.run.observations.of(NameServerAnswer, asked_for="control")

    def public_answers(self, transport: Literal["udp", "tcp"]) -> list[NameServerAnswer]:
        """Those of them that said anything, by how they were asked."""
        return [
            item
            for item in self.public
            if item.transport == transport and item.outcome not in NO_ANSWER
        ]

    @property
    def landmarks(self) -> list[ConnectAttempt]:
        """The literal addresses that answered on 443, so that something does get out."""
        return [item for item in self.run.connects("control-address") if item.ok]

    @property
    def only_near_servers_fail(self) -> bool:
        """Whether no word came from beyond this network: at most its own servers' that they
        could not find out."""
        if self.public_answers("udp") or self.public_answers("tcp"):
            return False
        helpless = [server_address(server) for server in self.saying(*NO_HELP)]
        return self.failure == "no-answer" or (
            self.failure == "no-help" and all(map(is_local, helpless))
        )

    @cached_property
    def other_names(self) -> list[NameServerAnswer]:
        """What the name servers said of the provider's other hosts."""
        return self.run.observations.of(NameServerAnswer, asked_for="provider-host")

    @cached_property
    def well_known(self) -> list[NameServerAnswer]:
        """What the name servers said of names that every resolver of the internet knows."""
        return self.run.observations.of(NameServerAnswer, asked_for="well-known")

    @cached_property
    def knows_nothing_outside(self) -> bool:
        """Whether the name servers answer, and know no name from beyond this network: neither of
        two well-known ones, nor another host of the provider."""
        denied = {item.question for item in self.well_known if item.outcome == "nxdomain"}
        others = (*self.well_known, *self.other_names)
        known = any(item.outcome in ("answer", "nodata") for item in others)
        known = known or bool(self.run.observations.of(PolicyAnswer, status="found"))
        return len(denied) > 1 and not known

    @property
    def _only_forwarders_fail(self) -> bool:
        """Whether all that fail do so on this machine itself, at every name: they pass questions
        on, and answer SERVFAIL where nobody answers them."""
        return (
            all(is_loopback(server_address(server)) for server in self.saying(*NO_HELP))
            and not self.saying("refused", "malformed")
            and not any(item.ok is not False for item in self.other_names)
        )

    @property
    def _only_names_are_blocked(self) -> bool:
        """No public resolver answers either, though other traffic passes."""
        # servers that refuse by themselves are down, whatever becomes of questions to others
        own = [item for answers in self.answers.values() for item in answers]
        near = all(is_loopback(server_address(server)) for server in self.servers)
        down = _refused(own) and (near or not _refused(self.public))
        return (
            bool(self.public)
            and not self.public_answers("udp")
            and bool(self.landmarks or self.public_answers("tcp"))
            and not down
        )

    @cached_property
    def wire_addresses(self) -> tuple[str, ...]:
        """Every address that any name server gave."""
        return tuple(
            dict.fromkeys(
                address
                for answers in self.servers.values()
                for answer in answers
                if answer.outcome == "answer"
                for address in answer.answers
            )
        )

    @cached_property
    def searched(self) -> NameServerAnswer | None:
        """The answer for the host below a domain of the search list that gives the addresses
        which the system goes by; None where it goes by others."""
        system = self.system.addresses if self.system else ()
        return next(
            (
                answer
                for answer in self.run.observations.of(
                    NameServerAnswer, asked_for="related", outcome="answer"
                )
                if answer.question.startswith(f"{self.host}.")
                and answer.record in ("A", "AAAA")
                and set(answer.answers) & set(system)
            ),
            None,
        )

    @property
    def from_hosts_file(self) -> tuple[str, ...]:
        return self.system.from_hosts_file if self.system else ()

    @property
    def was_looked_up(self) -> bool:
        """Whether the run's addresses come from a name, not from the settings or options."""
        return self.found is not None and self.found.source in ("system", "wire")


def _refused(answers: list[NameServerAnswer]) -> bool:
    return all(item.error == "ECONNREFUSED" for item in answers)


def server_address(server: str) -> str:
    """The address of a name server without its port."""
    if server.startswith("["):
        return server[1:].partition("]")[0]
    return server.partition(":")[0] if server.count(":") == 1 else server

"""What the DNS rules ask: who said what of the configured host, and how the way to it failed.

Also the evidence and the fix that several of them show. Names no cause.
"""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from smtpdoctor.addresses import is_local, is_loopback
from smtpdoctor.diagnosis.evidence import cite, own_line
from smtpdoctor.diagnosis.fixes import MODE_WORDS, change_settings
from smtpdoctor.diagnosis.model import Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.knowledge import Provider
from smtpdoctor.observations import (
    Addresses,
    CertificateSeen,
    ConnectAttempt,
    Exchange,
    Handshake,
    LoginNotTried,
    NameServerAnswer,
    NameServerOutcome,
    ResolverConfiguration,
    SystemLookup,
)

#: Nothing came from the server.
NO_ANSWER: frozenset[NameServerOutcome] = frozenset({"silent", "unreachable"})
#: The server answered and did not help.
NO_HELP: frozenset[NameServerOutcome] = frozenset({"servfail", "refused", "malformed"})

#: How a look-up failed. One place decides, so that no two rules claim the same failure.
Failure = Literal[
    "no-such-name",
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

OUTCOME_WORDS: dict[NameServerOutcome, str] = {
    "nxdomain": "answers NXDOMAIN: there is no such name",
    "nodata": "answers that the name has no address",
    "servfail": "answers SERVFAIL: it could not find out",
    "refused": "answers REFUSED: it does not serve this machine",
    "silent": "did not answer",
    "unreachable": "can't be reached: nothing takes questions there",
    "malformed": "sent something that is no answer to the question",
}

#: What the system said in place of an answer, by errno name.
UNREACHABLE_WORDS = {
    "ENETUNREACH": "can't be reached: this machine has no route to it",
    "EHOSTUNREACH": "is reported unreachable",
    "EPERM": "was not asked: this machine's own packet filter lets no question out",
    "EACCES": "can't be reached: a packet filter forbids it",
}

ERROR_WORDS = {
    "EAI_NONAME": "it knows no such name",
    "EAI_NODATA": "the name has no address",
    "EAI_ADDRFAMILY": "the name has no address",
    "EAI_AGAIN": "it got no usable answer from any name server",
    "EAI_FAIL": "it got no usable answer from any name server",
    "UnicodeError": "the text can't be a name in DNS",
}


class Asked:
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
            if self.denying:
                return "servers-disagree"
            if len(self.dead) == len(self.servers):
                return "tcp-only"
            if self.without_ipv6:
                return "ipv4-only"
            return "one-dead" if self.dead else "system-alone"
        if self.without_name:
            return "no-such-name"
        if self.without_address:
            return "no-address"
        if not self.servers:
            return SYSTEM_FAILURES.get(self.error)
        helpless = self.saying(*NO_HELP)
        if (not helpless or self._only_forwarders_fail) and self._only_names_are_blocked:
            return "blocked"
        return "no-help" if helpless else "no-answer"

    @property
    def error(self) -> str:
        """getaddrinfo's error, "" where it worked or was not asked."""
        return self.system.error if self.system else ""

    @cached_property
    def _asked(self) -> dict[str, list[NameServerAnswer]]:
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
            for server, answers in self._asked.items()
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
            for server, answers in self._asked.items()
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
        words = self._first_words.values()
        asked = [said["AAAA"] for said in words if "AAAA" in said]
        if self.denying or any(item.outcome in ("answer", "nodata") for item in asked):
            return []
        having = [said["A"].server for said in words if "A" in said and said["A"].ok]
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
        own = [item for answers in self._asked.values() for item in answers]
        near = all(is_loopback(server_address(server)) for server in self.servers)
        down = _refused(own) and (near or not _refused(self.public))
        return (
            bool(self.public)
            and not self.public_answers("udp")
            and bool(self.landmarks or self.public_answers("tcp"))
            and not down
        )

    def _comparison(self) -> str:
        """What public resolvers and literal addresses said; "" where none was asked."""
        udp, tcp = self.public_answers("udp"), self.public_answers("tcp")
        gave = udp[0].answers if udp else ()
        names = ", ".join(sorted({item.server for item in udp or tcp or self.public}))
        reached = ", ".join(sorted(item.address for item in self.landmarks))
        parts = []
        if udp:
            parts.append(
                f"{names} answered a question from here ({', '.join(gave) or 'no address'})"
            )
        elif tcp:
            parts.append(f"{names} answered over TCP, and not over UDP")
        elif names:
            parts.append(f"{names} did not answer on port 53, over UDP or TCP")
        if reached:
            parts.append(f"{reached} took connections on port 443")
        return f"for comparison: {'; '.join(parts)}" if parts else ""

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

    def evidence(self) -> tuple[Evidence, ...]:
        """The user's own line, then what the system and each server said."""
        texts = [self._system_text(), *(self.server_text(server) for server in self.servers)]
        return (
            *own_line(self.run, "host"),
            *(Evidence(check="dns", text=text) for text in texts if text),
        )

    def evidence_of_servers(self) -> tuple[Evidence, ...]:
        """What the servers said, the first beside public resolvers; then the system."""
        first, *rest = [self.server_text(server) for server in self.servers] or [""]
        beside = "; ".join(text for text in (first, self._comparison()) if text)
        texts = [beside, *rest, self._system_text()]
        return tuple(Evidence(check="dns", text=text) for text in texts if text)

    def _system_text(self) -> str:
        if self.system is None:
            return ""
        if self.system.addresses:
            return f"the system looks {self.host} up as {', '.join(self.system.addresses)}"
        if self.error == "timeout":
            waited = f"{self.system.seconds:.0f} s"
            return f"the system's look-up of {self.host} had not come back after {waited}"
        words = ERROR_WORDS.get(self.error)
        meaning = f": {words}" if words else ""
        return f"the system's look-up of {self.host} failed with {self.error}{meaning}"

    def server_text(self, server: str) -> str:
        """One server's word in one line."""
        answers = self.servers[server]
        addresses = [
            address
            for answer in answers
            if answer.outcome == "answer"
            for address in answer.answers
        ]
        if addresses:
            text = f"name server {server} gives {self.host} the address {', '.join(addresses)}"
            if server in self.dead:
                text += ", over TCP only"
            failed = [item for item in self.without_ipv6 if item.server == server]
            text += "".join(f"; asked for AAAA (IPv6) it {said(item)}" for item in failed)
        elif len({said(answer) for answer in answers}) == 1:
            text = f"name server {server} {said(answers[0])}"
            if len({answer.transport for answer in self._asked[server]}) == 2:
                text += ", over UDP or TCP"
        else:
            parts = (f"to {answer.record} it {said(answer)}" for answer in answers)
            text = f"name server {server}: {'; '.join(parts)}"
        if any(answer.without_edns for answer in answers):
            text += "; only questions without EDNS get an answer"
        return text


def _refused(answers: list[NameServerAnswer]) -> bool:
    return all(item.error == "ECONNREFUSED" for item in answers)


def server_address(server: str) -> str:
    """The address of a name server without its port."""
    if server.startswith("["):
        return server[1:].partition("]")[0]
    return server.partition(":")[0] if server.count(":") == 1 else server


def said(answer: NameServerAnswer) -> str:
    """What one answer says, to stand behind the server's name."""
    return UNREACHABLE_WORDS.get(answer.error) or OUTCOME_WORDS[answer.outcome]


def failures(run: Run) -> tuple[str, ...]:
    """The roots on the configured way behind DNS, as far as the login; () while it works.

    Addresses that fail beside one that answers are not among them.
    """
    roots = {item.id for item in run.observations.roots()}
    connects = run.connects()
    if not any(connect.outcome == "open" for connect in connects):
        return tuple(connect.id for connect in connects if connect.id in roots)
    main = run.main
    if main is None:
        return ()
    steps = [
        item
        for item in (*main.exchanges, main.handshake, main.certificate, main.login_not_tried)
        if item is not None
        and not (isinstance(item, Exchange) and item.step in ("auth", "mail", "rcpt"))
    ]
    return tuple(item.id for item in steps if item.id in roots)


def wrong_server(run: Run, *, any_certificate: bool = True) -> tuple[str, ...]:
    """Those of the failures that speak of another server, or none, at the address.

    A fault in an SMTP dialogue is none of them. `any_certificate`: one that fails for whatever
    reason counts, else only one for other names.
    """

    def speaks_of_it(item: object) -> bool:
        match item:
            case ConnectAttempt():
                return True
            case CertificateSeen():
                return any_certificate or item.verify_code == 62
            case Handshake():
                return item.failure == "not-tls" and item.protocol != "smtp"
            case Exchange():
                return item.step == "greeting" and item.protocol != "smtp"
            case _:
                return False

    found = ((identifier, run.observations.by_id(identifier)) for identifier in failures(run))
    return tuple(identifier for identifier, item in found if speaks_of_it(item))


def no_login_offered(run: Run) -> bool:
    """Whether the session went well and the server takes no login at all."""
    main = run.main
    seen = main.login_not_tried if main else None
    return isinstance(seen, LoginNotTried) and seen.reason == "not-offered"


def network_to_blame(run: Run) -> bool:
    """Whether independent hosts don't answer either: then no host name mends it."""
    for purpose in ("control", "control-address"):
        controls = run.connects(purpose)
        if controls and not any(control.outcome == "open" for control in controls):
            return True
    return False


def known_host(host: str, provider: Provider) -> Evidence:
    """That this is a submission host of the provider, and who says so."""
    entry = next((item for item in provider.hosts if item.host == host), None)
    source = cite(entry.source) if entry is not None and entry.source else ""
    text = f"{host} is a submission host of {provider.name} {source}"
    return Evidence(check="dns", text=text.rstrip())


def use_host(run: Run, host: str, provider: Provider) -> Fix:
    """Set the host, and with it a port and TLS mode that the provider is known to serve."""
    settings = run.settings
    served = [known for known in provider.ports if known.verified and known.tls != "none"]
    order = sorted(
        served,
        key=lambda known: (
            (known.port, known.tls) != (settings.port, settings.tls),
            known.port != settings.port,
            known.tls != settings.tls,
            not known.recommended,
        ),
    )
    title = f"use {host}, the submission host of {provider.name}"
    if not order:
        return change_settings(run, title, host=host)
    port, tls = order[0].port, order[0].tls
    if (port, tls) != (settings.port, settings.tls):
        title = f"use {host}, port {port} with {MODE_WORDS[tls]}"
    return change_settings(
        run,
        title,
        host=host,
        port=None if port == settings.port else port,
        tls=None if tls == settings.tls else tls,
    )

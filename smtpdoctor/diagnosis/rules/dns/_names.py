"""What the DNS rules ask: who said what of the configured host, and how the way to it failed.

Also the fixes that several of them print. Names no cause.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Literal

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
    "silent": "did not answer in two tries",
    "unreachable": "can't be reached: nothing takes questions there",
    "malformed": "sent something that is no answer to the question",
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
        denied = bool(self.saying("nxdomain"))
        if self.wire_addresses:
            if denied or self.without_address:
                return "servers-disagree"
            return "one-dead" if self.dead else "system-alone"
        if denied:
            return "no-such-name"
        if self.without_address:
            return "no-address"
        if self.servers:
            return "no-help" if self.saying(*NO_HELP) else "no-answer"
        return SYSTEM_FAILURES.get(self.error)

    @property
    def error(self) -> str:
        """getaddrinfo's error, "" where it worked or was not asked."""
        return self.system.error if self.system else ""

    @cached_property
    def servers(self) -> dict[str, list[NameServerAnswer]]:
        """The answers about the host's addresses, by name server."""
        found: dict[str, list[NameServerAnswer]] = {}
        for answer in self.run.observations.of(NameServerAnswer, asked_for="host"):
            if answer.record in ("A", "AAAA"):
                found.setdefault(answer.server, []).append(answer)
        return found

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
    def knowing(self) -> list[str]:
        """The servers that settled the question, one way or the other."""
        return [*self.saying("answer", "nxdomain"), *self.without_address]

    @cached_property
    def dead(self) -> list[str]:
        """The servers from which nothing came at all."""
        return [
            server
            for server, answers in self.servers.items()
            if all(answer.outcome in NO_ANSWER for answer in answers)
        ]

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
            return f"name server {server} gives {self.host} the address {', '.join(addresses)}"
        outcomes = list(dict.fromkeys(answer.outcome for answer in answers))
        if len(outcomes) == 1:
            return f"name server {server} {OUTCOME_WORDS[outcomes[0]]}"
        parts = (f"to {answer.record} it {OUTCOME_WORDS[answer.outcome]}" for answer in answers)
        return f"name server {server}: {'; '.join(parts)}"


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


def resolver_fix(asked: Asked) -> Fix:
    """Where this machine's name servers are set, in the words of its own place."""
    title = "give this machine a name server that answers"
    configuration = asked.configuration
    servers = configuration.nameservers if configuration else ()
    if configuration is not None and configuration.source == "--nameserver":
        return Fix(
            title="look names up by a name server that answers",
            steps=(
                f"--nameserver names {', '.join(servers)}: give it a server that answers from "
                "here, or leave the option out to use the system's resolver.",
            ),
        )
    place = asked.run.place
    container = (place.container if place else None) or ""
    if "Kubernetes" in container:
        return Fix(
            title="mend DNS in the cluster",
            steps=(
                "See whether the cluster's DNS runs: kubectl -n kube-system get pods -l "
                "k8s-app=kube-dns, and its logs.",
                "A NetworkPolicy that limits what pods may send must let port 53, UDP and TCP, "
                "through to it.",
            ),
        )
    if container or "127.0.0.11" in servers:
        return Fix(
            title="give the container name servers that answer",
            steps=(
                "Docker's resolver in the container passes questions on to the host's name "
                "servers: on the host, see whether names resolve, and look at /etc/resolv.conf.",
                "To name other servers: dns: under the service in compose.yaml, --dns of docker "
                'run, or "dns" in /etc/docker/daemon.json for all containers. Then start the '
                "container anew.",
            ),
        )
    if "127.0.0.53" in servers:
        return Fix(
            title="mend systemd-resolved, which this machine asks",
            steps=(
                "resolvectl status shows whether it runs and which servers it asks in turn.",
                "Set servers that answer as DNS= in /etc/systemd/resolved.conf, then "
                "systemctl restart systemd-resolved.",
            ),
        )
    if any(re.match(r"127\.|::1$|\[::1\]", server) for server in servers):
        return Fix(
            title=title,
            steps=(
                f"{', '.join(servers)} is a resolver on this machine itself (dnsmasq, unbound or "
                "another): start it, or see in its log why it finds nothing.",
                "Or name another server in /etc/resolv.conf.",
            ),
        )
    if place is not None and place.system in ("Windows", "Darwin"):
        return Fix(
            title=title,
            steps=("Set the DNS servers of the network adapter in the system's settings.",),
        )
    return Fix(
        title=title,
        steps=(
            "Put a server that answers from here into /etc/resolv.conf, as a line "
            '"nameserver ADDRESS": the router, or the one that the host or data centre names.',
            "Where DHCP, NetworkManager or systemd-resolved writes that file, set it there.",
        ),
    )

"""What the connects of a run say together, and how each failed one ended: `run.reach`.

One observation, one code: `CODES` says which code stands for which end.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Literal

from smtpdoctor.addresses import Family
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.paths import Lost, Nearer, Paths, Refusal
from smtpdoctor.diagnosis.views.ports import WrongPort, wrong
from smtpdoctor.observations import Addresses, ConnectAttempt, ConnectOutcome

#: Outcomes by which somebody at the other end, or on the way, has answered.
ANSWERS: tuple[ConnectOutcome, ...] = ("open", "refused", "reset")

#: Of several outcomes, the one that says most stands first.
TELLING: tuple[ConnectOutcome, ...] = (
    "open",
    "denied",
    "refused",
    "reset",
    "silent",
    "unreachable",
    "other",
    "no-route",
)

#: Outcomes by which somebody has turned the attempt away.
TURNED_AWAY: tuple[ConnectOutcome, ...] = ("refused", "reset", "unreachable", "denied")

#: What a router's ICMP errors come to here: those about the host, and those about its network.
NO_WAY: tuple[ConnectOutcome, ...] = ("unreachable", "no-route")

#: How an attempt on the configured port ended, by all that was seen beside it.
End = Literal[
    "kept-in",  # this machine does not let it out
    "without-ipv6",  # the host has IPv6 addresses alone, and none are reached from here
    "ipv6-made-up-for",  # an IPv4 address answers in its place
    "nothing-reached",
    "nothing-reached-but-by-proxy",
    "wrong-number",  # no port for submission, whatever the network does
    "rejected-by-a-router",
    "refused-elsewhere-too",
    "refused-before-the-server",
    "filtered",  # unreachable for this port, of a host that is there
    "refused-by-the-server",
    "host-gone",  # a router says that there is no such host, or no way to it
    "silent-elsewhere-too",
    "silent-beside-a-port",  # another port of the host answers
    "silent-where-blocked",  # nothing to compare, but this platform is known to block the port
    "silent-host",  # all its ports are, while others answer
    "silent",  # and there was nothing to compare
    "no-route",
]

#: One end, one code.
CODES: dict[End, str] = {
    "kept-in": "local-firewall",
    "without-ipv6": "ipv6-broken",
    "ipv6-made-up-for": "ipv6-broken",
    "nothing-reached": "no-network",
    "nothing-reached-but-by-proxy": "proxy-only-network",
    "wrong-number": "wrong-port",
    "rejected-by-a-router": "port-rejected",
    "refused-elsewhere-too": "port-rejected",
    "refused-before-the-server": "port-rejected",
    "filtered": "port-rejected",
    "refused-by-the-server": "port-refused",
    "host-gone": "host-unreachable",
    "silent-elsewhere-too": "port-blocked",
    "silent-beside-a-port": "port-blocked",
    "silent-where-blocked": "port-blocked",
    "silent-host": "host-unreachable",
    "silent": "port-blocked",
    "no-route": "host-unreachable",
}


class Reach:
    """The connects to the configured port, beside what else was knocked on."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.attempts = [item for item in run.connects() if item.role == "main"]
        self.failed = [item for item in self.attempts if item.ok is False]
        #: Another address of the host makes up for those that failed.
        self.reached = any(item.ok for item in self.attempts)

    # --- the configured port ------------------------------------------------------------------

    @cached_property
    def family(self) -> Family:
        """The family that the cause is looked for in: IPv4 where that was tried.

        A missing IPv6 route beside an IPv4 address that fails is noise, and the other way round.
        """
        routed = [item for item in self.failed if item.outcome != "no-route"] or self.failed
        return "IPv4" if any(item.family == "IPv4" for item in routed) else "IPv6"

    @cached_property
    def paths(self) -> Paths:
        """The traces in that family."""
        return self.run.paths[self.family]

    @cached_property
    def outcome(self) -> ConnectOutcome:
        return _most_telling(item for item in self.failed if item.family == self.family)

    @property
    def is_near(self) -> bool:
        """The host is on this machine or network, and not put there by --connect-to.

        Never a known provider's: a private address for its name is what this network says.
        """
        found = self.run.observations.first(Addresses)
        return self.run.is_in_house and found is not None and found.source != "connect-to"

    # --- beside it, in the same family --------------------------------------------------------

    @cached_property
    def own_ports(self) -> dict[int, ConnectOutcome]:
        """The other ports of the host, and how each answered."""
        found = self._beside("other-port")
        return {
            port: _most_telling(item for item in found if item.port == port)
            for port in dict.fromkeys(item.port for item in found)
        }

    @property
    def open_ports(self) -> list[int]:
        return [port for port, outcome in self.own_ports.items() if outcome == "open"]

    @property
    def host_is_alive(self) -> bool:
        """Another port of the host has answered, be it with a refusal."""
        return any(outcome in ANSWERS for outcome in self.own_ports.values())

    @property
    def answering_port(self) -> int | None:
        """The first other port of the host that has answered: in the family, else anywhere."""
        alive = [port for port, outcome in self.own_ports.items() if outcome in ANSWERS]
        beside = (item.port for item in self.run.connects("other-port") if item.ok)
        return next(iter(alive), next(beside, None))

    @cached_property
    def controls(self) -> dict[str, ConnectOutcome]:
        """Independent hosts, and how each answered on the same port."""
        port = self.run.settings.port
        found = [item for item in self._beside("control") if item.port == port]
        return {
            host: _most_telling(item for item in found if item.host == host)
            for host in dict.fromkeys(item.host for item in found)
        }

    @cached_property
    def landmarks(self) -> list[ConnectAttempt]:
        """Literal addresses on 443 that answer wherever the internet is reached."""
        return self._beside("control-address")

    @property
    def others_answer(self) -> bool:
        """A host that is not the configured one has answered."""
        others = (*self._beside("control"), *self.landmarks, *self._beside("other-host"))
        return any(item.outcome in ANSWERS for item in others)

    @property
    def blocked_elsewhere(self) -> bool:
        """No independent host answers on this port either, and one at least is silent."""
        outcomes = self.controls.values()
        return "silent" in outcomes and not any(item in ANSWERS for item in outcomes)

    @property
    def refused_elsewhere(self) -> bool:
        """Every independent host refuses this port in the same way."""
        alike = NO_WAY if self.outcome in NO_WAY else ("refused", "reset")
        return bool(self.controls) and all(item in alike for item in self.controls.values())

    @property
    def ipv4_works(self) -> bool:
        return any(
            item.ok and item.family == "IPv4"
            for purpose in ("control", "control-address", "other-host")
            for item in self.run.connects(purpose)
        )

    def _beside(self, purpose: str) -> list[ConnectAttempt]:
        return [item for item in self.run.connects(purpose) if item.family == self.family]

    # --- where and what lets it through -------------------------------------------------------

    @property
    def place(self) -> str:
        """Where the attempts end, to stand behind "that is "; "" where nothing shows it."""
        found = self._found_on_the_way
        return found.place if found else ""

    @property
    def is_servers_own(self) -> bool:
        """It is the server's side that keeps this machine out, by all that was seen."""
        refusal, lost = self.paths.refusal, self.paths.lost
        if self.is_near or (refusal is not None and refusal.whose == "server"):
            return True
        if lost is not None:
            return lost.at_the_server
        return self._found_on_the_way is None and "open" in self.controls.values()

    @property
    def _found_on_the_way(self) -> Refusal | Nearer | Lost | None:
        return self.paths.refusal or self.paths.nearer or self.paths.lost

    @property
    def may_be_ones_own(self) -> bool:
        """The user's own rules may be what ends the attempts, by all that was seen."""
        found = self._found_on_the_way
        return found is None or found.is_near

    @property
    def passing(self) -> set[int]:
        """The ports on which any host answers from here."""
        return {item.port for item in self.run.observations.of(ConnectAttempt, outcome="open")}

    # --- how it ended, and the code of that ---------------------------------------------------

    @cached_property
    def by_code(self) -> dict[str, list[ConnectAttempt]]:
        """The failed attempts by the code that accounts for them."""
        found: dict[str, list[ConnectAttempt]] = {}
        for item in self.failed:
            end = self._made_up_for(item) if self.reached else self.end
            if end is not None:
                found.setdefault(CODES[end], []).append(item)
        return found

    def _made_up_for(self, item: ConnectAttempt) -> End:
        """The end of one address that failed while another one answers."""
        own_family = [other for other in self.attempts if other.family == item.family]
        if item.family == "IPv6" and not any(other.ok for other in own_family):
            return "ipv6-made-up-for"
        if item.outcome == "denied":
            return "kept-in"
        if item.outcome in ("refused", "reset"):
            return "refused-by-the-server"
        beside = self.run.connects("other-port")
        if any(other.ok and other.address == item.address for other in beside):
            return "silent-beside-a-port"
        return "silent-host"

    @cached_property
    def end(self) -> End | None:
        """The one end of all attempts, where none came through; None where it shows no cause."""
        if self.reached or not self.failed:
            return None
        outcome, refusal = self.outcome, self.paths.refusal
        if outcome == "denied" and not (refusal and refusal.whose == "router"):
            return "kept-in"
        if refusal is not None and refusal.whose == "own" and outcome in TURNED_AWAY:
            return "kept-in"
        if self._only_ipv6_is_dead:
            return "without-ipv6"
        if self._nothing_answers:
            return "nothing-reached-but-by-proxy" if self.proxies else "nothing-reached"
        if outcome != "other" and self.wrong_port is not None:
            return "wrong-number"
        # a route is for all ports: where another one is reached, "no route" came from the way
        if outcome in TURNED_AWAY or (outcome == "no-route" and self.host_is_alive):
            return self._end_by_refusal
        if outcome == "silent":
            return self._end_in_silence
        return "no-route" if outcome == "no-route" else None

    @cached_property
    def wrong_port(self) -> WrongPort | None:
        """What is wrong with the configured port's number, by itself."""
        return wrong(self.run, self.open_ports)

    @property
    def _end_by_refusal(self) -> End:
        refusal, nearer = self.paths.refusal, self.paths.nearer
        by_a_router = refusal is not None and refusal.whose == "router"
        # routers say of hosts that they are gone; what prohibits is a filter
        filtered = self.outcome not in NO_WAY or (
            self.host_is_alive or (refusal is not None and (refusal.prohibits or not by_a_router))
        )
        if by_a_router and (filtered or self.refused_elsewhere):
            return "rejected-by-a-router"
        if self.refused_elsewhere:
            return "refused-elsewhere-too"
        if nearer is not None:
            return "refused-before-the-server"
        if self.outcome not in NO_WAY:
            return "refused-by-the-server"
        return "filtered" if filtered else "host-gone"

    @property
    def _end_in_silence(self) -> End:
        if self.blocked_elsewhere:
            return "silent-elsewhere-too"
        if self.host_is_alive:
            return "silent-beside-a-port"
        ways_out = self.run.ways_out
        # the block of a platform looks like a host that is down, where nobody else may be asked
        if not self.controls and not self.others_answer and ways_out.blocked_for_all:
            return "silent-where-blocked"
        # alone in its silence, or with all of its host's ports
        if self.own_ports or self.others_answer:
            return "silent-host"
        return "silent-where-blocked" if ways_out.blocking is not None else "silent"

    @property
    def _only_ipv6_is_dead(self) -> bool:
        if any(item.family == "IPv4" for item in self.attempts):
            return False
        if self.outcome in ANSWERS or self.host_is_alive or self.others_answer:
            return False
        unknown = not self.run.connects("control-address")
        return self.ipv4_works or (self.outcome == "no-route" and unknown)

    @property
    def proxies(self) -> tuple[str, ...]:
        """The proxy variables that are set."""
        return self.run.place.proxies if self.run.place else ()

    @property
    def _nothing_answers(self) -> bool:
        if self.outcome in ANSWERS or self.host_is_alive or self.others_answer:
            return False
        return self.outcome == "no-route" or bool(self.landmarks)


def _most_telling(attempts: Iterable[ConnectAttempt]) -> ConnectOutcome:
    return min((item.outcome for item in attempts), key=TELLING.index)


def ids(attempts: Iterable[ConnectAttempt]) -> tuple[str, ...]:
    return tuple(item.id for item in attempts)

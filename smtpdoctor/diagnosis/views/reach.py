"""What the connects of a run say together, and how each failed one ended: `run.reach`.

One observation, one code: `CODES` says which code stands for which end.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Literal

from smtpdoctor.addresses import Family
from smtpdoctor.diagnosis.evidence import library_words
from smtpdoctor.diagnosis.model import Evidence, EvidenceKind, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.paths import Lost, Nearer, Paths, Refusal
from smtpdoctor.diagnosis.views.ports import WrongPort, wrong
from smtpdoctor.diagnosis.views.ways_out import listed
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

#: Codes that come from several errors; libraries print these words for one of them ("": silence).
USUAL_ERROR = {"host-unreachable": "", "local-firewall": "EACCES"}

#: Of a host with many addresses, so many are shown.
MOST_ADDRESSES = 3


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
        """The host is on this machine or network, and not put there by --connect-to."""
        found = self.run.observations.first(Addresses)
        return self.run.is_local_target and found is not None and found.source != "connect-to"

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
        alike = ("unreachable",) if self.outcome == "unreachable" else ("refused", "reset")
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

    def let_through(self) -> tuple[Fix, ...]:
        """What opens the configured port, and what needs no such port."""
        return self.run.ways_out.fixes(near=self.may_be_ones_own, passing=self.passing)

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
        if outcome in TURNED_AWAY:
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
        filtered = self.outcome != "unreachable" or (
            self.host_is_alive or (refusal is not None and (refusal.prohibits or not by_a_router))
        )
        elsewhere = self.refused_elsewhere or nearer is not None
        if by_a_router and (filtered or elsewhere):
            return "rejected-by-a-router"
        if self.refused_elsewhere:
            return "refused-elsewhere-too"
        if nearer is not None:
            return "refused-before-the-server"
        if self.outcome != "unreachable":
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
        if self.reached or any(item.family == "IPv4" for item in self.attempts):
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

    # --- words --------------------------------------------------------------------------------

    def evidence(self, code: str, *, platform: bool = False) -> tuple[Evidence, ...]:
        """How the configured port answered and where that ended, what is known of it (`platform`:
        here), what libraries print for it, what else was tried."""
        attempts = self.by_code.get(code, [])
        return (
            *_evidence("seen", self._seen(attempts), self._seen_on_the_way()),
            *(self.run.ways_out.evidence if platform else ()),
            *self._library_words(code, attempts),
            *_evidence(
                "comparison",
                self._seen_of_host(),
                self._seen_of_others(),
                self._seen_of_landmarks(),
            ),
        )

    def tabled(self, code: str) -> frozenset[str]:
        """The evidence that a table of hosts and ports, with the ways, shows as well."""
        attempts = self.by_code.get(code, [])
        way = self.paths.seen
        return frozenset((self._seen(attempts), way, self._seen_of_host(), self._seen_of_others()))

    def _seen(self, attempts: list[ConnectAttempt]) -> str:
        seen = "; ".join(_seen(item) for item in attempts[:MOST_ADDRESSES])
        more = len(attempts) - MOST_ADDRESSES
        return f"{seen}; {more} more addresses did no better" if more > 0 else seen

    def _seen_on_the_way(self) -> str:
        """What the traces show of where the attempts ended."""
        if not self.paths.seen and self.paths.unsupported and not self.reached:
            return "the way could not be followed: this system shows no hops to ordinary users"
        return self.paths.seen

    def _library_words(self, code: str, attempts: list[ConnectAttempt]) -> tuple[Evidence, ...]:
        usual = USUAL_ERROR.get(code)
        if usual is not None and any(item.error != usual for item in attempts):
            return ()
        return library_words(self.run, code, "reach")

    def _seen_of_host(self) -> str:
        ports: dict[ConnectOutcome, list[int]] = {}
        for port, outcome in self.own_ports.items():
            if outcome != "no-route":  # is about the host, and said of it already
                ports.setdefault(outcome, []).append(port)
        answers = [on_port(outcome, *found) for outcome, found in ports.items()]
        return f"{self.run.settings.host} {' and '.join(answers)}" if answers else ""

    def _seen_of_others(self) -> str:
        port = self.run.settings.port or 0
        answers = [f"{host} {on_port(outcome, port)}" for host, outcome in self.controls.items()]
        return f"for comparison: {', '.join(answers)}" if answers else ""

    def _seen_of_landmarks(self) -> str:
        answering = [item.address for item in self.landmarks if item.ok]
        names = " and ".join(answering or [item.address for item in self.landmarks])
        if not names:
            return ""
        return (
            f"for comparison: {names} {'answered' if answering else 'gave no answer'} on port 443"
        )


def _evidence(kind: EvidenceKind, *texts: str) -> tuple[Evidence, ...]:
    return tuple(Evidence(check="reach", kind=kind, text=text) for text in texts if text)


def _most_telling(attempts: Iterable[ConnectAttempt]) -> ConnectOutcome:
    return min((item.outcome for item in attempts), key=TELLING.index)


def on_port(outcome: ConnectOutcome, *ports: int) -> str:
    """An outcome on one port or several, to stand behind the host's name."""
    where = f"port{'s' if len(ports) > 1 else ''} {listed(ports)}"
    return {
        "open": f"answers on {where}",
        "silent": f"gives no answer on {where}",
        "refused": f"refuses {where}",
        "reset": f"resets connections to {where}",
        "unreachable": f"is reported unreachable on {where}",
        "denied": f"is kept from this machine's reach on {where}",
        "no-route": "has no route from here",
        "other": f"is not reached on {where}",
    }[outcome]


def _seen(item: ConnectAttempt) -> str:
    """One attempt in words, with what the system called it."""
    address = f"[{item.address}]" if item.family == "IPv6" else item.address
    where = f"{address}:{item.port}"
    error = f" ({item.error})" if item.error else ""
    return {
        "open": f"{where} answered",
        "silent": f"{where} gave no answer for {item.seconds:.1f} s",
        "refused": f"{where} refused the connection after {item.seconds * 1000:.0f} ms{error}",
        "reset": f"{where} reset the connection after {item.seconds * 1000:.0f} ms{error}",
        "unreachable": f"{where} was reported unreachable{error}",
        "denied": f"this machine did not let the connection to {where} out{error}",
        "no-route": f"this machine has no route to {item.address}{error}",
        "other": f"the connection to {where} failed{error}",
    }[item.outcome]


def ids(attempts: Iterable[ConnectAttempt]) -> tuple[str, ...]:
    return tuple(item.id for item in attempts)

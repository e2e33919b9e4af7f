"""Look up the host: as the system resolves it, and as every name server says it by itself.

Observes only. The run goes on as soon as it has addresses; what the wire still has to say is
recorded beside it. Must not know what an answer means for mail.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Literal, Protocol, TypeVar

import msgspec

from smtpdoctor.addresses import is_address, is_local, is_private_name
from smtpdoctor.deadline import Deadline
from smtpdoctor.network import LookupResult, Network, ResolverSettings
from smtpdoctor.observations import (
    CUT_OFF,
    Addresses,
    NameServerAnswer,
    NameServerOutcome,
    OwnNameLookup,
    ResolverConfiguration,
    SystemLookup,
    Trail,
)

T = TypeVar("T")

Record = Literal["A", "AAAA", "MX"]
AskedFor = Literal["host", "provider-host", "related", "control", "well-known"]

#: resolv.conf(5) gives a silent name server 5 s before the next is asked: with one dead of two,
#: getaddrinfo comes back just after that.
SYSTEM_CAP = 6.0
#: Where a server answers A and is silent to AAAA, glibc asks it three times, 5 s each (both at
#: once, one after the other, each by a socket of its own: resolv.conf(5), single-request-reopen),
#: and then goes on with the address that it has.
HALF_ANSWERED_CAP = 16.0
WIRE_CAP = 3.0
#: TCP is asked where UDP has been silent for so long, beside it and until its end: two SYNs.
TCP_AFTER = 1.0
TCP_CAP = WIRE_CAP - TCP_AFTER
#: Where no name server has said anything by then, others are asked whether they hear us.
STUCK = 1.0

#: What is not back by then, of a control host or a public resolver, is not worth the wait.
CONTROL_CAP = 1.5

#: While the name servers answer us, getaddrinfo is begun again after so many seconds, at most so
#: often: it waits five seconds for a packet that got lost.
AGAIN_AFTER = 0.4
LOOKUPS = 8
#: What getaddrinfo still has once no name server answers: it knows names by other ways, too.
BY_OTHER_WAYS = 0.7
#: Of a control host, whose name servers nobody else asks.
LOOKUPS_OF_CONTROL = 3

#: What getaddrinfo says where it had no answer: of such a failure alone nothing follows.
UNANSWERED = ("timeout", "EAI_AGAIN")

#: The source of name servers that replace the system's resolver.
NAMESERVER_OPTION = "--nameserver"

#: Whether the question worked; that there is no such record is no failure of it.
WORKED: Mapping[NameServerOutcome, bool | None] = {"answer": True, "nodata": None}

#: The server knows: no other needs to be asked.
SETTLED: frozenset[NameServerOutcome] = frozenset({"answer", "nodata", "nxdomain"})
#: Nothing came from the server.
NO_ANSWER: frozenset[NameServerOutcome] = frozenset({"silent", "unreachable"})


class TaskStarter(Protocol):
    """What starts a task beside the run: an `asyncio.TaskGroup`, or the runner's own."""

    def create_task(self, coro: Coroutine[Any, Any, T], /) -> asyncio.Task[T]: ...


class Lookup(msgspec.Struct, frozen=True, kw_only=True):
    """What a look-up gave.

    `addresses` is None where the run has nothing to go on with; `unanswered` says that it is so
    because no name server could tell of a name that any of the internet's could know.
    `provider_addresses` has a task for each of the provider's other hosts; it gives that host's
    addresses, () where none came.
    """

    addresses: Addresses | None
    unanswered: bool = False
    provider_addresses: Mapping[str, asyncio.Task[tuple[str, ...]]] = {}


#: What one name server said of A and of AAAA.
Pair = tuple[NameServerAnswer, NameServerAnswer]


async def look_up(
    host: str,
    network: Network,
    trail: Trail,
    *,
    deadline: Deadline,
    beside: TaskStarter,
    provider_hosts: Sequence[str] = (),
    public_resolvers: Sequence[str] = (),
    providers: bool = False,
    well_known: Sequence[str] = (),
    mapped: Sequence[str] = (),
    choose: Callable[[Sequence[str]], tuple[str, ...]] = tuple,
    when_stuck: Callable[[], object] = lambda: None,
) -> Lookup:
    """Find the addresses of `host` and move `trail` to them.

    Questions whose answers the run need not wait for go on in `beside`. `provider_hosts` are the
    provider's other submission hosts, `public_resolvers` what may be asked for comparison when
    this machine's own name servers fail, or give a private address for a host that is one of a
    mail provider's (`providers`), `well_known` names to look up where they say that there
    is no such host: do they know any name from outside? `mapped` are the addresses that
    --connect-to gives for the host's configured port: then nothing is looked up, as for a host
    that is an address itself. `choose` gives those of the found addresses that the run goes on
    with. `when_stuck` is called once no name server has said anything for a second.
    """
    if mapped:
        return _given(host, tuple(mapped), "connect-to", trail)
    if is_address(host):
        return _given(host, (host,), "literal", trail)

    looking = _NameLookup(host, network, trail, deadline, beside)
    provider_addresses = {
        other: beside.create_task(looking.wire.provider_addresses(looking.servers, other))
        for other in provider_hosts
    }
    watching = beside.create_task(looking.watch(public_resolvers, when_stuck))
    try:
        found = await looking.by_system() or await looking.by_wire()
    finally:
        watching.cancel()
    unanswered = found is None and looking.unanswered
    if found is None:
        looking.ask_further(public_resolvers, well_known)
        source: Literal["system", "wire"] = "system" if looking.needed else "wire"
        found = Addresses(host=host, addresses=(), source=source, ok=False)
    elif providers and all(map(is_local, found.addresses)):
        looking.ask_public(public_resolvers)
    trail.also_after(*looking.needed)
    chosen = choose(found.addresses)
    left_out = max(0, len(set(found.addresses)) - len(chosen))
    recorded = trail.record(msgspec.structs.replace(found, addresses=chosen, left_out=left_out))
    return Lookup(
        addresses=recorded if recorded.addresses else None,
        unanswered=unanswered,
        provider_addresses=provider_addresses,
    )


class _NameLookup:
    """One name looked up: by the system as the application does, and by every name server.

    `needed` are the observations that what was found came after.
    """

    def __init__(
        self, host: str, network: Network, trail: Trail, deadline: Deadline, beside: TaskStarter
    ) -> None:
        self.host = host
        self.network = network
        self.trail = trail
        self.deadline = deadline
        self.beside = beside
        self.configured = network.resolver_settings()
        self.servers = self.configured.nameservers
        self.from_hosts_file = network.hosts_file(host)
        self.needed: tuple[str, ...] = ()
        self._answers: list[Pair] = []
        self._public_asked = False
        self._record_configuration()
        self.wire = _Wire(network, trail.branch(role="probe"), deadline)
        self._asked = [
            beside.create_task(self.wire.ask_addresses(server, host, "host"))
            for server in self.servers
        ]

    def _record_configuration(self) -> None:
        # a name that the hosts file has needs no name server
        works = True if self.servers else None if self.from_hosts_file else False
        configuration = self.trail.branch().record(
            ResolverConfiguration(
                nameservers=self.servers,
                search=self.configured.search,
                ndots=self.configured.ndots,
                source=self.configured.source,
                ok=works,
            )
        )
        # beside what the trail stands on: the host's setting
        self.trail.also_after(configuration.id)

    async def by_system(self) -> Addresses | None:
        """What getaddrinfo says; None where it says nothing, or --nameserver takes its place."""
        if self.configured.source == NAMESERVER_OPTION:
            return None
        began = self.trail.now
        result = await _system_lookup(self.host, self.network, self.deadline, self._asked)
        late = result.error == "timeout"
        # of the longer wait the end is known: before it nothing follows from it
        least = 2 * HALF_ANSWERED_CAP if _half_answered(self._asked) else SYSTEM_CAP
        cut_off = late and self.deadline.cut_off(least, self.trail.now - began)
        system = self.trail.branch().record(
            SystemLookup(
                host=self.host,
                addresses=result.addresses,
                error=CUT_OFF if cut_off else result.error,
                from_hosts_file=self.from_hosts_file,
                ok=bool(result.addresses),
            ),
            since=began,
        )
        self.needed = (system.id,)
        if not result.addresses:
            return None
        if not self.from_hosts_file:
            self.beside.create_task(
                self.wire.ask_searched(self._asked, self.host, result.addresses, self.configured)
            )
        return Addresses(host=self.host, addresses=result.addresses, source="system", ok=True)

    async def by_wire(self) -> Addresses | None:
        """What the first name server that knows the name says of it; None where none does."""
        self._answers = [await task for task in self._asked]
        for answers in self._answers:
            if addresses := _addresses_in(answers):
                self.needed = tuple(answer.id for answer in answers)
                return Addresses(host=self.host, addresses=addresses, source="wire", ok=True)
        return None

    async def watch(
        self, public_resolvers: Sequence[str], when_stuck: Callable[[], object]
    ) -> None:
        """Look elsewhere as soon as the name servers have been silent for long, not only when it
        is sure that they are."""
        if not self._asked or is_private_name(self.host):
            return
        await asyncio.wait(self._asked, timeout=STUCK)
        if not any(task.done() for task in self._asked) or _nobody_answers(self._asked):
            self.ask_public(public_resolvers)
            when_stuck()

    def ask_public(self, public_resolvers: Sequence[str]) -> None:
        if not self._public_asked:
            self._public_asked = True
            for server in public_resolvers:
                self.beside.create_task(self.wire.ask_public(server, self.host))

    @property
    def unanswered(self) -> bool:
        """Whether no name server could tell of a name that any of the internet's could know."""
        asked = bool(self.servers) and not is_private_name(self.host)
        return asked and not any(map(_settled, self._answers))

    def ask_further(self, public_resolvers: Sequence[str], well_known: Sequence[str]) -> None:
        """What helps to say why there is no address."""
        knowing = next((each[0].server for each in self._answers if _exists(each)), None)
        if knowing is not None:
            # a domain of mailboxes has mail exchangers and often no address
            self.beside.create_task(self.wire.ask(knowing, self.host, "MX", "related"))
        chosen = self.configured.source == NAMESERVER_OPTION
        if "." in self.host and not is_private_name(self.host) and not chosen:
            for server in (each[0].server for each in self._answers if _denied(each)):
                for name in well_known:
                    self.beside.create_task(self.wire.ask(server, name, "A", "well-known"))
        if self.unanswered:
            self.ask_public(public_resolvers)


async def _system_lookup(
    host: str, network: Network, deadline: Deadline, asked: Sequence[asyncio.Task[Pair]]
) -> LookupResult:
    """What getaddrinfo says in SYSTEM_CAP seconds.

    It is begun again while it hangs although all name servers answer us: that is a lost packet,
    and no fault. Where none of them answers, it is waited for no longer than a file of hosts or a
    directory needs; where they answer one of its two questions, until it goes on with that.
    """
    began = next_at = network.clock()
    until = began + SYSTEM_CAP
    running: set[asyncio.Task[LookupResult]] = set()
    begun = 0
    last = LookupResult(error="timeout")
    try:
        while (left := deadline.cap(until - (now := network.clock()))) > 0:
            again = begun == 0 or (begun < LOOKUPS and _all_answer(asked))
            if again and (now >= next_at or not running):
                begun += 1
                next_at = now + AGAIN_AFTER
                longest = deadline.cap(began + HALF_ANSWERED_CAP - now)
                running.add(asyncio.create_task(network.system_lookup(host, longest)))
            if not running:
                return last
            await asyncio.wait(
                {*running, *(task for task in asked if not task.done())},
                timeout=min(left, next_at - now) if next_at > now else left,
                return_when=asyncio.FIRST_COMPLETED,
            )
            for task in [task for task in running if task.done()]:
                running.remove(task)
                last = task.result()
                if last.error not in UNANSWERED:
                    return last
            if _nobody_answers(asked):
                until = min(until, network.clock() + BY_OTHER_WAYS)
            elif _half_answered(asked):
                until = began + HALF_ANSWERED_CAP
        return last
    finally:
        for task in running:
            task.cancel()


async def addresses_of(host: str, network: Network, deadline: Deadline) -> tuple[str, ...]:
    """The addresses of a control host, unrecorded; () where there are none."""
    configured = network.resolver_settings()
    if configured.source != NAMESERVER_OPTION:
        return await _addresses_by_system(host, network, deadline)
    for server in configured.nameservers:
        answers = await asyncio.gather(
            *(
                network.ask(server, host, record, deadline.cap(CONTROL_CAP))
                for record in ("A", "AAAA")
            )
        )
        if any(answer.outcome in SETTLED for answer in answers):
            return tuple(address for answer in answers for address in answer.answers)
    return ()


async def own_name(
    name: str, address: str, network: Network, trail: Trail, deadline: Deadline
) -> None:
    """Where a name leads that the server at this address gives itself."""
    began = trail.now
    found = await addresses_of(name, network, deadline)
    trail.note(OwnNameLookup(name=name, address=address, addresses=found, ok=None), since=began)


async def _addresses_by_system(host: str, network: Network, deadline: Deadline) -> tuple[str, ...]:
    """What getaddrinfo says in CONTROL_CAP seconds, begun again in case a packet got lost."""
    began = network.clock()
    running: set[asyncio.Task[LookupResult]] = set()
    try:
        for number in range(LOOKUPS_OF_CONTROL):
            left = deadline.cap(CONTROL_CAP - (network.clock() - began))
            running.add(asyncio.create_task(network.system_lookup(host, left)))
            last = number == LOOKUPS_OF_CONTROL - 1
            done, running = await asyncio.wait(
                running,
                timeout=left if last else min(left, AGAIN_AFTER),
                return_when=asyncio.FIRST_COMPLETED,
            )
            for task in done:
                if task.result().error not in UNANSWERED:
                    return task.result().addresses
    finally:
        for task in running:
            task.cancel()
    return ()


class _Wire:
    """Questions to name servers, each answer recorded beside the trail."""

    def __init__(self, network: Network, trail: Trail, deadline: Deadline) -> None:
        self._network = network
        self._trail = trail
        self._deadline = deadline

    async def ask(
        self, server: str, question: str, record: Record, asked_for: AskedFor
    ) -> NameServerAnswer:
        """One question; about the host over TCP too, where nothing comes over UDP."""
        if asked_for != "host":
            return await self._ask_once(server, question, record, asked_for, WIRE_CAP)
        began = self._trail.now
        over_udp = asyncio.create_task(self._answer(server, question, record, asked_for, WIRE_CAP))
        over_tcp: asyncio.Task[NameServerAnswer] | None = None
        try:
            await asyncio.wait({over_udp}, timeout=TCP_AFTER)
            tcp_began = self._trail.now
            if not over_udp.done() or _heard_nothing(over_udp.result()):
                over_tcp = asyncio.create_task(
                    self._answer(server, question, record, asked_for, TCP_CAP, over_tcp=True)
                )
            answer = self._note(await over_udp, since=began, wanted=WIRE_CAP)
            if over_tcp is None or not _heard_nothing(answer):
                return answer
            again = self._note(await over_tcp, since=tcp_began, wanted=TCP_CAP)
            return answer if again.outcome in NO_ANSWER else again
        finally:
            for task in (over_udp, over_tcp):
                if task is not None:
                    task.cancel()

    async def _ask_once(
        self,
        server: str,
        question: str,
        record: Record,
        asked_for: AskedFor,
        seconds: float,
        *,
        over_tcp: bool = False,
    ) -> NameServerAnswer:
        began = self._trail.now
        answer = await self._answer(server, question, record, asked_for, seconds, over_tcp=over_tcp)
        return self._note(answer, since=began, wanted=seconds)

    def _note(self, answer: NameServerAnswer, *, since: float, wanted: float) -> NameServerAnswer:
        """Record it, but for a silence that was not waited for: nothing was seen then."""
        if answer.outcome == "silent" and self._deadline.cut_off(wanted, self._trail.now - since):
            return answer
        return self._trail.note(answer, since=since)

    async def _answer(
        self,
        server: str,
        question: str,
        record: Record,
        asked_for: AskedFor,
        seconds: float,
        *,
        over_tcp: bool = False,
    ) -> NameServerAnswer:
        result = await self._network.ask(
            server, question, record, self._deadline.cap(seconds), over_tcp=over_tcp
        )
        return NameServerAnswer(
            server=server,
            question=question,
            record=record,
            outcome=result.outcome,
            answers=result.answers,
            aliases=result.aliases,
            transport="tcp" if result.transport == "tcp" else "udp",
            asked_for=asked_for,
            without_edns=result.without_edns,
            wrong_answers=result.wrong_answers,
            error=result.error,
            ok=WORKED.get(result.outcome, False),
        )

    async def ask_addresses(self, server: str, host: str, asked_for: AskedFor) -> Pair:
        """A and AAAA of the host by this server, asked at the same time."""
        return await asyncio.gather(
            self.ask(server, host, "A", asked_for), self.ask(server, host, "AAAA", asked_for)
        )

    async def ask_public(self, server: str, host: str) -> None:
        """The host's address by a public resolver, over UDP and TCP at the same time."""
        await asyncio.gather(
            *(
                self._ask_once(server, host, "A", "control", CONTROL_CAP, over_tcp=over_tcp)
                for over_tcp in (False, True)
            )
        )

    async def ask_searched(
        self,
        asked: Sequence[asyncio.Task[Pair]],
        host: str,
        found: Sequence[str],
        configured: ResolverSettings,
    ) -> None:
        """The host below each domain of the search list, where the addresses that the system
        `found` are not those of the name itself."""
        if host.endswith(".") or "." not in host:
            return  # looked up as it is only, or made for the search list
        answers_by_server = [await task for task in asked]
        knowing = next(
            (answers[0].server for answers in answers_by_server if _settled(answers)), ""
        )
        by_wire = {item for answers in answers_by_server for item in _addresses_in(answers)}
        # a name with enough dots is looked up as it is first: other addresses are others of a pool
        as_it_is = bool(by_wire) and host.count(".") >= configured.ndots
        if knowing and not as_it_is and not by_wire.intersection(found):
            await asyncio.gather(
                *(
                    self.ask_addresses(knowing, f"{host}.{domain}", "related")
                    for domain in configured.search
                )
            )

    async def provider_addresses(self, servers: Sequence[str], host: str) -> tuple[str, ...]:
        """The host's addresses by the first server that knows; () where none does."""
        for server in servers:
            answers = await self.ask_addresses(server, host, "provider-host")
            if any(answer.outcome in SETTLED for answer in answers):
                return _addresses_in(answers)
        return ()


def _given(
    host: str, addresses: tuple[str, ...], source: Literal["literal", "connect-to"], trail: Trail
) -> Lookup:
    return Lookup(
        addresses=trail.record(Addresses(host=host, addresses=addresses, source=source, ok=True))
    )


def _addresses_in(answers: Sequence[NameServerAnswer]) -> tuple[str, ...]:
    """IPv4 first: it is the one that the fewest networks lack."""
    return tuple(
        address for answer in answers if answer.outcome == "answer" for address in answer.answers
    )


def _heard_nothing(answer: NameServerAnswer) -> bool:
    """Whether nothing came over UDP."""
    return answer.outcome in NO_ANSWER and answer.transport == "udp"


def _settled(answers: Sequence[NameServerAnswer]) -> bool:
    return any(answer.outcome in SETTLED for answer in answers)


def _all_answer(asked: Sequence[asyncio.Task[Pair]]) -> bool:
    """Whether every name server has answered every question, as far as is known."""
    return bool(asked) and all(
        task.done() and all(answer.outcome in SETTLED for answer in task.result()) for task in asked
    )


def _half_answered(asked: Sequence[asyncio.Task[Pair]]) -> bool:
    """Whether some server answers A over UDP and none AAAA. What came over TCP was asked there
    because UDP was silent."""
    if not asked or not all(task.done() for task in asked):
        return False
    said = [task.result() for task in asked]
    having = any(ipv4.outcome == "answer" and ipv4.transport == "udp" for ipv4, _ in said)
    return having and all(ipv6.outcome in NO_ANSWER or ipv6.transport == "tcp" for _, ipv6 in said)


def _nobody_answers(asked: Sequence[asyncio.Task[Pair]]) -> bool:
    """Whether it is known that no name server answers anything."""
    return bool(asked) and all(
        task.done() and all(answer.outcome in NO_ANSWER for answer in task.result())
        for task in asked
    )


def _exists(answers: Sequence[NameServerAnswer]) -> bool:
    """Whether the server says that the name exists, though without an address."""
    return any(answer.outcome == "nodata" for answer in answers)


def _denied(answers: Sequence[NameServerAnswer]) -> bool:
    """Whether the server says that there is no such name."""
    return any(answer.outcome == "nxdomain" for answer in answers)

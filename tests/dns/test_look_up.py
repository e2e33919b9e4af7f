"""Which look-ups a run makes, which of them it waits for, and what it goes on with."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec
import pytest

from smtpdoctor.checks.dns import (
    BY_OTHER_WAYS,
    HALF_ANSWERED_CAP,
    LOOKUPS,
    STUCK,
    SYSTEM_CAP,
    WIRE_CAP,
    Lookup,
    look_up,
)
from smtpdoctor.deadline import Deadline
from smtpdoctor.network import AnswerResult, ConnectResult, LookupResult, ResolverSettings
from smtpdoctor.observations import (
    CUT_OFF,
    Addresses,
    NameServerAnswer,
    Observations,
    Recorder,
    Redactor,
    ResolverConfiguration,
    SettingRead,
    SystemLookup,
)
from smtpdoctor.settings.model import Origin, Setting
from tests import fake_network as virtual

HOST = "smtp.example.org"
FIRST, SECOND = "192.0.2.53", "192.0.2.54"
NODATA = AnswerResult(outcome="nodata")
NXDOMAIN = AnswerResult(outcome="nxdomain")
SILENT = AnswerResult(outcome="silent")


def answer(*values: str) -> AnswerResult:
    return AnswerResult(outcome="answer", answers=values)


@dataclass
class FakeNetwork:
    """A network whose answers stand in tables; what is held back comes when the test says so."""

    nameservers: tuple[str, ...] = (FIRST,)
    source: str = "/etc/resolv.conf"
    system: LookupResult = field(default_factory=lambda: LookupResult(addresses=("192.0.2.1",)))
    wire: dict[tuple[str, str, str], AnswerResult] = field(default_factory=dict)
    over_tcp: dict[tuple[str, str, str], AnswerResult] = field(default_factory=dict)
    search: tuple[str, ...] = ()
    ndots: int = 1
    hosts: tuple[str, ...] = ()
    system_held: asyncio.Event | None = None
    wire_held: asyncio.Event | None = None
    now: float = 0.0
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    asked_over_tcp: list[tuple[str, str, str]] = field(default_factory=list)
    timeouts: list[float] = field(default_factory=list)
    system_asked: int = 0
    asking: asyncio.Event = field(default_factory=asyncio.Event)

    def clock(self) -> float:
        return self.now

    def resolver_settings(self) -> ResolverSettings:
        return ResolverSettings(
            nameservers=self.nameservers, search=self.search, ndots=self.ndots, source=self.source
        )

    def hosts_file(self, host: str) -> tuple[str, ...]:
        return self.hosts

    async def system_lookup(self, host: str, timeout: float) -> LookupResult:
        self.system_asked += 1
        self.timeouts.append(timeout)
        if self.system_held:
            await self.system_held.wait()
        return self.system

    async def ask(
        self, server: str, question: str, record: str, timeout: float, *, over_tcp: bool = False
    ) -> AnswerResult:
        self.asking.set()
        self.timeouts.append(timeout)
        if over_tcp:
            self.asked_over_tcp.append((server, question, record))
            answer = self.over_tcp.get((server, question, record), SILENT)
            return msgspec.structs.replace(answer, transport="tcp")
        self.asked.append((server, question, record))
        if self.wire_held:
            await self.wire_held.wait()
        return self.wire.get((server, question, record), NODATA)

    async def connect(self, address: str, port: int, timeout: float) -> ConnectResult:
        raise AssertionError("DNS connects to nobody")


class Looked:
    """One look-up carried to its end, and what it recorded."""

    def __init__(self, network: FakeNetwork, host: str = HOST, **more: Any) -> None:
        self.network = network
        self.recorder = Recorder(Redactor("•"), clock=network.clock)
        self.trail = self.recorder.trail("dns")
        self.lookup = asyncio.run(self._look_up(host, **more))

    async def _look_up(
        self,
        host: str,
        *,
        seconds: float = 30,
        provider_hosts: tuple[str, ...] = (),
        public_resolvers: tuple[str, ...] = (),
        mapped: tuple[str, ...] = (),
        then: Callable[[Lookup, Looked], Awaitable[None]] | None = None,
    ) -> Lookup:
        async with asyncio.TaskGroup() as beside:
            found = await look_up(
                host,
                self.network,
                self.trail,
                deadline=Deadline(self.network.clock, seconds),
                beside=beside,
                provider_hosts=provider_hosts,
                public_resolvers=public_resolvers,
                mapped=mapped,
            )
            if then:
                await then(found, self)
        self.provider = {name: task.result() for name, task in found.provider_addresses.items()}
        return found

    @property
    def observations(self) -> Observations:
        return self.recorder.observations()

    @property
    def addresses(self) -> Addresses:
        found = self.observations.first(Addresses)
        assert found is not None
        return found

    @property
    def system(self) -> SystemLookup:
        found = self.observations.first(SystemLookup)
        assert found is not None
        return found

    def roots(self) -> list[str]:
        return [type(item).__name__ for item in self.observations.roots()]


def test_the_system_s_addresses_are_what_the_run_goes_on_with() -> None:
    network = FakeNetwork(
        system=LookupResult(addresses=("2001:db8::1", "192.0.2.1")),
        wire={(FIRST, HOST, "A"): answer("192.0.2.1")},
    )
    looked = Looked(network)
    assert looked.lookup.addresses == looked.addresses
    assert looked.addresses.addresses == ("2001:db8::1", "192.0.2.1")
    assert (looked.addresses.source, looked.addresses.ok) == ("system", True)
    assert (looked.system.ok, looked.system.role) == (True, "main")
    assert looked.system.id in looked.addresses.after
    assert looked.roots() == []


def test_every_name_server_is_asked_for_both_families_beside_it() -> None:
    looked = Looked(FakeNetwork(nameservers=(FIRST, SECOND)))
    assert sorted(looked.network.asked) == [
        (FIRST, HOST, "A"),
        (FIRST, HOST, "AAAA"),
        (SECOND, HOST, "A"),
        (SECOND, HOST, "AAAA"),
    ]
    answers = looked.observations.of(NameServerAnswer)
    assert {item.role for item in answers} == {"probe"}
    assert {item.asked_for for item in answers} == {"host"}


def test_the_configuration_stands_first_and_all_else_needs_it() -> None:
    looked = Looked(FakeNetwork(search=("lan",), ndots=2))
    configuration = looked.observations.first(ResolverConfiguration)
    assert configuration is not None
    assert next(iter(looked.observations)) == configuration
    assert (configuration.nameservers, configuration.search) == ((FIRST,), ("lan",))
    assert configuration.ndots == 2
    assert configuration.ok is True
    rest = [item for item in looked.observations if item is not configuration]
    assert all(configuration.id in item.after for item in rest)


def test_a_host_setting_that_failed_stays_the_cause_of_a_failed_look_up() -> None:
    network = FakeNetwork(system=LookupResult(error="EAI_NONAME"))
    recorder = Recorder(Redactor("•"), clock=network.clock)
    setting = Setting(field="host", text="https://x", origin=Origin(kind="option", name="--host"))
    read = recorder.trail("settings").record(SettingRead(setting=setting, ok=False))

    async def scenario() -> None:
        async with asyncio.TaskGroup() as beside:
            await look_up(
                "https://x",
                network,
                recorder.trail("dns", read.id),
                deadline=Deadline(network.clock, 30),
                beside=beside,
            )

    asyncio.run(scenario())
    assert [item.id for item in recorder.observations().roots()] == [read.id]


def test_the_run_does_not_wait_for_the_wire() -> None:
    seen: list[int] = []

    async def go_on(found: Lookup, looked: Looked) -> None:
        seen.append(len(looked.observations.of(NameServerAnswer)))
        assert found.addresses is not None
        assert looked.network.wire_held is not None
        looked.network.wire_held.set()

    looked = Looked(FakeNetwork(wire_held=asyncio.Event()), then=go_on)
    assert seen == [0]
    assert len(looked.observations.of(NameServerAnswer)) == 2


def test_the_wire_is_asked_at_the_same_time_as_the_system() -> None:
    network = FakeNetwork(system_held=asyncio.Event())

    async def scenario() -> None:
        recorder = Recorder(Redactor("•"), clock=network.clock)
        answered = asyncio.Event()
        recorder.subscribe(
            lambda item: answered.set() if isinstance(item, NameServerAnswer) else None
        )
        async with asyncio.TaskGroup() as beside:
            task = beside.create_task(
                look_up(
                    HOST,
                    network,
                    recorder.trail("dns"),
                    deadline=Deadline(network.clock, 30),
                    beside=beside,
                )
            )
            await answered.wait()
            assert not task.done()
            assert network.system_asked == 1
            assert network.system_held is not None
            network.system_held.set()

    asyncio.run(scenario())


@pytest.mark.parametrize("error", ["EAI_AGAIN", "EAI_NONAME", "timeout"])
def test_the_wire_carries_on_where_the_system_fails(error: str) -> None:
    network = FakeNetwork(
        nameservers=(FIRST, SECOND),
        system=LookupResult(error=error),
        wire={
            (FIRST, HOST, "A"): SILENT,
            (FIRST, HOST, "AAAA"): SILENT,
            (SECOND, HOST, "A"): answer("192.0.2.1"),
            (SECOND, HOST, "AAAA"): answer("2001:db8::1"),
        },
    )
    looked = Looked(network)
    assert looked.addresses.addresses == ("192.0.2.1", "2001:db8::1")
    assert looked.addresses.source == "wire"
    assert looked.lookup.addresses == looked.addresses
    carried = {item.id for item in looked.observations.of(NameServerAnswer, server=SECOND)}
    assert carried < set(looked.addresses.after)
    assert looked.system.id not in looked.addresses.after
    assert looked.system.error == error
    assert looked.roots() == ["SystemLookup"]


def test_nothing_found_leaves_the_system_s_failure_as_the_root() -> None:
    network = FakeNetwork(
        system=LookupResult(error="EAI_NONAME"),
        wire={(FIRST, HOST, "A"): NXDOMAIN, (FIRST, HOST, "AAAA"): NXDOMAIN},
    )
    looked = Looked(network)
    assert looked.lookup.addresses is None
    assert (looked.addresses.addresses, looked.addresses.ok) == ((), False)
    assert looked.roots() == ["SystemLookup"]
    assert not looked.observations.of(NameServerAnswer, record="MX")


def test_a_name_without_address_is_asked_for_mail_exchangers() -> None:
    network = FakeNetwork(
        nameservers=(FIRST, SECOND),
        system=LookupResult(error="EAI_NONAME"),
        wire={
            (FIRST, HOST, "A"): SILENT,
            (FIRST, HOST, "AAAA"): SILENT,
            (SECOND, HOST, "MX"): answer("10 mx00.ionos.de"),
        },
    )
    looked = Looked(network)
    (found,) = looked.observations.of(NameServerAnswer, record="MX")
    assert (found.server, found.answers) == (SECOND, ("10 mx00.ionos.de",))
    assert (found.asked_for, found.role) == ("related", "probe")
    assert looked.lookup.addresses is None


def test_no_name_server_is_a_failure_of_its_own() -> None:
    looked = Looked(FakeNetwork(nameservers=(), system=LookupResult(error="EAI_AGAIN")))
    assert looked.network.asked == []
    assert looked.lookup.addresses is None
    assert looked.roots() == ["ResolverConfiguration"]


def test_a_name_in_the_hosts_file_needs_no_name_server() -> None:
    looked = Looked(FakeNetwork(nameservers=(), hosts=("192.0.2.1",)))
    assert looked.roots() == []
    assert looked.system.from_hosts_file == ("192.0.2.1",)
    assert looked.lookup.addresses is not None


# --- --nameserver, literals, --connect-to -----------------------------------------------------


def test_nameserver_replaces_the_system() -> None:
    network = FakeNetwork(
        source="--nameserver", wire={(FIRST, HOST, "AAAA"): answer("2001:db8::1")}
    )
    looked = Looked(network)
    assert network.system_asked == 0
    assert not looked.observations.of(SystemLookup)
    assert (looked.addresses.addresses, looked.addresses.source) == (("2001:db8::1",), "wire")
    assert looked.roots() == []


def test_nameserver_without_an_answer_has_the_addresses_as_its_root() -> None:
    network = FakeNetwork(
        source="--nameserver",
        wire={(FIRST, HOST, "A"): NXDOMAIN, (FIRST, HOST, "AAAA"): NXDOMAIN},
    )
    looked = Looked(network)
    assert looked.lookup.addresses is None
    assert looked.addresses.source == "wire"
    assert looked.roots() == ["Addresses"]


@pytest.mark.parametrize("host", ["192.0.2.7", "2001:db8::7", "fe80::1%eth0"])
def test_an_address_is_not_looked_up(host: str) -> None:
    looked = Looked(FakeNetwork(nameservers=()), host)
    assert looked.network.asked == []
    assert looked.network.system_asked == 0
    assert (looked.addresses.addresses, looked.addresses.source) == ((host,), "literal")
    assert len(looked.observations) == 1


def test_connect_to_looks_nothing_up() -> None:
    looked = Looked(FakeNetwork(), mapped=("127.0.0.1",), provider_hosts=())
    assert looked.network.asked == []
    assert looked.network.system_asked == 0
    assert (looked.addresses.addresses, looked.addresses.source) == (("127.0.0.1",), "connect-to")
    assert looked.addresses.host == HOST
    assert looked.lookup.addresses == looked.addresses


# --- the provider's other hosts ---------------------------------------------------------------


def test_the_provider_s_other_hosts_are_asked_of_the_first_server_only() -> None:
    network = FakeNetwork(
        nameservers=(FIRST, SECOND),
        wire={
            (FIRST, "smtp.ionos.de", "A"): answer("192.0.2.8"),
            (FIRST, "smtp.ionos.de", "AAAA"): answer("2001:db8::8"),
        },
    )
    looked = Looked(network, provider_hosts=("smtp.ionos.de",))
    assert looked.provider == {"smtp.ionos.de": ("192.0.2.8", "2001:db8::8")}
    found = looked.observations.of(NameServerAnswer, question="smtp.ionos.de")
    assert [(item.server, item.asked_for, item.role) for item in found] == [
        (FIRST, "provider-host", "probe"),
        (FIRST, "provider-host", "probe"),
    ]


def test_the_next_server_is_asked_where_the_first_does_not_know() -> None:
    network = FakeNetwork(
        nameservers=(FIRST, SECOND),
        wire={
            (FIRST, "smtp.ionos.de", "A"): SILENT,
            (FIRST, "smtp.ionos.de", "AAAA"): AnswerResult(outcome="servfail"),
            (SECOND, "smtp.ionos.de", "A"): answer("192.0.2.8"),
        },
    )
    assert Looked(network, provider_hosts=("smtp.ionos.de",)).provider == {
        "smtp.ionos.de": ("192.0.2.8",)
    }


def test_no_server_no_provider_addresses() -> None:
    looked = Looked(FakeNetwork(nameservers=()), provider_hosts=("smtp.ionos.de",))
    assert looked.provider == {"smtp.ionos.de": ()}


# --- waits and outcomes -----------------------------------------------------------------------


def test_every_wait_is_capped_by_itself_and_by_the_run() -> None:
    assert sorted(set(Looked(FakeNetwork()).network.timeouts)) == [WIRE_CAP, HALF_ANSWERED_CAP]
    assert set(Looked(FakeNetwork(), seconds=1.5).network.timeouts) == {1.5}


@pytest.mark.parametrize(
    ("outcome", "ok"),
    [("answer", True), ("nodata", None), ("nxdomain", False), ("silent", False)],
)
def test_an_answer_s_ok_is_about_the_question(outcome: str, ok: bool | None) -> None:
    result = AnswerResult(outcome=outcome, transport="tcp", aliases=("a.test",))  # type: ignore[arg-type]
    looked = Looked(FakeNetwork(wire={(FIRST, HOST, "A"): result}))
    found = looked.observations.first(NameServerAnswer, record="A")
    assert found is not None
    assert (found.outcome, found.ok, found.transport, found.aliases) == (
        outcome,
        ok,
        "tcp",
        ("a.test",),
    )


def test_an_ended_run_leaves_no_task_behind() -> None:
    network = FakeNetwork(system_held=asyncio.Event(), wire_held=asyncio.Event())

    async def scenario() -> int:
        recorder = Recorder(Redactor("•"), clock=network.clock)

        async def run() -> None:
            async with asyncio.TaskGroup() as beside:
                await look_up(
                    HOST,
                    network,
                    recorder.trail("dns"),
                    deadline=Deadline(network.clock, 30),
                    beside=beside,
                    provider_hosts=("smtp.ionos.de",),
                )

        task = asyncio.create_task(run())
        await network.asking.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return len(asyncio.all_tasks())

    assert asyncio.run(scenario()) == 1


# --- when something failed --------------------------------------------------------------------

UNREACHABLE = AnswerResult(outcome="unreachable", error="ECONNREFUSED")
PUBLIC = ("1.1.1.1", "8.8.8.8")


def failing(
    outcome: AnswerResult, *, host: str = HOST, error: str = "EAI_AGAIN", **more: Any
) -> FakeNetwork:
    """A machine whose look-up failed, and whose one name server says this to A and AAAA."""
    wire = {(FIRST, host, record): outcome for record in ("A", "AAAA")}
    return FakeNetwork(system=LookupResult(error=error), wire=wire, **more)


def told(looked: Looked, **equal: object) -> list[tuple[str, str, str, str]]:
    found = looked.observations.of(NameServerAnswer, **equal)
    return [(item.server, item.record, item.transport, item.outcome) for item in found]


@pytest.mark.parametrize("outcome", [SILENT, UNREACHABLE])
def test_a_server_that_gives_nothing_over_udp_is_asked_over_tcp(outcome: AnswerResult) -> None:
    network = failing(outcome, over_tcp={(FIRST, HOST, "A"): answer("192.0.2.1")})
    looked = Looked(network)
    assert network.asked_over_tcp == [(FIRST, HOST, "A"), (FIRST, HOST, "AAAA")]
    assert told(looked, record="A") == [
        (FIRST, "A", "udp", outcome.outcome),
        (FIRST, "A", "tcp", "answer"),
    ]
    assert (looked.addresses.addresses, looked.addresses.source) == (("192.0.2.1",), "wire")
    assert looked.observations.of(NameServerAnswer)[0].error == outcome.error


def test_no_other_question_is_put_over_tcp() -> None:
    network = FakeNetwork(wire={(FIRST, "smtp.ionos.de", "A"): SILENT})
    Looked(network, provider_hosts=("smtp.ionos.de",))
    assert network.asked_over_tcp == []


def test_an_answer_that_was_cut_short_is_not_asked_for_twice() -> None:
    cut = AnswerResult(outcome="silent", transport="tcp")
    network = FakeNetwork(wire={(FIRST, HOST, "A"): cut, (FIRST, HOST, "AAAA"): cut})
    Looked(network)
    assert network.asked_over_tcp == []


@pytest.mark.parametrize("outcome", [SILENT, UNREACHABLE, AnswerResult(outcome="servfail")])
def test_public_resolvers_are_asked_when_all_others_fail(outcome: AnswerResult) -> None:
    network = failing(outcome)
    network.wire["1.1.1.1", HOST, "A"] = answer("192.0.2.1")
    looked = Looked(network, public_resolvers=PUBLIC)
    assert sorted(told(looked, asked_for="control")) == [
        ("1.1.1.1", "A", "tcp", "silent"),
        ("1.1.1.1", "A", "udp", "answer"),
        ("8.8.8.8", "A", "tcp", "silent"),
        ("8.8.8.8", "A", "udp", "nodata"),
    ]
    assert {item.role for item in looked.observations.of(NameServerAnswer)} == {"probe"}
    assert looked.lookup.unanswered
    assert looked.lookup.addresses is None  # the application does not ask them, either
    assert looked.roots() == ["SystemLookup"]


@pytest.mark.parametrize("outcome", [NXDOMAIN, NODATA, answer("192.0.2.1")])
def test_they_are_not_asked_where_a_server_can_tell(outcome: AnswerResult) -> None:
    looked = Looked(failing(outcome, error="EAI_NONAME"), public_resolvers=PUBLIC)
    assert told(looked, asked_for="control") == []
    assert not looked.lookup.unanswered


def test_they_are_not_asked_in_a_healthy_run() -> None:
    assert told(Looked(FakeNetwork(), public_resolvers=PUBLIC), asked_for="control") == []


def test_they_are_not_asked_where_no_server_is_configured() -> None:
    network = FakeNetwork(nameservers=(), system=LookupResult(error="EAI_AGAIN"))
    looked = Looked(network, public_resolvers=PUBLIC)
    assert network.asked == []
    assert not looked.lookup.unanswered


@pytest.mark.parametrize("host", ["mail", "mail.local", "mail.prod.svc.cluster.local", "nas.lan."])
def test_they_are_not_asked_for_the_names_of_one_network(host: str) -> None:
    looked = Looked(failing(SILENT, host=host), host, public_resolvers=PUBLIC)
    assert told(looked, asked_for="control") == []
    assert not looked.lookup.unanswered


# --- the search list --------------------------------------------------------------------------

WILDCARD = LookupResult(addresses=("203.0.113.9",))
COMPLETED = f"{HOST}.example.net"


def related(looked: Looked) -> list[tuple[str, str]]:
    found = looked.observations.of(NameServerAnswer, asked_for="related")
    return [(item.question, item.record) for item in found]


@pytest.mark.parametrize(
    ("by_itself", "ndots"), [(NXDOMAIN, 1), (NODATA, 1), (answer("192.0.2.1"), 5)]
)
def test_the_search_list_is_looked_into_where_the_name_by_itself_is_not_what_was_found(
    by_itself: AnswerResult, ndots: int
) -> None:
    network = FakeNetwork(
        system=WILDCARD,
        wire={(FIRST, HOST, record): by_itself for record in ("A", "AAAA")},
        search=("lan", "example.net"),
        ndots=ndots,
    )
    network.wire[FIRST, COMPLETED, "A"] = answer("203.0.113.9")
    looked = Looked(network)
    assert sorted(related(looked)) == [
        (COMPLETED, "A"),
        (COMPLETED, "AAAA"),
        (f"{HOST}.lan", "A"),
        (f"{HOST}.lan", "AAAA"),
    ]
    assert looked.addresses.addresses == ("203.0.113.9",)


@pytest.mark.parametrize(
    ("host", "by_itself", "more"),
    [
        (HOST, answer("203.0.113.9"), {"ndots": 5}),  # what was found
        (HOST, answer("192.0.2.1"), {}),  # another of a pool: the name is looked up as it is
        (HOST, SILENT, {}),  # nothing to compare with
        (HOST, NXDOMAIN, {"hosts": ("203.0.113.9",)}),
        ("mail", NXDOMAIN, {}),  # made for the search list
        ("smtp.example.org.", NXDOMAIN, {}),  # never completed
    ],
)
def test_it_is_left_alone_otherwise(host: str, by_itself: AnswerResult, more: Any) -> None:
    network = FakeNetwork(
        system=WILDCARD,
        wire={(FIRST, host, record): by_itself for record in ("A", "AAAA")},
        search=("example.net",),
        **more,
    )
    assert related(Looked(network, host)) == []


# --- how long getaddrinfo is waited for -------------------------------------------------------


class Held(virtual.FakeNetwork):
    """A network on which getaddrinfo hangs for the first times, as after a lost packet."""

    times = 0

    async def system_lookup(self, host: str, timeout: float) -> LookupResult:
        self.times -= 1
        if self.times >= 0:
            await asyncio.sleep(timeout)
            return LookupResult(error="timeout")
        return await super().system_lookup(host, timeout)


def timed(
    network: virtual.FakeNetwork, seconds: float = 30, **more: Any
) -> tuple[SystemLookup, list[str], float]:
    """What getaddrinfo said, the roots, and when the look-up was over, by the virtual clock."""

    async def scenario() -> tuple[SystemLookup, list[str], float]:
        recorder = Recorder(Redactor("•"), clock=network.clock)
        async with asyncio.TaskGroup() as beside:
            await look_up(
                HOST,
                network,
                recorder.trail("dns"),
                deadline=Deadline(network.clock, seconds),
                beside=beside,
                **more,
            )
            over = network.clock()
        seen = recorder.observations()
        system = seen.first(SystemLookup)
        assert system is not None
        return system, [type(item).__name__ for item in seen.roots()], over

    return virtual.run(scenario())


@pytest.mark.parametrize("times", [1, 2, 4])
def test_a_lost_packet_that_holds_getaddrinfo_is_no_fault(times: int) -> None:
    network = Held(names={HOST: ("192.0.2.1",)})
    network.times = times
    system, roots, over = timed(network)
    assert (system.ok, system.addresses, roots) == (True, ("192.0.2.1",), [])
    assert over < SYSTEM_CAP


def test_getaddrinfo_that_always_hangs_is_a_fault_after_its_time() -> None:
    network = Held(names={HOST: ("192.0.2.1",)})
    network.times = 100
    system, roots, over = timed(network)
    assert (system.error, roots) == ("timeout", ["SystemLookup"])
    assert over == pytest.approx(SYSTEM_CAP)
    assert network.times == 100 - LOOKUPS


def test_it_is_not_begun_again_while_a_name_server_is_silent() -> None:
    network = Held(names={HOST: "never"})
    system, _, _ = timed(network)
    assert system.error == "timeout"
    assert network.asked.count(HOST) == 1 + 2 + 2  # getaddrinfo, UDP and TCP for A and AAAA


def test_it_is_hardly_waited_for_where_no_name_server_answers() -> None:
    _, _, over = timed(virtual.FakeNetwork(names={HOST: "never"}))
    assert over == pytest.approx(WIRE_CAP + BY_OTHER_WAYS, abs=0.1)


class HalfAnswered(virtual.FakeNetwork):
    """AAAA gets no answer; getaddrinfo goes on with A after three times five seconds, as glibc's
    does, or gives up, as musl's does."""

    goes_on = True
    over_tcp = False

    async def system_lookup(self, host: str, timeout: float) -> LookupResult:
        await asyncio.sleep(min(15, timeout))
        if timeout < 15:
            return LookupResult(error="timeout")
        if not self.goes_on:
            return LookupResult(error="EAI_AGAIN")
        return LookupResult(addresses=("192.0.2.1",))

    async def ask(
        self, server: str, question: str, record: str, timeout: float, *, over_tcp: bool = False
    ) -> AnswerResult:
        if record == "AAAA" and not (over_tcp and self.over_tcp):
            await asyncio.sleep(timeout)
            return AnswerResult(outcome="silent")
        transport: Literal["tcp", "udp"] = "tcp" if over_tcp else "udp"
        if record == "AAAA":
            return AnswerResult(outcome="nodata", transport=transport)
        return AnswerResult(outcome="answer", answers=("192.0.2.1",), transport=transport)


@pytest.mark.parametrize("over_tcp", [False, True])
def test_it_is_waited_for_where_one_of_its_two_questions_is_answered(over_tcp: bool) -> None:
    """What becomes of it is seen, not said beforehand: "gave up" was false of glibc."""
    network = HalfAnswered(names={HOST: ("192.0.2.1",)})
    network.over_tcp = over_tcp
    system, roots, over = timed(network)
    assert (system.ok, system.addresses, roots) == (True, ("192.0.2.1",), [])
    assert over == pytest.approx(15)


@pytest.mark.parametrize("seconds", [2.0, 5.0, 10.0])
def test_a_run_that_ends_before_that_has_seen_no_failure(seconds: float) -> None:
    system, _, over = timed(HalfAnswered(names={HOST: ("192.0.2.1",)}), seconds)
    assert system.error == CUT_OFF
    assert over == pytest.approx(seconds)


def test_it_gives_up_there_on_other_systems() -> None:
    network = HalfAnswered(names={HOST: ("192.0.2.1",)})
    network.goes_on = False
    system, roots, _ = timed(network)
    assert (system.error, roots) == ("EAI_AGAIN", ["SystemLookup"])


class ByAFile(virtual.FakeNetwork):
    """getaddrinfo knows the name from a file of hosts, a little after the name servers refused."""

    async def system_lookup(self, host: str, timeout: float) -> LookupResult:
        await asyncio.sleep(0.3)
        return LookupResult(addresses=("192.0.2.1",))

    async def ask(self, *question: Any, **more: Any) -> AnswerResult:
        return UNREACHABLE


def test_a_name_that_no_name_server_had_to_tell_is_found() -> None:
    system, _, _ = timed(ByAFile())
    assert (system.ok, system.addresses) == (True, ("192.0.2.1",))


def test_elsewhere_is_looked_once_no_name_server_has_said_anything_for_a_second() -> None:
    network = virtual.FakeNetwork(names={HOST: "never"})
    stuck: list[float] = []
    timed(
        network,
        public_resolvers=("192.0.2.99",),
        when_stuck=lambda: stuck.append(network.clock()),
    )
    assert stuck == [pytest.approx(STUCK, abs=0.01)]
    assert network.asked.count(HOST) == 1 + 2 + 2 + 2  # the last by the public one


def test_a_name_server_that_answers_leaves_others_alone() -> None:
    slow = virtual.FakeNetwork(names={HOST: ("192.0.2.1",)}, round_trip=0.9)
    stuck: list[bool] = []
    timed(slow, when_stuck=lambda: stuck.append(True))
    assert stuck == []


def test_it_is_asked_once_where_it_answers_a_little_after_the_name_servers() -> None:
    class Later(virtual.FakeNetwork):
        async def system_lookup(self, host: str, timeout: float) -> LookupResult:
            await asyncio.sleep(0.2)
            return await super().system_lookup(host, timeout)

    network = Later(names={HOST: ("192.0.2.1",)})
    system, _, _ = timed(network)
    assert system.ok
    assert network.asked.count(HOST) == 1 + 2  # getaddrinfo, A and AAAA

"""Runs beside each other: what they share, and what stays each one's own."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Any

import pytest

from smtpdoctor.checks import policies, reach
from smtpdoctor.demo.authority import Authority
from smtpdoctor.demo.behaviour import PASSWORD, USERNAME, Act, Behaviour
from smtpdoctor.examination.options import CheckOptions
from smtpdoctor.examination.order import examine
from smtpdoctor.examination.plan import Plan
from smtpdoctor.examination.shared import Shared, SharedNetwork
from smtpdoctor.network import AnswerResult, LookupResult
from smtpdoctor.observations import CUT_OFF, ConnectAttempt, Exchange, Observations, PlatformSeen
from smtpdoctor.plans import make_plan

from ..fake_network import A_MOMENT, FakeNetwork, run
from ..runs import ADDRESS, CONTROL_ADDRESSES, CONTROLS, GMAIL, HOST, certificate_of, one_host

OTHER = "mail.example.net"
SECOND = "192.0.2.11"


def plan_of(authority: Authority, host: str = HOST, **more: Any) -> Plan:
    options: dict[str, Any] = {
        "host": host,
        "user": USERNAME,
        "password": PASSWORD,
        "environ": {},
        "folder": "/no-such-folder",
        "cafile": authority.cafile,
    }
    return make_plan(CheckOptions(**{**options, **more}))


def examined(
    network: FakeNetwork, plans: Sequence[Plan], environ: dict[str, str] | None = None
) -> list[Observations]:
    """The plans at the same time, in one process."""

    async def all_of_them() -> list[Observations]:
        shared = Shared()
        runs = (examine(plan, network, environ or {}, shared=shared) for plan in plans)
        return await asyncio.gather(*runs)

    return run(all_of_them())


def most_with_one_server(network: FakeNetwork) -> int:
    """How many connections one address had at a time, without those that were closed at once."""
    events: dict[str, list[tuple[float, int]]] = {}
    for knock in network.knocks:
        stream = knock.stream
        if stream is None or stream.opened_at is None:
            continue
        end = float("inf") if stream.closed_at is None else stream.closed_at
        if end - stream.opened_at > 1000 * A_MOMENT:
            events.setdefault(knock.address, []).extend([(stream.opened_at, 1), (end, -1)])
    return max(
        max(accumulate(step for _, step in sorted(steps)), default=0) for steps in events.values()
    )


def logins(runs: Sequence[Observations]) -> list[bool | None]:
    return [item.ok for seen in runs for item in seen.of(Exchange, step="auth")]


# --- sockets --------------------------------------------------------------------------------


def test_no_more_connects_and_questions_wait_at_a_time_than_there_are_descriptors_for(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smtpdoctor.examination.shared.waiting_at_a_time", lambda: 2)
    network = Counting(one_host(authority, on_587=Behaviour(on_accept=Act.SILENCE)))
    runs = examined(network, [plan_of(authority, port=587) for _ in range(3)])  # type: ignore[arg-type]
    assert network.most == {"connect": 2, "ask": 2}
    assert all(seen.roots() for seen in runs)


class Counting:
    """A network that counts what goes on in it at a time."""

    def __init__(self, network: FakeNetwork) -> None:
        self._network = network
        self.most: Counter[str] = Counter()
        self._now: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._network, name)

    async def connect(self, *arguments: Any, **options: Any) -> Any:
        return await self._counted("connect", self._network.connect(*arguments, **options))

    async def ask(self, *arguments: Any, **options: Any) -> Any:
        return await self._counted("ask", self._network.ask(*arguments, **options))

    async def _counted(self, name: str, waited: Coroutine[Any, Any, Any]) -> Any:
        self._now[name] += 1
        self.most[name] = max(self.most[name], self._now[name])
        try:
            return await waited
        finally:
            self._now[name] -= 1


# --- sessions -------------------------------------------------------------------------------


def test_five_runs_with_one_server_have_two_sessions_at_a_time(authority: Authority) -> None:
    """By another name, on another port or by --connect-to: it is one server."""
    certificate = authority.issue([HOST, OTHER, "mail.example.org"])
    slow = Behaviour(certificate=certificate, greeting_delay=2)
    network = one_host(
        authority, on_587=slow, on_465=replace(slow, implicit_tls=True), names={OTHER: (ADDRESS,)}
    )
    elsewhere = f"mail.example.org:587:{ADDRESS}:587"
    plans = [
        plan_of(authority),
        plan_of(authority, port=465),
        plan_of(authority, port=587, only=["tls"]),
        plan_of(authority, OTHER, only=["tls"]),
        plan_of(authority, "mail.example.org", connect_to=[elsewhere], only=["tls"]),
    ]
    runs = examined(network, plans)
    assert most_with_one_server(network) == 2
    assert logins(runs) == [True, True]
    assert all(seen.first(Exchange, step="quit") is not None for seen in runs)
    assert all(knock.stream.closed for knock in network.knocks if knock.stream)


@pytest.mark.parametrize("on_587", [Act.SILENCE, Act.CLOSE])
def test_two_sessions_with_one_server_too_where_all_of_them_fail(
    authority: Authority, on_587: Act
) -> None:
    """Probes wait for the other runs' sessions, and nobody waits for ever."""
    silent = Behaviour(on_accept=Act.SILENCE)
    network = one_host(authority, on_587=Behaviour(on_accept=on_587), on_465=silent)
    runs = examined(network, [plan_of(authority, port=587) for _ in range(3)])
    assert most_with_one_server(network) == 2
    assert all(seen.roots() for seen in runs)
    assert all(knock.stream.closed for knock in network.knocks if knock.stream)


def test_a_server_is_known_by_where_a_connection_really_goes(authority: Authority) -> None:
    """Two hosts whose other port --connect-to leads to one server."""
    silent, third = Behaviour(on_accept=Act.SILENCE), "192.0.2.12"
    ports: dict[tuple[str, int], Any] = {
        (address, 587): Behaviour(on_accept=Act.CLOSE) for address in (ADDRESS, SECOND)
    }
    network = FakeNetwork(ports={**ports, (third, 465): silent})
    plans = [
        plan_of(
            authority,
            host,
            port=587,
            connect_to=[f"{host}:587:{address}:587", f"{host}:465:{third}:465"],
        )
        for host, address in ((HOST, ADDRESS), (OTHER, SECOND))
        for _ in range(2)
    ]
    examined(network, plans)
    assert len(network.knocks_on(third)) >= 4
    assert most_with_one_server(network) == 2


def test_one_run_has_two_sessions_at_a_time_over_all_addresses(authority: Authority) -> None:
    """Whether two addresses are one server can't be told."""
    silent, third = Behaviour(on_accept=Act.SILENCE), "192.0.2.12"
    network = FakeNetwork(
        names={HOST: (ADDRESS, SECOND, third)},
        ports={(ADDRESS, 587): silent, (SECOND, 465): silent, (third, 2525): silent},
    )
    examined(network, [plan_of(authority, port=587, third_party=False)])
    assert all(network.knocks_on(*place) for place in network.ports)
    assert network.most_sessions == 2


def test_servers_of_their_own_are_not_waited_for(authority: Authority) -> None:
    slow = Behaviour(certificate=certificate_of(authority), greeting_delay=4)
    names = {f"mail{number}.example.net": (f"198.51.100.{number}",) for number in range(6)}
    others = {(address, 587): slow for (address,) in names.values()}
    network = one_host(authority, names=names, others=others)
    runs = examined(network, [plan_of(authority, name, only=["tls"]) for name in names])
    greetings = [seen.first(Exchange, step="greeting", role="main") for seen in runs]
    assert all(item is not None and item.at < 1 for item in greetings)


def test_a_run_that_never_gets_its_turn_says_so(authority: Authority) -> None:
    """Two that take long; for the third, a second is over before one of them is done."""
    slow = Behaviour(certificate=certificate_of(authority), greeting_delay=8)
    network = one_host(authority, on_587=slow, on_465="refused")
    plans = [plan_of(authority, port=587, only=["tls"], timeout=timeout) for timeout in (45, 45, 2)]

    async def one_after_the_other() -> list[Observations]:
        shared = Shared()
        running = []
        for plan in plans:
            running.append(asyncio.create_task(examine(plan, network, {}, shared=shared)))
            await asyncio.sleep(0.4)
        return [await task for task in running]

    *_, last = run(one_after_the_other())
    (root,) = last.roots()
    assert isinstance(root, ConnectAttempt)
    assert root.error == CUT_OFF
    assert most_with_one_server(network) == 2


def test_a_run_that_is_cancelled_gives_its_place_to_the_next(authority: Authority) -> None:
    slow = Behaviour(certificate=certificate_of(authority), greeting_delay=8)
    network = one_host(authority, on_587=slow, on_465="refused")

    async def scenario() -> Observations:
        shared = Shared()
        running = []
        for _ in range(3):
            plan = plan_of(authority, port=587, only=["tls"])
            running.append(asyncio.create_task(examine(plan, network, {}, shared=shared)))
            await asyncio.sleep(0.4)
        running[0].cancel()
        await asyncio.wait({running[0]})
        assert network.clock() < 1.3
        await running[1]
        return await running[2]

    greeting = run(scenario()).first(Exchange, step="greeting", role="main")
    assert greeting is not None
    assert greeting.at < 1  # its own time: it began 0.8 s after the first
    assert greeting.ok
    assert most_with_one_server(network) == 2


# --- what is made once ----------------------------------------------------------------------


def test_the_same_look_up_is_made_once(authority: Authority) -> None:
    network = one_host(authority, names={OTHER: (SECOND,)})
    alone = one_host(authority)
    examined(alone, [plan_of(authority)])
    plans = [plan_of(authority), plan_of(authority, port=465), plan_of(authority, OTHER)]
    runs = examined(network, plans)
    assert Counter(network.asked)[HOST] == Counter(alone.asked)[HOST]
    once = Counter(alone.asked_for_policies)
    asked = Counter(network.asked_for_policies)
    assert once
    assert once == Counter({key: number for key, number in asked.items() if key in once})
    assert len({tuple(item.id for item in seen.roots()) for seen in runs[:2]}) == 1


def test_control_hosts_are_knocked_on_once(authority: Authority) -> None:
    names = {OTHER: (SECOND,)}
    blocked: dict[tuple[str, int], Any] = {
        **{(address, 587): "silent" for (address,) in CONTROLS.values()},
        (SECOND, 587): "silent",
        (SECOND, 465): "silent",
    }
    network = one_host(authority, on_587="silent", names=names, others=blocked)
    alone = one_host(authority, on_587="silent", others=blocked)
    examined(alone, [plan_of(authority)])
    runs = examined(network, [plan_of(authority), plan_of(authority, OTHER)])
    for address in (GMAIL, *CONTROL_ADDRESSES):
        assert len(network.knocks_on(address)) == len(alone.knocks_on(address)) > 0
    for seen in runs:
        controls = seen.of(ConnectAttempt, purpose="control")
        assert {(item.provider, item.outcome) for item in controls} == {
            ("gmail", "silent"),
            ("microsoft365", "silent"),
        }
        assert len(seen.of(ConnectAttempt, purpose="control-address")) == 3
        assert all(item.at >= 0 for item in controls)


def test_a_control_that_one_run_s_end_cut_off_is_knocked_on_again(authority: Authority) -> None:
    network = one_host(authority, on_587="silent", others={(GMAIL, 587): "silent"})
    plans = [plan_of(authority, port=587, timeout=timeout) for timeout in (1.5, 45.0)]
    short, long = examined(network, plans)
    assert short.of(ConnectAttempt, purpose="control", provider="gmail") == []
    (control,) = long.of(ConnectAttempt, purpose="control", provider="gmail")
    assert control.outcome == "silent"
    assert control.seconds == pytest.approx(reach.BESIDE, abs=0.1)


def test_the_machine_s_marks_are_looked_for_once(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    from smtpdoctor.surroundings import platform_marks

    looked: list[Any] = []
    original = platform_marks.detect
    monkeypatch.setattr(
        platform_marks, "detect", lambda *environ: looked.append(environ) or original(*environ)
    )
    network = one_host(authority, on_587="refused")
    plans = [plan_of(authority), plan_of(authority, port=587)]
    runs = examined(network, plans, {"RENDER": "true"})
    assert len(looked) == 1
    assert all(seen.first(PlatformSeen, platform="render") is not None for seen in runs)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:DB8:0:0::1", True),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("fe80::1%eth0", "fe80::1%eth1", False),
        ("192.0.2.1", "192.0.2.2", False),
    ],
)
def test_a_server_has_its_slots_by_every_spelling(one: str, other: str, same: bool) -> None:
    async def scenario() -> bool:
        shared = Shared()
        async with shared.servers.session_with(one), shared.servers.session_with(one):
            assert not shared.servers.is_free(one)
            return not shared.servers.is_free(other)

    assert run(scenario()) is same


# --- the object itself ----------------------------------------------------------------------


def test_what_does_not_count_is_made_again() -> None:
    async def scenario() -> tuple[list[int], int]:
        shared = Shared()
        made: list[int] = []

        async def make() -> int:
            made.append(len(made))
            await asyncio.sleep(1)
            return made[-1]

        async def ask(least: int) -> int:
            return await shared.once("key", make, counts=lambda value: value >= least)

        return await asyncio.gather(ask(0), ask(0), ask(1), ask(1)), len(made)

    assert run(scenario()) == ([0, 0, 1, 1], 2)


def test_a_task_ends_with_the_last_who_waits_for_it() -> None:
    async def scenario() -> tuple[str, bool, float, int]:
        shared = Shared()
        clock = asyncio.get_running_loop().time

        async def make() -> str:
            await asyncio.sleep(5)
            return "made"

        first = asyncio.create_task(shared.once("key", make))
        second = asyncio.create_task(shared.once("key", make))
        await asyncio.sleep(1)
        first.cancel()
        kept = await second
        alone = asyncio.create_task(shared.once("other", make))
        await asyncio.sleep(1)
        alone.cancel()
        began = clock()
        await asyncio.gather(alone, return_exceptions=True)
        return kept, first.cancelled(), clock() - began, len(asyncio.all_tasks())

    assert run(scenario()) == ("made", True, pytest.approx(0, abs=0.01), 1)


def test_an_exception_is_its_maker_s_own() -> None:
    async def scenario() -> list[Any]:
        shared = Shared()
        left = [ValueError("mine")]

        async def make() -> str:
            await asyncio.sleep(1)
            if left:
                raise left.pop()
            return "made"

        asked = (shared.once("key", make) for _ in range(2))
        return await asyncio.gather(*asked, return_exceptions=True)

    first, second = run(scenario())
    assert isinstance(first, ValueError)
    assert second == "made"


Ask = Callable[[SharedNetwork, float], Coroutine[Any, Any, Any]]


@pytest.mark.parametrize(
    ("ask", "nothing"),
    [
        (lambda seen, timeout: seen.system_lookup(HOST, timeout), LookupResult(error="timeout")),
        (
            lambda seen, timeout: seen.ask("192.0.2.53", HOST, "A", timeout),
            AnswerResult(outcome="silent"),
        ),
    ],
    ids=["system", "wire"],
)
def test_a_silence_counts_for_others_only_where_it_was_as_long(ask: Ask, nothing: Any) -> None:
    async def scenario() -> list[float]:
        network = FakeNetwork(names={HOST: "never"})
        shared = Shared()
        times = []
        # the second has less time than the first has left, the third more than it had
        for timeout in (2.0, 1.0, 3.0):
            began = network.clock()
            assert await ask(SharedNetwork(network, shared), timeout) == nothing
            times.append(network.clock() - began)
        short, long = (SharedNetwork(network, Shared()) for _ in range(2))
        began = network.clock()
        await asyncio.gather(ask(long, 9.0), ask(short, 1.0))
        return [*times, network.clock() - began]

    first, second, third, _ = run(scenario())
    assert first == pytest.approx(2, abs=0.02)
    assert second == pytest.approx(0, abs=0.02)
    assert third == pytest.approx(3, abs=0.02)


def test_nobody_waits_longer_for_another_s_question_than_for_its_own() -> None:
    async def scenario() -> float:
        network = FakeNetwork(names={HOST: "never"})
        shared = Shared()
        asking = asyncio.create_task(SharedNetwork(network, shared).system_lookup(HOST, 9.0))
        await asyncio.sleep(0.1)
        await SharedNetwork(network, shared).system_lookup(HOST, 1.0)
        waited = network.clock()
        await asking
        return waited

    assert run(scenario()) == pytest.approx(1.1, abs=0.02)


def test_a_question_that_a_run_repeats_is_asked_again() -> None:
    async def scenario() -> int:
        network = FakeNetwork(names={HOST: (ADDRESS,)})
        shared = Shared()
        for seen in (SharedNetwork(network, shared), SharedNetwork(network, shared)):
            await seen.system_lookup(HOST, 1.0)
            await seen.system_lookup(HOST, 1.0)
        return len(network.asked)

    assert run(scenario()) == 2


def test_a_crash_beside_a_run_stays_that_run_s(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of tasks that nobody waits for, too: the policies' look-ups are one."""
    from smtpdoctor.observations import CheckRun

    async def boom(*arguments: object, **options: object) -> None:
        raise RuntimeError("seven-herons-at-dawn")

    monkeypatch.setattr(policies, "look_up_policies", boom)
    (seen,) = examined(one_host(authority), [plan_of(authority, sender="info@example.com")])
    crashes = [(item.name, item.crash) for item in seen.of(CheckRun) if item.crash]
    assert [name for name, _ in crashes] == ["sender"]
    assert "RuntimeError" in crashes[0][1]
    assert logins([seen]) == [True]


# --- how long it is kept --------------------------------------------------------------------


def asked_at(kept: AnswerResult | LookupResult, *times: float) -> int:
    """How often a question goes out that is put by another run at each of these times."""

    async def scenario() -> int:
        network = Answering(kept)
        shared = Shared()
        clock = asyncio.get_running_loop().time
        for when in times:
            await asyncio.sleep(when - clock())
            seen = SharedNetwork(network, shared)  # type: ignore[arg-type]
            if isinstance(kept, LookupResult):
                assert await seen.system_lookup(HOST, 3.0) == kept
            else:
                assert await seen.ask("192.0.2.53", HOST, "A", 3.0) == kept
        return network.asked

    return run(scenario())


class Answering(FakeNetwork):
    """A network that answers every question at once, and counts."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.answer = answer
        self.asked = 0  # type: ignore[assignment]

    async def ask(self, *arguments: Any, **options: Any) -> Any:
        self.asked += 1  # type: ignore[operator]
        return self.answer

    async def system_lookup(self, *arguments: Any) -> Any:
        return await self.ask()


@pytest.mark.parametrize(
    ("kept", "seconds"),
    [
        (AnswerResult(outcome="answer", answers=(ADDRESS,), ttl=300), 300),
        (AnswerResult(outcome="nxdomain", ttl=60), 60),
        (AnswerResult(outcome="nodata", ttl=0), 0),
        # the longest that RFC 2308 §5 has for a "no"
        (AnswerResult(outcome="nodata", ttl=1_000_000), 10_800),
        (AnswerResult(outcome="answer", answers=(ADDRESS,), ttl=1_000_000), 86_400),
        (AnswerResult(outcome="servfail"), 5),
        (LookupResult(addresses=(ADDRESS,)), 60),
        (LookupResult(error="EAI_NONAME"), 60),
        (LookupResult(error="EAI_AGAIN"), 5),
    ],
)
def test_an_answer_is_kept_for_as_long_as_it_says(
    kept: AnswerResult | LookupResult, seconds: float
) -> None:
    assert asked_at(kept, 0, seconds - 1, seconds + 1) == (2 if seconds else 3)
    assert asked_at(kept, 0, 0, 0) == (1 if seconds else 3)


def test_of_what_may_be_forgotten_no_more_is_kept_than_so_much(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("smtpdoctor.examination.shared.MOST_KEPT", 10)

    async def scenario() -> tuple[list[int], list[int]]:
        shared = Shared()
        made: list[int] = []

        async def make(number: int) -> int:
            made.append(number)
            return number

        await shared.once("marks", lambda: make(-1))
        for number in range(50):
            await shared.once(number, lambda number=number: make(number), lasts=lambda _: 60.0)  # type: ignore[misc]
            assert len(shared._once) <= 10
        first = list(made)
        await shared.once("marks", lambda: make(-1))  # this machine stays what it is
        await shared.once(49, lambda: make(49), lasts=lambda _: 60.0)
        await shared.once(0, lambda: make(0), lasts=lambda _: 60.0)
        return first, made[len(first) :]

    first, again = run(scenario())
    assert first == [-1, *range(50)]
    assert again == [0]


def test_what_its_maker_did_not_wait_for_is_kept_no_longer_than_it_says() -> None:
    async def scenario() -> int:
        shared = Shared()
        made: list[int] = []

        async def make() -> int:
            made.append(1)
            await asyncio.sleep(1)
            return 1

        def ask() -> asyncio.Task[int]:
            return asyncio.create_task(shared.once("key", make, lasts=lambda _: 60.0))

        first, second = ask(), ask()
        await asyncio.sleep(0.5)
        first.cancel()
        await second
        await asyncio.sleep(30)
        await ask()
        await asyncio.sleep(40)
        await ask()
        return len(made)

    assert run(scenario()) == 2


def test_nothing_is_kept_of_a_server_that_nobody_speaks_with() -> None:
    async def scenario() -> int:
        shared = Shared()
        for number in range(100):
            async with shared.servers.session_with(f"192.0.2.{number}"):
                assert shared.servers.is_free(f"192.0.2.{number}")
        return len(shared.servers._slots)

    assert run(scenario()) == 0


def test_between_two_logins_at_one_server_there_is_a_pause() -> None:
    """Also where the first comes late; another server's logins wait for nobody."""

    async def scenario() -> tuple[list[float], list[tuple[str, str]]]:
        told: list[tuple[str, str]] = []
        shared = Shared(login_pause=1.0, login_begins=told.append)
        clock = asyncio.get_running_loop().time
        began: list[float] = []

        async def log_in(address: str, user: str) -> None:
            await shared.turn_to_log_in(address, (HOST, user))
            began.append(clock())

        await asyncio.gather(*(log_in(ADDRESS, user) for user in "abc"), log_in(SECOND, "d"))
        await asyncio.sleep(10)
        await log_in(ADDRESS, "e")
        return began, told

    began, told = run(scenario())
    assert began == pytest.approx([0, 0, 1, 2, 12], abs=0.01)
    assert [user for _, user in told] == ["a", "d", "b", "c", "e"]


def test_runs_log_in_one_after_the_other(authority: Authority) -> None:
    network = one_host(authority)

    async def scenario() -> list[Observations]:
        shared = Shared(login_pause=3.0)
        plans = [plan_of(authority), plan_of(authority, port=465)]
        return await asyncio.gather(*(examine(plan, network, {}, shared=shared) for plan in plans))

    runs = run(scenario())
    first, second = sorted(
        item.at for seen in runs for item in seen.of(Exchange, step="auth", ok=True)
    )
    assert second - first >= 2.9

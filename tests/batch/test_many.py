"""Many targets at once, on a network in memory: manners, fairness, accounts, and how it ends."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from itertools import accumulate, pairwise
from typing import Any

import pytest

from smtpdoctor import api
from smtpdoctor.batch.accounts import UNKNOWN, Account, Accounts, Login
from smtpdoctor.batch.many import USUAL, Pace, check_all, pace_of
from smtpdoctor.batch.model import Checked, RunLostError, Target
from smtpdoctor.batch.targets import common_options, sender_of, target_of
from smtpdoctor.demo.authority import Authority
from smtpdoctor.demo.behaviour import PASSWORD, USERNAME, Act, Behaviour
from smtpdoctor.examination.plan import Plan
from smtpdoctor.observations import ConnectAttempt, Exchange
from smtpdoctor.report.model import Report
from smtpdoctor.settings.usage import UsageError

from ..fake_network import A_MOMENT, FakeNetwork, run
from ..runs import ADDRESS, GMAIL, HOST, certificate_of, one_host

Given = str | Mapping[str, object]
LOGIN = {"host": HOST, "user": USERNAME, "password": PASSWORD}


def targets_of(authority: Authority, given: Iterable[Given], **options: Any) -> list[Target]:
    common = common_options(cafile=authority.cafile, **options)
    return [target_of(number, each, common) for number, each in enumerate(given)]


async def read(targets: Iterable[Target]) -> AsyncIterator[Target]:
    for target in targets:
        yield target


def checked(
    network: FakeNetwork, targets: Iterable[Target], pace: Pace = USUAL, **more: Any
) -> list[Checked]:
    """All results, in the order in which they came."""

    async def all_of_them() -> list[Checked]:
        results = check_all(read(targets), network, {}, pace=pace, **more)
        return [each async for each in results]

    return run(all_of_them())


def servers(authority: Authority, number: int, behaviour: Behaviour) -> dict[str, Any]:
    """Hosts mail0.example.net, …, each on an address of its own."""
    names = {f"mail{each}.example.net": (f"198.51.100.{each}",) for each in range(number)}
    others = {(address, 587): behaviour for (address,) in names.values()}
    return {"names": names, "others": others}


def wildcard(authority: Authority, number: int) -> Any:
    return authority.issue([HOST, *(f"mail{each}.example.net" for each in range(number))])


def most_sessions_of(network: FakeNetwork, address: str) -> int:
    events: list[tuple[float, int]] = []
    for knock in network.knocks_on(address):
        stream = knock.stream
        if stream is None or stream.opened_at is None:
            continue
        end = float("inf") if stream.closed_at is None else stream.closed_at
        if end - stream.opened_at > 1000 * A_MOMENT:
            events += [(stream.opened_at, 1), (end, -1)]
    return max(accumulate((step for _, step in sorted(events)), initial=0))


# --- results --------------------------------------------------------------------------------


def test_each_target_has_its_result_with_its_place(authority: Authority) -> None:
    network = one_host(authority, names={"gone.example.net": "EAI_NONAME"})
    given: list[Given] = [HOST, "gone.example.net", {"host": ""}, f"{HOST}:465", {"hots": HOST}]
    found = {each.position: each for each in checked(network, targets_of(authority, given))}
    assert sorted(found) == [0, 1, 2, 3, 4]
    reports = {place: each.report for place, each in found.items() if each.report is not None}
    assert {place: report.verdict for place, report in reports.items()} == {
        0: "healthy",
        1: "broken",
        3: "healthy",
    }
    assert found[2].error == "no host: give it as host or as target"
    assert "hots" in found[4].error
    assert [found[place].target for place in (0, 1, 3)] == [HOST, "gone.example.net", f"{HOST}:465"]


def test_a_fault_of_our_own_is_one_target_s_result(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    from smtpdoctor import api

    original = api.run

    async def broken(plan: Any, **more: Any) -> Any:
        if plan.port == 465:
            raise KeyError(PASSWORD)
        return await original(plan, **more)

    monkeypatch.setattr(api, "run", broken)
    given = [{**LOGIN, "port": 465}, {"host": HOST, "port": 587}]
    found = {
        each.position: each for each in checked(one_host(authority), targets_of(authority, given))
    }
    assert "KeyError" in found[0].error
    assert PASSWORD not in found[0].error
    assert found[1].report is not None


def test_an_exception_of_the_input_comes_to_whoever_listens(authority: Authority) -> None:
    async def torn() -> AsyncIterator[Target]:
        yield targets_of(authority, [HOST])[0]
        raise OSError("the file has gone")

    async def scenario() -> int:
        network = one_host(authority)
        with pytest.raises(OSError, match="has gone"):
            async for _ in check_all(torn(), network, {}):
                pass
        await asyncio.sleep(1)  # what was cancelled ends in its own turn
        return len(asyncio.all_tasks()) - 1 - len([t for t in network.tasks if not t.done()])

    assert run(scenario()) == 0


def test_who_stops_listening_leaves_nothing_behind(authority: Authority) -> None:
    silent = Behaviour(on_accept=Act.SILENCE)
    network = one_host(authority, on_587=silent, on_465=silent)

    async def scenario() -> tuple[int, float]:
        targets = targets_of(authority, [{"host": HOST, "port": 587}] * 5)
        results = check_all(read(targets), network, {})
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(3), contextlib.aclosing(results):
                async for _ in results:
                    pass
        ended = network.clock()
        await asyncio.sleep(1)
        theirs = [task for task in network.tasks if not task.done()]
        return len(asyncio.all_tasks()) - 1 - len(theirs), ended

    left, ended = run(scenario())
    assert left == 0
    assert ended < 3.1
    assert all(knock.stream.closed for knock in network.knocks if knock.stream)


def test_targets_are_read_as_they_are_needed(authority: Authority) -> None:
    """Endless input, and a listener who takes his time."""
    slow = Behaviour(certificate=certificate_of(authority), greeting_delay=1)
    network = one_host(authority, on_587=slow)
    made: list[int] = []

    async def endless() -> AsyncIterator[Target]:
        common = common_options(cafile=authority.cafile)
        for number in range(10**9):
            made.append(number)
            yield target_of(number, {"host": HOST, "port": 587}, common)

    async def scenario() -> list[int]:
        results = check_all(endless(), network, {}, pace=Pace(jobs=4, waiting=20))
        found = []
        async with contextlib.aclosing(results):
            async for each in results:
                found.append(each.position)
                if len(found) == 10:
                    return found
        raise AssertionError

    assert len(run(scenario())) == 10
    # those that came, those that run or wait to be taken, those that wait, and the one in hand
    assert len(made) <= 10 + 2 * 4 + 20 + 1


def test_bad_targets_without_end_are_not_read_ahead(authority: Authority) -> None:
    made: list[int] = []

    async def endless() -> AsyncIterator[Target]:
        for number in range(10**9):
            made.append(number)
            yield Target(position=number, error="no host")

    async def scenario() -> None:
        results = check_all(endless(), one_host(authority), {}, pace=Pace(jobs=4))
        async with contextlib.aclosing(results):
            async for _ in results:
                await asyncio.sleep(1)
                if len(made) > 5:
                    return

    run(scenario())
    assert len(made) < 12


# --- manners --------------------------------------------------------------------------------


@pytest.mark.parametrize("greeting", [None, Act.CLOSE, Act.SILENCE])
def test_one_server_never_has_more_than_two_sessions(
    authority: Authority, greeting: Act | None
) -> None:
    """Healthy or not; by another name, too."""
    behaviour = Behaviour(certificate=certificate_of(authority), on_accept=greeting)
    network = one_host(authority, on_587=behaviour, names={"mail.example.net": (ADDRESS,)})
    given = [{"host": name, "port": 587} for name in (HOST, "mail.example.net") for _ in range(6)]
    found = checked(network, targets_of(authority, given))
    assert len(found) == 12
    assert most_sessions_of(network, ADDRESS) <= 2


def test_every_run_has_its_own_time(authority: Authority) -> None:
    """The last of twenty that fail slowly sees what the first saw: nobody's time-out runs while he
    waits for his turn."""
    silent = Behaviour(on_accept=Act.SILENCE)
    network = one_host(authority, on_587=silent, on_465="refused")
    found = checked(network, targets_of(authority, [{"host": HOST, "port": 587}] * 20))
    codes = Counter(each.report.diagnoses[0].code for each in found if each.report is not None)
    assert codes == {"greeting-missing": 20}


def test_no_slow_server_holds_the_others_up(authority: Authority) -> None:
    """Fifty targets of a server that never greets stand before one each of ten others."""
    healthy = Behaviour(certificate=wildcard(authority, 10))
    silent = Behaviour(on_accept=Act.SILENCE)
    network = one_host(
        authority, on_587=silent, on_465="refused", **servers(authority, 10, healthy)
    )
    slow: list[Given] = [{"host": HOST, "port": 587} for _ in range(50)]
    quick: list[Given] = [{"host": f"mail{each}.example.net", "port": 587} for each in range(10)]

    async def scenario() -> list[int]:
        targets = targets_of(authority, [*slow, *quick])
        results = check_all(read(targets), network, {}, pace=Pace(jobs=3))
        found = []
        async with contextlib.aclosing(results):
            async for each in results:
                found.append(each.position)
                if len(found) == 10:
                    break
        assert network.clock() < 20
        return found

    assert sorted(run(scenario())) == list(range(50, 60))


def test_no_more_runs_than_jobs(authority: Authority) -> None:
    behaviour = Behaviour(certificate=wildcard(authority, 20), greeting_delay=0.3)
    network = one_host(authority, **servers(authority, 20, behaviour))
    given = [{"host": f"mail{each}.example.net", "port": 587} for each in range(20)]
    assert len(checked(network, targets_of(authority, given), Pace(jobs=3))) == 20
    assert network.most_sessions == 3


def test_no_faster_than_the_rate(authority: Authority) -> None:
    network = one_host(
        authority, **servers(authority, 10, Behaviour(certificate=wildcard(authority, 10)))
    )
    given = [{"host": f"mail{each}.example.net", "port": 587} for each in range(10)]
    checked(network, targets_of(authority, given), Pace(rate=2))
    began = sorted(
        min(knock.at for knock in network.knocks_on(f"198.51.100.{each}", 587))
        for each in range(10)
    )
    assert all(later - sooner > 0.45 for sooner, later in pairwise(began))


def test_control_hosts_are_knocked_on_once_a_minute(authority: Authority) -> None:
    names = {f"mail{each}.example.net": (f"198.51.100.{each}",) for each in range(30)}
    network = one_host(authority, names=names, otherwise="silent")
    given = [{"host": name, "port": 587} for name in names]
    found = checked(network, targets_of(authority, given))
    for each in found:
        assert each.report is not None
        assert each.report.diagnoses[0].code in ("port-blocked", "host-unreachable")
        assert each.report.observations.of(ConnectAttempt, purpose="control")
    assert len(network.knocks_on(GMAIL, 587)) == 1


@pytest.mark.parametrize(
    ("jobs", "rate"), [(0, None), (-1, None), (1, 0.0), (1, -1.0), (1, float("nan"))]
)
def test_a_pace_that_is_none(jobs: int, rate: float | None) -> None:
    with pytest.raises(UsageError):
        pace_of(jobs, rate)


# --- accounts -------------------------------------------------------------------------------


def logins(network: FakeNetwork) -> int:
    return sum(session.auth_attempts for session in network.sessions)


def test_an_account_is_logged_in_once(authority: Authority) -> None:
    """Also on another port, and by another name of its provider; others' accounts are theirs."""
    behaviour = Behaviour(
        certificate=certificate_of(authority), users={USERNAME: PASSWORD, "b@example.com": "b"}
    )
    network = one_host(authority, on_587=behaviour)
    given = [LOGIN, {**LOGIN, "port": 587}, LOGIN, {**LOGIN, "user": "b@example.com"}]
    found = {each.position: each for each in checked(network, targets_of(authority, given))}
    assert logins(network) == 2
    assert [found[place].login_at for place in range(4)] == [None, 0, 0, None]
    second = found[1].report
    assert second is not None
    assert second.verdict == "healthy"
    (note,) = [item for item in second.diagnoses if item.code == "credentials-missing"]
    assert "target 0 logs in with the same account" in note.title


@pytest.mark.parametrize("same", [True, False])
def test_a_server_by_many_names_gets_one_login_of_an_account(
    authority: Authority, same: bool
) -> None:
    """A list would else be a way to guess at a password, or to lock an account out."""
    names = {f"mail{number}.example.net": (ADDRESS,) for number in range(6)}
    network = one_host(
        authority,
        on_587=Behaviour(certificate=wildcard(authority, 6), users={USERNAME: PASSWORD}),
        names=names,
    )
    given = [
        {**LOGIN, "host": name, "port": 587, "password": "wrong" if same else f"wrong-{name}"}
        for name in names
    ]
    found = checked(network, targets_of(authority, given))
    assert logins(network) == 1
    assert [each.login_at for each in sorted(found, key=lambda each: each.position)] == [
        None,
        *[0] * 5,
    ]
    assert Counter(each.report.verdict for each in found if each.report) == {
        "broken": 1,
        "inconclusive": 5,
    }


def test_a_name_that_moves_to_another_address_is_the_same_account(authority: Authority) -> None:
    """And so is what stands at that address by another name."""
    accounts = Accounts()
    (first, second) = targets_of(authority, [LOGIN, {**LOGIN, "host": "mail.example.net"}])
    assert first.plan is not None
    assert second.plan is not None
    here = accounts.key_of(first.plan, ADDRESS)
    assert here is not None
    accounts.claim(here, first.plan, 0)
    accounts.lost(here)
    for plan in (first.plan, second.plan):
        there = accounts.key_of(plan, "198.51.100.9")
        assert there is not None
        assert accounts.login_of(there) is not None
    assert accounts.key_of(first.plan, ADDRESS) == here


def test_what_came_of_the_login_is_told_of_every_target(authority: Authority) -> None:
    """A second target of a refused account is never healthy, nor is one with another password."""
    network = one_host(authority)
    wrong = {**LOGIN, "password": "not-it"}
    given = [wrong, {**wrong, "port": 465}, LOGIN]
    found = {each.position: each.report for each in checked(network, targets_of(authority, given))}
    assert logins(network) == 1
    first, same, other = (found[place] for place in range(3))
    assert first is not None
    assert first.verdict == "broken"
    assert same is not None
    assert same.verdict == "inconclusive"
    assert same.not_checked[0].why == "target 0 tried this account: credentials-rejected"
    assert other is not None
    assert other.verdict == "inconclusive"
    assert "another password" in other.not_checked[0].why


def test_a_target_without_tls_is_not_taken_for_one_that_could_log_in(
    authority: Authority,
) -> None:
    """Its program fails, whatever the account's login came to elsewhere."""
    network = one_host(authority)
    given = [{**LOGIN, "port": 587}, {**LOGIN, "port": 587, "tls": "none"}]
    found = {each.position: each for each in checked(network, targets_of(authority, given))}
    verdicts = [report.verdict for place in (0, 1) if (report := found[place].report)]
    assert verdicts == ["healthy", "broken"]
    assert found[1].login_at is None
    assert logins(network) == 1


def test_where_no_login_came_about_the_next_may_try(authority: Authority) -> None:
    network = one_host(authority, on_587="refused")
    given = [{**LOGIN, "port": 587}, {**LOGIN, "port": 465}]
    found = {each.position: each.report for each in checked(network, targets_of(authority, given))}
    second = found[1]
    assert second is not None
    assert second.verdict == "healthy"
    assert second.observations.first(Exchange, step="auth", ok=True) is not None


def test_a_login_that_never_went_out_leaves_all_names_of_the_account(authority: Authority) -> None:
    """Also an address that was asked about while it was under way: who waits there may log in."""
    accounts = Accounts()
    no_login, target = targets_of(authority, [HOST, LOGIN])
    assert target.plan is not None
    here, there = (accounts.key_of(target.plan, at) for at in (ADDRESS, "198.51.100.9"))
    assert here is not None
    assert there is not None
    accounts.claim(here, target.plan, 0)
    assert accounts.login_of(there) is not None
    [made] = checked(one_host(authority), [no_login])
    accounts.settle(here, made.report)
    assert accounts.login_of(here) is None
    assert accounts.login_of(there) is None


def test_logins_are_told_before_and_after(authority: Authority) -> None:
    told: list[object] = []
    targets = targets_of(authority, [HOST, {**LOGIN, "password": "not-it"}])
    assert targets[1].plan is not None
    account = Accounts().key_of(targets[1].plan, ADDRESS)
    checked(
        one_host(authority),
        targets,
        accounts=Accounts(
            told=lambda account, login: told.append((account, login.position, login.outcome))
        ),
    )
    assert told == [(account, 1, ""), (account, 1, "credentials-rejected")]


def test_between_the_logins_at_a_server_there_is_a_pause(authority: Authority) -> None:
    users = {f"user{each}@example.com": PASSWORD for each in range(5)}
    behaviour = Behaviour(certificate=certificate_of(authority), users=users)
    network = one_host(authority, on_587=behaviour)
    given = [{**LOGIN, "user": user, "port": 587} for user in users]
    began = []

    async def scenario() -> None:
        async for each in check_all(
            read(targets_of(authority, given)),
            network,
            {},
            accounts=Accounts(
                told=lambda _, login: None if login.outcome else began.append(network.clock())
            ),
        ):
            assert each.report is not None
            assert each.report.verdict == "healthy"

    run(scenario())
    assert len(began) == 5
    assert all(later - sooner > 0.99 for sooner, later in pairwise(began))


def test_a_server_that_has_had_enough_logins_is_left_alone_for_longer(
    authority: Authority,
) -> None:
    """For twice as long each time; other servers' targets go on."""
    tired = Behaviour(
        certificate=certificate_of(authority),
        auth_answer="454 4.7.0 Too many login attempts, please try again later",
    )
    network = one_host(
        authority,
        on_587=tired,
        **servers(authority, 3, Behaviour(certificate=wildcard(authority, 3))),
    )
    given: list[Given] = [
        {**LOGIN, "user": f"user{each}@example.com", "port": 587} for each in range(4)
    ]
    given += [{"host": f"mail{each}.example.net", "port": 587} for each in range(3)]
    began: list[float] = []
    found = checked(
        network,
        targets_of(authority, given),
        accounts=Accounts(
            told=lambda _, login: None if login.outcome else began.append(network.clock())
        ),
    )
    assert [each.position for each in found[:4]].count(0) == 1
    assert {each.position for each in found[:4]} == {0, 4, 5, 6}
    codes = [each.report.diagnoses[0].code for each in found if each.report and each.position < 4]
    assert codes == ["auth-rate-limited"] * 4
    pauses = [later - sooner for sooner, later in pairwise(began)]
    assert [round(pause / 5) for pause in pauses] == [1, 2, 4]


def test_a_full_disk_ends_it_all(authority: Authority) -> None:
    def told(_: Account, login: Login) -> None:
        if login.outcome:
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        checked(one_host(authority), targets_of(authority, [LOGIN]), accounts=Accounts(told=told))


@pytest.mark.parametrize("part", [0, 1])
def test_a_login_whose_run_was_ended_is_not_made_again(authority: Authority, part: int) -> None:
    """Neither by the target itself nor by another of its account, by name or by address."""
    targets = targets_of(authority, [LOGIN, {**LOGIN, "port": 465}])
    assert targets[0].plan is not None
    account = Accounts(key=b"the batch's").key_of(targets[0].plan, ADDRESS)
    assert account is not None
    before = {account[part]: Login(0, UNKNOWN)}
    network = one_host(authority)
    found = checked(network, targets, accounts=Accounts(key=b"the batch's", before=before))
    assert logins(network) == 0
    for each in found:
        assert each.report is not None
        assert each.report.verdict == "inconclusive"
        assert "ended before its login was over" in each.report.not_checked[0].why
    assert {each.position: each.login_at for each in found} == {0: None, 1: 0}


# --- senders --------------------------------------------------------------------------------


def test_senders_are_judged_beside_each_other_and_a_domain_is_asked_once() -> None:
    network = FakeNetwork()
    targets = [
        sender_of(number, address)
        for number, address in enumerate(["a@example.com", "b@example.com", "nothing"])
    ]
    found = {each.position: each for each in checked(network, targets)}
    assert [found[place].report is not None for place in range(3)] == [True, True, False]
    assert Counter(network.asked_for_policies)["example.com", "TXT"] == 1
    assert network.knocks == []


# --- runs that are made elsewhere -----------------------------------------------------------


class Elsewhere:
    """A runner that loses its first runs, as a worker does that is killed."""

    def __init__(self, network: FakeNetwork, lost: int) -> None:
        self._network = network
        self._lost = lost
        self.plans: list[Plan] = []
        self.at_a_time: Counter[str] = Counter()
        self.most = 0

    async def __call__(self, plan: Plan, server: str) -> Report:
        self.plans.append(plan)
        self.at_a_time[server] += 1
        self.most = max(self.most, self.at_a_time[server])
        try:
            await asyncio.sleep(1)
            if len(self.plans) <= self._lost:
                raise RunLostError
            return await api.run(plan, environ={}, network=self._network)
        finally:
            self.at_a_time[server] -= 1


def test_a_run_whose_worker_has_gone_is_made_again(authority: Authority) -> None:
    network = one_host(authority)
    elsewhere = Elsewhere(network, 2)
    (one,) = checked(network, targets_of(authority, [HOST]), runner=elsewhere)
    assert one.report is not None
    assert one.report.verdict == "healthy"
    assert len(elsewhere.plans) == 3


def test_a_run_that_kills_its_workers_is_a_result(authority: Authority) -> None:
    network = one_host(authority)
    first, second = checked(
        network, targets_of(authority, [HOST, HOST]), runner=Elsewhere(network, 3)
    )
    assert first.error == "3 workers were lost that checked it"
    assert second.report is not None


def test_a_login_that_may_have_gone_out_with_a_worker_is_not_made_again(
    authority: Authority,
) -> None:
    network = one_host(authority)
    elsewhere = Elsewhere(network, 1)
    told: list[object] = []
    first, second = checked(
        network,
        targets_of(authority, [LOGIN, {**LOGIN, "port": 465}]),
        runner=elsewhere,
        accounts=Accounts(told=lambda _, login: told.append((login.position, login.outcome))),
    )
    assert logins(network) == 0
    for each in (first, second):
        assert each.report is not None
        assert each.report.verdict == "inconclusive"
        assert "before its login was over" in each.report.not_checked[0].why
    assert told == [(0, ""), (0, UNKNOWN)]


def test_one_at_a_time_with_a_server_and_a_pause_after_each_login(authority: Authority) -> None:
    users = {f"user{each}@example.com": PASSWORD for each in range(3)}
    behaviour = Behaviour(certificate=certificate_of(authority), users=users)
    network = one_host(authority, on_587=behaviour)
    elsewhere = Elsewhere(network, 0)
    given = [{**LOGIN, "user": user, "port": 587} for user in users]
    found = checked(network, targets_of(authority, given), runner=elsewhere)
    assert {each.report.verdict for each in found if each.report is not None} == {"healthy"}
    assert elsewhere.most == 1
    sessions = sorted(k.at for k in network.knocks_on(ADDRESS, 587))
    assert all(later - sooner > 1.9 for sooner, later in pairwise(sessions))

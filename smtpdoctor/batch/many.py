"""Drives the runs of many targets: reads them as they are needed, and gives what came of each.

Knows how many go on at a time, and that nothing of them is left when somebody stops listening. It
must not know where targets come from, nor where results go. Which goes next: `lanes`; who logs in:
`accounts`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from typing import Any

import msgspec

from smtpdoctor import api
from smtpdoctor.addresses import is_address, one_spelling
from smtpdoctor.batch.accounts import Account, Accounts, Login, told_of_login, without_login
from smtpdoctor.batch.lanes import Lanes
from smtpdoctor.batch.model import Checked, RunFaultError, RunLostError, Target
from smtpdoctor.checks import dns
from smtpdoctor.deadline import Deadline
from smtpdoctor.examination.plan import Plan
from smtpdoctor.examination.shared import Shared, SharedNetwork
from smtpdoctor.network import Network
from smtpdoctor.observations import Session
from smtpdoctor.own_fault import describe
from smtpdoctor.report.model import Report
from smtpdoctor.settings.usage import UsageError

#: Runs at a time, over all servers.
JOBS = 64
#: Seconds between two logins at one server.
LOGIN_PAUSE = 1.0
#: The diagnosis of a server that has had enough logins.
TOO_MANY_LOGINS = "auth-rate-limited"
#: Seconds for which it is then left alone, the first time; twice as long each time, and at most.
LONGER, LONGEST = 5.0, 60.0
#: Targets that are read and wait for their server: so far ahead a slow server holds nobody up.
WAITING = 2000
#: So often a run is made elsewhere whose worker goes before its end: it may be what kills it.
LOST_RUNS = 3
#: For a host's address, by which its server is known; who has none by then is known by its name.
LOOK_UP = 2.0


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How fast: runs at a time, and how many begin in a second at most."""

    jobs: int = JOBS
    rate: float | None = None
    login_pause: float = LOGIN_PAUSE
    waiting: int = WAITING


USUAL = Pace()


def pace_of(jobs: int, rate: float | None) -> Pace:
    """Raises UsageError for what can't be one."""
    if jobs < 1:
        raise UsageError(f"--jobs: {jobs} is no number of runs")
    if rate is not None and not 0 < rate < float("inf"):
        raise UsageError(f"--rate: {rate} is no number of targets a second")
    return Pace(jobs=jobs, rate=rate)


#: Makes a run elsewhere, given its plan and its server's name; raises RunLostError.
Runner = Callable[[Plan, str], Awaitable[Report]]


class _Waiting(msgspec.Struct, frozen=True):
    """A target in its server's lane, and the account that its run would log in as."""

    target: Target
    plan: Plan
    account: Account | None


async def check_all(
    targets: AsyncIterator[Target],
    network: Network,
    environ: Mapping[str, str],
    *,
    pace: Pace = USUAL,
    accounts: Accounts | None = None,
    place: str = "target",
    runner: Runner | None = None,
) -> AsyncGenerator[Checked, None]:
    """What came of each target, as it comes. Raises what `targets` raises, and what `accounts`
    can't tell (a journal that can't be written).

    `place` is how a position is called. `runner` makes the runs elsewhere: one with a server at a
    time, since two could have two sessions each, and the next after a pause where one logged in.
    When the generator is closed, nothing goes on.
    """
    many = _Many(targets, network, environ, pace, accounts or Accounts(), place, runner)
    try:
        many.begin()
        while (result := await many.results.get()) is not None:
            if isinstance(result, BaseException):
                raise result
            yield result
    finally:
        await many.end()


class _Many:
    """The state of one batch."""

    def __init__(
        self,
        targets: AsyncIterator[Target],
        network: Network,
        environ: Mapping[str, str],
        pace: Pace,
        accounts: Accounts,
        place: str,
        runner: Runner | None,
    ) -> None:
        self._targets = targets
        self._network = network
        self._environ = environ
        self._pace = pace
        self._accounts = accounts
        self._place = place
        self._runner = runner
        #: What came of each; None after the last, and in its place an exception that ends it.
        self.results: asyncio.Queue[Checked | BaseException | None] = asyncio.Queue(pace.jobs)
        self._shared = Shared(login_pause=pace.login_pause, login_begins=self._login_begins)
        # of each run that may log in, by host and user name: its account
        self._trying: dict[tuple[str, str], Account] = {}
        self._lanes: Lanes[_Waiting] = Lanes(1) if runner is not None else Lanes()
        # those whose account is being tried, by the position of the target that tries it
        self._behind: dict[int, list[tuple[str, _Waiting]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(pace.waiting)
        self._looking_up = asyncio.Semaphore(pace.jobs)
        self._wake = asyncio.Event()
        self._rests: dict[str, float] = {}
        self._running = 0
        self._open = 0  # read, and not given out yet
        self._read = False  # to the end
        self._ended = False

    def begin(self) -> None:
        self._start(self._feed())
        self._start(self._dispatch())

    async def end(self) -> None:
        self._ended = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if isinstance(self._targets, AsyncGenerator):
            await self._targets.aclose()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._over)

    def _over(self, task: asyncio.Task[None]) -> None:
        """What goes wrong beside the runs (the input, a full disk) ends it all."""
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not self._ended:
            self._start(self.results.put(error))

    # --- in and out ---------------------------------------------------------------------------

    async def _feed(self) -> None:
        async for target in self._targets:
            self._open += 1
            if target.plan is None:
                await self._give(_result(target, error=target.error))
                continue
            await self._room.acquire()
            self._start(self._admit(target, target.plan))
        self._read = True
        await self._end_if_over()

    async def _give(self, result: Checked) -> None:
        await self.results.put(result)
        self._open -= 1
        await self._end_if_over()

    async def _end_if_over(self) -> None:
        if self._read and not self._open:
            await self.results.put(None)

    async def _admit(self, target: Target, plan: Plan) -> None:
        """Put a target into its server's lane."""
        async with self._looking_up:
            server = await self._server_of(target, plan)
        account = self._accounts.key_of(plan, server)
        self._lanes.add(server, _Waiting(target, plan, account))
        self._wake.set()

    async def _server_of(self, target: Target, plan: Plan) -> str:
        """By which name a server is known: its address, where that can be told."""
        if not plan.host or plan.question is not None:
            return f"no server {target.position}"  # the DNS alone is asked
        mapping = plan.mapping(plan.host, plan.port)
        if mapping is not None or is_address(plan.host):
            return one_spelling(mapping.address if mapping is not None else plan.host)
        if "dns" not in plan.selected:
            return plan.host.lower()
        network = SharedNetwork(self._network, self._shared)
        deadline = Deadline(network.clock, LOOK_UP)
        with contextlib.suppress(Exception):  # the run itself meets it again, and says so
            found = await dns.addresses_of(plan.host, network, deadline)
            if found:
                return min(map(one_spelling, found))
        return plan.host.lower()

    # --- runs ---------------------------------------------------------------------------------

    async def _dispatch(self) -> None:
        clock = asyncio.get_running_loop().time
        next_at = 0.0
        while True:
            while self._running < self._pace.jobs and (found := self._lanes.next()) is not None:
                server, waiting = found
                login = self._login_of(waiting)
                if login is not None and not login.outcome and waiting.account is not None:
                    self._behind.setdefault(login.position, []).append(found)
                    self._lanes.done(server, calm=None)
                    continue
                if self._pace.rate is not None:
                    await asyncio.sleep(max(0.0, next_at - clock()))
                    next_at = max(next_at, clock()) + 1 / self._pace.rate
                self._room.release()
                self._running += 1
                if login is None and waiting.account is not None:
                    place = waiting.target.position
                    self._accounts.claim(waiting.account, waiting.plan, place)
                self._start(self._run(server, waiting, login))
            self._wake.clear()
            await self._wake.wait()

    def _login_of(self, waiting: _Waiting) -> Login | None:
        return self._accounts.login_of(waiting.account) if waiting.account is not None else None

    async def _run(self, server: str, waiting: _Waiting, login: Login | None) -> None:
        """One run; `login` is that of its account where another target made it."""
        result = await self._checked(server, waiting, login)
        logged_in = login is None and waiting.account is not None
        if login is None and waiting.account is not None:
            self._settle(waiting, waiting.account, result)
        rest = self._rest_of(server, result) if logged_in else 0.0
        if not rest:
            self._lanes.done(server, calm=_is_calm(result))
        await self._give(result)
        self._running -= 1
        self._wake.set()
        if rest:
            await asyncio.sleep(rest)
            self._lanes.done(server, calm=False)
            self._wake.set()

    def _rest_of(self, server: str, result: Checked) -> float:
        """Seconds that a server is left alone after a run that logged in: where the run was made
        elsewhere the usual pause, and ever longer while it says that there are too many logins."""
        codes = {item.code for item in result.report.diagnoses} if result.report else set()
        if TOO_MANY_LOGINS not in codes:
            self._rests.pop(server, None)
            return self._pace.login_pause if self._runner is not None else 0.0
        rest = self._rests.get(server, LONGER / 2) * 2
        self._rests[server] = min(rest, LONGEST)
        return self._rests[server]

    async def _checked(self, server: str, waiting: _Waiting, login: Login | None) -> Checked:
        target, plan = waiting.target, waiting.plan
        key = (plan.host, plan.credentials.username or "")
        name = ""
        if login is not None:
            mine = login.position == target.position
            name = "an earlier run" if mine else f"{self._place} {login.position}"
            plan = without_login(plan, name)
        elif waiting.account is not None:
            self._trying[key] = waiting.account
        try:
            report = await self._made(server, plan, waiting if login is None else None)
        except RunLostError:
            return _result(target, error=f"{LOST_RUNS} workers were lost that checked it")
        except Exception as error:
            words = str(error) if isinstance(error, RunFaultError) else describe(error)
            return _result(target, error=f"a fault of smtpdoctor's own: {words}")
        finally:
            self._trying.pop(key, None)
        if login is None:
            return _result(target, report=report)
        same = self._accounts.has_same_secret(login, waiting.plan)
        report = told_of_login(report, login, name, same=same)
        login_at = login.position if login.position != target.position else None
        return _result(target, report=report, login_at=login_at)

    async def _made(self, server: str, plan: Plan, first: _Waiting | None) -> Report:
        """The report of a run, here or elsewhere; `first` is the target whose login it makes."""
        if self._runner is None:
            return await api.run(
                plan, environ=self._environ, network=self._network, shared=self._shared
            )
        account = first.account if first is not None else None
        if account is not None:
            self._accounts.goes_out(account)
        for _ in range(LOST_RUNS - 1):
            with contextlib.suppress(RunLostError):
                return await self._runner(plan, server)
            if account is not None:
                # its login may have gone out: another could be the one too many
                name = "a worker that was lost"
                login = self._accounts.lost(account)
                report = await self._made(server, without_login(plan, name), None)
                return told_of_login(report, login, name, same=True)
        return await self._runner(plan, server)

    def _login_begins(self, key: tuple[str, str]) -> None:
        self._accounts.goes_out(self._trying[key])

    def _settle(self, waiting: _Waiting, account: Account, result: Checked) -> None:
        self._accounts.settle(account, result.report)
        for server, behind in self._behind.pop(waiting.target.position, ()):
            self._lanes.add(server, behind)


def _is_calm(result: Checked) -> bool:
    """Whether a run's one session with its server was all that it needed."""
    return result.report is not None and len(result.report.observations.of(Session)) == 1


def _result(
    target: Target,
    *,
    report: Report | None = None,
    error: str = "",
    login_at: int | None = None,
) -> Checked:
    return Checked(
        position=target.position,
        target=target.name,
        report=report,
        error=error,
        login_at=login_at,
    )

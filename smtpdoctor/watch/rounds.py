"""Round after round: read the settings, run what `check` runs, keep and tell what came of it.

Knows the order of a round and of rounds. What decides is in `schedule` and `logins`, what is kept
in `history`; whoever is told (`told`) decides how it looks.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping

import msgspec

from smtpdoctor.api import run_all
from smtpdoctor.beside import beside_the_loop
from smtpdoctor.diagnosis.model import Diagnosis
from smtpdoctor.examination.plan import Plan
from smtpdoctor.examination.shared import Servers, Shared
from smtpdoctor.files import FileFault
from smtpdoctor.network import Network
from smtpdoctor.own_fault import describe
from smtpdoctor.plans import Plans
from smtpdoctor.report import formats
from smtpdoctor.report.model import WORST_FIRST, Report, TargetReport, revised
from smtpdoctor.report.verdict import NOTHING_SENT, verdict_words
from smtpdoctor.settings.reading import UsageError
from smtpdoctor.text import visible
from smtpdoctor.watch import schedule
from smtpdoctor.watch.account import Accounts
from smtpdoctor.watch.history import History
from smtpdoctor.watch.lines import moment
from smtpdoctor.watch.logins import (
    held_back,
    login_of,
    made_login,
    wants_login,
    way_of,
    with_login,
)
from smtpdoctor.watch.model import Login, Round, State

#: Seconds that a run which is called off has to close its connections.
GRACE = 2.0


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided of one plan's login: whether it is made, and the one before it. `fault`
    says why nothing could be decided, and then none is made."""

    account: str = ""
    way: str = ""
    makes: bool = False
    last: Login | None = None
    fault: str = ""


class Watch:
    """What is watched, and how. `read` gives what to check, anew each time, and may raise
    UsageError; `told` is called with each round, whose states say what changed. `marked` is what
    the project's own file makes of a report. Times that people see come from `now` (seconds since
    1970), waits from the loop's clock.
    """

    def __init__(
        self,
        read: Callable[[], Plans],
        told: Callable[[Round], None],
        history: History,
        *,
        folder: str,
        every: float,
        login_every: float,
        environ: Mapping[str, str],
        network: Network | None = None,
        servers: Servers | None = None,
        marked: Callable[[Report, Plans], Report] = lambda report, plans: report,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._read = read
        self._told = told
        self._history = history
        self._folder = folder
        self._every = every
        self._login_every = login_every
        self._environ = environ
        self._network = network
        self._servers = servers or Servers()
        self._marked = marked
        self._now = now
        self._accounts = Accounts(history.salt)
        self._asked_for_login = False
        self._awake = asyncio.Event()
        #: By account: when its login was made, by the wall's clock and by the loop's.
        self._made: dict[str, tuple[float, float]] = {}
        #: What stands of the logins of the last round, should the history be out of reach.
        self._known: dict[str, Login] = {}
        #: Accounts whose login was asked for, and not made yet.
        self._owed: set[str] = set()
        self._before: dict[str, State] = {}

    def log_in_again(self) -> None:
        """The next run comes at once, and logs in whatever came of the last login."""
        self._asked_for_login = True
        self._awake.set()

    async def go_on_until(self, stop: asyncio.Event) -> None:
        """Run again and again; a run that is under way is called off when `stop` is set."""
        clock = asyncio.get_running_loop().time
        stopping = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                began = clock()
                self._awake.clear()
                await _or_called_off(asyncio.create_task(self._round()), stopping)
                due = schedule.next_run(began, clock(), self._every)
                waking = asyncio.create_task(self._awake.wait())
                await asyncio.wait(
                    {stopping, waking},
                    timeout=due - clock(),
                    return_when=asyncio.FIRST_COMPLETED,
                )
                waking.cancel()
        finally:
            stopping.cancel()

    async def _round(self) -> None:
        forced, self._asked_for_login = self._asked_for_login, False
        at = self._now()
        try:
            plans = await beside_the_loop(self._read)
            self._told(await self._checked(plans, at, forced=forced))
        except (UsageError, FileFault) as fault:
            self._told(Round(at=at, fault=visible(str(fault))))
        except Exception as error:
            fault_of_ours = f"a fault of its own, please report it: {describe(error)}"
            self._told(Round(at=at, fault=fault_of_ours))

    async def _checked(self, plans: Plans, at: float, *, forced: bool) -> Round:
        claims = [self._claim(plan, at, forced=forced) for plan in plans.plans]
        report = await self._run(plans, claims)
        settled = [
            self._settle(claim, target, at)
            for claim, target in zip(claims, report.targets, strict=True)
        ]
        self._known = {
            claim.account: login
            for claim, login in zip(claims, settled, strict=True)
            if login is not None
        }
        targets = [
            _open(target) if claim.fault and login is None else with_login(target, login)
            for claim, target, login in zip(claims, report.targets, settled, strict=True)
        ]
        together = self._marked(revised(report, targets, ()), plans)
        states, fault = self._kept(states_of(together, settled), report, at)
        faults = [claim.fault for claim in claims if claim.fault] + [fault]
        return Round(
            at=at,
            states=states,
            whole=together,
            logins=sum(
                claim.makes and login is not None and login.at == at
                for claim, login in zip(claims, settled, strict=True)
            ),
            fault=visible(faults[0]),
        )

    async def _run(self, plans: Plans, claims: list[Claim]) -> Report:
        held = [_held(plan, claim) for plan, claim in zip(plans.plans, claims, strict=True)]
        begun: list[tuple[str, str]] = []
        shared = Shared(servers=self._servers, login_begins=begun.append)
        try:
            return await run_all(
                msgspec.structs.replace(plans, plans=tuple(held)),
                environ=self._environ,
                network=self._network,
                shared=shared,
            )
        except BaseException:
            for plan, claim in zip(plans.plans, claims, strict=True):
                # called off before its password was sent
                if claim.makes and (plan.host, plan.credentials.username or "") not in begun:
                    self._take_back(claim)
            raise

    def _kept(
        self, states: list[State], report: Report, at: float
    ) -> tuple[tuple[State, ...], str]:
        """The states, and those that were there before and are gone, with what the history says
        of them; and what is wrong with the history."""
        before, there = self._before, {state.series for state in states}
        gone = [
            msgspec.structs.replace(state, verdict="gone", code="", title="is no longer found")
            for series, state in before.items()
            if series not in there
        ]
        fault = ""
        try:
            text = formats.render("json", report)
            kept = self._history.record(self._folder, at, [*states, *gone], text)
        except FileFault as error:
            fault = str(error)
            kept = tuple(_as_before(state, before, at) for state in [*states, *gone])
        self._before = {state.series: state for state in kept if state.verdict != "gone"}
        return kept, fault

    # --- logins -------------------------------------------------------------------------------

    def _claim(self, plan: Plan, at: float, *, forced: bool) -> Claim:
        """Decide whether this plan's run logs in. One that can't be written down is not made."""
        if not wants_login(plan):
            return Claim()
        account = self._accounts.key_of(plan)
        way = way_of(plan)
        if forced:
            self._owed.add(account)

        def decide(last: Login | None) -> schedule.LoginDecision:
            return schedule.login_decision(
                last,
                age=self._age(account, last, at),
                every=self._login_every,
                way=way,
                forced=account in self._owed,
            )

        try:
            decision, last = self._history.claim_login(account, at, decide)
        except FileFault as fault:
            return Claim(
                account=account,
                way=way,
                last=self._known.get(account),
                fault=f"{fault}; no login is made meanwhile",
            )
        makes = decision == "log-in"
        if makes:
            self._made[account] = (at, asyncio.get_running_loop().time())
        return Claim(account=account, way=way, makes=makes, last=last)

    def _age(self, account: str, last: Login | None, at: float) -> float:
        """Seconds since the last login: by the loop's clock, which nobody sets, where this watch
        made it; else as the wall's clock has it."""
        if last is None:
            return 0.0
        wall, own = self._made.get(account, (None, 0.0))
        return asyncio.get_running_loop().time() - own if wall == last.at else at - last.at

    def _take_back(self, claim: Claim) -> None:
        self._made.pop(claim.account, None)
        with contextlib.suppress(FileFault):
            self._history.settle_login(claim.account, claim.last)

    def _settle(self, claim: Claim, target: TargetReport, at: float) -> Login | None:
        """What stands of the account's login after this run."""
        if not claim.makes:
            return claim.last
        login = login_of(target, at=at, way=claim.way)
        if login is None:  # the run did not come so far
            self._made.pop(claim.account, None)
        else:
            self._owed.discard(claim.account)
            login = login.after(claim.last)
        with contextlib.suppress(FileFault):  # said by who records the round; it stays as begun
            self._history.settle_login(claim.account, login or claim.last)
        return login or claim.last


def _held(plan: Plan, claim: Claim) -> Plan:
    """The plan as far as it goes in this run."""
    if claim.last is not None and not claim.makes:
        return held_back(plan, claim.last, moment(claim.last.at))
    if claim.fault:
        return msgspec.structs.replace(plan, selected=plan.selected - {"auth", "sender"})
    return plan


def _open(target: TargetReport) -> TargetReport:
    """A login is configured, and nothing is known of it."""
    verdict = min(target.verdict, "inconclusive", key=WORST_FIRST.index)
    return msgspec.structs.replace(target, verdict=verdict)


def _as_before(state: State, before: Mapping[str, State], at: float) -> State:
    """`since` and `changed` by what is remembered, where the history can't be kept."""
    last = before.get(state.series)
    if last is None or (last.verdict, last.code) != (state.verdict, state.code):
        return msgspec.structs.replace(state, since=at, changed=True)
    return msgspec.structs.replace(state, since=last.since)


async def _or_called_off(work: asyncio.Task[None], stopping: asyncio.Task[bool]) -> None:
    try:
        await asyncio.wait({work, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            work.result()
    finally:
        if not work.done():
            work.cancel()
            await asyncio.wait({work}, timeout=GRACE)


# --- what a round came to -------------------------------------------------------------------------


def states_of(report: Report, logins: list[Login | None]) -> list[State]:
    """The state of each target, and of each set-up that was not checked."""
    numbers: Counter[str] = Counter()

    def series_of(name: str) -> str:
        # a line that is added above moves the numbers that names hold
        series = re.sub(r":\d+\b", "", name)
        numbers[series] += 1
        return series if numbers[series] == 1 else f"{series} ({numbers[series]})"

    states = []
    for target, login in zip(report.targets, logins, strict=True):
        server = visible(f"{target.host}:{target.port}" if target.host else "")
        name = visible(target.setup.name) if target.setup is not None else server
        first = next((item for item in target.diagnoses if _counts(item)), None)
        states.append(
            State(
                series=series_of(name) if target.setup is not None else server,
                name=name,
                server=server,
                verdict=target.verdict,
                code=first.code if first is not None else "",
                title=visible(first.title) if first is not None else _words(target, login),
                login=login,
                target=target,
            )
        )
    for left in report.not_checked:
        states.append(
            State(
                series=series_of(visible(left.setup)),
                name=visible(left.setup),
                server="",
                verdict="inconclusive",
                code="",
                title=f"not checked: {visible(left.why)}",
            )
        )
    return states


def _counts(item: Diagnosis) -> bool:
    return item.severity != "note" and item.accepted is None


def _words(target: TargetReport, login: Login | None) -> str:
    """What it comes to where no diagnosis asks for anything."""
    if login is not None and login.result == "begun":
        return "a login was begun, and its outcome is not known"
    if target.verdict == "healthy" and login is not None and not made_login(target):
        return "no problem found"
    words = verdict_words(target).removesuffix(NOTHING_SENT)
    return f"{words[:1].lower()}{words[1:]}".rstrip(".")

"""The Python interface: `check` and `sender`, `acheck` and `asender`, and `diagnose`."""

from __future__ import annotations

import asyncio
import inspect
import itertools
import os
import sys
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from smtpdoctor import ahead
from smtpdoctor.examination.options import CheckOptions
from smtpdoctor.examination.order import examine
from smtpdoctor.examination.plan import Plan, read_nameserver
from smtpdoctor.examination.shared import Shared
from smtpdoctor.network import Network, SystemNetwork
from smtpdoctor.observations import AnyObservation, Observations
from smtpdoctor.own_fault import outward
from smtpdoctor.plans import Plans, environ_of, make_plans
from smtpdoctor.settings.model import Credentials, Origin, Setting, Settings
from smtpdoctor.settings.reading import UsageError

if TYPE_CHECKING:
    from smtpdoctor.report.model import Report, TargetReport

P = ParamSpec("P")
T = TypeVar("T")


def _taking(
    options: Callable[P, CheckOptions],
) -> Callable[
    [Callable[[CheckOptions], Coroutine[Any, Any, T]]], Callable[P, Coroutine[Any, Any, T]]
]:
    """Let a function of one `CheckOptions` take each of them as an argument of its own."""

    def decorate(
        function: Callable[[CheckOptions], Coroutine[Any, Any, T]],
    ) -> Callable[P, Coroutine[Any, Any, T]]:
        async def with_arguments(*arguments: P.args, **more: P.kwargs) -> T:
            try:
                given = options(*arguments, **more)
            finally:  # this frame is in the traceback of whatever is wrong
                del arguments
                more.clear()
            try:
                return await function(given)
            except BaseException as error:
                told = outward(error, UsageError)
            raise told from None

        with_arguments.__doc__ = function.__doc__
        with_arguments.__name__ = with_arguments.__qualname__ = function.__name__
        with_arguments.__signature__ = inspect.signature(options).replace(  # type: ignore[attr-defined]
            return_annotation=inspect.signature(function).return_annotation
        )
        return with_arguments

    return decorate


@_taking(CheckOptions)
async def acheck(options: CheckOptions) -> Report:
    """Check whether mail can be submitted, and name the cause where it can't.

    The arguments are the options of `smtpdoctor check`, with the same values; what is not given
    comes from `environ` (default: the process's) and `.env` in `folder` (default: the working
    folder). `password` counts as given with `--password-stdin`. `timeout` in seconds bounds the
    whole run. `connect_to` takes texts such as "mail.example.com:587:127.0.0.1:2587".

    Sends no message. Raises `smtpdoctor.UsageError` for an argument that can't be one and for a
    settings file that can't be read; what the network and the server do is in the report.
    """
    try:
        plans = make_plans(options)
    except UsageError as error:
        values = (getattr(options, name) for name in options.__struct_fields__ if name != "folder")
        raise _without_values(error, values) from None
    return await run_all(plans, environ=environ_of(options))


def _without_values(error: UsageError, values: Iterable[object]) -> UsageError:
    """The same error, which programs log, without what was given for an argument."""
    from smtpdoctor.arguments import texts_of, without_values

    return UsageError(without_values(str(error), texts_of(values)))


def _is_in_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _without_a_loop(
    function: Callable[P, Coroutine[Any, Any, T]],
) -> Callable[P, T]:
    """The function for programs that have no event loop, with the same arguments."""

    def blocking(*arguments: P.args, **options: P.kwargs) -> T:
        begun = function(*arguments, **options)
        del arguments  # this frame is in the traceback of whatever is wrong
        options.clear()
        if not _is_in_a_loop():
            return asyncio.run(begun)
        begun.close()
        name = function.__name__
        raise RuntimeError(
            f"smtpdoctor.{name.removeprefix('a')}() can't run inside an event loop: "
            f"use `await smtpdoctor.{name}(…)`"
        )

    blocking.__doc__ = (
        f"{function.__doc__}\n    Not from inside an event loop: there is `{function.__name__}`.\n"
    )
    blocking.__name__ = blocking.__qualname__ = function.__name__.removeprefix("a")
    # what `help` and editors show; not __wrapped__, which would make it look asynchronous
    blocking.__signature__ = inspect.signature(function)  # type: ignore[attr-defined]
    return blocking


check = _without_a_loop(acheck)


async def asender(
    address: str,
    *,
    through: str | None = None,
    ip: str | None = None,
    helo: str | None = None,
    nameservers: Iterable[str] = (),
    listener: Callable[[AnyObservation], None] | None = None,
) -> Report:
    """Judge whether receivers will believe mail from `address`, by SPF, DKIM and DMARC.

    `through` is a provider's id or a submission host; without it the provider is guessed from the
    domain's own records. With `ip`, SPF is evaluated for that one client address, which greets
    as `helo`. Asks name servers only. Raises `UsageError` for an argument that can't be one.
    """
    nameservers = tuple(nameservers)
    try:
        plan = sender_plan(address, through=through, ip=ip, helo=helo, nameservers=nameservers)
        return await run(plan, environ=os.environ, listener=listener)
    except UsageError as error:
        told: BaseException = _without_values(error, (address, through, ip, helo, nameservers))
    except BaseException as error:
        # what the listener raises is the caller's
        told = outward(error, Exception) if listener is not None else outward(error)
    del address, through, ip, helo, nameservers  # this frame is in the traceback
    raise told from None


sender = _without_a_loop(asender)


def diagnose(observations: Observations, *, started: str = "", seconds: float = 0.0) -> Report:
    """The report on observations that were made before. Pure: no network, no clock."""
    from smtpdoctor.report.model import build

    return build(observations, started=started, seconds=seconds)


def sender_plan(
    address: str,
    *,
    through: str | None = None,
    ip: str | None = None,
    helo: str | None = None,
    nameservers: Iterable[str] = (),
) -> Plan:
    """Put a run together that asks the DNS about one sender. Raises UsageError."""
    from smtpdoctor.sender.question import QuestionError, of_address

    try:
        question = of_address(address, through=through, ip=ip, helo=helo)
    except QuestionError as error:
        raise UsageError(str(error)) from None
    origin = Origin(kind="option", name="ADDRESS")
    entry = Setting(field="sender", text=question.address, origin=origin)
    return Plan(
        settings=Settings(host=question.host or None, sender=question.address, entries=(entry,)),
        credentials=Credentials(),
        selected=frozenset({"settings", "sender"}),
        nameservers=tuple(map(read_nameserver, nameservers)),
        question=question,
    )


async def run_all(
    plans: Plans,
    *,
    environ: Mapping[str, str],
    network: Network | None = None,
    shared: Shared | None = None,
    listener: Callable[[AnyObservation], None] | None = None,
    also_needed: Iterable[str] = (),
) -> Report:
    """Make the runs side by side and judge what they saw: one target each.

    `shared` is for those who have other runs going on beside these. `also_needed` are modules that
    the caller will want then; they are loaded meanwhile.
    """
    started = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    shared = shared or Shared()
    async with ahead.loading_beside(itertools.chain(_judging(), ahead.modules(also_needed))):
        targets = await asyncio.gather(
            *(
                _target(plan, environ=environ, network=network, shared=shared, listener=listener)
                for plan in plans.plans
            )
        )
    from smtpdoctor.report.model import NotChecked, join

    if any(plan.settings.withheld is not None for plan in plans.plans):
        from smtpdoctor.report.accounts import told_of_logins

        targets = told_of_logins(targets)
    return join(
        targets,
        started=started,
        # they go on side by side
        seconds=max((target.seconds for target in targets), default=0.0),
        not_checked=[NotChecked(setup=each.setup, why=each.why) for each in plans.left_out],
    )


def _judging() -> Iterator[Callable[[], object]]:
    """What it takes to judge a run, and to word it, in pieces; nothing where one was judged."""
    from smtpdoctor import knowledge

    judged = sys.modules.get("smtpdoctor.diagnosis.engine")
    if judged is not None and judged.rules.cache_info().currsize:
        return
    yield knowledge.public_words  # what a server says after the login is held against them
    yield from ahead.modules(("smtpdoctor.diagnosis.run", "smtpdoctor.diagnosis.engine"))
    from smtpdoctor.diagnosis import engine

    yield from ahead.modules(engine.rule_modules())
    yield from (engine.rules, knowledge.interceptors)
    yield from ahead.modules(("smtpdoctor.report.checks", "smtpdoctor.report.model"))


async def _target(
    plan: Plan,
    *,
    environ: Mapping[str, str],
    network: Network | None,
    shared: Shared,
    listener: Callable[[AnyObservation], None] | None,
) -> TargetReport:
    network = network or SystemNetwork(plan.nameservers)
    began = network.clock()
    observations = await examine(plan, network, environ, shared=shared, listener=listener)
    from smtpdoctor.report.model import judge  # loaded by now, where there was time

    return judge(observations, seconds=network.clock() - began)


async def run(
    plan: Plan,
    *,
    environ: Mapping[str, str],
    network: Network | None = None,
    shared: Shared | None = None,
    listener: Callable[[AnyObservation], None] | None = None,
    also_needed: Iterable[str] = (),
) -> Report:
    """Run a plan and judge what it saw. Runs beside each other are handed the same `shared`;
    `also_needed` as for `run_all`."""
    network = network or SystemNetwork(plan.nameservers)
    started = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    began = network.clock()
    async with ahead.loading_beside(itertools.chain(_judging(), ahead.modules(also_needed))):
        observations = await examine(plan, network, environ, shared=shared, listener=listener)
    from smtpdoctor.report.model import build

    return build(observations, started=started, seconds=network.clock() - began)

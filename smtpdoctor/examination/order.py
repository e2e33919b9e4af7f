"""One run from its first observation to its last: which check goes when, and what ends it.

The order is that of docs/how-it-works.md. Checks observe; what is worth a further look is in
`strategy`, and how it is looked at in `knocks` and `sessions`. This module must not judge.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Callable, Mapping

from smtpdoctor import ahead
from smtpdoctor.addresses import is_address, is_public_name
from smtpdoctor.checks import auth, dns, policies, reach
from smtpdoctor.examination import strategy
from smtpdoctor.examination.knocks import Knocks
from smtpdoctor.examination.machine import record_place, record_platform
from smtpdoctor.examination.plan import Plan
from smtpdoctor.examination.sessions import Sessions
from smtpdoctor.examination.shared import Shared
from smtpdoctor.examination.state import RunState
from smtpdoctor.network import Network
from smtpdoctor.observations import (
    CHECK_SPECS,
    CHECKS,
    AnyObservation,
    CheckName,
    CheckRun,
    Observations,
    OptionRead,
    Recorder,
    Redactor,
    SenderQuestion,
    SettingRead,
    SettingsRead,
    Trail,
)
from smtpdoctor.sender import question as sender_question
from smtpdoctor.settings.model import MASK

#: What the run may overrun its timeout by before everything still open is cut off.
GRACE = 1.0

#: How long a run that is done with everything else waits for the sender's policies.
POLICIES_WAIT = 2.0


async def examine(
    plan: Plan,
    network: Network,
    environ: Mapping[str, str],
    *,
    shared: Shared | None = None,
    listener: Callable[[AnyObservation], None] | None = None,
) -> Observations:
    """Run the selected checks and give what they saw. Never raises on what the network does.

    Runs beside each other are handed the same `shared`.
    """
    recorder = Recorder(Redactor(MASK), network.clock)
    auth.prepare(plan.credentials, plan.settings, recorder)
    if listener is not None:
        recorder.subscribe(listener)
    examination = _Examination(RunState(plan, network, environ, recorder, shared or Shared()))
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(plan.timeout + GRACE):
            await examination.run()
    return recorder.observations()


class _Examination:
    """The line of checks of one run."""

    def __init__(self, state: RunState) -> None:
        self.state = state
        self.plan = state.plan
        self.knocks = Knocks(state)
        self.sessions = Sessions(state, self.knocks)
        self._context: asyncio.Task[ssl.SSLContext] | None = None

    async def run(self) -> None:
        state = self.state
        self._record_settings()
        for name in CHECKS:
            if name not in self.plan.selected:
                self._skipped(name)
        try:
            if self.plan.question is not None or self._may_ask_about_sender():
                state.policies.create_task(self._look_up_policies(), "sender")
            # with --connect-to, ports of the host that are not mapped are left alone
            if self.plan.host and state.selects("dns", "reach"):
                self._context = state.tasks.create_task(
                    state.shared.verifying_context(self.plan.cafile, state.tls_manner), "tls"
                )
                if strategy.may_touch(self.plan, self.plan.port):
                    await self._examine_host()
            await state.tasks.wait()
            await state.policies.wait(None if self.plan.question else POLICIES_WAIT)
        finally:
            await state.side.cancel()
            await state.tasks.cancel()
            await state.policies.cancel()
            record_place(state, self._loaded_context())

    def _record_settings(self) -> None:
        state = self.state
        state.recorder.trail("settings").record(SettingsRead(settings=state.settings))
        for entry in state.settings.entries:
            seen = SettingRead(setting=entry, ok=entry.ok)
            read = state.recorder.trail("settings").record(seen)
            if not entry.repaired:
                state.setting_ids.setdefault(entry.field, read.id)
        for remark in state.settings.remarks:
            stops = OptionRead(remark=remark, ok=False if remark.kind == "fault" else None)
            state.recorder.trail("settings").record(stops)

    def _skipped(self, name: CheckName) -> None:
        needs = CHECK_SPECS[name].needs
        missing = next((need for need in needs if need not in self.plan.selected), None)
        left_out = CheckRun(name=name, skipped_because=missing or "left out")
        self.state.recorder.trail(name).record(left_out)

    def _loaded_context(self) -> ssl.SSLContext | None:
        task = self._context
        if task is None or not task.done() or task.cancelled() or task.exception() is not None:
            return None
        return task.result()

    # --- the host -----------------------------------------------------------------------------

    async def _examine_host(self) -> None:
        state = self.state
        trail = await state.guard("dns", self._look_up())
        if trail is not None and state.selects("reach"):
            await state.guard("reach", self._reach(trail))

    async def _look_up(self) -> Trail | None:
        """Find the host's addresses; the trail that ends with them, None where there are none."""
        state, plan = self.state, self.plan
        trail = state.recorder.trail("dns", *state.ids_of("host"))
        mapping = plan.mapping(plan.host, plan.port)
        mapped = (mapping.address,) if mapping is not None else ()
        if not state.selects("dns") and not mapped and not is_address(plan.host):
            return None
        looking_around: list[asyncio.Task[object]] = []

        def look_around() -> None:
            """Are the name servers out of reach, or is everything?"""
            if plan.third_party and state.selects("reach") and not looking_around:
                knocking = self.knocks.control_addresses(state.recorder.trail("reach"))
                for work in (knocking, record_platform(state)):
                    looking_around.append(state.side.create_task(work, "reach"))

        lookup = await dns.look_up(
            plan.host,
            state.network,
            trail,
            deadline=state.deadline,
            beside=state.tasks,
            provider_hosts=strategy.other_hosts(plan),
            public_resolvers=strategy.public_resolvers(plan),
            providers=strategy.is_a_providers(plan.host),
            well_known=strategy.well_known_names(plan),
            mapped=mapped,
            choose=strategy.addresses_to_try,
            when_stuck=look_around,
        )
        state.other_hosts = lookup.provider_addresses
        if lookup.unanswered:
            look_around()
            state.tasks.wait_for(*looking_around)
        if lookup.addresses is None:
            if state.other_hosts and state.selects("reach") and state.selects("tls"):
                others = self.sessions.other_hosts(state.recorder.trail("reach"))
                state.tasks.create_task(others, "tls")
            return None
        state.addresses = lookup.addresses.addresses
        reach_trail = trail.branch("reach")
        reach_trail.also_after(*state.ids_of("port"))
        return reach_trail

    async def _reach(self, trail: Trail) -> None:
        state = self.state
        async with self.knocks.connect(trail) as connecting:
            await asyncio.wait({connecting}, timeout=reach.HEAD_START)
            self.knocks.beside(trail)
            await asyncio.wait({connecting}, timeout=reach.UNEASY - reach.HEAD_START)
            controls = strategy.wants_controls(self.plan, state.addresses)
            if controls and not connecting.done():
                state.side.create_task(self.knocks.look_up_control_hosts(), "reach")
            await asyncio.wait({connecting}, timeout=reach.STUCK - reach.UNEASY)
            exploring: asyncio.Task[None] | None = None
            if not connecting.done() or connecting.result() is None:
                exploring = state.tasks.create_task(self._explore(trail), "reach")
            connection = await connecting
            if exploring is not None:
                if connection is not None:
                    exploring.cancel()  # the sessions that it has are given back first
                await asyncio.wait({exploring})
            if connection is not None and state.selects("tls"):
                await state.guard("tls", self.sessions.talk(connection))

    async def _explore(self, trail: Trail) -> None:
        """No address answers on the configured port: which ports answer, here and elsewhere?

        Begun while the configured port may still answer: what is found out until then is as good.
        """
        state, knocks = self.state, self.knocks
        work = [knocks.other_ports(trail), knocks.trace(trail), record_platform(state)]
        if state.selects("tls"):
            work += [self.sessions.other_ports(trail), self.sessions.other_hosts(trail)]
            work += [knocks.knock_host(trail, other) for other in state.other_hosts]
        if strategy.wants_controls(self.plan, state.addresses):
            work += [knocks.control_addresses(trail), knocks.control_hosts(trail)]
        await asyncio.gather(*work)

    # --- the sender's policies ----------------------------------------------------------------

    def _may_ask_about_sender(self) -> bool:
        """Whether the DNS could say something of the sender, as far as the settings tell."""
        settings, host = self.plan.settings, self.plan.host
        entry = settings.entry("sender") or settings.entry("username")
        unusable = entry is not None and entry.problem is not None
        if settings.sender is None or not host or unusable:
            return False
        if not {"dns", "sender"} <= self.plan.selected:
            return False
        # --connect-to is for a server of one's own, which the public DNS doesn't know
        inside = self.plan.is_mapped(host) or not sender_question.is_outside(host)
        return bool(self.plan.nameservers) or not inside

    def _sender_question(self) -> SenderQuestion | None:
        """What to ask the DNS about the sender, None where it could say nothing to the matter."""
        question = sender_question.of_submission(self.plan.settings.sender or "", self.plan.host)
        if question is not None and not self.plan.nameservers:
            return question if is_public_name(question.domain) else None
        return question

    async def _look_up_policies(self) -> None:
        # by turns with others: what reads an address must not stand before the first packet
        await ahead.load(ahead.POLICIES)
        question = self.plan.question or self._sender_question()
        if question is None:
            return
        state = self.state
        trail = state.recorder.trail(
            "sender", *(state.ids_of("sender") or state.ids_of("username"))
        )
        await policies.look_up_policies(
            question,
            state.network,
            trail,
            state.deadline,
            well_known=strategy.well_known_names(self.plan),
            remembered=state.shared.assessments,
        )

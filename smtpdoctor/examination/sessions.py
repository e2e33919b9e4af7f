"""The sessions of one run: the configured one up to its last word, and those tried beside it.

Knows who speaks when on which connection, and that no server has more than two at a time. Must not
know which sessions are worth it (`strategy`), nor what a step looks like (`checks`).
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import ssl
from collections.abc import AsyncIterator, Coroutine, Sequence
from typing import Any

from smtpdoctor.checks import auth, dns, reach, sender, tls
from smtpdoctor.checks.session import (
    GREETING,
    GREETING_BESIDE,
    HANDSHAKE,
    HANDSHAKE_AT_LEAST,
    HANDSHAKE_BESIDE,
    HANDSHAKE_OF_SIZE,
    HANDSHAKE_OUTDONE,
    HANDSHAKE_STUCK,
    SMTPSession,
)
from smtpdoctor.examination import strategy
from smtpdoctor.examination.knocks import Connection, Knocks
from smtpdoctor.examination.shared import SESSIONS_WITH_ONE_SERVER
from smtpdoctor.examination.state import RunState
from smtpdoctor.examination.strategy import Entrance, Met, Probe
from smtpdoctor.network.trust import client_context, legacy_context
from smtpdoctor.observations import Session, Trail
from smtpdoctor.settings.model import TLSMode

#: OpenSSL's X509_V_ERR numbers: made for another purpose; a signature by SHA-1 or MD5.
OTHER_PURPOSE = 26
WEAK_SIGNATURE = 68


class Sessions:
    """The sessions of one run."""

    def __init__(self, state: RunState, knocks: Knocks) -> None:
        self._state = state
        self._knocks = knocks
        # whether two addresses are one server can't be told: beside the slots of each address,
        # this run has no more sessions than one server may have
        self._own_slots = asyncio.Semaphore(SESSIONS_WITH_ONE_SERVER)
        self._entered: set[int] = set()
        self._sizes_tried = False
        self._numbers = itertools.count(1)

    @contextlib.asynccontextmanager
    async def _slot(self, address: str) -> AsyncIterator[None]:
        async with self._own_slots, self._state.shared.servers.session_with(address):
            yield

    # --- the configured way -------------------------------------------------------------------

    async def talk(self, connection: Connection) -> None:
        """The session on the configured way, and probes beside it when it fails or is silent."""
        state = self._state
        async with contextlib.AsyncExitStack() as slot:
            mine = await self._begin_in_turn(connection, slot)
            if mine is None:
                return
            session = self._session(strategy.configured(state.plan, mine.address), mine)
            probing = await self._listen(session, mine)
        if probing:
            await asyncio.wait(probing)
        if not state.pointless.is_set():
            await self._beside(mine, session)

    async def _begin_in_turn(
        self, connection: Connection, slot: contextlib.AsyncExitStack
    ) -> Connection | None:
        """Take a slot of the server's, which `slot` gives back; None where it never had one.

        While it has two sessions already, a connection that waits would be a third: it is closed,
        and made anew.
        """
        state = self._state
        address, port = connection.address, state.plan.port
        server, _ = state.target(state.plan.host, address, port)
        if state.shared.servers.is_free(server):
            await slot.enter_async_context(self._slot(server))
            return connection
        connection.stream.close()
        try:
            async with asyncio.timeout(state.deadline.left()):
                await slot.enter_async_context(self._slot(server))
        except TimeoutError:
            reach.record_cut_off(connection.trail, host=state.plan.host, address=address, port=port)
            return None
        return await self._knocks.connect_to(address, connection.trail)

    async def _listen(
        self, session: SMTPSession, connection: Connection
    ) -> list[asyncio.Task[None]]:
        """Hold the configured session; gives the tasks of the probes into its silence and into a
        handshake that is stuck."""
        state = self._state
        probing: list[asyncio.Task[None]] = []
        talking = state.tasks.create_task(self._configured(session, connection), "tls")
        stuck = asyncio.create_task(session.stuck.wait())
        try:
            soon = strategy.silent_after(connection.seconds)
            await asyncio.wait({talking}, timeout=soon)
            if not talking.done() and not session.heard.is_set():
                work = self._probe_silence(connection, session)
                probing.append(state.tasks.create_task(work, "tls"))
            await asyncio.wait({talking, stuck}, return_when=asyncio.FIRST_COMPLETED)
            if not talking.done():
                work = self._probe_stall(connection, session, tuple(probing))
                probing.append(state.tasks.create_task(work, "tls"))
            await asyncio.wait({talking})
        finally:
            talking.cancel()  # the slot is given back only when the connection is closed
            stuck.cancel()
            await asyncio.gather(talking, stuck, return_exceptions=True)
        worked = talking.exception() is None and talking.result()
        if worked and state.settings.found:
            state.pointless.set()
            await state.side.cancel()
        return probing

    async def _configured(self, session: SMTPSession, connection: Connection) -> bool:
        """True where nothing else needs to be tried: a login could be offered as configured."""
        state = self._state
        settings = state.settings
        try:
            if not await self._begin(session, connection):
                await session.quit()
                return False
            logged_in: bool | None = None
            if state.selects("auth"):
                trail = session.trail.branch("auth")
                trail.also_after(*state.ids_of("username", "password", "token"))
                login = auth.log_in(
                    session,
                    settings,
                    state.plan.credentials,
                    trail,
                    turn=lambda: self._turn_to_log_in(connection),
                )
                logged_in = await state.guard("auth", login)
            without = auth.goes_on_without(session, settings) and state.selects("auth")
            if state.selects("sender") and sender.wanted(settings, logged_in or without or None):
                trail = session.trail.branch("sender")
                trail.also_after(*state.ids_of("sender"))
                await state.guard(
                    "sender", sender.dry_run(session, settings, state.plan.credentials, trail)
                )
            else:
                await session.quit()
        finally:
            await session.close()
            self._look_up_own_names(session.connection, connection)
        seen = state.seen
        met = Met.of(seen, session.connection)
        return strategy.is_enough(state.plan, met, seen, session.connection)

    def _look_up_own_names(self, session: str, connection: Connection) -> None:
        """Beside what follows: where the names lead that the server gives itself."""
        state = self._state
        trail = state.recorder.trail("dns", role="probe")
        for name in strategy.own_names(state.plan, state.seen, session):
            work = dns.own_name(name, connection.address, state.network, trail, state.deadline)
            state.tasks.create_task(work, "dns")

    async def _turn_to_log_in(self, connection: Connection) -> None:
        """Other runs log in at this server, too."""
        state = self._state
        server, _ = state.target(state.plan.host, connection.address, state.plan.port)
        account = (state.plan.host, state.plan.credentials.username or "")
        await state.shared.turn_to_log_in(server, account)

    async def _begin(self, session: SMTPSession, connection: Connection) -> bool:
        """Greeting, EHLO and TLS as configured; True where a login or a sender could follow."""
        state = self._state
        context = await state.shared.verifying_context(state.plan.cafile, state.tls_manner)
        worked = await self._converse(session, context)
        kinder = self._kinder_context(session)
        if not worked and kinder is not None:
            # the application goes on with this certificate: so does the dry run, without a login
            await session.close()
            trail = connection.trail.branch(role="probe")
            retried = await self._knocks.connect_to(connection.address, trail)
            if retried is not None:
                session.reconnect(retried.stream)
                worked = await self._converse(session, kinder)
        return worked

    def _kinder_context(self, session: SMTPSession) -> ssl.SSLContext | None:
        """What takes a certificate that was refused, where the application takes it as well."""
        state = self._state
        client, code = state.client, session.refused_for
        kinder = client is not None and (
            (
                code in strategy.OTHER_NAME
                and client.takes_name(
                    session.host, session.refused_names, session.refused_common_name
                )
            )
            or (code == WEAK_SIGNATURE and client.takes_sha1)
            or (code == OTHER_PURPOSE and not client.checks_purpose)
        )
        if not session.certificate_refused or (state.settings.verify and not kinder):
            return None
        return client_context(None, verify=False)

    async def _converse(self, session: SMTPSession, context: ssl.SSLContext) -> bool:
        settings, client = self._state.settings, self._state.client
        session.reads_all_certificates = client is not None and (
            client.refuses_expired_beside or client.wants_signing_key
        )
        if client is not None:
            session.takes = client.takes
            session.counts_first = client.counts == "first"
        return await tls.converse(
            session,
            tls=strategy.mode_of(settings, self._state.client),
            # credentials that can't go out in clear make STARTTLS a demand
            tls_demanded=strategy.demands_starttls(settings, self._state.client),
            ehlo_name=self._state.ehlo_name(session.local_address),
            context=context,
            client=client,
            asks_unoffered=client is not None
            and client.starttls_unoffered
            and settings.tls_required,
        )

    # --- beside it ----------------------------------------------------------------------------

    async def _probe_silence(self, connection: Connection, waiting: SMTPSession) -> None:
        """While the configured session waits for a first byte: is it the other TLS mode?"""
        probe = strategy.probe_into_silence(self._state.plan, connection.address)
        met = await self._probe(probe)
        if met is not None and strategy.silence_is_explained(met):
            waiting.give_up.set()
        elif not self._state.pointless.is_set():
            await self.other_ports(connection.trail)

    async def _probe_stall(
        self,
        connection: Connection,
        waiting: SMTPSession,
        others: Sequence[asyncio.Task[None]],
    ) -> None:
        """While the configured session's handshake is stuck: is it the size of what is sent, or
        does another port work?

        Where one of them is so, the handshake is waited for only as long as a path needs that loses
        packets. `others`, probes into its silence, make room, since the server has two sessions at
        a time; where nothing explains the silence, it is probed once more.
        """
        since = asyncio.get_running_loop().time() - HANDSHAKE_STUCK
        if others:
            await asyncio.wait(others, timeout=strategy.silent_after(connection.seconds) / 2)
            for other in others:
                other.cancel()
            await asyncio.wait(others)
        if waiting.give_up.is_set():
            return
        about_size = await self._is_about_size(connection.address)
        if self._state.pointless.is_set():
            return
        comparing = asyncio.create_task(self.other_ports(connection.trail))
        try:
            if about_size:
                await self._give_up(waiting, since + HANDSHAKE_AT_LEAST)
            await comparing
        finally:
            comparing.cancel()
        if about_size:
            return
        if strategy.another_port_works(self._state.plan, self._state.seen):
            await self._give_up(waiting, since + HANDSHAKE_OUTDONE)
        elif others and strategy.may_greet_late(self._state.plan, self._state.seen):
            await self._probe_silence(connection, waiting)

    async def _give_up(self, waiting: SMTPSession, time: float) -> None:
        """End the wait for a handshake at that time of the loop, unless it has ended by then."""
        await asyncio.sleep(time - asyncio.get_running_loop().time())
        if Met.of(self._state.seen, waiting.connection).handshake is None:
            waiting.give_up.set()

    async def _is_about_size(self, address: str) -> bool:
        """Whether one of the smaller ways gets into TLS; each is tried once."""
        probes = strategy.probes_of_size(self._state.plan, address, ssl.OPENSSL_VERSION_INFO)
        untried, self._sizes_tried = () if self._sizes_tried else probes, True
        for each in untried:
            met = await self._probe(each)
            if met is not None and met.in_tls:
                return True
        return False

    async def _beside(self, connection: Connection, failed: SMTPSession) -> None:
        """After the configured way failed: what else works, without credentials?"""
        state = self._state
        seen, about = state.seen, (failed.connection, connection.address)
        work: list[Coroutine[Any, Any, object]] = [
            *map(self._probe, strategy.probes_after_failure(state.plan, seen, *about)),
            self.other_ports(connection.trail),
        ]
        if strategy.has_stalled(seen, failed.connection):
            work.append(self._is_about_size(connection.address))
        if strategy.wants_traces(state.plan, seen, failed.connection):
            work.append(self._knocks.trace(connection.trail))
        await asyncio.gather(*work)
        if strategy.wants_other_hosts(state.plan, state.seen):
            await self.other_hosts(connection.trail)

    async def other_ports(self, trail: Trail) -> None:
        """A session on every other port of the host that takes connections, once."""
        state = self._state
        entrances = strategy.other_entrances(state.plan, state.addresses)
        new = [each for port, each in entrances.items() if port not in self._entered]
        before, self._entered = self._entered, self._entered | entrances.keys()
        try:
            await asyncio.gather(*(self._enter(trail, each) for each in new))
        except asyncio.CancelledError:
            self._entered = before  # they may be wanted again
            raise

    async def other_hosts(self, trail: Trail) -> None:
        """The provider's other hosts, after the configured host's own ways."""

        async def one(host: str, found: asyncio.Task[tuple[str, ...]]) -> None:
            for each in strategy.entrances_of_other_host(host, await found):
                await self._enter(trail, each)

        await asyncio.gather(*(one(*other) for other in self._state.other_hosts.items()))

    async def _enter(self, trail: Trail, entrance: Entrance) -> None:
        for knock, probe in zip(entrance.knocks, entrance.probes, strict=True):
            if (await self._knocks.knock(trail, knock)).outcome == "open":
                await self._probe(probe)
                return

    async def _probe(self, probe: Probe) -> Met | None:
        """One session beside the main one. What it met; None where it did not connect."""
        state = self._state
        target = state.target(probe.host, probe.address, probe.port)
        async with self._slot(target[0]):
            if state.deadline.left() <= 0 or state.pointless.is_set():
                return None
            result = await state.network.connect(
                *target, state.deadline.cap(reach.BESIDE), segment_size=probe.segment_size
            )
            if result.stream is None:
                return None
            connection = Connection(
                stream=result.stream,
                address=probe.address,
                trail=state.recorder.trail("tls", role="probe"),
                seconds=result.seconds,
            )
            session = self._session(probe, connection)
            session.give_up = state.pointless
            try:
                await self._say(session, probe)
                await session.quit()
            finally:
                await session.close()
            return Met.of(state.seen, session.connection)

    async def _say(self, session: SMTPSession, probe: Probe) -> None:
        """What the probe is for."""
        shared, cafile = self._state.shared, self._state.plan.cafile
        if probe.purpose == "noop":
            await self._noop(session, probe)
        elif probe.purpose == "legacy-tls":
            await self._legacy_handshake(session, probe.tls)
        else:
            context = await (
                shared.one_group_context(cafile)
                if probe.purpose == "one-group"
                else shared.verifying_context(cafile, self._state.tls_manner)
            )
            await tls.converse(
                session,
                tls=probe.tls,
                tls_demanded=True,
                ehlo_name=self._state.ehlo_name(session.local_address),
                context=context,
            )

    async def _noop(self, session: SMTPSession, probe: Probe) -> None:
        """A NOOP into silence; inside TLS where the configured session is."""
        state = self._state
        if probe.tls == "implicit":
            manner = state.tls_manner
            context = await state.shared.verifying_context(state.plan.cafile, manner)
            if not (await session.handshake("implicit", context)).ok:
                return
        await session.noop()

    async def _legacy_handshake(self, session: SMTPSession, mode: TLSMode) -> None:
        """Which TLS does the server speak, if it may be old? Nothing is sent through it."""
        context = legacy_context()
        if mode == "implicit":
            await session.handshake("implicit", context)
            return
        name = self._state.ehlo_name(session.local_address)
        if (
            (await session.greeting()).ok
            and (await session.ehlo(name)).ok
            and (await session.starttls()).ok
        ):
            await session.handshake("starttls", context)

    def _session(self, what: Probe, connection: Connection) -> SMTPSession:
        number = f"session {next(self._numbers)}"
        configured = what.purpose == "configured"
        silence = strategy.silent_after(connection.seconds)
        trail = connection.trail.branch("tls")
        trail.also_after(*(self._state.ids_of("tls") if configured else ()))
        trail.record(
            Session(
                connection=number,
                host=what.host,
                address=what.address,
                port=what.port,
                tls=what.tls,
                purpose=what.purpose,
                segment_size=what.segment_size,
            )
        )
        return SMTPSession(
            connection.stream,
            connection=number,
            host=what.host,
            trail=trail,
            recorder=self._state.recorder,
            deadline=self._state.deadline,
            greeting_wait=GREETING if configured else GREETING_BESIDE,
            handshake_wait={
                "configured": HANDSHAKE,
                "one-group": HANDSHAKE_OF_SIZE + silence,
                "small-segments": HANDSHAKE_OF_SIZE + silence,
            }.get(what.purpose, HANDSHAKE_BESIDE),
            stuck_after=max(HANDSHAKE_STUCK, silence),
        )

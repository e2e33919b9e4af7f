"""One run: which check goes when, on which connection, and what is tried beside.

The order is that of docs/how-it-works.md. Checks observe; this module only decides what to
observe next, and it never judges: "failed" here means that the configured way did not get as
far as EHLO in the configured TLS mode.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from smtpdoctor import knowledge
from smtpdoctor.addresses import (
    family_of,
    is_address,
    is_local,
    is_loopback,
    is_public_name,
)
from smtpdoctor.beside import beside_the_loop
from smtpdoctor.checks import auth, dns, policies, reach, sender, tls
from smtpdoctor.checks.session import HANDSHAKE, HANDSHAKE_BESIDE, SMTPSession
from smtpdoctor.deadline import Deadline
from smtpdoctor.examination.plan import Plan
from smtpdoctor.network import ConnectResult, Network, Stream
from smtpdoctor.network.trust import (
    client_context,
    legacy_context,
    one_group_context,
    trust_store_size,
)
from smtpdoctor.observations import (
    CHECK_SPECS,
    CHECKS,
    AnyObservation,
    CheckName,
    CheckRun,
    ConnectAttempt,
    ConnectPurpose,
    Exchange,
    Handshake,
    Observations,
    PlatformSeen,
    Recorder,
    Redactor,
    SenderQuestion,
    Session,
    SessionPurpose,
    SettingRead,
    SettingsRead,
    Trail,
)
from smtpdoctor.own_fault import describe
from smtpdoctor.sender import question as sender_question
from smtpdoctor.settings.model import MASK, TLSMode
from smtpdoctor.surroundings.place import full_host_name, look_around

#: At most so many sessions at a time, so that no server ever has more.
SESSIONS_AT_A_TIME = 2
#: A server that gives no byte for so many round trips, or seconds, counts as silent.
SILENT_ROUND_TRIPS = 3
SILENT_SECONDS = 0.5
#: What the run may overrun its timeout by before everything still open is cut off.
GRACE = 1.0

#: How long a run that is done with everything else waits for the sender's policies.
POLICIES_WAIT = 2.0

#: From this release on OpenSSL sends post-quantum key shares by itself.
POST_QUANTUM_OPENSSL = (3, 5)
#: Segments that pass a tunnel in a tunnel, and those that pass everywhere (RFC 9293 §3.7.1).
SEGMENT_SIZES = (1200, 536)

#: Metadata services are next to the machine, or nowhere.
METADATA = 1.0

#: The two hosts of IONOS that stand for its regions; the others are names of the same service.
IONOS_HOSTS = ("smtp.ionos.com", "smtp.ionos.de")

T = TypeVar("T")


async def examine(
    plan: Plan,
    network: Network,
    environ: Mapping[str, str],
    *,
    listener: Callable[[AnyObservation], None] | None = None,
) -> Observations:
    """Run the selected checks and give what they saw. Never raises on what the network does."""
    recorder = Recorder(Redactor(MASK), network.clock)
    auth.prepare(plan.credentials, plan.settings, recorder)
    if listener is not None:
        recorder.subscribe(listener)
    examination = _Examination(plan, network, environ, recorder)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(plan.timeout + GRACE):
            await examination.run()
    return recorder.observations()


class _Tasks:
    """Tasks beside the main line. A crash in one is recorded and stops nothing else."""

    def __init__(self, examination: _Examination) -> None:
        self._examination = examination
        self._tasks: set[asyncio.Task[Any]] = set()

    def create_task(
        self, work: Coroutine[Any, Any, T], check: CheckName = "dns"
    ) -> asyncio.Task[T]:
        task: asyncio.Task[T] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._examination.note_crash(done, check))
        return task

    async def wait(self, timeout: float | None = None) -> None:
        """Until all are done, those too that were started meanwhile, or the seconds are over."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while pending := [task for task in self._tasks if not task.done()]:
                    await asyncio.wait(pending)

    async def cancel(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


class _Connection(msgspec.Struct, frozen=True, kw_only=True):
    """An open connection to the configured port, and the trail that ends with its connect."""

    stream: Stream
    address: str
    trail: Trail
    seconds: float


class _Examination:
    """The state of one run."""

    def __init__(
        self, plan: Plan, network: Network, environ: Mapping[str, str], recorder: Recorder
    ) -> None:
        self.plan = plan
        self.settings = plan.settings
        self.network = network
        self.environ = environ
        self.recorder = recorder
        self.deadline = Deadline(network.clock, plan.timeout)
        self.tasks = _Tasks(self)
        self.policies = _Tasks(self)  # nothing else needs them
        self.side = _Tasks(self)  # of no interest once the configured way has worked
        self.setting_ids: dict[str, str] = {}
        self.addresses: tuple[str, ...] = ()
        self.side_connects: dict[tuple[str, int, str], asyncio.Task[ConnectResult]] = {}
        self.other_hosts: Mapping[str, asyncio.Task[tuple[str, ...]]] = {}
        # one count for all: whether two addresses are one server can't be told
        self._slots = asyncio.Semaphore(SESSIONS_AT_A_TIME)
        self.probed_ports: set[int] = set()
        self.another_way_works = False
        self.pointless = asyncio.Event()  # the configured way has worked: no other is looked for
        self.traced: asyncio.Future[list[None]] | None = None
        self._numbers = itertools.count(1)
        self._context: asyncio.Task[ssl.SSLContext] | None = None

    # --- the line of checks -------------------------------------------------------------------

    async def run(self) -> None:
        self._record_settings()
        for name in CHECKS:
            if name not in self.plan.selected:
                self._skipped(name)
        host = self.settings.host
        question = self.plan.question or self._sender_question(host)
        try:
            if question is not None:
                self.policies.create_task(self._look_up_policies(question), "sender")
            if host is not None and self._selects("dns", "reach"):
                self._context = self.tasks.create_task(
                    beside_the_loop(client_context, self.plan.cafile), "tls"
                )
                await self._examine_host(host)
            await self.tasks.wait()
            await self.policies.wait(None if self.plan.question else POLICIES_WAIT)
        finally:
            await self.side.cancel()
            await self.tasks.cancel()
            await self.policies.cancel()
            await self._record_place()

    async def _examine_host(self, host: str) -> None:
        if not self._may_touch(host, self.settings.port or 0):
            return  # --connect-to speaks of this host's other ports only
        found = await self._guard("dns", self._look_up(host))
        if found is not None and self._selects("reach"):
            trail, self.addresses = found
            await self._guard("reach", self._reach(host, trail))

    async def _reach(self, host: str, trail: Trail) -> None:
        self._knock_beside(host, trail)
        async with self._connect(host, trail) as connection:
            if connection is None:
                await self._explore_without(host, trail)
            elif self._selects("tls"):
                await self._guard("tls", self._talk(host, connection))

    def _record_settings(self) -> None:
        self.recorder.trail("settings").record(SettingsRead(settings=self.settings))
        for entry in self.settings.entries:
            read = self.recorder.trail("settings").record(SettingRead(setting=entry, ok=entry.ok))
            if not entry.repaired:
                self.setting_ids.setdefault(entry.field, read.id)

    async def _look_up(self, host: str) -> tuple[Trail, tuple[str, ...]] | None:
        """The addresses of the host, and the trail that ends with them."""
        trail = self.recorder.trail("dns", *self._settings("host"))
        mapping = self.plan.mapping(host, self.settings.port or 0)
        mapped = (mapping.address,) if mapping is not None else ()
        if not self._selects("dns") and not mapped and not is_address(host):
            return None
        lookup = await dns.look_up(
            host,
            self.network,
            trail,
            deadline=self.deadline,
            beside=self.tasks,
            provider_hosts=self._other_hosts(host),
            public_resolvers=reach.CONTROL_ADDRESSES if self.plan.third_party else (),
            mapped=mapped,
        )
        self.other_hosts = lookup.provider_addresses
        if lookup.unanswered and self.plan.third_party and self._selects("reach"):
            # are the name servers out of reach, or is everything?
            knocking = self._knock_control_addresses(self.recorder.trail("reach"))
            self.tasks.create_task(knocking, "reach")
            self.tasks.create_task(self._record_platform(), "reach")
        if lookup.addresses is None:
            return None
        reach_trail = trail.branch("reach")
        reach_trail.also_after(*self._settings("port"))
        return reach_trail, lookup.addresses.addresses

    def _other_hosts(self, host: str) -> tuple[str, ...]:
        """The provider's other submission hosts to look at, for IONOS one of each region."""
        provider = knowledge.provider_of(host)
        if provider is None or self.plan.is_mapped(host) or not self._selects("dns"):
            return ()
        names = (
            IONOS_HOSTS
            if provider.id == "ionos"
            else [known.host for known in provider.hosts if known.verified]
        )
        return tuple(name for name in names if name != host.lower().rstrip("."))[:2]

    # --- the sender's policies ----------------------------------------------------------------

    def _sender_question(self, host: str | None) -> SenderQuestion | None:
        """What to ask the DNS about the sender, None where it could say nothing to the matter."""
        address = self.settings.sender
        entry = self.settings.entry("sender") or self.settings.entry("username")
        if address is None or host is None or (entry is not None and entry.problem is not None):
            return None
        if "dns" not in self.plan.selected or "sender" not in self.plan.selected:
            return None
        question = sender_question.of_submission(address, host)
        # --connect-to is for a server of one's own, which the public DNS doesn't know
        inside = self.plan.is_mapped(host) or not sender_question.is_outside(host)
        if question is not None and not self.plan.nameservers:
            return None if inside or not is_public_name(question.domain) else question
        return question

    async def _look_up_policies(self, question: SenderQuestion) -> None:
        setting = self._settings("sender") or self._settings("username")
        trail = self.recorder.trail("sender", *setting)
        await policies.look_up_policies(question, self.network, trail, self.deadline)

    # --- TCP ----------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def _connect(self, host: str, trail: Trail) -> AsyncIterator[_Connection | None]:
        """Connect to every address of the configured port; give the first that answers.

        The others go on beside, each for its own outcome.
        """
        port = self.settings.port or 0
        first: asyncio.Future[_Connection | None] = asyncio.get_running_loop().create_future()
        waiting = len(self.addresses)

        async def one(address: str) -> None:
            nonlocal waiting
            own = trail.branch()
            try:
                result = await self._attempt(own, host, address, port, "configured")
                if result.stream is not None and first.done():
                    result.stream.close()
                elif result.stream is not None:
                    first.set_result(
                        _Connection(
                            stream=result.stream,
                            address=address,
                            trail=own,
                            seconds=result.seconds,
                        )
                    )
            finally:
                waiting -= 1
                if waiting == 0 and not first.done():
                    first.set_result(None)

        for address in self.addresses:
            self.tasks.create_task(one(address), "reach")
        self.side.create_task(self._trace_when_stuck(host, trail, first), "reach")
        connection = await first
        try:
            yield connection
        finally:
            if connection is not None:
                connection.stream.close()

    async def _trace_when_stuck(
        self, host: str, trail: Trail, first: asyncio.Future[_Connection | None]
    ) -> None:
        """Look at the path while the configured port is still being waited for."""
        await asyncio.wait({first}, timeout=reach.TRACE_AFTER)
        if not first.done() or first.result() is None:
            await self._trace(host, trail)

    async def _trace(self, host: str, trail: Trail) -> None:
        """The way to the configured port and to others beside it, IPv4 and IPv6 apart. Once."""
        if self.traced is None:
            port = self.settings.port or 0
            one_of_each = {family_of(address): address for address in reversed(self.addresses)}
            self.traced = asyncio.gather(
                *(
                    reach.trace(
                        self.network,
                        trail.branch(role="probe"),
                        self.deadline,
                        host=host,
                        address=address,
                        port=each,
                    )
                    for address in one_of_each.values()
                    # nothing stands between a machine and itself
                    if not is_loopback(address) and not self.plan.is_mapped(host)
                    for each in dict.fromkeys((port, reach.CONTROL_PORT, *self._open(address)))
                )
            )
        await asyncio.shield(self.traced)

    def _open(self, address: str) -> list[int]:
        """The ports of an address that have answered so far."""
        seen = self.recorder.observations().of(ConnectAttempt, address=address, outcome="open")
        return [item.port for item in seen]

    async def _attempt(
        self,
        trail: Trail,
        host: str,
        address: str,
        port: int,
        purpose: ConnectPurpose,
        *,
        provider: str | None = None,
    ) -> ConnectResult:
        mapping = self.plan.mapping(host, port)
        return await reach.attempt(
            self.network,
            trail,
            self.deadline,
            host=host,
            address=address,
            port=port,
            target=(mapping.address, mapping.target_port) if mapping is not None else None,
            purpose=purpose,
            provider=provider,
            round_trip=self._round_trip,
        )

    def _round_trip(self) -> float:
        """The shortest time in which a port has answered so far, in seconds."""
        answered = self.recorder.observations().of(ConnectAttempt, outcome="open")
        return min((item.seconds for item in answered), default=0.0)

    def _knock_beside(self, host: str, trail: Trail) -> None:
        """Connect to the two submission ports beside the configured one, and close at once."""
        for port in reach.SUBMISSION_PORTS:
            if port == self.settings.port or not self._may_touch(host, port):
                continue
            for address in self.addresses:
                self._knock(trail, host, address, port, "other-port")
        for other, found in self.other_hosts.items():
            if other in IONOS_HOSTS:
                self.side.create_task(self._knock_host(trail, other, found), "reach")

    def _knock(
        self, trail: Trail, host: str, address: str, port: int, purpose: ConnectPurpose
    ) -> asyncio.Task[ConnectResult]:
        key = (host, port, address)
        if key not in self.side_connects:
            self.side_connects[key] = self.side.create_task(
                self._knock_once(trail, host, address, port, purpose), "reach"
            )
        return self.side_connects[key]

    async def _knock_once(
        self,
        trail: Trail,
        host: str,
        address: str,
        port: int,
        purpose: ConnectPurpose,
        provider: str | None = None,
    ) -> ConnectResult:
        result = await self._attempt(
            trail.branch(role="probe"),
            host,
            address,
            port,
            purpose,
            provider=provider,
        )
        if result.stream is not None:
            result.stream.close()
        return result

    async def _knock_host(
        self, trail: Trail, host: str, found: asyncio.Task[tuple[str, ...]]
    ) -> None:
        addresses = await found
        knocks = [
            self._knock(trail, host, address, port, "other-host")
            for address in addresses
            for port in dict.fromkeys((self.settings.port or 587, *reach.SUBMISSION_PORTS))
        ]
        await asyncio.gather(*knocks)

    def _may_touch(self, host: str, port: int) -> bool:
        """With --connect-to, ports of that host that are not mapped are left alone."""
        return not self.plan.is_mapped(host) or self.plan.mapping(host, port) is not None

    async def _explore_without(self, host: str, trail: Trail) -> None:
        """No address answered on the configured port: which ports answer, here and elsewhere?"""
        own = self.settings.port or 0
        ports = (*reach.other_ports(host, own), reach.CONTROL_PORT, *self._ports_for_ticket(own))
        knocks = [
            self._knock(trail, host, address, port, "other-port")
            for port in ports
            if port != own and self._may_touch(host, port)
            for address in self.addresses
        ]
        work = [self._trace(host, trail), self._record_platform()]
        if self._selects("tls"):
            work.append(self._probe_other_ports(host, trail))
            work += [self._knock_host(trail, *other) for other in self.other_hosts.items()]
        if self._wants_controls(host):
            work += [self._knock_control_addresses(trail), self._knock_control_hosts(host, trail)]
        await asyncio.gather(*knocks, *work)
        if self._selects("tls"):
            await self._probe_other_hosts(trail)

    def _wants_controls(self, host: str) -> bool:
        """Other companies' hosts say something only about a way through the internet."""
        return (
            self.plan.third_party
            and not self.plan.is_mapped(host)
            and not all(is_local(address) for address in self.addresses)
        )

    async def _knock_control_addresses(self, trail: Trail) -> None:
        await asyncio.gather(
            *(
                self._knock_once(trail, address, address, reach.CONTROL_PORT, "control-address")
                for address in reach.CONTROL_ADDRESSES
            )
        )

    async def _knock_control_hosts(self, host: str, trail: Trail) -> None:
        port = self.settings.port or 0
        if not self._selects("dns"):
            return
        await asyncio.gather(
            *(
                self._knock_control_host(trail, name, each, provider)
                for each in (port, *self._ports_for_ticket(port))
                for name, provider in reach.control_hosts(host, each)
            )
        )

    def _ports_for_ticket(self, configured: int) -> tuple[int, ...]:
        """What a request to open ports should speak of as well, and is else left alone."""
        return (25,) if self.plan.ticket and configured != 25 else ()

    async def _knock_control_host(self, trail: Trail, host: str, port: int, provider: str) -> None:
        addresses = await dns.addresses_of(host, self.network, self.deadline)
        # one of each family is enough: these are large sites
        chosen = {("IPv6" if ":" in address else "IPv4"): address for address in addresses}
        await asyncio.gather(
            *(
                self._knock_once(trail, host, address, port, "control", provider)
                for address in chosen.values()
            )
        )

    # --- sessions -----------------------------------------------------------------------------

    async def _talk(self, host: str, connection: _Connection) -> None:
        """The session on the configured way, and probes beside it when it fails or is silent."""
        port = self.settings.port or 0
        session = self._session("configured", host, connection, port, self.settings.tls)
        async with self._slots:
            talking = self.tasks.create_task(
                self._configured_session(session, host, connection), "tls"
            )
            together: set[asyncio.Task[Any]] = {talking}
            # no byte for as long as a live server would need
            soon = max(SILENT_ROUND_TRIPS * connection.seconds, SILENT_SECONDS)
            await asyncio.wait(together, timeout=soon)
            if not talking.done() and not session.heard.is_set():
                probing = self._probe_silence(host, connection, session)
                together.add(self.tasks.create_task(probing, "tls"))
            await asyncio.wait({talking})
            worked = talking.exception() is None and talking.result()
            if worked and self.settings.found:
                self.pointless.set()
                await self.side.cancel()
            await asyncio.wait(together)
        if not self.pointless.is_set():
            await self._probe_beside(host, connection, session)

    async def _configured_session(
        self, session: SMTPSession, host: str, connection: _Connection
    ) -> bool:
        """True where nothing else needs to be tried: a login could be offered as configured."""
        settings = self.settings
        try:
            worked = await self._begin(session, host, connection)
            if not worked:
                await session.quit()
                return False
            logged_in: bool | None = None
            if self._selects("auth"):
                trail = session.trail.branch("auth")
                trail.also_after(*self._settings("username", "password", "token"))
                logged_in = await self._guard(
                    "auth", auth.log_in(session, settings, self.plan.credentials, trail)
                )
            if self._selects("sender") and sender.wanted(settings, logged_in):
                trail = session.trail.branch("sender")
                trail.also_after(*self._settings("sender"))
                await self._guard("sender", sender.dry_run(session, settings, trail))
            else:
                await session.quit()
        finally:
            await session.close()
        return settings.tls != "none" or not self._tls_may_be_wanted(session)

    async def _begin(self, session: SMTPSession, host: str, connection: _Connection) -> bool:
        """Greeting, EHLO and TLS as configured; True where a login or a sender could follow."""
        settings = self.settings
        context = await self._verifying_context()
        # credentials that can't go out in clear make STARTTLS a demand
        demanded = settings.tls_required or settings.has_credentials
        name = tls.ehlo_name(settings, full_host_name(), session.local_address)
        worked = await tls.converse(
            session,
            tls=settings.tls,
            tls_demanded=demanded,
            ehlo_name=name,
            context=context,
        )
        if not worked and not settings.verify and session.certificate_refused:
            # the application does not verify and goes on: so does the dry run, without a login
            await session.close()
            retried = await self._attempt(
                connection.trail.branch(role="probe"),
                host,
                connection.address,
                settings.port or 0,
                "configured",
            )
            if retried.stream is not None:
                session.reconnect(retried.stream)
                worked = await tls.converse(
                    session,
                    tls=settings.tls,
                    tls_demanded=demanded,
                    ehlo_name=name,
                    context=client_context(None, verify=False),
                )
        return worked

    def _tls_may_be_wanted(self, session: SMTPSession) -> bool:
        """Whether a session without TLS met a server that has more to offer inside TLS."""
        refused = self.recorder.observations().of(Exchange, connection=session.connection, ok=False)
        return session.capabilities.starttls and (bool(refused) or self.settings.has_credentials)

    async def _probe_silence(
        self, host: str, connection: _Connection, waiting: SMTPSession
    ) -> None:
        """While the configured session waits for a first byte: is it the other TLS mode?"""
        port = self.settings.port or 0
        mode: TLSMode = "starttls" if self.settings.tls == "implicit" else "implicit"
        probe = await self._probe("other-mode", host, connection.address, port, mode)
        if probe is not None and (probe.spoke_mode(mode) or self._speaks_no_mail(probe)):
            waiting.give_up.set()
        else:
            await self._probe_other_ports(host, connection.trail)

    async def _probe_beside(self, host: str, connection: _Connection, failed: SMTPSession) -> None:
        """After the configured way failed: what else works, without credentials?"""
        port = self.settings.port or 0
        address = connection.address
        work: list[Coroutine[Any, Any, object]] = [
            self._probe("other-mode", host, address, port, mode)
            for mode in self._other_modes(failed)
        ]
        if self._last_handshake_failed(failed, ("version", "cipher", "alert", "closed", "other")):
            work.append(self._probe("legacy-tls", host, address, port, self.settings.tls))
        if self._greeting_silent(failed) and not self._other_mode_answered():
            work.append(self._probe("noop", host, address, port, "none"))
        if self._last_handshake_failed(failed, ("stalled",)):
            work.append(self._probe_size(host, address, port))
        if self._strange(failed):
            work.append(self._trace(host, connection.trail))
        work.append(self._probe_other_ports(host, connection.trail))
        await asyncio.gather(*work)
        if not self.settings.found or not self.another_way_works:
            await self._probe_other_hosts(connection.trail)

    def _strange(self, failed: SMTPSession) -> bool:
        """Whether somebody else may answer in the server's place: then the distance tells."""
        return failed.certificate_refused or (
            failed.greeted and self.settings.tls == "starttls" and not failed.in_tls
        )

    def _other_modes(self, failed: SMTPSession) -> list[TLSMode]:
        """The TLS modes still to try on the same port, by what the configured one met."""
        tried = {
            item.tls
            for item in self.recorder.observations().of(Session)
            if item.port == self.settings.port and item.purpose in ("configured", "other-mode")
        }
        modes: list[TLSMode] = []
        if self.settings.tls == "implicit":
            if self._last_handshake_failed(failed, ("not-tls", "stalled", "closed", "reset")):
                modes.append("starttls")
        else:
            greeting = self._greeting(failed)
            if greeting is not None and greeting.outcome in ("silence", "closed", "reset", "tls"):
                modes.append("implicit")
            elif self.settings.tls == "none" and failed.capabilities.starttls:
                modes.append("starttls")
        return [mode for mode in modes if mode not in tried]

    async def _probe_size(self, host: str, address: str, port: int) -> None:
        """A handshake that stalls: is it the size of the packets, or of our first message?"""
        mode = self.settings.tls
        if ssl.OPENSSL_VERSION_INFO >= POST_QUANTUM_OPENSSL:
            await self._probe("one-group", host, address, port, mode)
        for size in SEGMENT_SIZES:
            probe = await self._probe(
                "small-segments", host, address, port, mode, segment_size=size
            )
            if probe is not None and probe.in_tls:
                return

    async def _probe_other_ports(self, host: str, trail: Trail) -> None:
        """A session without credentials on every other port of the host that takes connections."""

        async def one(port: int, mode: TLSMode) -> None:
            if port in self.probed_ports:
                return
            self.probed_ports.add(port)
            for address in self.addresses:
                knock = await self._knock(trail, host, address, port, "other-port")
                if knock.outcome == "open":
                    await self._probe("other-port", host, address, port, mode)
                    return

        await asyncio.gather(
            *(
                one(port, mode)
                for port, mode in reach.other_ports(host, self.settings.port or 0).items()
                if self._may_touch(host, port)
            )
        )

    async def _probe_other_hosts(self, trail: Trail) -> None:
        """The provider's other hosts, after the configured host's own ways."""

        async def one(host: str, found: asyncio.Task[tuple[str, ...]]) -> None:
            addresses = await found
            for port, mode in reach.SUBMISSION_PORTS.items():
                for address in addresses[:1]:
                    knock = await self._knock(trail, host, address, port, "other-host")
                    if knock.outcome == "open":
                        await self._probe("other-host", host, address, port, mode)

        await asyncio.gather(*(one(host, found) for host, found in self.other_hosts.items()))

    async def _probe(
        self,
        purpose: SessionPurpose,
        host: str,
        address: str,
        port: int,
        mode: TLSMode,
        *,
        segment_size: int = 0,
    ) -> SMTPSession | None:
        """One session beside the main one, as far as EHLO. None where it did not connect."""
        async with self._slots:
            if self.deadline.left() <= 0 or self.pointless.is_set():
                return None
            trail = self.recorder.trail("tls", role="probe")
            mapping = self.plan.mapping(host, port)
            target = (mapping.address, mapping.target_port) if mapping else (address, port)
            result = await self.network.connect(
                *target, self.deadline.cap(reach.BESIDE), segment_size=segment_size
            )
            if result.stream is None:
                return None
            connection = _Connection(
                stream=result.stream, address=address, trail=trail, seconds=result.seconds
            )
            session = self._session(
                purpose, host, connection, port, mode, segment_size=segment_size
            )
            session.give_up = self.pointless
            try:
                if purpose == "legacy-tls":
                    await self._legacy_handshake(session, mode)
                elif purpose == "noop":
                    await session.noop()
                else:
                    name = tls.ehlo_name(self.settings, full_host_name(), session.local_address)
                    worked = await tls.converse(
                        session,
                        tls=mode,
                        tls_demanded=True,
                        ehlo_name=name,
                        context=one_group_context(self.plan.cafile)
                        if purpose == "one-group"
                        else await self._verifying_context(),
                    )
                    self.another_way_works = self.another_way_works or worked
                await session.quit()
            finally:
                await session.close()
            return session

    async def _legacy_handshake(self, session: SMTPSession, mode: TLSMode) -> None:
        """Which TLS does the server speak, if it may be old? Nothing is sent through it."""
        context = legacy_context()
        if mode == "implicit":
            await session.handshake("implicit", context)
            return
        name = tls.ehlo_name(self.settings, full_host_name(), session.local_address)
        if (
            (await session.greeting()).ok
            and (await session.ehlo(name)).ok
            and (await session.starttls()).ok
        ):
            await session.handshake("starttls", context)

    def _session(
        self,
        purpose: SessionPurpose,
        host: str,
        connection: _Connection,
        port: int,
        mode: TLSMode,
        *,
        segment_size: int = 0,
    ) -> SMTPSession:
        number = f"session {next(self._numbers)}"
        trail = connection.trail.branch("tls")
        trail.also_after(*(self._settings("tls") if purpose == "configured" else ()))
        trail.record(
            Session(
                connection=number,
                host=host,
                address=connection.address,
                port=port,
                tls=mode,
                purpose=purpose,
                segment_size=segment_size,
            )
        )
        return SMTPSession(
            connection.stream,
            connection=number,
            host=host,
            trail=trail,
            recorder=self.recorder,
            deadline=self.deadline,
            handshake_wait=HANDSHAKE if purpose == "configured" else HANDSHAKE_BESIDE,
        )

    # --- what was seen so far -----------------------------------------------------------------

    def _greeting(self, session: SMTPSession) -> Exchange | None:
        seen = self.recorder.observations()
        return seen.first(Exchange, connection=session.connection, step="greeting")

    def _greeting_silent(self, session: SMTPSession) -> bool:
        greeting = self._greeting(session)
        return greeting is not None and greeting.outcome == "silence" and not session.in_tls

    def _other_mode_answered(self) -> bool:
        seen = self.recorder.observations()
        others = {item.connection for item in seen.of(Session, purpose="other-mode")}
        return any(item.ok and item.connection in others for item in seen.of(Handshake))

    def _speaks_no_mail(self, session: SMTPSession) -> bool:
        """Whether the ClientHello was answered by a web server or another protocol's."""
        handshake = self.recorder.observations().first(Handshake, connection=session.connection)
        return handshake is not None and handshake.protocol not in ("tls", "smtp", "empty")

    def _last_handshake_failed(self, session: SMTPSession, kinds: Sequence[str]) -> bool:
        seen = self.recorder.observations().of(Handshake, connection=session.connection)
        return bool(seen) and seen[-1].failure in kinds

    # --- small things -------------------------------------------------------------------------

    def _selects(self, *names: CheckName) -> bool:
        return any(name in self.plan.selected for name in names)

    def _settings(self, *fields: str) -> tuple[str, ...]:
        return tuple(self.setting_ids[field] for field in fields if field in self.setting_ids)

    async def _verifying_context(self) -> ssl.SSLContext:
        assert self._context is not None
        return await self._context

    def _skipped(self, name: CheckName) -> None:
        missing = next(
            (need for need in CHECK_SPECS[name].needs if need not in self.plan.selected), None
        )
        self.recorder.trail(name).record(CheckRun(name=name, skipped_because=missing or "left out"))

    async def _record_place(self) -> None:
        size: int | None = None
        path = self.plan.cafile or ""
        if self._context is not None and self._context.done() and not self._context.cancelled():
            with contextlib.suppress(Exception):
                size = trust_store_size(self._context.result())
                path = path or ssl.get_default_verify_paths().cafile or ""
        place = look_around(self.environ, trust_store=size, trust_store_path=path)
        self.recorder.trail("settings").record(place)

    async def _record_platform(self) -> None:
        """Which platform this machine is part of: what it is known to block may explain a port
        that does not answer."""
        from smtpdoctor.surroundings.instance_metadata import ask_metadata
        from smtpdoctor.surroundings.platform_marks import PlatformMark, detect

        marks = await beside_the_loop(detect, self.environ)
        asked: tuple[PlatformMark, ...] = ()
        if self.plan.ask_metadata:
            known = {mark.id for mark in marks if mark.verified}
            answers = await ask_metadata(self.network, self.deadline.cap(METADATA))
            asked = tuple(mark for mark in answers if mark.id not in known)
        told = {mark.id for mark in asked}
        for mark in (*(mark for mark in marks if mark.id not in told), *asked):
            self.recorder.trail("reach", role="probe").record(
                PlatformSeen(
                    platform=mark.id,
                    name=mark.name,
                    marks=mark.words,
                    verified=mark.verified,
                    asked_metadata=mark.id in told,
                )
            )

    async def _guard(self, check: CheckName, work: Coroutine[Any, Any, T]) -> T | None:
        """Run a check; one that crashes is reported as such, and the others go on."""
        try:
            return await work
        except Exception as error:
            self._record_crash(check, error)
            return None

    def note_crash(self, task: asyncio.Task[Any], check: CheckName) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._record_crash(check, error)

    def _record_crash(self, check: CheckName, error: BaseException) -> None:
        self.recorder.trail(check).record(CheckRun(name=check, crash=describe(error)))

"""What the runs of one process share, so that many targets cost no server more than one would.

Knows which look-ups, control knocks, marks of the machine and SSL contexts were made already, and
how many sessions each server has, and sockets the process. Must not know what a run does with
them, nor record anything: each run writes down for itself what it was given.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Hashable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from smtpdoctor.addresses import one_spelling
from smtpdoctor.beside import beside_the_loop
from smtpdoctor.deadline import CLOCK_SLACK
from smtpdoctor.network import AnswerResult, ConnectResult, LookupResult, Network, TraceResult
from smtpdoctor.network.descriptors import waiting_at_a_time
from smtpdoctor.network.trust import USUAL, TLSManner, client_context, one_group_context
from smtpdoctor.sender.remembered import Remembered

if TYPE_CHECKING:
    from smtpdoctor.surroundings.platform_marks import PlatformMark

#: With one server, by its address, whatever the port; over all runs.
SESSIONS_WITH_ONE_SERVER = 2
SOCKETS_OF_A_TRACE = 36  # twelve TTLs without an answer, three tries each

#: For so many seconds at most an answer of the DNS is kept, whatever its TTL, and a "no" (RFC 2308
#: §5 has three hours as the longest that makes sense); what getaddrinfo said, which tells no TTL;
#: and a failure (RFC 2308 §7 allows five minutes, but a fault that is over should not be told).
ANSWER_KEPT, NO_KEPT, SYSTEM_KEPT, FAILURE_KEPT = 86400.0, 10800.0, 60.0, 5.0
#: What a knock on somebody else's host showed says for so many seconds how the network is.
KNOCK_KEPT = 60.0
#: So many look-ups and knocks are kept at a time: some 5 MB.
MOST_KEPT = 4096

T = TypeVar("T")
Answer = TypeVar("Answer", LookupResult, AnswerResult)


class Servers:
    """How many sessions each server has, by its address, over whatever shares this.

    Nothing is kept of a server that has none.
    """

    def __init__(self) -> None:
        self._slots: dict[str, _Slots] = {}

    def is_free(self, address: str) -> bool:
        """Whether a session with the server at this address may begin now."""
        slots = self._slots.get(one_spelling(address))
        return slots is None or not slots.locked()

    @contextlib.asynccontextmanager
    async def session_with(self, address: str) -> AsyncIterator[None]:
        """Wait until the server at this address has fewer than two sessions, and count as one."""
        server = one_spelling(address)
        slots = self._slots.setdefault(server, _Slots(SESSIONS_WITH_ONE_SERVER))
        slots.users += 1
        try:
            async with slots:
                yield
        finally:
            slots.users -= 1
            if not slots.users:
                del self._slots[server]


class Shared:
    """Made once for all runs that go on beside each other or one after the other.

    A run that is handed none makes one for itself. Nothing goes on in it for a run that has ended.
    Answers of the DNS stay for as long as they say, what others' hosts showed for a minute, the
    rest as it is. `servers` is shared with runs that go on beside these and look anew.
    `login_pause` are the seconds between two logins at one server; `login_begins` is told of each,
    by its host and user name, before it does.
    """

    def __init__(
        self,
        *,
        servers: Servers | None = None,
        login_pause: float = 0.0,
        login_begins: Callable[[tuple[str, str]], None] = lambda account: None,
    ) -> None:
        self._once: dict[Hashable, _Once] = {}
        self.servers = servers or Servers()
        self.assessments = Remembered()
        self._login_pause = login_pause
        self._login_begins = login_begins
        self._next_login: dict[str, float] = {}
        waiting = waiting_at_a_time()
        #: Connects, questions and traces that wait at a time: each has descriptors of the process.
        self.connecting = asyncio.Semaphore(waiting)
        self.asking = asyncio.Semaphore(waiting)
        self.tracing = asyncio.Semaphore(max(waiting // SOCKETS_OF_A_TRACE, 1))

    async def once(
        self,
        key: Hashable,
        make: Callable[[], Coroutine[Any, Any, T]],
        *,
        counts: Callable[[T], bool] = lambda result: True,
        lasts: Callable[[T], float] = lambda result: math.inf,
    ) -> T:
        """What `make` gives, made once for all who ask with this key.

        Made again where what another run was given does not count for this one, such as a silence
        that was not waited for long enough, and `lasts` seconds after it was there. An exception is
        its maker's own: others make it again.
        """
        now = asyncio.get_running_loop().time
        while (found := self._once.get(key)) is not None and now() <= found.until:
            task = await found.wait()
            if not task.cancelled() and task.exception() is None and counts(task.result()):
                # whoever began it may not have been there at its end
                found.until = min(found.until, now() + lasts(task.result()))
                return cast(T, task.result())
            if self._once.get(key) is found:
                del self._once[key]
        self._once.pop(key, None)  # to stand behind what is older
        if len(self._once) >= MOST_KEPT:
            self._forget()
        mine = self._once[key] = _Once(asyncio.create_task(make()))
        result = cast(T, (await mine.wait()).result())
        mine.until = min(mine.until, now() + lasts(result))
        return result

    def _forget(self) -> None:
        """What is over, and of the rest the older half; never what is still waited for."""
        now = asyncio.get_running_loop().time()
        over = [key for key, each in self._once.items() if each.done and each.until < now]
        done = [key for key, each in self._once.items() if each.done and each.until < math.inf]
        for key in dict.fromkeys((*over, *done[: MOST_KEPT // 2])):
            del self._once[key]

    # --- logins -------------------------------------------------------------------------------

    async def turn_to_log_in(self, address: str, account: tuple[str, str]) -> None:
        """Wait until the pause since the last login at this address is over, and begin this one."""
        now = asyncio.get_running_loop().time()
        self._next_login = {at: when for at, when in self._next_login.items() if when > now}
        mine = max(now, self._next_login.get(server := one_spelling(address), now))
        self._next_login[server] = mine + self._login_pause
        if mine > now:
            await asyncio.sleep(mine - now)
        self._login_begins(account)

    # --- this machine -------------------------------------------------------------------------

    async def verifying_context(
        self, cafile: str | None, manner: TLSManner = USUAL
    ) -> ssl.SSLContext:
        """Made beside the loop: reading the CA certificates takes some 30 ms."""
        return await self.once(
            ("context", cafile, manner),
            lambda: beside_the_loop(lambda: client_context(cafile, manner=manner)),
        )

    async def one_group_context(self, cafile: str | None) -> ssl.SSLContext:
        """The same, with a ClientHello that fits into one small packet."""
        return await self.once(
            ("one group", cafile), lambda: beside_the_loop(one_group_context, cafile)
        )

    async def marks(self, environ: Mapping[str, str]) -> tuple[PlatformMark, ...]:
        """The platforms that this machine's marks name."""
        from smtpdoctor.surroundings.platform_marks import detect

        return await self.once("marks", lambda: beside_the_loop(detect, environ))

    async def metadata(self, network: Network, seconds: float) -> tuple[PlatformMark, ...]:
        """What the metadata services of this machine's platform say of it."""
        from smtpdoctor.surroundings.instance_metadata import ask_metadata

        return await self.once("metadata", lambda: ask_metadata(network, seconds))


class _Slots(asyncio.Semaphore):
    """The sessions that one server may have, and how many have or want one."""

    users = 0


class SharedNetwork:
    """The network as one run has it: questions that another run has asked are not asked again.

    A run asks some questions several times on purpose, as after a lost packet. So its first
    question is shared with the others' first, its second with their second.
    """

    def __init__(self, network: Network, shared: Shared) -> None:
        self._network = network
        self._shared = shared
        self._asked: Counter[Hashable] = Counter()
        self.clock = network.clock
        self.resolver_settings = network.resolver_settings
        self.hosts_file = network.hosts_file

    async def connect(
        self, address: str, port: int, timeout: float, *, segment_size: int = 0
    ) -> ConnectResult:
        async with self._shared.connecting:
            return await self._network.connect(address, port, timeout, segment_size=segment_size)

    async def trace(self, address: str, port: int, timeout: float) -> TraceResult | None:
        async with self._shared.tracing:
            return await self._network.trace(address, port, timeout)

    async def system_lookup(self, host: str, timeout: float) -> LookupResult:
        return await self._share(
            ("system", host),
            lambda: self._network.system_lookup(host, timeout),
            timeout,
            LookupResult(error="timeout"),
            _system_lasts,
        )

    async def ask(
        self, server: str, question: str, record: str, timeout: float, *, over_tcp: bool = False
    ) -> AnswerResult:
        async def asking() -> AnswerResult:
            async with self._shared.asking:
                return await self._network.ask(server, question, record, timeout, over_tcp=over_tcp)

        return await self._share(
            ("ask", server, question, record, over_tcp),
            asking,
            timeout,
            AnswerResult(outcome="silent", transport="tcp" if over_tcp else "udp"),
            _answer_lasts,
        )

    async def _share(
        self,
        key: Hashable,
        ask: Callable[[], Coroutine[Any, Any, Answer]],
        timeout: float,
        silence: Answer,
        lasts: Callable[[Answer], float],
    ) -> Answer:
        self._asked[key] += 1

        async def asking() -> tuple[Answer, float]:
            return await ask(), timeout

        def counts(found: tuple[Answer, float]) -> bool:
            answer, waited = found
            return answer != silence or waited >= timeout

        try:
            # whoever asked first may wait for longer than this run does
            async with asyncio.timeout(timeout + CLOCK_SLACK):
                key = (key, self._asked[key])
                answer, _ = await self._shared.once(
                    key, asking, counts=counts, lasts=lambda found: lasts(found[0])
                )
        except TimeoutError:
            return silence
        return answer


def _system_lasts(result: LookupResult) -> float:
    """getaddrinfo tells no TTL."""
    known = result.addresses or result.error in ("EAI_NONAME", "EAI_NODATA")
    return SYSTEM_KEPT if known else FAILURE_KEPT


def _answer_lasts(result: AnswerResult) -> float:
    if result.outcome not in ("answer", "nodata", "nxdomain"):
        return FAILURE_KEPT
    most = ANSWER_KEPT if result.outcome == "answer" else NO_KEPT
    return most if result.ttl is None else min(result.ttl, most)


class _Once:
    """A task for all who wait for it; it ends with the last of them. It counts `until` then."""

    __slots__ = ("_task", "_waiting", "until")

    def __init__(self, task: asyncio.Task[Any]) -> None:
        self._task = task
        self._waiting = 0
        self.until = math.inf

    @property
    def done(self) -> bool:
        return self._task.done()

    async def wait(self) -> asyncio.Task[Any]:
        """The task when it is done, however it ended."""
        if self._task.done():
            return self._task
        self._waiting += 1
        try:
            await asyncio.wait({self._task})
        finally:
            self._waiting -= 1
            if not self._waiting and not self._task.done():
                self._task.cancel()
                await asyncio.gather(self._task, return_exceptions=True)
        return self._task

"""Watches on a network in memory: rounds without waiting, and what the servers were sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from smtpdoctor.cli._watching import Watched as Folder
from smtpdoctor.demo.authority import Authority
from smtpdoctor.demo.behaviour import Behaviour
from smtpdoctor.examination.options import CheckOptions
from smtpdoctor.plans import Plans, make_plans
from smtpdoctor.watch.history import History, open_history
from smtpdoctor.watch.model import Round, State
from smtpdoctor.watch.rounds import Watch

from ..fake_network import FakeNetwork, run
from ..runs import ADDRESS, ENV, certificate_of, one_host

#: 2026-11-27 08:00 UTC: when every watch begins.
START = 1_795_766_400.0
MINUTE, HOUR = 60.0, 3600.0
WRONG = {**ENV, "SMTP_PASS": "another-heron"}


class Watched:
    """A watch of one host. `between` is called before each round with its number, from 0, and may
    change anything of this: `env`, the server's behaviour, the wall's clock (`clock_set_by`).
    `keeps` is how many rounds are remembered, `folder` what is read in place of `env`."""

    def __init__(
        self,
        authority: Authority,
        *,
        rounds: int,
        env: Mapping[str, str] = ENV,
        network: FakeNetwork | None = None,
        history: History | None = None,
        every: float = 5 * MINUTE,
        login_every: float = HOUR,
        between: Callable[[Watched, int], None] = lambda watched, number: None,
        options: Mapping[str, Any] | None = None,
        start: float = START,
        keeps: int | None = None,
        folder: Folder | None = None,
    ) -> None:
        self.network = network or one_host(authority)
        self.env = dict(env)
        self.authority = authority
        self.options = dict(options or {})
        self.history = history or open_history(None)
        self.told: list[Round] = []
        self.began: list[float] = []
        self.clock_set_by = 0.0
        self.watch: Watch
        self._between = between
        self._folder = folder
        self._rounds = rounds
        self._number = 0
        run(self._go_on(every, login_every, start, keeps))

    async def _go_on(
        self, every: float, login_every: float, start: float, keeps: int | None
    ) -> None:
        loop = asyncio.get_running_loop()
        stop = asyncio.Event()

        def tell(round_: Round) -> None:
            self.told.append(round_)
            if keeps is not None:
                del self.told[:-keeps]
            if self._number == self._rounds:
                stop.set()

        self.watch = Watch(
            self._read,
            tell,
            self.history,
            folder="/srv/shop",
            every=every,
            login_every=login_every,
            environ={},
            network=self.network,
            now=lambda: start + loop.time() + self.clock_set_by,
            **({} if self._folder is None else {"marked": self._folder.marked}),
        )
        await self.watch.go_on_until(stop)

    def _read(self) -> Plans:
        self.began.append(asyncio.get_running_loop().time())
        self._number += 1
        self._between(self, self._number - 1)
        if self._folder is not None:
            return self._folder.read()
        return make_plans(
            CheckOptions(
                environ=self.env,
                **{
                    "folder": "/no-such-folder",
                    "cafile": str(self.authority.cafile),
                    **self.options,
                },
            )
        )

    def behave(self, **changes: Any) -> None:
        """The server on 587 from now on."""
        healthy = Behaviour(certificate=certificate_of(self.authority))
        self.network.server(ADDRESS, 587).behaviour = replace(healthy, **changes)

    @property
    def logins(self) -> int:
        """AUTH commands that servers were sent."""
        return sum(session.auth_attempts for session in self.network.sessions)

    @property
    def states(self) -> list[State]:
        """The one state of each round."""
        return [state for round_ in self.told for state in round_.states]

    @property
    def verdicts(self) -> list[str]:
        return [f"{state.verdict} {state.code}".strip() for state in self.states]

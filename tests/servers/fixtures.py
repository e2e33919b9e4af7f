"""Fixtures that run the embedded servers beside synchronous tests and subprocesses.

The servers live on an event loop in a thread of their own, and end with the test that asked for
them. `tests/conftest.py` names this module in `pytest_plugins`.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import pytest

from smtpdoctor.demo.authority import Authority
from smtpdoctor.demo.behaviour import Behaviour
from smtpdoctor.demo.scenarios import SCENARIOS, Setup
from smtpdoctor.demo.server import Session, SMTPServer

LONGEST_WAIT = 20.0  # seconds; only a test that is about to fail waits so long

T = TypeVar("T")


class LoopThread:
    """An event loop in a thread. `run` runs a coroutine there and gives its result."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="servers", daemon=True)
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(LONGEST_WAIT)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(LONGEST_WAIT)
        self._loop.close()


class WatchedServer(SMTPServer):
    """A server whose end of all sessions a test can wait for."""

    async def idle(self) -> None:
        """Waits until every client that has connected so far is gone and its session is over."""
        for _ in range(20):  # connections in the kernel's queue take a few turns to get here
            await asyncio.sleep(0)
        while self._open:
            await asyncio.wait(self._open)


@dataclass(frozen=True)
class RunningServer:
    """A server that runs in the thread, seen from the test."""

    server: WatchedServer
    thread: LoopThread

    @property
    def host(self) -> str:
        return self.server.host

    @property
    def port(self) -> int:
        return self.server.port

    @property
    def address(self) -> tuple[str, int]:
        return self.host, self.port

    @property
    def sessions(self) -> list[Session]:
        """All sessions, once every client that connected so far is gone."""
        self.thread.run(self.server.idle())
        return list(self.server.sessions)

    @property
    def session(self) -> Session:
        """The one session there was."""
        (only,) = self.sessions
        return only


StartServer = Callable[..., RunningServer]


@pytest.fixture(scope="session")
def loop_thread() -> Iterator[LoopThread]:
    """The servers' event loop."""
    thread = LoopThread()
    yield thread
    thread.close()


@pytest.fixture(scope="session")
def authority() -> Iterator[Authority]:
    """A CA for the whole run; its `cafile` is what a client is given to trust."""
    with Authority() as made:
        yield made


@pytest.fixture
def smtp_server(loop_thread: LoopThread, authority: Authority) -> Iterator[StartServer]:
    """A factory: `smtp_server(behaviour=None, host="127.0.0.1", **changes)` gives a RunningServer.

    Without a behaviour it is a healthy server with a certificate for mail.example.com, localhost,
    127.0.0.1 and ::1 that `authority` signed; `changes` are fields of Behaviour to set otherwise.
    """
    with contextlib.ExitStack() as stack:

        def start(
            behaviour: Behaviour | None = None, *, host: str = "127.0.0.1", **changes: Any
        ) -> RunningServer:
            if behaviour is None:
                if "certificate" not in changes:
                    changes["certificate"] = authority.issue(
                        ["mail.example.com", "localhost", "127.0.0.1", "::1"]
                    )
                behaviour = Behaviour()
            server = WatchedServer(replace(behaviour, **changes), host=host)
            loop_thread.run(server.start())
            stack.callback(_stop, server, loop_thread)
            return RunningServer(server, loop_thread)

        yield start


def _stop(server: SMTPServer, thread: LoopThread) -> None:
    thread.run(server.close())
    assert server.errors == []


@pytest.fixture
def running_scenario(loop_thread: LoopThread) -> Iterator[Callable[[str], Setup]]:
    """A factory: `running_scenario(name)` gives the Setup of a demo scenario that runs."""
    with contextlib.ExitStack() as stack:

        def start(name: str) -> Setup:
            scenario = SCENARIOS[name]
            if scenario.unavailable:
                pytest.skip(scenario.unavailable)
            running = scenario.running()
            setup = loop_thread.run(running.__aenter__())
            stack.callback(_leave, running, setup, loop_thread)
            return setup

        yield start


def _leave(running: AbstractAsyncContextManager[Setup], setup: Setup, thread: LoopThread) -> None:
    thread.run(running.__aexit__(None, None, None))
    assert [error for server in setup.servers.values() for error in server.errors] == []

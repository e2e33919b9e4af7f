"""A watch as a process: its lines, its signals, its exporter, its end.

Knows the loop that all of these share. What a round is, and when the next one is due, is
`smtpdoctor.watch`'s.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import msgspec

from smtpdoctor.api import run_all
from smtpdoctor.cli._configuration import accepted
from smtpdoctor.cli._output import UsageFault, write
from smtpdoctor.configuration import Configuration, ConfigurationError
from smtpdoctor.configuration import read as read_configuration
from smtpdoctor.examination.options import CheckOptions
from smtpdoctor.examination.shared import Servers, Shared
from smtpdoctor.files import reason_of
from smtpdoctor.plans import Plans, folder_of, make_plans
from smtpdoctor.report.model import Report
from smtpdoctor.settings.reading import UsageError
from smtpdoctor.watch import lines
from smtpdoctor.watch.history import History
from smtpdoctor.watch.model import Round, State
from smtpdoctor.watch.rounds import Watch
from smtpdoctor.watch.schedule import duration_words

if TYPE_CHECKING:
    from smtpdoctor.watch.exporter import Board, Exporter, Listen

#: Beside the words, which say the same.
STYLES = {
    "healthy": "green",
    "warnings": "yellow",
    "broken": "bold red",
    "inconclusive": "yellow",
    "gone": "dim",
}
NOTHING = "no settings were found in this folder"
HUNG_UP = 128 + getattr(signal, "SIGHUP", 1)


def probe_options(options: CheckOptions, target: str, timeout: float) -> CheckOptions:
    """A run against one host with nothing of the folder or the environment, so that there are no
    credentials; and without the control hosts, which each request would knock on."""
    return msgspec.structs.replace(
        options,
        target=target,
        setup=(),
        profile=None,
        env_file=None,
        environ={},
        folder=os.devnull,
        timeout=timeout,
        third_party=False,
    )


class Watched:
    """The settings and the project's own file, read anew for each run."""

    def __init__(self, options: CheckOptions, *, whole: bool) -> None:
        self._options = options
        self._whole = whole
        self._own = Configuration()

    def read(self) -> Plans:
        """What to check. Raises UsageError."""
        try:
            self._own = read_configuration(folder_of(self._options))
        except ConfigurationError as error:
            raise UsageError(str(error)) from None
        plans = make_plans(
            msgspec.structs.replace(
                self._options,
                default_setup=self._own.default_setup,
                profile=self._options.profile or self._own.profile,
            )
        )
        # where nobody named a server, `check` looks at IONOS's: not again and again
        if not all(plan.settings.found for plan in plans.plans):
            raise UsageError(NOTHING)
        return plans

    def marked(self, report: Report, plans: Plans) -> Report:
        """With what the project's file accepts."""
        return accepted(report, self._own, plans, whole=self._whole)


class Watching:
    """One watch from its start to its end. `watched` is None where only probes are served."""

    def __init__(
        self,
        *,
        watched: Watched | None,
        history: History,
        options: CheckOptions,
        every: float,
        login_every: float,
        listen: Listen | None,
        allowed: frozenset[str],
        verbose: bool,
    ) -> None:
        self._watched = watched
        self._history = history
        self._options = options
        self._every = every
        self._login_every = login_every
        self._listen = listen
        self._allowed = allowed
        self._verbose = verbose
        self._servers = Servers()
        self._board: Board | None = None
        self._fault = ""
        self._begun = False
        self._stop = asyncio.Event()
        self._status = 0

    def go_on(self) -> int:
        """Until a signal ends it; the exit status. Raises UsageFault where it can't listen."""
        return asyncio.run(self._go_on())

    async def _go_on(self) -> int:
        with contextlib.ExitStack() as around:
            exporter = self._exporter()
            if exporter is not None:
                around.enter_context(exporter)
            watch = None
            if self._watched is not None:
                watch = Watch(
                    self._watched.read,
                    self._tell,
                    self._history,
                    folder=str(self._options.folder),
                    every=self._every,
                    login_every=self._login_every,
                    environ=os.environ,
                    servers=self._servers,
                    marked=self._watched.marked,
                )
            around.enter_context(self._signals(watch))
            self._say_what_begins(exporter)
            if watch is not None:
                await watch.go_on_until(self._stop)
            else:
                await self._stop.wait()
        return self._status

    # --- signals ------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _signals(self, watch: Watch | None) -> Iterator[None]:
        """SIGTERM ends it, SIGHUP asks for a login; Ctrl-C is the loop's own."""
        had_terminal = _has_terminal()

        def hang_up() -> None:
            if had_terminal and not _has_terminal():  # its window was closed
                self._status = HUNG_UP
                self._stop.set()
            elif watch is not None:
                watch.log_in_again()

        loop = asyncio.get_running_loop()
        wanted = {"SIGTERM": self._stop.set, "SIGHUP": hang_up}
        before = {}
        for name, act in wanted.items():
            number = getattr(signal, name, None)
            # nohup has it ignored, and so it stays
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.getsignal(number)
                try:
                    loop.add_signal_handler(number, act)
                except NotImplementedError:  # Windows
                    signal.signal(number, lambda *_, act=act: loop.call_soon_threadsafe(act))
        try:
            yield
        finally:
            for number, handler in before.items():
                with contextlib.suppress(NotImplementedError):
                    loop.remove_signal_handler(number)
                signal.signal(number, handler)

    # --- the exporter -------------------------------------------------------------------------

    def _exporter(self) -> Exporter | None:
        if self._listen is None:
            return None
        from smtpdoctor.watch.exporter import Board, Exporter

        self._board = Board()
        timeout = self._options.timeout
        stuck = 2 * self._every + timeout + 60 if self._watched is not None else float("inf")
        try:
            return Exporter(
                self._listen,
                self._board,
                stuck_after=stuck,
                probe=self._prober() if self._allowed else None,
                allowed=self._allowed,
                timeout=timeout,
            )
        except OSError as error:
            where = f"{self._listen.written}:{self._listen.port}"
            raise UsageFault(f"--listen {where}: {_why_not(error)}") from None

    def _prober(self) -> Callable[[str, float], Report]:
        """For the exporter's threads: a run on this loop, which keeps to what the servers allow."""
        loop = asyncio.get_running_loop()

        async def run(target: str, seconds: float) -> Report:
            plans = make_plans(probe_options(self._options, target, seconds))
            return await run_all(plans, environ={}, shared=Shared(servers=self._servers))

        def probe(target: str, seconds: float) -> Report:
            running = asyncio.run_coroutine_threadsafe(run(target, seconds), loop)
            try:
                return running.result(seconds + 5)
            finally:
                running.cancel()

        return probe

    # --- words --------------------------------------------------------------------------------

    def _say_what_begins(self, exporter: Exporter | None) -> None:
        parts = []
        if self._watched is not None:
            parts.append(f"a run every {duration_words(self._every)}")
            if "auth" not in self._options.skip:
                parts.append(f"a login every {duration_words(self._login_every)}")
        if exporter is not None:
            parts.append(f"{exporter.listens.url}metrics")
            if self._allowed:
                parts.append(f"probes of {', '.join(sorted(self._allowed))}")
        print(f"smtpdoctor: {'; '.join(parts)}", file=sys.stderr, flush=True)
        if exporter is not None and not exporter.listens.is_loopback:
            print(
                f"smtpdoctor: {exporter.listens.written} is open to other machines: whoever "
                "reaches it reads host names and findings; there is no password",
                file=sys.stderr,
                flush=True,
            )

    def _tell(self, round_: Round) -> None:
        """A line for what changed; all of them at first, and after what went wrong."""
        if self._board is not None:
            self._board.put(round_)
        if round_.fault and round_.fault != self._fault:
            stamp = lines.stamp(round_.at)
            print(f"{stamp}  {round_.fault}", file=sys.stderr, flush=True)
        again = not self._begun or (self._fault and not round_.fault) or self._verbose
        self._fault = round_.fault
        self._begun = self._begun or bool(round_.states)
        for state in round_.states:
            if (again or state.changed) and not self._written(state, round_.at):
                # nobody reads: a watch that monitors ask goes on all the same
                if self._listen is None:
                    self._stop.set()
                return

    def _written(self, state: State, at: float) -> bool:
        from rich.console import Console
        from rich.text import Text

        console = Console(highlight=False, soft_wrap=True)
        text = Text(f"{lines.stamp(at)}  {lines.named(state)}  ")
        text.append(state.verdict, STYLES[state.verdict])
        text.append(f"  {state.code}" if state.code else "")
        text.append(f"  {lines.said(state, at)}")
        with console.capture() as captured:
            console.print(text)
        return write(captured.get())


def _has_terminal() -> bool:
    """Whether this process belongs to a terminal that is still there."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | getattr(os, "O_NOCTTY", 0)))
    except OSError:
        return False
    return True


def _why_not(error: OSError) -> str:
    import errno

    words = {
        errno.EADDRINUSE: "another program listens there",
        errno.EADDRNOTAVAIL: "this machine has no such address",
        errno.EACCES: "not allowed: ports below 1024 are the administrator's",
    }
    return words.get(error.errno or 0) or reason_of(error)

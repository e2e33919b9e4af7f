"""What `smtpdoctor batch` shows and writes while it goes on.

Knows the terminal and the outputs. Must not know how targets are checked.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import signal
import stat
import sys
import time
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from smtpdoctor.beside import begin
from smtpdoctor.cli import _completion
from smtpdoctor.cli._output import INTERRUPTED, TERMINATED, UsageFault

if TYPE_CHECKING:
    from smtpdoctor.batch.accounts import Accounts
    from smtpdoctor.batch.many import Pace
    from smtpdoctor.batch.processes import Processes
    from smtpdoctor.batch.reading import Reading
    from smtpdoctor.batch.record import Record, Result, ResultFormat
    from smtpdoctor.batch.summary import Summary
    from smtpdoctor.examination.options import CheckOptions
    from smtpdoctor.network import Network

#: Seconds over which the rate is taken.
LATELY = 30.0
#: Senders for which one process is as good as several, each of which loads the rules.
FEW = 200


def known(option: str, name: str | None, names: Sequence[str]) -> str | None:
    """The name, where it is one of these. Raises UsageFault."""
    if name is None or name in names:
        return name
    near = _completion.meant(name, names)
    raise UsageFault(f"{option}: {name!r} is none of {', '.join(names)}{near}")


class Work:
    """One batch: what it comes to, and where that goes."""

    def __init__(self, *, sender: bool, strict: bool) -> None:
        from smtpdoctor.batch.summary import Summary

        self.summary: Summary = Summary()
        self.record: Record | None = None
        self._sender = sender
        self._strict = strict
        self._stopped = 0

    def write_to(self, output: str, *, resume: bool, force: bool) -> None:
        """Raises FileFault and UsageError."""
        from smtpdoctor.batch.record import FORMATS, Record

        name, equals, path = output.partition("=")
        if not equals or not path:
            raise UsageFault("--output: write FORMAT=FILE, such as csv=results.csv")
        form: ResultFormat = known("--output", name, FORMATS)  # type: ignore[assignment]
        if form == "parquet":
            from smtpdoctor.batch.parquet import load

            load()  # that it is missing should not be known after an hour
        self.record = Record(
            Path(path),
            form,
            resume=resume,
            force=force,
            senders=self._sender,
            seen=self.summary.add,
        )

    def go(
        self,
        reading: Reading,
        pace: Pace,
        common: CheckOptions,
        total: int | None,
        printed: str,
        scheduler: str | None,
    ) -> int:
        """The exit status. Raises UsageError and FileFault."""
        from smtpdoctor.network import SystemNetwork

        network = SystemNetwork(tuple(common.nameservers))
        form: ResultFormat = self.record.form if self.record is not None else printed  # type: ignore[assignment]
        over = False
        alone = scheduler is not None or not self._sender or (total is not None and total < FEW)
        processes = None if alone else _processes(network, pace, form)
        try:
            if processes is not None:
                results = processes.judge(reading.targets(self._accounts()))
            else:
                results = self._checked(reading, network, pace, form, common, scheduler)
            asyncio.run(self._write(results, form, total))
            over = True
        except KeyboardInterrupt:
            self._stopped = INTERRUPTED
        except asyncio.CancelledError:
            pass  # by SIGTERM, which is noted
        except BrokenPipeError:  # the reader has gone: nobody wants the rest
            pass
        finally:
            if processes is not None:
                processes.end()
            if self.record is not None:
                if over:
                    self.record.finish()
                self.record.close()
        for line in (*reading.notes(), *self.summary.lines()):
            print(line, file=sys.stderr)
        if self._stopped and self.record is not None:
            print("go on with the same command and --resume", file=sys.stderr)
        return self._stopped or self.summary.exit_status(strict=self._strict)

    def _accounts(self) -> Accounts:
        from smtpdoctor.batch.accounts import Accounts

        record = self.record
        if record is None:
            return Accounts()
        return Accounts(key=record.key, before=record.logins, told=record.login)

    async def _checked(
        self,
        reading: Reading,
        network: Network,
        pace: Pace,
        form: ResultFormat,
        common: CheckOptions,
        scheduler: str | None,
    ) -> AsyncGenerator[Result, None]:
        """What came of each target, checked in this process or on a cluster."""
        from smtpdoctor.batch.many import check_all
        from smtpdoctor.batch.record import result_of

        accounts = self._accounts()
        async with contextlib.AsyncExitStack() as stack:
            cluster: Cluster | None = None
            if scheduler is not None:
                from smtpdoctor.batch.cluster import Cluster

                pause = pace.login_pause
                nameservers = tuple(common.nameservers)
                cluster = Cluster(scheduler, nameservers=nameservers, login_pause=pause)
                await stack.enter_async_context(cluster)
            results = check_all(
                reading.targets(accounts),
                network,
                os.environ,
                pace=pace,
                accounts=accounts,
                place="line",
                runner=cluster.run if cluster is not None else None,
            )
            await stack.enter_async_context(contextlib.aclosing(results))
            async for checked in results:
                yield result_of(checked, form)

    async def _write(
        self, results: AsyncGenerator[Result, None], form: ResultFormat, total: int | None
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        with contextlib.suppress(NotImplementedError):  # Windows has no such handlers
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGTERM, self._terminate, task)
        record = self.record
        output = Printed(form) if record is None else None
        async with contextlib.aclosing(results):
            with Bar(total, self.summary, results=record is None) as bar:
                async for result in results:
                    if record is not None:
                        record.write(result)
                    elif output is not None:
                        await output.write(result)
                    self.summary.add(result.row)
                    bar.step()

    def _terminate(self, task: asyncio.Task[None]) -> None:
        self._stopped = TERMINATED
        task.cancel()


def _processes(network: Network, pace: Pace, form: ResultFormat) -> Processes | None:
    """Those that judge senders, where there is more than one core."""
    from smtpdoctor.batch.processes import Processes, how_many

    count = how_many(pace.jobs)
    if count == 1:
        return None
    try:
        return Processes(count, network, os.environ, pace=pace, form=form)
    except OSError:  # no room for a process: it goes here, and takes longer
        return None


class Printed:
    """Results on standard output, each line whole. A reader that is slow holds up nobody's
    time-out: a pipe is written to beside the loop, by a thread that nobody waits for."""

    def __init__(self, form: str) -> None:
        from smtpdoctor.batch.table import csv_header

        self._first = csv_header() if form == "csv" else ""
        self._descriptor = sys.stdout.fileno()
        sys.stdout.flush()
        self._lines: queue.SimpleQueue[tuple[bytes, asyncio.Future[None]]] = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        # a file takes everything at once; without a thread, what has no reader is waited for here
        is_file = stat.S_ISREG(os.fstat(self._descriptor).st_mode)
        self._writes_itself = is_file or not begin(self._write_all)

    async def write(self, result: Result) -> None:
        """Raises OSError."""
        text = self._first + result.text
        self._first = ""
        data = text.encode("utf-8", "backslashreplace")
        if self._writes_itself:
            _write(self._descriptor, data)
            return
        written: asyncio.Future[None] = self._loop.create_future()
        self._lines.put((data, written))
        await written

    def _write_all(self) -> None:
        while True:
            data, written = self._lines.get()
            error: OSError | None = None
            try:
                _write(self._descriptor, data)
            except OSError as found:
                error = found
            try:
                self._loop.call_soon_threadsafe(_settle, written, error)
            except RuntimeError:  # the loop has gone
                return


def _settle(written: asyncio.Future[None], error: OSError | None) -> None:
    if written.done():
        return
    if error is None:
        written.set_result(None)
    else:
        written.set_exception(error)


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


class Bar:
    """How far it is, on standard error; nothing where that is no terminal, or where results go to
    the same one."""

    def __init__(self, total: int | None, summary: Summary, *, results: bool) -> None:
        self._progress: Any = None
        terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        if not terminal or (results and sys.stdout.isatty()):
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        self._summary = summary
        self._total = total
        self._count = done = summary.total
        self._recent: list[tuple[float, int]] = [(time.monotonic(), done)]
        self._progress = Progress(
            BarColumn(bar_width=24),
            TextColumn("{task.description}", markup=False),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._progress.add_task(self._words(), total=total, completed=done)

    def __enter__(self) -> Bar:
        if self._progress is not None:
            self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._progress is not None:
            self._progress.stop()

    def step(self) -> None:
        """One target more has its result."""
        if self._progress is None:
            return
        self._count += 1
        now = time.monotonic()
        if now - self._recent[-1][0] > 1:
            self._recent = [each for each in self._recent if now - each[0] < LATELY]
            self._recent.append((now, self._count))
        self._progress.update(self._task, completed=self._count, description=self._words())

    def _words(self) -> str:
        of = f" of {self._total:,}" if self._total is not None else ""
        began, before = self._recent[0]
        seconds = time.monotonic() - began
        rate = (self._count - before) / seconds if seconds > 1 else 0.0
        words = [f"{self._count:,}{of}"]
        if rate:
            words.append(f"{rate:.1f}/s")
            if self._total is not None:
                words.append(f"{_span(max(self._total - self._count, 0) / rate)} left")
        if broken := self._summary.verdicts["broken"]:
            words.append(f"{broken:,} broken")
        return " · ".join(words)


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"

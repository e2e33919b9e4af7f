"""Senders in several processes: each once, a domain in one of them, and nothing of them left."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest

from smtpdoctor.batch.many import Pace
from smtpdoctor.batch.model import Target
from smtpdoctor.batch.processes import Processes, how_many
from smtpdoctor.batch.record import Result, ResultFormat
from smtpdoctor.batch.shard import share_of
from smtpdoctor.batch.targets import sender_of
from smtpdoctor.network import AnswerResult, SystemNetwork
from smtpdoctor.settings.usage import UsageError

from ..dns.server import DNSServer

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="nothing is forked here")

DOMAINS = 20


class Noted(SystemNetwork):
    """A network on which every domain has a policy, and which notes who asked for one."""

    def __init__(self, folder: Path, *, ends: str = "") -> None:
        super().__init__(("192.0.2.53",))
        self._folder = folder
        self._ends = ends

    async def ask(
        self, server: str, question: str, record: str, timeout: float, *, over_tcp: bool = False
    ) -> AnswerResult:
        if question == self._ends:
            os.kill(os.getpid(), signal.SIGKILL)
        if record == "TXT" and not question.startswith("_"):
            (self._folder / f"{question} {os.getpid()}").touch()
            text = "v=spf1 mx -all"
            return AnswerResult(
                outcome="answer", answers=(text,), texts=((text.encode(),),), ttl=60
            )
        return AnswerResult(outcome="no-data")


def senders(number: int) -> Iterable[Target]:
    return (sender_of(each, f"info@example{each % DOMAINS}.org") for each in range(number))


async def given(
    targets: Iterable[Target], *, error: Exception | None = None
) -> AsyncIterator[Target]:
    for target in targets:
        yield target
    if error is not None:
        raise error


def judged(
    processes: Processes, targets: AsyncIterator[Target], most: int | None = None
) -> list[Result]:
    """The results, the first so many."""

    async def all_of_them() -> list[Result]:
        results = []
        async for each in processes.judge(targets):
            results.append(each)
            if len(results) == most:
                break
        return results

    try:
        return asyncio.run(all_of_them())
    finally:
        processes.end()


def are_there(processes: Processes) -> bool:
    return any(each.is_alive() for each in processes._processes)


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_each_sender_has_its_result_and_each_domain_one_process(
    form: ResultFormat, tmp_path: Path
) -> None:
    processes = Processes(3, Noted(tmp_path), {}, pace=Pace(), form=form)
    results = judged(processes, given(senders(100)))
    assert sorted(each.row.line for each in results) == list(range(100))
    assert {each.row.sender for each in results} == {f"info@example{n}.org" for n in range(DOMAINS)}
    if form == "jsonl":
        assert {json.loads(each.text)["line"] for each in results} == set(range(100))
    asked = [each.name.split() for each in tmp_path.iterdir() if each.name.startswith("example")]
    assert len(asked) == DOMAINS
    assert len({process for _, process in asked}) == 3
    assert str(os.getpid()) not in {process for _, process in asked}
    assert not are_there(processes)


def test_a_line_that_is_none_is_a_result(tmp_path: Path) -> None:
    processes = Processes(2, Noted(tmp_path), {}, pace=Pace(), form="jsonl")
    bad = [Target(position=each, error="no address") for each in range(4)]
    results = judged(processes, given(bad))
    assert {each.row.error for each in results} == {"no address"}
    assert len(results) == 4


def test_what_the_input_raises_ends_it(tmp_path: Path) -> None:
    processes = Processes(2, Noted(tmp_path), {}, pace=Pace(), form="jsonl")
    with pytest.raises(UsageError, match="another header"):
        judged(processes, given(senders(5), error=UsageError("another header")))
    assert not are_there(processes)


def test_a_process_that_was_killed_ends_it_in_one_line(tmp_path: Path) -> None:
    """Not with results that look whole: what it had is still to be judged."""
    network = Noted(tmp_path, ends="example7.org")
    processes = Processes(2, network, {}, pace=Pace(), form="jsonl")
    with pytest.raises(UsageError, match="was ended"):
        judged(processes, given(senders(100)))
    assert not are_there(processes)


def test_whoever_stops_listening_leaves_nothing(tmp_path: Path) -> None:
    processes = Processes(2, Noted(tmp_path), {}, pace=Pace(), form="jsonl")
    assert len(judged(processes, given(senders(1000)), most=3)) == 3
    assert not are_there(processes)


def test_processes_that_end_while_nobody_listens_any_more_hold_nothing_up(tmp_path: Path) -> None:
    """As where SIGTERM is for all of them: the error comes when nobody waits for it, and as many
    results wait as may."""
    processes = Processes(2, Noted(tmp_path), {}, pace=Pace(), form="jsonl")
    targets = [sender_of(each, "info@example1.org") for each in range(100)]
    (idle,) = {0, 1} - {share_of(targets[0], 2)}

    async def stopped() -> None:
        ending, ended = asyncio.Event(), asyncio.Event()

        async def endless() -> AsyncIterator[Target]:
            for target in targets:
                yield target
            try:
                await asyncio.Event().wait()
            finally:
                ending.set()
                await ended.wait()

        results = processes.judge(endless())
        await anext(results)
        waiting = results.ag_frame.f_locals["found"]
        while waiting.qsize() < 2:  # noqa: ASYNC110 - what waits is the batch's own
            await asyncio.sleep(0)
        processes._processes[idle].kill()
        await ending.wait()
        closing = asyncio.create_task(results.aclose())
        await asyncio.sleep(0)
        ended.set()
        done, _ = await asyncio.wait({closing}, timeout=20)
        assert done

    try:
        asyncio.run(stopped())
    finally:
        processes.end()


def test_as_many_as_cores_that_may_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(4)))
    assert [how_many(jobs) for jobs in (1, 3, 64)] == [1, 3, 4]
    monkeypatch.setattr(sys, "platform", "darwin")
    assert how_many(64) == 1


# --- the command ----------------------------------------------------------------------------------


def command(server: DNSServer, *more: str) -> list[str]:
    arguments = ("batch", "list", "--sender", "--nameserver", server.endpoint, *more)
    return [sys.executable, "-m", "smtpdoctor", *arguments]


def listed(folder: Path, server: DNSServer, number: int) -> None:
    for each in range(DOMAINS):
        server.add(f"example{each}.org", "TXT", '"v=spf1 ip4:192.0.2.1 -all"')
    lines = (f"user{each}@example{each % DOMAINS}.org" for each in range(number))
    (folder / "list").write_text("\n".join(lines), "utf-8")


def test_a_long_list_has_the_results_of_a_short_one(tmp_path: Path) -> None:
    """On two cores in processes, on one without."""
    with DNSServer() as server:
        listed(tmp_path, server, 240)
        told = {}
        for cores in (1, 2):
            if cores > len(os.sched_getaffinity(0)):
                pytest.skip("one core")
            done = subprocess.run(
                command(server, "--format", "csv"),
                capture_output=True,
                text=True,
                check=False,
                cwd=tmp_path,
                preexec_fn=lambda cores=cores: os.sched_setaffinity(
                    0, sorted(os.sched_getaffinity(0))[:cores]
                ),
            )
            # what a name server that is late leaves open is another matter
            told[cores] = sorted(
                (row["line"], row["target"], row["sender"])
                for row in csv.DictReader(done.stdout.splitlines())
            )
            assert "240 targets: " in done.stderr
            assert done.returncode == 3
        assert told[1] == told[2]
        assert len(told[1]) == len(set(told[1])) == 240


@pytest.mark.parametrize(
    ("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["Ctrl-C", "SIGTERM"]
)
def test_one_that_is_stopped_goes_on_and_asks_nothing_twice(
    sent: signal.Signals, status: int, tmp_path: Path
) -> None:
    results = tmp_path / "results"
    with DNSServer() as server:
        listed(tmp_path, server, 500)
        arguments = command(server, "--output", "jsonl=results", "--resume")
        process = subprocess.Popen(
            arguments,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            start_new_session=True,  # a terminal interrupts all of its processes
        )
        while not results.exists() or results.read_bytes().count(b"\n") < 20:
            with pytest.raises(subprocess.TimeoutExpired):  # it goes on, and has the processor
                process.wait(0.01)
        os.killpg(process.pid, sent)
        _, told = process.communicate(timeout=60)
        assert process.returncode == status
        assert "Traceback" not in told
        assert "--resume" in told
        with pytest.raises(ProcessLookupError):
            os.killpg(process.pid, 0)  # none of them is left
        before = results.read_bytes()
        done = subprocess.run(
            arguments, capture_output=True, check=False, cwd=tmp_path, timeout=120
        )
        assert b"Traceback" not in done.stderr
        assert results.read_bytes().startswith(before)
        lines = [json.loads(line)["line"] for line in results.read_bytes().splitlines()]
        assert sorted(lines) == list(range(1, 501))

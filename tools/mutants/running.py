"""A pytest plugin that collects once, then forks a child for each change, which runs its tests.

A child takes on the changed function and runs the tests that come to it, the quickest first and
before them those that saw a change of the same function, until one fails. Which tests come to a
function is seen in one run without a change. Knows the changes, and nothing of how they are made.

What is computed when tests are collected (a parameter, a table) is as it was without the change.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import random
import resource
import signal
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FrameType, FunctionType

import hypothesis
import pytest
from _pytest.runner import runtestprotocol

from .changes import Change, changes

ROOT = Path(__file__).resolve().parents[2]
#: A function's file and qualified name.
Place = tuple[str, str]


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("mutants")
    group.addoption("--mutate", action="append", default=[], help="a file or folder of the package")
    group.addoption("--sample", type=int, default=0, help="so many of its changes; 0: all")
    group.addoption("--seed", type=int, default=1, help="which ones")
    group.addoption("--survivors", default="", help="a file that gets the changes no test saw")
    group.addoption("--again", default="", help="such a file: its changes alone, by wider tests")


def pytest_configure(config: pytest.Config) -> None:
    """What a property shrinks to is nothing here."""
    phases = [hypothesis.Phase.explicit, hypothesis.Phase.generate]
    now = hypothesis.settings.get_profile("suite")
    hypothesis.settings.register_profile("mutants", parent=now, phases=phases, database=None)
    hypothesis.settings.load_profile("mutants")


def pytest_runtestloop(session: pytest.Session) -> bool:
    paths = list(_files(session.config.getoption("mutate")))
    functions = _functions(paths)
    tests = _tests_by_place(session, set(functions))
    chosen = _chosen(paths, session.config)
    runner = _Runner(session, functions, tests)
    gc.collect()
    gc.freeze()  # what the children share is not written to
    survivors, counts = [], Counter[str]()
    for path, change in chosen:
        outcome = runner.outcome(path, change)
        counts[outcome] += 1
        if outcome != "seen":
            survivors.append(f"{outcome}: {_told(path, change)}")
            print(survivors[-1], flush=True)
    print(", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items())))
    if file := session.config.getoption("survivors"):
        Path(file).write_text("".join(f"{line}\n" for line in survivors), "utf-8")
    return True


def _files(places: list[str]) -> Iterator[Path]:
    for place in places:
        path = (ROOT / place).resolve()
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


def _functions(paths: list[Path]) -> dict[Place, list[FunctionType]]:
    """The functions that are there, whatever they are wrapped in."""
    for path in paths:
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        importlib.import_module(name.removesuffix(".__init__"))
    files = set(map(str, paths))
    found = defaultdict(list)
    gc.unfreeze()  # those of tests/conftest.py, which wouldn't be listed
    for each in gc.get_objects():
        if type(each) is FunctionType and each.__code__.co_filename in files:
            found[each.__code__.co_filename, each.__code__.co_qualname].append(each)
    return found


def _told(path: Path, change: Change) -> str:
    return f"{path.relative_to(ROOT)}:{change.line} {change.function}: {change.what}"


def _chosen(paths: list[Path], config: pytest.Config) -> list[tuple[Path, Change]]:
    every = [(path, change) for path in paths for change in changes(path.read_text("utf-8"))]
    if file := config.getoption("again"):
        lines = Path(file).read_text("utf-8").splitlines()
        wanted = {line.partition(": ")[2] for line in lines}
        return [(path, change) for path, change in every if _told(path, change) in wanted]
    count: int = config.getoption("sample")
    if not count or count >= len(every):
        return every
    picked = random.Random(config.getoption("seed")).sample(range(len(every)), count)
    return [every[at] for at in sorted(picked)]


def _run(session: pytest.Session, items: list[pytest.Item], seen: Callable[[str], bool]) -> None:
    """Run tests until `seen` says so, which gets the name of each that fails, and "" otherwise."""
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        reports = runtestprotocol(item, nextitem=following, log=False)
        failed = any(report.failed for report in reports)
        if seen(item.nodeid if failed else ""):
            return


def _in_a_child(work: Callable[[], object], seconds: float = 0) -> object:
    """What `work` returns in a child, or None where the child came to no end within its time."""
    reading, writing = os.pipe()
    if not (child := os.fork()):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        if seconds:
            most = int(seconds) + 1
            resource.setrlimit(resource.RLIMIT_CPU, (most, most + 5))
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(most * 5)
        try:
            told = json.dumps(work())
        except BaseException as error:
            told = json.dumps(f"{type(error).__name__}")
        with os.fdopen(writing, "w") as pipe:
            pipe.write(told)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    return json.loads(told) if told else None


def _tests_by_place(
    session: pytest.Session, places: set[Place]
) -> dict[Place, list[tuple[float, int]]]:
    """Which tests come to a function: their seconds and their number, without what fails anyhow."""

    def watch() -> dict[str, object]:
        met: set[CodeType] = set()

        def note(frame: FrameType, event: str, argument: object) -> None:
            if event == "call":
                met.add(frame.f_code)

        hits, began = [], [time.process_time()]

        def after(failed: str) -> bool:
            sys.setprofile(None)
            found = [
                place
                for code in met
                if (place := (code.co_filename, code.co_qualname.partition(".<locals>")[0]))
                in places
            ]
            hits.append((time.process_time() - began[0], bool(failed), sorted(set(found))))
            met.clear()
            began[0] = time.process_time()
            sys.setprofile(note)
            return False

        threading.setprofile(note)
        sys.setprofile(note)
        _run(session, session.items, after)
        sys.setprofile(None)
        return {"hits": hits}

    seen = _in_a_child(watch)
    assert isinstance(seen, dict), f"the tests came to no end: {seen}"
    by_place = defaultdict(list)
    for number, (seconds, failed, found) in enumerate(seen["hits"]):
        if failed:
            print(f"fails without a change: {session.items[number].nodeid}", flush=True)
            continue
        for file, name in found:
            by_place[file, name].append((seconds, number))
    return by_place


class _Runner:
    """Tries changes, and remembers which tests saw those of a function."""

    def __init__(
        self,
        session: pytest.Session,
        functions: dict[Place, list[FunctionType]],
        tests: dict[Place, list[tuple[float, int]]],
    ) -> None:
        self._session = session
        self._functions = functions
        self._tests = tests
        self._saw: dict[Place, Counter[str]] = defaultdict(Counter)
        self._number = {item.nodeid: number for number, item in enumerate(session.items)}

    def outcome(self, path: Path, change: Change) -> str:
        """seen, survived, unreached (no test comes there), impossible (it can't be tried), ended by
        its time, or failed: the runner itself did."""
        place = (str(path), change.function)
        tests = sorted(self._tests.get(place, ()))
        code = change.compiled(str(path))
        functions = self._functions.get(place, [])
        if code is None or not functions:
            return "impossible"
        if any(len(each.__closure__ or ()) != len(code.co_freevars) for each in functions):
            return "impossible"
        if not tests:
            return "unreached"
        first = [self._number[name] for name, _ in self._saw[place].most_common(15)]
        order = list(dict.fromkeys([*first, *(number for _, number in tests)]))

        def work() -> str:
            for function in functions:
                function.__code__ = code
            failed: list[str] = []

            def seen(name: str) -> bool:
                failed.extend([name] if name else [])
                return bool(failed)

            _run(self._session, [self._session.items[number] for number in order], seen)
            return failed[0] if failed else ""

        found = _in_a_child(work, 3 * sum(seconds for seconds, _ in tests) + 20)
        if found in self._number:
            self._saw[place][str(found)] += 1
            return "seen"
        # what never ends is seen by its time; anything else is a fault of this runner's own
        return "survived" if found == "" else "ended by its time" if found is None else "failed"

"""What the end of a run needs is loaded while its beginning waits, and delays nothing."""

from __future__ import annotations

import asyncio
import itertools
import sys

from smtpdoctor import ahead
from smtpdoctor.diagnosis import engine


def taken_beside(steps: list[str], turns: int) -> list[str]:
    """What was taken of these steps by when a run of so many turns was over."""
    seen: list[str] = []

    async def run() -> None:
        async with ahead.loading_beside(lambda name=name: seen.append(name) for name in steps):
            for number in range(turns):
                seen.append(f"turn {number}")
                await asyncio.sleep(0)

    asyncio.run(run())
    return seen


def test_the_first_packets_go_before() -> None:
    seen = taken_beside(["one", "two"], ahead.FIRST_TURNS + 5)
    assert seen.index("one") >= ahead.FIRST_TURNS
    assert seen[-1] != "two"


def test_between_two_steps_the_run_has_its_turn() -> None:
    seen = taken_beside(["one", "two", "three"], ahead.FIRST_TURNS + 9)
    steps = [seen.index(name) for name in ("one", "two", "three")]
    assert all(later - earlier > 1 for earlier, later in itertools.pairwise(steps))


def test_a_run_that_is_over_loads_no_more() -> None:
    assert taken_beside(["one"], 1) == ["turn 0"]


def test_a_step_that_fails_stops_neither_the_run_nor_the_next() -> None:
    taken: list[int] = []

    async def run() -> None:
        steps = [lambda: 1 / 0, lambda: taken.append(1)]
        async with ahead.loading_beside(steps):
            for _ in range(ahead.FIRST_TURNS + 5):
                await asyncio.sleep(0)

    asyncio.run(run())
    assert taken == [1]


def test_all_rules_are_named() -> None:
    assert [rule.module.__name__ for rule in engine.rules()] == list(engine.rule_modules())


def test_modules_are_loaded() -> None:
    asyncio.run(ahead.load(ahead.POLICIES))
    assert set(ahead.POLICIES) <= set(sys.modules)

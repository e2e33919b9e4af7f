"""Screens: what the program prints in a real run, the same on every machine and in every run.

A page has a screen between two comments, `<!-- screen: SCENARIO -->` and `<!-- /screen -->`; the
README has the one of the default scenario. `make screens` writes them anew.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor

import msgspec

from smtpdoctor.demo import command
from smtpdoctor.demo.scenarios import SCENARIOS
from smtpdoctor.observations import Observations, Place
from smtpdoctor.report import formats
from smtpdoctor.report.model import build

_SCREEN = re.compile(r"(<!-- screen: (?P<name>[a-z0-9-]+) -->\n).*?(<!-- /screen -->)", re.DOTALL)
#: The length of every run, in seconds.
USUAL = 0.1
#: It waits 28 s for a greeting that never comes.
TOO_LONG = "greeting-missing"


def screen(name: str) -> str:
    """The report of a scenario, without what differs from run to run."""
    played, _ = command.play(name)
    observations = Observations(
        msgspec.structs.replace(item, system="Linux", container=None)
        if isinstance(item, Place)
        else item
        for item in played.observations
    )
    made = build(observations, started=played.started, seconds=USUAL)
    targets = [
        msgspec.structs.replace(
            target,
            checks=[msgspec.structs.replace(each, seconds=0.0) for each in target.checks],
        )
        for target in made.targets
    ]
    text = formats.render("terminal", msgspec.structs.replace(made, targets=targets))
    text = re.sub(r"no answer in \d\.\d s", "no answer in 3.4 s", text)
    return re.sub(r"good for \d+ days", "good for 89 days", text).rstrip()


def screens(names: Collection[str]) -> Mapping[str, str]:
    """Several at once: most of their time is waiting."""
    first, *others = names
    # loads what all of them need: a test's modules are parsed anew, and Python 3.11 fails now and
    # then where two threads parse ("AST constructor recursion depth mismatch")
    made = {first: screen(first)}
    with ThreadPoolExecutor(max_workers=8) as threads:
        return made | dict(zip(others, threads.map(screen, others), strict=True))


def by_code() -> dict[str, tuple[str, str]]:
    """For each code that a scenario shows, the scenario and its screen."""
    shown = {
        scenario.expected: scenario.name
        for scenario in reversed(SCENARIOS.values())
        if scenario.expected and not scenario.unavailable and scenario.name != TOO_LONG
    }
    made = screens(list(shown.values()))
    return {code: (name, made[name]) for code, name in shown.items()}


def named_in(text: str) -> list[str]:
    """The scenarios whose screens a page has."""
    return [match["name"] for match in _SCREEN.finditer(text)]


def with_screens(text: str, made: Mapping[str, str]) -> str:
    """A page with its screens as they are now."""
    return _SCREEN.sub(
        lambda match: f"{match[1]}\n```text\n{made[match['name']]}\n```\n\n{match[3]}", text
    )

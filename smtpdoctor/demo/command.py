"""`smtpdoctor demo`: the real check against an embedded server with a known fault."""

from __future__ import annotations

import asyncio
import difflib
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from smtpdoctor.api import run
from smtpdoctor.demo.scenarios import SCENARIOS, Scenario, Setup
from smtpdoctor.examination.options import CheckOptions
from smtpdoctor.examination.plan import ConnectTo
from smtpdoctor.observations import AnyObservation
from smtpdoctor.plans import make_plan
from smtpdoctor.report.model import Report
from smtpdoctor.settings.model import MASK
from smtpdoctor.text import wrapped


class UnknownScenarioError(Exception):
    """No such scenario, or not on this system; the text is one line."""


#: Columns in which a title is not read well.
NARROW = 25


def listing(width: int | None = None) -> Iterator[str]:
    """Name and title of each scenario in two columns, or one below the other where the second
    would be a narrow one; in lines of `width`, else one line each."""
    column = max(map(len, SCENARIOS)) + 2
    for scenario in SCENARIOS.values():
        note = f" ({scenario.unavailable})" if scenario.unavailable else ""
        title = f"{scenario.title}{note}"
        if width is not None and width - column < NARROW:
            yield scenario.name
            yield from wrapped(title, width, first="  ", indent="  ")
            continue
        lines = wrapped(title, width - column) if width is not None else [title]
        for number, line in enumerate(lines):
            yield f"{scenario.name if number == 0 else '':{column}}{line}"


def play(
    name: str, *, listener: Callable[[AnyObservation], None] | None = None
) -> tuple[Report, Setup]:
    """Run a scenario: the report, and what it was made from. Raises UnknownScenarioError."""
    scenario = SCENARIOS.get(name)
    if scenario is None:
        near = difflib.get_close_matches(name.lower(), SCENARIOS, n=1)
        hint = f"did you mean {near[0]}?" if near else "smtpdoctor demo --list names them"
        raise UnknownScenarioError(f"no scenario {name!r}; {hint}")
    if scenario.unavailable:
        raise UnknownScenarioError(f"{name} {scenario.unavailable}")
    return asyncio.run(_play(scenario, listener))


async def _play(
    scenario: Scenario, listener: Callable[[AnyObservation], None] | None
) -> tuple[Report, Setup]:
    with tempfile.TemporaryDirectory(prefix="smtpdoctor-") as folder:
        async with scenario.running() as setup:
            (Path(folder) / ".env").write_text(setup.env_text, encoding="utf-8")
            plan = make_plan(
                CheckOptions(
                    size=setup.size,
                    environ={},
                    folder=folder,
                    connect_to=[
                        ConnectTo(host=host, port=port, address=address, target_port=target)
                        for host, port, address, target in setup.connect_to
                    ],
                    cafile=setup.cafile,
                )
            )
            report = await run(plan, environ={}, listener=listener)
            return report, setup


def masked(env_text: str) -> str:
    """A scenario's .env for the screen: even an invented password stays off it."""
    return re.sub(r"(?m)^(SMTP_PASS=).+$", rf"\1{MASK}", env_text)


def named(report: Report, expected: str | None) -> bool:
    """Whether the report leads with the scenario's cause, or is healthy where it has none."""
    errors = [item.code for item in report.diagnoses if item.severity == "error"]
    return errors[:1] == [expected] if expected else report.verdict == "healthy"

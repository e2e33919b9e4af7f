"""`pytest --smtp-check`: one test for each set-up of the project, and the fixture `smtp_report`.

pytest loads this file in every run where smtpdoctor is installed: nothing else of smtpdoctor is
loaded before somebody asks for it. Knows pytest; must not know how a check goes, nor judge.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

if TYPE_CHECKING:
    from smtpdoctor.configuration import Configuration
    from smtpdoctor.plans import Plans
    from smtpdoctor.report.model import Report, TargetReport

T = TypeVar("T")

NODE = "smtp-check"
#: Under which xdist's workers get the report from the process that started them.
HANDED_DOWN = "smtpdoctor_report"


class SMTPWarning(UserWarning):
    """A warning of smtpdoctor's on one set-up. `-W error` makes failures of them, as of others."""


class SMTPCheckError(Exception):
    """A set-up with which no mail goes out; the text is its report."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("smtpdoctor", "whether mail can be sent")
    group.addoption(
        "--smtp-check",
        action="store_true",
        help="Check each mail set-up of the project as `smtpdoctor check` does: one test each. "
        "Uses the network and logs in; sends no message.",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "smtp_check: the tests that --smtp-check adds")
    if config.getoption("smtp_check"):
        config.stash[_CHECK] = _Check(config.rootpath, _handed_down(config))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Under xdist: the check is made once, here, and each worker gets its report. Workers that
    checked by themselves would log in once each."""
    check = node.config.stash.get(_CHECK, None)
    if check is not None:
        node.workerinput[HANDED_DOWN] = check.as_text()


@pytest.hookimpl(tryfirst=True)  # before -k and -m choose
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    check = config.stash.get(_CHECK, None)
    if check is None:
        return
    own = [
        SetupItem.from_parent(
            session, name=name, nodeid=f"{NODE}::{name}", check=check, number=number
        )
        for number, name in enumerate(check.names)
    ]
    for item in own:
        item.add_marker("smtp_check")
    items += own
    # as if a file had been collected: who counts the tests counts them, too
    config.hook.pytest_collectreport(
        report=pytest.CollectReport(NODE, "passed", longrepr=None, result=[*own])
    )


@pytest.fixture(scope="session")
def smtp_report(request: pytest.FixtureRequest) -> Report:
    """The report on all set-ups of the project, as `smtpdoctor.check` gives it.

    The check is made once a run. Without `--smtp-check` the test is skipped: it uses the network.
    """
    check = request.config.stash.get(_CHECK, None)
    if check is None:
        pytest.skip("needs --smtp-check")
    return check.report


class SetupItem(pytest.Item):
    """The test of one set-up."""

    def __init__(self, *, check: _Check, number: int, **node: Any) -> None:
        super().__init__(**node)
        self._check = check
        self._number = number

    def runtest(self) -> None:
        outcome = self._check.outcome(self._number)
        if isinstance(outcome, str):
            raise SMTPCheckError(outcome)
        if outcome.verdict in ("broken", "inconclusive"):
            raise SMTPCheckError(_text(outcome))
        for item in outcome.diagnoses:
            if item.severity == "warning" and item.accepted is None:
                place = item.locations[0] if item.locations else None
                warnings.warn_explicit(
                    f"{self.name}: {item.title} (smtpdoctor explain {item.code})",
                    SMTPWarning,
                    _shown_file(place.file) if place is not None else __file__,
                    place.line if place is not None else 1,
                )

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, SMTPCheckError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.config.rootpath, None, f"{NODE}: {self.name}"


class _Check:
    """One check of the project, made when the first asks for its report."""

    def __init__(self, root: Path, handed_down: str | None) -> None:
        self._root = root
        self._report = None if handed_down is None else _from_text(handed_down)
        self._plans: tuple[Plans, Configuration] | None = None

    @property
    def report(self) -> Report:
        if self._report is None:
            self._report = _without_frames(self._made)
        return self._report

    @property
    def names(self) -> list[str]:
        """The set-ups that are checked, then those that are not."""
        if self._report is not None:
            own = [
                _name(target.setup.name if target.setup else None, target.host)
                for target in self._report.targets
            ]
            return _different([*own, *(each.setup for each in self._report.not_checked)])
        plans, _ = self._read()
        own = [
            _name(plan.settings.setup.name if plan.settings.setup else None, plan.settings.host)
            for plan in plans.plans
        ]
        return _different([*own, *(each.setup for each in plans.left_out)])

    def outcome(self, number: int) -> TargetReport | str:
        """What came of a set-up; of one that was not checked why."""
        targets = self.report.targets
        if number < len(targets):
            return targets[number]
        left_out = self.report.not_checked[number - len(targets)]
        return (
            f"{left_out.setup} was not checked: {left_out.why}\n"
            'What can\'t be checked is not passed. In [tool.smtpdoctor], setup = "…" picks what is.'
        )

    def as_text(self) -> str:
        import msgspec

        return msgspec.json.encode(self.report, enc_hook=_encode).decode()

    def _read(self) -> tuple[Plans, Configuration]:
        if self._plans is None:
            self._plans = _without_frames(self._read_anew)
        return self._plans

    def _read_anew(self) -> tuple[Plans, Configuration]:
        from smtpdoctor.configuration import ConfigurationError, read
        from smtpdoctor.deadline import DEFAULT_TIMEOUT
        from smtpdoctor.examination.options import CheckOptions
        from smtpdoctor.plans import make_plans
        from smtpdoctor.settings.reading import UsageError

        try:
            own = read(self._root)
            options = CheckOptions(
                folder=self._root,
                default_setup=own.default_setup,
                profile=own.profile,
                timeout=own.timeout or DEFAULT_TIMEOUT,
            )
            return make_plans(options), own
        except (ConfigurationError, UsageError) as error:
            raise pytest.UsageError(f"--smtp-check: {error}") from None

    def _made(self) -> Report:
        import asyncio
        import os

        from smtpdoctor.api import run_all
        from smtpdoctor.cli._configuration import accepted

        plans, own = self._read()
        report = asyncio.run(run_all(plans, environ=os.environ))
        return accepted(report, own, plans, whole=True)


_CHECK = pytest.StashKey[_Check]()


def _without_frames(made: Callable[[], T]) -> T:
    """What a function gives; what it raises comes without our frames, whose values pytest shows."""
    try:
        return made()
    except BaseException as error:
        from smtpdoctor.own_fault import outward

        told = outward(error, pytest.UsageError)
    raise told from None


def _handed_down(config: pytest.Config) -> str | None:
    worker: dict[str, Any] = getattr(config, "workerinput", {})
    return worker.get(HANDED_DOWN)


def _shown_file(path: str) -> str:
    """A file as a warning names it: of one that it finds pytest prints the line as it stands, and
    a password may stand in it. What stands between these marks Python's linecache looks for
    nowhere."""
    from smtpdoctor.text import visible

    return f"<{visible(path)}>"


def _name(setup: str | None, host: str | None) -> str:
    """In one line without controls: pytest prints a test's name as it is."""
    from smtpdoctor.text import visible

    return visible(setup or host or "no settings")


def _different(names: list[str]) -> list[str]:
    """Names of tests: two with one name would be one test to whoever reads the results."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def _text(target: TargetReport) -> str:
    """The report, after a line that pytest's own summary shows."""
    from smtpdoctor.report.model import join
    from smtpdoctor.report.verdict import verdict_words

    report = join([target], started="", seconds=target.seconds)
    return f"{verdict_words(target)}\n\n{report}"


def _encode(value: Any) -> Any:
    return value.to_builtins()


def _from_text(text: str) -> Report:
    import msgspec

    from smtpdoctor.observations import Observations
    from smtpdoctor.report.model import Report

    def decode(kind: type, value: Any) -> Any:
        return Observations.from_builtins(value)

    return msgspec.json.decode(text, type=Report, dec_hook=decode)

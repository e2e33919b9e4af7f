"""The report of a run: everything that any format shows, as data.

A report has one target for each set-up or host that was checked. Built from observations and
their judgement; reads no clock and no network, so that a saved run gives the same report again,
or a better one from newer rules.
"""

from __future__ import annotations

import importlib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, Literal, TypeVar

import msgspec

from smtpdoctor import __version__, knowledge
from smtpdoctor.diagnosis.engine import diagnose
from smtpdoctor.diagnosis.model import Diagnosis, Severity, Verdict
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.observations import CHECKS, Observations
from smtpdoctor.report.checks import CheckResult, CheckStatus, check_result
from smtpdoctor.settings.model import LEFT_TO_ANOTHER, Settings, SetupIdentity, TLSMode

__all__ = ["CheckResult", "CheckStatus", "Notice", "Report", "TargetReport", "build", "join"]

SCHEMA = 2

#: The worst first: a report's verdict is the worst of its targets'.
WORST_FIRST: tuple[Verdict, ...] = ("broken", "inconclusive", "warnings", "healthy")

#: In days.
GETS_OLD = 365

T = TypeVar("T")


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    name: str = "smtpdoctor"
    version: str = __version__


class NotChecked(msgspec.Struct, frozen=True, kw_only=True):
    """A set-up that was found and not checked, and why, in one line."""

    setup: str
    why: str


NoticeKind = Literal[
    "acceptance-unused",  # accepts what is not found
    "acceptance-ended",  # its last day is over
    "acceptance-of-error",  # accepts what is an error here
    "configuration",  # which file of the project was read, and for what
    "set-ups-passed-over",  # that file picks a set-up, and there are others
    "settings-elsewhere",  # a program is there whose settings no file has
    "profile-unnamed",  # nothing in the folder is called as the profile that was asked for
    "knowledge-old",
]


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What a report says of the check itself, not of a target: one sentence, and its place in a
    file of the project. A warning counts as a target's does. `setups` are those it names."""

    kind: NoticeKind
    severity: Literal["warning", "note"]
    text: str
    file: str | None = None
    line: int | None = None
    setups: tuple[str, ...] = ()


class SPFEvaluation(msgspec.Struct, frozen=True, kw_only=True):
    """SPF for one client address (RFC 7208 §2.6): the result, and the term that decided.

    `explanation` is the publisher's own text for "fail".
    """

    result: Literal["none", "neutral", "pass", "fail", "softfail", "temperror", "permerror"]
    term: str | None
    explanation: str
    lookups: int
    void_lookups: int


class TargetReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was checked and what came of it; None where something is not known.

    `seconds` is how long it took. `unexplained` are ids of failed observations that no diagnosis
    accounts for, `faults` are rules of ours that crashed, and where.
    """

    setup: SetupIdentity | None = None
    host: str | None
    port: int | None
    tls: TLSMode
    provider: str | None
    username: str | None
    sender: str | None
    verdict: Verdict
    seconds: float
    diagnoses: tuple[Diagnosis, ...]
    checks: tuple[CheckResult, ...]
    observations: Observations
    unexplained: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    #: With `sender --ip` only.
    spf: SPFEvaluation | None = None

    def __repr__(self) -> str:
        """Where, and what came of it."""
        first = next((f": {item.title}" for item in self.diagnoses), "")
        return f"<TargetReport {self.host}:{self.port} {self.verdict}{first}>"

    @property
    def run(self) -> Run:
        """The observations as rules and reports look at them."""
        return Run(self.observations)


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One run as reports show it. `started` is RFC 3339 in UTC, `seconds` the run's length.

    `anonymous`: names and addresses in it are stand-ins (`report.anonymous`). `diagnoses`,
    `checks`, `faults` and `unexplained` are those of all targets in their order;
    `observations`, `run` and `spf` speak of the one target, and raise ValueError with several.
    """

    schema: int = SCHEMA
    tool: Tool = Tool()
    started: str
    seconds: float
    where: str
    verdict: Verdict
    targets: tuple[TargetReport, ...]
    not_checked: tuple[NotChecked, ...] = ()
    anonymous: bool = False
    notices: tuple[Notice, ...] = ()

    def __repr__(self) -> str:
        """Its verdict and first cause: the whole is for `print` and `to_json`."""
        first = next((f": {item.title}" for item in self.diagnoses), "")
        return f"<Report {self.verdict}{first}>"

    def __str__(self) -> str:
        """The report as `smtpdoctor check` prints it into a pipe."""
        formats = _formats()
        text: str = formats.render("terminal", self, formats.Options())
        return text.rstrip("\n")

    def to_json(self) -> str:
        """The report as `--format json` prints it, which `--replay` reads."""
        text: str = _formats().render("json", self)
        return text

    def exit_status(self, *, strict: bool = False) -> int:
        """0 nothing wrong or warnings only, 1 an error (with strict also a warning), 3 unknown.

        Of settings alone the findings count: that no server was asked makes nothing unknown.
        """
        if self.settings_alone:
            severities = self.severities
            if "error" in severities or (strict and "warning" in severities):
                return 1
            return 3 if self.not_checked or self.faults else 0
        if self.verdict == "broken" or (strict and self.verdict == "warnings"):
            return 1
        return 3 if self.verdict == "inconclusive" else 0

    def command_status(self, *, strict: bool = False) -> int:
        """What the command exits with, but in a format that has a status of its own."""
        return 0 if self.has_no_settings else self.exit_status(strict=strict)

    @property
    def settings_alone(self) -> bool:
        """Whether nothing but settings was looked at, as `lint` does."""
        return bool(self.targets) and all(item.run.settings.elsewhere for item in self.targets)

    @property
    def has_no_settings(self) -> bool:
        """Whether there was nothing to look at: a folder in which `lint` found no mail settings.
        It is in order for everybody but a monitor."""
        return not self.targets and not self.not_checked

    @property
    def severities(self) -> frozenset[Severity]:
        """Of all that is found and not accepted, and of what is said of the check itself."""
        standing = (item.severity for item in self.diagnoses if item.accepted is None)
        return frozenset((*standing, *(item.severity for item in self.notices)))

    @property
    def diagnoses(self) -> tuple[Diagnosis, ...]:
        return _joined([target.diagnoses for target in self.targets])

    @property
    def checks(self) -> tuple[CheckResult, ...]:
        return _joined([target.checks for target in self.targets])

    @property
    def faults(self) -> tuple[str, ...]:
        return _joined([target.faults for target in self.targets])

    @property
    def unexplained(self) -> tuple[str, ...]:
        return _joined([target.unexplained for target in self.targets])

    @property
    def target(self) -> TargetReport:
        """The one target. Raises ValueError where there are several, or none."""
        if len(self.targets) != 1:
            raise ValueError(f"the report has {len(self.targets)} targets: see Report.targets")
        return self.targets[0]

    @property
    def observations(self) -> Observations:
        return self.target.observations

    @property
    def run(self) -> Run:
        return self.target.run

    @property
    def spf(self) -> SPFEvaluation | None:
        return self.target.spf


def _formats() -> Any:
    """The formats, which know reports and not the other way round: a report asks for them only
    where Python asks it for its text."""
    return importlib.import_module("smtpdoctor.report.formats")


def build(observations: Observations, *, started: str, seconds: float) -> Report:
    """Judge the observations of one target and put the report together."""
    return join([judge(observations, seconds=seconds)], started=started, seconds=seconds)


def join(
    targets: Sequence[TargetReport],
    *,
    started: str,
    seconds: float,
    not_checked: Sequence[NotChecked] = (),
) -> Report:
    """The report on several targets. What was not checked leaves the whole inconclusive at best."""
    return Report(
        started=started,
        seconds=round(seconds, 2),
        where=next((_where(target.run) for target in targets), "unknown system"),
        verdict=_whole_verdict(targets, not_checked),
        targets=tuple(targets),
        not_checked=tuple(not_checked),
        notices=tuple(_of_old_knowledge(started)),
    )


def _of_old_knowledge(started: str) -> Iterator[Notice]:
    """Providers change their hosts, and platforms what they block."""
    newest = knowledge.newest()
    try:
        days = (datetime.fromisoformat(started).date() - date.fromisoformat(newest)).days
    except ValueError:  # a saved run may hold anything
        return
    if days > GETS_OLD:
        words = (
            f"what is known of providers and platforms here was last read on {newest}, more than a "
            "year before this run: a newer smtpdoctor may know better"
        )
        yield Notice(kind="knowledge-old", severity="note", text=words)


def revised(report: Report, targets: Sequence[TargetReport], notices: Iterable[Notice]) -> Report:
    """The same report with these targets and further notices, and the verdict that follows."""
    notices = (*report.notices, *notices)
    return msgspec.structs.replace(
        report,
        targets=tuple(targets),
        notices=notices,
        verdict=_whole_verdict(targets, report.not_checked, notices),
    )


def _whole_verdict(
    targets: Sequence[TargetReport],
    not_checked: Sequence[NotChecked],
    notices: Iterable[Notice] = (),
) -> Verdict:
    """The worst of all."""
    verdicts = [target.verdict for target in targets]
    if not_checked or not targets:
        verdicts.append("inconclusive")
    if any(notice.severity == "warning" for notice in notices):
        verdicts.append("warnings")
    return min(verdicts, key=WORST_FIRST.index)


def _tried_before(settings: Settings) -> str | None:
    """The user name of a set-up whose login another one makes."""
    withheld, entry = settings.withheld, settings.entry("username")
    if withheld is None or entry is None or entry.problem is not None:
        return None
    return entry.text if withheld.reason in LEFT_TO_ANOTHER else None


def judge(observations: Observations, *, seconds: float) -> TargetReport:
    """Judge the observations of one target."""
    run = Run(observations)
    judgement = diagnose(observations, guarded=True)
    settings = run.settings
    return TargetReport(
        setup=settings.setup,
        # the program's own default is no host that anybody named
        host=None if any(each.field == "host" for each in settings.untellable) else settings.host,
        port=settings.port,
        tls=settings.tls,
        provider=_provider(run),
        username=settings.username or _tried_before(settings),
        sender=settings.sender,
        verdict=judgement.verdict,
        seconds=round(seconds, 2),
        diagnoses=judgement.diagnoses,
        checks=tuple(check_result(name, run, judgement) for name in CHECKS),
        observations=observations,
        unexplained=judgement.unexplained,
        faults=judgement.faults,
        spf=_spf(run),
    )


def _joined(parts: Sequence[tuple[T, ...]]) -> tuple[T, ...]:
    return tuple(itertools.chain.from_iterable(parts))


def _where(run: Run) -> str:
    system = run.place.system if run.place else "unknown system"
    return f"{run.place.container} on {system}" if run.place and run.place.container else system


def _provider(run: Run) -> str | None:
    """The server's; of a sender alone the one that it was judged for."""
    if run.is_about_sender_alone and run.policy is not None:
        relay = run.policy.relay
        return relay.provider.id if relay.provider is not None else None
    return run.provider.id if run.provider else None


def _spf(run: Run) -> SPFEvaluation | None:
    result = run.policy.client if run.policy is not None else None
    if result is None:
        return None
    return SPFEvaluation(
        result=result.result,
        term=result.term,
        explanation=result.explanation,
        lookups=result.lookups,
        void_lookups=result.void_lookups,
    )

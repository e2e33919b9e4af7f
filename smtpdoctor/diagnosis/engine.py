"""From observations to diagnoses: find the rules, let each speak, keep the causes.

Rules are the modules under `rules/AREA/`; no registry. A rule module has

- `CODE`, the diagnosis code (the file's name with dashes);
- `diagnose(run)`, which yields `Diagnosis` objects from a `Run`;
- `BEFORE` (optional), codes that this one stands before where both explain one observation.

An error that explains no root of its own is no cause: it is listed under the consequences of
the cause that took its root (docs/decisions/0002-root-cause-by-provenance.md).
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from types import ModuleType
from typing import cast

import msgspec

from smtpdoctor.diagnosis.model import (
    AREAS,
    Area,
    Diagnosis,
    Judgement,
    Location,
    Verdict,
)
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.observations import CheckRun, Observations
from smtpdoctor.own_fault import describe

SEVERITY_ORDER = {"error": 0, "warning": 1, "note": 2}
DOCS = "https://github.com/smtpdoctor/smtpdoctor/blob/main/docs/diagnoses/{code}.md"


class Rule(msgspec.Struct, frozen=True):
    """One rule module with the area that its folder gives it."""

    code: str
    area: Area
    before: frozenset[str]
    module: ModuleType


def rule_modules() -> Iterator[str]:
    """The names of the modules of all rules, areas in path order, codes by name within one."""
    for area in AREAS:
        package = importlib.import_module(f"smtpdoctor.diagnosis.rules.{area}")
        for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda info: info.name):
            if not info.name.startswith("_"):
                yield f"{package.__name__}.{info.name}"


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule of the package, in the order of `rule_modules`."""
    found = []
    for name in rule_modules():
        module = importlib.import_module(name)
        area = cast(Area, name.split(".")[-2])
        found.append(Rule(module.CODE, area, frozenset(getattr(module, "BEFORE", ())), module))
    return tuple(found)


def diagnose(observations: Observations, *, guarded: bool = False) -> Judgement:
    """Judge a run. A pure function: reads no clock, file or network.

    A rule that crashes raises here, or, `guarded`, is told in `faults`, and the others go on.
    """
    run = Run(observations)
    spoken: list[tuple[Rule, Diagnosis]] = []
    faults = []
    for rule in rules():
        try:
            spoken += _speak(rule, run)
        except Exception as error:
            if not guarded:
                raise
            faults.append(f"rule {rule.code}: {describe(error)}")
    roots = [item.id for item in run.roots]
    causes, consequences = _causes(spoken, roots, observations)
    # a note asks for nothing, so it accounts for nothing that failed
    telling = [cause for cause in causes if cause.severity != "note"]
    explained = {item for cause in telling for item in cause.explains}
    unexplained = tuple(item for item in roots if item not in explained)
    areas = {rule.code: rule.area for rule, _ in spoken}
    finished = [
        msgspec.structs.replace(
            cause,
            area=areas[cause.code],
            locations=_to_change_first(run, cause, cause.locations or _locations(run, cause)),
            consequences=tuple(
                dict.fromkeys((*cause.consequences, *consequences.get(cause.code, ())))
            ),
            docs=DOCS.format(code=cause.code),
        )
        for cause in causes
    ]
    if not run.settings.found:
        # nobody named the host that was looked at: what it shows accuses nobody
        finished = [_softened(cause) for cause in finished]
    return Judgement(
        diagnoses=tuple(finished),
        unexplained=unexplained,
        verdict=_verdict(run, finished, (*unexplained, *faults)),
        faults=tuple(faults),
    )


def _softened(cause: Diagnosis) -> Diagnosis:
    if cause.severity != "error":
        return cause
    return msgspec.structs.replace(cause, severity="warning")


def _locations(run: Run, cause: Diagnosis) -> tuple[Location, ...]:
    """The user's own lines that the cause points at, the first the one to change."""
    entries = [entry for field in cause.points_at if (entry := run.entry(field)) is not None]
    return tuple(
        Location(
            file=entry.origin.file or "standard input",
            line=entry.origin.line,
            columns=entry.origin.columns,
            text=entry.source_line or "",
        )
        for entry in entries
        if entry.origin.line is not None
    )


def _to_change_first(
    run: Run, cause: Diagnosis, locations: tuple[Location, ...]
) -> tuple[Location, ...]:
    """The same lines, those that the first fix changes before the others."""
    if not cause.fixes:
        return locations
    fix = cause.fixes[0]
    edited: set[tuple[str | None, int | None]] = {(edit.file, edit.line) for edit in fix.edits}
    places = edited or {
        (entry.origin.file, entry.origin.line)
        for entry in run.settings.entries
        if entry.origin.name in fix.settings
    }
    return tuple(sorted(locations, key=lambda at: (at.file, at.line) not in places))


def _speak(rule: Rule, run: Run) -> list[tuple[Rule, Diagnosis]]:
    found = list(rule.module.diagnose(run))
    for each in found:
        lacking = _lacking(rule, each, by_settings_alone=run.settings.elsewhere)
        if lacking:
            raise ValueError(f"rule {rule.code} gave {each.severity} {each.code} {lacking}")
    return [(rule, each) for each in found]


def _lacking(rule: Rule, finding: Diagnosis, *, by_settings_alone: bool) -> str:
    """What a finding must have and this one hasn't, in words; "" where it has all.

    Only an error accuses: it rests on something that was observed in this run, in the settings'
    own area or where nothing else was looked at on the user's line, and it says what to do.
    """
    if finding.severity != "error":
        return ""
    if not finding.explains:
        return "that explains nothing"
    shown = {item.kind for item in finding.evidence}
    own_line = rule.area == "settings" or by_settings_alone
    wanted = {"seen", "own-line"} if own_line else {"seen"}
    if not shown & wanted:
        return "without evidence of what was seen"
    if not finding.fixes and not finding.explanation:
        return "without a fix or a reason for having none"
    return ""


def _causes(
    spoken: Sequence[tuple[Rule, Diagnosis]], roots: Sequence[str], observations: Observations
) -> tuple[list[Diagnosis], dict[str, list[str]]]:
    """The diagnoses that stand, in report order, and what each error suppressed.

    Errors take roots: in path order, but where one names another in BEFORE it goes first. Only
    an error hides an error, so a warning or a note never makes a broken run look better. Warnings
    and notes stand alone.
    """
    order = {id(diagnosis): place for place, (_, diagnosis) in enumerate(spoken)}
    errors = [(rule, item) for rule, item in spoken if item.severity == "error"]
    softer = [(rule, item) for rule, item in spoken if item.severity != "error"]
    others = [item for _, item in _by_precedence(softer)]
    taken: dict[str, str] = {}
    standing: list[Diagnosis] = []
    rootless: list[Diagnosis] = []
    consequences: dict[str, list[str]] = {}
    for _, error in _by_precedence(errors):
        if any(item in roots and item not in taken for item in error.explains):
            standing.append(error)
            taken.update(dict.fromkeys(error.explains, error.code))
        else:
            rootless.append(error)
    for error in rootless:  # now that every root has its cause
        cause = _cause_above(error, taken, observations)
        if cause is None:
            standing.append(error)  # never hide what nothing else accounts for
            taken.update(dict.fromkeys(error.explains, error.code))
        elif cause != error.code:
            consequences.setdefault(cause, []).append(error.code)
    standing.sort(key=lambda item: order[id(item)])
    others.sort(key=lambda item: SEVERITY_ORDER[item.severity])
    return [*standing, *others], consequences


def _by_precedence(spoken: Sequence[tuple[Rule, Diagnosis]]) -> list[tuple[Rule, Diagnosis]]:
    """Path order, with every rule moved ahead of those that its BEFORE names."""
    remaining = list(spoken)
    ordered: list[tuple[Rule, Diagnosis]] = []
    while remaining:
        free = next(
            (
                pair
                for pair in remaining
                if not any(pair[0].code in other.before for other, _ in remaining)
            ),
            remaining[0],
        )
        remaining.remove(free)
        ordered.append(free)
    return ordered


def _cause_above(error: Diagnosis, taken: dict[str, str], observations: Observations) -> str | None:
    """The code that took one of the observations of this error, or one they came after."""
    queue = list(error.explains)
    seen: set[str] = set()
    while queue:
        item = queue.pop(0)
        if item in seen:
            continue
        seen.add(item)
        if item in taken:
            return taken[item]
        observation = observations.by_id(item)
        if observation is not None:
            queue.extend(observation.after)
    return None


def _verdict(run: Run, diagnoses: Iterable[Diagnosis], open_ends: Sequence[str]) -> Verdict:
    severities = {item.severity for item in diagnoses}
    crashed = any(check.crash for check in run.observations.of(CheckRun))
    if "error" in severities:
        return "broken"
    if open_ends or crashed or not run.enough_seen:
        return "inconclusive"
    return "warnings" if "warning" in severities else "healthy"

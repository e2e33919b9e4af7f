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
from collections.abc import Iterable, Sequence
from functools import cache
from types import ModuleType

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


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule of the package, areas in path order, codes by name within one."""
    found = []
    for area in AREAS:
        package = importlib.import_module(f"smtpdoctor.diagnosis.rules.{area}")
        for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda info: info.name):
            if info.name.startswith("_"):
                continue
            module = importlib.import_module(f"{package.__name__}.{info.name}")
            before = frozenset(getattr(module, "BEFORE", ()))
            found.append(Rule(module.CODE, area, before, module))
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
    roots = [item.id for item in observations.roots()]
    causes, consequences = _causes(spoken, roots, observations)
    explained = {item for cause in causes for item in cause.explains}
    unexplained = tuple(item for item in roots if item not in explained)
    areas = {rule.code: rule.area for rule, _ in spoken}
    finished = [
        msgspec.structs.replace(
            cause,
            area=areas[cause.code],
            locations=_locations(run, cause),
            consequences=tuple(
                dict.fromkeys((*cause.consequences, *consequences.get(cause.code, ())))
            ),
            docs=DOCS.format(code=cause.code),
        )
        for cause in causes
    ]
    return Judgement(
        diagnoses=tuple(finished),
        unexplained=unexplained,
        verdict=_verdict(run, finished, (*unexplained, *faults)),
        faults=tuple(faults),
    )


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


def _speak(rule: Rule, run: Run) -> list[tuple[Rule, Diagnosis]]:
    found = list(rule.module.diagnose(run))
    if any(each.severity == "error" and not each.explains for each in found):
        raise ValueError(f"rule {rule.code} gave an error that explains nothing")
    return [(rule, each) for each in found]


def _causes(
    spoken: Sequence[tuple[Rule, Diagnosis]], roots: Sequence[str], observations: Observations
) -> tuple[list[Diagnosis], dict[str, list[str]]]:
    """The diagnoses that stand, in report order, and what each of them suppressed.

    Errors compete for roots: in path order, but where one names another in BEFORE it goes
    first. Warnings and notes stand alone; a warning may still account for a root.
    """
    order = {id(diagnosis): place for place, (_, diagnosis) in enumerate(spoken)}
    errors = [(rule, item) for rule, item in spoken if item.severity == "error"]
    softer = [(rule, item) for rule, item in spoken if item.severity != "error"]
    others = [item for _, item in _by_precedence(softer)]
    taken: dict[str, str] = {item: other.code for other in others for item in other.explains}
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

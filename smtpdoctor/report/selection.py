"""What of a report is shown, and what first: decided once, for all formats.

Decides by kinds, areas, severities and counts; must not look into a text, nor know a layout.
"""

from __future__ import annotations

import msgspec

from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix, Location, Snippet
from smtpdoctor.report.model import TargetReport
from smtpdoctor.report.network_table import NetworkTable, network_table


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a diagnosis is shown. None: all of it.

    `steps` cuts only those that stand beside a change that is shown whole: where the steps are
    the fix, none of them is left out.
    """

    evidence: int | None = None
    explanation: bool = True
    snippets: bool = True
    other_fixes: int | None = None
    locations: int | None = None
    steps: int | None = None


EVERYTHING = Room()
#: What a first screen has room for, most first. Code for a client goes before evidence, then what
#: only explains, which the page of the code has too; what is to be done stays.
FIRST_SCREEN = (
    Room(evidence=2, other_fixes=1),
    Room(evidence=2, snippets=False, other_fixes=1),
    Room(evidence=1, snippets=False, other_fixes=1),
    Room(evidence=0, snippets=False, other_fixes=1),
    # two lines that make the fault together say more than another way out of it
    Room(evidence=0, snippets=False, other_fixes=0),
    Room(evidence=0, snippets=False, other_fixes=0, locations=1),
    Room(evidence=2, explanation=False, snippets=False, other_fixes=0, locations=1),
    Room(evidence=1, explanation=False, snippets=False, other_fixes=0, locations=1),
    Room(evidence=1, explanation=False, snippets=False, other_fixes=0, locations=1, steps=1),
    Room(evidence=0, explanation=False, snippets=False, other_fixes=0, locations=1, steps=1),
)


class ShownFix(msgspec.Struct, frozen=True, kw_only=True):
    """A fix with as many of its steps as there is room for."""

    fix: Fix
    steps: tuple[str, ...]
    left_out: int
    snippets: tuple[Snippet, ...]


class ShownDiagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """A diagnosis with what is shown of it. `brief`: its title and its first fix alone."""

    diagnosis: Diagnosis
    brief: bool
    explanation: str = ""
    locations: tuple[Location, ...] = ()
    table: NetworkTable | None = None
    evidence: tuple[Evidence, ...] = ()
    fix: ShownFix | None = None
    other_fixes: tuple[ShownFix, ...] = ()


def select(target: TargetReport, room: Room = EVERYTHING) -> tuple[ShownDiagnosis, ...]:
    """The diagnoses in the order to show them; with less room all but the first are brief.

    The first is the first error, else the first warning; a note, and what is accepted, is always
    brief.
    """
    return tuple(
        _whole(target, item, room)
        if room == EVERYTHING or (place == 0 and item.severity != "note" and item.accepted is None)
        else _brief(target, item, room, first=place == 0)
        for place, item in enumerate(target.diagnoses)
    )


def _whole(target: TargetReport, diagnosis: Diagnosis, room: Room) -> ShownDiagnosis:
    table = network_table(target.run, diagnosis)
    first, *others = diagnosis.fixes or (None,)
    client, own = target.run.settings.client, _own_names(target)
    return ShownDiagnosis(
        diagnosis=diagnosis,
        brief=False,
        explanation=diagnosis.explanation if room.explanation else "",
        locations=tuple(item for item in diagnosis.locations if item.text)[: room.locations],
        table=table,
        evidence=_evidence(diagnosis, room, table=table is not None, client=client is not None),
        fix=_fix(first, room, own) if first is not None else None,
        other_fixes=tuple(
            _fix(fix, room, own) for fix in others[: room.other_fixes] if fix is not None
        ),
    )


def _brief(
    target: TargetReport, diagnosis: Diagnosis, room: Room, *, first: bool
) -> ShownDiagnosis:
    """An error also shows its first fix, or the mail would not go out; so does a note that
    nothing stands before."""
    without_code = msgspec.structs.replace(room, snippets=False)
    open_ = diagnosis.accepted is None
    shown = (diagnosis.severity == "error" or first) and open_ and diagnosis.fixes
    fix = _fix(diagnosis.fixes[0], without_code, ()) if shown else None
    return ShownDiagnosis(diagnosis=diagnosis, brief=True, fix=fix)


def _evidence(
    diagnosis: Diagnosis, room: Room, *, table: bool, client: bool
) -> tuple[Evidence, ...]:
    """What was seen; on a first screen without what stands there already: the user's own line
    where it is pointed at, what was seen of the network where there is a table of it."""
    if room.evidence is None:
        return diagnosis.evidence
    seen = [
        item
        for item in diagnosis.evidence
        if not (item.kind == "own-line" and any(each.text for each in diagnosis.locations))
        and not (table and item.check == "reach" and item.kind in ("seen", "comparison"))
    ]
    # what the user's own library printed is what they came with
    prints = [item for item in seen if client and item.kind == "prints"][:1]
    # the table takes the place of one
    most = max(room.evidence - table, 0)
    others = [item for item in seen if item not in prints]
    return (*others[: max(most - len(prints), 0)], *prints[:most])


def _own_names(target: TargetReport) -> tuple[str, ...]:
    """The user's own client, and the framework in whose settings it is set up."""
    settings = target.run.settings
    framework = settings.setup.dialect if settings.setup is not None else None
    return tuple(name for name in (settings.client, framework) if name is not None)


def _fix(fix: Fix, room: Room, own: tuple[str, ...]) -> ShownFix:
    changes = bool(fix.settings or fix.edits or fix.records)
    steps = fix.steps[: room.steps] if changes else fix.steps
    return ShownFix(
        fix=fix,
        steps=steps,
        left_out=len(fix.steps) - len(steps),
        snippets=tuple(
            item
            for item in fix.snippets
            # on a first screen the user's own alone
            if room.snippets and (room == EVERYTHING or item.for_ in own)
        ),
    )

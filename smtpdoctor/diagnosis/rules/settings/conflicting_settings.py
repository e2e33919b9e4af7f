"""Two settings for one thing that exclude each other."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.fixes import change_settings, way_tried
from smtpdoctor.diagnosis.model import Diagnosis, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views import options
from smtpdoctor.diagnosis.views.entries import faults
from smtpdoctor.diagnosis.wording import entries
from smtpdoctor.diagnosis.wording import options as option_words
from smtpdoctor.observations import OptionRead
from smtpdoctor.settings.model import MASK, Field, Setting, Shadowed
from smtpdoctor.settings.names import BY_NAME
from smtpdoctor.words import MODE_WORDS

CODE = "conflicting-settings"

FIELDS: tuple[Field, ...] = ("host", "port", "tls", "username", "password", "token", "sender")


def diagnose(run: Run) -> Iterator[Diagnosis]:
    for read in faults(run, *FIELDS, problems=("conflict",)):
        entry = read.setting
        worked = run.way_worked
        others = [item for item in entry.shadows if item.origin.name != entry.origin.name]
        other = others[0].origin.name if others else "another line"
        yield Diagnosis(
            code=CODE,
            severity="warning" if worked else "error",
            confidence="certain",
            title=f"{entry.origin.name} and {other} exclude each other",
            explanation=(
                "Both are for the same thing, and no program can follow both. Which one counts "
                f"depends on the program; smtpdoctor went by {entry.origin.name}"
                + (
                    ", and that works. A program that reads the other one does something else."
                    if worked
                    else "."
                )
            ),
            evidence=(entries.line(entry),),
            fixes=(_fix(run, entry, others),),
            explains=(read.id,),
            points_at=(entry.field,),
        )
    for stop in options.stops(run):
        if stop.remark.conflict:
            yield _stopped(run, stop)


def _stopped(run: Run, read: OptionRead) -> Diagnosis:
    """Two options of a set-up, with which its program stops before it sends."""
    remark = read.remark
    names = " and ".join(dict.fromkeys((remark.option, *(item.option for item in remark.beside))))
    title = f"{names} exclude each other" if remark.beside else f"{names} stops the program"
    return Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain",
        title=title,
        explanation=option_words.STOPS,
        evidence=option_words.evidence(run, remark),
        fixes=(option_words.fix_of_stop(run, remark),),
        explains=(read.id,),
        locations=option_words.locations(run, remark),
    )


def _fix(run: Run, entry: Setting, others: list[Shadowed]) -> Fix:
    names = " and ".join(dict.fromkeys([entry.origin.name, *(i.origin.name for i in others)]))
    if entry.field == "tls":
        return _one_mode(run, names)
    if entry.field in ("password", "token"):
        return Fix(
            title="keep the one that is right",
            steps=(f"Of {names}, keep the one with the right value, and take the other out.",),
        )
    tried = way_tried(run)
    same = {
        item.origin.name: entry.text
        for item in others
        # what isn't shown can't be written either
        if MASK not in entry.text and BY_NAME[item.origin.name].field == entry.field
    }
    steps = tuple(
        f"In {item.origin.name} ({item.origin.label}) write {entry.text} too."
        for item in others
        if item.origin.name not in same
    )
    title = f"let {names} say the same" if not tried else f"let {names} say what works"
    return Fix(title=title, settings=dict(same), tried=tried, steps=steps)


def _one_mode(run: Run, names: str) -> Fix:
    """The mode that was seen to work, in both."""
    tried = way_tried(run)
    way = None if tried else next(iter(run.working_ways), None)
    if way is None:
        tls = run.settings.tls if tried else run.mode.of_port or run.settings.tls
        title = f"let {names} say the same: {MODE_WORDS[tls]}"
        return change_settings(run, title, tls=tls, tried=tried)
    return change_settings(
        run,
        f"let {names} say what works: {MODE_WORDS[way.tls]} on {way.host}:{way.port}",
        host=None if way.host == run.settings.host else way.host,
        port=None if way.port == run.settings.port else way.port,
        tls=way.tls,
        tried=way.tried,
    )

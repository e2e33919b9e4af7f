"""What a fix changes, as lines before and after: decided once, for the reports that show a diff.

Knows the user's own lines as they may be shown. Must not know layout.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

import msgspec

from smtpdoctor.diagnosis.model import Diagnosis, Fix, Location, Record
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.settings.model import MASK, Edit, OptionLine, Setting, SetupRemark, Shadowed
from smtpdoctor.text import changed_lines, visible


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Lines with their signs, “ ” for one that stays. `where` is `file:line`, "" for settings by
    name and for records. `partial`: the line isn't known whole, only what of it is replaced."""

    lines: tuple[tuple[str, str], ...]
    where: str = ""
    partial: bool = False


def changes(fix: Fix, diagnosis: Diagnosis, run: Run) -> Iterator[Change]:
    """All that the fix changes: settings by name, lines of files, records."""
    settings = tuple(setting_lines(fix, run))
    if settings:
        yield Change(lines=settings)
    yield from _edits(fix.edits, diagnosis.locations, run)
    records = tuple(line for record in fix.records for line in _record(record))
    if records:
        yield Change(lines=records)


def own_texts(name: str, run: Run) -> Iterator[str]:
    """The text that the user's own setting of that name has now."""
    entries = run.settings.entries
    lost = (item for entry in entries for item in entry.shadows)
    found: Iterable[Setting | Shadowed] = itertools.chain(entries, lost)
    return (
        item.text
        for item in found
        if item.origin.name == name and item.origin.kind in ("file", "environment", "stdin")
    )


def setting_lines(fix: Fix, run: Run) -> Iterator[tuple[str, str]]:
    """The settings that the fix changes by name, as they are and as they are to be."""
    for name, value in fix.settings.items():
        old = next(own_texts(name, run), None)
        if old == value:
            continue  # it says so already
        if old is not None:
            yield "-", visible(f"{name}={old}")  # a tab in a value may be its fault
        if value is not None:
            yield "+", f"{name}={value}"


def _edits(edits: Iterable[Edit], locations: Iterable[Location], run: Run) -> Iterator[Change]:
    """The changes of a fix, those of one line together."""
    known = list(_own_lines(locations, run))
    in_order = sorted(edits, key=lambda edit: (edit.file, edit.line))
    for (file, number), group in itertools.groupby(in_order, lambda edit: (edit.file, edit.line)):
        its = sorted(group, key=lambda edit: edit.columns, reverse=True)
        where = f"{file}:{number}"
        if all(not edit.replace and edit.with_.endswith("\n") for edit in its):
            # lines that are put in before it
            added = tuple(("+", line) for edit in its for line in edit.with_.splitlines())
            yield Change(where=where, lines=added)
            continue
        line = next((each for at, each in known if at == (file, number) and _fits(each, its)), None)
        if line is None:
            for edit in its:
                parts = (("-", edit.replace), ("+", edit.with_))
                yield Change(where=where, lines=parts, partial=True)
            continue
        new = line
        for edit in its:
            start, end = edit.columns
            new = new[: start - 1] + edit.with_ + new[end - 1 :]
        yield Change(where=where, lines=tuple(changed_lines(line, new, MASK)))


def _own_lines(
    locations: Iterable[Location], run: Run
) -> Iterator[tuple[tuple[str | None, int | None], str]]:
    """The user's own lines as they may be shown, with their places. One line may be there
    several times: what is masked for one setting may be shown for another."""
    settings = run.settings
    lines: list[Setting | SetupRemark | OptionLine] = [*settings.entries, *settings.remarks]
    lines += [beside for remark in settings.remarks for beside in remark.beside]
    for item in lines:
        if item.origin is not None and item.source_line is not None:
            yield (item.origin.file, item.origin.line), item.source_line
    for each in locations:
        yield (each.file, each.line), each.text
    for shown in settings.changeable:
        yield (shown.file, shown.line), shown.text


def _record(record: Record) -> Iterator[tuple[str, str]]:
    """A DNS record, which is copied as it stands."""
    for sign, data in (("-", record.old), ("+", record.new)):
        if data is not None:
            value = f'"{data}"' if record.type == "TXT" else data
            yield sign, visible(f" {record.name} {record.type} {value}")


def _fits(line: str, edits: Iterable[Edit]) -> bool:
    """Whether the line has there what each of the edits replaces."""
    return all(line[edit.columns[0] - 1 : edit.columns[1] - 1] == edit.replace for edit in edits)

"""What `smtpdoctor settings` prints of a folder's set-ups, and of a `.env` as one reader reads it.

This module knows words. It must not know how set-ups are found, nor judge them. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from smtpdoctor.settings.model import MASK, UNNAMED, SetupRemark
from smtpdoctor.settings.show import INDENT, LABELS, field_lines, setting_data
from smtpdoctor.settings.words import what_it_does
from smtpdoctor.text import visible
from smtpdoctor.words import MODE_WORDS

if TYPE_CHECKING:
    from smtpdoctor.settings.folder import Skipped
    from smtpdoctor.settings.readers.dotenv import DotenvFile
    from smtpdoctor.settings.readers.dotenv.model import Entry
    from smtpdoctor.settings.setup import Setup

KINDS = {
    "misread": "read differently",
    "ignored": "not read",
    "fault": "stops the program",
    "not-sent": "sends no mail",
    "visitor": "sends as its visitors",
}


def show_setups(setups: Sequence[Setup], skipped: Sequence[Skipped]) -> str:
    """The set-ups as text, for a terminal or a pipe. Ends with a newline."""
    return "".join(f"{line}\n" for line in _lines(setups, skipped))


def setups_data(setups: Iterable[Setup], skipped: Iterable[Skipped]) -> dict[str, object]:
    """The same as JSON-ready data."""
    return {
        "setups": [_data(setup) for setup in setups],
        "passed_over": [{"path": item.path, "why": item.why} for item in skipped],
    }


def _lines(setups: Sequence[Setup], skipped: Sequence[Skipped]) -> Iterator[str]:
    for number, setup in enumerate(setups):
        if number:
            yield ""
        identity = setup.identity
        about = [f"{identity.dialect} {identity.version}".strip()] if identity.version else []
        about += [f"profile {identity.profile}"] if identity.profile else []
        yield visible(identity.name) + (f"  ({', '.join(map(visible, about))})" if about else "")
        yield from field_lines(setup.settings)
        for remark in setup.settings.remarks:
            yield visible(f"{INDENT}{_remark(remark)}")
        for names, place in _unset(setup):
            yield visible(f"{INDENT}not set: {', '.join(names)} ({place})")
        for near in setup.settings.near_misses:
            text = f"not read: {near.name} ({near.origin.label}): it asks for {near.looks_like}"
            if near.kept_from:
                text = f"not passed on: {near.name} ({near.origin.label}), by {near.kept_from}"
            yield visible(f"{INDENT}{text}")
        for line in setup.untold:
            yield visible(f"{INDENT}not known: {line}")
        if setup.goes_as_its_port:
            way = MODE_WORDS[setup.settings.tls]
            yield f"{INDENT}`smtpdoctor check` tries {way}, by the port; --tls says another way"
        elif not setup.complete:
            given = f" without {setup.given_by}" if setup.given_by else ""
            yield f"{INDENT}`smtpdoctor check` leaves it out{given}"
    yield from passed_over(skipped)


def _unset(setup: Setup) -> Iterator[tuple[list[str], str]]:
    """The variables that nothing sets and that a setting would be read from, with its place;
    those that a remark is about are said there."""
    said = {name for remark in setup.settings.remarks for name in remark.unset}
    for entry in setup.settings.entries:
        names = [
            f"the {LABELS[entry.field]}'s variable" if name == UNNAMED else name
            for name in entry.unset
            if name not in said
        ]
        if names and not entry.text:
            yield names, entry.origin.label


def passed_over(skipped: Sequence[Skipped]) -> Iterator[str]:
    """What was left out and why, behind what was found; nothing where nothing was."""
    if skipped:
        yield ""
        yield "passed over:"
        for each in skipped:
            yield visible(f"  {each.path}: {each.why}")


def _remark(remark: SetupRemark) -> str:
    if remark.unset:
        return f"not set: {', '.join(remark.unset)}{_place(remark)}: {remark.because}"
    text = f"={remark.text}" if remark.text and MASK not in remark.text else ""
    return f"{KINDS[remark.kind]}: {remark.option}{text}{_place(remark)}: {remark.because}"


def _place(item: SetupRemark) -> str:
    return f" ({item.origin.label})" if item.origin is not None else ""


def _data(setup: Setup) -> dict[str, object]:
    settings, identity = setup.settings, setup.identity
    return {
        "name": identity.name,
        "dialect": identity.dialect,
        "version": identity.version,
        "profile": identity.profile,
        "files": list(identity.files),
        "host": settings.host,
        "port": settings.port,
        "tls": settings.tls,
        "tls_required": settings.tls_required,
        "username": settings.username,
        "sender": settings.sender,
        "complete": setup.complete,
        "sends": setup.sends,
        "settings": [setting_data(settings, entry) for entry in settings.entries],
        "remarks": [
            {
                "kind": item.kind,
                "option": item.option,
                "text": item.text,
                "origin": item.origin.label if item.origin else None,
                "taken_as": item.taken_as,
                "because": item.because,
                "sources": list(item.sources),
            }
            for item in settings.remarks
        ],
        "near_misses": [
            {"name": item.name, "looks_like": item.looks_like, "origin": item.origin.label}
            for item in settings.near_misses
        ],
        "untellable": [
            {
                "option": item.option,
                "origin": item.origin.label if item.origin else None,
                "why": item.why,
            }
            for item in settings.untellable
        ],
    }


# --- one file as one reader reads it ---------------------------------------------------------


def show_reading(file: str, title: str, read: DotenvFile) -> str:
    """Every name with its line and what the reader does to its value, which is not shown."""
    return "".join(f"{line}\n" for line in _reading(file, title, read))


def reading_data(file: str, read: DotenvFile) -> dict[str, object]:
    """The same as JSON-ready data."""
    return {
        "schema": 2,
        "file": file,
        "reader": read.reader,
        "refused": read.refused,
        "entries": [
            {
                "name": entry.name,
                "line": entry.line,
                "counts": entry is read.entry(entry.name),
                "empty": entry.value is not None and not entry.value,
                "alterations": list(entry.alterations),
                "untold": entry.untold,
            }
            for entry in read.entries
        ],
        "faults": [
            {"kind": item.kind, "effect": item.effect, "line": item.line, "name": item.name}
            for item in read.faults
        ],
    }


def _reading(file: str, title: str, read: DotenvFile) -> Iterator[str]:
    yield visible(f"{file} as {title} reads it")
    yield ""
    if read.refused:
        yield "  it stops at this file with an error, and sets nothing"
    for entry in read.entries:
        value = MASK if entry.value else "(empty)" if entry.value is not None else "(not known)"
        facts = "; ".join(_facts(entry, read))
        yield visible(f"  {entry.line:>4}  {entry.name:<28} {value:<11} {facts}".rstrip())
    for fault in read.faults:
        name = f" {fault.name}" if fault.name else ""
        words = fault.kind.replace("-", " ")
        yield visible(f"  {fault.line:>4}  {words}{name}: {fault.effect.replace('-', ' ')}")


def _facts(entry: Entry, read: DotenvFile) -> Iterator[str]:
    if words := what_it_does("", entry.alterations):
        yield words
    if entry.untold is not None:
        yield f"can't be told here: {entry.untold}"
    if not read.refused and entry is not read.entry(entry.name):
        yield "a later line counts"

"""What code takes out of a longer text: the port of a URL, the host of `host:port`.

Knows where the characters of such a part stand. It must not know any language, nor what a part
means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from smtpdoctor.settings.readers.model import (
    Entry,
    Known,
    List,
    Map,
    Origin,
    Span,
    Unknown,
    Value,
    stops,
)

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.evaluation import Evaluation
    from smtpdoctor.settings.readers.project import Project

#: Parts of a URL, whatever the language calls them.
OF_URL = frozenset({"url", "scheme", "host", "port", "login", "user", "password", "query"})


@dataclass(frozen=True, slots=True, repr=False)
class Taken:
    """One member: its value, which part of the text it is, and where that stands there."""

    value: Any
    name: str = ""
    place: tuple[int, int] | None = None


def taken(whole: Known, members: Mapping[Any, Taken], project: Project, ask: Evaluation) -> Map:
    """What code has of a text that it took apart, by the names of the members."""
    made = Map()
    for key, one in members.items():
        value = one.value
        if not isinstance(value, Map):
            made.entries.append(Entry(key, _later(whole, one, project, ask), None))
        else:
            made.entries.append(Entry(key, Known(value, ask.span, whole.trail), None))
    return made


def _later(whole: Known, one: Taken, project: Project, ask: Evaluation) -> Any:
    return lambda: part_of(whole, one, project, ask)


def part_of(whole: Known, one: Taken, project: Project, ask: Evaluation) -> Known:
    """One part, with the way of the text that it was taken out of."""
    if one.place is None:
        return Known(one.value, ask.span, whole.trail)
    text = str(whole.value)
    for offset, piece in whole.pieces:
        piece_text = str(piece.value)
        first, last = one.place[0] - offset, one.place[1] - offset
        if not 0 <= first <= last <= len(piece_text):
            continue
        if (first, last) == (0, len(piece_text)):  # a variable that was put in
            return Known(one.value, ask.span, piece.trail)
        inner = replace(one, place=(first, last))
        return part_of(replace(piece, pieces=()), inner, project, ask)
    outer = whole.part
    base = 0
    if outer is not None:
        if outer.place is None or outer.place[1] - outer.place[0] != len(text):
            return Known(one.value, ask.span, whole.trail)  # it was changed on the way
        base = outer.place[0]
    start = outer.span if outer is not None else _start_of(whole, text, project)
    span = None
    if start is not None:
        first = start.columns[0]
        span = replace(start, columns=(first + one.place[0], first + one.place[1]))
    place = (base + one.place[0], base + one.place[1])
    step = Origin("part", one.name, span, ask.span, place)
    return Known(one.value, ask.span, (*whole.trail, step))


def _start_of(value: Known, text: str, project: Project) -> Span | None:
    """Where the text begins in its line; None where it doesn't stand there as it is."""
    span = value.written
    source = project.source(span.file) if span is not None else None
    if span is None or source is None or isinstance(source, Unknown) or not text:
        return None
    end = span.columns[1] if span.line == span.end_line else None
    shown = source.line(span.line)[span.columns[0] - 1 : end - 1 if end is not None else None]
    if shown.count(text) != 1:
        return None
    first = span.columns[0] + shown.index(text)
    return Span(span.file, span.line, (first, first + len(text)), span.line)


def split(whole: Value, separator: str, limit: int, project: Project, ask: Evaluation) -> Value:
    """The pieces between a separator, each with its place. `limit`: so many cuts, -1 for all."""
    if not isinstance(whole, Known):
        return whole
    items: list[Entry] = []
    start = 0
    for text in str(whole.value).split(separator, limit):
        one = Taken(text, _name_of(whole, len(items)), (start, start + len(text)))
        items.append(Entry(None, _later(whole, one, project, ask), None))
        start += len(text) + len(separator)
    return Known(List(items), ask.span, whole.trail)


def _name_of(whole: Known, number: int) -> str:
    """What a piece is called: the two of a URL's login have their names."""
    if whole.part is not None and whole.part.name == "login":
        return "user" if number == 0 else "password"
    return ""


def in_query(query: str, start: int | None, values: Mapping[str, str]) -> dict[Any, Taken]:
    """The values of a query that begins there in the text, with their places; None: nowhere."""
    members: dict[Any, Taken] = {}
    for key, value in values.items():
        begin = query.find(f"{key}=") + len(key) + 1
        raw = query[begin:].partition("&")[0]
        place = None
        if start is not None and begin > len(key) and unquote_plus(raw) == value:
            place = (start + begin, start + begin + len(raw))
        members[key] = Taken(value, "query", place)
    return members


def no_url(whole: Known, ask: Evaluation, *, goes_on: bool = False) -> Unknown:
    """A text that a parser of URLs refuses; `goes_on`: the program does, without its parts."""
    step = Origin("part", "url", None, ask.span)
    return _nothing("this is no URL that the program can take apart", whole, ask, goes_on, step)


def without_scheme(whole: Known, ask: Evaluation) -> Unknown | None:
    """What a parser of URLs gives for `host:port`, in which it finds no host; None for a URL."""
    if "://" in str(whole.value):
        return None
    step = Origin("part", "url", None, ask.span)
    why = "without a scheme and // in front no part of it is taken for the host"
    return Unknown("computed", why, ask.span, (*whole.trail, step))


def unset(whole: Known, ask: Evaluation, *, goes_on: bool = False) -> Unknown:
    """What stands in the place of a URL where the text is nowhere."""
    names = " and ".join(whole.unset)
    why = f"there is no URL to take apart: {names or 'it'} is set nowhere"
    return _nothing(why, whole, ask, goes_on)


def _nothing(why: str, whole: Known, ask: Evaluation, goes_on: bool, *steps: Origin) -> Unknown:
    trail = (*whole.trail, *steps)
    if goes_on:
        return Unknown("computed", why, ask.span, trail)
    return Unknown("stops", stops(why), ask.span, trail)

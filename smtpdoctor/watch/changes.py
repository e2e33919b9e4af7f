"""What a history says, for people and for programs: since when, and what changed.

Knows the changes that are kept. Must not know how they are kept, nor a terminal. Pure but for the
time zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from smtpdoctor.report.history import ChangeShown, HistoryShown, SeriesShown
from smtpdoctor.text import cut, visible, wrapped
from smtpdoctor.watch.history import Change
from smtpdoctor.watch.lines import moment
from smtpdoctor.watch.schedule import duration_words
from smtpdoctor.words import count

#: Of a terminal: below this lines are wrapped.
NARROW = 60


def by_series(changes: Iterable[Change], parts: Sequence[str] = ()) -> list[list[Change]]:
    """The changes of each series; of those alone whose name or server has one of the parts."""
    found: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        found.setdefault((change.folder, change.series), []).append(change)
    return [
        series
        for series in found.values()
        if not parts or any(_is_meant(part, series[-1]) for part in parts)
    ]


def _is_meant(part: str, change: Change) -> bool:
    return part.lower() in f"{change.name} {change.server}".lower()


def as_data(all_series: Iterable[Sequence[Change]]) -> HistoryShown:
    """For programs."""
    return HistoryShown(
        series=tuple(
            SeriesShown(
                folder=series[-1].folder,
                name=series[-1].name,
                server=series[-1].server,
                changes=tuple(map(_shown, series)),
            )
            for series in all_series
        )
    )


def _shown(change: Change) -> ChangeShown:
    return ChangeShown(
        at=_utc(change.at),
        until=_utc(change.seen),
        runs=change.runs,
        verdict=change.verdict,
        code=change.code,
        title=change.title,
        login=_utc(change.login) if change.login is not None else None,
        report=change.report,
    )


def _utc(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def as_text(
    all_series: Sequence[Sequence[Change]], *, now: float, width: int | None, most: int
) -> list[str]:
    """For people: what each is now and since when, and below it its changes, the newest first.
    `width` is the terminal's, None where lines may be of any length."""
    lines: list[str] = []
    for series in all_series:
        latest = series[-1]
        lines += [""] if lines else []
        lines += [f"{_named(latest)}, in {latest.folder}", f"  {_now(latest, now)}"]
        shown = list(reversed(series))[:most]
        names = max(len(change.verdict) for change in shown)
        # two within a minute would look like one moment
        seconds = len({moment(change.at) for change in shown}) < len(shown)
        for change in shown:
            number = f"#{change.report}" if change.report is not None else ""
            words = f"{change.code}: {change.title}" if change.code else change.title
            lines.append(
                f"    {moment(change.at, seconds=seconds)}  {change.verdict:<{names}}  "
                f"{_lasted(change):<7}  {number:<5}  {words}"
            )
        if len(series) > most:
            lines.append(f"    … and {count(len(series) - most, 'earlier change')}")
    lines = [visible(line) for line in lines]  # folders, and whatever a file from anywhere holds
    if width is None:
        return lines
    if width >= NARROW:
        return [cut(line, width) for line in lines]
    return [part for line in lines for part in _whole(line, width)]


def _whole(line: str, width: int) -> list[str]:
    """A line on as many as it needs: cut, it would say too little."""
    words = line.lstrip()
    indent = " " * (len(line) - len(words))
    return list(wrapped(words, width, first=indent, indent=f"{indent}  ")) or [""]


def _named(change: Change) -> str:
    if change.name == change.server or not change.server:
        return change.name or "no settings"
    return f"{change.name} ({change.server})"


def _now(latest: Change, now: float) -> str:
    seen = moment(latest.seen, now)
    since = moment(latest.at, now)
    return f"{latest.verdict} since {since}, last seen {seen}, {count(latest.runs, 'run')}"


def _lasted(change: Change) -> str:
    """How long it was seen to be so: nobody looked afterwards, until the next change."""
    if change.runs == 1:
        return "once"
    return duration_words(max(change.seen - change.at, 1))

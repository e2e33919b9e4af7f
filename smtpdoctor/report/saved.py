"""Saved runs: a report that was written as JSON, judged again by today's rules.

Knows the shapes of every schema so far. A file from anywhere is read: what is no saved run is
said in one line, and nothing in one makes a report fail.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec

from smtpdoctor.observations import AnyObservation, CertificateSeen, Observations, Place
from smtpdoctor.report.model import NotChecked, Report, join, judge

#: A run sees some hundred things, of which none is longer than a server's reply: what is beyond
#: that was made by no run, and would be judged for hours.
MOST_OBSERVATIONS, MOST_OF_ALL, LONGEST_TEXT = 1500, 15_000, 256 * 1024


class SavedRunError(Exception):
    """A file that is no saved run, or of another schema; the text is one line."""


def read(text: bytes) -> Report:
    """The report on a saved run. Raises SavedRunError."""
    try:
        return _read(_decoded(text))
    except (  # OverflowError: a number that no float holds
        msgspec.MsgspecError,
        LookupError,
        TypeError,
        ValueError,
        OverflowError,
        RecursionError,
    ) as error:
        raise SavedRunError(f"not a saved run: {type(error).__name__}") from None


def _decoded(text: bytes) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        import json

        # runs of schema 1 may hold half a surrogate pair, from a folder's name that is no UTF-8
        return json.loads(text)


def _read(data: Any) -> Report:
    schema = data.get("schema") if isinstance(data, dict) else None
    if schema == 1:  # one run, its parts side by side
        targets = [{**data, "setup": None}]
    elif schema == 2:
        targets = data["targets"]
    else:
        raise SavedRunError("not a saved run of schema 1 or 2")
    if data.get("anonymous"):
        raise SavedRunError("an anonymous report has no observations to judge again")
    seen = [len(target["observations"]["items"]) for target in targets]
    if max(seen, default=0) > MOST_OBSERVATIONS or sum(seen) > MOST_OF_ALL or _has_long(data):
        raise SavedRunError("more stands in it than any run can see")
    return join(
        [
            judge(
                _observations(target["observations"]["items"]),
                seconds=float(target["seconds"]),
            )
            for target in targets
        ],
        started=_moment(str(data["started"])),
        seconds=float(data["seconds"]),
        not_checked=msgspec.convert(data.get("not_checked", []), list[NotChecked]),
    )


def _has_long(data: object) -> bool:
    """Whether a text in it is longer than any that is recorded."""
    waiting = [data]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str) and len(item) > LONGEST_TEXT:
            return True
        if isinstance(item, list):
            waiting += item
        elif isinstance(item, dict):
            waiting += (*item, *item.values())
    return False


def _observations(data: object) -> Observations:
    return Observations(_with_zones(Observations.from_builtins(data)))


def _with_zones(items: Iterable[AnyObservation]) -> Iterable[AnyObservation]:
    """Every time in UTC: one without a zone can't be compared with the others."""
    for item in items:
        if isinstance(item, Place):
            yield msgspec.structs.replace(item, clock=_moment(item.clock))
        elif isinstance(item, CertificateSeen):
            chain = tuple(
                msgspec.structs.replace(
                    each, not_before=_moment(each.not_before), not_after=_moment(each.not_after)
                )
                for each in item.chain
            )
            yield msgspec.structs.replace(item, chain=chain)
        else:
            yield item


def _moment(text: str) -> str:
    """The same moment with its zone; as it came where it is no time."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if moment.tzinfo is not None:
        return text
    return moment.replace(tzinfo=UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

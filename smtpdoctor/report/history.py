"""The shape of what `history --format json` prints, which scripts rely on.

Pure data. Must not know where it is kept.
"""

from __future__ import annotations

import msgspec

SCHEMA = 1


class ChangeShown(msgspec.Struct, frozen=True, kw_only=True):
    """One change. `at` is when it was first seen, `until` when it was last seen (RFC 3339, UTC),
    `login` when the login was made that it rests on; `report` is the number for --show, null where
    the report is not kept any more.
    """

    at: str
    until: str
    runs: int
    verdict: str
    code: str
    title: str
    login: str | None
    report: int | None


class SeriesShown(msgspec.Struct, frozen=True, kw_only=True):
    """The changes of one set-up or host of one folder, the oldest first."""

    folder: str
    name: str
    server: str
    changes: tuple[ChangeShown, ...]


class HistoryShown(msgspec.Struct, frozen=True, kw_only=True):
    """What `history --format json` prints."""

    schema: int = SCHEMA
    series: tuple[SeriesShown, ...]

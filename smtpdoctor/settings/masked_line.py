"""A line of the user's own as it may be shown: what is known to be harmless, masks for the rest.

A mask has one width, so that neither it nor any column behind it tells a length.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import accumulate

import msgspec

from smtpdoctor.settings.model import MASK

QUOTES = ("'", '"', "`")


class _Piece(msgspec.Struct, frozen=True):
    """One stretch of the line: raw columns, and the text shown for it. `kept`: shown as it is."""

    start: int
    end: int
    shown: str
    kept: bool


class MaskedLine:
    """`raw` with everything masked outside `harmless`, half-open ranges counted from 0.

    Blanks beside a mask are one blank, and so are those that quotes hold, which may be a secret,
    and those at the end.
    """

    def __init__(self, raw: str, harmless: Iterable[tuple[int, int]]) -> None:
        self._pieces = tuple(_pieces(raw, harmless))
        self.text = "".join(piece.shown for piece in self._pieces)
        self._starts = [piece.start for piece in self._pieces]
        self._shown = [*accumulate((len(piece.shown) for piece in self._pieces), initial=0)]

    def columns(self, start: int, end: int) -> tuple[int, int]:
        """The columns (from 1, half-open) in the masked text of raw columns."""
        return self._to_shown(start - 1) + 1, max(self._to_shown(end - 1, end=True), 0) + 1

    def _to_shown(self, at: int, *, end: bool = False) -> int:
        place = (bisect_left if end else bisect_right)(self._starts, at) - 1
        piece = self._pieces[place] if place >= 0 else None
        if piece is not None and (at <= piece.end if end else at < piece.end):
            shown = self._shown[place]
            if piece.kept:
                return shown + at - piece.start
            return shown + (len(piece.shown) if end else 0)
        return self._shown[-1] if at > 0 else 0


def _pieces(raw: str, harmless: Iterable[tuple[int, int]]) -> Iterable[_Piece]:
    at = 0
    for start, end in [*_merged(raw, harmless), (len(raw), len(raw))]:
        if start > at:
            between = raw[at:start]
            if between.isspace():
                held = raw[at - 1 : at] in QUOTES and raw[start : start + 1] in QUOTES
                kept = len(between) == 1 or at == 0 or not (held or start == len(raw))
                yield _Piece(at, start, between if kept else " ", kept)
            else:
                yield from _masked(raw, at, start)
        if end > start:
            yield _Piece(start, end, raw[start:end], True)
        at = end


def _masked(raw: str, at: int, start: int) -> Iterable[_Piece]:
    """A mask between one blank on each side where there are any; an indent stays."""
    text = raw[at:start]
    first, last = at + len(text) - len(text.lstrip()), at + len(text.rstrip())
    if first > at:
        yield _Piece(at, first, raw[at:first] if at == 0 else " ", at == 0)
    yield _Piece(first, last, MASK, False)
    if last < start:
        yield _Piece(last, start, " ", False)


def _merged(raw: str, harmless: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted((max(start, 0), min(end, len(raw))) for start, end in harmless):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged

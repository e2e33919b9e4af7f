"""Whether a pattern may be in a text, told without compiling it.

A process that looks at one line has hundreds of patterns to look for, and compiling one takes a
hundred times as long as to see that none of its words is there. Knows the syntax of regular
expressions; must not know what any is for.
"""

from __future__ import annotations

import re
from functools import cache

#: A shorter run of letters is in every text.
SHORTEST_NEEDLE = 3
_PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[(){}|?*+]|[a-z0-9 _-]+|.", re.DOTALL | re.I)


def may_stand_in(pattern: str, *lowered: str) -> bool:
    """Whether the pattern, which is searched without regard to case, may be in one of these texts,
    which are in lower case."""
    needles = _lowered(pattern)
    return not needles or any(needle in text for needle in needles for text in lowered)


@cache
def literals(pattern: str) -> tuple[str, ...]:
    """Literals, one of which is in every text that the pattern fits; empty where there are none,
    so that the pattern has to be tried, and where it is searched without regard to case."""
    return () if "(?i" in pattern else _Reader(_PIECE.findall(pattern)).alternatives()


@cache
def _lowered(pattern: str) -> tuple[str, ...]:
    """The same in lower case, also of a pattern without regard to case."""
    return tuple(each.lower() for each in _Reader(_PIECE.findall(pattern)).alternatives())


class _Reader:
    """The pieces of a pattern, read from the first to the last."""

    def __init__(self, pieces: list[str]) -> None:
        self._pieces = pieces
        self._at = 0

    def alternatives(self) -> tuple[str, ...]:
        """What one of the alternatives up to the end of the group needs: each its best literals;
        nothing where one of them needs none."""
        found = [self._sequence()]
        while self._take() == "|":
            found.append(self._sequence())
        return tuple(dict.fromkeys(item for each in found for item in each)) if all(found) else ()

    def _sequence(self) -> tuple[str, ...]:
        """The best literals of one alternative: the longest, of several the shortest counts."""
        best: tuple[str, ...] = ()
        while (piece := self._next()) not in ("", "|", ")"):
            self._at += 1
            found: tuple[str, ...] = ()
            if piece == "(":
                found = self._group()
                if self._is_optional():
                    found = ()
            elif piece[0].isalnum() or piece[0] in " _-":
                # the letter before a quantifier may be missing
                literal = piece[:-1] if self._is_optional() else piece
                found = (literal,)
            elif piece == "{":
                while self._take() not in ("}", ""):
                    pass
            if found and min(map(len, found)) >= max(SHORTEST_NEEDLE, _shortest(best) + 1):
                best = found
        return best

    def _group(self) -> tuple[str, ...]:
        """What a group needs; of one that only looks around, sets flags or names, nothing."""
        plain = self._next() != "?"
        if not plain and self._pieces[self._at + 1 : self._at + 2] == [":"]:
            self._at += 2
            plain = True
        found = self.alternatives()
        return found if plain else ()

    def _is_optional(self) -> bool:
        return self._next() in ("?", "*", "{")

    def _next(self) -> str:
        return self._pieces[self._at] if self._at < len(self._pieces) else ""

    def _take(self) -> str:
        piece = self._next()
        self._at += 1
        return piece


def _shortest(needles: tuple[str, ...]) -> int:
    return min(map(len, needles), default=0)

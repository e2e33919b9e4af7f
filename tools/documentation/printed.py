"""What real programs print for each code, as it was recorded, and what is noticed where they print
nothing.

`printed.json` is written by `make printed`, which has the programs meet each situation of
`tests/real/situations.py`; `tests/real/test_printed.py` has them meet it again. Pure but for
reading these files.
"""

from __future__ import annotations

import json
import tomllib
from collections import defaultdict
from functools import cache
from pathlib import Path

import msgspec

_FOLDER = Path(__file__).parent
RECORDED = _FOLDER / "printed.json"


class Situation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What programs print in one situation.

    codes: the causes that look like this to a program, the likeliest first. meets: what the program
    meets, as the end of a sentence. printed: by program with its release, the whole text.
    """

    codes: tuple[str, ...]
    meets: str
    printed: dict[str, str]


@cache
def situations() -> tuple[Situation, ...]:
    """All situations, as they stand in the record."""
    found = json.loads(RECORDED.read_text("utf-8"))
    return tuple(msgspec.convert(each, Situation) for each in found.values())


@cache
def by_code() -> dict[str, list[Situation]]:
    """The situations of each code, first those that are mostly this cause."""
    found: dict[str, list[Situation]] = defaultdict(list)
    for each in situations():
        for code in each.codes:
            found[code].append(each)
    return {
        code: sorted(some, key=lambda each: each.codes[0] != code) for code, some in found.items()
    }


@cache
def unseen() -> dict[str, str]:
    """By the code of a cause that no program prints anything for, what is noticed instead."""
    return tomllib.loads((_FOLDER / "unseen.toml").read_text("utf-8"))


@cache
def leading() -> dict[str, list[str]]:
    """By code, the lines that programs print in its situations and in no other cause's: whoever
    searches for one of them is led to its page."""
    causes: dict[str, set[str]] = defaultdict(set)
    for each in situations():
        for text in each.printed.values():
            causes[text.partition("\n")[0]].add(each.codes[0])
    found: dict[str, list[str]] = defaultdict(list)
    for line, codes in causes.items():
        if len(codes) == 1:
            found[next(iter(codes))].append(line)
    return dict(found)

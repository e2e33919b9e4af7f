"""The corpora of real texts: error texts with their causes, and texts that are not about mail."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import msgspec

DATA = Path(__file__).parent.parent / "data"
#: The third that no pattern was written for, by this seed.
SEED, HELD_OUT = 20261127, 35
#: A second corpus, of which the half by this seed was set aside, and looked at last.
MORE_SEED = 20261128
#: A third, in the same way.
FURTHER_SEED = 20261129


class Case(msgspec.Struct, frozen=True):
    """One text, what is known beside it, and the codes that are right."""

    id: str
    client: str
    text: str
    codes: tuple[str, ...]
    given: dict[str, Any]
    source: str


def cases() -> list[Case]:
    lines = (DATA / "errors.jsonl").read_text(encoding="utf-8").splitlines()
    return [msgspec.convert(json.loads(line), Case) for line in lines]


def more_cases() -> list[Case]:
    """Texts of public issues, of other programs than those of the first corpus."""
    lines = (DATA / "more_errors.jsonl").read_text(encoding="utf-8").splitlines()
    return [msgspec.convert(json.loads(line), Case) for line in lines]


def set_aside() -> set[str]:
    """The ids of the half of `more_cases` that was scored once before it was looked at."""
    ids = [case.id for case in more_cases()]
    random.Random(MORE_SEED).shuffle(ids)
    return set(ids[: len(ids) // 2])


def further_cases() -> list[Case]:
    """Texts of public issues that were read after the tables had been written from the others."""
    lines = (DATA / "further_errors.jsonl").read_text(encoding="utf-8").splitlines()
    return [msgspec.convert(json.loads(line), Case) for line in lines]


def last_cases() -> list[Case]:
    """Texts that were all scored before anything was mended for them."""
    lines = (DATA / "last_errors.jsonl").read_text(encoding="utf-8").splitlines()
    return [msgspec.convert(json.loads(line), Case) for line in lines]


def further_set_aside() -> set[str]:
    """The ids of the half of `further_cases` that was scored once before it was mended for."""
    ids = [case.id for case in further_cases()]
    random.Random(FURTHER_SEED).shuffle(ids)
    return set(ids[: len(ids) // 2])


def held_out() -> set[str]:
    """The ids of the third that was set aside before the tables were written."""
    ids = [case.id for case in cases()]
    random.Random(SEED).shuffle(ids)
    return set(ids[:HELD_OUT])


def unrelated() -> list[str]:
    text = (DATA / "unrelated.txt").read_text(encoding="utf-8")
    return [part.strip("\n") for part in text.split("\n---\n")]

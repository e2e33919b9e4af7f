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


def held_out() -> set[str]:
    """The ids of the third that was set aside before the tables were written."""
    ids = [case.id for case in cases()]
    random.Random(SEED).shuffle(ids)
    return set(ids[:HELD_OUT])


def unrelated() -> list[str]:
    text = (DATA / "unrelated.txt").read_text(encoding="utf-8")
    return [part.strip("\n") for part in text.split("\n---\n")]

"""The corpora of real texts: error texts with their causes, and texts that are not about mail.

Where they stand, which of them were set aside before anything was written for them, and what is
reached on each: `test_scores` holds the numbers, `benchmarks/explain.py` prints them.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from smtpdoctor.explain import Explanation, examine_text, explain
from smtpdoctor.explain.model import Known

DATA = Path(__file__).parent.parent / "data"


class Case(msgspec.Struct, frozen=True):
    """One text, what is known beside it, and the codes that are right."""

    id: str
    client: str
    text: str
    codes: tuple[str, ...]
    given: dict[str, Any]
    source: str


class Corpus(msgspec.Struct, frozen=True, kw_only=True):
    """Texts of a file, or those of it that were set aside, and what is reached on the texts alone:
    so many have a right code first, and among the first three.

    `at_first` is the score before anything was mended for these texts; None where nobody took it.
    """

    name: str
    file: str
    apart: Callable[[list[str]], set[str]] | None = None
    size: int
    first: int
    among_three: int
    at_first: tuple[int, int] | None = None

    @property
    def cases(self) -> list[Case]:
        found = _read(self.file)
        if self.apart is None:
            return found
        chosen = self.apart([case.id for case in found])
        return [case for case in found if case.id in chosen]


@cache
def _read(file: str) -> list[Case]:
    lines = (DATA / file).read_text(encoding="utf-8").splitlines()
    return [msgspec.convert(json.loads(line), Case) for line in lines]


def _shuffled(seed: int, share: float) -> Callable[[list[str]], set[str]]:
    def apart(ids: list[str]) -> set[str]:
        random.Random(seed).shuffle(ids)
        return set(ids[: int(len(ids) * share)])

    return apart


def _every_third(ids: list[str]) -> set[str]:
    return {each for each in ids if int(each[-3:]) % 3 == 0}


#: In the order in which they were collected; each of other programs than those before it.
CORPORA = (
    Corpus(name="all texts", file="errors.jsonl", size=106, first=93, among_three=105),
    Corpus(
        name="held out",
        file="errors.jsonl",
        apart=_shuffled(20261127, 0.334),
        size=35,
        first=33,
        among_three=34,
    ),
    Corpus(name="more texts", file="more_errors.jsonl", size=162, first=159, among_three=162),
    Corpus(
        name="set aside",
        file="more_errors.jsonl",
        apart=_shuffled(20261128, 0.5),
        size=81,
        first=79,
        among_three=81,
        at_first=(69, 72),
    ),
    Corpus(name="further", file="further_errors.jsonl", size=143, first=139, among_three=143),
    Corpus(
        name="set aside",
        file="further_errors.jsonl",
        apart=_shuffled(20261129, 0.5),
        size=71,
        first=68,
        among_three=71,
        at_first=(42, 53),
    ),
    Corpus(
        name="read last",
        file="last_errors.jsonl",
        size=40,
        first=40,
        among_three=40,
        at_first=(33, 34),
    ),
    Corpus(
        name="fresh",
        file="fresh_errors.jsonl",
        size=151,
        first=149,
        among_three=151,
        at_first=(116, 125),
    ),
    # with the other two thirds mended: 42 and 43
    Corpus(
        name="every third",
        file="fresh_errors.jsonl",
        apart=_every_third,
        size=50,
        first=49,
        among_three=50,
        at_first=(36, 38),
    ),
    # in four batches, each read before anything was mended for it
    Corpus(
        name="threads",
        file="thread_errors.jsonl",
        size=179,
        first=174,
        among_three=175,
        at_first=(131, 140),
    ),
    # in batches of other searches, each read before anything was mended for it
    Corpus(
        name="gathered",
        file="gathered_errors.jsonl",
        size=118,
        first=110,
        among_three=116,
        at_first=(83, 93),
    ),
    # of programs and languages of no earlier corpus, in batches, each read before anything
    # was mended for it
    Corpus(
        name="searched",
        file="searched_errors.jsonl",
        size=283,
        first=276,
        among_three=281,
        at_first=(215, 232),
    ),
    # of still other programs and forms, in batches, each read before anything was mended for it
    Corpus(
        name="reported",
        file="reported_errors.jsonl",
        size=135,
        first=129,
        among_three=134,
        at_first=(105, 113),
    ),
    # set aside for good: nothing is mended for these, so that they tell how unseen texts fare
    Corpus(
        name="untouched",
        file="untouched_errors.jsonl",
        size=70,
        first=65,
        among_three=66,
        at_first=(64, 65),
    ),
)


def everything() -> list[Case]:
    """The texts of all files."""
    return [case for corpus in CORPORA if corpus.apart is None for case in corpus.cases]


@cache
def examined(text: str) -> Explanation:
    """What is made of a text of which nothing else is known; it stands in several corpora."""
    return examine_text(text, Known())


def score(chosen: Sequence[Case], *, with_settings: bool = False) -> tuple[int, int]:
    """How many have a right code first, and among the first three."""
    first = three = 0
    for case in chosen:
        if with_settings and case.given:
            codes = [candidate.code for candidate in explain(case.text, **case.given)]
        else:
            codes = [item.candidate.code for item in examined(case.text).ranked]
        first += codes[:1] != [] and codes[0] in case.codes
        three += any(code in case.codes for code in codes[:3])
    return first, three


def unrelated() -> list[str]:
    """Texts of other programs that have nothing to do with mail."""
    text = (DATA / "unrelated.txt").read_text(encoding="utf-8")
    return [part.strip("\n") for part in text.split("\n---\n")]

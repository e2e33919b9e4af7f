"""The words of real servers against what they mean: `replies.jsonl`, each line with its source.

`codes` are the diagnoses that are right at that stage, null where the words name nothing. A third
is held out: what the patterns make of it was never looked at while they were written.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import msgspec

from smtpdoctor import knowledge

CORPUS = Path(__file__).parent / "replies.jsonl"
#: What is reached, of all and of the third that was held out.
RIGHT, HELD_OUT_RIGHT = 285, 94


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One reply: who said it at which stage, and where that was seen."""

    stage: knowledge.Stage
    server: str
    codes: tuple[str | None, ...]
    text: str
    source: str


def corpus() -> list[Said]:
    lines = CORPUS.read_text(encoding="utf-8").splitlines()
    return [msgspec.convert(json.loads(line), Said) for line in lines]


def held_out(said: Said) -> bool:
    return hashlib.sha256(said.text.encode()).digest()[0] % 3 == 0


def is_right(said: Said) -> bool:
    provider = knowledge.providers().get(said.server)
    rule = knowledge.interpret(provider, said.stage, said.text)
    code = rule.code if rule is not None else None
    if code is None and said.stage == "auth":
        code = "credentials-rejected"  # what a refused login without known words is
    if code is None and said.text.startswith("4"):
        code = "server-busy"
    return code in said.codes


def test_the_corpus_is_wide_and_has_sources() -> None:
    said = corpus()
    assert len({(item.stage, item.text) for item in said}) == len(said) >= 250
    assert len({item.server for item in said}) >= 60
    assert all(item.source.startswith("https://") for item in said)


def test_the_words_mean_what_they_meant() -> None:
    said = corpus()
    wrong = [item for item in said if not is_right(item)]
    assert len(said) - len(wrong) >= RIGHT, [(item.stage, item.text) for item in wrong]


def test_so_they_do_in_the_third_that_was_held_out() -> None:
    apart = [item for item in corpus() if held_out(item)]
    assert len(apart) > 80
    assert sum(map(is_right, apart)) >= HELD_OUT_RIGHT

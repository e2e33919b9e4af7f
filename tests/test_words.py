"""The words for closed sets: none of a set is without its words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

import pytest

from smtpdoctor.observations import ConnectOutcome
from smtpdoctor.settings.model import Problem, TLSMode
from smtpdoctor.words import MODE_WORDS, OUTCOME_WORDS, PROBLEM_WORDS


@pytest.mark.parametrize(
    ("words", "members"),
    [(MODE_WORDS, TLSMode), (OUTCOME_WORDS, ConnectOutcome), (PROBLEM_WORDS, Problem)],
    ids=["modes", "outcomes", "problems"],
)
def test_nothing_is_without_its_words(words: Mapping[str, str], members: Any) -> None:
    assert set(words) == set(get_args(members))
    assert all(words.values())

"""The score on real texts does not fall, and what is not about mail gets no answer."""

from __future__ import annotations

import re

import pytest

from smtpdoctor.explain import explain
from smtpdoctor.knowledge import error_texts

from .corpus import CORPORA, Corpus, everything, score, unrelated


@pytest.mark.parametrize("corpus", CORPORA, ids=[f"{each.name} of {each.file}" for each in CORPORA])
def test_the_right_code_stands_first_or_among_three_as_often_as_before(corpus: Corpus) -> None:
    chosen = corpus.cases
    assert len(chosen) == corpus.size
    first, three = score(chosen)
    assert first >= corpus.first
    assert three >= corpus.among_three


def test_each_text_stands_once_with_where_it_is_from() -> None:
    cases = everything()
    assert len({case.id for case in cases}) == len(cases)
    assert len({case.text for case in cases}) == len(cases)
    assert all(case.source for case in cases)


def test_no_pattern_is_left_out_where_it_would_have_found_something() -> None:
    texts = [*(case.text for case in everything()), *unrelated()]
    for entry in error_texts.tables():
        for text in texts:
            found = re.search(entry.pattern, text, re.IGNORECASE)
            assert (entry.search(text, text.lower()) is None) == (found is None), entry.pattern


def test_texts_that_are_not_about_mail_give_nothing() -> None:
    texts = unrelated()
    assert len(texts) >= 733
    assert not [text for text in texts if explain(text)]


def test_the_corpus_names_nobody() -> None:
    """Addresses of mailboxes are of example domains (RFC 2606)."""
    for case in everything():
        for address in re.findall(r"[\w.+-]+@[\w-]+\.[\w.-]+", case.text):
            assert "example" in address, case.id

"""The score on real texts does not fall, and what is not about mail gets no answer."""

from __future__ import annotations

import re

import pytest

from smtpdoctor.explain import explain
from smtpdoctor.explain.page import render
from smtpdoctor.knowledge import error_texts
from smtpdoctor.report.formats import Options

from .corpus import CORPORA, Case, Corpus, everything, examined, score, unrelated

#: The doctor's names of settings: what the program's are nobody told.
OWN_NAMES = re.compile(r"\bSMTP_(?:HOST|PORT|USER|PASS|FROM|SECURE)\b(?! ?=)")
#: Names and addresses that nobody has (RFC 2606, RFC 5737, RFC 3849), and a run that was not made.
MADE_UP = (".invalid", "192.0.2.", "198.51.100.", "2001:db8:", "smtpdoctor went")


@pytest.mark.parametrize("corpus", CORPORA, ids=[f"{each.name} of {each.file}" for each in CORPORA])
def test_the_right_code_stands_first_or_among_three_as_often_as_before(corpus: Corpus) -> None:
    chosen = corpus.cases
    assert len(chosen) == corpus.size
    first, three = score(chosen)
    assert first >= corpus.first
    assert three >= corpus.among_three


@pytest.mark.parametrize(
    "corpus", [each for each in CORPORA if each.apart is None], ids=lambda each: each.file
)
def test_nothing_that_was_made_up_is_shown(corpus: Corpus) -> None:
    wrong = {case.id: found for case in corpus.cases if (found := _made_up(case))}
    assert wrong == {}


def _made_up(case: Case) -> list[str]:
    """What the page of a text says that nobody told it."""
    found = examined(case.text)
    said = render(found, Options(width=1000)) if found.ranked else ""
    said += "".join(f"{item.candidate.title} {item.candidate.tell_apart}" for item in found.ranked)
    steps = "\n".join(line for line in said.splitlines() if line.startswith("    - "))
    told = [*(each for each in MADE_UP if each in said), *OWN_NAMES.findall(steps)]
    return [each for each in told if each not in case.text]


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
    assert len(texts) >= 851
    assert not [text for text in texts if explain(text)]


def test_the_corpus_names_nobody() -> None:
    """Addresses of mailboxes are of example domains (RFC 2606)."""
    for case in everything():
        for address in re.findall(r"[\w.+-]+@[\w-]+\.[\w.-]+", case.text):
            assert "example" in address, case.id

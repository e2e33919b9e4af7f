"""A pattern that is in a text is never taken for one that can't be."""

from __future__ import annotations

import re

import pytest

from smtpdoctor import knowledge
from smtpdoctor.knowledge import error_texts
from smtpdoctor.knowledge.needles import literals, may_stand_in
from tests.explain.corpus import everything

FLAGS = re.IGNORECASE | re.MULTILINE
OF_REPLIES = {
    rule.pattern
    for provider in (None, *knowledge.providers().values())
    for stage in ("greeting", "ehlo", "starttls", "auth", "mail", "rcpt", "data")
    for rule in knowledge.reply_rules(provider, stage)
}
PATTERNS = sorted({entry.pattern for entry in error_texts.tables()} | OF_REPLIES)
TEXTS = [case.text for case in everything()]


def test_what_is_found_may_stand_there() -> None:
    """Of the error texts tests/explain/test_scores.py shows the same."""
    found = 0
    for pattern in sorted(OF_REPLIES):
        wanted = re.compile(pattern, FLAGS)
        for text in TEXTS:
            if wanted.search(text):
                found += 1
                assert may_stand_in(pattern, text.lower()), (pattern, text)
    assert found > len(TEXTS) * 3 // 4


def test_most_patterns_are_told_not_to_be_there() -> None:
    possible = [pattern for pattern in PATTERNS if may_stand_in(pattern, "550 go away")]
    assert len(possible) < len(PATTERNS) / 4


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("mailbox full", "the mailbox full of mail", True),
        ("mailbox full", "mailbox", False),
        ("colou?r chart", "color chart", True),
        ("quota|storage", "no storage", True),
        ("quota|[0-9]{3}", "nothing", True),  # one alternative has no word
        ("(?:quota)? exceeded", " exceeded", True),
    ],
)
def test_the_words_that_a_pattern_needs(pattern: str, text: str, expected: bool) -> None:
    assert may_stand_in(pattern, text) is expected


def test_a_sentence_that_runs_over_lines_is_found() -> None:
    rule = next(
        rule for rule in knowledge.reply_rules(None, "auth") if rule.code == "credentials-rejected"
    )
    words = "550-5.7.1 Some\n550 5.7.1 words"
    one = knowledge.ReplyRule(
        stages=rule.stages, pattern="some words", code="x", cause="", fix="", verified=True
    )
    assert one.matches(words)
    assert not one.matches("550 other words")


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        (r"\bcreateTransport\b", ("createTransport",)),
        (r"\bnodemailerAdapter\s*\(", ("nodemailerAdapter",)),
        (r"MailKit|System\.Net\.Mail", ("MailKit", "System")),
        (r"smtps?x", ("smtp",)),
        (r"mail{2}er|\bPony\.", ("mai", "Pony")),
        (r"New(Plain)?Dialer", ("Dialer",)),
        (r"\bvalidat(?:ionSchema|e)\s*[:,(]", ("validat",)),
        (r"ab|mailer", ()),  # too short to be worth it
        (r"[Mm]ail", ("ail",)),
        (r"(?i)mailer", ()),
        (r"[^x]", ()),
    ],
)
def test_literals_of_an_expression(pattern: str, found: tuple[str, ...]) -> None:
    assert literals(pattern) == found

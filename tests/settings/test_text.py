"""Foreign text: every character that could move a cursor or hide is written as an escape."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtpdoctor.text import visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text", "plain text"),
        ("grün, Ærø, 日本, 🙂", "grün, Ærø, 日本, 🙂"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\nb\r\n\tc", "a\\nb\\r\\n\\tc"),
        ("\x00\x7f\x85\x9b", "\\x00\\x7f\\x85\\x9b"),
        ("abc\u202egnp", "abc\\u202egnp"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("\u2028\u2029", "\\u2028\\u2029"),
        ("\udc80", "\\udc80"),
        ("\U000e0041", "\\U000e0041"),
        ("no\u00a0break", "no break"),
    ],
)
def test_shows_what_hides(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text(st.characters()))
def test_never_lets_a_control_through_and_always_encodes(text: str) -> None:
    shown = visible(text)
    shown.encode()
    assert not {unicodedata.category(c) for c in shown} & {"Cc", "Cf", "Zl", "Zp", "Cs"}
    assert visible(shown) == shown

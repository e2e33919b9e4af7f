"""Foreign text is framed: whatever a server says, no line of it begins as a line of ours."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtpdoctor.text import (
    as_json,
    changed_lines,
    columns,
    cut,
    fitting,
    foreign,
    quoted,
    visible,
    wrapped,
)

#: Any text, and texts made of what an imitator would use.
ANY = st.text(max_size=600) | st.lists(
    st.sampled_from(
        [
            '"',
            "“",
            "”",
            "'",
            " ",
            "   ",
            "\n",
            "\x1b[2J",
            "\u202e",
            "+SMTP_HOST=evil",
            "- x",
            "fix:",
            "日本",
            "\u2800",
            "e\u0301\u0301\u0301\u0301\u0301\u0301",
        ]
    ),
    max_size=60,
).map("".join)
WIDTHS = st.integers(min_value=20, max_value=120)


@given(text=ANY, width=WIDTHS, lead=st.integers(min_value=0, max_value=60))
def test_every_further_line_of_a_quotation_has_a_bar(text: str, width: int, lead: int) -> None:
    sentence = f"{'x' * lead} said {quoted(text)} and left"
    lines = list(wrapped(sentence, width, first="  - ", indent="    "))
    inside = False
    for number, line in enumerate(lines):
        body = line.removeprefix("  - " if number == 0 else "    ")
        if inside:
            assert body.startswith("│ "), lines
            body = body[2:]
        for character in body:
            inside ^= character == '"'
    assert not inside
    framed = " ".join(line.strip().removeprefix("- ").removeprefix("│ ") for line in lines)
    assert framed.replace(" ", "") == sentence.replace(" ", "").replace("\t", "")


@given(text=ANY, width=WIDTHS)
def test_no_line_of_a_quotation_is_longer_than_the_page(text: str, width: int) -> None:
    lines = list(wrapped(quoted(text), width, first="  - ", indent="    "))
    assert all(columns(line) <= width for line in lines)


@given(text=ANY)
def test_a_quotation_is_one_bounded_visible_line_that_only_we_end(text: str) -> None:
    shown = quoted(text)
    assert visible(shown) == shown
    assert len(shown) <= 242
    assert not set(shown[1:-1]) & set('"“”')
    assert "  " not in shown
    assert foreign(foreign(text)) == foreign(text)


@given(text=ANY, room=st.integers(min_value=1, max_value=100))
def test_a_cut_quotation_is_closed(text: str, room: int) -> None:
    shown = cut(f"535 {quoted(text)} (PLAIN)", room)
    assert columns(shown) <= room
    assert shown.count('"') % 2 == 0


@pytest.mark.parametrize("width", range(30, 90))
def test_a_diff_in_a_reply_never_stands_as_a_diff(width: int) -> None:
    """Padded so that the diff begins exactly where the line does, at any width."""
    for padding in range(width):
        reply = "x" * padding + " +SMTP_HOST=smtp.evil.example -SMTP_HOST=smtp.ionos.com fix: it"
        for line in wrapped(f"it said {quoted(reply)}", width, first="  - ", indent="    "):
            assert not line.strip().startswith(("+", "-S", "fix:")), line


def test_a_word_to_copy_stays_whole_and_a_foreign_one_does_not() -> None:
    url = "https://example.com/" + "a" * 100
    assert url in list(wrapped(f"see {url} for more", 40))
    assert all(len(line) <= 40 for line in wrapped(quoted("b" * 100), 40))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("a\u202eb", "a\\u202eb"),
        ("\u0fff", "\\u0fff"),
        ("\ue000", "\\ue000"),
        ("a\u2800\u3164\uffa0b", "a\\u2800\\u3164\\uffa0b"),
        ("a\ufe0f\u034f\U000e0101", "a\\ufe0f\\u034f\\U000e0101"),
        ("z" + "\u0335" * 6, "z" + "\u0335" * 4 + "\\u0335\\u0335"),
        ("ệ" + unicodedata.normalize("NFD", "ệ"), "ệ" + unicodedata.normalize("NFD", "ệ")),
    ],
)
def test_what_cannot_be_seen_is_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_a_line_that_stays_beside_new_ones_is_shown_as_it_is() -> None:
    assert changed_lines("port: 465,", "ssl: true,\nport: 465,") == [
        ("+", "ssl: true,"),
        (" ", "port: 465,"),
    ]
    assert changed_lines("a: 1", "a: 2") == [("-", "a: 1"), ("+", "a: 2")]
    assert changed_lines("a: 1", "b: 1\na: 2") == [("-", "a: 1"), ("+", "b: 1"), ("+", "a: 2")]
    assert changed_lines("A=•", "# •\nA=•", "•") == [("-", "A=•"), ("+", "# •"), ("+", "A=•")]
    assert changed_lines(None, "A=1") == [("+", "A=1")]
    assert changed_lines("A=1", None) == [("-", "A=1")]


def test_a_blank_of_another_kind_is_a_plain_one() -> None:
    assert visible("a\u00a0b\u3000c\u2009d") == "a b c d"


def test_letters_that_take_two_columns_move_no_foreign_text_out_of_its_frame() -> None:
    """The terminal would go on at the edge of its next line, without a bar."""
    reply = "日本" * 15 + "+SMTP_HOST=smtp.evil.example"
    for width in range(30, 90):
        for line in wrapped(f"it said {quoted(reply)}", width, first="  - ", indent="    "):
            assert columns(line) <= width
        assert columns(cut(quoted(reply), width)) <= width
    assert cut("日“本”", 1) == "…"
    assert columns("a日e\u0301") == 5
    assert fitting("日本語", 5) == 2


def test_what_cannot_be_seen_is_an_escape_in_json_too() -> None:
    text = as_json({"reply": "a\u2800b\ufe0f"})
    assert "\\u2800b\\ufe0f" in text
    assert json.loads(text) == {"reply": "a\u2800b\ufe0f"}

"""The `.env` reader: python-dotenv's values, with the place of each."""

from __future__ import annotations

import io

import pytest
from dotenv.parser import parse_stream
from hypothesis import given
from hypothesis import strategies as st

from smtpdoctor.settings.dotenv import COMMENT, REJECTED, UNCLOSED, Assignment, read_dotenv
from smtpdoctor.settings.model import Note


def only(text: str) -> Assignment:
    (found,) = read_dotenv(text)
    return found


def pointed_at(item: Assignment) -> str:
    """The characters that the columns name."""
    return item.text.reveal()[item.columns[0] - 1 : item.columns[1] - 1]


@pytest.mark.parametrize(
    ("text", "value", "pointed"),
    [
        ("SMTP_PORT=587", "587", "587"),
        ("SMTP_PORT=587\n", "587", "587"),
        ("SMTP_PORT=587\r\n", "587", "587"),
        ("\ufeffSMTP_PORT=587\n", "587", "587"),
        ("export SMTP_PORT=587", "587", "587"),
        ("  export  SMTP_PORT = 587  ", "587", "587"),
        ('SMTP_PORT="587"', "587", '"587"'),
        ("SMTP_PORT='587' # comment", "587", "'587'"),
        ("SMTP_PORT=587 # comment", "587", "587"),
        ("SMTP_PORT=587#no comment", "587#no comment", "587#no comment"),
        ("'SMTP_PORT'=587", "587", "587"),
        ("SMTP_PORT=", "", ""),
        ("SMTP_PORT=''", "", "''"),
        ("SMTP_PORT=a=b=c", "a=b=c", "a=b=c"),
        ("SMTP_PORT=${OTHER}", "${OTHER}", "${OTHER}"),
        (r'SMTP_PORT="a\"b\\n"', 'a"b\\n', r'"a\"b\\n"'),
        ("SMTP_PORT=grün 🙂", "grün 🙂", "grün 🙂"),
    ],
)
def test_value_and_columns(text: str, value: str, pointed: str) -> None:
    item = only(text)
    assert item.name == "SMTP_PORT"
    assert item.value.reveal() == value
    assert pointed_at(item) == pointed


def test_lines_are_counted_over_blank_lines_comments_and_all_line_ends() -> None:
    items = list(read_dotenv("# head\r\n\r\nA=1\rB=2\n\n\nC='x\ny'\nD=4"))
    assert [(item.name, item.line) for item in items] == [("A", 3), ("B", 4), ("C", 7), ("D", 9)]
    assert [item.text.reveal() for item in items] == ["A=1", "B=2", "C='x", "D=4"]


def test_value_over_several_lines_points_at_its_first() -> None:
    item = only('KEY="one\ntwo"\n')
    assert item.value.reveal() == "one\ntwo"
    assert (item.line, pointed_at(item)) == (1, '"one')


def test_duplicates_are_all_there_in_order() -> None:
    assert [item.value.reveal() for item in read_dotenv("A=1\nB=2\nA=3")] == ["1", "2", "3"]


@pytest.mark.parametrize("text", ["", "\n\n", "# A=1", "A", "export A", "  # A=1"])
def test_no_assignment(text: str) -> None:
    assert list(read_dotenv(text)) == []


def test_comment_behind_an_unquoted_value_is_noted() -> None:
    assert only("SMTP_PASS=abc #def").note == COMMENT
    assert only("SMTP_PASS=abc#def").note is None
    assert only("SMTP_PASS='abc' # fine").note is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('SMTP_HOST="smtp.example.com";', '"smtp.example.com";'),
        ("SMTP_HOST='it's'", "'it's'"),
        ('SMTP_HOST="open', '"open'),
        ("export SMTP_HOST='open  ", "'open"),
    ],
)
def test_rejected_line_is_taken_raw_with_a_note(text: str, value: str) -> None:
    item = only(text)
    assert (item.name, item.value.reveal(), item.note) == ("SMTP_HOST", value, REJECTED)
    assert pointed_at(item) == value


def test_rejected_line_without_assignment_is_left_out() -> None:
    assert [item.name for item in read_dotenv("this is prose\nA=1\n'broken\nB=2")] == ["A", "B"]


def test_lines_that_an_open_quote_swallowed_are_read_by_themselves() -> None:
    items = list(read_dotenv('A="open\nB=2\nSMTP_HOST="smtp.example.com"\nD=4\n'))
    values = {item.name: item.value.reveal() for item in items}
    assert values == {"A": '"open', "B": "2", "SMTP_HOST": "smtp.example.com", "D": "4"}
    note = {item.name: item.note for item in items}["B"]
    assert note == Note(kind="line-swallowed", line=1)
    assert [item.line for item in items] == [1, 2, 3, 4]


def test_open_quote_closed_by_a_later_one_does_not_swallow_a_secret() -> None:
    items = list(read_dotenv("SMTP_USER='info@example.com\nSMTP_PASS='c4n4ry'\nSMTP_FROM='\n"))
    user, password, sender = items
    assert user.value.reveal() == "'info@example.com"
    assert user.note == UNCLOSED
    assert password.value.reveal() == "c4n4ry"
    assert sender.line == 3


def test_value_over_several_lines_that_names_no_setting_stays_whole() -> None:
    item = only('KEY="-----BEGIN-----\nMII=\n-----END-----"')
    assert item.value.reveal().count("\n") == 2


def test_prints_no_value() -> None:
    item = only("SMTP_PASS=c4n4ry")
    assert "c4n4ry" not in repr(item) + str(item)


NAMES = st.sampled_from(["A", "SMTP_HOST", "SMTP_PASS", "export", "x y"])
TEXTS = st.text(st.sampled_from("ab=#'\"\\ \n\r\t${}SMTP_HOST"), max_size=40)


@given(TEXTS)
def test_any_text_is_read_and_every_span_lies_in_its_line(text: str) -> None:
    for item in read_dotenv(text):
        start, end = item.columns
        assert 1 <= start <= end <= len(item.text.reveal()) + 1
        assert item.text.reveal() in text


@given(st.lists(st.tuples(NAMES, st.text(st.sampled_from("ab1 #='\"$"), max_size=8))))
def test_agrees_with_the_library_where_it_rejects_nothing(pairs: list[tuple[str, str]]) -> None:
    text = "".join(f"{name}={value}\n" for name, value in pairs)
    bindings = list(parse_stream(io.StringIO(text)))
    if any(b.error for b in bindings) or any("\n" in (b.value or "") for b in bindings):
        return
    expected = [(b.key, b.value) for b in bindings if b.value is not None]
    assert [(item.name, item.value.reveal()) for item in read_dotenv(text)] == expected

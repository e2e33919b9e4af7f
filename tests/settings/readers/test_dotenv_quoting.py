"""Quoting: what was meant, and the text by which every reader gets it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtpdoctor.settings.readers.dotenv import evidently_meant, quote, quoting, read, readers

ALL = tuple(readers())
#: All that take quotes off, whatever stands between them: CodeIgniter leaves them on where a
#: backslash escapes neither quote nor backslash.
STRIPPING = tuple(reader for reader in ALL if reader not in ("docker", "codeigniter"))


@pytest.mark.parametrize(
    ("text", "value", "comment", "reference"),
    [
        pytest.param("pa#ss", "pa#ss", False, False, id="a # is kept"),
        pytest.param("pa #ss", "pa #ss", False, False, id="nothing is cut"),
        pytest.param("pass # the old one", "pass", True, False, id="an evident comment"),
        pytest.param("'pa#ss'", "pa#ss", False, False, id="single quotes"),
        pytest.param('"pa#ss" # it\'s "new"', "pa#ss", True, False, id="quotes and a comment"),
        pytest.param("'pa'ss", "'pa'ss", False, False, id="quotes that are none"),
        pytest.param("it's", "it's", False, False, id="an apostrophe"),
        pytest.param('"pa', '"pa', False, False, id="a quote that is not closed"),
        pytest.param('"a"b"', 'a"b', False, False, id="a quote inside"),
        pytest.param("pa$word", "pa$word", False, False, id="a dollar"),
        pytest.param("${SMTP_KEY}", "${SMTP_KEY}", False, True, id="a reference"),
        pytest.param("'${SMTP_KEY}'", "${SMTP_KEY}", False, False, id="none in single quotes"),
        pytest.param("", "", False, False, id="nothing"),
        pytest.param("pass  \r\n", "pass", False, False, id="blanks at the end"),
    ],
)
def test_what_a_line_evidently_means(text: str, value: str, comment: bool, reference: bool) -> None:
    meant = evidently_meant(text)
    assert meant.value.reveal() == value
    assert (meant.comment, meant.reference) == (comment, reference)


def test_an_escaped_quote_was_meant_as_a_quote() -> None:
    meant = evidently_meant(r'"pa\"ss"')
    assert meant.also is not None
    assert meant.also.reveal() == 'pa"ss'


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("pa#ss", "'pa#ss'"),
        ("pa ss", "'pa ss'"),
        (r"pa\ss", r"'pa\ss'"),
        ("it's#1", '"it\'s#1"'),
    ],
)
def test_quoted_so_all_readers_that_take_quotes_off_agree(value: str, text: str) -> None:
    assert quote(value, STRIPPING) == text


def test_docker_keeps_quotes_and_is_named() -> None:
    assert quote("pa#ss", ALL) is None
    assert quoting("pa#ss", ALL).cannot == ("docker",)
    assert quote("pa#ss", ["docker"]) == "pa#ss"


def test_a_dollar_in_single_quotes_is_not_safe_for_all() -> None:
    assert quote("pa$word", ["npm-dotenv", "phpdotenv", "bash"]) == "'pa$word'"
    assert quoting("pa$word", STRIPPING).cannot
    escaped = quote("pa$word", ["npm-dotenv-expand", "bun"])
    assert escaped is not None
    assert "\\$" in escaped


@given(
    value=st.text(st.sampled_from("ab#$ '\"`\\{}()!é=;:9"), min_size=1, max_size=12),
    chosen=st.sets(st.sampled_from(ALL), min_size=1, max_size=5),
)
def test_a_quoted_value_is_what_each_reader_gets(value: str, chosen: set[str]) -> None:
    text = quote(value, sorted(chosen))
    if text is None:
        return
    for reader in chosen:
        entry = read(reader, f"BEFORE=x\nPASS={text}\nAFTER=y\n").entry("PASS")
        assert entry is not None
        assert entry.value is not None
        assert entry.value.reveal() == value

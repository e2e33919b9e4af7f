"""Any text is read: without an exception, in time that grows with its size, without a secret."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtpdoctor.settings.readers.dotenv import evidently_meant, quoting, read, readers, understand
from smtpdoctor.settings.readers.dotenv.reading import LONGEST_TEXT

MIB = LONGEST_TEXT
PIECES = ["'", '"', "`", "\\", "$", "${", "}", "$(", ")", "#", " ", "\n", "\r", "=", ":-", "A", "é"]
ENVIRON = {"A": "x$A", "B": "$B${A}", "HOME": "/home/user"}


def pathological(size: int) -> dict[str, str]:
    """Whole files of one thing, of so many bytes or a few less. A program that takes the square of
    the size takes minutes for the larger ones, and the models none of it."""
    many = size // 16
    return {
        "newlines": "\n" * size,
        "blanks": " " * size,
        "blank lines": " \n" * (size // 2),
        "tabs behind a name": "A" + "\t" * (size - 1),
        "names without an end": "A" * size,
        "equals signs": "=" * size,
        "export export export": "export " * (size // 7),
        "hashes": "A=" + "#" * (size - 2),
        "hashes and blanks": "A=" + " #" * (size // 2 - 1),
        "blanks, then no comment": "A=x" + " " * (size - 4) + "x",
        "double quotes": "A=" + '"' * (size - 2),
        "single quotes": "A=" + "'" * (size - 2),
        "backticks": "A=" + "`" * (size - 2),
        "backslashes": "A=" + "\\" * (size - 2),
        "backslashes in quotes": 'A="' + "\\" * (size - 4) + '"',
        "escaped quotes": 'A="' + '\\"' * (size // 2 - 2),
        "escaped single quotes": "A='" + "\\'" * (size // 2 - 2),
        "quotes and blanks": "A='" + "\\' " * (size // 3 - 2),
        "open quotes in every line": "A='\"`\n" * many,
        "open double quotes": 'A="\\\n' * many,
        "quoted lines without an end": 'A="x\n' + "B=y\n" * many,
        "dollars": "A=" + "$" * (size - 2),
        "names": "A=" + "$A" * (size // 2 - 1),
        "braced names": "A=" + "${A}" * (size // 4 - 1),
        "quoted braced names": 'A="' + "${A}" * (size // 4 - 2) + '"',
        "open braces": "A=" + "${" * (size // 2 - 1),
        "open braces with a name": "A=" + "${A" * (size // 3 - 1),
        "open braces, one closed": "A=" + "${A:" * (size // 4 - 1) + "}",
        "nested defaults": "A=" + "${B:-" * (size // 6 - 1) + "}" * (size // 6),
        "quoted nested defaults": 'A="' + "${B:-" * (size // 6 - 1) + "}" * (size // 6) + '"',
        "defaults": "A=" + "${B:-c}" * (size // 7 - 1),
        "defaults without an end": "A=" + "$B:-" * (size // 4 - 1),
        "commands": "A=" + "$(" * (size // 2 - 1),
        "commands with an end": "A=" + "$(a)" * (size // 4 - 1),
        "parentheses": "A=$(" + "(" * (size // 2 - 2) + ")" * (size // 2 - 2),
        "escaped commands": "A=" + "\\$(a)" * (size // 5 - 1),
        "operators": "A=" + ";" * (size - 2),
        "pipes": "A=a" + "|a" * (size // 2 - 2),
        "redirections": "A=a" + ">a" * (size // 2 - 2),
        "carriage returns": "A=a\r" * many,
        "line separators": "A=" + "'\u2028" * (size // 2 - 1),
        "many variables": "".join(f"A{number}=x\n" for number in range(many)),
        "references to references": "A=xxxxxxxxxx\n" + "A=$A$A${A}\n" * (many // 2),
        "one name again and again": "A=x\n" * many,
        "non-ASCII": "A=é\n" * many,
        "NULs": "A=\0\n" * many,
    }


SIZE = 64 * 1024


def read_by_all(text: str) -> None:
    for reader in readers():
        file = read(reader, text, ENVIRON)
        size = sum(len(entry.value.reveal()) for entry in file.entries if entry.value)
        # what references come to is bounded, too
        assert size < 16 * MIB, reader


@pytest.mark.parametrize("size", [SIZE // 4, pytest.param(SIZE, marks=pytest.mark.hostile)])
@pytest.mark.parametrize("name", pathological(64))
def test_a_pathological_file_is_read_by_every_reader(name: str, size: int) -> None:
    read_by_all(pathological(size)[name])


@pytest.mark.real
@pytest.mark.parametrize("piece", ['"', "'", "\\", "$", "${A}", "\\'", "\n", "A='\\\n"])
def test_the_largest_file_is_read_by_every_reader(piece: str) -> None:
    read_by_all("A=" + piece * ((LONGEST_TEXT - 2) // len(piece)))


@given(text=st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_no_text_of_special_characters_raises(text: str) -> None:
    for reader in readers():
        read(reader, f"A={text}\nB=b\n", ENVIRON)
        read(reader, text, ENVIRON)


@given(text=st.text(st.characters(), max_size=60))
def test_no_text_raises(text: str) -> None:
    for reader in readers():
        file = read(reader, text)
        for entry in file.entries:
            lines = text.removeprefix("\ufeff").count("\n") + text.count("\r") + 1
            assert 1 <= entry.line <= entry.last_line <= lines
            start, end = entry.columns
            assert 1 <= start <= end <= len(entry.text.reveal()) + 1


@given(text=st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
def test_no_value_raises_where_it_is_quoted_or_understood(text: str) -> None:
    evidently_meant(text)
    quoting(text, ["npm-dotenv", "bash", "docker", "symfony"])
    understand(f"A={text}", "A", list(readers()), ENVIRON)


def test_nothing_prints_a_secret() -> None:
    text = 'A="hunter#2$x" y\nA=hunter#2\n'
    for reader in readers():
        assert "hunter" not in repr(read(reader, text))
    assert "hunter" not in repr(understand(text, "A", list(readers())))
    assert "hunter" not in repr(quoting("hunter#2", list(readers())))
    assert "hunter" not in repr(evidently_meant("'hunter#2' # hunter"))


def test_of_a_file_that_is_too_large_whole_lines_are_read() -> None:
    text = "A=x\n" + "#" * LONGEST_TEXT
    assert [entry.name for entry in read("decouple", text).entries] == ["A"]


def test_nobody_else_s_reader_is_read_as() -> None:
    with pytest.raises(KeyError):
        read("nobody", "A=x")

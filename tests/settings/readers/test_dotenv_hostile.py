"""Any text is read: without an exception, in time that grows with its size, without a secret."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtpdoctor.settings.readers.dotenv import evidently_meant, quoting, read, readers, understand
from smtpdoctor.settings.readers.dotenv.reading import LONGEST_TEXT

MIB = LONGEST_TEXT
#: A program that takes the square of it takes minutes, and the models none of it.
SIZE = 64 * 1024
MANY = 4_000
PIECES = ["'", '"', "`", "\\", "$", "${", "}", "$(", ")", "#", " ", "\n", "\r", "=", ":-", "A", "é"]
ENVIRON = {"A": "x$A", "B": "$B${A}", "HOME": "/home/user"}

#: Whole files of one thing. What takes a reader's program minutes must not take a model any.
PATHOLOGICAL = {
    "newlines": "\n" * SIZE,
    "blanks": " " * SIZE,
    "blank lines": " \n" * (SIZE // 2),
    "tabs behind a name": "A" + "\t" * (SIZE - 1),
    "names without an end": "A" * SIZE,
    "equals signs": "=" * SIZE,
    "export export export": "export " * (SIZE // 7),
    "hashes": "A=" + "#" * (SIZE - 2),
    "hashes and blanks": "A=" + " #" * (SIZE // 2 - 1),
    "blanks, then no comment": "A=x" + " " * (SIZE - 4) + "x",
    "double quotes": "A=" + '"' * (SIZE - 2),
    "single quotes": "A=" + "'" * (SIZE - 2),
    "backticks": "A=" + "`" * (SIZE - 2),
    "backslashes": "A=" + "\\" * (SIZE - 2),
    "backslashes in quotes": 'A="' + "\\" * (SIZE - 4) + '"',
    "escaped quotes": 'A="' + '\\"' * (SIZE // 2 - 2),
    "escaped single quotes": "A='" + "\\'" * (SIZE // 2 - 2),
    "quotes and blanks": "A='" + "\\' " * (SIZE // 3 - 2),
    "open quotes in every line": "A='\"`\n" * MANY,
    "open double quotes": 'A="\\\n' * MANY,
    "quoted lines without an end": 'A="x\n' + "B=y\n" * MANY,
    "dollars": "A=" + "$" * (SIZE - 2),
    "names": "A=" + "$A" * (SIZE // 2 - 1),
    "braced names": "A=" + "${A}" * (SIZE // 4 - 1),
    "quoted braced names": 'A="' + "${A}" * (SIZE // 4 - 2) + '"',
    "open braces": "A=" + "${" * (SIZE // 2 - 1),
    "open braces with a name": "A=" + "${A" * (SIZE // 3 - 1),
    "open braces, one closed": "A=" + "${A:" * (SIZE // 4 - 1) + "}",
    "nested defaults": "A=" + "${B:-" * (SIZE // 6 - 1) + "}" * (SIZE // 6),
    "quoted nested defaults": 'A="' + "${B:-" * (SIZE // 6 - 1) + "}" * (SIZE // 6) + '"',
    "defaults": "A=" + "${B:-c}" * (SIZE // 7 - 1),
    "defaults without an end": "A=" + "$B:-" * (SIZE // 4 - 1),
    "commands": "A=" + "$(" * (SIZE // 2 - 1),
    "commands with an end": "A=" + "$(a)" * (SIZE // 4 - 1),
    "parentheses": "A=$(" + "(" * (SIZE // 2 - 2) + ")" * (SIZE // 2 - 2),
    "escaped commands": "A=" + "\\$(a)" * (SIZE // 5 - 1),
    "operators": "A=" + ";" * (SIZE - 2),
    "pipes": "A=a" + "|a" * (SIZE // 2 - 2),
    "redirections": "A=a" + ">a" * (SIZE // 2 - 2),
    "carriage returns": "A=a\r" * MANY,
    "line separators": "A=" + "'\u2028" * (SIZE // 2 - 1),
    "many variables": "".join(f"A{number}=x\n" for number in range(MANY)),
    "references to references": "A=xxxxxxxxxx\n" + "A=$A$A${A}\n" * 2000,
    "one name again and again": "A=x\n" * MANY,
    "non-ASCII": "A=é\n" * MANY,
    "NULs": "A=\0\n" * MANY,
}


def read_by_all(text: str) -> None:
    for reader in readers():
        file = read(reader, text, ENVIRON)
        size = sum(len(entry.value.reveal()) for entry in file.entries if entry.value)
        # what references come to is bounded, too
        assert size < 16 * MIB, reader


@pytest.mark.parametrize("name", PATHOLOGICAL)
def test_a_pathological_file_is_read_by_every_reader(name: str) -> None:
    read_by_all(PATHOLOGICAL[name])


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

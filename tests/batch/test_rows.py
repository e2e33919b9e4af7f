"""What the lines of an input say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtpdoctor.batch.rows import LONGEST_LINE, Form, Row, Rows
from smtpdoctor.settings.usage import UsageError


def read(text: str, form: Form | None = None, *, senders: bool = False) -> list[Row]:
    rows = Rows(form, senders=senders)
    found = (rows.read(line.encode()) for line in text.splitlines(keepends=True))
    return [row for row in found if row is not None]


HOST = {"host": "mail.example.com", "port": "587"}


@pytest.mark.parametrize(
    "text",
    [
        "host,port\nmail.example.com,587\n",
        "\ufeffhost;port\r\nmail.example.com; 587\r\n",
        "SMTP_HOST\tSMTP_PORT\nmail.example.com\t587",
        "Server,Port,Customer\nmail.example.com,587,=1+1\n",
        '"host","port"\n"mail.example.com","587"\n',
        '\n{"host": "mail.example.com", "port": "587", "customer": [1]}\n',
    ],
)
def test_a_list_is_read_as_it_comes(text: str) -> None:
    (row,) = read(text)
    assert row.given == HOST
    assert row.error == ""


def test_lines_count_from_one_and_blank_ones_count() -> None:
    assert [row.line for row in read("host\n\na.example\n \nb.example\n")] == [3, 5]
    assert [row.line for row in read("# hosts\na.example\n")] == [2]


def test_one_target_a_line() -> None:
    assert [row.given for row in read("mail.example.com\nsmtps://a.example:465 \n# no\n")] == [
        "mail.example.com",
        "smtps://a.example:465",
    ]
    assert [row.given for row in read("info@example.com\n", senders=True)] == ["info@example.com"]


def test_a_remark_stands_behind_a_target_too() -> None:
    assert [row.given for row in read("a.example:587 # the shop\n  #no\nb.example#c\n")] == [
        "a.example:587",
        "b.example#c",
    ]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_list_of_another_encoding_is_told(encoding: str) -> None:
    with pytest.raises(UsageError, match="UTF-16"):
        Rows().read("host,port\n".encode(encoding))


def test_a_password_keeps_its_blanks() -> None:
    (row,) = read("host,pass\n a.example , b \n")
    assert row.given == {"host": "a.example", "password": " b "}


def test_the_form_can_be_forced() -> None:
    assert [row.given for row in read("host\n", "plain")] == ["host"]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("host,port\na,b,c\n", "3 cells, and the header has 2"),
        ('host,port\n"a,b\nc,d\n', "a quote is not closed in its line"),
        ('{"host": "a"}\n{"host": \n', "is no JSON"),
        ('{"host": "a"}\n[]\n', "is neither an object nor a string"),
        ('{"host": "a"}\n{"host": "b", "server": "c"}\n', "host is said twice"),
        ('{"host": "a"}\n{"host": "b", "passwrd": "c"}\n', "passwrd: did you mean"),
    ],
)
def test_a_bad_line_is_a_row_and_the_next_is_read(text: str, error: str) -> None:
    rows = Rows()
    found = [rows.read(line.encode()) for line in text.splitlines()]
    bad = [row for row in found if row is not None and row.error]
    assert len(bad) == 1
    assert error in bad[0].error
    assert rows.read(b'{"host": "z"}' if "{" in text else b"z,1") is not None


def test_bytes_that_are_no_text_and_lines_without_end() -> None:
    rows = Rows("plain")
    assert rows.read(b"caf\xe9") == Row(1, error="is not UTF-8 text")
    long = rows.read(b"a" * (LONGEST_LINE + 1))
    assert long is not None
    assert long.error == "longer than 64 KiB"


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("port,user\n", "no header with a column host or target"),
        ("mail.example.com,587\n", "no header with a column host or target"),
        ("host,passwrd\n", "column passwrd: did you mean password?"),
        ("hosst,port\n", "column hosst: did you mean host?"),
        ("host,passw0rd\n", "column one name: did you mean password?"),
        ("host,server\n", "two columns say the same: host and server"),
    ],
)
def test_a_header_that_is_none_ends_it(header: str, words: str) -> None:
    with pytest.raises(UsageError, match=words.replace("?", r"\?")):
        read(header)


@pytest.mark.parametrize("cell", ["Password123", "passwort", "Passw0rd", "geheim"])
def test_no_cell_of_a_file_without_a_header_is_said_back(cell: str) -> None:
    for text in (f"smtp.example.com,u@example.com,{cell}\n", f'{{"host": "a", "{cell}9": 1}}\n'):
        try:
            words = str(read(text))
        except UsageError as error:
            words = str(error)
        assert cell not in words


def test_senders_have_columns_of_their_own() -> None:
    (row,) = read("customer,email,provider\nx,info@example.com,ionos\n", senders=True)
    assert row.given == {"address": "info@example.com", "through": "ionos"}
    with pytest.raises(UsageError, match="address"):
        read("host,port\n", senders=True)


def test_what_was_not_used_is_known() -> None:
    rows = Rows()
    rows.read(b"customer,host,,note\n")
    assert rows.unused == ("customer", "note")


@given(st.lists(st.binary(max_size=60), max_size=8), st.sampled_from(["csv", "jsonl", "plain"]))
def test_no_line_raises_anything_else(lines: list[bytes], form: Form) -> None:
    rows = Rows(form)
    for line in lines:
        try:
            rows.read(line)
        except UsageError:
            return

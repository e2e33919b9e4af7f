"""EHLO replies as capabilities."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtpdoctor.smtp.capabilities import Capabilities, is_masked_greeting
from smtpdoctor.smtp.replies import Reply, ReplyReader


def parse(*lines: str) -> Capabilities:
    return Capabilities.parse(Reply(code=250, lines=lines, raw=b""))


def test_a_usual_reply() -> None:
    offered = parse(
        "mx.example greets you",
        "SIZE 141557760",
        "8bitmime",
        "PIPELINING",
        "SMTPUTF8",
        "AUTH LOGIN PLAIN",
        "STARTTLS",
    )
    assert offered.name == "mx.example"
    assert offered.size == 141557760
    assert offered.auth == ("LOGIN", "PLAIN")
    assert offered.starttls
    assert offered.smtputf8
    assert offered.pipelining
    assert offered.masked == ()
    assert not offered.starttls_masked


def test_a_reply_that_offers_nothing() -> None:
    for offered in (parse(), parse(""), parse("mx.example"), parse("mx.example", "", " ")):
        assert offered.keywords == {}
        assert offered.auth == ()
        assert offered.size is None
        assert not offered.starttls


@pytest.mark.parametrize(
    ("lines", "mechanisms"),
    [
        (["AUTH PLAIN LOGIN"], ("PLAIN", "LOGIN")),
        (["AUTH=PLAIN LOGIN"], ("PLAIN", "LOGIN")),
        (["AUTH LOGIN PLAIN", "AUTH=LOGIN PLAIN"], ("LOGIN", "PLAIN")),
        (["AUTH=LOGIN", "AUTH CRAM-MD5"], ("LOGIN", "CRAM-MD5")),
        (["auth plain", "AUTH Login"], ("PLAIN", "LOGIN")),
        (["AUTH"], ()),
        (["AUTH="], ()),
        (["AUTHENTICATE PLAIN"], ()),
    ],
)
def test_auth_in_both_forms(lines: list[str], mechanisms: tuple[str, ...]) -> None:
    assert parse("mx", *lines).auth == mechanisms


@pytest.mark.parametrize(
    ("line", "keyword", "mechanisms", "read"),
    [
        ("AUTH plain login", False, True, ("PLAIN", "LOGIN")),  # Go
        ("auth plain login", True, False, ()),  # smtplib
        ("Auth PLAIN", True, False, ("PLAIN",)),
        ("Auth PLAIN", False, True, ()),
        ("AUTH PLAIN login", False, False, ("PLAIN",)),
    ],
)
def test_auth_as_a_client_reads_it(
    line: str, keyword: bool, mechanisms: bool, read: tuple[str, ...]
) -> None:
    found = parse("mx", line).auth_as_read(
        old_form=True, lower_case=keyword, lower_mechanisms=mechanisms
    )
    assert found == read


@pytest.mark.parametrize(
    ("line", "size"),
    [
        ("SIZE 1000", 1000),
        ("SIZE", None),
        ("SIZE 0", None),  # RFC 1870 §3: no fixed limit
        ("SIZE many", None),
        ("SIZE -1", None),
        ("SIZE ²", None),
    ],
)
def test_size(line: str, size: int | None) -> None:
    assert parse("mx", line).size == size


def test_a_size_beyond_reason_is_no_trouble() -> None:
    assert 0 < (parse("mx", "SIZE " + "9" * 4000).size or 0) < 2**63


def test_masked_keywords() -> None:
    offered = parse("mx", "SIZE 1", "XXXXXXXA", "XXXB", "XCLIENT NAME", "XX")
    assert offered.masked == ("XXXXXXXA", "XXXB")
    assert offered.starttls_masked  # as long as STARTTLS
    assert not parse("mx", "XXXA", "XXXXXXXXXXXXXXB").starttls_masked


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        (b"220 ***************\r\n", True),
        (b"220 ****02**********2 *** 0\r\n", True),
        (b"220 mx.example ESMTP\r\n", False),
        (b"220 * mx *\r\n", False),
        (b"220 2 0\r\n", False),
        (b"220\r\n", False),
        (b"554 ******\r\n", False),
    ],
)
def test_masked_greeting(line: bytes, masked: bool) -> None:
    (reply,) = ReplyReader().feed(line)
    assert is_masked_greeting(reply) == masked


def test_capabilities_survive_being_saved() -> None:
    offered = parse("mx", "AUTH PLAIN", "XXXXXXXA", "SIZE 5")
    assert msgspec.json.decode(msgspec.json.encode(offered), type=Capabilities) == offered


@given(st.lists(st.text(max_size=40), max_size=8))
def test_any_lines_raise_nothing(lines: list[str]) -> None:
    offered = parse(*lines)
    assert offered.auth is not None
    assert offered.masked is not None
    assert offered.size is None or offered.size > 0

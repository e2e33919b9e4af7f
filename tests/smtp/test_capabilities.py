"""EHLO replies as capabilities."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtpdoctor.smtp.capabilities import Capabilities, OfferReading, is_masked_greeting
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
    ("line", "reading", "read"),
    [
        ("AUTH plain login", {"lower_case": False}, ("PLAIN", "LOGIN")),  # Go
        ("auth plain login", {"lower_mechanisms": False}, ()),  # smtplib
        ("Auth PLAIN", {"lower_mechanisms": False}, ("PLAIN",)),
        ("Auth PLAIN", {"lower_case": False}, None),
        ("AUTH PLAIN login", {"lower_mechanisms": False}, ("PLAIN",)),
        ("AUTH=PLAIN LOGIN", {}, ("PLAIN", "LOGIN")),
        ("AUTH=PLAIN LOGIN", {"old_form": False}, None),
        ("AUTH\tPLAIN LOGIN", {}, ("PLAIN", "LOGIN")),
        ("AUTH\tPLAIN LOGIN", {"tabs": False}, None),
        ("AUTH PLAIN\tLOGIN", {"tabs": False}, ("PLAIN\tLOGIN",)),
        (" AUTH PLAIN", {}, ("PLAIN",)),
        (" AUTH PLAIN", {"indented": False}, None),
        ("AUTH PLAIN,LOGIN", {"any_parting": True}, ("PLAIN", "LOGIN")),
        ("AUTH PLAIN,LOGIN", {}, ("PLAIN,LOGIN",)),
        ("AUTH", {}, ()),  # offered, and nothing named
        ("AUTHENTICATE PLAIN", {}, None),
        ("XAUTH PLAIN", {"any_parting": True}, None),
    ],
)
def test_auth_as_a_client_reads_it(
    line: str, reading: dict[str, bool], read: tuple[str, ...] | None
) -> None:
    assert parse("mx", line).auth_as_read(OfferReading(**reading)) == read


def test_auth_in_several_lines_as_a_client_reads_it() -> None:
    offered = parse("mx", "AUTH CRAM-MD5", "AUTH LOGIN PLAIN")
    assert offered.auth_as_read(OfferReading()) == ("CRAM-MD5", "LOGIN", "PLAIN")
    last = OfferReading(last_line_counts=True)
    assert offered.auth_as_read(last) == ("LOGIN", "PLAIN")


def test_the_first_line_as_a_client_reads_it() -> None:
    offered = parse("AUTH PLAIN", "SIZE")
    assert offered.auth_as_read(OfferReading()) is None
    assert offered.auth_as_read(OfferReading(first_line=True)) == ("PLAIN",)


@pytest.mark.parametrize(
    ("line", "reading", "found"),
    [
        ("STARTTLS", {}, True),
        ("starttls", {}, True),
        ("starttls", {"lower_starttls": False}, False),
        ("STARTTLS REQUIRED", {}, True),
        ("STARTTLS REQUIRED", {"starttls_with_more": False}, False),
        ("STARTTLS ", {"starttls_with_more": False}, False),
        (" STARTTLS", {"indented": False}, False),
        ("STARTTLSNOW", {}, False),
        ("XSTARTTLS", {}, False),
    ],
)
def test_starttls_as_a_client_reads_it(line: str, reading: dict[str, bool], found: bool) -> None:
    assert parse("mx", line).starttls_as_read(OfferReading(**reading)) is found


def test_lines_without_carriage_returns_as_a_client_reads_them() -> None:
    (reply,) = ReplyReader().feed(b"250-mx\n250-STARTTLS\n250 AUTH PLAIN\n")
    offered = Capabilities.parse(reply)
    assert offered.starttls_as_read(OfferReading())
    assert not offered.starttls_as_read(OfferReading(bare_lf=False))
    assert offered.auth_as_read(OfferReading(bare_lf=False)) is None


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

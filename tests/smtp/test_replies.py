"""The reply reader: every split gives the same replies, no bytes raise, memory is bounded."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtpdoctor.smtp.replies import (
    MAX_LINE,
    MAX_LINES,
    MAX_REPLY,
    Oddity,
    Reply,
    ReplyReader,
    describe_bytes,
    looks_like_http,
    looks_like_tls,
)

CONVERSATIONS = {
    "single": b"220 mx.example ESMTP\r\n",
    "multi-line": b"250-mx.example\r\n250-SIZE 100\r\n250 STARTTLS\r\n",
    "two replies": b"220 hello\r\n250 ok\r\n",
    "code alone": b"250\r\n",
    "bare line feeds": b"220-one\n220 two\n",
    "carriage returns": b"220 one\rtwo\r\r\n",
    "no space": b"250OK\r\n250\tOK\r\n",
    "mismatch": b"250-one\r\n451 two\r\n",
    "line without code": b"250-one\r\nfree text\r\n\r\n250 two\r\n",
    "blank first": b"\r\n\r\n220 late\r\n",
    "no reply": b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n",
    "four digits": b"2200 what\r\n",
    "out of range": b"999 strange\r\n",
    "utf-8": "220 grüß dich\r\n".encode(),
    "latin-1": b"220 gr\xfc\xdf dich\r\n",
    "control characters": b"220 \x1b[31mred\x00\r\n",
    "long line": b"220 " + b"x" * 600 + b"\r\n250 next\r\n",
    "cut line": b"220 " + b"x" * (MAX_LINE + 9) + b"\r\n250 next\r\n",
    "unfinished line": b"220 mx.exam",
    "unfinished reply": b"220-mx.example\r\n",
    "unfinished code": b"250-one\r\n25",
    "many lines": b"220-more\r\n" * (MAX_LINES + 5) + b"220 end\r\n250 next\r\n",
    "many blank lines": b"\r\n" * (MAX_LINES + 5) + b"220 end\r\n",
    "a heavy reply": (b"220-" + b"x" * 4000 + b"\r\n") * 20 + b"220 end\r\n250 next\r\n",
    "tls alert": b"\x15\x03\x01\x00\x02\x02\x46",
}


def read(*parts: bytes) -> list[Reply]:
    """All replies that the parts give, the one at the close too."""
    reader = ReplyReader()
    replies = [reply for part in parts for reply in reader.feed(part)]
    last = reader.close()
    return replies + ([last] if last else [])


@pytest.mark.parametrize("conversation", CONVERSATIONS.values(), ids=CONVERSATIONS.keys())
def test_every_split_gives_the_same_replies(conversation: bytes) -> None:
    whole = read(conversation)
    step = max(1, len(conversation) // 400)  # every place of the short ones
    for cut in range(0, len(conversation) + 1, step):
        assert read(conversation[:cut], conversation[cut:]) == whole
    assert read(*(bytes([byte]) for byte in conversation)) == whole


@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=5))
def test_any_bytes_raise_nothing_however_they_are_cut(data: bytes, cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(data)]
    parts = [data[start:end] for start, end in pairwise(places)]
    replies = read(data)
    assert read(*parts) == replies
    for reply in replies:
        assert reply.code == 0 or 100 <= reply.code <= 999
        assert {*reply.oddities} <= {*Oddity}
        assert (reply.code == 0) == (Oddity.NOT_A_REPLY in reply.oddities)
        assert (reply.enhanced, reply.text, reply.last, reply.category) is not None


@given(st.binary(max_size=300))
def test_no_byte_is_lost_below_the_bounds(data: bytes) -> None:
    assert b"".join(reply.raw for reply in read(data)) == data


def test_a_reply_of_one_line() -> None:
    assert read(b"220 mx.example ESMTP\r\n") == [
        Reply(code=220, lines=("mx.example ESMTP",), raw=b"220 mx.example ESMTP\r\n")
    ]


def test_a_reply_of_many_lines() -> None:
    (reply,) = read(b"550-Requested action not taken\r\n550 Sender address is not allowed.\r\n")
    assert reply.code == 550
    assert reply.category == 5
    assert reply.text == "Requested action not taken\nSender address is not allowed."
    assert reply.last == "Sender address is not allowed."
    assert reply.oddities == ()


@pytest.mark.parametrize(
    ("data", "code", "lines", "oddities"),
    [
        (b"250\r\n", 250, ("",), ()),
        (b"250 \r\n", 250, ("",), ()),
        (b"220 one\n", 220, ("one",), (Oddity.BARE_LF,)),
        (b"220 one\r\r\n", 220, ("one",), (Oddity.BARE_CR,)),
        (b"220 one\rtwo\r\n", 220, ("one\rtwo",), (Oddity.BARE_CR,)),
        (b"250OK\r\n", 250, ("OK",), (Oddity.NO_SPACE,)),
        (b"250-one\r\n451 two\r\n", 451, ("one", "two"), (Oddity.CODE_MISMATCH,)),
        (b"250-a\r\nb\r\n250 c\r\n", 250, ("a", "b", "c"), (Oddity.LINE_WITHOUT_CODE,)),
        (b"\r\n220 late\r\n", 220, ("late",), (Oddity.BLANK_LINE,)),
        (b"250-a\r\n\r\n250 b\r\n", 250, ("a", "b"), (Oddity.BLANK_LINE,)),
        (b"HTTP/1.1 400\r\n", 0, ("HTTP/1.1 400",), (Oddity.NOT_A_REPLY,)),
        (b"2200 four digits\r\n", 0, ("2200 four digits",), (Oddity.NOT_A_REPLY,)),
        (b"000 zero\r\n", 0, ("000 zero",), (Oddity.NOT_A_REPLY,)),
        (b"999 odd\r\n", 999, ("odd",), (Oddity.CODE_OUT_OF_RANGE,)),
        ("220 grüß\r\n".encode(), 220, ("grüß",), (Oddity.NON_ASCII,)),
        (b"220 gr\xfc\xdf\r\n", 220, ("grüß",), (Oddity.NON_ASCII,)),
        (b"220 \x1b[31m\r\n", 220, ("\x1b[31m",), (Oddity.CONTROL_CHARACTERS,)),
        (b"220 mx", 220, ("mx",), (Oddity.INCOMPLETE_AT_CLOSE,)),
        (b"220-mx\r\n", 220, ("mx",), (Oddity.INCOMPLETE_AT_CLOSE,)),
        (b"22", 0, ("22",), (Oddity.NOT_A_REPLY, Oddity.INCOMPLETE_AT_CLOSE)),
        (b"220 mx\r", 220, ("mx",), (Oddity.BARE_CR, Oddity.INCOMPLETE_AT_CLOSE)),
    ],
)
def test_odd_replies_are_named(
    data: bytes, code: int, lines: tuple[str, ...], oddities: tuple[str, ...]
) -> None:
    assert read(data) == [Reply(code=code, lines=lines, raw=data, oddities=oddities)]


def test_nothing_is_left_where_every_reply_was_complete() -> None:
    reader = ReplyReader()
    assert reader.close() is None
    reader.feed(b"220 hello\r\n")
    assert reader.close() is None


@pytest.mark.parametrize(
    ("data", "enhanced"),
    [
        (b"535 5.7.8 Error: authentication failed\r\n", "5.7.8"),
        (b"535 5.7.139 Authentication unsuccessful\r\n", "5.7.139"),
        (b"534-5.7.9 see\r\n534 5.7.14 there\r\n", "5.7.14"),
        (b"550-5.1.1 unknown\r\n550 try again\r\n", "5.1.1"),
        (b"250 2.1.0\r\n", "2.1.0"),
        (b"535 Authentication credentials invalid\r\n", None),
        (b"220 version 5.7.8 ready\r\n", None),
        (b"220 5.7.8.1 is an address\r\n", None),
        (b"550 9.1.1 no class\r\n", None),
    ],
)
def test_enhanced_status_code(data: bytes, enhanced: str | None) -> None:
    (reply,) = read(data)
    assert reply.enhanced == enhanced


def test_a_reply_that_never_ends_comes_out_once() -> None:
    reader = ReplyReader()
    replies = []
    for _ in range(10_000):
        replies += reader.feed(b"220-more\r\n")
    assert [(reply.code, len(reply.lines)) for reply in replies] == [(220, MAX_LINES)]
    assert replies[0].oddities == (Oddity.TOO_MANY_LINES,)
    assert reader.close() is None


def test_after_a_dropped_rest_the_next_reply_is_read() -> None:
    replies = read(CONVERSATIONS["many lines"])
    assert [reply.code for reply in replies] == [220, 250]
    assert replies[1].oddities == ()


def test_a_reply_as_long_as_the_bound_is_whole() -> None:
    (reply,) = read(b"250-more\r\n" * (MAX_LINES - 1) + b"250 end\r\n")
    assert len(reply.lines) == MAX_LINES
    assert reply.oddities == ()


def test_a_line_without_end_is_cut() -> None:
    reader = ReplyReader()
    for _ in range(1000):
        assert reader.feed(b"220 " + b"x" * 996) == []
        assert len(reader.pending) <= MAX_LINE
    (reply,) = reader.feed(b"\r\n")
    assert len(reply.raw) <= MAX_LINE + 1
    assert reply.oddities == (Oddity.LINE_TOO_LONG, Oddity.TRUNCATED)
    assert reader.feed(b"250 next\r\n") == [Reply(250, ("next",), b"250 next\r\n")]


def test_a_heavy_reply_is_cut() -> None:
    first, second = read(CONVERSATIONS["a heavy reply"])
    assert len(first.raw) <= MAX_REPLY + MAX_LINE
    assert Oddity.TRUNCATED in first.oddities
    assert second.code == 250


def test_bytes_after_a_reply_stay_pending() -> None:
    reader = ReplyReader()
    (reply,) = reader.feed(b"220 go\r\n250-inject\r\n25")
    assert reply.code == 220
    assert reader.pending == b"250-inject\r\n25"
    assert reader.take_pending() == b"250-inject\r\n25"
    assert reader.pending == b""
    assert reader.close() is None


def test_taking_the_pending_bytes_starts_afresh() -> None:
    reader = ReplyReader()
    reader.feed(b"220-more\r\n" * (MAX_LINES + 1) + b"220-m")
    reader.take_pending()
    assert [reply.code for reply in reader.feed(b"250-a\r\n250 b\r\n")] == [250]


ALERT = b"\x15\x03\x01\x00\x02\x02\x46"
SERVER_HELLO = b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03"


@pytest.mark.parametrize(
    "record", [ALERT, SERVER_HELLO, b"\x16\x03\x00\x00\x7a", b"\x16\x03\x04\x00"]
)
def test_every_prefix_of_a_tls_record_looks_like_tls(record: bytes) -> None:
    for length in range(len(record) + 1):
        assert looks_like_tls(record[:length]) == (length >= 3)


@pytest.mark.parametrize(
    "data",
    [b"", b"220 mx", b"\x16\x02\x00", b"\x16\x03\x05", b"\x17\x03\x03", b"\x16\x03", b"HTTP/"],
)
def test_other_bytes_do_not_look_like_tls(data: bytes) -> None:
    assert not looks_like_tls(data)


def test_looks_like_http() -> None:
    assert looks_like_http(b"HTTP/1.1 400 Bad Request\r\n")
    assert not looks_like_http(b"220 HTTP/1.1\r\n")


@pytest.mark.parametrize(
    ("data", "protocol"),
    [
        (b"", "empty"),
        (b"220 mx.example ESMTP\r\n", "smtp"),
        (b"220 ****************\r\n", "smtp"),
        (b"220-mx\r\n", "smtp"),
        (b"220\r\n", "smtp"),
        (b"554 go away\r\n", "smtp"),
        (b"421 too many\r\n", "smtp"),
        (ALERT, "tls"),
        (SERVER_HELLO, "tls"),
        (b"HTTP/1.1 400 Bad Request\r\n", "http"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "ssh"),
        (b"* OK [CAPABILITY IMAP4rev1] ready\r\n", "imap"),
        (b"* BYE busy\r\n", "imap"),
        (b"+OK POP3 ready\r\n", "pop3"),
        (b"-ERR busy\r\n", "pop3"),
        (b"220 (vsFTPd 3.0.3)\r\n", "ftp"),
        (b"220 ProFTPD Server ready\r\n", "ftp"),
        (
            b"220-FileZilla Server 1.8.0\r\n220 Please visit https://filezilla-project.org/\r\n",
            "ftp",
        ),
        (b"220-Welcome\r\n220 FTP server ready.\r\n", "ftp"),
        (b"220 ftp.example.com ready\r\n", "smtp"),
        (b"220 mail-ftp ready\r\n", "smtp"),
        (b"220 FTP and ESMTP\r\n", "smtp"),
        (b"230 FTP login\r\n", "smtp"),
        (b"200 news.example ready\r\n", "unknown"),
        (b"2200 x\r\n", "unknown"),
        (b"<!DOCTYPE html>\n<html>", "html"),
        (b"\r\n<html>", "html"),
        (b"<htmlish>", "unknown"),
        (b"hello\r\n", "unknown"),
        (b"22", "smtp"),
        (b"\x00\x01\x02", "binary"),
        (b"\xff\xfd\x18\x1b", "binary"),
    ],
)
def test_describe_bytes(data: bytes, protocol: str) -> None:
    assert describe_bytes(data) == protocol


@given(st.binary(max_size=64))
def test_describing_any_bytes_raises_nothing(data: bytes) -> None:
    assert describe_bytes(data)

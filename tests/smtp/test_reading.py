"""How programs read replies that are not in the usual form."""

import pytest

from smtpdoctor.smtp.reading import (
    ChallengeOddity,
    ReplyReading,
    Trouble,
    challenge_oddities,
    trouble,
)
from smtpdoctor.smtp.replies import ReplyReader

BLANK = ReplyReading(ends="blank")  # Symfony Mailer, swaks
BLANK_OR_NOTHING = ReplyReading(ends="blank-or-nothing")  # PHPMailer, curl
NO_DASH = ReplyReading()  # smtplib, Nodemailer, Ruby, Jakarta Mail
GO = ReplyReading(parted="first-line", same_code=True)
MSMTP = ReplyReading(parted="every-line", longest_line=1023, most_lines=50)


@pytest.mark.parametrize(
    "raw",
    [
        b"220 mx.example ESMTP\r\n",
        b"220 \r\n",
        b"220-mx.example\r\n220-\r\n220 ready\r\n",
        b"250-mx.example\n250 SIZE\n",
    ],
)
@pytest.mark.parametrize("reading", [BLANK, BLANK_OR_NOTHING, NO_DASH, GO, MSMTP])
def test_the_usual_form_troubles_nobody(raw: bytes, reading: ReplyReading) -> None:
    assert trouble(raw, reading) == ""


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        # a code alone
        (b"220\r\n", ("waits", "", "", "broken", "broken")),
        (b"250-mx\r\n250\r\n", ("waits", "", "", "waits", "broken")),
        # something else than a blank behind it
        (b"220\tmx.example\r\n", ("waits", "waits", "", "broken", "broken")),
        (b"220mx.example\r\n", ("waits", "waits", "", "broken", "broken")),
        # two codes
        (b"220-mx\r\n250 ready\r\n", ("", "", "", "waits", "")),
        # a line that is none
        (b"250-mx\r\nhello\r\n250 ok\r\n", ("", "", "early", "", "broken")),
        # long
        (b"220 " + b"x" * 1100 + b"\r\n", ("", "", "", "", "broken")),
        (b"250-x\r\n" * 50 + b"250 ok\r\n", ("", "", "", "", "broken")),
    ],
)
def test_what_each_makes_of_it(raw: bytes, expected: tuple[Trouble, ...]) -> None:
    readings = (BLANK, BLANK_OR_NOTHING, NO_DASH, GO, MSMTP)
    assert tuple(trouble(raw, reading) for reading in readings) == expected


@pytest.mark.parametrize(
    "raw", [b"\r\n220 mx.example\r\n", b"\n220 mx\r\n", b"250-mx\r\n\r\n250 ok\r\n"]
)
def test_an_empty_line(raw: bytes) -> None:
    assert trouble(raw, ReplyReading()) == "broken"
    assert trouble(raw, ReplyReading(blank_lines=True)) == ""


def test_a_line_without_a_code_ends_no_reply_for_who_looks_at_codes_alone() -> None:
    raw = b"250-mx\r\n go on\r\n250 ok\r\n"  # its fourth character is a blank
    assert trouble(raw, BLANK) == "early"
    assert trouble(raw, ReplyReading(ends="blank", code_ends=True)) == ""
    every = ReplyReading(parted="every-line", code_ends=True)
    assert trouble(raw, every) == ""
    assert trouble(b"250-mx\r\n250ok\r\n", every) == "broken"


def test_a_line_as_long_as_the_buffer() -> None:
    short = ReplyReading(ends="blank-or-nothing", longest_line=512)
    assert trouble(b"220 " + b"x" * 506 + b"\r\n", short) == ""
    assert trouble(b"220 " + b"x" * 507 + b"\r\n", short) == "broken"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"220 " + b"x" * 505 + b"\r\n", ""),
        # the last line is over with its first piece
        (b"220 " + b"x" * 506 + b"\r\n", "early"),
        # in a line that isn't the last, only a piece with a blank at that place ends the reply
        (b"250-" + b"x" * 1100 + b"\r\n250 ok\r\n", ""),
        (b"250-" + b"x" * 510 + b" y" * 20 + b"\r\n250 ok\r\n", "early"),
        (b"250-" + b"x" * 506 + b"\r\n250 ok\r\n", "early"),
    ],
)
def test_a_line_that_is_read_in_pieces(raw: bytes, expected: Trouble) -> None:
    pieces = ReplyReading(ends="blank-or-nothing", piece=511)
    assert trouble(raw, pieces) == expected


@pytest.mark.parametrize(("raw", "expected"), [(b"220 mx\n", "waits"), (b"220 mx\r\n", "")])
def test_a_line_feed_alone(raw: bytes, expected: Trouble) -> None:
    assert trouble(raw, ReplyReading(wants_crlf=True)) == expected
    assert trouble(raw, ReplyReading()) == ""


@pytest.mark.parametrize(
    ("raw", "mechanism", "answered", "expected"),
    [
        (b"334 VXNlcm5hbWU6\r\n", "LOGIN", 0, []),
        (b"334 \r\n", "PLAIN", 0, []),
        (b"334\r\n", "LOGIN", 0, ["bare"]),
        (b"334 Username:\r\n", "LOGIN", 0, ["not-base64"]),
        (b"334 Enter your name\r\n", "LOGIN", 0, ["not-base64", "undecodable"]),
        (b"334 VXNlcm5hbWU6 \r\n", "LOGIN", 0, ["not-base64"]),
        (b"334 VXNlcm5hbWU\r\n", "LOGIN", 0, ["not-base64", "undecodable"]),
        (b"334-VXNlcm5hbWU6\r\n334 VXNlcm5hbWU6\r\n", "LOGIN", 0, ["several-lines"]),
        (b"334 \r\n", "CRAM-MD5", 0, ["empty"]),
        (b"334 \r\n", "PLAIN", 1, ["asked-again"]),
        (b"334 UGFzc3dvcmQ6\r\n", "LOGIN", 1, []),
    ],
)
def test_what_is_odd_about_a_challenge(
    raw: bytes, mechanism: str, answered: int, expected: list[ChallengeOddity]
) -> None:
    (reply,) = ReplyReader().feed(raw)
    assert challenge_oddities(mechanism, reply, answered) == expected

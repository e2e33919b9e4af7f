"""How other programs read a reply, where it is not in the usual form: each in its own way.

Knows RFC 5321 §4.2 and RFC 4954 §4, and which of their rules programs lean on. Must not know which
program reads how: that is the knowledge base's.
"""

from base64 import b64decode
from typing import Literal

import msgspec

from smtpdoctor.smtp.replies import Reply

#: What becomes of a reply: "waits": the program takes it for unfinished, and waits for the rest;
#: "early": for finished before its end, and the rest for the next answer; "broken": for no reply.
Trouble = Literal["", "waits", "early", "broken"]


#: What is unusual about a 334 reply, or about how many came. bare: no blank behind the code.
#: empty: CRAM-MD5 without a challenge. several-lines. not-base64: what stands there isn't base64
#: and nothing else. undecodable: nor is it for who skips foreign characters. asked-again: PLAIN,
#: whose one answer was given. ended-early: LOGIN, accepted before the password was asked for.
ChallengeOddity = Literal[
    "bare", "empty", "several-lines", "not-base64", "undecodable", "asked-again", "ended-early"
]


class ReplyReading(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a program tells that a reply is whole.

    ends: at the first line that has "no-dash" behind the code; that has a "blank" there; or
        "blank-or-nothing".
    parted: the lines in which a blank or a dash must follow the code.
    same_code: it goes on until a line of the usual form with the first line's code ends it.
    piece: it reads so many octets of a line at once, and takes each piece for a line. 0: all of it.
    wants_crlf: a line feed alone ends no reply.
    blank_lines: it passes over lines with nothing in them.
    code_ends: a line without a code never ends a reply, whatever its fourth character is.
    longest_line: octets with the line's end; most_lines: more break it. 0 for no bound.
    """

    ends: Literal["no-dash", "blank", "blank-or-nothing"] = "no-dash"
    parted: Literal["no", "first-line", "every-line"] = "no"
    same_code: bool = False
    piece: int = 0
    wants_crlf: bool = False
    blank_lines: bool = False
    code_ends: bool = False
    longest_line: int = 0
    most_lines: int = 0


def trouble(  # branches: each bound and each way to end, line by line
    raw: bytes, reading: ReplyReading
) -> Trouble:
    """What goes wrong where a program reads one whole reply in this way; "" where nothing does."""
    every = raw.removesuffix(b"\n").split(b"\n")
    lines = [line for line in every if line.rstrip(b"\r")]
    if reading.wants_crlf and not raw.endswith(b"\r\n"):
        return "waits"
    if len(lines) < len(every) and not reading.blank_lines:
        return "broken"
    if reading.piece:
        lines = [piece for line in lines for piece in _pieces(line + b"\n", reading.piece)]
    first = b""
    for number, line in enumerate(lines, 1):
        text = line.rstrip(b"\r\n")
        code, mark = (text[:3] if text[:3].isdigit() else b""), text[3:4]
        too_long = reading.longest_line and len(line) + 1 > reading.longest_line
        too_many = reading.most_lines and number > reading.most_lines
        must_part = (
            not (reading.code_ends and not code)
            if reading.parted == "every-line"
            else reading.parted == "first-line" and not first
        )
        if too_long or too_many or (must_part and not (code and mark in (b" ", b"-"))):
            return "broken"
        first = first or code
        goes_on = {
            "no-dash": mark == b"-",
            "blank": mark != b" ",
            "blank-or-nothing": mark not in (b" ", b""),
        }[reading.ends]
        if reading.code_ends and not code:
            goes_on = True
        if reading.same_code and (code != first or mark not in (b" ", b"-")):
            goes_on = True
        if not goes_on:
            return "" if number == len(lines) else "early"
    return "waits"


def _pieces(line: bytes, length: int) -> list[bytes]:
    return [line[at : at + length] for at in range(0, len(line), length)]


def challenge_oddities(mechanism: str, reply: Reply, answered: int) -> list[ChallengeOddity]:
    """What is unusual about a 334 reply that comes after so many answers of the mechanism."""
    found: list[ChallengeOddity] = []
    line = reply.raw.rstrip(b"\r\n").rpartition(b"\n")[2]
    if len(line) == len(b"334"):
        found.append("bare")
    if len(reply.lines) > 1:
        found.append("several-lines")
    if not reply.text.strip() and mechanism == "CRAM-MD5":
        found.append("empty")
    if not _is_base64(line[len(b"334 ") :], exactly=True):
        found.append("not-base64")
    if not _is_base64(reply.text.encode(), exactly=False):
        found.append("undecodable")
    if mechanism == "PLAIN" and answered:
        found.append("asked-again")
    return found


def _is_base64(text: bytes, *, exactly: bool) -> bool:
    try:
        b64decode(text, validate=exactly)
    except ValueError:
        return False
    return True

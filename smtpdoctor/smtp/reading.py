"""How other programs read a reply, where it is not in the usual form: each in its own way.

Knows RFC 5321 §4.2 and which of its rules programs lean on. Must not know which program reads how:
that is the knowledge base's.
"""

from typing import Literal

import msgspec

#: What becomes of a reply: "waits": the program takes it for unfinished, and waits for the rest;
#: "early": for finished before its end, and the rest for the next answer; "broken": for no reply.
Trouble = Literal["", "waits", "early", "broken"]


class ReplyReading(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a program tells that a reply is whole.

    ends: at the first line that has "no-dash" behind the code; that has a "blank" there; or
        "blank-or-nothing".
    parted: the lines in which a blank or a dash must follow the code.
    same_code: it goes on until a line of the usual form with the first line's code ends it.
    longest_line: octets with the line's end; most_lines: more break it. 0 for no bound.
    """

    ends: Literal["no-dash", "blank", "blank-or-nothing"] = "no-dash"
    parted: Literal["no", "first-line", "every-line"] = "no"
    same_code: bool = False
    longest_line: int = 0
    most_lines: int = 0


def trouble(  # branches: each bound and each way to end, line by line
    raw: bytes, reading: ReplyReading
) -> Trouble:
    """What goes wrong where a program reads one whole reply in this way; "" where nothing does."""
    lines = [line for line in raw.removesuffix(b"\n").split(b"\n") if line.rstrip(b"\r")]
    first = b""
    for number, line in enumerate(lines, 1):
        text = line.rstrip(b"\r")
        code, mark = (text[:3] if text[:3].isdigit() else b""), text[3:4]
        too_long = reading.longest_line and len(line) + 1 > reading.longest_line
        too_many = reading.most_lines and number > reading.most_lines
        must_part = reading.parted == "every-line" or (reading.parted == "first-line" and not first)
        if too_long or too_many or (must_part and not (code and mark in (b" ", b"-"))):
            return "broken"
        first = first or code
        goes_on = {
            "no-dash": mark == b"-",
            "blank": mark != b" ",
            "blank-or-nothing": mark not in (b" ", b""),
        }[reading.ends]
        if reading.same_code and (code != first or mark not in (b" ", b"-")):
            goes_on = True
        if not goes_on:
            return "" if number == len(lines) else "early"
    return "waits"

"""Macro strings of RFC 7208 §7: their grammar and their expansion.

Knows letters, transformers, delimiters and URL escaping. Must not know terms, nor where the
values of the letters come from.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

LETTERS = frozenset("slodiphcrtv")
EXPLANATION_LETTERS = frozenset("crt")
"""Letters that only the text of an explanation may have (RFC 7208 §7.2)."""

# The letters of ABNF are case-insensitive (RFC 5234 §2.3); "[0-9]" since "\d" takes more.
_TOKEN = re.compile(
    r"%\{(?P<letter>[A-Za-z])(?P<digits>[0-9]*)(?P<reverse>[rR]?)(?P<delimiters>[-.+,/_=]*)\}"
    r"|%(?P<special>[%_-])"
    r"|(?P<literal>[!-$&-~]+)"
)
_SPECIAL = {"%": "%", "_": " ", "-": "%20"}
_MANY = 10**9


class MacroSyntaxError(ValueError):
    """`reason` in words, and `offset`: the index in the macro string where it goes wrong."""

    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(reason)
        self.offset = offset
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Macro:
    """One `%{…}`: `letter` in lower case, `parts` the number of right-hand parts (None: all)."""

    letter: str
    parts: int | None = None
    reverse: bool = False
    delimiters: str = ""
    escape: bool = False

    def expand(self, value: str) -> str:
        """`value` of the letter, transformed as RFC 7208 §7.3 says."""
        if self.parts is not None or self.reverse or self.delimiters:
            # Empty parts count: no delimiter is treated in a special way (§7.3).
            pieces = re.split(f"[{re.escape(self.delimiters or '.')}]", value)
            if self.reverse:
                pieces.reverse()
            if self.parts is not None:
                pieces = pieces[-self.parts :]
            value = ".".join(pieces)
        # quote() leaves exactly RFC 3986's unreserved characters, hexadecimal in upper case.
        return quote(value, safe="", errors="replace") if self.escape else value


@dataclass(frozen=True)
class MacroString:
    """A parsed macro string: `text` as written; `pieces` are literal text and macros in order.

    `ends_in_expansion`: its last part is a macro-expand, "%%", "%_" and "%-" among them.
    """

    text: str
    pieces: tuple[str | Macro, ...]
    ends_in_expansion: bool = False

    @cached_property
    def letters(self) -> frozenset[str]:
        """The letters that it uses, in lower case."""
        return frozenset(piece.letter for piece in self.pieces if isinstance(piece, Macro))

    def expand(self, values: Mapping[str, str]) -> str:
        """The text with macros replaced; KeyError where `values` lacks a letter."""
        return "".join(
            piece if isinstance(piece, str) else piece.expand(values[piece.letter])
            for piece in self.pieces
        )


def parse_macro_string(text: str, *, explanation: bool = False) -> MacroString:
    """Parses a macro-string, or with `explanation` an explain-string (blanks and %{c}, r, t).

    Raises MacroSyntaxError.
    """
    pieces: list[str | Macro] = []
    position = 0
    ends_in_expansion = False
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            if explanation and text[position] == " ":
                pieces.append(" ")
                position += 1
                ends_in_expansion = False
                continue
            raise MacroSyntaxError(position, _reason(text, position))
        if match["literal"]:
            pieces.append(match["literal"])
        elif match["special"]:
            pieces.append(_SPECIAL[match["special"]])
        else:
            pieces.append(_macro(match, position))
        ends_in_expansion = match["literal"] is None
        position = match.end()
    return MacroString(text, tuple(pieces), ends_in_expansion)


def _macro(match: re.Match[str], position: int) -> Macro:
    letter = match["letter"].lower()
    if letter not in LETTERS:
        raise MacroSyntaxError(position + 2, f"“{match['letter']}” is no macro letter")
    significant = match["digits"].lstrip("0")
    if match["digits"] and not significant:
        # RFC 7208 §7.3: if a DIGIT is specified, the value MUST be nonzero
        raise MacroSyntaxError(position + 3, "a macro can't keep 0 parts")
    parts = None
    if significant:
        parts = int(significant) if len(significant) < 10 else _MANY
    return Macro(
        letter=letter,
        parts=parts,
        reverse=bool(match["reverse"]),
        delimiters=match["delimiters"],
        escape=match["letter"].isupper(),
    )


def _reason(text: str, position: int) -> str:
    if text[position] != "%":
        return f"the character {text[position]!a} is not allowed here"
    following = text[position + 1 : position + 2]
    if following != "{":
        return "“%” must be followed by “{”, “%”, “_” or “-”"
    if text.find("}", position) < 0:
        return "a macro begins with “%{” and no “}” ends it"
    return "between “%{” and “}” stand one letter, digits, “r” and delimiters, in this order"

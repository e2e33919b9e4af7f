"""Texts of `.env` files for the models and for the programs: what people write, and what they
would have to be unlucky to write. The same seed gives the same texts.
"""

from __future__ import annotations

import random

#: The environment that every reader runs in.
ENVIRON = {"PRESET": "preset", "ENVK": "env", "EMPTYENV": "", "HOME": "/home/user"}

NAMES = ["A", "B", "K", "K", "LONG_NAME", "k", "PRESET", "ENVK", "EMPTYENV", "A1"]
ODD_NAMES = ["a.b", "a-b", "1K", "É", "A B", "'Q'", "", "exports", "export", "K+", "A[0]"]
BEFORE = ["export ", "export\t", "export  ", " ", "\t", "  ", "#", "# ", ";", "export\n", "EXPORT "]
SEPARATORS = [" =", "= ", " = ", "=\t", ":", ": ", "", "==", "\n=", " :", "=\n"]
PIECES = [
    *("abc", "x", "pass", "9", "p4", "ü", "日本", "à"),
    *(" ", "  ", "\t", "\u00a0", "."),
    *("#", " #", "# ", " # ", "\t#", "##"),
    *("$A", "$PRESET", "${PRESET}", "${K}", "$UNSET", "${UNSET}", "$", "$$", "$1", "${", "}", "$a"),
    *("${UNSET:-x}", "${UNSET-x}", "${PRESET:-x}", "${PRESET:+y}", "${EMPTYENV:-z}", "${B:-$A}"),
    *("\\", "\\\\", "\\n", "\\r", "\\t", "\\$", '\\"', "\\'", "\\#", "\\ ", "\\x", "\\u0041"),
    *("'", '"', "`", "'", '"'),
    *("=", ":", "!", "%", "^", "*", "?", "@", "~", "~/", "/", ",", "[", "]", "{", "+", "-", "_"),
]
SHELL = [";", "&", "|", "<", ">", ")", "$(echo hi)", "$'", "&&"]
AFTER = [" # c", "#c", " #", " x", "x", ";", " ", "\t", " # it's", ' "y"', "'y'", "  # a # b", ","]


def text(source: random.Random) -> str:
    """One file."""
    ending = source.choices(["\n", "\r\n", "\r"], [90, 8, 2])[0]
    lines = [_line(source) for _ in range(source.randint(1, 5))]
    whole = ending.join(lines).replace("\n", ending if source.random() < 0.9 else "\n")
    if source.random() < 0.9:
        whole += ending
    if source.random() < 0.03:
        whole = "\ufeff" + whole
    return whole


def _line(source: random.Random) -> str:
    kind = source.random()
    if kind < 0.04:
        return source.choice(
            ["", "  ", "# a comment", "# don't", "foo bar", "K", "export K", "---"]
        )
    name = source.choice(NAMES if source.random() < 0.93 else ODD_NAMES)
    before = source.choice(BEFORE) if source.random() < 0.1 else ""
    separator = source.choice(SEPARATORS) if source.random() < 0.12 else "="
    return before + name + separator + _value(source)


def _value(source: random.Random) -> str:
    pieces = [*PIECES, *SHELL] if source.random() < 0.12 else PIECES
    count = source.choices(range(7), [4, 12, 16, 14, 10, 6, 4])[0]
    inner = [source.choice(pieces) for _ in range(count)]
    quote = source.choices(["", '"', "'", "`"], [45, 25, 22, 8])[0]
    if not quote:
        return "".join(inner)
    if source.random() < 0.75:
        # most quoted values hold no quote of their own kind
        inner = [piece.replace(quote, "q") for piece in inner]
    if source.random() < 0.12:
        inner.insert(source.randint(0, len(inner)), "\n")
    closing = quote if source.random() < 0.95 else ""
    after = source.choice(AFTER) if source.random() < 0.2 else ""
    return quote + "".join(inner) + closing + after


def texts(seed: int, count: int) -> list[str]:
    """That many files."""
    source = random.Random(seed)
    return [text(source) for _ in range(count)]

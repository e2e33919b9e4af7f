"""Foreign text made safe to show: one function for every report and message.

This module knows characters. It must not know reports, markup or settings.
"""

from __future__ import annotations

import unicodedata

#: Controls (C0, C1, DEL), format characters (bidi, zero width), line and paragraph separators,
#: and surrogates that stand alone.
INVISIBLE = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs"})

NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str) -> str:
    """The text with every control and format character written as an escape.

    A newline becomes `\\n`, an escape character `\\x1b`, a right-to-left override `\\u202e`.
    The result is one line, encodes as UTF-8, and cannot move a terminal's cursor.
    """
    if text.isprintable():
        return text
    return "".join(
        _escape(character) if unicodedata.category(character) in INVISIBLE else character
        for character in text
    )


def _escape(character: str) -> str:
    if character in NAMED:
        return NAMED[character]
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"

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


def as_json(data: object) -> str:
    """Indented JSON with a final newline. Control and format characters stand as JSON's own
    escapes: no terminal obeys them."""
    import json
    import re

    def shown(match: re.Match[str]) -> str:
        return match[0] if match[0].isprintable() else json.dumps(match[0])[1:-1]

    text = json.dumps(data, ensure_ascii=False, indent=2)
    return re.sub(r"[^\x20-\x7e\n]", shown, text) + "\n"


#: What stands for our own letters where a terminal has ASCII only.
PLAIN = str.maketrans(
    {"–": "-", "—": "-", "…": "...", "“": '"', "”": '"', "‘": "'", "’": "'", "·": "-", "•": "*"}
)


def plain_letters(error: UnicodeError) -> tuple[str, int]:
    """An error handler for `codecs`: typographic letters by plain ones, others as escapes."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(PLAIN)
    return text.encode("ascii", "backslashreplace").decode(), error.end


def _escape(character: str) -> str:
    if character in NAMED:
        return NAMED[character]
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"

"""Foreign text made safe to show: characters made visible, quotations framed on every line.

This module knows characters, lines, and how many columns of a terminal they take. It must not
know reports, markup or settings.

What a server, a resolver or a certificate says stands between quotation marks that it can't
write itself (`quoted`); where such a quotation goes on in a further line, that line begins with a
bar (`wrapped`). So no line of foreign text ever begins as a line of a report does.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

#: Controls (C0, C1, DEL), format characters (bidi, zero width), line and paragraph separators,
#: surrogates that stand alone, private characters, and what only newer terminals may know.
INVISIBLE = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs", "Cn", "Co"})

#: Letters and marks that a terminal shows as nothing or as a blank, or lays on the one before:
#: Unicode's Default_Ignorable_Code_Point where the categories above don't have it, and Braille's
#: blank.
UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]"
)
#: So many marks stand on one letter in any language; a pile of them covers other lines.
MOST_MARKS = 4
MARKS = frozenset({"Mn", "Me"})

NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}

#: What is shown of one foreign text, in characters.
LONGEST_QUOTATION = 240
#: How many characters are given up for a cut between words.
NEAR = 12
#: What opens and closes a quotation of ours, and what stands for it inside one.
OPENING, CLOSING, PLAIN_QUOTE, INNER = "“", "”", '"', "'"
#: The bar before each further line of a quotation, and what stands for it in ASCII.
BAR, ASCII_BAR = "│", "|"
#: What the log of GitHub Actions takes for a command where a line begins with it.
COMMAND = re.compile(r"::[A-Za-z][\w-]*(?: [^:]*)?::")
#: What a CI takes for a command wherever in a line it stands: `##[` in GitHub Actions, `##vso[` in
#: Azure Pipelines, `##teamcity[` in TeamCity.
COMMAND_ANYWHERE = re.compile(r"#(?=#\w*\[)")


def visible(text: str) -> str:
    """The text with every control and format character written as an escape.

    A newline becomes `\\n`, an escape character `\\x1b`, a right-to-left override `\\u202e`.
    Blanks of other kinds become plain ones. The result is one line, encodes as UTF-8, cannot
    move a terminal's cursor, and holds no command that a CI takes from a line's beginning, whatever
    blanks stand before it, or out of its middle.

    >>> visible("  ::error::.js:1"), visible("::1"), visible("##[error]")
    ('  ./::error::.js:1', '::1', '# #[error]')
    """
    if not text.isprintable():
        text = "".join(map(_visible, text))
    if not text.isascii():
        text = _without_piles(UNSEEN.sub(lambda match: _escape(match[0]), text))
    if "::" in text and COMMAND.match(text.lstrip()):
        text = f"{text[: text.index('::')]}./{text.lstrip()}"
    return COMMAND_ANYWHERE.sub("# ", text) if "##" in text else text


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category in INVISIBLE:
        return _escape(character)
    return " " if category == "Zs" else character


def _without_piles(text: str) -> str:
    """The text with every further mark on one letter written as an escape."""
    shown: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in MARKS else 0
        shown.append(character if marks <= MOST_MARKS else _escape(character))
    return "".join(shown)


def columns(text: str) -> int:
    """How many columns of a terminal the text takes at most: letters of East Asia take two."""
    if text.isascii():
        return len(text)
    return sum(map(_columns_of, text))


def _columns_of(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def fitting(text: str, room: int) -> int:
    """How many of its first characters take at most so many columns."""
    if text.isascii():
        return min(len(text), max(room, 0))
    taken = 0
    for at, character in enumerate(text):
        taken += _columns_of(character)
        if taken > room:
            return at
    return len(text)


def line_of_code(text: str) -> str:
    """A line of a file, visible, with each tab as four blanks."""
    return visible(text.replace("\t", "    "))


def foreign(text: str, limit: int = LONGEST_QUOTATION) -> str:
    """A foreign text as it may stand between quotation marks of ours.

    One line, visible, runs of blanks folded, of at most `limit` characters, and without a
    quotation mark, so that it can't end the quotation that it stands in.
    """
    words = " ".join(visible(text[: 4 * limit]).split())
    for mark in (OPENING, CLOSING, "„", PLAIN_QUOTE):
        words = words.replace(mark, INNER)
    return words if len(words) <= limit else f"{words[: limit - 1]}…"


def quoted(text: str, limit: int = LONGEST_QUOTATION) -> str:
    """A foreign text as a quotation: the one way in which reports and messages show one."""
    return f"{PLAIN_QUOTE}{foreign(text, limit)}{PLAIN_QUOTE}"


def wrapped(
    text: str, width: int, *, first: str = "", indent: str = "", bar: str = BAR
) -> Iterator[str]:
    """The text in lines of at most `width` columns, the first after `first`, the others after
    `indent`. A line that begins inside a quotation, or as a command of a CI's log, has the bar
    before it.

    A word that is longer than a line stays whole outside of quotations (it is to be copied), and
    is broken inside.
    """
    words = visible(text).strip()
    inside = False
    start = first
    while words:
        frame = f"{bar} " if inside or (not start.strip() and COMMAND.match(words)) else ""
        room = max(width - columns(start) - len(frame), 1)
        line, words = _line_of(words, room, inside=inside)
        yield f"{start}{frame}{line}"
        start = indent
        inside = _ends_inside(line, inside)


def cut(text: str, room: int, ellipsis: str = "…") -> str:
    """The text in at most `room` columns, cut between words where one ends near; a quotation
    that is cut is closed."""
    if columns(text) <= room:
        return text
    kept = fitting(text, room - len(ellipsis))
    kept = max(text.rfind(" ", max(kept - NEAR, 0), kept) + 1, 0) or kept
    if kept and _ends_inside(text[: kept - 1], False):
        return f"{text[: kept - 1]}{ellipsis}{PLAIN_QUOTE}"
    # a mark that has no room for what it opens goes as well
    end = kept - 1 if _ends_inside(text[:kept], False) else kept
    return f"{text[:end]}{ellipsis}"


def changed_lines(old: str | None, new: str | None, hidden: str = "") -> list[tuple[str, str]]:
    """A line before and after as a diff shows it: each line with its sign, “ ” for one that stays.

    The new text may be several lines; None: there was none, or none is left. `hidden` stands for
    what is not shown: a new line with it may have it from the old one, which then doesn't stay.
    """
    lines = [] if new is None else new.split("\n")
    if old is not None and len(lines) > 1 and old in lines:
        stays = lines.index(old)
        others = [*lines[:stays], *lines[stays + 1 :]]
        if not hidden or not any(hidden in line for line in others):
            return [(" " if at == stays else "+", line) for at, line in enumerate(lines)]
    return [*([("-", old)] if old is not None else []), *(("+", line) for line in lines)]


def _line_of(words: str, room: int, *, inside: bool) -> tuple[str, str]:
    """What goes into one line, and the rest."""
    fits = fitting(words, room)
    if fits == len(words):
        return words, ""
    end = words.rfind(" ", 0, fits + 1)
    if end <= 0:  # one word
        end = words.find(" ")
        word = words if end < 0 else words[:end]
        if inside or any(mark in word for mark in (OPENING, CLOSING, PLAIN_QUOTE)):
            fits = max(fits, 1)  # a letter is not divided
            return words[:fits], words[fits:].lstrip()
        end = len(word)
    return words[:end].rstrip(), words[end:].lstrip()


def _ends_inside(line: str, inside: bool) -> bool:
    """Whether a quotation is open at the end of a line that began inside one or outside."""
    for character in line:
        if character == OPENING:
            inside = True
        elif character == CLOSING:
            inside = False
        elif character == PLAIN_QUOTE:
            inside = not inside
    return inside


def as_json(data: object, *, indent: int | None = 2) -> str:
    """Indented JSON with a final newline; in one line without `indent`. Control and format
    characters, and what a CI takes for a command, stand as JSON's own escapes: nobody obeys them.
    Half a surrogate pair, which a name of a file may hold and no JSON text (RFC 8259 §8.2), stands
    as the text of its escape."""
    import json

    def shown(match: re.Match[str]) -> str:
        if "\ud800" <= match[0] <= "\udfff":
            return json.dumps(_escape(match[0]))[1:-1]
        seen = match[0].isprintable() and not UNSEEN.match(match[0])
        return match[0] if seen else json.dumps(match[0])[1:-1]

    text = json.dumps(data, ensure_ascii=False, indent=indent)
    text = COMMAND_ANYWHERE.sub(r"\\u0023", text)  # as the same text, which is no command
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

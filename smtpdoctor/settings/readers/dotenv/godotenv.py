r"""joho/godotenv, which many Go programs read their `.env` with.

Source: godotenv 1.5.1, parser.go and godotenv.go. `$NAME` means the file's own earlier lines,
never the environment. One line that it can't read refuses the whole file.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from smtpdoctor.settings.readers.dotenv.draft import (
    GO_SPACE,
    Draft,
    RefusedError,
    Unknown,
    UntoldError,
    first_of,
    line_end,
    run_of,
)
from smtpdoctor.settings.readers.dotenv.model import Alteration, DotenvFile, Reader

BLANK = "\t\v\f\r \u0085\u00a0"
REFERENCE = re.compile(r"(\\)?\$\(?\{?([A-Z0-9_]+)?\}?")
ESCAPE = re.compile(r"\\(.)")
UNESCAPED = re.compile(r"\\([^$])", re.S)


def read(text: str, environ: Mapping[str, str]) -> DotenvFile:
    """`godotenv.Load()`."""
    draft = Draft(text.replace("\r\n", "\n"))
    offset = 0
    try:
        while True:
            offset = run_of(draft.text, GO_SPACE, offset)
            if offset == len(draft.text):
                break
            if draft.text[offset] == "#":
                offset = line_end(draft.text, offset)
                continue
            name, start = _name(draft.text, offset)
            offset = _value(draft, name, start)
    except RefusedError as error:
        draft.refuse(error)
    return draft.finish("godotenv")


def _name(text: str, start: int) -> tuple[str, int]:
    if text.startswith("export", start) and text[start + 6 : start + 7] in (*BLANK,):
        start = run_of(text, BLANK, start + 6)
    for offset in range(start, len(text)):
        character = text[offset]
        if character in "=:":
            return text[start:offset].rstrip(GO_SPACE), run_of(text, BLANK, offset + 1)
        if character != "_" and character not in BLANK and not _belongs(character):
            kind = "no-assignment" if character == "\n" else "name-invalid"
            raise RefusedError(kind, start)  # type: ignore[arg-type]
    # no separator up to the end: the text becomes the value of a variable without a name
    return "", start


def _belongs(character: str) -> bool:
    """Whether a name may have it. The reader looks at bytes, each as if it were a character."""
    if character.isascii():
        return character.isalnum() or character == "."
    for byte in character.encode("utf-8", "surrogatepass"):
        as_character = chr(byte)
        if as_character in "\u0085\u00a0":
            continue
        if unicodedata.category(as_character)[0] not in "LN":
            return False
    return True


def _value(draft: Draft, name: str, start: int) -> int:
    text = draft.text
    quote = text[start : start + 1]
    alterations: list[Alteration] = []
    if quote not in ("'", '"'):
        stop = first_of(text, "\n\r", start)
        comment = _comment(text, start, stop)
        end = stop if comment == -1 else comment
        raw = text[start:end].strip(BLANK)
        start = run_of(text, BLANK, start, end)
        if comment != -1:
            alterations.append("cut-at-hash")
        if quote == "`":
            alterations.append("quotes-kept")
        _add(draft, name, raw, (start, start + len(raw)), alterations)
        return stop
    end = text.find(quote, start + 1)
    while end != -1 and text[end - 1] == "\\":
        end = text.find(quote, end + 1)
    if end == -1:
        raise RefusedError("quote-not-closed", start, name)
    # every quote at either end goes, not one pair
    raw = text[start:end].strip(quote)
    alterations.append("quotes-stripped")
    if "\n" in raw:
        alterations.append("lines-joined")
    if quote == "'":
        draft.add(name, raw, start, end + 1, alterations)
        return end + 1
    meant = ESCAPE.sub(lambda m: {"n": "\n", "r": "\r"}.get(m[1], m[0]), raw)
    meant = UNESCAPED.sub(r"\1", meant)
    if meant != raw:
        alterations.append("escape-processed")
    _add(draft, name, meant, (start, end + 1), alterations)
    return end + 1


def _comment(text: str, start: int, stop: int) -> int:
    """The last # with a blank before it; -1 without one."""
    found = text.rfind("#", start + 1, stop)
    while found != -1 and text[found - 1] not in BLANK:
        found = text.rfind("#", start + 1, found)
    return found


def _add(
    draft: Draft, name: str, value: str, span: tuple[int, int], alterations: list[Alteration]
) -> None:
    def replaced(match: re.Match[str]) -> str:
        if match[1]:
            return match.group()[1:]
        if match[2] is None:
            return match.group()
        known = draft.value_of(match[2]) or ""
        draft.budget.spend(len(known))
        return known

    final: str | Unknown
    try:
        final = REFERENCE.sub(replaced, value)
    except UntoldError as error:
        final = Unknown(error.why)
    if final != value:
        alterations.append("dollar-expanded")
    draft.add(name, final, *span, alterations)


READERS = (Reader(name="godotenv", title="godotenv", versions=("1.5.1",), read=read),)

r"""python-dotenv, and pydantic-settings, which reads its files with it.

Sources: python-dotenv 1.2.4, dotenv/parser.py, variables.py, main.py; pydantic-settings 2.16.3,
which has the file's own names count before the environment's in `${…}`. Only `${NAME}` and
`${NAME:-text}` are expanded, in single quotes too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from smtpdoctor.settings.readers.dotenv.draft import (
    Draft,
    RefusedError,
    Unknown,
    UntoldError,
    line_end,
    unified,
)
from smtpdoctor.settings.readers.dotenv.model import Alteration, DotenvFile, Reader

BLANKS = re.compile(r"[^\S\n]*")
SPACE = re.compile(r"\s*")
EXPORT = re.compile(r"(?:export[^\S\n]+)?")
QUOTED_NAME = re.compile(r"'([^']+)'")
NAME = re.compile(r"([^=#\s]+)")
CLOSING = {
    quote: re.compile(rf"[^{quote}\\]*(?:\\.[^{quote}\\]*)*{quote}", re.S) for quote in "'\""
}
ESCAPES = {"'": re.compile(r"\\([\\'])"), '"': re.compile(r"\\([\\'\"abfnrtv])")}
MEANT = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def _read(reader: str, text: str, environ: Mapping[str, str], *, file_first: bool) -> DotenvFile:
    draft = Draft(unified(text).removeprefix("\ufeff"))
    text = draft.text
    offset = 0
    while offset < len(text):
        offset = SPACE.match(text, offset).end()  # type: ignore[union-attr]
        if offset == len(text):
            break
        try:
            offset = _binding(draft, offset, environ, file_first=file_first)
        except RefusedError as error:
            draft.refuse(error, "line-skipped")
            offset = line_end(text, error.offset) + 1
    return draft.finish(reader)


def _binding(draft: Draft, start: int, environ: Mapping[str, str], *, file_first: bool) -> int:
    text = draft.text
    if text[start] == "#":
        return line_end(text, start) + 1
    begin = EXPORT.match(text, start).end()  # type: ignore[union-attr]
    if text.startswith("#", begin):  # export, then a comment
        return line_end(text, begin) + 1
    found = (QUOTED_NAME if text.startswith("'", begin) else NAME).match(text, begin)
    if found is None:
        raise RefusedError("name-invalid", begin)
    name = found[1]
    offset = BLANKS.match(text, found.end()).end()  # type: ignore[union-attr]
    if not text.startswith("=", offset):
        _end_of_line(draft, offset, name, "no-assignment")
        # a bare name takes the value of an earlier line away
        draft.fault("no-assignment", "line-skipped", start, name)
        draft.add(name, Unknown("null"), found.end(), found.end())
        draft.values[name] = ""
        return line_end(text, offset) + 1
    value_start = BLANKS.match(text, offset + 1).end()  # type: ignore[union-attr]
    quote = text[value_start : value_start + 1]
    if quote in CLOSING:
        closing = CLOSING[quote].match(text, value_start + 1)
        if closing is None:
            raise RefusedError("quote-not-closed", value_start, name)
        end = closing.end()
        cut = _end_of_line(draft, end, name, "text-after-quote")
        raw = text[value_start + 1 : end - 1]
        value = ESCAPES[quote].sub(lambda m: MEANT.get(m[1], m[1]), raw)
        alterations: list[Alteration] = ["quotes-stripped"]
        if value != raw:
            alterations.append("escape-processed")
        if "\n" in raw:
            alterations.append("lines-joined")
        following = line_end(text, end) + 1
    else:
        stop = line_end(text, value_start)
        raw = text[value_start:stop]
        comment = raw.find("#", 1)
        while comment != -1 and not raw[comment - 1].isspace():
            comment = raw.find("#", comment + 1)
        # K= #x is empty, K=#x is not
        cut = comment != -1 or (raw.startswith("#") and value_start > offset + 1)
        value = raw[:comment].rstrip() if comment != -1 else raw.rstrip()
        if raw.startswith("#") and value_start > offset + 1:
            value = ""
        end = value_start + len(value)
        alterations = ["quotes-kept"] if quote == "`" else []
        following = stop + 1
    if cut:
        alterations.append("cut-at-hash")
    _add(draft, name, value, (value_start, end), alterations, environ, file_first=file_first)
    return following


def _end_of_line(draft: Draft, offset: int, name: str, kind: str) -> bool:
    """Whether a comment ends the line there; raises where other text does."""
    offset = BLANKS.match(draft.text, offset).end()  # type: ignore[union-attr]
    if draft.text.startswith("#", offset):
        return True
    if offset < len(draft.text) and draft.text[offset] != "\n":
        raise RefusedError(kind, offset, name)  # type: ignore[arg-type]
    return False


def _add(
    draft: Draft,
    name: str,
    value: str,
    span: tuple[int, int],
    alterations: list[Alteration],
    environ: Mapping[str, str],
    *,
    file_first: bool,
) -> None:
    def look_up(reference: str) -> str | None:
        if reference in environ and not (file_first and reference in draft.values):
            return environ[reference]
        return draft.value_of(reference)

    final: str | Unknown
    try:
        final = expand(value, look_up, draft)
    except UntoldError as error:
        final = Unknown(error.why)
    if final != value:
        alterations.append("dollar-expanded")
    draft.add(name, final, *span, alterations)


def expand(value: str, look_up, draft: Draft) -> str:  # type: ignore[no-untyped-def]
    """`${NAME}` and `${NAME:-text}`; the text reaches to the first brace."""
    parts = []
    copied = 0
    brace = colon = -1
    start = value.find("${")
    while start != -1:
        if brace < start:
            brace = value.find("}", start)
            if brace == -1:
                break
        if colon < start + 2:
            colon = value.find(":", start + 2)
            colon = len(value) if colon == -1 else colon
        name_end = min(brace, colon)
        default = ""
        if colon < brace:
            if not value.startswith(":-", colon):
                start = value.find("${", start + 1)
                continue
            default = value[colon + 2 : brace]
        known = look_up(value[start + 2 : name_end])
        replacement = default if known is None else known
        draft.budget.spend(len(replacement))
        parts += [value[copied:start], replacement]
        copied = brace + 1
        start = value.find("${", copied)
    return "".join(parts) + value[copied:]


def read(text: str, environ: Mapping[str, str]) -> DotenvFile:
    """`load_dotenv()`."""
    return _read("python-dotenv", text, environ, file_first=False)


def read_pydantic(text: str, environ: Mapping[str, str]) -> DotenvFile:
    """A settings class with `env_file`. It looks names up without regard to case."""
    return _read("pydantic-settings", text, environ, file_first=True)


READERS = (
    Reader(name="python-dotenv", title="python-dotenv", versions=("1.2.4",), read=read),
    Reader(
        name="pydantic-settings",
        title="pydantic-settings",
        versions=("2.16.3 with python-dotenv 1.2.4",),
        read=read_pydantic,
    ),
)

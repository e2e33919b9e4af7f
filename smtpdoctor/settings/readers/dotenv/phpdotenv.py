r"""vlucas/phpdotenv, and Laravel's `env()` over it.

Sources: phpdotenv 5.4.1 and 5.6.4, src/Parser and src/Loader; Laravel 11, Illuminate/Support/Env.
One line that it can't read refuses the whole file. `${NAME}` is expanded from right to left;
one that is not set stays as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec.structs import replace

from smtpdoctor.settings.model import Secret
from smtpdoctor.settings.readers.dotenv.draft import (
    ASCII_SPACE,
    PHP_TRIM,
    Draft,
    RefusedError,
    Unknown,
    UntoldError,
    unified,
)
from smtpdoctor.settings.readers.dotenv.model import Alteration, DotenvFile, Entry, Reader

NAME = re.compile(r"[a-zA-Z0-9_.]+")
REFERENCE = re.compile(r"\$\{([a-zA-Z0-9_.]+)\}")
QUOTE_AFTER = re.compile(r'(?=[^\\]")', re.S)
ESCAPES = {"f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
LARAVEL_QUOTES = re.compile(r"(['\"])(.*)\1", re.S)


def _entries(text: str) -> list[tuple[str, int]]:
    """The lines with their offsets, those of a value in double quotes joined.

    Lines of a value whose quote is never closed are dropped without a word.
    """
    entries = []
    joined: list[str] = []
    begin = offset = 0
    open_quote = False
    for line in text.split("\n"):
        started = '="' in line and not _closes(line, started=True)
        if started and not open_quote:
            begin = offset
        open_quote = open_quote or started
        whole = line
        if open_quote:
            joined.append(line)
            if _closes(line, started=started):
                open_quote = False
                whole = "\n".join(joined)
                joined = []
        else:
            begin = offset
        if not open_quote and whole.strip(PHP_TRIM)[:1] not in ("", "#"):
            entries.append((whole, begin))
        offset += len(line) + 1
    if open_quote:
        raise RefusedError("quote-not-closed", begin)
    return entries


def _closes(line: str, *, started: bool) -> bool:
    if line == '"':
        return True
    found = QUOTE_AFTER.finditer(line.replace("\\\\", ""))
    least = 2 if started else 1
    return sum(1 for _ in zip(range(least), found, strict=False)) == least


def parse(text: str, environ: Mapping[str, str]) -> Draft:
    """The file as `Dotenv::createImmutable()` reads it."""
    draft = Draft(unified(text.removeprefix("\ufeff")))
    lost: RefusedError | None = None
    try:
        entries = _entries(draft.text)
    except RefusedError as error:
        lost = error
        entries = _entries(draft.text[: error.offset])
    try:
        for line, offset in entries:
            _entry(draft, line, offset, environ)
    except RefusedError as error:
        draft.refuse(error)
    if lost:
        draft.refuse(lost, "rest-lost")
    return draft


def _entry(draft: Draft, line: str, offset: int, environ: Mapping[str, str]) -> None:
    before, equals, after = line.partition("=")
    name = before.strip(PHP_TRIM) if equals else line
    if equals and not name:
        raise RefusedError("name-invalid", offset)
    if len(name) > 8 and name.startswith("export") and name[6] in ASCII_SPACE:
        name = name[6:].lstrip(PHP_TRIM)
    if len(name) > 2 and name[0] == name[-1] and name[0] in "'\"":
        name = name[1:-1]
    if not NAME.fullmatch(name):
        raise RefusedError("name-invalid", offset)
    if not equals:
        draft.fault("no-assignment", "line-skipped", offset, name)
        draft.add(name, Unknown("null"), offset + len(line), offset + len(line))
        draft.values.pop(name)
        return
    raw = after.strip(PHP_TRIM)
    start = offset + len(before) + 1 + len(after) - len(after.lstrip(PHP_TRIM))
    if not raw:
        start = offset + len(before) + 1
    value, references, length, alterations = _value(raw, start, name)
    final: str | Unknown
    try:
        final = _resolve(value, references, draft, environ)
    except UntoldError as error:
        final = Unknown(error.why)
    if final != value:
        alterations.append("dollar-expanded")
    draft.add(name, final, start, start + length, alterations)


def _value(raw: str, start: int, name: str) -> tuple[str, list[int], int, list[Alteration]]:
    """The characters, where a `$` counts, how much of the text is the value, what was done."""
    alterations: list[Alteration] = []
    if raw[:1] in ("'", '"'):
        characters, references, end = _quoted(raw, start, name)
        alterations.append("quotes-stripped")
        if raw[0] == '"' and characters != raw[1 : end - 1]:
            alterations.append("escape-processed")
        if "\n" in raw[:end]:
            alterations.append("lines-joined")
    else:
        end = 0
        while end < len(raw) and raw[end] != "#" and (end == 0 or raw[end] not in ASCII_SPACE):
            end += 1
        characters = raw[:end]
        references = [at for at, character in enumerate(characters) if character == "$"]
        if raw[:1] == "`":
            alterations.append("quotes-kept")
    rest = raw[end:].lstrip(ASCII_SPACE)
    if rest.startswith("#"):
        alterations.append("cut-at-hash")
    elif rest:
        quoted = raw[:1] in ("'", '"')
        raise RefusedError("text-after-quote" if quoted else "blank-in-value", start, name)
    return characters, references, end, alterations


def _quoted(raw: str, start: int, name: str) -> tuple[str, list[int], int]:
    quote = raw[0]
    if quote == "'":
        end = raw.find("'", 1)
        if end == -1:
            raise RefusedError("quote-not-closed", start, name)
        return raw[1:end], [], end + 1
    characters: list[str] = []
    references: list[int] = []
    offset = 1
    while offset < len(raw) and raw[offset] != '"':
        character = raw[offset]
        if character == "\\":
            offset += 1
            following = raw[offset : offset + 1]
            if not following:
                break
            if following not in '"\\$' and following not in ESCAPES:
                raise RefusedError("escape-unknown", start, name)
            character = ESCAPES.get(following, following)
        elif character == "$":
            references.append(len(characters))
        characters.append(character)
        offset += 1
    if offset >= len(raw):
        raise RefusedError("quote-not-closed", start, name)
    return "".join(characters), references, offset + 1


def _resolve(value: str, references: list[int], draft: Draft, environ: Mapping[str, str]) -> str:
    for offset in reversed(references):
        found = REFERENCE.match(value, offset)
        if found is None:
            continue
        known = environ[found[1]] if found[1] in environ else draft.value_of(found[1])
        if known is not None:
            draft.budget.spend(len(value) + len(known))
            value = value[:offset] + known + value[found.end() :]
    return value


def read(text: str, environ: Mapping[str, str]) -> DotenvFile:
    """`Dotenv::createImmutable()->load()`."""
    return parse(text, environ).finish("phpdotenv")


def read_laravel(text: str, environ: Mapping[str, str]) -> DotenvFile:
    """What `env('NAME')` gives: true, false, null and empty are no texts, and one more pair of
    quotes is taken off."""
    file = parse(text, environ).finish("laravel")
    return DotenvFile(
        reader=file.reader,
        entries=tuple(_cast(entry) for entry in file.entries),
        faults=file.faults,
        precedence=file.precedence,
    )


def _cast(entry: Entry) -> Entry:
    if entry.value is None:
        return entry
    value = entry.value.reveal()
    word = value.lower()
    if word in ("null", "(null)"):
        return replace(entry, value=None, untold="null", alterations=(*entry.alterations, "cast"))
    if word in ("true", "(true)", "false", "(false)", "empty", "(empty)"):
        # true and false stay readable as what they are; an empty one is a text
        cast = "" if "empty" in word else word.strip("()")
        return replace(entry, value=Secret(cast), alterations=(*entry.alterations, "cast"))
    quoted = LARAVEL_QUOTES.fullmatch(value)
    if quoted:
        return replace(
            entry, value=Secret(quoted[2]), alterations=(*entry.alterations, "quotes-removed")
        )
    return entry


READERS = (
    Reader(name="phpdotenv", title="phpdotenv", versions=("5.4.1", "5.6.4"), read=read),
    Reader(name="laravel", title="Laravel", versions=(), read=read_laravel),
)

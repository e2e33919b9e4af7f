r"""Bun, which reads `.env` by itself and by `--env-file`.

Source: bun, src/env_loader.zig of 1.3; run: 1.4.5. It looks at bytes: one of a non-ASCII
character may count as a blank. `$NAME` counts in every kind of quotes, a backslash protects it.
"""

from __future__ import annotations

from collections.abc import Mapping

from smtpdoctor.settings.readers.dotenv.draft import Draft, Unknown, UntoldError, first_of, run_of
from smtpdoctor.settings.readers.dotenv.model import Alteration, DotenvFile, Reader

SPACE = "\t\v\f \n\r"
NAME = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."
REFERENCE = NAME[:-2]
DEEPEST = 50


class _Bytes:
    """The text with a character for each byte, and the way back."""

    def __init__(self, text: str) -> None:
        self.ascii = text.isascii()
        self.text = text if self.ascii else _bytes(text)

    def characters(self, piece: str) -> str:
        """The text of those bytes, with U+FFFD for what is none."""
        return piece if self.ascii else piece.encode("latin-1").decode("utf-8", "replace")


def _bytes(text: str) -> str:
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


def read(text: str, environ: Mapping[str, str]) -> DotenvFile:
    """A program that Bun runs."""
    draft = Draft(text.removeprefix("\ufeff"))
    source = _Bytes(draft.text)
    entries = []
    offset = 0
    while offset < len(source.text):
        begin = run_of(source.text, SPACE, offset)
        found = _name(source.text, begin, export=True)
        if found is None:
            # the line of the place that was looked at, behind the blanks
            offset = first_of(source.text, "\n\r", begin) + 1
            continue
        name, start = found
        value, start, end, offset, alterations = _value(source.text, start)
        entries.append((name, value, start, end, alterations))
    return _expanded(draft, source, entries, environ)


def _name(text: str, start: int, *, export: bool) -> tuple[str, int] | None:
    end = run_of(text, NAME, start)
    if end == start or end == len(text):
        return None
    after = run_of(text, SPACE, end)
    if after == len(text):
        return None
    if export and after > end and text[start:end] == "export":
        found = _name(text, after, export=False)
        if found:
            return found
    if text[after] == "=":
        return text[start:end], after + 1
    if text[after] == ":" and after + 1 < len(text) and text[after + 1] in SPACE:
        return text[start:end], after + 2
    return None


def _value(text: str, start: int) -> tuple[str, int, int, int, list[Alteration]]:
    """The value, where it stands, where to go on, and what was done."""
    opening = run_of(text, SPACE, start)
    alterations: list[Alteration] = []
    quote = text[opening : opening + 1]
    if quote in ("'", '"', "`") and quote:
        found = _closing(text, opening)
        if found:
            end, following = found
            raw = text[opening + 1 : end - 1]
            value = raw.replace("\r\n", "\n").replace("\r", "\n")
            if quote == '"':
                value = _unescaped(raw)
            alterations.append("quotes-stripped")
            if value != raw and "\\" in raw:
                alterations.append("escape-processed")
            if "\n" in value and ("\n" in raw or "\r" in raw):
                alterations.append("lines-joined")
            rest = text[end:following].strip(SPACE)
            if rest:
                alterations.append("cut-at-hash" if rest[0] == "#" else "cut-after-quote")
            return value, opening, end, following, alterations
    if opening == len(text):
        return "", start, start, opening, alterations
    stop = first_of(text, "#\r\n", start)
    if text.startswith("#", stop):
        alterations.append("cut-at-hash")
    value = text[start:stop].strip(SPACE)
    if value[:1] in ("'", '"', "`"):
        alterations.append("quotes-kept")
    begin = run_of(text, SPACE, start, stop) if value else start
    return value, begin, begin + len(value), stop, alterations


def _closing(text: str, opening: int) -> tuple[int, int] | None:
    """Behind the first quote without a backslash before it, and behind that line: what follows
    the quote is dropped."""
    quote = text[opening]
    offset = opening + 1
    while offset < len(text):
        if text[offset] == "\\":
            offset += 1
        elif text[offset] == quote:
            return offset + 1, first_of(text, "\n\r", offset + 1)
        offset += 1
    return None


def _unescaped(raw: str) -> str:
    parts = []
    offset = 0
    while offset < len(raw):
        character = raw[offset]
        if character == "\\":
            pair = raw[offset : offset + 2]
            parts.append({"\\n": "\n", "\\r": "\r"}.get(pair, pair))
            offset += 2
            continue
        if character == "\r":
            offset += 1
            if raw[offset : offset + 1] != "\n":
                parts.append("\n")
            continue
        parts.append(character)
        offset += 1
    return "".join(parts)


Parsed = list[tuple[str, str, int, int, list[Alteration]]]


def _expanded(
    draft: Draft, source: _Bytes, entries: Parsed, environ: Mapping[str, str]
) -> DotenvFile:
    """References are looked up after all lines were read: a later line counts, unexpanded."""
    values: dict[str, str | Unknown] = {}
    last = {entry[0]: index for index, entry in enumerate(entries)}
    for name, value, *_ in entries:
        values[name] = value
    outer = {name: _bytes(value) for name, value in environ.items()}
    for name in dict.fromkeys(entry[0] for entry in entries):
        if name in outer:
            values[name] = outer[name]
    for name, raw in list(values.items()):
        if name not in outer and isinstance(raw, str):
            try:
                values[name] = _Expansion(raw, values, outer, draft).between(0, len(raw))
            except UntoldError as error:
                values[name] = Unknown(error.why)
    place = _places(draft, source)
    for index, (name, value, start, end, alterations) in enumerate(entries):
        final = values[name] if index == last[name] and name not in outer else value
        if final != value:
            alterations.append("dollar-expanded")
        told = final
        if isinstance(final, str):
            told = source.characters(final)
            if "\ufffd" in told and _bytes(told) != final:
                alterations.append("bytes-lost")
        draft.add(source.characters(name), told, place(start), place(end), alterations)
    return draft.finish("bun")


def _places(draft: Draft, source: _Bytes):  # type: ignore[no-untyped-def]
    """From the offset of a byte to that of its character, for offsets that only grow."""
    if source.ascii:
        return lambda offset: offset
    state = [0, 0]

    def place(offset: int) -> int:
        passed = source.text[state[0] : offset]
        state[1] += sum(1 for byte in passed if not "\x80" <= byte <= "\xbf")
        state[0] = max(offset, state[0])
        return state[1]

    return place


class _Expansion:
    """The references of one value, from left to right; what they bring in is not looked at."""

    def __init__(
        self,
        value: str,
        values: Mapping[str, str | Unknown],
        outer: Mapping[str, str],
        draft: Draft,
    ) -> None:
        self.value = value
        self.values = values
        self.outer = outer
        self.draft = draft
        self.closing = _braces(value)

    def between(self, start: int, end: int, depth: int = 0) -> str:
        """That part of the value, expanded."""
        if depth > DEEPEST:
            raise UntoldError("too-large")
        value = self.value
        pieces: list[str] = []
        copied = start
        position = value.find("$", start, end)
        while position != -1:
            if position > copied and value[position - 1] == "\\":
                pieces.append(value[copied : position - 1])
                copied = position
                position = value.find("$", position + 1, end)
                continue
            found = self.reference(position, end)
            following = position + 1
            if found is None and value.startswith("{", position + 1):
                # a brace that is not closed, or holds something else: it stays to its end
                closing = self.closing.get(position + 1, end)
                following = end if closing >= end else closing + 1
            if found:
                name, default, following = found
                known = self.look_up(name)
                if known is None:
                    known = self.between(*default, depth + 1) if default else ""
                self.draft.budget.spend(len(known))
                pieces += [value[copied:position], known]
                copied = following
            position = value.find("$", following, end)
        return "".join(pieces) + value[copied:end]

    def look_up(self, name: str) -> str | None:
        known = self.outer.get(name)
        if known is None:
            other = self.values.get(name)
            if isinstance(other, Unknown):
                raise UntoldError(other.why)
            known = other
        return known

    def reference(self, position: int, end: int) -> tuple[str, tuple[int, int] | None, int] | None:
        """The name, where the text in its place stands, and where it all ends; None where the
        $ means none."""
        value = self.value
        braced = value.startswith("{", position + 1) and position + 1 < end
        start = position + 2 if braced else position + 1
        after = run_of(value, REFERENCE, start, end)
        name = value[start:after]
        if not braced:
            return (name, None, after) if name else None
        closing = self.closing.get(position + 1)
        if closing is None or closing >= end:
            return None
        if closing == after:
            return name, None, closing + 1
        if value.startswith(":-", after):
            return name, (after + 2, closing), closing + 1
        return None


def _braces(value: str) -> dict[int, int]:
    """Where the brace stands that closes each; one behind a backslash is none."""
    found: dict[int, int] = {}
    opened: list[int] = []
    if "${" not in value:
        return found
    for offset, character in enumerate(value):
        if character in "{}" and not (offset and value[offset - 1] == "\\"):
            if character == "{":
                opened.append(offset)
            elif opened:
                found[opened.pop()] = offset
    return found


READERS = (Reader(name="bun", title="Bun", versions=("1.4.5",), read=read),)

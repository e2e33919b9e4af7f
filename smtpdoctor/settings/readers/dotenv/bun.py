r"""Bun, which reads `.env` by itself and by `--env-file`.

Source: bun, src/env_loader.zig of 1.3; run: 1.4.5. It looks at bytes: one of a non-ASCII
character may count as a blank. `$NAME` counts in every kind of quotes, a backslash protects it.
"""

from __future__ import annotations

from collections.abc import Mapping

from smtpdoctor.settings.readers.dotenv.draft import Draft, Unknown, UntoldError, first_of, run_of
from smtpdoctor.settings.readers.dotenv.model import Alteration, DotenvFile, Reader

SPACE = "\t\v\f \xa0\n\r"
NAME = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."
REFERENCE = NAME[:-2]


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
    draft = Draft(text)
    source = _Bytes(text)
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
            if text.startswith("#", following):
                alterations.append("cut-at-hash")
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
    """Behind the quote that closes the value, and behind the blanks that follow: a closing quote
    is one that the line, or a comment, ends behind."""
    quote = text[opening]
    offset = opening + 1
    while offset < len(text):
        if text[offset] == "\\":
            offset += 1
        elif text[offset] == quote:
            end = offset + 1
            following = run_of(text, SPACE, end)
            if following == len(text) or text[following] == "#":
                return end, following
            if any(text[at] in "\n\r" for at in range(end, following)):
                return end, following
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
    for name in list(values):
        value = values[name]
        if name not in outer and isinstance(value, str):
            try:
                values[name] = _expand(value, values, outer, draft)
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


def _expand(
    value: str, values: Mapping[str, str | Unknown], outer: Mapping[str, str], draft: Draft
) -> str:
    """From right to left."""
    if len(value) < 2:
        return value
    pieces: list[str] = []
    last = len(value)
    position = value.rfind("$", 0, len(value) - 1)
    while position != -1:
        if position > 0 and value[position - 1] == "\\":
            pieces.append(value[position:last])
            position -= 1
        else:
            end = position + 2 if value[position + 1] == "{" else position + 1
            start, end = end, run_of(value, REFERENCE, end)
            known = outer.get(value[start:end])
            if known is None:
                found = values.get(value[start:end])
                if isinstance(found, Unknown):
                    raise UntoldError(found.why)
                known = found
            default = ""
            if value.startswith(":-", end):
                start = end + 2
                end = first_of(value, "}\\", start)
                default = value[start:end]
            if value.startswith("}", end):
                end += 1
            replacement = default if known is None else known
            draft.budget.spend(len(replacement))
            pieces += [value[end:last], replacement]
        last = position
        position = value.rfind("$", 0, position)
    return value[:last] + "".join(reversed(pieces))


READERS = (Reader(name="bun", title="Bun", versions=("1.4.5",), read=read),)

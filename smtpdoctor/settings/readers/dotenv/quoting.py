"""What a line evidently means, and how to quote it so that its readers get exactly that.

This module knows the text behind an `=` and asks the models. It must not know which readers a
folder uses, nor words for a report. What it returns of a value is a `Secret`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

import msgspec

from smtpdoctor.settings.model import Secret
from smtpdoctor.settings.readers.dotenv.reading import read

QUOTES = "'\"`"
#: A comment that nobody takes for a part of a value: blanks on both sides of the #.
EVIDENT_COMMENT = re.compile(r"(?<=[ \t])#(?=[ \t]|\Z)")
BEHIND_QUOTE = re.compile(r"[ \t]*(?:#.*)?$")
#: `${NAME}` in capitals: written to be replaced.
REFERENCE = re.compile(r"\$\{[A-Z_][A-Z0-9_]*(?::?[-+?=][^}]*)?\}")
NAMED = re.compile(r"\$\{?([A-Za-z0-9_.]+)")


class Meant(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody who writes that behind an `=` evidently means.

    value: the text without the quotes around it, nothing cut.
    also: the same with the escapes of double quotes resolved: a reader that gives this gives
        what was meant, too.
    quote: the quotes around it. open_quote: one at the start that this line does not close.
    comment: there is an evident comment behind the value.
    reference: it holds a `${NAME}`, which was written to be replaced.
    end: how many characters of the text are the value, quotes included.
    """

    value: Secret
    also: Secret | None
    quote: str
    open_quote: bool
    comment: bool
    reference: bool
    end: int

    def is_met_by(self, value: Secret | None) -> bool:
        """Whether that value is what was meant."""
        if value is None:
            return False
        also = self.also.reveal() if self.also else None
        return value.reveal() in (self.value.reveal(), also)


def evidently_meant(text: str) -> Meant:
    """What the text behind an `=`, up to the end of its line, evidently means."""
    text = text.rstrip("\r\n")
    quote = text[:1] if text[:1] in tuple(QUOTES) else ""
    closing = _closing(text) if quote else None
    if closing is not None:
        inner = text[1:closing]
        unescaped = re.sub(r"\\([\\\"$`])", r"\1", inner) if quote == '"' else inner
        return Meant(
            value=Secret(inner),
            also=Secret(unescaped) if unescaped != inner else None,
            quote=quote,
            open_quote=False,
            comment="#" in text[closing + 1 :],
            reference=quote != "'" and REFERENCE.search(inner) is not None,
            end=closing + 1,
        )
    comment = EVIDENT_COMMENT.search(text)
    value = (text[: comment.start()] if comment else text).rstrip(" \t")
    return Meant(
        value=Secret(value),
        also=None,
        quote="",
        open_quote=bool(quote),
        comment=comment is not None,
        reference=REFERENCE.search(value) is not None,
        end=len(value),
    )


def _closing(text: str) -> int | None:
    """The quote that closes the value: one that only a comment may follow; of several the first
    without a backslash, so that a quote within a comment is none."""
    quote = text[0]
    candidates = []
    offset = text.find(quote, 1)
    while offset != -1:
        if text[offset - 1] != "\\" and _ends_behind(text, offset + 1):
            return offset
        candidates.append(offset)
        offset = text.find(quote, offset + 1)
    return next((at for at in reversed(candidates) if _ends_behind(text, at + 1)), None)


def _ends_behind(text: str, offset: int) -> bool:
    rest = text[offset : offset + 2].lstrip(" \t")
    return not rest.strip("#") and BEHIND_QUOTE.match(text, offset) is not None


class Quoting(msgspec.Struct, frozen=True, kw_only=True):
    """The right-hand side that serves most readers.

    text: what to write behind the `=`.
    cannot: the readers that get something else by it, in the order asked for.
    """

    text: Secret
    cannot: tuple[str, ...]


def quoting(value: str, readers: Collection[str]) -> Quoting:
    """The way of quoting that gives most of these readers exactly that value; of equal ones the
    plainest, single quotes first."""
    best: Quoting | None = None
    for candidate in _candidates(value):
        cannot = tuple(reader for reader in readers if not _gives(reader, candidate, value))
        if best is None or len(cannot) < len(best.cannot):
            best = Quoting(text=Secret(candidate), cannot=cannot)
        if not cannot:
            break
    assert best is not None
    return best


def quote(value: str, readers: Collection[str]) -> str | None:
    """The right-hand side by which all these readers get exactly that value; None without one."""
    best = quoting(value, readers)
    return None if best.cannot else best.text.reveal()


def _candidates(value: str) -> Iterator[str]:
    yield f"'{value}'"
    yield f'"{value}"'
    yield value
    yield f"`{value}`"
    for escaped in ("$", '"\\', '"\\$', '"\\$`'):
        changed = "".join("\\" + c if c in escaped else c for c in value)
        yield f'"{changed}"'
        if escaped == "$":
            yield f"'{changed}'"
    yield "'" + value.replace("'", "'\\''") + "'"
    yield "'" + value.replace("'", "\\'") + "'"
    yield re.sub(r"([^A-Za-z0-9_./:@%+=,-])", r"\\\1", value)
    yield '"' + value.replace("$", "$$") + '"'


def _gives(reader: str, candidate: str, value: str) -> bool:
    """Whether the reader gets the value by that text, whatever its references name, and still
    sees the line behind it."""
    text = f"SMTPDOCTOR={candidate}\nFOLLOWING=text\n"
    names = set(NAMED.findall(value))
    for environ in ({}, dict.fromkeys(names, "set")) if names else ({},):
        file = read(reader, text, environ)
        entry, following = file.entry("SMTPDOCTOR"), file.entry("FOLLOWING")
        if entry is None or entry.value is None or entry.value.reveal() != value:
            return False
        if following is None or following.value is None or following.value.reveal() != "text":
            return False
    return True

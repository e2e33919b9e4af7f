"""A user's value and line as reports may show them, with the places of the value in it.

This module knows lines: where the value stands in one, and what stands around it. What of a
value is harmless it asks of `harmless` and `url`; everything else of the line is masked: comments,
leftovers, neighbours. It must not know which value wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from smtpdoctor.settings.harmless import is_guessable, shown
from smtpdoctor.settings.model import MASK, Origin
from smtpdoctor.settings.names import ValueKind
from smtpdoctor.settings.sources import Occurrence
from smtpdoctor.settings.url import URL, read_url

#: What stands before a value in the dialects of `.env`.
HEAD = re.compile(r"\s{0,40}(?:export\s{1,8})?['\"]?(\S+?)['\"]?\s{0,40}=\s{0,40}")


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A value and its line as reports show them.

    `origin` has the columns of the value in `line`. `start` is where the value's own text begins
    in the line (from 1, behind its quote), None where it does not stand there as it is.
    """

    text: str
    line: str | None
    origin: Origin
    start: int | None = None

    def place(self, url: URL, span: tuple[int, int]) -> Origin:
        """The origin of a part of the value, which is that URL."""
        if self.start is None:
            return self.origin
        first, last = url.shift(span)
        columns = (self.start + first, self.start + last)
        return msgspec.structs.replace(self.origin, columns=columns)


class Masking:
    """Knows the secrets of a run's sources, which other values may repeat."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = frozenset(secret for secret in secrets if secret)
        self._cut = sorted((s for s in self._secrets if not is_guessable(s)), key=len, reverse=True)

    def url(self, text: str, item: Occurrence | None = None) -> URL:
        """The URL taken apart; a user name that is a secret is hidden."""
        note = item.note if item is not None else None
        return read_url(text, self._secrets, cut=note is not None and note.kind == "comment-behind")

    def value(self, kind: ValueKind, text: str, item: Occurrence | None = None) -> str:
        """What of a value may be shown."""
        if kind == "url":
            return self._without_secrets(self.url(text, item).masked)
        if kind == "username" and text.strip() in self._secrets:
            return MASK  # Postmark's user name is the token
        found = shown(kind, text)
        if kind == "host" and found == MASK and ("@" in text or "://" in text):
            bare = text.strip()
            if not any(character.isspace() for character in bare):
                found = self.url(bare, item).masked  # a URL in the place of a host
        return self._without_secrets(found)

    def occurrence(self, kind: ValueKind, item: Occurrence) -> Shown:
        """A value with its line."""
        value = item.value.reveal()
        text = self.value(kind, value, item)
        if item.line is None:
            return Shown(text=text, line=None, origin=item.origin)
        source, quote = item.line.text.reveal(), item.line.quote
        start, end = item.line.columns
        head, written, tail = source[: start - 1], source[start - 1 : end - 1], source[end - 1 :]
        head = _head(head, item.name)
        verbatim = kind != "secret" and written == f"{quote}{value}{quote}"
        if kind == "secret":
            part, tail = (MASK if value else written), ""
        else:
            part = f"{quote}{text}{quote}" if verbatim else MASK if written.strip() else written
        first = len(head) + 1
        # where a secret was cut out of what a URL shows, no part's place is known any more
        whole = kind != "url" or text == self.url(value, item).masked
        return Shown(
            text=text,
            line=f"{head}{part}{_tail(tail)}",
            origin=msgspec.structs.replace(item.origin, columns=(first, first + len(part))),
            start=first + len(quote) if verbatim and whole else None,
        )

    def _without_secrets(self, text: str) -> str:
        for secret in self._cut:
            text = text.replace(secret, MASK)
        return text


def _head(text: str, name: str) -> str:
    """What stands before the value: the name, and what the dialect allows around it."""
    match = HEAD.fullmatch(text)
    return text if match is not None and match[1] == name else f"{name}="


def _tail(text: str) -> str:
    """What stands behind the value: nothing of it is known to be harmless but a comment's mark."""
    text = text.strip()
    if not text:
        return ""
    return f" # {MASK}" if text.startswith("#") else f" {MASK}"


def secrets_of(kind: ValueKind, item: Occurrence) -> set[str]:
    """Every secret that the value holds, as written and as meant."""
    value = item.value.reveal()
    if kind == "secret":
        return {value}
    if kind == "url" or (kind == "host" and ("@" in value or "://" in value)):
        url = read_url(value)
        if url.password is not None:
            start, end = url.password.span
            return {value[start:end], url.password.value.reveal()}
    return set()

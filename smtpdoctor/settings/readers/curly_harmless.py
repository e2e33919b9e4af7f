"""Which parts of the lines of languages with braces hold no value: what `harmless` says of others.

This module knows tokens, and what settings are called. It must not know what a line is about.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from itertools import pairwise

from smtpdoctor.settings.readers.curly_tokens import LEXES, Piece, Token, tokens_of
from smtpdoctor.settings.readers.harmless import SETTING_KEY, WORDS, Literal, is_setting_name
from smtpdoctor.settings.readers.model import LanguageName, Span
from smtpdoctor.settings.readers.source import Source

#: What asks for a setting by its name alone: `getenv("SMTP_HOST")`, `@Value("${smtp.host}")`.
ASKS = re.compile(
    r"(?i)get\w*|var|env|option_env|value|\w*config\w*|\w*section|required?\w*|lookup"
)
#: What Rust calls a lifetime looks like a text that is never closed.
LIFETIME = "'"
FILLED_IN = re.compile(r"\$\{([\w.-]+)\}")
_BEFORE = """
and as by case contains descending downTo else equals extern if in include infix instanceof is let
matches not on or orderby return select step throw to until when where with yield
"""
_BEHIND = """
and as ascending contains downTo else equals if in infix instanceof into is matches or orderby
select step to u8 until when where with
"""
#: Words of the languages that stand right before or behind a text. Any other name there, or a
#: number, is what a quote too many made of one: a password has a quote in it that nobody escaped.
BEFORE_TEXT, BEHIND_TEXT = frozenset(_BEFORE.split()), frozenset(_BEHIND.split())
OF_PERL = frozenset({"unless", "eq", "ne", "cmp", "x", "lt", "gt", "for", "foreach", "until"})
#: Languages in which nothing but an operator ends what a text stands in, whatever the line.
WITH_SEMICOLONS = ("java", "csharp", "rust", "dart", "perl")


class CurlyTokens:
    """What of the lines of one file holds no value."""

    is_code = True

    def __init__(self, source: Source, language: LanguageName) -> None:
        self._source = source
        self._language = language

    @cached_property
    def _tokens(self) -> list[Token]:
        return list(tokens_of(self._source.bytes, self._language))

    @cached_property
    def _starts(self) -> list[int]:
        return [token.start for token in self._tokens]

    @cached_property
    def _torn(self) -> list[tuple[int, int]]:
        """The bytes in which what looks like names may be a piece of a text: from a quote too many
        to the end of its line or, where texts go over lines, of the file."""
        found: list[tuple[int, int]] = []
        held = [token for token in self._tokens if token.kind != "comment"]
        for before, after in pairwise(held):
            if not self._is_torn(before, after):
                continue
            if LEXES[self._language].many_lines or self._goes_over_lines(before, after):
                return [*found, (before.start, len(self._source.bytes))]
            found.append((before.start, after.end))
        return found

    def _is_torn(self, before: Token, after: Token) -> bool:
        if before.kind == "text":
            known = after.kind == "name" and after.text in BEHIND_TEXT | OF_PERL
            ended = after.fresh and self._language not in WITH_SEMICOLONS
            return after.kind in ("name", "number", "text") and not known and not ended
        # Perl calls without brackets, and any name may stand before a text
        named = self._language == "perl" or before.text in BEFORE_TEXT
        known = before.kind == "name" and named
        return after.kind == "text" and before.kind in ("name", "number") and not known

    def _goes_over_lines(self, *tokens: Token) -> bool:
        return any(b"\n" in self._source.bytes[token.start : token.end] for token in tokens)

    def harmless(self, line: int) -> list[Span]:
        """The parts of a line that may be shown as they stand."""
        found = []
        for place, token in self._of_line(line):
            if token.kind == "broken":
                return []
            plain = token.kind == "name" or (token.kind == "op" and token.text != LIFETIME)
            if plain or self._is_word(place, token):
                found.append(self._source.span(token.start, token.end))
        return found

    def literals(self, span: Span) -> list[Literal]:
        """The values that stand in a span of one line."""
        found = []
        for _, token in self._of_line(span.line):
            if token.kind == "broken":
                return []
            place = self._source.span(token.start, token.end)
            inside = span.columns[0] <= place.columns[0] and place.columns[1] <= span.columns[1]
            if inside and token.kind in ("text", "number") and span.end_line == span.line:
                found += self._said(token, place)
        return found

    def _said(self, token: Token, place: Span) -> list[Literal]:
        """What stands between the quotes of a text in one piece; else the texts in its code."""
        if token.kind == "number":
            return [Literal(place, self._source.slice(token.start, token.end))]
        if not token.pieces:
            written = self._source.slice(token.start, token.end)
            inner = written[1:-1] if written[:1] == '"' else written
            return [Literal(place, inner)]
        return [each for piece in token.pieces for each in self._inside(piece)]

    def _inside(self, piece: Piece) -> list[Literal]:
        return [
            each
            for token in piece.code or ()
            if token.kind in ("text", "number")
            for each in self._said(token, self._source.span(token.start, token.end))
        ]

    def _of_line(self, line: int) -> list[tuple[int, Token]]:
        """The tokens that stand in a line as a whole, and what is broken in it."""
        place = self._source.line_bytes(line)
        if place is None:
            return []
        if any(start <= place[1] and end > place[0] for start, end in self._torn):
            return [(-1, Token("broken", *place))]
        first = max(bisect_right(self._starts, place[0]) - 1, 0)
        found = []
        for number in range(first, len(self._tokens)):
            token = self._tokens[number]
            if token.start > place[1]:
                break
            if (token.kind == "broken" and token.end > place[0]) or (
                token.start >= place[0] and token.end <= place[1]
            ):
                found.append((number, token))
        return found

    def _is_word(self, place: int, token: Token) -> bool:
        """Whether a text is one of the language's own words, or what a setting is called."""
        if token.kind != "text" or token.pieces or not token.text:
            return token.kind == "text" and not token.pieces and token.text == ""
        if WORDS.fullmatch(token.text):
            return True
        filled_in = FILLED_IN.fullmatch(token.text)
        name = filled_in[1] if filled_in else token.text
        is_name = SETTING_KEY.search(name) is not None and is_setting_name(name)
        return is_name and self._is_key(place)

    def _is_key(self, place: int) -> bool:
        """Whether a text says which setting is meant: `put("mail.smtp.host", …)`, `["Smtp:Host"]`,
        or what something that asks is called with."""
        before, asked, after = (self._text(place + step) for step in (-1, -2, 1))
        if before == "[":
            return True
        if before == "!" or (before == "(" and asked == "!"):
            asked = self._text(place - 3)
        if asked == ">" and self._text(place - 4) == "<":  # GetValue<int>("Smtp:Port")
            asked = self._text(place - 5)
        return before == "(" and (after == "," or ASKS.fullmatch(asked) is not None)

    def _text(self, place: int) -> str:
        within = 0 <= place < len(self._tokens)
        token = self._tokens[place] if within else None
        return (token.text or "") if token is not None and token.kind in ("name", "op") else ""

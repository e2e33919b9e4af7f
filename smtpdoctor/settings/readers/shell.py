"""Commands of shell scripts as words, with what variables put into them.

This module knows quotes, `$NAME`, `${NAME:-default}`, assignments, comments, lines that go on and
here-documents. It runs nothing, and must not know what a command does. What a command prints
(`$(…)`) can't be told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from smtpdoctor.settings.readers.harmless import is_setting_name
from smtpdoctor.settings.readers.model import Environment, Known, Origin, Span, Unknown, Value
from smtpdoctor.settings.readers.source import Source

ASSIGNMENT = re.compile(r"(?:export\s+|readonly\s+|local\s+)?(?P<name>[A-Za-z_]\w*)=")
VARIABLE = re.compile(
    r"\$(?:\{(?P<braced>[A-Za-z_]\w*)(?::?[-=](?P<default>[^{}]*))?\}|(?P<name>[A-Za-z_]\w*))"
)
HEREDOC = re.compile(r"<<-?\s*(['\"]?)(?P<word>\w+)\1")
ENDS = re.compile(r"\n|;|&&|\|\|?|&(?!>)|\)|\(")
MOST_WORDS = 20_000


@dataclass(slots=True, repr=False)
class Word:
    """One word of a command: what it says, and where."""

    value: Value
    start: int
    end: int
    #: As it is written.
    text: str

    @property
    def told(self) -> str:
        """What it says, as it is written where that can't be told."""
        return str(self.value.value) if isinstance(self.value, Known) else self.text


class Script:
    """The commands of one script, in their order, and what its variables were then."""

    #: What ends a command, what begins a here-document, and what something is put in for.
    _ends: ClassVar[re.Pattern[str]] = ENDS
    _heredoc: ClassVar[re.Pattern[str]] = HEREDOC
    _filled: ClassVar[str] = "$`"

    def __init__(self, source: Source, environment: Environment) -> None:
        self._source = source
        self._text = source.text
        self._environment = environment
        self._set: dict[str, Value] = {}
        #: Quotes, and what stands for a variable: what of a line is no value.
        self.syntax: list[Span] = []

    def commands(self) -> Iterator[list[Word]]:
        """Every command with its words; assignments count for those behind them."""
        words: list[Word] = []
        at, size, heredocs = 0, len(self._text), list[str]()
        for _ in range(MOST_WORDS):
            if at >= size:
                break
            character = self._text[at]
            if character in " \t\r" or self._text.startswith("\\\n", at):
                at += 2 if character == "\\" else 1
                continue
            if character == "#":
                at = self._end_of_line(at)
                continue
            heredoc = self._heredoc.match(self._text, at)
            if heredoc is not None:
                heredocs.append(heredoc["word"])
                at = heredoc.end()
                continue
            end = self._ends.match(self._text, at)
            if end is not None:
                if words:
                    yield words
                words, at = [], end.end()
                if end[0] == "\n":
                    for word in heredocs:
                        at = self._behind(word, at)
                    heredocs = []
                continue
            assigned = ASSIGNMENT.match(self._text, at) if not words else None
            if assigned is not None:
                value = self._word(assigned.end())
                self._set[assigned["name"]] = value.value
                at = max(value.end, assigned.end())
                continue
            word_ = self._word(at)
            words.append(word_)
            at = max(word_.end, at + 1)
        if words:
            yield words

    def _end_of_line(self, at: int) -> int:
        end = self._text.find("\n", at)
        return len(self._text) if end < 0 else end

    def _behind(self, word: str, at: int) -> int:
        found = re.compile(rf"(?m)^\t*{re.escape(word)}[ \t]*$").search(self._text, at)
        return found.end() if found is not None else len(self._text)

    def _word(self, start: int) -> Word:
        """The word that begins there, with quotes taken off and variables filled in."""
        parts: list[Value] = []
        plain: list[str] = []
        at, size, quote, first = start, len(self._text), "", start

        def flush(end: int) -> None:
            if plain:
                span = self._source.characters(first, end)
                parts.append(Known("".join(plain), span))
                plain.clear()

        while at < size:
            character = self._text[at]
            if not quote and (character in " \t\r\n" or self._ends.match(self._text, at)):
                break
            if character == quote:
                quote = ""
                flush(at)
                self.syntax.append(self._source.characters(at, at + 1))
            elif not quote and character in "'\"":
                flush(at)
                self.syntax.append(self._source.characters(at, at + 1))
                quote, first = character, at + 1
            elif character == "\\" and quote != "'":
                if not plain:
                    first = at
                plain.append(self._text[at + 1 : at + 2].replace("\n", ""))
                at += 1
            elif character in self._filled and quote != "'":
                flush(at)
                at, value = self._expanded(at)
                parts.append(value)
                first = at
                continue
            else:
                if not plain:
                    first = at
                plain.append(character)
            at += 1
        flush(at)
        return self._made(parts, start, at)

    def _expanded(self, at: int) -> tuple[int, Value]:
        """What a dollar sign puts in, and where it ends."""
        found = VARIABLE.match(self._text, at)
        if found is None:
            return self._untold(at)
        name = found["braced"] or found["name"]
        span = self._source.characters(found.start(), found.end())
        if is_setting_name(name):
            before = found.start("default") if found["default"] is not None else found.end()
            self.syntax.append(self._source.characters(found.start(), before))
            self.syntax.append(self._source.characters(found.end() - 1, found.end()))
        value = self._set.get(name) or self._environment.lookup(name)
        if value is None or (found["default"] is not None and getattr(value, "value", 1) == ""):
            if found["default"] is not None:
                place = self._source.characters(found.start("default"), found.end("default"))
                return found.end(), Known(found["default"].strip("'\""), place)
            return found.end(), Known("", span, (Origin("unset", name, None, span),))
        if isinstance(value, Unknown):
            return found.end(), value
        if name not in self._set:
            origin = Origin("environment", name, value.span, span)
            return found.end(), Known(str(value.value), value.span, (origin, *value.trail))
        return found.end(), value

    def _untold(self, at: int) -> tuple[int, Value]:
        """What a dollar sign puts in that is no variable by itself, and a command's output."""
        following = self._text[at + 1 : at + 2]
        span = self._source.characters(at, at + 1)
        if self._text[at] == "$" and following not in ("(", "{"):
            if following.isdigit() or (following and following in "@*#?$!-"):
                text = "whoever starts the script gives it"
                return at + 2, Unknown("parameter", text, span)
            return at + 1, Known("$", span)
        closing = {"(": ")", "{": "}"}.get(following, "`") if self._text[at] == "$" else "`"
        end = self._text.find(closing, at + 1)
        end = len(self._text) if end < 0 else end + 1
        return end, Unknown("computed", "what a command prints can't be told", span)

    def _made(self, parts: list[Value], start: int, end: int) -> Word:
        span, written = self._source.characters(start, end), self._text[start:end]
        untold = next((each for each in parts if isinstance(each, Unknown)), None)
        if untold is not None:
            return Word(Unknown(untold.reason, untold.text, span), start, end, written)
        known = [each for each in parts if isinstance(each, Known)]
        if len(known) == 1:
            return Word(known[0], start, end, written)
        text, pieces = "", []
        for each in known:
            inner = each.pieces or ((0, each),)
            pieces += [(len(text) + offset, piece) for offset, piece in inner]
            text += str(each.value)
        trail = tuple(dict.fromkeys(step for each in known for step in each.trail))
        trail += (Origin("joined", ""),) if trail else ()
        made = Known(text, span, trail, pieces=tuple(pieces))
        return Word(made, start, end, written)


class Lines(Script):
    """The same of a file of a program's own commands, in which only blanks, quotes, backslashes and
    comments mean something, and a dollar sign is one."""

    _ends = re.compile(r"\n")
    _heredoc = re.compile(r"(?!)")
    _filled = ""

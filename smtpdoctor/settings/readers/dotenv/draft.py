"""What the models share: places in a text, the answer as it grows, and bounds.

This module knows texts, lines and columns. It must not know any reader.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable

from smtpdoctor.settings.model import Secret
from smtpdoctor.settings.readers.dotenv.model import (
    Alteration,
    DotenvFile,
    Effect,
    Entry,
    Fault,
    FaultKind,
    Precedence,
    Untold,
)

NEWLINE = re.compile(r"\r\n|\n|\r")

#: Characters that the references of one file may add up to: `A=$B$B$B`, `B=$C$C$C` … doubles with
#: every line. What goes beyond is not told.
MOST_EXPANDED = 4 * 1024 * 1024

#: White space as JavaScript's `\\s` and `trim` have it (ECMA-262, WhiteSpace and LineTerminator).
JAVASCRIPT_SPACE = (
    "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
#: As Go's `unicode.IsSpace` has it.
GO_SPACE = (
    "\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
    "\u200a\u2028\u2029\u202f\u205f\u3000"
)
#: As PHP's `trim` has it.
PHP_TRIM = " \t\n\r\0\v"
#: As C, Perl's and Ruby's `\\s` have it for bytes.
ASCII_SPACE = " \t\n\v\f\r"


class UntoldError(Exception):
    """A value that can't be told; stays within this package."""

    def __init__(self, why: Untold) -> None:
        super().__init__(why)
        self.why: Untold = why


class RefusedError(Exception):
    """The reader stops here; stays within this package."""

    def __init__(self, kind: FaultKind, offset: int, name: str | None = None) -> None:
        super().__init__(kind)
        self.kind: FaultKind = kind
        self.offset = offset
        self.name = name


class Budget:
    """How much the references of one file may still add up to."""

    def __init__(self, limit: int = MOST_EXPANDED) -> None:
        self.left = limit

    def spend(self, amount: int) -> None:
        """Take that many characters; raises `UntoldError` when there are no more."""
        self.left -= amount
        if self.left < 0:
            raise UntoldError("too-large")


class Unknown:
    """Stands among the values for one that can't be told."""

    __slots__ = ("why",)

    def __init__(self, why: Untold) -> None:
        self.why: Untold = why


class Draft:
    """The answer of one reader as it grows.

    text: what the reader looks at, its byte order mark and line ends as that reader takes them;
    offsets count in it. Lines are the same as in the file as long as no line end is invented.
    values: what each name stands for so far.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.values: dict[str, str | Unknown] = {}
        self.budget = Budget()
        self._starts = [0, *(match.end() for match in NEWLINE.finditer(text))]
        self._entries: list[Entry] = []
        self._faults: list[Fault] = []

    def value_of(self, name: str) -> str | None:
        """What the name stands for so far, None where it is not set; raises `UntoldError`."""
        value = self.values.get(name)
        if isinstance(value, Unknown):
            raise UntoldError(value.why)
        return value

    def line(self, offset: int) -> int:
        """The line of that offset, from 1."""
        return bisect_right(self._starts, offset)

    def add(
        self,
        name: str,
        value: str | Unknown,
        start: int,
        end: int,
        alterations: Iterable[Alteration] = (),
        *,
        from_reference: bool = False,
    ) -> None:
        """An assignment whose value stands from `start` to `end`."""
        self.values[name] = value
        first = self.line(start)
        begin = self._starts[first - 1]
        line_end = self._line_end(first)
        quote = self.text[start : start + 1]
        self._entries.append(
            Entry(
                name=name,
                value=None if isinstance(value, Unknown) else Secret(value),
                line=first,
                last_line=self.line(max(start, end - 1)),
                text=Secret(self.text[begin:line_end]),
                columns=(start - begin + 1, max(start, min(end, line_end)) - begin + 1),
                quote=quote if quote in ("'", '"', "`") else "",  # type: ignore[arg-type]
                alterations=tuple(dict.fromkeys(alterations)),
                untold=value.why if isinstance(value, Unknown) else None,
                from_reference=from_reference,
            )
        )

    def _line_end(self, line: int) -> int:
        if line == len(self._starts):
            return len(self.text)
        end = self._starts[line]
        while end > self._starts[line - 1] and self.text[end - 1] in "\r\n":
            end -= 1
        return end

    def fault(self, kind: FaultKind, effect: Effect, offset: int, name: str | None = None) -> None:
        """Something that the reader stumbles over at that offset."""
        self._faults.append(Fault(kind=kind, effect=effect, line=self.line(offset), name=name))

    def refuse(self, error: RefusedError, effect: Effect = "file-refused") -> None:
        """What the reader stops with."""
        self.fault(error.kind, effect, error.offset, error.name)

    def finish(self, reader: str, precedence: Precedence = "environment") -> DotenvFile:
        """The whole answer."""
        return DotenvFile(
            reader=reader,
            entries=tuple(self._entries),
            faults=tuple(self._faults),
            precedence=precedence,
        )


def run_of(text: str, characters: str, offset: int, end: int | None = None) -> int:
    """Where the run of those characters that begins at `offset` ends."""
    stop = len(text) if end is None else end
    while offset < stop and text[offset] in characters:
        offset += 1
    return offset


def first_of(text: str, characters: str, offset: int, end: int | None = None) -> int:
    """Where the first of those characters stands from `offset` on; the end without one."""
    stop = len(text) if end is None else end
    pattern = _ANY_OF.get(characters)
    if pattern is None:
        pattern = _ANY_OF[characters] = re.compile("[" + re.escape(characters) + "]")
    match = pattern.search(text, offset, stop)
    return match.start() if match else stop


_ANY_OF: dict[str, re.Pattern[str]] = {}


def line_end(text: str, offset: int) -> int:
    """Where the line of `offset` ends, before its line feed."""
    end = text.find("\n", offset)
    return len(text) if end == -1 else end


def unified(text: str) -> str:
    """With every line end a line feed, as Python's text files and many readers do it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


class Commands:
    """Which `$(…)` of a value are balanced and not empty: those that Ruby's and Symfony's
    readers run."""

    def __init__(self, value: str) -> None:
        self.ends: dict[int, int] = {}
        sound: list[bool] = []
        opened: list[int] = []
        if "$(" not in value:
            return
        for offset, character in enumerate(value):
            if character == "(":
                opened.append(offset)
                sound.append(True)
            elif character == ")" and opened:
                start = opened.pop()
                good = sound.pop() and offset - start > 1
                if good:
                    self.ends[start] = offset + 1
                elif sound:
                    sound[-1] = False


def without_commands(value: str) -> str:
    r"""The value with `\$(…)` freed of its backslash; `UntoldError` where a command would run."""
    commands = Commands(value)
    parts = []
    last = 0
    offset = value.find("$(")
    while offset != -1:
        end = commands.ends.get(offset + 1)
        if end is None:
            end = offset + 2
        elif offset > last and value[offset - 1] == "\\":
            parts += [value[last : offset - 1], value[offset:end]]
            last = end
        else:
            raise UntoldError("command")
        offset = value.find("$(", end)
    return "".join(parts) + value[last:]

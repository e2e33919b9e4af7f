"""What a reader of `.env` files makes of a text, as typed facts.

This module knows the shape of the answer. It must not know any reader, nor the words in which a
report tells a fact. Values and lines may hold secrets and print as a mask; no fact says how long
a value is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

from smtpdoctor.settings.model import Secret

#: What the reader did between the characters of the file and the value.
Alteration = Literal[
    "quotes-stripped",  # the quotes around the whole value are gone: what is nearly always meant
    "quotes-kept",  # they are part of the value
    "quotes-removed",  # quotes inside, or around a part of the value, are gone
    "cut-at-hash",  # what follows a # is taken for a comment
    "cut-after-quote",  # what follows the closing quote is dropped
    "cut-at-line-end",  # the value went on in the next line, the reader did not
    "cut-at-operator",  # a ; & | < > or ( ended the value
    "blanks-removed",  # blanks inside the value are gone
    "escape-processed",  # a backslash and what follows it became something else
    "dollar-expanded",  # a $NAME or ${NAME} was replaced, with whatever it names
    "home-expanded",  # a ~ became a home folder
    "lines-joined",  # the value goes on over the next lines
    "bytes-lost",  # a part of a character is gone
    "cast",  # the text became something else than text: true, null
]

#: Why the value can't be told here, though the program has one or stops for it.
Untold = Literal[
    "command",  # a command would have to be run
    "process",  # it depends on the running process: $$, $!, $RANDOM
    "too-large",  # its references grow beyond what is read here
    "null",  # the program gets no text at all
    "error",  # the program stops when it asks for this value
]

FaultKind = Literal[
    "no-assignment",  # a line without a separator
    "name-invalid",
    "quote-not-closed",
    "text-after-quote",
    "blank-in-value",
    "blank-before-value",
    "blank-after-name",
    "escape-unknown",
    "reference-invalid",  # ${ without its end, or with what this reader has no meaning for
    "reference-required",  # ${NAME:?} of a name that is not set
    "unset-exported",  # export NAME of a name that was never set
    "command-unsupported",  # $(…), which this reader stops at
    "byte-order-mark",
    "line-too-long",
    "runs-as-command",  # a shell runs (the rest of) the line
    "shell-syntax",
]

#: What a fault does: the line alone is lost, all that follows, or every line of the file.
Effect = Literal["line-skipped", "rest-lost", "file-refused"]

#: What counts where the environment has the name too.
Precedence = Literal["environment", "environment-unless-empty", "file"]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One assignment as its reader takes it.

    value: what the program gets; None where that can't be told, and `untold` says why.
    line: where the value begins, from 1. last_line: where it ends.
    text: that first line without its end.
    columns: the half-open range of the value in it, from 1, with its quotes and without what was
        cut; of a value over several lines, the part in the first.
    quote: the quote that the value begins with in the file, whether or not the reader heeds it.
    from_reference: `${NAME:=text}` elsewhere set it; it has no text of its own.
    """

    name: str
    value: Secret | None
    line: int
    last_line: int
    text: Secret
    columns: tuple[int, int]
    quote: Literal["", "'", '"', "`"] = ""
    alterations: tuple[Alteration, ...] = ()
    untold: Untold | None = None
    from_reference: bool = False


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """A place that the reader stumbles over, silently or not."""

    kind: FaultKind
    effect: Effect
    line: int
    name: str | None = None  # the variable, where the line gives one


class DotenvFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file as one reader reads it: every assignment in order, duplicates included.

    Of a refused file the program gets nothing; `entries` are those before the fault.
    """

    reader: str
    entries: tuple[Entry, ...]
    faults: tuple[Fault, ...]
    precedence: Precedence

    @property
    def refused(self) -> bool:
        """Whether the reader stops with an error and sets nothing at all."""
        return any(fault.effect == "file-refused" for fault in self.faults)

    def entry(self, name: str) -> Entry | None:
        """The assignment of that name which counts; None where the program gets none."""
        if self.refused:
            return None
        return next((entry for entry in reversed(self.entries) if entry.name == name), None)

    def values(self) -> dict[str, Secret | None]:
        """What the file gives, by name; None for what can't be told."""
        if self.refused:
            return {}
        return {entry.name: entry.value for entry in self.entries}

    def wins(self, name: str, environ: Mapping[str, str]) -> bool:
        """Whether this file's value counts before the environment's."""
        if self.precedence == "file" or name not in environ:
            return True
        return self.precedence == "environment-unless-empty" and not environ[name]


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """A program's way to read a `.env`.

    name: as `--reader` and the knowledge call it. title: as a report names it.
    versions: the releases that the model was proven against; none where it follows a source that
        was read and could not be run.
    read: a pure function from a text and an environment; it never raises.
    """

    name: str
    title: str
    versions: tuple[str, ...]
    read: Callable[[str, Mapping[str, str]], DotenvFile]

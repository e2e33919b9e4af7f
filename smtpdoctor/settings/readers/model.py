"""What a reader answers: a value with the place it stands at, or why it can't be told.

This module knows values, places and the truth of languages. It must not know any syntax, where
files and variables come from, nor what a setting means to a program.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

LanguageName = Literal[
    "javascript", "python", "php", "ruby", "go", "java", "kotlin", "csharp", "rust", "elixir",
    "powershell", "dart", "perl", "r", "shell", "yaml", "json", "toml", "properties", "ini", "text",
]  # fmt: skip

#: Why a value can't be told.
Reason = Literal[
    "computed",  # an expression or function that is not understood
    "called",  # the result of a function that is not in the folder
    "parameter",  # whoever calls the function decides
    "request",  # whoever asks the program for a page gives it, as in a form
    "imported",  # from a module that is not in the folder
    "undeclared",  # a name that nothing here sets
    "condition",  # several ways, and which is taken can't be told
    "failure",  # only where an error happened before, and whether one does can't be told
    "stops",  # the program ends with an error instead: `int("True")`
    "environment",  # the variable's own value can't be told
    "encrypted",  # it stands in an encrypted file or a vault
    "too-deep",
    "too-long",
    "cycle",
    "syntax",  # the file doesn't parse here
    "unreadable",  # no such file, or it is too large
]

#: Texts that are meant for no, in lower case; most languages take each for true.
NO = frozenset({"false", "0", "no", "off"})

OriginKind = Literal[
    "environment",  # a variable that is set; the span is its line in a file, if it has one
    "unset",  # a variable that was asked for and that nobody set: what follows is the default
    "emptied",  # what stood there for a variable that nobody has, and was hardly meant as one
    "constant",  # a name whose value is written elsewhere
    "conversion",  # Number(), int(), cast=bool: what the value went through
    "condition",  # what decided between several ways
    "joined",  # made from several values: no single place holds it
    "part",  # code took it out of a longer text: a URL's port, which `name` says
    "deciding-part",  # such a part decided between several ways
    "kept",  # a variable that a library has and getenv() doesn't find
    "exported",  # a variable of this process that a file's value is made from,
    "specifier",  # a part of it was replaced by systemd, by what is not known here
]


class OutOfTimeError(Exception):
    """The time for all questions to a folder is over."""


class Absent:
    """JavaScript's undefined, and what a path that is not there leads to. There is one."""

    _one: Absent | None = None

    def __new__(cls) -> Absent:
        cls._one = cls._one or super().__new__(cls)
        return cls._one

    def __repr__(self) -> str:
        return "ABSENT"

    def __bool__(self) -> bool:
        return False


ABSENT = Absent()


@dataclass(frozen=True, slots=True)
class Span:
    """Characters of a file. Lines and columns count from 1; `columns` is half-open.

    Where `end_line` is another line, the second column is one of that line. A byte order mark
    counts as no column.
    """

    file: str
    line: int
    columns: tuple[int, int]
    end_line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Origin:
    """One step on the way of a value. `span` is where it is written, `read_at` where it is used.

    `place` is where a part stands in the text that it was taken out of.
    """

    kind: OriginKind
    name: str
    span: Span | None = None
    read_at: Span | None = None
    place: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A value as the program would have it, in the language's own type.

    `span` is the expression that was asked about, None for a value without a place (the process
    environment's). `trail` is the way it came, deepest first. `raw` and `style` are a document's
    scalar as it is written, for formats that consumers read differently. `pieces` are the values
    that a text was put together from, with the character where each begins.
    """

    value: Any
    span: Span | None = None
    trail: tuple[Origin, ...] = ()
    raw: str | None = None
    style: Literal["plain", "quoted", "block", ""] = ""
    pieces: tuple[tuple[int, Known], ...] = ()

    def __repr__(self) -> str:
        """Without the value, which may be a secret."""
        return f"Known({type(self.value).__name__} at {self.span})"

    @property
    def written(self) -> Span | None:
        """The characters to change to change this value; None where it has no place."""
        if any(origin.kind == "joined" for origin in self.trail):
            return self.span
        part = self.part
        if part is not None and part.span is not None:
            return part.span
        for origin in self.trail:
            if origin.kind in ("environment", "constant"):
                return origin.span
        return self.span

    @property
    def part(self) -> Origin | None:
        """Which part of a longer text it is, where it is one part of one text."""
        parts = [origin for origin in self.trail if origin.kind == "part"]
        return parts[-1] if parts else None

    @property
    def absent(self) -> bool:
        """Whether it is undefined, null or not there."""
        return self.value is None or self.value is ABSENT

    @property
    def variables(self) -> tuple[str, ...]:
        """The environment variables that it was made from, set or not."""
        return variables_of(self.trail)

    @property
    def unset(self) -> tuple[str, ...]:
        """Those of them that nothing sets."""
        return tuple(dict.fromkeys(o.name for o in self.trail if o.kind == "unset"))

    def get(self, key: Any) -> Value:
        """What stands under the key: Known(ABSENT) where nothing does."""
        if isinstance(self.value, Map):
            return self.value.get(key, self.span)
        if isinstance(self.value, List) and isinstance(key, int):
            return self.value.get(key, self.span)
        return Known(ABSENT, self.span)

    def at(self, *path: Any) -> Value:
        """What stands at the end of the path."""
        return walk(self, path)

    def read_from(self, variable: str, at: Span | None) -> Known:
        """A variable's value as what reads it at a place has it."""
        origin = Origin("environment", variable, self.span, at)
        return Known(self.value, at, (origin, *self.trail))

    def through(self, *origins: Origin, span: Span | None = None) -> Known:
        """The same value after further steps."""
        return replace(self, trail=self.trail + origins, span=span or self.span)


#: Stands in a text for a part of it that can't be told.
GAP = "\ue000"


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that can't be told. It is never the same as one that is not set.

    `text` is a sentence of ours that holds nothing of the file but names, and decides nothing.
    `alternatives` are the values between which can't be decided. `name` is the parameter's that
    whoever calls gives, or one that nothing sets: where a secret should stand that may be the
    secret, written without quotes. `otherwise` is what counts in its place where it is absent:
    `from || "a@b.example"`. `partly` is the text where parts of it are known, with a GAP for each
    of the others: `smtps://${user}:${password}@smtp.example.com`.
    """

    reason: Reason
    text: str
    span: Span | None = None
    trail: tuple[Origin, ...] = ()
    alternatives: tuple[Value, ...] = ()
    name: str = ""
    otherwise: Value | None = None
    partly: Known | None = None

    @property
    def absent(self) -> bool:
        return False

    @property
    def written(self) -> Span | None:
        return self.span

    @property
    def variables(self) -> tuple[str, ...]:
        """The environment variables that it was made from, set or not."""
        return variables_of(self.trail)

    @property
    def unset(self) -> tuple[str, ...]:
        """Those of them that nothing sets."""
        return tuple(dict.fromkeys(o.name for o in self.trail if o.kind == "unset"))

    def get(self, key: Any) -> Value:
        """What stands under a key of what can't be told can't be told either."""
        otherwise = self.otherwise.get(key) if self.otherwise is not None else None
        if not self.alternatives and otherwise is None and self.partly is None:
            return self
        alternatives = tuple(each.get(key) for each in self.alternatives)
        return replace(self, alternatives=alternatives, otherwise=otherwise, partly=None)

    def at(self, *path: Any) -> Value:
        """What stands at the end of the path."""
        return walk(self, path)

    def through(self, *origins: Origin, span: Span | None = None) -> Unknown:
        """The same after further steps."""
        return replace(self, trail=self.trail + origins, span=self.span or span)


Value = Known | Unknown


def stops(why: str) -> str:
    """The words for a value that the program ends at instead of having it."""
    return f"{why}, and the program stops here"


#: What stands in a form, a query or another part of a request: who uses the program types it.
OF_A_REQUEST = Unknown("request", "whoever fills in the form gives it")


def is_sender(value: Value) -> bool:
    """Whether a message's sender is worth telling: it is there, or a request gives it."""
    return not value.absent if isinstance(value, Known) else value.reason == "request"


def walk(value: Value, path: tuple[Any, ...]) -> Value:
    for key in path:
        value = value.get(key)
    return value


def variables_of(trail: tuple[Origin, ...]) -> tuple[str, ...]:
    names = [origin.name for origin in trail if origin.kind in ("environment", "unset")]
    return tuple(dict.fromkeys(names))


class Entry:
    """One key of a map, whose value is worked out when somebody asks for it.

    A `key` of None stands for keys that can't be told: what an unknown object brings in.
    """

    __slots__ = ("_make", "_value", "key", "span")

    def __init__(self, key: Any, value: Value | Callable[[], Value], span: Span | None) -> None:
        self.key = key
        self.span = span  # of key and value together
        self._value: Value | None = None
        self._make: Callable[[], Value] | None = None
        if isinstance(value, Known | Unknown):
            self._value = value
        else:
            self._make = value

    @property
    def value(self) -> Value:
        if self._value is None:
            make = self._make
            self._value = Unknown("cycle", "it is made from itself", self.span)
            if make is not None:
                try:
                    self._value = make()
                except RecursionError:  # thousands of values, each made from the one before
                    self._value = Unknown("too-deep", "it is nested too deep", self.span)
        return self._value


@dataclass(slots=True, repr=False)
class Map:
    """Keys with values in their order; of two that are the same, the later counts."""

    entries: list[Entry] = field(default_factory=list)
    #: What it is an instance of, where it is one: "PHPMailer".
    kind: str = ""

    def get(self, key: Any, span: Span | None = None) -> Value:
        """The value of the key; Known(ABSENT) where it is not there, Unknown where it may be."""
        for entry in reversed(self.entries):
            if entry.key is None:
                return self._spread_over(entry, key)
            if same_key(entry.key, key):
                return entry.value
        return Known(ABSENT, span)

    def _spread_over(self, unknown: Entry, key: Any) -> Value:
        """What an object that can't be told brings in, with what stood there before it."""
        value, before = unknown.value, self.entries[: self.entries.index(unknown)]
        own = next((e for e in reversed(before) if e.key is None or same_key(e.key, key)), None)
        if not isinstance(value, Unknown) or own is None or own.key is None:
            return value
        return replace(value, otherwise=own.value)

    def entry(self, key: Any) -> Entry | None:
        """The entry of the key, for its span; None where there is none."""
        return next((e for e in reversed(self.entries) if same_key(e.key, key)), None)

    def keys(self) -> list[Any]:
        """The keys that can be told, in their order."""
        return list(dict.fromkeys(e.key for e in self.entries if e.key is not None))

    @property
    def whole(self) -> bool:
        """Whether all keys can be told."""
        return all(entry.key is not None for entry in self.entries)


def map_of(values: Mapping[Any, Value]) -> Known:
    """These values by their keys, each where it stands."""
    return Known(Map([Entry(key, value, value.span) for key, value in values.items()]))


def same_key(mine: Any, asked: Any) -> bool:
    """Keys are the same as text; True and 1 are not."""
    return bool(mine == asked and isinstance(mine, bool) == isinstance(asked, bool))


@dataclass(slots=True, repr=False)
class List:
    """Values in their order. With `open`, others that can't be told may stand among them."""

    items: list[Entry] = field(default_factory=list)
    open: Unknown | None = None

    def get(self, index: int, span: Span | None = None) -> Value:
        """The value there; Known(ABSENT) beyond the end."""
        if self.open is not None:
            return self.open
        if -len(self.items) <= index < len(self.items):
            return self.items[index].value
        return Known(ABSENT, span)

    def __iter__(self) -> Iterator[Value]:
        return (item.value for item in self.items)

    def __len__(self) -> int:
        return len(self.items)


class Symbol(str):
    """A name as a value: Ruby's :plain."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Special:
    """A thing of the language or a library that the evaluator knows: process.env, os.environ."""

    name: str
    #: What it was made with, where that matters.
    value: Any = None


class Environment(Protocol):
    """The variables that the program would see."""

    def lookup(self, name: str) -> Value | None:
        """The variable's text with its origin, None where nobody sets it.

        A Known's `span` is its line in a file, None for the process environment's.
        """


class Files(Protocol):
    """The folder, as far as readers may look at it."""

    def read(self, path: str) -> bytes | None:
        """A file's bytes by its path in the folder ("config/mail.js"), None where none is."""


def truth(value: Any, language: LanguageName) -> bool:
    """Whether the language takes this value (a `Known`'s) for true.

    >>> truth("false", "javascript"), truth("0", "php"), truth(0, "ruby")
    (True, False, True)
    """
    if value is ABSENT or value is None or value is False:
        return False
    if language in ("ruby", "elixir"):
        return True
    if isinstance(value, Map | List):
        size = len(value.entries) if isinstance(value, Map) else len(value.items)
        return bool(size) or language not in ("python", "php")
    if isinstance(value, float) and math.isnan(value):
        return language != "javascript"
    if language in ("php", "perl") and value == "0":
        return False
    return bool(value) if isinstance(value, str | int | float) else True


def says_no(value: Any) -> bool:
    """Whether it is a text that is meant for no, whatever its language takes it for.

    >>> says_no("False"), says_no("0"), says_no(""), says_no(False)
    (True, True, False, False)
    """
    return isinstance(value, str) and value.strip().lower() in NO


def plain(value: Value) -> Any:
    """A known value as Python's own dict, list and scalars; what can't be told stays `Unknown`.

    So do parts beyond some thousands, which aliases can make of a few lines.
    """
    return _plain(value, [MAXIMUM_PARTS], 0)


MAXIMUM_PARTS = 10_000


def _plain(value: Value, left: list[int], depth: int) -> Any:
    left[0] -= 1
    if isinstance(value, Unknown):
        return value
    if left[0] < 0 or depth > 100:
        return Unknown("too-long", "there is too much of it", value.span)
    if isinstance(value.value, Map):
        made = value.value
        return {key: _plain(made.get(key), left, depth + 1) for key in made.keys()}  # noqa: SIM118
    if isinstance(value.value, List):
        return [_plain(item, left, depth + 1) for item in value.value]
    return value.value

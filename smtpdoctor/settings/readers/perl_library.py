"""What Perl's operators and functions come to, and where its programs read variables.

This module knows the language's coercions, `%ENV`, and files that are loaded. It must not know
tokens, nor what a setting means. `undef` is None; a reference and what it refers to are one thing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from smtpdoctor.settings.readers.evaluation import (
    Evaluation,
    Operator,
    UntellableError,
    name_of,
)
from smtpdoctor.settings.readers.model import (
    ABSENT,
    Known,
    Special,
    Unknown,
    Value,
)
from smtpdoctor.settings.readers.module import Module
from smtpdoctor.settings.readers.syntax import Call, Function, Parameter
from smtpdoctor.settings.readers.truthful import Truthful
from smtpdoctor.settings.readers.written_paths import written_path

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.evaluation import ClassValue
    from smtpdoctor.settings.readers.project import Project

END = 1 << 62
ENVIRONMENT = Special("environment")
NUMBER = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
#: What reads a YAML or JSON file, by the last part of its name.
LOADS = {"LoadFile": "yaml", "read_yaml": "yaml"}
#: Packages whose names mean something here before a file is looked for.
LONGEST_PATH = 200


def to_text(value: Any) -> str:
    if value is None or value is ABSENT:
        return ""
    if isinstance(value, bool):
        return "1" if value else ""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        whole = isinstance(value, float) and value.is_integer() and abs(value) < 1e15
        return str(int(value)) if whole else str(value)
    raise UntellableError("a reference as text")


def to_number(value: Any) -> int | float:
    """Of a text the digits at its start."""
    if isinstance(value, int | float):
        return value
    found = NUMBER.match(to_text(value)[:400])
    if found is None:
        return 0
    number = float(found[0])
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def compared(rule: Callable[[Any, Any], bool], kind: Callable[[Any], Any]) -> Operator:
    return lambda left, right: rule(kind(left), kind(right))


def times(left: Any, right: Any) -> str:
    count = int(to_number(right))
    if not 0 <= count <= 100:
        raise UntellableError("a text many times")
    return to_text(left) * count


def divided(left: Any, right: Any) -> int | float:
    number = to_number(left) / to_number(right)
    return int(number) if number.is_integer() else number


OPERATORS: Mapping[str, Operator] = {
    ".": lambda a, b: to_text(a) + to_text(b),
    "+": lambda a, b: to_number(a) + to_number(b),
    "-": lambda a, b: to_number(a) - to_number(b),
    "*": lambda a, b: to_number(a) * to_number(b),
    "/": divided,
    "x": times,
    **{sign: compared(rule, to_number) for sign, rule in {
        "==": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b,
        ">": lambda a, b: a > b, "<=": lambda a, b: a <= b, ">=": lambda a, b: a >= b,
    }.items()},
    **{word: compared(rule, to_text) for word, rule in {
        "eq": lambda a, b: a == b, "ne": lambda a, b: a != b, "lt": lambda a, b: a < b,
        "gt": lambda a, b: a > b, "le": lambda a, b: a <= b, "ge": lambda a, b: a >= b,
    }.items()},
}  # fmt: skip


def joined(separator: Any, *values: Any) -> str:
    return to_text(separator).join(map(to_text, values))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "lc": lambda value: to_text(value).lower(),
    "uc": lambda value: to_text(value).upper(),
    "lcfirst": lambda value: to_text(value)[:1].lower() + to_text(value)[1:],
    "ucfirst": lambda value: to_text(value)[:1].upper() + to_text(value)[1:],
    "int": lambda value: int(to_number(value)),
    "length": lambda value: None if value is None else len(to_text(value)),
    "defined": lambda value: value is not None and value is not ABSENT,
    "exists": lambda value: value is not ABSENT and value is not None,
    "join": joined,
    "trim": lambda value: to_text(value).strip(),
}


class Perl(Truthful):
    """The `Semantics` of Perl."""

    language: Any = "perl"
    operators = OPERATORS
    absent: Any = None
    selves = frozenset({"$self"})
    whole_chains = False
    otherwise = "//"
    bare_calls = False

    def __init__(self, project: Project, file: str) -> None:
        self.project = project
        self.file = file

    def global_name(self, name: str) -> Value | None:
        if name == "%ENV":
            return Known(ENVIRONMENT)
        if name == "__PACKAGE__" or name in FUNCTIONS:
            return Known(Special("function", name))
        sigil, path = (name[0], name[1:]) if name[:1] in "$@%&" else ("", name)
        package, mark, own = path.rpartition("::")
        if not mark:
            return None
        found = self._module(f"{package.replace('::', '/')}.pm")
        return found.lookup(sigil + own, found.module, END) if found is not None else None

    def member(self, object_: Value, name: str, ask: Evaluation) -> Value:
        if isinstance(object_, Unknown):
            return object_.get(name)
        return ask.unknown("computed", f"what {name[:40]} gives can't be told")

    def index(self, object_: Value, key: Value, ask: Evaluation) -> Value:
        if isinstance(object_, Known) and object_.value == ENVIRONMENT:
            return ask.variable(key)
        return self.part(object_, key, ask)  # a hash comes into being when it is asked

    # -- operators

    def unary(self, operator: str, value: Any) -> Any:
        if operator.startswith("cast"):
            return value
        return -to_number(value) if operator == "-" else super().unary(operator, value)

    def operator(self, operator: str, left: Value, right: Value, ask: Evaluation) -> Value | None:
        return None

    def text_of(self, value: Any) -> str:
        return to_text(value)

    # -- calls

    def call(self, call: Call, callee: Value, ask: Evaluation) -> Value | None:
        name = name_of(call.callee)
        last = re.split(r"::|\.", name)[-1]
        given = ask.evaluator.arguments(call, ask.frame)
        values = [value for each, value in given if each is None]
        if last in LOADS and values:
            return self._loaded(call, LOADS[last], ask)
        own = callee.value if isinstance(callee, Known) else None
        if isinstance(own, Special) and own.name == "function" and own.value in FUNCTIONS:
            untold = next((value for each, value in given if each == "*"), None)
            if untold is not None:
                return untold
            return ask.apply(FUNCTIONS[own.value], *values)
        return None

    def _loaded(self, call: Call, format_: str, ask: Evaluation) -> Value:
        """`YAML::LoadFile("config.yml")`."""
        written = call.arguments[0].value
        path = written_path(written, ask.frame.scope)
        found = self._file(path) if path is not None else None
        document = self.project.document(found, format_) if found is not None else None
        if document is None or isinstance(document, Unknown):
            return ask.unknown("unreadable", "the file that is read is not in the folder")
        return document.root

    def _file(self, path: str) -> str | None:
        """A file of the folder by the end of its path: beside this one, or above it."""
        if len(path) > LONGEST_PATH:
            return None
        folder = self.file.rpartition("/")[0]
        while True:
            candidate = f"{folder}/{path}".lstrip("/")
            if self.project.files.read(candidate) is not None:
                return candidate
            if not folder:
                return None
            folder = folder.rpartition("/")[0]

    def instance(self, made: ClassValue, call: Call, ask: Evaluation) -> Value | None:
        return None

    def parameter(self, parameter: Parameter, function: Function, ask: Evaluation) -> Value | None:
        return None

    # -- modules

    def imported(self, path: str, name: str | None, ask: Evaluation) -> Value:
        return ask.unknown("imported", f"{path[:80]!r} is not read as a value")

    def star(self, path: str, name: str, ask: Evaluation) -> Value | None:
        found = self._module(path)
        return found.lookup(name, found.module, END) if found is not None else None

    def _module(self, path: str) -> Any:
        """The evaluator of another file: `My/Config.pm` beside this one, in lib/ or above."""
        for candidate in (path, f"lib/{path}"):
            file = self._file(candidate)
            found = self.project.module(file) if file is not None and file != self.file else None
            if isinstance(found, Module):
                return found.evaluator
        return None

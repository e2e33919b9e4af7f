"""What Elixir's operators and functions come to, and where its programs read variables.

This module knows the language's coercions, System and Config, and Keyword. It must not know node
types, nor what a setting means. A variable that has to be set and isn't (`System.fetch_env!`) is
not told: the program stops there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from smtpdoctor.settings.readers.evaluation import (
    ClassValue,
    Closure,
    Evaluation,
    Operator,
    StopsError,
    UntellableError,
)
from smtpdoctor.settings.readers.harmless import showable
from smtpdoctor.settings.readers.model import (
    ABSENT,
    Entry,
    Known,
    List,
    Map,
    Special,
    Symbol,
    Unknown,
    Value,
    truth,
)
from smtpdoctor.settings.readers.syntax import Call, Function, Parameter
from smtpdoctor.settings.readers.truthful import Truthful

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.project import Project

#: The functions that have a rule here.
ENVIRONMENT = ("System.get_env", "System.fetch_env!", "System.fetch_env")
PROFILE = ("config_env", "Mix.env", "Config.config_env")


def to_text(value: Any) -> str:
    """to_string."""
    if value is None or value is ABSENT:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise UntellableError("an object as text")


def to_integer(value: Any) -> int:
    """String.to_integer: raises for what is no whole number."""
    if isinstance(value, str) and re.fullmatch(r"[+-]?\d{1,300}", value):
        return int(value)
    raise StopsError("this is no text with a whole number")


def to_atom(value: Any) -> Any:
    if not isinstance(value, str):
        raise StopsError("this is no text")
    return {"true": True, "false": False, "nil": None}.get(value, Symbol(value))


def text(rule: Callable[..., Any]) -> Callable[..., Any]:
    def apply(value: Any, *more: Any) -> Any:
        if not isinstance(value, str):
            raise StopsError("this is no text")
        return rule(value, *more)

    return apply


def contained(item: Any, container: Any) -> bool:
    """`item in container`."""
    if isinstance(container, List) and container.open is None:
        values = list(container)
        if all(isinstance(value, Known) for value in values):
            return any(isinstance(v, Known) and equal(v.value, item) for v in values)
    raise UntellableError("whether it is in there")


def equal(left: Any, right: Any) -> bool:
    """`==`: an atom is no text."""
    if isinstance(left, Map | List) or isinstance(right, Map | List):
        raise UntellableError("whether two collections are the same")
    if isinstance(left, Symbol) != isinstance(right, Symbol):
        return False
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def contains(value: str, part: Any) -> bool:
    parts = list(part) if isinstance(part, List) else [Known(part)]
    if not all(isinstance(each, Known) and isinstance(each.value, str) for each in parts):
        raise UntellableError("whether it is in there")
    return any(isinstance(each, Known) and each.value in value for each in parts)


def concatenated(left: Any, right: Any) -> str:
    """`<>` of two binaries."""
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    raise StopsError("the operands don't fit")


def numbers(rule: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def apply(left: Any, right: Any) -> Any:
        fits = isinstance(left, int | float) and isinstance(right, int | float)
        if not fits or isinstance(left, bool) or isinstance(right, bool):
            raise UntellableError("the operands don't fit")
        return rule(left, right)

    return apply


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "String.to_integer": to_integer,
    "String.to_atom": to_atom,
    "String.to_existing_atom": to_atom,
    "String.downcase": text(lambda t: t.lower()),
    "String.upcase": text(lambda t: t.upper()),
    "String.trim": text(lambda t: t.strip()),
    "String.contains?": text(contains),
    "String.to_charlist": text(lambda t: t),
    "to_charlist": to_text,
    "to_string": to_text,
    "Kernel.to_string": to_text,
    "Atom.to_string": to_text,
    "Integer.to_string": to_text,
    "is_nil": lambda value: value is None,
    "is_binary": lambda value: isinstance(value, str) and not isinstance(value, Symbol),
    "is_integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "Kernel.||": lambda a, b: a if truth(a, "elixir") else b,
    "Kernel.==": equal,
    "Kernel.in": contained,
}
OPERATORS: Mapping[str, Operator] = {
    "==": equal,
    "!=": lambda a, b: not equal(a, b),
    "in": contained,
    "not in": lambda a, b: not contained(a, b),
    "<>": concatenated,
    "+": numbers(lambda a, b: a + b),
    "-": numbers(lambda a, b: a - b),
    "*": numbers(lambda a, b: a * b),
    "<": numbers(lambda a, b: a < b),
    ">": numbers(lambda a, b: a > b),
    "<=": numbers(lambda a, b: a <= b),
    ">=": numbers(lambda a, b: a >= b),
}


class Elixir(Truthful):
    """The `Semantics` of Elixir."""

    language: Any = "elixir"
    operators = OPERATORS
    absent: Any = None
    selves: frozenset[str] = frozenset()
    whole_chains = False
    bare_calls = False

    def __init__(self, project: Project, file: str) -> None:
        self.project = project
        self.file = file

    def global_name(self, name: str) -> Value | None:
        known = (
            "." in name
            or name in FUNCTIONS
            or name in PROFILE
            or name in ("raise", "then", "put_in")
        )
        return Known(Special("function", name)) if known else None

    def member(self, object_: Value, name: str, ask: Evaluation) -> Value:
        if isinstance(object_, Unknown):
            return object_.get(name)
        if isinstance(object_.value, Map):
            return object_.value.get(name, ask.span)
        return ask.unknown("computed", f"what {name} gives can't be told")

    def index(self, object_: Value, key: Value, ask: Evaluation) -> Value:
        return self.part(object_, key, ask)  # nil[:key] is nil

    # -- operators

    def operator(self, operator: str, left: Value, right: Value, ask: Evaluation) -> Value | None:
        return self._joined(left, right, ask) if operator == "++" else None

    def _joined(self, left: Value, right: Value, ask: Evaluation) -> Value:
        """Two keyword lists; of what can't be told, what is known of the other stays."""
        return Known(Map([*_entries(left, ask), *_entries(right, ask)]), ask.span)

    def text_of(self, value: Any) -> str:
        return to_text(value)

    # -- calls

    def call(  # branches: one rule for each kind of function
        self, call: Call, callee: Value, ask: Evaluation
    ) -> Value | None:
        if not isinstance(callee, Known) or not isinstance(callee.value, Special):
            return None
        name = str(callee.value.value)
        if name in PROFILE:
            return self._profile(ask)
        given = [value for _, value in ask.evaluator.arguments(call, ask.frame)]
        if name == "raise":
            return ask.unknown("computed", "the program stops here")
        if name in ENVIRONMENT and given:
            return self._variable(name, given, ask)
        if name.startswith(("Keyword.", "Map.")) and given:
            return self._keyword(name.partition(".")[2], given, ask)
        if name == "put_in" and len(given) == 3:
            path = given[1].value if isinstance(given[1], Known) else None
            keys = list(path) if isinstance(path, List) else []
            return self._keyword("put", [given[0], *keys, given[2]], ask)
        if name in ("then", "Kernel.then") and len(given) == 2:
            return self._applied(given[1], given[0], ask)
        if name in FUNCTIONS:
            if name.startswith("String.") and given and given[0].absent and given[0].unset:
                return unset(given[0].unset[0], given[0], ask)
            short = name.rpartition(".")[2]
            made = "to_" in short and short not in ("to_string", "to_charlist")
            return ask.apply(FUNCTIONS[name], *given, conversion=short if made else "")
        return None

    def _profile(self, ask: Evaluation) -> Value:
        found = ask.variable(Known("MIX_ENV"))
        return ask.apply(lambda value: Symbol(value or "prod"), found)

    def _variable(self, name: str, given: list[Value], ask: Evaluation) -> Value:
        if name == "System.get_env":
            return ask.variable(given[0], given[1] if len(given) > 1 else None)
        found = ask.variable(given[0])
        missing = isinstance(found, Known) and found.value is None
        if name == "System.fetch_env":
            if isinstance(found, Unknown):
                return found
            parts = [Known(Symbol("ok")), found]
            made = List([Entry(None, part, part.span) for part in parts])
            return Known(Symbol("error"), ask.span, found.trail) if missing else Known(made)
        if missing:
            return unset(found.unset[0], found, ask)
        return found

    def _applied(self, function: Value, value: Value, ask: Evaluation) -> Value | None:
        if isinstance(function, Known) and isinstance(function.value, Closure):
            return ask.evaluator.apply(function.value, [(None, value)], ask.at)
        return None

    def _keyword(self, name: str, given: list[Value], ask: Evaluation) -> Value | None:
        """Keyword.put, merge, get and their like."""
        key = given[1] if len(given) > 1 else None
        if name == "merge" and key is not None:
            return Known(Map([*_entries(given[0], ask), *_entries(key, ask)]), ask.span)
        if key is None or isinstance(key, Unknown):
            return None
        if name in ("put", "put_new") and len(given) == 3:
            entry = Entry(key.value, given[2], given[2].span)
            own = _entries(given[0], ask)
            return Known(Map([entry, *own] if name == "put_new" else [*own, entry]), ask.span)
        if name in ("get", "fetch!"):
            found = given[0].get(key.value)
            missing = isinstance(found, Known) and found.value is ABSENT
            default = given[2] if len(given) > 2 else Known(None, ask.span)
            return default if missing else found
        if name == "has_key?":
            return ask.apply(lambda own, asked: own.entry(asked) is not None, given[0], key)
        return None

    def instance(self, made: ClassValue, call: Call, ask: Evaluation) -> Value | None:
        return None

    # -- modules and parameters

    def parameter(self, parameter: Parameter, function: Function, ask: Evaluation) -> Value | None:
        return None

    def imported(self, path: str, name: str | None, ask: Evaluation) -> Value:
        return ask.unknown("imported", f"{path[:80]!r} is not read as a value")

    def star(self, path: str, name: str, ask: Evaluation) -> Value | None:
        return None


def _entries(value: Value, ask: Evaluation) -> list[Entry]:
    """The entries of a keyword list; one without a key for what can't be told."""
    if isinstance(value, Known):
        if isinstance(value.value, Map):
            return list(value.value.entries)
        if isinstance(value.value, List) and not value.value.items and value.value.open is None:
            return []
        if value.absent:
            return []
        value = Unknown("computed", "what is put together here can't be told", ask.span)
    return [Entry(None, value, ask.span)]


def unset(name: str, value: Value, ask: Evaluation) -> Unknown:
    """What is read from a variable that nothing here sets. What a look-up is called with may be a
    secret: only a setting's name is told."""
    asked = ", ".join(showable([name]))
    return Unknown("environment", f"nothing here sets {asked}", ask.span, value.trail)

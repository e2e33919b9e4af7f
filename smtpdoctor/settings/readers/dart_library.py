"""What Dart's operators and functions come to, and where its programs read variables.

This module knows `Platform.environment`, the packages that load a `.env`, and the classes of the
folder. It must not know node types, nor what a setting means.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from smtpdoctor.settings.readers.evaluation import Bound, ClassValue, Closure, Evaluation, made_of
from smtpdoctor.settings.readers.model import (
    Entry,
    Known,
    Map,
    Special,
    Symbol,
    Unknown,
    Value,
)
from smtpdoctor.settings.readers.module import callee_path
from smtpdoctor.settings.readers.syntax import Call, Function, Parameter
from smtpdoctor.settings.readers.typed_language import OPERATORS, Classes, boolean, integer, text

VARIABLES, OBJECT = "variables", "object"
#: What is given when the program is built: `--dart-define`.
DEFINED = frozenset({"String.fromEnvironment", "int.fromEnvironment", "bool.fromEnvironment"})
RULES: dict[str, Callable[..., Any]] = {
    "int.parse": integer,
    "int.tryParse": lambda value: integer(value) if re.fullmatch(r"\s*\d{1,18}\s*", text(value))
    else None,
    "bool.parse": lambda value, *_: boolean(value),
    "bool.tryParse": lambda value, *_: boolean(value),
}  # fmt: skip
METHODS: dict[str, Callable[..., Any]] = {
    "toString": text,
    "trim": lambda a: text(a).strip(),
    "toLowerCase": lambda a: text(a).lower(),
    "toUpperCase": lambda a: text(a).upper(),
    "contains": lambda a, b: text(b) in text(a),
    "startsWith": lambda a, b: text(a).startswith(text(b)),
}


class Dart(Classes):
    """The `Semantics` of Dart."""

    language: Any = "dart"
    absent: Any = None
    selves: frozenset[str] = frozenset()
    whole_chains = True
    bare_calls = False
    operators = OPERATORS
    otherwise = "??"
    declared = r"\b(?:class|enum)\s+%s\b"
    endings = (".dart",)

    def global_name(self, name: str) -> Value | None:
        made = self.class_of(name)
        if made is not None:
            return Known(made)
        if name in ("dotenv", "env"):  # of flutter_dotenv, and of dotenv by habit
            return Known(Special(VARIABLES))
        known = name[:1].isupper() or name in ("int", "bool")
        return Known(Special("type", name)) if known else None

    def parameter(self, parameter: Parameter, function: Function, ask: Evaluation) -> Value | None:
        return None  # what its callers give

    def member(self, object_: Value, name: str, ask: Evaluation) -> Value:
        if isinstance(object_, Unknown):
            return object_.get(name)
        thing = object_.value
        made = thing.value if isinstance(thing, Special) and thing.name == OBJECT else thing
        if isinstance(made, ClassValue):
            found = self.field(made, name)
            if found is not None:
                return found
        if isinstance(thing, Map):
            return thing.get(name, ask.span)
        if isinstance(thing, Special) and (thing.name == VARIABLES or thing.value == "Platform"):
            return Known(Special(VARIABLES), ask.span)  # dotenv.env, Platform.environment
        if isinstance(thing, Symbol | Special):
            return Known(Symbol(name), ask.span)
        if name == "isEmpty" and isinstance(thing, str):
            return Known(not thing, ask.span)
        if name == "isNotEmpty" and isinstance(thing, str):
            return Known(bool(thing), ask.span)
        return ask.unknown("computed", f"what {name} is can't be told")

    def index(self, object_: Value, key: Value, ask: Evaluation) -> Value:
        thing = object_.value if isinstance(object_, Known) else None
        if isinstance(thing, Special) and thing.name == VARIABLES:
            return ask.variable(key, Known(None, ask.span))
        return super().index(object_, key, ask)

    def text_of(self, value: Any) -> str:
        return text(value)

    # -- calls

    def call(self, call: Call, callee: Value, ask: Evaluation) -> Value | None:
        path = callee_path(call)
        given = ask.evaluator.arguments(call, ask.frame)
        values = [value for name, value in given if name is None]
        if path[0] == "field:":
            name = str(getattr(values[0], "value", ""))
            return ask.unknown("called", f"whoever makes this object gives {name}")
        last = ".".join(path[-2:])
        if last in DEFINED and values:
            return self._defined(given, values[0], ask)
        if last in RULES and values:
            return ask.apply(RULES[last], values[0])
        if call.new:
            return self._made(path[-1], given, ask)
        if isinstance(callee, Known) and isinstance(callee.value, Closure):
            return None
        bound = callee.value if isinstance(callee, Known) else None
        if not isinstance(bound, Bound):
            return None
        return self._method(bound, values, ask)

    @staticmethod
    def _defined(given: list[tuple[str | None, Value]], name: Value, ask: Evaluation) -> Value:
        """A constant of the build: what `--dart-define` may say, or else its default."""
        default = dict(given).get("defaultValue")
        if default is not None:
            return default
        what = str(name.value)[:60] if isinstance(name, Known) else "it"
        return ask.unknown("environment", f"--dart-define gives {what}")

    def _made(self, name: str, given: list[tuple[str | None, Value]], ask: Evaluation) -> Value:
        made = self.class_of(name)
        if made is not None:
            return Known(Special(OBJECT, made), ask.span)
        if name == "DotEnv":
            return Known(Special(VARIABLES), ask.span)
        placed = [value for key, value in given if key is None]
        entries = [Entry(place, value, value.span) for place, value in enumerate(placed)]
        entries += [Entry(key, value, value.span) for key, value in given if key is not None]
        return Known(Map(entries, name), ask.span)

    def _method(self, bound: Bound, values: list[Value], ask: Evaluation) -> Value | None:
        name, object_ = bound.name, bound.object
        if isinstance(object_, Unknown):
            return object_ if name in ("toString", "trim") else None
        thing = object_.value
        if isinstance(thing, Special) and thing.name == VARIABLES:
            if name in ("get", "maybeGet") and values:
                return ask.variable(values[0], Known(None, ask.span))
            return object_
        made = thing.value if isinstance(thing, Special) and thing.name == OBJECT else thing
        if isinstance(made, ClassValue):
            return self.function_of(made, name, values, ask)
        is_scalar = isinstance(thing, str | int | bool) and not isinstance(thing, Symbol)
        rule = METHODS.get(name) if is_scalar else None
        return made_of(ask.apply(rule, object_, *values), [object_]) if rule is not None else None

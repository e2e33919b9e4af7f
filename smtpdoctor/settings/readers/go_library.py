"""What Go's operators and functions come to, and where its programs read variables.

This module knows the language's zero values and os.Getenv. It must not know node types, nor what a
setting means. A constant of a package is the `Symbol` of its name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from smtpdoctor.settings.readers.evaluation import (
    Bound,
    ClassValue,
    Evaluation,
    UntellableError,
    made_of,
)
from smtpdoctor.settings.readers.model import (
    ABSENT,
    Known,
    List,
    Map,
    Special,
    Symbol,
    Unknown,
    Value,
)
from smtpdoctor.settings.readers.syntax import Call, Function, Parameter

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.project import Project


def atoi(value: Any) -> int:
    """strconv.Atoi; 0 with an error, which programs leave aside."""
    return int(value) if isinstance(value, str) and re.fullmatch(r"[+-]?\d{1,18}", value) else 0


def parse_bool(value: Any) -> bool:
    """strconv.ParseBool; false with an error."""
    return value in ("1", "t", "T", "TRUE", "true", "True")


def text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return str(value)
    raise UntellableError("an object as text")


def formatted(form: Any, *values: Any) -> str:
    """fmt.Sprintf with %s, %d and %v."""
    parts = re.split(r"%[sdv]", str(form))
    if len(parts) != len(values) + 1 or "%" in "".join(parts):
        raise UntellableError("a format that is not evaluated")
    return parts[0] + "".join(
        text(each) + part for each, part in zip(values, parts[1:], strict=True)
    )


def first_set(*values: Any) -> Any:
    """cmp.Or: the first that is no zero value."""
    return next((each for each in values if each), values[-1] if values else "")


RULES: dict[str, Callable[..., Any]] = {
    "strconv.Atoi": atoi,
    "strconv.ParseInt": lambda value, *_: atoi(value),
    "strconv.Itoa": text,
    "strconv.FormatInt": lambda value, *_: text(value),
    "strconv.ParseBool": parse_bool,
    "strings.ToLower": lambda value: text(value).lower(),
    "strings.ToUpper": lambda value: text(value).upper(),
    "strings.TrimSpace": lambda value: text(value).strip(),
    "strings.EqualFold": lambda a, b: text(a).lower() == text(b).lower(),
    "fmt.Sprintf": formatted,
    "fmt.Sprint": lambda *values: "".join(map(text, values)),
    "net.JoinHostPort": lambda host, port: f"{text(host)}:{text(port)}",
    "cmp.Or": first_set,
}

#: Those whose result holds their operands as they are.
JOINING = frozenset({"fmt.Sprintf", "fmt.Sprint", "net.JoinHostPort"})


def compared(rule: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def apply(left: Any, right: Any) -> Any:
        fits = isinstance(left, int | float) and isinstance(right, int | float)
        if not fits and not (isinstance(left, str) and isinstance(right, str)):
            raise UntellableError("operands that are not evaluated")
        return rule(left, right)

    return apply


def zero(value: Any) -> Any:
    return None if value is ABSENT else value


OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": compared(lambda a, b: a + b),
    "-": compared(lambda a, b: a - b),
    "==": lambda a, b: zero(a) == zero(b),
    "!=": lambda a, b: zero(a) != zero(b),
    "<": compared(lambda a, b: a < b),
    ">": compared(lambda a, b: a > b),
    "<=": compared(lambda a, b: a <= b),
    ">=": compared(lambda a, b: a >= b),
}


class Go:
    """The `Semantics` of Go."""

    language: Any = "go"
    absent: Any = ABSENT
    selves: frozenset[str] = frozenset()
    whole_chains = False
    bare_calls = False

    def __init__(self, project: Project, file: str) -> None:
        self.project = project
        self.file = file

    def global_name(self, name: str) -> Value | None:
        conversions = ("string", "int", "int64", "uint", "uint16")
        return Known(Special("conversion", name)) if name in conversions else None

    def member(self, object_: Value, name: str, ask: Evaluation) -> Value:
        if isinstance(object_, Unknown):
            return object_.get(name)
        if isinstance(object_.value, Special) and object_.value.name == "package":
            return Known(Symbol(name), ask.span)
        if isinstance(object_.value, Map):
            return object_.value.get(name, ask.span)
        return ask.unknown("computed", f"what {name} is can't be told")

    def index(self, object_: Value, key: Value, ask: Evaluation) -> Value:
        if isinstance(object_, Unknown) or isinstance(key, Unknown):
            return ask.unknown("computed", "a part of what can't be told")
        if isinstance(object_.value, Map | List):
            return object_.get(key.value)
        return ask.unknown("computed", "a part of a value that is not evaluated")

    def unary(self, operator: str, value: Any) -> Any:
        if operator == "found":  # the second result
            return value is not ABSENT
        if operator == "!" and isinstance(value, bool):
            return not value
        if operator == "-" and isinstance(value, int):
            return -value
        raise UntellableError(f"the operator {operator} is not evaluated")

    def binary(self, operator: str, left: Any, right: Any) -> Any:
        if operator not in OPERATORS:
            raise UntellableError(f"the operator {operator} is not evaluated")
        return OPERATORS[operator](left, right)

    def short_cut(self, operator: str, left: Known) -> bool | None:
        match operator:
            case "||":
                return left.value is True
            case "&&":
                return left.value is not True
        return None

    def text_of(self, value: Any) -> str:
        return text(value)

    def call(self, call: Call, callee: Value, ask: Evaluation) -> Value | None:
        if isinstance(callee, Unknown):
            return None
        values = [value for _, value in ask.evaluator.arguments(call, ask.frame)]
        special = callee.value
        if isinstance(special, Special) and special.name == "conversion" and len(values) == 1:
            return values[0]
        if not isinstance(special, Bound) or not isinstance(special.object, Known):
            return None
        package = special.object.value
        if not isinstance(package, Special) or package.name != "package":
            return None
        name = f"{str(package.value).rpartition('/')[2]}.{special.name}"
        if name == "os.Getenv" and values:
            return ask.variable(values[0], Known("", ask.span))
        if name == "os.LookupEnv" and values:
            return ask.variable(values[0])
        rule = RULES.get(name)
        if rule is None:
            return None
        result = ask.apply(rule, *values)
        return made_of(result, values) if name in JOINING else result

    def operator(self, operator: str, left: Value, right: Value, ask: Evaluation) -> Value | None:
        return None

    def imported(self, path: str, name: str | None, ask: Evaluation) -> Value:
        return Known(Special("package", path), ask.span)

    def parameter(self, parameter: Parameter, function: Function, ask: Evaluation) -> Value | None:
        return None

    def star(self, path: str, name: str, ask: Evaluation) -> Value | None:
        return None

    def instance(self, made: ClassValue, call: Call, ask: Evaluation) -> Value | None:
        return None

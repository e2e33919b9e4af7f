"""What Go's operators and functions come to, and where its programs read variables.

This module knows the language's zero values and os.Getenv. It must not know node types, nor what a
setting means; the module's own packages are `go_packages`. A constant of another module's package
is the `Symbol` of its name.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from smtpdoctor.settings.readers import go_flags, go_koanf, go_viper
from smtpdoctor.settings.readers.evaluation import (
    Bound,
    Closure,
    Evaluation,
    Operator,
    UntellableError,
    either,
    made_of,
)
from smtpdoctor.settings.readers.go import FILLED, PARTS, SET_ELSEWHERE
from smtpdoctor.settings.readers.go_documents import DECODER, cast_bool, opened, rule_of
from smtpdoctor.settings.readers.go_loaders import filled_by, returned
from smtpdoctor.settings.readers.go_packages import (
    MOST_PLACES,
    Packages,
    folder_of,
    member_of,
    packages_of,
)
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
)
from smtpdoctor.settings.readers.syntax import Binary, Call, Function, Parameter
from smtpdoctor.settings.readers.typed_language import Typed

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.project import Project


def atoi(value: Any) -> int:
    """strconv.Atoi; 0 with an error, which programs leave aside."""
    return int(value) if isinstance(value, str) and re.fullmatch(r"[+-]?\d{1,18}", value) else 0


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


def joined_path(*parts: Any) -> str:
    """path.Join: what is empty is left out."""
    return posixpath.normpath("/".join(text(each) for each in parts if text(each)) or ".")


def split(whole: Any, between: Any) -> List:
    """strings.Split."""
    parts = text(whole).split(text(between)) if between else list(text(whole))
    return List([Entry(None, Known(each), None) for each in parts])


RULES: dict[str, Callable[..., Any]] = {
    "strconv.Atoi": atoi,
    "strconv.ParseInt": lambda value, *_: atoi(value),
    "strconv.Itoa": text,
    "strconv.FormatInt": lambda value, *_: text(value),
    "strconv.ParseBool": cast_bool,
    "strings.ToLower": lambda value: text(value).lower(),
    "strings.ToUpper": lambda value: text(value).upper(),
    "strings.TrimSpace": lambda value: text(value).strip(),
    "strings.Split": split,
    "strings.Replace": lambda whole, old, new, count=-1: text(whole).replace(old, new, count),
    "strings.ReplaceAll": lambda whole, old, new: text(whole).replace(old, new),
    "strings.TrimPrefix": lambda whole, start: text(whole).removeprefix(start),
    "strings.TrimSuffix": lambda whole, end: text(whole).removesuffix(end),
    "strings.HasPrefix": lambda whole, start: text(whole).startswith(start),
    "strings.HasSuffix": lambda whole, end: text(whole).endswith(end),
    "strings.Contains": lambda whole, part: text(part) in text(whole),
    "strings.EqualFold": lambda a, b: text(a).lower() == text(b).lower(),
    "fmt.Sprintf": formatted,
    "fmt.Sprint": lambda *values: "".join(map(text, values)),
    "net.JoinHostPort": lambda host, port: f"{text(host)}:{text(port)}",
    "cmp.Or": first_set,
    "os.Getwd": lambda: ".",
    "filepath.Join": joined_path,
    "path.Join": joined_path,
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


def same(left: Any, right: Any) -> bool:
    """Whether both are equal; a field that was not given is "", 0, false or nil."""
    if left is ABSENT or right is ABSENT:
        return not (right if left is ABSENT else left)
    if isinstance(left, Map | List | Closure) or isinstance(right, Map | List | Closure):
        if left is None or right is None:
            return False
        raise UntellableError("operands that are not evaluated")
    return bool(left == right)


OPERATORS: Mapping[str, Operator] = {
    "+": compared(lambda a, b: a + b),
    "-": compared(lambda a, b: a - b),
    "==": same,
    "!=": lambda a, b: not same(a, b),
    "<": compared(lambda a, b: a < b),
    ">": compared(lambda a, b: a > b),
    "<=": compared(lambda a, b: a <= b),
    ">=": compared(lambda a, b: a >= b),
}


class Go(Typed):
    """The `Semantics` of Go."""

    language: Any = "go"
    absent: Any = ABSENT
    selves: frozenset[str] = frozenset()
    whole_chains = False
    bare_calls = False
    operators = OPERATORS

    def __init__(self, project: Project, file: str) -> None:
        self.project = project
        self.file = file

    @property
    def packages(self) -> Packages:
        return packages_of(self.project)

    def global_name(self, name: str) -> Value | None:
        if name in ("string", "int", "int64", "uint", "uint16"):
            return Known(Special("conversion", name))
        return self.packages.value(folder_of(self.file), name, self.file)

    def member(self, object_: Value, name: str, ask: Evaluation) -> Value:
        if isinstance(object_, Unknown) or isinstance(object_.value, Map):
            return member_of(self.packages, object_, name, ask)
        if isinstance(object_.value, Special) and object_.value.name == "package":
            folder = self.packages.folder_of_import(str(object_.value.value))
            if folder is None:
                return Known(Symbol(name), ask.span)
            found = self.packages.value(folder, name)
            if found is None:
                return ask.unknown("undeclared", f"nothing here sets {name}")
            return found
        return ask.unknown("computed", f"what {name} is can't be told")

    def unary(self, operator: str, value: Any) -> Any:
        if operator == "found":  # the second result
            return value is not ABSENT
        if operator == "failed":  # what can be told has not failed
            return None
        if operator in PARTS:
            found = re.fullmatch(r"\[?([^\[\]]*)\]?:(\w*)", text(value))
            if found is None:
                raise UntellableError("an address without a port")
            return found[1 + PARTS.index(operator)]
        if operator in ("no number", "no truth"):
            if (
                value == ""
            ):  # what is to be a number is missing: whether it is set is another matter
                raise UntellableError("a text that is empty")
            form = (
                r"[+-]?\d{1,18}"
                if operator == "no number"
                else "[01tTfF]|TRUE|true|True|FALSE|false|False"
            )
            return None if re.fullmatch(form, str(value)) else Symbol("an error")
        return super().unary(operator, value)

    def text_of(self, value: Any) -> str:
        return text(value)

    def call(self, call: Call, callee: Value, ask: Evaluation) -> Value | None:
        if isinstance(callee, Unknown):
            return None
        given = ask.evaluator.arguments(call, ask.frame)
        values = [value for name, value in given if name is None]
        special = callee.value
        if isinstance(special, Special) and special.name == "conversion" and len(values) == 1:
            return values[0]
        if not isinstance(special, Bound):
            return None
        package = special.object.value if isinstance(special.object, Known) else None
        if not isinstance(package, Special) or package.name != "package":
            return self._method(special.object, special.name, values, ask)
        own = self.packages.folder_of_import(str(package.value))
        if own is not None:
            return self._own(own, special.name, values, ask)
        return self._library(call, str(package.value), special.name, values, ask)

    def _own(self, folder: str, name: str, values: list[Value], ask: Evaluation) -> Value | None:
        """What a function of another package of the module gives."""
        function = self.packages.value(folder, name)
        made = function.value if isinstance(function, Known) else None
        if isinstance(made, Closure):
            return ask.evaluator.apply(made, [(None, each) for each in values], ask.at)
        is_conversion = isinstance(made, Special) and made.name == "conversion"
        return values[0] if is_conversion and len(values) == 1 else None

    def _library(
        self, call: Call, package: str, function: str, values: list[Value], ask: Evaluation
    ) -> Value | None:
        """What a function of Go's library, or of another module, gives."""
        filled = returned(self.packages, call, package, ask)
        if filled is not None:
            return filled
        held = self._of_configuration(package, function, values, ask)
        if held is not None or package == go_viper.PATH:
            return held
        name = f"{package.rpartition('/')[2]}.{function}"
        found = opened(name, values, ask)
        if found is not None:
            return found
        decoder = rule_of(package) if function == "NewDecoder" else None
        if decoder is not None and values:
            return Known(Special(DECODER, (decoder, values[0])), ask.span)
        if name == "strings.NewReplacer" and all(isinstance(each, Known) for each in values):
            pairs = tuple(str(each.value) for each in values if isinstance(each, Known))
            return Known(Special("replacer", pairs), ask.span)
        if name == "os.Getenv" and values:
            return ask.variable(values[0], Known("", ask.span))
        if name == "os.LookupEnv" and values:
            return ask.variable(values[0])
        rule = RULES.get(name)
        if rule is None:
            return None
        result = ask.apply(rule, *values)
        return made_of(result, values) if name in JOINING else result

    def _of_configuration(
        self, package: str, function: str, values: list[Value], ask: Evaluation
    ) -> Value | None:
        """What a function of a library gives that reads settings."""
        if package == go_viper.PATH:
            return go_viper.got(self.packages, "", function, values, ask)
        found = go_koanf.returned(package, function, values, ask)
        return found or go_flags.returned(package, function, values, ask)

    def _of_special(
        self, thing: Special, name: str, values: list[Value], ask: Evaluation
    ) -> Value | None:
        """What a method gives of what such a library has made."""
        if thing.name == go_viper.VIPER:
            return go_viper.got(self.packages, str(thing.value), name, values, ask)
        if thing.name == go_koanf.KOANF:
            return go_koanf.got(self.packages, name, values, ask)
        if thing.name in (go_flags.APPLICATION, go_flags.FLAG):
            return go_flags.of_kingpin(self.packages, thing, name, values, ask)
        if thing.name == go_flags.CONTEXT:
            return go_flags.of_context(self.packages, name, values, ask)
        return None

    def _method(
        self, object_: Value, name: str, values: list[Value], ask: Evaluation
    ) -> Value | None:
        """What a method gives of an object of a type of the module, or of each that it may be."""
        thing = object_.value if isinstance(object_, Known) else None
        if isinstance(thing, Special):
            return self._of_special(thing, name, values, ask)
        if isinstance(object_, Unknown):
            if not 0 < len(object_.alternatives) <= MOST_PLACES:
                return None
            ways = [self._method(each, name, values, ask) for each in object_.alternatives]
            found = [each for each in ways if each is not None]
            return either(found, ask.span, object_.text) if len(found) == len(ways) else None
        kind = object_.value.kind if isinstance(object_.value, Map) else ""
        method = self.packages.method(kind, name)
        if method is None:
            return None
        arguments: list[tuple[str | None, Value]] = [(None, each) for each in values]
        receiver = next((each for each in method.function.parameters if each.receiver), None)
        if receiver is not None:
            arguments.append((receiver.name, object_))
        return ask.evaluator.apply(method, arguments, ask.at)

    def operator(self, operator: str, left: Value, right: Value, ask: Evaluation) -> Value | None:
        if operator == SET_ELSEWHERE and isinstance(right, Known):
            return self.packages.set_elsewhere(self.file, right.value, left)
        if operator != FILLED or not isinstance(ask.at, Binary):
            return None
        call = ask.at.right
        return filled_by(self.packages, left, call, ask) if isinstance(call, Call) else left

    def imported(self, path: str, name: str | None, ask: Evaluation) -> Value:
        return Known(Special("package", path), ask.span)

    def parameter(self, parameter: Parameter, function: Function, ask: Evaluation) -> Value | None:
        file, _, type_ = parameter.type.rpartition(":")
        package, _, name = type_.rpartition(".")
        if name == "Viper" and self.packages.imported(file, package) == go_viper.PATH:
            return Known(Special(go_viper.VIPER, ""), ask.span)
        imported = self.packages.imported(file, package) or ""
        if name in go_flags.CONTEXTS and go_flags.URFAVE.fullmatch(imported):
            return Known(Special(go_flags.CONTEXT), ask.span)
        if name == "Koanf" and go_koanf.OWN.fullmatch(imported):
            return Known(Special(go_koanf.KOANF), ask.span)
        return self.packages.handed(parameter, function, ask)

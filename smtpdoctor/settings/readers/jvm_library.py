"""What Java's and Kotlin's operators and functions come to, and where programs read variables.

This module knows System.getenv, what files of configuration fill into fields (`@Value`), and the
classes of the folder. It must not know node types, nor what a setting means. A constant of a class
that is not in the folder is the `Symbol` of its name; an object of one is a `Map` of its kind,
with what it is made of by its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from smtpdoctor.settings.readers.curly import FIELD
from smtpdoctor.settings.readers.evaluation import (
    Bound,
    ClassValue,
    Closure,
    Evaluation,
    Operator,
    UntellableError,
    either,
    made_of,
)
from smtpdoctor.settings.readers.java import KEY, PREFIX
from smtpdoctor.settings.readers.jvm_keys import (
    KEYS,
    handed,
    keys,
    loads_a_file,
    made_by,
    of_keys,
    of_loaded,
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
from smtpdoctor.settings.readers.module import Module, callee_path
from smtpdoctor.settings.readers.syntax import Call, Scope
from smtpdoctor.settings.readers.typed_language import (
    OPERATORS,
    Classes,
    boolean,
    first_set,
    integer,
    text,
)

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.project import Project

#: Types whose value nobody can tell who isn't told.
PLAIN = re.compile(r"(?:[Ii]nt(eger)?|[Ll]ong|[Ss]hort|[Bb]oolean|[Ss]tring|[Dd]ouble|var|val)\??")


def integer_or_none(value: Any) -> int | None:
    return integer(value) if re.fullmatch(r"[+-]?\d{1,18}", str(value)) else None


def formatted(form: Any, *values: Any) -> str:
    """String.format with %s and %d."""
    parts = re.split(r"%[sd]", str(form))
    if len(parts) != len(values) + 1 or "%" in "".join(parts):
        raise UntellableError("a format that is not evaluated")
    return parts[0] + "".join(text(v) + part for v, part in zip(values, parts[1:], strict=True))


def if_empty(value: Any, other: Any) -> Any:
    return other if value in (None, ABSENT, "") else value


#: Functions by the last two names of what is called.
RULES: dict[str, Callable[..., Any]] = {
    "Integer.parseInt": integer,
    "Integer.valueOf": integer,
    "Long.parseLong": integer,
    "Boolean.parseBoolean": boolean,
    "Boolean.valueOf": boolean,
    "Boolean.toString": text,
    "Integer.toString": text,
    "String.valueOf": text,
    "Objects.toString": text,
    "String.format": formatted,
    "Objects.requireNonNull": lambda value, *_: value,
    "Objects.requireNonNullElse": first_set,
    "Optional.ofNullable": lambda value: value,
    "Optional.of": lambda value: value,
    "StringUtils.defaultIfBlank": if_empty,
    "StringUtils.defaultIfEmpty": if_empty,
    "StringUtils.defaultString": lambda value, other="": first_set(value, other),
    "requireNotNull": lambda value, *_: value,
    "checkNotNull": lambda value, *_: value,
}

#: Methods of a value: what it comes to with their arguments.
METHODS: dict[str, Callable[..., Any]] = {
    "equals": lambda a, b: text(a) == text(b) and type(a) is type(b),
    "equalsIgnoreCase": lambda a, b: text(a).lower() == text(b).lower(),
    "toString": text,
    "trim": lambda a: text(a).strip(),
    "strip": lambda a: text(a).strip(),
    "toLowerCase": lambda a, *_: text(a).lower(),
    "lowercase": lambda a, *_: text(a).lower(),
    "toUpperCase": lambda a, *_: text(a).upper(),
    "uppercase": lambda a, *_: text(a).upper(),
    "isEmpty": lambda a: not a,
    "isBlank": lambda a: not text(a).strip(),
    "isNotEmpty": bool,
    "isNullOrEmpty": lambda a: a in (None, ABSENT, ""),
    "isNullOrBlank": lambda a: a in (None, ABSENT) or not text(a).strip(),
    "concat": lambda a, b: text(a) + text(b),
    "contains": lambda a, b, *_: text(b) in text(a),
    "startsWith": lambda a, b, *_: text(a).startswith(text(b)),
    "endsWith": lambda a, b, *_: text(a).endswith(text(b)),
    "formatted": formatted,
    "format": formatted,
    "intValue": integer,
    "toInt": integer,
    "toIntOrNull": integer_or_none,
    "toLong": integer,
    "toBoolean": boolean,
    "toBooleanStrict": boolean,
    "toBooleanStrictOrNull": boolean,
    "orElse": first_set,
    "orEmpty": lambda a: first_set(a, ""),
    "orElseThrow": lambda a, *_: a,
    "get": lambda a: a,
    "getString": text,  # of what Ktor has at a key
}
#: Those whose result holds their operands as they are.
JOINING = frozenset({"String.format", "format", "formatted", "concat"})
#: Those with a block for where there is nothing.
OTHERWISE = frozenset({"orElseGet", "ifEmpty", "ifBlank", "getOrElse"})
#: What asks a map for one of its keys.
LOOK_UPS = frozenset({"get", "getOrDefault", "getProperty", "getString", "getInt"})
#: Variables by a method of a library's object that was loaded from `.env`.
DOTENV = frozenset({"Dotenv.load", "Dotenv.configure", "dotenv"})


def _pair(left: Any, right: Any) -> List:
    """Kotlin's `key to value`."""
    return List([Entry(None, Known(left), None), Entry(None, Known(right), None)])


KOTLINS_TOO: Mapping[str, Operator] = {**OPERATORS, "to": _pair}


def fields_read_by(name: str) -> tuple[str, ...]:
    """The fields that a method of that name may read: `host` of `getHost`, of `host` itself."""
    reads = re.fullmatch(r"(?:get|is)?(\w)(\w*)", name)
    return (name, reads[1].lower() + reads[2]) if reads is not None else ()


def _as_typed(value: Value, type_: str) -> Value:
    """What a framework makes of a key's text for a field of that type."""
    said = value.value if isinstance(value, Known) else None
    if not isinstance(value, Known) or not isinstance(said, str):
        return value
    if re.fullmatch(r"[Bb]oolean\??", type_) and said.lower() in ("true", "false"):
        return replace(value, value=said.lower() == "true")
    if re.fullmatch(r"([Ii]nt(eger)?|[Ll]ong|[Ss]hort)\??", type_) and said.isdecimal():
        return replace(value, value=int(said[:18]))
    return value


class Jvm(Classes):
    """The `Semantics` of Java and Kotlin."""

    absent: Any = None
    selves: frozenset[str] = frozenset()
    whole_chains = False
    bare_calls = False
    operators = KOTLINS_TOO
    otherwise = "?:"

    def __init__(self, project: Project, file: str, language: Any) -> None:
        super().__init__(project, file)
        self.language = language

    def global_name(self, name: str) -> Value | None:
        made = self.class_of(name)
        if made is not None:
            return Known(made)
        if name == "environment" and self.language == "kotlin":  # of Ktor's Application
            return keys()
        return Known(Special("type", name)) if re.match(r"[A-Z]", name) else None

    def member(self, object_: Value, name: str, ask: Evaluation) -> Value:
        if isinstance(object_, Unknown):
            return object_.get(name)
        thing = object_.value
        made = thing.value if isinstance(thing, Special) and thing.name == "object" else thing
        if isinstance(made, ClassValue):
            found = self._configured(made, name, ask)
            if found is None and any(
                self._configured(made, each, ask) for each in fields_read_by(name)
            ):
                return Known(Bound(object_, name), ask.span)  # a getter, whatever it returns
            found = found or self.field(made, name)
            if found is not None:
                return found
        if isinstance(thing, Special) and thing.name == KEYS:
            return Known(thing, ask.span)  # environment.config
        if isinstance(thing, Map):
            return thing.get(name, ask.span)
        if isinstance(thing, Symbol) or (isinstance(thing, Special) and thing.name == "type"):
            return Known(Symbol(name), ask.span)
        return ask.unknown("computed", f"what {name} is can't be told")

    def index(self, object_: Value, key: Value, ask: Evaluation) -> Value:
        if isinstance(object_, Unknown) or isinstance(key, Unknown):
            return ask.unknown("computed", "a part of what can't be told")
        if isinstance(object_.value, Special) and object_.value.name == "variables":
            return ask.variable(key)
        if isinstance(object_.value, Map | List):
            return object_.get(key.value)
        return ask.unknown("computed", "a part of a value that is not evaluated")

    def unary(self, operator: str, value: Any) -> Any:
        return value if operator == "!!" else super().unary(operator, value)

    def text_of(self, value: Any) -> str:
        return text(value)

    # -- calls

    def call(self, call: Call, callee: Value, ask: Evaluation) -> Value | None:
        path = callee_path(call)
        last = ".".join(path[-2:])
        values = [value for _, value in ask.evaluator.arguments(call, ask.frame)]
        if call.new:
            return self._made(path[-1], values, ask)
        if path[0].startswith("@") or path[0] == "field:":
            named = dict(ask.evaluator.arguments(call, ask.frame))
            values = [named["name"]] if "name" in named else values
            return self._filled(path[0], values, named.get("defaultValue"), ask)
        if isinstance(callee, Known) and isinstance(callee.value, Closure):
            return None
        if path[0][:1].isupper() or len(path) == 1:
            found = self._static(last, values, ask)
            if found is not None:
                return found
        if isinstance(callee, Known) and isinstance(callee.value, Bound):
            return self._method(callee.value, values, ask)
        return None

    def _static(self, name: str, values: list[Value], ask: Evaluation) -> Value | None:
        """A function of a class that everybody has."""
        if name in ("System.getenv", "getenv"):
            return ask.variable(values[0]) if values else Known(Special("variables"), ask.span)
        if name in ("System.getProperty", "Integer.getInteger", "Boolean.getBoolean"):
            if len(values) == 2:
                return values[1]
            return ask.unknown("called", "a property that the program is started with")
        if name in DOTENV:
            return Known(Special("variables"), ask.span)
        held = made_by(name, values)
        if held is not None:
            return held
        if name in ("mapOf", "mutableMapOf", "hashMapOf", "Map.of"):
            return Known(self._map(values, pairs=name != "Map.of"), ask.span)
        rule = RULES.get(name)
        if rule is None:
            return None
        result = ask.apply(rule, *values)
        return made_of(result, values) if name in JOINING else result

    @staticmethod
    def _map(values: list[Value], *, pairs: bool) -> Map:
        made = Map()
        if pairs:
            for value in values:
                key = value.get(0)
                if isinstance(key, Known) and not key.absent:
                    made.entries.append(Entry(key.value, value.get(1), value.span))
        else:
            for key, value in zip(values[::2], values[1::2], strict=False):
                if isinstance(key, Known):
                    made.entries.append(Entry(key.value, value, value.span))
        return made

    def operator(self, operator: str, left: Value, right: Value, ask: Evaluation) -> Value | None:
        if operator == "to":
            return Known(List([Entry(None, left, left.span), Entry(None, right, right.span)]))
        return None

    def _made(self, name: str, values: list[Value], ask: Evaluation) -> Value | None:
        if name in ("String", "Integer", "Boolean") and len(values) == 1:
            return values[0]
        made = self.class_of(name)
        if made is not None:
            return Known(Special("object", made), ask.span)
        given = [Entry(place, value, value.span) for place, value in enumerate(values)]
        return Known(Map(given, name), ask.span)

    def _method(self, bound: Bound, values: list[Value], ask: Evaluation) -> Value | None:
        name, object_ = bound.name, bound.object
        if isinstance(object_, Unknown):
            return None
        thing = object_.value
        if isinstance(thing, Special) and thing.name == "variables":
            return self._variable(name, values, ask)
        if isinstance(thing, Special) and thing.name == KEYS:
            return of_keys(self.project, self.file, thing.value, name, values, ask)
        made = thing.value if isinstance(thing, Special) and thing.name == "object" else thing
        if isinstance(made, ClassValue):
            return self._of_class(made, name, values, ask)
        if name in LOOK_UPS and isinstance(thing, Map) and values and isinstance(values[0], Known):
            return self._looked_up(thing, values, ask)
        if name in OTHERWISE and values:
            return self._otherwise(object_, values[-1], ask)
        return self._of_scalar(name, object_, values, ask)

    def _looked_up(self, thing: Map, values: list[Value], ask: Evaluation) -> Value:
        """What a map has at a key, or Properties that a file is loaded into; else the default."""
        key = values[0]
        found = thing.get(key.value, ask.span) if isinstance(key, Known) else key
        if isinstance(found, Known) and found.absent and thing.kind == "Properties":
            found = of_loaded(self.project, key, ask) or found
            if found.absent and self._is_loaded_from_elsewhere(thing, ask):
                found = ask.unknown("called", "which file load() reads can't be told")
        absent = isinstance(found, Known) and found.absent
        return values[1] if absent and len(values) > 1 else found

    def _is_loaded_from_elsewhere(self, thing: Map, ask: Evaluation) -> bool:
        loads = not thing.entries and ".load(" in ask.evaluator.source.text
        return loads and not loads_a_file(self.project, ask)

    @staticmethod
    def _otherwise(object_: Known, other: Value, ask: Evaluation) -> Value | None:
        """A value, or what a block gives in place of none."""
        if not object_.absent and object_.value != "":
            return object_
        if isinstance(other, Known) and isinstance(other.value, Closure):
            return ask.evaluator.apply(other.value, [], ask.at)
        return None

    @staticmethod
    def _of_scalar(name: str, object_: Known, values: list[Value], ask: Evaluation) -> Value | None:
        thing = object_.value
        scalar = object_.absent or isinstance(thing, str | int | float | bool)
        rule = METHODS.get(name) if scalar and not isinstance(thing, Symbol) else None
        if rule is None:
            return None
        result = ask.apply(rule, object_, *values)
        return made_of(result, [object_, *values]) if name in JOINING else result

    @staticmethod
    def _variable(name: str, values: list[Value], ask: Evaluation) -> Value | None:
        """A method of the environment, or of what a library loaded from `.env`."""
        if name in ("get", "getOrDefault", "getValue", "getOrElse") and values:
            default = values[1] if len(values) > 1 else None
            if isinstance(default, Known) and isinstance(default.value, Closure):
                default = ask.evaluator.apply(default.value, [], ask.at)
            return ask.variable(values[0], default)
        # what it is loaded with: directory(), ignoreIfMissing(), load()
        return Known(Special("variables"), ask.span)

    def _of_class(
        self, made: ClassValue, name: str, values: list[Value], ask: Evaluation
    ) -> Value | None:
        """A function of a class of the folder; what reads a field reads it, written or not."""
        fields = fields_read_by(name) if not values else ()
        for each in fields:
            if (found := self._configured(made, each, ask)) is not None:
                return found
        called = self.function_of(made, name, values, ask)
        if called is not None:
            return called
        return next((found for each in fields if (found := self.field(made, each))), None)

    def _configured(self, made: ClassValue, name: str, ask: Evaluation) -> Value | None:
        """A field of a class that is filled from keys: what stands at its key, else its default.
        None where it is no such class, or has no field of that name."""
        scope = made.definition.scope
        type_ = scope.types.get(FIELD + name)
        prefix = self._prefix(made) if type_ is not None else None
        if type_ is None or prefix is None:
            return None
        inner = self._handed(type_.rpartition(".")[2])
        if inner is not None:
            return inner
        from smtpdoctor.settings.readers.jvm_configuration import bound

        key = ".".join((*prefix, scope.types.get(KEY + FIELD + name, name)))
        found = bound(self.project, self.file, key, ask)
        if found is not None:
            return _as_typed(found, type_)
        frame = made.evaluator.frame_of(scope)
        declared = [each for at in (name, FIELD + name) for each in scope.binds.get(at, ())]
        for each in declared:  # not what a setter would set
            if each.scope is scope and each.value is not None and not each.keys:
                default = made.evaluator.value(each.value, frame)
                if isinstance(default, Known):
                    return default
        return ask.unknown("environment", f"{key} is not set here")

    @staticmethod
    def _prefix(made: ClassValue) -> list[str] | None:
        """The parts of the prefix of a class's keys: its own, or that of the class around it with
        the name of the field that it is the type of."""
        scope: Scope | None = made.definition.scope
        parts: list[str] = []
        while scope is not None and scope.kind == "class":
            if scope.binds.get(PREFIX):
                frame = made.evaluator.frame_of(scope)
                said = made.evaluator.lookup(PREFIX, frame, 1 << 62)
                known = isinstance(said, Known) and isinstance(said.value, str)
                return [said.value, *parts] if known else None  # type: ignore[union-attr]
            parent, mine = scope.parent, scope.name
            types = parent.types if parent is not None else {}
            names = [each for each, type_ in types.items() if each.startswith(FIELD)
                     and re.sub(r".*\.|\?", "", type_) == mine]  # fmt: skip
            if not names or parent is None:
                return None
            own = types.get(KEY + names[0], names[0].removeprefix(FIELD))
            parts.insert(0, own)
            scope = parent
        return None

    def _filled(
        self, kind: str, values: list[Value], default: Value | None, ask: Evaluation
    ) -> Value:
        """What a field is that a framework fills in."""
        if kind == "field:":
            name, type_ = (str(getattr(each, "value", "")) for each in values[:2])
            found = self._handed(type_)
            scope = ask.at.scope if isinstance(ask.at, Call) else None
            if found is None and scope is not None:
                found = self._set_by_name(scope.name, name)
            if found is not None:
                return found
            return ask.unknown("called", f"whoever makes this object gives {name}")
        key = values[0] if values else None
        if not isinstance(key, Known) or not isinstance(key.value, str):
            return ask.unknown("computed", "what is filled in here can't be told")
        from smtpdoctor.settings.readers.jvm_configuration import filled

        wanted = key.value if "${" in key.value or kind == "@Value" else f"${{{key.value}}}"
        if isinstance(default, Known) and "${" not in key.value:
            wanted = f"${{{key.value}:{default.value}}}"
        return filled(self.project, self.file, wanted, key, ask)

    def _set_by_name(self, class_: str, field: str) -> Value | None:
        """What the folder's code sets a field to by the name of its class: `Emails.host = …`, as
        Kotlin's objects have it. None where nothing does."""
        if not re.fullmatch(r"[A-Z]\w{1,60}", class_) or not field.isidentifier():
            return None
        found: list[Value] = []
        needle = rf"\b{class_}\.{field}\s*=[^=]".encode()
        for path in self.project.containing(needle, *self.endings):
            module = self.project.module(path)
            each = module.assignments(class_, field) if isinstance(module, Module) else ()
            found += [one.value for one in each if one.reached is not False]
        if len(found) < 2:
            return found[0] if found else None
        return either(found, found[0].span, f"{class_}.{field} is set in several ways")

    def _handed(self, type_: str) -> Value | None:
        """What a framework hands over: an object of a class of the folder, or the application's
        keys."""
        own = super()._handed(type_)
        return own if own is not None else handed(self.project, self.file, type_)

    def instance(self, made: ClassValue, call: Call, ask: Evaluation) -> Value | None:
        return Known(Special("object", made), ask.span)

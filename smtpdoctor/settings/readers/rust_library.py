"""What Rust's operators and functions come to, and where programs read variables.

This module knows std::env, dotenvy, what `Option` and `Result` hold, and the structs of the folder.
It must not know node types, nor what a setting means. What there is none of (`Err`, `None`) is
ABSENT; a `Result` and what it holds are one thing here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from smtpdoctor.settings.readers.evaluation import (
    Bound,
    ClassValue,
    Closure,
    Evaluation,
    UntellableError,
    made_of,
)
from smtpdoctor.settings.readers.model import (
    ABSENT,
    Entry,
    Known,
    Map,
    Special,
    Symbol,
    Unknown,
    Value,
)
from smtpdoctor.settings.readers.module import FoundCall, Module, callee_path
from smtpdoctor.settings.readers.rust_settings import field_of, nested_in
from smtpdoctor.settings.readers.syntax import Call, Function, Parameter
from smtpdoctor.settings.readers.typed_language import OPERATORS, Classes

if TYPE_CHECKING:
    pass

#: What gives the thing itself, however it is held.
SAME = frozenset(
    {
        "unwrap", "expect", "to_string", "to_owned", "into", "as_str", "as_ref", "as_deref",
        "clone", "ok", "ok_or", "ok_or_else", "map_err", "context", "with_context", "wrap_err",
        "cloned", "copied", "into_string", "unwrap_or_default", "as_mut", "borrow",
        "to_str", "transpose", "inspect_err", "expose_secret", "into_inner",
    }
)  # fmt: skip
#: Files in which callers of a function are looked for.
MOST_FILES = 20
VARIABLES = ("env.var", "dotenv.var", "dotenvy.var", "env.var_os", "var")
MACROS = ("env!", "option_env!", "dotenv!")
#: What fills a struct by the names of its fields.
FILLING = frozenset({"from_env", "try_deserialize", "try_into", "extract"})
CONSTANT = re.compile(r"[A-Z][A-Z0-9_]{1,60}")
#: What a static is made by that is filled when it is first asked for.
HELD = ("Lazy.new", "LazyLock.new", "OnceLock.new", "OnceCell.new", "LazyCell.new")
STATIC = rb"\bstatic\s+(?:ref\s+)?%s\s*:\s*([^=;{]{1,200})"
WRAPS = ("Ok", "Some", "String.from", "Box.new", "Arc.new", "Rc.new", "Cow.from", "Cow.Borrowed")
PLACEHOLDER = re.compile(r"\{\{|\}\}|\{(?P<name>\w*)(?::[^{}]*)?\}")


def text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return str(value)
    raise UntellableError("an object as text")


def parsed(value: Any) -> Any:
    """parse(): a number or a switch where the text is one, else the text."""
    if isinstance(value, str) and re.fullmatch(r"[+-]?\d{1,18}", value):
        return int(value)
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


METHODS: dict[str, Callable[..., Any]] = {
    "parse": parsed,
    "trim": lambda a: text(a).strip(),
    "to_lowercase": lambda a: text(a).lower(),
    "to_ascii_lowercase": lambda a: text(a).lower(),
    "to_uppercase": lambda a: text(a).upper(),
    "eq_ignore_ascii_case": lambda a, b: text(a).lower() == text(b).lower(),
    "eq": lambda a, b: a == b,
    "is_empty": lambda a: a == "",
    "contains": lambda a, b: text(b) in text(a),
    "starts_with": lambda a, b: text(a).startswith(text(b)),
    "ends_with": lambda a, b: text(a).endswith(text(b)),
}


class Rust(Classes):
    """The `Semantics` of Rust."""

    language: Any = "rust"
    absent: Any = ABSENT
    selves: frozenset[str] = frozenset()
    whole_chains = False
    bare_calls = False
    operators = OPERATORS
    declared = r"\bimpl\b[^{;]*\b%s\b"
    endings = (".rs",)

    def global_name(self, name: str) -> Value | None:
        if name == "None":
            return Known(ABSENT)
        made = self.class_of(name)
        if made is not None:
            return Known(made)
        if CONSTANT.fullmatch(name):
            found = self._constant(name)
            if found is not None:
                return found
            held = self._held(name)
            return Known(Special("struct", held)) if held else None
        return Known(Special("type", name)) if name[:1].isupper() else None

    def _constant(self, name: str) -> Value | None:
        """What the folder's one constant of that name is: `use crate::names::*`."""
        needle = rf"\b(?:const|static)\s+{name}\s*:"
        paths = self.project.containing(needle.encode(), ".rs")
        module = self.project.module(paths[0]) if len(paths) == 1 else None
        found = module.value(name) if isinstance(module, Module) else None
        return None if isinstance(found, Known) and found.value is ABSENT else found

    def _held(self, name: str) -> str:
        """The struct that a static holds: `static CONFIG: LazyLock<Config>`, and lazy_static's."""
        needle = STATIC % name.encode()
        for path in self.project.containing(needle, ".rs")[:MOST_FILES]:
            found = re.search(needle, self.project.files.read(path) or b"")
            inner: list[bytes] = (
                re.findall(rb"[A-Z]\w{1,60}", found[1]) if found is not None else []
            )
            if inner:
                return inner[-1].decode()
        return ""

    def parameter(self, parameter: Parameter, function: Function, ask: Evaluation) -> Value | None:
        if not re.fullmatch(r"[A-Z]\w{2,60}", parameter.type) or parameter.type == "String":
            return self._given(parameter, function)
        return Known(Special("struct", parameter.type))

    def _given(self, parameter: Parameter, function: Function) -> Value | None:
        """What the one place of the folder gives that calls a function: `Mailer::new(…)`, or
        `mailer::create(…)` of a module; None where there is none, or several."""
        names = [each.name for each in function.parameters if not each.receiver]
        if not function.name or parameter.name not in names:
            return None
        place = names.index(parameter.name)
        found: list[Value] = []
        for path in self.project.containing(self._needle(function), ".rs")[:MOST_FILES]:
            module = self.project.module(path)
            if isinstance(module, Module):
                found += [
                    call.argument(place)
                    for call in module.calls(function.name)
                    if call.reached is not False
                    and self._means(call.name.split(".")[:-1], function, path)
                ]
        return found[0] if len(found) == 1 else None

    @staticmethod
    def _needle(function: Function) -> bytes:
        owner = type_around(function)
        before = rf"\b(?:{re.escape(owner)}|Self)::" if owner else r"\b"
        return rf"{before}{re.escape(function.name)}\s*\(".encode()

    def _means(self, before: list[str], function: Function, path: str) -> bool:
        """Whether a call with that before the name means this function: of a struct by its name,
        of a module by the module's, or brought in from it."""
        owner = type_around(function)
        if owner:
            return before[-1:] == [owner] or (before[-1:] == ["Self"] and path == self.file)
        if before:
            return before[-1] == module_of(self.file)
        if path == self.file:
            return True
        used = (
            rf"\buse\b[^;]*\b{re.escape(module_of(self.file))}::[^;]*\b{re.escape(function.name)}\b"
        )
        return re.search(used.encode(), self.project.files.read(path) or b"") is not None

    def member(self, object_: Value, name: str, ask: Evaluation) -> Value:
        if isinstance(object_, Unknown):
            return object_.get(name)
        thing = object_.value
        if isinstance(thing, Map):
            found = thing.get(name, ask.span)
            absent = isinstance(found, Known) and found.value is ABSENT
            return self._of_struct(thing.kind, name, ask) if absent and thing.kind else found
        if isinstance(thing, Special) and thing.name == "struct":
            return self._of_struct(thing.value, name, ask)
        if isinstance(thing, ClassValue):
            constant = self.field(thing, name)
            return constant if constant is not None else Known(Symbol(name), ask.span)
        is_type = isinstance(thing, Special) and thing.name == "type"
        if isinstance(thing, Symbol) or (is_type and name[:1].isupper()):
            return Known(Symbol(name), ask.span)
        return ask.unknown("computed", f"what {name} is can't be told")

    def _of_struct(self, type_: str, name: str, ask: Evaluation) -> Value:
        """A field of a struct, where the code of the folder makes one object of it."""
        needle = rf"\b(?:{re.escape(type_)}|Self)\s*\{{[^{{}}]*\b{re.escape(name)}\b"
        found: list[Value] = []
        for path in self.project.containing(needle.encode(), ".rs"):
            module = self.project.module(path)
            if isinstance(module, Module):
                calls = [call for call in module.calls(type_, "Self") if is_made(call, type_)]
                given = [call.given(name) for call in calls]
                found += [value for value in given if value is not None]
        if len(found) == 1:
            return found[0].through(span=ask.span)
        derived = field_of(self.project, type_, name, ask) if not found else None
        if derived is not None:
            return derived
        inner = nested_in(self.project, type_, name) if not found else ""
        if inner:
            return Known(Special("struct", inner), ask.span)
        return ask.unknown("called", f"who fills the field {name} can't be told")

    def unary(self, operator: str, value: Any) -> Any:
        if operator == "?":
            return value
        if operator == "found":
            return value is not ABSENT
        return super().unary(operator, value)

    def text_of(self, value: Any) -> str:
        return text(value)

    # -- calls

    def call(self, call: Call, callee: Value, ask: Evaluation) -> Value | None:
        path = callee_path(call)
        if call.new:  # each field is worked out when it is asked for
            fields = [
                Entry(each.name, lambda each=each: ask.value(each.value), None)  # type: ignore[misc]
                for each in call.arguments
                if each.name
            ]
            return Known(Map(fields, own_name(path[-1], call)), ask.span)
        given = ask.evaluator.arguments(call, ask.frame)
        values = [value for _, value in given]
        last = ".".join(path[-2:])
        if values and (last in VARIABLES or path[-1] in MACROS):
            return ask.variable(values[0])
        if last == "format!" or path[-1] == "format!":
            return self._formatted(values, ask)
        if values and (last in WRAPS or path[-1] in ("Ok", "Some")):
            return values[0]
        type_ = "" if self._is_own(callee) else self._made(path, call, ask)
        if type_:
            return Known(Special("struct", type_), ask.span)
        if isinstance(callee, Known) and isinstance(callee.value, Closure):
            return None
        if isinstance(callee, Known) and isinstance(callee.value, Bound):
            return self._method(callee.value, path, values, ask)
        return None

    def _made(self, path: list[str], call: Call, ask: Evaluation) -> str:
        """The struct that a call makes, at once or when the static is first asked for."""
        if ".".join(path[-2:]) in HELD and call.target:
            return self._held(call.target[-1])
        return made_of_type(path, call, ask)

    @staticmethod
    def _is_own(callee: Value) -> bool:
        """Whether it is a function of a struct of the folder."""
        bound = callee.value if isinstance(callee, Known) else None
        if not isinstance(bound, Bound) or not isinstance(bound.object, Known):
            return False
        made = bound.object.value
        return isinstance(made, ClassValue) and bound.name in made.definition.scope.binds

    def _formatted(self, values: list[Value], ask: Evaluation) -> Value | None:
        form = values[0] if values else None
        if not isinstance(form, Known) or not isinstance(form.value, str):
            return None
        parts: list[Value] = []
        at, place = 0, 1
        for found in PLACEHOLDER.finditer(form.value):
            parts.append(Known(form.value[at : found.start()]))
            at = found.end()
            name = found["name"]
            if found[0] in ("{{", "}}"):
                parts.append(Known(found[0][0]))
            elif not name or name.isdigit():
                place = int(name) + 1 if name else place
                if place >= len(values):
                    return None
                parts.append(values[place])
                place += 1
            else:
                told = ask.evaluator.lookup(name, ask.frame, ask.at.start)
                if told is None:
                    return None
                parts.append(told)
        parts.append(Known(form.value[at:]))
        result = ask.apply(lambda *each: "".join(map(text, each)), *parts)
        return made_of(result, parts)

    def _method(
        self, bound: Bound, path: list[str], values: list[Value], ask: Evaluation
    ) -> Value | None:
        name, object_ = bound.name, bound.object
        if isinstance(object_, Unknown):
            return object_ if name in SAME else None
        thing = object_.value
        struct = thing.value if is_struct(thing) else thing.kind if isinstance(thing, Map) else ""
        made = self.class_of(struct) if struct else thing
        if isinstance(made, ClassValue) and name in made.definition.scope.binds:
            return self.function_of(
                made, name, [object_, *values] if made is not thing else values, ask
            )
        if isinstance(thing, ClassValue | Symbol) or is_type(thing):
            # what a function of a library makes, by what it is given
            held = [Entry(place, value, value.span) for place, value in enumerate(values)]
            return Known(Map(held, ".".join(path[-2:])), ask.span)
        if name in SAME:
            return object_
        if name in ("unwrap_or", "unwrap_or_else", "or", "or_else", "map", "and_then", "map_or",
                    "is_ok", "is_some", "is_err", "is_none", "filter"):  # fmt: skip
            return self._of_option(name, object_, values, ask)
        if thing is ABSENT and name in METHODS:
            return object_  # a variable that nobody sets: what is made of it isn't there either
        rule = METHODS.get(name) if isinstance(thing, str | int | bool) else None
        return ask.apply(rule, object_, *values) if rule is not None else None

    def _of_option(
        self, name: str, object_: Known, values: list[Value], ask: Evaluation
    ) -> Value | None:
        """What an Option or Result comes to."""
        there = object_.value is not ABSENT
        if name.startswith("is_"):
            found = there is (name in ("is_ok", "is_some"))
            return ask.apply(lambda _: found, object_)
        if name in ("map", "and_then", "filter"):
            if not there or not values:
                return object_
            made = self._applied(values[0], [object_], ask)
            return object_ if name == "filter" else made
        if name == "map_or" and len(values) == 2:
            return self._applied(values[1], [object_], ask) if there else values[0]
        if there:
            return object_
        other = self._applied(values[0], [object_], ask) if values else None
        if other is None:
            return None
        # the variable that is not set stays on the way
        return ask.variable(Known(object_.variables[0]), other) if object_.variables else other

    @staticmethod
    def _applied(function: Value, given: list[Value], ask: Evaluation) -> Value | None:
        """A value, or what a function gives for it."""
        if isinstance(function, Known) and isinstance(function.value, Closure):
            arguments: list[tuple[str | None, Value]] = [(None, value) for value in given]
            return ask.evaluator.apply(function.value, arguments, ask.at)
        if isinstance(function, Known) and isinstance(function.value, Symbol):
            return given[0]  # String::from
        return function


def made_of_type(path: list[str], call: Call, ask: Evaluation) -> str:
    """The struct that a library makes and fills: `Args::parse()`, `envy::from_env::<Config>()`; the
    type is written there, or is what the function gives, or the name before it says."""
    if path[-1] in ("parse", "try_parse") and len(path) == 2 and path[0][:1].isupper():
        return path[0]
    if path[-1] not in FILLING:
        return ""
    source = ask.evaluator.source
    written = re.search(
        r"::<\s*(?:\w+::)*(\w+)\s*>\s*\([^()]*\)$", source.slice(call.start, call.end)
    )
    before = re.search(r"\blet\s+(?:mut\s+)?\w+\s*:\s*(?:\w+::)*(\w+)\s*=\s*$",
                       source.slice(max(call.start - 120, 0), call.start))  # fmt: skip
    scope = call.scope
    while scope is not None and scope.function is None:
        scope = scope.parent
    function = scope.function if scope is not None else None
    given = None
    if function is not None:
        head = source.slice(function.start, min(function.end, function.start + 400))
        given = re.search(r"->\s*(?:\w+::)*(?:(?:Result|Option)\s*<\s*)?(?:\w+::)*(\w+)", head)
    found = written or before or given
    name = found[1] if found else ""
    return own_name(name, call) if name[:1].isupper() else ""


def is_struct(thing: Any) -> bool:
    return isinstance(thing, Special) and thing.name == "struct"


def is_type(thing: Any) -> bool:
    return isinstance(thing, Special) and thing.name == "type"


def own_name(name: str, call: Call) -> str:
    """The struct that an object is made of: Self is the one whose functions these are."""
    scope = call.scope
    while name == "Self" and scope is not None:
        if scope.kind == "class":
            return scope.name
        scope = scope.parent
    return name


def type_around(function: Function) -> str:
    """The struct that a function is one of."""
    home = function.scope.parent
    return home.name if home is not None and home.kind == "class" else ""


def module_of(path: str) -> str:
    """What the module of a file is called: `src/mailer.rs`, `src/mailer/mod.rs`."""
    parts = path.removesuffix(".rs").split("/")
    return parts[-2] if parts[-1] in ("mod", "lib", "main") and len(parts) > 1 else parts[-1]


def is_made(found: FoundCall, type_: str) -> bool:
    """Whether a call makes an object of that struct."""
    return found.new and own_name(found.name, found.call) == type_

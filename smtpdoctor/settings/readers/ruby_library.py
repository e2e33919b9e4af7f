"""What Ruby's operators and methods come to, and where its programs read variables.

This module knows the language's coercions, ENV, and what Rails adds (`present?`, `Rails.env`,
credentials). It must not know node types, nor what a setting means. A variable that has to be set
and isn't (`ENV.fetch("X")`) is `ABSENT`: the program stops there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from smtpdoctor.settings.readers import parts, ruby_uri
from smtpdoctor.settings.readers.evaluation import (
    Bound,
    ClassValue,
    Closure,
    Evaluation,
    Evaluator,
    Frame,
    Operator,
    StopsError,
    UntellableError,
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
from smtpdoctor.settings.readers.ruby_documents import (
    OPTIONS,
    Place,
    as_ruby,
    file_of,
    hanami_settings,
    section,
    settings_of_gems,
)
from smtpdoctor.settings.readers.syntax import Call, Function, Parameter
from smtpdoctor.settings.readers.truthful import Truthful
from smtpdoctor.settings.readers.written_paths import written_path

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.project import Project

END = 1 << 62

ENVIRONMENT = Special("environment")
CREDENTIALS = Special("credentials")
BOOLEAN = Special("boolean")  # ActiveModel::Type::Boolean.new

GLOBALS: dict[str, Any] = {
    "ENV": ENVIRONMENT,
    "Rails": Special("Rails"),
    "Rails.application.credentials": CREDENTIALS,
    "ActiveModel::Type::Boolean": Special("boolean-class"),
    "ActiveRecord::Type::Boolean": Special("boolean-class"),
    "Integer": Special("Integer"),
    "String": Special("String"),
    "Float": Special("Float"),
    "config_for": Special("config_for"),
    "YAML": Special("YAML"),
    "Psych": Special("YAML"),
    "Figaro": Special("Figaro"),
    **{name: Special(name) for name in ruby_uri.MODULES},
}
MEMBERS: dict[tuple[str, str], Any] = {
    ("Rails", "application"): Special("Rails.application"),
    ("Rails.application", "credentials"): CREDENTIALS,
    ("Rails.application", "secrets"): CREDENTIALS,
    ("Rails.application", "encrypted"): CREDENTIALS,
    ("boolean-class", "new"): BOOLEAN,
    ("Figaro", "env"): Special("figaro-env"),
}
SPLITS = ("split", "partition")
LOADS = ("load_file", "load", "safe_load", "safe_load_file", "unsafe_load", "unsafe_load_file")
#: Rails 7, ActiveModel::Type::Boolean::FALSE_VALUES
FALSE_VALUES = (False, 0, "0", "f", "F", "false", "FALSE", "off", "OFF")


def to_text(value: Any) -> str:
    """to_s."""
    if value is None or value is ABSENT:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise UntellableError("an object as text")


def to_integer(value: Any) -> int:
    """to_i: of a text the digits at its start."""
    if value is None:
        return 0
    if isinstance(value, bool):
        raise StopsError("to_i of a boolean")
    if isinstance(value, int | float):
        return int(value)
    if isinstance(value, str):
        found = re.match(r"\s*([+-]?\d[\d_]*)", value[:400])
        return int(found[1].replace("_", "").rstrip("_")) if found else 0
    raise UntellableError("to_i of an object")


def strict_integer(value: Any, *_: Any) -> int:
    """Integer(…)."""
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?\d[\d_]{0,300}\s*", value):
        return int(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return int(value)
    raise StopsError("this is no whole number")


def to_float(value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    found = re.match(r"\s*[+-]?\d+(?:\.\d+)?", to_text(value)[:400])
    return float(found[0]) if found else 0.0


def blank(value: Any) -> bool:
    """Rails' blank?."""
    if value is None or value is False or value is ABSENT:
        return True
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, Map):
        return not value.entries
    return isinstance(value, List) and not value.items


def text(rule: Callable[..., Any]) -> Callable[..., Any]:
    def apply(value: Any, *more: Any) -> Any:
        if not isinstance(value, str):
            raise UntellableError("a method of what is no text")
        return rule(value, *more)

    return apply


def equal(left: Any, right: Any) -> bool:
    """`==`: a symbol is no text."""
    if isinstance(left, Map | List) or isinstance(right, Map | List):
        raise UntellableError("whether two collections are the same")
    if isinstance(left, Symbol) != isinstance(right, Symbol):
        return False
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def includes(container: Any, item: Any) -> bool:
    if isinstance(container, str) and isinstance(item, str):
        return item in container
    if isinstance(container, List) and container.open is None:
        values = list(container)
        if all(isinstance(value, Known) for value in values):
            return any(isinstance(v, Known) and equal(v.value, item) for v in values)
    if isinstance(container, Map) and container.whole:
        return container.entry(item) is not None
    raise UntellableError("whether it is in there")


def same(value: Any) -> Any:
    return value


def symbolized(value: Any, *, deep: bool) -> Any:
    """A hash with symbols for the texts among its keys."""
    if not isinstance(value, Map):
        raise UntellableError("keys of what is no hash")

    def later(entry: Entry) -> Callable[[], Value]:
        def inner() -> Value:
            found = entry.value
            if deep and isinstance(found, Known) and isinstance(found.value, Map):
                return replace(found, value=symbolized(found.value, deep=True))
            return found

        return inner

    entries = [
        Entry(Symbol(each.key) if isinstance(each.key, str) else each.key, later(each), each.span)
        for each in value.entries
    ]
    return Map(entries, value.kind)


METHODS: dict[str, Callable[..., Any]] = {
    "to_i": to_integer,
    "to_f": to_float,
    "to_s": to_text,
    "to_str": text(same),
    "to_sym": text(Symbol),
    "downcase": text(lambda t: t.lower()),
    "upcase": text(lambda t: t.upper()),
    "capitalize": text(lambda t: t.capitalize()),
    "strip": text(lambda t: t.strip()),
    "lstrip": text(lambda t: t.lstrip()),
    "rstrip": text(lambda t: t.rstrip()),
    "chomp": text(lambda t: t.rstrip("\r\n")),
    "squish": text(lambda t: " ".join(t.split())),
    "present?": lambda value: not blank(value),
    "blank?": blank,
    "presence": lambda value: None if blank(value) else value,
    "nil?": lambda value: value is None,
    "empty?": lambda value: value == "" if isinstance(value, str) else blank(value),
    "include?": includes,
    "member?": includes,
    "in?": lambda value, container: includes(container, value),
    "start_with?": text(lambda t, part: t.startswith(part)),
    "end_with?": text(lambda t, part: t.endswith(part)),
    "casecmp?": text(lambda t, other: t.casefold() == to_text(other).casefold()),
    "eql?": equal,
    "delete_prefix": text(lambda t, part: t.removeprefix(part)),
    "delete_suffix": text(lambda t, part: t.removesuffix(part)),
    "freeze": same,
    "dup": same,
    "itself": same,
    "symbolize_keys": lambda value: symbolized(value, deep=False),
    "deep_symbolize_keys": lambda value: symbolized(value, deep=True),
    "to_hash": same,
    "to_options": lambda value: symbolized(value, deep=False),
    "with_indifferent_access": same,
    "compact": same,
    "to_h": same,
}


def add(left: Any, right: Any) -> Any:
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    return numbers(left, right, lambda a, b: a + b)


def numbers(left: Any, right: Any, rule: Callable[[Any, Any], Any]) -> Any:
    fits = isinstance(left, int | float) and isinstance(right, int | float)
    if not fits or isinstance(left, bool) or isinstance(right, bool):
        raise StopsError("the operands don't fit")
    return rule(left, right)


def divide(left: Any, right: Any) -> Any:
    whole = isinstance(left, int) and isinstance(right, int)
    return numbers(left, right, lambda a, b: a // b if whole else a / b)


OPERATORS: Mapping[str, Operator] = {
    "+": add,
    "-": lambda a, b: numbers(a, b, lambda x, y: x - y),
    "*": lambda a, b: numbers(a, b, lambda x, y: x * y),
    "/": divide,
    "==": equal,
    "===": equal,
    "!=": lambda a, b: not equal(a, b),
    "<": lambda a, b: numbers(a, b, lambda x, y: x < y),
    ">": lambda a, b: numbers(a, b, lambda x, y: x > y),
    "<=": lambda a, b: numbers(a, b, lambda x, y: x <= y),
    ">=": lambda a, b: numbers(a, b, lambda x, y: x >= y),
}


class Ruby(Truthful):
    """The `Semantics` of Ruby."""

    language: Any = "ruby"
    operators = OPERATORS
    absent: Any = None
    selves = frozenset({"self"})
    whole_chains = False
    bare_calls = True

    def __init__(self, project: Project, file: str) -> None:
        self.project = project
        self.file = file

    def global_name(self, name: str) -> Value | None:
        if name in GLOBALS:
            return Known(GLOBALS[name])
        if not name[:1].isupper():
            return None
        # a constant that no file has: a gem may make it of a document
        key = f"ruby constant {name} of {self.file}"
        if key not in self.project.kept:
            told = self._environment(self.project.environment.lookup)
            self.project.kept[key] = settings_of_gems(name, told, self._place)
        found: Value | None = self.project.kept[key]
        return found

    @property
    def _place(self) -> Place:
        return Place(self.project, self.file)

    # -- members: methods without arguments

    def member(self, object_: Value, name: str, ask: Evaluation) -> Value:
        if isinstance(object_, Known) and isinstance(object_.value, Special):
            return self._of_special(object_.value, name, ask)
        if name in METHODS:
            return ask.apply(METHODS[name], object_, conversion=name if name[:2] == "to" else "")
        if isinstance(object_, Unknown):
            return object_.get(name)
        value = object_.value
        if isinstance(value, Map):
            # a hash has no methods by its keys, an object that was changed does
            return (
                value.get(name, ask.span) if not value.whole or value.kind else self._no(name, ask)
            )
        if isinstance(value, ClassValue):
            return self._of_class(value, name, ask)
        if isinstance(value, List) and name in ("first", "last"):
            return self.index(object_, Known(0 if name == "first" else len(value) - 1), ask)
        if object_.absent:
            text_ = f"{name} of nil: the program stops here"
            return Unknown("computed", text_, ask.span, object_.trail)
        return self._no(name, ask)

    def _no(self, name: str, ask: Evaluation) -> Unknown:
        return ask.unknown("computed", f"what {name} gives can't be told")

    def _of_special(self, special: Special, name: str, ask: Evaluation) -> Value:
        if special == CREDENTIALS:
            return ask.unknown("encrypted", "it stands in Rails' encrypted credentials")
        if special.name == "hanami-settings":
            return self._hanami_setting(special, name, ask)
        if special.name == "figaro-env":
            return ask.variable(Known(name.rstrip("!?").upper()))
        if (special.name, name) == ("Rails.application", "secrets"):
            root = file_of(self._place, "config/secrets.yml")
            if root is not None:
                own = section(root, self._rails_env(ask), shared=True)
                return as_ruby(own, self._place, symbols=True, kind=OPTIONS)
        if special.name == "Rails" and name == "env":
            return Known(Special("rails-env", self._rails_env(ask)), ask.span)
        if special.name == "rails-env":
            return self._environment_is(special.value, name, ask)
        if (special.name, name) in MEMBERS:
            return Known(MEMBERS[special.name, name], ask.span)
        return self._no(name, ask)

    def _hanami_setting(self, special: Special, name: str, ask: Evaluation) -> Value:
        """A setting by its name: the variable of that name, else its default (dry-configurable)."""
        default = special.value.get(name)
        if default is None:
            return self._no(name, ask)
        variable = Known(name.upper())
        return ask.variable(variable) if default.absent else ask.variable(variable, default)

    def _config_for(self, call: Call, ask: Evaluation) -> Value:
        """`config_for(:smtp)`: the environment's section of config/smtp.yml, keys as symbols."""
        name = ask.argument(call, 0) or Known(None)
        if not isinstance(name, Known) or not isinstance(name.value, str):
            return ask.unknown("computed", "which file is read can't be told")
        environment = ask.argument(call, 99, "env") or self._rails_env(ask)
        if isinstance(environment, Known) and isinstance(environment.value, Special):
            environment = environment.value.value
        root = file_of(self._place, f"config/{name.value}.yml")
        if root is None:
            return ask.unknown("unreadable", f"config/{name.value[:80]}.yml is not in the folder")
        own = section(root, environment, shared=True)
        return as_ruby(own, self._place, symbols=True, kind=OPTIONS)

    def _yaml(self, call: Call, ask: Evaluation) -> Value:
        """`YAML.load_file(path)`, and a text that is read from one."""
        written = call.arguments[0].value if call.arguments else None
        path = written_path(written, ask.frame.scope) if written is not None else None
        root = file_of(self._place, path) if path is not None else None
        if root is None:
            return ask.unknown("unreadable", "the file that is read is not in the folder")
        symbols = ask.argument(call, 99, "symbolize_names")
        told = isinstance(symbols, Known) and symbols.value is True
        return as_ruby(root, self._place, symbols=told)

    def _rails_env(self, ask: Evaluation) -> Value:
        """RAILS_ENV, else RACK_ENV, else development (railties, Rails.env)."""
        return self._environment(lambda name: ask.variable(Known(name)))

    @staticmethod
    def _environment(lookup: Callable[[str], Value | None]) -> Value:
        for name in ("RAILS_ENV", "RACK_ENV"):
            found = lookup(name)
            if found is not None and not (isinstance(found, Known) and blank(found.value)):
                return found
        return Known("development")

    def _environment_is(self, value: Any, name: str, ask: Evaluation) -> Value:
        if not isinstance(value, Known | Unknown):
            return self._no(name, ask)
        if name in METHODS:
            return ask.apply(METHODS[name], value)
        if name == "local?":
            return ask.apply(lambda env: env in ("development", "test"), value)
        if name.endswith("?"):
            return ask.apply(lambda env: env == name[:-1], value)
        return self._no(name, ask)

    def _of_class(self, value: ClassValue, name: str, ask: Evaluation) -> Value:
        scope = value.definition.scope
        if name not in scope.owned:
            return self._no(name, ask)
        frame = Frame(scope, value.frame)
        found = value.evaluator.lookup(name, frame, END)
        if isinstance(found, Known) and isinstance(found.value, Closure):
            return ask.evaluator.apply(found.value, [], ask.at)
        return found or self._no(name, ask)

    def index(self, object_: Value, key: Value, ask: Evaluation) -> Value:
        if isinstance(object_, Known) and object_.value == ENVIRONMENT:
            return ask.variable(key)
        if isinstance(object_, Known) and object_.value == CREDENTIALS:
            return ask.unknown("encrypted", "it stands in Rails' encrypted credentials")
        if isinstance(key, Known) and key.value == "settings" and _may_be_container(object_):
            hanami = hanami_settings(self._place)
            if hanami is not None:
                return Known(hanami, ask.span)
        if isinstance(key, Known) and isinstance(key.value, Special):
            key = key.value.value if key.value.name == "rails-env" else key  # Rails.env
        if isinstance(object_, Known) and object_.absent and isinstance(key, Known):
            return ask.unknown("computed", "a part of a value that is not evaluated")
        return self.part(object_, key, ask)

    # -- operators

    def operator(self, operator: str, left: Value, right: Value, ask: Evaluation) -> Value | None:
        if operator == "or nil":  # of `x ||= …`
            never = isinstance(left, Unknown) and left.reason in ("undeclared", "cycle")
            return Known(None, ask.span) if never else left
        for one, other in ((left, right), (right, left)):
            if not isinstance(one, Known) or not isinstance(one.value, Special):
                continue
            if one.value.name == "rails-env" and operator in OPERATORS:
                return ask.apply(OPERATORS[operator], one.value.value, other)
        return None

    def text_of(self, value: Any) -> str:
        return to_text(value)

    # -- calls

    def call(self, call: Call, callee: Value, ask: Evaluation) -> Value | None:
        if isinstance(callee, Unknown):
            return None
        if isinstance(callee.value, Special):
            rules: dict[str, Callable[..., Any]] = {
                "Integer": strict_integer,
                "String": to_text,
                "Float": to_float,
            }
            if callee.value.name == "config_for":
                return self._config_for(call, ask)
            if callee.value.name == "URI" and len(call.arguments) == 1:
                given = self._values(call, ask)[0]
                return ruby_uri.called(("URI", "parse"), given, self.project, ask)
            if callee.value.name in rules:
                name = callee.value.name
                return ask.apply(rules[name], *self._values(call, ask), conversion=name)
            return None
        if not isinstance(callee.value, Bound):
            return None
        object_, name = callee.value.object, callee.value.name
        if isinstance(object_, Known) and isinstance(object_.value, Special):
            return self._special_method(call, object_.value, name, ask)
        if isinstance(object_, Known) and isinstance(object_.value, Map):
            return self._hash_method(call, object_, name, ask)
        if isinstance(object_, Unknown) and object_.reason == "encrypted":
            return Unknown("encrypted", object_.text, ask.span)
        values = self._values(call, ask)
        if name in SPLITS:
            return self._split(object_, name, values, ask)
        if name in METHODS:
            return ask.apply(METHODS[name], object_, *values)
        return None

    def _split(self, text: Value, name: str, values: list[Value], ask: Evaluation) -> Value | None:
        """`text.split(":")`, which leaves empty pieces at the end out, and with a number of pieces;
        `text.partition(":")`, with the separator between."""
        given = [value.value if isinstance(value, Known) else None for value in values]
        separator, limit = (*given, 0)[:2]
        is_text = isinstance(text, Unknown) or isinstance(text.value, str)
        if not is_text or not isinstance(separator, str) or separator.strip() == "":
            return None  # nil, a blank and a pattern have other rules
        if not isinstance(limit, int) or limit < 0:
            return None
        if isinstance(text, Unknown):
            return text
        cuts = 1 if name == "partition" else limit - 1
        found = parts.split(text, separator, cuts, self.project, ask)
        assert isinstance(found, Known)
        pieces = found.value.items
        if name == "partition":
            there = Known(separator if pieces[1:] else "", ask.span, text.trail)
            rest = pieces[1] if pieces[1:] else Entry(None, replace(there, value=""), None)
            pieces[1:] = [Entry(None, there, None), rest]
        while name == "split" and not limit and pieces and _is_empty(pieces[-1].value):
            pieces.pop()
        return found

    def _values(self, call: Call, ask: Evaluation) -> list[Value]:
        return [value for name, value in ask.evaluator.arguments(call, ask.frame) if name is None]

    def _special_method(
        self, call: Call, special: Special, name: str, ask: Evaluation
    ) -> Value | None:
        if (special.name, name) == ("Rails.application", "config_for"):
            return self._config_for(call, ask)
        if special.name == "YAML" and name in LOADS:
            return self._yaml(call, ask)
        values = self._values(call, ask)
        if special.name in ruby_uri.MODULES and len(values) == 1:
            return ruby_uri.called((special.name, name), values[0], self.project, ask)
        if special == CREDENTIALS:
            return ask.unknown("encrypted", "it stands in Rails' encrypted credentials")
        if special == BOOLEAN and name == "cast" and len(values) == 1:
            return ask.apply(
                lambda value: None if value in ("", None) else value not in FALSE_VALUES,
                values[0],
                conversion="cast",
            )
        if special != ENVIRONMENT or not values:
            return None
        if name in ("key?", "has_key?", "include?", "member?"):
            return ask.apply(lambda value: value is not None, ask.variable(values[0]))
        if name == "fetch":
            return self._fetch(call, values, ask)
        if name == "[]":
            return ask.variable(values[0])
        return None

    def _fetch(self, call: Call, values: list[Value], ask: Evaluation) -> Value:
        found = ask.variable(values[0])
        if isinstance(found, Unknown) or found.value is not None:
            return found
        if len(values) > 1:
            return ask.variable(values[0], values[1])
        if call.block is not None:
            closure = Closure(call.block, ask.frame, ask.evaluator)
            return ask.variable(values[0], ask.evaluator.apply(closure, [], ask.at))
        return Known(ABSENT, found.span, found.trail)

    def _hash_method(self, call: Call, object_: Known, name: str, ask: Evaluation) -> Value | None:
        values = self._values(call, ask)
        if name in ("merge", "merge!", "reverse_merge", "deep_merge"):
            return self._merge(call, object_, name, ask)
        if any(isinstance(value, Unknown) for value in values) or not values:
            return None
        keys = [_key(value) for value in values if isinstance(value, Known)]
        if name == "dig":
            return object_.at(*keys)
        if name == "fetch":
            found = object_.get(keys[0])
            missing = isinstance(found, Known) and found.value is ABSENT
            return values[1] if missing and len(values) > 1 else found
        if name in ("key?", "include?") and isinstance(object_.value, Map):
            return ask.apply(includes, object_, values[0])
        return None

    def _merge(self, call: Call, object_: Known, name: str, ask: Evaluation) -> Value:
        more = Map()
        for argument in call.arguments:
            value = ask.value(argument.value)
            if argument.name is not None:
                more.entries.append(Entry(Symbol(argument.name), value, ask.span))
            elif isinstance(value, Known) and isinstance(value.value, Map):
                more.entries += value.value.entries
            else:
                text_ = "what is merged here can't be told"
                more.entries.append(Entry(None, Unknown("computed", text_, ask.span), ask.span))
        own = object_.value.entries if isinstance(object_.value, Map) else []
        both = [*more.entries, *own] if name == "reverse_merge" else [*own, *more.entries]
        return Known(Map(both), ask.span)

    def instance(self, made: ClassValue, call: Call, ask: Evaluation) -> Value | None:
        return None

    # -- modules and parameters

    def parameter(self, parameter: Parameter, function: Function, ask: Evaluation) -> Value | None:
        return None

    def imported(self, path: str, name: str | None, ask: Evaluation) -> Value:
        return ask.unknown("imported", f"{path[:80]!r} is not read as a value")

    def star(self, path: str, name: str, ask: Evaluation) -> Value | None:
        found = self._module(path)
        return found.lookup(name, found.module, END) if found is not None else None

    def _module(self, path: str) -> Evaluator | None:
        from smtpdoctor.settings.readers.javascript_library import join

        candidate = join(self.file.rpartition("/")[0], path)
        if not candidate:
            return None
        file = candidate if candidate.endswith(".rb") else f"{candidate}.rb"
        found = self.project.imported_module(file)
        return found.evaluator if found is not None and found.file != self.file else None


def _is_empty(value: Value) -> bool:
    return isinstance(value, Known) and value.value == ""


def _may_be_container(value: Value) -> bool:
    """Whether it may be what Hanami hands to a provider: nothing that is told."""
    return isinstance(value, Unknown) or not isinstance(value.value, Map | List | str)


def _key(value: Known) -> Any:
    """What a key is: the name of the environment for `Rails.env`."""
    inner = value.value
    if isinstance(inner, Special) and inner.name == "rails-env":
        return inner.value.value if isinstance(inner.value, Known) else None
    return inner

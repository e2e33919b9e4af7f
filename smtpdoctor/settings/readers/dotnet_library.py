"""What C#'s operators and functions come to, and where .NET's programs read configuration.

This module knows Environment.GetEnvironmentVariable, `IConfiguration` with its sections and
options (`dotnet_configuration` reads the files), and the classes of the folder. It must not know
node types, nor what a setting means.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from smtpdoctor.settings.readers import dotnet_configuration as configuration
from smtpdoctor.settings.readers import dotnet_framework as framework
from smtpdoctor.settings.readers.curly import FIELD
from smtpdoctor.settings.readers.evaluation import (
    Bound,
    ClassValue,
    Closure,
    Evaluation,
    UntellableError,
    either,
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
from smtpdoctor.settings.readers.module import callee_path, names_of
from smtpdoctor.settings.readers.syntax import Call, Function, Parameter
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


def parsed_boolean(value: Any) -> bool:
    """bool.Parse: true and false in any letter case; all else raises."""
    if isinstance(value, bool):
        return value
    if str(value).strip().lower() not in ("true", "false"):
        raise UntellableError("a switch that doesn't parse")
    return boolean(str(value).strip())


def is_empty(value: Any) -> bool:
    return value in (None, ABSENT, "")


def formatted(form: Any, *values: Any) -> str:
    """string.Format with {0}."""

    def put(found: re.Match[str]) -> str:
        place = int(found[1])
        if place >= len(values):
            raise UntellableError("a format that is not evaluated")
        return text(values[place])

    return re.sub(r"\{(\d{1,2})\}", put, str(form))


def is_integer(value: Any) -> bool:
    return re.fullmatch(r"\s*[+-]?\d{1,9}\s*", str(value)) is not None


def tried(value: Any, type_: Any) -> Any:
    """What TryParse gives its `out` parameter."""
    if type_ in ("bool", "Boolean"):
        return str(value).strip().lower() == "true"
    return integer(value) if is_integer(value) else 0


RULES: dict[str, Callable[..., Any]] = {
    "int.Parse": integer,
    "Int32.Parse": integer,
    "int.TryParse": lambda value, *_: is_integer(value),
    "Int32.TryParse": lambda value, *_: is_integer(value),
    "bool.TryParse": lambda value, *_: str(value).strip().lower() in ("true", "false"),
    "Convert.ToInt32": lambda value: 0 if value is None else integer(value),
    "Convert.ToInt16": lambda value: 0 if value is None else integer(value),
    "bool.Parse": parsed_boolean,
    "Boolean.Parse": parsed_boolean,
    "Convert.ToBoolean": lambda value: value is not None and parsed_boolean(value),
    "Convert.ToString": text,
    "string.IsNullOrEmpty": is_empty,
    "string.IsNullOrWhiteSpace": lambda value: is_empty(value) or not str(value).strip(),
    "String.IsNullOrEmpty": is_empty,
    "String.IsNullOrWhiteSpace": lambda value: is_empty(value) or not str(value).strip(),
    "string.Format": formatted,
    "String.Format": formatted,
    "string.Concat": lambda *values: "".join(map(text, values)),
    "MailboxAddress.Parse": lambda value: value,
    "InternetAddress.Parse": lambda value: value,
    "Encoding.UTF8": lambda *_: None,
}
METHODS: dict[str, Callable[..., Any]] = {
    "ToString": lambda a, *_: text(a),
    "Trim": lambda a: text(a).strip(),
    "ToLower": lambda a, *_: text(a).lower(),
    "ToLowerInvariant": lambda a: text(a).lower(),
    "ToUpper": lambda a, *_: text(a).upper(),
    "ToUpperInvariant": lambda a: text(a).upper(),
    "Equals": lambda a, b, *how: (
        text(a).lower() == text(b).lower()
        if any("IgnoreCase" in str(each) for each in how)
        else text(a) == text(b)
    ),
    "GetValueOrDefault": lambda a, b=0: first_set(a, b),
    "StartsWith": lambda a, b, *_: text(a).startswith(text(b)),
    "EndsWith": lambda a, b, *_: text(a).endswith(text(b)),
    "Contains": lambda a, b, *_: text(b) in text(a),
}
JOINING = frozenset({"string.Format", "String.Format", "string.Concat"})
#: Types of parameters and fields that are the program's configuration.
CONFIGURATIONS = frozenset(
    {"IConfiguration", "IConfigurationRoot", "ConfigurationManager", "IConfigurationManager",
     "IConfigurationSection"}
)  # fmt: skip
OPTIONS = re.compile(r"IOptions(?:Snapshot|Monitor)?<(?P<type>[\w.]+)>")
#: A class of an interface, among other bases.
IMPLEMENTS = r"\b(?:class|record)\s+(\w+)[^{};]{0,200}?[:,]\s*%s\b"
#: By which name a call has what stands between its angle brackets, and what `out` gives.
TYPES, OUT = "<>", "out:"
#: What asks a container of services for one by its type.
SERVICES = frozenset({"GetService", "GetRequiredService"})
CONFIGURATION, SECTION, OBJECT, HANDLE = "configuration", "section", "object", "options"
DOTENV = "dotenv"
#: appSettings and mailSettings of a .config file, and the latter's element network.
APP_SETTINGS, MAIL_SETTINGS = "app settings", "mail settings"
MANAGERS = ("ConfigurationManager", "WebConfigurationManager", "ConfigurationSettings")


class DotNet(Classes):
    """The `Semantics` of C#."""

    language: Any = "csharp"
    absent: Any = None
    selves: frozenset[str] = frozenset()
    whole_chains = True
    bare_calls = False
    operators = OPERATORS
    otherwise = "??"
    declared = r"\b(?:class|record|struct|interface|enum)\s+%s\b"
    endings = (".cs",)

    def __init__(self, project: Project, file: str) -> None:
        super().__init__(project, file)

    def global_name(self, name: str) -> Value | None:
        if name in ("Configuration", "_configuration", "configuration", "_config"):
            return Known(Special(CONFIGURATION, ""))
        made = self.class_of(name)
        if made is not None:
            return Known(made)
        return Known(Special("type", name)) if re.match(r"[A-Z]|string$|int$|bool$", name) else None

    def parameter(self, parameter: Parameter, function: Function, ask: Evaluation) -> Value | None:
        return self._handed(parameter.type)

    def _handed(self, type_: str) -> Value | None:
        """What a framework hands over for a type: the configuration, options, an object."""
        type_ = re.sub(r"[?\s]", "", type_)
        if type_ in CONFIGURATIONS:
            return Known(Special(CONFIGURATION, ""))
        options = OPTIONS.fullmatch(type_)
        if options is not None:
            return Known(Special(HANDLE, options["type"].rpartition(".")[2]))
        made = self._implementing(type_) or self.class_of(type_)
        return Known(self._bound(made)) if made is not None else None

    def _implementing(self, type_: str) -> ClassValue | None:
        """The class that stands behind an interface of the folder, where one alone does."""
        if not re.fullmatch(r"I[A-Z]\w{1,60}", type_):
            return None
        needle = IMPLEMENTS % re.escape(type_)
        names = {
            found[1].decode()
            for path in self.project.containing(needle.encode(), *self.endings)
            for found in re.finditer(needle.encode(), self.project.files.read(path) or b"")
        }
        return self.class_of(names.pop()) if len(names) == 1 else None

    def _bound(self, made: ClassValue) -> Special:
        """An object of a class of the folder: filled from a section, where one is bound to it."""
        name = made.definition.name
        prefix = configuration.section_of(self.project, name)
        return Special(OBJECT, made) if prefix is None else Special(SECTION, (prefix, made))

    # -- members

    def member(self, object_: Value, name: str, ask: Evaluation) -> Value:
        if isinstance(object_, Unknown):
            # whatever the host is called: builder.Configuration, context.Configuration
            if name == "Configuration":
                return Known(Special(CONFIGURATION, ""), ask.span)
            return object_.get(name)
        thing = object_.value
        if name in MANAGERS:  # System.Configuration.ConfigurationManager
            return Known(Special("type", name), ask.span)
        if isinstance(thing, Special):
            return self._of_special(thing, name, ask)
        if isinstance(thing, ClassValue):
            found = self.field(thing, name)
            if found is not None:
                return found
        if isinstance(thing, Map):
            return thing.get(name, ask.span)
        if isinstance(thing, Symbol):
            return Known(Symbol(name), ask.span)
        if name == "Length" and isinstance(thing, str):
            return Known(len(thing), ask.span)
        if name == "Value" and isinstance(thing, str | int | bool):
            return object_
        if name == "Configuration":
            return Known(Special(CONFIGURATION, ""), ask.span)
        return ask.unknown("computed", f"what {name} is can't be told")

    def _of_special(self, thing: Special, name: str, ask: Evaluation) -> Value:
        if thing.name == "type":
            return self._of_type(str(thing.value), name, ask)
        if thing.name == MAIL_SETTINGS:
            return self._mail_setting(name, ask)
        if thing.name == CONFIGURATION and name == "Value":
            return self._key(thing.value, ask)
        if thing.name == HANDLE and name in ("Value", "CurrentValue"):
            made = self.class_of(thing.value)
            if made is not None:
                return Known(self._bound(made), ask.span)
            return ask.unknown("called", f"what {thing.value} is filled with can't be told")
        if thing.name == SECTION:
            prefix, made = thing.value
            found = configuration.look_up(self.project, self.file, f"{prefix}:{name}")
            if found is not None:
                return self._typed(found, made, name, ask)
            own = self.field(made, name) if made is not None else None
            if own is not None and not is_left_open(own) and not _is_nothing(own):
                return own
            return unset(f"{prefix}:{name}", ask)
        if thing.name == OBJECT:
            own = self._of_object(thing.value, name)
            if own is not None:
                return own
        return ask.unknown("computed", f"what {name} is can't be told")

    def _of_object(self, made: ClassValue, name: str) -> Value | None:
        """A property of an object of the folder's class: what it is made with, where all that
        are made have it alike, else its own."""
        own = self.field(made, name)
        if own is None:
            return None
        # `= string.Empty` stands there for the compiler
        open_ = is_left_open(own) or _is_nothing(own)
        type_ = made.definition.name
        values = configuration.set_by_hand(self.project, type_, name, None if open_ else own)
        if len(values) == 1:
            return values[0]
        if values:
            return either(values, None, f"objects of {type_} differ in {name}")
        why = f"whoever makes this object gives {name}"
        return Unknown("called", why, own.span) if open_ else own

    def _typed(self, found: Value, made: ClassValue | None, name: str, ask: Evaluation) -> Value:
        """A text of the configuration as the property's type has it."""
        if isinstance(found, Known) and isinstance(found.value, Map):
            nested = self._nested(made, name)
            return Known(Special(SECTION, (configuration.path_of(found), nested)), ask.span)
        type_ = made.definition.scope.types.get(FIELD + name, "") if made is not None else ""
        return converted(ask.read(found, name), type_, ask)

    def _nested(self, made: ClassValue | None, name: str) -> ClassValue | None:
        type_ = made.definition.scope.types.get(FIELD + name, "") if made is not None else ""
        return self.class_of(type_.rstrip("?"))

    @staticmethod
    def _of_type(type_: str, name: str, ask: Evaluation) -> Value:
        """What a class that everybody has has by a name."""
        if type_ in MANAGERS and name == "AppSettings":
            return Known(Special(APP_SETTINGS), ask.span)
        is_text_type = type_ in ("string", "String")
        return Known("" if is_text_type and name == "Empty" else Symbol(name), ask.span)

    def _of_config_file(
        self, thing: Special, name: str, values: list[Value], ask: Evaluation
    ) -> Value | None:
        """A method of what stands for a .config file; None for any other."""
        if thing.name == APP_SETTINGS and name == "Get":
            return self._app_setting(values[0] if values else None, ask)
        if thing.name == "type" and thing.value in MANAGERS and name == "GetSection":
            section = values[0].value if values and isinstance(values[0], Known) else ""
            if str(section).startswith("system.net/mailSettings"):
                return Known(Special(MAIL_SETTINGS), ask.span)
        return None

    def _mail_setting(self, name: str, ask: Evaluation) -> Value:
        """A property of SmtpSection, or of its Network."""
        if name in ("Network", "SpecifiedPickupDirectory"):
            return Known(Special(MAIL_SETTINGS), ask.span)
        if name not in framework.PLACES:
            return ask.unknown("computed", f"what {name} is can't be told")
        found = framework.mail_setting(self.project, self.file, name)
        types = {"Port": "int", "EnableSsl": "bool"}
        if found is None:
            return zero_of(types.get(name, ""), ask)
        return converted(ask.read(found, name), types.get(name, ""), ask)

    def _app_setting(self, key: Value | None, ask: Evaluation) -> Value:
        if not isinstance(key, Known) or not isinstance(key.value, str):
            return ask.unknown("computed", "which key this is can't be told")
        found = framework.app_setting(self.project, self.file, key.value)
        if found is not None:
            return ask.read(found, key.value)
        if framework.files(self.project, self.file):
            return Known(None, ask.span)
        text = f"{key.value[:60]} stands in a .config file that is not in this folder"
        return ask.unknown("unreadable", text)

    def _key(self, key: str, ask: Evaluation, default: Value | None = None) -> Value:
        found = configuration.look_up(self.project, self.file, key)
        if found is None:
            return default if default is not None else unset(key, ask)
        if isinstance(found, Known) and isinstance(found.value, Map):
            return Known(None, ask.span)
        return ask.read(found, key)

    def index(self, object_: Value, key: Value, ask: Evaluation) -> Value:
        thing = object_.value if isinstance(object_, Known) else None
        if isinstance(thing, Special) and thing.name == CONFIGURATION and isinstance(key, Known):
            return self._key(joined(thing.value, key.value), ask)
        if isinstance(thing, Special) and thing.name == APP_SETTINGS:
            return self._app_setting(key, ask)
        if isinstance(thing, Special) and thing.name == DOTENV:
            return ask.variable(key, Known(None, ask.span))
        return super().index(object_, key, ask)

    # -- operators

    def text_of(self, value: Any) -> str:
        if isinstance(value, bool):
            return "True" if value else "False"
        return "" if value is None else text(value)

    # -- calls

    def call(self, call: Call, callee: Value, ask: Evaluation) -> Value | None:
        path = callee_path(call)
        given = ask.evaluator.arguments(call, ask.frame)
        values = [value for name, value in given if name != TYPES]
        if path[0] == OUT:
            return ask.apply(tried, *values)
        if path == ["nameof"] and call.arguments:
            names = names_of(call.arguments[0].value)
            return Known(names[-1], ask.span) if names else None
        if path[0] == "field:":
            return self._left_open(values, ask)
        if call.new:
            return self._made(path[-1], values, ask)
        if isinstance(callee, Known) and isinstance(callee.value, Closure):
            return None
        found = self._static(path, values, ask)
        if found is not None or not isinstance(callee, Known):
            return found
        if isinstance(callee.value, Bound):
            types = next((str(each.value) for name, each in given
                          if name == TYPES and isinstance(each, Known)), "")  # fmt: skip
            return self._method(callee.value, values, types, ask)
        return None

    @staticmethod
    def _static(path: list[str], values: list[Value], ask: Evaluation) -> Value | None:
        """A function of a class that everybody has."""
        last = ".".join(path[-2:])
        if last == "Environment.GetEnvironmentVariable" and values:
            return ask.variable(values[0], Known(None, ask.span))
        if last == "DotEnv.Read":  # dotenv.net's lines by their names
            return Known(Special(DOTENV), ask.span)
        if last in ("Enum.Parse", "Enum.TryParse"):
            return next((each for each in values if is_text(each)), None)
        if path[-1] == "TryParse":
            values = values[:1]  # the other one is what it gives
        rule = RULES.get(last)
        if rule is None:
            return None
        result = ask.apply(rule, *values)
        return made_of(result, values) if last in JOINING else result

    def _made(self, name: str, values: list[Value], ask: Evaluation) -> Value:
        made = self.class_of(name)
        if made is not None:
            by_hand = configuration.bound_by_hand(self.project, name)
            if by_hand is not None:
                return Known(Special(SECTION, (by_hand, made)), ask.span)
            return Known(Special(OBJECT, made), ask.span)
        if name == "ConfigurationBuilder":
            return Known(Special(CONFIGURATION, ""), ask.span)
        given = [Entry(place, value, value.span) for place, value in enumerate(values)]
        return Known(Map(given, name), ask.span)

    def _left_open(self, values: list[Value], ask: Evaluation) -> Value:
        name, type_ = (str(getattr(each, "value", "")) for each in values[:2])
        found = self._handed(type_)
        if found is not None:
            return found
        return ask.unknown("called", f"whoever makes this object gives {name}")

    def _method(
        self, bound: Bound, values: list[Value], types: str, ask: Evaluation
    ) -> Value | None:
        name, object_ = bound.name, bound.object
        if name in SERVICES and types:
            return self._handed(types)
        if isinstance(object_, Unknown):
            return object_ if name in ("ToString", "Trim") else None
        thing = object_.value
        if isinstance(thing, Special):
            found = self._of_config_file(thing, name, values, ask)
            if found is not None:
                return found
        if isinstance(thing, Special) and thing.name == CONFIGURATION:
            return self._of_configuration(thing.value, name, values, types, ask)
        made = thing.value if isinstance(thing, Special) and thing.name == OBJECT else thing
        if isinstance(made, ClassValue):
            return self.function_of(made, name, values, ask)
        scalar = object_.absent or isinstance(thing, str | int | float | bool)
        rule = METHODS.get(name) if scalar and not isinstance(thing, Symbol) else None
        return ask.apply(rule, object_, *values) if rule is not None else None

    def _of_configuration(
        self, prefix: str, name: str, values: list[Value], types: str, ask: Evaluation
    ) -> Value | None:
        """A method of the configuration, or of a section of it."""
        key = values[0] if values else None
        if name in ("GetSection", "GetRequiredSection") and key is not None:
            if not isinstance(key, Known) or not isinstance(key.value, str):
                return ask.unknown("computed", "which section this is can't be told")
            return Known(Special(CONFIGURATION, joined(prefix, key.value)), ask.span)
        if name == "GetValue" and key is not None:
            if not isinstance(key, Known) or not isinstance(key.value, str):
                return ask.unknown("computed", "which key this is can't be told")
            default = values[1] if len(values) > 1 else zero_of(types, ask)
            return converted(self._key(joined(prefix, key.value), ask, default), types, ask)
        if name == "Get":
            made = self.class_of(types.rpartition(".")[2].rstrip("?"))
            return Known(Special(SECTION, (prefix, made)), ask.span)
        # what it is made from: AddJsonFile(), AddEnvironmentVariables(), Build()
        return Known(Special(CONFIGURATION, prefix), ask.span) if name != "Bind" else None

    def instance(self, made: ClassValue, call: Call, ask: Evaluation) -> Value | None:
        return Known(Special(OBJECT, made), ask.span)


def is_text(value: Value) -> bool:
    written = value.value if isinstance(value, Known) else None
    return isinstance(written, str) and not isinstance(written, Symbol)


def unset(key: str, ask: Evaluation) -> Value:
    """A key that no file and no variable has here: the variable that would set it is not set."""
    return ask.variable(Known(key.replace(":", "__")), Known(None, ask.span))


def _is_nothing(value: Value) -> bool:
    return isinstance(value, Known) and value.value in (None, "")


def joined(prefix: str, key: Any) -> str:
    return f"{prefix}:{key}" if prefix else str(key)


def is_left_open(value: Value) -> bool:
    """Whether a property is one that nothing in the code sets."""
    return isinstance(value, Unknown) and value.reason == "called"


def converted(value: Value, type_: str, ask: Evaluation) -> Value:
    """A text as the type that is asked for has it."""
    type_ = type_.rstrip("?")
    if not isinstance(value, Known) or not isinstance(value.value, str):
        return value
    if type_ in ("int", "Int32", "short", "ushort", "long"):
        return ask.apply(integer, value)
    if type_ in ("bool", "Boolean"):
        return ask.apply(parsed_boolean, value)
    if type_ == "SecureSocketOptions":
        return ask.apply(Symbol, value)
    return value


def zero_of(types: str, ask: Evaluation) -> Value:
    """What GetValue gives where the key isn't there."""
    if types in ("int", "long", "short"):
        return Known(0, ask.span)
    return Known(False if types == "bool" else None, ask.span)

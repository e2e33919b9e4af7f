"""What Python's operators and functions come to, and where its programs read variables.

This module knows the language's coercions, os.environ, and the libraries that read settings:
decouple, django-environ, environs, Starlette's Config, pydantic-settings. It must not know node
types, nor what a setting means. A variable that has to be set and isn't (`os.environ["X"]`) is
`ABSENT`: the program stops there.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from smtpdoctor.settings.readers import dynaconf, parts
from smtpdoctor.settings.readers import python_urls as urls
from smtpdoctor.settings.readers.email_url import LIBRARIES, STEP
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
    is_constructor,
    read_file,
    text_of_file,
)
from smtpdoctor.settings.readers.model import (
    ABSENT,
    OF_A_REQUEST,
    Entry,
    Known,
    List,
    Map,
    Origin,
    Special,
    Unknown,
    Value,
    stops,
    truth,
)
from smtpdoctor.settings.readers.syntax import (
    Binary,
    Call,
    Expression,
    Function,
    Index,
    Member,
    Name,
    Parameter,
    Sequence,
    Template,
)
from smtpdoctor.settings.readers.truthful import Truthful
from smtpdoctor.settings.readers.written_paths import written_path

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.project import Project

END = 1 << 62

ENVIRONMENT = Special("environment")
ANNOTATED = Special("annotated")  # typing's, and with a value what it has FastAPI hand over
DECOUPLE = Special("config")  # decouple's and Starlette's config("X", default=…, cast=…)
ENVIRONS = Special("environs")

#: django-configurations' values by their names.
CONFIGURED: dict[str | None, Any] = {
    name: Special("configured", name)
    for name in (
        *("Value", "BooleanValue", "IntegerValue", "PositiveIntegerValue", "SecretValue"),
        *("EmailValue", "EmailURLValue"),
    )
}
#: What the evaluator knows of modules that are not in the folder.
MODULES: dict[str, dict[str | None, Any]] = {
    "os": {
        None: Special("os"),
        "environ": ENVIRONMENT,
        "getenv": Special("os.getenv"),
        "environb": Special("bytes"),
    },
    "os.path": {"os": Special("os")},  # which imports it itself
    **urls.MODULES,
    "six.moves.urllib.parse": urls.MODULES["urllib.parse"],
    "decouple": {
        None: Special("decouple"),
        "config": DECOUPLE,
        "AutoConfig": Special("make-config"),
        "Config": Special("make-config"),
        "Csv": Special("csv"),
    },
    "starlette.config": {"Config": Special("make-config"), "environ": ENVIRONMENT},
    "environ": {
        None: Special("environ-module"),
        "Env": Special("make-environ"),
        "FileAwareEnv": Special("make-environ"),
    },
    "environs": {
        None: Special("environs-module"),
        "Env": Special("make-environs"),
        "FileAwareEnv": Special("make-environs"),
        "env": ENVIRONS,
    },
    "dotenv": {None: Special("dotenv"), "dotenv_values": Special("make-environment")},
    "json": {None: Special("json"), "loads": Special("json.loads"), "load": Special("load")},
    "ast": {None: Special("ast"), "literal_eval": Special("literal")},
    "distutils.util": {None: Special("strtobool-module"), "strtobool": Special("strtobool")},
    "dj_email_url": {
        None: Special("dj_email_url"),
        "config": Special("email-url-config"),
        "parse": Special("email-url-parse"),
    },
    "smtplib": {
        None: Special("smtplib"),
        "SMTP": Special("smtplib.SMTP"),
        "SMTP_SSL": Special("smtplib.SMTP_SSL"),
    },
    "dataclasses": {None: Special("dataclasses"), "field": Special("dataclass-field")},
    "fastapi": {None: Special("fastapi"), "Depends": Special("depends")},
    "typing": {"Annotated": ANNOTATED},
    "typing_extensions": {"Annotated": ANNOTATED},
    "email.utils": {None: Special("email.utils"), "formataddr": Special("formataddr")},
    "pydantic": {
        None: Special("pydantic"),
        "SecretStr": Special("secret"),
        "Field": Special("field"),
    },
    "configparser": {
        None: Special("configparser"),
        "ConfigParser": Special("ini-parser"),
        "RawConfigParser": Special("ini-parser"),
        "SafeConfigParser": Special("ini-parser"),
    },
    "yaml": {
        None: Special("yaml"),
        "safe_load": Special("load"),
        "load": Special("load"),
        "full_load": Special("load"),
    },
    "configurations": {
        None: Special("configurations"),
        "values": Special("configurations.values"),
    },
    "configurations.values": CONFIGURED,
    "split_settings.tools": {"optional": Special("split-optional")},
    "dynaconf": {
        None: Special("dynaconf-module"),
        "Dynaconf": Special("make-dynaconf"),
        "LazySettings": Special("make-dynaconf"),
    },
    "streamlit": {None: Special("streamlit"), "secrets": Special("streamlit.secrets")},
    "argparse": {
        None: Special("argparse"),
        "ArgumentParser": Special("argument-parser"),
    },
    **{
        module: {None: Special(module), "load": Special("load"), "loads": Special("loads")}
        for module in ("tomllib", "tomli", "toml", "tomlkit", "rtoml")
    },
    "ssl": {
        None: Special("ssl"),
        "create_default_context": Special("ssl.verified"),
        "SSLContext": Special("ssl.SSLContext"),
        "_create_unverified_context": Special("ssl.unverified"),
        "_create_stdlib_context": Special("ssl.unverified"),
        "CERT_NONE": 0,
        "CERT_OPTIONAL": 1,
        "CERT_REQUIRED": 2,
        "PROTOCOL_TLS_CLIENT": 16,
    },
}
#: What `ssl` gives is a map of this kind, so that what is assigned to its members is seen.
TLS_CONTEXT = "ssl.SSLContext"
MEMBERS: dict[str, Any] = {
    "os.environ": ENVIRONMENT,
    "os.getenv": Special("os.getenv"),
    **urls.MEMBERS,
    "decouple.config": DECOUPLE,
    "environ-module.Env": Special("make-environ"),
    "environ-module.FileAwareEnv": Special("make-environ"),
    "environs-module.Env": Special("make-environs"),
    "environs-module.FileAwareEnv": Special("make-environs"),
    "dotenv.dotenv_values": Special("make-environment"),
    "json.loads": Special("json.loads"),
    "json.load": Special("load"),
    "ast.literal_eval": Special("literal"),
    "strtobool-module.strtobool": Special("strtobool"),
    "email.utils.formataddr": Special("formataddr"),
    "dataclasses.field": Special("dataclass-field"),
    "dynaconf-module.Dynaconf": Special("make-dynaconf"),
    "fastapi.Depends": Special("depends"),
    **{f"configurations.values.{name}": made for name, made in CONFIGURED.items()},
    **{f"dj_email_url.{name}": made for name, made in MODULES["dj_email_url"].items() if name},
    **{
        f"{module}.{name}": made
        for module in (
            *("smtplib", "ssl", "pydantic", "configparser", "yaml", "argparse"),
            *("tomllib", "tomli", "toml", "tomlkit", "rtoml"),
        )
        for name, made in MODULES[module].items()
        if name
    },
}
BUILTINS = (
    *("int", "str", "bool", "float", "len", "dict", "list", "tuple", "set", "eval", "getattr"),
    *("any", "all", "open"),
)
#: Classes to make others from that read no variables.
PLAIN_BASES = frozenset({
    *("object", "ABC", "Protocol", "Enum", "StrEnum", "IntEnum", "NamedTuple", "TypedDict"),
    *("BaseModel", "Exception", "dict", "Generic", "SQLModel", "Struct", "Configuration"),
})  # fmt: skip
FILE_NAME = r"[\w./-]+\.(?:json|toml|ya?ml)"
#: Kinds of maps: pydantic's Field(…), and what a ConfigParser has read.
FIELD = "pydantic.Field"
INI = "configparser.ConfigParser"
INI_SECTION = "configparser.SectionProxy"
DYNACONF = "dynaconf"
#: Streamlit's secrets, whose keys are members too.
SECRETS = "streamlit.secrets"


def to_text(value: Any) -> str:
    """str(value)."""
    if value is None or isinstance(value, bool | int | float | str):
        return str(value)
    raise UntellableError("an object as text")


def to_integer(value: Any = 0, base: Any = 10) -> int:
    """int(value)."""
    if isinstance(value, str):
        try:
            return int(value[:400], base)
        except ValueError:
            raise StopsError("this is no whole number") from None
    if isinstance(value, bool | int | float):
        return int(value)
    raise UntellableError("int() of this stops the program")


def to_float(value: Any = 0.0) -> float:
    if isinstance(value, str | bool | int | float):
        try:
            return float(value)
        except ValueError:
            raise StopsError("this is no number") from None
    raise UntellableError("float() of this stops the program")


def string_to_boolean(value: Any) -> int:
    """distutils.util.strtobool."""
    text = to_text(value).lower()
    if text in ("y", "yes", "t", "true", "on", "1"):
        return 1
    if text in ("n", "no", "f", "false", "off", "0"):
        return 0
    raise StopsError("this is neither true nor false")


def decouple_boolean(value: Any) -> bool:
    """decouple's cast=bool, by its source (3.8, _cast_boolean)."""
    return bool(value) if value in ("", None) else bool(string_to_boolean(value))


def configured_boolean(value: Any) -> bool:
    """BooleanValue of django-configurations (2.5)."""
    text = to_text(value).strip().lower()
    if text in ("yes", "y", "true", "1", "no", "n", "false", "0", ""):
        return text in ("yes", "y", "true", "1")
    raise StopsError("this is neither true nor false")


def ini_boolean(value: Any) -> bool:
    """ConfigParser.getboolean (BOOLEAN_STATES)."""
    text = to_text(value).lower()
    if text in ("1", "yes", "true", "on"):
        return True
    if text in ("0", "no", "false", "off"):
        return False
    raise StopsError("this is neither true nor false")


INI_READS = ("read", "read_file", "read_string")
#: What a program puts before a file that has no sections, to read it as one.
INI_HEADER = re.compile(r"\s*\[([^\]\n]+)\]\s*\n\s*")
INI_METHODS: dict[str, Callable[..., Any] | None] = {
    "get": None,
    "getint": to_integer,
    "getfloat": to_float,
    "getboolean": ini_boolean,
}


def environ_boolean(value: Any) -> bool:
    """django-environ's bool (0.11, Env.parse_value): a number, or one of its words."""
    text = to_text(value)
    try:
        return int(text[:400]) != 0
    except ValueError:
        return text.lower().strip() in ("true", "on", "ok", "y", "yes", "1")


def pydantic_boolean(value: Any) -> bool:
    """pydantic's bool of a text (v2, conversion table)."""
    text = to_text(value).lower()
    if text in ("0", "off", "f", "false", "n", "no"):
        return False
    if text in ("1", "on", "t", "true", "y", "yes"):
        return True
    raise StopsError("pydantic takes this for no boolean")


def literal(value: Any) -> Any:
    """A text's value where it is a plain literal: eval("True")."""
    text = to_text(value).strip()
    if len(text) > 200:
        raise UntellableError("so long a literal is not evaluated")
    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        raise UntellableError("this is no literal") from None
    return wrapped(found)


def from_json(value: Any) -> Any:
    try:
        return wrapped(json.loads(to_text(value)))
    except (ValueError, RecursionError):
        raise StopsError("this is no JSON") from None


def wrapped(value: Any) -> Any:
    """A Python structure as our own."""
    if isinstance(value, dict):
        return Map([Entry(key, Known(wrapped(each)), None) for key, each in value.items()])
    if isinstance(value, list | tuple):
        return List([Entry(None, Known(wrapped(each)), None) for each in value])
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise UntellableError("a literal that is not evaluated")


def add(left: Any, right: Any) -> Any:
    if isinstance(left, List) and isinstance(right, List):
        return List(left.items + right.items, left.open or right.open)
    if isinstance(left, str) != isinstance(right, str):
        raise StopsError("the operands don't fit")
    return numbers(left, right, lambda a, b: a + b)


def numbers(left: Any, right: Any, rule: Callable[[Any, Any], Any]) -> Any:
    simple = (str, int, float, bool)
    if not isinstance(left, simple) or not isinstance(right, simple):
        raise UntellableError("the operands don't fit")
    if isinstance(left, str) and isinstance(right, str) and len(left) + len(right) > 100_000:
        raise UntellableError("the text is too long", "too-long")
    return rule(left, right)


def arithmetic(rule: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def apply(left: Any, right: Any) -> Any:
        if isinstance(left, str) or isinstance(right, str):
            raise UntellableError("arithmetic with a text is not evaluated")
        return numbers(left, right, rule)

    return apply


def equal(left: Any, right: Any) -> bool:
    if isinstance(left, Map | List) and isinstance(right, Map | List):
        raise UntellableError("whether two collections are the same")
    return bool(left == right)


def same(left: Any, right: Any) -> bool:
    """`is`, for what is one object in every Python."""
    singles = (None, True, False, ABSENT)
    if any(left is each for each in singles) or any(right is each for each in singles):
        return left is right
    raise UntellableError("whether two objects are one")


def contains(item: Any, container: Any) -> bool:
    if isinstance(container, str) and isinstance(item, str):
        return item in container
    if isinstance(container, Map) and container.whole:
        return container.entry(item) is not None
    if isinstance(container, List) and container.open is None:
        values = list(container)
        if all(isinstance(value, Known) for value in values):
            return any(isinstance(v, Known) and v.value == item for v in values)
    raise UntellableError("whether it is in there")


def formatted(template: Any, values: Any) -> Any:
    """`"%s:%d" % (host, port)`."""
    if not isinstance(template, str):
        return arithmetic(lambda a, b: a % b)(template, values)
    given = list(values) if isinstance(values, List) else [Known(values)]
    texts = [value.value for value in given if isinstance(value, Known)]
    if len(texts) != len(given) or re.sub(r"%[sd%]", "", template).count("%"):
        raise UntellableError("a format that is not evaluated")
    parts = re.split(r"(%[sd%])", template)
    made: list[str] = []
    for part in parts:
        if part in ("%s", "%d"):
            if not texts:
                raise UntellableError("a format that is not evaluated")
            made.append(to_text(texts.pop(0)))
        else:
            made.append("%" if part == "%%" else part)
    return "".join(made)


OPERATORS: Mapping[str, Operator] = {
    "+": add,
    "-": arithmetic(lambda a, b: a - b),
    "*": arithmetic(lambda a, b: a * b),
    "/": arithmetic(lambda a, b: a / b),
    "//": arithmetic(lambda a, b: a // b),
    "%": formatted,
    "==": equal,
    "!=": lambda a, b: not equal(a, b),
    "<": lambda a, b: numbers(a, b, lambda x, y: x < y),
    ">": lambda a, b: numbers(a, b, lambda x, y: x > y),
    "<=": lambda a, b: numbers(a, b, lambda x, y: x <= y),
    ">=": lambda a, b: numbers(a, b, lambda x, y: x >= y),
    "is": same,
    "is not": lambda a, b: not same(a, b),
    "in": contains,
    "not in": lambda a, b: not contains(a, b),
}


def split(text: str, separator: Any = None, limit: Any = -1) -> List:
    parts = text.split(separator, limit)
    return List([Entry(None, Known(part), None) for part in parts])


def format_text(template: str, *values: Any) -> str:
    pieces = re.split(r"\{(\d*)\}", template)
    if any("{" in piece or "}" in piece for piece in pieces[::2]):
        raise UntellableError("a format that is not evaluated")
    made = [pieces[0]]
    for place, (index, piece) in enumerate(zip(pieces[1::2], pieces[2::2], strict=False)):
        made += [to_text(values[int(index) if index else place]), piece]
    return "".join(made)


TEXT_METHODS: dict[str, Callable[..., Any]] = {
    "get_secret_value": lambda t: t,
    "lower": lambda t: t.lower(),
    "casefold": lambda t: t.casefold(),
    "upper": lambda t: t.upper(),
    "title": lambda t: t.title(),
    "capitalize": lambda t: t.capitalize(),
    "strip": lambda t, chars=None: t.strip(chars),
    "lstrip": lambda t, chars=None: t.lstrip(chars),
    "rstrip": lambda t, chars=None: t.rstrip(chars),
    "startswith": lambda t, part: t.startswith(part),
    "endswith": lambda t, part: t.endswith(part),
    "removeprefix": lambda t, part: t.removeprefix(part),
    "removesuffix": lambda t, part: t.removesuffix(part),
    "replace": lambda t, old, new: t.replace(old, new),
    "isdigit": lambda t: t.isdigit(),
    "isnumeric": lambda t: t.isnumeric(),
    "split": split,
    "format": format_text,
}


def formataddr(pair: Any) -> str:
    """email.utils.formataddr."""
    parts = list(pair) if isinstance(pair, List) else []
    if len(parts) != 2 or not all(isinstance(part, Known) for part in parts):
        raise UntellableError("an address that is not evaluated")
    name, address = (part.value for part in parts if isinstance(part, Known))
    return f'"{to_text(name)}" <{to_text(address)}>' if name else to_text(address)


CONVERSIONS: dict[str, Callable[..., Any]] = {
    "formataddr": formataddr,
    "urllib.parse.unquote": lambda text: unquote(to_text(text)),
    "urllib.parse.unquote_plus": lambda text: unquote_plus(to_text(text)),
    "urllib.parse.quote": lambda text, safe="/": quote(to_text(text), to_text(safe)),
    "urllib.parse.quote_plus": lambda text: quote_plus(to_text(text)),
    "secret": lambda value: value,
    "int": to_integer,
    "float": to_float,
    "str": lambda value="": to_text(value),
    "bool": lambda value=None: truth(value, "python"),
    "json.loads": from_json,
    "literal": literal,
    "eval": literal,
    "strtobool": string_to_boolean,
}

#: Casts of config("X", cast=…), env.int("X") and fields, by library.
CASTS: dict[str, dict[str, Callable[..., Any]]] = {
    "config": {"int": to_integer, "float": to_float, "str": to_text, "bool": decouple_boolean},
    "environ": {
        "int": to_integer,
        "float": to_float,
        "str": to_text,
        "bool": environ_boolean,
        "json": from_json,
        "": lambda value: value,
    },
    "environs": {
        "int": to_integer,
        "float": to_float,
        "str": to_text,
        "bool": lambda value: bool(string_to_boolean(value)),
        "json": from_json,
        "": lambda value: value,
    },
    "configurations": {"BooleanValue": configured_boolean, "IntegerValue": to_integer},
    "pydantic": {"int": to_integer, "float": to_float, "str": to_text, "bool": pydantic_boolean},
}


@dataclass(frozen=True, slots=True, repr=False)
class Part:
    """A model within pydantic's settings: its class, what stands before its variables' names, and
    what it is where none is set."""

    model: ClassValue
    prefix: str
    default: Value | None


class Python(Truthful):
    """The `Semantics` of Python."""

    language: Any = "python"
    operators = OPERATORS
    absent: Any = None
    selves = frozenset({"self", "cls"})
    whole_chains = False
    denied, either, both = "not", "or", "and"
    bare_calls = False

    def __init__(self, project: Project, file: str) -> None:
        self.project = project
        self.file = file
        self._modules: dict[str, Evaluator | None] = {}

    def global_name(self, name: str) -> Value | None:
        if name in ("__name__", "__file__"):
            return None
        return Known(Special(name)) if name in BUILTINS else None

    # -- members

    def member(self, object_: Value, name: str, ask: Evaluation) -> Value:
        if isinstance(object_, Unknown):
            return object_.get(name)
        value = object_.value
        if isinstance(value, Special):
            return self._of_special(value, name, ask)
        if isinstance(value, ClassValue):
            found = self._of_a_variable(value, name, ask) or default_of(value, name)
            return found or ask.unknown("computed", f"what {name} is can't be told")
        if isinstance(value, Map) and value.kind in ("self", TLS_CONTEXT, SECRETS):
            return value.get(name, ask.span)
        if isinstance(value, Map) and value.kind in urls.KINDS and value.entry(name) is not None:
            return value.get(name, ask.span)
        if isinstance(value, Map) and not value.whole:  # a changed object that isn't known
            return value.get(name, ask.span)
        return ask.unknown("computed", f"what {name} is can't be told")

    def _of_special(self, special: Special, name: str, ask: Evaluation) -> Value:
        if special.name == "module" and isinstance(special.value, Evaluator):
            found = special.value.lookup(name, special.value.module, END)
            return found if found is not None else Known(ABSENT, ask.span)
        if special.name == "settings":
            return self._field(special.value, name, ask)
        if special.name == "settings-part":
            return self._part_field(special.value, name, ask)
        if special.name == DYNACONF:
            return dynaconf.member(special.value, name, ask)
        full = f"{special.name}.{name}"
        if full == SECRETS:
            return self._secrets(ask)
        if full in MEMBERS:
            return Known(MEMBERS[full], ask.span)
        return ask.unknown("computed", f"what {full} is can't be told")

    def index(self, object_: Value, key: Value, ask: Evaluation) -> Value:
        if isinstance(object_, Known) and object_.value == ENVIRONMENT:
            found = ask.variable(key)
            missing = isinstance(found, Known) and found.value is None
            return Known(ABSENT, found.span, found.trail) if missing else found
        settings = object_.value if isinstance(object_, Known) else None
        if settings == ANNOTATED:
            return Known(replace(ANNOTATED, value=self._dependency(ask)), ask.span)
        if isinstance(settings, Special) and settings.name == DYNACONF and isinstance(key, Known):
            return dynaconf.member(settings.value, str(key.value), ask)
        if isinstance(object_, Unknown):
            return object_.get(key.value) if isinstance(key, Known) else object_
        if isinstance(key, Unknown):
            return Unknown("computed", "which member this is can't be told", ask.span, key.trail)
        if isinstance(object_.value, Map | List):
            return object_.get(key.value)
        return ask.unknown("computed", "a part of a value that is not evaluated")

    def _dependency(self, ask: Evaluation) -> Value | None:
        """What `Annotated[T, Depends(f)]` has FastAPI hand over: what f gives."""
        listed = ask.at.index if isinstance(ask.at, Index) else None
        for item in listed.items if isinstance(listed, Sequence) else ():
            if isinstance(item.value, Call):
                callee = ask.value(item.value.callee)
                if isinstance(callee, Known) and callee.value == Special("depends"):
                    return ask.value(item.value)
        return None

    # -- operators

    def operator(self, operator: str, left: Value, right: Value, ask: Evaluation) -> Value | None:
        if operator == "|" and _is_environment(left) and _is_environment(right):
            return Known(ENVIRONMENT, ask.span)
        if operator not in ("in", "not in"):
            return None
        if not isinstance(right, Known) or right.value != ENVIRONMENT:
            return None
        found = operator == "in"
        return ask.apply(lambda value: (value is not None) is found, ask.variable(left))

    def text_of(self, value: Any) -> str:
        return to_text(value)

    # -- calls

    def call(self, call: Call, callee: Value, ask: Evaluation) -> Value | None:
        if isinstance(callee, Unknown):
            return None
        if isinstance(callee.value, Bound):
            return self._method(call, callee.value, ask)
        if isinstance(callee.value, Special):
            return self._special(call, callee.value, ask)
        if isinstance(call.callee, Name) and call.callee.id == "cls":
            return self._own_class(call, ask)
        return None

    def _own_class(self, call: Call, ask: Evaluation) -> Value | None:
        """`cls(host=…)` in a method of the class."""
        scope = call.scope
        while scope is not None and scope.kind != "class":
            scope = scope.parent
        found = ask.evaluator.lookup(scope.name, ask.frame, END) if scope is not None else None
        if not isinstance(found, Known) or not isinstance(found.value, ClassValue):
            return None
        made = self.instance(found.value, call, ask)
        given = ask.evaluator.arguments(call, ask.frame)
        return made if made is not None else ask.evaluator.instance(found.value, given)

    def _special(  # noqa: C901, PLR0912  # long: one case a function that is known
        self, call: Call, special: Special, ask: Evaluation
    ) -> Value | None:
        name = special.name
        values = [value for _, value in ask.evaluator.arguments(call, ask.frame)]
        if name == "json.loads" and values and read_file(values[0]) is not None:
            return self._document(values[0], ask)
        if name in CONVERSIONS:
            made = ask.apply(CONVERSIONS[name], *values, conversion=name)
            return made.through(*_unset_address(values)) if name == "formataddr" else made
        url = urls.called(self, name, values[0], ask) if values else None
        if url is not None:
            return url
        match name:
            case "os.getenv":
                return self._variable(call, ask)
            case "config":
                return self._config(call, ask)
            case "environ" | "environs":
                return self._environ(call, special, "", ask)
            case "ssl.verified" | "ssl.unverified" | "ssl.SSLContext":
                return self._tls_context(name, values, ask)
            case "email-url-config":
                url = ask.argument(call, 0, "env") or Known("EMAIL_URL")
                return self._email_url(
                    ask.variable(url, ask.argument(call, 1, "default")), "dj-email-url", ask
                )
            case "email-url-parse" if values:
                return self._email_url(values[0], "dj-email-url", ask)
            case "make-dynaconf":
                return Known(Special(DYNACONF, self._dynaconf(call, ask)), ask.span)
            case "configured":
                return self._configured_value(call, str(special.value), ask)
            case "split-optional" if values:
                return values[0]
            case "open" if values:
                path = self._path(values[0], call.arguments[0].value, ask)
                return Known(Special("file", path), ask.span)
            case "load" | "loads" if values:
                return self._document(values[0], ask)
            case "ini-parser":
                return self._ini(ask)
            case "argument-parser":
                return Known(Special("arguments"), ask.span)
            case "field":
                return self._field_call(call, ask)
            case "dataclass-field":
                return self._dataclass_field(call, ask)
            case "depends" if values:
                return ask.evaluator.called(values[0], [], call)
            case "make-config":
                return Known(DECOUPLE, ask.span)
            case "make-environment":
                return Known(ENVIRONMENT, ask.span)
            case "make-environs":
                return Known(ENVIRONS, ask.span)
            case "make-environ":
                return Known(Special("environ", self._scheme(call, ask)), ask.span)
            case "dict" if len(values) == 1 and _is_environment(values[0]):
                return Known(ENVIRONMENT, ask.span)
            case "dict":
                return self._dict(call, ask)
            case "list" | "tuple" | "set":
                return values[0] if values else Known(List(), ask.span)
            case "getattr" if len(values) >= 2 and isinstance(values[1], Known):
                found = self.member(values[0], str(values[1].value), ask)
                if found.absent and len(values) > 2:
                    return values[2]
                return found
        return None

    def _method(  # branches: one case a kind of object
        self, call: Call, bound: Bound, ask: Evaluation
    ) -> Value | None:
        object_ = bound.object
        if isinstance(object_, Known) and isinstance(object_.value, Special):
            return self._special_method(call, object_.value, bound.name, ask)
        values = [value for _, value in ask.evaluator.arguments(call, ask.frame)]
        if bound.name in ("read_text", "open") and isinstance(call.callee, Member):
            path = self._path(object_, call.callee.object, ask)
            opened = Known(Special("file", path), ask.span)
            return opened if bound.name == "open" else text_of_file(path, ask.span)
        text = isinstance(object_, Unknown) or isinstance(object_.value, str)
        if text and bound.name == "join" and values:
            return self._join(object_, values[0], ask)
        separator = values[0].value if len(values) == 1 and isinstance(values[0], Known) else ""
        if text and bound.name == "split" and isinstance(separator, str) and separator:
            return parts.split(object_, separator, -1, self.project, ask)
        if text and bound.name in TEXT_METHODS:
            return ask.apply(
                lambda t, *rest: (
                    TEXT_METHODS[bound.name](t, *rest) if isinstance(t, str) else not_a_text()
                ),
                object_,
                *values,
            )
        kind = getattr(object_.value, "kind", "") if isinstance(object_, Known) else ""
        if kind in (INI, INI_SECTION) and isinstance(object_, Known) and bound.name in INI_METHODS:
            return self._ini_method(object_, bound.name, call, ask)
        if isinstance(object_, Known) and isinstance(object_.value, Map) and bound.name == "get":
            return self._get(object_, values, ask)
        if object_.absent:
            text_ = f"{bound.name}() of None: the program stops here"
            return Unknown("computed", text_, ask.span, object_.trail)
        return None

    def _get(self, object_: Known, values: list[Value], ask: Evaluation) -> Value:
        if not values or isinstance(values[0], Unknown):
            return ask.unknown("computed", "which key this is can't be told")
        found = object_.get(values[0].value)
        if isinstance(found, Known) and found.value is ABSENT:
            return values[1] if len(values) > 1 else Known(None, ask.span)
        return found

    def _join(self, separator: Value, listed: Value, ask: Evaluation) -> Value:
        if not isinstance(listed, Known) or not isinstance(listed.value, List):
            return ask.unknown("computed", "what is joined here can't be told")
        if listed.value.open is not None:
            return listed.value.open
        return ask.apply(lambda s, *parts: s.join(parts), separator, *listed.value)

    def _dict(self, call: Call, ask: Evaluation) -> Value:
        made = Map()
        for argument in call.arguments:
            if argument.name is not None:
                made.entries.append(Entry(argument.name, ask.value(argument.value), ask.span))
                continue
            value = ask.value(argument.value)
            if isinstance(value, Known) and isinstance(value.value, Map):
                made.entries += value.value.entries
            else:
                text = "what this dict is made from can't be told"
                unknown = Unknown("computed", text, ask.span)
                made.entries.append(Entry(None, unknown, ask.span))
        return Known(made, ask.span)

    def _special_method(
        self, call: Call, special: Special, name: str, ask: Evaluation
    ) -> Value | None:
        if special == ENVIRONMENT:
            if name in ("get", "setdefault", "pop"):
                return self._variable(call, ask)
            return Known(ENVIRONMENT, ask.span) if name == "copy" else None
        if special.name in ("environ", "environs"):
            return self._environ(call, special, name, ask)
        if special.name == "arguments":
            return self._arguments(name, ask)
        if special.name == DYNACONF and name == "get":
            key = ask.argument(call, 0, "key")
            if not isinstance(key, Known):
                return ask.unknown("computed", "which key this is can't be told")
            found = dynaconf.member(special.value, str(key.value), ask)
            default = ask.argument(call, 1, "default") or Known(None, ask.span)
            return default if found.absent else found
        if special.name == "file" and name == "read":
            return text_of_file(special.value, ask.span)
        found = self._of_special(special, name, ask)
        if isinstance(found, Known) and isinstance(found.value, Special):
            return self._special(call, found.value, ask)
        if isinstance(found, Known) and isinstance(found.value, Closure):
            return ask.evaluator.apply(found.value, ask.evaluator.arguments(call, ask.frame), call)
        if isinstance(found, Known) and isinstance(found.value, ClassValue):
            return self.instance(found.value, call, ask)
        return None

    def _variable(self, call: Call, ask: Evaluation) -> Value:
        name = ask.argument(call, 0, "key") or Known(None)
        return ask.variable(name, ask.argument(call, 1, "default"))

    def _config(self, call: Call, ask: Evaluation) -> Value:
        """decouple: the cast goes over a default too."""
        name = ask.argument(call, 0, "option") or Known(None)
        default = ask.argument(call, 1, "default")
        found = ask.variable(name, default)
        if isinstance(found, Known) and found.value is None and default is None:
            return Known(ABSENT, found.span, found.trail)
        cast = ask.argument(call, 2, "cast")
        if cast is None:
            return found
        return self._cast(found, cast, "config", ask)

    def _dynaconf(self, call: Call, ask: Evaluation) -> dynaconf.Settings:
        """The settings of dynaconf's files, in the order in which they are loaded."""
        named = ask.argument(call, 99, "settings_files") or ask.argument(call, 99, "settings_file")
        names: list[str] = list(dynaconf.FILES)
        if isinstance(named, Known):
            given = list(named.value) if isinstance(named.value, List) else [named]
            names = [str(each.value) for each in given if isinstance(each, Known)]
        roots = [root for name in names if (root := self._root(name.split("}/")[-1])) is not None]
        prefix = ask.argument(call, 99, "envvar_prefix") or Known("DYNACONF")
        environments = ask.argument(call, 99, "environments")
        told = isinstance(environments, Known) and truth(environments.value, "python")
        switch = ask.argument(call, 99, "env_switcher") or Known("ENV_FOR_DYNACONF")
        chosen = ask.variable(switch, Known("production"))
        section = str(chosen.value) if isinstance(chosen, Known) else ""
        return dynaconf.Settings(
            dynaconf.loaded(roots, section if told else ""),
            str(prefix.value) if isinstance(prefix, Known) and prefix.value else "",
            reads_variables=isinstance(prefix, Known) and prefix.value is not False,
        )

    def _configured_value(self, call: Call, kind: str, ask: Evaluation) -> Value:
        """django-configurations' values (configurations/values.py, 2.5): the variable with the
        name of what it is assigned to, DJANGO_ before it, else the default."""
        is_url = kind == "EmailURLValue"
        prefix = ask.argument(call, 3, "environ_prefix") or Known(None if is_url else "DJANGO")
        own = "EMAIL_URL" if is_url else call.target[-1].upper() if call.target else ""
        name = ask.argument(call, 2, "environ_name") or Known(own)
        if not isinstance(prefix, Known) or not isinstance(name, Known):
            return ask.unknown("computed", "which variable is read can't be told")
        before = f"{str(prefix.value).removesuffix('_')}_" if prefix.value else ""
        variable = Known(f"{before}{name.value or own}")
        default = ask.argument(call, 0, "default")
        reads = ask.argument(call, 1, "environ")
        if isinstance(reads, Known) and reads.value is False:
            return default or Known(None, ask.span)
        if is_url:
            return self._email_url(ask.variable(variable, default), "dj-email-url", ask)
        found = ask.variable(variable)
        if isinstance(found, Unknown) or found.value is None:
            return ask.variable(variable, default if default is not None else Known(None))
        rule = CASTS["configurations"].get(kind.removeprefix("Positive"))
        return ask.apply(rule, found, conversion=kind) if rule is not None else found

    def _cast(self, found: Value, cast: Value, library: str, ask: Evaluation) -> Value:
        if isinstance(cast, Known) and isinstance(cast.value, Closure):
            return ask.evaluator.apply(cast.value, [(None, found)], ask.at)
        name = cast.value.name if isinstance(cast, Known) and is_special(cast.value) else ""
        if name not in CASTS[library] or not name:
            return Unknown("computed", "a cast that is not evaluated", ask.span, found.trail)
        if isinstance(found, Known) and found.value is None:
            return found
        return ask.apply(CASTS[library][name], found, conversion=f"cast={name}")

    def _tls_context(self, name: str, values: list[Value], ask: Evaluation) -> Value:
        """A TLS context, as far as it says whether certificates are verified."""
        protocol = values[0].value if values and isinstance(values[0], Known) else None
        client = protocol == MODULES["ssl"]["PROTOCOL_TLS_CLIENT"]
        verifies = name == "ssl.verified" or (name == "ssl.SSLContext" and client)
        modes = {"verify_mode": 2 if verifies else 0, "check_hostname": verifies}
        entries = [Entry(key, Known(value, ask.span), ask.span) for key, value in modes.items()]
        return Known(Map(entries, TLS_CONTEXT), ask.span)

    def _email_url(self, url: Value, library: str, ask: Evaluation) -> Value:
        """The settings that a library makes of an EMAIL_URL, each with the way of the URL."""
        if isinstance(url, Unknown):
            return url
        step = Origin("conversion", f"{STEP}{library}", ask.span)
        if not isinstance(url.value, str) or not url.value:
            if library == "dj-email-url" and not url.value:
                return Known(Map(), ask.span)
            return Unknown("stops", stops("the URL is set nowhere"), ask.span, url.trail)
        try:
            made = LIBRARIES[library](url.value)
        except ValueError:
            text = stops("this is no URL that the library takes")
            return Unknown("stops", text, ask.span, (*url.trail, step))
        trail = (*url.trail, step)
        return Known(
            Map([Entry(key, Known(value, ask.span, trail), None) for key, value in made.items()]),
            ask.span,
        )

    def _path(self, path: Value, written: Expression, ask: Evaluation) -> Value:
        """A file's path; by the names in it where it begins at a place that only a run knows."""
        if isinstance(path, Unknown):
            name = written_path(written, ask.frame.scope)
            handed = ask.evaluator.handed(written, ask.frame) if name is None else None
            if handed is not None:
                name = written_path(*handed)
            return Known(name, ask.span) if name is not None else path
        return path

    def _document(self, file: Value, ask: Evaluation) -> Value:
        """`json.load(open("config.json"))`, YAML and TOML alike: the file of the folder."""
        path = read_file(file)
        if path is None and isinstance(file, Known) and re.fullmatch(FILE_NAME, str(file.value)):
            path = file  # toml.load("config.toml"): it opens the file itself
        if not isinstance(path, Known) or not isinstance(path.value, str):
            return ask.unknown("computed", "which file is read can't be told")
        found = self._root(path.value)
        return found or ask.unknown("unreadable", "the file that is read is not in the folder")

    def _root(self, name: str, format_: str = "") -> Value | None:
        """A document by its name, from this file's place or one above it: where it is started."""
        name = name.removeprefix("./")
        steps = self.file.split("/")[:-1]
        folders = ["/".join(steps[:count]) for count in range(len(steps), -1, -1)]
        for path in [f"{folder}/{name}".lstrip("/") for folder in folders]:
            if ".." not in path and self.project.files.read(path) is not None:
                document = self.project.document(path, format_)
                if isinstance(document, Unknown):
                    return document
                return replace(document.root, span=None)
        return None

    def _ini(self, ask: Evaluation) -> Value:
        """A ConfigParser with the file that is read into one in this file."""
        home = ask.evaluator
        for call in home.calls:
            is_read = isinstance(call.callee, Member) and call.callee.name in INI_READS
            if not is_read or not call.arguments:
                continue
            frame = home.frame_of(call.scope) if call.scope is not None else home.module
            inner = Evaluation(home, frame, call)
            header, argument = _under_a_header(call.arguments[0].value, inner)
            given = inner.value(argument)
            named = read_file(given) or self._path(given, argument, inner)
            listed = named.value if isinstance(named, Known) else None
            for name in reversed(list(listed)) if isinstance(listed, List) else [named]:
                if not isinstance(name, Known) or not isinstance(name.value, str):
                    continue
                found = self._root(name.value, "ini")
                if isinstance(found, Known) and isinstance(found.value, Map):
                    sections = of_kind(found.value, INI_SECTION).entries
                    if header:  # what stands before the first section of the file itself
                        under = [each for each in sections if each.key == ""]
                        sections += [Entry(header, each.value, each.span) for each in under]
                    return Known(Map(sections, INI), ask.span)
        return ask.unknown("computed", "which file is read into the parser can't be told")

    def _ini_method(self, parser: Known, name: str, call: Call, ask: Evaluation) -> Value:
        """`config.getint("smtp", "port", fallback=587)`."""
        whole = parser.value.kind == INI
        names = [ask.argument(call, 0, "section")] if whole else []
        names.append(ask.argument(call, len(names), "option"))
        told = [name for name in names if isinstance(name, Known)]
        if len(told) != len(names):
            return ask.unknown("computed", "which option is read can't be told")
        key = told[-1]
        found = parser.at(*(each.value for each in told))
        if found.absent:
            fallback = ask.argument(call, 99 if whole else 1, "fallback")
            return fallback if fallback is not None else Known(ABSENT, ask.span)
        if isinstance(found, Known):
            step = Origin("constant", str(key.value), found.span, ask.span)
            found = replace(found, trail=(step, *found.trail), span=ask.span)
        convert = INI_METHODS[name]
        return ask.apply(convert, found, conversion=name) if convert is not None else found

    def _arguments(self, name: str, ask: Evaluation) -> Value | None:
        """`parser.parse_args()`: what the arguments are where nobody gives one on the command
        line."""
        if name in ("add_argument_group", "add_mutually_exclusive_group"):
            return Known(Special("arguments"), ask.span)
        if name not in ("parse_args", "parse_known_args"):
            return None
        made = Map(kind="self")
        for call in ask.evaluator.calls:
            adds = isinstance(call.callee, Member) and call.callee.name == "add_argument"
            if adds:
                made.entries += self._added_argument(call, ask.evaluator)
        space = Known(made, ask.span)
        return space if name == "parse_args" else Known(List([Entry(None, space, None)]), ask.span)

    def _added_argument(self, call: Call, home: Evaluator) -> list[Entry]:
        """One argument by the name under which it is kept (argparse, _get_optional_kwargs)."""
        frame = home.frame_of(call.scope) if call.scope is not None else home.module
        ask = Evaluation(home, frame, call)
        flags = [each.value for a in call.arguments if a.name is None
                 and isinstance(each := home.value(a.value, frame), Known)]  # fmt: skip
        texts = [flag for flag in flags if isinstance(flag, str)]
        long = next((flag for flag in texts if flag.startswith("--")), texts[0] if texts else "")
        dest = ask.argument(call, 99, "dest")
        name = str(dest.value) if isinstance(dest, Known) else long.lstrip("-").replace("-", "_")

        def later() -> Value:
            default, cast = ask.argument(call, 99, "default"), ask.argument(call, 99, "type")
            action = ask.argument(call, 99, "action")
            said = action.value if isinstance(action, Known) else None
            if default is None and said in ("store_true", "store_false"):
                return Known(said == "store_false", ask.span)
            required = ask.argument(call, 99, "required")
            asked = isinstance(required, Known) and truth(required.value, "python")
            if asked or not long.startswith("-"):
                return ask.unknown("parameter", f"{name} is given on the command line")
            if default is None:
                return Known(None, ask.span)
            kind = cast.value.name if isinstance(cast, Known) and is_special(cast.value) else ""
            text = isinstance(default, Known) and isinstance(default.value, str)
            if text and kind in CONVERSIONS:
                return ask.apply(CONVERSIONS[kind], default, conversion=kind)
            return default

        return [Entry(name, later, None)] if name else []

    def _secrets(self, ask: Evaluation) -> Value:
        """Streamlit's secrets, of the folder in which it is started."""
        found = self._root(".streamlit/secrets.toml")
        if found is None:
            return ask.unknown("unreadable", ".streamlit/secrets.toml is not in the folder")
        if not isinstance(found, Known) or not isinstance(found.value, Map):
            return found
        return Known(of_kind(found.value, SECRETS), ask.span)

    def _dataclass_field(self, call: Call, ask: Evaluation) -> Value | None:
        """`field(default_factory=lambda: os.environ["X"])`: what an object has by default."""
        factory = ask.argument(call, 99, "default_factory")
        if factory is not None:
            return ask.evaluator.called(factory, [], call)
        return ask.argument(call, 99, "default")

    def _field_call(self, call: Call, ask: Evaluation) -> Value:
        """pydantic's Field(…): its default, and the name that it is read under."""
        made = Map(kind=FIELD)
        default = ask.argument(call, 0, "default")
        factory = ask.argument(call, 99, "default_factory")
        if factory is not None:
            default = ask.evaluator.called(factory, [], call)
            if isinstance(factory, Known) and isinstance(factory.value, ClassValue):
                default = self.instance(factory.value, call, ask) or default
        if isinstance(default, Known):
            made.entries.append(Entry("default", default, ask.span))
        for name in ("validation_alias", "alias", "env"):
            given = ask.argument(call, 99, name)
            if isinstance(given, Known) and isinstance(given.value, str):
                made.entries.append(Entry("alias", given, ask.span))
                break
        return Known(made, ask.span)

    def _scheme(self, call: Call, ask: Evaluation) -> Map:
        """environ.Env(DEBUG=(bool, False)): casts and defaults by name."""
        made = Map()
        for argument in call.arguments:
            if argument.name is not None:
                made.entries.append(Entry(argument.name, ask.value(argument.value), None))
        return made

    def _environ(  # branches: two libraries' rules for casts and defaults
        self, call: Call, special: Special, kind: str, ask: Evaluation
    ) -> Value | None:
        """django-environ's and environs' env("X", default=…), env.int("X", 587)."""
        casts = CASTS[special.name]
        if kind in ("email", "email_url", "email_url_config", "dj_email_url", "url"):
            return self._environ_url(call, special, kind, ask)
        smart = special.name == "environ" and not kind
        given = ask.argument(call, 1, "cast") if smart else None
        if kind not in casts:
            if kind in ("read_env", "scheme"):
                return None
            found = ask.variable(ask.argument(call, 0, "var") or Known(None))
            text = f"what env.{kind}() makes of it is not evaluated"
            return Unknown("called", text, ask.span, found.trail)
        default = ask.argument(call, 2 if smart else 1, "default")
        name = ask.argument(call, 0, "var") or ask.argument(call, 0, "name") or Known(None)
        if isinstance(special.value, Map) and isinstance(name, Known):
            scheme = special.value.get(name.value)
            if not scheme.absent:
                given = given or scheme.get(0)
                default = default or scheme.get(1)
        found = self._proxied(ask.variable(name), ask, special.name)
        if isinstance(found, Unknown):
            return found
        if found.value is None:
            if default is None:
                return Known(ABSENT, found.span, found.trail)
            return ask.variable(name, default)
        if given is not None:
            return self._cast(found, given, special.name, ask)
        if smart and isinstance(default, Known):
            # "smart cast": the type of the default
            kind = type(default.value).__name__ if default.value is not None else ""
            kind = kind if kind in casts else ""
        if not kind:
            return found
        return ask.apply(casts[kind], found, conversion=f"env.{kind}")

    def _environ_url(
        self, call: Call, special: Special, kind: str, ask: Evaluation
    ) -> Value | None:
        """env.email_url(): one variable that holds the whole set-up; env.url() is urlparse()."""
        library = "django-environ" if special.name == "environ" else "dj-email-url"
        variable = ask.argument(call, 0, "var") or Known("EMAIL_URL")
        found = ask.variable(variable, ask.argument(call, 1, "default"))
        if kind == "url":
            return urls.called(self, "urllib.parse.urlparse", found, ask)
        return self._email_url(self._proxied(found, ask, special.name), library, ask)

    def _proxied(self, found: Value, ask: Evaluation, library: str) -> Value:
        """django-environ takes a value that begins with $ for another variable's name."""
        if library != "environ" or not isinstance(found, Known):
            return found
        if isinstance(found.value, str) and found.value.startswith("$"):
            return ask.variable(Known(found.value.lstrip("$"))).through(*found.trail)
        return found

    # -- classes

    def instance(self, made: ClassValue, call: Call, ask: Evaluation) -> Value | None:
        """pydantic-settings' classes read their fields from the environment; a dataclass's objects
        have what they are made with."""
        if is_settings(made):
            return Known(Special("settings", made), ask.span)
        if any(
            is_constructor(each) for one in lineage(made) for each in one.definition.scope.children
        ):
            return None
        names = list(
            dict.fromkeys(n for one in lineage(made)[::-1] for n in one.definition.scope.types)
        )
        found = ask.evaluator.instance(made)
        if not names or not isinstance(found, Known) or not isinstance(found.value, Map):
            return None
        entries = [
            Entry(each.key, unsure, each.span)
            if (unsure := self._of_a_variable(made, str(each.key), ask)) is not None
            else each
            for each in found.value.entries
        ]
        for place, (name, value) in enumerate(ask.evaluator.arguments(call, ask.frame)):
            if name == "*":
                entries.append(Entry(None, value, value.span))
            elif name is not None or place < len(names):
                entries.append(Entry(name or names[place], value, value.span))
        return Known(Map(entries, "self"), ask.span)

    def _of_a_variable(self, made: ClassValue, name: str, ask: Evaluation) -> Value | None:
        """A field of a class that is made from one which nobody here knows, where a variable has
        its name: such classes read them; None for others."""
        base = lineage(made)[-1].definition.base
        typed = any(name in one.definition.scope.types for one in lineage(made))
        if not typed or not base or base.rpartition(".")[2] in PLAIN_BASES:
            return None
        if all(ask.evaluator.environment.lookup(each) is None for each in (name, name.upper())):
            return None
        text = f"{name} may come from a variable: {base[:80]} is not in the folder"
        return ask.unknown("imported", text)

    def _field(self, made: ClassValue, name: str, ask: Evaluation) -> Value:
        """A field of a settings class: from the environment, else its default."""
        typed = [one for one in lineage(made) if name in one.definition.scope.types]
        default = default_of(made, name)
        if default is None and not typed:
            return ask.unknown("computed", f"what {name} is can't be told")
        prefix = self._prefix(made)
        if isinstance(prefix, Unknown):
            return prefix
        wanted = f"{prefix.value}{name}"
        if isinstance(default, Known) and isinstance(default.value, Map):
            wanted, default = self._as_field(default.value, wanted, default)
        part = self._part(made, typed, name, wanted, default, ask)
        if part is not None:
            return part
        found = self._variable_of_field(wanted, ask)
        if isinstance(found, Unknown):
            return found
        if found is not None:
            kind = typed[0].definition.scope.types[name] if typed else "str"
            return _as_type(found, kind, ask)
        if default is None:
            missing = ask.variable(Known(wanted.upper()))
            return Known(ABSENT, ask.span, missing.trail)
        return ask.variable(Known(wanted.upper()), default)

    def _variable_of_field(self, wanted: str, ask: Evaluation) -> Value | None:
        """A field's variable in any letter case; what can't be told where one may be set in a
        place that nobody sees, and None where nothing sets it."""
        spellings = dict.fromkeys((wanted.upper(), wanted, wanted.lower()))
        found = [ask.variable(Known(spelling)) for spelling in spellings]
        for one in found:
            if isinstance(one, Known) and one.value is not None:
                return one
        return next((one for one in found if isinstance(one, Unknown)), None)

    def _as_field(self, field: Map, name: str, default: Value) -> tuple[str, Value | None]:
        """The variable's name and the default, as `Field(…)` gives them where it stands there."""
        if field.kind != FIELD:
            return name, default
        alias = field.get("alias")
        if isinstance(alias, Known) and not alias.absent:
            name = str(alias.value)
        given = field.get("default")
        return name, None if given.absent else given

    def _part(
        self,
        made: ClassValue,
        typed: list[ClassValue],
        name: str,
        wanted: str,
        default: Value | None,
        ask: Evaluation,
    ) -> Value | None:
        """A field that is a model of the folder, whose own fields are variables with the name of
        this one before them; None where it is none."""
        delimiter = self._configured(made, "env_nested_delimiter")
        if not isinstance(delimiter, Known) or not delimiter.value or not typed:
            return None
        kind = type_name(typed[0].definition.scope.types[name])
        model = (
            typed[0].evaluator.lookup(kind, typed[0].frame, END) if kind.isidentifier() else None
        )
        if not isinstance(model, Known) or not isinstance(model.value, ClassValue):
            return None
        part = Part(model.value, f"{wanted}{delimiter.value}", default)
        return Known(Special("settings-part", part), ask.span)

    def _part_field(self, part: Part, name: str, ask: Evaluation) -> Value:
        """One field of such a model: its variable, else what the whole has by default."""
        typed = [one for one in lineage(part.model) if name in one.definition.scope.types]
        own = default_of(part.model, name)
        if own is None and not typed:
            return ask.unknown("computed", f"what {name} is can't be told")
        if isinstance(own, Known) and isinstance(own.value, Map):
            own = self._as_field(own.value, name, own)[1]
        given = part.default
        whole = given.value if isinstance(given, Known) else None
        if isinstance(whole, Map) and whole.entry(name) is not None:
            own = whole.get(name)
        wanted = f"{part.prefix}{name}"
        found = self._variable_of_field(wanted, ask)
        if isinstance(found, Unknown):
            return found
        if found is not None:
            kind = typed[0].definition.scope.types[name] if typed else "str"
            return _as_type(found, kind, ask)
        if own is None:
            missing = ask.variable(Known(wanted.upper()))
            return Known(ABSENT, ask.span, missing.trail)
        return ask.variable(Known(wanted.upper()), own)

    def _prefix(self, made: ClassValue) -> Value:
        """`env_prefix` of the class's configuration, or that of one it is made from; "" where
        none has one."""
        return self._configured(made, "env_prefix")

    def _configured(self, made: ClassValue, name: str) -> Value:
        for one in lineage(made):
            found = self._own_configuration(one, name)
            if isinstance(found, Unknown) or found.value:
                return found
        return Known("")

    def _own_configuration(self, made: ClassValue, name: str) -> Value:
        scope = made.definition.scope
        frame = Frame(scope, made.frame)
        # `class Config` is version 1's, and the newer one still reads it
        config = made.evaluator.lookup("Config", frame, END) if "Config" in scope.owned else None
        if isinstance(config, Known) and isinstance(config.value, ClassValue):
            inner = Frame(config.value.definition.scope, config.value.frame)
            if name in config.value.definition.scope.owned:
                return config.value.evaluator.lookup(name, inner, END) or Known("")
        found = made.evaluator.lookup("model_config", frame, END) if scope.owned else None
        if found is None:
            return Known("")
        if isinstance(found, Unknown) and found.reason in ("called", "imported"):
            for call in made.evaluator.calls:
                if call.scope is scope and call.target[:1] == ("model_config",):
                    for argument in call.arguments:
                        if argument.name == name:
                            return made.evaluator.value(argument.value, frame)
            return Known("")
        said = found.get(name)
        return Known("") if said.absent else said

    # -- modules and parameters

    def parameter(self, parameter: Parameter, function: Function, ask: Evaluation) -> Value | None:
        if parameter.injected is not None and parameter.type not in BUILTINS:
            given = ask.value(parameter.injected)
            told = given.value if isinstance(given, Known) else None
            handed = told.value if isinstance(told, Special) and told.name == "annotated" else None
            if isinstance(handed, Known | Unknown):
                return handed
        return OF_A_REQUEST if parameter.name == "request" else None

    def imported(self, path: str, name: str | None, ask: Evaluation) -> Value:
        known = MODULES.get(path, {})
        if known.get(name) == Special(SECRETS):
            return self._secrets(ask)
        if (path, name) == ("flask", "request"):
            return OF_A_REQUEST
        if name in known:
            return Known(known[name], ask.span)
        if name is None and path in MODULES:
            return Known(Special(path), ask.span)
        found = self._module(path)
        if found is None and name is not None:
            found = self._module(f"{path}{'' if path.endswith('.') else '.'}{name}")
            name = None
        if found is None:
            return ask.unknown("imported", f"it comes from {path[:80]}, which is not in the folder")
        if name is None:
            return Known(Special("module", found), ask.span)
        value = found.lookup(name, found.module, END)
        if value is None:
            inner = self._module(f"{path}{'' if path.endswith('.') else '.'}{name}")
            if inner is not None:
                return Known(Special("module", inner), ask.span)
            return ask.unknown("imported", f"that module has no {name}")
        return value

    def star(self, path: str, name: str, ask: Evaluation) -> Value | None:
        found = self._module(path)
        if found is not None:
            return None if name.startswith("_") else found.lookup(name, found.module, END)
        if path.startswith("."):  # the file isn't there: Python would stop, or go on with except
            return None
        return ask.unknown("imported", f"{name} may come from {path[:80]}, which is not here")

    def _module(self, path: str) -> Evaluator | None:
        """The file of a module, from this file's place or the folder's root."""
        if path not in self._modules:
            self._modules[path] = self._found_module(path)
        return self._modules[path]

    def _found_module(self, path: str) -> Evaluator | None:
        dots = len(path) - len(path.lstrip("."))
        parts = [part for part in path.split(".") if part]
        here = self.file.split("/")[:-1]
        if dots:
            if dots - 1 > len(here):
                return None
            bases = [here[: len(here) - dots + 1]]
        else:
            bases = [here[:depth] for depth in range(len(here) + 1)] + [["src"]]
        for base in bases:
            stem = "/".join([*base, *parts])
            for file in (f"{stem}.py", f"{stem}/__init__.py"):
                found = self.project.imported_module(file.lstrip("/"))
                if found is not None and found.file != self.file:
                    return found.evaluator
        return None


def of_kind(made: Map, kind: str) -> Map:
    """The same map, and those in it, as what a library makes of them."""

    def later(entry: Entry) -> Callable[[], Value]:
        def value() -> Value:
            found = entry.value
            inner = found.value if isinstance(found, Known) else None
            if not isinstance(found, Known) or not isinstance(inner, Map):
                return found
            return replace(found, value=of_kind(inner, kind))

        return value

    return Map([Entry(each.key, later(each), each.span) for each in made.entries], kind)


def lineage(made: ClassValue) -> list[ClassValue]:
    """A class, and those of the folder that it is made from, the nearest first."""
    found = [made]
    while len(found) < 8:
        base = found[-1].evaluator.base_of(found[-1])
        if not isinstance(base, Known):
            break
        found.append(base.value)
    return found


def ancestors(made: ClassValue) -> list[ClassValue]:
    """The same with the further classes that they are made from: mixins."""
    found: list[ClassValue] = []
    waiting = [made]
    while waiting and len(found) < 24:
        one = waiting.pop(0)
        if any(one.definition is each.definition for each in found):
            continue
        found.append(one)
        more = []
        for base in (one.definition.base, *one.definition.others):
            other = one.evaluator.lookup(base, one.frame, END) if base.isidentifier() else None
            if isinstance(other, Known) and isinstance(other.value, ClassValue):
                more.append(other.value)
        waiting = [*more, *waiting]
    return found


def default_of(made: ClassValue, name: str) -> Value | None:
    """What a class gives a field; None where neither it nor one that it is made from does."""
    for one in ancestors(made):
        if name in one.definition.scope.owned:
            return one.evaluator.lookup(name, Frame(one.definition.scope, one.frame), END)
    return None


def type_name(kind: str) -> str:
    """The type itself of `int | None`, `Optional[bool]`."""
    return kind.partition("|")[0].strip().removeprefix("Optional[").rstrip("]")


def _as_type(found: Known, kind: str, ask: Evaluation) -> Value:
    """A variable's text as pydantic makes it."""
    kind = type_name(kind)
    rule = CASTS["pydantic"].get(kind)
    return found if rule is None else ask.apply(rule, found, conversion=kind)


def is_settings(made: ClassValue) -> bool:
    """Whether it is one of pydantic-settings' classes."""
    return lineage(made)[-1].definition.base.rpartition(".")[2] == "BaseSettings"


def _unset_address(values: list[Value]) -> list[Origin]:
    """The variables of a pair's address that nothing sets."""
    pairs = [each.value for each in values if isinstance(each, Known)]
    addresses = [list(pair)[-1] for pair in pairs if isinstance(pair, List) and len(pair)]
    return [step for part in addresses for step in part.trail if step.kind == "unset"]


def _under_a_header(argument: Expression, ask: Evaluation) -> tuple[str, Expression]:
    """The section that a program puts before a file's text, and the text: `"[top]\\n" + f.read()`.
    No section where it is the text alone."""
    both = []
    if isinstance(argument, Binary) and argument.operator == "+":
        both = [argument.left, argument.right]
    elif isinstance(argument, Template):
        both = argument.parts
    if len(both) != 2:
        return "", argument
    first = ask.value(both[0])
    told = first.value if isinstance(first, Known) and isinstance(first.value, str) else ""
    header = INI_HEADER.fullmatch(told)
    return (header[1], both[1]) if header is not None else ("", argument)


def is_special(value: Any) -> bool:
    return isinstance(value, Special)


def not_a_text() -> Any:
    raise UntellableError("a method of what is no text")


def _is_environment(value: Value) -> bool:
    return isinstance(value, Known) and value.value == ENVIRONMENT

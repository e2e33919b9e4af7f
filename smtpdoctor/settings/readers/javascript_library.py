"""What JavaScript's operators and functions come to, and where Node programs read variables.

This module knows the language's coercions (ECMA-262, §7) and the few libraries through which
settings are read. It must not know node types, nor what a setting means.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from smtpdoctor.settings.readers import javascript_effect as effect
from smtpdoctor.settings.readers import javascript_urls as urls
from smtpdoctor.settings.readers import parts
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
    read_file,
    text_of_file,
)
from smtpdoctor.settings.readers.javascript import STATIC
from smtpdoctor.settings.readers.javascript_packages import Read, package_bases, package_folder
from smtpdoctor.settings.readers.model import (
    ABSENT,
    OF_A_REQUEST,
    Entry,
    Known,
    List,
    Map,
    Special,
    Unknown,
    Value,
    stops,
    truth,
)
from smtpdoctor.settings.readers.syntax import Call, Function, Import, Parameter
from smtpdoctor.settings.readers.tree import key_text
from smtpdoctor.settings.readers.truthful import Truthful

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.project import Project


#: Behind everything in a file.
END = 1 << 62

ENVIRONMENT = Special("environment")
#: Objects whose get("X") reads a variable: Deno.env, Nest's ConfigService.
GETTER = Special("getter")
#: How Nest's programs name the type of what `registerAs` makes.
CONFIG_TYPE = re.compile(r"ConfigType<\s*typeof\s+(\w+)\s*>")
#: Adonis' env.get("X"), as its schema casts it.
ADONIS = Special("adonis")
#: Libraries of schemas.
SCHEMAS = frozenset({"z", "z.coerce", "envalid", "t3", "joi"})
#: What a function is given as its env: Strapi's env("X"), env.int("X", 587), a worker's env.X.
STRAPI = Special("strapi")
#: Functions that read a variable by its name: Astro's getSecret("X").
READER = Special("reader")
#: What Firebase's defineString("X") and defineSecret("X") make: their value() is the variable.
PARAMETERS = frozenset({"defineString", "defineSecret", "defineInt", "defineBoolean"})
#: Gives a module by its path.
REQUIRE = Special("require")
#: Nuxt's configuration at run time, whose function is there without an import.
RUNTIME_CONFIG = Special("useRuntimeConfig")
NITRO = frozenset({"#imports", "#app", "nuxt/app", "nitropack/runtime", "nitro/runtime-config"})

GLOBALS: dict[str, Any] = {
    "undefined": ABSENT,
    "NaN": math.nan,
    "Infinity": math.inf,
    "process": Special("process"),
    "Bun": Special("process"),
    "import.meta": Special("process"),
    "Deno": Special("Deno"),
    **{
        name: Special(name)
        for name in (
            *("Number", "String", "Boolean", "parseInt", "parseFloat", "JSON", "Object"),
            *("isNaN", "isFinite"),
        )
    },
    **{
        name: Special(name)
        for name in (
            *("Array", "Promise", "URL", "URLSearchParams"),
            *("encodeURIComponent", "decodeURIComponent", "decodeURI"),
        )
    },
    "useRuntimeConfig": RUNTIME_CONFIG,
    "require": REQUIRE,
    # the browser's, which a server asks for with typeof
    "window": ABSENT,
    "document": ABSENT,
}

#: Modules whose functions are known, by what they are called here.
LIBRARIES = {
    "path": "path",
    "path/posix": "path",
    "url": "url",
    "querystring": "querystring",
    "fs": "fs",
    "fs/promises": "fs",
    "js-yaml": "yaml",
    "yaml": "yaml",
    "env-var": "env-var",
    "nodemailer/lib/shared": "nodemailer-shared",
    "nodemailer/lib/shared/index": "nodemailer-shared",
    "nodemailer/lib/shared/index.js": "nodemailer-shared",
    "firebase-functions": "firebase-functions",
    "firebase-functions/v1": "firebase-functions",
    "firebase-functions/params": "firebase",
    "firebase-functions/v2/params": "firebase",
}

#: Where the folder is, for paths that the program makes of its own place.
ROOT = "/\u2026/"

#: What a regular expression of a few characters has: nothing within a group is repeated as a
#: whole, so that it needs no long time.
REGEX = "regular expression"
#: Ways by which one may be looked for: each `?` and `|` doubles them, each repetition has as many
#: as the text has characters.
MOST_STEPS = 10_000_000
ATOM = (
    r"(?:\\[sSdDwW./\-+*?$^()|\[\]{}\\]|\[\^?(?:\\[sSdDwW.\-/'\"]|[^\\\]\[])+\]"
    r"|[^\\\[\](){}*+?|^$])[+*?]?"
)
SIMPLE = re.compile(rf"\^?(?:{ATOM}|\((?:\?:)?(?:{ATOM}|\|){{1,40}}\)|\|){{1,40}}\$?")
#: ECMA-262 §12.2 and §12.3, which `\s` stands for.
SPACE = r"\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
CONFIGURATION = re.compile(r"config|env", re.IGNORECASE)
WHITE = " \t\n\r\v\f\u00a0\ufeff\u2028\u2029"
DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")


def to_number(value: Any) -> int | float:
    """ECMA-262 §7.1.4 ToNumber."""
    if value is ABSENT:
        return math.nan
    if value is None:
        return 0
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return value
    if not isinstance(value, str):
        raise UntellableError("an object as a number")
    text = value.strip(WHITE)
    if not text:
        return 0
    if re.fullmatch(r"0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+", text):
        return int(text, 0)
    if DECIMAL.fullmatch(text):
        return whole(float(text)) if not text.isdigit() or len(text) > 15 else int(text)
    return math.inf if text in ("Infinity", "+Infinity") else math.nan


def whole(number: float) -> int | float:
    """An integer where it is one: JavaScript has one type for both."""
    if math.isfinite(number) and number == int(number) and abs(number) < 1e15:
        return int(number)
    return number


def parse_int(value: Any, radix: Any = ABSENT) -> int | float:
    """ECMA-262 §19.2.5: the digits at the start."""
    text = to_text(value).strip(WHITE)
    base = 10 if radix is ABSENT or radix is None else int(to_number(radix) or 10)
    sign, rest = re.match(r"([+-]?)(.*)", text, re.DOTALL).groups()  # type: ignore[union-attr]
    if rest[:2].lower() == "0x" and (base == 16 or radix is ABSENT):
        base, rest = 16, rest[2:]
    if not 2 <= base <= 36:
        return math.nan
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"[:base]
    found = re.match(f"[{digits}]*", rest, re.IGNORECASE)
    taken = found[0][:300] if found else ""
    return int(sign + taken, base) if taken else math.nan


def parse_float(value: Any) -> int | float:
    """ECMA-262 §19.2.4."""
    found = DECIMAL.match(to_text(value).strip(WHITE))
    return whole(float(found[0])) if found else math.nan


def to_text(value: Any) -> str:
    """ECMA-262 §7.1.17 ToString."""
    if value is ABSENT:
        return "undefined"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        if math.isnan(value):
            return "NaN"
        if math.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
        return repr(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Map):
        return "[object Object]"
    raise UntellableError("an object as text")


SCALARS = (str, int, float, bool, type(None), type(ABSENT))


def strictly_equal(left: Any, right: Any) -> bool:
    """`===`, ECMA-262 §7.2.16."""
    if left is right:
        return not (isinstance(left, float) and math.isnan(left))
    if not isinstance(left, SCALARS) or not isinstance(right, SCALARS):
        if left in (None, ABSENT) or right in (None, ABSENT):
            return False
        if isinstance(left, SCALARS) or isinstance(right, SCALARS):
            return False
        raise UntellableError("whether two objects are the same")
    if isinstance(left, bool) or isinstance(right, bool):
        return False
    numbers = isinstance(left, int | float), isinstance(right, int | float)
    if numbers[0] != numbers[1] or left is None or right is None:
        return False
    return bool(left == right)


def loosely_equal(left: Any, right: Any) -> bool:
    """`==`, ECMA-262 §7.2.15."""
    nothing = (None, ABSENT)
    if any(left is n for n in nothing) or any(right is n for n in nothing):
        return any(left is n for n in nothing) and any(right is n for n in nothing)
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    if isinstance(left, SCALARS) and isinstance(right, SCALARS):
        return to_number(left) == to_number(right)
    return strictly_equal(left, right)


def add(left: Any, right: Any) -> Any:
    if isinstance(left, str | Map | List) or isinstance(right, str | Map | List):
        return to_text(left) + to_text(right)
    return whole(to_number(left) + to_number(right))


def power(left: Any, right: Any) -> Any:
    base, exponent = to_number(left), to_number(right)
    if abs(exponent) > 64 or abs(base) > 1e6:
        raise UntellableError("so large a number")
    return whole(float(base) ** float(exponent))


def divide(left: Any, right: Any) -> Any:
    top, bottom = to_number(left), to_number(right)
    if bottom == 0:
        return math.nan if top == 0 or math.isnan(top) else math.copysign(math.inf, top)
    return whole(top / bottom)


def less(left: Any, right: Any) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left < right
    return to_number(left) < to_number(right)


def less_or_equal(left: Any, right: Any) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left <= right
    return to_number(left) <= to_number(right)


def contains(key: Any, object_: Any) -> bool:
    if isinstance(object_, Map) and object_.whole:
        return to_text(key) in [to_text(each) for each in object_.keys()]  # noqa: SIM118
    raise UntellableError("whether an object has a key")


OPERATORS: Mapping[str, Operator] = {
    "+": add,
    "-": lambda a, b: whole(to_number(a) - to_number(b)),
    "*": lambda a, b: whole(float(to_number(a)) * float(to_number(b))),
    "/": divide,
    "%": lambda a, b: whole(math.fmod(to_number(a), to_number(b))),
    "**": power,
    "===": strictly_equal,
    "!==": lambda a, b: not strictly_equal(a, b),
    "==": loosely_equal,
    "!=": lambda a, b: not loosely_equal(a, b),
    "<": less,
    ">": lambda a, b: less(b, a),
    "<=": less_or_equal,
    ">=": lambda a, b: less_or_equal(b, a),
    "in": contains,
}


def pattern_of(value: Any, searched: str) -> re.Pattern[str] | None:
    """A regular expression that means the same in Python and takes no long time with the text that
    is searched: characters, classes and anchors, two of them repeated. None for what is none."""
    if not isinstance(value, Special) or value.name != REGEX:
        return None
    text, flags = value.value
    repeated = len(re.findall(r"[+*]", text))
    choices = len(re.findall(r"\||(?<!\()\?", text))
    steps = 2 ** min(choices, 40) * len(searched) ** (repeated + 1)
    if not SIMPLE.fullmatch(text) or repeated > 2 or steps > MOST_STEPS:
        raise UntellableError("this regular expression is not evaluated")
    if not set(flags) <= set("gim"):
        raise UntellableError("this regular expression is not evaluated")
    text = text.replace(r"\$", r"\x24").replace("$", r"\Z" if "m" not in flags else "$")
    text = re.sub(r"(\[[^\]]*\])|\\s", lambda found: found[1] or f"[{SPACE}]", text)
    text = text.replace(r"\s", SPACE).replace(r"\/", "/")
    try:
        kinds = (re.IGNORECASE if "i" in flags else 0) | (re.MULTILINE if "m" in flags else 0)
        return re.compile(text, re.ASCII | kinds)
    except re.error:
        raise UntellableError("this regular expression is not evaluated") from None


def replace_text(text: str, old: Any, new: Any) -> str:
    pattern = pattern_of(old, text)
    if not isinstance(new, str) or (pattern is not None and "$" in new):
        raise UntellableError("a replacement by a pattern")
    if pattern is not None:
        return pattern.sub(lambda _: new, text, 0 if "g" in old.value[1] else 1)
    if not isinstance(old, str):
        raise UntellableError("a replacement by a pattern")
    return text.replace(old, new, 1)


def matches(pattern: Any, searched: Any = ABSENT) -> bool:
    """`/^true$/i.test(x)`."""
    text = to_text(searched)
    found = pattern_of(pattern, text)
    if found is None:
        raise UntellableError("whether a pattern is in a text")
    return found.search(text) is not None


def split(text: str, separator: Any = ABSENT) -> List:
    pattern = pattern_of(separator, text)
    if pattern is None and (not isinstance(separator, str) or not separator):
        raise UntellableError("splitting by a pattern")
    parts = pattern.split(text) if pattern is not None else text.split(separator)
    return List([Entry(None, Known(part), None) for part in parts])


TEXT_METHODS: dict[str, Callable[..., Any]] = {
    "trim": lambda t: t.strip(WHITE),
    "trimStart": lambda t: t.lstrip(WHITE),
    "trimEnd": lambda t: t.rstrip(WHITE),
    "toLowerCase": lambda t: t.lower(),
    "toLocaleLowerCase": lambda t: t.lower(),
    "toUpperCase": lambda t: t.upper(),
    "toString": lambda t: t,
    "valueOf": lambda t: t,
    "includes": lambda t, part: to_text(part) in t,
    "startsWith": lambda t, part: t.startswith(to_text(part)),
    "endsWith": lambda t, part: t.endswith(to_text(part)),
    "concat": lambda t, *parts: t + "".join(to_text(part) for part in parts),
    "replace": replace_text,
    "replaceAll": lambda t, old, new: (
        t.replace(old, new)
        if isinstance(old, str) and isinstance(new, str)
        else replace_text(t, old, new)
    ),
    "split": split,
}


def from_json(value: Any) -> Any:
    try:
        return json.loads(to_text(value), parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        raise StopsError("this is no JSON") from None


def wrapped(value: Any) -> Any:
    """A Python structure as our own."""
    if isinstance(value, dict):
        return Map([Entry(key, Known(wrapped(each)), None) for key, each in value.items()])
    if isinstance(value, list):
        return List([Entry(None, Known(wrapped(each)), None) for each in value])
    return value


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


CONVERSIONS: dict[str, Callable[..., Any]] = {
    "Number": lambda value=0: to_number(value),
    "String": lambda value="": to_text(value),
    "Boolean": lambda value=ABSENT: truth(value, "javascript"),
    "parseInt": parse_int,
    "parseFloat": parse_float,
    "Number.parseInt": parse_int,
    "Number.parseFloat": parse_float,
    "isNaN": lambda value=ABSENT: math.isnan(to_number(value)),
    "isFinite": lambda value=ABSENT: math.isfinite(to_number(value)),
    # ECMA-262 §21.1.2: these convert nothing
    "Number.isNaN": lambda value=ABSENT: is_number(value) and math.isnan(value),
    "Number.isFinite": lambda value=ABSENT: is_number(value) and math.isfinite(value),
    "Number.isInteger": lambda value=ABSENT: is_number(value) and float(value).is_integer(),
    "Number.isSafeInteger": lambda value=ABSENT: (
        is_number(value) and float(value).is_integer() and abs(value) < 2**53
    ),
    # ECMA-262 §19.2.6.4 leaves these as they are
    "encodeURIComponent": lambda value: quote(to_text(value), safe="!'()*~-._"),
    "decodeURIComponent": lambda value: urls.decoded(to_text(value)),
    "decodeURI": lambda value: urls.decoded(to_text(value)),
    "JSON.parse": lambda value, *_: wrapped(from_json(value)),
    "JSON.stringify": lambda value, *_: json.dumps(value) if isinstance(value, str) else oops(),
}


def adonis_boolean(value: Any) -> bool:
    """@poppinss/validator-lite's boolean: another text stops the program."""
    if value in ("true", "1", "false", "0"):
        return bool(value in ("true", "1"))
    raise UntellableError("the schema of start/env takes this for no boolean")


def joined_path(*parts: Any) -> str:
    """`path.join` and, from the folder on, `path.resolve` and `new URL(path, base)`."""
    made: list[str] = []
    for part in parts:
        text = to_text(part)
        made = text.split("/") if text.startswith("/") else [*made, *text.split("/")]
    kept: list[str] = []
    for step in made:
        if step == ".." and kept and kept[-1] not in ("", "..", ROOT.strip("/")):
            kept.pop()
        elif step not in (".", "") or not kept:
            kept.append(step)
    return "/".join(kept)


#: What reads a file, and what makes a document of its text.
FILES = frozenset({"fs.readFileSync", "fs.readFile", "JSON.parse", "yaml.load", "yaml.parse"})

#: Libraries whose functions a program takes out of them: `const { str } = require("envalid")`.
TAKEN_APART = frozenset(
    {"envalid", "t3", "firebase-functions", "env-var", "nodemailer-shared", "url", "querystring"}
)
#: Libraries whose functions are called by their names.
CALLED = frozenset(
    {
        "path", "url", "fs", "yaml", "firebase", "firebase-functions", "env-var",
        "nodemailer-shared", "querystring", "URL",
    }
)  # fmt: skip


def env_var_boolean(value: Any) -> bool:
    """env-var's asBool, which takes 1 and 0 too."""
    word = to_text(value).lower()
    if word in ("true", "1", "false", "0"):
        return word in ("true", "1")
    raise StopsError("env-var takes this for no boolean")


def env_var_strict(value: Any) -> bool:
    """env-var's asBoolStrict."""
    word = to_text(value).lower()
    if word in ("true", "false"):
        return word == "true"
    raise StopsError("env-var takes this for no boolean")


def env_var_integer(value: Any) -> int | float:
    """env-var's asInt and asPortNumber: the whole text has to be a number."""
    found = to_number(value)
    if math.isnan(found) or found != int(found):
        raise StopsError("env-var takes this for no number")
    return found


ENV_VAR_CASTS: dict[str, Callable[[Any], Any]] = {
    "asString": to_text,
    "asEmailString": to_text,
    "asUrlString": to_text,
    "asEnum": to_text,
    "asInt": env_var_integer,
    "asIntPositive": env_var_integer,
    "asPortNumber": env_var_integer,
    "asBool": env_var_boolean,
    "asBoolStrict": env_var_strict,
}

#: What makes paths of paths.
PATHS: dict[str, Callable[..., Any]] = {
    "path.join": joined_path,
    "path.resolve": joined_path,
    "path.normalize": joined_path,
    "path.dirname": lambda path: to_text(path).rpartition("/")[0],
    "url.fileURLToPath": lambda path: path,
    "URL": lambda path, base: joined_path(to_text(base).rpartition("/")[0], path),
}


def oops() -> Any:
    raise UntellableError("an object as JSON")


#: What handlers of Express, Next and the other frameworks call the request.
REQUESTS = frozenset({"req", "request"})
#: Functions of Cloudflare's workers and pages, which are handed an env.
HANDLERS = frozenset({"fetch", "scheduled", "queue", "email"})


class JavaScript(Truthful):
    """The `Semantics` of JavaScript and TypeScript."""

    language: Any = "javascript"
    operators = OPERATORS
    absent: Any = ABSENT
    selves = frozenset({"this", "module", "exports"})
    whole_chains = True
    otherwise = "??"
    bare_calls = False

    def __init__(self, project: Project, file: str) -> None:
        self.project = project
        self.file = file

    def global_name(self, name: str) -> Value | None:
        if name in ("__dirname", "__filename"):
            return Known(self._place(name))
        if name in GLOBALS:
            return Known(GLOBALS[name])
        return self._of_server_utils(name) if "server/" in self.file else None

    def _of_server_utils(self, name: str) -> Value | None:
        """What a file in Nuxt's or Nitro's server/utils exports: it is there without an import
        (nitro.build, Utils; the folders below it too)."""
        before, folder, _ = self.file.rpartition("server/")
        utils = f"{before}{folder}utils/"
        needle = rb"(?m)^export\b[^\n=]*\b" + re.escape(name.encode()) + rb"\b"
        for path in self.project.containing(needle, ".ts", ".js", ".mts", ".mjs"):
            if path.startswith(utils) and path != self.file:
                found = self.project.imported_module(path)
                value = found.value(f"export {name}") if found is not None else None
                if value is not None and not value.absent:
                    return value
        return None

    # -- members

    def member(self, object_: Value, name: str, ask: Evaluation) -> Value:
        if isinstance(object_, Unknown):
            if object_.reason == "parameter" and name == "env" and not object_.alternatives:
                return Known(STRAPI, ask.span)
            return object_.get(name)
        value = object_.value
        if value == ENVIRONMENT:
            return ask.variable(Known(name))
        if isinstance(value, Special):
            return self._of_special(value, name, ask)
        if isinstance(value, Map):
            return value.get(name, ask.span)
        if isinstance(value, str | List) and name == "length":
            return ask.apply(len, object_)
        if object_.absent:
            return Unknown("stops", stops("this is a member of undefined"), ask.span, object_.trail)
        if isinstance(value, ClassValue):
            return self._static(value, name, ask)
        if isinstance(value, Closure | Bound):
            return ask.unknown("computed", f"what {name} is can't be told")
        return Known(ABSENT, ask.span, object_.trail)

    def _static(self, made: ClassValue, name: str, ask: Evaluation) -> Value:
        """A static field of a class, or of that which it is made from."""
        scope = made.definition.scope
        if any(key_text(bind.keys[0]) == name for bind in scope.binds_of(STATIC)):
            found = made.evaluator.lookup(STATIC, Frame(scope, made.frame), END)
            if found is not None:
                return found.get(name)
        base = made.evaluator.base_of(made)
        if isinstance(base, Known):
            return self._static(base.value, name, ask)
        return ask.unknown("computed", f"what {name} is can't be told")

    def _place(self, name: str) -> str:
        """The file's own place, or that of its folder."""
        file = ROOT + self.file
        return file if name.endswith(("filename", "url")) else file.rpartition("/")[0]

    def _is_strapi(self) -> bool:
        """Whether this is a program of Strapi, whose env is a function without such members."""
        folder = package_folder(self.file, self.project.files.read)
        manifest = self.project.files.read(f"{folder}/package.json".lstrip("/")) or b""
        return b"strapi" in manifest

    def _of_special(self, special: Special, name: str, ask: Evaluation) -> Value:
        if special.name == "process" and name in ("dirname", "filename", "url"):  # import.meta
            return Known(self._place(name), ask.span)
        if name == "env" and special.name == "process":
            return Known(ENVIRONMENT, ask.span)
        if name == "env" and special.name == "Deno":
            return Known(GETTER, ask.span)
        if special == STRAPI and VARIABLE.fullmatch(name) and not self._is_strapi():
            found = ask.variable(Known(name))
            unset = isinstance(found, Known) and found.value is ABSENT
            return ask.unknown("parameter", f"whoever calls it gives {name}") if unset else found
        full = f"{special.name}.{name}"
        if full in CONVERSIONS or full == "z.coerce":
            return Known(Special(full), ask.span)
        if special.name == "firebase" and name in PARAMETERS:
            return Known(Special(full), ask.span)
        if special.name in ("z", "envalid") and name in ("default", "z"):
            return Known(special, ask.span)
        if special.name in TAKEN_APART:
            return Known(Special(full), ask.span)
        return ask.unknown("computed", f"what {full} is can't be told")

    def index(self, object_: Value, key: Value, ask: Evaluation) -> Value:
        if isinstance(key, Unknown):
            if isinstance(object_, Known) and object_.value == ENVIRONMENT:
                return ask.variable(key)
            return Unknown("computed", "which member this is can't be told", ask.span, key.trail)
        if isinstance(object_, Known) and isinstance(object_.value, List):
            if isinstance(key.value, int):
                return object_.value.get(key.value, ask.span)
        elif isinstance(object_, Known) and isinstance(object_.value, Map):
            return object_.value.get(key.value, ask.span)
        return self.member(object_, to_text(key.value), ask)

    # -- operators

    def unary(self, operator: str, value: Any) -> Any:
        match operator:
            case "+":
                return to_number(value)
            case "-":
                return whole(-to_number(value))
            case "void":
                return ABSENT
            case "typeof":
                return type_of(value)
        return super().unary(operator, value)

    def short_cut(self, operator: str, left: Known) -> bool | None:
        if operator == "default":  # of a destructuring or parameter: for undefined only
            return left.value is not ABSENT
        return super().short_cut(operator, left)

    def text_of(self, value: Any) -> str:
        return to_text(value)

    # -- calls

    def call(self, call: Call, callee: Value, ask: Evaluation) -> Value | None:
        if isinstance(callee, Unknown):
            return None
        if isinstance(callee.value, Bound) and callee.value.name == "pipe":
            return effect.piped(callee.value.object, call, ask)
        if isinstance(callee.value, Bound):
            return self._method(call, callee.value, ask)
        if callee.value == REQUIRE:
            return self._required(self._first(call, ask), ask)
        if isinstance(callee.value, Special):
            return self._special(call, callee.value.name, ask)
        return None

    def _special(self, call: Call, name: str, ask: Evaluation) -> Value | None:
        if name in ("strapi", "reader"):
            return ask.variable(self._first(call, ask), ask.argument(call, 1))
        if name in ("useRuntimeConfig", "convict"):
            from smtpdoctor.settings.readers import javascript_config as config

            of = config.runtime_config if name == "useRuntimeConfig" else config.convicted
            return of(self, self._first(call, ask), ask)
        if name.partition(".")[0] == "firebase" and name.partition(".")[2] in PARAMETERS:
            return Known(Special("parameter", self._parameter(call, name, ask)), ask.span)
        if name == "nodemailer-shared.parseConnectionUrl":
            return self._first(call, ask)  # createTransport makes the same of the text itself
        if name in FILES:
            return self._file(call, name, ask)
        if name == "firebase-functions.config":
            return self._document(".runtimeconfig.json", ask)
        if name == "env-var.get":
            return self._wanted(call, ask)
        if name.partition(".")[0] in SCHEMAS:
            from smtpdoctor.settings.readers.javascript_schemas import called

            return called(name, call, ask)
        taken = urls.called(self, name, call, ask) or effect.called(name, call, ask)
        if taken is not None:
            return taken
        if name in PATHS:
            values = [value for _, value in ask.evaluator.arguments(call, ask.frame)]
            return ask.apply(PATHS[name], *values)
        if name in CONVERSIONS and not call.new:
            values = [value for _, value in ask.evaluator.arguments(call, ask.frame)]
            return ask.apply(CONVERSIONS[name], *values, conversion=name)
        return None

    def _required(self, path: Value, ask: Evaluation) -> Value:
        """A module whose path is made of values: "./config/" + process.env.NODE_ENV."""
        if isinstance(path, Known) and isinstance(path.value, str):
            return self.imported(path.value, None, ask)
        return ask.unknown("imported", "which module is meant can't be told")

    def _wanted(self, call: Call, ask: Evaluation) -> Value:
        """`env.get("X")` of env-var, for its checks and casts."""
        return Known(Special("env-var.variable", (self._first(call, ask), None)), ask.span)

    def _env_var(self, call: Call, special: Special, name: str, ask: Evaluation) -> Value | None:
        """`.default("587")`, `.required()`, and the cast that gives the value (env-var 7,
        lib/variable.js and lib/accessors)."""
        variable, default = special.value
        if name == "default":
            return Known(Special(special.name, (variable, ask.argument(call, 0))), ask.span)
        if name in ("required", "example", "convertFromBase64"):
            return Known(special, ask.span) if name != "convertFromBase64" else None
        found = ask.variable(variable, default)
        if isinstance(found, Known) and found.absent:
            return found
        rule = ENV_VAR_CASTS.get(name)
        return ask.apply(rule, found, conversion=f"env-var.{name}") if rule is not None else None

    def _parameter(self, call: Call, name: str, ask: Evaluation) -> Value:
        """What `defineString("X", { default: … })` of Firebase gives (params/types)."""
        found = ask.variable(self._first(call, ask))
        if isinstance(found, Known) and found.absent:
            options = ask.argument(call, 1) or Known(ABSENT)
            return ask.variable(self._first(call, ask), options.get("default"))
        if name.endswith("defineInt"):
            return ask.apply(parse_int, found, conversion="defineInt")
        if name.endswith("defineBoolean"):
            return ask.apply(lambda text: text == "true", found, conversion="defineBoolean")
        return found

    def _file(self, call: Call, name: str, ask: Evaluation) -> Value:
        """`fs.readFileSync("config.json")`, and what JSON.parse and YAML make of the file."""
        given = self._first(call, ask)
        if name.startswith("fs."):
            return text_of_file(given, ask.span)
        path = read_file(given)
        if path is None and name == "JSON.parse":
            return ask.apply(CONVERSIONS[name], given, conversion=name)
        if not isinstance(path, Known) or not isinstance(path.value, str):
            return ask.unknown("computed", "which file is read can't be told")
        return self._document(path.value, ask)

    def _document(self, path: str, ask: Evaluation) -> Value:
        """A document of the folder by its path: absolute, or from where the program is started."""
        path = joined_path(path)
        if path.startswith(ROOT):
            places = [path.removeprefix(ROOT)]
        else:
            started = package_folder(self.file, self.project.files.read)
            places = [f"{folder}/{path}" for folder in dict.fromkeys((started, ""))]
        for place in [each.replace("/./", "/").lstrip("/") for each in places]:
            if ".." not in place and self.project.files.read(place) is not None:
                document = self.project.document(place)
                if isinstance(document, Unknown):
                    return document
                return replace(document.root, span=None)
        return ask.unknown("unreadable", "the file that is read is not in the folder")

    def _first(self, call: Call, ask: Evaluation) -> Value:
        return ask.argument(call, 0) or Known(ABSENT, ask.span)

    def _method(self, call: Call, bound: Bound, ask: Evaluation) -> Value | None:
        object_ = bound.object
        if isinstance(object_, Unknown):
            return self._unknown_method(call, object_, bound.name, ask)
        value = object_.value
        if isinstance(value, Special):
            return self._special_method(call, value, bound.name, ask)
        if isinstance(value, str) and bound.name in TEXT_METHODS:
            return self._text_method(call, object_, bound.name, ask)
        if isinstance(value, int | float) and bound.name == "toString":
            return ask.apply(to_text, object_)
        if isinstance(value, List):
            return self._list_method(call, value, bound.name, ask)
        if isinstance(value, Map) and value.kind == "config" and bound.name == "get":
            return self._configured(object_, self._first(call, ask), ask)
        if isinstance(value, Map) and value.kind in (urls.URL, urls.SEARCH):
            return urls.method(object_, bound.name, self._first(call, ask), ask)
        if object_.absent:
            text = f"{bound.name}() of undefined: the program stops here"
            return Unknown("computed", text, ask.span, object_.trail)
        return None

    def _text_method(self, call: Call, text: Known, name: str, ask: Evaluation) -> Value:
        values = [each for _, each in ask.evaluator.arguments(call, ask.frame)]
        separator = values[0].value if len(values) == 1 and isinstance(values[0], Known) else ""
        if name == "split" and isinstance(separator, str) and separator:
            return parts.split(text, separator, -1, self.project, ask)
        return ask.apply(TEXT_METHODS[name], text, *values)

    def _configured(self, whole_: Known, key: Value, ask: Evaluation) -> Value:
        """`config.get("smtp.host")` of the package config, which throws for what is not there."""
        if not isinstance(key, Known) or not isinstance(key.value, str):
            return ask.unknown("computed", "which setting is read can't be told")
        found = whole_.at(*key.value.split("."))
        if isinstance(found, Known) and found.value is ABSENT:
            return ask.unknown("computed", f"no document of config has {key.value}")
        return found

    def _unknown_method(
        self, call: Call, object_: Unknown, name: str, ask: Evaluation
    ) -> Value | None:
        """`config.get("SMTP_HOST")` of a parameter or import that is called configuration."""
        if name in ("get", "getOrThrow") and object_.reason in ("parameter", "imported"):
            key = self._first(call, ask)
            called = ask.evaluator.source.slice(call.callee.start, call.callee.end)
            if (
                isinstance(key, Known)
                and isinstance(key.value, str)
                and VARIABLE.fullmatch(key.value)
                and CONFIGURATION.search(called)
            ):
                return self._variable_of(call, ask)
        if name == "toString" and read_file(object_) is not None:
            return object_
        if name in TEXT_METHODS:
            values = [each for _, each in ask.evaluator.arguments(call, ask.frame)]
            return ask.apply(
                lambda text, *rest: (
                    TEXT_METHODS[name](text, *rest) if isinstance(text, str) else not_a_text()
                ),
                object_,
                *values,
            )
        return None

    def _variable_of(self, call: Call, ask: Evaluation) -> Value:
        key = self._first(call, ask)
        default = ask.argument(call, 1)
        if isinstance(default, Known) and isinstance(default.value, Map):
            default = None  # Nest's options: { infer: true }
        if isinstance(key, Known) and isinstance(key.value, str) and "." in key.value:
            from smtpdoctor.settings.readers.javascript_config import nest_setting

            found = nest_setting(self, key.value)
            if found is not None and not (isinstance(found, Known) and found.value is ABSENT):
                return found
            if found is not None and default is not None:
                return default
            if isinstance(found, Known) and found.unset:
                return found
            return ask.unknown("computed", "a name of the program's own configuration")
        if isinstance(key, Known) and isinstance(key.value, str):
            from smtpdoctor.settings.readers.javascript_config import nest_named

            named = nest_named(self, key.value, ask)
            if named is not None:
                return named
        return ask.variable(key, default)

    def _special_method(
        self, call: Call, special: Special, name: str, ask: Evaluation
    ) -> Value | None:
        if special == GETTER and name in ("get", "getOrThrow"):
            return self._variable_of(call, ask)
        if special == ADONIS and name == "get":
            return self._adonis(call, ask)
        if special == STRAPI:
            return self._strapi(call, name, ask)
        if special.name in SCHEMAS or special.name == "schema":
            return self._schema(call, special, name, ask)
        if special.name == "parameter" and name == "value":
            made: Value = special.value
            return made
        if special.name == "env-var.variable":
            return self._env_var(call, special, name, ask)
        full = f"{special.name}.{name}"
        if full in CONVERSIONS or special.name in (*CALLED, *effect.LIBRARIES):
            return self._special(call, full, ask)
        if special.name == REGEX and name == "test":
            return ask.apply(matches, Known(special), self._first(call, ask))
        if full == "Object.assign":
            return self._assign(call, ask)
        if full == "process.cwd":
            return Known(ROOT.rstrip("/"), ask.span)
        if full in ("Object.freeze", "Object.seal", "Promise.resolve"):
            return self._first(call, ask)
        return None

    def _schema(self, call: Call, special: Special, name: str, ask: Evaluation) -> Value | None:
        from smtpdoctor.settings.readers import javascript_schemas as schemas

        if special.name == "schema":
            return schemas.method(call, special.value, name, ask)
        return schemas.called(f"{special.name}.{name}", call, ask)

    def _adonis(self, call: Call, ask: Evaluation) -> Value:
        """`env.get("X", 587)`: as the schema in start/env makes it, else its text."""
        found = self._variable_of(call, ask)
        key = self._first(call, ask)
        if not isinstance(found, Known) or not isinstance(found.value, str):
            return found
        if not isinstance(key, Known) or not isinstance(key.value, str):
            return found
        schema = rf"\b{re.escape(key.value)}\s*:\s*Env\s*\.\s*schema\s*\.\s*(boolean|number)\b"
        for ending in ("ts", "js"):
            text = (self.project.files.read(f"start/env.{ending}") or b"").decode(errors="replace")
            kind = re.search(schema, text)
            if kind is not None:
                rule = adonis_boolean if kind[1] == "boolean" else to_number
                return ask.apply(rule, found, conversion=f"Env.schema.{kind[1]}")
        return found

    def _strapi(self, call: Call, name: str, ask: Evaluation) -> Value | None:
        rules: dict[str, Callable[[Any], Any]] = {
            "int": parse_int,
            "float": parse_float,
            "bool": lambda text: text == "true",
            "json": lambda text: wrapped(from_json(text)),
        }
        if name not in rules:
            return None
        key = self._first(call, ask)
        found = ask.variable(key)
        if isinstance(found, Known) and found.absent:
            return ask.variable(key, ask.argument(call, 1))
        return ask.apply(rules[name], found, conversion=f"env.{name}")

    def _list_method(self, call: Call, value: List, name: str, ask: Evaluation) -> Value | None:
        argument = self._first(call, ask)
        if name == "includes":
            return ask.apply(
                lambda wanted, *items: any(strictly_equal(wanted, item) for item in items),
                argument,
                *value,
            )
        if name == "join":
            if isinstance(argument, Known) and argument.absent:
                argument = Known(",")
            return ask.apply(
                lambda separator, *items: separator.join(to_text(item) for item in items),
                argument,
                *value,
            )
        return None

    def _assign(self, call: Call, ask: Evaluation) -> Value:
        made = Map()
        for argument in call.arguments:
            value = ask.value(argument.value)
            if isinstance(value, Known) and isinstance(value.value, Map):
                made.entries += value.value.entries
            elif isinstance(value, Unknown):
                made.entries.append(Entry(None, value, value.span))
        return Known(made, ask.span)

    # -- modules and parameters

    def parameter(self, parameter: Parameter, function: Function, ask: Evaluation) -> Value | None:
        if parameter.type.startswith("ConfigService"):
            return Known(GETTER)
        if parameter.name in REQUESTS:
            return OF_A_REQUEST
        if parameter.name == "env" and function.name in HANDLERS:
            return Known(STRAPI, ask.span)
        if not function.name and "useFactory" in ask.evaluator.source.text:
            from smtpdoctor.settings.readers.javascript_config import handed_to_factory

            return handed_to_factory(self, parameter, function)
        if function.name != "constructor":
            return None
        # a container (Nest, Angular, tsyringe) hands a constructor what its types name
        registered = CONFIG_TYPE.fullmatch(parameter.type)
        if registered is not None:
            from smtpdoctor.settings.readers.javascript_config import registered_as

            return registered_as(self, registered[1], ask)
        if parameter.injected is not None:
            from smtpdoctor.settings.readers.javascript_config import provided

            return provided(self, ask.value(parameter.injected))
        return self._injected(parameter.type, ask) if parameter.type.isidentifier() else None

    def _injected(self, type_: str, ask: Evaluation) -> Value | None:
        found = ask.evaluator.lookup(type_, ask.evaluator.module, END)
        if isinstance(found, Known) and isinstance(found.value, ClassValue):
            return found.value.evaluator.instance(found.value)
        return None

    def star(self, path: str, name: str, ask: Evaluation) -> Value | None:
        return None  # `export *` is read where a module's exports are asked for

    def operator(self, operator: str, left: Value, right: Value, ask: Evaluation) -> Value | None:
        if operator != "in" or not isinstance(right, Known) or right.value != ENVIRONMENT:
            return None
        return ask.apply(lambda value: value is not ABSENT, ask.variable(left))

    def instance(self, made: ClassValue, call: Call, ask: Evaluation) -> Value | None:
        return None

    def imported(self, path: str, name: str | None, ask: Evaluation) -> Value:
        bare = path.removeprefix("node:")
        known = self._of_library(bare, name, ask)
        if known is not None:
            return known
        own = candidates(path, self.file, self.project.files.read)
        is_own = any(self.project.files.read(each) is not None for each in own)
        if bare == "config" and not is_own:  # npm's; a package of the folder may be called so
            from smtpdoctor.settings.readers.javascript_config import configuration

            whole_ = configuration(self, ask)
            return whole_ if name in (None, "default") else whole_.get(name)
        for candidate in own:
            found = self.project.import_(candidate)
            if found is None:
                continue
            if isinstance(found, Known | Unknown):  # JSON
                return found if name in (None, "default") else found.get(name)
            if isinstance(found.evaluator.semantics, JavaScript):
                return exported(found.evaluator, name, ask)
        return ask.unknown("imported", f"it comes from {path[:80]!r}, which is not in the folder")

    def _of_library(self, bare: str, name: str | None, ask: Evaluation) -> Value | None:
        if bare == "process":
            return Known(ENVIRONMENT if name == "env" else Special("process"), ask.span)
        if bare.startswith("$env/"):  # SvelteKit
            return Known(ENVIRONMENT, ask.span) if name == "env" else ask.variable(Known(name))
        if bare == "cloudflare:workers" and name == "env":
            return Known(ENVIRONMENT, ask.span)
        if bare == "astro:env/server":
            return Known(READER, ask.span) if name == "getSecret" else ask.variable(Known(name))
        if bare.partition("/")[0] in ("zod", "envalid", "@t3-oss", "joi", "@hapi"):
            from smtpdoctor.settings.readers.javascript_schemas import imported

            schema = imported(bare, name)
            return Known(schema, ask.span) if schema is not None else None
        if bare in NITRO and name == "useRuntimeConfig":
            return Known(RUNTIME_CONFIG, ask.span)
        if bare == "convict" and name in (None, "default"):
            return Known(Special("convict"), ask.span)
        if bare in LIBRARIES:
            library = LIBRARIES[bare]
            all_ = name in (None, "default", library)
            return Known(Special(library if all_ else f"{library}.{name}"), ask.span)
        if bare in ("#start/env", "@ioc:Adonis/Core/Env"):
            return Known(ADONIS, ask.span)
        return effect.imported(bare, name, ask)


def not_a_text() -> Any:
    raise UntellableError("a method of what is no text")


def type_of(value: Any) -> str:
    if value is ABSENT:
        return "undefined"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "function" if isinstance(value, Closure | ClassValue) else "object"


def candidates(path: str, file: str, read: Read) -> list[str]:
    """The files that an import may mean, in the order in which they are tried."""
    folder = file.rpartition("/")[0]
    bases: list[str | None]
    if path.startswith(("./", "../")) or path in (".", ".."):
        bases = [join(folder, path)]
    elif path.startswith(ROOT):  # of __dirname
        bases = [join("", path.removeprefix(ROOT))]
    elif path.startswith(("@/", "~/", "#/")):  # the usual aliases of bundlers
        own = package_folder(file, read)
        roots = dict.fromkeys((f"{own}/src".lstrip("/"), own, "src", ""))
        bases = [join(root, path[2:]) for root in roots]
    elif path.startswith("src/"):
        bases = [join("", path)]
    else:
        bases = list(package_bases(path, file, read))
    found: list[str] = []
    for base in bases:
        if base is None:
            continue
        stem, dot, ending = base.rpartition(".")
        found.append(base)
        if dot and ending in ("js", "mjs", "cjs", "jsx"):  # TypeScript imports by the made name
            found += [f"{stem}.{ending.replace('js', 'ts')}"]
        for extension in ("js", "ts", "mjs", "cjs", "json", "tsx", "jsx", "mts", "cts"):
            found.append(f"{base}.{extension}")
        found += [f"{base}/index.{extension}".lstrip("/") for extension in ("js", "ts", "mjs")]
    return found


def join(folder: str, path: str) -> str | None:
    """The path in the folder; None where it leads out of it."""
    parts = [part for part in folder.split("/") if part]
    for part in path.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def exported(evaluator: Evaluator, name: str | None, ask: Evaluation) -> Value:
    """What a module exports under a name; with None all of it."""
    scope = evaluator.module.scope
    own = f"export {name or 'default'}"
    if name is not None and own in scope.owned and own in scope.binds:
        return evaluator.lookup(own, evaluator.module, END) or Known(ABSENT)
    names = [each.removeprefix("export ") for each in scope.binds if each.startswith("export ")]
    if not names:
        return common(evaluator, name, ask)
    if name is None:
        made = Map()
        for each in names:
            if each != "*":
                made.entries.append(Entry(each, later_export(evaluator, each), None))
        return Known(made, ask.span)
    for star in scope.binds.get("export *", ()):
        if isinstance(star.value, Import):
            inner = Evaluation(evaluator, evaluator.module, star.value)
            found = evaluator.semantics.imported(star.value.path, name, inner)
            if isinstance(found, Known):
                return found
    return ask.unknown("imported", f"that module doesn't export {name}")


def later_export(evaluator: Evaluator, name: str) -> Callable[[], Value]:
    def later() -> Value:
        found = evaluator.lookup(f"export {name}", evaluator.module, END)
        return found or Known(ABSENT)

    return later


def common(evaluator: Evaluator, name: str | None, ask: Evaluation) -> Value:
    """CommonJS: module.exports, or what was added to exports."""
    scope = evaluator.module.scope
    if "module" in scope.binds:
        whole_ = (evaluator.lookup("module", evaluator.module, END) or Known(ABSENT)).get("exports")
    elif "exports" in scope.binds:
        whole_ = evaluator.lookup("exports", evaluator.module, END) or Known(ABSENT)
    else:
        return ask.unknown("imported", "that module exports nothing that can be told")
    if name in (None, "default"):
        return whole_
    return whole_.get(name)

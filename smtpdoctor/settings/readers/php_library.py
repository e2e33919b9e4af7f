"""What PHP's operators and functions come to, and where its programs read variables.

This module knows the language's coercions (PHP 8), getenv, $_ENV, and Laravel's env() with its
casts. It must not know node types, nor what a setting means.
"""

from __future__ import annotations

import json
import math
import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from smtpdoctor.settings.readers import php_registry
from smtpdoctor.settings.readers import php_urls as urls
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
    name_of,
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
    truth,
)
from smtpdoctor.settings.readers.php import INTERPOLATED
from smtpdoctor.settings.readers.syntax import (
    Call,
    Expression,
    Function,
    Index,
    Member,
    Name,
    Parameter,
)
from smtpdoctor.settings.readers.truthful import Truthful

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.project import Project

END = 1 << 62

ENVIRONMENT = Special("environment")

#: Constants of the language and of mail libraries (PHPMailer 6, src/PHPMailer.php and SMTP.php).
CONSTANTS: dict[str, Any] = {
    "PHPMailer.ENCRYPTION_STARTTLS": "tls",
    "PHPMailer.ENCRYPTION_SMTPS": "ssl",
    "SMTP.DEBUG_OFF": 0,
    "SMTP.DEBUG_CLIENT": 1,
    "SMTP.DEBUG_SERVER": 2,
    "SMTP.DEBUG_CONNECTION": 3,
    "SMTP.DEBUG_LOWLEVEL": 4,
}
GLOBALS: dict[str, Any] = {
    "__DIR__": "./",  # paths are taken from the file's own folder
    "__FILE__": "./a.php",
    "$_ENV": ENVIRONMENT,
    "$_SERVER": ENVIRONMENT,
    "FILTER_VALIDATE_BOOLEAN": "boolean",
    "FILTER_VALIDATE_BOOL": "boolean",
    "FILTER_VALIDATE_INT": "int",
    "PHP_EOL": "\n",
    **urls.CONSTANTS,
}
#: Files that are copied and filled in, and those for work on the program.
TEMPLATE = re.compile(r"(?i)[._-](default|dist|sample|example|template|tpl)(?=[._-]|$)[^/]*$")
AT_WORK = re.compile(r"(?i)[._/-](dev|development|tests?|testing|staging)(?=[._/-])")
#: Where a constant is defined, and a class; in files that are no whole library in one.
DEFINED = re.compile(
    rb"\bdefine\s*\(\s*['\"]([A-Z_][A-Z0-9_]{2,})['\"]"
    rb"|(?m:^)\s*(?:(?:abstract|final|readonly)\s+)*class\s+([A-Z]\w+)"
)
LARGEST = 64 << 10
MOST_PADDED = 100
#: Texts of INI files: in quotes, words that stand for others, and what has a meaning of its own
#: (https://www.php.net/parse_ini_file, and run with PHP 8.2).
INI_QUOTED = re.compile(r"""(?:"([^"]*)"|'([^']*)')[ \t]*(?:;.*)?""")
INI_WORDS = {
    **dict.fromkeys(("true", "on", "yes"), "1"),
    **dict.fromkeys(("false", "off", "no", "none", "null"), ""),
}
INI_SPECIAL = re.compile(r"[|&~!()^\"'=]|\$\{")
#: What $_SERVER has of a request, and getenv() under CGI: whoever asks decides (RFC 3875, 4.1).
REQUEST = re.compile(
    r"HTTPS|HTTP_\w+|REQUEST_(METHOD|URI|SCHEME|TIME\w*)|REMOTE_(ADDR|HOST|PORT|USER|IDENT)|"
    r"SERVER_(NAME|ADDR|PORT|PROTOCOL|SOFTWARE|SIGNATURE|ADMIN)|CONTENT_(TYPE|LENGTH)|QUERY_STRING|"
    r"PHP_(SELF|AUTH_\w+)|SCRIPT_(NAME|FILENAME|UR[IL])|PATH_(INFO|TRANSLATED)|DOCUMENT_ROOT|"
    r"GATEWAY_INTERFACE|AUTH_TYPE|argv|argc"
)
NUMERIC = re.compile(r"[ \t\n\r\v\f]*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")


def to_text(value: Any) -> str:
    """(string)."""
    if value is None or value is False or value is ABSENT:
        return ""
    if value is True:
        return "1"
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    raise UntellableError("an array or object as text")


def to_integer(value: Any = None, *_: Any) -> int:
    """(int): of a text the digits at its start."""
    if value is None or value is ABSENT:
        return 0
    if isinstance(value, bool | int):
        return int(value)
    if isinstance(value, float):
        return int(value) if math.isfinite(value) else 0
    if isinstance(value, str):
        found = NUMERIC.match(value[:400])
        number = float(found[0]) if found else 0.0
        whole = found is not None and re.fullmatch(r"\s*[+-]?\d+", found[0])
        if found and whole:
            return int(found[0])
        return int(number) if math.isfinite(number) else 0
    raise UntellableError("an array or object as a number")


def to_float(value: Any) -> float:
    if isinstance(value, str):
        found = NUMERIC.match(value[:400])
        return float(found[0]) if found else 0.0
    return float(value) if isinstance(value, int | float) else float(to_integer(value))


def numeric(text: str) -> int | float | None:
    """The number of a numeric text; None for another."""
    found = NUMERIC.match(text[:400])
    if found is None or text[found.end() :].strip(" \t\n\r\v\f"):
        return None
    value = float(found[0])
    return int(found[0]) if re.fullmatch(r"\s*[+-]?\d+", found[0]) else value


def to_number(value: Any) -> int | float:
    """An operand of arithmetic."""
    if isinstance(value, str):
        found = numeric(value)
        if found is None:
            raise StopsError("a text as a number")
        return found
    return value if isinstance(value, float) else to_integer(value)


def loosely_equal(left: Any, right: Any) -> bool:
    """`==` (PHP 8: "Saner string to number comparisons")."""
    if isinstance(left, bool) or isinstance(right, bool):
        return truth(left, "php") == truth(right, "php")
    if left is None or right is None:
        other = right if left is None else left
        return other == "" if isinstance(other, str) else not truth(other, "php")
    if isinstance(left, str) and isinstance(right, str):
        numbers = numeric(left), numeric(right)
        return left == right if None in numbers else numbers[0] == numbers[1]
    if isinstance(left, str) or isinstance(right, str):
        text, number = (left, right) if isinstance(left, str) else (right, left)
        if not isinstance(number, int | float):
            return False
        value = numeric(text)
        return to_text(number) == text if value is None else value == number
    return strictly_equal(left, right)


def strictly_equal(left: Any, right: Any) -> bool:
    """`===`."""
    if isinstance(left, Map | List) and isinstance(right, Map | List):
        raise UntellableError("whether two arrays are the same")
    return type(left) is type(right) and bool(left == right)


def compare(rule: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def apply(left: Any, right: Any) -> bool:
        if isinstance(left, str) and isinstance(right, str) and numeric(left) is None:
            return rule(left, right)
        return rule(to_number(left), to_number(right))

    return apply


def divide(left: Any, right: Any) -> Any:
    value = to_number(left) / to_number(right)
    return int(value) if float(value).is_integer() and isinstance(left, int) else value


def either_key(left: Any, right: Any) -> Any:
    """`+` of two arrays: the left one's keys win."""
    if isinstance(left, Map) and isinstance(right, Map):
        return Map(right.entries + left.entries)
    if isinstance(left, Map | List) or isinstance(right, Map | List):
        raise UntellableError("arrays that are added")
    return to_number(left) + to_number(right)


OPERATORS: Mapping[str, Operator] = {
    ".": lambda a, b: to_text(a) + to_text(b),
    "+": either_key,
    "-": lambda a, b: to_number(a) - to_number(b),
    "*": lambda a, b: to_number(a) * to_number(b),
    "/": divide,
    "%": lambda a, b: int(math.fmod(to_integer(a), to_integer(b))),
    "===": strictly_equal,
    "!==": lambda a, b: not strictly_equal(a, b),
    "==": loosely_equal,
    "!=": lambda a, b: not loosely_equal(a, b),
    "<>": lambda a, b: not loosely_equal(a, b),
    "<": compare(lambda a, b: a < b),
    ">": compare(lambda a, b: a > b),
    "<=": compare(lambda a, b: a <= b),
    ">=": compare(lambda a, b: a >= b),
    "xor": lambda a, b: truth(a, "php") != truth(b, "php"),
}


def laravel(value: Any) -> Any:
    """The casts of Laravel's env() (Illuminate\\Support\\Env::getOption)."""
    if not isinstance(value, str):
        return value
    lowered = value.lower()
    if lowered in ("true", "(true)"):
        return True
    if lowered in ("false", "(false)"):
        return False
    if lowered in ("empty", "(empty)"):
        return ""
    if lowered in ("null", "(null)"):
        return None
    quoted = re.fullmatch(r"""(['"])(.*)\1""", value, re.DOTALL)
    return quoted[2] if quoted else value


def filter_value(value: Any, kind: Any = None, *more: Any) -> Any:
    """filter_var."""
    text = to_text(value).strip(" \t\n\r\v\0")
    if kind == "boolean":
        if more:
            raise UntellableError("filter_var with flags")
        return text.lower() in ("1", "true", "on", "yes")
    if kind == "int" and not more:
        return int(text) if re.fullmatch(r"0|[+-]?[1-9]\d{0,17}", text) else False
    raise UntellableError("a filter that is not evaluated")


def implode(separator: Any, parts: Any) -> str:
    if not isinstance(parts, List) or parts.open is not None:
        raise UntellableError("what is joined here")
    values = list(parts)
    if not all(isinstance(value, Known) for value in values):
        raise UntellableError("what is joined here")
    return to_text(separator).join(to_text(v.value) for v in values if isinstance(v, Known))


def padded(array: Any, size: Any, value: Any) -> List:
    """array_pad() at the end."""
    if not isinstance(array, List) or array.open is not None or not 0 <= size <= MOST_PADDED:
        raise UntellableError("what is put behind an array")
    missing = size - len(array)
    return List([*array.items, *(Entry(None, Known(value), None) for _ in range(missing))])


def in_array(needle: Any, stack: Any, strict: Any = False) -> bool:
    if not isinstance(stack, List | Map):
        raise UntellableError("whether it is in there")
    values = list(stack) if isinstance(stack, List) else [entry.value for entry in stack.entries]
    if not all(isinstance(value, Known) for value in values):
        raise UntellableError("whether it is in there")
    same = strictly_equal if strict else loosely_equal
    return any(same(needle, value.value) for value in values if isinstance(value, Known))


def merge(*arrays: Any) -> Map:
    made = Map()
    for array in arrays:
        if not isinstance(array, Map):
            raise UntellableError("what is merged here")
        made.entries += array.entries
    return made


def from_json(value: Any, *_: Any) -> Any:
    try:
        return wrapped(json.loads(to_text(value)))
    except (ValueError, RecursionError):
        return None


def wrapped(value: Any) -> Any:
    if isinstance(value, dict):
        return Map([Entry(key, Known(wrapped(each)), None) for key, each in value.items()])
    if isinstance(value, list):
        return List([Entry(None, Known(wrapped(each)), None) for each in value])
    return value


def sprintf(form: Any, *values: Any) -> str:
    """sprintf with %s, %d and %u; any other conversion is not evaluated."""
    left = list(values)

    def fill(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        if not left or found[0] not in ("%s", "%d", "%u"):
            raise UntellableError("a form of sprintf")
        value = left.pop(0)
        return to_text(value) if found[0] == "%s" else str(to_integer(value))

    return re.sub(r"%(?:%|[^%A-Za-z]*[A-Za-z])", fill, to_text(form))


def strip(rule: str) -> Callable[..., str]:
    def apply(value: Any, chars: Any = " \t\n\r\0\v") -> str:
        text: str = getattr(to_text(value), rule)(to_text(chars))
        return text

    return apply


CASTS: dict[str, Callable[[Any], Any]] = {
    "(int)": to_integer,
    "(integer)": to_integer,
    "(bool)": lambda value: truth(value, "php"),
    "(boolean)": lambda value: truth(value, "php"),
    "(string)": to_text,
    "(float)": to_float,
    "(double)": to_float,
    "(array)": lambda value: value if isinstance(value, Map | List) else untellable("(array)"),
}


def dirname(path: Any, levels: Any = 1) -> str:
    """dirname() of a path from the file's own folder, which `__DIR__` is "./" of."""
    found = to_text(path).rstrip("/") or "."
    for _ in range(to_integer(levels)):
        above = found in (".", "..") or found.endswith("/..")
        found = f"{found}/.." if above else found.rpartition("/")[0] or "."
    return found


def untellable(what: str) -> Any:
    raise UntellableError(f"{what} is not evaluated")


#: Functions of the values that they are given.
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "intval": to_integer,
    "boolval": lambda value: truth(value, "php"),
    "strval": to_text,
    "floatval": to_float,
    "filter_var": filter_value,
    "strtolower": lambda value: to_text(value).lower(),
    "strtoupper": lambda value: to_text(value).upper(),
    "mb_strtolower": lambda value: to_text(value).lower(),
    "trim": strip("strip"),
    "ltrim": strip("lstrip"),
    "rtrim": strip("rstrip"),
    "dirname": dirname,
    "realpath": to_text,
    "implode": implode,
    "join": implode,
    "str_contains": lambda text, part: to_text(part) in to_text(text),
    "str_starts_with": lambda text, part: to_text(text).startswith(to_text(part)),
    "str_ends_with": lambda text, part: to_text(text).endswith(to_text(part)),
    "str_replace": lambda old, new, text: to_text(text).replace(to_text(old), to_text(new)),
    "array_merge": merge,
    "array_pad": padded,
    "sprintf": sprintf,
    "rawurldecode": lambda value: unquote(to_text(value)),
    "urldecode": lambda value: unquote_plus(to_text(value)),
    "rawurlencode": lambda value: quote(to_text(value), safe="-_.~"),
    "urlencode": lambda value: quote_plus(to_text(value), safe="-_."),
    "is_null": lambda value: value is None,
    "is_numeric": lambda value: (
        isinstance(value, int | float) or (isinstance(value, str) and numeric(value) is not None)
    ),
    "empty": lambda value: not truth(value, "php"),
    "isset": lambda *values: all(value is not None and value is not ABSENT for value in values),
    "strlen": lambda value: len(to_text(value).encode()),
}


#: What a variable is called, and how a program takes a line of a `.env` apart by itself.
NAMED = re.compile(r"[A-Z][A-Z0-9_]+")
TAKEN_APART = re.compile(r"explode\s*\(\s*['\"]=['\"]")
REQUESTS = frozenset({"$_POST", "$_GET", "$_REQUEST"})


class Php(Truthful):
    """The `Semantics` of PHP."""

    language: Any = "php"
    operators = OPERATORS
    absent: Any = None
    selves = frozenset({"$this"})
    whole_chains = True
    either, both, otherwise = "?:", "", "??"
    bare_calls = False

    def __init__(self, project: Project, file: str) -> None:
        self.project = project
        self.file = file

    def global_name(self, name: str) -> Value | None:
        if name in GLOBALS:
            return Known(GLOBALS[name])
        if name.startswith("$"):
            return OF_A_REQUEST if name in REQUESTS else None
        lowered = name.lower()
        is_function = lowered in FUNCTIONS or lowered in OF_A_CALL
        if name in SPELLED or (is_function and lowered not in SPELLED):
            return Known(Special(name))
        return self._elsewhere(name.rpartition("\\")[2])

    def _elsewhere(self, name: str) -> Value | None:
        """A constant or class that another file of the folder has: they are everywhere the same,
        whoever includes whom. None where no file has it, or more than one."""
        if "php" not in self.project.kept:
            places: dict[str, list[str]] = {}
            for path in self.project.containing(rb"\bdefine\s*\(|\bclass\s+[A-Z]", ".php"):
                content = self.project.files.read(path) or b""
                names = DEFINED.findall(content) if len(content) < LARGEST else ()
                for constant, class_ in set(names):
                    places.setdefault((constant or class_).decode(), []).append(path)
            self.project.kept["php"] = places
        paths = self._that_count(name, self.project.kept["php"].get(name, []))
        if len(paths) != 1 or paths[0] == self.file:
            return None
        module = self.project.imported_module(paths[0])
        if module is None:
            return None
        return module.evaluator.lookup(name, module.evaluator.module, END)

    def _that_count(self, name: str, paths: list[str]) -> list[str]:
        """Of several files that define a constant those that production goes by: no template, no
        file for work on the program, and none that leaves it to the others."""
        content = self.project.files.read
        guard = re.compile(rb"\bdefined\s*\(\s*['\"]" + re.escape(name.encode()) + rb"\b")
        for is_left in (
            TEMPLATE.search,
            AT_WORK.search,
            lambda path: guard.search(content(path) or b""),
        ):
            paths = [path for path in paths if not is_left(path)] or paths if paths[1:] else paths
        return paths

    # -- members

    def member(self, object_: Value, name: str, ask: Evaluation) -> Value:
        if isinstance(object_, Unknown):
            if name == "params" and _is_application(ask.at):
                return php_registry.of_yii(self.project) or object_.get(name)
            return object_.get(name)
        value = object_.value
        if isinstance(value, Special):
            full = f"{value.name}.{name}"
            if full in CONSTANTS:
                return Known(CONSTANTS[full], ask.span)
            return ask.unknown("computed", f"what {full} is can't be told")
        if isinstance(value, ClassValue):
            if name in value.definition.scope.owned:
                frame = Frame(value.definition.scope, value.frame)
                return value.evaluator.lookup(name, frame, END) or Known(None, ask.span)
            return ask.unknown("computed", f"what {name} is can't be told")
        if isinstance(value, Map):
            return value.get(name, ask.span)
        return ask.unknown("computed", f"what {name} is can't be told")

    def index(self, object_: Value, key: Value, ask: Evaluation) -> Value:
        if isinstance(object_, Known) and object_.value == ENVIRONMENT:
            if isinstance(key, Known) and REQUEST.fullmatch(str(key.value)):
                asked = ask.unknown("parameter", f"the request decides {key.value}")
                return replace(asked, name=str(key.value))
            return ask.variable(key)
        asks_container = isinstance(ask.at, Index) and _is_container(ask.at)
        if isinstance(object_, Unknown) and isinstance(key, Known) and asks_container:
            found = php_registry.of_container(self.project, str(key.value))
            if found is not None:
                return php_registry.resolved(found, ask.evaluator, ask.at)
        return self.part(object_, key, ask)

    # -- operators

    def unary(self, operator: str, value: Any) -> Any:
        if operator in CASTS:
            return CASTS[operator](value)
        signed = to_number(value) if operator in ("-", "+") else value
        return super().unary(operator, signed)

    def operator(self, operator: str, left: Value, right: Value, ask: Evaluation) -> Value | None:
        """`&&` and `||` give booleans, unlike `?:`."""
        if operator == INTERPOLATED:
            return self._interpolated(left, ask)
        if operator in ("==", "===", "!=", "!==") and (_is_local(left, right)):
            return Known(operator.startswith("!"), ask.span)
        if operator not in ("&&", "and", "||", "or"):
            return None
        decides = operator in ("||", "or")
        for value in (left, right):
            if isinstance(value, Known) and truth(value.value, "php") is decides:
                return ask.apply(lambda _: decides, value)
        return ask.apply(lambda *_: not decides, left, right)

    def _interpolated(self, value: Value, ask: Evaluation) -> Value:
        """A variable in a text: an empty one where it stands nowhere else in the whole folder."""
        name = value.name if isinstance(value, Unknown) and value.reason == "undeclared" else ""
        if not name.startswith("$"):
            return value
        told = re.escape(name.encode()) + rb"\b|extract\s*\(|\$\$\w"
        paths = self.project.containing(told, ".php", ".inc", ".phtml")
        content = self.project.files.read(self.file) or b""
        if paths != [self.file] or len(re.findall(told, content)) != 1:
            return value
        return Known("", ask.span, (Origin("emptied", name), Origin("joined", name)))

    def text_of(self, value: Any) -> str:
        return to_text(value)

    # -- calls

    def call(self, call: Call, callee: Value, ask: Evaluation) -> Value | None:
        if isinstance(callee, Unknown) or call.new:
            return None
        if isinstance(callee.value, Closure):
            return self._of_own_loader(call, callee.value, ask)
        if isinstance(callee.value, Bound):
            object_ = callee.value.object
            special = isinstance(object_, Known) and object_.value == Special("Env")
            if special and callee.value.name == "get":
                return self._env(call, ask)
            return self._asked_for(call, callee.value, ask)
        if not isinstance(callee.value, Special):
            return None
        name = callee.value.name.lower()
        if name in OF_A_CALL:
            return OF_A_CALL[name](self, call, ask)
        values = [value for _, value in ask.evaluator.arguments(call, ask.frame)]
        if name in FUNCTIONS:
            return ask.apply(FUNCTIONS[name], *values, conversion=name_of(call.callee))
        return None

    def _of_own_loader(self, call: Call, closure: Closure, ask: Evaluation) -> Value | None:
        """What a function of the program's own gives that takes the lines of a `.env` apart: the
        variables; what one beside it gives for a name: the variable. None for any other."""
        source, function = closure.evaluator.source, closure.function
        kept: dict[str, bool] = self.project.kept.setdefault("php-loaders", {})
        if source.file not in kept:
            kept[source.file] = ".env" in source.text and bool(TAKEN_APART.search(source.text))
        if not kept[source.file]:
            return None
        body = source.slice(function.start, function.end)
        if TAKEN_APART.search(body):
            return Known(ENVIRONMENT, ask.span) if function.scope.returns else None
        asked = function.parameters[0].name if function.parameters else None
        if asked is None or not re.search(rf"\[\s*{re.escape(asked)}\s*\]", body):
            return None
        key = ask.argument(call, 0)
        if not isinstance(key, Known) or not NAMED.fullmatch(str(key.value)):
            return None
        return ask.variable(key, ask.argument(call, 1))

    def _extracted(self, call: Call, ask: Evaluation) -> Value | None:
        """The variables that an array's keys become."""
        given = ask.argument(call, 0, "array")
        if not isinstance(given, Known) or not isinstance(given.value, Map):
            return None
        entries = [
            Entry(None if each.key is None else f"${each.key}", each.value, each.span)
            for each in given.value.entries
        ]
        return Known(Map(entries), ask.span)

    def _contents(self, call: Call, ask: Evaluation) -> Value | None:
        path = ask.argument(call, 0, "filename")
        return text_of_file(path, ask.span) if isinstance(path, Known) else None

    def _decoded(self, call: Call, ask: Evaluation) -> Value | None:
        """json_decode(): of a text, and of a file that was read."""
        given = ask.argument(call, 0, "json") or Known(None)
        path = read_file(given)
        if path is None:
            return ask.apply(from_json, given, conversion="json_decode")
        found = self._document(path, "json", ask)
        return found.through(span=ask.span) if isinstance(found, Known) else found

    def _parse_url(self, call: Call, ask: Evaluation) -> Value | None:
        text = ask.argument(call, 0, "url")
        component = ask.argument(call, 1, "component") or Known(-1)
        return urls.parse_url(text, component, self.project, ask) if text is not None else None

    def _parse_str(self, call: Call, ask: Evaluation) -> Value | None:
        text = ask.argument(call, 0, "string")
        if isinstance(text, Known) and not isinstance(text.value, str):
            text = ask.apply(to_text, text)
        return urls.parse_str(text, self.project, ask) if text is not None else None

    def _explode(self, call: Call, ask: Evaluation) -> Value | None:
        separator, text = ask.argument(call, 0, "separator"), ask.argument(call, 1, "string")
        if separator is None or text is None:
            return None
        if isinstance(text, Known) and not isinstance(text.value, str):
            text = ask.apply(to_text, text)
        limit = ask.argument(call, 2, "limit") or Known(END)
        return urls.explode(text, separator, limit, self.project, ask)

    def _in_array(self, call: Call, ask: Evaluation) -> Value:
        needle, stack = ask.argument(call, 0), ask.argument(call, 1)
        held = stack.value if isinstance(stack, Known) and isinstance(stack.value, List) else ()
        if needle is not None and len(held) and all(_is_local(needle, each) for each in held):
            return Known(value=False, span=ask.span)
        values = [value for _, value in ask.evaluator.arguments(call, ask.frame)]
        return ask.apply(in_array, *values, conversion="in_array")

    def _getenv(self, call: Call, ask: Evaluation) -> Value:
        key = ask.argument(call, 0)
        if key is None:
            return Known(ENVIRONMENT, ask.span)
        found = ask.variable(key, Known(False, ask.span))
        if isinstance(key, Known) and any(step.kind == "kept" for step in found.trail):
            return Known(False, ask.span, (Origin("unset", str(key.value), None, ask.span),))
        return found

    def _env(self, call: Call, ask: Evaluation) -> Value:
        key = ask.argument(call, 0, "key") or Known(None)
        found = ask.variable(key)
        if isinstance(found, Known) and found.value is None:
            default = ask.argument(call, 1, "default")
            if default is None:
                return found
            if isinstance(default, Known) and isinstance(default.value, Closure):
                default = ask.evaluator.apply(default.value, [], ask.at)
            return ask.variable(key, default)
        if isinstance(found, Known) and laravel(found.value) == found.value:
            return found
        return ask.apply(laravel, found, conversion="env")

    def _asked_for(self, call: Call, method: Bound, ask: Evaluation) -> Value | None:
        """What an object that isn't in the folder has by a name: a container, or settings."""
        object_ = method.object
        name = ask.argument(call, 0)
        if not isinstance(object_, Unknown) or object_.reason == "request":
            return None
        if not isinstance(name, Known) or not isinstance(name.value, str):
            return None
        found: Value | None = None
        if method.name == "env" and object_.name == "App":  # Craft's helper
            return self._env(call, ask)
        if method.name == "get" and object_.name == "Config":
            found = php_registry.of_files(self.project, name.value, self.file)
        elif method.name == "get" and HOLDER.search(name_of(call.callee)):
            found = php_registry.of_container(self.project, name.value)
        elif method.name == "item":
            found = php_registry.of_codeigniter(self.project, name.value)
        if found is None:
            return None
        return ask.evaluator.used(
            name.value, php_registry.resolved(found, ask.evaluator, ask.at), ask.at
        )

    def _configured(self, call: Call, ask: Evaluation) -> Value | None:
        """config('mail.from.address', default) of Laravel."""
        name = ask.argument(call, 0, "key")
        if not isinstance(name, Known) or not isinstance(name.value, str):
            return None
        found = php_registry.of_files(self.project, name.value, self.file)
        if isinstance(found, Known) and found.absent:
            return ask.argument(call, 1, "default") or Known(None, ask.span)
        return ask.evaluator.used(name.value, found, ask.at) if found is not None else None

    def _has_key(self, call: Call, ask: Evaluation) -> Value | None:
        key, array = ask.argument(call, 0, "key"), ask.argument(call, 1, "array")
        if not isinstance(array, Known) or key is None:
            return None
        if array.value == ENVIRONMENT:
            return ask.apply(lambda value: value is not ABSENT, ask.variable(key, Known(ABSENT)))
        if not isinstance(array.value, Map) or not isinstance(key, Known):
            return None
        found = array.value.get(key.value)
        return ask.apply(lambda value: value is not ABSENT, found)

    def _document(self, path: Value, format_: str, ask: Evaluation) -> Value:
        """The root of a document by its path, from this file's folder or the whole one."""
        said = path.value if isinstance(path, Known) else None
        for base in dict.fromkeys((self.file.rpartition("/")[0], "")):
            candidate = posixpath.normpath(posixpath.join(base, str(said)))
            if self.project.files.read(candidate) is not None:
                found = self.project.document(candidate, format_)
                return found if isinstance(found, Unknown) else found.root
        return ask.unknown("unreadable", "the file that is read here is not in the folder")

    def _ini_file(self, call: Call, ask: Evaluation) -> Value:
        """A file of settings as an array: its sections one after the other, or as arrays."""
        path, sections = ask.argument(call, 0), ask.argument(call, 1, "process_sections")
        if not isinstance(path, Known) or not isinstance(path.value, str):
            return ask.unknown("computed", "which file is read can't be told")
        root = self._document(path, "ini", ask)
        if isinstance(root, Unknown) or not isinstance(root.value, Map):
            return root
        apart = isinstance(sections, Known) and truth(sections.value, "php")
        made = Map()
        for section in root.value.entries:
            inner = section.value.value if isinstance(section.value, Known) else None
            entries = inner.entries if isinstance(inner, Map) else []
            told = [Entry(each.key, ini_value(each.value), each.span) for each in entries]
            if apart and section.key:
                made.entries.append(Entry(section.key, Known(Map(told), section.span), None))
            else:
                made.entries += told
        return Known(made, ask.span)

    def _constant(self, call: Call, ask: Evaluation) -> Value:
        key = ask.argument(call, 0)
        if not isinstance(key, Known) or not isinstance(key.value, str):
            return ask.unknown("computed", "which constant this is can't be told")
        found = self._constant_of(key.value, ask)
        return found or ask.unknown("undeclared", f"nothing here sets {key.value}")

    def _defined(self, call: Call, ask: Evaluation) -> Value:
        key = ask.argument(call, 0)
        if not isinstance(key, Known) or not isinstance(key.value, str):
            return ask.unknown("computed", "which constant this is can't be told")
        found = self._constant_of(key.value, ask)
        if found is None and self._is_left_out(key.value):
            return Known(False, ask.span)
        if found is None:
            return ask.unknown("undeclared", f"whether {key.value} is set can't be told")
        return Known(not isinstance(found, Unknown), ask.span)

    def _is_left_out(self, name: str) -> bool:
        """Whether the file that defines others of its family is here, and leaves this one out."""
        family = re.match(r"[A-Z0-9]+_", name)
        if family is None:
            return False
        kin = rb"\b(?:define\s*\(|const)\s*['\"]?" + family[0].encode()
        own = rb"\b(?:define\s*\(|const)\s*['\"]?" + re.escape(name).encode() + rb"\b"
        computed = rb"\bdefine\s*\(\s*[^'\"\s]"
        find = self.project.containing
        return bool(find(kin, ".php")) and not find(own, ".php") and not find(computed, ".php")

    def _constant_of(self, name: str, ask: Evaluation) -> Value | None:
        return ask.evaluator.lookup(name, ask.frame, ask.at.start) or self._elsewhere(name)

    def instance(self, made: ClassValue, call: Call, ask: Evaluation) -> Value | None:
        return None

    # -- modules and parameters

    def parameter(self, parameter: Parameter, function: Function, ask: Evaluation) -> Value | None:
        return None

    def imported(self, path: str, name: str | None, ask: Evaluation) -> Value:
        found = self._module(path)
        if found is None:
            return ask.unknown("imported", f"{path[:80]!r} is not in the folder")
        if name is None:
            scope = found.module.scope
            if not scope.returns:
                return Known(1, ask.span)
            return found.result(scope.returns, found.module, ask.span)
        return found.lookup(name, found.module, END) or Known(None, ask.span)

    def star(self, path: str, name: str, ask: Evaluation) -> Value | None:
        if "vendor" in path.split("/")[:-1]:
            return None  # libraries set no variables, whatever they include
        found = self._module(path)
        if found is not None:
            return found.lookup(name, found.module, END)
        if "wp-" in path or not name.startswith("$"):
            return None
        return ask.unknown("imported", f"{name} may come from {path[:80]!r}, which is not here")

    def _module(self, path: str) -> Evaluator | None:
        from smtpdoctor.settings.readers.javascript_library import join

        for base in dict.fromkeys((self.file.rpartition("/")[0], "")):
            candidate = join(base, path)
            found = self.project.imported_module(candidate) if candidate else None
            if found is not None:
                return found.evaluator if found.file != self.file else None
        return None


def ini_value(value: Value) -> Value:
    """A value of an INI file as PHP has it: without its quotes and a comment, words as texts."""
    if not isinstance(value, Known) or not isinstance(value.value, str):
        return value
    quoted = INI_QUOTED.fullmatch(value.value)
    if quoted is not None:
        return replace(value, value=quoted[1] if quoted[1] is not None else quoted[2])
    text_ = value.value.partition(";")[0].rstrip()
    if INI_SPECIAL.search(text_):
        why = "parse_ini_file() takes |&~!()^ and = for more than text where no quotes stand"
        return Unknown("computed", why, value.span)
    return replace(value, value=INI_WORDS.get(text_.lower(), text_))


#: What a request says on a developer's own machine: in production it is no such.
LOCAL = re.compile(
    r"(?i)(?:localhost|127\.\d+\.\d+\.\d+|::1|(?:[\w-]+\.)*[\w-]+\.(?:test|local|localhost|lan))(?::\d+)?"
)
ASKED_BY = frozenset({"HTTP_HOST", "SERVER_NAME", "SERVER_ADDR", "REMOTE_ADDR"})


def _is_local(*values: Value) -> bool:
    """Whether one is what a request says of the machine, and the other a developer's own."""
    asked = [each for each in values if isinstance(each, Unknown) and each.name in ASKED_BY]
    names = [str(each.value) for each in values if isinstance(each, Known)]
    return bool(asked) and len(names) == 1 and LOCAL.fullmatch(names[0]) is not None


#: What programs call the container that they ask for things by `$c['name']`.
CONTAINERS = frozenset({"$c", "$container", "$app", "$di", "$ci"})


#: Objects whose get() gives what the program is set up with, by their names: none of a request.
HOLDER = re.compile(
    r"(?i)(?:^|[.$])(?:c|ci|di|app|sm|…|\w*(?:container\w*|services?|manager|locator|settings|config\w*|"
    r"param(?:eter)?s|registry))\.get$"
)


def _is_container(index: Index) -> bool:
    return isinstance(index.object, Name) and index.object.id in CONTAINERS


def _is_application(member: Expression) -> bool:
    """Whether it is a part of `Yii::$app`."""
    object_ = member.object if isinstance(member, Member) else None
    own = object_.object if isinstance(object_, Member) and object_.name == "app" else None
    return isinstance(own, Name) and own.id == "Yii"


#: Names that are another's in other letters: a class of the program's own is often called Config.
SPELLED = frozenset({"PHPMailer", "SMTP", "Env", "config"})
#: The other functions: what they come to takes more than the values that they are given.
OF_A_CALL: Mapping[str, Callable[[Php, Call, Evaluation], Value | None]] = {
    "env": Php._env,
    "config": Php._configured,
    "array_key_exists": Php._has_key,
    "getenv": Php._getenv,
    "constant": Php._constant,
    "defined": Php._defined,
    "parse_ini_file": Php._ini_file,
    "extract": Php._extracted,
    "file_get_contents": Php._contents,
    "json_decode": Php._decoded,
    "parse_url": Php._parse_url,
    "parse_str": Php._parse_str,
    "explode": Php._explode,
    "in_array": Php._in_array,
}

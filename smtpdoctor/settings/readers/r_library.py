"""What R's operators and functions come to, and where its programs read variables.

This module knows `Sys.getenv`, lists, and what puts texts together. It must not know tokens, nor
what a setting means. `NULL`, `NA` and what nothing sets are None.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from smtpdoctor.settings.readers.evaluation import (
    Closure,
    Evaluation,
    Operator,
    UntellableError,
)
from smtpdoctor.settings.readers.model import (
    ABSENT,
    Entry,
    Known,
    List,
    Map,
    Unknown,
    Value,
)
from smtpdoctor.settings.readers.module import callee_path
from smtpdoctor.settings.readers.syntax import Call, Function, Parameter
from smtpdoctor.settings.readers.typed_language import OPERATORS, Classes, integer

END = 1 << 62
#: Names that a file makes at its outside, and what stands between quotes in `source("…")`.
MADE = re.compile(rb"(?m)^([A-Za-z.][\w.]{0,60})[ \t]*(?:<-|=)[ \t]*(function\b)?")
SOURCED = re.compile(
    rb"\bsource\s*\(\s*(?:here::here\s*\()?[^\n()]{0,200}?([\w.-]{1,100}\.[Rr])[\"']"
)
LARGEST = 300_000
#: What asks whoever runs the program, and what a keyring keeps.
ASKED = frozenset({"readline", "askpass", "askForPassword", "askForSecret", "getPass", "readLines"})
KEPT = frozenset({"key_get", "keyring_get", "get_secret"})


def text(value: Any) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str | int):
        return str(value)
    if value is None or value is ABSENT:
        return ""
    raise UntellableError("a list as text")


def empty_or(value: Any) -> Any:
    """A variable that nothing sets is an empty text to `Sys.getenv`."""
    return "" if value is None or value is ABSENT else value


R_OPERATORS: Mapping[str, Operator] = {
    **OPERATORS,
    "==": lambda a, b: text(empty_or(a)) == text(empty_or(b)),
    "!=": lambda a, b: text(empty_or(a)) != text(empty_or(b)),
}


def whole(value: Any) -> int | None:
    """A number; of an empty text it is `NA`."""
    return integer(value) if text(empty_or(value)).strip() else None


def formatted(pattern: Any, *values: Any) -> str:
    """`sprintf`, with plain places alone."""
    parts = text(pattern).replace("%d", "%s").split("%s")
    if len(parts) != len(values) + 1 or any("%" in part for part in parts):
        raise UntellableError("a format that is not evaluated")
    filled = [text(value) for value in (*values, "")]
    return "".join(part + value for part, value in zip(parts, filled, strict=True))


RULES: dict[str, Callable[..., Any]] = {
    "as.integer": whole,
    "as.numeric": whole,
    "as.character": text,
    "as.logical": lambda a: {"true": True, "t": True, "false": False, "f": False}.get(
        text(a).lower() if text(a) in ("TRUE", "True", "true", "T", "FALSE", "False", "false", "F")
        else ""
    ),
    "trimws": lambda a: text(a).strip(),
    "tolower": lambda a: text(a).lower(),
    "toupper": lambda a: text(a).upper(),
    "nzchar": lambda a: text(a) != "",
    "nchar": lambda a: len(text(a)),
    "is.null": lambda a: a is None or a is ABSENT,
    "isTRUE": lambda a: a is True,
    "isFALSE": lambda a: a is False,
    "identical": lambda a, b: empty_or(a) == empty_or(b),
    "sprintf": formatted,
}  # fmt: skip
#: What gives back what it is given.
SAME = frozenset({"invisible", "suppressWarnings", "suppressMessages", "unname", "force", "I"})


class R(Classes):
    """The `Semantics` of R."""

    language: Any = "r"
    absent: Any = None
    selves: frozenset[str] = frozenset()
    whole_chains = True
    bare_calls = False
    operators = R_OPERATORS
    otherwise = "??"
    endings = (".R", ".r")

    def global_name(self, name: str) -> Value | None:
        """A function of another file of the folder, whoever loads it; of what is no function only
        what a file has that this one runs: `source("R/config.R")`."""
        named = self._made().get(name, ())
        functions = [path for path, is_function in named if is_function]
        if len(named) == len(functions) == 1:
            return self._of_file(functions[0], name)
        if not self._sourced:
            return None
        paths = [path for path, _ in named if path.rpartition("/")[2] in self._sourced]
        return self._of_file(paths[0], name) if len(paths) == 1 else None

    def _made(self) -> dict[str, list[tuple[str, bool]]]:
        """The files that make a name, and whether it is a function there."""
        if "r" not in self.project.kept:
            places: dict[str, list[tuple[str, bool]]] = {}
            for path in self.project.containing(rb"<-|=", *self.endings):
                content = self.project.files.read(path) or b""
                for found in MADE.finditer(content[:LARGEST]):
                    name, made = found[1].decode(), (path, found[2] is not None)
                    if made not in places.setdefault(name, []):
                        places[name].append(made)
            self.project.kept["r"] = places
        made_of: dict[str, list[tuple[str, bool]]] = self.project.kept["r"]
        return made_of

    @cached_property
    def _sourced(self) -> frozenset[str]:
        """The names of the files that this one runs."""
        content = self.project.files.read(self.file) or b""
        return frozenset(each.decode("utf-8", "replace") for each in SOURCED.findall(content))

    def _of_file(self, path: str, name: str) -> Value | None:
        module = self.project.imported_module(path) if path != self.file else None
        if module is None:
            return None
        return module.evaluator.lookup(name, module.evaluator.module, END)

    def parameter(self, parameter: Parameter, function: Function, ask: Evaluation) -> Value | None:
        return None  # what its callers give

    def member(self, object_: Value, name: str, ask: Evaluation) -> Value:
        if isinstance(object_, Unknown):
            return object_.get(name)
        if isinstance(object_.value, Map):
            return object_.value.get(name, ask.span)
        return ask.unknown("computed", f"what {name} is can't be told")

    def text_of(self, value: Any) -> str:
        return text(value)

    # -- calls

    def call(self, call: Call, callee: Value, ask: Evaluation) -> Value | None:
        name = callee_path(call)[-1]
        if isinstance(callee, Known) and isinstance(callee.value, Closure):
            return None
        given = ask.evaluator.arguments(call, ask.frame)
        values = [value for key, value in given if key is None]
        named = {key: value for key, value in given if key is not None}
        match name:
            case "Sys.getenv":
                return self._variable(values, named, ask)
            case "list" | "c":
                return _listed(name, given, ask)
            case "paste" | "paste0":
                return _pasted(name, values, named, ask)
            case "switch" if values:
                return _chosen(values, named, ask)
        if name in ASKED:
            return ask.unknown("called", "whoever runs the script types it")
        if name in KEPT:
            return ask.unknown("called", "a keyring has it")
        if name in SAME and values:
            return values[0]
        return ask.apply(RULES[name], *values) if name in RULES and not named and values else None

    @staticmethod
    def _variable(values: list[Value], named: dict[str, Value], ask: Evaluation) -> Value | None:
        """`Sys.getenv("NAME", unset = "…")`."""
        name = values[0] if values else named.get("x")
        default = values[1] if len(values) > 1 else named.get("unset")
        if name is None:
            return None
        return ask.variable(name, default if default is not None else Known(None, ask.span))


def _pasted(
    name: str, values: list[Value], named: dict[str, Value], ask: Evaluation
) -> Value | None:
    """`paste0` puts texts together, `paste` with a blank or `sep` between them."""
    if "collapse" in named:
        return None
    separator = named.get("sep", Known("" if name == "paste0" else " "))
    return ask.apply(lambda s, *parts: text(s).join(map(text, parts)), separator, *values)


def _listed(name: str, given: list[tuple[str | None, Value]], ask: Evaluation) -> Value:
    """`list(host.name = …)` has names, `c("a", "b")` mostly none; one value alone is itself."""
    if name == "c" and len(given) == 1:
        return given[0][1]
    if any(key is not None for key, _ in given):
        entries = [
            Entry(key if key is not None else place, value, value.span)
            for place, (key, value) in enumerate(given)
        ]
        return Known(Map(entries), ask.span)
    items = [Entry(place, value, value.span) for place, (_, value) in enumerate(given)]
    return Known(List(items), ask.span)


def _chosen(values: list[Value], named: dict[str, Value], ask: Evaluation) -> Value:
    """`switch(kind, a = …, b = …, …)`."""
    which = values[0]
    if isinstance(which, Unknown) or not isinstance(which.value, str):
        return ask.unknown("computed", "which case of switch() it is can't be told")
    found = named.get(which.value)
    if found is not None:
        return found
    return values[1] if len(values) > 1 else Known(None, ask.span)

"""What fills a Go object from a file of the folder: yaml, toml and json decoders, mapstructure.

This module knows where a program's relative paths begin, and by which tags and names decoders find
a field. It must not know what a field means, nor which file viper looks for (`go_viper`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from smtpdoctor.settings.readers.document import under
from smtpdoctor.settings.readers.evaluation import Evaluation, UntellableError
from smtpdoctor.settings.readers.go_packages import Packages, Type, folder_of
from smtpdoctor.settings.readers.model import (
    Entry,
    Known,
    Map,
    Special,
    Unknown,
    Value,
)
from smtpdoctor.settings.readers.project import format_of
from smtpdoctor.settings.readers.syntax import Call, Field, Member

#: A file that was opened or read, and a decoder on one.
FILE, DECODER = "file", "decoder"
NUMBERS = re.compile(r"u?int(8|16|32|64)?")
TAG = r"{}:\"([^\"\\]*)\""


@dataclass(frozen=True, slots=True)
class Rule:
    """How a decoder finds a field: its tag, whether letter case counts, whether a field without a
    tag has its name in small letters, whether a struct that is embedded lies open, and whether
    texts and numbers become each other (mapstructure as viper sets it up)."""

    format: str
    tag: str
    folds: bool
    lowers: bool = False
    opens: bool = False
    weak: bool = False


YAML = Rule("yaml", "yaml", folds=False, lowers=True)
JSON = Rule("json", "json", folds=True, opens=True)
TOML = Rule("toml", "toml", folds=True)
MAPSTRUCTURE = Rule("", "mapstructure", folds=True, weak=True)
#: By the path of a package.
RULES: tuple[tuple[re.Pattern[str], Rule], ...] = (
    (
        re.compile(r"(?:gopkg\.in/yaml\.v[23]|github\.com/goccy/go-yaml|go\.yaml\.in/yaml/v\d)"),
        YAML,
    ),
    (re.compile(r"sigs\.k8s\.io/yaml"), Rule("yaml", "json", folds=True, opens=True)),
    (re.compile(r"encoding/json|github\.com/goccy/go-json|github\.com/json-iterator/go"), JSON),
    (re.compile(r"github\.com/(?:BurntSushi|pelletier/go-)/?toml(?:/v\d)?"), TOML),
)
READS = ("os.ReadFile", "ioutil.ReadFile", "os.Open", "os.OpenFile")

#: The value under a path of names, None where nothing has one.
LookUp = Callable[[tuple[str, ...]], Value | None]


def rule_of(package: str) -> Rule | None:
    return next((rule for pattern, rule in RULES if pattern.fullmatch(package)), None)


def opened(name: str, values: list[Value], ask: Evaluation) -> Value | None:
    """What a function gives that reads or opens a file."""
    if name not in READS or not values:
        return None
    path = values[0]
    if not isinstance(path, Known) or not isinstance(path.value, str):
        return ask.unknown("computed", "which file is read can't be told")
    return Known(Special(FILE, path.value), ask.span)


def decoded_by(
    packages: Packages, left: Value, call: Call, package: str, function: str, ask: Evaluation
) -> Value | None:
    """An object after a decoder has filled it; None for any other call."""
    receiver = ask.value(call.callee.object) if isinstance(call.callee, Member) else None
    thing = receiver.value if isinstance(receiver, Known) else None
    if isinstance(thing, Special) and thing.name == DECODER and function == "Decode":
        rule, file = thing.value
        return _filled(packages, left, rule, file, ask)
    found = rule_of(package)
    if found is None:
        return None
    first = ask.argument(call, 0)
    if function == "DecodeFile" and isinstance(first, Known):
        return _filled(packages, left, found, Known(Special(FILE, first.value)), ask)
    if function in ("Unmarshal", "UnmarshalStrict", "UnmarshalWithOptions", "Decode"):
        return _filled(packages, left, found, first, ask)
    return None


def _filled(
    packages: Packages, left: Value, rule: Rule, file: Value | None, ask: Evaluation
) -> Value:
    """An object with what the document has."""
    made = left.value if isinstance(left, Known) else None
    type_ = packages.type(made.kind) if isinstance(made, Map) else None
    thing = file.value if isinstance(file, Known) else None
    if type_ is None or not isinstance(made, Map):
        return ask.unknown("called", "what a decoder fills in can't be told")
    if not isinstance(thing, Special) or thing.name != FILE:
        why = Unknown("called", "what is decoded there can't be told", ask.span)
        return Known(Map([*made.entries, Entry(None, why, why.span)], made.kind), ask.span)
    root = document(packages, str(thing.value), ask, rule.format)
    if isinstance(root, Unknown):
        return Known(Map([*made.entries, Entry(None, root, root.span)], made.kind), ask.span)
    return Known(filled(packages, made, type_, rule, _of(root, rule), ask), ask.span)


def from_file(packages: Packages, left: Value, path: Value | None, ask: Evaluation) -> Value:
    """An object as the file at that path fills it, by the ending of its name (cleanenv)."""
    if not isinstance(path, Known) or not isinstance(path.value, str):
        return ask.unknown("computed", "which file is read can't be told")
    ending = path.value.rpartition(".")[2].lower()
    if ending == "env":
        return left  # its lines become variables
    rule = {"yaml": YAML, "yml": YAML, "json": JSON, "toml": TOML}.get(ending)
    if rule is None:
        return ask.unknown("computed", f"what a .{ending[:10]} file fills in can't be told")
    root = document(packages, path.value, ask, rule.format)
    if isinstance(root, Unknown):
        return root
    return _filled(packages, left, rule, Known(Special(FILE, path.value)), ask)


def _of(root: Value, rule: Rule) -> LookUp:
    return lambda path: under(root, path, folds=rule.folds)


# --- files ---------------------------------------------------------------------------------------


def root_of(packages: Packages, file: str) -> str:
    """The folder of the Go module that a file is of."""
    at = folder_of(file)
    found = [root for _, root in packages.roots if not root or f"{at}/".startswith(f"{root}/")]
    return max(found, key=len) if found else at


def starts(packages: Packages, file: str) -> list[str]:
    """The folders in which a program with that file may be started: its module's, the folder
    itself, the file's own and those above it."""
    found = [root_of(packages, file), ""]
    at = folder_of(file)
    while at:
        found.append(at)
        at = folder_of(at)
    return list(dict.fromkeys(found))


def placed(packages: Packages, file: str, path: str) -> str | None:
    """A file of the folder by the path under which the program knows it."""
    path = path.strip()
    if not path or path.startswith(("/", "~", "$")):
        return None
    for start in starts(packages, file):
        whole = _normal(f"{start}/{path}".lstrip("/"))
        if whole is not None and packages.project.files.read(whole) is not None:
            return whole
    return None


def _normal(path: str) -> str | None:
    """A path without `.` and `..`; None where it leads out of the folder."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == ".." and not parts:
            return None
        if part == "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def document(packages: Packages, path: str, ask: Evaluation, format_: str = "") -> Value:
    """The document that a program reads by that path."""
    found = placed(packages, ask.evaluator.source.file, path)
    if found is None:
        name = path.rpartition("/")[2][:60]
        return Unknown("unreadable", f"{name} is not in this folder", ask.span)
    read = packages.project.document(found, format_ or format_of(found))
    return read if isinstance(read, Unknown) else read.root


# --- objects -------------------------------------------------------------------------------------


def filled(
    packages: Packages,
    made: Map,
    type_: Type,
    rule: Rule,
    look_up: LookUp,
    ask: Evaluation,
    path: tuple[str, ...] = (),
) -> Map:
    """The object with what stands under its fields' names, over what it held before."""
    result = Map(list(made.entries), made.kind)
    for field in type_.struct.fields:
        name, options = _named(field, rule)
        if name == "-" or not field.name[:1].isupper():
            continue
        inner = packages.type(field.type)
        if inner is None:
            result.entries.append(
                Entry(field.name, _leaf(field, (*path, name), rule, look_up, made, ask), ask.span)
            )
            continue
        is_open = "squash" in options or "inline" in options
        is_open = is_open or (rule.opens and field.embedded and not _tag(field, rule))
        before = made.get(field.name)
        held = before.value if isinstance(before, Known) else None
        whole = held if isinstance(held, Map) else Map(kind=inner.reference)
        inside = path if is_open else (*path, name)

        def part(whole: Map = whole, inner: Type = inner, at: tuple[str, ...] = inside) -> Value:
            return Known(filled(packages, whole, inner, rule, look_up, ask, at), ask.span)

        result.entries.append(Entry(field.name, part, None))
    return result


def _tag(field: Field, rule: Rule) -> str:
    written = str(field.tag.value) if field.tag is not None else ""
    found = re.search(TAG.format(rule.tag), written)
    return found[1] if found else ""


def _named(field: Field, rule: Rule) -> tuple[str, set[str]]:
    """Under which name a field is looked for, and what else its tag says."""
    name, *options = _tag(field, rule).split(",")
    plain = field.name.lower() if rule.lowers else field.name
    return name or plain, set(options)


def _leaf(
    field: Field,
    path: tuple[str, ...],
    rule: Rule,
    look_up: LookUp,
    made: Map,
    ask: Evaluation,
) -> Callable[[], Value]:
    def later() -> Value:
        found = look_up(path)
        if found is None:
            before = made.get(field.name)
            absent = isinstance(before, Known) and before.absent
            return Known(zero_of(field.type), ask.span) if absent else before
        return as_type(ask.read(found, path[-1]), field.type, ask, weak=rule.weak)

    return later


def zero_of(type_: str) -> Any:
    plain = type_.rpartition(":")[2].lstrip("*")
    return 0 if NUMBERS.fullmatch(plain) else False if plain == "bool" else ""


def as_type(value: Value, type_: str, ask: Evaluation, *, weak: bool) -> Value:
    """A document's or a variable's scalar in a field of that type."""
    plain = type_.rpartition(":")[2].lstrip("*")
    is_plain = plain in ("string", "bool") or NUMBERS.fullmatch(plain)
    if isinstance(value, Unknown) or not is_plain:
        return value

    def convert(held: Any) -> Any:
        if plain == "string":
            if isinstance(held, bool):
                return ("1" if held else "0") if weak else ("true" if held else "false")
            return str(held) if isinstance(held, str | int | float) else held
        if isinstance(held, bool) or not isinstance(held, str):
            fits = isinstance(held, bool) == (plain == "bool")
            return held if fits else (bool(held) if plain == "bool" else int(held))
        if plain == "bool" and weak:
            return cast_bool(held)
        if plain != "bool" and weak and re.fullmatch(r"\s*[+-]?\d{1,18}\s*", held):
            return int(held)
        if held == "" and weak:
            return zero_of(type_)
        raise UntellableError("a text that is no value of its type: the program stops there")

    return ask.apply(convert, value)


def cast_bool(text: Any) -> bool:
    """strconv.ParseBool; false with an error."""
    return text in ("1", "t", "T", "TRUE", "true", "True")

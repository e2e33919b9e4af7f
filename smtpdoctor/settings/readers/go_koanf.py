"""What knadh/koanf has under a key: files, maps and variables, the later over the earlier.

This module knows koanf's providers and getters (koanf 1 and 2, koanf.go, providers/). It must not
know what a key means. All instances of a Go module are taken for one, as they mostly are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtpdoctor.settings.readers.document import under
from smtpdoctor.settings.readers.evaluation import Closure, Evaluation
from smtpdoctor.settings.readers.go_documents import Rule, document, filled, root_of
from smtpdoctor.settings.readers.go_packages import Packages
from smtpdoctor.settings.readers.go_viper import cast
from smtpdoctor.settings.readers.model import Known, Map, Special, Unknown, Value

PATH = r"github\.com/knadh/koanf(?:/v\d+)?"
OWN = re.compile(PATH)
PROVIDER = re.compile(PATH + r"/providers/(?P<kind>\w+)(?:/v\d+)?")
PARSER = re.compile(PATH + r"/parsers/(?P<kind>\w+)(?:/v\d+)?")
#: An instance, what it loads from, and how a file is read.
KOANF, LOADED, READ = "koanf", "koanf provider", "koanf parser"
FORMATS = {"yaml": "yaml", "toml": "toml", "json": "json"}
TAGGED = Rule("", "koanf", folds=True, weak=True)
#: What a getter makes of a value, by the type of its result.
GETTERS = {"Get": "", "String": "string", "Int": "int", "Int64": "int", "Bool": "bool"}
FILLS = ("Unmarshal", "UnmarshalWithConf")


def returned(package: str, function: str, values: list[Value], ask: Evaluation) -> Value | None:
    """What a function of koanf's packages gives."""
    if OWN.fullmatch(package) and function in ("New", "NewWithConf"):
        return Known(Special(KOANF), ask.span)
    provider, parser = PROVIDER.fullmatch(package), PARSER.fullmatch(package)
    if provider is not None and function.startswith("Provider"):
        return Known(Special(LOADED, (provider["kind"], tuple(values))), ask.span)
    if parser is not None and function == "Parser":
        return Known(Special(READ, parser["kind"]), ask.span)
    return None


def got(packages: Packages, function: str, values: list[Value], ask: Evaluation) -> Value | None:
    """What a method of an instance gives."""
    type_ = GETTERS.get(function.removeprefix("Must"))
    if type_ is None:
        return None
    key = values[0] if values else None
    if not isinstance(key, Known) or not isinstance(key.value, str):
        return ask.unknown("computed", f"which key {function}() asks for can't be told")
    found = _value(packages, key.value, ask)
    if found is None:
        return Known({"int": 0, "bool": False, "string": ""}.get(type_), ask.span)
    return ask.apply(lambda value: cast(value, type_), found)


def filled_from(
    packages: Packages, left: Value, function: str, first: Value | None, ask: Evaluation
) -> Value | None:
    """An object after koanf has filled it; None for any other function."""
    if function not in FILLS:
        return None
    made = left.value if isinstance(left, Known) else None
    type_ = packages.type(made.kind) if isinstance(made, Map) else None
    if not isinstance(first, Known) or type_ is None or not isinstance(made, Map):
        return ask.unknown("called", f"what {function}() fills in can't be told")
    above = tuple(str(first.value).split(".")) if first.value else ()

    def look_up(path: tuple[str, ...]) -> Value | None:
        # a field without a tag is found whatever its letter case
        return _value(packages, ".".join((*above, *path)), ask, folds=True)

    return Known(filled(packages, made, type_, TAGGED, look_up, ask), ask.span)


def _value(packages: Packages, key: str, ask: Evaluation, *, folds: bool = False) -> Value | None:
    """What the last of the loads has that has anything; where none has, what may have it."""
    unset: str | None = None
    for call_ask, kind, given in reversed(list(_loads(packages, ask))):
        if kind == "env":
            name = _variable(key.lower() if folds else key, given, call_ask)
            if name is not None and ask.evaluator.environment.lookup(name) is not None:
                return ask.variable(Known(name))
            unset = unset or name
        elif kind in ("file", "confmap"):
            found = _of_document(packages, kind, given, key, call_ask, folds=folds)
            if found is not None:
                return ask.read(found, key) if kind == "file" else found
        else:
            return ask.unknown("called", f"what koanf loads by {kind} can't be told")
    return ask.variable(Known(unset), Known("", ask.span)) if unset is not None else None


def _loads(
    packages: Packages, ask: Evaluation
) -> Iterator[tuple[Evaluation, str, tuple[Value, ...]]]:
    """The providers that the Go module loads, in the order of its files."""
    root = root_of(packages, ask.evaluator.source.file)
    for path in packages.mentioning(PATH):
        module = packages.module(path) if root_of(packages, path) == root else None
        for call in module.calls("Load") if module is not None else ():
            first = call.argument(0)
            made = first.value if isinstance(first, Known) else None
            if call.reached is False or not isinstance(made, Special) or made.name != LOADED:
                continue
            assert module is not None
            kind, given = made.value
            parser = call.argument(1)
            there = Evaluation(module.evaluator, module.evaluator.module, call.call)
            yield there, kind, (*given, parser)


def _of_document(
    packages: Packages,
    kind: str,
    given: tuple[Value, ...],
    key: str,
    ask: Evaluation,
    *,
    folds: bool,
) -> Value | None:
    """A key of a file, or of a map whose keys are paths."""
    first, parser = given[0], given[-1]
    if kind == "confmap":
        if not isinstance(first, Known) or not isinstance(first.value, Map):
            return None
        whole = under(first, (key,), folds=folds)
        return whole or under(first, tuple(key.split(".")), folds=folds)
    if not isinstance(first, Known) or not isinstance(first.value, str):
        return ask.unknown("computed", "which file koanf reads can't be told")
    read = parser.value if isinstance(parser, Known) else None
    format_ = FORMATS.get(str(read.value), "") if isinstance(read, Special) else ""
    root = document(packages, first.value, ask, format_)
    return under(root, tuple(key.split(".")), folds=folds)


def _variable(key: str, given: tuple[Value, ...], ask: Evaluation) -> str | None:
    """The variable that becomes a key by `env.Provider(prefix, delimiter, how)`, by the usual way
    where what `how` does can't be told; None where none does."""
    prefix = given[0].value if given and isinstance(given[0], Known) else None
    if not isinstance(prefix, str):
        return None
    how = given[2] if len(given) > 3 else None
    made = how.value if isinstance(how, Known) else None
    if not isinstance(made, Closure):
        return key if key.startswith(prefix) else None
    for between in ("_", "__", ".", "-"):
        name = prefix + key.upper().replace(".", between)
        found = ask.evaluator.apply(made, [(None, Known(name))], ask.at)
        if isinstance(found, Unknown) or found.value == key:
            return name
    return None

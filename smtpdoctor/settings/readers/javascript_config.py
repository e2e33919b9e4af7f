"""Libraries that give a program its configuration by names: config, and Nest's ConfigService.

This module knows which documents and functions they read, and in which order (node-config,
lib/util.js, 4 and 5; @nestjs/config 3 and 4). It must not know what a setting means.
"""

from __future__ import annotations

import re

from smtpdoctor.settings.readers.evaluation import Evaluation
from smtpdoctor.settings.readers.javascript_library import (
    JavaScript,
    candidates,
    exported,
    wrapped,
)
from smtpdoctor.settings.readers.model import ABSENT, Entry, Known, List, Map, Unknown, Value
from smtpdoctor.settings.readers.module import Module
from smtpdoctor.settings.readers.syntax import Import

KIND = "config"
CODE = (".ts", ".js", ".mts", ".mjs", ".cts", ".cjs")
ENDINGS = ("json", "json5", "yaml", "yml", "toml", "js", "cjs", "mjs", "ts")


def configuration(semantics: JavaScript, ask: Evaluation) -> Value:
    """Everything that `config.get` asks, as one map."""
    found = semantics.project.environment.lookup("NODE_ENV")
    name = str(found.value) if isinstance(found, Known) else "development"
    folder = _folder(semantics)
    made: Value = Known(Map(kind=KIND), ask.span)
    for base in ("default", name, "local", f"local-{name}"):
        for ending in ENDINGS:
            read = _document(semantics, f"{folder}{base}.{ending}", ask)
            if read is not None:
                made = merged(made, read)
    for ending in ENDINGS:
        names = _document(semantics, f"{folder}custom-environment-variables.{ending}", ask)
        if names is not None:
            made = merged(made, _from_variables(names, ask))
    if isinstance(made, Known) and isinstance(made.value, Map):
        made.value.kind = KIND
    return made


def _folder(semantics: JavaScript) -> str:
    """The folder config beside the file or above it: the program is started there."""
    at = semantics.file.rpartition("/")[0]
    while True:
        base = f"{at}/config/".lstrip("/")
        if any(
            semantics.project.files.read(f"{base}default.{each}") is not None for each in ENDINGS
        ):
            return base
        if not at:
            return "config/"
        at = at.rpartition("/")[0]


def _document(semantics: JavaScript, path: str, ask: Evaluation) -> Value | None:
    project = semantics.project
    if project.files.read(path) is None:
        return None
    if path.endswith(("js", "ts")) and not path.endswith("json"):
        module = project.module(path)
        return exported(module.evaluator, "default", ask) if isinstance(module, Module) else module
    document = project.document(path)
    return document if isinstance(document, Unknown) else document.root


def merged(under: Value, over: Value) -> Value:
    """One over the other, key by key where both have keys."""
    if not isinstance(over, Known) or not isinstance(over.value, Map):
        return over
    if not isinstance(under, Known) or not isinstance(under.value, Map):
        return over
    made = Map(list(under.value.entries))
    for entry in over.value.entries:
        if entry.key is None or not made.whole:
            made.entries.append(entry)
            continue
        value = entry.value
        made.entries.append(Entry(entry.key, merged(made.get(entry.key), value), entry.span))
    return Known(made, over.span or under.span)


def _from_variables(names: Value, ask: Evaluation) -> Value:
    """The variables that are set and not empty, in the places that name them."""
    made = Map()
    if not isinstance(names, Known) or not isinstance(names.value, Map):
        return Known(made)
    for entry in names.value.entries:
        value = entry.value
        if not isinstance(value, Known):
            continue
        if isinstance(value.value, Map) and value.get("__name").absent:
            inner = _from_variables(value, ask)
            if isinstance(inner, Known) and inner.value.entries:
                made.entries.append(Entry(entry.key, inner, None))
            continue
        named = value.get("__name") if isinstance(value.value, Map) else value
        found = ask.variable(named)
        if isinstance(found, Known) and found.value in (ABSENT, ""):
            continue
        kind = value.get("__format")
        if isinstance(kind, Known) and isinstance(kind.value, str):
            found = _formatted(found, kind.value, ask)
        made.entries.append(Entry(entry.key, found, None))
    return Known(made)


def _formatted(value: Value, kind: str, ask: Evaluation) -> Value:
    from smtpdoctor.settings.readers.javascript_library import from_json, to_number

    if kind == "json":
        return ask.apply(lambda text: wrapped(from_json(text)), value, conversion="JSON.parse")
    if kind == "boolean":
        return ask.apply(lambda text: text == "true", value, conversion="config.boolean")
    if kind == "number":
        return ask.apply(to_number, value, conversion="Number")
    return ask.unknown("computed", f"what config makes of {kind} can't be told")


def registered_as(semantics: JavaScript, name: str, ask: Evaluation) -> Value | None:
    """What the function in `registerAs("mail", …)` gives, which a file imports under this name."""
    project = semantics.project
    for bind in ask.evaluator.module.scope.binds_of(name):
        if not isinstance(bind.value, Import):
            continue
        for path in candidates(bind.value.path, semantics.file, project.files.read):
            module = project.module(path)
            for call in module.calls("registerAs") if isinstance(module, Module) else ():
                return module.result(call.argument(1)) if isinstance(module, Module) else None
    return None


def nest_setting(semantics: JavaScript, name: str) -> Value | None:
    """`config.get("mail.host")`: of what `registerAs("mail", …)` gives, or of what `load` lists.
    None where nothing of the folder has such a name."""
    project = semantics.project
    space, *rest = name.split(".")
    registered = rb"registerAs\s*\(\s*['\"`]" + re.escape(space.encode()) + rb"['\"`]"
    for path in project.containing(registered, *CODE):
        module = project.module(path)
        for call in module.calls("registerAs") if isinstance(module, Module) else ():
            named = call.argument(0)
            if isinstance(module, Module) and isinstance(named, Known) and named.value == space:
                return module.result(call.argument(1)).at(*rest)
    for path in project.containing(rb"\bload\s*:\s*\[", *CODE):
        module = project.module(path)
        for call in module.calls("ConfigModule.forRoot") if isinstance(module, Module) else ():
            loaded = call.argument(0).get("load")
            if not isinstance(loaded, Known) or not isinstance(loaded.value, List):
                continue
            for each in loaded.value:
                found = module.result(each).at(space) if isinstance(module, Module) else each
                if isinstance(found, Known) and not found.absent:
                    return found.at(*rest)
    return None

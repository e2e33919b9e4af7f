"""Libraries that give a program its configuration by names: config, convict, Nest's
ConfigService, and Nuxt's configuration at run time.

This module knows which documents and functions they read, and in which order (node-config,
lib/util.js, 4 and 5; convict 6, src/main.js; @nestjs/config 3 and 4; nitropack 2.13,
dist/runtime/internal/utils.env.mjs). It must not know what a setting means.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from smtpdoctor.settings.readers.evaluation import ClassValue, Closure, Evaluation, name_of
from smtpdoctor.settings.readers.javascript_library import (
    END,
    JavaScript,
    candidates,
    exported,
    parse_float,
    parse_int,
    to_number,
    type_of,
    wrapped,
)
from smtpdoctor.settings.readers.javascript_packages import package_folder
from smtpdoctor.settings.readers.model import (
    ABSENT,
    Entry,
    Known,
    List,
    Map,
    Special,
    Unknown,
    Value,
)
from smtpdoctor.settings.readers.module import Module
from smtpdoctor.settings.readers.syntax import Dictionary, Function, Import, Parameter

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
    name_ = re.escape(space.encode())
    registered = rb"registerAs\s*(?:<[^()]*>)?\s*\(\s*['\"`]" + name_ + rb"['\"`]"
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


def nest_named(semantics: JavaScript, name: str, ask: Evaluation) -> Value | None:
    """`config.get("SMTP_PORT")` where the program checks its variables, as the schema makes it,
    and `config.get("mail")` of what `registerAs` gives; None where it is the plain variable."""
    project = semantics.project
    for path in project.containing(rb"\bvalidat(?:ionSchema|e)\s*[:,(]", *CODE):
        module = project.module(path)
        for call in module.calls("ConfigModule.forRoot") if isinstance(module, Module) else ():
            found = _validated(module, call.argument(0), name, ask)
            if found is not None:
                return found
    if project.environment.lookup(name) is None:
        found = nest_setting(semantics, name)
        if isinstance(found, Known) and not found.absent:
            return found
    return None


def _validated(
    module: Module | Unknown, options: Value, name: str, ask: Evaluation
) -> Value | None:
    from smtpdoctor.settings.readers.javascript_schemas import Schema, of_key

    environment = Known(Special("environment"))
    schema = options.get("validationSchema")
    made = schema.value.value if isinstance(schema, Known) and is_special(schema.value) else None
    if isinstance(made, Schema) and made.shape is not None:
        one = made.shape.get(name)
        inner = one.value.value if isinstance(one, Known) and is_special(one.value) else None
        return of_key(inner, environment, name, ask) if isinstance(inner, Schema) else None
    check = options.get("validate")
    if isinstance(check, Known) and not check.absent and isinstance(module, Module):
        # what a function makes of it that can't be read is the text itself, which class-validator
        # leaves as it is
        result = module.result(check, environment).get(name)
        return result if isinstance(result, Known) and not result.absent else None
    return None


def is_special(value: object) -> bool:
    return isinstance(value, Special)


# --- what Nest's container gives for a token ------------------------------------------------------

#: Files that are looked at for providers.
MOST_PROVIDERS = 30


def provided(semantics: JavaScript, token: Value) -> Value | None:
    """What a module of the folder provides for a token; None where none does."""
    project = semantics.project
    for path in project.containing(rb"\bprovide\s*:", *CODE)[:MOST_PROVIDERS]:
        module = project.module(path)
        for each in _providers(module) if isinstance(module, Module) else ():
            if _is_token(each.get("provide"), token):
                return _made_by(semantics, each)
    return None


def handed_to_factory(
    semantics: JavaScript, parameter: Parameter, function: Function
) -> Value | None:
    """What Nest hands to a provider's `useFactory`: what `inject` lists in the same place."""
    module = semantics.project.module(semantics.file)
    for each in _providers(module) if isinstance(module, Module) else ():
        factory = each.get("useFactory")
        closure = factory.value if isinstance(factory, Known) else None
        if isinstance(closure, Closure) and closure.function is function:
            place = function.parameters.index(parameter)
            return _injected(semantics, each.get("inject"), place)
    return None


def _providers(module: Module) -> Iterator[Value]:
    """The providers that a file has by a name, and those that its modules list."""
    evaluator = module.evaluator
    for name, binds in evaluator.module.scope.binds.items():
        if any(isinstance(bind.value, Dictionary) and not bind.keys for bind in binds):
            found = evaluator.lookup(name, evaluator.module, END)
            if found is not None and not found.get("provide").absent:
                yield found
    for call in module.calls("Module"):
        listed = call.argument(0).get("providers")
        if isinstance(listed, Known) and isinstance(listed.value, List):
            for each in listed.value:
                if isinstance(each, Known) and isinstance(each.value, Map):
                    yield each


def _is_token(one: Value, other: Value) -> bool:
    if isinstance(one, Unknown) or isinstance(other, Unknown):
        # a Symbol is the one that stands there, and no other of its name
        alike = isinstance(one, Unknown) and isinstance(other, Unknown)
        return alike and one.span is not None and one.span == other.span
    if isinstance(one.value, ClassValue) and isinstance(other.value, ClassValue):
        return one.value.definition is other.value.definition
    return isinstance(one.value, str) and one.value == other.value


def _made_by(semantics: JavaScript, provider: Value) -> Value | None:
    """What a provider gives: its value, an object of its class, or what its factory returns."""
    value, class_, factory = (provider.get(key) for key in ("useValue", "useClass", "useFactory"))
    if not value.absent:
        return value
    made = class_.value if isinstance(class_, Known) else None
    if isinstance(made, ClassValue):
        return made.evaluator.instance(made)
    closure = factory.value if isinstance(factory, Known) else None
    if not isinstance(closure, Closure):
        return None
    arguments: list[tuple[str | None, Value]] = []
    for place, parameter in enumerate(closure.function.parameters):
        given = _injected(semantics, provider.get("inject"), place)
        if given is not None:
            arguments.append((parameter.name, given))
    return closure.evaluator.apply(closure, arguments, closure.function)


def _injected(semantics: JavaScript, listed: Value, place: int) -> Value | None:
    """What stands in that place of a list of tokens, as the container makes it."""
    tokens = (
        list(listed.value) if isinstance(listed, Known) and isinstance(listed.value, List) else []
    )
    if place >= len(tokens):
        return None
    token = tokens[place]
    made = token.value if isinstance(token, Known) else None
    if isinstance(made, ClassValue):
        return made.evaluator.instance(made)
    return provided(semantics, token)


# --- convict -------------------------------------------------------------------------------------


def convicted(semantics: JavaScript, schema: Value, ask: Evaluation) -> Value:
    """`convict({ host: { default: "x", env: "SMTP_HOST" } })`, for its get()."""
    loads = [c for c in ask.evaluator.calls if name_of(c.callee).endswith((".load", ".loadFile"))]
    made = _convict_node(schema, bool(loads), ask)
    if isinstance(made, Known) and isinstance(made.value, Map):
        made.value.kind = KIND
    return made


def _convict_node(node: Value, loaded: bool, ask: Evaluation) -> Value:
    """A property with its default, or further ones below it."""
    if not isinstance(node, Known) or not isinstance(node.value, Map):
        return node
    if node.value.entry("default") is None:
        below = Map()
        for entry in node.value.entries:
            if entry.key is None:
                below.entries.append(entry)
                continue
            below.entries.append(Entry(entry.key, _later(entry, loaded, ask), entry.span))
        return Known(below, node.span)
    default, variable = node.get("default"), node.get("env")
    if isinstance(variable, Known) and isinstance(variable.value, str):
        found = ask.variable(variable)
        if isinstance(found, Unknown) or not found.absent:
            return _coerced(found, node, default, ask)
        default = ask.variable(variable, default)
    if loaded:
        return ask.unknown("computed", "a file that convict loads may give another value")
    return _coerced(default, node, default, ask)


def _later(entry: Entry, loaded: bool, ask: Evaluation) -> Callable[[], Value]:
    return lambda: _convict_node(entry.value, loaded, ask)


def _coerced(value: Value, node: Known, default: Value, ask: Evaluation) -> Value:
    """What convict makes of a text (coerce): by the format, else by the default's type."""
    format_ = node.get("format")
    told = format_.value if isinstance(format_, Known) else None
    kind = told.name.lower() if isinstance(told, Special) else told
    if not isinstance(kind, str):
        kind = type_of(default.value) if isinstance(default, Known) and not default.absent else ""
    if isinstance(value, Known) and not isinstance(value.value, str):
        return value
    if kind in ("port", "nat", "integer", "int"):
        return ask.apply(parse_int, value, conversion=kind)
    if kind == "number":
        return ask.apply(parse_float, value, conversion=kind)
    if kind == "boolean":
        return ask.apply(lambda text: text.lower() != "false", value, conversion=kind)
    return value


# --- Nuxt ----------------------------------------------------------------------------------------


def runtime_config(semantics: JavaScript, _: Value, ask: Evaluation) -> Value:
    """`useRuntimeConfig()`: what nuxt.config says, over it NUXT_ variables by the keys' names."""
    for whole in _of_framework(semantics, ask):
        return _overridden(whole.get("runtimeConfig"), (), ask)
    return ask.unknown("unreadable", "no nuxt.config is in the folder")


def _of_framework(semantics: JavaScript, ask: Evaluation) -> Iterator[Value]:
    """What nuxt.config or nitro.config says."""
    project = semantics.project
    folder = package_folder(semantics.file, project.files.read)
    for name, call in (("nuxt", "defineNuxtConfig"), ("nitro", "defineNitroConfig")):
        for ending in ("ts", "js", "mjs"):
            module = project.import_(f"{folder}/{name}.config.{ending}".lstrip("/"))
            if isinstance(module, Module):
                calls = module.calls(call)
                default = exported(module.evaluator, "default", ask)
                yield calls[0].argument(0) if calls else default


def nuxt_module(module: Module, package: str, key: str) -> Value:
    """The options of one of Nuxt's modules as it has them at run time: what nuxt.config says
    beside its name, under its key, and in runtimeConfig, over them NUXT_ variables. `module` is
    nuxt.config; Known(ABSENT) where it doesn't list that module."""
    semantics = module.evaluator.semantics
    calls = module.calls("defineNuxtConfig")
    if not calls or not isinstance(semantics, JavaScript):
        return Known(ABSENT)
    whole = calls[0].argument(0)
    listed = [*_listed(whole.get("modules"), package), *_listed(whole.get("buildModules"), package)]
    if not listed:
        return Known(ABSENT)
    made = Map()
    for each in (whole.get(key), *listed, whole.at("runtimeConfig", key)):
        if isinstance(each, Unknown):
            return each
        if isinstance(each.value, Map):
            made.entries += each.value.entries
    ask = Evaluation(module.evaluator, module.evaluator.module, calls[0].call)
    return _overridden(Known(made, calls[0].span), (key,), ask)


def _listed(modules: Value, package: str) -> Iterator[Value]:
    """The options beside a module's name in a list: `["nuxt-mail", { … }]`, or none."""
    if isinstance(modules, Known) and isinstance(modules.value, List):
        for each in modules.value:
            inline = each.value if isinstance(each, Known) else None
            pair = list(inline) if isinstance(inline, List) else [each]
            if pair and isinstance(pair[0], Known) and pair[0].value == package:
                yield pair[1] if len(pair) > 1 else Known(ABSENT)


def _overridden(value: Value, path: tuple[str, ...], ask: Evaluation) -> Value:
    """A key with what its variable says (applyEnv): `smtpHost` by NUXT_SMTP_HOST."""
    variable = "_".join(_snake(part) for part in path).upper()
    for prefix in ("NITRO_", "NUXT_") if path else ():
        found = ask.variable(Known(prefix + variable))
        if isinstance(found, Unknown) or not found.absent:
            return ask.apply(destructured, found, conversion="destr")
    if not isinstance(value, Known) or not isinstance(value.value, Map):
        return value
    made = Map()
    for entry in value.value.entries:
        if not isinstance(entry.key, str):
            made.entries.append(entry)
            continue

        def later(entry: Entry = entry) -> Value:
            return _overridden(entry.value, (*path, str(entry.key)), ask)

        made.entries.append(Entry(entry.key, later, entry.span))
    return Known(made, value.span)


def _snake(name: str) -> str:
    """scule's snakeCase: at each change of case, and at marks."""
    parts = re.sub(r"([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])", r"\1\3_\2\4", name)
    return re.sub(r"[-./_]+", "_", parts).lower()


def destructured(text: object) -> object:
    """destr: a text that says a number, a truth or nothing is one (src/index.ts)."""
    if not isinstance(text, str):
        return text
    word = text.strip()
    words = {"true": True, "false": False, "null": None, "undefined": ABSENT}
    if word.lower() in words:
        return words[word.lower()]
    return to_number(word) if re.fullmatch(r"-?\d+(\.\d+)?", word) else text

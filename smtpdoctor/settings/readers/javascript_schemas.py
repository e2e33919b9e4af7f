"""Schemas through which Node programs read their variables: zod, t3-env, envalid, Joi.

This module knows what a schema makes of a variable's text (run: zod 4, envalid 8; Joi by its
sources, lib/types, 17 and 18). It must not know what a variable means.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from smtpdoctor.settings.readers.evaluation import (
    Closure,
    Evaluation,
    StopsError,
)
from smtpdoctor.settings.readers.javascript_library import CONVERSIONS, to_number, to_text
from smtpdoctor.settings.readers.model import (
    ABSENT,
    Entry,
    Known,
    List,
    Map,
    Origin,
    Span,
    Special,
    Value,
    truth,
)
from smtpdoctor.settings.readers.syntax import Call, Member, Return


@dataclass(frozen=True, slots=True, repr=False)
class Schema:
    """What a text comes to: a rule with its name, a default for undefined, or a shape of keys."""

    name: str
    rule: Callable[[Any], Any] | None = None
    default: Value | None = None
    shape: Map | None = None
    #: What is made of the value behind the rule, in turn: functions, and schemas of `pipe`.
    steps: tuple[Closure | Schema | str, ...] = ()
    #: How many of them stand before the default, which none of those is made of (zod 4).
    before_default: int = 0
    #: An empty text is none at all: Joi's empty("").
    empty: bool = False
    #: What is made of the text before the rule: z.preprocess.
    before: Closure | None = None
    #: Where it is written.
    place: Span | None = None


def is_joi(schema: Schema) -> bool:
    return schema.name.startswith("joi.")


def text(value: Any) -> Any:
    if not isinstance(value, str) and value is not ABSENT:
        raise StopsError("the schema takes this for no text")
    return value


def one_of(words: Value) -> Callable[[Any], Any]:
    """z.enum: one of these words alone, where they can be told."""
    items = words.value if isinstance(words, Known) else None
    known = []
    if isinstance(items, List) and all(isinstance(each, Known) for each in items):
        known = [each.value for each in items if isinstance(each, Known)]

    def rule(value: Any) -> Any:
        if known and isinstance(value, str) and value not in known:
            raise StopsError("the schema knows no such word")
        return text(value)

    return rule


def refused(value: Any) -> Any:
    if isinstance(value, str):
        raise StopsError("the schema refuses a text here")
    return value


def number(value: Any) -> Any:
    found = to_number(value)
    if math.isnan(found):
        raise StopsError("the schema takes this for no number")
    return found


def stringbool(value: Any) -> bool:
    """zod 4's stringbool."""
    word = to_text(value).lower()
    if word in ("true", "1", "yes", "on", "y", "enabled"):
        return True
    if word in ("false", "0", "no", "off", "n", "disabled"):
        return False
    raise StopsError("the schema takes this for no switch")


def envalid_bool(value: Any) -> bool:
    if value in (True, "true", "t", "yes", "on", "1"):
        return True
    if value in (False, "false", "f", "no", "off", "0"):
        return False
    raise StopsError("envalid takes this for no boolean")


def truthy(value: Any) -> bool:
    return truth(value, "javascript")


def joi_boolean(value: Any) -> Any:
    if isinstance(value, bool) or value is ABSENT:
        return value
    word = to_text(value).strip().lower()
    if word in ("true", "false"):
        return word == "true"
    raise StopsError("Joi takes this for no boolean")


def joi_number(value: Any) -> Any:
    return value if value is ABSENT else number(value)


RULES: dict[str, Callable[[Any], Any]] = {
    "z.string": text,
    "z.number": refused,
    "z.boolean": refused,
    "z.any": lambda value: value,
    "z.enum": text,
    "z.email": text,
    "z.url": text,
    "z.stringbool": stringbool,
    "z.coerce.string": to_text,
    "z.coerce.number": number,
    "z.coerce.boolean": truthy,
    "envalid.str": text,
    "envalid.host": text,
    "envalid.email": text,
    "envalid.url": text,
    "envalid.num": number,
    "envalid.port": number,
    "envalid.bool": envalid_bool,
    "joi.string": text,
    "joi.any": lambda value: value,
    "joi.number": joi_number,
    "joi.boolean": joi_boolean,
    "joi.bool": joi_boolean,
}
#: What a schema that converts is called by itself.
COERCED = {f"z.{kind}": f"z.coerce.{kind}" for kind in ("string", "number", "boolean")}
#: Steps of a schema that change no value.
CHECKS = frozenset(
    {
        "optional", "nullable", "nullish", "min", "max", "int", "positive", "nonnegative", "gt",
        "gte", "lt", "lte", "length", "email", "url", "trim", "nonempty", "regex", "describe",
        "refine", "superRefine", "readonly", "strict", "passthrough", "strip", "finite",
        "startsWith", "endsWith", "brand", "meta", "required", "valid", "invalid", "allow",
        "description", "label", "note", "unknown", "prefs", "preferences", "options", "port",
        "integer", "hostname", "domain", "uri", "pattern", "example", "messages", "message",
        "when", "insensitive", "with", "and", "or", "custom", "error", "rename", "truthy",
        "falsy",
    }
)  # fmt: skip


def imported(path: str, name: str | None) -> Special | None:
    """What these libraries export."""
    if path in ("zod", "zod/v4", "zod/v3"):
        return Special("z" if name in (None, "default", "z") else f"z.{name}")
    if path == "envalid":
        return Special("envalid" if name in (None, "default") else f"envalid.{name}")
    if path in ("joi", "@hapi/joi"):
        return Special("joi" if name in (None, "default", "Joi") else f"joi.{name}")
    if path in ("@t3-oss/env-nextjs", "@t3-oss/env-core", "@t3-oss/env-nuxt"):
        return Special(f"t3.{name}")
    return None


def called(  # branches: one case a library's function
    name: str, call: Call, ask: Evaluation
) -> Value | None:
    """`z.string()`, `z.object({…})`, `cleanEnv(process.env, {…})`, `createEnv({…})`."""
    given = ask.argument(call, 0) or Known(ABSENT, ask.span)
    if name == "joi.object" and given.absent:  # whose keys() follow
        return Known(Special("schema", Schema(name, shape=Map())), ask.span)
    if name == "joi.attempt":
        said = ask.argument(call, 1)
        special = said.value if isinstance(said, Known) else None
        made = special.value if isinstance(special, Special) else None
        return parsed(made, given, ask) if isinstance(made, Schema) else None
    if (
        name in ("z.object", "joi.object")
        and isinstance(given, Known)
        and isinstance(given.value, Map)
    ):
        return Known(Special("schema", Schema(name, shape=given.value)), ask.span)
    if name == "z.preprocess":
        said = ask.argument(call, 1)
        special = said.value if isinstance(said, Known) else None
        inner = special.value if isinstance(special, Special) else None
        closure = given.value if isinstance(given, Known) else None
        if isinstance(inner, Schema) and isinstance(closure, Closure):
            return Known(Special("schema", replace(inner, before=closure)), ask.span)
    if name == "envalid.cleanEnv":
        shape = ask.argument(call, 1)
        if isinstance(shape, Known) and isinstance(shape.value, Map):
            return parsed(Schema(name, shape=shape.value), given, ask)
    if name == "t3.createEnv":
        return of_t3(given, ask)
    if name in COERCED and is_true_of(given, "coerce"):  # z.number({ coerce: true })
        name = COERCED[name]
    if name in RULES:
        rule = one_of(given) if name == "z.enum" else RULES[name]
        schema = Schema(name, rule, place=ask.span)
        if name.startswith("envalid.") and not given.get("default").absent:
            schema = replace(schema, default=given.get("default"))
        return Known(Special("schema", schema), ask.span)
    return None


def is_true_of(given: Value, name: str) -> bool:
    """Whether an option is said to be true."""
    said = given.get(name) if isinstance(given, Known) else None
    return isinstance(said, Known) and truth(said.value, "javascript")


def of_t3(options: Value, ask: Evaluation) -> Value | None:
    """t3-env's keys for the server, for the browser and for both. What the program hands over by
    name counts (src/index.ts, runtimeEnv), else the variable of that name."""
    kinds = [options.get(kind) for kind in ("server", "client", "shared")]
    shapes = [each.value for each in kinds if isinstance(each, Known)]
    entries = [entry for shape in shapes if isinstance(shape, Map) for entry in shape.entries]
    if not entries:
        return None
    given = [options.get(name) for name in ("runtimeEnv", "experimental__runtimeEnv")]
    handed = next((each for each in given if not each.absent), Known(ABSENT))
    empty = options.get("emptyStringAsUndefined")
    is_none = isinstance(empty, Known) and truth(empty.value, "javascript")
    made = Map()
    for key in Map(entries).keys():  # noqa: SIM118
        said = Map(entries).get(key)
        special = said.value if isinstance(said, Known) else None
        schema = special.value if isinstance(special, Special) else None
        if not isinstance(schema, Schema):
            text = f"what the schema makes of {key} can't be told"
            made.entries.append(Entry(key, ask.unknown("computed", text), said.span))
            continue
        schema = replace(schema, empty=is_none or schema.empty)
        by_name = handed.value if isinstance(handed, Known) else None
        own = isinstance(by_name, Map) and by_name.entry(key) is not None

        def later(schema: Schema = schema, key: Any = key, own: bool = own) -> Value:
            value = handed if own else Known(Special("environment"))
            return of_key(schema, value, key, ask)

        made.entries.append(Entry(key, later, said.span))
    return Known(made, ask.span)


def method(  # branches: one case a kind of step
    call: Call, schema: Schema, name: str, ask: Evaluation
) -> Value | None:
    """`.default(587)`, `.transform(…)`, `.parse(process.env)` and the checks."""
    given = ask.argument(call, 0) or Known(ABSENT, ask.span)
    if name in ("parse", "parseAsync") or (name == "validateAsync" and is_joi(schema)):
        return parsed(schema, given, ask)
    if name == "validate" and is_joi(schema):
        value = Entry("value", parsed(schema, given, ask), ask.span)
        # where it refuses something the program stops, as all do that look at the error
        return Known(Map([value, Entry("error", Known(ABSENT), ask.span)]), ask.span)
    if name in ("safeParse", "safeParseAsync"):
        data = parsed(schema, given, ask)
        success = Entry("success", Known(True, ask.span), ask.span)
        return Known(Map([success, Entry("data", data, ask.span)]), ask.span)
    if name in ("default", "prefault", "catch"):
        schema = replace(schema, default=given, before_default=len(schema.steps))
    elif name in ("transform", "pipe"):
        step = step_of(given)
        if step is None or isinstance(step, Schema) is not (name == "pipe"):
            return None
        schema = replace(schema, steps=(*schema.steps, step))
    elif name == "empty" and is_joi(schema):
        schema = replace(schema, empty=True)
    elif (
        name in ("extend", "merge", "keys", "append")
        and schema.shape is not None
        and isinstance(given, Known)
    ):
        if not isinstance(given.value, Map):
            return None
        schema = replace(schema, shape=Map([*schema.shape.entries, *given.value.entries]))
    elif name not in CHECKS:
        return None
    return Known(Special("schema", schema), ask.span)


def parsed(schema: Schema, given: Value, ask: Evaluation) -> Value:
    """What a schema makes of an object, key by key, or of one value."""
    if schema.shape is None:
        return one(schema, given, ask)
    shape, made = schema.shape, Map()
    for entry in shape.entries:
        if entry.key is None:
            continue

        # a program's one schema has hundreds of keys, and one of them is asked for
        def later(key: Any = entry.key) -> Value:
            inner = shape.get(key)
            if not isinstance(inner, Known) or not isinstance(inner.value, Special):
                return ask.unknown("computed", f"what the schema makes of {key} can't be told")
            if not isinstance(inner.value.value, Schema):
                return ask.unknown("computed", f"what the schema makes of {key} can't be told")
            return of_key(inner.value.value, given, key, ask)

        made.entries.append(Entry(entry.key, later, entry.span))
    return transformed(schema, Known(made, ask.span), ask)


def of_key(schema: Schema, given: Value, key: Any, ask: Evaluation) -> Value:
    """One key of what is parsed: of the environment, or of an object."""
    if isinstance(given, Known) and given.value == Special("environment"):
        value = ask.variable(Known(key))
        empty = schema.empty and isinstance(value, Known) and value.value == ""
        unset = isinstance(value, Known) and value.value is ABSENT
        if empty and schema.default is not None:
            return defaulted(schema, schema.default, ask)
        if unset and schema.default is not None:
            return defaulted(schema, ask.variable(Known(key), schema.default), ask)
        return one(schema, value, ask)
    return one(schema, given.get(key), ask)


def one(schema: Schema, value: Value, ask: Evaluation) -> Value:
    if schema.empty and isinstance(value, Known) and value.value == "":
        value = replace(value, value=ABSENT)
    if isinstance(value, Known) and value.value is ABSENT:
        if schema.default is not None:
            return defaulted(schema, schema.default, ask)
        if schema.name != "z.coerce.boolean":  # which makes false of undefined
            return value
    if schema.before is not None:
        value = schema.before.evaluator.apply(schema.before, [(None, value)], ask.at)
    if schema.rule is not None:
        step = Origin("conversion", schema.name, schema.place or ask.span)
        value = ask.apply(schema.rule, value).through(step)
    return transformed(schema, value, ask)


def step_of(given: Value) -> Closure | Schema | str | None:
    """What `transform` or `pipe` is given: a function, one of the language, or a schema."""
    value = given.value if isinstance(given, Known) else None
    if isinstance(value, Closure):
        return value
    if isinstance(value, Special) and isinstance(value.value, Schema):
        return value.value
    return value.name if isinstance(value, Special) and value.name in CONVERSIONS else None


def transformed(schema: Schema, value: Value, ask: Evaluation) -> Value:
    """What the steps behind a rule make of a value that was checked."""
    for step in schema.steps:
        if isinstance(step, str):
            value = ask.apply(CONVERSIONS[step], value, conversion=step)
        elif isinstance(step, Schema):
            value = one(step, value, ask)
        else:
            value = step.evaluator.apply(step, [(None, value)], ask.at, without=gives_never)
    return value


def defaulted(schema: Schema, default: Value, ask: Evaluation) -> Value:
    """What the steps behind a default make of it."""
    later = replace(schema, steps=schema.steps[schema.before_default :])
    return transformed(later, default, ask)


def gives_never(returned: Return) -> bool:
    """`return z.NEVER`: behind an issue, at which the program stops."""
    return isinstance(returned.value, Member) and returned.value.name == "NEVER"

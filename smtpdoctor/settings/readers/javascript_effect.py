"""Effect's Config: variables by their kind, with defaults, and secrets that are wrapped.

Knows the names of effect 3 (src/Config.ts, src/Redacted.ts): `yield* Config.string("X")` is the
variable's text, and an effect fails where nothing sets it. It must not know what a setting means.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from smtpdoctor.settings.readers.evaluation import Evaluation, StopsError
from smtpdoctor.settings.readers.model import Known, Special, Unknown, Value
from smtpdoctor.settings.readers.syntax import Call

#: What is read of the library, by the names that it is imported by.
NAMES = frozenset({"Config", "Redacted", "Secret"})
LIBRARIES = frozenset(f"effect.{name}" for name in NAMES)
DEFAULT = "effect.default"


def number(text: Any) -> int | float:
    """A finite number; another text fails."""
    from smtpdoctor.settings.readers.javascript_library import to_number

    made = to_number(text)
    if math.isnan(made) or not str(text).strip():
        raise StopsError("Config takes this for no number")
    return made


def boolean(text: Any) -> bool:
    """Its words for yes and no; another text fails."""
    word = str(text)
    if word not in ("true", "yes", "on", "1", "false", "no", "off", "0"):
        raise StopsError("Config takes this for no boolean")
    return word in ("true", "yes", "on", "1")


KINDS: Mapping[str, Callable[[Any], Any] | None] = {
    **dict.fromkeys(("string", "nonEmptyString", "redacted", "secret", "literal", "url")),
    **dict.fromkeys(("number", "integer", "port"), number),
    "boolean": boolean,
}


def imported(path: str, name: str | None, ask: Evaluation) -> Value | None:
    """`Config` of "effect", and the module of its own."""
    package, _, inner = path.partition("/")
    library = inner or name
    if package != "effect" or library not in NAMES:
        return None
    return Known(Special(f"effect.{library}"), ask.span)


def called(name: str, call: Call, ask: Evaluation) -> Value | None:
    """`Config.number("SMTP_PORT")`, `Redacted.value(pass)`; None for what is not known."""
    if not name.startswith("effect."):
        return None
    first = ask.argument(call, 0) or Known(None)
    library, _, method = name.removeprefix("effect.").partition(".")
    if library in ("Redacted", "Secret"):
        return first if method in ("value", "make", "fromString") else None
    if method == "all":
        return first
    if method == "withDefault":
        second = ask.argument(call, 1)
        if second is None:  # handed on to pipe()
            return Known(Special(DEFAULT, first), ask.span)
        return _or(first, second)
    if method not in KINDS or not isinstance(first, Known) or not isinstance(first.value, str):
        return None
    found, rule = ask.variable(first), KINDS[method]
    if rule is None or (isinstance(found, Known) and found.absent):
        return found
    return ask.apply(rule, found, conversion=name)


def piped(value: Value, call: Call, ask: Evaluation) -> Value | None:
    """`Config.number("SMTP_PORT").pipe(Config.withDefault(587))`; None for other steps."""
    for argument in call.arguments:
        step = ask.value(argument.value)
        if not isinstance(step, Known) or not isinstance(step.value, Special):
            return None
        if step.value.name != DEFAULT:
            return None
        value = _or(value, step.value.value)
    return value


def _or(value: Value, default: Value) -> Value:
    is_absent = isinstance(value, Known) and value.absent
    if not is_absent or isinstance(default, Unknown):
        return default if is_absent else value
    return default.through(*value.trail)

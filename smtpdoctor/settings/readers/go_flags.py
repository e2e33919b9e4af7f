"""What flags of Go's command lines have that name a variable: kingpin's, and urfave/cli's.

This module knows how both define and ask for them (kingpin 2 and 3, urfave/cli 1 to 3). It must not
know what a flag means.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from smtpdoctor.settings.readers.evaluation import Evaluation
from smtpdoctor.settings.readers.go_packages import Packages
from smtpdoctor.settings.readers.go_viper import cast
from smtpdoctor.settings.readers.model import Known, Special, Unknown, Value
from smtpdoctor.settings.readers.module import Module
from smtpdoctor.settings.readers.source import Source

KINGPIN = re.compile(r"(?:github\.com/alecthomas|gopkg\.in/alecthomas)/kingpin(?:[./]v\d+)?")
URFAVE = re.compile(r"(?:github\.com/urfave|gopkg\.in/urfave)/cli(?:[./]v\d+)?")
#: An application of kingpin, a flag of it that is being defined, and urfave's context.
APPLICATION, FLAG, CONTEXT = "kingpin", "kingpin flag", "cli context"
NUMBERS = ("Int", "Int64", "Int32", "Int16", "Uint", "Uint16", "Uint32", "Uint64")
GETTERS = ("String", "Bool", *NUMBERS, "Path")
CONTEXTS = ("Context", "Command")
#: A flag of urfave's (not their list), looked at once however it ends, and its name in it.
DEFINED = re.compile(r"(?<=\w)Flag\{(?P<body>(?:[^{}]++|\{[^{}]*+\})*+)\}")
NAMED = r"\bName:\s*\"%s\""
DEFAULT = re.compile(r"\bValue:\s*(?:\"(?P<text>[^\"\n]*)\"|(?P<word>\d+|true|false))")
VARIABLES = re.compile(
    r"\b(?:EnvVars?|Sources):\s*(?:\[\]string\{|cli\.EnvVars\()?(?P<names>(?:\s*\"[\w, ]*\"\s*,?)+)"
)


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag of kingpin as far as it is defined."""

    name: str
    variable: str = ""
    default: Value | None = None


def returned(package: str, function: str, values: list[Value], ask: Evaluation) -> Value | None:
    """What a function of kingpin's package gives."""
    if not KINGPIN.fullmatch(package):
        return None
    if function == "New":
        return Known(Special(APPLICATION), ask.span)
    return _defined(function, values, ask)


def _defined(function: str, values: list[Value], ask: Evaluation) -> Value | None:
    first = values[0] if values else None
    if function == "Flag" and isinstance(first, Known) and isinstance(first.value, str):
        return Known(Special(FLAG, Flag(first.value)), ask.span)
    return Known(Special(APPLICATION), ask.span) if function == "Command" else None


def of_kingpin(
    packages: Packages, thing: Special, function: str, values: list[Value], ask: Evaluation
) -> Value | None:
    """What a method of an application, or of a flag of it, gives."""
    if thing.name == APPLICATION:
        return _defined(function, values, ask)
    flag: Flag = thing.value
    first = values[0] if values else None
    if function in ("Envar", "OverrideDefaultFromEnvar") and isinstance(first, Known):
        return Known(Special(FLAG, replace(flag, variable=str(first.value))), ask.span)
    if function == "Default" and first is not None:
        return Known(Special(FLAG, replace(flag, default=first)), ask.span)
    type_ = function.removesuffix("Var")
    if type_ not in GETTERS:
        return Known(thing, ask.span)  # Short(), Required(), PlaceHolder() …
    default = flag.default
    if flag.variable:
        found = ask.variable(Known(flag.variable), default or Known("", ask.span))
    elif default is None:
        return ask.unknown("parameter", f"the flag --{flag.name} of the command line gives it")
    else:
        found = default
    return _typed(found, type_, ask)


def _typed(value: Value, type_: str, ask: Evaluation) -> Value:
    """A flag's text as its type has it."""
    kind = "int" if type_ in NUMBERS else type_.lower()
    return ask.apply(lambda text: cast(text, kind), value)


def of_context(
    packages: Packages, function: str, values: list[Value], ask: Evaluation
) -> Value | None:
    """What urfave's context has for a flag: its variable, else its default."""
    first = values[0] if values else None
    if function not in GETTERS:
        return None
    if not isinstance(first, Known) or not isinstance(first.value, str):
        return ask.unknown("computed", f"which flag {function}() asks for can't be told")
    for path in packages.mentioning(r"/cli(?:/v\d+)?\""):
        module = packages.module(path)
        if isinstance(module, Module):
            found = _of_flag(module.evaluator.source, first.value, ask)
            if found is not None:
                return _typed(found, function, ask)
    return ask.unknown("parameter", f"the flag --{first.value[:40]} of the command line gives it")


def _of_flag(source: Source, name: str, ask: Evaluation) -> Value | None:
    """What a flag that a file defines has; None where it defines none of that name."""
    named = re.compile(NAMED % re.escape(name))
    defined = DEFINED.finditer(source.text)
    flag = next((each for each in defined if named.search(each["body"])), None)
    if flag is None:
        return None
    said = DEFAULT.search(source.text, *flag.span("body"))
    default: Value | None = None
    if said is not None:
        group = "text" if said["text"] is not None else "word"
        inner = source.characters(*said.span(group))
        default = Known(said[group], inner)
    names = VARIABLES.search(source.text, *flag.span("body"))
    variables = re.findall(r"\w+", names["names"]) if names is not None else []
    for each in variables:
        if ask.evaluator.environment.lookup(each) is not None:
            return ask.variable(Known(each))
    if variables:
        return ask.variable(Known(variables[0]), default or Known("", ask.span))
    if default is not None:
        return default
    return Unknown("parameter", f"the flag --{name[:40]} of the command line gives it", ask.span)

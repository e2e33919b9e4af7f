"""Objects that give what stands at a key: Spring's Environment, Ktor's ApplicationConfig, Typesafe
Config, MicroProfile's Config, ResourceBundle, and Properties that code loads from a file.

This module knows their methods. It must not know what a key means; the files, and which of them
counts, are `jvm_configuration`'s.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from smtpdoctor.settings.readers import jvm_configuration as configuration
from smtpdoctor.settings.readers.model import Known, Map, Special, Symbol, Unknown, Value

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.evaluation import Evaluation
    from smtpdoctor.settings.readers.project import Project

KEYS = "keys"
#: Types of fields and parameters.
TYPES = frozenset(
    {"Environment", "ConfigurableEnvironment", "ApplicationConfig", "HoconApplicationConfig",
     "ApplicationEnvironment", "Config", "Configuration"}
)  # fmt: skip
#: What makes one.
MAKERS = frozenset({"ConfigFactory.load", "ConfigProvider.getConfig", "HoconApplicationConfig"})
BUNDLE = "ResourceBundle.getBundle"
PARTS = frozenset({"config", "getConfig", "environment"})
GETTERS = frozenset(
    {"getProperty", "getRequiredProperty", "property", "propertyOrNull", "tryGetString",
     "getString", "getInt", "getLong", "getNumber", "getBoolean", "getValue", "getOptionalValue",
     "get"}
)  # fmt: skip
ASKS = frozenset({"hasPath", "containsProperty", "containsKey"})
LOADED = re.compile(r"\"(?:classpath:|file:)?/?((?:[\w.-]+/)*[\w.-]+\.properties)\"")


@dataclass(frozen=True, slots=True)
class Keys:
    """What all keys that are asked for begin with, and the file's name where it is one file."""

    prefix: str = ""
    file: str = ""


def keys() -> Known:
    """The application's own."""
    return Known(Special(KEYS, Keys()))


def handed(project: Project, file: str, type_: str) -> Known | None:
    """What stands behind a parameter or field of such a type; None for any other type, and where
    it can't be told which file it is."""
    type_ = type_.rpartition(".")[2].rstrip("?")
    if type_ not in TYPES:
        return None
    if b"org.apache.commons.configuration" not in (project.files.read(file) or b""):
        return keys()
    # of commons-configuration: one file, and no variables over it
    paths = project.containing(rb"org\.apache\.commons\.configuration", ".java", ".kt")
    texts = [(project.files.read(path) or b"").decode("utf-8", "replace") for path in paths]
    names = {name for text in texts for name in LOADED.findall(text)}
    return Known(Special(KEYS, Keys(file=names.pop()))) if len(names) == 1 else None


def made_by(name: str, values: list[Value]) -> Known | None:
    """What a function gives that makes such an object; None for any other."""
    if name in MAKERS or name.rpartition(".")[2] == "HoconApplicationConfig":
        return keys()
    first = values[0] if values else None
    if name == BUNDLE and isinstance(first, Known) and isinstance(first.value, str):
        return Known(Special(KEYS, Keys(file=f"{first.value.replace('.', '/')}.properties")))
    return None


def of_keys(
    project: Project, file: str, own: Keys, name: str, values: list[Value], ask: Evaluation
) -> Value | None:
    """What a method of such an object gives; None for one that isn't known."""
    key = values[0] if values else None
    if name in PARTS and key is None:
        return Known(Special(KEYS, own), ask.span)
    if name not in PARTS | GETTERS | ASKS:
        return None
    if not isinstance(key, Known) or not isinstance(key.value, str):
        return ask.unknown("computed", f"which key {name}() asks for can't be told")
    path = f"{own.prefix}.{key.value}" if own.prefix else key.value
    if name in PARTS:
        return Known(Special(KEYS, Keys(path, own.file)), ask.span)
    if own.file:
        found = configuration.in_files(project, configuration.named(project, file, own.file), path)
    else:
        found = configuration.at_key(project, file, path, ask)
    if name in ASKS:
        return found if isinstance(found, Unknown) else Known(found is not None, ask.span)
    if found is not None:
        return ask.read(found, path)
    # a class says the type, and nothing where there is none
    given = [each for each in values[1:] if not (isinstance(each, Known) and _is_type(each.value))]
    if given:
        return given[0]
    return ask.unknown("environment", f"{path} is not set here")


def _is_type(value: object) -> bool:
    return isinstance(value, Symbol | Special | Map)


def of_loaded(project: Project, key: Value, ask: Evaluation) -> Value | None:
    """What Properties have that the code around loads from a file it names; None where it names
    none, or the file hasn't the key."""
    if not isinstance(key, Known) or not isinstance(key.value, str):
        return None
    for paths in _loaded(project, ask):
        found = configuration.in_files(project, paths, key.value)
        if found is not None:
            return ask.read(found, key.value)
    return None


def loads_a_file(project: Project, ask: Evaluation) -> bool:
    """Whether the code around loads a file that is in the folder."""
    return any(_loaded(project, ask))


def _loaded(project: Project, ask: Evaluation) -> list[list[str]]:
    """For each file that the code around loads by name those that it may be."""
    source = ask.evaluator.source
    if "load(" not in source.text:
        return []
    names = dict.fromkeys(LOADED.findall(source.text))
    return [configuration.named(project, source.file, name) for name in names]

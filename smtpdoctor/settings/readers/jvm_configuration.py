"""What frameworks of the JVM have at a key, or fill into a field: `@Value("${mail.host:x}")`.

This module knows the application files beside the code, with those that they and the code bring in,
and how keys are compared. It must not know what a key means. Which profile counts is decided as
elsewhere: production's files over the base.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from smtpdoctor.settings.readers import hocon
from smtpdoctor.settings.readers.interpolation import spring
from smtpdoctor.settings.readers.model import Known, Map, Unknown, Value

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.evaluation import Evaluation
    from smtpdoctor.settings.readers.project import Project

APPLICATION = re.compile(
    r"(?:.*/)?(?:application|microprofile-config)(?:-(?P<profile>prod|production|live))?"
    r"\.(?:properties|ya?ml)"
)
#: Ktor's and Typesafe's own.
HOCON = re.compile(r"(?:.*/)?application\.conf")
#: Where the code or an application file brings in files, and their names there: each is looked
#: for once, whatever the length of the text.
BRINGS = re.compile(
    r"@PropertySources?\b[^)]*|spring\.config\.import[^\n]*"
    r"|(?m:^[ \t]*-[ \t]*[\"']?(?:optional:)?(?:classpath|file):[^\n]*)"
)
BROUGHT = re.compile(r"\b(?:classpath|file):/?(?P<path>[\w./-]+\.(?:properties|ya?ml))")
#: Ktor's YAML: `$SMTP_HOST:localhost`.
KTOR = re.compile(r"\$(?P<optional>\??)(?P<name>[A-Za-z_]\w*)(?::(?P<default>.*))?")
MOST_FILES = 12
DEEPEST = 12


def bound(project: Project, file: str, key: str, ask: Evaluation) -> Value | None:
    """What a class that is filled from keys gets at this one; None where nothing sets it."""
    if _look_up(project, file, key) is None:
        return None
    return filled(project, file, key, Known(key, ask.span), ask)


def at_key(project: Project, file: str, key: str, ask: Evaluation) -> Value | None:
    """What an application has at a key; None where nothing sets it."""
    found = _in_hocon(project, file, key)
    if found is not None:
        return found
    found = bound(project, file, key, ask)
    if isinstance(found, Known) and isinstance(found.value, str):
        return _of_ktor(project, found)
    return found


def _in_hocon(project: Project, file: str, key: str) -> Value | None:
    """What the nearest application.conf has at a path: the last that is set."""
    paths = [path for path in project.containing(rb"\S", ".conf") if HOCON.fullmatch(path)]
    found: Value | None = None
    for path in sorted(paths, key=lambda path: shared(path, file))[-1:]:
        source = project.source(path)
        for item in hocon.read(source) if not isinstance(source, Unknown) else ():
            if ".".join(item.path) != key:
                continue
            if item.name:
                told = project.environment.lookup(item.name)
                if told is None and item.optional:
                    continue  # what was set before stays
                if isinstance(told, Known):
                    found = told.read_from(item.name, item.span)
                else:
                    text = f"{item.name} is not set here"
                    found = told or Unknown("environment", text, item.span)
            elif item.text is None:
                found = Unknown("computed", "it is put together from several", item.span)
            else:
                found = Known(item.text, item.span, raw=item.raw, style="plain")
    return found


def _of_ktor(project: Project, value: Known) -> Value:
    """A text of Ktor's YAML that is a variable's."""
    asked = KTOR.fullmatch(value.value)
    if asked is None:
        return value
    told = project.environment.lookup(asked["name"])
    if isinstance(told, Known):
        return told.read_from(asked["name"], value.span)
    if told is None and asked["default"] is not None:
        return replace(value, value=asked["default"])
    return told or Unknown("environment", f"{asked['name']} is not set here", value.span)


def _look_up(project: Project, file: str, name: str) -> Value | None:
    """A key in the environment, else in the application files."""
    for each in (name, re.sub(r"[.-]", "_", name).upper(),
                 re.sub(r"[.]", "_", name.replace("-", "")).upper()):  # fmt: skip
        found = project.environment.lookup(each)
        if found is not None:
            return found
    return key_of(project, file, name)


def filled(project: Project, file: str, text: str, at: Known, ask: Evaluation) -> Value:
    """The text with its placeholders filled, as the program has it."""

    wanted = text if "${" in text else f"${{{text}}}"
    found = spring(replace(at, value=wanted), partial(_look_up, project, file))
    return found if isinstance(found, Known) else replace(found, span=found.span or ask.span)


def key_of(project: Project, file: str, name: str) -> Value | None:
    """A key of the application files, production's first; None where none has it."""
    return in_files(project, application_files(project, file), name)


def in_files(project: Project, paths: list[str], name: str) -> Value | None:
    """A key in the first of the files that has it."""
    for path in paths:
        document = project.document(path)
        if isinstance(document, Unknown):
            continue
        for part in reversed(document.parts):
            for each in (f"%prod.{name}", name):  # Quarkus's production before all profiles
                found = under(part, uniform(each), 0)
                if found is not None:
                    return found
    return None


def application_files(project: Project, file: str) -> list[str]:
    """The files that count for the code of that file, the strongest first."""
    found = [
        (match["profile"] is None, -shared(path, file), path)
        for path in project.containing(rb"\S", ".properties", ".yml", ".yaml")
        if (match := APPLICATION.fullmatch(path))
    ]
    own = [path for _, _, path in sorted(found)[:MOST_FILES]]
    imported = [each for path in own for each in _brought(project, path, own)]
    sources = project.containing(rb"@PropertySource", ".java", ".kt")[:MOST_FILES]
    brought = [each for path in sources for each in _brought(project, path, own)]
    return [*imported, *own, *brought][:MOST_FILES]


def _brought(project: Project, path: str, own: list[str]) -> list[str]:
    """The files of other names that a file brings in."""
    text = (project.files.read(path) or b"").decode("utf-8", "replace")
    if "config" not in text and "@PropertySource" not in text:
        return []
    brings = [found[0] for found in BRINGS.finditer(text)]
    names = [found["path"] for each in brings for found in BROUGHT.finditer(each)]
    return [each for name in names for each in named(project, path, name)[:1] if each not in own]


def named(project: Project, near: str, name: str) -> list[str]:
    """The files that end with a name, those nearest to a file first."""
    ending = f".{name.rpartition('.')[2]}"
    there = project.containing(rb"\S", ending)
    found = [path for path in there if f"/{path}".endswith(f"/{name.lstrip('./')}")]
    return sorted(found, key=lambda path: -shared(path, near))


def shared(one: str, other: str) -> int:
    """How many folders both are in."""
    both = zip(one.split("/")[:-1], other.split("/")[:-1], strict=False)
    return sum(1 for a, b in both if a == b)


def uniform(key: str) -> str:
    """A key so that those which are the same to Spring are equal."""
    return re.sub(r"[-_]", "", key).lower()


def under(value: Value, key: str, depth: int) -> Value | None:
    """What stands under a key with dots, however it is nested."""
    if not isinstance(value, Known) or not isinstance(value.value, Map) or depth > DEEPEST:
        return None
    for entry in reversed(value.value.entries):
        own = uniform(str(entry.key))
        if own == key:
            inner = entry.value
            is_map = isinstance(inner, Known) and isinstance(inner.value, Map)
            return None if is_map else inner
        if key.startswith(f"{own}."):
            found = under(entry.value, key[len(own) + 1 :], depth + 1)
            if found is not None:
                return found
    return None

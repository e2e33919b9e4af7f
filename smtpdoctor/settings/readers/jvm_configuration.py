"""What frameworks of the JVM fill into a field: `@Value("${mail.host:localhost}")`.

This module knows the application files beside the code and how keys are compared. It must not know
what a key means. Which profile counts is decided as elsewhere: production's files over the base.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from smtpdoctor.settings.readers.interpolation import spring
from smtpdoctor.settings.readers.model import Known, Map, Unknown, Value

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.evaluation import Evaluation
    from smtpdoctor.settings.readers.project import Project

APPLICATION = re.compile(
    r"(?:.*/)?(?:application|microprofile-config)(?:-(?P<profile>prod|production|live))?"
    r"\.(?:properties|ya?ml)"
)
MOST_FILES = 12
DEEPEST = 12


def bound(project: Project, file: str, key: str, ask: Evaluation) -> Value | None:
    """What a class that is filled from keys gets at this one; None where nothing sets it."""
    if _look_up(project, file, key) is None:
        return None
    return filled(project, file, key, Known(key, ask.span), ask)


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
    for path in application_files(project, file):
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
    return [path for _, _, path in sorted(found)[:MOST_FILES]]


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

"""A file of configuration that has been read: values at paths.

This module knows documents as such. It must not know any format.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from smtpdoctor.settings.readers.model import ABSENT, Known, LanguageName, Map, Unknown, Value


@dataclass(slots=True, repr=False)
class Document:
    """One file's values. YAML and Spring's properties may have several `parts`, each a whole."""

    file: str
    language: LanguageName
    parts: tuple[Value, ...]
    #: Whether some of it didn't parse, so that a program may refuse the whole file.
    errors: bool = False

    @property
    def root(self) -> Value:
        """The first part; Known(ABSENT) for an empty file."""
        return self.parts[0] if self.parts else Known(ABSENT)

    def at(self, *path: Any) -> Value:
        """What stands at the end of the path in the first part."""
        return self.root.at(*path)


def under(value: Value, path: tuple[str, ...], *, folds: bool) -> Value | None:
    """What stands at the end of the path; None where nothing does."""
    for step in path:
        if isinstance(value, Unknown):
            return value
        if not isinstance(value.value, Map):
            return None
        found = None
        for entry in reversed(value.value.entries):
            key = str(entry.key)
            if entry.key is None or key == step or (folds and key.lower() == step.lower()):
                found = entry.value
                break
        if found is None:
            return None
        value = found
    return None if isinstance(value, Known) and value.value in (None, ABSENT) else value

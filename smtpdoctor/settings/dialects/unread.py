"""Programs with a module of their own, which is imported only where the folder may have such one.

Knows the marks that a module's TOML file says before its tables: `looks_at`, globs of the files
without which there is nothing to find; `looks_for`, parts of the names of variables, `images` of
containers and `values`, names in the values of a chart, of which one is enough without any. It must
not know any program.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from smtpdoctor.settings.dialects.base import Dialect, Draft, Outcome
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.workspace import Workspace

MARK = re.compile(r"(?m)^(looks_at|looks_for|images|values) = (.+)$")
TEXT = re.compile(r'"([^"]+)"')


class UnreadModule:
    """A program by its module, with the marks by which it is worth importing."""

    def __init__(self, name: str, marks: Mapping[str, tuple[str, ...]]) -> None:
        self.id = name.replace("_", "-")
        self._name = name
        self._looks_at = marks["looks_at"]
        self._whole_names = [pattern for pattern in self._looks_at if "*" not in pattern]
        self._looks_for = marks.get("looks_for", ())
        self._values = frozenset(marks.get("values", ()))
        #: Of containers, where it has any.
        self.images = marks.get("images", ())

    @cached_property
    def dialect(self) -> Dialect:
        """The program itself."""
        module = importlib.import_module(f"smtpdoctor.settings.dialects.{self._name}")
        found: Dialect = module.DIALECT
        return found

    @property
    def name(self) -> str:
        return self.dialect.name

    @property
    def client(self) -> str | None:
        return self.dialect.client

    @property
    def fields(self) -> Mapping[str, Field]:
        return self.dialect.fields

    @property
    def modes(self) -> Mapping[TLSMode, tuple[Mapping[str, Any], ...]]:
        return self.dialect.modes

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """What the program makes of its options."""
        return self.dialect.outcome(options)

    def find(self, workspace: Workspace) -> Iterable[Draft]:
        """Its set-ups, where anything in the folder may be one."""
        return self.dialect.find(workspace) if self.may_be_there(workspace) else ()

    def may_be_there(self, workspace: Workspace) -> bool:
        """Whether a mark of it is in the folder, or in the environment."""
        folder = workspace.folder
        # one that holds no settings is not among the files
        if folder.matches(self._looks_at) or any(map(folder.has, self._whole_names)):
            return True
        if self.images and self._is_run(workspace):
            return True
        if self._values and not self._values.isdisjoint(workspace.chart_keys):
            return True
        return any(part in workspace.names_in_capitals for part in self._looks_for)

    def _is_run(self, workspace: Workspace) -> bool:
        """Whether a container of the folder runs its image."""
        from smtpdoctor.settings.dialects.table import is_image

        return any(is_image(item.image, self.images) for item in workspace.surroundings)


def modules_of(folder: Path) -> Iterator[tuple[str, UnreadModule]]:
    """Every program of the package with a module, by the module's name. One without a TOML file
    beside it has no program."""
    # asked of Python: a bundle has modules, but no files of theirs
    modules = {found.name for found in pkgutil.iter_modules([str(folder)])}
    for path in sorted(folder.glob("*.toml")):
        if path.stem in modules:
            marks: dict[str, tuple[str, ...]] = {}
            for key, listed in MARK.findall(path.read_text(encoding="utf-8")):
                marks[key] = (*marks.get(key, ()), *TEXT.findall(listed))
            yield path.stem, UnreadModule(path.stem, marks)

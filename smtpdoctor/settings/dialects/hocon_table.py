"""Programs whose settings stand in a file of HOCON or Hjson: the base of their modules.

Knows how what such a file sets becomes options. It must not know any program.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from smtpdoctor.settings.dialects.base import Draft
from smtpdoctor.settings.dialects.table import Table, read_table
from smtpdoctor.settings.readers import hocon
from smtpdoctor.settings.readers.model import (
    Entry,
    Known,
    Map,
    Origin,
    Unknown,
    Value,
)
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

#: Without these nobody sends, wherever they are set.
NEEDED = ("host", "username", "password")


class HoconTable(Table):
    """A program by its table, and by the place of its settings in the files."""

    def __init__(self, module: Path, prefix: tuple[str, ...], files: Iterable[str]) -> None:
        super().__init__(module.stem.replace("_", "-"), read_table(module))
        self._prefix = prefix
        self._files = tuple(files)

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each file that sets anything there."""
        needed = {each.path for each in self.entry.option if each.field in NEEDED}
        for path in workspace.folder.matching(*self._files):
            dotenv = workspace.dotenv_files(path, ".env")
            variables = workspace.variables(dotenv, self.entry.reader, near=path)
            root = Map(_that_count(self._entries(workspace, path, variables), needed))
            if root.entries:
                yield from self.of(workspace, path, path, Known(root))

    def _entries(self, workspace: Workspace, path: str, variables: Variables) -> Iterator[Entry]:
        source = workspace.source(path)
        size = len(self._prefix)
        for item in hocon.read(source) if source is not None else ():
            if item.path[:size] != self._prefix or len(item.path) == size:
                continue
            value: Value = Known(item.text, item.span, raw=item.raw, style="plain")
            if item.name:
                value = variables.lookup(item.name) or _unset(item)
            elif item.text is None:
                value = Unknown("computed", "it is put together from several", item.span)
            yield Entry(".".join(item.path[size:]), value, item.span)


def _that_count(entries: Iterable[Entry], needed: set[str]) -> list[Entry]:
    """Without those of `${?NAME}` that nothing sets, where another says the same before or behind:
    what that set stays. Where other variables are set here, so would be what is not needed."""
    found = list(entries)
    told = {each.key for each in found if not _is_unset(each.value)}
    # what a variable gives stands elsewhere than the line that asks for it
    by_variable = any(each.value.span != each.span for each in found)
    return [
        each
        for each in found
        if not _is_unset(each.value)
        or (each.key not in told and (each.key in needed or not by_variable))
    ]


def _unset(item: hocon.Setting) -> Unknown:
    """What nothing here sets: where it is optional, what another sets stays."""
    said = "nothing here sets %s" if item.optional else "%s is not set here"
    trail = (Origin("unset", item.name, None, item.span),) if item.optional else ()
    return Unknown("environment", said % item.name, item.span, trail)


def _is_unset(value: Value) -> bool:
    return isinstance(value, Unknown) and any(each.kind == "unset" for each in value.trail)

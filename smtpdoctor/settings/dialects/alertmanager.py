"""Prometheus Alertmanager: the global settings of its file, and receivers with their own.

Knows that a receiver's `email_configs` stand over `global`, key by key. What the keys mean is in
`alertmanager.toml`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from smtpdoctor.settings.dialects.base import Draft
from smtpdoctor.settings.dialects.table import Table, read_table
from smtpdoctor.settings.dialects.texts import at
from smtpdoctor.settings.readers.model import Entry, Known, List, Map, Value
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

#: Keys of a receiver that stand over the global ones, which have `smtp_` before them.
OWN = ("from", "smarthost", "hello", "auth_username", "auth_password", "auth_secret",
       "require_tls", "tls_config", "force_implicit_tls")  # fmt: skip
MOST_RECEIVERS = 20


class Alertmanager(Table):
    """Alertmanager's global settings, and each receiver that has some of its own."""

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """The global settings where they name a server, and what receivers put over them."""
        yield from super().find(workspace)
        for path, root in self._roots(workspace):
            globals_ = root.get("global")
            made = globals_.value if isinstance(globals_, Known) else None
            shared = made.entries if isinstance(made, Map) else []
            for config in _email_configs(root):
                own = [
                    Entry(f"smtp_{each.key}", each.value, each.span)
                    for each in config.value.entries
                    if each.key in OWN
                ]
                if not own:
                    continue
                line = own[0].span.line if own[0].span is not None else 1
                whole = Known(Map([*shared, *own]), config.span)
                for draft in self.of(workspace, path, f"{path}:{line}", whole):
                    draft.insert = None  # a further key would have the global one's name
                    yield draft

    def _roots(self, workspace: Workspace) -> Iterator[tuple[str, Value]]:
        """The documents as wholes, those in ConfigMaps too."""
        for entry in self.entry.document:
            above = entry.prefix.removesuffix("global").rstrip(".")
            for path in workspace.folder.matching(*entry.files):
                root = workspace.document(path, Variables(()))
                yield path, at(root, above) if above else root
        names = [pattern.rpartition("/")[2] for pattern in self.entry.document[0].files]
        for item in workspace.surroundings:
            for name, value in item.files.items():
                if isinstance(value, Known) and value.style and workspace.fits(name, names):
                    path = value.span.file if value.span else item.place
                    yield path, workspace.embedded(value, name)


def _email_configs(root: Value) -> list[Known]:
    """The e-mail settings of all receivers, each once."""
    found = []
    for receiver in _listed(root.get("receivers")):
        found += [each for each in _listed(receiver.get("email_configs")) if _is_map(each)]
    return found[:MOST_RECEIVERS]  # type: ignore[return-value]


def _listed(value: Value) -> list[Value]:
    return list(value.value) if isinstance(value, Known) and isinstance(value.value, List) else []


def _is_map(value: Value) -> bool:
    return isinstance(value, Known) and isinstance(value.value, Map)


DIALECT = Alertmanager("alertmanager", read_table(Path(__file__)))

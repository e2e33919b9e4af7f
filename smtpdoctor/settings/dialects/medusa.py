"""Medusa: plugins and notification providers of medusa-config that hand options to Nodemailer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from smtpdoctor.settings.dialects.base import Draft
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.node_variables import all_variables, exported_by
from smtpdoctor.settings.dialects.nodemailer import LEFT_OUT, Given, Nodemailer
from smtpdoctor.settings.readers.model import Known, List, Map, Value
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)
MOST_LISTED = 200


class Handed(NamedTuple):
    """What a plugin does with its options: where Nodemailer's are, and the sender."""

    options: tuple[str, ...]
    sender: str


#: By the end of the package's name: forks keep it.
PLUGINS = {
    "medusa-plugin-smtp": Handed(("transport",), "fromEmail"),
    "medusa-plugin-nodemailer": Handed(("transport",), "fromEmail"),
    "@lumot-eu/medusa-plugin-nodemailer": Handed(("transport",), "fromAddress"),
    "@perseidesjs/notification-nodemailer/providers/nodemailer": Handed((), "from"),
}


class Medusa(Nodemailer):
    id = "medusa"
    name = DATA.name

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each such plugin of each shop."""
        for path in workspace.folder.matching("*medusa-config.[jt]s"):
            for variables in all_variables(workspace, path):
                listed = [*_listed(exported_by(workspace, path, variables))]
                for number in range(len(listed)):
                    yield self._plugin(workspace, path, variables, number)

    def _plugin(self, workspace: Workspace, path: str, variables: Variables, number: int) -> Draft:
        def given(under: Variables) -> Given:
            listed = [*_listed(exported_by(workspace, path, under))]
            if number >= len(listed):  # these variables leave it out
                return LEFT_OUT
            plugin, handed = listed[number]
            options = plugin.at("options", *handed.options)
            line = plugin.span.line if plugin.span is not None else 1
            return Given(options, lambda: plugin.at("options", handed.sender), line)

        return self.draft(workspace, path, variables, given)


def _listed(config: Value) -> Iterator[tuple[Value, Handed]]:
    """The plugins of a configuration, and the providers of its modules, that are known here."""
    waiting = [config.at("plugins"), config.at("modules")]
    for _ in range(MOST_LISTED):
        if not waiting:
            return
        value = waiting.pop(0)
        inner = value.value if isinstance(value, Known) else None
        if isinstance(inner, List):
            waiting[:0] = [item.value for item in inner.items]
        elif isinstance(inner, Map):
            handed = _handed(value)
            if handed is not None and not value.at("options", *handed.options).absent:
                yield value, handed
            waiting.insert(0, value.at("options", "providers"))


def _handed(plugin: Value) -> Handed | None:
    resolved = plugin.get("resolve")
    name = str(resolved.value) if isinstance(resolved, Known) else ""
    return PLUGINS.get(name) or next(
        (handed for known, handed in PLUGINS.items() if name.endswith(known)), None
    )


DIALECT = Medusa()

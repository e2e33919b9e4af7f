"""LoopBack: the transport of a data source whose connector is `mail`, for Nodemailer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from smtpdoctor.settings.dialects.base import Draft
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.node_variables import all_variables, variable_read
from smtpdoctor.settings.dialects.nodemailer import Given, Nodemailer, first_sender
from smtpdoctor.settings.readers.javascript_config import merged
from smtpdoctor.settings.readers.model import ABSENT, Entry, Known, List, Map, Value
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

FILES = (
    "*datasources.json",
    "*.datasource.json",
    "*.datasource.config.json",
    "*.datasource.[jt]s",
)
CONNECTORS = ("mail", "loopback-connector-mail")
SENDS = rb"\bEmail\s*\.\s*send\b"
#: A text that is filled from the environment: all of it, or its end.
VARIABLE = re.compile(r"\$\{(\w+)\}$")


class LoopBack(Nodemailer):
    id = "loopback"
    name = DATA.name

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each data source of mail."""
        for path in workspace.folder.matching(*FILES):
            for variables in all_variables(workspace, path):
                for key in _of_mail(_sources(workspace, path, variables)):
                    yield self._source(workspace, path, variables, key)

    def _source(
        self, workspace: Workspace, path: str, variables: Variables, key: str | None
    ) -> Draft:
        def given(under: Variables) -> Given:
            whole = _sources(workspace, path, under)
            source = whole.get(key) if key is not None else whole
            options = _filled(_transport(source), under)
            line = source.span.line if source.span is not None else 1
            return Given(options, lambda: first_sender(workspace, under, SENDS, "Email.send"), line)

        return self.draft(workspace, path, variables, given)


DIALECT = LoopBack()


def _sources(workspace: Workspace, path: str, variables: Variables) -> Value:
    """What the file has, with what stands in those of this machine and of the profile over it
    (loopback-boot's findConfigFiles)."""
    whole = _read(workspace, path, variables)
    if not path.endswith("datasources.json"):
        return whole
    stem = path.removesuffix(".json")
    for part in ("local", workspace.profile_of("NODE_ENV")):
        for ending in ("js", "json"):
            if workspace.folder.has(f"{stem}.{part}.{ending}"):
                whole = _over(whole, _read(workspace, f"{stem}.{part}.{ending}", variables))
                break
    return whole


def _read(workspace: Workspace, path: str, variables: Variables) -> Value:
    if path.endswith(".json"):
        return workspace.document(path, variables)
    module = workspace.module(path, variables)
    if module is None:
        return Known(ABSENT)
    exports = module.value("module", "exports")
    return exports if not exports.absent else module.value("config")


def _over(under: Value, over: Value) -> Value:
    """One over the other; lists are merged too, item by item."""
    whole = merged(under, over)
    if not isinstance(whole, Known) or not isinstance(whole.value, Map):
        return whole
    made = Map(list(whole.value.entries))
    for key in _of_mail(whole):
        first, second = (_transport(each.get(key)) for each in (under, over))
        if key is not None and not first.absent and not second.absent:
            transports = Known(List([Entry(None, merged(first, second), None)]), second.span)
            source = merged(whole.get(key), Known(Map([Entry("transports", transports, None)])))
            made.entries.append(Entry(key, source, None))
    return replace(whole, value=made)


def _of_mail(whole: Value) -> list[str | None]:
    """The names of the data sources of mail; None where the file is one."""
    if not isinstance(whole, Known) or not isinstance(whole.value, Map):
        return []
    if _is_mail(whole):
        return [None]
    names = [key for key in whole.value.keys() if isinstance(key, str)]  # noqa: SIM118
    return [key for key in names if _is_mail(whole.get(key))]


def _is_mail(source: Value) -> bool:
    connector = source.get("connector")
    return isinstance(connector, Known) and connector.value in CONNECTORS


def _transport(source: Value) -> Value:
    """The first transport, by which mail goes where it names none (defaultTransport)."""
    several = source.get("transports")
    if isinstance(several, Known) and isinstance(several.value, List):
        return next(iter(several.value), Known(ABSENT))
    return source.get("transport") if several.absent else several


def _filled(value: Value, variables: Variables) -> Value:
    """A value with the variables that its texts name (getConfigVariable): nothing where none is
    set."""
    if not isinstance(value, Known):
        return value
    if isinstance(value.value, Map):
        entries = [
            Entry(entry.key, _filled(entry.value, variables), entry.span)
            for entry in value.value.entries
        ]
        return replace(value, value=Map(entries))
    found = VARIABLE.search(value.value) if isinstance(value.value, str) else None
    if found is None:
        return value
    return variable_read(variables, found[1], value.span)

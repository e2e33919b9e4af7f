"""What carriers share: documents, texts of scalars with their places, paths inside the folder.

Knows values of documents and where their text stands. It must not know any carrier.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from smtpdoctor.settings.readers.model import Entry, Known, List, Map, Origin, Span, Unknown, Value
from smtpdoctor.settings.variables import CARRIED, Layer, Variables

if TYPE_CHECKING:
    from smtpdoctor.settings.workspace import Workspace

#: `${{ secrets.X }}`, `{{ .Values.x }}`: what another program fills in before anybody runs.
TEMPLATE = re.compile(r"\$\{\{|\{\{")
#: Files that carriers read are a handful; a folder with more is no one's own.
MOST_DOCUMENTS = 200
#: Aliases make much of a few lines: of each collection so much is looked at, and so many
#: containers, services and jobs of one file.
MOST_ITEMS = 1_000
MOST_PARTS = 100
#: A text that is made from others, each from others again, grows without end.
LONGEST = 65_536


def inside(base: str, path: str) -> str | None:
    """A path that stands in a file of the folder `base`, from the root; None outside of it."""
    if not path or path.startswith(("/", "~")):
        return None
    found = posixpath.normpath(posixpath.join(base, path))
    return None if found.startswith("..") else "" if found == "." else found


def folder_of(path: str) -> str:
    """The folder of a file, "" for the root."""
    return path.rpartition("/")[0]


def documents(
    workspace: Workspace, paths: Iterable[str]
) -> Iterator[tuple[str, tuple[Value, ...]]]:
    """The files with the roots of their documents."""
    project = workspace.project(NOTHING)
    for path in islice(paths, MOST_DOCUMENTS):
        document = project.document(path)
        if not isinstance(document, Unknown):
            yield path, document.parts


NOTHING = Variables(())


def entries(value: Value) -> list[Entry]:
    """The entries of a map whose keys can be told; none for anything else."""
    if isinstance(value, Known) and isinstance(value.value, Map):
        found = value.value.entries[-MOST_ITEMS:]
        return [entry for entry in found if entry.key is not None]
    return []


def items(value: Value) -> list[Value]:
    """The items of a list; none for anything else."""
    if isinstance(value, Known) and isinstance(value.value, List):
        return [item.value for item in value.value.items[:MOST_ITEMS]]
    return []


def listed(value: Value) -> list[Value]:
    """A list's items, or the one value that stands in place of a list."""
    if isinstance(value, Known) and (value.absent or isinstance(value.value, Map)):
        return [] if value.absent else [value]
    return items(value) or ([value] if isinstance(value, Known) else [])


def text(value: Value) -> str | None:
    """A scalar as text, None for what is no scalar or can't be told."""
    if not isinstance(value, Known) or value.absent or isinstance(value.value, Map | List):
        return None
    return written(value.value)


def written(value: Any) -> str:
    """A scalar as programs turn it into a variable's text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def as_variable(name: str, value: Value) -> Value | None:
    """A document's scalar as a variable's text; None for null, and for what is no scalar."""
    if isinstance(value, Unknown):
        return value
    said = text(value)
    if said is None:
        return None
    if TEMPLATE.search(said):
        secret = "secrets." in said
        why = f"{name} is filled in from {'a secret' if secret else 'a template'}"
        return Unknown("encrypted" if secret else "computed", why, value.span)
    return Known(said, value.span, (Origin("environment", name, value.span),))


def part(value: Known, start: int, end: int, workspace: Workspace) -> Span | None:
    """The characters `start` to `end` of a scalar's text; the whole scalar where its text does
    not stand in its line as it is."""
    span = value.span
    line = workspace.text_of(span)
    if span is None or line is None or not isinstance(value.value, str):
        return span
    if line.count(value.value) != 1:
        return span
    first = span.columns[0] + line.index(value.value)
    return replace(span, columns=(first + start, first + end))


def assignment(value: Value, workspace: Workspace) -> tuple[str, Value | None] | None:
    """`NAME=text` as the name and its text with its place; no text for a name alone."""
    said = text(value)
    if said is None or not isinstance(value, Known):
        return None
    name, equals, rest = said.partition("=")
    if not equals:
        return name, None
    span = part(value, len(name) + 1, len(said), workspace)
    whole = value.span
    if value.style == "quoted" and span is not None and whole is not None and span != whole:
        workspace.is_harmless(replace(whole, columns=(span.columns[1], whole.columns[1])))
    return name, Known(rest, span)


def carried_layer(label: str, values: Mapping[str, Value]) -> Layer:
    """A layer of variables that stand in a carrier's own file."""
    return Layer(label, values, CARRIED)


def mapped(
    value: Value, make: Callable[[str, Value], Value | None] = as_variable
) -> dict[str, Value]:
    """A map of variables with every value made into a text."""
    made = {}
    for entry in entries(value):
        name = str(entry.key)
        found = make(name, entry.value)
        if found is not None:
            made[name] = found
    return made

"""Helm: variables that stand as they are in a chart's values, and where values stand.

Knows the forms in which values mostly hold variables: `env` and its like, as a map or a list of
names with values; and that Flux, Argo CD and k3s hold values in objects of theirs. Templates are
not rendered. It must not know what a variable means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from smtpdoctor.settings.carriers.places import (
    MOST_ITEMS,
    MOST_PARTS,
    NOTHING,
    as_variable,
    carried_layer,
    documents,
    entries,
    items,
    text,
)
from smtpdoctor.settings.readers.model import Known, Map, Unknown, Value
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Surrounding, Workspace

#: `env`, `extraEnv`, `envVars`, `extraEnvVars`, `environment`, `environmentVariables`, `envs`.
ENV = re.compile(r"(?i)(extra)?env(s|vars?|ironment(variables)?)?")
NAME = re.compile(r"[A-Za-z_]\w*")
FILES = ("values.yaml", "values.yml", "values*production.yaml", "values*prod.yaml")


#: Values of any name, and those that are for work on the program.
VALUES = ("values.yaml", "values.yml", "*values*.yaml", "*values*.yml")
ELSEWHERE = re.compile(
    r"(?i)(^|[._-])(dev|develop|development|staging|stage|test|ci|local|qa)[._-]"
)
HOLDERS = rb"(?m)^kind:\s*[\"']?(HelmRelease|HelmChart|HelmChartConfig|Application)\b"


def values(workspace: Workspace) -> Iterator[tuple[str, Value]]:
    """The roots of values with the files that they stand in: files of their own, Flux's
    HelmRelease, Argo CD's Application, k3s' HelmChart."""
    own = [
        path
        for path in workspace.folder.matching(*VALUES)
        if not ELSEWHERE.search(path.rpartition("/")[2])
    ]
    for path, roots in documents(workspace, own):
        yield from ((path, root) for root in roots)
    holders = workspace.folder.containing(HOLDERS, ".yml", ".yaml")
    for path, roots in documents(workspace, holders):
        for root in roots[:MOST_PARTS]:
            spec = root.get("spec")
            sources = [spec.get("source"), *items(spec.get("sources"))]
            held = [spec.get("values"), spec.get("valuesContent")]
            for each in sources:
                held += [each.at("helm", "valuesObject"), each.at("helm", "values")]
            for value in held:
                if isinstance(value, Known) and isinstance(value.value, Map):
                    yield path, value
                elif isinstance(value, Known) and value.style == "block":
                    yield path, workspace.embedded(value, "values.yaml")


def find(workspace: Workspace) -> Iterator[Surrounding]:
    """One for each part of the values that has variables, with the image that stands beside."""
    for path in workspace.folder.matching(*FILES):
        root = workspace.document(path, NOTHING)
        yield from islice(_parts(path, root, "", [MOST_ITEMS]), MOST_PARTS)


def _parts(path: str, node: Value, image: str, left: list[int]) -> Iterator[Surrounding]:
    left[0] -= 1  # aliases lead to one part again and again
    image = _image(node.get("image")) or image
    for entry in entries(node):
        if ENV.fullmatch(str(entry.key)):
            values = dict(_variables(entry.value))
            if values:
                yield Surrounding(
                    carrier="helm",
                    place=f"{path}:{entry.span.line}" if entry.span else path,
                    image=image,
                    build=None,
                    variables=Variables((carried_layer(path, values),)),
                )
        elif isinstance(entry.value, Known) and isinstance(entry.value.value, Map) and left[0] > 0:
            yield from _parts(path, entry.value, image, left)


def _image(value: Value) -> str:
    if isinstance(value, Known) and isinstance(value.value, Map):
        repository = text(value.get("repository")) or text(value.get("name")) or ""
        tag = text(value.get("tag"))
        return f"{repository}:{tag}" if repository and tag else repository
    return text(value) or ""


def _variables(value: Value) -> Iterator[tuple[str, Value]]:
    for item in items(value):
        name = text(item.get("name"))
        if name is None:
            continue
        if not item.get("valueFrom").absent:
            yield name, Unknown("encrypted", f"{name} comes from another object", item.span)
            continue
        made = as_variable(name, item.get("value"))
        if made is not None:
            yield name, made
    for entry in entries(value):
        made = as_variable(str(entry.key), entry.value)
        if made is not None and NAME.fullmatch(str(entry.key)):
            yield str(entry.key), made

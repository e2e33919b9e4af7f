"""Pipelines that deploy: `env` of GitHub's workflows, variables of GitLab's jobs.

Knows where a pipeline says variables. What a test run gets is left out. It must not know what a
variable means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtpdoctor.settings.carriers.places import (
    MOST_PARTS,
    NOTHING,
    as_variable,
    carried_layer,
    entries,
    items,
    mapped,
    text,
)
from smtpdoctor.settings.readers.model import Known, Map, Value
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Surrounding, Workspace

#: Runs that are no production.
ELSEWHERE = re.compile(
    r"(?i)(^|[\s/._-])(tests?|testing|ci|lint|e2e|check|checks|cypress|playwright|dev|staging|"
    r"preview|coverage|spec|pr|build)([\s/._-]|$)"
)
WORKFLOWS = (".github/workflows/*.yml", ".github/workflows/*.yaml")


def find(workspace: Workspace) -> Iterator[Surrounding]:
    """One for each pipeline that sets variables beyond its tests."""
    for path in workspace.folder.matching(*WORKFLOWS):
        root = workspace.document(path, NOTHING)
        yield from _surrounding("github-actions", path, list(_workflow(path, root)))
    for path in workspace.folder.matching(".gitlab-ci.yml", ".gitlab-ci.yaml"):
        root = workspace.document(path, NOTHING)
        yield from _surrounding("gitlab-ci", path, list(_gitlab(root)))


def _surrounding(carrier: str, path: str, found: list[dict[str, Value]]) -> Iterator[Surrounding]:
    layers = tuple(carried_layer(path, values) for values in found if values)
    if layers:
        yield Surrounding(
            carrier=carrier, place=path, image="", build=None, variables=Variables(layers)
        )


def _workflow(path: str, root: Value) -> Iterator[dict[str, Value]]:
    """The innermost first: steps, jobs, the workflow."""
    jobs = [job for job in entries(root.get("jobs")) if _counts(str(job.key), job.value)]
    tests = ELSEWHERE.search(path.rpartition("/")[2]) is not None
    if tests:
        jobs = [job for job in jobs if re.search(r"(?i)deploy|release|prod", str(job.key))]
    for job in jobs[:MOST_PARTS]:
        for step in items(job.value.get("steps"))[:MOST_PARTS]:
            if _counts("", step):
                yield mapped(step.get("env"))
    for job in jobs[:MOST_PARTS]:
        yield mapped(job.value.get("env"))
    if jobs:
        yield mapped(root.get("env"))


def _counts(key: str, value: Value) -> bool:
    return not ELSEWHERE.search(f"{key} {text(value.get('name')) or ''}")


def _gitlab(root: Value) -> Iterator[dict[str, Value]]:
    for job in entries(root)[-MOST_PARTS:]:
        variables = job.value.get("variables") if isinstance(job.value, Known) else None
        if variables is None or job.key == "variables" or ELSEWHERE.search(str(job.key)):
            continue
        yield mapped(variables, _gitlab_value)
    yield mapped(root.get("variables"), _gitlab_value)


def _gitlab_value(name: str, value: Value) -> Value | None:
    if isinstance(value, Known) and isinstance(value.value, Map):
        value = value.get("value")
    return as_variable(name, value)

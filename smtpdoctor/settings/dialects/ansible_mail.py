"""Ansible's module `community.general.mail`: the options of a task in a playbook or a role.

Knows which lists of a file hold tasks, and where a `{{ name }}` in their options is from: the task,
its play, the files that the play names, the group `all`, the role. Any other expression can't be
told. What the options mean is in `ansible_mail.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from smtpdoctor.settings.carriers.places import (
    MOST_PARTS,
    NOTHING,
    documents,
    entries,
    folder_of,
    inside,
    items,
    listed,
    text,
)
from smtpdoctor.settings.dialects.base import Draft, Outcome
from smtpdoctor.settings.dialects.table import Table, read_table
from smtpdoctor.settings.readers.model import ABSENT, Entry, Known, Map, Unknown, Value
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

MODULES = ("community.general.mail", "mail", "ansible.builtin.mail")
NEEDLE = rb"(?m)^[ \t]*(?:-[ \t]+)?(?:community\.general\.|ansible\.builtin\.)?mail[ \t]*:[ \t]*$"
#: Where a play has tasks, and a task others.
TASKS = ("pre_tasks", "tasks", "post_tasks", "handlers", "block", "rescue", "always")
ROLE = re.compile(r"(?P<role>(?:.*/)?roles/[^/]+)/(?:tasks|handlers)/[^/]+")
#: `{{ name }}`, with a default that is written out; `omit` leaves the option out.
EXPRESSION = re.compile(
    r"\{\{\s*(?P<name>\w+)\s*(?:\|\s*default\(\s*(?P<default>'[^'{}]*'|\"[^\"{}]*\"|\w+)\s*"
    r"(?:,\s*(?:true|True)\s*)?\)\s*)?(?:\|\s*(?:int|string|trim)\s*)?\}\}"
)
ENVIRONMENT = re.compile(
    r"\{\{\s*(?:lookup|query)\(\s*['\"](?:[\w.]+\.)?env['\"]\s*,\s*['\"](?P<name>\w+)['\"]\s*\)"
    r"\s*\}\}"
)
#: A variable that is another's: so many times in a row.
MOST_STEPS = 8

Scope = tuple[Value, ...]


class AnsibleMail(Table):
    """Every task that sends."""

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each task with the module."""
        paths = workspace.folder.containing(NEEDLE, ".yml", ".yaml")
        for path, (root, *_) in documents(workspace, paths):
            scope = self._around(workspace, path)
            for each in items(root)[:MOST_PARTS]:
                yield from self._tasks(workspace, path, each, scope, 0)

    def _around(self, workspace: Workspace, path: str) -> Scope:
        """What a file's tasks see beside what they say themselves, the strongest first."""
        role = ROLE.fullmatch(path)
        base = role["role"] if role is not None else ""
        above = base.rpartition("roles/")[0] if role else f"{folder_of(path)}/".lstrip("/")
        patterns = [f"{above}group_vars/all.y*ml", f"{above}group_vars/all/*.y*ml"]
        if base:
            patterns = [f"{base}/vars/main.y*ml", *patterns, f"{base}/defaults/main.y*ml"]
        found = [each for pattern in patterns for each in workspace.folder.matching(pattern)]
        return tuple(root for _, (root, *_) in documents(workspace, found))

    def _tasks(
        self, workspace: Workspace, path: str, node: Value, scope: Scope, depth: int
    ) -> Iterator[Draft]:
        """The tasks of a play, of a block, or the one that this is."""
        named = [text(each) or "" for each in listed(node.get("vars_files"))]
        files = [inside(folder_of(path), each) for each in named]
        given = [
            workspace.document(each, NOTHING) for each in files if each in workspace.folder.files
        ]
        scope = (*given, node.get("vars"), *scope)
        for name in MODULES:
            options = node.get(name)
            if isinstance(options, Known) and isinstance(options.value, Map):
                yield from self._task(workspace, path, options, scope)
        for name in TASKS if depth < MOST_STEPS else ():
            for each in items(node.get(name))[:MOST_PARTS]:
                yield from self._tasks(workspace, path, each, scope, depth + 1)

    def _task(
        self, workspace: Workspace, path: str, options: Known, scope: Scope
    ) -> Iterator[Draft]:
        variables = workspace.variables((), "docker", near=path)
        read = [
            Entry(each.key, _filled(variables, str(each.key), each.value, scope), each.span)
            for each in entries(options)
        ]
        kept = [each for each in read if not each.value.absent]
        line = options.span.line if options.span is not None else 1
        yield from self.of(workspace, path, f"{path}:{line}", Known(Map(kept), options.span))

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """As the table says; `smtplib` is given no context, and verifies nothing without one."""
        return replace(super().outcome(options), verify=False)


def _filled(variables: Variables, name: str, value: Value, scope: Iterable[Value]) -> Value:
    """An option as the module gets it; `variables` are those of the machine that runs Ansible."""
    for _ in range(MOST_STEPS):
        said = text(value)
        if not isinstance(value, Known) or said is None or "{{" not in said:
            return value
        asked = ENVIRONMENT.fullmatch(said)
        if asked is not None:
            seen = variables.lookup(asked["name"])
            why = f"{name} is {asked['name']} of the environment, which is not set here"
            return seen or Unknown("environment", why, value.span)
        found = EXPRESSION.fullmatch(said)
        if found is None:
            break
        held = [each.get(found["name"]) for each in scope]
        told = next((each for each in held if not each.absent), None)
        if told is None:
            default = found["default"]
            if default == "omit":
                return Known(ABSENT)
            if default is None or not (default[0] in "'\"" or default.isdecimal()):
                break
            return Known(default.strip("'\""), value.span)
        value = told
    return Unknown("computed", f"{name} is filled in from a template", value.span)


DIALECT = AnsibleMail("ansible-mail", read_table(Path(__file__)))

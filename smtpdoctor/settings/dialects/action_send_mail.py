"""dawidd6/action-send-mail: the inputs of a step in a workflow of GitHub Actions.

Knows the steps that use it, and what `${{ env.X }}` in them is. What its inputs mean is in
`action_send_mail.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from smtpdoctor.settings.carriers.places import (
    MOST_PARTS,
    as_variable,
    documents,
    entries,
    items,
    mapped,
    text,
)
from smtpdoctor.settings.dialects.base import Draft
from smtpdoctor.settings.dialects.table import Table, read_table
from smtpdoctor.settings.readers.model import Entry, Known, Map, Value
from smtpdoctor.settings.workspace import Workspace

USES = re.compile(r"(?i)dawidd6/action-send-mail@v?(?P<version>[\w.-]+)")
ENV = re.compile(r"\$\{\{\s*env\.(?P<name>\w+)\s*\}\}")

#: main.js, get_from
WITH_ADDRESS = re.compile(r".+<.+@.+>")


class ActionSendMail(Table):
    """Every step that uses the action."""

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each step with a server."""
        paths = workspace.folder.containing(rb"(?i)dawidd6/action-send-mail@", ".yml", ".yaml")
        workflows = [path for path in paths if path.startswith(".github/workflows/")]
        for path, (root, *_) in documents(workspace, workflows):
            for job in entries(root.get("jobs"))[:MOST_PARTS]:
                env = mapped(root.get("env")) | mapped(job.value.get("env"))
                for step in items(job.value.get("steps"))[:MOST_PARTS]:
                    used = USES.fullmatch(text(step.get("uses")) or "")
                    if used is not None:
                        yield from self._step(workspace, path, step, env, used["version"])

    def _step(
        self,
        workspace: Workspace,
        path: str,
        step: Value,
        env: Mapping[str, Value],
        version: str,
    ) -> Iterator[Draft]:
        env = {**env, **mapped(step.get("env"))}
        given = entries(step.get("with"))
        inputs = [
            Entry(each.key, _input(str(each.key), each.value, env), each.span) for each in given
        ]
        inputs = [each for each in inputs if each.key != "from" or _is_sender(each.value)]
        line = step.span.line if step.span is not None else 1
        for draft in self.of(workspace, path, f"{path}:{line}", Known(Map(inputs), step.span)):
            draft.version = version if version[:1].isdigit() else ""
            yield draft


def _is_sender(value: Value) -> bool:
    """Whether mail is from what stands there: of a name, or an address without < and >, the action
    makes the name of a sender with the user name's address."""
    return not isinstance(value, Known) or WITH_ADDRESS.search(text(value) or "") is not None


def _input(name: str, value: Value, env: Mapping[str, Value]) -> Value:
    """An input as the action gets it: `${{ env.X }}` filled in, what else is filled in not told."""
    found = ENV.fullmatch(text(value) or "")
    if found is not None and found["name"] in env:
        return env[found["name"]]
    made = as_variable(name, value)
    return value if made is None or isinstance(made, Known) else made


DIALECT = ActionSendMail("action-send-mail", read_table(Path(__file__)))

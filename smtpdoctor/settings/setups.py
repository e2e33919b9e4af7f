"""Every way in which a program of the folder would send: found by marks, never by running.

Knows dialects by their protocol alone, and how their set-ups get their names. It must not know
any program, nor what a run does with set-ups.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from smtpdoctor.settings.dialects.base import dialects
from smtpdoctor.settings.folder import Skipped
from smtpdoctor.settings.setup import Setup, finish, renamed
from smtpdoctor.settings.workspace import Workspace


class Found(msgspec.Struct, frozen=True):
    """The set-ups of a folder, and what was passed over and why."""

    setups: tuple[Setup, ...]
    skipped: tuple[Skipped, ...]


def find_setups(workspace: Workspace) -> Found:
    """All set-ups, in the order of the dialects and of the files."""
    setups = [
        finish(draft, workspace) for dialect in dialects() for draft in dialect.find(workspace)
    ]
    return Found(tuple(_named_apart(setups)), tuple(workspace.folder.skipped))


def _named_apart(setups: Iterable[Setup]) -> list[Setup]:
    """The same, so that no two have one name."""
    seen: dict[str, int] = {}
    named = []
    for setup in setups:
        count = seen[setup.name] = seen.get(setup.name, 0) + 1
        named.append(setup if count == 1 else renamed(setup, f"{setup.name} ({count})"))
    return named

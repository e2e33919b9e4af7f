"""Play Mailer: `play.mailer` of a Play application's configuration.

Knows which files that is in; `play_mailer.toml` says what it means.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from posixpath import normpath

from smtpdoctor.settings.dialects.base import Draft
from smtpdoctor.settings.dialects.hocon_table import HoconTable
from smtpdoctor.settings.readers.model import Entry
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

USUAL = "application.conf"
#: What an application is started with in production, where its folder has it: -Dconfig.file.
PRODUCTION = tuple(
    f"{before}{word}.conf"
    for word in ("production", "prod")
    for before in ("", "application.", "application-")
)
#: `include "common/mail"`, with or without what says where that is.
INCLUDE = re.compile(
    r"(?m)^include[ \t]+(?:required[ \t]*\([ \t]*)?"
    r'(?:(?:file|classpath)[ \t]*\([ \t]*)?"([^"\n]+)"'
)
#: Files within files beyond this are nobody's, and so are more of them for one application.
DEEPEST, MOST = 4, 30


class PlayMailer(HoconTable):
    """One for each application."""

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """The file for production of each folder, else its usual one."""
        found: dict[str, Draft] = {}
        for draft in super().find(workspace):
            folder, _, name = draft.place.rpartition("/")
            if folder not in found or name != USUAL:
                found[folder] = draft
        yield from found.values()

    def _entries(self, workspace: Workspace, path: str, variables: Variables) -> Iterator[Entry]:
        """What the file sets, with what it includes at the place where it does."""
        return self._with_included(workspace, path, variables, (), itertools.count(1))

    def _with_included(
        self,
        workspace: Workspace,
        path: str,
        variables: Variables,
        within: tuple[str, ...],
        numbers: Iterator[int],
    ) -> Iterator[Entry]:
        """`within` are the files that include this one; `numbers` count all that are included."""
        own = list(super()._entries(workspace, path, variables))
        text = workspace.folder.text(path) or ""
        for found in INCLUDE.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            while own and own[0].span is not None and own[0].span.line < line:
                yield own.pop(0)
            other = _included(workspace, path, found[1])
            around = (*within, path)
            if other and other not in around and len(within) < DEEPEST and next(numbers) <= MOST:
                yield from self._with_included(workspace, other, variables, around, numbers)
        yield from own


def _included(workspace: Workspace, path: str, name: str) -> str | None:
    """The file that is meant, beside the one that names it; without an ending it is a .conf."""
    folder = path.rpartition("/")[0]
    for each in (name, f"{name}.conf"):
        other = normpath(f"{folder}/{each}").lstrip("/")
        if other.endswith(".conf") and workspace.folder.has(other):
            return other
    return None


DIALECT = PlayMailer(
    Path(__file__),
    ("play", "mailer"),
    [f"{base}conf/{name}" for base in ("", "*/") for name in (USUAL, *PRODUCTION)],
)

"""Play Mailer: `play.mailer` of a Play application's configuration.

Knows which files that is in; `play_mailer.toml` says what it means.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from smtpdoctor.settings.dialects.base import Draft
from smtpdoctor.settings.dialects.hocon_table import HoconTable
from smtpdoctor.settings.readers.model import Entry
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

USUAL = "application.conf"
#: What an application is started with in production, where its folder has it: -Dconfig.file.
PRODUCTION = ("production.conf", "prod.conf")


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
        """What the file sets; the one for production includes the usual one, and stands over it."""
        folder, _, name = path.rpartition("/")
        if name != USUAL and "include" in (workspace.folder.text(path) or ""):
            yield from super()._entries(workspace, f"{folder}/{USUAL}", variables)
        yield from super()._entries(workspace, path, variables)


DIALECT = PlayMailer(
    Path(__file__),
    ("play", "mailer"),
    [f"{base}conf/{name}" for base in ("", "*/") for name in (USUAL, *PRODUCTION)],
)

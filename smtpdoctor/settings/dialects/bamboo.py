"""Bamboo's SMTP adapter: `config :app, App.Mailer, adapter: Bamboo.SMTPAdapter`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Outcome
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.gen_smtp import FIELDS, MODES, WRONG, Library, drafts, outcome
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)
LIBRARY = Library(
    adapter="Bamboo.SMTPAdapter",
    silent={"Bamboo.LocalAdapter": "local", "Bamboo.TestAdapter": "test"},
    prefix="Bamboo.",
    host="server",
    messages=rb"Bamboo\.Email",
)


class Bamboo:
    id = "bamboo"
    name = DATA.name
    client: str | None = None
    package = "bamboo_smtp"
    fields: Mapping[str, Field] = {**FIELDS, **WRONG}
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = MODES

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each mailer of a Mix project."""
        yield from drafts(workspace, LIBRARY, self, DATA)

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """What becomes of these settings."""
        return outcome(options, LIBRARY, DATA)


DIALECT = Bamboo()

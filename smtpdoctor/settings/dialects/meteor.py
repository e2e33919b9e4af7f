"""Meteor: the URL in MAIL_URL, for Nodemailer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.nodemailer import Given, Nodemailer
from smtpdoctor.settings.readers.model import ABSENT, Known
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)
NAME = "MAIL_URL"


class Meteor(Nodemailer):
    id = "meteor"
    name = DATA.name

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """The folder's own program, where Meteor made it and somebody sets MAIL_URL."""
        folder = workspace.folder
        if not (folder.has(".meteor/release") or folder.has(".meteor/packages")):
            return
        variables = workspace.variables(workspace.dotenv_files("", ".env"), "npm-dotenv")
        held = variables.held(NAME)
        if not held:
            return
        span = held[0].value.span

        def given(under: Variables) -> Given:
            return Given(
                under.lookup(NAME) or Known(ABSENT), lambda: Known(ABSENT), span.line if span else 1
            )

        draft = self.draft(workspace, span.file if span else "", variables, given)
        if span is None:
            draft.place, draft.files = held[0].layer.label, ()
        yield draft

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """As Nodemailer's, but that Meteor wants one of two schemes."""
        found = super().outcome(options)
        if options.get("url.scheme") in ("smtp", "smtps"):
            return found
        fault = Remark("url", DATA.because["scheme"], "", tuple(DATA.sources.values()))
        return replace(found, fault=fault, misread=())


DIALECT = Meteor()

"""Payload: its Nodemailer adapter, in payload.config."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.node_variables import SUFFIXES, all_variables
from smtpdoctor.settings.dialects.nodemailer import Given, Nodemailer
from smtpdoctor.settings.readers.model import Known
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)


class Payload(Nodemailer):
    id = "payload"
    name = DATA.name

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each adapter that makes its own transport; another's is that one's set-up."""
        for path in workspace.folder.containing(rb"\bnodemailerAdapter\s*\(", *SUFFIXES):
            for variables in all_variables(workspace, path):
                module = workspace.module(path, variables)
                for number, call in enumerate(module.calls("nodemailerAdapter") if module else ()):
                    if call.reached is not False and call.argument(0).get("transport").absent:
                        yield self._adapter(workspace, path, variables, number)

    def _adapter(self, workspace: Workspace, path: str, variables: Variables, number: int) -> Draft:
        def given(under: Variables) -> Given:
            module = workspace.module(path, under)
            assert module is not None
            call = module.calls("nodemailerAdapter")[number]
            options = call.argument(0)
            return Given(
                options.get("transportOptions"),
                lambda: options.get("defaultFromAddress"),
                call.span.line,
            )

        draft = self.draft(workspace, path, variables, given)
        if given(variables).argument.absent:
            draft.options["missing"] = Option("missing", Known(True))
        return draft

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """As Nodemailer's, but that without options mail goes to a test account."""
        found = super().outcome(options)
        if not options.get("missing"):
            return found
        remark = Remark(
            "transportOptions", DATA.because["ethereal"], "", tuple(DATA.sources.values())
        )
        return replace(found, host="smtp.ethereal.email", not_sent=remark, misread=())


DIALECT = Payload()

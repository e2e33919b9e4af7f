"""Auth.js and NextAuth: the server and sender of their e-mail provider, for Nodemailer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.node_variables import SUFFIXES, all_variables
from smtpdoctor.settings.dialects.nodemailer import Given, Nodemailer
from smtpdoctor.settings.model import Field
from smtpdoctor.settings.readers.model import Known
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)
#: By where they are imported from: the local name is the program's.
PROVIDERS = ("providers.email", "providers.nodemailer", "Providers.Email")
MARK = rb"/providers/email|/providers/nodemailer|Providers\.Email"
#: What the mark is of; a program's own module may be called so, too.
LIBRARY = re.compile(rb"(next-auth|@auth/[\w-]+)/providers/(email|nodemailer)|Providers\.Email")


class AuthJs(Nodemailer):
    id = "authjs"
    name = DATA.name
    fields: Mapping[str, Field] = {**Nodemailer.fields, "server": "url"}

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each e-mail provider that some way through the program makes."""
        for path in workspace.folder.containing(MARK, *SUFFIXES):
            if not LIBRARY.search(workspace.folder.data(path) or b""):
                continue
            for variables in all_variables(workspace, path):
                module = workspace.module(path, variables)
                for number, call in enumerate(module.calls(*PROVIDERS) if module else ()):
                    if call.reached is not False:
                        yield self._provider(workspace, path, variables, number)

    def _provider(
        self, workspace: Workspace, path: str, variables: Variables, number: int
    ) -> Draft:
        def given(under: Variables) -> Given:
            module = workspace.module(path, under)
            assert module is not None
            call = module.calls(*PROVIDERS)[number]
            options = call.argument(0)
            return Given(options.get("server"), lambda: options.get("from"), call.span.line)

        draft = self.draft(workspace, path, variables, given)
        server = given(variables).argument
        if isinstance(server, Known) and server.absent:
            draft.options["server"] = Option("server", server, lambda under: given(under).argument)
            draft.options["missing"] = Option("missing", Known(True))
        return draft

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """As Nodemailer's, but that without a server there is none."""
        found = super().outcome({name: options[name] for name in options if name != "missing"})
        if not options.get("missing"):
            return found
        fault = Remark("server", DATA.because["server-missing"], "", tuple(DATA.sources.values()))
        return replace(found, fault=fault, misread=())


DIALECT = AuthJs()

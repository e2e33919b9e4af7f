"""Nuxt's modules for mail, nuxt-nodemailer and nuxt-mail: their options, for Nodemailer."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.settings.dialects.base import Draft
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.node_variables import all_variables
from smtpdoctor.settings.dialects.nodemailer import Given, Nodemailer, first_sender
from smtpdoctor.settings.readers.javascript_config import nuxt_module
from smtpdoctor.settings.readers.model import ABSENT, Known, List, Value
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

#: Each module with the key of its options, and where in them Nodemailer's are.
MODULES = {"nuxt-nodemailer": ("nodemailer", ()), "nuxt-mail": ("mail", ("smtp",))}
USES = rb"\buseNodeMailer\b|\buseMail\b"


class NuxtMailer(Nodemailer):
    id = "nuxt-mailer"
    name = DATA.name

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each of the modules that a nuxt.config lists."""
        for path in workspace.folder.matching("*nuxt.config.*"):
            for variables in all_variables(workspace, path):
                for package in MODULES:
                    if not _options(workspace, path, package, variables).absent:
                        yield self._module(workspace, path, package, variables)

    def _module(self, workspace: Workspace, path: str, package: str, variables: Variables) -> Draft:
        def given(under: Variables) -> Given:
            whole = _options(workspace, path, package, under)
            options = whole.at(*MODULES[package][1])
            line = whole.span.line if whole.span is not None else 1
            return Given(options, lambda: _sender(workspace, whole, under), line)

        return self.draft(workspace, path, variables, given)


DIALECT = NuxtMailer()


def _options(workspace: Workspace, path: str, package: str, variables: Variables) -> Value:
    module = workspace.module(path, variables)
    if module is None:
        return Known(ABSENT)
    return nuxt_module(module, package, MODULES[package][0])


def _sender(workspace: Workspace, whole: Value, variables: Variables) -> Value:
    """That of the options, or of nuxt-mail's first message, else that of the first message that
    the program sends."""
    message = whole.get("message")
    if isinstance(message, Known) and isinstance(message.value, List):
        message = next(iter(message.value), Known(ABSENT))
    for each in (whole.get("from"), message.get("from")):
        if not each.absent:
            return each
    return first_sender(workspace, variables, USES, "sendMail", "mail.send")

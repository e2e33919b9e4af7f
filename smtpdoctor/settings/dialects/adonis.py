"""AdonisJS: the SMTP mailers of config/mail, for Nodemailer."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.settings.dialects.base import Draft
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.node_variables import SUFFIXES, all_variables
from smtpdoctor.settings.dialects.nodemailer import LEFT_OUT, Given, Nodemailer
from smtpdoctor.settings.readers.model import ABSENT, Known, Map, Value
from smtpdoctor.settings.readers.module import Module
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)
MARK = rb"@adonisjs/mail|@ioc:Adonis/Addons/Mail"


class Adonis(Nodemailer):
    id = "adonis"
    name = DATA.name

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each mailer that sends by SMTP."""
        for path in workspace.folder.containing(MARK, *SUFFIXES):
            if path.rpartition("/")[2].partition(".")[0] != "mail":
                continue
            for variables in all_variables(workspace, path):
                module = workspace.module(path, variables)
                for number in range(len(_mailers(module)) if module is not None else 0):
                    yield self._mailer(workspace, path, variables, number)

    def _mailer(self, workspace: Workspace, path: str, variables: Variables, number: int) -> Draft:
        def given(under: Variables) -> Given:
            module = workspace.module(path, under)
            assert module is not None
            mailers = _mailers(module)
            if number >= len(mailers):  # these variables leave it out
                return LEFT_OUT
            options, line = mailers[number]
            return Given(options, lambda: _sender(module), line)

        return self.draft(workspace, path, variables, given)


def _mailers(module: Module) -> list[tuple[Value, int]]:
    """The options of each with their lines: `transports.smtp({…})`, or those whose driver is smtp
    (until @adonisjs/mail 8)."""
    found = [
        (call.argument(0), call.span.line)
        for call in module.calls("transports.smtp")
        if call.reached is not False
    ]
    for call in module.calls("mailConfig"):
        mailers = call.argument(0).get("mailers")
        if not isinstance(mailers, Known) or not isinstance(mailers.value, Map):
            continue
        for entry in mailers.value.entries:
            driver = entry.value.get("driver")
            if isinstance(driver, Known) and driver.value == "smtp" and entry.span is not None:
                found.append((entry.value, entry.span.line))
    return found


def _sender(module: Module) -> Value:
    """The sender of all mailers: an address, or an object with one."""
    for call in module.calls("defineConfig", "mailConfig"):
        sender = call.argument(0).get("from")
        if not sender.absent:
            return sender
    return Known(ABSENT)


DIALECT = Adonis()

"""Nest's mailer: the transports of `MailerModule.forRoot` and `forRootAsync`, for Nodemailer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smtpdoctor.settings.dialects.base import Draft
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.node_variables import SUFFIXES, all_variables
from smtpdoctor.settings.dialects.nodemailer import MOST_CALLERS, Given, Nodemailer, sender_of
from smtpdoctor.settings.readers.model import Known, Map, Value
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.module import FoundCall, Module

DATA = load(__file__)
CALLS = ("MailerModule.forRoot", "MailerModule.forRootAsync")


class NestMailer(Nodemailer):
    id = "nestjs-mailer"
    name = DATA.name

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each transport of each `MailerModule.forRoot…`."""
        for path in workspace.folder.containing(rb"MailerModule\s*\.\s*forRoot", *SUFFIXES):
            for variables in all_variables(workspace, path):
                module = workspace.module(path, variables)
                for number, call in enumerate(module.calls(*CALLS) if module else ()):
                    if module is None or call.reached is False:
                        continue
                    for keys in _transports(_options(workspace, module, call, variables)):
                        yield self._nest(workspace, path, variables, number, keys)

    def _nest(
        self,
        workspace: Workspace,
        path: str,
        variables: Variables,
        number: int,
        keys: tuple[str, ...],
    ) -> Draft:
        def given(under: Variables) -> Given:
            module = workspace.module(path, under)
            assert module is not None
            call = module.calls(*CALLS)[number]
            options = _options(workspace, module, call, under)
            return Given(
                options.at(*keys),
                lambda: sender_of(
                    workspace, module, under, options.get("defaults"), _messages(workspace, under)
                ),
                call.span.line,
            )

        return self.draft(workspace, path, variables, given)


def _messages(workspace: Workspace, variables: Variables) -> Iterator[FoundCall]:
    """What services hand to the `MailerService` that Nest gives them."""
    for path in workspace.folder.containing(rb"\bMailerService\b", *SUFFIXES)[:MOST_CALLERS]:
        module = workspace.module(path, variables)
        yield from module.calls("sendMail") if module is not None else ()


def _options(workspace: Workspace, module: Module, call: FoundCall, variables: Variables) -> Value:
    """The module's options: as they stand, or what the factory or the class gives for them."""
    given = call.argument(0)
    factory = given.get("useFactory")
    if not factory.absent:
        return module.result(factory)
    if given.get("useClass").absent and given.get("useExisting").absent:
        return given
    for path in workspace.folder.containing(rb"\bcreateMailerOptions\b", *SUFFIXES):
        other = workspace.module(path, variables)
        for name, function in other.functions().items() if other is not None else ():
            if other is not None and name.endswith(".createMailerOptions"):
                return other.result(function)
    return given.get("useClass")


def _transports(options: Value) -> list[tuple[str, ...]]:
    """The paths of the transports: one, or several with names."""
    several = options.get("transports")
    if isinstance(several, Known) and isinstance(several.value, Map):
        return [("transports", str(name)) for name in several.value.keys()]  # noqa: SIM118
    return [("transport",)]


DIALECT = NestMailer()

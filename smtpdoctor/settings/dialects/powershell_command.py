"""A command of PowerShell that sends mail by its parameters, as a dialect.

Knows how parameters are given and put in. What they are called and what they come to is each
command's own.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome
from smtpdoctor.settings.dialects.in_code import Ask, option
from smtpdoctor.settings.model import Edit, Field, TLSMode
from smtpdoctor.settings.prepare import literal, put_in
from smtpdoctor.settings.readers.model import (
    ABSENT,
    Known,
    LanguageName,
    Map,
    Symbol,
    Unknown,
    Value,
)
from smtpdoctor.settings.readers.module import FoundCall, Module
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

LANGUAGE: LanguageName = "powershell"
USER, PASSWORD = "Credential.UserName", "Credential.Password"


class PowerShellCommand(ABC):
    """`settings`: its parameters in lower case, with their own names. `switches`: those that have
    no value to change where they stand alone."""

    id: str
    name: str
    client: str | None
    command: str
    settings: Mapping[str, str]
    switches: tuple[str, ...] = ()
    fields: Mapping[str, Field]
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]]

    @abstractmethod
    def parameter(self, module: Module, call: FoundCall, name: str) -> Value:
        """What a parameter is given; what can't be told may be any."""

    @abstractmethod
    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """What the command does."""

    def sends_by_smtp(self, call: FoundCall) -> bool:
        """Whether the command, as it is called there, sends by SMTP."""
        return True

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each command that some way through the script reaches."""
        name = rf"(?i)\b{re.escape(self.command)}\b".encode()
        for path in workspace.folder.containing(name, ".ps1", ".psm1"):
            variables = workspace.variables((), "docker", near=path)
            module = workspace.module(path, variables)
            for place, call in enumerate(self._commands(module)):
                if module is not None and call.reached is not False and self.sends_by_smtp(call):
                    yield self._draft(workspace, module, variables, place)

    def _draft(
        self, workspace: Workspace, module: Module, variables: Variables, place: int
    ) -> Draft:
        def asked(name: str) -> Ask:
            return lambda m: self.parameter(m, self._commands(m)[place], name)

        credential = asked("credential")
        asks: dict[str, Ask] = {
            **{own: asked(name) for name, own in self.settings.items()},
            USER: lambda m: _credential_part(credential(m), 0),
            PASSWORD: lambda m: _credential_part(credential(m), 1),
        }
        options: dict[str, Option] = {}
        for name, ask in asks.items():
            found = option(workspace, module, name, ask)
            if found is None or _is_nothing(found.value):
                continue
            alone = (workspace.text_of(found.value.written) or "")[:1] == "-"
            options[name] = replace(found, together=name in self.switches and alone)
        call = self._commands(module)[place]
        return Draft(
            dialect=self,
            place=f"{module.file}:{call.span.line}",
            options=options,
            variables=variables,
            language=LANGUAGE,
            files=(module.file,),
            insert=lambda new: _insert(workspace, call, options, new),
        )

    def _commands(self, module: Module | None) -> list[FoundCall]:
        return module.calls(self.command) if module is not None else []


def _credential_part(credential: Value, at: int) -> Value:
    """The user or the password of `New-Object PSCredential($user, $password)`."""
    if isinstance(credential, Known) and isinstance(credential.value, Map):
        return credential.value.get(at)
    if isinstance(credential, Known) and isinstance(credential.value, Symbol):
        return Known(ABSENT)  # [PSCredential]::Empty
    if isinstance(credential, Known) and isinstance(credential.value, str):
        why = "whoever runs the script types it"
        return Unknown("called", why, credential.span) if at else credential
    return credential


def _is_nothing(value: Value) -> bool:
    return isinstance(value, Known) and value.value is None and not value.variables


def _insert(
    workspace: Workspace, call: FoundCall, options: Mapping[str, Option], new: Mapping[str, Any]
) -> tuple[Edit, ...]:
    """Further parameters behind the command's name; `:$false` behind a switch that is there."""
    edits: list[Edit] = []
    words = ""
    for name, value in new.items():
        there = options[name].value.written if name in options else None
        if there is not None:
            edits.append(put_in(workspace, there, there.columns[1], f":{literal(value, LANGUAGE)}"))
        elif value is not False:
            words += f" -{name}" if value is True else f" -{name} {literal(value, LANGUAGE)}"
    if words:
        span = call.name_span
        edits.append(put_in(workspace, span, span.columns[1], words))
    return tuple(edits)

"""python-emails: the `smtp={…}` that a message is sent with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Outcome, Remark, conflict
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.in_code import option
from smtpdoctor.settings.dialects.python_code import (
    host_told,
    is_true,
    number,
    put_in_arguments,
    python_variables,
    reaches,
    says_no,
    switch,
    text,
)
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.model import ABSENT, Known, List, Value
from smtpdoctor.settings.readers.module import FoundCall, Module
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

FIELDS: Mapping[str, Field] = {
    "host": "host",
    "port": "port",
    "ssl": "tls",
    "tls": "tls",
    "user": "username",
    "password": "password",
    "mail_from": "sender",
}
IMPORT = rb"(?m)^[^\S\n]*(?:import\s+(?:\w[\w., ]*,\s*)?emails\b|from\s+emails\b)"


class PythonEmails:
    id = "python-emails"
    name = DATA.name
    client: str | None = DATA.client
    fields = FIELDS
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        "implicit": ({"ssl": True}, {"ssl": True, "tls": False}),
        "starttls": ({"tls": True}, {"tls": True, "ssl": False}),
        "none": ({"tls": False}, {"ssl": False}, {"tls": False, "ssl": False}),
    }

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each `send(smtp=…)` that some way through a file reaches."""
        for path in workspace.folder.containing(IMPORT, ".py"):
            variables = python_variables(workspace, path)
            module = workspace.module(path, variables)
            for place, call in enumerate(_sends(module) if module is not None else ()):
                if reaches(call) and module is not None:
                    yield self._draft(workspace, module, variables, place, call.span.line)

    def _draft(
        self,
        workspace: Workspace,
        module: Module,
        variables: Variables,
        place: int,
        line: int,
    ) -> Draft:
        options = {}
        for name in FIELDS:

            def ask(module: Module, name: str = name) -> Value:
                if name == "mail_from":
                    return _sender(module)
                calls = _sends(module)
                given = calls[place].argument(99, "smtp") if place < len(calls) else Known(ABSENT)
                return given.get(name)

            found = option(workspace, module, name, ask)
            if found is not None and (name != "mail_from" or isinstance(found.value, Known)):
                options[name] = switch(found, variables)
        if "host" in options:
            options["host"] = host_told(options["host"])
        return Draft(
            dialect=self,
            place=f"{module.file}:{line}",
            options=options,
            variables=variables,
            language="python",
            files=(module.file,),
            insert=lambda new: put_in_arguments(
                workspace,
                [options[name] for name in FIELDS if name in options],
                new,
                '"{name}": {value}',
            ),
            opposites={"ssl": "tls", "tls": "ssl"},
        )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        return outcome(options)


DIALECT = PythonEmails()


def _sends(module: Module) -> list[FoundCall]:
    return [call for call in module.calls("send", "send_async") if "smtp" in call.named()]


def _sender(module: Module) -> Value:
    """The address of the first message: alone, or behind a name."""
    for call in module.calls("Message", "html"):
        value = call.argument(99, "mail_from")
        if isinstance(value, Known) and isinstance(value.value, List):
            value = value.value.get(1)
        if isinstance(value, Known) and isinstance(value.value, str):
            return value
    return Known(ABSENT)


def outcome(options: Mapping[str, Any]) -> Outcome:
    """What python-emails makes of them (SMTPBackend.__init__, SMTPClientWithResponse)."""
    ssl, starttls = options.get("ssl"), options.get("tls")
    sources = tuple(DATA.sources.values())
    misread = tuple(
        Remark(name, DATA.because[f"{name}-text"], taken_as, sources)
        for name, taken_as in (("ssl", "implicit TLS"), ("tls", "STARTTLS"))
        if says_no(options.get(name))
    )
    both = is_true(ssl) and is_true(starttls)
    fault = conflict(Remark("ssl", DATA.because["both"], "", sources)) if both else None
    tls: TLSMode = "implicit" if is_true(ssl) else "starttls" if is_true(starttls) else "none"
    deciding = sorted(
        (name for name in ("ssl", "tls") if name in options),
        key=lambda name: not is_true(options[name]),
    )
    user = text(options.get("user")) or None
    return Outcome(
        host=text(options.get("host")) or None,
        port=number(options.get("port")) or (465 if tls == "implicit" else 25),
        tls=tls,
        required=tls == "starttls",
        username=user,
        password=text(options.get("password")) if user else None,
        sender=text(options.get("mail_from")),
        verify=False,  # no context is given
        by={
            **{field: (name,) for name, field in FIELDS.items() if field != "tls"},
            "tls": tuple(deciding),
        },
        misread=misread,
        fault=fault,
    )

"""Python's logging: the arguments of `SMTPHandler(…)`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.in_code import option
from smtpdoctor.settings.dialects.python_code import (
    edit,
    number,
    python_variables,
    reaches,
    text,
)
from smtpdoctor.settings.model import Edit, Field, TLSMode
from smtpdoctor.settings.readers.model import ABSENT, Known, List, Span, Unknown, Value
from smtpdoctor.settings.readers.module import FoundCall, Module
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

CALLS = ("SMTPHandler",)
FIELDS: Mapping[str, Field] = {
    "host": "host",
    "port": "port",
    "secure": "tls",
    "username": "username",
    "password": "password",
    "fromaddr": "sender",
}
#: Arguments by their places, and what of a tuple an option is.
PLACES = {
    "host": (0, "mailhost", 0),
    "port": (0, "mailhost", 1),
    "username": (4, "credentials", 0),
    "password": (4, "credentials", 1),
    "fromaddr": (1, "fromaddr", None),
    "secure": (5, "secure", None),
}


class SmtpHandler:
    id = "smtp-handler"
    name = DATA.name
    client: str | None = DATA.client
    fields = FIELDS
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        "implicit": (),  # it knows none
        "starttls": ({"secure": True},),
        "none": ({"secure": None},),
    }

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each handler whose host is told: most take a framework's, which is read there."""
        for path in workspace.folder.containing(rb"\bSMTPHandler\b", ".py"):
            variables = python_variables(workspace, path)
            module = workspace.module(path, variables)
            for place, call in enumerate(module.calls(*CALLS) if module is not None else ()):
                host = _value(call, "host")
                told = isinstance(host, Known) and isinstance(host.value, str)
                if reaches(call) and told and module is not None:
                    yield self._draft(workspace, module, variables, place)

    def _draft(
        self, workspace: Workspace, module: Module, variables: Variables, place: int
    ) -> Draft:
        call = module.calls(*CALLS)[place]
        options: dict[str, Option] = {}
        for name in FIELDS:

            def ask(module: Module, name: str = name) -> Value:
                return _value(module.calls(*CALLS)[place], name)

            found = option(workspace, module, name, ask)
            if found is not None:
                options[name] = found
        return Draft(
            dialect=self,
            place=f"{module.file}:{call.span.line}",
            options=options,
            variables=variables,
            language="python",
            files=(module.file,),
            insert=lambda new: insert(workspace, call, new),
        )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        return outcome(options)


DIALECT = SmtpHandler()


def _value(call: FoundCall, name: str) -> Value:
    """An argument, or one part of the tuple that it is."""
    place, argument, part = PLACES[name]
    value = call.argument(place, argument)
    if name == "secure":  # a tuple, which may be empty, and still says it
        given = isinstance(value, Known) and isinstance(value.value, List)
        return Known(True, value.span) if given else value
    if part is None or isinstance(value, Unknown):
        return value
    if isinstance(value.value, List):
        return value.value.get(part, value.span)
    return value if name == "host" else Known(ABSENT)


def insert(workspace: Workspace, call: FoundCall, new: Mapping[str, Any]) -> tuple[Edit, ...]:
    """`secure=()` behind the last argument."""
    span, held = call.span, workspace.text_of(call.span)
    if set(new) != {"secure"} or new["secure"] is not True or held is None:
        return ()
    end = span.columns[1]
    place = Span(span.file, span.line, (end - 1, end), span.line)
    made = edit(workspace, place, ", secure=())") if held.endswith(")") else None
    return (made,) if made is not None else ()


def outcome(options: Mapping[str, Any]) -> Outcome:
    """What it does with them (SMTPHandler.emit)."""
    user = text(options.get("username")) or None
    secure = options.get("secure") is not None
    tls: TLSMode = "starttls" if secure and user else "none"
    ignored: tuple[Remark, ...] = ()
    if secure and not user:
        sources = tuple(DATA.sources.values())
        ignored = (Remark("secure", DATA.because["no-login"], "", sources),)
    host, port = text(options.get("host")) or None, number(options.get("port"))
    if host is not None and not port and host.count(":") == 1:  # smtplib takes it apart
        name, _, behind = host.partition(":")
        host, port = (name, int(behind)) if behind.isdigit() else (host, port)
    return Outcome(
        host=host,
        port=port or 25,
        tls=tls,
        required=tls == "starttls",
        username=user,
        password=text(options.get("password")) if user else None,
        sender=text(options.get("fromaddr")),
        verify=False,  # no context is given
        by={
            **{field: (name,) for name, field in FIELDS.items() if field != "tls"},
            "tls": ("secure",) if "secure" in options else (),
        },
        ignored=ignored,
    )

"""Python's logging: the arguments of `SMTPHandler(…)`, in a call, a dictConfig or a fileConfig."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.in_code import option
from smtpdoctor.settings.dialects.python_code import (
    edit,
    host_and_port,
    number,
    python_variables,
    reaches,
    text,
)
from smtpdoctor.settings.model import Edit, Field, TLSMode
from smtpdoctor.settings.readers.model import ABSENT, Known, List, Map, Span, Unknown, Value
from smtpdoctor.settings.readers.module import FoundCall, Module
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

CALLS = ("SMTPHandler",)
#: Gives an argument by its place and name.
Ask = Callable[[int, str], Value]
#: Gives a whole configuration of logging.
Source = Callable[[Module], Value]
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
            if module is None:
                continue
            for place, call in enumerate(module.calls(*CALLS)):
                if not reaches(call):
                    continue

                def given(module: Module, place: int = place) -> Ask:
                    return module.calls(*CALLS)[place].argument

                draft = self._draft(workspace, module, variables, given)
                if draft is not None:
                    draft.place = f"{path}:{call.span.line}"
                    draft.insert = partial(insert, workspace, call)
                    yield draft
            for source, handler in _configured(module):

                def keyed(module: Module, source: Source = source, handler: str = handler) -> Ask:
                    found = source(module).at("handlers", handler)
                    return lambda _, key: found.get(key)

                draft = self._draft(workspace, module, variables, keyed)
                if draft is not None:
                    yield draft
        yield from self._in_files(workspace)

    def _in_files(self, workspace: Workspace) -> Iterator[Draft]:
        def written(module: Module) -> Ask:
            return partial(_argument, module)

        for path, module in _files(workspace):
            draft = self._draft(workspace, module, python_variables(workspace, path), written)
            if draft is not None:
                yield draft

    def _draft(
        self,
        workspace: Workspace,
        module: Module,
        variables: Variables,
        given: Callable[[Module], Ask],
    ) -> Draft | None:
        """The handler whose arguments are given so; None where its host can't be told."""
        options: dict[str, Option] = {}
        for name in FIELDS:

            def ask(module: Module, name: str = name) -> Value:
                return _value(given(module), name)

            found = option(workspace, module, name, ask)
            if found is not None:
                options[name] = found
        host = options["host"].value if "host" in options else Known(ABSENT)
        if not isinstance(host, Known) or not isinstance(host.value, str):
            return None
        return Draft(
            dialect=self,
            place=f"{module.file}:{host.span.line}" if host.span is not None else module.file,
            options=options,
            variables=variables,
            language="python",
            files=(module.file,),
        )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        return outcome(options)


DIALECT = SmtpHandler()


def _of_call(place: int) -> Source:
    return lambda module: module.calls("dictConfig")[place].argument(0)


def _of_django(module: Module) -> Value:
    return module.value("LOGGING")


def _configured(module: Module) -> Iterator[tuple[Source, str]]:
    """The handlers of a dictConfig that some logger has, and Django's `LOGGING`."""
    calls = enumerate(module.calls("dictConfig"))
    sources = [_of_call(place) for place, call in calls if reaches(call)] or [_of_django]
    for source in sources:
        whole = source(module)
        handlers = whole.get("handlers")
        used = [*_listed(whole.at("root", "handlers"))]
        for logger in _keys(whole.get("loggers")):
            used += _listed(whole.at("loggers", logger, "handlers"))
        for name in _keys(handlers):
            class_ = handlers.at(name, "class")
            is_mail = isinstance(class_, Known) and str(class_.value).endswith("SMTPHandler")
            if is_mail and name in used:
                yield source, name


def _files(workspace: Workspace) -> Iterator[tuple[str, Module]]:
    """The handlers of files that `fileConfig` reads, each as the lines of Python in its section:
    `args` and `kwargs` are expressions (logging.config._install_handlers)."""
    for path in workspace.folder.containing(rb"\bSMTPHandler\b", ".ini", ".conf", ".cfg"):
        root = workspace.document(path, Variables(()))
        sections = _keys(root)
        used = {
            name
            for each in sections
            if each.startswith("logger_")
            for name in _names(root.at(each, "handlers"))
        }
        for name in _names(root.at("handlers", "keys")):
            section = f"handler_{name}"
            class_ = root.at(section, "class")
            is_mail = isinstance(class_, Known) and str(class_.value).endswith("SMTPHandler")
            if not is_mail or name not in used or section not in sections:
                continue
            lines = (workspace.folder.text(path) or "").split("\n")
            yield path, workspace.python_in(path, "\n".join(_lines_of(lines, section)))


def _lines_of(lines: list[str], section: str) -> Iterator[str]:
    """The lines with `args` and `kwargs` of one section, all others empty."""
    inside = keeps = False
    for line in lines:
        if line.startswith("["):
            inside, keeps = line.strip() == f"[{section}]", False
        elif line[:1].strip():
            keeps = inside and re.match(r"(kw)?args\s*=", line) is not None
        yield line if keeps else ""


def _names(value: Value) -> list[str]:
    said = str(value.value) if isinstance(value, Known) and not value.absent else ""
    return [name.strip() for name in said.split(",") if name.strip()]


def _argument(module: Module, place: int, name: str) -> Value:
    named = module.value("kwargs", name)
    return module.value("args").get(place) if named.absent else named


def _keys(value: Value) -> list[str]:
    made = value.value if isinstance(value, Known) else None
    return [str(key) for key in made.keys()] if isinstance(made, Map) else []  # noqa: SIM118


def _listed(value: Value) -> list[str]:
    made = value.value if isinstance(value, Known) else None
    items = list(made) if isinstance(made, List) else []
    return [str(each.value) for each in items if isinstance(each, Known)]


def _value(given: Ask, name: str) -> Value:
    """An argument, or one part of the tuple that it is."""
    place, argument, part = PLACES[name]
    value = given(place, argument)
    if name == "secure":  # a tuple, which may be empty, and still says it
        said = isinstance(value, Known) and isinstance(value.value, List)
        return Known(True, value.span) if said else value
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
    host, port = host_and_port(host, port)
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

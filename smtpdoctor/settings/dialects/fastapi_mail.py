"""FastAPI-Mail: the arguments of a ConnectionConfig, and variables of the same names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark, conflict
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.python_code import (
    host_told,
    is_below,
    number,
    of_call,
    put_in_arguments,
    python_variables,
    reaches,
    text,
)
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.evaluation import UntellableError
from smtpdoctor.settings.readers.model import ABSENT, Known, Unknown, Value
from smtpdoctor.settings.readers.python_library import pydantic_boolean
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

FIELDS: Mapping[str, Field] = {
    "MAIL_SERVER": "host",
    "MAIL_PORT": "port",
    "MAIL_STARTTLS": "tls",
    "MAIL_SSL_TLS": "tls",
    "MAIL_USERNAME": "username",
    "MAIL_PASSWORD": "password",
    "MAIL_FROM": "sender",
    "VALIDATE_CERTS": "verify",
    "LOCAL_HOSTNAME": "ehlo",
}
OLD: Mapping[str, Field] = {"MAIL_TLS": "tls", "MAIL_SSL": "tls"}
FURTHER = ("USE_CREDENTIALS", "SUPPRESS_SEND")
BEFORE = "before-1.2"


class FastapiMail:
    id = "fastapi-mail"
    name = DATA.name
    client: str | None = DATA.client
    fields: Mapping[str, Field] = {**FIELDS, **OLD}
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        "implicit": (
            {"MAIL_STARTTLS": False, "MAIL_SSL_TLS": True},
            {"MAIL_TLS": False, "MAIL_SSL": True},
        ),
        "starttls": (
            {"MAIL_STARTTLS": True, "MAIL_SSL_TLS": False},
            {"MAIL_TLS": True, "MAIL_SSL": False},
        ),
        "none": (
            {"MAIL_STARTTLS": False, "MAIL_SSL_TLS": False},
            {"MAIL_TLS": False, "MAIL_SSL": False},
        ),
    }

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each ConnectionConfig that some way through a file reaches."""
        for path in workspace.folder.containing(rb"\bfastapi_mail\b", ".py"):
            variables = python_variables(workspace, path)
            module = workspace.module(path, variables)
            calls = module.calls("ConnectionConfig") if module is not None else []
            for place, call in enumerate(calls):
                if reaches(call):
                    yield self._draft(workspace, path, variables, place, call.span.line)

    def _draft(
        self, workspace: Workspace, path: str, variables: Variables, place: int, line: int
    ) -> Draft:
        names = (*FIELDS, *OLD, *FURTHER)
        options = of_call(
            workspace,
            path,
            variables,
            lambda module: module.calls("ConnectionConfig")[place],
            dict.fromkeys(names, 99),
        )
        given = len(options)
        for name in (*FIELDS, *FURTHER):
            if name not in options and (made := _variable(variables, name)) is not None:
                options[name] = made
        for name in ("MAIL_SERVER", "MAIL_STARTTLS", "MAIL_SSL_TLS"):
            if name in options:  # given, by a variable that only the server has
                options[name] = host_told(options[name])
        if isinstance(options.get("MAIL_FROM", Option("", Known(0))).value, Unknown):
            del options["MAIL_FROM"]
        found = workspace.dependencies.find("pypi", "fastapi-mail", near=path)
        version = found.version if found is not None else ""
        if is_below(version, (1, 2)):
            options[BEFORE] = Option(BEFORE, Known(True))
        if given:
            options["arguments"] = Option("arguments", Known(True))
        return Draft(
            dialect=self,
            place=f"{path}:{line}",
            options=options,
            variables=variables,
            language="python",
            version=version,
            files=(path,),
            insert=lambda new: put_in_arguments(
                workspace, [options[name] for name in FIELDS if name in options], new
            ),
        )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        return outcome(options)


DIALECT = FastapiMail()


def _variable(variables: Variables, name: str) -> Option | None:
    """A field that is not given is read from the environment, in any letter case."""
    spelling = next(
        (each for each in (name, name.lower()) if variables.lookup(each) is not None), None
    )
    if spelling is None:
        return None

    def read(under: Variables) -> Value:
        return under.lookup(spelling) or Known(ABSENT)

    return Option(name, read(variables), read, called=spelling)


def outcome(options: Mapping[str, Any]) -> Outcome:  # branches: one field a line, and its default
    """What FastAPI-Mail makes of its fields (fastapi_mail/config.py, connection.py)."""
    old = bool(options.get(BEFORE))
    start_name, ssl_name = ("MAIL_TLS", "MAIL_SSL") if old else ("MAIL_STARTTLS", "MAIL_SSL_TLS")
    start, ssl = _switch(options, start_name), _switch(options, ssl_name)
    fault = None
    if start and ssl:
        fault = conflict(_remark(ssl_name, "both"))
    elif not old:
        named = next((name for name in OLD if name in options), None)
        missing = next((name for name in (start_name, ssl_name) if name not in options), None)
        if named is not None:
            fault = _remark(named, "old-names")
        elif missing is not None and options.get("arguments"):
            fault = _remark(missing, "missing")
    tls: TLSMode = "implicit" if ssl else "starttls" if start else "none"
    if fault is not None and fault.option in OLD:  # what was meant
        tls = "implicit" if _switch(options, "MAIL_SSL") else "starttls"
    login = _switch(options, "USE_CREDENTIALS", default=True)
    port = number(options.get("MAIL_PORT"))
    deciding = (ssl_name, start_name) if tls == "implicit" else (start_name, ssl_name)
    suppressed = str(options.get("SUPPRESS_SEND", 0)).strip() in ("1", "True")
    return Outcome(
        host=text(options.get("MAIL_SERVER")) or None,
        port=port,
        tls=tls,
        required=tls == "starttls",
        username=text(options.get("MAIL_USERNAME")) if login else None,
        password=text(options.get("MAIL_PASSWORD")) if login else None,
        sender=text(options.get("MAIL_FROM")),
        ehlo=text(options.get("LOCAL_HOSTNAME")),
        verify=_switch(options, "VALIDATE_CERTS", default=True),
        by={
            **{field: (name,) for name, field in FIELDS.items() if field != "tls"},
            "tls": tuple(name for name in (*deciding, *OLD) if name in options),
        },
        fault=fault,
        not_sent=_remark("SUPPRESS_SEND", "suppressed") if suppressed else None,
    )


def _switch(options: Mapping[str, Any], name: str, *, default: bool = False) -> bool:
    """A boolean as pydantic has it; a text that is none stops the program."""
    value = options.get(name, default)
    if isinstance(value, str):
        try:
            return pydantic_boolean(value)
        except UntellableError:
            return default
    return bool(value)


def _remark(option: str, because: str) -> Remark:
    return Remark(option, DATA.because[because], "", tuple(DATA.sources.values()))

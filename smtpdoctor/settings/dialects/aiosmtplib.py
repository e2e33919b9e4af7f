"""aiosmtplib: `send(…)`, and `SMTP(…)` with what is called on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark, conflict
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.python_code import (
    host_told,
    is_below,
    is_true,
    number,
    of_call,
    put_in_arguments,
    reached_calls,
    reaches,
    says_no,
    sender_header,
    text,
)
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.model import Known, Unknown
from smtpdoctor.settings.readers.module import FoundCall, Module
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

CALLS = ("aiosmtplib.send", "aiosmtplib.SMTP")
#: Places of arguments; most are given by name alone.
ARGUMENTS = {
    "hostname": 0, "port": 1, "username": 2, "password": 3, "local_hostname": 99, "use_tls": 99,
    "start_tls": 99, "validate_certs": 99, "sender": 99,
}  # fmt: skip
BY_NAME = dict.fromkeys(ARGUMENTS, 99)
#: Arguments of calls on the client, by the call.
LATER: Mapping[str, Mapping[str, int]] = {
    "connect": BY_NAME,
    "login": {"username": 0, "password": 1},
}


class Aiosmtplib:
    id = "aiosmtplib"
    name = DATA.name
    client: str | None = DATA.client
    fields: Mapping[str, Field] = {
        "hostname": "host",
        "port": "port",
        "use_tls": "tls",
        "start_tls": "tls",
        "username": "username",
        "password": "password",
        "sender": "sender",
        "local_hostname": "ehlo",
        "validate_certs": "verify",
    }
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        "implicit": ({"use_tls": True}, {"use_tls": True, "start_tls": False}),
        "starttls": (
            {"start_tls": True},
            {"use_tls": False},
            {"use_tls": False, "start_tls": True},
        ),
        "none": ({"start_tls": False}, {"use_tls": False, "start_tls": False}),
    }

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each call that some way through a file reaches."""
        for path, variables, place, _ in reached_calls(workspace, rb"\baiosmtplib\b", *CALLS):
            yield self._draft(workspace, path, variables, place)

    def _draft(self, workspace: Workspace, path: str, variables: Variables, place: int) -> Draft:
        module = workspace.module(path, variables)
        assert module is not None
        call = module.calls(*CALLS)[place]
        arguments = BY_NAME if call.name.rpartition(".")[2] == "send" else ARGUMENTS
        options = of_call(workspace, path, variables, lambda m: m.calls(*CALLS)[place], arguments)
        for name, given in LATER.items():
            if _use(module, place, name) is not None:
                options |= of_call(workspace, path, variables, _later(place, name), given)
        if _use(module, place, "starttls") is not None:
            options.setdefault("start_tls", Option("start_tls", Known(True)))
        found = workspace.dependencies.find("pypi", "aiosmtplib", near=path)
        version = found.version if found is not None else ""
        if is_below(version, (2, 0)):
            options["offers"] = Option("offers", Known(False))
        if "hostname" in options:
            options["hostname"] = host_told(options["hostname"])
        sender = options.get("sender")
        if sender is None or isinstance(sender.value, Unknown):
            options.pop("sender", None)
            header = sender_header(module)
            if header is not None:
                options["sender"] = Option("sender", header)
        return Draft(
            dialect=self,
            place=f"{path}:{call.span.line}",
            options=options,
            variables=variables,
            language="python",
            version=version,
            files=(path,),
            insert=lambda new: put_in_arguments(
                workspace, [options[name] for name in ARGUMENTS if name in options], new
            ),
            opposites={"use_tls": "start_tls", "start_tls": "use_tls"},
        )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        return outcome(options)


DIALECT = Aiosmtplib()


def _use(module: Module, place: int, name: str) -> FoundCall | None:
    """A call on the client by its name; any in the file where there is one client."""
    calls = module.calls(*CALLS)
    call = calls[place]
    if call.name.rpartition(".")[2] == "send":
        return None
    uses = [use for use in call.uses() if isinstance(use, FoundCall)]
    if sum(map(reaches, calls)) == 1:
        uses = [use for use in module.calls(name) if "." in use.name]
    return next((use for use in uses if use.name.rpartition(".")[2] == name and reaches(use)), None)


def _later(place: int, name: str) -> Callable[[Module], FoundCall | None]:
    return lambda module: _use(module, place, name)


def outcome(options: Mapping[str, Any]) -> Outcome:  # branches: one field a line, and its default
    """What aiosmtplib makes of its arguments (aiosmtplib/smtp.py)."""
    use, start = options.get("use_tls", False), options.get("start_tls")
    misread = []
    if says_no(use):
        misread.append(_remark("use_tls", "use-text", "implicit TLS"))
    if isinstance(start, str) and not is_true(use):
        misread.append(_remark("start_tls", "start-text", "no STARTTLS"))
    fault = conflict(_remark("start_tls", "both")) if is_true(use) and is_true(start) else None
    offered = start is None and options.get("offers", True)
    tls: TLSMode = (
        "implicit" if is_true(use) else "starttls" if start is True or offered else "none"
    )
    if fault is not None and says_no(use):
        tls = "starttls"
    port = number(options.get("port"))
    default = 465 if is_true(use) else 587 if is_true(start) else 25
    names = ("use_tls", "start_tls") if tls == "implicit" else ("start_tls", "use_tls")
    return Outcome(
        host=text(options.get("hostname", "localhost")) or None,
        port=port if port is not None else default,
        tls=tls,
        required=tls == "starttls" and start is True,
        username=text(options.get("username")),
        password=text(options.get("password")),
        sender=text(options.get("sender")),
        ehlo=text(options.get("local_hostname")),
        verify=is_true(options.get("validate_certs", True)),
        by={
            "host": ("hostname",),
            "port": ("port",),
            "tls": tuple(name for name in names if name in options),
            "username": ("username",),
            "password": ("password",),
            "sender": ("sender",),
            "ehlo": ("local_hostname",),
            "verify": ("validate_certs",),
        },
        misread=tuple(misread),
        fault=fault,
    )


def _remark(option: str, because: str, taken_as: str = "") -> Remark:
    return Remark(option, DATA.because[because], taken_as, tuple(DATA.sources.values()))

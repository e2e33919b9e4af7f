"""Ruby's Net::SMTP: what a script opens with it, and which TLS it switches on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark, conflict
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.ruby_mail import ruby_variables
from smtpdoctor.settings.model import Edit, Field, TLSMode
from smtpdoctor.settings.prepare import literal, put_in
from smtpdoctor.settings.readers.model import ABSENT, Known, Span, Unknown, Value, says_no
from smtpdoctor.settings.readers.module import FoundCall, Module
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

#: What `new` and `start` take, by place and by name.
OPENING = (("address", 0, "address"), ("port", 1, "port"), ("tls", 9, "tls"),
           ("starttls", 9, "starttls"), ("tls_verify", 9, "tls_verify"))  # fmt: skip
STARTING = (("helo", 0, "helo"), ("user", 1, "user"), ("password", 2, "secret"),
            ("password", 2, "password"), ("authtype", 3, "authtype"))  # fmt: skip
#: Methods that say a mode: of several the last one counts.
METHODS: dict[str, TLSMode] = {
    "enable_tls": "implicit",
    "enable_ssl": "implicit",
    "enable_starttls": "starttls",
    "enable_starttls_auto": "starttls",
    "disable_starttls": "none",
}


class NetSmtp:
    id = "net-smtp"
    name = DATA.name
    client: str | None = "ruby-net-smtp"
    fields: Mapping[str, Field] = {
        "address": "host",
        "port": "port",
        "tls": "tls",
        "starttls": "tls",
        "method": "tls",
        "tls_verify": "verify",
        "user": "username",
        "password": "password",
        "from": "sender",
        "helo": "ehlo",
    }
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        "implicit": ({"tls": True}, {"method": "enable_tls"}),
        "starttls": (
            {"method": "enable_starttls"},
            {"tls": False},
            {"starttls": True},
            {"tls": False, "starttls": True},
            {"tls": False, "method": "enable_starttls"},
        ),
        "none": ({"starttls": False}, {"method": "disable_starttls"}),
    }

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each connection that some way through the script reaches."""
        for path in workspace.folder.containing(rb"Net::SMTP\.(new|start)\b", ".rb"):
            variables = ruby_variables(
                workspace, path, workspace.profile_of("RACK_ENV"), "RACK_ENV"
            )
            module = workspace.module(path, variables)
            for place, call in enumerate(_opened(module)):
                if call.reached is not False:
                    yield self._draft(workspace, path, variables, place)

    def _draft(self, workspace: Workspace, path: str, variables: Variables, place: int) -> Draft:
        def read(under: Variables) -> dict[str, Option]:
            module = workspace.module(path, under)
            calls = _opened(module)
            return (
                _options(workspace, module, calls, place) if module and place < len(calls) else {}
            )

        def again(name: str, under: Variables) -> Value:
            found = read(under).get(name)
            return found.value if found is not None else Known(ABSENT)

        options = {
            name: Option(
                name,
                option.value,
                None if name == "method" else lambda under, name=name: again(name, under),  # type: ignore[misc]
                bare=option.bare,
            )
            for name, option in read(variables).items()
        }
        call = _opened(workspace.module(path, variables))[place]
        return Draft(
            dialect=self,
            place=f"{path}:{call.span.line}",
            options=options,
            variables=variables,
            language="ruby",
            files=(path,),
            insert=lambda new: _insert(workspace, options, new),
        )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """What the connection comes to; from net-smtp 0.2 on STARTTLS is automatic."""
        method = METHODS.get(str(options.get("method")))
        tls, starttls = options.get("tls"), options.get("starttls", "auto")
        mode: TLSMode = "starttls" if starttls else "none"
        if method is not None:
            mode = method
        fault = None
        if _truth(tls):
            mode = "implicit"
            always = str(options.get("method")) in ("enable_starttls", "enable_starttls_auto")
            fault = conflict(_remark("method", "both")) if always else None
        misread = []
        if says_no(tls):
            misread.append(_remark("tls", "tls-text", "implicit TLS"))
        required = options.get("method") == "enable_starttls" or str(starttls) == "always"
        order = ("tls", "method", "starttls") if _truth(tls) else ("method", "starttls", "tls")
        return Outcome(
            host=str(options.get("address") or "") or None,
            port=_port(options.get("port")),
            tls=mode,
            required=required and mode == "starttls",
            username=_text(options.get("user")),
            password=_text(options.get("password")),
            sender=_text(options.get("from")),
            ehlo=_text(options.get("helo")),
            verify=options.get("tls_verify", True) not in (False, "none"),
            by={
                "host": ("address",),
                "port": ("port",),
                "tls": tuple(name for name in order if name in options),
                "username": ("user",),
                "password": ("password",),
                "sender": ("from",),
                "ehlo": ("helo",),
                "verify": ("tls_verify",),
            },
            misread=tuple(misread),
            fault=fault,
        )


DIALECT = NetSmtp()


def _opened(module: Module | None) -> list[FoundCall]:
    return module.calls("Net::SMTP.new", "Net::SMTP.start") if module is not None else []


def _options(  # branches: opening, start and methods each give options
    workspace: Workspace, module: Module, calls: list[FoundCall], place: int
) -> dict[str, Option]:
    call = calls[place]
    values: dict[str, Value] = {}
    for option, at, name in OPENING:
        values[option] = (
            call.argument(at, name) if at < 9 else call.named().get(name, Known(ABSENT))
        )
    starts, steps = _started(module, calls, place)
    shift = 2 if starts is call else 0
    if shift:
        values["whole"] = Known(True)
    for option, at, name in STARTING if starts is not None else ():
        assert starts is not None
        value = starts.argument(at + shift, name)
        if not value.absent:
            values[option] = value
    found = {
        name: Option(name, value)
        for name, value in values.items()
        if not value.absent and not (isinstance(value, Unknown) and name in ("helo", "tls_verify"))
    }
    for step in steps:
        method = step.name.rpartition(".")[2]
        if method not in METHODS or step.reached is False:
            continue
        found["method"] = Option("method", _word(workspace, step, method), bare=True)
        line = workspace.line(step.span.file, step.span.line) or ""
        if "VERIFY_NONE" in line[step.span.columns[0] - 1 :]:
            found["tls_verify"] = Option("tls_verify", Known("none", step.span))
    senders = module.calls("send_message", "send_mail", "open_message_stream")
    for sender in senders:
        value = sender.argument(0 if sender.name.endswith("stream") else 1)
        if isinstance(value, Known) and isinstance(value.value, str):
            found.setdefault("from", Option("from", value))
    return found


def _started(
    module: Module, calls: list[FoundCall], place: int
) -> tuple[FoundCall | None, list[FoundCall]]:
    """The call that starts the session, and those on the connection before it."""
    call = calls[place]
    if call.name.endswith("SMTP.start"):
        return call, []
    steps = [step for step in call.uses() if isinstance(step, FoundCall)]
    starts = [step for step in steps if step.name.rpartition(".")[2] == "start"]
    if not starts:  # Net::SMTP.new(…).start(…)
        starts = [
            other
            for other in module.calls("start")
            if not other.name.endswith("SMTP.start") and other.span.line >= call.span.line
        ]
    return (starts[0] if starts else None), steps


def _word(workspace: Workspace, step: FoundCall, method: str) -> Known:
    """A method's name as a value that can be written anew."""
    line = workspace.line(step.span.file, step.span.line) or ""
    at = re.compile(rf"\b{method}\b").search(line, step.span.columns[0] - 1)
    if at is None:
        return Known(method)
    span = Span(step.span.file, step.span.line, (at.start() + 1, at.end() + 1), step.span.line)
    return Known(method, span)


def _insert(
    workspace: Workspace, options: Mapping[str, Option], new: Mapping[str, Any]
) -> tuple[Edit, ...]:
    """Arguments by name behind the last one; a port behind the address."""
    names: tuple[str, ...] = ("address", "port", "tls", "starttls")
    if "whole" in options:  # all of them are of one call
        names += ("helo", "user", "password", "authtype")
    spans = [options[name].value.span for name in names if name in options]
    address = spans[0] if "port" in new else None
    last = address or max((each for each in spans if each), key=lambda each: each.columns)
    span = last if all(each and each.line == last.line for each in spans) else None
    if span is None or "method" in new or not set(new) <= {"port", "tls", "starttls"}:
        return ()
    texts = [
        f", {literal(value, 'ruby')}" if name == "port" else f", {name}: {literal(value, 'ruby')}"
        for name, value in sorted(new.items())
    ]
    return (put_in(workspace, span, span.columns[1], "".join(texts)),)


def _truth(value: Any) -> bool:
    return value not in (None, False, ABSENT)


def _port(value: Any) -> int:
    text = str(value).strip()
    return int(text) if text.isdecimal() and len(text) < 6 and int(text) else 25


def _text(value: Any) -> str | None:
    return None if value is None or value is ABSENT else str(value)


def _remark(option: str, because: str, taken_as: str = "") -> Remark:
    return Remark(option, DATA.because[because], taken_as, tuple(DATA.sources.values())[:1])

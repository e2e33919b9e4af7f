"""Go's net/smtp: SendMail, and clients on a connection in clear or in TLS."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.go_code import addressed, reached, unverified
from smtpdoctor.settings.dialects.in_code import option, outcome_of, text
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.model import ABSENT, Known, Unknown, Value
from smtpdoctor.settings.readers.module import FoundCall, Module
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

#: A condition on what the server offers: `ok, _ := client.Extension("STARTTLS")`.
EXTENSION = re.compile(r"Extension|^ok$")

#: The calls that open a connection, with the place of its address; those of `net` and `tls` only
#: beside `smtp.NewClient`.
OPENING = {"smtp.SendMail": 0, "smtp.Dial": 0, "tls.Dial": 1, "tls.DialWithDialer": 2,
           "net.Dial": 1, "net.DialTimeout": 1}  # fmt: skip
#: Methods of jordan-wright/email, which send by net/smtp: the first is SendMail.
LIBRARY = "github.com/jordan-wright/email"
SENDS = {"Send": "SendMail", "SendWithTLS": "tls", "SendWithStartTLS": "where offered"}
#: Methods of a net.Dialer or a tls.Dialer.
METHODS = {"Dial": 1, "DialContext": 2}


class GoNetSmtp:
    id = "go-net-smtp"
    name = DATA.name
    client: str | None = DATA.client
    fields: Mapping[str, Field] = {
        "addr": "host",
        "addr.port": "port",
        "user": "username",
        "password": "password",
        "auth host": "client",
        "from": "sender",
        "opened": "tls",
        "InsecureSkipVerify": "verify",
    }
    #: How a connection is opened is a matter of the code's structure: only ports are changed.
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {}

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each connection to a server that some way through the program reaches."""
        for found in reached(workspace, rb'"net/smtp"', _opened):
            yield self._draft(workspace, *found)

    def _draft(
        self, workspace: Workspace, module: Module, variables: Variables, place: int
    ) -> Draft:
        call = _opened(module)[place]
        at = OPENING.get(call.name, METHODS.get(call.name.rpartition(".")[2], 0))
        options = dict(addressed(workspace, module, lambda m: _opened(m)[place].argument(at)))
        options |= self._login(workspace, module, place)
        options["opened"] = Option("opened", _mode(module, call))
        config = [found.argument(0) for found in _all_beside(module, call, "StartTLS")]
        if call.name.startswith("tls.") or (_is_librarys(call) and call.count == 3):
            config.append(call.argument(call.count - 1))
        config += [each.argument(1) for each in _wrapped(module, call)]
        options |= unverified("InsecureSkipVerify", *config)
        found = option(workspace, module, "from", lambda m: _from(m, _opened(m)[place]))
        if found is not None and isinstance(found.value, Known):
            options["from"] = found
        return Draft(
            dialect=self,
            place=f"{module.file}:{call.span.line}",
            options=options,
            variables=variables,
            language="go",
            files=(module.file,),
        )

    def _login(self, workspace: Workspace, module: Module, place: int) -> dict[str, Option]:
        """What PlainAuth or CRAMMD5Auth is given beside the connection."""
        options: dict[str, Option] = {}
        login = _beside(module, _opened(module)[place], "smtp.PlainAuth", "smtp.CRAMMD5Auth")
        if login is None:
            return options
        plain = login.name.endswith("PlainAuth")
        for name, number_ in (("user", int(plain)), ("password", int(plain) + 1)):
            found = option(
                workspace,
                module,
                name,
                lambda m, n=number_: _login(m, place).argument(n),  # type: ignore[misc]
            )
            if found is not None:
                options[name] = found
        host = option(workspace, module, "auth host", lambda m: _login(m, place).argument(3))
        if plain and host is not None and isinstance(host.value, Known):
            options["auth host"] = host
        return options

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """What the connection comes to; SendMail never begins in TLS, whatever the port."""
        opened = str(options.get("opened", "SendMail"))
        tls: TLSMode = "starttls"
        if opened == "tls":
            tls = "implicit"
        elif opened == "clear":
            tls = "none"
        host = text(options.get("addr")) or None
        fault = None
        given = options.get("auth host")
        if "addr.port" not in options and host is not None:
            fault = _remark("addr", "no-port")
        elif given is not None and host is not None and given != host and opened != "tls":
            fault = _remark("auth host", "wrong-host")
        return outcome_of(
            options,
            {
                "host": ("addr",),
                "port": ("addr.port",),
                "username": ("user",),
                "password": ("password",),
                "sender": ("from",),
                "verify": ("InsecureSkipVerify",),
            },
            tls,
            required=opened == "StartTLS",
            verify="InsecureSkipVerify" not in options,
            fault=fault,
        )


DIALECT = GoNetSmtp()


def _opened(module: Module) -> list[FoundCall]:
    """The calls that open a connection for SMTP."""
    clients = {call.function for call in module.calls("smtp.NewClient")}
    found = module.calls(*OPENING)
    if LIBRARY in module.evaluator.source.text:
        found += [each for each in module.calls(*SENDS) if each.count in (2, 3)]
    if clients:
        found += [each for each in module.calls(*METHODS) if _is_dialer(each)]
    return [
        call
        for call in sorted(found, key=lambda each: (each.span.line, each.span.columns))
        if call.name.startswith("smtp.") or call.function in clients or _is_librarys(call)
    ]


def _is_librarys(call: FoundCall) -> bool:
    return "." in call.name and call.name.rpartition(".")[2] in SENDS


def _is_dialer(call: FoundCall) -> bool:
    """Whether it is the method of a net.Dialer: "tcp" is what it dials."""
    network = call.argument(METHODS[call.name.rpartition(".")[2]] - 1)
    is_own = call.name not in OPENING and not call.name.startswith("smtp.")
    return is_own and isinstance(network, Known) and str(network.value).startswith("tcp")


def _wrapped(module: Module, call: FoundCall) -> list[FoundCall]:
    """The calls that put a connection into TLS before anything is said on it."""
    found = module.calls("tls.Client")
    return [each for each in found if each.function == call.function and each.reached is not False]


def _all_beside(module: Module, call: FoundCall, *names: str) -> list[FoundCall]:
    """Calls in the same function, else those anywhere in the file."""
    found = module.calls(*names)
    return [each for each in found if each.function == call.function] or found


def _beside(module: Module, call: FoundCall, *names: str) -> FoundCall | None:
    return next(iter(_all_beside(module, call, *names)), None)


def _login(module: Module, place: int) -> FoundCall:
    call = _opened(module)[place]
    return _beside(module, call, "smtp.PlainAuth", "smtp.CRAMMD5Auth") or call


def _from(module: Module, call: FoundCall) -> Value:
    """What SendMail or Mail is given; of the library's message `e.From = "…"`."""
    if _is_librarys(call):
        given = [each.value for each in module.assignments() if each.path[1:] == ("From",)]
        return given[-1] if given else Known(ABSENT)
    if call.name.endswith("SendMail"):
        return call.argument(2)
    mail = _beside(module, call, "Mail")
    return mail.argument(0) if mail is not None else Known(ABSENT)


def _mode(module: Module, call: FoundCall) -> Value:
    """How the connection is opened; where that follows from what can't be told, neither can it."""
    if call.name.endswith("SendMail"):
        return Known("SendMail")
    if _is_librarys(call):
        return Known(SENDS[call.name.rpartition(".")[2]])
    if call.name.startswith("tls."):
        return Known("tls")
    wrapped = _wrapped(module, call)
    if any(each.reached for each in wrapped):
        return Known("tls")
    if wrapped:
        text = "whether it begins in TLS depends on what can't be told"
        return Unknown("condition", text, wrapped[0].span)
    beside = [
        each
        for each in module.calls("StartTLS")
        if each.function == call.function and each.reached is not False
    ]
    if not beside:
        return Known("clear")
    asks = any(EXTENSION.search(text) for each in beside for text in each.conditions)
    offered = asks and not any(each.reached for each in beside)
    return Known("where offered" if offered else "StartTLS")


def _remark(option_: str, because: str) -> Remark:
    return Remark(option_, DATA.because[because], "", tuple(DATA.sources.values())[:1])

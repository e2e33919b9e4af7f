"""System.Net.Mail: `new SmtpClient(host, port) { EnableSsl = … }`, and FluentEmail on it; in
PowerShell `New-Object Net.Mail.SmtpClient(host, port)`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.in_code import is_on, last_of, option, outcome_of
from smtpdoctor.settings.dialects.mailkit import (
    SCRIPTS,
    address,
    dotnet_variables,
    is_told_here,
    leave_open,
)
from smtpdoctor.settings.model import Edit, Field, TLSMode
from smtpdoctor.settings.prepare import inserted, literal, put_in
from smtpdoctor.settings.readers.dotnet_framework import mail_setting
from smtpdoctor.settings.readers.dotnet_library import DotNet
from smtpdoctor.settings.readers.evaluation import either
from smtpdoctor.settings.readers.model import ABSENT, Known, LanguageName, Map, Symbol, Value
from smtpdoctor.settings.readers.module import Assignment, FoundCall, Module
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

#: Properties, with their places among the constructor's arguments where they have one.
PLACES: Mapping[str, int | None] = {"Host": 0, "Port": 1, "EnableSsl": None, "DeliveryMethod": None}
FLUENT = "AddSmtpSender"


class SystemNetMail:
    id = "system-net-mail"
    name = DATA.name
    client: str | None = DATA.client
    fields: Mapping[str, Field] = {
        "Host": "host",
        "Port": "port",
        "EnableSsl": "tls",
        "UserName": "username",
        "Password": "password",
        "From": "sender",
    }
    #: TLS from the first byte can't be said.
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        "starttls": ({"EnableSsl": True},),
        "none": ({"EnableSsl": False},),
    }

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each client that some way through the program makes."""
        needle = rb"System\.Net\.Mail|AddSmtpSender|(?i:\bNet\.Mail\.SmtpClient)"
        for path in workspace.folder.containing(needle, ".cs", *SCRIPTS):
            variables = dotnet_variables(workspace, path)
            module = workspace.module(path, variables)
            for place, call in enumerate(_clients(module)):
                if module is None or call.reached is False:
                    continue
                draft = self._draft(workspace, module, variables, place)
                if is_told_here(workspace, draft.options.get("Host")):
                    yield draft

    def _draft(
        self, workspace: Workspace, module: Module, variables: Variables, place: int
    ) -> Draft:
        options: dict[str, Option] = {}
        asked = [(name, lambda m, n=name: _property(m, place, n)) for name in PLACES]
        asked += [
            (name, lambda m, at=at: _login(m, place, at))
            for at, name in enumerate(("UserName", "Password"))
        ]
        for name, ask in asked:
            found = option(workspace, module, name, ask)
            if found is not None and not _is_left_out(found):
                options[name] = found
        leave_open(options, "Host", "Port", "EnableSsl")
        made = _clients(module)[place]
        if made.name.endswith(FLUENT) and made.count == 4:
            options["EnableSsl"] = Option("EnableSsl", Known(True))  # what FluentEmail sets itself
        if _is_cleared(made):
            options["UseDefaultCredentials"] = Option("UseDefaultCredentials", _last_clearing(made))
        sender = option(workspace, module, "From", _sender)
        if sender is not None and isinstance(sender.value, Known):
            options["From"] = sender
        return Draft(
            dialect=self,
            place=f"{module.file}:{made.span.line}",
            options=options,
            variables=variables,
            language=module.language,
            files=(module.file,),
            insert=lambda new: _insert(workspace, made, new, module.language),
        )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """What the client does: STARTTLS or nothing, whatever the port."""
        ssl = is_on(options.get("EnableSsl"))
        sources = tuple(DATA.sources.values())
        is_cleared = "UseDefaultCredentials" in options
        known = {name: value for name, value in options.items()
                 if not is_cleared or name not in ("UserName", "Password")}  # fmt: skip
        ignored, not_sent = [], None
        if is_cleared and "UserName" in options:
            ignored.append(Remark("UserName", DATA.because["cleared"], "", sources[1:2]))
        if "Pickup" in str(options.get("DeliveryMethod", "")):
            not_sent = Remark("DeliveryMethod", DATA.because["pickup"], "", sources[1:2])
        return outcome_of(
            known,
            {
                "host": ("Host",),
                "port": ("Port",),
                "tls": ("EnableSsl",),
                "username": ("UserName",),
                "password": ("Password",),
                "sender": ("From",),
            },
            "starttls" if ssl else "none",
            port=25,
            required=ssl,
            ignored=tuple(ignored),
            not_sent=not_sent,
        )


DIALECT = SystemNetMail()


def _clients(module: Module | None) -> list[FoundCall]:
    """The clients that are made, those of MailKit left out: they connect by a method."""
    if module is None:
        return []
    found = []
    for call in module.calls("SmtpClient", FLUENT):
        if call.name.endswith(FLUENT):
            found += [call] if call.count in (2, 4) else []
            continue
        methods = {use.name.rpartition(".")[2] for use in call.uses() if isinstance(use, FoundCall)}
        is_mailkit = "MailKit" in call.name or bool(methods & {"Connect", "ConnectAsync"})
        if call.new and not is_mailkit:
            found.append(call)
    return found


def _is_left_out(found: Option) -> bool:
    return (
        isinstance(found.value, Known) and found.value.value is None and not found.value.variables
    )


def _property(module: Module, place: int, name: str) -> Value:
    """What a property is set to last, else what the constructor is given for it, else what
    mailSettings of .NET Framework say."""
    made = _clients(module)[place]
    at = PLACES[name]
    uses = [use for use in made.uses() if isinstance(use, Assignment) and use.path == (name,)]
    given = made.argument(at, name.lower()) if at is not None else Known(ABSENT)
    value = last_of((use.reached, lambda use=use: use.value) for use in uses)  # type: ignore[misc]
    if isinstance(value, Known) and value.value is ABSENT:
        value = given
    if isinstance(value, Known) and value.value is ABSENT and _is_handed_on(module, made):
        value = _set_elsewhere(module, name)
    if isinstance(value, Known) and value.value is ABSENT:
        return _configured(module, name)
    if isinstance(value, Known) and isinstance(value.value, Symbol):
        return Known(str(value.value), value.span, value.trail)
    return value


def _is_handed_on(module: Module, made: FoundCall) -> bool:
    """Whether a function gets the client, as one that sets it up does."""
    target = made.target[-1] if made.target else ""
    return bool(target) and any(
        call.handed_over(place) == target
        for call in module.calls()
        for place in range(call.count)
        if call.handed_over(place) is not None
    )


def _set_elsewhere(module: Module, name: str) -> Value:
    """What the file sets the property of some client to, where all are alike."""
    found = [each for each in module.assignments() if len(each.path) > 1 and each.path[-1] == name]
    values = [each.value for each in found if each.reached is not False]
    if len(values) < 2:
        return values[0] if values else Known(ABSENT)
    return either(values, values[0].span, f"several set {name}, each another way")


def _configured(module: Module, name: str) -> Value:
    """What `system.net/mailSettings` says for a property, as its type has it."""
    semantics = module.evaluator.semantics
    if not isinstance(semantics, DotNet):
        return Known(ABSENT)  # a script has no .config file
    found = mail_setting(semantics.project, module.file, name)
    if not isinstance(found, Known):
        return Known(ABSENT) if found is None else found
    text = str(found.value).strip()
    if name == "EnableSsl":
        return replace(found, value=text.lower() == "true")
    return (
        replace(found, value=int(text))
        if name == "Port" and re.fullmatch("[0-9]{1,9}", text)
        else found
    )


def _login(module: Module, place: int, at: int) -> Value:
    """The user or password of `new NetworkCredential(user, password)`."""
    made = _clients(module)[place]
    if made.name.endswith(FLUENT):
        return made.argument(2 + at, ("username", "password")[at])
    for use in reversed(made.uses()):
        if (
            isinstance(use, Assignment)
            and use.path == ("Credentials",)
            and use.reached is not False
        ):
            value = use.value
            if isinstance(value, Known) and isinstance(value.value, Map):
                return _of_credential(value.value, at)
            return value
    if _is_handed_on(module, made):
        value = _set_elsewhere(module, "Credentials")
        if isinstance(value, Known) and isinstance(value.value, Map):
            return _of_credential(value.value, at)
    return _configured(module, ("UserName", "Password")[at])


def _of_credential(made: Map, at: int) -> Value:
    """By its place, else by the property that is set: `new NetworkCredential { UserName = … }`."""
    found = made.get(at)
    absent = isinstance(found, Known) and found.value is ABSENT
    return made.get(("UserName", "Password")[at]) if absent else found


def _is_cleared(made: FoundCall) -> bool:
    """Whether Credentials is set, and dropped again behind that."""
    order = [use.path[0] for use in made.uses() if isinstance(use, Assignment)]
    order = [name for name in order if name in ("Credentials", "UseDefaultCredentials")]
    return "Credentials" in order and order[-1] == "UseDefaultCredentials"


def _last_clearing(made: FoundCall) -> Value:
    uses = [u for u in made.uses() if isinstance(u, Assignment)]
    return next(u.value for u in reversed(uses) if u.path == ("UseDefaultCredentials",))


def _sender(module: Module) -> Value:
    """What a message is from: the first argument of MailMessage, or what From is set to."""
    told = False
    for call in module.calls("MailMessage", "AddFluentEmail"):
        told = told or bool(call.count)
        found = address(call.argument(0), 0)
        if found is not None and call.count:
            return found
    for each in module.assignments():
        if len(each.path) > 1 and each.path[-1] == "From":
            told = True
            found = address(each.value, 0)
            if found is not None:
                return found
    return Known(ABSENT) if told else _configured(module, "From")


# --- further lines -------------------------------------------------------------------------------


def _insert(
    workspace: Workspace, made: FoundCall, new: Mapping[str, Any], language: LanguageName
) -> tuple[Edit, ...]:
    """Further properties before one that is set; with none, behind the constructor's brackets."""
    said = []
    for name, value in new.items():
        if name not in ("EnableSsl", "Port"):
            return ()
        said.append(f"{name} = {literal(value, language)}")
    for use in made.uses():
        if isinstance(use, Assignment) and use.span.line == use.span.end_line:
            edit = _before(workspace, use, said)
            return (edit,) if edit is not None else ()
    end = made.span
    if language != "csharp" or made.name.endswith(FLUENT) or end.line != end.end_line:
        return ()
    return (put_in(workspace, end, end.columns[1], f" {{ {', '.join(said)} }}"),)


def _before(workspace: Workspace, use: Assignment, said: list[str]) -> Edit | None:
    line = workspace.line(use.span.file, use.span.line) or ""
    start = use.span.columns[0] - 1
    of_object = re.match(rf"(?i)(\s*[$\w.]+\.){use.path[0]}\s*=", line)
    if of_object is not None:
        return inserted(use.span, 1, "".join(f"{of_object[1]}{each};\n" for each in said))
    if not line[:start].strip():
        return inserted(use.span, 1, "".join(f"{line[:start]}{each},\n" for each in said))
    return put_in(workspace, use.span, use.span.columns[0], "".join(f"{each}, " for each in said))

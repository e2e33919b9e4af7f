"""MailKit: `client.Connect(host, port, SecureSocketOptions.X)` and `Authenticate` in C# and
PowerShell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.in_code import Ask, as_word, number, option, outcome_of
from smtpdoctor.settings.dotenv_password import is_plain
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.model import ABSENT, Known, Map, Symbol, Unknown, Value
from smtpdoctor.settings.readers.module import Assignment, FoundCall, Module
from smtpdoctor.settings.variables import Layer, Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

CONNECT = ("Connect", "ConnectAsync")
LOGIN = ("Authenticate", "AuthenticateAsync")
OPTIONS, USE_SSL = "SecureSocketOptions", "useSsl"
#: What checks a certificate, and what one comes to that says yes to every one.
CALLBACK, ACCEPTS = "ServerCertificateValidationCallback", True
SCRIPTS = (".ps1", ".psm1")
OTHERS = re.compile(r"\b(?:Imap|Pop3)Client\b")
MODES: Mapping[str, tuple[TLSMode, int]] = {
    "SslOnConnect": ("implicit", 465),
    "StartTls": ("starttls", 25),
    "StartTlsWhenAvailable": ("starttls", 25),
    "None": ("none", 25),
}


class MailKit:
    id = "mailkit"
    name = DATA.name
    client: str | None = DATA.client
    fields: Mapping[str, Field] = {
        "host": "host",
        "port": "port",
        OPTIONS: "tls",
        USE_SSL: "tls",
        "userName": "username",
        "password": "password",
        "From": "sender",
        "LocalDomain": "ehlo",
        CALLBACK: "verify",
    }
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        "implicit": ({OPTIONS: "SslOnConnect"}, {USE_SSL: True}),
        "starttls": ({OPTIONS: "StartTls"}, {USE_SSL: False}),
        "none": ({OPTIONS: "None"},),
    }

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each connection that some way through the program makes."""
        for path in workspace.folder.containing(rb"\bMailKit\b", ".cs", *SCRIPTS):
            variables = dotnet_variables(workspace, path)
            module = workspace.module(path, variables)
            for place, call in enumerate(_connected(workspace, module)):
                if module is None or call.reached is False:
                    continue
                draft = self._draft(workspace, module, variables, place)
                if is_told_here(workspace, draft.options.get("host")):
                    yield draft

    def _draft(
        self, workspace: Workspace, module: Module, variables: Variables, place: int
    ) -> Draft:
        def of_connect(at: int, name: str) -> Ask:
            return lambda m: _connected(workspace, m)[place].argument(at, name)

        options: dict[str, Option] = {}
        _add(options, option(workspace, module, "host", of_connect(0, "host")))
        _add(options, option(workspace, module, "port", of_connect(1, "port")))
        mode = option(workspace, module, OPTIONS, lambda m: _mode(_connected(workspace, m)[place]))
        if mode is not None:
            call = _connected(workspace, module)[place]
            _add(options, _as_mode(workspace, mode, workspace.text_of(call.argument_span(2))))
        for at, name in enumerate(("userName", "password")):
            _add(
                options,
                option(
                    workspace,
                    module,
                    name,
                    lambda m, at=at: _login(m, _connected(workspace, m)[place], at),  # type: ignore[misc]
                ),
            )
        client = _connected(workspace, module)[place]
        domain = option(
            workspace,
            module,
            "LocalDomain",
            lambda m: _set(_connected(workspace, m)[place], "LocalDomain"),
        )
        _add(options, domain)
        callback = _set(client, CALLBACK)
        if accepts_all(module, callback):
            options[CALLBACK] = Option(CALLBACK, Known(ACCEPTS, callback.span))
        sender = option(workspace, module, "From", _sender)
        if sender is not None and isinstance(sender.value, Known):
            options["From"] = sender
        leave_open(options, "host", "port", OPTIONS, USE_SSL)
        library = workspace.dependencies.find("nuget", "MailKit")
        return Draft(
            dialect=self,
            place=f"{module.file}:{client.span.line}",
            options=options,
            variables=variables,
            language=module.language,
            version=library.version if library is not None else "",
            files=(module.file,),
        )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """What Connect does: by the port alone where nothing says a mode."""
        port = number(options.get("port"))
        ssl = options.get(USE_SSL)
        word = str(options.get(OPTIONS) or "Auto")
        if isinstance(ssl, bool):
            word = "SslOnConnect" if ssl else "StartTlsWhenAvailable"
        elif word == "Auto":
            word = "SslOnConnect" if port == 465 else "StartTlsWhenAvailable"
        tls, default = MODES.get(word, ("starttls", 25))
        by: dict[Field, tuple[str, ...]] = {
            "host": ("host",),
            "port": ("port",),
            "tls": (OPTIONS, USE_SSL),
            "username": ("userName",),
            "password": ("password",),
            "sender": ("From",),
            "ehlo": ("LocalDomain",),
            "verify": (CALLBACK,),
        }
        return outcome_of(
            options,
            by,
            tls,
            port=default,
            required=word == "StartTls",
            verify=CALLBACK not in options,
        )


DIALECT = MailKit()


# --- for all libraries of .NET -------------------------------------------------------------------


#: Libraries that load a `.env`. Each has rules of its own for quotes, # and $.
LOADERS = ("DotNetEnv", "dotenv.net", "dotenv.net.DependencyInjection.Microsoft")


def dotnet_variables(workspace: Workspace, near: str) -> Variables:
    """What a program of .NET sees: the environment, and a `.env` that some library loads."""
    environment = workspace.profile_of("ASPNETCORE_ENVIRONMENT")
    files = workspace.dotenv_files(near, ".env")
    found = workspace.variables(files, "docker", near=near, ASPNETCORE_ENVIRONMENT=environment)
    if workspace.dependencies.find("nuget", *LOADERS) is None:
        return found
    return replace(found, layers=tuple(_as_all_read_it(workspace, each) for each in found.layers))


def _as_all_read_it(workspace: Workspace, layer: Layer) -> Layer:
    """A `.env` without what these libraries may read otherwise: quotes, # and the like."""
    text = workspace.folder.text(layer.label) if layer.reader else None
    if text is None:
        return layer
    values: dict[str, Value] = {}
    for name, value in layer.values.items():
        plain = value.span is None or is_plain(text, value.span.line)
        why = f"the library that loads {layer.label} may read it otherwise than it stands there"
        values[name] = value if plain else Unknown("environment", why, value.span)
    return replace(layer, values=values)


def is_told_here(workspace: Workspace, host: Option | None) -> bool:
    """Whether code tells the host. Where it doesn't, and the settings have a section about mail
    with one, the section is the set-up (`dotnet`)."""
    if host is None:
        return False
    if isinstance(host.value, Known):
        return not host.value.absent or bool(host.value.variables)
    from smtpdoctor.settings.dialects.dotnet import tells_a_host  # which asks this for its files

    return not tells_a_host(workspace)


def leave_open(options: dict[str, Option], host: str, *others: str) -> None:
    """Where nothing here sets the host, what else nothing sets has no default that counts: all of
    it stands where the program runs."""
    if host not in options or not _is_unset(options[host].value):
        return
    for name in others:
        found = options.get(name)
        if found is not None and _is_unset(found.value):
            why = f"{found.value.unset[0]} is not set here"
            options[name] = replace(
                found, value=Unknown("environment", why, found.value.span, found.value.trail)
            )


def _is_unset(value: Value) -> bool:
    return isinstance(value, Known) and bool(value.unset) and value.value in (None, 0, "")


def accepts_all(module: Module, callback: Value) -> bool:
    """Whether what checks a certificate says yes to every one."""
    result = module.result(callback)
    return isinstance(result, Known) and result.value is True


def address(value: Value, place: int) -> Value | None:
    """The address of `new MailAddress("a@b", "Name")`, by its place: -1 is the last argument, as
    in `new MailboxAddress("Name", "a@b")`. None where it can't be told: a name is none."""
    if isinstance(value, Known) and isinstance(value.value, Map):
        places = [each.key for each in value.value.entries if isinstance(each.key, int)]
        value = value.value.get(max(places, default=0) if place < 0 else place)
    return value if _is_address(value) else None


def _is_address(value: Value) -> bool:
    return isinstance(value, Known) and isinstance(value.value, str) and bool(value.value)


def _add(options: dict[str, Option], found: Option | None) -> None:
    if found is not None and not (isinstance(found.value, Known) and found.value.value is None
                                  and not found.value.variables):  # fmt: skip
        options[found.name] = found


# --- what is found -------------------------------------------------------------------------------


def _connected(workspace: Workspace, module: Module | None) -> list[FoundCall]:
    """The calls that connect to a server for sending."""
    if module is None:
        return []
    found = []
    others = OTHERS.search(workspace.folder.text(module.file) or "") is not None
    for call in module.calls(*CONNECT):
        made_by = call.made_by
        if made_by is not None and not made_by.name.endswith("SmtpClient"):
            continue
        if call.count and (made_by is not None or not others):
            found.append(call)
    return found


def _mode(call: FoundCall) -> Value:
    """The third argument: a word or a switch."""
    for name in ("options", "useSsl"):
        named = call.named().get(name)
        if named is not None:
            return named
    return call.argument(2) if call.count > 2 else Known(ABSENT)


def _as_mode(workspace: Workspace, mode: Option, written: str | None) -> Option | None:
    value = mode.value
    if isinstance(value, Unknown):
        is_token = re.search(r"(?i)cancel|token|^ct$", written or "")
        return None if is_token else mode
    if isinstance(value.value, bool):
        return Option(USE_SSL, value, mode.again)
    if isinstance(value.value, Symbol) and str(value.value) not in ("Default", "None_"):
        if value.variables or not value.span or value.span != value.written:
            return Option(OPTIONS, value, mode.again)
        return as_word(workspace, mode, OPTIONS)
    return mode if isinstance(value.value, str) else None


def _uses(call: FoundCall) -> list[Assignment | FoundCall]:
    made_by = call.made_by
    return made_by.uses() if made_by is not None else []


def _set(call: FoundCall, name: str) -> Value:
    """What a property of the client is set to, last."""
    uses = [u for u in _uses(call) if isinstance(u, Assignment) and u.path == (name,)]
    return uses[-1].value if uses else Known(ABSENT)


def _login(module: Module, connect: FoundCall, at: int) -> Value:
    """The user or password of the login on the same client."""
    calls = [call for call in module.calls(*LOGIN) if call.thing == connect.thing]
    calls = [call for call in calls if call.reached is not False and call.count]
    behind = [call for call in calls if call.span.line >= connect.span.line]
    call = next(iter((*behind, *calls)), None)
    if call is None:
        return Known(ABSENT)
    first = call.argument(0)
    if isinstance(first, Known) and isinstance(first.value, Map):  # new NetworkCredential(…)
        return first.value.get(at)
    places = 1 if call.count > 2 and isinstance(first, Known) and _is_encoding(first) else 0
    return call.argument(at + places)


def _is_encoding(value: Known) -> bool:
    return isinstance(value.value, Symbol)


def _sender(module: Module) -> Value:
    for call in module.calls("From.Add"):
        found = address(call.argument(0), -1)
        if found is not None:
            return found
    for each in module.assignments():
        if len(each.path) > 1 and each.path[-1] in ("Sender", "From"):
            found = address(each.value, -1)
            if found is not None:
                return found
    return Known(ABSENT)

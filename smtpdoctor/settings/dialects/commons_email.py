"""Apache Commons Email: the setters of `SimpleEmail` and its like, in Java and Kotlin."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.in_code import last_of, like_line, option, outcome_of, reached
from smtpdoctor.settings.dialects.jakarta_code import code_variables
from smtpdoctor.settings.model import Edit, Field, TLSMode
from smtpdoctor.settings.prepare import inserted, literal
from smtpdoctor.settings.readers.model import ABSENT, Known, Map, Value
from smtpdoctor.settings.readers.module import Assignment, FoundCall, Module
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

CLASSES = ("SimpleEmail", "HtmlEmail", "MultiPartEmail", "ImageHtmlEmail")
#: Setters by what they set, those of before 1.3 too.
SETTERS: Mapping[str, tuple[str, ...]] = {
    "hostName": ("setHostName",),
    "smtpPort": ("setSmtpPort",),
    "sslSmtpPort": ("setSslSmtpPort",),
    "SSLOnConnect": ("setSSLOnConnect", "setSSL"),
    "startTLSEnabled": ("setStartTLSEnabled", "setTLS"),
    "startTLSRequired": ("setStartTLSRequired",),
    "from": ("setFrom",),
}
#: The same as Kotlin's properties.
PROPERTIES: Mapping[str, str] = {
    "hostName": "hostName",
    "smtpPort": "smtpPort",
    "sslSmtpPort": "sslSmtpPort",
    "isSSLOnConnect": "SSLOnConnect",
    "isStartTLSEnabled": "startTLSEnabled",
    "isStartTLSRequired": "startTLSRequired",
}
LOGINS = ("setAuthentication", "setAuthenticator")
SSL, STARTTLS, REQUIRED = "SSLOnConnect", "startTLSEnabled", "startTLSRequired"


class CommonsEmail:
    id = "commons-email"
    name = DATA.name
    client: str | None = DATA.client
    fields: Mapping[str, Field] = {
        "hostName": "host",
        "smtpPort": "port",
        "sslSmtpPort": "port",
        SSL: "tls",
        STARTTLS: "tls",
        REQUIRED: "tls",
        "user": "username",
        "password": "password",
        "from": "sender",
    }
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        "implicit": ({SSL: True},),
        "starttls": (
            {STARTTLS: True},
            {SSL: False},
            {SSL: False, STARTTLS: True},
            {SSL: False, STARTTLS: True, "smtpPort": 587},
        ),
        "none": ({STARTTLS: False, REQUIRED: False}, {SSL: False}),
    }

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each message that names a host, on some way through the program."""
        paths = workspace.folder.containing(rb"commons\.mail", ".java", ".kt")
        for made in reached(workspace, paths, code_variables, _made):
            found = self._draft(workspace, *made)
            if "hostName" in found.options:
                yield found

    def _draft(
        self, workspace: Workspace, module: Module, variables: Variables, place: int
    ) -> Draft:
        options: dict[str, Option] = {}
        for name in SETTERS:
            found = option(workspace, module, name, lambda m, name=name: _set(m, place, name))  # type: ignore[misc]
            if found is not None:
                options[name] = found
        for name, at in (("user", 0), ("password", 1)):
            found = option(workspace, module, name, lambda m, at=at: _login(m, place, at))  # type: ignore[misc]
            if found is not None:
                options[name] = found
        made = _made(module)[place]
        library = workspace.dependencies.find("maven", "org.apache.commons:commons-email")
        return Draft(
            dialect=self,
            place=f"{module.file}:{made.span.line}",
            options=options,
            variables=variables,
            language="kotlin" if module.file.endswith(".kt") else "java",
            version=library.version if library is not None else "",
            files=(module.file,),
            insert=lambda new: _insert(workspace, made, new),
        )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """What a message does: with TLS from the first byte it goes to a port of its own."""
        ssl = options.get(SSL) is True
        required = options.get(REQUIRED) is True
        tls: TLSMode = "none"
        if ssl:
            tls = "implicit"
        elif required or options.get(STARTTLS) is True:
            tls = "starttls"
        ignored = []
        if ssl and "smtpPort" in options and str(options["smtpPort"]) != _ssl_port(options):
            sources = tuple(DATA.sources.values())
            ignored.append(Remark("smtpPort", DATA.because["ssl-port"], "", sources))
        return outcome_of(
            options,
            {
                "host": ("hostName",),
                "port": ("sslSmtpPort",) if ssl else ("smtpPort",),
                "tls": (SSL, REQUIRED, STARTTLS) if ssl else (REQUIRED, STARTTLS, SSL),
                "username": ("user",),
                "password": ("password",),
                "sender": ("from",),
            },
            tls,
            port=465 if ssl else 25,
            required=tls == "starttls" and required,
            ignored=tuple(ignored),
        )


DIALECT = CommonsEmail()


def _ssl_port(options: Mapping[str, Any]) -> str:
    return str(options.get("sslSmtpPort", "465"))


def _made(module: Module) -> list[FoundCall]:
    return [call for call in module.calls(*CLASSES) if call.new]


def _set(module: Module, place: int, name: str) -> Value:
    """What a setter is called with last, or what Kotlin's property is set to."""
    uses = [
        use
        for use in _made(module)[place].uses()
        if (isinstance(use, FoundCall) and use.name.rpartition(".")[2] in SETTERS[name])
        or (isinstance(use, Assignment) and PROPERTIES.get(use.path[-1]) == name)
    ]
    return last_of(
        (use.reached, lambda use=use: use.argument(0) if isinstance(use, FoundCall) else use.value)  # type: ignore[misc]
        for use in uses
    )


def _login(module: Module, place: int, at: int) -> Value:
    """The user or password of what the message logs in with, last."""
    found: Value = Known(ABSENT)
    for use in _made(module)[place].uses():
        if isinstance(use, Assignment) and use.path == ("authenticator",):
            found = _given(use.value, at)
        elif isinstance(use, FoundCall) and use.name.rpartition(".")[2] in LOGINS:
            found = use.argument(at) if use.count == 2 else _given(use.argument(0), at)
    return found


def _given(authenticator: Value, at: int) -> Value:
    """What an Authenticator was made with: new DefaultAuthenticator(user, password)."""
    if isinstance(authenticator, Known) and isinstance(authenticator.value, Map):
        return authenticator.value.get(at)
    return authenticator


def _insert(workspace: Workspace, made: FoundCall, new: Mapping[str, Any]) -> tuple[Edit, ...]:
    """Further setters beside one that is there."""
    edits = []
    for name, value in new.items():
        edit = _beside(workspace, made, name, value)
        if edit is None:
            return ()
        edits.append(edit)
    return tuple(edits)


def _beside(workspace: Workspace, made: FoundCall, name: str, value: Any) -> Edit | None:
    word = f'"{value}"' if name == "sslSmtpPort" else literal(value, "java") or ""
    for use in made.uses():
        if isinstance(use, Assignment) and use.path[-1] in PROPERTIES:
            line = workspace.line(use.span.file, use.span.line) or ""
            own = {each: written for written, each in PROPERTIES.items()}[name]
            found = re.match(rf"(\s*(?:[\w.]+\.)?){use.path[-1]}\s*=", line)
            if found is not None:
                return inserted(use.span, 1, f"{found[1]}{own} = {word}\n")
        if isinstance(use, FoundCall) and use.name.endswith(("setHostName", "setSmtpPort")):
            argument = use.argument_span(0)
            if argument is not None:
                pieces = {use.name_span: SETTERS[name][0], argument: word}
                return like_line(workspace, use, pieces)
    return None

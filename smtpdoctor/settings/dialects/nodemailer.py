"""Nodemailer: `createTransport` with an object, a URL, or a service's name."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.urls import insert_port, url_options
from smtpdoctor.settings.model import Edit, Field, TLSMode
from smtpdoctor.settings.prepare import literal
from smtpdoctor.settings.readers.model import ABSENT, Known, Map, Span, Unknown, Value, truth
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

SUFFIXES = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".vue")
#: Options that are looked at, by their path.
PLAIN = (
    "host", "port", "secure", "requireTLS", "ignoreTLS", "service", "name", "url",
    "streamTransport", "jsonTransport",
)  # fmt: skip
NESTED = (
    ("auth", "user"), ("auth", "pass"), ("auth", "accessToken"), ("auth", "type"),
    ("auth", "username"), ("auth", "password"), ("tls", "rejectUnauthorized"),
)  # fmt: skip


class Nodemailer:
    id = "nodemailer"
    name = DATA.name
    client: str | None = DATA.client
    fields: Mapping[str, Field] = {
        "url": "url",
        "service": "host",
        "host": "host",
        "port": "port",
        "secure": "tls",
        "requireTLS": "tls",
        "ignoreTLS": "tls",
        "auth.user": "username",
        "auth.pass": "password",
        "auth.accessToken": "token",
        "tls.rejectUnauthorized": "verify",
        "name": "ehlo",
        "from": "sender",
        "url.host": "host",
        "url.port": "port",
        "url.scheme": "tls",
        "url.user": "username",
        "url.password": "password",
    }
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        "implicit": ({"secure": True}, {"url.scheme": "smtps"}),
        "starttls": (
            {"secure": False},
            {"ignoreTLS": False},
            {"secure": False, "ignoreTLS": False},
            {"url.scheme": "smtp"},
        ),
        "none": ({"ignoreTLS": True}, {"secure": False, "ignoreTLS": True}),
    }

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each `createTransport` that some way through the program reaches."""
        for path in workspace.folder.containing(rb"createTransport\s*\(", *SUFFIXES):
            variables = node_variables(workspace, path)
            module = workspace.module(path, variables)
            if module is None:
                continue
            for number, call in enumerate(module.calls("createTransport")):
                if call.reached is False:
                    continue
                yield self._draft(workspace, path, variables, number)

    def _draft(self, workspace: Workspace, path: str, variables: Variables, number: int) -> Draft:
        def given(under: Variables) -> tuple[Value, Value, Span]:
            module = workspace.module(path, under)
            assert module is not None
            call = module.calls("createTransport")[number]
            sender = call.argument(1).get("from")
            if sender.absent:
                sender = next(
                    (mail.argument(0).get("from") for mail in module.calls("sendMail")), sender
                )
            return call.argument(0), sender, call.span

        argument, sender, span = given(variables)
        options = transport_options(argument, lambda under: given(under)[0], workspace)
        if isinstance(sender, Known) and not sender.absent:
            options["from"] = Option("from", sender, lambda under: given(under)[1])
        return Draft(
            dialect=self,
            place=f"{path}:{span.line}",
            options=options,
            variables=variables,
            language="javascript",
            version=version_of(workspace, path),
            profile=workspace.profile_of("NODE_ENV"),
            files=(path,),
            insert=lambda new: _insert(workspace, options, argument, new),
        )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        return outcome(options)


DIALECT = Nodemailer()


def node_variables(workspace: Workspace, near: str) -> Variables:
    """What `process.env` is for a program there: npm dotenv, or Node's own --env-file."""
    dependency = workspace.dependencies.find("npm", "dotenv", near=near)
    bundler = workspace.dependencies.find("npm", "next", "vite", "react-scripts", "nuxt", near=near)
    profile = workspace.profile_of("NODE_ENV")
    names = [".env"]
    if bundler is not None:
        names = [f".env.{profile}.local", ".env.local", f".env.{profile}", ".env"]
    files = workspace.dotenv_files(near, *names) or workspace.dotenv_files(
        near, f".env.{profile}", ".env.local"
    )
    expands = workspace.dependencies.find("npm", "dotenv-expand", "@nestjs/config", near=near)
    reader = "npm-dotenv"
    if bundler is not None or expands is not None:
        reader = "npm-dotenv-expand"
    elif dependency is not None and (dependency.major or 16) < 15:
        reader = "npm-dotenv-8"
    elif dependency is None and starts_with_env_file(workspace, near):
        reader = "node"
    return workspace.variables(files, reader, near=near, NODE_ENV=profile)


def starts_with_env_file(workspace: Workspace, near: str) -> bool:
    """Whether a script of the package starts Node with --env-file."""
    for path in workspace.dotenv_files(near, "package.json"):
        if b"--env-file" in (workspace.read(path) or b""):
            return True
    return False


def version_of(workspace: Workspace, near: str) -> str:
    found = workspace.dependencies.find("npm", "nodemailer", near=near)
    return found.version if found is not None else ""


def transport_options(
    argument: Value, again: Callable[[Variables], Value], workspace: Workspace
) -> dict[str, Option]:
    """The options of a transport: those of an object, of a URL, or of a URL in an object."""

    def option(name: str, *path: str) -> Option:
        def anew(under: Variables) -> Value:
            return again(under).at(*path)

        value = argument.at(*path)
        whole = None
        if isinstance(argument, Known) and isinstance(argument.value, Map) and path:
            entry = argument.value.entry(path[0])
            whole = entry.span if entry is not None else None
        return Option(name, value, anew, whole)

    if isinstance(argument, Unknown):
        return {"host": Option("host", argument, again)}
    if isinstance(argument.value, str):
        whole = Option("url", argument, again)
        return {"url": whole, **url_options(whole, workspace)}
    if not isinstance(argument.value, Map):
        return {}
    paths = [(name,) for name in PLAIN] + list(NESTED)
    found = {}
    for path in paths:
        made = option(".".join(path), *path)
        if isinstance(made.value, Unknown) or made.value.value is not ABSENT:
            found[made.name] = made
    if "url" in found:
        found.update(url_options(found["url"], workspace))
    return found


def _insert(
    workspace: Workspace, options: dict[str, Option], argument: Value, new: Mapping[str, Any]
) -> tuple[Edit, ...]:
    """Options that are not there yet, before the first that is there."""
    if "url.port" in new:
        return insert_port(options, new["url.port"])
    if not isinstance(argument, Known) or not isinstance(argument.value, Map):
        return ()
    beside = options.get("port") or options.get("host") or options.get("secure")
    span = beside.entry if beside is not None else None
    if span is None or any("." in name for name in new):
        return ()
    texts = [f"{name}: {literal(value, 'javascript')}, " for name, value in new.items()]
    masked = workspace.masked(span, keep=False)
    column = span.columns[0]
    shown = masked.columns(column, column + 1)[0] if masked is not None else column
    return (
        Edit(
            file=span.file, line=span.line, columns=(shown, shown), replace="", with_="".join(texts)
        ),
    )


# --- what options come to ------------------------------------------------------------------------


def outcome(options: Mapping[str, Any]) -> Outcome:
    """What Nodemailer makes of its options (lib/smtp-connection/index.js)."""
    if "url" in options and isinstance(options["url"], str) and options["url"]:
        return _of_url(options)
    ignored: list[Remark] = []
    options = dict(options)
    by: dict[Field, tuple[str, ...]] = {}
    service = _service(options)
    if service is not None:
        for name in ("host", "port", "secure"):
            if name in options and options[name] != service.get(name):
                ignored.append(_remark(name, "service-host"))
        options.update(service)
        by = dict.fromkeys(("host", "port", "tls"), ("service",))
    elif truth(options.get("service", ABSENT), "javascript"):
        ignored.append(_remark("service", "service-unknown"))
    return _of_object(options, by, ignored)


def _of_object(
    options: dict[str, Any], by: dict[Field, tuple[str, ...]], ignored: list[Remark]
) -> Outcome:
    misread: list[Remark] = []
    port, junk = _port(options.get("port", ABSENT))
    if junk:
        misread.append(_remark("port", "port-junk", "the default port"))
    secure = options.get("secure", ABSENT)
    implicit = truth(secure, "javascript") or (secure is ABSENT and port == 465)
    if _says_no(secure) and implicit:
        misread.append(_remark("secure", "secure-text", "implicit TLS"))
    ignore = options.get("ignoreTLS", ABSENT)
    if _says_no(ignore) and not implicit:
        misread.append(_remark("ignoreTLS", "ignore-text", "no TLS"))
    tls: TLSMode = "starttls"
    if implicit:
        tls = "implicit"
    elif truth(ignore, "javascript"):
        tls = "none"
    decides = ("secure", "port") if not truth(ignore, "javascript") else ("ignoreTLS",)
    host = options.get("host", ABSENT)
    names: tuple[tuple[str, Field], ...] = (
        ("auth.username", "username"),
        ("auth.password", "password"),
    )
    for name, meant in names:
        if name in options:
            ignored.append(replace(_remark(name, "auth-names"), field=meant))
    own: dict[Field, tuple[str, ...]] = {
        "host": ("host",),
        "port": ("port",),
        "tls": tuple(name for name in decides if name in options),
        "username": ("auth.user",),
        "password": ("auth.pass",),
        "token": ("auth.accessToken",),
        "sender": ("from",),
        "ehlo": ("name",),
        "verify": ("tls.rejectUnauthorized",),
    }
    return Outcome(
        host=str(host) if truth(host, "javascript") else "localhost",
        port=port,
        tls=tls,
        required=truth(options.get("requireTLS", ABSENT), "javascript"),
        username=_text(options, "auth.user"),
        password=_text(options, "auth.pass"),
        token=_text(options, "auth.accessToken"),
        sender=_sender(options),
        ehlo=_text(options, "name"),
        verify=options.get("tls.rejectUnauthorized", True) is not False,
        by={**own, **by},
        misread=tuple(misread),
        ignored=tuple(ignored),
        not_sent=_not_sent(options),
    )


def _of_url(options: Mapping[str, Any]) -> Outcome:
    """A URL stands alone: what is beside it is dropped (lib/nodemailer.js, lib/shared/index.js)."""
    query = dict(parse_qsl(str(options.get("url.query", "")).lstrip("?")))
    scheme = options.get("url.scheme")
    beside = ("host", "port", "secure", "auth.user", "auth.pass")
    ignored = [_remark(name, "url-siblings") for name in beside if name in options]
    port, _ = _port(options.get("url.port", ABSENT))
    tls: TLSMode = "starttls"
    if scheme == "smtps":
        tls = "implicit"
    elif query.get("ignoreTLS") == "true":
        tls = "none"
    if "secure" in query and (query["secure"] == "true") != (tls == "implicit"):
        ignored.append(_remark("url", "url-secure"))
    return Outcome(
        host=options.get("url.host") or "localhost",
        port=port,
        tls=tls,
        required=query.get("requireTLS") == "true",
        username=options.get("url.user"),
        password=options.get("url.password"),
        sender=_sender(options),
        verify=query.get("tls.rejectUnauthorized") != "false",
        by={
            "url": ("url",),
            "host": ("url.host",),
            "port": ("url.port",),
            "tls": ("url.scheme",),
            "username": ("url.user",),
            "password": ("url.password",),
            "sender": ("from",),
        },
        ignored=tuple(ignored),
    )


def _service(options: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The entry of Nodemailer's list that the service's name means."""
    name = options.get("service", ABSENT)
    if not isinstance(name, str):
        return None
    bare = re.sub(r"[^a-zA-Z0-9.-]", "", name).lower()
    for known, entry in DATA.table("services").items():
        if bare in (re.sub(r"[^a-zA-Z0-9.-]", "", known).lower(), entry["host"]):
            return dict(entry)
    return None


def _port(value: Any) -> tuple[int | None, bool]:
    """`Number(value)`, and whether there was a text that is none; None is the default."""
    if isinstance(value, bool) or value in (ABSENT, None, "", 0):
        return None, False
    if isinstance(value, int | float):
        return (None, True) if math.isnan(value) else (int(value), False)
    try:
        number = float(str(value).strip() or "nan")
    except ValueError:
        return None, True
    if math.isnan(number) or math.isinf(number):
        return None, True
    return int(number) or None, False


def _says_no(value: Any) -> bool:
    return isinstance(value, str) and value.strip().lower() in {"false", "0", "no", "off"}


def _text(options: Mapping[str, Any], name: str) -> str | None:
    value = options.get(name, ABSENT)
    return None if value is ABSENT or value is None else str(value)


def _sender(options: Mapping[str, Any]) -> str | None:
    value = options.get("from", ABSENT)
    if isinstance(value, Map):
        address = value.get("address")
        value = address.value if isinstance(address, Known) else ABSENT
    return value if isinstance(value, str) and value else None


def _not_sent(options: Mapping[str, Any]) -> Remark | None:
    for name, why in (("streamTransport", "stream"), ("jsonTransport", "json")):
        if truth(options.get(name, ABSENT), "javascript"):
            return _remark(name, why)
    return None


def _remark(option: str, because: str, taken_as: str = "") -> Remark:
    return Remark(option, DATA.because[because], taken_as, tuple(DATA.sources.values())[:1])

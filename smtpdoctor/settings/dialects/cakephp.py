"""CakePHP: `EmailTransport` of config/app.php, with config/app_local.php over it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark, conflict
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.php_code import (
    PhpProgram,
    address,
    array_draft,
    known,
    number,
    parts,
    remark,
    text,
    with_prefix,
)
from smtpdoctor.settings.dialects.phpmailer import php_variables
from smtpdoctor.settings.dialects.urls import insert_port, start_of, url_options
from smtpdoctor.settings.model import Edit, Field, TLSMode
from smtpdoctor.settings.prepare import put_in
from smtpdoctor.settings.readers.model import ABSENT, Known, Map, Unknown, Value, says_no, truth
from smtpdoctor.settings.url import read_url
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

KEYS = ("className", "host", "port", "username", "password", "tls", "url", "client")
#: The transports of a URL's scheme (TransportFactory::$_dsnClassMap).
CLASSES = {"smtp": "Smtp", "mail": "Mail", "debug": "Debug"}
#: A file of its own for mail, which config/bootstrap.php loads.
LOADED = ("config/email.php", "*/config/email.php")
HOST = re.compile(r"(?:(?P<scheme>\w+)://)?(?P<host>[^/:]+)$")


def find(workspace: Workspace) -> Iterator[Draft]:
    """One for the transport that the profile `default` uses."""
    for path in workspace.folder.matching("config/app.php", "*/config/app.php", *LOADED):
        root = path.rpartition("config/")[0]
        # what Configure::load reads later stands over what is there
        names = ("email.php", "app_local.php", "app.php")
        files = [f"{root}config/{each}" for each in names]
        files = [each for each in files if workspace.folder.has(each)]
        if path.endswith("email.php") and f"{root}config/app.php" in files:
            continue  # read with that
        if not any(b"EmailTransport" in (workspace.read(each) or b"") for each in files):
            continue
        variables = php_variables(workspace, path)
        yield from _draft(workspace, files, variables)


def _draft(workspace: Workspace, files: list[str], variables: Variables) -> Iterator[Draft]:
    def roots(under: Variables) -> list[Value]:
        modules = [workspace.module(each, under) for each in files]
        return [module.returned for module in modules if module is not None]

    def read(under: Variables) -> Value:
        """The transport, the local file's keys over the other's."""
        profile = _merged([root.at("Email", "default") for root in roots(under)])
        name = known(profile.get("transport")) or "default"
        transport = _merged([root.at("EmailTransport", name) for root in roots(under)])
        entries = transport.value.entries if isinstance(known(transport), Map) else []  # type: ignore[union-attr]
        sender = [entry for entry in _entries(profile) if entry.key == "from"]
        return Known(Map([*entries, *sender]))

    transport = read(variables)
    given = transport.get("url")
    by_url = isinstance(given, Unknown) or bool(known(given))
    kind = _kind(workspace, transport)
    if kind not in ("Smtp", "Debug", ""):
        return
    paths: dict[str, tuple[str, ...]] = {key: (key,) for key in (*KEYS, "from")}
    anchor = "url" if by_url else "className" if kind == "Debug" else "host"
    if known(transport.get(anchor)) is None and not by_url:
        return
    span = transport.get(anchor).span
    place = f"{span.file}:{span.line}" if span is not None else files[0]
    found = array_draft(workspace, DIALECT, read, variables, paths, place=place, anchor=anchor)
    if found is None:
        return
    options = found.options
    url = options.get("url")
    if url is not None and by_url:
        options |= _as_written(url, url_options(url, workspace))
        found.insert = lambda new: _insert(workspace, options, new)
    elif kind == "":
        return  # CakePHP raises without a class
    elif "host" in options and "://" in str(known(options["host"].value)):
        options |= parts(options["host"], HOST, workspace)
    elif "host" in options:
        found.insert = with_prefix(workspace, options["host"], found.insert)
    if "className" in options:
        options["className"] = Option("className", Known(kind, options["className"].value.span))
    yield found


def _as_written(url: Option, found: dict[str, Option]) -> dict[str, Option]:
    """The parts of a URL as parseDsn has them: nothing of the login is decoded."""
    text_ = str(known(url.value) or "")
    said = read_url(text_)
    for name, part in (("url.user", said.username), ("url.password", said.password)):
        if part is not None and name in found:
            value = Known(text_[slice(*part.span)], found[name].value.span)
            found[name] = replace(found[name], value=value)
    return found


def _insert(
    workspace: Workspace, options: Mapping[str, Option], new: Mapping[str, Any]
) -> tuple[Edit, ...]:
    """`:587` behind the URL's host, and `?tls=true` at its end."""
    if new.keys() == {"url.port"}:
        return insert_port(workspace, options, new["url.port"])
    url = options["url"].value
    written = start_of(url, str(url.value), workspace) if isinstance(url, Known) else None
    if new != {"tls": True} or written is None:
        return ()
    mark = "&" if "url.query" in options else "?"
    return (put_in(workspace, written, written.columns[1], f"{mark}tls=true"),)


def _entries(value: Value) -> list[Any]:
    return value.value.entries if isinstance(value, Known) and isinstance(value.value, Map) else []


def _merged(values: list[Value]) -> Value:
    """Arrays one over the other, the first before the rest."""
    entries = [entry for value in values[::-1] for entry in _entries(value)]
    return Known(Map(entries)) if entries else Known(ABSENT)


def _kind(workspace: Workspace, transport: Value) -> str:
    """Smtp, Mail or Debug, however the class is named. A URL's scheme is the class, whatever
    stands beside it."""
    url, value = transport.get("url"), transport.get("className")
    if isinstance(url, Unknown) or known(url):
        return CLASSES.get(str(known(url) or "").partition("://")[0].lower(), "Smtp")
    given = known(value)
    if given is None and isinstance(value, Unknown):
        given = (workspace.text_of(value.span) or "").removesuffix("::class")
    name = str(given or "").rpartition("\\")[2]
    return name.removesuffix("Transport")


def outcome(options: Mapping[str, Any]) -> Outcome:  # branches: one field a line, and its default
    """What CakePHP makes of a transport: `tls` is STARTTLS, ssl:// before the host is TLS."""
    url = bool(options.get("url"))
    query = dict(parse_qsl(str(options.get("url.query") or "").lstrip("?")))
    host = text(options, "url.host") if url else text(options, "host")
    scheme = None
    if not url:
        found = HOST.match(host or "")
        scheme, host = found.groups() if found else (None, host)
        scheme, host = options.get("host.scheme", scheme), options.get("host.host", host)
    tls = {"true": True, "false": False}.get(query["tls"], query["tls"]) if "tls" in query else (
        options.get("tls", False)
    )  # fmt: skip
    starts = truth(tls, "php")
    implicit = scheme in ("ssl", "tls", "tlsv1.2", "tlsv1.3")
    mode: TLSMode = "implicit" if implicit else "starttls" if starts else "none"
    port_name = "url.port" if url and "url.port" in options else "port"
    port = number(options.get(port_name)) or 25
    both = implicit and starts
    misread: tuple[Remark, ...] = ()
    if starts and says_no(tls):
        misread = (remark(DATA, "tls", "text-true", "STARTTLS"),)
    user = text(options, "url.user") if url else None
    silent = options.get("className") == "Debug"
    if user is not None and "%40" in user:
        misread = (*misread, remark(DATA, "url.user", "encoded", "an address with %40 in it"))
    return Outcome(
        host=host or "localhost",
        port=port,
        tls=mode,
        required=mode != "none",
        username=user if user is not None else text(options, "username"),
        password=text(options, "url.password") if user is not None else text(options, "password"),
        url_as_written=True,
        sender=address(options.get("from")),
        ehlo=text(options, "client"),
        by={
            "url": ("url",) if url else (),
            "host": ("url.host",) if url else ("host.host", "host") if implicit else ("host",),
            "port": (port_name,),
            "tls": _tls_by(options, query, implicit=implicit),
            "username": ("url.user",) if user is not None else ("username",),
            "password": ("url.password",) if user is not None else ("password",),
            "sender": ("from",),
        },
        misread=misread,
        fault=_fault(options) or (conflict(remark(DATA, "tls", "both")) if both else None),
        not_sent=remark(DATA, "className", "debug") if silent else None,
    )


def _tls_by(
    options: Mapping[str, Any], query: Mapping[str, str], *, implicit: bool
) -> tuple[str, ...]:
    if "tls" in query:
        return ("url",)
    return ("host.scheme",) if implicit else ("tls",) if "tls" in options else ("url",)


def _fault(options: Mapping[str, Any]) -> Remark | None:
    """A scheme that is no transport: CakePHP looks for a class of that name."""
    scheme = options.get("url.scheme") if options.get("url") else None
    named = scheme is not None and scheme not in CLASSES
    return remark(DATA, "url.scheme", "scheme") if named else None


FIELDS: Mapping[str, Field] = {
    "host": "host", "port": "port", "tls": "tls", "username": "username", "password": "password",
    "url": "url", "from": "sender", "host.scheme": "tls", "host.host": "host",
    "url.scheme": "tls", "url.host": "host", "url.port": "port", "url.user": "username",
    "url.password": "password",
}  # fmt: skip
MODES: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
    "implicit": ({"host.scheme": "ssl"}, {"host.scheme": "ssl", "tls": False}),
    "starttls": (
        {"tls": True}, {"host.scheme": "tcp", "tls": True},
        {"url.scheme": "smtp"}, {"url.scheme": "smtp", "tls": True},
    ),
    "none": ({"tls": False},),
}  # fmt: skip
DIALECT = PhpProgram("cakephp", DATA, FIELDS, MODES, find, outcome)

"""Yii: the component `mailer` of version 2's configuration, by either of its mailers, and the
parameters of version 3's mailer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from smtpdoctor.settings.dialects.base import Draft, Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.php_code import (
    PhpProgram,
    Reading,
    array_draft,
    known,
    number,
    remark,
    text,
    version_of,
)
from smtpdoctor.settings.dialects.phpmailer import php_variables
from smtpdoctor.settings.dialects.swiftmailer import connects
from smtpdoctor.settings.dialects.symfony_transport import ends_early, is_off, way
from smtpdoctor.settings.dialects.urls import insert_port, url_options
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.model import ABSENT, Entry, Known, Map, Value, truth
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import PRODUCTION, Workspace

DATA = load(__file__)

#: Where the advanced template keeps the files of its environments.
ENVIRONMENT = re.compile(r"(?P<root>.+/)?environments/(?P<name>\w+)/(?P<path>.+)")
KEYS = ("dsn", "scheme", "host", "port", "username", "password", "encryption", "class")


def find(workspace: Workspace) -> Iterator[Draft]:
    """One for each configuration whose component has a transport, or writes files."""
    for path in workspace.folder.containing(rb"useFileTransport|['\"]transport['\"]", ".php"):
        data = workspace.read(path) or b""
        if b"mailer" not in data or not (b"yii" in data.lower() or b"Swift_" in data):
            continue
        if _is_another_environments(workspace, path):
            continue
        variables = php_variables(workspace, path)

        def read(under: Variables, path: str = path) -> Value:
            module = workspace.module(path, under)
            if module is None:
                return Known(ABSENT)
            component = module.returned.at("components", "mailer")
            return module.returned if _is_component(module.returned) else component

        if isinstance(known(read(variables)), Map):
            yield from _draft(workspace, path, read, variables)
    yield from _three(workspace)


def _is_component(value: Value) -> bool:
    """Whether an array is the component itself, in a file of its own: `require 'mailer.php'`."""
    return str(known(value.get("class"))).rpartition("\\")[2] == "Mailer"


def _three(workspace: Workspace) -> Iterator[Draft]:
    """One for each file of parameters of yiisoft/mailer-symfony."""
    for path in workspace.folder.containing(rb"['\"]esmtpTransport['\"]", ".php"):
        variables = php_variables(workspace, path)

        def root(under: Variables, path: str = path) -> Value:
            module = workspace.module(path, under)
            return module.returned if module is not None else Known(ABSENT)

        for package in THREE:
            if known(root(variables).at(package, "useSendmail")) is True:
                continue

            def read(under: Variables, package: str = package, root: Reading = root) -> Value:
                found = root(under).at(package, "esmtpTransport")
                silent = root(under).at("yiisoft/mailer", "writeToFiles")
                return Known(
                    Map([Entry("transport", found, None), Entry("useFileTransport", silent, None)])
                )

            if isinstance(known(read(variables).get("transport")), Map):
                yield from _draft(workspace, path, read, variables)


#: Where version 3's mailer has its parameters, now and before 3.0 of it.
THREE = ("yiisoft/mailer-symfony", "symfony/mailer")


def _is_another_environments(workspace: Workspace, path: str) -> bool:
    """Whether it is one of the files that `init` copies, and not what production has: its copy is
    there, or it is of an environment beside production's."""
    found = ENVIRONMENT.match(path)
    if found is None:
        return False
    wanted = workspace.profile_of("YII_ENV")
    wanted = "prod" if wanted == PRODUCTION else wanted
    folder = f"{found['root'] or ''}environments/{wanted}/"
    there = any(each.startswith(folder) for each in workspace.folder.files)
    copied = workspace.folder.has(f"{found['root'] or ''}{found['path']}")
    return copied or (found["name"] != wanted and there)


def _draft(workspace: Workspace, path: str, read: Any, variables: Variables) -> Iterator[Draft]:
    paths: dict[str, tuple[str, ...]] = {key: ("transport", key) for key in KEYS}
    paths["useFileTransport"] = ("useFileTransport",)
    anchors = ("host", "dsn", "useFileTransport")
    mailer = read(variables)
    anchor = next((each for each in anchors if not mailer.at(*paths[each]).absent), None)
    if anchor is None:
        return
    found = array_draft(workspace, DIALECT, read, variables, paths, place=path, anchor=anchor)
    if found is None:
        return
    if anchor == "useFileTransport" and not known(found.options[anchor].value):
        return
    dsn = found.options.get("dsn")
    if dsn is not None:
        found.options |= url_options(dsn, workspace)
        options = found.options
        found.insert = lambda new: (
            insert_port(workspace, options, new["url.port"]) if "url.port" in new else ()
        )
    found.version = version_of(
        workspace, path, "yiisoft/yii2-symfonymailer", "yiisoft/yii2-swiftmailer",
        "yiisoft/mailer-symfony",
    )  # fmt: skip
    yield found


def outcome(options: Mapping[str, Any]) -> Outcome:
    """What the component's mailer makes of its transport."""
    swift = "swift" in (text(options, "class") or "").lower()
    by_url = "dsn" in options
    prefix = "url." if by_url else ""
    port_name = f"{prefix}port"
    port = number(options.get(port_name))
    scheme = text(options, f"{prefix}scheme") or ""
    host = text(options, f"{prefix}host")
    fault: Remark | None = None
    ignored: tuple[Remark, ...] = ()
    decides: tuple[str, ...] = (f"{prefix}scheme", port_name)
    if swift:
        reached, has = connects(text(options, "encryption") or "", port)
        fault = None if has else remark(DATA, "encryption", "encryption")
        decides = ("encryption",)
    else:
        reached = way(scheme, host or "", port)
        decides = decides if scheme == "smtps" else decides[::-1]
        fault = _fault(options, scheme)
        if "encryption" in options:
            ignored = (remark(DATA, "encryption", "encryption-unread"),)
    query = dict(parse_qsl(str(options.get("url.query") or "").lstrip("?")))
    silent = truth(options.get("useFileTransport", False), "php")
    user = "url.user" if by_url else "username"
    return Outcome(
        host=host,
        port=reached.port,
        tls=reached.tls,
        required=reached.required,
        username=text(options, user),
        password=text(options, f"{prefix}password"),
        verify=not is_off(query.get("verify_peer")),
        by={
            "url": ("dsn",) if by_url else (),
            "host": (f"{prefix}host",),
            "port": (port_name,),
            "tls": tuple(name for name in decides if name in options),
            "username": (user,),
            "password": (f"{prefix}password",),
        },
        ignored=ignored,
        fault=fault,
        not_sent=remark(DATA, "useFileTransport", "file") if silent else None,
    )


def _fault(options: Mapping[str, Any], scheme: str) -> Remark | None:
    dsn = text(options, "dsn")
    if dsn is not None and ends_early(dsn):
        return remark(DATA, "dsn", "characters")
    if dsn is None and "host" in options and not scheme:
        return remark(DATA, "host", "transport")
    if scheme not in ("", "smtp", "smtps"):
        return remark(DATA, "url.scheme" if dsn is not None else "scheme", "scheme")
    return None


FIELDS: Mapping[str, Field] = {
    "dsn": "url", "scheme": "tls", "host": "host", "port": "port", "username": "username",
    "password": "password", "encryption": "tls", "url.scheme": "tls", "url.host": "host",
    "url.port": "port", "url.user": "username", "url.password": "password",
}  # fmt: skip
MODES: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
    "implicit": ({"scheme": "smtps"}, {"url.scheme": "smtps"}, {"encryption": "ssl"}),
    "starttls": ({"scheme": "smtp"}, {"url.scheme": "smtp"}, {"encryption": "tls"}),
    "none": ({"encryption": ""},),
}
DIALECT = PhpProgram("yii", DATA, FIELDS, MODES, find, outcome)

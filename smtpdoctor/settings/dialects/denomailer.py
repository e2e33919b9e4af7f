"""denomailer, Deno's SMTP client: the options of `new SMTPClient({ connection: {…} })`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Outcome, Remark, conflict
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.in_code import outcome_of
from smtpdoctor.settings.dialects.node_client import drafts
from smtpdoctor.settings.dialects.node_variables import SUFFIXES
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.callers import is_of_the_folder
from smtpdoctor.settings.readers.model import says_no, truth
from smtpdoctor.settings.readers.module import FoundCall, Module
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

#: Deno has the package by a URL with its version in it, or by an import map.
VERSION = re.compile(rb"denomailer@v?(\d[\d.]*)")
FIELDS: Mapping[str, Field] = {
    "connection.hostname": "host",
    "connection.port": "port",
    "connection.tls": "tls",
    "connection.auth.username": "username",
    "connection.auth.password": "password",
    "debug.noStartTLS": "tls",
    "debug.allowUnsecure": "tls",
    "from": "sender",
}


class Denomailer:
    id = "denomailer"
    name = DATA.name
    client: str | None = None
    fields = FIELDS
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        "implicit": ({"connection.tls": True},),
        "starttls": ({"connection.tls": False}, {"debug.noStartTLS": False}),
        "none": ({"connection.tls": False, "debug.noStartTLS": True, "debug.allowUnsecure": True},),
    }

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        return drafts(
            self,
            workspace,
            rb"\bSMTPClient\b",
            _calls,
            messages=("send",),
            version=lambda path: _version(workspace, path),
        )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        return outcome(options)


DIALECT = Denomailer()


def _calls(module: Module) -> list[FoundCall]:
    """Those whose options have a connection: emailjs has a class of the same name."""
    return [
        call
        for call in module.calls("SMTPClient")
        if call.new
        and not is_of_the_folder(call.callee)
        and not call.argument(0).get("connection").absent
    ]


def _version(workspace: Workspace, path: str) -> str:
    """The version of the URL by which the file, or else the folder's import map, has it."""
    for each in (path, *workspace.folder.containing(VERSION.pattern, *SUFFIXES, ".json", ".jsonc")):
        found = VERSION.search(workspace.read(each) or b"")
        if found is not None:
            return found[1].decode()
    return ""


def outcome(options: Mapping[str, Any]) -> Outcome:
    """What denomailer makes of its options (resolveClientOptions, #prepareConnection)."""
    implicit = truth(options.get("connection.tls"), "javascript")
    unsecure = truth(options.get("debug.allowUnsecure"), "javascript")
    bare = truth(options.get("debug.noStartTLS"), "javascript")
    is_text = says_no(options.get("connection.tls"))
    mode: TLSMode = "implicit" if implicit else "none" if bare else "starttls"
    fault = conflict(_remark("debug.noStartTLS", "insecure")) if mode == "none" else None
    by: dict[Field, tuple[str, ...]] = {
        field: (name,) for name, field in FIELDS.items() if field != "tls"
    }
    by["tls"] = tuple(name for name in ("connection.tls", "debug.noStartTLS") if name in options)
    return outcome_of(
        options,
        by,
        mode,
        port=465 if implicit else 25,
        required=mode == "starttls" and not unsecure,
        mechanisms=("LOGIN",),
        misread=(_remark("connection.tls", "text", "implicit TLS"),) if is_text else (),
        fault=None if unsecure else fault,
    )


def _remark(option: str, because: str, taken_as: str = "") -> Remark:
    return Remark(option, DATA.because[because], taken_as, tuple(DATA.sources.values()))

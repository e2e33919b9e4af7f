"""worker-mailer, the SMTP client of Cloudflare Workers: the options of `WorkerMailer.connect`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.in_code import outcome_of
from smtpdoctor.settings.dialects.node_client import drafts, npm_version
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.model import ABSENT, says_no, truth
from smtpdoctor.settings.readers.module import FoundCall, Module
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

CALLS = ("WorkerMailer.connect", "WorkerMailer.send")
FIELDS: Mapping[str, Field] = {
    "host": "host",
    "port": "port",
    "secure": "tls",
    "startTls": "tls",
    "credentials.username": "username",
    "credentials.password": "password",
    "from": "sender",
}


class WorkerMailer:
    id = "worker-mailer"
    name = DATA.name
    client: str | None = None
    fields = FIELDS
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        "implicit": ({"secure": True},),
        "starttls": ({"secure": False}, {"startTls": True}, {"secure": False, "startTls": True}),
        "none": ({"secure": False, "startTls": False},),
    }

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        return drafts(
            self,
            workspace,
            rb"\bWorkerMailer\b",
            _calls,
            messages=("send",),
            version=npm_version(workspace, "worker-mailer"),
        )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        return outcome(options)


DIALECT = WorkerMailer()


def _calls(module: Module) -> list[FoundCall]:
    return module.calls(*CALLS)


def outcome(options: Mapping[str, Any]) -> Outcome:
    """What worker-mailer makes of its options (the constructor, initializeSmtpSession)."""
    secure = options.get("secure")
    implicit = truth(secure, "javascript")
    starts = options.get("startTls", ABSENT)
    upgrades = starts is ABSENT or truth(starts, "javascript")
    by: dict[Field, tuple[str, ...]] = {
        field: (name,) for name, field in FIELDS.items() if field != "tls"
    }
    names = ("secure",) if implicit else ("startTls", "secure")
    by["tls"] = tuple(name for name in names if name in options)
    return outcome_of(
        options,
        by,
        "implicit" if implicit else "starttls" if upgrades else "none",
        misread=(Remark("secure", DATA.because["text"], "implicit TLS", (DATA.sources["mailer"],)),)
        if says_no(secure)
        else (),
    )

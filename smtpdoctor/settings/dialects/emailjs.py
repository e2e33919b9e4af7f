"""emailjs, the SMTP library: the options of `new SMTPClient({…})`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Outcome, Remark, conflict
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.in_code import outcome_of
from smtpdoctor.settings.dialects.node_client import drafts, npm_version
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.model import Known, Map, Value
from smtpdoctor.settings.readers.module import FoundCall, Module
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

CALLS = ("emailjs.SMTPClient", "emailjs.server.connect")
MESSAGES = ("send", "sendAsync", "Message")
FIELDS: Mapping[str, Field] = {
    "host": "host",
    "port": "port",
    "ssl": "tls",
    "tls": "tls",
    "user": "username",
    "password": "password",
    "domain": "ehlo",
    "from": "sender",
}
PORTS: Mapping[TLSMode, int] = {"implicit": 465, "starttls": 587, "none": 25}


class EmailJs:
    id = "emailjs"
    name = DATA.name
    client: str | None = DATA.client
    fields = FIELDS
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        "implicit": ({"ssl": True}, {"ssl": True, "tls": False}),
        "starttls": ({"tls": True}, {"ssl": False, "tls": True}),
        "none": ({"ssl": False}, {"tls": False}, {"ssl": False, "tls": False}),
    }

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        return drafts(
            self,
            workspace,
            rb"['\"`/:]emailjs\b",
            _calls,
            messages=MESSAGES,
            version=npm_version(workspace, "emailjs"),
            opposites={"ssl": "tls", "tls": "ssl"},
        )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        return outcome(options)


DIALECT = EmailJs()


def _calls(module: Module) -> list[FoundCall]:
    return module.calls(*CALLS)


def outcome(options: Mapping[str, Any]) -> Outcome:
    """What emailjs makes of its options (SMTPConnection)."""
    ssl, tls = _switch(options.get("ssl")), _switch(options.get("tls"))
    mode = _mode(ssl, tls)
    # the default port goes by what is written, also where that is dropped
    said = _mode(options.get("ssl"), options.get("tls"))
    fault = conflict(_remark("ssl", "both")) if ssl and tls else None
    misread = [
        _remark(name, "text", "no TLS")
        for name in ("ssl", "tls")
        if isinstance(options.get(name), str) and options[name] and mode == "none"
    ]
    names = ("ssl", "tls") if ssl else ("tls", "ssl")
    by: dict[Field, tuple[str, ...]] = {
        **{field: (name,) for name, field in FIELDS.items() if field != "tls"},
        "tls": tuple(name for name in names if name in options),
    }
    both = bool(options.get("user")) and bool(options.get("password"))
    given = options.get("ssl")
    loose = isinstance(given, Map) and _is_false(given.get("rejectUnauthorized"))
    return outcome_of(
        options,
        by,
        mode,
        port=PORTS[said],
        required=mode == "starttls",
        username=str(options["user"]) if both else None,
        password=str(options["password"]) if both else None,
        # what STARTTLS begins is a bare TLSSocket, which verifies nothing
        verify=ssl and not loose,
        misread=tuple(misread),
        fault=fault,
    )


def _mode(ssl: object, tls: object) -> TLSMode:
    return "implicit" if ssl else "starttls" if tls else "none"


def _switch(value: Any) -> bool:
    """A truth or an object; anything else is dropped."""
    return value is True or isinstance(value, Map)


def _is_false(value: Value) -> bool:
    return isinstance(value, Known) and value.value is False


def _remark(option: str, because: str, taken_as: str = "") -> Remark:
    return Remark(option, DATA.because[because], taken_as, tuple(DATA.sources.values()))

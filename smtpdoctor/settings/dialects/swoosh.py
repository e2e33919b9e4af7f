"""Swoosh's SMTP adapter, Phoenix's way to send: `config :app, App.Mailer, adapter: …`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Outcome
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.gen_smtp import FIELDS, MODES, WRONG, Library, drafts, outcome
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.model import Symbol
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)
#: The adapter over the client Mua, and how it says what gen_smtp has other names for.
MUA = "Swoosh.Adapters.Mua"
MUA_FIELDS: Mapping[str, Field] = {
    "protocol": "tls", "auth.username": "username", "auth.password": "password",
}  # fmt: skip
MUA_MODES: Mapping[TLSMode, Mapping[str, Any]] = {
    "implicit": {"protocol": Symbol("ssl")},
    "starttls": {"protocol": Symbol("tcp")},
}
LIBRARY = Library(
    adapter="Swoosh.Adapters.SMTP",
    silent={
        "Swoosh.Adapters.Local": "local",
        "Swoosh.Adapters.Logger": "logger",
        "Swoosh.Adapters.Test": "test",
        "Swoosh.Adapters.Sandbox": "test",
    },
    prefix="Swoosh.Adapters.",
    host="relay",
    messages=rb"Swoosh\.Email",
    others=(MUA,),
    more=MUA_FIELDS,
)


class Swoosh:
    id = "swoosh"
    name = DATA.name
    client: str | None = None
    package = "swoosh"
    fields: Mapping[str, Field] = {**FIELDS, **WRONG, **MUA_FIELDS}
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        mode: (*ways, *([MUA_MODES[mode]] if mode in MUA_MODES else ()))
        for mode, ways in MODES.items()
    }

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each mailer of a Mix project."""
        yield from drafts(workspace, LIBRARY, self, DATA)

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """What becomes of these settings."""
        if str(options.get("adapter")).removeprefix("Elixir.") == MUA:
            return _mua(options)
        return outcome(options, LIBRARY, DATA)


def _mua(options: Mapping[str, Any]) -> Outcome:
    """Mua goes to the relay, in clear unless the protocol is :ssl, and on with STARTTLS where that
    is offered; without a relay to each receiver's own server, where no login is."""
    implicit = options.get("protocol") == Symbol("ssl")
    port = options.get("port")
    told = isinstance(port, int) and not isinstance(port, bool)
    return Outcome(
        host=str(options["relay"]) if options.get("relay") else None,
        port=port if told else 25,
        tls="implicit" if implicit else "starttls",
        required=implicit,
        username=options.get("auth.username"),
        password=options.get("auth.password"),
        sender=options.get("from"),
        by={
            "host": ("relay",),
            "port": ("port",),
            "tls": ("protocol",) if "protocol" in options else (),
            "username": ("auth.username",),
            "password": ("auth.password",),
            "sender": ("from",),
        },
    )


DIALECT = Swoosh()

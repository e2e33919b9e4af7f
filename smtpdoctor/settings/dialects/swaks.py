"""swaks in shell scripts: `swaks --server host:587 --tls --auth-user u --auth-password p …`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from smtpdoctor.settings.dialects.base import Option, Outcome
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.in_code import outcome_of
from smtpdoctor.settings.dialects.in_shell import ShellProgram, behind, parts_of, server_of
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.model import Known
from smtpdoctor.settings.readers.shell import Word
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

#: Options with a value, by all their names. One or two dashes stand before each.
VALUES: Mapping[str, str] = {
    "server": "server", "s": "server", "port": "port", "p": "port", "from": "from", "f": "from",
    "auth-user": "user", "au": "user", "auth-password": "password", "ap": "password",
    "helo": "ehlo", "ehlo": "ehlo", "h": "ehlo",
}  # fmt: skip
#: The first that is there counts: its mode, and whether that is required.
MODES: Mapping[str, tuple[TLSMode, bool]] = {
    "tls-on-connect": ("implicit", False), "tlsc": ("implicit", False),
    "tls": ("starttls", True),
    "tls-optional-strict": ("starttls", False), "tlsos": ("starttls", False),
    "tls-optional": ("starttls", False), "tlso": ("starttls", False),
}  # fmt: skip
SWITCHES = ("tls-verify", "auth", "a", "to", "t", "quit-after", "q", "data", "d", "body", "header")


class Swaks(ShellProgram):
    id = "swaks"
    name = DATA.name
    client: str | None = DATA.client
    commands = frozenset({"swaks"})
    needle = rb"\bswaks\b"
    written = frozenset(
        {"\\", *(dashes + name for name in (*VALUES, *MODES, *SWITCHES) for dashes in ("-", "--"))}
    )
    fields: Mapping[str, Field] = {
        "host": "host",
        "port": "port",
        "TLS": "tls",
        "user": "username",
        "password": "password",
        "from": "sender",
        "ehlo": "ehlo",
    }
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        "implicit": ({"TLS": "tls-on-connect"},),
        "starttls": ({"TLS": "tls"},),
    }

    def options(self, workspace: Workspace, words: list[Word]) -> dict[str, Option]:
        """Those of a command that names a server."""
        found: dict[str, Option] = {}
        modes: dict[str, Option] = {}
        waiting = ""
        for word in words[1:]:
            text = word.told
            name = text.lstrip("-") if text.startswith("-") else ""
            if waiting and not name:
                found[waiting] = Option(waiting, word.value)
            waiting = VALUES.get(name, "")
            found |= _attached(workspace, word, text)
            if name in MODES and isinstance(word.value, Known):
                at = (len(text) - len(name), len(text))
                modes |= parts_of(workspace, word.value, {name: at})
            elif name == "tls-verify":
                found[name] = Option(name, Known(True, word.value.span))
        if "server" not in found:
            return {}
        if modes:
            counts = next(modes[name] for name in MODES if name in modes)
            found["TLS"] = replace(counts, name="TLS")
        return {**server_of(workspace, found.pop("server")), **found}

    def word(self, command: str, name: str, value: Any) -> str:
        """The mode is a switch of its own; a port is one wherever the server is said."""
        return {"TLS": f"--{value}", "port": f"--port {value}"}.get(name, "")

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """What swaks does: the port follows from TLS alone, and nothing follows from the port."""
        tls, required = MODES.get(str(options.get("TLS")), ("none", False))
        return outcome_of(
            options,
            {
                "host": ("host",),
                "port": ("port",),
                "tls": ("TLS",),
                "username": ("user",),
                "password": ("password",),
                "sender": ("from",),
                "ehlo": ("ehlo",),
            },
            tls,
            port=465 if tls == "implicit" else 25,
            required=required,
            verify="tls-verify" in options,
        )


def _attached(workspace: Workspace, word: Word, text: str) -> dict[str, Option]:
    """What `--port=587` says."""
    before, equals, _ = text.partition("=")
    name = VALUES.get(before.lstrip("-"), "") if equals and before.startswith("-") else ""
    return {name: behind(workspace, word, len(before) + 1, name)} if name else {}


DIALECT = Swaks()

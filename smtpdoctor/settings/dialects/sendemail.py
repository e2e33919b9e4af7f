"""sendEmail in shell scripts: `sendEmail -f from -s host:587 -xu user -xp password -o tls=yes`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smtpdoctor.settings.dialects.base import Option, Outcome
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.in_code import outcome_of
from smtpdoctor.settings.dialects.in_shell import ShellProgram, behind, server_of
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.shell import Word
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

VALUES: Mapping[str, str] = {"-s": "server", "-f": "from", "-xu": "user", "-xp": "password"}
#: What stands behind -o.
NAMED: Mapping[str, str] = {
    "tls": "tls", "username": "user", "password": "password", "fqdn": "fqdn",
}  # fmt: skip
WRITTEN = frozenset(
    {"\\", *VALUES, "-t", "-u", "-m", "-a", "-cc", "-bcc", "-b", "-l", "-v", "-q", "-o"}
)


class SendEmail(ShellProgram):
    id = "sendemail"
    name = DATA.name
    client: str | None = DATA.client
    commands = frozenset({"sendemail"})
    needle = rb"(?i)\bsendemail\b(?s:.*)\s-s\s"
    written = WRITTEN
    fields: Mapping[str, Field] = {
        "host": "host",
        "port": "port",
        "tls": "tls",
        "user": "username",
        "password": "password",
        "from": "sender",
        "fqdn": "ehlo",
    }
    #: TLS from the first byte can't be said.
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        "starttls": ({"tls": "auto"}, {"tls": "yes"}),
        "none": ({"tls": "no"},),
    }

    def options(self, workspace: Workspace, words: list[Word]) -> dict[str, Option]:
        """Those of a command that names a server."""
        found: dict[str, Option] = {}
        before = ""
        for word in words[1:]:
            text = word.told
            name, equals, _ = text.lstrip("'\"").partition("=")
            if before in VALUES and not text.startswith("-"):
                found[VALUES[before]] = Option(VALUES[before], word.value)
            elif before == "-o" and equals and name in NAMED:
                option = NAMED[name]
                found[option] = behind(workspace, word, text.index("=") + 1, option)
            if text.startswith("-"):
                before = text
            elif before != "-o":  # which has any number of them
                before = ""
        if "server" not in found:
            return {}
        return {**server_of(workspace, found.pop("server")), **found}

    def word(self, command: str, name: str, value: Any) -> str:
        """What -o says of TLS."""
        return f"-o tls={value}" if name == "tls" else ""

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """What sendEmail does: STARTTLS where it is offered, always or never."""
        mode = str(options.get("tls", "auto")).lower()
        return outcome_of(
            options,
            {
                "host": ("host",),
                "port": ("port",),
                "tls": ("tls",),
                "username": ("user",),
                "password": ("password",),
                "sender": ("from",),
                "ehlo": ("fqdn",),
            },
            "none" if mode == "no" else "starttls",
            port=25,
            required=mode == "yes",
        )


DIALECT = SendEmail()

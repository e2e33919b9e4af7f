"""sendEmail in shell scripts: `sendEmail -f from -s host:587 -xu user -xp password -o tls=yes`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smtpdoctor.settings.dialects.base import Option, Outcome
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.in_code import outcome_of
from smtpdoctor.settings.dialects.in_shell import ShellProgram, parts_of, port_behind, server_of
from smtpdoctor.settings.model import Edit, Field, TLSMode
from smtpdoctor.settings.prepare import put_in
from smtpdoctor.settings.readers.model import Known, Span
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
            text = str(word.value.value) if isinstance(word.value, Known) else word.text
            name, equals, _ = text.lstrip("'\"").partition("=")
            if before in VALUES and not text.startswith("-"):
                found[VALUES[before]] = Option(VALUES[before], word.value)
            elif before == "-o" and equals and name in NAMED:
                found |= _named(workspace, word, NAMED[name])
            if text.startswith("-"):
                before = text
            elif before != "-o":  # which has any number of them
                before = ""
        if "server" not in found:
            return {}
        return {**server_of(workspace, found.pop("server")), **found}

    def inserted(
        self,
        workspace: Workspace,
        command: Span,
        options: Mapping[str, Option],
        new: Mapping[str, Any],
    ) -> tuple[Edit, ...]:
        """A port behind the host, -o behind the command's name."""
        edits: list[Edit] = []
        for name, value in new.items():
            if name == "port":
                edits += port_behind(workspace, options, value)
            elif name == "tls":
                edits.append(put_in(workspace, command, command.columns[1], f" -o tls={value}"))
            else:
                return ()
        return tuple(edits)

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


def _named(workspace: Workspace, word: Word, name: str) -> dict[str, Option]:
    """What `name=value` behind -o says."""
    if not isinstance(word.value, Known):
        return {name: Option(name, word.value)}
    text = str(word.value.value)
    return parts_of(workspace, word.value, {name: (text.index("=") + 1, len(text))})


DIALECT = SendEmail()

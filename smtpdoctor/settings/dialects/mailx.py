"""mailx (S-nail, Heirloom) with a server of its own: `mailx -S mta=… -S smtp-auth-user=…` in shell
scripts, and `set` in .mailrc."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from smtpdoctor.settings.dialects.base import Option, Outcome
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.in_code import outcome_of
from smtpdoctor.settings.dialects.in_shell import (
    ShellProgram,
    behind,
    punctuation_is_harmless,
    server_of,
)
from smtpdoctor.settings.dialects.urls import url_options
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.model import Known, Unknown
from smtpdoctor.settings.readers.shell import Lines, Script, Word
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

#: Variables of it, the obsolete names among them. `smtp` counts before `mta`.
NAMES: Mapping[str, str] = {
    "mta": "mta", "smtp": "smtp", "from": "from", "smtp-auth-user": "user",
    "smtp-auth-password": "password", "tls-verify": "verify", "ssl-verify": "verify",
    "smtp-auth": "smtp-auth",
}  # fmt: skip
STARTTLS, SCHEME = "smtp-use-starttls", "url.scheme"
FILES = (".mailrc", "mail.rc", "nail.rc", "s-nail.rc")
IMPLICIT = ("smtps", "submissions")
#: S-nail then reads its commands as a shell does (s-nail(1), v15-compat).
AS_SHELL = re.compile(r"\bv15-compat=")
#: Where no port is said.
PORTS = {"smtps": 465, "submissions": 465, "submission": 587}


class Mailx(ShellProgram):
    id = "mailx"
    name = DATA.name
    client: str | None = DATA.client
    commands = frozenset({"mailx", "s-nail", "nail", "mail", "heirloom-mailx"})
    needle = rb"\b(?:mailx|s-nail|nail|mail)\b(?s:.*?)-S ?(?:mta|smtp)="
    written = frozenset({"\\", "-S", "-s", "-r", "-a", "-v", "-n", "-c", "-b", "set", STARTTLS})
    fields: Mapping[str, Field] = {
        "url.host": "host",
        "url.port": "port",
        SCHEME: "tls",
        STARTTLS: "tls",
        "url.user": "username",
        "url.password": "password",
        "user": "username",
        "password": "password",
        "from": "sender",
        "verify": "verify",
    }
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        "implicit": ({SCHEME: "smtps"},),
        "starttls": ({STARTTLS: True}, {SCHEME: "smtp", STARTTLS: True}),
    }

    def files(self, workspace: Workspace) -> Iterable[str]:
        """Scripts, and files of its settings."""
        found = [*super().files(workspace), *workspace.folder.matching(*FILES)]
        return dict.fromkeys(found)

    def runs(self, workspace: Workspace, path: str, variables: Variables) -> list[list[Word]]:
        """The commands of a script; of a file of settings all that it sets for everything as one,
        and with what each account sets in its place."""
        if path.endswith((".sh", ".bash")):
            return super().runs(workspace, path, variables)
        source = workspace.source(path)
        if source is None:
            return []
        script = (Script if AS_SHELL.search(source.text) else Lines)(source, variables)
        groups: list[list[Word]] = [[]]
        at = 0
        for words in script.commands():
            if words[0].text == "account":
                groups.append([])
                at = len(groups) - 1
            elif words[0].text == "}":
                at = 0
            elif words[0].text == "set":
                groups[at] += words[1:] if groups[at] else words
        workspace.is_harmless(*script.syntax)
        general, *accounts = groups
        own = [each for each in accounts if any(_name_of(word) in NAMES for word in each)]
        found = [general, *([each[0], *general[1:], *each[1:]] for each in own)]
        return [each for each in found if each]

    def options(self, workspace: Workspace, words: list[Word]) -> dict[str, Option]:
        """What is set, with the parts of its server."""
        found: dict[str, Option] = {}
        in_file = words[0].text == "set"
        before = ""
        for word in words[1:]:
            text = word.told
            attached = 2 if not in_file and text.startswith("-S") and len(text) > 2 else 0
            if in_file or before == "-S" or attached:
                found |= _set(workspace, word, attached)
            before = text
        server = found.pop("smtp", found.pop("mta", None))
        if server is None:
            return {}
        if isinstance(server.value, Unknown):
            return {"url.host": replace(server, name="url.host"), **found}
        text = str(server.value.value)
        if "://" not in text:
            if server.name == "mta":  # the host's own program
                return {}
            alone = server_of(workspace, server)
            parts = {
                f"url.{name}": replace(each, name=f"url.{name}") for name, each in alone.items()
            }
            return {**parts, **found}
        if text.partition(":")[0] in ("file", "test"):
            return {}
        parts = url_options(server, workspace)
        punctuation_is_harmless(workspace, parts)
        return {**parts, **found}

    def word(self, command: str, name: str, value: Any) -> str:
        """The variable that asks for STARTTLS, as a command or a file sets it."""
        dash = "" if command == "set" else "-S "
        return f"{dash}{STARTTLS}" if name == STARTTLS else ""

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """What mailx does: the scheme says TLS from the first byte, a variable STARTTLS."""
        scheme = str(options.get(SCHEME, "smtp"))
        tls: TLSMode = "none"
        if scheme in IMPLICIT:
            tls = "implicit"
        elif options.get(STARTTLS):
            tls = "starttls"
        return outcome_of(
            options,
            {
                "host": ("url.host",),
                "port": ("url.port",),
                "tls": (SCHEME, STARTTLS) if tls == "implicit" else (STARTTLS, SCHEME),
                "username": ("url.user", "user"),
                "password": ("url.password", "password"),
                "sender": ("from",),
                "verify": ("verify",) if options.get("verify") == "ignore" else (),
            },
            tls,
            port=PORTS.get(scheme, 25),
            required=tls == "starttls",
            verify=options.get("verify") != "ignore",
        )


DIALECT = Mailx()


def _name_of(word: Word) -> str:
    return word.text.partition("=")[0]


def _set(workspace: Workspace, word: Word, attached: int) -> dict[str, Option]:
    """The variable that a word sets: `name=value`, or a switch by its name alone."""
    if not isinstance(word.value, Known):
        name, equals, _ = word.text[attached:].lstrip("'\"").partition("=")
        name = NAMES.get(name, "") if equals else ""
        return {name: Option(name, word.value)} if name else {}
    text = str(word.value.value)
    name, equals, _ = text[attached:].partition("=")
    if name == STARTTLS:
        return {STARTTLS: Option(STARTTLS, Known(True, word.value.span))}
    if not equals or name not in NAMES:
        return {}
    found = behind(workspace, word, attached + len(name) + 1, NAMES[name])
    return {found.name: replace(found, called=name)}

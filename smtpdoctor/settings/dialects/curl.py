"""curl in shell scripts: `curl --ssl-reqd smtp://host:587 --user u:p --mail-from …`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from smtpdoctor.settings.dialects.base import Option, Outcome
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.in_code import outcome_of
from smtpdoctor.settings.dialects.in_shell import (
    ShellProgram,
    behind,
    parts_of,
    punctuation_is_harmless,
)
from smtpdoctor.settings.dialects.urls import url_options
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.model import Known, Unknown, Value
from smtpdoctor.settings.readers.shell import Word
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

#: Options with a value, by all their names.
VALUES: Mapping[str, str] = {
    "--url": "url", "-u": "--user", "--user": "--user", "--mail-from": "--mail-from",
    "--oauth2-bearer": "--oauth2-bearer",
}  # fmt: skip
SWITCHES: Mapping[str, str] = {
    "--ssl": "--ssl", "--ssl-reqd": "--ssl-reqd", "--ftp-ssl": "--ssl",
    "-k": "--insecure", "--insecure": "--insecure",
}  # fmt: skip
#: Options that may stand in a line as they are.
WRITTEN = frozenset(
    {*VALUES, *SWITCHES, "--mail-rcpt", "--upload-file", "-T", "-s", "-S", "-sS", "-v", "--verbose",
     "--silent", "--show-error", "--fail", "-f", "--login-options", "--insecure", "-n", "\\",
     "--connect-timeout", "--max-time", "-m", "-"}
)  # fmt: skip
SSL, REQUIRED, SCHEME = "--ssl", "--ssl-reqd", "url.scheme"


class Curl(ShellProgram):
    id = "curl"
    name = DATA.name
    client: str | None = DATA.client
    commands = frozenset({"curl"})
    needle = rb"\bcurl\b(?s:.*)mail-from"
    written = WRITTEN
    fields: Mapping[str, Field] = {
        "url": "url",
        "url.host": "host",
        "url.port": "port",
        SCHEME: "tls",
        SSL: "tls",
        REQUIRED: "tls",
        "url.user": "username",
        "url.password": "password",
        "user": "username",
        "password": "password",
        "--user": "username",
        "--oauth2-bearer": "token",
        "--mail-from": "sender",
        "--insecure": "verify",
    }
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        "implicit": ({SCHEME: "smtps"},),
        "starttls": ({SCHEME: "smtp"}, {SCHEME: "smtp", REQUIRED: True}),
    }

    def options(self, workspace: Workspace, words: list[Word]) -> dict[str, Option]:
        """Those of a command whose URL is of mail, with what its URL and login say."""
        found = _options(workspace, words)
        punctuation_is_harmless(workspace, found)
        return found

    def word(self, command: str, name: str, value: Any) -> str:
        """The switch that asks for STARTTLS."""
        return REQUIRED if name == REQUIRED else ""

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """What curl does: the scheme and its options say the mode, and never the port."""
        tls: TLSMode = "none"
        if options.get(SCHEME) == "smtps":
            tls = "implicit"
        elif options.get(SSL) or options.get(REQUIRED):
            tls = "starttls"
        return outcome_of(
            options,
            {
                "url": ("url",),
                "host": ("url.host",),
                "port": ("url.port",),
                "tls": (SCHEME, REQUIRED, SSL) if tls == "implicit" else (REQUIRED, SSL, SCHEME),
                "username": ("user", "url.user"),
                "password": ("password", "url.password"),
                "token": ("--oauth2-bearer",),
                "sender": ("--mail-from",),
            },
            tls,
            port=465 if tls == "implicit" else 25,
            token=options.get("--oauth2-bearer"),
            required=tls == "starttls" and bool(options.get(REQUIRED)),
            verify="--insecure" not in options,
        )


def _options(workspace: Workspace, words: list[Word]) -> dict[str, Option]:
    found: dict[str, Option] = {}
    waiting = ""
    for word in words[1:]:
        text = str(word.value.value) if isinstance(word.value, Known) else ""
        name, equals, _ = text.partition("=")
        if waiting:
            found[waiting] = Option(waiting, word.value)
            waiting = ""
        elif text in VALUES:
            waiting = VALUES[text]
        elif text in SWITCHES:
            found[SWITCHES[text]] = Option(SWITCHES[text], Known(True, word.value.span))
        elif equals and name in VALUES:
            found[VALUES[name]] = behind(workspace, word, len(name) + 1, VALUES[name])
        elif (text or word.text).lower().lstrip("'\"").startswith(("smtp://", "smtps://")):
            found["url"] = Option("url", word.value)
    url = found.get("url")
    if url is None or not _is_mail(url.value):
        return {}
    login = _login(workspace, found.pop("--user", None))
    return {**found, **url_options(url, workspace), **login}


def _is_mail(value: Value) -> bool:
    if isinstance(value, Unknown):
        return True
    return str(value.value).lower().startswith(("smtp://", "smtps://"))


def _login(workspace: Workspace, user: Option | None) -> dict[str, Option]:
    """`user:password`, which ends the user's name at its first colon."""
    if user is None:
        return {}
    value = user.value
    if not isinstance(value, Known):
        return {"user": replace(user, name="user")}
    text = str(value.value)
    name, colon, _ = text.partition(":")
    parts = {"user": (0, len(name))}
    if colon:
        parts["password"] = (len(name) + 1, len(text))
    return parts_of(workspace, value, parts)


DIALECT = Curl()

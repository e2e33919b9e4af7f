"""Apprise: `mailto://` and `mailtos://` URLs, in its configuration and in shell scripts.

Knows what such a URL says, and which server Apprise takes for a known domain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache, partial
from typing import Any
from urllib.parse import unquote

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.in_code import outcome_of
from smtpdoctor.settings.dialects.in_shell import ShellProgram, parts_of
from smtpdoctor.settings.dialects.urls import place_of
from smtpdoctor.settings.model import Edit, Field, TLSMode
from smtpdoctor.settings.names import ValueKind
from smtpdoctor.settings.prepare import put_in
from smtpdoctor.settings.readers.model import Known, Span
from smtpdoctor.settings.readers.shell import Word
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

FILES = ("*apprise*.yml", "*apprise*.yaml", "*apprise*.conf", "*apprise*.cfg", "*apprise*.txt",
         "*/apprise/*.yml", "*/apprise/*.yaml", "*/apprise/*.conf", "*/apprise/*.cfg")  # fmt: skip
#: One without what has to be encoded in it: of another Apprise makes something else, or nothing.
URL = re.compile(
    r"(?P<scheme>mailtos?)://(?:(?P<user>[^\s:@/?#\"']+)(?::(?P<password>[^\s:@/?#\"']*))?@)?"
    r"(?P<host>[\w.-]+)(?::(?P<port>\d{1,5}))?(?:/[^\s?#\"']*)?(?P<query>\?[^\s#\"']*)?",
    re.IGNORECASE,
)
WRITTEN = re.compile(r"\bmailtos?://[^\s\"']+", re.IGNORECASE)
PARAMETER = re.compile(r"[?&](?P<name>\w+)=(?P<value>[^&]*)")
#: What of a query is read here, by the option that it is.
QUERY = {"smtp": "smtp", "mode": "mode", "from": "from", "user": "user", "pass": "password"}
#: Others, whose names are no secret.
PARAMETERS = frozenset(("to", "cc", "bcc", "reply", "name", "format", "verify", "overflow"))
SHOWN: Mapping[str, ValueKind] = {
    "scheme": "scheme", "host": "host", "port": "port", "user": "username", "smtp": "host",
    "mode": "tls", "from": "sender",
}  # fmt: skip
#: What is put into a query, by the option that changes.
NAMED = {"host": "smtp", "mode": "mode"}
#: Apprise's modes, and the port of each where none is said.
MODES: Mapping[str, tuple[TLSMode, int]] = {
    "insecure": ("none", 25),
    "starttls": ("starttls", 587),
    "ssl": ("implicit", 465),
}


class Apprise(ShellProgram):
    id = "apprise"
    name = DATA.name
    client: str | None = DATA.client
    commands = frozenset({"apprise"})
    needle = rb"\bapprise\b(?s:.*)mailtos?://"
    written = frozenset({"\\", "-b", "--body", "-t", "--title", "-v", "-vv", "-vvv"})
    fields: Mapping[str, Field] = {
        "smtp": "host",
        "host": "host",
        "port": "port",
        "mode": "tls",
        "scheme": "tls",
        "user": "username",
        "password": "password",
        "from": "sender",
    }
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        "implicit": ({"mode": "ssl"},),
        "starttls": ({"mode": "starttls"},),
    }

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each URL of a configuration, and for each command that is given one."""
        for path in workspace.folder.matching(*FILES):
            source = workspace.source(path)
            for first, url in _urls(source.text) if source is not None else ():
                assert source is not None
                whole = Known(url, source.characters(first, first + len(url)))
                options = options_of(workspace, whole)
                if options:
                    yield Draft(
                        dialect=self,
                        place=str(whole.span),
                        options=options,
                        variables=Variables(()),
                        files=(path,),
                        insert=partial(_insert, workspace, options),
                    )
        yield from super().find(workspace)

    def options(self, workspace: Workspace, words: list[Word]) -> dict[str, Option]:
        """Those of the first URL of mail that a command is given."""
        for word in words[1:]:
            if isinstance(word.value, Known) and (found := options_of(workspace, word.value)):
                return found
        return {}

    def inserted(
        self,
        workspace: Workspace,
        command: Span,
        options: Mapping[str, Option],
        new: Mapping[str, Any],
    ) -> tuple[Edit, ...]:
        """What the URL is to say, put into it."""
        return _insert(workspace, options, new)

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """What Apprise does: a server that is named counts, then that of a known domain."""
        said = {name: unquote(str(value)) for name, value in options.items()}
        domain, user = said.get("host", ""), said.get("user", "")
        known = {} if said.get("smtp") else _providers().get(domain.lower(), {})
        default = "starttls" if said.get("scheme", "").lower() == "mailtos" else "insecure"
        mode = (said.get("mode") or known.get("mode") or default).lower()
        tls, port = MODES.get(mode, ("none", 25))
        sender = said.get("from", "")
        if "@" not in sender:  # a name alone
            sender = f"{user.partition('@')[0]}@{domain}" if user else ""
        by: Mapping[Field, tuple[str, ...]] = {
            "host": ("smtp", "host"),
            "port": ("port",),
            "tls": ("mode", "scheme"),
            "username": ("user",),
            "password": ("password",),
            "sender": ("from",),
        }
        found = outcome_of(
            {**said, "smtp": said.get("smtp") or known.get("host") or domain},
            by,
            tls,
            port=known.get("port") or port,
            required=tls == "starttls",
            verify=False,  # smtplib is given no context
            fault=None
            if mode in MODES
            else Remark("mode", DATA.because["mode"], sources=_source()),
        )
        by = {**found.by, "host": by["host"] if said.get("smtp") else ("host",)}
        both = bool(user and said.get("password"))
        return replace(
            found,
            by=by,
            username=_login(user, domain, known.get("login", "")) if both else None,
            password=found.password if both else None,
            sender=sender or None,
        )


def _login(user: str, domain: str, form: str) -> str:
    """The user name, in the form that a known domain's server takes."""
    if form == "address" and "@" not in user:
        return f"{user}@{domain}"
    return user.partition("@")[0] if form == "id" else user


def _source() -> tuple[str, ...]:
    return tuple(DATA.sources.values())


@cache
def _providers() -> Mapping[str, Mapping[str, Any]]:
    """The server that Apprise takes for an address of each domain."""
    listed: Any = DATA.table("provider")
    return {name: each for each in listed for name in each["domains"]}


def _urls(text: str) -> Iterator[tuple[int, str]]:
    """Those of a configuration that are in no comment, and where each begins: it has them as a
    key of YAML, too."""
    for match in WRITTEN.finditer(text):
        line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
        if not line.lstrip().startswith(("#", ";")) and " #" not in line:
            yield match.start(), match.group().rstrip(":")


def options_of(workspace: Workspace, whole: Known) -> dict[str, Option]:
    """What a URL says, each with its place; nothing where it is none that is told."""
    match = URL.fullmatch(str(whole.value))
    if match is None:
        return {}
    places = {
        name: match.span(name)
        for name in ("scheme", "user", "password", "host", "port")
        if match[name] is not None
    }
    syntax = [(match.end("scheme"), match.end("scheme") + len("://"))]
    if "port" in places:
        syntax.append((match.start("port") - 1, match.start("port")))
    start = match.start("query")
    for each in PARAMETER.finditer(match["query"] or ""):
        name = QUERY.get(each["name"].lower())
        if name is not None or each["name"].lower() in PARAMETERS:
            syntax.append((start + each.start(), start + each.start("value")))
        if name is not None and each["value"]:
            places[name] = (start + each.start("value"), start + each.end("value"))
    written = (place_of(whole, part, workspace) for part in syntax)
    workspace.is_harmless(*(place for place in written if place is not None))
    # where it begins, or would
    places["query"] = match.span("query") if match["query"] else (match.end(), match.end())
    found = parts_of(workspace, whole, places)
    for name, option in found.items():
        if name in SHOWN:
            workspace.is_value(SHOWN[name], option.value.span)
    # the one would have to be encoded, the other is the sender's domain, too: `smtp` names a server
    for name in found.keys() & {"user", "host"}:
        found[name] = replace(found[name], together=True)
    return found


def _insert(
    workspace: Workspace, options: Mapping[str, Option], new: Mapping[str, Any]
) -> tuple[Edit, ...]:
    """A port behind the host, a server and a mode before what else the query says."""
    host, query = options["host"].value.span, options["query"].value
    if host is None or query.span is None or not new.keys() <= {"port", "mode", "host"}:
        return ()
    edits = []
    if "port" in new:
        edits.append(put_in(workspace, host, host.columns[1], f":{new['port']}"))
    said = [f"{NAMED[name]}={new[name]}" for name in NAMED if name in new]
    if said:
        has_one = isinstance(query, Known) and query.value != ""
        text = "&".join(said)
        text = f"{text}&" if has_one else f"?{text}"
        edits.append(put_in(workspace, query.span, query.span.columns[0] + has_one, text))
    return tuple(edits)


DIALECT = Apprise()

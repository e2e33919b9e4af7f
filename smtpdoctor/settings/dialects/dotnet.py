"""Programs of .NET: appsettings.json with the call of MailKit or System.Net.Mail that uses it,
where the code itself doesn't tell how both come together (`mailkit`, `system_net_mail`).

Knows where configuration stands (appsettings.json, that of the environment over it, variables
over both) and the few forms in which code says a mode; `dotnet.toml` says what they mean. Without
a call of one of the two libraries nothing is said: what a switch means is theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from smtpdoctor.settings.dialects.base import Draft
from smtpdoctor.settings.dialects.table import Table, read_table
from smtpdoctor.settings.readers.model import Entry, Known, Map, Span, Unknown, Value
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

SECTION = re.compile(r"(?i)smtp|mail")
KEYS = {
    "host": re.compile(r"(?i)(smtp|mail)?_?(host|server)(name)?|server(address|host)|smtp"),
    "port": re.compile(r"(?i)(smtp|mail|server)?_?port(number)?"),
    "username": re.compile(r"(?i)(smtp|mail)?_?(user(name|id)?|login|account|authuser(name)?)"),
    "password": re.compile(r"(?i)(smtp|mail)?_?(pass(word)?|pwd|secret|apppassword)"),
    "sender": re.compile(r"(?i)(default)?_?(from|sender)(_?(e?mail|address))*"),
}
SWITCH = re.compile(r"(?i)(enable|use|require)?_?(ssl|tls)(enabled)?")
CONNECT = re.compile(
    r"\.Connect(?:Async)?\s*\(\s*[^,;]+,\s*[^,;]+(?:,\s*(?P<mode>[^,;]+?))?\s*(?:,[^;]*)?\)\s*"
    r"(?:\.\w+\([^)]*\))*;"
)
ENABLE = re.compile(r"\bEnableSsl\s*=\s*(?P<mode>[^,;}\n]+)")
OPTIONS = re.compile(r"(?:MailKit\.Security\.)?SecureSocketOptions\.(?P<word>\w+)")
TERNARY = re.compile(r"(?P<condition>[\w.!\[\]\":]+)\s*\?\s*(?P<yes>[\w.]+)\s*:\s*(?P<no>[\w.]+)")


class DotNet(Table):
    """Every section about mail of appsettings.json."""

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each section of the appsettings.json of a program with such a call."""
        for path in workspace.folder.matching("appsettings.json"):
            variables = workspace.variables((), "docker", near=path)
            for name, section in _sections(workspace, path, variables):
                made = _named(section)
                call = _call(workspace, path, section)
                if "host" not in made or call is None:
                    continue
                root = Map(
                    [Entry(key, value, value.span) for key, value in {**made, **call}.items()]
                )
                place = f"{path}:{name.line}" if name is not None else path
                yield from self.of(workspace, path, place, Known(root))


def tells_a_host(workspace: Workspace) -> bool:
    """Whether some section about mail names a host."""
    return any(
        "host" in _named(section)
        for path in workspace.folder.matching("appsettings.json")
        for _, section in _sections(workspace, path, workspace.variables((), "docker", near=path))
    )


def _sections(
    workspace: Workspace, path: str, variables: Variables
) -> Iterator[tuple[Span | None, dict[str, Value]]]:
    """The sections about mail with their keys, those of the environment over the others."""
    environment = workspace.profile_of("ASPNETCORE_ENVIRONMENT")
    base = path.rpartition("/")[0]
    stronger = [
        found
        for found in workspace.folder.matching("appsettings.*.json")
        if found.lower() == f"{base}/appsettings.{environment}.json".lstrip("/").lower()
    ]
    merged: dict[str, dict[str, Value]] = {}
    places: dict[str, Span | None] = {}
    for each in (path, *stronger):
        root = workspace.document(each, variables)
        for name, entry in _maps(root):
            places.setdefault(name, entry.span)
            keys = merged.setdefault(name, {})
            assert isinstance(entry.value, Known)
            keys |= {
                str(one.key): one.value
                for one in entry.value.value.entries
                if not (isinstance(one.value, Known) and one.value.value in (None, ""))
            }
    for name, keys in merged.items():
        for key in list(keys):
            held = variables.held(f"{name.replace(':', '__')}__{key}")
            if held:
                keys[key] = held[0].value
        yield places[name], keys


def _maps(root: Value, above: str = "", depth: int = 0) -> Iterator[tuple[str, Entry]]:
    if not isinstance(root, Known) or not isinstance(root.value, Map):
        return
    for entry in root.value.entries:
        if not isinstance(entry.value, Known) or not isinstance(entry.value.value, Map):
            continue
        name = f"{above}:{entry.key}" if above else str(entry.key)
        if SECTION.search(str(entry.key)):
            yield name, entry
        if depth < 2:
            yield from _maps(entry.value, name, depth + 1)


def _named(section: Mapping[str, Value]) -> dict[str, Value]:
    """The keys by what they are; the first of a kind."""
    made: dict[str, Value] = {}
    for kind, pattern in KEYS.items():
        for key, value in section.items():
            if pattern.fullmatch(key):
                made.setdefault(kind, value)
    return made


def _call(workspace: Workspace, path: str, section: Mapping[str, Value]) -> dict[str, Value] | None:
    """The library that sends, and what its call says of the mode; None where there is none."""
    base = path.rpartition("/")[0]
    in_code = _told_in_code(workspace)
    for file in workspace.folder.containing(rb"MailKit|System\.Net\.Mail", ".cs"):
        if (base and not file.startswith(f"{base}/")) or file in in_code:
            continue
        text = workspace.folder.text(file) or ""
        is_mailkit = "MailKit.Net.Smtp" in text or "MailKit.Security" in text
        found = (CONNECT if is_mailkit else ENABLE).search(text)
        if found is None and "SmtpClient" not in text:
            continue  # its types are mentioned, and nothing is sent there
        library = Known("MailKit" if is_mailkit else "System.Net.Mail")
        if found is None or not found["mode"]:
            return {"library": library}
        return {"library": library, **_mode(file, text, found, section)}
    return None


def _told_in_code(workspace: Workspace) -> set[str]:
    """The files whose own code tells where they send: they are set-ups by themselves."""
    from smtpdoctor.settings.dialects import mailkit, system_net_mail

    found = (mailkit.DIALECT, system_net_mail.DIALECT)
    return {file for each in found for draft in each.find(workspace) for file in draft.files}


def _mode(
    file: str, text: str, found: re.Match[str], section: Mapping[str, Value]
) -> dict[str, Value]:
    said, start = found["mode"].strip(), found.start("mode")
    options = OPTIONS.fullmatch(said)
    if options is not None:
        first = start + options.start("word")
        return {"options": Known(options["word"], _span(file, text, first, options["word"]))}
    if said in ("true", "false"):
        return {"ssl": Known(said == "true", _span(file, text, start, said))}
    key = re.split(r"[.:\"\]\[)(]+", said.rstrip('"])'))[-1]
    value = next((each for name, each in section.items() if name.lower() == key.lower()), None)
    if value is not None and SWITCH.fullmatch(key):
        return {"ssl": value}
    ternary = TERNARY.fullmatch(said)
    if ternary is not None:
        name = ternary["condition"].rpartition(".")[2]
        told = next((each for key_, each in section.items() if key_.lower() == name.lower()), None)
        if isinstance(told, Known):
            yes = str(told.value).lower() == "true"
            word = (ternary["yes"] if yes else ternary["no"]).rpartition(".")[2]
            return {"options": Known(word, None)}
    span = _span(file, text, start, said)
    return {"options": Unknown("computed", "the mode is computed in code", span)}


def _span(file: str, text: str, start: int, said: str) -> Span:
    line = text.count("\n", 0, start) + 1
    first = start - (text.rfind("\n", 0, start) + 1) + 1
    return Span(file, line, (first, first + len(said)), line)


DIALECT = DotNet("dotnet", read_table(Path(__file__)))

"""A container, unit or `.env` whose program nobody knows, by the project's own names in it.

Knows when such variables count: where no dialect found a program that sees them, and beside the
folder's own `.env`, which is read without a set-up where it stands alone. What the names and their
texts mean is that of `names`, `values` and `url`, as in a `.env` file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from smtpdoctor.settings import values
from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark
from smtpdoctor.settings.dialects.form import Marks, OptionEntry, TableEntry
from smtpdoctor.settings.dialects.table import (
    URL_FIELDS,
    Table,
    TableDocument,
    is_programs_image,
    is_told,
)
from smtpdoctor.settings.dialects.urls import url_options
from smtpdoctor.settings.model import Field
from smtpdoctor.settings.names import BY_NAME, VARIABLES
from smtpdoctor.settings.readers.model import Known, Unknown
from smtpdoctor.settings.url import read_url
from smtpdoctor.settings.variables import Layer, Variables
from smtpdoctor.settings.workspace import PRODUCTION, Surrounding, Workspace

#: Names that say whom mail is handed to.
HOSTS = tuple(each.name for each in VARIABLES if each.field in ("url", "host"))
OWN_FILE = ".env"
#: How a `.env` is read whose program isn't known.
READER = "python-dotenv"
#: Carriers whose files say all that a program gets. Platforms and pipelines keep secrets elsewhere.
WHOLE = frozenset({"compose", "dockerfile", "kubernetes", "helm", "systemd"})
KEPT = Unknown("unreadable", "nothing sets it here; secrets of the platform are in no file")
LOGIN: frozenset[Field] = frozenset({"username", "password"})
#: The parts of a URL stand before variables of their own, as in a `.env`.
NAMES: Mapping[Field, tuple[str, ...]] = {
    field: tuple(
        name
        for name, its in (*URL_FIELDS.items(), *((each.name, each.field) for each in VARIABLES))
        if its == field and name != "url.query"
    )
    for field in {each.field for each in VARIABLES}
}
WORDS = {
    "tls": "it knows implicit, starttls and none",
    "secure": "it knows true, false and starttls",
}
BY_PORT = {"implicit": "implicit TLS, by the port", "starttls": "STARTTLS, by the port"}

ENTRY = TableEntry(
    name="a program that is not known",
    sources={},
    marks=Marks(),
    option=tuple(OptionEntry(name=each.name, field=each.field) for each in VARIABLES),
    mode=(),
    write={
        "implicit": ({"url.scheme": "smtps"}, {"SMTP_SECURE": "true"}, {"SMTP_TLS": "implicit"}),
        "starttls": ({"url.scheme": "smtp"}, {"SMTP_SECURE": "false"}, {"SMTP_TLS": "starttls"}),
        "none": ({"SMTP_TLS": "none"},),
    },
)


class Env(Table):
    """Variables with the project's own names, and their own meaning."""

    def unclaimed(self, workspace: Workspace, drafts: Iterable[Draft]) -> Iterator[Draft]:
        """One for each surrounding that none of the drafts is of, equal ones once; then one for
        each `.env` below the folder that no program was seen to load.

        The folder's own `.env` is one beside them; alone it is read without a set-up.
        """
        drafts = list(drafts)
        if _names_host(workspace.process):
            return
        found = list(self._containers(workspace, drafts))
        loaded = {
            value.span.file
            for variables in (
                *(draft.variables for draft in drafts),
                *(item.variables for item in workspace.surroundings),
            )
            for layer in variables.layers
            for value in layer.values.values()
            if value.span is not None
        }
        paths = [path for path in dotenv_files(workspace) if path not in loaded]
        if not found and set(paths) <= {OWN_FILE}:
            return
        yield from found
        for path in paths:
            if _names_host(workspace.dotenv(path, READER)):
                yield from self._draft(workspace, path, workspace.variables([path], READER))

    def _containers(self, workspace: Workspace, drafts: list[Draft]) -> Iterator[Draft]:
        claimed = {id(layer) for draft in drafts for layer in draft.variables.layers}
        seen: set[tuple[object, ...]] = set()
        for item in workspace.surroundings:
            if (
                is_programs_image(item.image)
                or any(id(layer) in claimed for layer in item.variables.layers)
                or all(is_told(item.variables, name) is None for name in HOSTS)
            ):
                continue
            for draft in self._draft(workspace, item.place, item.variables, None, item):
                options = draft.options.values()
                key = tuple((option.name, option.value.span) for option in options)
                if key in seen or all(_is_own(option) for option in options):
                    continue
                seen.add(key)
                yield draft

    def _read(
        self,
        workspace: Workspace,
        variables: Variables,
        document: TableDocument | None,
        surrounding: Surrounding | None,
    ) -> Iterator[tuple[str, Option]]:
        """The options that are told, and a login that a Secret may hold which can't be told."""
        opened = [layer.open for layer in variables.layers if layer.open is not None]
        found = {
            entry.name: option
            for entry in self.entry.option
            if (option := self._in_variables(entry, variables, surrounding)) is not None
        }
        told = {name: option for name, option in found.items() if option.value not in opened}
        fields = {BY_NAME[name].field for name in told}
        for name, option in found.items():
            field = BY_NAME[name].field
            if name not in told:
                if field not in LOGIN or field in fields:
                    continue
                fields.add(field)
            yield name, option
            if field == "url":
                yield from url_options(option, workspace).items()
        has_secret = bool(fields & {"password", "token"})
        whole = surrounding is None or surrounding.carrier in WHOLE
        if "username" in fields and not has_secret and not whole:
            yield "SMTP_PASS", Option("SMTP_PASS", KEPT)

    def outcome(self, options: Mapping[str, Any]) -> Outcome:  # branches: one line a field
        """What the names mean in a `.env` file."""
        said = {name: str(value) for name, value in options.items() if str(value or "").strip()}
        if "SMTP_URL" not in said:
            said = {name: text for name, text in said.items() if name not in URL_FIELDS}
        by = {
            field: found
            for field, names in NAMES.items()
            if (found := tuple(name for name in names if name in said))
        }
        texts = {field: said[names[0]] for field, names in by.items()}
        host = values.read_host(texts["host"]).value if "host" in texts else None
        port = values.read_port(texts["port"]).value if "port" in texts else None
        if port is None and host is not None:
            port = host.port
        mode = _mode(said, by.get("tls", ()), blank="SMTP_SECURE" in options)
        by_port = values.IMPLICIT if port == 465 else values.OPPORTUNISTIC
        misread = [
            Remark(name, f"“{said[name]}” says nothing: {WORDS[kind]}", BY_PORT[by_port.tls])
            for name in by.get("tls", ())[:1]
            if mode is None and (kind := BY_NAME[name].kind) in WORDS
        ]
        mode = mode or by_port
        return Outcome(
            # as it is written: what has more in it than a host is told of, and no program strips it
            host=texts.get("host"),
            port=port,
            tls=mode.tls,
            required=mode.required,
            username=values.read_username(texts["username"]).value if "username" in texts else None,
            password=texts.get("password"),
            token=texts.get("token"),
            sender=texts.get("sender"),
            verify=_verifies(said, by.get("verify", ())),
            by=by,
            misread=tuple(misread),
        )


def _mode(said: Mapping[str, str], names: tuple[str, ...], *, blank: bool) -> values.Mode | None:
    """What the first name says of TLS; an empty SMTP_SECURE is no, where no other name says it."""
    if not names:
        return values.OPPORTUNISTIC if blank else None
    name = names[0]
    if name == "url.scheme":
        part = read_url(f"{said[name]}://host/{said.get('url.query', '')}").mode
        return values.read_scheme(part.value.reveal()).value if part is not None else None
    read = values.read_tls if BY_NAME[name].kind == "tls" else values.read_secure
    return read(said[name]).value


def _verifies(said: Mapping[str, str], names: tuple[str, ...]) -> bool:
    for name in names[:1]:
        read = values.read_verify if BY_NAME[name].kind == "verify" else values.read_node_verify
        return read(said[name]).value is not False
    return True


def _is_own(option: Option) -> bool:
    """Whether the value stands where the project's own names are read in any folder."""
    span = option.value.span
    return isinstance(option.value, Known) and (span is None or span.file == OWN_FILE)


def _names_host(layer: Layer | None) -> bool:
    return layer is not None and any(
        isinstance(value := layer.values.get(name), Known) and str(value.value).strip()
        for name in HOSTS
    )


def dotenv_files(workspace: Workspace) -> Iterator[str]:
    """The `.env` of each folder, or what production has in place of it."""
    names = (OWN_FILE, f"{OWN_FILE}.{workspace.profile or PRODUCTION}")
    seen: set[str] = set()
    for name in names:
        for path in workspace.folder.matching(name):
            folder = path.rpartition("/")[0]
            if folder not in seen:
                seen.add(folder)
                yield path


ENV = Env("env", ENTRY)

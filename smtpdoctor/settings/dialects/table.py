"""Programs whose settings are plain variables or keys of a document: a table says all.

A TOML file beside this module without a module of its own is such a program (docs/dialects.md has
the form). Knows the form. It must not know any program.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark
from smtpdoctor.settings.model import Field, RemarkKind, TLSMode
from smtpdoctor.settings.readers.model import ABSENT, Known, LanguageName, Unknown, Value
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

#: What most programs take for yes; `true` in an option's entry says otherwise.
YES = ("true", "1", "yes", "on")

Condition = Mapping[str, bool | int | str | list[str | int]]


class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of what is read from TOML: a misspelt key is an error."""


class Marks(_Entry, frozen=True, kw_only=True):
    """By what the program is found. Any one is enough.

    images: names of container images, without registry and tag, or with. dependencies: by
    ecosystem. files: globs of its own documents. variables: names that only this program has.
    """

    images: tuple[str, ...] = ()
    dependencies: Mapping[str, tuple[str, ...]] = {}
    files: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()


class OptionEntry(_Entry, frozen=True, kw_only=True):
    """One option.

    name: the program's own, and its variable where `variables` is not given; the first variable
    that is set counts. path: its place in a document, with dots. true: the texts that a switch
    takes for yes. exact: letter case counts. default: what counts where nobody sets it.
    """

    name: str
    field: Field
    variables: tuple[str, ...] = ()
    path: str = ""
    switch: bool = False
    true: tuple[str, ...] = YES
    exact: bool = False
    default: bool | int | str | None = None


class ModeEntry(_Entry, frozen=True, kw_only=True):
    """Of the modes the first whose `when` holds counts; one without `when` always does."""

    tls: TLSMode
    required: bool = False
    when: Condition = {}


class RemarkEntry(_Entry, frozen=True, kw_only=True):
    """What the program makes of an option where `when` holds; `because` is a key of the file's."""

    kind: RemarkKind
    option: str
    because: str
    taken_as: str = ""
    when: Condition = {}


class DocumentEntry(_Entry, frozen=True, kw_only=True):
    """A document of the program: globs of its files, and the path before those of options."""

    files: tuple[str, ...]
    prefix: str = ""


class TableEntry(_Entry, frozen=True, kw_only=True):
    """One program's file."""

    name: str
    client: str | None = None
    reader: str = "python-dotenv"
    profile: str = ""
    sources: Mapping[str, str]
    marks: Marks
    option: tuple[OptionEntry, ...]
    mode: tuple[ModeEntry, ...]
    port: Mapping[TLSMode, int] = {}
    host: str | None = None
    write: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {}
    document: tuple[DocumentEntry, ...] = ()
    remark: tuple[RemarkEntry, ...] = ()
    because: Mapping[str, str] = {}


class Table:
    """A program by its table: a `Dialect`."""

    def __init__(self, id_: str, entry: TableEntry) -> None:
        self.id = id_
        self.name = entry.name
        self.client = entry.client
        self.entry = entry
        self.fields: Mapping[str, Field] = {item.name: item.field for item in entry.option}
        self.modes = entry.write
        self._options = {item.name: item for item in entry.option}

    # --- where the program is -----------------------------------------------------------------

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each container of its image, each document, and each `.env` of its own."""
        carried = [item for item in workspace.surroundings if self._is_image(item.image)]
        for surrounding in carried:
            yield from self._draft(workspace, surrounding.place, surrounding.variables)
        documents = [
            path
            for entry in self.entry.document
            for path in workspace.folder.matching(*entry.files)
        ]
        for path in documents:
            yield from self._draft(workspace, path, self._dotenv(workspace, path), path)
        if not carried and not documents:
            yield from self._from_dotenv(workspace)

    def _from_dotenv(self, workspace: Workspace) -> Iterator[Draft]:
        named = [
            found
            for ecosystem, names in self.entry.marks.dependencies.items()
            if (found := workspace.dependencies.find(ecosystem, *names))  # type: ignore[arg-type]
        ]
        for path in workspace.folder.matching(".env", ".env.production", "*.env"):
            variables = workspace.variables([path], self.entry.reader)
            if named or any(name in variables.names for name in self.entry.marks.variables):
                yield from self._draft(workspace, path, variables)
                return

    def _dotenv(self, workspace: Workspace, near: str) -> Variables:
        return workspace.variables(workspace.dotenv_files(near, ".env"), self.entry.reader)

    def _is_image(self, image: str) -> bool:
        name = image.partition("@")[0]
        name = name.rpartition(":")[0] if ":" in name.rpartition("/")[2] else name
        return any(name == mark or name.endswith(f"/{mark}") for mark in self.entry.marks.images)

    # --- its options --------------------------------------------------------------------------

    def _draft(
        self, workspace: Workspace, place: str, variables: Variables, document: str = ""
    ) -> Iterator[Draft]:
        options = dict(self._read(workspace, variables, document))
        if not any(self.fields[name] in ("host", "url") for name in options) and not any(
            entry.kind == "not-sent" for entry in self.entry.remark
        ):
            return
        yield Draft(
            dialect=self,
            place=place,
            options=options,
            variables=variables,
            language=_language(document),
            files=(document,) if document else (),
            profile=workspace.profile_of(self.entry.profile) if self.entry.profile else "",
        )

    def _read(
        self, workspace: Workspace, variables: Variables, document: str
    ) -> Iterator[tuple[str, Option]]:
        root: Value = Known(ABSENT)
        prefix: tuple[str, ...] = ()
        if document:
            root = workspace.document(document, variables)
            entry = next(
                item for item in self.entry.document if workspace.fits(document, item.files)
            )
            prefix = tuple(entry.prefix.split(".")) if entry.prefix else ()
        for option in self.entry.option:
            names = option.variables or (option.name,)
            name = next((name for name in names if variables.lookup(name) is not None), None)
            if name is not None:
                value = variables.lookup(name)
                assert value is not None
                yield option.name, Option(option.name, value, _lookup(name), called=name)
            elif document and option.path:
                value = root.at(*prefix, *option.path.split("."))
                if isinstance(value, Unknown) or not value.absent:
                    yield option.name, Option(option.name, value, called=option.path)

    # --- what they come to --------------------------------------------------------------------

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """What the program makes of its options, by its table."""
        mode = next((item for item in self.entry.mode if self._holds(item.when, options)), None)
        tls: TLSMode = mode.tls if mode is not None else "starttls"
        remarks = [item for item in self.entry.remark if self._holds(item.when, options)]
        decided = tuple(name for name in (mode.when if mode else ()) if name in options)
        by: dict[Field, tuple[str, ...]] = {}
        for name in options:
            by[self.fields[name]] = (*by.get(self.fields[name], ()), name)
        by["tls"] = decided or by.get("tls", ())
        port = self._number(self._of("port", options))
        verify = self._of("verify", options)
        return Outcome(
            host=self._text("host", options) or self.entry.host,
            port=port if port is not None else self.entry.port.get(tls),
            tls=tls,
            required=mode.required if mode is not None else False,
            username=self._text("username", options),
            password=self._text("password", options),
            token=self._text("token", options),
            sender=self._text("sender", options),
            ehlo=self._text("ehlo", options),
            verify=verify is None or self._switch_of("verify", verify),
            by=by,
            misread=self._remarks(remarks, "misread"),
            ignored=self._remarks(remarks, "ignored"),
            fault=next(iter(self._remarks(remarks, "fault")), None),
            not_sent=next(iter(self._remarks(remarks, "not-sent")), None),
        )

    def _holds(self, when: Condition, options: Mapping[str, Any]) -> bool:
        return all(self._is(name, wanted, options) for name, wanted in when.items())

    def _is(self, name: str, wanted: Any, options: Mapping[str, Any]) -> bool:
        option = self._options[name]
        value = options.get(name, option.default)
        if isinstance(wanted, list):
            return any(self._is(name, each, options) for each in wanted)
        if isinstance(wanted, bool):
            return _yes(option, value) is wanted
        if isinstance(wanted, int):
            return self._number(value) == wanted
        text = "" if value is None else str(value).strip()
        other = str(wanted)
        return text == other if option.exact else text.lower() == other.lower()

    def _of(self, field: Field, options: Mapping[str, Any]) -> Any:
        """The value of the field's option: the first that is set, else the first default."""
        mine = [item for item in self.entry.option if item.field == field]
        values = [options[item.name] for item in mine if options.get(item.name) not in (None, "")]
        return next(iter(values), next((item.default for item in mine if item.default), None))

    def _text(self, field: Field, options: Mapping[str, Any]) -> str | None:
        value = self._of(field, options)
        if value is None and any(
            self.fields[name] == field and options[name] == "" for name in options
        ):
            return ""
        return None if value is None else str(value)

    def _switch_of(self, field: Field, value: Any) -> bool:
        return _yes(next(item for item in self.entry.option if item.field == field), value)

    @staticmethod
    def _number(value: Any) -> int | None:
        text = str(value).strip() if value is not None else ""
        return int(text) if text.isdigit() and len(text) < 6 and int(text) else None

    def _remarks(self, entries: Iterable[RemarkEntry], kind: str) -> tuple[Remark, ...]:
        return tuple(
            Remark(
                entry.option,
                self.entry.because[entry.because],
                entry.taken_as,
                tuple(self.entry.sources.values())[:1],
            )
            for entry in entries
            if entry.kind == kind
        )


def _yes(option: OptionEntry, value: Any) -> bool:
    if isinstance(value, bool | int) and not isinstance(value, str):
        return bool(value)
    text = "" if value is None else str(value).strip()
    return text in option.true if option.exact else text.lower() in option.true


def _lookup(name: str) -> Any:
    return lambda under: under.lookup(name) or Known(ABSENT)


def _language(document: str) -> LanguageName:
    endings: dict[str, LanguageName] = {
        "json": "json", "yml": "yaml", "yaml": "yaml", "toml": "toml", "ini": "ini",
        "properties": "properties",
    }  # fmt: skip
    return endings.get(document.rpartition(".")[2], "text")


def load_table(path: Path) -> Table:
    """The program of a TOML file."""
    return Table(
        path.stem.replace("_", "-"), msgspec.toml.decode(path.read_bytes(), type=TableEntry)
    )

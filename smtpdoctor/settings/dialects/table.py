"""Programs whose settings are plain variables or keys of a document: a table says all.

A TOML file beside this module without a module of its own is such a program (docs/dialects.md has
the form). Knows the form. It must not know any program.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark
from smtpdoctor.settings.dialects.urls import start_of, url_options, within
from smtpdoctor.settings.model import Edit, Field, RemarkKind, TLSMode
from smtpdoctor.settings.prepare import inserted, worded
from smtpdoctor.settings.readers.model import ABSENT, Known, LanguageName, Unknown, Value
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Surrounding, Workspace

#: What most programs take for yes; `true` in an option's entry says otherwise.
YES = ("true", "1", "yes", "on")

Condition = Mapping[str, bool | int | str | list[bool | int | str]]


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
    takes for yes. exact: letter case counts. default: what counts where nobody sets it. port: the
    text is host:port, and the port is the option `NAME.port`. A `url` gives the options that
    `urls` says: `url.scheme`, `url.host` and so on. inverse: yes switches the field off.
    """

    name: str
    field: Field
    variables: tuple[str, ...] = ()
    path: str = ""
    switch: bool = False
    true: tuple[str, ...] = YES
    exact: bool = False
    port: bool = False
    inverse: bool = False
    default: bool | int | str | None = None


class ModeEntry(_Entry, frozen=True, kw_only=True):
    """Of the modes the first whose `when` holds counts, and whose `unless` doesn't.

    A condition names options with the value that they have: a boolean for a switch, a number, a
    text, several texts of which one is enough, "" for not set and "*" for set. `port` is the port
    that was set, by whichever option.
    """

    tls: TLSMode
    required: bool = False
    when: Condition = {}
    unless: Condition = {}


class RemarkEntry(_Entry, frozen=True, kw_only=True):
    """What the program makes of an option where `when` holds; `because` is a key of the file's."""

    kind: RemarkKind
    option: str
    because: str
    taken_as: str = ""
    when: Condition = {}
    unless: Condition = {}


class DocumentEntry(_Entry, frozen=True, kw_only=True):
    """A document of the program: globs of its files, and the path before those of options.

    wins: what stands there counts before variables. cleaned: how values lose quotes and comments.
    format: that of `readers.project` where the name doesn't tell.
    """

    files: tuple[str, ...]
    prefix: str = ""
    wins: bool = False
    cleaned: Literal["", "go-ini"] = ""
    format: str = ""


class TableEntry(_Entry, frozen=True, kw_only=True):
    """One program's file.

    port: what a mode's port is where none is set. login: without it there is none, whatever the
    user name. joined: a field made from several options: `{USER}@{DOMAIN}`. in_files: ends of
    names of variables that name a file with the value.
    """

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
    login: Condition = {}
    joined: Mapping[Field, str] = {}
    in_files: tuple[str, ...] = ("_FILE",)
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
        self.modes = entry.write
        self._options = {item.name: item for item in entry.option}
        self.fields = _fields(entry.option)

    # --- where the program is -----------------------------------------------------------------

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each container of its image, else each document, else a `.env` of its own."""
        documents = [
            path
            for entry in self.entry.document
            for path in workspace.folder.matching(*entry.files)
        ]
        found = False
        for item in workspace.surroundings:
            if self._is_its(item):
                document = _nearest(item.place, documents)
                for draft in self._draft(workspace, item.place, item.variables, document, item):
                    found = True
                    yield draft
        if found:
            return
        for path in documents:
            for draft in self._draft(workspace, path, self._dotenv(workspace, path), path):
                found = True
                yield draft
        if not found:
            yield from self._from_dotenv(workspace)

    def _is_its(self, item: Surrounding) -> bool:
        marks = self.entry.marks
        return is_image(item.image, marks.images) or any(
            held.value is not held.layer.open
            for name in marks.variables
            for held in item.variables.held(name)
        )

    def _from_dotenv(self, workspace: Workspace) -> Iterator[Draft]:
        marks = self.entry.marks
        named = [
            found
            for ecosystem, names in marks.dependencies.items()
            if (found := workspace.dependencies.find(ecosystem, *names))  # type: ignore[arg-type]
        ]
        if workspace.given is not None:
            variables = Variables((workspace.given,))
            if named or any(name in workspace.given.values for name in marks.variables):
                yield from self._draft(workspace, workspace.given.label, variables)
            return
        for path in workspace.folder.matching(".env", ".env.production", "*.env"):
            layer = workspace.dotenv(path, self.entry.reader)
            if layer is None or not (
                named or any(name in layer.values for name in marks.variables)
            ):
                continue
            drafts = list(
                self._draft(workspace, path, workspace.variables([path], self.entry.reader))
            )
            if drafts:
                yield from drafts
                return

    def _dotenv(self, workspace: Workspace, near: str) -> Variables:
        files = workspace.dotenv_files(near, ".env")
        return workspace.variables(files, self.entry.reader, near=near)

    # --- its options --------------------------------------------------------------------------

    def _draft(
        self,
        workspace: Workspace,
        place: str,
        variables: Variables,
        document: str = "",
        surrounding: Surrounding | None = None,
    ) -> Iterator[Draft]:
        options = dict(self._read(workspace, variables, document, surrounding))
        fields = self.fields
        known = {
            name: option.value.value
            for name, option in options.items()
            if isinstance(option.value, Known)
        }
        if not any(fields[name] in ("host", "url") for name in options) and not (
            known and self.outcome(known).not_sent
        ):
            return
        anchor = next((options[name] for name in options if fields[name] in ("host", "url")), None)
        unset = self._unset(options, anchor, variables)
        tag = surrounding.image.rpartition("/")[2].partition(":")[2] if surrounding else ""
        yield Draft(
            dialect=self,
            place=place,
            options=options,
            variables=variables,
            language=_language(document),
            version=tag.partition("@")[0] if tag[:1].isdigit() else "",
            files=(document,) if document else (),
            profile=workspace.profile_of(self.entry.profile) if self.entry.profile else "",
            insert=lambda new: self._insert(workspace, anchor, new),
            unset=unset,
        )

    def _read(
        self,
        workspace: Workspace,
        variables: Variables,
        document: str,
        surrounding: Surrounding | None,
    ) -> Iterator[tuple[str, Option]]:
        root: Value = Known(ABSENT)
        entry = None
        if document:
            entry = next(
                item for item in self.entry.document if workspace.fits(document, item.files)
            )
            root = workspace.document(document, variables, entry.format)
            root = root.at(*entry.prefix.split(".")) if entry.prefix else root
        for option in self.entry.option:
            told = self._in_document(option, root, entry) if entry is not None else None
            if told is None or (entry is not None and not entry.wins):
                told = self._in_variables(option, variables, surrounding) or told
            if told is None:
                continue
            if option.port:
                yield from _host_and_port(told, workspace)
            elif option.field == "url":
                yield option.name, told
                yield from url_options(told, workspace).items()
            else:
                yield option.name, told

    def _in_document(self, option: OptionEntry, root: Value, entry: DocumentEntry) -> Option | None:
        value = root.at(*option.path.split(".")) if option.path else Known(ABSENT)
        if isinstance(value, Known) and value.absent:
            return None
        if isinstance(value, Unknown) and value.reason == "computed" and not option.path:
            return None
        if entry.cleaned == "go-ini":
            value = go_ini(value)
        return Option(option.name, value, called=option.path.rpartition(".")[2])

    def _in_variables(
        self, option: OptionEntry, variables: Variables, surrounding: Surrounding | None
    ) -> Option | None:
        names = option.variables or (option.name,)
        name = next((name for name in names if _is_told(variables, name)), None)
        if name is None:
            for ending in self.entry.in_files:
                for each in names:
                    if (path := _is_told(variables, each + ending)) is not None:
                        value = _content(path, surrounding, each + ending)
                        return Option(option.name, value, called=each + ending)
            name = next((name for name in names if variables.lookup(name) is not None), None)
        value_ = variables.lookup(name) if name is not None else None
        if name is None or value_ is None:
            return None
        return Option(option.name, value_, self._again(option, name), called=name)

    def _again(self, option: OptionEntry, name: str) -> Callable[[Variables], Value]:
        def again(under: Variables) -> Value:
            value = under.lookup(name) or Known(ABSENT)
            if option.switch and isinstance(value, Known):
                return Known(_yes(option, value.value), value.span, value.trail)
            return value

        return again

    # --- options that are not there yet -------------------------------------------------------

    def _unset(
        self, options: Mapping[str, Option], anchor: Option | None, variables: Variables
    ) -> dict[str, str]:
        """Names of variables for options that nobody sets, where variables say the others."""
        held = variables.held(anchor.called) if anchor is not None else []
        span = held[0].value.span if held else None
        if not held or (span is not None and not _is_dotenv(span.file)):
            return {}
        return {
            item.name: (item.variables or (item.name,))[0]
            for item in self.entry.option
            if item.name not in options
        }

    def _insert(
        self, workspace: Workspace, anchor: Option | None, new: Mapping[str, Any]
    ) -> tuple[Edit, ...]:
        """Further lines before that of the host, in its way of writing."""
        span = anchor.value.span if anchor is not None else None
        line = workspace.line(span.file, span.line) if span is not None else None
        if anchor is None or span is None or line is None:
            return ()
        found = WRITTEN.match(line)
        if found is None or found["name"] != anchor.called:
            return ()
        text = ""
        for name, value in new.items():
            entry = self._options.get(name)
            if entry is None:
                return ()
            key = (entry.variables or (entry.name,))[0]
            if anchor.called not in (self._options[anchor.name].variables or (anchor.name,)):
                key = entry.path.rpartition(".")[2]
            if not key:
                return ()
            text += _as_line(found, key, value, span.file) + "\n" + found["indent"]
        column = len(found["indent"]) + 1
        return (inserted(span, column, text),)

    # --- what they come to --------------------------------------------------------------------

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """What the program makes of its options, by its table."""
        mode = next((item for item in self.entry.mode if self._applies(item, options)), None)
        tls: TLSMode = mode.tls if mode is not None else "starttls"
        remarks = [item for item in self.entry.remark if self._applies(item, options)]
        decided = tuple(name for name in (mode.when if mode else ()) if name in options)
        by: dict[Field, tuple[str, ...]] = {}
        fields = self.fields
        for name in options:
            by[fields[name]] = (*by.get(fields[name], ()), name)
        by["tls"] = decided or by.get("tls", ())
        port = self._number(self._of("port", options))
        login = self._holds(self.entry.login, options)
        checked = [item for item in self.entry.option if item.field == "verify"]
        verify = all(self._verifies(item, options.get(item.name)) for item in checked)
        return Outcome(
            host=self._text("host", options) or self.entry.host,
            port=port if port is not None else self.entry.port.get(tls),
            tls=tls,
            required=mode.required if mode is not None else False,
            username=self._text("username", options) if login else None,
            password=self._text("password", options) if login else None,
            token=self._text("token", options) if login else None,
            sender=self._text("sender", options),
            ehlo=self._text("ehlo", options),
            verify=verify,
            by=by,
            misread=self._remarks(remarks, "misread"),
            ignored=self._remarks(remarks, "ignored"),
            fault=next(iter(self._remarks(remarks, "fault")), None),
            not_sent=next(iter(self._remarks(remarks, "not-sent")), None),
        )

    def _applies(self, entry: ModeEntry | RemarkEntry, options: Mapping[str, Any]) -> bool:
        excluded = bool(entry.unless) and self._holds(entry.unless, options)
        return self._holds(entry.when, options) and not excluded

    def _holds(self, when: Condition, options: Mapping[str, Any]) -> bool:
        return all(self._is(name, wanted, options) for name, wanted in when.items())

    def _is(self, name: str, wanted: Any, options: Mapping[str, Any]) -> bool:
        if isinstance(wanted, list):
            return any(self._is(name, each, options) for each in wanted)
        if name == "port":
            port = self._number(self._of("port", options))
            return ("" if port is None else str(port)) == str(wanted)
        option = self._options.get(name) or OptionEntry(name=name, field=self.fields[name])
        value = options.get(name)
        value = option.default if value is None else value
        if wanted == "*":
            return value not in (None, "")
        if isinstance(wanted, bool):
            return _yes(option, value) is wanted
        if isinstance(wanted, int):
            return self._number(value) == wanted
        text, other = "" if value is None else str(value).strip(), str(wanted)
        return text == other if option.exact else text.lower() == other.lower()

    def _of(self, field: Field, options: Mapping[str, Any]) -> Any:
        """The value of the field's option: the first that is set, else the first default."""
        if field in self.entry.joined:
            made = self._joined(self.entry.joined[field], options)
            if made is not None:
                return made
        mine = [item for item in self.entry.option if item.field == field]
        names = [name for name, its in self.fields.items() if its == field]
        values = [options[name] for name in names if options.get(name) not in (None, "")]
        return next(iter(values), next((item.default for item in mine if item.default), None))

    def _joined(self, form: str, options: Mapping[str, Any]) -> str | None:
        names = re.findall(r"\{(\w+)\}", form)
        texts = {name: options.get(name, self._options[name].default) for name in names}
        return form.format(**texts) if all(texts.values()) else None

    def _text(self, field: Field, options: Mapping[str, Any]) -> str | None:
        value = self._of(field, options)
        if value is None and any(
            self.fields.get(name) == field and options[name] == "" for name in options
        ):
            return ""
        return None if value is None else str(value)

    @staticmethod
    def _verifies(option: OptionEntry, value: Any) -> bool:
        return value in (None, "") or _yes(option, value) is not option.inverse

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


def is_image(image: str, marks: Iterable[str]) -> bool:
    """Whether an image with registry, tag and digest is one of the named ones."""
    name = image.partition("@")[0]
    name = name.rpartition(":")[0] if ":" in name.rpartition("/")[2] else name
    return any(name == mark or name.endswith(f"/{mark}") for mark in marks)


@cache
def _programs_images() -> tuple[str, ...]:
    from smtpdoctor.settings.dialects.base import dialects

    return tuple(
        mark
        for dialect in dialects()
        for entry in [getattr(dialect, "entry", None)]
        if isinstance(entry, TableEntry)
        for mark in entry.marks.images
    )


def is_programs_image(image: str) -> bool:
    """Whether an image is that of a program which some table knows: its variables are its own."""
    return bool(image) and is_image(image, _programs_images())


def _yes(option: OptionEntry, value: Any) -> bool:
    """Whether the program takes the value of a switch for yes."""
    if isinstance(value, bool | int) and not isinstance(value, str):
        return bool(value)
    text = "" if value is None else str(value).strip()
    return text in option.true if option.exact else text.lower() in option.true


def go_ini(value: Value) -> Value:
    """A value as gopkg.in/ini.v1 has it: quotes off, else cut at the first # or ;."""
    if not isinstance(value, Known) or not isinstance(value.value, str):
        return value
    text = value.value
    for quote in ('"""', "`", '"', "'"):
        if len(text) >= 2 * len(quote) and text.startswith(quote):
            end = text.find(quote, len(quote))
            if end > 0:
                return replace(value, value=text[len(quote) : end])
    cut = re.split("[#;]", text, maxsplit=1)[0].rstrip()
    span = value.span
    if span is not None and span.line == span.end_line and cut != text:
        span = replace(span, columns=(span.columns[0], span.columns[0] + len(cut)))
    return replace(value, value=cut, span=span)


def _fields(options: Iterable[OptionEntry]) -> Mapping[str, Field]:
    """Every option's field, also of those that are parts of another's text."""
    found: dict[str, Field] = {}
    for item in options:
        found[item.name] = item.field
        if item.port:
            found[f"{item.name}.port"] = "port"
        if item.field == "url":
            found |= URL_FIELDS
    return found


def _is_told(variables: Variables, name: str) -> Value | None:
    """The variable where a layer has it by its name."""
    held = variables.held(name)
    return held[0].value if held and held[0].value is not held[0].layer.open else None


def _content(path: Value, surrounding: Surrounding | None, name: str) -> Value:
    """What stands in the file that a variable names."""
    files = surrounding.files if surrounding is not None else {}
    if isinstance(path, Known) and str(path.value) in files:
        return files[str(path.value)]
    return Unknown("unreadable", f"it stands in the file that {name} names", path.span)


def _host_and_port(option: Option, workspace: Workspace) -> Iterator[tuple[str, Option]]:
    """`host:port` as two options, each with its place."""
    value = option.value
    if not isinstance(value, Known):
        yield option.name, option
        return
    text = str(value.value).strip()
    found = re.fullmatch(r"(?P<host>\[[^\]]*\]|[^:]*):(?P<port>\d{1,5})", text)
    if found is None:
        yield option.name, option
        return
    start = start_of(value, text, workspace)
    if start is not None:
        workspace.is_harmless(start)
    for name, group in ((option.name, "host"), (f"{option.name}.port", "port")):
        span = within(start, found.span(group)) if start is not None else None
        part = found[group].strip("[]")
        yield name, Option(name, Known(part, span), bare=True, called=option.called)


def _nearest(place: str, documents: list[str]) -> str:
    """The document whose folder has most in common with the place, "" where there is none."""
    at = place.split("/")

    def common(path: str) -> int:
        pairs = zip(at[:-1], path.split("/")[:-1], strict=False)
        return sum(1 for one, other in pairs if one == other)

    return max(documents, key=common, default="")


def _is_dotenv(path: str) -> bool:
    return path.rpartition("/")[2].startswith(".env")


def _as_line(found: re.Match[str], key: str, value: Any, file: str) -> str:
    """A line in the way of another: `KEY: text`, `- KEY=text`, `"key": text,`."""
    text = worded(value)
    if found["item"]:
        return f"{found['item']}{found['quote']}{key}={text}{found['quote']}"
    between = found["between"]
    if file.endswith(".json"):
        quoted = text if isinstance(value, bool | int) else f'"{text}"'
        return f'"{key}"{between}{quoted},'
    plain = ":" not in between or YAML_TEXT.fullmatch(text) is not None
    if file.endswith((".yml", ".yaml", ".toml")) and not isinstance(value, bool | int):
        plain = plain and ":" in between
        text = text if plain else f'"{text}"'
    return f"{found['quote']}{key}{found['quote']}{between}{text}"


#: A line that says one thing by its name.
WRITTEN = re.compile(
    r"""^(?P<indent>[ \t]*)(?P<item>-[ ]+)?(?P<quote>["']?)(?P<name>[\w.-]+)["']?"""
    r"""(?P<between>[ \t]*[:=][ \t]*)"""
)
#: A text that YAML takes for nothing else.
YAML_TEXT = re.compile(r"(?!(?i:true|false|yes|no|on|off|null|y|n)$)[A-Za-z][\w+./-]*")
#: What the parts of a URL are.
URL_FIELDS: Mapping[str, Field] = {
    "url.scheme": "tls",
    "url.query": "tls",
    "url.host": "host",
    "url.port": "port",
    "url.user": "username",
    "url.password": "password",
}


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

"""Programs whose settings are plain variables or keys of a document: a table says all.

A TOML file beside this module without a module of its own is such a program (`form` is what it may
say). Knows the form. It must not know any program.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import msgspec

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark, sasl_name
from smtpdoctor.settings.dialects.form import (
    Condition,
    DocumentEntry,
    DocumentText,
    Marks,
    ModeEntry,
    OptionEntry,
    RemarkEntry,
    TableEntry,
    is_yes,
    variables_of,
)
from smtpdoctor.settings.dialects.texts import (
    WRITTEN,
    as_line,
    at,
    content,
    go_expand,
    go_ini,
    host_and_port,
    is_dotenv,
    referred,
)
from smtpdoctor.settings.dialects.urls import url_options
from smtpdoctor.settings.folder import sibling
from smtpdoctor.settings.misnamed import is_read
from smtpdoctor.settings.model import Edit, Field, TLSMode
from smtpdoctor.settings.prepare import inserted
from smtpdoctor.settings.readers.model import (
    ABSENT,
    Known,
    LanguageName,
    Map,
    Span,
    Special,
    Unknown,
    Value,
    says_no,
)
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Surrounding, Workspace

#: The keys of a path, without what it says of items.
STEP_NAME = re.compile(r"(?:\[[^\]]*\])|([\w-]+)")


@dataclass(frozen=True, slots=True)
class TableDocument:
    """A document of the program in the folder.

    `given` is its root where a module of the program's own reads it, or where it stands in
    another file, there by the name of `inner`.
    """

    path: str
    entry: DocumentEntry
    given: Value | None = None
    inner: str = ""

    #: The options that may stand there: their names, where a PHP file defines constants.
    options: tuple[OptionEntry, ...] = ()

    @property
    def is_php(self) -> bool:
        return self.given is None and self.path.endswith(".php") and not self.entry.format

    def _of_php(self, workspace: Workspace, variables: Variables) -> Value:
        from smtpdoctor.settings.dialects.php_documents import root_of

        beside = [sibling(self.path, each) for each in self.entry.over]
        paths = [self.path, *(each for each in beside if workspace.folder.has(each))]
        names = [option.path for option in self.options if option.path]
        hosts = [o.path.rpartition(".")[2] for o in self.options if o.field == "host"]
        data = b"".join(workspace.read(path) or b"" for path in paths)
        if not any(each.encode() in data for each in hosts):
            return Known(ABSENT)  # another program's file of that name
        root = root_of(workspace, paths, variables, self.entry.variable, names)
        return at(root, self.entry.prefix) if self.entry.prefix else root

    def root(self, workspace: Workspace, variables: Variables) -> Value:
        if self.given is not None:
            return self.given
        if self.is_php:
            return self._of_php(workspace, variables)
        root = workspace.document(self.path, variables, self.entry.format)
        return at(root, self.entry.prefix) if self.entry.prefix else root

    def option(
        self, option: OptionEntry, root: Value, workspace: Workspace, variables: Variables
    ) -> Option | None:
        """The option as it stands there; None where it doesn't."""
        path = self.entry.paths.get(option.name, option.path)
        value = at(root, path)
        if self.is_php:
            return self._php_option(option, value, workspace)
        if isinstance(value, Known) and value.absent:
            return None
        if self.entry.values and isinstance(value, Known) and "{{" in str(value.value):
            why = f"{option.name} is filled in from a template"
            value = Unknown("computed", why, value.span)
        if isinstance(value, Unknown) and not self._speaks_of(path, workspace):
            return None
        if isinstance(value, Unknown) and value == root:
            return None if option.field not in ("host", "url") else Option(option.name, value)
        if isinstance(value, Known) and isinstance(value.value, Special) and self.entry.secrets:
            beside = sibling(self.path, self.entry.secrets)
            value = workspace.document(beside, variables).get(value.value.value)
        value = self._cleaned(value, variables)
        if option.typed and isinstance(value, Known) and isinstance(value.value, str):
            value = replace(value, value=DocumentText(value.value))
        called = path.rpartition(".")[2]
        return Option(option.name, value, bare=option.bare, called=called)

    def _cleaned(self, value: Value, variables: Variables) -> Value:
        """The value as the program has it, where it isn't the document's own."""
        if self.entry.cleaned == "go-ini":
            value = go_ini(value)
        elif self.entry.cleaned == "go-expand":
            value = go_expand(value, variables)
        return referred(value, self.entry.reference, variables) if self.entry.reference else value

    def _speaks_of(self, path: str, workspace: Workspace) -> bool:
        """Whether what can't be read to its end has this option: others have files of that name."""
        if self.given is not None or self.entry.values:
            return True
        steps = STEP_NAME.findall(f"{self.entry.prefix}.{path}")
        return next(step for step in steps if step) in (workspace.folder.text(self.path) or "")

    def _php_option(self, option: OptionEntry, value: Value, workspace: Workspace) -> Option | None:
        """The option as code says it, which may depend on variables."""
        nothing = (ABSENT, None, "") if option.field == "host" else (ABSENT,)
        if isinstance(value, Known) and value.value in nothing:
            return None  # as it is installed

        def again(under: Variables) -> Value:
            return at(self.root(workspace, under), option.path)

        called = option.path.rpartition(".")[2]
        return Option(option.name, value, again, bare=option.bare, called=called)


#: A folder of a container for settings.
OF_SETTINGS = re.compile(r"/etc/|/config/|.*/conf(?:ig)?/?$")
#: Files of code, which name the variables that they read.
CODE = (
    *(".js", ".mjs", ".cjs", ".ts", ".mts", ".tsx", ".jsx", ".py", ".rb", ".php", ".go"),
    *(".java", ".kt", ".rs", ".cs", ".ex", ".exs", ".dart"),
)


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
        # asked for thousands of times a folder, where changes are weighed
        self._names_of: dict[Field, tuple[str, ...]] = {}
        for name, field in self.fields.items():
            self._names_of[field] = (*self._names_of.get(field, ()), name)
        self._defaults: dict[Field, Any] = {}
        for item in entry.option:
            if item.default:
                self._defaults.setdefault(item.field, item.default)

    # --- where the program is -----------------------------------------------------------------

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each container of its image, else each document, else a `.env` of its own."""
        documents = [
            TableDocument(path, entry, options=self.entry.option)
            for entry in self.entry.document
            for path in workspace.folder.matching(*entry.files)
        ]
        lines: set[frozenset[tuple[str, str]]] = set()
        for item in workspace.surroundings:
            if self._is_its(workspace, item):
                document = _nearest(item.place, documents)
                for draft in self._draft(workspace, item.place, item.variables, document, item):
                    # a program's workers have its lines, too
                    its = frozenset(
                        (name, str(option.value.span or option.value))
                        for name, option in draft.options.items()
                    )
                    if its not in lines:
                        lines.add(its)
                        yield draft
        if lines:
            return
        # compose fills its file in from the .env beside it, and gives a container nothing of it
        filled = {
            f"{item.place.rpartition('/')[0]}/.env".lstrip("/")
            for item in workspace.surroundings
            if item.carrier == "compose" and self._is_its(workspace, item)
        }
        seen: set[str] = set()
        for each in documents:
            if each.path in seen:
                continue
            for draft in self._draft(
                workspace, each.path, self._dotenv(workspace, each.path), each
            ):
                seen.add(each.path)
                yield draft
        for each in (*self._embedded(workspace), *self._in_values(workspace)):
            for draft in self._draft(workspace, each.path, Variables(()), each):
                seen.add(each.path)
                yield draft
        if not seen:
            yield from self._from_dotenv(workspace, filled)

    def _embedded(self, workspace: Workspace) -> Iterator[TableDocument]:
        """Documents that stand as a block of text in a ConfigMap or Secret."""
        for item in workspace.surroundings:
            for name, value in item.files.items():
                for entry in self.entry.document:
                    names = [pattern.rpartition("/")[2] for pattern in entry.files]
                    if isinstance(value, Known) and value.style and workspace.fits(name, names):
                        root = workspace.embedded(value, name)
                        root = at(root, entry.prefix) if entry.prefix else root
                        path = value.span.file if value.span else item.place
                        yield TableDocument(path, entry, root, name)

    def _in_values(self, workspace: Workspace) -> Iterator[TableDocument]:
        """Documents that stand in the values of a chart, its own or one that it depends on."""
        for entry in self.entry.document:
            for path, root in workspace.chart_values if entry.values else ():
                for found in _below(root, entry.values):
                    # a chart's own values have every key, and no host
                    if all(not found.get(name).absent for name in entry.has) and any(
                        self._names_a_server(found, item, entry) for item in self.entry.option
                    ):
                        yield TableDocument(path, entry, found, "values.yaml")

    @staticmethod
    def _names_a_server(root: Value, option: OptionEntry, entry: DocumentEntry) -> bool:
        path = entry.paths.get(option.name, option.path)
        value = at(root, path) if path else Known(ABSENT)
        told = not isinstance(value, Known) or value.value not in (ABSENT, None, "")
        return option.field in ("host", "url") and told

    def of(self, workspace: Workspace, path: str, place: str, root: Value) -> Iterator[Draft]:
        """The set-up of a document that a module of the program's own has read."""
        document = TableDocument(path, DocumentEntry(files=(path,)), root)
        yield from self._draft(workspace, place, Variables(()), document)

    def _is_its(self, workspace: Workspace, item: Surrounding) -> bool:
        marks = self.entry.marks
        if is_image(item.image, marks.images):
            return re.search(marks.tags, tag_of(item.image)) is not None
        return any(
            held.value is not held.layer.open and not _is_read_here(workspace, name)
            for name in marks.variables
            for held in item.variables.held(name)
        )

    def _from_dotenv(self, workspace: Workspace, filled: Container[str]) -> Iterator[Draft]:
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
            marked = [name for name in marks.variables if layer and name in layer.values]
            own = named or any(not _is_read_here(workspace, name) for name in marked)
            if layer is None or path in filled or not own:
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
        document: TableDocument | None = None,
        surrounding: Surrounding | None = None,
    ) -> Iterator[Draft]:
        options = dict(self._read(workspace, variables, document, surrounding))
        no_host = ""
        if document is None:
            may_be_mounted = surrounding is not None and self._is_mounted(surrounding)
            no_host = self._lacking_host(options, variables) if not may_be_mounted else ""
            no_host = no_host or self._kept_host(workspace, options, surrounding)
        if not no_host and not self._says_something(workspace, options, document):
            return
        fields = self.fields
        anchor = next((options[name] for name in options if fields[name] in ("host", "url")), None)
        unset = self._unset(options, anchor, variables)
        is_known = self.entry.marks != Marks()  # else the tag is some other thing's version
        tag = tag_of(surrounding.image) if surrounding and is_known else ""
        yield Draft(
            dialect=self,
            place=place,
            options=options,
            variables=variables,
            language=_language(document) if document else "text",
            version=tag.partition("@")[0] if tag[:1].isdigit() else "",
            files=(document.path,) if document else (),
            profile=workspace.profile_of(self.entry.profile) if self.entry.profile else "",
            insert=lambda new: self._insert(workspace, anchor, new, document),
            unset=unset,
            sends=self.entry.sends,
            no_host=no_host,
        )

    def _says_something(
        self,
        workspace: Workspace,
        options: Mapping[str, Option],
        document: TableDocument | None,
    ) -> bool:
        """Whether these options are a set-up: they have a host, or say what becomes of mail."""
        known = _told(options)
        if document is not None and not known and _is_unrendered(workspace, document):
            return False
        as_installed = self.entry.installed
        if document is not None and as_installed and self._holds(as_installed, known):
            return False
        if document is None and self._is_left_blank(options):
            return False
        if any(self.fields[name] in ("host", "url") for name in options):
            return True
        outcome = self.outcome(known)
        return bool(known and (outcome.not_sent or outcome.ignored))

    def _lacking_host(self, options: Mapping[str, Option], variables: Variables) -> str:
        """The variable of the server, where both halves of a login are told and no server is, nor
        has the program one by itself; else ""."""
        given = {
            self.fields[name]
            for name, option in options.items()
            if not isinstance(option.value, Known) or option.value.value not in (ABSENT, None, "")
        }
        if not {"username", "password"} <= given or given & {"host", "url"}:
            return ""
        if "host" in self._defaults or any(layer.open is not None for layer in variables.layers):
            return ""
        told = map(variables.lookup, self.entry.server_by)
        if any(isinstance(each, Unknown) or _says_a_text(each) for each in told):
            return ""
        return next(iter(self._servers()), "") if self._would_go_by_a_host(options) else ""

    def _is_mounted(self, surrounding: Surrounding) -> bool:
        """Whether the container has a file or folder of the machine's where the program has its
        own: what stands there nobody here has seen."""
        names = {file.rpartition("/")[2] for each in self.entry.document for file in each.files}
        return bool(names) and any(
            at.rpartition("/")[2] in names or OF_SETTINGS.match(at) for at in surrounding.mounts
        )

    def _would_go_by_a_host(self, options: Mapping[str, Option]) -> bool:
        """Whether the program would send to a host if it had one, and a sender: no switch and no
        other way of sending is in its place."""
        host = next((name for name, field in self.fields.items() if field == "host"), "")
        senders = [name for name, field in self.fields.items() if field == "sender"]
        outcome = self.outcome(
            {
                **dict.fromkeys(senders, "info@example.com"),
                **_told(options),
                host: "mail.example.com",
            }
        )
        return outcome.not_sent is None and all(each.option != host for each in outcome.ignored)

    def _servers(self) -> Iterator[str]:
        """The variables that say the server."""
        for option in self.entry.option:
            if option.field == "host":
                yield from variables_of(option)

    def _kept_host(
        self,
        workspace: Workspace,
        options: Mapping[str, Option],
        surrounding: Surrounding | None,
    ) -> str:
        """The variable of the server that compose's `.env` has, where nothing of all that is for
        mail is passed to the container, and nobody else reads it; else ""."""
        if surrounding is None or options or surrounding.carrier != "compose":
            return ""
        folder = surrounding.place.rpartition("/")[0]
        layer = workspace.dotenv(f"{folder}/.env".lstrip("/"), "compose")
        if layer is None or any(each.open is not None for each in surrounding.variables.layers):
            return ""
        for name in self._servers():
            is_of_others = workspace.is_another_containers(name, surrounding.place)
            is_of_others = is_of_others or is_read(name, workspace.folder)
            if _says_a_text(layer.values.get(name)) and not is_of_others:
                return name
        return ""

    def _is_left_blank(self, options: Mapping[str, Option]) -> bool:
        """Whether server and login are there with nothing in them, as in a template that nobody has
        filled in: `SMTP_HOST: ${SMTP_HOST:-}`."""
        asked = [
            option.value
            for name, option in options.items()
            if self.fields[name] in ("host", "url", "username", "password")
        ]
        return len(asked) > 1 and all(
            isinstance(value, Known) and not value.absent and value.value in ("", None)
            for value in asked
        )

    def _read(
        self,
        workspace: Workspace,
        variables: Variables,
        document: TableDocument | None,
        surrounding: Surrounding | None,
    ) -> Iterator[tuple[str, Option]]:
        entry = document.entry if document is not None else None
        root = document.root(workspace, variables) if document is not None else Known(ABSENT)
        for option in self.entry.option:
            told = None
            if document is not None and option.path:
                told = document.option(option, root, workspace, variables)
            if told is None or (entry is not None and not entry.wins):
                told = self._in_variables(option, variables, surrounding) or told
            if told is None and entry is not None:
                told = _of_chart(option, entry, document, workspace)
            if told is None:
                continue
            if option.port:
                yield from host_and_port(told, workspace)
            elif option.field == "url":
                yield option.name, told
                yield from url_options(told, workspace).items()
            else:
                yield option.name, told

    def _in_variables(
        self, option: OptionEntry, variables: Variables, surrounding: Surrounding | None
    ) -> Option | None:
        names = variables_of(option)
        name = next((name for name in names if is_told(variables, name)), None)
        if name is None:
            for ending in self.entry.in_files:
                for each in names:
                    if (path := is_told(variables, each + ending)) is not None:
                        value = content(path, surrounding, each + ending)
                        return Option(option.name, value, called=each + ending)
            name = next((name for name in names if variables.lookup(name) is not None), None)
        value_ = variables.lookup(name) if name is not None else None
        if name is None or value_ is None:
            return None
        if option.field == "host" and is_told(variables, name) is None:
            return None  # whether it has a server at all stands elsewhere
        return Option(option.name, value_, self._again(option, name), called=name)

    def _again(self, option: OptionEntry, name: str) -> Callable[[Variables], Value]:
        def again(under: Variables) -> Value:
            value = under.lookup(name) or Known(ABSENT)
            if option.switch and isinstance(value, Known):
                return Known(is_yes(option, value.value), value.span, value.trail)
            return value

        return again

    # --- options that are not there yet -------------------------------------------------------

    def _unset(
        self, options: Mapping[str, Option], anchor: Option | None, variables: Variables
    ) -> dict[str, str]:
        """Names of variables for options that nobody sets, where variables say the others."""
        held = variables.held(anchor.called) if anchor is not None else []
        span = held[0].value.span if held else None
        if not held or (span is not None and not is_dotenv(span.file)):
            return {}
        return {
            item.name: variables_of(item)[0]
            for item in self.entry.option
            if item.name not in options and variables_of(item)
        }

    def _insert(
        self,
        workspace: Workspace,
        anchor: Option | None,
        new: Mapping[str, Any],
        document: TableDocument | None,
    ) -> tuple[Edit, ...]:
        """Further lines before that of the host, in its way of writing."""
        span = anchor.value.span if anchor is not None else None
        line = workspace.line(span.file, span.line) if span is not None else None
        if anchor is None or span is None or not line:  # an empty line: no value stands there
            return ()
        if list(new) == [f"{anchor.name}.port"]:  # it stands behind the host
            end = span.columns[1] - (line[span.columns[1] - 2] in "\"'`")
            return (inserted(span, end, f":{new[f'{anchor.name}.port']}"),)
        if span.file.endswith(".php") and not any(each.format for each in self.entry.document):
            return self._insert_in_php(workspace, anchor, span, new)
        found = WRITTEN.match(line)
        if found is None or found["name"] != anchor.called:
            return ()
        text = ""
        for name, value in new.items():
            entry = self._options.get(name)
            if entry is None:
                return ()
            key = (*variables_of(entry), "")[0]
            if anchor.called not in variables_of(self._options[anchor.name]):
                own = document.entry.paths if document is not None else {}
                key = own.get(name, entry.path).rpartition(".")[2]
            if not key:
                return ()
            text += as_line(found, key, value, span.file) + "\n" + found["indent"]
        column = len(found["indent"]) + 1
        return (inserted(span, column, text),)

    def _insert_in_php(
        self, workspace: Workspace, anchor: Option, span: Span, new: Mapping[str, Any]
    ) -> tuple[Edit, ...]:
        from smtpdoctor.settings.dialects.php_documents import before

        folder = self._options[anchor.name].path.rpartition(".")[0]
        paths = [entry.path for name in new if (entry := self._options.get(name)) is not None]
        if len(paths) != len(new) or any(path.rpartition(".")[0] != folder for path in paths):
            return ()
        named = {path.rpartition(".")[2]: new[name] for path, name in zip(paths, new, strict=True)}
        return before(workspace, span, anchor.called, named)

    # --- what they come to --------------------------------------------------------------------

    def outcome(self, options: Mapping[str, Any]) -> Outcome:  # branches: one line a field
        """What the program makes of its options, by its table."""
        remarks = [item for item in self.entry.remark if self._applies(item, options)]
        options = self._that_count(options)
        mode = next((item for item in self.entry.mode if self._applies(item, options)), None)
        tls: TLSMode = mode.tls if mode is not None else "starttls"
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
        if self.entry.unverified and self._holds(self.entry.unverified, options):
            verify, by["verify"] = False, tuple(self.entry.unverified)
        for field, other in self.entry.otherwise.items():
            if not by.get(field):
                by[field] = by.get(other, ())
        return Outcome(
            host=self._text("host", options) or self.entry.host,
            port=port if port is not None else (mode and mode.port) or self.entry.port.get(tls),
            tls=tls,
            required=mode.required if mode is not None else False,
            username=self._text("username", options) if login else None,
            password=self._text("password", options) if login else None,
            token=self._text("token", options) if login else None,
            sender=self._text("sender", options),
            ehlo=self._text("ehlo", options),
            mechanisms=self._mechanisms(options),
            verify=verify,
            by=by,
            misread=self._remarks(remarks, "misread"),
            ignored=self._remarks(remarks, "ignored"),
            fault=next(iter(self._remarks(remarks, "fault")), None),
            not_sent=next(iter(self._remarks(remarks, "not-sent")), None),
        )

    def _that_count(self, options: Mapping[str, Any]) -> Mapping[str, Any]:
        """The options without those that the program doesn't read beside what others say."""
        unread = [
            item for item in self.entry.option if item.when and not self._holds(item.when, options)
        ]
        if not unread:
            return options
        names = {item.name for item in unread}
        if any(item.field == "url" for item in unread):
            names |= URL_FIELDS.keys()
        return {name: value for name, value in options.items() if name not in names}

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
        if wanted == "unset":
            return options.get(name) in (None, "")
        if wanted == "*":
            return value not in (None, "")
        if wanted == "no-as-yes":
            return isinstance(value, DocumentText) and says_no(value)
        if isinstance(wanted, bool):
            return is_yes(option, value) is wanted
        if isinstance(wanted, int):
            return self._number(value) == wanted
        text, other = "" if value is None else str(value).strip(), str(wanted)
        if other.startswith("~"):
            return other[1:].lower() in text.lower()
        return text == other if option.exact else text.lower() == other.lower()

    def _of(self, field: Field, options: Mapping[str, Any]) -> Any:
        """The value of the field's option: the first that is set, else the first default."""
        if field in self.entry.joined:
            made = self._joined(self.entry.joined[field], options)
            if made is not None:
                return made
        for name in self._names_of.get(field, ()):
            if options.get(name) not in (None, ""):
                return options[name]
        default = self._defaults.get(field)
        if default is None and field in self.entry.otherwise:
            return self._of(self.entry.otherwise[field], options)
        return default

    def _mechanisms(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        said = str(options.get(self.entry.mechanism) or "")
        if said.lower() == "none":  # left to the library, which has a way of its own
            return ()
        return (sasl_name(said),) if re.fullmatch(r"[A-Za-z0-9_-]{4,20}", said) else ()

    def _joined(self, form: str, options: Mapping[str, Any]) -> str | None:
        names = re.findall(r"\{(\w+)\}", form)
        texts = {name: options.get(name, self._options[name].default) for name in names}
        return form.format(**texts) if all(texts.values()) else None

    def _text(self, field: Field, options: Mapping[str, Any]) -> str | None:
        value = self._of(field, options)
        if value is None and any(options.get(name) == "" for name in self._names_of.get(field, ())):
            return ""
        return None if value is None else str(value)

    @staticmethod
    def _verifies(option: OptionEntry, value: Any) -> bool:
        return value in (None, "") or is_yes(option, value) is not option.inverse

    @staticmethod
    def _number(value: Any) -> int | None:
        text = str(value).strip() if value is not None else ""
        return int(text) if text.isdecimal() and len(text) < 6 and int(text) else None

    def _is_of_several(self, entry: RemarkEntry) -> bool:
        """Whether it takes more than one option of its setting to make it."""
        fields = self.fields
        names = {entry.option, *entry.when, *entry.unless}
        return sum(fields.get(name) == fields.get(entry.option) for name in names) > 1

    def _remarks(self, entries: Iterable[RemarkEntry], kind: str) -> tuple[Remark, ...]:
        return tuple(
            Remark(
                entry.option,
                self.entry.because[entry.because],
                entry.taken_as,
                tuple(self.entry.sources.values())[:1],
                conflict=entry.kind == "fault" and self._is_of_several(entry),
                field=entry.field,
                whole=entry.whole,
            )
            for entry in entries
            if entry.kind == kind
        )


def _is_read_here(workspace: Workspace, name: str) -> bool:
    """Whether the folder's own code reads the variable: then it is no other program's name."""
    return bool(workspace.folder.containing(rb"\b" + name.encode() + rb"\b", *CODE))


def is_image(image: str, marks: Iterable[str]) -> bool:
    """Whether an image with registry, tag and digest is one of the named ones."""
    name = image.partition("@")[0]
    name = name.rpartition(":")[0] if ":" in name.rpartition("/")[2] else name
    return any(name == mark or name.endswith(f"/{mark}") for mark in marks)


def tag_of(image: str) -> str:
    """What stands behind the name of an image: `1.30.1`, "" where nothing does."""
    return image.rpartition("/")[2].partition(":")[2]


@cache
def _programs_images() -> tuple[str, ...]:
    from smtpdoctor.settings.dialects.base import dialects
    from smtpdoctor.settings.dialects.unread import UnreadModule

    return tuple(
        mark
        for dialect in dialects()
        if isinstance(dialect, UnreadTable | UnreadModule)
        for mark in dialect.images
    )


def is_programs_image(image: str) -> bool:
    """Whether an image is that of a program which some table knows: its variables are its own."""
    return bool(image) and is_image(image, _programs_images())


def _told(options: Mapping[str, Option]) -> dict[str, Any]:
    return {
        name: option.value.value
        for name, option in options.items()
        if isinstance(option.value, Known)
    }


def _says_a_text(value: Value | None) -> bool:
    return isinstance(value, Known) and bool(str(value.value).strip())


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


def is_told(variables: Variables, name: str) -> Value | None:
    """The variable where a layer has it by its name."""
    held = variables.held(name)
    return held[0].value if held and held[0].value is not held[0].layer.open else None


def _nearest(place: str, documents: list[TableDocument]) -> TableDocument | None:
    """The document whose folder has most in common with the place, None where there is none."""
    mine = place.split("/")[:-1]

    def common(document: TableDocument) -> int:
        pairs = zip(mine, document.path.split("/")[:-1], strict=False)
        return sum(1 for one, other in pairs if one == other)

    return max(documents, key=common, default=None)


def _is_unrendered(workspace: Workspace, document: TableDocument) -> bool:
    """Whether a document is a template that something renders first."""
    return "{{" in (workspace.folder.text(document.path) or "")


#: By what values say that a part of them comes from a Secret, which is not among them.
SECRETS = re.compile(
    r"(?i)existingSecret|envFrom|secretKeyRef|secretName|valuesFrom|additionalConfig"
)


def _below(root: Value, keys: Sequence[str]) -> Iterator[Value]:
    """The maps below these keys: of the root, of what stands in it, and of what stands in that."""
    level = [root]
    for _ in range(3):
        maps = [each for each in level if isinstance(each, Known) and isinstance(each.value, Map)]
        for each in maps:
            found = each.at(*keys)
            if isinstance(found, Known) and isinstance(found.value, Map):
                yield found
        level = [item.value for each in maps for item in each.value.entries]


def _of_chart(
    option: OptionEntry, entry: DocumentEntry, document: TableDocument | None, workspace: Workspace
) -> Option | None:
    """What a chart has where its values don't say an option: its default, or a Secret's login."""
    if option.name in entry.defaults:
        return Option(option.name, Known(entry.defaults[option.name]), together=True)
    if document is None or not entry.values or option.field not in ("username", "password"):
        return None
    if not SECRETS.search(workspace.folder.text(document.path) or ""):
        return None
    return Option(option.name, Unknown("encrypted", f"{option.name} may come from a Secret"))


#: What the parts of a URL are.
URL_FIELDS: Mapping[str, Field] = {
    "url.scheme": "tls",
    "url.query": "tls",
    "url.host": "host",
    "url.port": "port",
    "url.user": "username",
    "url.password": "password",
}


def _language(document: TableDocument) -> LanguageName:
    endings: dict[str, LanguageName] = {
        "json": "json", "yml": "yaml", "yaml": "yaml", "toml": "toml", "ini": "ini",
        "properties": "properties",
    }  # fmt: skip
    if document.is_php:
        return "php"
    return endings.get((document.inner or document.path).rpartition(".")[2], "text")


class UnreadTable:
    """A program by its TOML file, which is read whole only where a mark of it is in the folder.

    Its marks are looked for in the text: to read some thirty files would be felt at each start.
    """

    def __init__(self, path: Path) -> None:
        self.id = path.stem.replace("_", "-")
        self._text = path.read_text(encoding="utf-8")
        words: dict[str, list[str]] = {}
        for key, listed in MARK.findall(self._text):
            words.setdefault(key, []).extend(re.findall(r'"([^"]+)"', listed))
        self.images = tuple(words.get("images", ()))
        self._files = tuple(words.get("files", ()))
        self._inner = tuple(pattern.rpartition("/")[2] for pattern in self._files)
        self._values = frozenset(re.findall(r'(?m)^values = \["([^"]+)"', self._text))
        self._names = frozenset(words.get("variables", ()))
        self._dependencies = frozenset(words.get("dependencies", ()))

    @cached_property
    def table(self) -> Table:
        """The whole of it."""
        return Table(self.id, msgspec.toml.decode(self._text, type=TableEntry))

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def client(self) -> str | None:
        return self.table.client

    @property
    def fields(self) -> Mapping[str, Field]:
        return self.table.fields

    @property
    def modes(self) -> Mapping[TLSMode, tuple[Mapping[str, Any], ...]]:
        return self.table.modes

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """What the program makes of its options."""
        return self.table.outcome(options)

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """Its set-ups, where anything in the folder may be one."""
        if (
            not self._names.isdisjoint(workspace.variable_names)
            or any(is_image(item.image, self.images) for item in workspace.surroundings)
            or workspace.folder.matches(self._files)
            or any(workspace.fits(name, self._inner) for name in workspace.embedded_names)
            or any(item.name in self._dependencies for item in workspace.dependencies.all)
            or (self._values and not self._values.isdisjoint(workspace.chart_keys))
        ):
            yield from self.table.find(workspace)


#: A line of a table that says a mark.
MARK = re.compile(r"(?m)^(images|files|variables|dependencies) = (.+)$")


def read_table(module: Path) -> TableEntry:
    """The table beside a module of the program's own."""
    return msgspec.toml.decode(module.with_suffix(".toml").read_bytes(), type=TableEntry)


def load_table(path: Path) -> UnreadTable:
    """The program of a TOML file."""
    return UnreadTable(path)

"""What PHP programs have in common: arrays and assignments as options, versions, further lines.

Knows PHP's files as dialects read them. It must not know any program.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Insert, Option, Outcome, Remark
from smtpdoctor.settings.dialects.data import Data
from smtpdoctor.settings.dialects.urls import place_of
from smtpdoctor.settings.model import Edit, Field, TLSMode
from smtpdoctor.settings.prepare import inserted, literal
from smtpdoctor.settings.readers.model import ABSENT, Known, Map, Origin, Span, Unknown, Value
from smtpdoctor.settings.readers.module import Module
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

#: A version that a range leaves open: Composer installs the newest.
NEWEST = 999
COMMENTS = ("//", "#", "*", "/*")

Reading = Callable[[Variables], Value]


@dataclass(slots=True)
class PhpProgram:
    """One program: a `Dialect` made of its parts."""

    id: str
    data: Data
    fields: Mapping[str, Field]
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]]
    drafts: Callable[[Workspace], Iterable[Draft]]
    comes_to: Callable[[Mapping[str, Any]], Outcome]

    @property
    def name(self) -> str:
        return self.data.name

    @property
    def client(self) -> str | None:
        return self.data.client

    def find(self, workspace: Workspace) -> Iterable[Draft]:
        """Every place of the folder where the program is set up to send."""
        return self.drafts(workspace)

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """What these options come to."""
        return self.comes_to(options)


def remark(data: Data, option: str, because: str, taken_as: str = "") -> Remark:
    """A sentence of the dialect's data about an option."""
    return Remark(option, data.because[because], taken_as, tuple(data.sources.values())[:1])


def whole(data: Data, option: str, because: str) -> Remark:
    """The same of an option with which the program goes by none of the set-up's settings."""
    return replace(remark(data, option, because), whole=True)


def version_of(workspace: Workspace, near: str, *names: str) -> str:
    """A library's version as the folder tells it, "" where it doesn't."""
    found = workspace.dependencies.find("composer", *names, near=near)
    return found.version if found is not None else ""


def version(text: str) -> tuple[int, int, int] | None:
    """The version that a manifest's text comes to: of a range the newest in it.

    >>> version("v11.35.1"), version("^10.2"), version("~5.4.3"), version("7.1.*")
    ((11, 35, 1), (10, 999, 999), (5, 4, 999), (7, 1, 999))
    """
    last = re.split(r"\|\|?|,| - ", text)[-1].strip()
    found = re.search(r"(\d+)(?:\.(\d+))?(?:\.(\d+))?", last)
    if found is None:
        return None
    major, minor, patch = (int(part) if part else None for part in found.groups())
    assert major is not None
    if last[:1] in ("^", ">") or minor is None or (last[:1] == "~" and patch is None):
        return (NEWEST if last[:1] == ">" else major), NEWEST, NEWEST
    if last[:1] == "~" or patch is None:
        return major, minor, NEWEST
    return major, minor, patch


# --- variables -----------------------------------------------------------------------------------

#: Calls of phpdotenv that hand the variables to putenv() too, and those of a program itself.
PUTENV = rb"createUnsafe(?:Im)?[Mm]utable|\bputenv\b|PutenvAdapter"
LOADER = re.compile(r"\bcreate(?:Im)?[Mm]utable\b")


def kept_from_getenv(workspace: Workspace, variables: Variables) -> tuple[Variables, Span] | None:
    """The variables as they are where phpdotenv 5 keeps `.env`'s from getenv(), and the call that
    loads them; None where it doesn't, or that can't be told."""
    library = workspace.dependencies.find("composer", "vlucas/phpdotenv")
    release = version(library.version) if library is not None else None
    if release is None or release < (5, 0, 0) or workspace.folder.containing(PUTENV, ".php"):
        return None
    span = next(
        (
            Span(path, number, (found.start() + 1, found.end() + 1), number)
            for path in workspace.folder.containing(LOADER.pattern.encode(), ".php")
            for number, line in enumerate((workspace.folder.text(path) or "").split("\n"), 1)
            if (found := LOADER.search(line)) and not line.lstrip().startswith(COMMENTS)
        ),
        None,
    )
    if span is None:
        return None
    workspace.is_harmless(span)
    layers = tuple(
        replace(layer, values={name: _kept(name, each) for name, each in layer.values.items()})
        if layer.reader == "phpdotenv"
        else layer
        for layer in variables.layers
    )
    return replace(variables, layers=layers), span


def _kept(name: str, value: Value) -> Value:
    return replace(value, trail=(*value.trail, Origin("kept", name)))


# --- options -------------------------------------------------------------------------------------


def array_options(
    read: Reading, variables: Variables, paths: Mapping[str, Sequence[str]]
) -> dict[str, Option]:
    """The keys of an array that are there, by the names that `paths` gives them."""
    root = read(variables)
    found: dict[str, Option] = {}
    for name, path in paths.items():
        value = root.at(*path)
        if isinstance(value, Known) and value.value is ABSENT:
            continue
        value = or_unset(value)
        found[name] = Option(name, value, _again(read, path), _entry(root, path), called=path[-1])
    return found


def _again(read: Reading, path: Sequence[str]) -> Reading:
    return lambda under: read(under).at(*path)


def _entry(root: Value, path: Sequence[str]) -> Span | None:
    holder = root.at(*path[:-1])
    if not isinstance(holder, Known) or not isinstance(holder.value, Map):
        return None
    entry = holder.value.entry(path[-1])
    return entry.span if entry is not None else None


def or_unset(value: Value) -> Value:
    """What `getenv()` gives for a variable that nothing sets is false: nothing is set, then."""
    if isinstance(value, Known) and value.value is False and value.unset:
        return replace(value, value=None)
    return value


def unset_variables(options: Mapping[str, Option], variables: Variables) -> dict[str, str]:
    """The variables that options are read from and that nobody sets."""
    found = {}
    for name, option in options.items():
        names = option.value.variables or option.through
        if names and not any(variables.held(each) for each in names):
            found[name] = names[-1]
    return found


def parts(option: Option, pattern: re.Pattern[str], workspace: Workspace) -> dict[str, Option]:
    """The named groups of a pattern in an option's text, as options of their own:
    `Host.scheme`, `Host.port`."""
    value = option.value
    if not isinstance(value, Known) or not isinstance(value.value, str):
        return {}
    found = pattern.match(value.value)
    if found is None:
        return {}
    called = next(iter(value.variables), option.called or option.name)
    options = {}
    for group, text in found.groupdict().items():
        if text is None:
            continue
        name = f"{option.name}.{group}"
        span = place_of(value, found.span(group), workspace)
        options[name] = Option(name, Known(text, span), bare=True, called=called)
    return options


# --- further lines -------------------------------------------------------------------------------


def beside(
    workspace: Workspace, anchor: Option | None, new: Mapping[str, Any], form: str = "'{}' => {},"
) -> tuple[Edit, ...]:
    """Further entries or statements before that of another option, in its way of writing.

    `form` is one of them with places for name and value. Where the other stands first in its
    line each gets a line of its own.
    """
    span = anchor.entry if anchor is not None else None
    line = workspace.line(span.file, span.line) if span is not None else None
    if span is None or line is None:
        return ()
    before = line[: span.columns[0] - 1]
    own = not before.strip()
    text = ""
    for name, value in new.items():
        made = form.replace("{}", name, 1).replace("{}", str(literal(value, "php")), 1)
        text += made + (f"\n{before}" if own else " ")
    masked = workspace.masked(span, keep=False)
    column = span.columns[0]
    shown = masked.columns(column, column + 1)[0] if masked is not None else column
    return (inserted(span, shown, text),)


def with_prefix(workspace: Workspace, host: Option, otherwise: Insert | None) -> Insert:
    """Words `ssl://` before a host that has no prefix yet."""

    def insert(new: Mapping[str, Any]) -> tuple[Edit, ...]:
        rest = {name: value for name, value in new.items() if name != "host.scheme"}
        edits = otherwise(rest) if rest and otherwise is not None else ()
        span = host.value.written
        written = workspace.text_of(span)
        if "host.scheme" not in new:
            return edits
        if span is None or not written or written[0] not in "\"'" or (rest and not edits):
            return ()
        return (*edits, inserted(span, span.columns[0] + 1, f"{new['host.scheme']}://"))

    return insert


# --- values --------------------------------------------------------------------------------------


def text(options: Mapping[str, Any], name: str) -> str | None:
    """An option as text; None where it is null or not there."""
    value = options.get(name)
    if value is None or value is ABSENT or isinstance(value, Map):
        return None
    if isinstance(value, bool):
        return "1" if value else ""
    return str(value)


def number(value: Any) -> int | None:
    """A port: PHP's (int) of it; None where nothing is said."""
    if value is None or value is ABSENT or value == "" or isinstance(value, bool):
        return None
    found = re.match(r"\s*(\d{1,5})", str(value))
    return int(found[1]) if found and 0 < int(found[1]) < 65536 else None


def known(value: Value) -> Any:
    """What is known of a value, None where it can't be told or isn't there."""
    return None if isinstance(value, Unknown) or value.absent else value.value


def address(value: Any) -> str | None:
    """The address of a sender as programs take it: a text, or an array's first key or value."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, Map):
        for key in value.keys():  # noqa: SIM118
            if isinstance(key, str) and "@" in key:
                return key
            inner = value.get(key)
            if isinstance(inner, Known) and isinstance(inner.value, str) and "@" in inner.value:
                return inner.value
    return None


def of_address(module: Module, given: Value) -> Value:
    """What a sender is given as, where it stands there as `new Address(…)`: the first argument."""
    made = {each.span: each.argument(0, "address") for each in module.calls("Address")}
    return made.get(given.span, given) if given.span is not None else given


def sender_of_calls(module: Module, *names: str) -> Value | None:
    """The first address that methods of these names are given; None where there is none."""
    given = (call.argument(0) for call in module.calls(*names))
    return next((each for each in given if "@" in str(known(each))), None)


def keys_of(value: Value) -> Iterator[str]:
    """The keys of an array that can be told."""
    if isinstance(value, Known) and isinstance(value.value, Map):
        yield from (str(key) for key in value.value.keys())  # noqa: SIM118


def _statement(workspace: Workspace, anchor: Option) -> str:
    """The form of statements like the anchor's (`$config['host'] = …;`, `$CFG->host = …;`), ""
    where it is none."""
    span = anchor.entry
    line = workspace.line(span.file, span.line) if span is not None else None
    if span is None or line is None:
        return ""
    key = re.escape(anchor.called)
    said = line[span.columns[0] - 1 :]
    found = re.match(rf"(\$[^=]*['\"]){key}(['\"]\]\s*=\s*)", said) or re.match(
        rf"(\$\w+->){key}(\s*=\s*)", said
    )
    return f"{found[1]}{{}}{found[2]}{{}};" if found is not None else ""


def array_draft(
    workspace: Workspace,
    dialect: PhpProgram,
    read: Reading,
    variables: Variables,
    paths: Mapping[str, Sequence[str]],
    *,
    place: str,
    anchor: str,
    form: str = "'{}' => {},",
) -> Draft | None:
    """The set-up of an array; None where `anchor`, before which further keys go, is not there.

    `place` is the file with the line, or the file alone, which then gets the anchor's line.
    """
    options = array_options(read, variables, paths)
    if anchor not in options:
        return None
    file = place.partition(":")[0]
    span = options[anchor].entry or options[anchor].value.written

    def insert(new: Mapping[str, Any]) -> tuple[Edit, ...]:
        if any(name not in paths for name in new) or not form:
            return ()
        named = {paths[name][-1]: value for name, value in new.items()}
        return beside(
            workspace, options[anchor], named, _statement(workspace, options[anchor]) or form
        )

    return Draft(
        dialect=dialect,
        place=place if ":" in place or span is None else f"{file}:{span.line}",
        options=options,
        variables=variables,
        language="php",
        files=(file,),
        insert=insert,
        unset=unset_variables(options, variables),
    )

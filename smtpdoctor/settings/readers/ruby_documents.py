"""Documents that Ruby's programs read: `config_for`, YAML files, and the gems that make settings.

Knows Rails' `config_for` and secrets, the gems config and Settingslogic, ERB's `<%= … %>` as a
whole value, and Hanami's settings. It must not know what a setting means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from smtpdoctor.settings.readers import yaml
from smtpdoctor.settings.readers.model import (
    ABSENT,
    Entry,
    Known,
    List,
    Map,
    Origin,
    Special,
    Symbol,
    Unknown,
    Value,
)
from smtpdoctor.settings.readers.source import Source

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.project import Project

ERB = re.compile(r"<%=\s*(.*?)\s*-?%>", re.DOTALL)
#: A map whose keys are methods, too.
OPTIONS = "options"
SYMBOL = re.compile(r":[a-z_]\w*[?!]?")
#: `class Settings < Settingslogic`, its file and its section.
LOGIC = r"class\s+{0}\s*<\s*Settingslogic\b(.*?)^end\b"
LOGIC_SOURCE = re.compile(r"(?m)^[^\S\n]*source\s+(.+)$")
LOGIC_NAMESPACE = re.compile(r"(?m)^[^\S\n]*namespace\s+Rails\.env\b")
QUOTED = re.compile(r"""["']([^"'\n]+)["']""")
SETTING = re.compile(r"(?m)^[^\S\n]*setting\s*\(?\s*:(\w+)\b(.*)$")
DEFAULT = re.compile(r"""\bdefault(?::\s*|\()\s*("[^"]*"|'[^']*'|-?\d+|true|false)""")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document is asked for: a file of code in its project."""

    project: Project
    file: str


def file_of(at: Place, name: str) -> Value | None:
    """The root of a document by its name, from the file's folder or one above it."""
    project, steps = at.project, at.file.split("/")[:-1]
    clean = "/".join(part for part in name.split("/") if part not in ("", ".", ".."))
    for count in range(len(steps), -1, -1):
        path = "/".join([*steps[:count], clean])
        if project.files.read(path) is not None:
            document = project.document(path)
            return document if isinstance(document, Unknown) else document.root
    return None


def section(root: Value, environment: Value, *, shared: bool) -> Value:
    """The part of a file that is one environment's, `shared`'s beneath it where Rails does so."""
    if not isinstance(environment, Known):
        return Unknown("environment", "which environment it is can't be told", root.span)
    own = root.get(str(environment.value))
    base = root.get("shared") if shared else Known(ABSENT)
    return merged(base, own)


def merged(below: Value, above: Value) -> Value:
    """Two maps as one, also those in them; what is above counts."""
    if not isinstance(below, Known) or not isinstance(below.value, Map):
        return above
    if not isinstance(above, Known) or not isinstance(above.value, Map):
        return below if above.absent else above
    entries = list(below.value.entries)
    for entry in above.value.entries:
        old = below.value.get(entry.key) if entry.key is not None else Known(ABSENT)
        value = entry.value
        both = isinstance(old, Known) and isinstance(old.value, Map)
        entries.append(Entry(entry.key, merged(old, value) if both else value, entry.span))
    return replace(above, value=Map(entries, above.value.kind))


def as_ruby(value: Value, at: Place, *, symbols: bool, kind: str = "") -> Value:
    """A document's value as Ruby has it: `:plain` is a symbol, ERB's expressions are worked out."""
    value = yaml.resolved(value, "1.1")  # Psych's
    if not isinstance(value, Known):
        return value
    inner = value.value
    if isinstance(inner, Map):
        made = [_entry(each, at, symbols=symbols, kind=kind) for each in inner.entries]
        return replace(value, value=Map(made, kind))
    if isinstance(inner, List):
        items = [_entry(each, at, symbols=symbols, kind=kind) for each in inner.items]
        return replace(value, value=List(items, inner.open))
    if not isinstance(inner, str):
        return value
    found = ERB.fullmatch(inner.strip())
    if found is not None:
        return _worked_out(found[1], value, at)
    if "<%" in inner:
        return Unknown("computed", "what ERB makes of this can't be told", value.span)
    if SYMBOL.fullmatch(inner):
        return replace(value, value=Symbol(inner[1:]))
    return value


def _entry(entry: Entry, at: Place, *, symbols: bool, kind: str) -> Entry:
    key = entry.key
    if isinstance(key, str) and SYMBOL.fullmatch(key):
        key = Symbol(key[1:])
    elif symbols and isinstance(key, str):
        key = Symbol(key)

    def later() -> Value:
        return as_ruby(entry.value, at, symbols=symbols, kind=kind)

    return Entry(key, later, entry.span)


def _worked_out(code: str, written: Known, at: Place) -> Value:
    """What an expression of ERB gives; a text is read as YAML's plain scalars are."""
    source = Source(f"{at.file}.erb", f"VALUE = ({code})\n".encode())
    found = at.project.module_of(source, "rb").value("VALUE")
    trail = tuple(_of_document(step, source.file, written) for step in found.trail)
    found = replace(found, span=written.span, trail=trail)
    if isinstance(found, Known) and isinstance(found.value, str):
        return replace(found, value=_scalar(found.value))
    return found


def _of_document(step: Origin, file: str, written: Known) -> Origin:
    at = written.span if step.read_at is not None and step.read_at.file == file else step.read_at
    span = written.span if step.span is not None and step.span.file == file else step.span
    return replace(step, read_at=at, span=span)


def _scalar(text: str) -> Any:
    """A plain scalar as Psych reads it: ERB's text is put in before YAML is read."""
    return Symbol(text[1:]) if SYMBOL.fullmatch(text) else yaml.resolve(text, "1.1")


# --- what makes constants of documents -----------------------------------------------------------


def settings_of_gems(name: str, environment: Value, at: Place) -> Value | None:
    """The constant of a gem that makes settings: config's `Settings`, a class of Settingslogic."""
    project = at.project
    logic = LOGIC.format(re.escape(name))
    for path in project.containing(rb"<\s*Settingslogic\b", ".rb"):
        text = (project.files.read(path) or b"").decode("utf-8", "replace")
        found = re.search(logic, text, re.DOTALL | re.MULTILINE)
        source = LOGIC_SOURCE.search(found[1]) if found else None
        if found is None or source is None:
            continue
        names = [re.sub(r"#\{[^}]*\}", "", part) for part in QUOTED.findall(source[1])]
        root = file_of(at, "/".join(names))
        if root is None:
            return Unknown("unreadable", "the file of these settings is not in the folder")
        if LOGIC_NAMESPACE.search(found[1]):
            root = section(root, environment, shared=False)
        return as_ruby(root, at, symbols=False, kind=OPTIONS)
    if name != "Settings":
        return None
    env = str(environment.value) if isinstance(environment, Known) else "production"
    whole: Value = Known(ABSENT)
    for each in ("settings", f"settings/{env}", f"environments/{env}", "settings.local"):
        part = file_of(at, f"config/{each}.yml")
        if part is not None:
            whole = merged(whole, part)
    return None if whole.absent else as_ruby(whole, at, symbols=True, kind=OPTIONS)


def hanami_settings(at: Place) -> Special | None:
    """The settings of a Hanami program, with the defaults that its file gives."""
    project = at.project
    for path in project.containing(rb"Hanami(::Settings|\.application\.settings)\b", ".rb"):
        source = project.source(path)
        if isinstance(source, Source):
            return Special("hanami-settings", dict(_settings(source)))
    return None


def _settings(source: Source) -> Iterator[tuple[str, Value]]:
    """Each setting with its default; Known(ABSENT) where it has none."""
    for found in SETTING.finditer(source.text):
        said = DEFAULT.search(found[2])
        if said is None:
            yield found[1], Known(ABSENT)
            continue
        start = len(source.text[: found.start(2) + said.start(1)].encode())
        span = source.span(start, start + len(said[1].encode()))
        text = said[1]
        value: Any = text[1:-1] if text[0] in "\"'" else {"true": True, "false": False}.get(text)
        yield found[1], Known(int(text) if value is None else value, span)

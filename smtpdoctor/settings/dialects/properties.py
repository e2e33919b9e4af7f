"""Java programs' configuration: keys with dots from `.properties` and YAML, variables over them.

Knows how keys are written (nested, with dots, in brackets), what placeholders in their values come
to, and how a further key is put in beside those that are there. It must not know which files a
program reads, nor what a key means.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from smtpdoctor.settings.dialects.base import Option
from smtpdoctor.settings.model import Edit
from smtpdoctor.settings.prepare import inserted, literal, put_in
from smtpdoctor.settings.readers import interpolation, yaml
from smtpdoctor.settings.readers.model import (
    Entry,
    Known,
    LanguageName,
    List,
    Map,
    Span,
    Unknown,
    Value,
)
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

#: `${NAME:default}` and nothing beside it.
DEFAULTED = re.compile(r"\$\{(?P<name>[^${}:]+):(?P<default>[^${}]*)\}")
MOST_KEYS = 5_000

#: The names of variables that set a key, the strongest first.
VariablesOf = Callable[[str], tuple[str, ...]]
#: A key so that two which the program takes for the same are equal.
SameKey = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Property:
    """One key as a file has it. `entry` is the key with its value."""

    key: str
    value: Value
    entry: Span | None


@dataclass(frozen=True, slots=True)
class Part:
    """One document of a file, with its keys; the later of two that are the same counts."""

    file: str
    root: Value
    properties: tuple[Property, ...]

    def get(self, key: str, same: SameKey) -> Property | None:
        wanted = same(key)
        return next((item for item in reversed(self.properties) if same(item.key) == wanted), None)

    def text(self, key: str, same: SameKey) -> str:
        """A key's value as text, the items of a list with commas between, "" where it isn't."""
        found = self.get(key, same)
        if found is None or not isinstance(found.value, Known):
            listed = [
                str(item.value.value)
                for item in self.properties
                if re.fullmatch(re.escape(same(key)) + r"\[\d+\]", same(item.key))
                and isinstance(item.value, Known)
            ]
            return ",".join(listed)
        return str(found.value.value).strip()


def parts_of(workspace: Workspace, path: str, variables: Variables) -> list[Part]:
    """The documents of a file, in their order; none where it can't be read."""
    found = workspace.project(variables).document(path)
    if isinstance(found, Unknown):
        return []
    is_yaml = not path.endswith(".properties")
    return [Part(path, part, tuple(_flat(part, is_yaml=is_yaml))) for part in found.parts]


def _flat(root: Value, *, is_yaml: bool) -> Iterator[Property]:
    waiting: list[tuple[str, Entry]] = []

    def below(prefix: str, value: Value) -> None:
        if not isinstance(value, Known) or not isinstance(value.value, Map | List):
            return
        if isinstance(value.value, Map):
            for entry in reversed(value.value.entries):
                if entry.key is not None:
                    waiting.append((_joined(prefix, str(entry.key)), entry))
        else:
            numbered = list(enumerate(value.value.items))
            waiting.extend((f"{prefix}[{place}]", item) for place, item in reversed(numbered))

    below("", root)
    for _ in range(MOST_KEYS):
        if not waiting:
            return
        key, entry = waiting.pop()
        value = entry.value
        if isinstance(value, Known) and isinstance(value.value, Map | List):
            below(key, value)
            continue
        # SnakeYAML has YAML 1.1: yes and on are true
        yield Property(key, yaml.resolved(value, "1.1") if is_yaml else value, entry.span)


def _joined(prefix: str, key: str) -> str:
    bare = key[1:-1] if key.startswith("[") and key.endswith("]") else key
    return f"{prefix}.{bare}" if prefix else bare


def variables_of(key: str) -> tuple[str, ...]:
    """The variables that set a key, with most programs: dots and dashes become underscores."""
    return (key, re.sub(r"[.-]", "_", key).upper())


def as_written(key: str) -> str:
    """Two keys are the same where they are written alike."""
    return key


@dataclass(frozen=True, slots=True)
class Configuration:
    """The documents of a program that count, the strongest first, with the variables over them."""

    workspace: Workspace
    parts: tuple[Part, ...]
    variables: Variables
    names: VariablesOf = variables_of
    same: SameKey = as_written

    def option(self, key: str, called: str = "") -> Option | None:
        """A key as the program has it, None where nobody sets it."""
        places = list(self._places(key, self.variables))
        if not places:
            return None
        name, found, entry = places[0]
        value = self._resolved(found, self.variables)
        return Option(
            called or key,
            value,
            lambda under: self._again(key, under),
            entry,
            called=name,
            hides=tuple(self._resolved(hidden, self.variables) for _, hidden, _ in places[1:]),
        )

    def value(self, key: str) -> Any:
        """A key's value, None where nobody sets it or it can't be told."""
        option = self.option(key)
        return option.value.value if option and isinstance(option.value, Known) else None

    @property
    def written(self) -> list[str]:
        """Every key that some file has."""
        return list(dict.fromkeys(item.key for part in self.parts for item in part.properties))

    def _again(self, key: str, under: Variables) -> Value:
        for _, found, _ in self._places(key, under):
            return self._resolved(found, under)
        return Known(None)

    def _places(self, key: str, under: Variables) -> Iterator[tuple[str, Value, Span | None]]:
        """Who sets a key, the one that counts first: its name there, value, and whole entry."""
        for name in self.names(key):
            value = under.lookup(name)
            if value is not None:
                yield name, value, None
        for part in self.parts:
            found = part.get(key, self.same)
            if found is not None:
                yield found.key, found.value, found.entry

    def _resolved(self, value: Value, under: Variables) -> Value:
        def look_up(name: str) -> Value | None:
            for each in (name, *self.names(name)):
                found = under.lookup(each)
                if found is not None:
                    return found
            for part in self.parts:
                written = part.get(name, self.same)
                if written is not None:
                    return written.value
            return None

        if isinstance(value, Known) and isinstance(value.value, str):
            default = DEFAULTED.fullmatch(value.value)
            if default is not None and look_up(default["name"]) is None:
                return self._default(value, default)
        return switched(interpolation.spring(value, look_up))

    def _default(self, value: Known, found: re.Match[str]) -> Value:
        """The default of a placeholder that nobody fills, with its own place in the line."""
        span = value.span
        text = self.workspace.text_of(span)
        if span is not None and text is not None and text.count(found[0]) == 1:
            first = span.columns[0] + text.index(found[0])
            start = first + found.start("default")
            end = start + len(found["default"])
            self.workspace.is_harmless(
                replace(span, columns=(first, start)), replace(span, columns=(end, end + 1))
            )
            span = replace(span, columns=(start, end))
        return switched(Known(found["default"], span, value.trail, value.raw, value.style))

    # --- further keys -------------------------------------------------------------------------

    def insert(self, beside: Option | None, new: Mapping[str, Any]) -> tuple[Edit, ...]:
        """Keys that are not there yet, in the document of one that is."""
        span = beside.entry if beside is not None else None
        if beside is None or span is None:
            return ()
        part = next(
            (
                part
                for part in self.parts
                if any(item.entry == span for item in part.properties) and part.file == span.file
            ),
            None,
        )
        if part is None:
            return ()
        edits = [self._edit(part, span, key, value) for key, value in new.items()]
        return tuple(edit for edit in edits if edit) if all(edits) else ()

    def _edit(self, part: Part, beside: Span, key: str, value: Any) -> Edit | None:
        line = self.workspace.line(beside.file, beside.line)
        text = literal(value, language_of(part.file))
        if line is None or text is None:
            return None
        if part.file.endswith(".properties"):
            between = re.match(r"\s*[^\s=:]+(\s*[=:]\s*)", line)
            word = f"{key}{between[1] if between else '='}{text}\n"
            return inserted(beside, 1, word)
        return self._in_yaml(part, beside, key, text)

    def _in_yaml(self, part: Part, beside: Span, key: str, text: str) -> Edit | None:
        """In the deepest map that the key belongs into, before what holds the line that it is to
        stand beside, else before the first key."""
        map_, rest = part.root, key
        while True:
            inner = self._step(map_, rest)
            if inner is None:
                break
            map_, rest = inner
        if not isinstance(map_, Known) or not isinstance(map_.value, Map):
            return None
        spans = [entry.span for entry in map_.value.entries if entry.span is not None]
        above = [span for span in spans if span.line <= beside.line and span.file == beside.file]
        first = next(iter((*above[-1:], *spans)), None)
        line = self.workspace.line(first.file, first.line) if first is not None else None
        if first is None or line is None:
            return None
        indent = line[: first.columns[0] - 1]
        if indent.strip() and indent.rstrip()[-1:] != "{":
            return None
        if indent.strip():  # a map in braces
            brace = replace(first, columns=(indent.rindex("{") + 1, first.columns[0]))
            self.workspace.is_harmless(brace)
            return put_in(self.workspace, first, first.columns[0], f"{rest}: {text}, ")
        return inserted(first, 1, f"{indent}{rest}: {text}\n")

    def _step(self, map_: Value, rest: str) -> tuple[Value, str] | None:
        if not isinstance(map_, Known) or not isinstance(map_.value, Map):
            return None
        for entry in map_.value.entries:
            key = str(entry.key)
            inside = entry.value
            if not isinstance(inside, Known) or not isinstance(inside.value, Map):
                continue
            if self.same(rest).startswith(f"{self.same(key)}."):
                return inside, ".".join(rest.split(".")[key.count(".") + 1 :])
        return None


def switched(value: Value) -> Value:
    """Texts that all these programs take for a switch as one; YAML's booleans are."""
    if isinstance(value, Known) and isinstance(value.value, str):
        word = value.value.strip().lower()
        if word in ("true", "false"):
            return replace(value, value=word == "true")
    return value


def language_of(path: str) -> LanguageName:
    return "properties" if path.endswith(".properties") else "yaml"


def as_number(value: Any) -> int | None:
    """A port, None where it is none."""
    text = str(value).strip() if value is not None and not isinstance(value, bool) else ""
    return int(text) if text.isdecimal() and len(text) < 6 and int(text) else None


def as_text(value: Any) -> str | None:
    """A value as Java has it as text."""
    if value is None:
        return None
    return ("true" if value else "false") if isinstance(value, bool) else str(value)

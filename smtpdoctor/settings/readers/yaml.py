"""YAML by libyaml's events, with the place, text and style of every scalar.

This module knows the format, and how programs of several languages differ about plain scalars
(`resolve`). It must not know any program's file. Aliases are shared, never copied.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Literal

from smtpdoctor.settings.readers.document import Document
from smtpdoctor.settings.readers.model import (
    Entry,
    Known,
    List,
    Map,
    Span,
    Special,
    Unknown,
    Value,
)
from smtpdoctor.settings.readers.source import Source

MAXIMUM_DEPTH = 100

#: What reads the file: "core" is YAML 1.2's core schema; "1.1" PyYAML and Ruby's Psych; "go"
#: go-yaml, which takes yes and on for text unless the program wants a boolean.
Schema = Literal["core", "1.1", "go"]

CORE = re.compile(
    r"(?P<null>~|null|Null|NULL|)|(?P<true>true|True|TRUE)|(?P<false>false|False|FALSE)"
    r"|(?P<octal>0o[0-7]+)|(?P<hex>0x[0-9a-fA-F]+)|(?P<int>[-+]?[0-9]+)"
    r"|(?P<float>[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)"
)
# https://yaml.org/type/bool.html, and PyYAML's resolver, which leaves y and n out
TRUE_11 = re.compile(r"yes|Yes|YES|true|True|TRUE|on|On|ON")
FALSE_11 = re.compile(r"no|No|NO|false|False|FALSE|off|Off|OFF")
INT_11 = re.compile(
    r"[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+"
    r"|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+"
)
#: Tags that name a value which stands elsewhere: Home Assistant's, and MkDocs'.
REFERENCES = ("!secret", "!env_var", "!ENV")


def resolve(raw: str, schema: Schema = "core") -> Any:
    """What a plain scalar comes to for readers of that schema.

    >>> resolve("yes"), resolve("yes", "1.1"), resolve("0587", "1.1"), resolve("1:30", "1.1")
    ('yes', True, '0587', 90)
    """
    if len(raw) > 64:
        return raw
    if schema == "1.1":
        return resolve_11(raw)
    found = CORE.fullmatch(raw)
    if found is None:
        return raw
    match found.lastgroup:
        case "null":
            return None
        case "true" | "false":
            return found.lastgroup == "true"
        case "octal":
            return int(raw[2:], 8)
        case "hex":
            return int(raw, 16)
        case "int":
            if schema == "go" and re.fullmatch(r"0[0-7]+", raw):
                return int(raw, 8)
            return int(raw)
    return float(raw)


def resolve_11(raw: str) -> Any:
    """YAML 1.1 as PyYAML and Psych have it."""
    if TRUE_11.fullmatch(raw):
        return True
    if FALSE_11.fullmatch(raw):
        return False
    if raw in ("~", "null", "Null", "NULL", ""):
        return None
    if INT_11.fullmatch(raw):
        text = raw.replace("_", "")
        sign = -1 if text.startswith("-") else 1
        text = text.lstrip("+-")
        if ":" in text:
            value = 0
            for part in text.split(":"):
                value = value * 60 + int(part)
            return sign * value
        if text.startswith(("0x", "0b")):
            return sign * int(text, 0)
        return sign * (int(text, 8) if text.startswith("0") and text != "0" else int(text))
    if re.fullmatch(r"[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+][0-9]+)?", raw):
        return float(raw.replace("_", ""))
    return raw


def resolved(value: Value, schema: Schema) -> Value:
    """A scalar as readers of that schema have it; other values stay."""
    if isinstance(value, Known) and value.style == "plain" and value.raw is not None:
        return Known(resolve(value.raw, schema), value.span, value.trail, value.raw, value.style)
    return value


@dataclass(slots=True, repr=False)
class Open:
    """A collection whose end has not come yet."""

    value: Map | List
    start: int
    anchor: str | None
    tag: str | None
    key: Value | None = None
    key_start: int = 0
    merged: list[Value] = field(default_factory=list)


class Builder:
    """Puts events together to values, without recursion."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.parts: list[Value] = []
        self.anchors: dict[str, Value] = {}
        self.open: list[Open] = []
        self.too_deep = 0

    def event(self, event: Any) -> None:
        """Takes one of PyYAML's events."""
        name = type(event).__name__
        if self.too_deep:
            self._skip(name, event)
        elif name == "DocumentStartEvent":
            self.anchors = {}
        elif name in ("MappingStartEvent", "SequenceStartEvent"):
            self._start(name, event)
        elif name in ("MappingEndEvent", "SequenceEndEvent"):
            self._end(event)
        elif name == "ScalarEvent":
            span = self.source.characters(event.start_mark.index, event.end_mark.index)
            value = self._scalar(event, span)
            if event.anchor:
                self.anchors[event.anchor] = value
            self._put(value, event.start_mark.index, event.end_mark.index)
        elif name == "AliasEvent":
            start, end = event.start_mark.index, event.end_mark.index
            span = self.source.characters(start, end)
            missing = Unknown("syntax", "an alias whose anchor is not there", span)
            self._put(self.anchors.get(event.anchor, missing), start, end)

    def _skip(self, name: str, event: Any) -> None:
        if name.endswith("StartEvent"):
            self.too_deep += 1
        elif name.endswith("EndEvent"):
            self.too_deep -= 1
            if not self.too_deep:
                end = event.end_mark.index
                span = self.source.characters(end, end)
                self._put(Unknown("too-deep", "it is nested too deep", span), end, end)

    def _start(self, name: str, event: Any) -> None:
        if len(self.open) >= MAXIMUM_DEPTH:
            self.too_deep = 1
            return
        value: Map | List = Map() if name.startswith("Mapping") else List()
        start = event.start_mark.index
        self.open.append(Open(value, start, event.anchor, event.tag))
        if event.anchor:
            span = self.source.characters(start, start)
            self.anchors[event.anchor] = Unknown("cycle", "it is made from itself", span)

    def _end(self, event: Any) -> None:
        done = self.open.pop()
        # of a block collection the end mark stands at the next token: its last entry's end counts
        end = event.end_mark.index
        if event.start_mark.index == event.end_mark.index:
            end = max(done.start, len(self.source.text[:end].rstrip()))
        span = self.source.characters(done.start, end)
        if isinstance(done.value, Map):
            self._merge(done.value, done.merged)
        value: Value = Known(done.value, span)
        if done.tag and done.tag.startswith("!"):
            value = Unknown("computed", f"the tag {done.tag[:40]} is not evaluated", span)
        if done.anchor:
            self.anchors[done.anchor] = value
        self._put(value, done.start, end)

    def _merge(self, made: Map, merged: list[Value]) -> None:
        """`<<`: the map's own keys win, then the maps in their order (yaml.org/type/merge)."""
        waiting: list[Value] = []
        for value in merged:
            listed = isinstance(value, Known) and isinstance(value.value, List)
            waiting += list(value.value) if isinstance(value, Known) and listed else [value]
        keys = {entry.key for entry in made.entries}
        brought: list[Entry] = []
        for value in waiting:
            if isinstance(value, Known) and isinstance(value.value, Map):
                new = [e for e in value.value.entries if e.key is None or e.key not in keys]
                keys |= {entry.key for entry in new}
                brought = new + brought
            else:
                text = "what is merged here can't be told"
                brought.insert(0, Entry(None, Unknown("computed", text, value.span), value.span))
        made.entries[:0] = brought

    def _scalar(self, event: Any, span: Span) -> Value:
        text, tag = event.value, event.tag
        raw = self.source.text[event.start_mark.index : event.end_mark.index]
        if tag in REFERENCES:
            return Known(Special(tag, text), span, raw=raw)
        if tag == "!vault":
            return Unknown("encrypted", "it is encrypted by Ansible's vault", span)
        if tag and tag not in ("!", "tag:yaml.org,2002:str"):
            if tag.startswith("tag:yaml.org,2002:") and not tag.endswith("binary"):
                return Known(resolve(text, "1.1"), span, raw=raw, style="quoted")
            return Unknown("computed", f"the tag {tag[:40]} is not evaluated", span)
        if event.style in ("|", ">"):
            return Known(text, span, raw=raw, style="block")
        if event.style in ("'", '"') or tag:
            return Known(text, span, raw=raw, style="quoted")
        return Known(resolve(text), span, raw=text, style="plain")

    def _put(self, value: Value, start: int, end: int) -> None:
        if not self.open:
            self.parts.append(value)
            return
        top = self.open[-1]
        if isinstance(top.value, List):
            top.value.items.append(Entry(None, value, self.source.characters(start, end)))
        elif top.key is None:
            top.key, top.key_start = value, start
        else:
            key, top.key = top.key, None
            span = self.source.characters(top.key_start, end)
            if isinstance(key, Known) and key.raw == "<<" and key.style == "plain":
                top.merged.append(value)
            elif isinstance(key, Known) and isinstance(key.value, str | int | float | bool):
                top.value.entries.append(Entry(self._key(key), value, span))
            elif isinstance(key, Known) and key.value is None:
                top.value.entries.append(Entry("", value, span))
            else:
                text = "which key this is can't be told"
                top.value.entries.append(Entry(None, Unknown("computed", text, span), span))

    def _key(self, key: Known) -> Any:
        # GitHub's `on:` is a name for everybody who looks for it: keys are their text
        return key.raw if key.style == "plain" and not isinstance(key.value, int) else key.value

    def finish(self, problem: Unknown) -> None:
        """What was open when the text stopped to parse: its further keys can't be told."""
        while self.open:
            done = self.open.pop()
            if isinstance(done.value, Map):
                done.value.entries.insert(0, Entry(None, problem, problem.span))
                self._merge(done.value, done.merged)
            else:
                done.value.open = problem
            self._put(Known(done.value, problem.span), done.start, done.start)
        if not self.parts:
            self.parts.append(problem)


def read(source: Source) -> Document:
    """The documents of a file. Never raises: from where it doesn't parse, keys are Unknown."""
    import yaml

    loader = getattr(yaml, "CLoader", yaml.SafeLoader)  # only its parser is used: no constructor
    builder = Builder(source)
    errors = False
    try:
        for event in yaml.parse(source.text, Loader=loader):
            builder.event(event)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        errors = True
        mark = getattr(error, "problem_mark", None)
        place = min(mark.index, len(source.text)) if mark is not None else 0
        span = source.characters(place, place)
        builder.finish(Unknown("syntax", "this is no YAML from here on", span))
    return Document(source.file, "yaml", tuple(builder.parts), errors)

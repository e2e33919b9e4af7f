"""A file that stands as a block of text in a document: `grafana.ini: |` of a ConfigMap.

This module knows how its lines stand in the outer file. It must not know any program's file.
"""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

from smtpdoctor.settings.readers.model import Entry, Known, List, Map, Span, Unknown, Value
from smtpdoctor.settings.readers.project import DOCUMENTS, format_of
from smtpdoctor.settings.readers.source import Source

DEEPEST = 50


def read_embedded(outer: Source, block: Known, name: str) -> Value:
    """The root of the inner file, every place one of the outer file."""
    format_ = format_of(name)
    if block.span is None or format_ not in DOCUMENTS:
        return Unknown("unreadable", "no reader for files of this name", block.span)
    lines = outer.text.split("\n")
    first, last = block.span.line, block.span.end_line  # the block begins below its mark
    inner = lines[first:last]
    indent = min((len(line) - len(line.lstrip()) for line in inner if line.strip()), default=0)
    text = "\n" * first + "\n".join(line[indent:] for line in inner)
    module, function = DOCUMENTS[format_]
    read = getattr(import_module(f"smtpdoctor.settings.readers.{module}"), function)
    return _moved(read(Source(outer.file, text.encode())).root, indent, 0)


def _moved(value: Value, by: int, depth: int) -> Value:
    """The same with every column moved."""
    span = _along(value.span, by)
    if isinstance(value, Unknown) or depth > DEEPEST:
        return replace(value, span=span)
    inner = value.value
    if isinstance(inner, Map):
        entries = [
            Entry(each.key, _moved(each.value, by, depth + 1), _along(each.span, by))
            for each in inner.entries
        ]
        return replace(value, value=Map(entries, inner.kind), span=span)
    if isinstance(inner, List):
        items = [
            Entry(None, _moved(each.value, by, depth + 1), _along(each.span, by))
            for each in inner.items
        ]
        return replace(value, value=List(items, inner.open), span=span)
    return replace(value, span=span)


def _along(span: Span | None, by: int) -> Span | None:
    if span is None:
        return None
    return replace(span, columns=(span.columns[0] + by, span.columns[1] + by))

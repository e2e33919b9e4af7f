"""JSON, with the comments and last commas that many tools allow.

This module knows the format. It must not know any program's file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from smtpdoctor.settings.readers.document import Document
from smtpdoctor.settings.readers.javascript import unescape
from smtpdoctor.settings.readers.model import Entry, Known, List, Map, Unknown, Value
from smtpdoctor.settings.readers.source import Source
from smtpdoctor.settings.readers.tree import MAXIMUM_DEPTH, parse

if TYPE_CHECKING:
    from tree_sitter import Node

CONSTANTS = {"true": True, "false": False, "null": None}


def read(source: Source) -> Document:
    """The document. Never raises; what doesn't parse is Unknown."""
    root, _ = parse(source, "tree_sitter_json")
    values = [child for child in root.named_children if child.type not in ("comment", "ERROR")]
    parts = tuple(value_of(source, value, 0) for value in values[:1])
    if not parts and root.has_error:
        span = source.span(0, len(source.bytes))
        parts = (Unknown("syntax", "this is no JSON", span),)
    return Document(source.file, "json", parts, root.has_error)


def value_of(source: Source, node: Node, depth: int) -> Value:
    span = source.span(node.start_byte, node.end_byte)
    text = source.slice(node.start_byte, node.end_byte)
    if depth > MAXIMUM_DEPTH:
        return Unknown("too-deep", "it is nested too deep", span)
    if node.is_missing:
        return Unknown("syntax", "this doesn't parse", span)
    match node.type:
        case "string":
            return Known(unescape(text[1:-1]), span, raw=text, style="quoted")
        case "number":
            return number_of(text, source, node)
        case "true" | "false" | "null":
            return Known(CONSTANTS[node.type], span, raw=text, style="plain")
        case "object":
            return Known(map_of(source, node, depth), span)
        case "array":
            made = List()
            for child in node.named_children:
                if child.type not in ("comment", "ERROR"):
                    place = source.span(child.start_byte, child.end_byte)
                    made.items.append(Entry(None, value_of(source, child, depth + 1), place))
            return Known(made, span)
    return Unknown("syntax", "this doesn't parse", span)


def number_of(text: str, source: Source, node: Node) -> Value:
    span = source.span(node.start_byte, node.end_byte)
    try:
        value = int(text) if text.lstrip("-").isdigit() and len(text) < 400 else float(text)
    except ValueError:
        return Unknown("syntax", "a number that is not understood", span)
    return Known(value, span, raw=text, style="plain")


def map_of(source: Source, node: Node, depth: int) -> Map:
    made = Map()
    for pair in node.named_children:
        place = source.span(pair.start_byte, pair.end_byte)
        key_node = pair.child_by_field_name("key") if pair.type == "pair" else None
        value_node = pair.child_by_field_name("value") if pair.type == "pair" else None
        if key_node is not None and value_node is not None and key_node.type == "string":
            key = unescape(source.slice(key_node.start_byte, key_node.end_byte)[1:-1])
            made.entries.append(Entry(key, value_of(source, value_node, depth + 1), place))
        elif pair.type == "ERROR" and source.slice(pair.start_byte, pair.end_byte).strip() != ",":
            # first, so that it stands for the keys that are not found elsewhere
            made.entries.insert(
                0, Entry(None, Unknown("syntax", "this doesn't parse", place), place)
            )
    return made

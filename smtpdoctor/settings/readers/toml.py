"""TOML 1.0, with the place of every value.

This module knows the format. It must not know any program's file.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from smtpdoctor.settings.readers.document import Document
from smtpdoctor.settings.readers.model import Entry, Known, List, Map, Span, Unknown, Value
from smtpdoctor.settings.readers.source import Source
from smtpdoctor.settings.readers.tree import MAXIMUM_DEPTH, parse

if TYPE_CHECKING:
    from tree_sitter import Node

ESCAPE = re.compile(
    r"\\(?:u(?P<four>[0-9a-fA-F]{4})|U(?P<eight>[0-9a-fA-F]{8})|(?P<line>[ \t]*\r?\n\s*)"
    r"|(?P<one>.))",
    re.DOTALL,
)
SHORT = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "e": "\x1b"}

#: What stands last under each key of each table: a table of many is not looked through for each.
Last = defaultdict[int, dict[str, Value]]


def read(source: Source) -> Document:
    """The document. Never raises; what doesn't parse is Unknown."""
    tree, _ = parse(source, "tree_sitter_toml")
    root, last = Map(), Last(dict)
    for node in tree.named_children:
        if node.type == "pair":
            put(source, root, node, 0, last)
        elif node.type in ("table", "table_array_element"):
            table(source, root, node, last)
        elif node.type == "ERROR":
            span = source.span(node.start_byte, node.end_byte)
            root.entries.insert(0, Entry(None, Unknown("syntax", "this doesn't parse", span), span))
    span = source.span(0, len(source.bytes))
    return Document(source.file, "toml", (Known(root, span),), tree.has_error)


def table(source: Source, root: Map, node: Node, last: Last) -> None:
    children = [child for child in node.named_children if child.type != "comment"]
    if not children or children[0].type == "pair":
        return
    path = keys_of(source, children[0])
    span = source.span(children[0].start_byte, children[0].end_byte)
    target = root
    for key in path[:-1] if node.type == "table_array_element" else path:
        target = inner(target, key, span, last)
    if node.type == "table_array_element":
        name = path[-1] if path else ""
        found = last[id(target)].get(name) if path else None
        if isinstance(found, Known) and isinstance(found.value, List):
            listed = found.value
        else:
            listed = List()
            add(target, name, Known(listed, span), span, last)
        target = Map()
        listed.items.append(Entry(None, Known(target, span), span))
    for child in children[1:]:
        if child.type == "pair":
            put(source, target, child, 0, last)


def add(target: Map, key: str, value: Value, span: Span, last: Last) -> None:
    target.entries.append(Entry(key, value, span))
    last[id(target)][key] = value


def inner(target: Map, key: str, span: Span, last: Last) -> Map:
    """The table under a key, of an array of tables the last one; made where it is not there."""
    found = last[id(target)].get(key)
    if isinstance(found, Known) and isinstance(found.value, List) and found.value.items:
        found = found.value.items[-1].value
    if isinstance(found, Known) and isinstance(found.value, Map):
        return found.value
    made = Map()
    add(target, key, Known(made, span), span, last)
    return made


def put(source: Source, target: Map, pair: Node, depth: int, last: Last) -> None:
    children = [child for child in pair.named_children if child.type != "comment"]
    if len(children) < 2:
        return
    path = keys_of(source, children[0])
    span = source.span(pair.start_byte, pair.end_byte)
    for key in path[:-1]:
        target = inner(target, key, span, last)
    if path:
        add(target, path[-1], value_of(source, children[-1], depth + 1), span, last)


def keys_of(source: Source, node: Node) -> list[str]:
    """`a."b c".d` as its parts."""
    parts: list[str] = []
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if each.type == "dotted_key":
            waiting += reversed(each.named_children)
        else:
            text = source.slice(each.start_byte, each.end_byte)
            parts.append(text_of(text) if each.type == "quoted_key" else text)
    return parts


def text_of(text: str) -> str:
    """A string's value, from all of its characters."""
    for mark in ('"""', "'''"):
        if text.startswith(mark) and len(text) >= 6:
            text = re.sub(r"\A\r?\n", "", text[3:-3])
            return unescape(text) if mark == '"""' else text
    return unescape(text[1:-1]) if text.startswith('"') else text[1:-1]


def unescape(text: str) -> str:
    def replace(match: re.Match[str]) -> str:
        code = match["four"] or match["eight"]
        if code:
            number = int(code, 16)
            return chr(number) if number <= 0x10FFFF else "�"
        return "" if match["line"] else SHORT.get(match["one"], match["one"])

    return ESCAPE.sub(replace, text)


def value_of(source: Source, node: Node, depth: int) -> Value:
    span = source.span(node.start_byte, node.end_byte)
    text = source.slice(node.start_byte, node.end_byte)
    if depth > MAXIMUM_DEPTH:
        return Unknown("too-deep", "it is nested too deep", span)
    if node.is_missing:
        return Unknown("syntax", "this doesn't parse", span)
    match node.type:
        case "string":
            return Known(text_of(text), span, raw=text, style="quoted")
        case "boolean":
            return Known(text == "true", span, raw=text, style="plain")
        case "integer" | "float":
            return number_of(text, span)
        case "array":
            return Known(array_of(source, node, depth), span)
        case "inline_table":
            table_, last = Map(), Last(dict)
            for child in node.named_children:
                if child.type == "pair":
                    put(source, table_, child, depth, last)
            return Known(table_, span)
    if node.type.startswith(("local_", "offset_")):  # dates and times, kept as they are written
        return Known(text, span, raw=text, style="plain")
    return Unknown("syntax", "this doesn't parse", span)


def array_of(source: Source, node: Node, depth: int) -> List:
    made = List()
    for child in node.named_children:
        if child.type != "comment":
            place = source.span(child.start_byte, child.end_byte)
            made.items.append(Entry(None, value_of(source, child, depth + 1), place))
    return made


def number_of(text: str, span: Span) -> Value:
    clean = text.replace("_", "")
    try:
        if clean[:2] in ("0x", "0o", "0b"):
            value: int | float = int(clean, 0)
        elif re.fullmatch(r"[+-]?\d{1,300}", clean):
            value = int(clean)
        else:
            value = float(clean)
    except ValueError:
        return Unknown("syntax", "a number that is not understood", span)
    return Known(value, span, raw=text, style="plain")

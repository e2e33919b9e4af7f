"""HOCON (lightbend/config, HOCON.md) and Hjson, as far as both write settings: in their order.

This module knows the format: braces, paths with dots, comments, values with and without quotes. It
must not know what a path means, nor where a `${NAME}` leads. Lists are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from smtpdoctor.settings.readers.model import Span
from smtpdoctor.settings.readers.source import Source

#: What is not closed goes to its line's or the file's end: no text is looked through twice.
TOKEN = re.compile(
    r"""(?P<blank>[ \t,]+)|(?P<line>\r?\n)|(?P<comment>(?:\#|//)[^\n]*)"""
    r"""|(?P<block>/\*(?:.*?\*/|.*\Z))"""
    r"""|(?P<long>\"{3}(?:.*?\"{3}|.*\Z)|'{3}(?:.*?'{3}|.*\Z))"""
    r"""|(?P<quoted>"(?:\\[^\n]|[^"\\\n])*"?|'(?:\\[^\n]|[^'\\\n])*'?)"""
    r"""|(?P<sign>[{}\[\]]|\+?=|:)|(?P<plain>(?:\$\{[^{}\n]{0,200}\}|(?!//)[^\s,{}\[\]=:\#"'+]|\+(?!=))+)"""
    r"""|(?P<other>.)""",
    re.DOTALL,
)
#: Paths and braces within braces beyond this are nobody's settings.
DEEPEST = 50
SUBSTITUTION = re.compile(r"\$\{(?P<optional>\??)(?P<name>[^}\n]+)\}")


@dataclass(frozen=True, slots=True)
class Setting:
    """One value at its path. `text` is None where it is put together from several; `name` is what
    it is filled from, `optional` whether it keeps an earlier value where that is not set. `raw` is
    the text as it stands, with a comment that no blank sets apart from it."""

    path: tuple[str, ...]
    text: str | None
    span: Span
    raw: str = ""
    name: str = ""
    optional: bool = False


def read(source: Source) -> Iterator[Setting]:  # branches: one a kind of token
    """Every setting of the file, in order; of one path the later counts."""
    at: list[tuple[str, ...]] = [()]
    key: tuple[str, ...] = ()
    value: list[re.Match[str]] | None = None
    brackets = 0
    for token in TOKEN.finditer(source.text):
        kind, sign = token.lastgroup, token.group()
        if brackets or (kind == "sign" and sign in "[]"):
            brackets = max(0, brackets + {"[": 1, "]": -1}.get(sign if kind == "sign" else "", 0))
            value = None
        elif kind in ("line", "comment", "block") or sign == "}":
            # Hjson ends a plain text at the line's end, HOCON too
            if value:
                behind = sign if kind == "comment" and value[-1].end() == token.start() else ""
                yield _setting(source, (*at[-1], *key), value, behind)
            value, key = None, () if kind == "line" or sign == "}" else key
            at = (at[:-1] or at) if sign == "}" else at
        elif sign == "{":
            if len(at) > DEEPEST or len(key) > DEEPEST:
                return
            at.append((*at[-1], *key))
            value, key = None, ()
        elif kind == "sign" and value is None:
            value = []
        elif kind == "blank" and value and "," in sign:
            yield _setting(source, (*at[-1], *key), value)
            value, key = None, ()
        elif kind != "blank" and value is not None:
            value.append(token)
        elif kind in ("plain", "quoted"):
            named = (_unquoted(sign),) if kind == "quoted" else sign.strip(".").split(".")
            # of what is no path the last words are kept: `include "other"` stands before a key
            key = (*(key if kind == "plain" else ()), *named)[-DEEPEST:]
    if value:
        yield _setting(source, (*at[-1], *key), value)


def _setting(
    source: Source, path: tuple[str, ...], value: list[re.Match[str]], behind: str = ""
) -> Setting:
    first, last = value[0], value[-1]
    quoted = len(value) == 1 and first.lastgroup in ("quoted", "long")
    size = 3 if first.lastgroup == "long" else 1
    inner = (first.start() + size, first.end() - size) if quoted else (first.start(), last.end())
    written = source.text[first.start() : last.end()]
    span = source.characters(*inner)
    found = SUBSTITUTION.fullmatch(written)
    if found is not None:
        return Setting(path, None, span, "", found["name"].strip(), bool(found["optional"]))
    if "${" in written and not quoted:
        return Setting(path, None, span)
    return Setting(path, _unquoted(written) if quoted else written, span, written + behind)


def _unquoted(text: str) -> str:
    size = 3 if text[:3] in ('"""', "'''") else 1
    if text[:1] not in "\"'":
        return text
    closed = len(text) >= 2 * size and text.endswith(text[:size])
    inner = text[size:-size] if closed else text[size:]
    return inner if size == 3 else re.sub(r"\\(.)", r"\1", inner)

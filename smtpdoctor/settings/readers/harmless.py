"""Which parts of a file's lines hold no value of anybody's: names, operators, keywords, keys.

Everything else (literals, comments, what does not parse) may be a secret. This module knows
tokens. It must not know what a line is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from smtpdoctor.settings.readers.model import Span
from smtpdoctor.settings.readers.source import Source

if TYPE_CHECKING:
    from tree_sitter import TreeCursor

#: Grammars by the end of a file's name: module and function.
GRAMMARS = {
    **dict.fromkeys(("js", "mjs", "cjs", "jsx"), ("tree_sitter_javascript", "language")),
    **dict.fromkeys(("ts", "mts", "cts"), ("tree_sitter_typescript", "language_typescript")),
    "tsx": ("tree_sitter_typescript", "language_tsx"),
    "py": ("tree_sitter_python", "language"),
    "php": ("tree_sitter_php", "language_php"),
    "rb": ("tree_sitter_ruby", "language"),
    "go": ("tree_sitter_go", "language"),
}
#: Nodes whose text may be anything: literals, comments, and what was not understood.
VALUES = re.compile(
    r"comment|string|template|text|char|number|integer|float|regex|heredoc|nowdoc|symbol|escape|"
    r"ERROR|shebang|hash_bang|scalar|literal"
)
#: Names though they are literals: Ruby's `port:` and `:port`.
SYMBOLS = ("hash_key_symbol", "simple_symbol")
#: Words of a language that hold nothing, though they are literals.
WORDS = re.compile(rb"(?i)true|false|null|nil|none|undefined")
#: The key of a line in a document: `host: `, `SMTP_HOST=`, `"host": `, `[section]`, `<key>`.
KEY = re.compile(
    r"""^\s*(?:export\s+|-\s+|set\s+|default\s+)*
        (?:["']?[A-Za-z_][\w.\-/]{0,80}["']?\s*(?:=>|:=|[:=])[ \t]*
          |\[[\w. \-"]{1,60}\]\s*$
          |</?[\w:.-]{1,60}/?>)""",
    re.VERBOSE,
)
MOST_TOKENS = 200_000


def harmless(source: Source) -> Iterator[Span]:
    """The spans, each within one line, that may be shown as they stand."""
    ending = source.file.rpartition("/")[2].rpartition(".")[2].lower()
    if ending in GRAMMARS:
        yield from _tokens(source, *GRAMMARS[ending])
    else:
        yield from _keys(source)


def _keys(source: Source) -> Iterator[Span]:
    for number, line in enumerate(re.split("\r\n|\n|\r", source.text), 1):
        if found := KEY.match(line):
            yield Span(source.file, number, (1, found.end() + 1), number)


def _tokens(source: Source, module: str, function: str) -> Iterator[Span]:
    from smtpdoctor.settings.readers.tree import parse

    broken: set[int] = set()
    found = list(_understood(source, parse(source, module, function).walk(), broken))
    # a quote that is never closed makes names of what was a text: such a line shows its key alone
    yield from (span for span in found if span.line not in broken)
    yield from (span for span in _keys(source) if span.line in broken)


def _understood(source: Source, cursor: TreeCursor, broken: set[int]) -> Iterator[Span]:
    """The tokens that hold no value; `broken` gets the lines that don't parse."""
    for _ in range(MOST_TOKENS):
        node = cursor.node
        if node is None:
            return
        if node.type == "ERROR" or node.is_missing:
            place = source.span(node.start_byte, node.end_byte)
            broken.update(range(place.line, place.end_line + 1))
        is_value = VALUES.search(node.type) is not None and node.is_named
        is_value = is_value and node.type not in SYMBOLS
        if node.child_count == 0 or is_value:
            text = source.bytes[node.start_byte : node.end_byte]
            if text and b"\n" not in text and (not is_value or WORDS.fullmatch(text)):
                yield source.span(node.start_byte, node.end_byte)
        if not is_value and cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return

"""Which parts of a file's lines hold no value of anybody's: names, operators, keywords, keys.

Everything else (literals, comments, what does not parse) may be a secret. This module knows
tokens, and what settings are called. It must not know what a line is about, nor any value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, Protocol

from smtpdoctor.settings.model import MASK, UNNAMED
from smtpdoctor.settings.readers.model import Span
from smtpdoctor.settings.readers.source import Source

if TYPE_CHECKING:
    from tree_sitter import Node, TreeCursor

#: Grammars by the end of a file's name: module and function.
GRAMMARS = {
    **dict.fromkeys(("js", "mjs", "cjs", "jsx"), ("tree_sitter_javascript", "language")),
    **dict.fromkeys(("ts", "mts", "cts"), ("tree_sitter_typescript", "language_typescript")),
    "tsx": ("tree_sitter_typescript", "language_tsx"),
    **dict.fromkeys(("py", "ipynb"), ("tree_sitter_python", "language")),
    "php": ("tree_sitter_php", "language_php"),
    "rb": ("tree_sitter_ruby", "language"),
    **dict.fromkeys(("ex", "exs"), ("tree_sitter_elixir", "language")),
    "go": ("tree_sitter_go", "language"),
    **dict.fromkeys(("ps1", "psm1"), ("tree_sitter_powershell", "language")),
}
#: Nodes whose text may be anything: literals, comments, and what was not understood.
VALUES = re.compile(
    r"comment|string|template|text|char|number|integer|float|regex|heredoc|nowdoc|symbol|escape|"
    r"ERROR|shebang|hash_bang|scalar|literal|sigil|charlist|quoted|generic_token"
)
#: No values though they are called so: Ruby's `port:`, what stands around the parts of a value
#: (Go's `Config{Port: 587}`, PowerShell's `@{ Port = 587 }`), and types.
NAMES = (
    *("hash_key_symbol", "composite_literal", "literal_value", "literal_element", "type_literal"),
    *("hash_literal_expression", "hash_literal_body", "array_literal_expression"),
)
#: A value that is one piece of text, without anything put into it.
TEXTS = re.compile(r"(interpreted_|raw_)?string(_literal)?|encapsed_string|simple_symbol")
#: What a value is the key of: `config["PORT"]`, `{"port": 587}`, `'port' => 587`.
KEYED = ("subscript", "subscript_expression", "element_reference", "index_expression", "pair",
         "array_element_initializer", "keyed_element")  # fmt: skip
#: Words of a language that hold nothing, though they are literals.
WORDS = re.compile(r"(?i)true|false|null|nil|none|undefined")
#: What programs call their ways of running, where they compare what says which it is.
PROFILES = re.compile(r"production|prod|development|dev|staging|test")
PROFILE = re.compile(r"(?i)(?:\b|_)ENV(?:IRONMENT)?\b(?!\s*[.\[(])")
COMPARISONS = re.compile(r"binary_expression|comparison_operator|binary")

#: What names of settings are made of. A name of these alone is nobody's secret.
_NAMES = """
addr address allow api app auth authenticated authentication authtype auto backend bcc bool cc
cert certificate certificates check checkserveridentity class client config configuration
connection connectiontimeout cram create crypto database debug default deliver delivery django
domain driver dsn email emails enable enabled encrypt encryption env environment errors factory fail
fallback file flask force from get global gmail header helo host hostname id ignore implicit int key
keyfile local localhost login mail mailer mailers mailgun mandrill md5 mechanisms message method
mode name node none notification notifications opportunistic options outgoing pass passwd password
peer plain port postmark production protocol protocols provider pwd raise recipient reject relay
relayhost reply require required return scheme secret secrets secure security send sender sendgrid
sendmail server service ses session setting settings site smtp smtps socket ssl starttls str
stream string submission support test timeout tls to token transport trust type uid unauthorized
uri url use user username value var verify writetimeout xoauth2
"""
SETTING_WORDS = frozenset(_NAMES.split())
_READING = """
application array await bytes constructor credentials decode decrypt environ expect fetch format
getconfiguration getenv getenvironmentvariable getproperty getrequiredservice getstring getvalue
import include into_string isset lookup lookupenv nameof number option_env optional parse
password_hash private process properties public rails read readfile readfilesync readstring
resolve return runtime secretmanager static string system to_owned to_string toarray tochararray
tostring trim typeof undefined unwrap unwrap_or unwrap_or_default unwrap_or_else
"""
#: What languages and frameworks call what reads a setting.
READING_NAMES = frozenset(_READING.split())
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+\d?|[\d_.:\-]|(?P<other>.)")
#: What the key of a setting has in it, beside a plain word.
SETTING_KEY = re.compile(r"[_.:]")
#: How variables are written: without digits, as generated secrets have them.
VARIABLE = re.compile(r"[A-Z]+(_[A-Z]+)+")
LONGEST_NAME = 60
#: How names of variables and keys are made: words, and one short number at most. What is generated
#: and what is typed as a password has other characters, or digits among its letters.
PLAIN_NAME = re.compile(
    r"(?=.{1,60}\Z)(?=\D*\d{0,2}\D*\Z)(?=.*[_.:]|[^-]*\Z)[A-Za-z0-9_.:-]+"
    r"|(?=.{1,60}\Z)[A-Z]+[0-9]?(?:_[A-Z0-9]+)+"
)
#: A piece of a reason: our own words, and names and paths of the file, which end in no padding
#: and have no plus sign, as base64 has.
PIECE = re.compile(r"[^\s“”\"',;()]+")
NAMED = re.compile(r"[\w./:@$?=<>{}\[\]…•-]+(?<!=)|[a-z]+\+[a-z]+|\W{1,3}")
_INTO_DIGITS = re.compile(r"(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])")
#: As often letters and digits may follow each other in a name: `S3_HOST2`, `utf8mb4`.
MOST_CHANGES = 3
EXPRESSION = re.compile(r"""(?:[A-Za-z_]+|\b\d{1,5}\b|[\s'"\[\](){}|?:$.,=-])+""")
#: The key of a line in a document: `host: `, `SMTP_HOST=`, `"host": `, `[section]`, `<key>`.
KEY = re.compile(
    r"""^\s*(?:export\s+|-\s+|set\s+|default\s+)*
        (?:["']?[A-Za-z_][\w.\-/]{0,80}["']?\s*(?:=>|:=|[:=])[ \t]*
          |\[[\w. \-"]{1,60}\]\s*$
          |</?[\w:.-]{1,60}/?>)""",
    re.VERBOSE,
)


#: A key of a Go field's tag and its value: `env:"SMTP_HOST,required"`.
TAG = re.compile(r"`?\b([\w-]+:)(\"[^\"\\]*\")`?")
TAG_WORDS = frozenset({"", "-", "required", "notEmpty", "omitempty", "squash", "inline"})
#: What ends an item of JSON: what stands in a text has its quote behind it.
ENDS_ITEM = re.compile(r"(?<=[\"\w\]}]),\s*$")


class HarmlessTokens(Protocol):
    """What of the lines of one file holds no value."""

    @property
    def is_code(self) -> bool: ...

    def harmless(self, line: int) -> list[Span]: ...

    def literals(self, span: Span) -> list[Literal]: ...


def tokens_of(source: Source) -> HarmlessTokens:
    """The tokens of a file, by the reader that its language has."""
    from smtpdoctor.settings.readers.project import CURLY, language_of

    language = language_of(source.file)
    if language in CURLY:
        from smtpdoctor.settings.readers.curly_harmless import CurlyTokens

        return CurlyTokens(source, language)
    return Tokens(source)


class Literal(NamedTuple):
    """A value as it is written: its place with its quotes, and the text between them."""

    span: Span
    text: str


class Tokens:
    """What of the lines of one file holds no value."""

    def __init__(self, source: Source) -> None:
        from smtpdoctor.settings.readers.project import code_ending

        self._source = source
        name = source.file.rpartition("/")[2].lower().rpartition(".")[0]
        self._grammar = GRAMMARS.get(code_ending(source) if not name.endswith(".ini") else "")

    @property
    def is_code(self) -> bool:
        """Whether the file has a syntax whose values are known; else keys alone are."""
        return self._grammar is not None

    @cached_property
    def _root(self) -> Node | None:
        from smtpdoctor.settings.readers.tree import parse

        return parse(self._source, *self._grammar)[0] if self._grammar is not None else None

    def harmless(self, line: int) -> list[Span]:
        """The parts of a line that may be shown as they stand."""
        found = []
        for node, is_value in self._of_line(line):
            if node is None:
                return self._key(line)
            if not is_value or self._is_word(node):
                found.append(self._source.span(node.start_byte, node.end_byte))
            elif _is_tag(node):
                found += self._names_of_tag(node)
        return found if self.is_code else self._key(line)

    def literals(self, span: Span) -> list[Literal]:
        """The values that stand in a span of one line; none where it doesn't parse."""
        found = []
        for node, is_value in self._of_line(span.line):
            if node is None:
                return []
            if _is_tag(node):
                found += [each for each in self._tag(node) if _within(each.span, span)]
                continue
            place = self._source.span(node.start_byte, node.end_byte)
            if is_value and _within(place, span) and place.end_line == span.line:
                text = self._text(node)
                if text is not None:
                    found.append(Literal(place, text))
        return found

    def _tag(self, node: Node) -> list[Literal]:
        """The values in the tag of a Go field, with their quotes: `env:"HOST" envDefault:"x"`."""
        found = []
        for value in TAG.finditer(_slice(self._source, node)):
            start, end = (node.start_byte + len(value.string[:at].encode()) for at in value.span(2))
            found.append(Literal(self._source.span(start, end), value[2][1:-1]))
        return found

    def _names_of_tag(self, node: Node) -> list[Span]:
        """What of a tag is a key, or says what a setting is called."""
        spans, written = [], _slice(self._source, node)
        for value in TAG.finditer(written):
            words = value[2][1:-1].split(",")
            named = "efault" not in value[1] and all(
                is_setting_name(word) or word in TAG_WORDS for word in words
            )
            end = value.end(2 if named else 1)
            start, end = (
                node.start_byte + len(written[:at].encode()) for at in (value.start(), end)
            )
            spans.append(self._source.span(start, end))
        return spans

    def _of_line(self, line: int) -> Iterator[tuple[Node | None, bool]]:
        """The tokens of a line, and whether each is a value. None: the line doesn't parse; a
        quote that is never closed makes names of what was a text."""
        place = self._source.line_bytes(line)
        if self._root is None or place is None:
            return
        found = list(_overlapping(self._root.walk(), *place))
        for (before, is_value), (after, follows) in pairwise(found):
            # a parser may take what follows a text for a further statement of the same line
            if before is not None and after is not None and is_value and not follows:
                between = self._source.bytes[before.end_byte : after.start_byte]
                if after.is_named and not between.strip():
                    yield None, False
                    return
        yield from found

    def _key(self, line: int) -> list[Span]:
        text = self._source.line(line)
        found = KEY.match(text)
        if found is None:
            return []
        spans = [Span(self._source.file, line, (1, found.end() + 1), line)]
        if self._source.file.endswith(".json") and (comma := ENDS_ITEM.search(text)):
            columns = (comma.start() + 1, comma.start() + 2)
            spans.append(Span(self._source.file, line, columns, line))
        return spans

    def _is_word(self, node: Node) -> bool:
        """Whether a value is one of the language's own words, or what a setting is called."""
        text = self._text(node)
        if text is None:
            return WORDS.fullmatch(_slice(self._source, node)) is not None
        if not text or WORDS.fullmatch(text):
            return not text or node.child_count == 0
        if PROFILES.fullmatch(text) and self._is_compared_with_profile(node):
            return True
        return is_setting_name(text) and _is_key(node, text)

    def _is_compared_with_profile(self, node: Node) -> bool:
        """`process.env.NODE_ENV === 'production'`."""
        around = node.parent
        return (
            around is not None
            and COMPARISONS.fullmatch(around.type) is not None
            and PROFILE.search(_slice(self._source, around)) is not None
        )

    def _text(self, node: Node) -> str | None:
        """The text of a literal that is one piece; None where it is made of several."""
        written = _slice(self._source, node)
        if "\n" in written:
            return None
        if not TEXTS.fullmatch(node.type):
            # PowerShell's numbers have a node of their own in them
            whole = all(
                each.byte_range == node.byte_range and not each.child_count
                for each in node.children
            )
            return written if whole and "comment" not in node.type else None
        if node.type == "simple_symbol":
            return written[1:]
        if any(VALUES.search(child.type) is None for child in node.named_children):
            return None
        quote = written[:1]
        if quote not in ("'", '"', "`") or written[-1:] != quote or len(written) < 2:
            return None
        return written[1:-1]


def is_setting_name(text: str) -> bool:
    """Whether the text is what a setting is called, in the usual words: `SMTP_HOST`, `mailPort`.

    A variable may have words of its project beside them: `SHOP_SMTP_HOST`.
    """
    if not 2 <= len(text) <= LONGEST_NAME:
        return False
    if VARIABLE.fullmatch(text):
        return any(word.lower() in SETTING_WORDS for word in text.split("_"))
    parts = list(_PARTS.finditer(text))
    words = [part[0].lower() for part in parts if part[0][0].isalpha()]
    known = all(word in SETTING_WORDS for word in words)
    return bool(words) and known and not any(part["other"] for part in parts)


def showable(variables: Iterable[str]) -> tuple[str, ...]:
    """The names of variables as they may be shown: those that settings have, UNNAMED where none of
    them is one."""
    given = tuple(variables)
    return tuple(filter(is_setting_name, given)) or (UNNAMED,) * bool(given)


def may_be_said(name: str) -> bool:
    """Whether what a look-up asks for has the form of a variable's name or a key, in words."""
    return is_setting_name(name) or PLAIN_NAME.fullmatch(name) is not None


def is_named(piece: str) -> bool:
    """Whether a piece of a sentence has the form of a word, a name or a path; what is generated
    or typed as a password has other characters, or digits among its letters."""
    return NAMED.fullmatch(piece) is not None and len(_INTO_DIGITS.findall(piece)) <= MOST_CHANGES


def said(name: str) -> str:
    """The name as a sentence may have it: a mask where it has not the form of one."""
    return name if may_be_said(name) else MASK


def without_values(text: str) -> str:
    """A sentence with a mask for each piece that may be a value."""
    return PIECE.sub(lambda piece: piece[0] if is_named(piece[0]) else MASK, text)


def is_name_of_code(text: str) -> bool:
    """Whether the text is a name of a setting, or of what languages read settings with."""
    return is_setting_name(text) or text.lower() in READING_NAMES


def is_plain_expression(text: str) -> bool:
    """Whether the text is made of names of settings and one number: `ENV['SMTP_PORT'] || 465`."""
    if not EXPRESSION.fullmatch(text):
        return False
    numbers = re.findall(r"\b\d+\b", text)
    names = re.findall(r"[A-Za-z_]+", text)
    return len(numbers) < 2 and all(
        name.upper() == "ENV" or is_setting_name(name) for name in names
    )


def _is_tag(node: Node) -> bool:
    around = node.parent
    return node.type == "raw_string_literal" and (
        around is not None and around.type == "field_declaration"
    )


def _within(inner: Span, outer: Span) -> bool:
    """Whether a place stands in another one of one line."""
    first, last = outer.columns
    return outer.line == outer.end_line == inner.line and (
        first <= inner.columns[0] and inner.columns[1] <= last
    )


def _slice(source: Source, node: Node) -> str:
    return source.slice(node.start_byte, node.end_byte)


def _is_key(node: Node, text: str) -> bool:
    """Whether the literal says which setting is meant: a key, or what a call asks for first."""
    at, around = node, node.parent
    while around is not None and around.type in ("argument", "literal_element"):
        at, around = around, around.parent
    if around is None:
        return False
    if around.type in ("arguments", "argument_list"):
        first = around.named_child(0)
        return first is not None and first.id == at.id and bool(SETTING_KEY.search(text))
    if around.type not in KEYED:
        return node.type == "simple_symbol"
    first = around.named_child(0)
    is_first = first is not None and first.id == at.id
    if around.type in ("pair", "array_element_initializer", "keyed_element"):
        return is_first and around.named_child_count > 1
    return not is_first


def _overlapping(cursor: TreeCursor, start: int, end: int) -> Iterator[tuple[Node | None, bool]]:
    """The tokens that overlap a range of bytes."""
    while True:
        node = cursor.node
        if node is None or node.start_byte >= end + node.is_missing:
            return
        overlaps = node.end_byte > start - node.is_missing
        if overlaps and (node.type == "ERROR" or node.is_missing):
            yield None, False
            return
        is_value = node.is_named and VALUES.search(node.type) is not None
        is_value = is_value and node.type not in NAMES
        if overlaps and (node.child_count == 0 or is_value):
            # a text of several lines, and a line's end, are no part of a line
            if node.end_byte > node.start_byte >= start and node.end_byte <= end:
                yield node, is_value
        elif overlaps and cursor.goto_first_child_for_byte(start) is not None:
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return

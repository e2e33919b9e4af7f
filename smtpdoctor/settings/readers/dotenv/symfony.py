r"""Symfony's Dotenv.

Sources: symfony/dotenv 5.4.53 and 7.1.5, Dotenv.php. One line that it can't read refuses the
whole file. A value is a row of quoted and bare pieces; `$NAME` counts outside single quotes, and
`$(…)` runs where symfony/process is installed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NoReturn

from smtpdoctor.settings.readers.dotenv.draft import (
    ASCII_SPACE,
    PHP_TRIM,
    Draft,
    RefusedError,
    Unknown,
    UntoldError,
    line_end,
    run_of,
    unified,
    without_commands,
)
from smtpdoctor.settings.readers.dotenv.model import Alteration, DotenvFile, Reader

NAME = r"_?[A-Za-z][A-Za-z0-9_]*+"
ASSIGNMENT = re.compile(rf"(?P<export>export[ \t]++)?(?P<name>{NAME})")
EMPTY = re.compile(r"[ \t]*+(?:#[^\n]*)?(?=\n|\Z)")
REFERENCE = re.compile(
    r"(?<!\\)(?P<backslashes>\\*+)\$(?!\()(?P<opening>\{)?"
    rf"(?P<name>{NAME})?(?P<default>:[-=][^}}]*+)?(?P<closing>\}})?"
)


class _Lexer:
    """Goes over the text once; every method moves on from `offset`."""

    def __init__(self, draft: Draft, environ: Mapping[str, str]) -> None:
        self.draft = draft
        self.text = draft.text
        self.environ = environ
        self.offset = 0
        self.name = ""

    def skip_empty_lines(self) -> None:
        while True:
            self.offset = run_of(self.text, ASCII_SPACE, self.offset)
            if not self.text.startswith("#", self.offset):
                return
            self.offset = line_end(self.text, self.offset)

    def name_of_line(self) -> str:
        found = ASSIGNMENT.match(self.text, self.offset)
        if found is None:
            raise RefusedError("name-invalid", self.offset)
        name = found["name"]
        following = self.text[found.end() : found.end() + 1]
        if following in ("", "\n", "#"):
            kind = "unset-exported" if found["export"] else "no-assignment"
            raise RefusedError(kind, self.offset, name)  # type: ignore[arg-type]
        if following in " \t":
            raise RefusedError("blank-after-name", self.offset, name)
        if following != "=":
            raise RefusedError("no-assignment", self.offset, name)
        self.offset = found.end() + 1
        return name

    def value(self, name: str) -> None:  # branches: Symfony's grammar of one value
        """Read the value and add the entry."""
        self.name = name
        start = self.offset
        empty = EMPTY.match(self.text, start)
        if empty:
            self.offset = empty.end()
            cut: list[Alteration] = ["cut-at-hash"] if "#" in empty.group() else []
            self.draft.add(name, "", start, start, cut)
            return
        if self.text[start] in " \t":
            raise RefusedError("blank-before-value", start, name)
        pieces: list[str] = []
        kinds: list[str] = []
        alterations: list[Alteration] = []
        untold: Unknown | None = None
        end = start
        while self.offset < len(self.text) and self.text[self.offset] != "\n":
            if self.text[self.offset] == "#" and kinds and kinds[-1] == "bare":
                break
            begin = self.offset
            quote = self.text[begin]
            try:
                pieces.append(self.piece(quote, alterations))
            except UntoldError as error:
                untold = Unknown(error.why)
                alterations.append("dollar-expanded")
                pieces.append("?")
            blank = not self.text[begin : self.offset].strip(PHP_TRIM)
            kinds.append(quote if quote in "'\"" else "bare")
            if blank:
                continue
            end = begin + len(self.text[begin : self.offset].rstrip(PHP_TRIM))
            if kinds[-1] != "bare":
                alterations.append("quotes-stripped" if begin == start else "quotes-removed")
        if self.text[self.offset : self.offset + 1] == "#":
            alterations.append("cut-at-hash")
        if "quotes-stripped" in alterations and end != self._first_piece_end(start):
            alterations = ["quotes-removed" if a == "quotes-stripped" else a for a in alterations]
        if "\n" in self.text[start:end]:
            alterations.append("lines-joined")
        if self.text[start] == "`":
            alterations.append("quotes-kept")
        self.draft.add(name, untold or "".join(pieces), start, end, alterations)

    def piece(self, quote: str, alterations: list[Alteration]) -> str:
        """What stands in one pair of quotes, or outside of them."""
        if quote == "'":
            return self.single_quoted()
        if quote == '"':
            return self.resolved(self.double_quoted(), alterations)
        return self.bare(alterations)

    def _first_piece_end(self, start: int) -> int:
        mark, self.offset = self.offset, start
        self.single_quoted() if self.text[start] == "'" else self.double_quoted()
        end, self.offset = self.offset, mark
        return end

    def single_quoted(self) -> str:
        start = self.offset + 1
        end = self.text.find("'", start)
        if end == -1:
            self.fail("quote-not-closed")
        self.offset = end + 1
        return self.text[start:end]

    def double_quoted(self) -> str:
        start = end = self.offset + 1
        while True:
            end = self.text.find('"', end)
            if end == -1:
                self.fail("quote-not-closed")
            # one backslash escapes, two do not, three do not either
            if not (self.text[end - 1] == "\\" and self.text[end - 2] != "\\"):
                break
            end += 1
        self.offset = end + 1
        return self.text[start:end]

    def bare(self, alterations: list[Alteration]) -> str:
        text = self.text
        characters: list[str] = []
        previous = text[self.offset - 1]
        offset = self.offset
        while offset < len(text) and text[offset] not in "\n\"'":
            character = text[offset]
            if character == "#" and previous in " \t":
                break
            if character == "\\" and text[offset + 1 : offset + 2] in ('"', "'"):
                offset += 1
                character = text[offset]
                alterations.append("escape-processed")
            characters.append(character)
            previous = character
            if character == "$" and text.startswith("(", offset + 1):
                end = self.nested(offset + 1)
                characters.append(text[offset + 1 : end])
                offset = end - 1
            offset += 1
        self.offset = offset
        value = "".join(characters).rstrip(PHP_TRIM)
        resolved = self.resolved(value, alterations, escapes=False)
        if resolved == value and any(character in ASCII_SPACE for character in value):
            self.fail("blank-in-value")
        return resolved

    def nested(self, offset: int) -> int:
        """Behind the parenthesis that closes the one at `offset`, in the same line."""
        depth = 0
        while depth or self.text[offset] == "(":
            if offset == len(self.text) or self.text[offset] == "\n":
                self.fail("reference-invalid")
            depth += {"(": 1, ")": -1}.get(self.text[offset], 0)
            offset += 1
            if depth == 0:
                break
        return offset

    def resolved(self, value: str, alterations: list[Alteration], *, escapes: bool = True) -> str:
        """The value with its escapes, commands, references and doubled backslashes resolved."""
        if escapes:
            meant = value.replace('\\"', '"').replace("\\r", "\r").replace("\\n", "\n")
            if meant != value:
                alterations.append("escape-processed")
            value = meant
        if "$" in value:
            expanded = self.references(without_commands(value))
            if expanded != value:
                alterations.append("dollar-expanded")
            value = expanded
        if "\\\\" in value:
            alterations.append("escape-processed")
        return value.replace("\\\\", "\\")

    def references(self, value: str) -> str:
        return REFERENCE.sub(self.reference, value)

    def reference(self, match: re.Match[str]) -> str:
        self.draft.budget.spend(len(match.group()))
        backslashes = match["backslashes"]
        if len(backslashes) % 2:
            return match.group()[1:]
        default = match["default"]
        if match["name"] is None and default is None and match["closing"] is None:
            return match.group()
        if match["opening"] and not match["closing"]:
            self.fail("reference-invalid")
        name = match["name"] or ""
        value = self.environ.get(name) or ""
        if name not in self.environ:
            value = self.draft.value_of(name) or ""
        if not value and default:
            if re.search(r"['\"{$]", default):
                self.fail("reference-invalid")
            value = default[2:]
            if default[1] == "=" and name:
                # sets the name, too
                offset = self.offset
                self.draft.add(name, value, offset, offset, from_reference=True)
        if not match["opening"] and match["closing"]:
            value += "}"
        self.draft.budget.spend(len(value))
        return backslashes + value

    def fail(self, kind: str) -> NoReturn:
        raise RefusedError(kind, min(self.offset, len(self.text)), self.name)  # type: ignore[arg-type]


def read(text: str, environ: Mapping[str, str]) -> DotenvFile:
    """`(new Dotenv())->load()`."""
    draft = Draft(unified(text))
    lexer = _Lexer(draft, environ)
    try:
        if text.startswith("\ufeff"):
            raise RefusedError("byte-order-mark", 0)
        lexer.skip_empty_lines()
        while lexer.offset < len(draft.text):
            name = lexer.name_of_line()
            if lexer.offset == len(draft.text):
                draft.add(name, "", lexer.offset, lexer.offset)
            else:
                lexer.value(name)
            lexer.skip_empty_lines()
    except RefusedError as error:
        draft.refuse(error)
    return draft.finish("symfony")


READERS = (
    Reader(name="symfony", title="Symfony's Dotenv", versions=("5.4.53", "7.1.5"), read=read),
)

"""The tokens of languages with braces: Java, Kotlin, C#, Rust, Dart.

This module knows comments, numbers, names, and every way in which these languages write a text. It
must not know what tokens make together (`curly`). Offsets are bytes of the `Source`: its bytes are
read as Latin-1, which has one character for each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.perl_tokens import PerlLexer

Kind = Literal["name", "number", "text", "op", "comment", "broken", "end"]
#: Code within a text within code …: deeper is nobody's settings.
MAXIMUM_NESTING = 12

SPACE = re.compile(r"\s+")
LINE_COMMENT = re.compile(r"//[^\n]*")
NAME = re.compile(r"[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*")
NUMBER = re.compile(r"0[xXbB][0-9A-Fa-f_]+\w*|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?\w*")
CHARACTER = re.compile(
    r"'(?:\\(?:u\{[0-9A-Fa-f_]{1,8}\}|u+[0-9A-Fa-f]{4}|[^\n]{1,3}?)|[^'\\\n]{1,4})'"
)
LIFETIME = re.compile(r"'[A-Za-z_]\w*")
#: Shifts are left out: two brackets of types in each other look the same.
OPERATOR = re.compile(
    r"\.\.\.|\.\.[=<]?|===|!==|\?\?=|<<=|::|->|=>|\?\.|\?:|\?\?|!!|\+\+|--|&&|\|\||"
    r"[-+*/%&|^=!<>]=|[-+*/%&|^~!<>=?:;,.@#()\[\]{}$\\]"
)
DIRECTIVE = re.compile(r"[ \t]*#[ \t]*(?P<word>\w+)[ \t]*(?P<rest>[^\r\n]*)")
ESCAPE = re.compile(
    r"\\(?:u\{(?P<braced>[0-9A-Fa-f_]{1,8})\}|u+(?P<four>[0-9A-Fa-f]{4})|x(?P<hex>[0-9A-Fa-f]{1,4})|"
    r"(?P<octal>[0-7]{1,3})|(?P<line>\r?\n[ \t\r\n]*)|(?P<one>[^\n]))"
)
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "s": " ", "e": "\x1b",
           "a": "\a", "v": "\v", "\\": "\\", "'": "'", '"': '"', "$": "$"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lexis:
    """How one language writes what the others write otherwise."""

    language: Literal["java", "kotlin", "csharp", "rust", "dart", "perl", "r"]
    nested_comments: bool = False
    many_lines: bool = False  # a text in plain quotes may go over lines


LEXES = {
    "java": Lexis("java"),
    "kotlin": Lexis("kotlin", nested_comments=True),
    "csharp": Lexis("csharp"),
    "dart": Lexis("dart", nested_comments=True),
    "rust": Lexis("rust", nested_comments=True, many_lines=True),
    # these two have a lexer of their own
    "perl": Lexis("perl", many_lines=True),
    "r": Lexis("r", many_lines=True),
}


@dataclass(slots=True, repr=False)
class Piece:
    """A part of a text: characters as they are meant, or the tokens of code put into it."""

    start: int
    end: int
    text: str | None = ""
    code: list[Token] | None = None


@dataclass(slots=True, repr=False)
class Token:
    """One token. `text` is a name or operator, or what a text in one piece says (None where it is
    not understood). `fresh`: a line ends before it."""

    kind: Kind
    start: int
    end: int
    text: str | None = ""
    fresh: bool = False
    pieces: list[Piece] = field(default_factory=list)


def utf8(text: str) -> str:
    """Bytes that were read as Latin-1, as what they say."""
    return text if text.isascii() else text.encode("latin-1", "replace").decode("utf-8", "replace")


class Lexer:
    """Reads the tokens of one text. It never raises, and looks at each byte a few times at most."""

    def __init__(self, content: bytes, language: str) -> None:
        self.text = content.decode("latin-1")
        self.lexis = LEXES[language]
        self.errors = False
        #: Comments, and what is no token: for what may be shown of a line.
        self.beside: list[Token] = []
        self._nesting = 0
        self._gave_up = False
        self._inverse = False

    def tokens(self) -> list[Token]:
        """All tokens but comments."""
        found, _ = self._until(0, closing="")
        return found

    def _until(self, at: int, closing: str) -> tuple[list[Token], int]:
        """The tokens up to an unmatched closing bracket, and where that stands."""
        found: list[Token] = []
        fresh, depth, size = True, 0, len(self.text)
        while at < size:
            blank = SPACE.match(self.text, at)
            if blank is not None:
                fresh = fresh or "\n" in blank[0]
                at = blank.end()
                continue
            beside = self._beside(at, fresh)
            if beside is not None:
                self.beside.append(beside)
                fresh = fresh or "\n" in self.text[beside.start : beside.end]
                at = beside.end
                continue
            token = self._token(at)
            if closing and token.kind == "op":
                depth += token.text in ("{", "(", "[")
                depth -= token.text in ("}", ")", "]")
                if depth < 0 or (depth == 0 and token.text == ":" and self._is_format(found)):
                    break
            token.fresh, fresh = fresh, False
            found.append(token)
            at = token.end
        return found, at

    def _is_format(self, found: list[Token]) -> bool:
        """Whether a colon begins the format of a value in a text: C#'s `{port:D}`."""
        asks = any(token.text == "?" for token in found)
        return self.lexis.language == "csharp" and bool(found) and not asks

    def _beside(self, at: int, fresh: bool) -> Token | None:
        """A comment, or a line for the compiler alone."""
        text = self.text
        if text.startswith("//", at):
            found = LINE_COMMENT.match(text, at)
            return Token("comment", at, found.end() if found else len(text))
        if text.startswith("/*", at):
            return Token("comment", at, self._comment_end(at))
        if self.lexis.language == "csharp" and text[at] == "#" and fresh:
            return Token("comment", at, self._directive_end(at))
        if at == 0 and text.startswith("#!") and not text.startswith("#!["):
            return Token("comment", 0, (text.find("\n") + 1 or len(text)))
        return None

    def _comment_end(self, at: int) -> int:
        if not self.lexis.nested_comments:
            end = self.text.find("*/", at + 2)
            return end + 2 if end >= 0 else len(self.text)
        depth = 0
        for mark in re.compile(r"/\*|\*/").finditer(self.text, at):
            depth += 1 if mark[0] == "/*" else -1
            if depth == 0:
                return mark.end()
        return len(self.text)

    def _directive_end(self, at: int) -> int:
        """The end of a directive's line; with what only a build for debugging has."""
        end = self.text.find("\n", at)
        end = len(self.text) if end < 0 else end
        found = DIRECTIVE.match(self.text, at, end)
        if found is None:
            return end
        word, rest = found["word"], found["rest"].replace(" ", "").partition("//")[0]
        if word == "else" and self._inverse:
            return self._after_branch(end)
        if word == "endif":
            self._inverse = False
        if word == "if":
            self._inverse = rest == "!DEBUG"
            if rest == "DEBUG":
                return self._after_branch(end)
        return end

    def _after_branch(self, at: int) -> int:
        """Where the branch of an #if ends: before its #else, #elif or #endif."""
        depth = 0
        for found in re.compile(r"(?m)^[ \t]*#[ \t]*(if|elif|else|endif)\b").finditer(
            self.text, at
        ):
            if found[1] == "if":
                depth += 1
            elif depth == 0:
                return found.start()
            elif found[1] == "endif":
                depth -= 1
        return len(self.text)

    # -- single tokens

    def _token(self, at: int) -> Token:
        written = self._written_text(at)
        if written is not None:
            return written
        text = self.text
        if text[at] == "`" and self.lexis.language == "kotlin":
            end = text.find("`", at + 1)
            if 0 < end - at < 100:
                return Token("name", at, end + 1, utf8(text[at + 1 : end]))
        if text[at] == "@" and self.lexis.language == "csharp" and NAME.match(text, at + 1):
            found = NAME.match(text, at + 1)
            assert found is not None
            return Token("name", at, found.end(), utf8(found[0]))
        found = NAME.match(text, at)
        if found is not None:
            return Token("name", at, found.end(), utf8(found[0]))
        found = NUMBER.match(text, at)
        if found is not None:
            return Token("number", at, found.end(), found[0])
        found = OPERATOR.match(text, at)
        if found is not None:
            return Token("op", at, found.end(), found[0])
        self.errors = True
        return Token("broken", at, at + 1)

    def _written_text(self, at: int) -> Token | None:
        """A text or a character, in any of the language's ways."""
        match self.lexis.language:
            case "java":
                return self._quoted(at, blocks=True)
            case "kotlin":
                return self._quoted(at, blocks=True, templates="$")
            case "rust":
                return self._rust(at)
            case "dart":
                return self._dart(at)
        return self._csharp(at)

    def _rust(self, at: int) -> Token | None:
        text = self.text
        raw = re.compile(r'(?:br|cr|r)(#{0,20})"').match(text, at)
        if raw is not None:
            end = text.find(f'"{raw[1]}', raw.end())
            if end < 0:
                return self._unclosed(at)
            whole = utf8(text[raw.end() : end])
            return Token("text", at, end + 1 + len(raw[1]), whole)
        if text.startswith("r#", at):
            found = NAME.match(text, at + 2)
            if found is not None:
                return Token("name", at, found.end(), utf8(found[0]))
        if text[at] in "bc" and text[at + 1 : at + 2] in ('"', "'"):
            inner = self._quoted(at + 1)
            if inner is not None:
                inner.start = at
            return inner
        if text[at] == "'" and CHARACTER.match(text, at) is None:
            found = LIFETIME.match(text, at)
            if found is not None:
                return Token("op", at, found.end(), "'")
        return self._quoted(at)

    def _dart(self, at: int) -> Token | None:
        """A text in either quotes, over lines in three of them, raw behind an r."""
        mark = re.compile(r"(?P<raw>r?)(?P<quotes>\'\'\'|\"\"\"|'|\")").match(self.text, at)
        if mark is None:
            return None
        quotes = mark["quotes"]
        if mark["raw"]:
            end = self.text.find(quotes, mark.end())
            if end < 0:
                return self._unclosed(at)
            return Token("text", at, end + len(quotes), utf8(self.text[mark.end() : end]))
        if len(quotes) == 3:
            return self._block(at, mark.end(), quotes, "$", escapes=True)
        return self._with_pieces(at, mark.end(), re.compile(rf"[{quotes}\n]"), "$")

    def _csharp(self, at: int) -> Token | None:
        mark = re.compile(r'(?P<before>[$@]{0,8})(?P<quotes>"{3,20}|")').match(self.text, at)
        if mark is None:
            return self._quoted(at)
        dollars = mark["before"].count("$")
        if len(mark["quotes"]) >= 3:
            return self._block(at, mark.end(), mark["quotes"], "{" * dollars, escapes=False)
        if "@" in mark["before"]:
            return self._verbatim(at, mark.end(), templates=bool(dollars))
        return self._quoted(mark.end() - 1, start=at, templates="{" if dollars else "")

    def _unclosed(self, at: int) -> Token:
        self.errors = True
        return Token("broken", at, len(self.text))

    def _quoted(
        self, at: int, *, start: int | None = None, blocks: bool = False, templates: str = ""
    ) -> Token | None:
        """A text in quotes with escapes; a character in single ones."""
        text = self.text
        start = at if start is None else start
        if blocks and text.startswith('"""', at):
            kotlin = self.lexis.language == "kotlin"
            return self._block(start, at + 3, '"""', templates, escapes=not kotlin)
        if text[at] == "'":
            found = CHARACTER.match(text, at)
            if found is None:
                self.errors = True
                return Token("broken", at, at + 1)
            return Token("text", at, found.end(), self._unescaped(found[0][1:-1]))
        if text[at] != '"':
            return None
        ends = re.compile(r'"' if self.lexis.many_lines else r'["\n]')
        return self._with_pieces(start, at + 1, ends, templates)

    def _with_pieces(self, start: int, at: int, ends: re.Pattern[str], templates: str) -> Token:
        """A text up to what ends it, with the code that is put into it."""
        text, size = self.text, len(self.text)
        pieces: list[Piece] = []
        first = at
        opening = {"$": "$", "{": "{}"}.get(templates, "")
        stops = re.compile(rf"\\|{ends.pattern}" + (f"|[{re.escape(opening)}]" if opening else ""))
        while True:
            found = stops.search(text, at)
            if found is None:
                return self._unclosed(start)
            at = found.start()
            if text[at] == "\\":
                at = min(at + 2, size)
                continue
            if ends.match(text, at):
                break
            if text[at : at + 2] in ("{{", "}}"):
                at += 2
                continue
            code = self._put_in(at, templates)
            if code is None:
                at += 1
                continue
            pieces.append(Piece(first, at, self._unescaped(text[first:at], templates)))
            pieces.append(code)
            at = first = code.end
        if text[at] == "\n":
            self.errors = True
            return Token("broken", start, at)
        pieces.append(Piece(first, at, self._unescaped(text[first:at], templates)))
        return self._made(start, at + 1, pieces)

    def _made(self, start: int, end: int, pieces: list[Piece]) -> Token:
        if len(pieces) == 1:
            return Token("text", start, end, pieces[0].text)
        return Token("text", start, end, None, pieces=[p for p in pieces if p.text != ""])

    def _put_in(self, at: int, templates: str) -> Piece | None:
        """Code in a text: `$name`, `${code}`, `{code}`."""
        text = self.text
        if templates == "$" and not text.startswith("${", at):
            found = NAME.match(text, at + 1)
            if found is None:
                return None
            token = Token("name", at + 1, found.end(), utf8(found[0]))
            return Piece(at, found.end(), None, [token])
        opened = at + len(templates) if templates != "$" else at + 2
        if not text.startswith("${" if templates == "$" else templates, at):
            return None
        if self._gave_up or self._nesting >= MAXIMUM_NESTING:
            return Piece(at, at + 1, None, [])
        self._nesting += 1
        tokens, end = self._until(opened, closing="}")
        self._nesting -= 1
        if text.startswith(":", end):
            end = text.find("}", end)
        if end < 0 or not text.startswith("}", end):
            self._gave_up = self.errors = True  # it was looked for up to the end of the file
            return Piece(at, at + 1, None, [])
        width = len(templates) if templates != "$" else 1
        return Piece(at, end + width, None, tokens)

    def _verbatim(self, start: int, at: int, *, templates: bool) -> Token:
        """C#'s @"…", where a quote is written twice."""
        text = self.text
        pieces: list[Piece] = []
        first = at
        stops = re.compile('"|[{}]' if templates else '"')
        while (found := stops.search(text, at)) is not None:
            at = found.start()
            if text[at : at + 2] in ('""', "{{", "}}"):
                at += 2
                continue
            if text[at] == '"':
                pieces.append(Piece(first, at, self._doubled(text[first:at], templates)))
                return self._made(start, at + 1, pieces)
            code = self._put_in(at, "{") if text[at] == "{" else None
            if code is None:
                at += 1
                continue
            pieces += [Piece(first, at, self._doubled(text[first:at], templates)), code]
            at = first = code.end
        return self._unclosed(start)

    @staticmethod
    def _doubled(text: str, templates: bool) -> str:
        text = utf8(text).replace('""', '"')
        return text.replace("{{", "{").replace("}}", "}") if templates else text

    def _block(self, start: int, at: int, quotes: str, templates: str, *, escapes: bool) -> Token:
        """A text between three quotes or more."""
        text = self.text
        end = text.find(quotes, at)
        while escapes and end > 0 and text[end - 1] == "\\" and text[end - 2] != "\\":
            end = text.find(quotes, end + 1)
        if end < 0:
            return self._unclosed(start)
        while text.startswith('"', end + len(quotes)):  # the last three close it
            end += 1
        first, pieces = at, []
        opening = "$" if templates == "$" else "{"
        while templates:
            at = text.find(opening, at, end)
            if at < 0:
                break
            code = self._put_in(at, templates)
            if code is not None and code.end > end:
                self._gave_up = True
                code = Piece(at, at + 1, None, [])
            if code is None:
                at += 1
                continue
            pieces += [Piece(first, at, utf8(text[first:at])), code]
            at = first = code.end
        inner = text[first:end]
        if not pieces and self.lexis.language != "kotlin":
            inner = _without_indent(inner)
        last = self._unescaped(inner) if escapes else utf8(inner)
        pieces.append(Piece(first, end, last))
        return self._made(start, end + len(quotes), pieces)

    def _unescaped(self, text: str, templates: str = "") -> str | None:
        """What a text with escapes says; None where one is not known."""
        if templates == "{":
            text = text.replace("{{", "{").replace("}}", "}")
        if "\\" not in text:
            return utf8(text)
        made, at = [], 0
        for found in ESCAPE.finditer(text):
            said = _meant(found)
            if said is None:
                return None
            made += [utf8(text[at : found.start()]), said]
            at = found.end()
        return "".join((*made, utf8(text[at:])))


def _meant(found: re.Match[str]) -> str | None:
    """The character of an escape."""
    if found["one"] is not None:
        return ESCAPES.get(found["one"])
    if found["line"] is not None:
        return ""
    digits = found["braced"] or found["four"] or found["hex"]
    code = int(digits.replace("_", ""), 16) if digits else int(found["octal"], 8)
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "�"


def _without_indent(text: str) -> str:
    """A block of lines without what all of them begin with."""
    lines = text.replace("\r\n", "\n").split("\n")
    if len(lines) < 2 or lines[0].strip():
        return text
    inner = [line for line in lines[1:] if line.strip()] + lines[-1:]
    indent = min(len(line) - len(line.lstrip()) for line in inner)
    kept = [line[indent:].rstrip() for line in lines[1:]]
    return "\n".join(kept)


def closings(tokens: list[Token]) -> list[int]:
    """For each token that opens a bracket the place of the one that closes it; the number of
    tokens where none does."""
    found = [len(tokens)] * len(tokens)
    waiting: list[int] = []
    pairs = {")": "(", "]": "[", "}": "{"}
    for place, token in enumerate(tokens):
        if token.kind != "op":
            continue
        if token.text in ("(", "[", "{"):
            waiting.append(place)
            continue
        opening = pairs.get(token.text or "")
        # one that was never closed ends where what is around it does
        if opening and any(tokens[each].text == opening for each in waiting[-8:]):
            while tokens[waiting[-1]].text != opening:
                found[waiting.pop()] = place
            found[waiting.pop()] = place
    return found


def lexer_of(content: bytes, language: str) -> Lexer | PerlLexer:
    """What reads the tokens of a language."""
    if language == "perl":
        from smtpdoctor.settings.readers.perl_tokens import PerlLexer

        return PerlLexer(content)
    if language == "r":
        from smtpdoctor.settings.readers.r_tokens import RLexer

        return RLexer(content)
    return Lexer(content, language)


def tokens_of(content: bytes, language: str) -> Iterator[Token]:
    """Every token of a file with its comments, for what may be shown of a line."""
    lexer = lexer_of(content, language)
    found = lexer.tokens()
    yield from sorted((*found, *lexer.beside), key=lambda each: each.start)

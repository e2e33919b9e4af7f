"""Perl's tokens: variables with their sigils, and every way to write a text.

This module knows where a slash begins a pattern and where it divides, what `q`, `qq`, `qw`, `m`,
`s` and `tr` take up, here-documents and POD. It must not know what tokens make together (`perl`).
Offsets are bytes, as in `curly_tokens`.

There is a grammar for tree-sitter (2.0.3), whose scanner runs for ever on some files: nothing stops
it there, so it isn't used for folders that anybody may have written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from smtpdoctor.settings.readers.curly_tokens import MAXIMUM_NESTING, Piece, Token, utf8

BLANK = re.compile(r"[ \t\r\f\v]+")
WORD = r"[A-Za-z_\x80-\xff][\w\x80-\xff]*"
NAME = re.compile(rf"{WORD}(?:::{WORD})*(?:::)?")
VARIABLE = re.compile(rf"[$@%&](?:#?(?:::)?{WORD}(?:::{WORD})*|\d+)|\$(?:[&`'+!@/\\,;.0_^-])")
#: `${name}` is `$name`.
BRACED = re.compile(rf"\$\{{[ \t]*(?P<name>{WORD}(?:::{WORD})*)[ \t]*\}}")
#: A sigil before another variable or a block: `%$options`, `@{…}`.
CAST = re.compile(r"\$#(?=[{$])|[$@%&](?=[{$])")
NUMBER = re.compile(r"0[xXbB][0-9A-Fa-f_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?|\.\d+")
OPERATOR = re.compile(
    r"<=>|\*\*=|\|\|=|&&=|//=|\.\.\.|->|=>|=~|!~|==|!=|<=|>=|\+\+|--|\*\*|\|\||&&|//|\.\.|<<=|>>=|"
    r"[-+*/.%&|^]=|[-+*/.%&|^~!<>=?:;,()\[\]{}\\$@#]"
)
HEREDOC = re.compile(
    r"<<(?P<indents>~?)\s*(?:(?P<quote>[\"'])(?P<quoted>[^\"'\n]{0,80})(?P=quote)|(?P<word>[A-Za-z_]\w*))"
)
READLINE = re.compile(r"<[$\w:]*>")
POD = re.compile(r"(?m)^=[A-Za-z]")
POD_END = re.compile(r"(?m)^=cut\b[^\n]*\n?")
QUOTES = re.compile(r"(?P<how>qq|qw|qr|q|m|s|tr|y)(?P<blank>\s*)(?P<open>[^\s\w,;)=]|=(?!>))")
CLOSE = {"(": ")", "[": "]", "{": "}", "<": ">"}
#: Behind these words stands a value, not an operator.
BEFORE_VALUE = frozenset(
    """
    and or not xor if elsif unless while until return split grep map join push unshift print die
    warn x lt gt le ge eq ne cmp when foreach for my our local state keys values each
    """.split()  # noqa: SIM905
)
PUT_IN = re.compile(
    rf"[$@](?:\{{(?P<braced>{WORD}(?:::{WORD})*)\}}|(?P<bare>(?:::)?{WORD}(?:::{WORD})*))"
    r"(?P<rest>(?:(?:->)?(?:\{[^{}\"$@]{1,80}\}|\[-?\d{1,6}\]))*)"
)
ESCAPE = re.compile(
    r"\\(?:x\{(?P<long>[0-9A-Fa-f]{1,8})\}|x(?P<two>[0-9A-Fa-f]{1,2})|(?P<one>.))", re.DOTALL
)
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "a": "\a", "e": "\x1b", "f": "\f"}


@dataclass(slots=True)
class _Body:
    """A here-document whose text is still to come."""

    token: Token
    word: str
    indents: bool
    raw: bool


class PerlLexer:
    """Reads the tokens of one text. It never raises, and goes on at each step."""

    def __init__(self, content: bytes) -> None:
        self.text = content.decode("latin-1")
        self.errors = False
        self.beside: list[Token] = []
        self._waiting: list[_Body] = []
        self._nesting = 0

    def tokens(self) -> list[Token]:
        """All tokens but comments."""
        found: list[Token] = []
        at, size, fresh = 0, len(self.text), True
        while at < size:
            blank = BLANK.match(self.text, at)
            if blank is not None:
                at = blank.end()
                continue
            if self.text[at] == "\n":
                at, fresh = self._line_end(at), True
                continue
            beside = self._beside(at)
            if beside is not None:
                self.beside.append(beside)
                at = beside.end
                continue
            token = self._token(at, found)
            if token.text in ("__END__", "__DATA__") and token.kind == "name":
                break
            token.fresh, fresh = fresh, False
            found.append(token)
            at = max(token.end, at + 1)
        return found

    def _line_end(self, at: int) -> int:
        """Behind the end of a line, and behind the here-documents that begin there."""
        at += 1
        for body in self._waiting:
            indent = r"[ \t]*" if body.indents else ""
            ends = re.compile(rf"(?m)^{indent}{re.escape(body.word)}\r?$")
            end = ends.search(self.text, at)
            if end is None:
                self.errors = True
                body.token.kind, at = "broken", len(self.text)
                break
            inner = self.text[at : end.start()]
            self.beside.append(Token("comment", at, end.end()))
            plain = body.raw or not re.search(r"[$@\\]", inner)
            body.token.text = utf8(inner) if plain and not body.indents else None
            at = min(end.end() + 1, len(self.text))
        self._waiting.clear()
        return at

    def _beside(self, at: int) -> Token | None:
        if self.text[at] == "#":
            end = self.text.find("\n", at)
            return Token("comment", at, end if end >= 0 else len(self.text))
        if self.text[at] == "=" and POD.match(self.text, at) is not None:
            cut = POD_END.search(self.text, at)
            return Token("comment", at, cut.end() if cut is not None else len(self.text))
        return None

    # -- single tokens

    def _token(self, at: int, found: list[Token]) -> Token:
        value = self._wants_value(found)
        written = self._written(at, found, value)
        if written is not None:
            return written
        name = self._name(at, value)
        if name is not None:
            return name
        made = OPERATOR.match(self.text, at)
        if made is not None:
            return Token("op", at, made.end(), made[0])
        self.errors = True
        return Token("broken", at, at + 1)

    def _written(self, at: int, found: list[Token], value: bool) -> Token | None:
        """A text in any of its ways, or a pattern; `value`: whether one may begin here."""
        text = self.text
        here = HEREDOC.match(text, at) if value else None
        if here is not None:
            token = Token("text", at, here.end(), None)
            word = here["word"] or here["quoted"] or ""
            self._waiting.append(_Body(token, word, bool(here["indents"]), here["quote"] == "'"))
            return token
        if text[at] in "\"'`":
            return self._quoted(at, at + 1, text[at], text[at])
        if text[at] == "/" and value:
            return self._pattern(at, at + 1, "/", 1)
        if text[at] == "<" and value and (read := READLINE.match(text, at)) is not None:
            return Token("text", at, read.end(), None)
        quotes = QUOTES.match(text, at)
        quoting = quotes is not None and self._is_quoting(quotes, found)
        return self._quote_like(at, quotes) if quotes is not None and quoting else None

    def _name(self, at: int, value: bool) -> Token | None:
        """A variable, a word, a number, or a sigil before another variable."""
        text, sigil = self.text, self.text[at] in "%&" and not value
        made = None if sigil else VARIABLE.match(text, at)
        made = made or NAME.match(text, at)
        if made is not None:
            return Token("name", at, made.end(), utf8(made[0]))
        made = BRACED.match(text, at)
        if made is not None:
            return Token("name", at, made.end(), utf8(f"${made['name']}"))
        made = NUMBER.match(text, at)
        if made is not None:
            return Token("number", at, made.end(), made[0])
        cast = CAST.match(text, at) if value or text[at] in "$@" else None
        return Token("op", at, cast.end(), "cast" + cast[0][0]) if cast is not None else None

    def _wants_value(self, found: list[Token]) -> bool:
        """Whether a value may begin here, and an operator may not."""
        last = found[-1] if found else None
        if last is None or last.kind == "broken":
            return True
        if last.kind == "op":
            ended = last.text in (")", "]")
            return not ended and (last.text != "}" or self._begins_line(last))
        if last.kind == "name":
            before = found[-2] if len(found) > 1 else None
            is_member = before is not None and before.kind == "op" and before.text == "->"
            return (last.text or "") in BEFORE_VALUE and not is_member
        return False

    def _begins_line(self, last: Token) -> bool:
        """Whether the next token is the first of its line: what follows a block."""
        rest = self.text[last.end : last.end + 80]
        return "\n" in rest[: len(rest) - len(rest.lstrip())]

    def _is_quoting(self, quotes: re.Match[str], found: list[Token]) -> bool:
        """Whether `s`, `y` and the like are operators and no names here."""
        last = found[-1] if found else None
        if last is not None and last.kind == "op" and last.text == "->":
            return False
        if last is not None and last.kind == "name" and last.text in ("sub", "package"):
            return False
        opening = quotes["open"]
        if opening == "}" or (opening == "#" and quotes["blank"]):
            return False
        # `$x{s}` and `y => 1` are names
        return not (opening == "=" and self.text.startswith("=>", quotes.start("open")))

    def _quote_like(self, at: int, quotes: re.Match[str]) -> Token:
        how, opening = quotes["how"], quotes["open"]
        first = quotes.end()
        if how in ("q", "qq"):
            closing = CLOSE.get(opening, opening)
            return self._quoted(at, first, opening, closing, raw=how == "q" or opening == "'")
        if how == "qw":
            end = self._closing(first, opening)
            if end is None:
                return self._unclosed(at)
            token = Token("text", at, end + 1, "")
            token.pieces = [
                Piece(first + word.start(), first + word.end(), utf8(word[0]))
                for word in re.finditer(r"\S+", self.text[first:end])
            ]
            token.text = "qw"
            return token
        return self._pattern(at, first, opening, 1 if how in ("m", "qr") else 2)

    def _pattern(self, at: int, first: int, opening: str, parts: int) -> Token:
        """A pattern with what it is replaced by; nothing of it is a value."""
        end = self._closing(first, opening)
        if end is not None and parts == 2:
            second = end
            if opening in CLOSE:
                gap = re.compile(r"\s*(\S)").match(self.text, end + 1)
                second = gap.end() - 1 if gap is not None else end
                opening = self.text[second : second + 1]
            end = self._closing(second + 1, opening)
        if end is None:
            if opening == "/":  # a division after all
                return Token("op", at, at + 1, "/")
            return self._unclosed(at)
        flags = re.compile(r"[a-z]*").match(self.text, end + 1)
        return Token("text", at, flags.end() if flags is not None else end + 1, None)

    def _closing(self, at: int, opening: str) -> int | None:
        """Where what closes a text stands, behind those that are opened in it."""
        closing, depth, size = CLOSE.get(opening, opening), 0, len(self.text)
        stops = re.compile(rf"\\|{re.escape(closing)}|{re.escape(opening)}")
        while (found := stops.search(self.text, at)) is not None:
            at = found.start()
            if found[0] == "\\" and opening != "\\":
                at = min(at + 2, size)
                continue
            if found[0] == closing and depth == 0:
                return at
            depth += 1 if found[0] == opening and opening != closing else -1
            at += 1
        return None

    def _unclosed(self, at: int) -> Token:
        self.errors = True
        return Token("broken", at, len(self.text))

    def _quoted(
        self, at: int, first: int, opening: str, closing: str, *, raw: bool | None = None
    ) -> Token:
        end = self._closing(first, opening)
        if end is None:
            return self._unclosed(at)
        inner = self.text[first:end]
        if opening == "`":
            return Token("text", at, end + 1, None)
        if raw if raw is not None else opening == "'":
            said = re.sub(rf"\\([\\{re.escape(opening)}{re.escape(closing)}])", r"\1", inner)
            return Token("text", at, end + 1, utf8(said))
        return self._with_pieces(at, first, end)

    def _with_pieces(self, start: int, first: int, end: int) -> Token:
        """A text with the variables that are put into it."""
        text, pieces, at = self.text, list[Piece](), first
        for found in re.compile(r"\\.|[$@](?=[\w{:$\[])", re.DOTALL).finditer(text, first, end):
            if found.start() < at or found[0][0] == "\\":
                continue
            put_in = PUT_IN.match(text, found.start(), end)
            if put_in is None:
                if found[0] == "@" or not re.match(r"[\w{$:]", text[found.end()]):
                    continue
                return Token("text", start, end + 1, None)  # code that isn't read here
            pieces.append(Piece(at, put_in.start(), _unescaped(text[at : put_in.start()])))
            pieces.append(Piece(put_in.start(), put_in.end(), None, self._variable(put_in)))
            at = put_in.end()
        pieces.append(Piece(at, end, _unescaped(text[at:end])))
        if len(pieces) == 1:
            return Token("text", start, end + 1, pieces[0].text)
        return Token("text", start, end + 1, None, pieces=[p for p in pieces if p.text != ""])

    def _variable(self, found: re.Match[str]) -> list[Token]:
        """The tokens of `$name`, `${name}` and what they are asked for."""
        if self._nesting >= MAXIMUM_NESTING:
            return []
        sigil, name = found[0][0], found["braced"] or found["bare"]
        head = Token("name", found.start(), found.end(), utf8(f"{sigil}{name}"))
        inner = PerlLexer(found["rest"].encode("latin-1"))
        inner._nesting = self._nesting + 1
        rest = inner.tokens()
        begin = found.start("rest")
        head.end = begin if rest else found.end()
        for token in rest:
            token.start, token.end = token.start + begin, token.end + begin
        return [head, *rest]


def _unescaped(text: str) -> str:
    def said(found: re.Match[str]) -> str:
        digits = found["long"] or found["two"]
        if digits:
            code = int(digits, 16)
            return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "�"
        return ESCAPES.get(found["one"], found["one"])

    return ESCAPE.sub(said, utf8(text)) if "\\" in text else utf8(text)

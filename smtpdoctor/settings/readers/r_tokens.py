"""The tokens of R.

This module knows comments, names with dots in them, texts and operators such as `%>%`. It must not
know what they make together (`r`). Arrows that assign are `=`, as they mean the same.
"""

from __future__ import annotations

import re

from smtpdoctor.settings.readers.curly_tokens import NUMBER, Lexer, Token, utf8

NAME = re.compile(r"(?:[A-Za-z\x80-\xff]|\.(?!\d))[A-Za-z0-9_.\x80-\xff]*")
RAW = re.compile(r"[rR](?P<quote>[\"'])(?P<dashes>-{0,20})(?P<opens>[(\[{])")
CLOSES = {"(": ")", "[": "]", "{": "}"}
OPERATOR = re.compile(
    r"%[^%\n]{0,30}%|<<-|->>|<-|->|\|>|:::|::|<=|>=|==|!=|&&|\|\||[-+*/^=<>!&|~?:;,@$()\[\]{}\\]"
)
#: What stands for another operator here: R has two that assign from the right, and `%||%` is `??`.
SAME = {"<-": "=", "<<-": "=", "->>": "->", "%||%": "??", "&": "&&", "|": "||"}


class RLexer(Lexer):
    """Reads the tokens of one file of R."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content, "r")

    def _beside(self, at: int, fresh: bool) -> Token | None:
        if self.text[at] != "#":
            return None
        end = self.text.find("\n", at)
        return Token("comment", at, end if end >= 0 else len(self.text))

    def _token(self, at: int) -> Token:
        text = self.text
        written = self._written_text(at)
        if written is not None:
            return written
        if text[at] == "`":
            end = text.find("`", at + 1)
            if 0 < end - at < 100:
                return Token("name", at, end + 1, utf8(text[at + 1 : end]))
        found = NAME.match(text, at)
        if found is not None:
            return Token("name", at, found.end(), utf8(found[0]))
        found = NUMBER.match(text, at)
        if found is not None:
            return Token("number", at, found.end(), found[0])
        found = OPERATOR.match(text, at)
        if found is not None:
            return Token("op", at, found.end(), SAME.get(found[0], found[0]))
        self.errors = True
        return Token("broken", at, at + 1)

    def _written_text(self, at: int) -> Token | None:
        """A text in either quotes, which may go over lines; raw behind an r."""
        raw = RAW.match(self.text, at)
        if raw is not None:
            closing = CLOSES[raw["opens"]] + raw["dashes"] + raw["quote"]
            end = self.text.find(closing, raw.end())
            if end < 0:
                return self._unclosed(at)
            return Token("text", at, end + len(closing), utf8(self.text[raw.end() : end]))
        if self.text[at] not in "\"'":
            return None
        return self._with_pieces(at, at + 1, re.compile(self.text[at]), "")

"""Dart: its statements and declarations brought into `syntax`.

This module knows Dart's words, and what two dots do (`Message()..from = …`). What operators and
functions come to is in `dart_library`.
"""

from __future__ import annotations

from typing import ClassVar

from smtpdoctor.settings.readers.csharp import NO_DECLARATION, CsharpLowering
from smtpdoctor.settings.readers.curly_tokens import Token
from smtpdoctor.settings.readers.source import Source
from smtpdoctor.settings.readers.syntax import (
    Call,
    Dictionary,
    Expression,
    Item,
    Name,
    Parameter,
)

#: What two dots are called here: C#'s and Rust's are a range.
CASCADE = "cascade"
#: What a name that gets a value stands before.
DECLARED = ("=", ";", ",", "in")
#: What stands behind the brackets of a function that is declared.
FUNCTION = ("{", "=>", "async", "sync")
NO_TYPES = NO_DECLARATION | {"required", "assert", "yield"}


class DartLowering(CsharpLowering):
    """One file of Dart."""

    language = "dart"
    modifiers: ClassVar[frozenset[str]] = frozenset(
        {"final", "const", "late", "static", "external", "abstract", "covariant", "required", "var"}
    )
    statements: ClassVar[dict[str, str]] = {
        "if": "if_", "for": "loop", "while": "loop", "do": "loop", "try": "try_",
        "return": "return_", "import": "passed_over", "export": "passed_over",
        "part": "passed_over", "library": "passed_over", "break": "passed_over",
        "continue": "passed_over",
    }  # fmt: skip
    expressions: ClassVar[dict[str, str]] = {
        "new": "new", "throw": "thrown", "this": "this", "await": "passed", "async": "passed",
        "const": "passed", "super": "this",
    }  # fmt: skip
    infix: ClassVar[dict[str, int]] = {"is": 8, "as": 8}

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        for token in self.tokens:
            if token.kind == "op" and token.text == "..":
                token.text = CASCADE
        #: Whether two dots go on with an outer thing, not with what is read.
        self._in_cascade = False

    # -- statements

    def declaration(self) -> bool:
        """`final host = …` has no type, `final String host = …` one behind its word."""
        start = self.at
        token = self.token()
        while self._is_modifier():
            self.at += 1
        if self.sees("class", "mixin", "enum", "extension") and self.is_name(1):
            self.at += not self.sees("class", "enum")
            self._class(token, {})
            return True
        if self._is_constructor():
            self._method(token, self.token().text or "", constructor=True)
            return True
        if self.is_name() and self.token().text not in NO_TYPES:
            type_ = self.type_name()
            ends = (*DECLARED, ")", "{", "=>")
            if self.is_name() and (self.sees(*ends, ahead=1) or self._goes_on_as_function()):
                self._declared(token, type_, {})
                return True
        self.at = start
        return False

    def _is_modifier(self) -> bool:
        return (
            self.token().text in self.modifiers
            and self.is_name()
            and self.is_name(1)
            and not self.sees(*DECLARED, ahead=2)
        )

    def _goes_on_as_function(self) -> bool:
        place = self.at + 1
        if not self.sees("(", ahead=1):
            return False
        after = self.close[place] + 1
        text = self.tokens[after].text if after < self.limit else ""
        return text in FUNCTION

    def try_(self, token: Token) -> None:
        self.at += 1
        self.body()
        while self.sees("on", "catch", "finally"):
            guards = [] if self.takes("finally") else [self.failure()]
            if self.takes("on"):
                self.type_name()
            if self.takes("catch") and self.sees("("):
                self.skip_group()
            with self.guarded(*guards):
                self.body()

    def parameters(self) -> list[Parameter]:
        found: list[Parameter] = []
        while self.at < self.limit:
            before = self.at
            if self.sees("{", "["):
                with self.group(lines=False):
                    found += self.parameters()
                continue
            while self.sees("required", "final", "covariant") and self.is_name(1):
                self.at += 1
            type_ = ""
            if self.sees("this", "super") and self.sees(".", ahead=1):
                self.at += 2
            else:
                type_ = self.type_name()
            name = self.token().text if self.is_name() else None
            self.at += name is not None
            default = self.expression() if self.takes("=", ":") else None
            name, type_ = (type_, "") if name is None and type_ else (name, type_)
            if name is not None:
                found.append(Parameter(name, default, type_))
            while self.at < self.limit and not self.takes(","):
                self.at += 1
            if self.at == before:
                self.at += 1
        return found

    # -- expressions

    def call(self, left: Expression, *, new: bool = False) -> Expression:
        """A class's name that is called makes an object."""
        made_new = new or (isinstance(left, Name) and left.id[:1].isupper())
        before, self._in_cascade = self._in_cascade, False  # what is given has cascades of its own
        try:
            return super().call(left, new=made_new)
        finally:
            self._in_cascade = before

    def bracketed(self, token: Token) -> Expression:
        if token.text != "{":
            return super().bracketed(token)
        items: list[Item] = []
        with self.group(lines=False):
            while self.at < self.limit:
                before = self.at
                key = self.expression()
                value = self.expression() if self.takes(":") else key
                items.append(Item(key, value, key.start, value.end))
                self.salvage(",")
                self.takes(",")
                if self.at == before:
                    self.at += 1
        return Dictionary(token.start, self.ended, items)

    def follows(self, left: Expression) -> Expression | None:
        token = self.token()
        if token.kind == "op" and token.text == CASCADE:
            return None if self._in_cascade else self._cascade(left)
        if token.kind == "op" and token.text == "!" and not token.fresh:
            self.at += 1  # it is not null
            return left
        return super().follows(left)

    def _cascade(self, thing: Expression) -> Expression:
        """What is done to a thing, which is the value of it all."""
        made = thing if isinstance(thing, Call) else None
        if made is None:  # it has a name already: a call that stands for it
            made = Call(thing.start, thing.start, thing, [], scope=self.scope, guards=self._guards)
        self._in_cascade = True
        while self.takes(CASCADE):
            with self.on(made):
                start = self.token().start
                self.assigned(self.postfix(self.word(self.token())), start)
        self._in_cascade = False
        return thing

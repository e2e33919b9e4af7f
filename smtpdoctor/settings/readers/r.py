"""R: its statements and expressions brought into `syntax`.

This module knows R's words, its pipes and its functions without names. What operators and functions
come to is in `r_library`.
"""

from __future__ import annotations

from typing import Any, ClassVar

from smtpdoctor.settings.readers.curly import Curly
from smtpdoctor.settings.readers.curly_tokens import Token
from smtpdoctor.settings.readers.syntax import (
    Argument,
    Call,
    Conditional,
    Expression,
    Function,
    Guard,
    Index,
    Member,
    Name,
    Opaque,
    Parameter,
    Scope,
)

#: What hands its left side to the call on its right, as the first argument.
PIPES = ("|>", "%>%", "%<>%")


class RLowering(Curly):
    """One file of R."""

    language = "r"
    by_lines = True
    named = "="
    has_ternary = False
    constants: ClassVar[dict[str, Any]] = {
        "TRUE": True, "T": True, "FALSE": False, "F": False, "NULL": None, "NA": None,
    }  # fmt: skip
    statements: ClassVar[dict[str, str]] = {
        "if": "if_", "for": "loop", "while": "loop", "repeat": "loop", "return": "return_",
        "next": "passed_over", "break": "passed_over",
    }  # fmt: skip
    expressions: ClassVar[dict[str, str]] = {"if": "chosen", "function": "nameless"}

    #: What the last statement came to, where it is an expression: the value of its block.
    _last: Expression | None = None

    # -- statements

    def statement(self) -> None:
        self._last = None
        super().statement()

    def expression_statement(self) -> None:
        start = self.token().start
        value = self.assigned(self.expression(), start)
        self.end_statement()
        self._last = value

    def if_(self, token: Token) -> None:
        super().if_(token)
        self._last = None

    def loop(self, token: Token) -> None:
        super().loop(token)
        self._last = None

    def assigned(self, left: Expression, start: int) -> Expression:
        value = super().assigned(left, start)
        while self.takes("->"):
            self.set(self.expression(), value, start)
        return value

    def set(
        self,
        target: Expression,
        value: Expression | None,
        start: int,
        *,
        declares: bool = False,
        made: Call | None = None,
    ) -> None:
        """A function belongs to the name that it is given to."""
        if isinstance(value, Function) and isinstance(target, Name) and not value.name:
            value.name = value.scope.name = target.id
            self.bind_function(value)
            return
        if isinstance(target, Name):
            self.scope.owned.add(target.id)
        super().set(target, value, start, declares=declares, made=made)

    # -- expressions

    def nameless(self, token: Token) -> Expression:
        """`function(a, b = 1) …`: its value is that of its last statement."""
        self.at += 1
        if not self.sees("("):
            return self.opaque(token.start)
        with self.group(lines=False):
            parameters = self.parameters()
        return self.function(token.start, "", parameters, self._body)

    def _body(self, scope: Scope) -> None:
        if not self.sees("{"):
            self.expression_body(scope)
            return
        self._last = None
        with self.group():
            self.block()
        last = self._last or self.opaque(self.ended, "what a function ends with")
        self.returned(last, self.ended)

    def parameters(self) -> list[Parameter]:
        found: list[Parameter] = []
        while self.at < self.limit:
            before = self.at
            if self.is_name():
                name = self.token().text or ""
                self.at += 1
                found.append(Parameter(name, self.expression() if self.takes("=") else None))
            self.salvage(",")
            self.takes(",")
            if self.at == before:
                self.at += 1
        return found

    def chosen(self, token: Token) -> Expression:
        """`if (…) a else b`, as what it comes to."""
        self.at += 1
        test = self.condition()
        with self.guarded(Guard(test, True)):
            then = self._branch()
        if not self.takes("else"):
            return self.opaque(token.start)
        with self.guarded(Guard(test, False)):
            otherwise = self._branch()
        return Conditional(token.start, self.ended, test, then, otherwise)

    def _branch(self) -> Expression:
        if not self.sees("{"):
            return self.expression()
        start = self.token().start
        self._last = None
        with self.group():
            self.block()
        return self._last or self.opaque(start)

    def bracketed(self, token: Token) -> Expression:
        if token.text == "\\" and self.sees("(", ahead=1):
            return self.nameless(token)
        return super().bracketed(token)

    def follows(self, left: Expression) -> Expression | None:
        token = self.token()
        if token.kind != "op":
            return None
        if token.text in PIPES:
            return self._piped(left)
        if token.text in ("::", ":::"):  # a package and a name of it
            self.at += 1
            named = self.token()
            return self.word(named) if named.kind == "name" else self.opaque(left.start)
        if token.text in ("$", "@"):
            return self._part(left)
        if (token.text or "").startswith("%") or token.text in (":", "~"):
            self.at += 1
            self.expression(12)
            return Opaque(left.start, self.ended, "computed", "an operator that is not evaluated")
        return super().follows(left)

    def _piped(self, left: Expression) -> Expression:
        self.at += 1
        right = self.primary()
        while not self.sees(*PIPES):
            found = self.follows(right)
            if found is None:
                break
            right = found
        if isinstance(right, Call):
            right.arguments.insert(0, Argument(left))
            return right
        if isinstance(right, Name):
            return self.called(left.start, right, [Argument(left)])
        return self.opaque(left.start)

    def _part(self, left: Expression) -> Expression:
        """`list$name`."""
        self.at += 1
        token = self.token()
        if token.kind not in ("name", "text"):
            return self.opaque(left.start)
        self.at += 1
        return Member(left.start, token.end, left, token.text or "")

    def indexed(self, left: Expression) -> Expression:
        """`list[["name"]]`, and `values["name"]`."""
        with self.group(lines=False):
            if self.sees("["):
                with self.group(lines=False):
                    index = self.expression() if self.at < self.limit else self.opaque(left.start)
                    self.salvage()
            else:
                index = self.expression() if self.at < self.limit else self.opaque(left.start)
            self.salvage()
        return Index(left.start, self.ended, left, index)

    def argument(self) -> Argument:
        """A name before the value may stand in quotes."""
        if self.token().kind == "text" and self.sees("=", ahead=1):
            name = self.token().text
            self.at += 2
            return Argument(self.expression(), name)
        return super().argument()

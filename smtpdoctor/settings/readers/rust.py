"""Rust: its statements and expressions brought into `syntax`.

This module knows Rust's words. What operators and functions come to is in `rust_library`. An object
of a struct is a call that makes it, with its fields as named arguments.
"""

from __future__ import annotations

from typing import ClassVar

from smtpdoctor.settings.readers.curly import LONGEST_CHAIN
from smtpdoctor.settings.readers.curly_tokens import Token
from smtpdoctor.settings.readers.java import Annotated
from smtpdoctor.settings.readers.syntax import (
    Argument,
    Binary,
    Conditional,
    Expression,
    Guard,
    Member,
    Name,
    Parameter,
    Scope,
    Unary,
)

#: Patterns that hold where there is a value, and those that hold where there is none.
FOUND = ("Ok", "Some")
MISSING = ("Err", "None")
VALUED = ("if", "match", "unsafe", "async", "loop", "move")
ITEMS = ("fn", "struct", "enum", "impl", "trait", "mod", "const", "static", "let", "union")


class RustLowering(Annotated):
    """One file of Rust."""

    language = "rust"
    has_ternary = False
    modifiers: ClassVar[frozenset[str]] = frozenset(
        {"pub", "async", "unsafe", "extern", "default", "const", "mut"}
    )
    statements: ClassVar[dict[str, str]] = {
        "for": "loop", "while": "loop", "loop": "loop", "return": "return_",
        "use": "passed_over", "break": "passed_over", "continue": "passed_over",
        "if": "braced", "match": "braced",
    }  # fmt: skip
    expressions: ClassVar[dict[str, str]] = {
        "if": "chosen", "match": "matched", "unsafe": "passed", "async": "passed",
        "move": "passed", "mut": "passed", "ref": "passed", "return": "returning",
        "loop": "looped",
    }  # fmt: skip
    constants: ClassVar[dict[str, object]] = {"true": True, "false": False}
    infix: ClassVar[dict[str, int]] = {"as": 12}
    #: In the head of an `if` or `match` a brace begins the body.
    _in_head = False

    # -- items

    def declaration(self) -> bool:  # branches: attributes, modifiers, and one item each
        start = self.at
        for_tests = False
        while self.sees("#") and self.sees("[", "!", ahead=1):
            self.at += 2 if self.sees("!", ahead=1) else 1
            inside = self.tokens[self.at : self.close[self.at]]
            words = {each.text for each in inside}
            for_tests = for_tests or "test" in words
            self.skip_group()
        while self.token().text in self.modifiers and self.is_name() and (
            self.is_name(1) or self.sees("(", ahead=1)
        ):  # fmt: skip
            if self.sees("const") and not self.sees("fn", ahead=1):
                break
            self.at += 1
            if self.sees("(") and self.tokens[self.at - 1].text == "pub":
                self.skip_group()
        if not self.sees(*ITEMS) or not self.is_name():
            if for_tests:
                self._skip_item()
                return True
            moved = self.at > start and self.tokens[start].text == "#"
            self.at = self.at if moved else start
            return False
        if for_tests:
            self._skip_item()
            return True
        token = self.token()
        self.at += 1
        if token.text == "let":
            self._let(token)
        elif token.text in ("const", "static"):
            self._constant(token)
        elif token.text == "fn":
            self._function(token)
        elif token.text in ("impl", "mod"):
            self._within(token)
        else:
            self._skip_item()
        return True

    def _skip_item(self) -> None:
        while self.at < self.limit:
            if self.sees("{"):
                self.skip_group()
                return
            if self.takes(";"):
                return
            if self.sees("(", "["):
                self.skip_group()
            else:
                self.at += 1

    def _within(self, token: Token) -> None:
        """`impl X { … }`: its functions are those of X; a module's items are the file's own."""
        name = ""
        while self.at < self.limit and not self.sees("{", ";", "where"):
            if self.sees("<") and self.skip_types():
                continue
            if self.is_name():
                name = self.token().text or ""
            self.at += 1
        while self.at < self.limit and not self.sees("{", ";"):
            self.at += 1
        if not self.sees("{"):
            self.takes(";")
            return

        def body() -> None:
            with self.group():
                self.block()

        if token.text == "impl":
            self.class_(token.start, name, "", body)
        else:
            body()

    def _function(self, token: Token) -> None:
        name = self.token().text or ""
        self.at += 1
        self.skip_types()
        parameters: list[Parameter] = []
        if self.sees("("):
            with self.group(lines=False):
                parameters = self._parameters()
        while self.at < self.limit and not self.sees("{", ";"):
            if self.sees("(", "["):
                self.skip_group()
            else:
                self.at += 1
        if not self.sees("{"):
            self.takes(";")
            return

        def body(scope: Scope) -> None:
            with self.group():
                value = self.last_value()
                self.returned(value, value.start)

        self.bind_function(self.function(token.start, name, parameters, body))

    def _parameters(self) -> list[Parameter]:
        """Names with the innermost name of their types: `State<Arc<Config>>` is a Config."""
        found = []
        while self.at < self.limit:
            names: list[str] = []
            types: list[str] = []
            depth = 0
            in_type = False
            is_tuple = self.sees("(")  # its type is that of the whole
            while self.at < self.limit and not (depth == 0 and self.sees(",")):
                token = self.token()
                depth += token.text in ("<", "(", "[") and token.kind == "op"
                depth -= token.text in (">", ")", "]") and token.kind == "op"
                if token.text == ":" and depth == 0:
                    in_type = True
                elif token.kind == "name" and token.text not in ("mut", "dyn", "impl", "ref"):
                    (types if in_type else names).append(token.text or "")
                self.at += 1
            self.takes(",")
            if names:
                own = self.scope.name if self.scope.kind == "class" else ""
                type_ = (
                    "" if is_tuple else types[-1] if types else (own if names[-1] == "self" else "")
                )
                found.append(Parameter(names[-1], None, type_))
        return found

    def _let(self, token: Token) -> None:
        self.takes("mut", "ref")
        name = self._pattern(("=", ":", ";"))
        if self.takes(":"):
            while self.at < self.limit and not self.sees("=", ";"):
                if self.sees("(", "["):
                    self.skip_group()
                else:
                    self.at += 1
        value = self.expression() if self.takes("=") else None
        if self.takes("else") and self.sees("{"):
            with self.group(), self.guarded(self.perhaps("whether it fits can't be told")):
                self.block()
        if name is not None:
            place = Name(name.start, name.end, name.text or "")
            self.set(place, value, token.start, declares=True)
        self.end_statement()

    def _pattern(self, ends: tuple[str, ...]) -> Token | None:
        """Go behind a pattern; the name that it gives the value, where it is one."""
        name: Token | None = None
        count = 0
        while self.at < self.limit and not self.sees(*ends):
            token = self.token()
            if token.kind == "name" and token.text not in ("mut", "ref", *FOUND):
                name, count = token, count + 1
            self.at += 1
        return name if count == 1 else None

    def _constant(self, token: Token) -> None:
        self.takes("mut")
        name = self.token()
        self.at += 1
        while self.at < self.limit and not self.sees("=", ";"):
            if self.sees("(", "["):
                self.skip_group()
            else:
                self.at += 1
        if self.takes("=") and name.kind == "name":
            value = self.expression()
            place = Name(name.start, name.end, name.text or "")
            self.set(place, value, token.start, declares=True)
        self.end_statement()

    # -- statements

    def braced(self, token: Token) -> None:
        """An `if` or `match` as a statement: nothing follows its braces."""
        self.word(token)
        self.takes(";")

    def expression_statement(self) -> None:
        start = self.token().start
        self.assigned(self.expression(), start)
        if self.at and self.tokens[self.at - 1].text == "}":
            self.takes(";")
            return
        self.end_statement()

    def last_value(self) -> Expression:
        """Statements up to the end of the group, and the expression that stands last."""
        start = self.token().start
        value: Expression = self.opaque(start, "nothing")
        while self.at < self.limit:
            before = self.at
            token = self.token()
            if self.takes(";"):
                value = self.opaque(token.start, "nothing")
            elif token.text in VALUED and token.kind == "name":
                value = self.expression()
            elif token.text in self.statements:
                self.statement()
            elif not self.declaration():
                value = self.expression()
                value = self.assigned(value, value.start)
            else:
                value = self.opaque(token.start, "nothing")
            if self.at == before:
                self.at += 1
        return value

    def body(self) -> None:
        while self.at < self.limit and not self.sees("{"):
            before = self.at
            self._headed()
            if self.at == before or self.sees("in"):
                self.at += 1
        super().body()

    def loop(self, token: Token) -> None:
        self.at += 1
        with self.guarded(self.perhaps("how often a loop runs can't be told")):
            self.body()

    def _headed(self) -> Expression:
        """An expression that a brace ends: the body's."""
        before, self._in_head = self._in_head, True
        try:
            return self.expression()
        finally:
            self._in_head = before

    # -- expressions

    def passed(self, token: Token) -> Expression:
        self.at += 1
        if self.sees("{"):
            with self.group():
                return self.last_value()
        return self.expression(12) if self.at < self.limit else self.opaque(token.start)

    def returning(self, token: Token) -> Expression:
        self.at += 1
        value = self.expression() if self.at < self.limit and not self.sees(";", ",", "}") else None
        self.returned(value, token.start)
        return self.opaque(token.start, "it returns there")

    def looped(self, token: Token) -> Expression:
        self.loop(token)
        return self.opaque(token.start)

    def chosen(self, token: Token) -> Expression:
        """`if … { } else { }`, and `if let Ok(x) = …`."""
        self.at += 1
        name: Token | None = None
        if self.takes("let"):
            is_found = self.sees(*FOUND)
            name = self._pattern(("=",))
            self.takes("=")
            subject = self._headed()
            test: Expression = Unary(subject.start, subject.end, "found", subject)
            if not is_found:
                test = self.opaque(subject.start, "whether it fits can't be told")
            if name is not None:
                place = Name(name.start, name.end, name.text or "")
                self.set(place, subject, token.start, declares=True)
        else:
            test = self._headed()
        with self.guarded(Guard(test, True)):
            then = self._braced()
        if not self.takes("else"):
            return self.opaque(token.start, "nothing")
        with self.guarded(Guard(test, False)):
            otherwise = self.expression(13) if self.sees("if") else self._braced()
        return Conditional(token.start, self.ended, test, then, otherwise)

    def _braced(self) -> Expression:
        if not self.sees("{"):
            return self.opaque(self.ended)
        before, self._in_head = self._in_head, False
        with self.group():
            value = self.last_value()
        self._in_head = before
        return value

    def matched(self, token: Token) -> Expression:
        self.at += 1
        subject = self._headed()
        if not self.sees("{"):
            return self.opaque(token.start)
        found: list[tuple[Expression | None, Expression]] = []
        others: tuple[Guard, ...] = ()
        before, self._in_head = self._in_head, False
        with self.group():
            while self.at < self.limit:
                place = self.at
                if self.takes(","):
                    continue
                test = self._arm(subject)
                mine = (Guard(test, True),) if test is not None else ()
                with self.guarded(*others, *mine):
                    value = self._braced() if self.sees("{") else self.expression()
                    value = self.assigned(value, value.start)
                found.append((test, value))
                if test is not None and len(others) < LONGEST_CHAIN:
                    others = (*others, Guard(test, False))
                if self.at == place:
                    self.at += 1
        self._in_head = before
        rest: Expression = self.opaque(token.start, "no case may fit")
        value = rest
        for test_, each in reversed(found):
            value = each
            if test_ is not None:
                value = Conditional(token.start, self.ended, test_, each, rest)
            rest = value
        return value

    def _arm(self, subject: Expression) -> Expression | None:
        """The condition of an arm, up to its arrow; None for one that takes all that is left."""
        start = self.token().start
        if self.sees(*MISSING) or self.sees("_"):
            self._pattern(("=>",))
            self.takes("=>")
            return None
        if self.sees(*FOUND):
            name = self._pattern(("=>", "if"))
            if name is not None:
                place = Name(name.start, name.end, name.text or "")
                self.set(place, subject, start, declares=True)
            has_condition = self.sees("if")
            self._pattern(("=>",))
            self.takes("=>")
            test = Unary(start, self.ended, "found", subject)
            return self.opaque(start, "a condition of a case") if has_condition else test
        test_: Expression | None = None
        while self.at < self.limit and not self.sees("=>", "if"):
            place_ = self.at
            each = self.expression(5)
            each = Binary(each.start, each.end, "==", subject, each)
            test_ = each if test_ is None else Binary(start, each.end, "||", test_, each)
            self.takes("|")
            if self.at == place_:
                self.at += 1
        if self.sees("if"):
            self._pattern(("=>",))
            test_ = self.opaque(start, "a condition of a case")
        self.takes("=>")
        return test_ or self.opaque(start)

    def bracketed(self, token: Token) -> Expression:
        if token.text in ("|", "||"):
            return self._closure(token)
        if token.text == "{":
            return self._braced()
        if token.text == "'":  # a label
            self.at += 1
            if self.sees(":") and self.sees("loop", "while", "for", "{", ahead=1):
                self.at += 1
                return self.expression(12)
            # else a text in the wrong quotes: no name that is in it may be spoken of
            self.at = self.limit if not self.sees("loop", "while", "for", ">", ",") else self.at
            return self.opaque(token.start)
        return super().bracketed(token)

    def _closure(self, token: Token) -> Expression:
        parameters: list[Parameter] = []
        self.at += 1
        if token.text == "|":
            while self.at < self.limit and not self.takes("|"):
                if self.is_name() and self.sees(",", ":", "|", ahead=1):
                    parameters.append(Parameter(self.token().text or ""))
                self.at += 1

        def body(scope: Scope) -> None:
            value = self._braced() if self.sees("{") else self.expression()
            self.returned(value, value.start)

        return self.function(token.start, "", parameters, body)

    def follows(self, left: Expression) -> Expression | None:
        token = self.token()
        if token.kind == "op":
            if token.text == "?":
                self.at += 1
                return Unary(left.start, token.end, "?", left)
            is_macro = isinstance(left, Name) and token.start == left.end
            if token.text == "!" and is_macro and self.sees("(", "[", "{", ahead=1):
                return self._macro(left)
            if token.text == "{" and isinstance(left, Name | Member) and self._is_literal(left):
                return self._literal(left)
            if token.text == "." and self.sees("await", ahead=1):
                self.at += 2
                return left
        return super().follows(left)

    def _macro(self, left: Expression) -> Expression:
        assert isinstance(left, Name)
        self.at += 1
        callee = Name(left.start, self.ended, f"{left.id}!")
        with self.group(lines=False):
            arguments = self.arguments()
        return self.called(left.start, callee, arguments)

    def _is_literal(self, left: Expression) -> bool:
        """Whether the braces behind a name hold a struct's fields."""
        last = left.name if isinstance(left, Member) else left.id if isinstance(left, Name) else ""
        if self._in_head or not last[:1].isupper():
            return False
        return self.is_name(1) and self.sees(":", ",", "}", ahead=2)

    def _literal(self, left: Expression) -> Expression:
        arguments: list[Argument] = []
        with self.group(lines=False):
            while self.at < self.limit:
                before = self.at
                if self.takes(","):
                    continue
                if self.is_name() and self.sees(":", ahead=1):
                    name = self.token().text
                    self.at += 2
                    arguments.append(Argument(self.expression(), name))
                elif self.is_name():
                    token = self.token()
                    self.at += 1
                    arguments.append(Argument(self.name(token), token.text))
                self.salvage(",")
                if self.at == before:
                    self.at += 1
        last = left.name if isinstance(left, Member) else ""
        callee = Name(left.start, left.end, last) if last else left
        return self.called(left.start, callee, arguments, new=True)

    def call(self, left: Expression, *, new: bool = False) -> Expression:
        before, self._in_head = self._in_head, False
        made = super().call(left, new=new)
        self._in_head = before
        return made

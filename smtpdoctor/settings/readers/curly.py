"""What languages with braces have in common: tokens brought into `syntax`.

This module knows operators, calls, blocks, classes and how names belong to them. It must not know
one language's own statements (`java`, `kotlin`, `csharp`, `rust`, `dart`, `r` have them), nor what
an expression comes to. What is not understood is `Opaque`, and what stands in it is read all the
same.

A class's fields are names with `this.` before them: `this.host` and, where nothing nearer is
called so, `host`. Where an object is set up in braces behind it (`apply { … }`, `new X { … }`),
what is set there is set on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

from smtpdoctor.settings.readers.curly_tokens import Token, closings, lexer_of
from smtpdoctor.settings.readers.model import Reason
from smtpdoctor.settings.readers.source import Source
from smtpdoctor.settings.readers.syntax import (
    WHERE_IT_FAILS,
    Argument,
    Binary,
    Bind,
    Call,
    Class,
    Conditional,
    Constant,
    Expression,
    Function,
    Guard,
    Index,
    Item,
    Member,
    Name,
    Opaque,
    Parameter,
    Return,
    Scope,
    Sequence,
    Template,
    Unary,
)
from smtpdoctor.settings.readers.tree import (
    MAXIMUM_DEPTH,
    MAXIMUM_NODES,
    key_text,
    parsed_end,
    path_of,
)

#: A level takes some six of the thousand frames that Python allows.
DEEPEST = 60
#: Tokens between the angle brackets of types.
LONGEST_TYPE = 60
#: Conditions that an `else` stands behind.
LONGEST_CHAIN = 50
FIELD = "this."
#: What a constructor is called as a scope; as a function it has the name of its class.
CONSTRUCTOR = "constructor"
OPENING = ("(", "[", "{")
CLOSING = (")", "]", "}")
END = Token("end", 0, 0, None)

BINARY = {
    "??": 1, "?:": 1, "||": 2, "&&": 3, "|": 4, "^": 5, "&": 6, "==": 7, "!=": 7, "===": 7,
    "!==": 7, "<": 8, ">": 8, "<=": 8, ">=": 8, "..": 9, "..=": 9, "..<": 9, "+": 10, "-": 10,
    "*": 11, "/": 11, "%": 11,
}  # fmt: skip
ASSIGNING = ("=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "??=", "<<=")


@dataclass(slots=True, repr=False)
class Setting:
    """An assignment, until all names are known. `made`: what it sets something on is the result
    of that call."""

    root: str
    keys: tuple[Expression, ...]
    value: Expression | None
    guards: tuple[Guard, ...]
    start: int
    end: int
    scope: Scope
    made: Call | None = None
    within: Call | None = None


class Curly:
    """One file of such a language; a language's own class has its statements and words."""

    language: ClassVar[str]
    #: Words before a declaration that say nothing here.
    modifiers: ClassVar[frozenset[str]] = frozenset()
    #: Statements and expressions by the word that they begin with.
    statements: ClassVar[dict[str, str]] = {}
    expressions: ClassVar[dict[str, str]] = {}
    constants: ClassVar[dict[str, Any]] = {"true": True, "false": False, "null": None}
    #: Words that are operators: `as`, `is`, `in`.
    infix: ClassVar[dict[str, int]] = {}
    #: Whether the end of a line ends a statement.
    by_lines: ClassVar[bool] = False
    named: str = ""  # what stands between an argument's name and its value

    def __init__(self, source: Source) -> None:
        self.source = source
        self.end = parsed_end(source)
        lexer = lexer_of(source.bytes[: self.end], self.language)
        self.tokens = lexer.tokens()
        self.errors = lexer.errors
        self.close = closings(self.tokens)
        self.at, self.limit = 0, len(self.tokens)
        self.scope = Scope("module")
        self.calls: list[Call] = []
        self.nodes = 0
        self._guards: tuple[Guard, ...] = ()
        self._depth = 0
        self._in_lines = self.by_lines
        self._names: list[tuple[Name, Scope]] = []
        self._settings: list[Setting] = []
        self._receivers: tuple[Call, ...] = ()
        self._called_on: list[tuple[Call, Call]] = []
        self._spoken_of: list[tuple[Name, Call]] = []
        #: Names that some assignment gives a value, by the scope that they belong to.
        self._valued: set[tuple[int, str]] = set()
        #: Names that stand for what a block is done to: Kotlin's `it`.
        self._aliases: dict[str, Call] = {}

    def lower(self) -> None:
        """Read the whole file."""
        try:
            self.block()
        except RecursionError:  # what is nested deeper than the bounds think
            self.end = min(self.end, self.token().start)
        self._settle()

    # -- tokens

    def token(self, ahead: int = 0) -> Token:
        """The token there, END behind the last one of the group."""
        place = self.at + ahead
        return self.tokens[place] if 0 <= place < self.limit else END

    def sees(self, *texts: str, ahead: int = 0) -> bool:
        """Whether one of these names or operators stands there."""
        token = self.token(ahead)
        return token.text in texts and token.kind in ("name", "op")

    def takes(self, *texts: str) -> bool:
        """The same, and goes on behind it."""
        if self.sees(*texts):
            self.at += 1
            return True
        return False

    def is_name(self, ahead: int = 0) -> bool:
        return self.token(ahead).kind == "name"

    @property
    def ended(self) -> int:
        """The byte where the last token ended."""
        return self.tokens[self.at - 1].end if self.at else 0

    @contextmanager
    def group(self, *, lines: bool | None = None) -> Iterator[None]:
        """What stands between the brackets that open here; goes on behind them."""
        limit, in_lines = self.limit, self._in_lines
        end = min(self.close[self.at], limit)
        self._in_lines = self.by_lines and self.sees("{") if lines is None else lines
        self.at, self.limit = self.at + 1, end
        try:
            yield
        finally:
            self.limit, self._in_lines = limit, in_lines
            self.at = min(end + 1, limit)

    def after_group(self) -> Token:
        """The token behind the group that opens here."""
        place = self.close[self.at] + 1
        return self.tokens[place] if place < self.limit else END

    def skip_group(self) -> None:
        self.at = min(self.close[self.at] + 1, self.limit)

    def skip_types(self) -> bool:
        """Go behind `<…>`, where it is made of types alone."""
        if not self.sees("<"):
            return False
        depth, place = 0, self.at
        while place < min(self.limit, self.at + LONGEST_TYPE):
            token = self.tokens[place]
            if token.text == "<" and token.kind == "op":
                depth += 1
            elif token.text == ">" and token.kind == "op":
                depth -= 1
                if depth == 0:
                    self.at = place + 1
                    return True
            elif token.kind not in ("name", "number") and token.text not in (
                ",", ".", "?", "::", "[", "]", "&", "'", "*", "(", ")", "->", "+", "=", ":", "@",
            ):  # fmt: skip
                return False
            place += 1
        return False

    def salvage(self, *texts: str) -> None:
        """Go on to one of these, and read what stands before it all the same."""
        while self.at < self.limit and not self.sees(*texts):
            before = self.at
            self.expression()
            if self.at == before:
                self.at += 1

    def opaque(self, start: int, text: str = "an expression that is not understood") -> Opaque:
        return Opaque(start, max(self.ended, start), "computed", text)

    # -- what happens

    @contextmanager
    def guarded(self, *guards: Guard) -> Iterator[None]:
        before = self._guards
        self._guards = before + guards
        try:
            yield
        finally:
            self._guards = before

    def perhaps(self, text: str, reason: Reason = "condition") -> Guard:
        """A guard that can't be told."""
        start = self.token().start if self.at < self.limit else self.ended
        return Guard(Opaque(start, start, reason, text), True)

    def failure(self) -> Guard:
        """What guards a handler of errors."""
        return self.perhaps(WHERE_IT_FAILS, "failure")

    @contextmanager
    def inside(self, scope: Scope) -> Iterator[None]:
        before = self.scope, self._guards, self._receivers
        self.scope = scope
        if scope.kind == "function":
            self._guards = ()
        try:
            yield
        finally:
            self.scope, self._guards, self._receivers = before

    @contextmanager
    def on(self, made: Call) -> Iterator[None]:
        """What has no other object is done to the result of that call."""
        before = self._receivers
        self._receivers = (*before, made)
        try:
            yield
        finally:
            self._receivers = before

    def set(
        self,
        target: Expression,
        value: Expression | None,
        start: int,
        *,
        declares: bool = False,
        made: Call | None = None,
    ) -> None:
        """A name, or something below it, gets a value."""
        path = path_of(target)
        if path is None:
            return
        root, keys = path
        if declares:
            root = FIELD + root if self.scope.kind == "class" else root
            self.scope.owned.add(root)
        end = value.end if value is not None else target.end
        within = self._receivers[-1] if self._receivers and not declares else None
        self._settings.append(
            Setting(root, keys, value, self._guards, start, end, self.scope, made, within)
        )

    def name(self, token: Token) -> Name:
        made = Name(token.start, token.end, token.text or "")
        alias = self._aliases.get(made.id)
        if alias is not None:
            self._spoken_of.append((made, alias))
        else:
            self._names.append((made, self.scope))
        return made

    def called(
        self,
        start: int,
        callee: Expression,
        arguments: list[Argument],
        *,
        new: bool = False,
        block: Function | None = None,
    ) -> Call:
        made = Call(
            start, max(self.ended, callee.end), callee, arguments, new, block, self.scope,
            self._guards,
        )  # fmt: skip
        self.calls.append(made)
        if self._receivers and isinstance(callee, Name) and not new:
            self._called_on.append((made, self._receivers[-1]))
        return made

    def returned(self, value: Expression | None, start: int) -> None:
        # what is done to the value in braces behind it comes before the return
        self.scope.returns.append(Return(value, self._guards, max(start, self.ended)))

    # -- names, once all are known

    def _settle(self) -> None:
        """Say of each name whether it is a field's, and of each assignment what it sets."""
        for name, scope in self._names:
            name.id = self._resolved(name.id, scope)
        for call, receiver in self._called_on:
            if isinstance(call.callee, Name) and not self._is_owned(call.callee.id, call.scope):
                inner = call.callee
                thing: Expression = receiver.callee
                if not stands_for_a_name(receiver):
                    thing = Name(inner.start, inner.start, self._handle(receiver))
                call.callee = Member(inner.start, inner.end, thing, inner.id)
        for name, receiver in self._spoken_of:
            name.id = self._handle(receiver)
        for setting in self._settings:
            self._bind(setting)
        for setting in self._settings:  # a field that nothing but its declaration speaks of
            if setting.value is None and setting.root.startswith(FIELD) and not setting.keys:
                self._leave_open(setting)

    def _handle(self, made: Call) -> str:
        """The variable of a call's result, one of its own where it has none."""
        if stands_for_a_name(made) and isinstance(made.callee, Name):
            return made.callee.id
        if not made.target:
            for setting in self._settings:
                if setting.value is made and not setting.keys and setting.within is None:
                    made.target = (self._resolved(setting.root, setting.scope),)
                    return made.target[0]
            made.target = (f"new:{made.start}",)
            if made.scope is not None:
                made.scope.owned.add(made.target[0])
                bind = Bind(
                    made.target[0], (), made, made.guards, made.start, made.start, made.scope
                )
                made.scope.binds.setdefault(made.target[0], []).append(bind)
        return made.target[0]

    def _is_owned(self, name: str, scope: Scope | None) -> bool:
        while scope is not None:
            if name in scope.owned or FIELD + name in scope.owned:
                return True
            scope = scope.parent
        return False

    @staticmethod
    def _is_local(name: str, scope: Scope | None) -> bool:
        """Whether a function around it has a variable of that name."""
        while scope is not None and scope.kind != "class":
            if name in scope.owned:
                return True
            scope = scope.parent
        return False

    def _resolved(self, name: str, scope: Scope | None) -> str:
        while scope is not None:
            if name in scope.owned:
                return name
            if scope.kind == "class" and FIELD + name in scope.owned:
                return FIELD + name
            scope = scope.parent
        return name

    def _bind(self, setting: Setting) -> None:
        root, keys = setting.root, setting.keys
        receiver = setting.made or setting.within
        if setting.made is not None or (
            receiver is not None and (root == "this" or not self._is_local(root, setting.scope))
        ):
            assert receiver is not None
            place = Constant(setting.start, setting.start, root)
            keys = keys if root == "this" else (place, *keys)
            path = path_of(receiver.callee) if stands_for_a_name(receiver) else None
            root, above = path or (self._handle(receiver), ())
            keys = (*above, *keys)
        else:
            root = self._resolved(root, setting.scope)
        bind = Bind(
            root, keys, setting.value, setting.guards, setting.start, setting.end, setting.scope
        )
        setting.scope.binds.setdefault(root, []).append(bind)
        if setting.value is not None and not keys:
            home = setting.scope
            while root not in home.owned and home.parent is not None:
                home = home.parent
            self._valued.add((id(home), root))
        if isinstance(setting.value, Call) and not setting.value.target:
            setting.value.target = (root, *(key_text(key) for key in keys))

    def _leave_open(self, setting: Setting) -> None:
        if (id(setting.scope), setting.root) in self._valued:
            return
        self._valued.add((id(setting.scope), setting.root))
        for bind in setting.scope.binds.get(setting.root, ()):
            if bind.value is None and not bind.keys:
                bind.value = self.left_open(bind, setting.root.removeprefix(FIELD))

    def left_open(self, bind: Bind, name: str) -> Expression:
        """What a field is that nothing here sets: whoever makes the object does."""
        type_ = bind.scope.types.get(FIELD + name, "")
        callee = Name(bind.start, bind.start, "field:")
        arguments = [Argument(Constant(bind.start, bind.end, each)) for each in (name, type_)]
        return Call(bind.start, bind.end, callee, arguments, scope=bind.scope)

    # -- statements

    def block(self) -> None:
        """Statements up to the end of the group."""
        while self.at < self.limit:
            before = self.at
            self.statement()
            if self.at == before:
                self.at += 1

    def statement(self) -> None:
        """One statement."""
        if self._depth >= DEEPEST:
            self.skip_deep()
            return
        self._depth += 1
        try:
            self._statement()
        finally:
            self._depth -= 1

    def _statement(self) -> None:
        token = self.token()
        if token.kind == "op":
            if self.takes(";", ","):
                return
            if token.text == "{":
                with self.group():
                    self.block()
                return
        if token.kind == "name" and token.text in self.statements:
            method: Callable[[Token], bool | None] = getattr(self, self.statements[token.text])
            if method(token) is not False:
                return
        if self.declaration():
            return
        self.expression_statement()

    def declaration(self) -> bool:
        """A declaration, where one begins here."""
        return False

    def expression_statement(self) -> None:
        start = self.token().start
        left = self.expression()
        self.assigned(left, start)
        self.end_statement()

    def assigned(self, left: Expression, start: int) -> Expression:
        """What follows an expression: `= value`, also for several names: `a = b = value`."""
        targets: list[tuple[Expression, str]] = []
        value = left
        while self.sees(*ASSIGNING):
            targets.append((value, self.token().text or ""))
            self.at += 1
            value = self.expression()
        for target, operator in reversed(targets):
            if operator not in ("=", "??="):
                value = Binary(target.start, value.end, operator[:-1], target, value)
            self.set(target, value, min(start, target.start))
        return value

    def end_statement(self) -> None:
        """Go behind what is left of a statement."""
        while self.at < self.limit:
            if self.takes(";"):
                return
            token = self.token()
            if self._in_lines and token.fresh:
                return
            if token.text in CLOSING and token.kind == "op":
                self.at += 1
                return
            before = self.at
            if token.text == "{" and token.kind == "op":
                with self.group():
                    self.block()
                return
            self.expression()
            if self.at == before:
                self.at += 1

    def body(self) -> None:
        """A block in braces, or one statement."""
        if self.sees("{"):
            with self.group():
                self.block()
        else:
            self.statement()

    def condition(self) -> Expression:
        """What stands in the brackets of an `if`."""
        start = self.token().start
        if not self.sees("("):
            return self.opaque(start)
        with self.group():
            test = self.expression() if self.at < self.limit else self.opaque(start)
            self.salvage()
        return test

    def if_(self, token: Token) -> None:
        """An `if` with all the `else if` behind it."""
        guards: tuple[Guard, ...] = ()
        while self.takes("if"):
            test = self.condition()
            with self.guarded(*guards, Guard(test, True)):
                self.body()
            guards = (*guards[:LONGEST_CHAIN], Guard(test, False))
            if self.sees(";") and self.sees("else", ahead=1):
                self.at += 1
            if not self.takes("else"):
                return
        with self.guarded(*guards):
            self.body()

    def loop(self, token: Token) -> None:
        self.at += 1
        with self.guarded(self.perhaps("how often a loop runs can't be told")):
            if self.sees("("):
                with self.group():
                    self.block()
            self.body()

    def try_(self, token: Token) -> None:
        self.at += 1
        if self.sees("("):
            with self.group():
                self.block()
        self.body()
        while self.sees("catch", "finally", "when"):
            caught = not self.takes("finally")
            self.at += caught
            guards = [self.failure()] if caught else []
            if self.sees("("):
                self.skip_group()
            if self.sees("when"):
                continue
            with self.guarded(*guards):
                self.body()

    def return_(self, token: Token) -> None:
        self.at += 1
        ends = self.sees(";") or self.at >= self.limit or (self._in_lines and self.token().fresh)
        value = None if ends else self.expression()
        if value is not None:
            value = self.assigned(value, value.start)
        self.returned(value, token.start)
        self.end_statement()

    def passed_over(self, token: Token) -> None:
        """A statement that sets nothing: an import, a package."""
        while self.at < self.limit and not self.takes(";"):
            self.at += 1
            if self._in_lines and self.token().fresh:
                return

    # -- functions and classes

    def function(
        self, start: int, name: str, parameters: list[Parameter], body: Callable[[Scope], None]
    ) -> Function:
        """A function, whose body is read in its own scope."""
        scope = self.scope.inner("function", name)
        called = self.scope.name if name == CONSTRUCTOR else name
        made = Function(start, start, called, parameters, scope)
        scope.function = made
        for parameter in parameters:
            scope.owned.add(parameter.name)
        lines = self._in_lines
        with self.inside(scope):
            for parameter in parameters:
                filled = parameter.default
                if isinstance(filled, Call) and callee_is_note(filled):
                    place = Name(start, start, parameter.name)
                    self.set(place, filled, filled.start, declares=True)
            body(scope)
        self._in_lines = lines
        made.end = max(self.ended, start)
        return made

    def bind_function(self, made: Function) -> None:
        """A function by its name in the scope that it stands in, wherever it is called there."""
        self.scope.owned.add(made.name)
        bind = Bind(made.name, (), made, (), 0, 0, self.scope)
        self.scope.binds.setdefault(made.name, []).append(bind)

    def class_(self, start: int, name: str, base: str, body: Callable[[], None]) -> Class:
        """A class by its name; its fields and functions are read in its own scope."""
        scope = self.scope.inner("class", name)
        made = Class(start, start, name, base, scope)
        if name:
            self.scope.owned.add(name)
            bind = Bind(name, (), made, (), 0, 0, self.scope)
            self.scope.binds.setdefault(name, []).append(bind)
        with self.inside(scope):
            self._guards = ()
            body()
        made.end = max(self.ended, start)
        return made

    def expression_body(self, scope: Scope) -> None:
        """What a function gives whose body is one expression."""
        value = self.expression()
        value = self.assigned(value, value.start)
        self.returned(value, value.start)

    # -- expressions

    def expression(self, least: int = 0) -> Expression:
        """An expression of operators that bind at least so much."""
        start = self.token().start if self.at < self.limit else self.ended
        self.nodes += 1
        if self.nodes > MAXIMUM_NODES:
            self.end = min(self.end, start)
            self.at = self.limit
            return Opaque(start, start, "too-long", "the file is too long")
        if self._depth >= DEEPEST:
            self.skip_deep()
            return Opaque(start, self.ended, "too-deep", "it is nested too deep")
        self._depth += 1
        try:
            left = self.prefix()
            return self._operators(left, least)
        finally:
            self._depth -= 1

    def skip_deep(self) -> None:
        """Go behind one thing without looking into it."""
        if self.at < self.limit:
            if self.token().kind == "op" and self.token().text in OPENING:
                self.skip_group()
            else:
                self.at += 1

    def _operators(self, left: Expression, least: int) -> Expression:
        for _ in range(MAXIMUM_NODES):
            token = self.token()
            if token.kind == "end" or self._ends_line(token):
                return left
            if token.kind == "name":
                power = self.infix.get(token.text or "", -1)
                if power < least or power < 0:
                    return left
                left = self.word_operator(left, token)
                continue
            if token.kind != "op":
                return left
            if token.text == "?" and least == 0 and self.has_ternary:
                left = self._ternary(left)
                continue
            power = BINARY.get(token.text or "", -1)
            if power < 0 or power < least:
                return left
            self.at += 1
            # a default behind a default: the right one first
            right = self.expression(power if token.text in ("??", "?:") else power + 1)
            left = Binary(left.start, right.end, token.text or "", left, right)
        return left

    has_ternary: ClassVar[bool] = True

    def _ends_line(self, token: Token) -> bool:
        goes_on = ("?:", "&&", "||", "??")
        return self._in_lines and token.fresh and token.text not in goes_on

    def _ternary(self, test: Expression) -> Expression:
        self.at += 1
        with self.guarded(Guard(test, True)):
            then = self.expression()
        if not self.takes(":"):
            return self.opaque(test.start)
        with self.guarded(Guard(test, False)):
            otherwise = self.expression()
        return Conditional(test.start, otherwise.end, test, then, otherwise)

    def word_operator(self, left: Expression, token: Token) -> Expression:
        """An operator that is a word; the type behind `as` makes no difference here."""
        self.at += 1
        if token.text in ("as", "instanceof", "is"):
            self.takes("?", "!", "not")
            self.type_name()
            if self.is_name() and token.text == "instanceof":
                self.at += 1
            return left if token.text == "as" else self.opaque(left.start)
        right = self.expression(self.infix[token.text or ""] + 1)
        return Binary(left.start, right.end, token.text or "", left, right)

    def prefix(self) -> Expression:
        token = self.token()
        if token.kind == "op" and token.text in (
            "-", "!", "~", "+", "*", "&", "&&", "++", "--", "!!", "^",
        ):  # fmt: skip
            self.at += 1
            operand = self.expression(12)
            if token.text in ("&", "*", "&&", "+"):  # where a value is makes no difference here
                return operand
            if token.text == "!!":
                operand = Unary(token.start, operand.end, "!", operand)
            return Unary(token.start, operand.end, (token.text or "")[:1], operand)
        return self.postfix(self.primary())

    def primary(self) -> Expression:
        token = self.token()
        match token.kind:
            case "text":
                self.at += 1
                return self.written(token)
            case "number":
                self.at += 1
                return self.number(token)
            case "name":
                return self.word(token)
            case "op":
                return self.bracketed(token)
        if token.kind != "end":
            self.at += 1
        return Opaque(token.start, token.end, "syntax", "this doesn't parse")

    def word(self, token: Token) -> Expression:
        text = token.text or ""
        if text in self.constants:
            self.at += 1
            return Constant(token.start, token.end, self.constants[text])
        if text in self.expressions:
            method: Callable[[Token], Expression] = getattr(self, self.expressions[text])
            return method(token)
        self.at += 1
        return self.name(token)

    def bracketed(self, token: Token) -> Expression:
        """What begins with a bracket, and operators that begin nothing."""
        if token.text == "(":
            return self.parenthesised(token)
        if token.text == "[":
            return self.listed(token)
        if token.text == "{":
            with self.group():
                self.block()
            return self.opaque(token.start)
        if token.text not in (*CLOSING, ";", ","):
            self.at += 1
        return Opaque(token.start, token.end, "syntax", "this doesn't parse")

    def parenthesised(self, token: Token) -> Expression:
        with self.group(lines=False):
            if self.at >= self.limit:
                return Sequence(token.start, token.end, [])
            value = self.expression()
            value = self.assigned(value, value.start)
            if self.sees(","):
                items = [Item(None, value, value.start, value.end), *self.items()]
                value = Sequence(token.start, self.ended, items)
            self.salvage()
        return value

    def items(self) -> list[Item]:
        """Values with commas between, up to the end of the group."""
        found = []
        while self.at < self.limit:
            if self.takes(","):
                continue
            before = self.at
            value = self.expression()
            value = self.assigned(value, value.start)
            found.append(Item(None, value, value.start, value.end))
            self.salvage(",")
            if self.at == before:
                self.at += 1
        return found

    def listed(self, token: Token) -> Expression:
        with self.group():
            items = self.items()
        return Sequence(token.start, self.ended, items)

    def written(self, token: Token) -> Expression:
        """A text, with the code that is put into it."""
        if not token.pieces:
            if token.text is None:
                return Opaque(token.start, token.end, "computed", "a text that is not understood")
            return Constant(token.start, token.end, token.text)
        parts: list[Expression] = []
        for piece in token.pieces:
            if piece.code is None:
                said: Expression = Constant(piece.start, piece.end, piece.text)
                if piece.text is None:
                    said = Opaque(
                        piece.start, piece.end, "computed", "a text that is not understood"
                    )
                parts.append(said)
            else:
                parts.append(self._put_in(piece.code, piece.start, piece.end))
        return Template(token.start, token.end, parts)

    def _put_in(self, tokens: list[Token], start: int, end: int) -> Expression:
        """The value of code within a text."""
        if not tokens or self._depth >= DEEPEST:
            return Opaque(start, end, "computed", "a text that is not understood")
        before = self.tokens, self.close, self.at, self.limit, self._in_lines
        self.tokens, self.close = tokens, closings(tokens)
        self.at, self.limit, self._in_lines = 0, len(tokens), False
        self._depth += 1
        try:
            value = self.expression()
            return value if self.at >= self.limit else self.opaque(start)
        finally:
            self.tokens, self.close, self.at, self.limit, self._in_lines = before
            self._depth -= 1

    def number(self, token: Token) -> Expression:
        text = (token.text or "").replace("_", "").rstrip("uUlL")
        for suffix in ("u8", "u16", "u32", "u64", "usize", "i8", "i16", "i32", "i64", "isize"):
            text = text.removesuffix(suffix)
        if text.isdecimal() and len(text) < 19:
            return Constant(token.start, token.end, int(text))
        try:
            if text[:2].lower() in ("0x", "0b"):
                return Constant(token.start, token.end, int(text, 0))
            return Constant(token.start, token.end, float(text.rstrip("fFdDmM")))
        except ValueError:
            return Opaque(token.start, token.end, "computed", "a number that is not understood")

    # -- what follows an expression

    def postfix(self, left: Expression) -> Expression:
        for _ in range(MAXIMUM_NODES):
            found = self.follows(left)
            if found is None:
                return left
            left = found
        return left

    def follows(self, left: Expression) -> Expression | None:
        """One call, member or index behind an expression; None where none follows."""
        token = self.token()
        if token.kind != "op":
            return None
        if token.text in (".", "?.", "::"):
            return self.member(left, token)
        if self._in_lines and token.fresh:
            return None
        if token.text == "(":
            return self.call(left)
        if token.text == "[":
            return self.indexed(left)
        if token.text in ("++", "--"):
            self.at += 1
            return self.opaque(left.start)
        if token.text == "<" and isinstance(left, Name | Member):
            before = self.at
            if self.skip_types() and self.sees("(", "::", "."):
                return left
            self.at = before
        return None

    def member(self, left: Expression, token: Token) -> Expression:
        self.at += 1
        if self.skip_types() and self.sees("(", "::", "."):
            return left
        name = self.token()
        if name.kind not in ("name", "number"):
            return self.opaque(left.start)
        self.at += 1
        if isinstance(left, Name) and left.id == "this":
            return self.own(name, left)
        return Member(left.start, name.end, left, name.text or "", token.text == "?.")

    def own(self, token: Token, this: Name) -> Expression:
        """`this.name`: a function of the class where it is called, else a field."""
        if self._receivers:
            return Member(this.start, token.end, this, token.text or "")
        if self.sees("("):
            return Name(this.start, token.end, token.text or "")
        made = Name(this.start, token.end, FIELD + (token.text or ""))
        self._names.append((made, self.scope))
        return made

    def call(self, left: Expression, *, new: bool = False) -> Expression:
        with self.group(lines=False):
            arguments = self.arguments()
        return self.called(left.start, left, arguments, new=new)

    def arguments(self) -> list[Argument]:
        found: list[Argument] = []
        while self.at < self.limit:
            if self.takes(","):
                continue
            before = self.at
            found.append(self.argument())
            self.salvage(",")
            if self.at == before:
                self.at += 1
        return found

    def argument(self) -> Argument:
        name = None
        if self.named and self.is_name() and self.sees(self.named, ahead=1):
            name = self.token().text
            self.at += 2
        value = self.expression()
        value = self.assigned(value, value.start)
        return Argument(value, name)

    def indexed(self, left: Expression) -> Expression:
        with self.group(lines=False):
            index = self.expression() if self.at < self.limit else self.opaque(left.start)
            self.salvage()
        return Index(left.start, self.ended, left, index)

    # -- types

    def type_name(self) -> str:
        """Go behind a type; its last name with what stands in angle brackets."""
        name = ""
        while self.is_name():
            name = self.token().text or ""
            self.at += 1
            first = self.at
            if self.skip_types():
                inner = self.tokens[first : self.at]
                name += "".join(each.text or "" for each in inner)
            if not (self.sees(".", "::") and self.is_name(1)):
                break
            self.at += 1
        while (self.sees("[") and self.sees("]", ahead=1)) or self.sees("?"):
            self.at += 1 if self.sees("?") else 2
        return name


def callee_is_note(call: Call) -> bool:
    """Whether it is what an annotation fills in: `@Value("…")`."""
    return isinstance(call.callee, Name) and call.callee.id.startswith("@")


def stands_for_a_name(made: Call) -> bool:
    """Whether it is no call of the file, but what `mailer.apply { … }` speaks of."""
    return made.start == made.end


assert DEEPEST < MAXIMUM_DEPTH

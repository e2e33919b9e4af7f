"""Kotlin: its statements and declarations brought into `syntax`.

This module knows Kotlin's words. What operators and functions come to is in `jvm_library`.
"""

from __future__ import annotations

from typing import ClassVar

from smtpdoctor.settings.readers.curly import CONSTRUCTOR, FIELD
from smtpdoctor.settings.readers.curly_tokens import Token
from smtpdoctor.settings.readers.java import Annotated
from smtpdoctor.settings.readers.syntax import (
    Argument,
    Call,
    Conditional,
    Expression,
    Guard,
    Member,
    Name,
    Parameter,
    Scope,
    Unary,
)

#: Functions whose block has the object as `this`, and those that have it as `it`.
SELF = ("apply", "run")
ITS = ("also", "let")
RECEIVING = ("with",)
#: Words between a value and its function or class.
MODIFIERS = frozenset(
    {
        "public", "private", "protected", "internal", "open", "abstract", "final", "override",
        "lateinit", "const", "data", "sealed", "enum", "annotation", "inner", "inline", "suspend",
        "operator", "infix", "tailrec", "external", "companion", "vararg", "value", "noinline",
        "crossinline", "expect", "actual", "reified",
    }
)  # fmt: skip
#: `this@Shop`, the object of a class around.
OF_CLASS = "this@"
DECLARING = ("class", "interface", "object", "fun", "val", "var", "constructor", "init",
             "typealias")  # fmt: skip


class KotlinLowering(Annotated):
    language = "kotlin"
    by_lines = True
    named = "="
    has_ternary = False
    modifiers = MODIFIERS
    statements: ClassVar[dict[str, str]] = {
        "for": "loop", "while": "loop", "do": "loop", "return": "return_",
        "import": "passed_over", "package": "passed_over", "break": "passed_over",
        "continue": "passed_over",
    }  # fmt: skip
    expressions: ClassVar[dict[str, str]] = {
        "if": "chosen", "when": "when", "try": "tried", "object": "object_", "this": "this",
        "throw": "thrown", "return": "returning", "fun": "nameless",
    }  # fmt: skip
    infix: ClassVar[dict[str, int]] = {"as": 12, "is": 8, "in": 8, "to": 9, "until": 9}

    # -- declarations

    def declaration(self) -> bool:
        start = self.at
        token = self.token()
        notes: dict[str, list[Argument]] = {}
        while True:
            if self.sees("@"):
                name, arguments = self.annotation()
                notes[name] = arguments
            elif self._is_modifier():
                self.at += 1
            else:
                break
        word = self.token().text
        if not self.is_name() or word not in DECLARING:
            self.at = start if not notes else self.at
            return False
        if word == "object" and not (self.is_name(1) or self.sees("{", ahead=1)):
            self.at = start
            return False
        self.at += 1
        if word in ("class", "interface", "object"):
            self._class(token, notes)
        elif word in ("fun", "constructor"):
            self._fun(token)
        elif word == "init":
            self.body()
        elif word == "typealias":
            self.passed_over(token)
        else:
            self._property(token, notes)
        return True

    def _is_modifier(self) -> bool:
        following = self.token(1)
        return self.token().text in MODIFIERS and (
            following.kind == "name" or following.text == "@"
        ) and not following.fresh  # fmt: skip

    def _class(self, token: Token, notes: dict[str, list[Argument]]) -> None:
        is_companion = self.tokens[self.at - 2].text == "companion" if self.at > 1 else False
        name = ""
        if self.is_name() and not self.sees(":"):
            name = self.token().text or ""
            self.at += 1
        if is_companion:  # its fields are the class's own
            if self.sees("{"):
                with self.group():
                    self.block()
            return
        self.skip_types()
        while self.sees("@") or self.token().text in MODIFIERS or self.sees("constructor"):
            if self.sees("@"):
                self.annotation()
            else:
                self.at += 1

        def body() -> None:
            self.prefixed(notes)
            if self.sees("("):
                with self.group(lines=False):
                    self._fields(token)
            self._bases()
            if self.sees("{"):
                with self.group():
                    self.block()

        self.class_(token.start, name, "", body)

    def _bases(self) -> None:
        """What stands between a class's head and its body."""
        if not self.takes(":"):
            return
        while self.at < self.limit and not self.sees("{"):
            if self.token().fresh and self.tokens[self.at - 1].text != ",":
                return
            if self.sees("("):
                with self.group(lines=False):
                    self.arguments()
            else:
                self.at += 1

    def _fields(self, token: Token) -> None:
        """A class's parameters are fields of it."""
        for each in self.parameters():
            name = Name(token.start, token.end, each.name)
            self.scope.types[FIELD + each.name] = each.type
            self.set(name, each.default, token.start, declares=True)

    def parameters(self) -> list[Parameter]:
        found = []
        while self.at < self.limit:
            before = self.at
            token = self.token()
            default: Expression | None = None
            while self.sees("@") or (
                self.token().text in (*MODIFIERS, "val", "var") and self.is_name(1)
            ):
                if self.sees("@"):
                    note, arguments = self.annotation()
                    if note in ("Value", "ConfigProperty") and arguments:
                        default = self.valued(note, arguments, token)
                else:
                    self.at += 1
            name = self.token().text if self.is_name() else None
            self.at += 1
            type_ = self.type_name() if self.takes(":") else ""
            if self.takes("="):
                default = self.expression()
            if name is not None:
                found.append(Parameter(name, default, type_))
            while self.at < self.limit and not self.takes(","):
                self.at += 1
            if self.at == before:
                self.at += 1
        return found

    def _fun(self, token: Token) -> None:
        self.skip_types()
        name = ""
        while self.is_name():  # String.orEmpty(): what it extends
            name = self.token().text or ""
            self.at += 1
            self.skip_types()
            if not self.takes(".", "?."):
                break
        parameters: list[Parameter] = []
        if self.sees("("):
            with self.group(lines=False):
                parameters = self.parameters()
        if self.takes(":"):
            if self.is_name(0) and self.token().text in ("this", "super"):
                self.at += 1
                if self.sees("("):
                    self.skip_group()
            else:
                self.type_name()

        def body(scope: Scope) -> None:
            if self.takes("="):
                self.expression_body(scope)
            elif self.sees("{"):
                with self.group():
                    self.block()

        made = self.function(token.start, name or CONSTRUCTOR, parameters, body)
        if name:
            self.bind_function(made)

    def _property(self, token: Token, notes: dict[str, list[Argument]]) -> None:
        self.skip_types()
        if self.sees("("):  # val (a, b) = …
            self.skip_group()
            self.end_statement()
            return
        name = self.token()
        if not self.is_name():
            return
        self.at += 1
        type_ = self.type_name() if self.takes(":") else ""
        value: Expression | None = None
        if self.takes("="):
            value = self.expression()
        elif self.takes("by"):
            value = self._delegated()
        elif self.sees("get") and self.sees("(", ahead=1):
            self.at += 3
            if self.takes("="):
                value = self.expression()
            elif self.sees("{"):
                with self.group():
                    self.block()
        value = self.injected(notes, name) or value
        if self.scope.kind == "class":
            self.scope.types[FIELD + (name.text or "")] = type_
        target = Name(name.start, name.end, name.text or "")
        self.set(target, value, token.start, declares=True)
        self.takes(";")

    def _delegated(self) -> Expression:
        """`by lazy { … }`: what the block comes to."""
        if self.sees("lazy") and self.sees("{", ahead=1):
            self.at += 1
            with self.group():
                return self.last_value()
        return self.expression()

    # -- expressions

    def this(self, token: Token) -> Expression:
        self.at += 1
        if self.sees("@") and not self.token().fresh:
            label = self.token(1).text or ""
            self.at += 2
            if self._is_in_class(label):
                return Name(token.start, self.ended, OF_CLASS)
        made = Name(token.start, token.end, "this")
        if self._receivers:
            self._spoken_of.append((made, self._receivers[-1]))
        return made

    def _is_in_class(self, name: str) -> bool:
        scope: Scope | None = self.scope
        while scope is not None and not (scope.kind == "class" and scope.name == name):
            scope = scope.parent
        return scope is not None

    def member(self, left: Expression, token: Token) -> Expression:
        """`this@Shop.host` is the field of the class, also where an object is set up around it."""
        if not isinstance(left, Name) or left.id != OF_CLASS:
            return super().member(left, token)
        self.at += 1
        name = self.token()
        if name.kind != "name":
            return self.opaque(left.start)
        self.at += 1
        made = Name(left.start, name.end, ("" if self.sees("(") else FIELD) + (name.text or ""))
        self._names.append((made, self.scope))
        return made

    def thrown(self, token: Token) -> Expression:
        self.at += 1
        self.expression()
        return self.opaque(token.start, "it stops there")

    def returning(self, token: Token) -> Expression:
        self.return_(token)
        return self.opaque(token.start, "it returns there")

    def chosen(self, token: Token) -> Expression:
        """`if (…) … else …`, as a statement and as what it comes to."""
        self.at += 1
        test = self.condition()
        with self.guarded(Guard(test, True)):
            then = self.arm_value()
        if self.sees(";") and self.sees("else", ahead=1):
            self.at += 1
        if not self.takes("else"):
            return self.opaque(token.start)
        with self.guarded(Guard(test, False)):
            otherwise = self.arm_value()
        return Conditional(token.start, self.ended, test, then, otherwise)

    def when(self, token: Token) -> Expression:
        self.at += 1
        subject: Expression | None = None
        if self.sees("("):
            with self.group(lines=False):
                if self.sees("val"):
                    self.statement()
                    subject = self.opaque(token.start)
                else:
                    subject = self.expression()
        return self.arms(subject, token.start, "->") if self.sees("{") else self.opaque(token.start)

    def tried(self, token: Token) -> Expression:
        self.at += 1
        value = self.arm_value() if self.sees("{") else self.opaque(token.start)
        while self.sees("catch", "finally"):
            guards = [self.failure()]
            guards = [] if self.takes("finally") else guards
            if self.takes("catch") and self.sees("("):
                self.skip_group()
            with self.guarded(*guards):
                self.body()
        return value

    def object_(self, token: Token) -> Expression:
        """`object : Authenticator() { … }`."""
        self.at += 1

        def body() -> None:
            self._bases()
            if self.sees("{"):
                with self.group():
                    self.block()

        return self.class_(token.start, "", "", body)

    def nameless(self, token: Token) -> Expression:
        self.at += 1
        self._fun(token)
        return self.opaque(token.start)

    def call(self, left: Expression, *, new: bool = False) -> Expression:
        """A class's name that is called makes an object."""
        return super().call(left, new=new or (isinstance(left, Name) and left.id[:1].isupper()))

    def bracketed(self, token: Token) -> Expression:
        if token.text == "{":
            return self.lambda_(token)
        if token.text == "@":
            self.annotation()
            return self.expression(12)
        return super().bracketed(token)

    def lambda_(self, token: Token) -> Expression:
        """`{ a, b -> … }`."""
        parameters = [Parameter("it")]

        def body(scope: Scope) -> None:
            with self.group():
                self._lambda_parameters(parameters, scope)
                value = self.last_value()
                self.returned(value, value.start)

        return self.function(token.start, "", parameters, body)

    def _lambda_parameters(self, parameters: list[Parameter], scope: Scope | None) -> None:
        for place in range(self.at, min(self.at + 12, self.limit)):
            text = self.tokens[place].text
            if text == "->":
                names = [each.text or "" for each in self.tokens[self.at : place]]
                parameters[:] = [Parameter(each) for each in names if each.isidentifier()]
                if scope is not None:
                    scope.owned.update(each.name for each in parameters)
                self.at = place + 1
                return
            if text in ("(", "{", "=", "."):
                return

    def follows(self, left: Expression) -> Expression | None:
        token = self.token()
        if token.kind == "op" and token.text == "!!" and not token.fresh:
            self.at += 1
            return Unary(left.start, token.end, "!!", left)
        takes_block = isinstance(left, Call | Member | Name) and not token.fresh
        if token.text == "{" and token.kind == "op" and takes_block:
            return self._with_block(left, token)
        return super().follows(left)

    def _with_block(self, left: Expression, token: Token) -> Expression:
        """A call with a block behind it."""
        method = left.name if isinstance(left, Member) else ""
        callee = left.callee if isinstance(left, Call) else None
        receives = isinstance(callee, Name) and callee.id in RECEIVING
        if isinstance(left, Call) and receives and len(left.arguments) == 1:
            return self._done_to(left.arguments[0].value, token, gives_it=False)
        if isinstance(left, Member) and method in (*SELF, *ITS):
            return self._done_to(left.object, token, gives_it=method in ("apply", "also"),
                                 name="it" if method in ITS else "")  # fmt: skip
        block = self.lambda_(token)
        argument = Argument(block)
        if isinstance(left, Call):
            left.arguments.append(argument)
            left.end = self.ended
            return left
        return self.called(left.start, left, [argument])

    def _done_to(
        self, thing: Expression, token: Token, *, gives_it: bool, name: str = ""
    ) -> Expression:
        """`thing.apply { … }`: the block is run at once, on the thing."""
        made = thing if isinstance(thing, Call) else None
        if made is None:  # it has a name already: a call that stands for it
            made = Call(thing.start, thing.start, thing, [], scope=self.scope, guards=self._guards)
            if self._receivers:
                self._called_on.append((made, self._receivers[-1]))
        before = dict(self._aliases)
        receivers = self._receivers
        with self.group():
            if name:
                names = [Parameter(name)]
                self._lambda_parameters(names, None)
                self._aliases[names[0].name if names else name] = made
            else:
                self._receivers = (*receivers, made)
            value = self.last_value()
        self._aliases, self._receivers = before, receivers
        return thing if gives_it else value

"""Java: its statements and declarations brought into `syntax`.

This module knows Java's words. What operators and functions come to is in `jvm_library`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from smtpdoctor.settings.readers.curly import CONSTRUCTOR, FIELD, LONGEST_CHAIN, Curly
from smtpdoctor.settings.readers.curly_tokens import Token
from smtpdoctor.settings.readers.syntax import (
    Argument,
    Binary,
    Call,
    Conditional,
    Constant,
    Expression,
    Guard,
    Name,
    Parameter,
    Scope,
)

#: Annotations whose argument is read: where a field's value is from, and a class's prefix.
READ = ("Value", "ConfigurationProperties", "ConfigMapping", "ConfigProperty", "Property",
        "DefaultValue", "WithDefault", "WithName")  # fmt: skip
#: Those of a class that is filled from keys with a prefix: Spring's and Micronaut's, SmallRye's.
PREFIXES = ("ConfigurationProperties", "ConfigMapping")
PREFIX = "@prefix"
#: What a key is called in place of its field or method.
KEY = "@key "
NO_TYPES = frozenset(
    {"return", "throw", "new", "else", "case", "assert", "instanceof", "yield", "goto", "await"}
)


INJECTED = ("Value", "ConfigProperty", "Property")


class Annotated(Curly):
    """What Java and Kotlin have in common: annotations, and switches made of arms."""

    def annotation(self) -> tuple[str, list[Argument]]:
        """Go behind `@Name(…)`: its name, and the arguments of those that are read."""
        self.at += 1
        name = ""
        while self.is_name():
            name = self.token().text or ""
            self.at += 1
            if not self.takes(".", ":"):
                break
        arguments: list[Argument] = []
        if self.sees("(") and not (self._in_lines and self.token().fresh):
            if name in READ:
                before, self.named = self.named, "="
                with self.group(lines=False):
                    arguments = self.arguments()
                self.named = before
            else:
                self.skip_group()
        return name, arguments

    def prefixed(self, notes: Mapping[str, list[Argument]]) -> None:
        """The prefix of the keys that this class is filled from."""
        for arguments in (notes[name] for name in PREFIXES if notes.get(name)):
            named = [each for each in arguments if each.name in (None, "prefix", "value")]
            for each in named[:1]:
                self.scope.owned.add(PREFIX)
                start, end = each.value.start, each.value.end
                self.set(Name(start, end, PREFIX), each.value, start)

    def valued(self, name: str, arguments: list[Argument], token: Token) -> Call:
        """What a field's annotation fills in, as a call that the library has a rule for."""
        callee = Name(token.start, token.start, f"@{name}")
        return self.called(token.start, callee, arguments)

    def injected(self, notes: Mapping[str, list[Argument]], token: Token) -> Call | None:
        """What a framework gives a field once the object is made, whatever it began with."""
        note = next((each for each in INJECTED if notes.get(each)), None)
        return self.valued(note, notes[note], token) if note is not None else None

    def arms(self, subject: Expression | None, start: int, arrow: str) -> Expression:
        """The arms of a switch in braces: as statements, each behind its condition, and as the
        expression that they come to."""
        found: list[tuple[Expression | None, Expression]] = []
        others: tuple[Guard, ...] = ()
        with self.group():
            while self.at < self.limit:
                before = self.at
                if self.takes(";", ","):
                    continue
                test = self.arm_test(subject, arrow)
                self.takes(arrow)
                mine = (Guard(test, True),) if test is not None else ()
                with self.guarded(*mine, *others):
                    value = self.arm_value()
                found.append((test, value))
                if test is not None and len(others) < LONGEST_CHAIN:
                    others = (*others, Guard(test, False))
                if self.at == before:
                    self.at += 1
        value = self.opaque(start, "no case may fit")
        for test, each in reversed(found):
            value = each if test is None else Conditional(start, self.ended, test, each, value)
        return value

    def arm_test(self, subject: Expression | None, arrow: str) -> Expression | None:
        """The condition of an arm, None for the one that is left."""
        self.takes("case")
        if self.takes("default", "else"):
            return None
        test: Expression | None = None
        self._in_test = True
        while self.at < self.limit and not self.sees(arrow):
            before = self.at
            each = self.expression(1)
            if subject is not None:
                each = Binary(each.start, each.end, "==", subject, each)
            test = each if test is None else Binary(test.start, each.end, "||", test, each)
            self.takes(",")
            if self.at == before:
                self.at += 1
        self._in_test = False
        return test or self.opaque(self.ended)

    #: Within `case A ->` an arrow makes no function.
    _in_test = False

    def arm_value(self) -> Expression:
        """What an arm gives: the last expression of a block, or the one there is."""
        if self.sees("{"):
            with self.group():
                return self.last_value()
        start = self.token().start
        if self.token().text in self.statements:
            self.statement()
            return self.opaque(start)
        value = self.expression()
        return self.assigned(value, start)

    def last_value(self) -> Expression:
        """Statements up to the end of the group, and what the last one comes to."""
        start = self.token().start
        value: Expression = self.opaque(start)
        while self.at < self.limit:
            before = self.at
            if self.takes(";"):
                continue
            place = self.token()
            if self.takes("yield") or (
                place.text not in self.statements and not self.declaration()
            ):
                value = self.expression()
                value = self.assigned(value, value.start)
            elif self.at == before:
                self.statement()
            if self.at == before:
                self.at += 1
        return value


class JavaLowering(Annotated):
    language = "java"
    #: What stands between the parameters of a function without a name and what it gives.
    arrow: ClassVar[str] = "->"
    modifiers: ClassVar[frozenset[str]] = frozenset(
        {
            "public", "private", "protected", "static", "final", "abstract", "native",
            "transient", "volatile", "strictfp", "default", "sealed", "non",
        }
    )  # fmt: skip
    statements: ClassVar[dict[str, str]] = {
        "if": "if_", "for": "loop", "while": "loop", "do": "loop", "try": "try_",
        "return": "return_", "import": "passed_over", "package": "passed_over",
        "break": "passed_over", "continue": "passed_over", "switch": "switch_statement",
        "synchronized": "synchronized", "static": "static_block",
    }  # fmt: skip
    expressions: ClassVar[dict[str, str]] = {
        "new": "new", "switch": "switch", "throw": "thrown", "this": "this",
    }  # fmt: skip
    infix: ClassVar[dict[str, int]] = {"instanceof": 8}

    # -- statements

    def synchronized(self, token: Token) -> bool | None:
        if not self.sees("(", ahead=1):
            return False
        self.at += 1
        self.skip_group()
        self.body()
        return None

    def static_block(self, token: Token) -> bool | None:
        if not self.sees("{", ahead=1):
            return False
        self.at += 1
        self.body()
        return None

    def switch_statement(self, token: Token) -> None:
        self.at += 1
        subject = self.condition()
        if not self.sees("{"):
            return
        if self._has_arrows():
            self.arms(subject, token.start, "->")
            self.takes(";")
            return
        self.cases(subject)

    def _has_arrows(self) -> bool:
        inside = self.tokens[self.at : min(self.close[self.at], self.at + 40)]
        first = next((each.text for each in inside if each.text in ("->", ":")), ":")
        return first == "->" == self.arrow

    def cases(self, subject: Expression) -> None:
        """`case 465: …; break;`: a case that falls into the next one is rare, and not told."""
        tests: list[Expression] = []
        with self.group():
            while self.at < self.limit:
                before = self.at
                guards: list[Guard] = []
                while self.sees("case", "default"):
                    if self.takes("default"):
                        guards += [Guard(each, False) for each in tests[:LONGEST_CHAIN]]
                    else:
                        self.at += 1
                        value = self.expression(1)
                        test = Binary(value.start, value.end, "==", subject, value)
                        tests.append(test)
                        guards = [Guard(test, True)]
                    self.salvage(":")
                    self.takes(":")
                with self.guarded(*guards):
                    while self.at < self.limit and not self.sees("case", "default"):
                        inner = self.at
                        self.statement()
                        if self.at == inner:
                            self.at += 1
                if self.at == before:
                    self.at += 1

    def declaration(self) -> bool:
        start = self.at
        token = self.token()
        notes: dict[str, list[Argument]] = {}
        while True:
            if self.sees("@") and not self.sees("interface", ahead=1):
                name, arguments = self.annotation()
                notes[name] = arguments
            elif (
                self.token().text in self.modifiers
                and self.is_name()
                and not self.sees("(", ".", "=", ";", ahead=1)
            ):
                self.at += 1
            else:
                break
        self.takes("@")
        if self.sees("class", "interface", "enum", "record") and self.is_name(1):
            self._class(token, notes)
            return True
        self.skip_types()
        if self._is_constructor():
            self._method(token, self.token().text or "", constructor=True)
            return True
        if self.is_name() and self.token().text not in NO_TYPES:
            type_ = self.type_name()
            if self.sees("...") or (self.is_name() and self.sees(
                "=", ";", ",", "(", ":", "[", ")", ahead=1
            )) or (self.is_name() and self.at + 1 >= self.limit):  # fmt: skip
                self._declared(token, type_, notes)
                return True
        self.at = start if not notes else self.at
        return False

    def _is_constructor(self) -> bool:
        if self.scope.kind != "class" or not self.is_name():
            return False
        if self.token().text == self.scope.name and self.sees("{", ahead=1):
            return True  # a record's
        return not (not self.sees("(", ahead=1) or self.token().text != self.scope.name)

    def _class(self, token: Token, notes: dict[str, list[Argument]]) -> None:
        kind = self.token().text
        self.at += 1
        name = self.token().text or ""
        self.at += 1
        self.skip_types()
        parameters: list[Parameter] = []
        if kind == "record" and self.sees("("):
            with self.group(lines=False):
                parameters = self.parameters()
        base = ""
        if self.takes("extends"):
            base = self.type_name()
        while self.at < self.limit and not self.sees("{", ";"):
            self.at += 1

        def body() -> None:
            self.prefixed(notes)
            for each in parameters:
                self.field(each.name, each.type, token, each.default)
            if not self.sees("{"):
                return
            with self.group():
                if kind == "enum":
                    self._enumerated()
                self.block()

        self.class_(token.start, name, base, body)

    def field(self, name: str, type_: str, token: Token, value: Expression | None) -> None:
        """A field that a record declares in its head."""
        self.scope.types[FIELD + name] = type_
        self.set(Name(token.start, token.end, name), value, token.start, declares=True)

    def _enumerated(self) -> None:
        """The constants of an enum."""
        while self.at < self.limit and not self.takes(";"):
            if self.sees("(", "{"):
                self.skip_group()
            else:
                self.at += 1

    def _declared(self, token: Token, type_: str, notes: dict[str, list[Argument]]) -> None:
        if self.is_name() and self.sees("(", ahead=1) and self.scope.kind == "class":
            name = self.token()
            if not self._method(token, name.text or ""):
                self._asked_for(name, type_, notes)
            return
        while self.is_name():
            name = self.token()
            self.at += 1
            while self.sees("[") and self.sees("]", ahead=1):
                self.at += 2
            value: Expression | None = None
            if self.takes("="):
                value = self.array() if self.sees("{") else self.expression()
                value = self.assigned(value, value.start)
            elif self.sees(":"):  # for (X each : all)
                self.at += 1
                self.expression()
                value = self.opaque(name.start, "how often a loop runs can't be told")
            value = self.injected(notes, name) or value
            if self.scope.kind == "class":
                self.scope.types[FIELD + (name.text or "")] = type_
            target = Name(name.start, name.end, name.text or "")
            self.set(target, value, token.start, declares=True)
            if not self.takes(","):
                break
        self.end_statement()

    def array(self) -> Expression:
        token = self.token()
        return self.listed(token)

    def _asked_for(self, name: Token, type_: str, notes: dict[str, list[Argument]]) -> None:
        """A method of an interface that is filled from keys."""
        around: Scope | None = self.scope
        while around is not None and PREFIX not in around.owned:
            around = around.parent
        if around is None:
            return
        key = FIELD + (name.text or "")
        self.scope.types[key] = type_
        for argument in notes.get("WithName", ())[:1]:
            if isinstance(argument.value, Constant):
                self.scope.types[KEY + key] = str(argument.value.value)
        default = notes.get("WithDefault")
        target = Name(name.start, name.end, name.text or "")
        self.set(target, default[0].value if default else None, name.start, declares=True)

    def _method(self, token: Token, name: str, *, constructor: bool = False) -> bool:
        """A method; whether it has a body."""
        self.at += 1
        parameters: list[Parameter] = []
        if self.sees("("):
            with self.group(lines=False):
                parameters = self.parameters()
        while self.at < self.limit and not self.sees("{", ";"):
            self.at += 1
        if not self.sees("{"):
            self.end_statement()
            return False

        def body(scope: Scope) -> None:
            with self.group():
                self.block()

        made = self.function(token.start, CONSTRUCTOR if constructor else name, parameters, body)
        if not constructor:
            self.bind_function(made)
        return True

    def parameters(self) -> list[Parameter]:
        """The parameters of a function, with their types and what an annotation fills in."""
        found = []
        while self.at < self.limit:
            default: Expression | None = None
            before = self.at
            token = self.token()
            while self.sees("@") or self.sees("final"):
                if self.takes("final"):
                    continue
                name, arguments = self.annotation()
                if name == "Value" and arguments:
                    default = self.valued(name, arguments, token)
                elif name == "DefaultValue" and arguments:
                    default = arguments[0].value
            type_ = self.type_name()
            rest = self.takes("...")
            if self.is_name():
                found.append(Parameter(self.token().text or "", default, type_, rest))
                self.at += 1
            while self.at < self.limit and not self.takes(","):
                self.at += 1
            if self.at == before:
                self.at += 1
        return found

    # -- expressions

    def this(self, token: Token) -> Expression:
        self.at += 1
        return Name(token.start, token.end, "this")

    def thrown(self, token: Token) -> Expression:
        self.at += 1
        self.expression()
        return self.opaque(token.start, "it stops there")

    def switch(self, token: Token) -> Expression:
        self.at += 1
        subject = self.condition()
        return self.arms(subject, token.start, "->") if self.sees("{") else self.opaque(token.start)

    def new(self, token: Token) -> Expression:
        self.at += 1
        start = self.token()
        type_ = self.type_name()
        callee = Name(start.start, self.ended, type_.partition("<")[0])
        if self.sees("["):
            self.skip_group()
        if self.sees("{") and self.tokens[self.at - 1].text == "]":
            return self.listed(self.token())
        made = self.call(callee, new=True) if self.sees("(") else self.opaque(token.start)
        made.start = token.start
        if self.sees("{") and isinstance(made, Call):
            self._anonymous(made, type_)
        return made

    def _anonymous(self, made: Call, type_: str) -> None:
        """`new X() { … }`; in the second brace of `{{ … }}` the object speaks of itself."""
        if self.sees("{", ahead=1):
            with self.group(), self.on(made):
                self.body()
                self.salvage()
            return

        def body() -> None:
            with self.group():
                self.block()

        self.class_(made.start, "", type_, body)

    def parenthesised(self, token: Token) -> Expression:
        after = self.after_group()
        if after.text == self.arrow and after.kind == "op":
            return self.lambda_(token)
        if self._is_cast(after):
            self.skip_group()
            return self.expression(12)
        return super().parenthesised(token)

    def _is_cast(self, after: Token) -> bool:
        """Whether the brackets hold a type, and a value follows."""
        end = self.close[self.at]
        inside = self.tokens[self.at + 1 : end]
        if not inside or len(inside) > LONGEST_CAST or inside[0].kind != "name":
            return False
        plain = all(
            each.kind == "name" or each.text in (".", "<", ">", ",", "?", "[", "]", "::")
            for each in inside
        )
        value = after.kind in ("text", "number") or (
            after.kind == "name" and after.text not in (*self.infix, "switch", "with", "when")
        )
        return plain and (value or (after.text == "(" and inside[-1].kind == "name" and
                                    (inside[0].text or "") in PRIMITIVES))  # fmt: skip

    def lambda_(self, token: Token) -> Expression:
        """`(a, b) -> …`."""
        parameters: list[Parameter] = []
        if self.sees("("):
            with self.group(lines=False):
                while self.at < self.limit:
                    if self.is_name() and (self.sees(",", ahead=1) or self.at + 1 == self.limit):
                        parameters.append(Parameter(self.token().text or ""))
                    self.at += 1
        else:
            parameters.append(Parameter(self.token().text or ""))
            self.at += 1
        self.at += 1  # the arrow

        def body(scope: Scope) -> None:
            if self.sees("{"):
                with self.group():
                    self.block()
            else:
                self.expression_body(scope)

        return self.function(token.start, "", parameters, body)

    def word(self, token: Token) -> Expression:
        if (
            self.sees(self.arrow, ahead=1)
            and not self._in_test
            and token.text not in self.constants
        ):
            return self.lambda_(token)
        return super().word(token)


LONGEST_CAST = 12
PRIMITIVES = ("int", "long", "short", "byte", "char", "float", "double", "string", "object",
              "String", "Integer", "bool", "ushort", "uint")  # fmt: skip

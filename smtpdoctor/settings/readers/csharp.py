"""C#: its statements and declarations brought into `syntax`.

This module knows C#'s words. What operators and functions come to is in `dotnet_library`.
"""

from __future__ import annotations

from typing import ClassVar

from smtpdoctor.settings.readers.curly import FIELD
from smtpdoctor.settings.readers.curly_tokens import Token
from smtpdoctor.settings.readers.java import NO_TYPES, JavaLowering
from smtpdoctor.settings.readers.source import Source
from smtpdoctor.settings.readers.syntax import (
    Argument,
    Binary,
    Call,
    Constant,
    Expression,
    Index,
    Item,
    Member,
    Name,
    Parameter,
    Scope,
    Sequence,
)

CLASSES = ("class", "interface", "enum", "record", "struct")
#: What stands between a type's name and the first statement of its body.
BODY = ("{", ";", "=>")
#: By which name a call has what stands between its angle brackets.
TYPES = "<>"
#: What a name is that `TryParse` gives a value, as a call that the library has a rule for.
OUT = "out:"
NO_DECLARATION = NO_TYPES | {"await", "is", "as", "out", "ref", "in", "not", "and", "or", "with"}


class CsharpLowering(JavaLowering):
    """One file of C#."""

    language = "csharp"
    named = ":"
    arrow = "=>"
    modifiers: ClassVar[frozenset[str]] = frozenset(
        {
            "public", "private", "protected", "internal", "static", "readonly", "const", "sealed",
            "abstract", "virtual", "override", "async", "partial", "extern", "unsafe", "volatile",
            "new", "required", "file", "using", "await", "ref", "event", "implicit", "explicit",
        }
    )  # fmt: skip
    statements: ClassVar[dict[str, str]] = {
        "if": "if_", "for": "loop", "foreach": "loop", "while": "loop", "do": "loop",
        "try": "try_", "return": "return_", "using": "using", "namespace": "namespace",
        "break": "passed_over", "continue": "passed_over", "switch": "switch_statement",
        "lock": "synchronized", "goto": "passed_over",
        "await": "awaited",
    }  # fmt: skip
    expressions: ClassVar[dict[str, str]] = {
        "new": "new", "throw": "thrown", "this": "this", "await": "passed", "async": "passed",
        "static": "passed", "checked": "passed", "ref": "passed", "default": "default",
        "delegate": "delegate", "base": "this",
    }  # fmt: skip
    infix: ClassVar[dict[str, int]] = {"is": 8, "as": 8, "switch": 13, "with": 13}

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        #: Names that a call gives a value: `out var port`.
        self._outs: list[Token] = []

    # -- statements

    def using(self, token: Token) -> bool | None:
        if self.sees("(", ahead=1):  # using (var client = …) { }
            self.at += 1
            with self.group():
                self.block()
            self.body()
            return None
        second = self.token(1)
        # using var client = …: a declaration; using X.Y: an import
        if second.text in ("var", "static") or self.sees("=", ahead=3):
            if second.text == "static":
                self.passed_over(token)
                return None
            return False
        if self.is_name(2):
            return False
        self.passed_over(token)
        return None

    def awaited(self, token: Token) -> bool | None:
        if not self.sees("foreach", ahead=1):
            return False
        self.at += 1
        self.loop(token)
        return None

    def namespace(self, token: Token) -> None:
        while self.at < self.limit and not self.sees("{", ";"):
            self.at += 1
        if self.sees("{"):
            with self.group():
                self.block()

    def declaration(self) -> bool:
        start = self.at
        token = self.token()
        while True:
            if self.sees("[") and self._is_attribute():
                self.skip_group()
            elif self._is_modifier():
                self.at += 1
            else:
                break
        if self.sees(*CLASSES) and (self.is_name(1)):
            self._class(token, {})
            return True
        if self.sees("get", "set", "init", "add", "remove") and self.sees("{", "=>", ";", ahead=1):
            self.at += 1
            self._accessor()
            return True
        if self._is_constructor():
            self._method(token, self.token().text or "", constructor=True)
            return True
        if self.is_name() and self.token().text not in NO_DECLARATION:
            type_ = self.type_name()
            ends = ("=", ";", ",", ")", "{", "=>", "in")
            if self.is_name() and (
                self.sees(*ends, ahead=1)
                or self.at + 1 >= self.limit
                or (self._goes_on_as_function())
            ):
                self._declared(token, type_, {})
                return True
        self.at = start
        return False

    def _is_attribute(self) -> bool:
        after = self.after_group()
        return self.scope.kind == "class" or after.kind == "name" or after.text == "["

    def _is_modifier(self) -> bool:
        following = self.token(1)
        return (
            self.token().text in self.modifiers
            and self.is_name()
            and (following.kind == "name" or following.text == "[")
            and not (self.token().text in ("new", "await") and self.scope.kind != "class"
                     and following.text not in ("using",))
        )  # fmt: skip

    def _goes_on_as_function(self) -> bool:
        """Whether the name here is a function's that is declared, not called."""
        place = self.at + 1
        if self.sees("<", ahead=1):
            return self.scope.kind == "class"
        if not self.sees("(", ahead=1):
            return False
        after = self.close[place] + 1
        text = self.tokens[after].text if after < self.limit else ""
        return text in ("{", "=>", "where") or (text == ";" and self.scope.kind == "class")

    def _class(self, token: Token, notes: dict[str, list[Argument]]) -> None:
        while self.sees(*CLASSES):
            self.at += 1
        name = self.token().text or ""
        self.at += 1
        self.skip_types()
        parameters: list[Parameter] = []
        if self.sees("("):
            with self.group(lines=False):
                parameters = self.parameters()

        def body() -> None:
            for each in parameters:
                self.scope.types[FIELD + each.name] = each.type
                place = Name(token.start, token.end, each.name)
                self.set(place, each.default, token.start, declares=True)
            while self.at < self.limit and not self.sees(*BODY):
                if self.sees("("):
                    with self.group(lines=False):
                        self.arguments()
                else:
                    self.at += 1
            if self.sees("{"):
                with self.group():
                    self.block()

        self.class_(token.start, name, "", body)

    def _declared(self, token: Token, type_: str, notes: dict[str, list[Argument]]) -> None:
        if self._goes_on_as_function():
            name = self.token().text or ""
            self._method(token, name)
            return
        while self.is_name():
            name_ = self.token()
            self.at += 1
            brackets = self.close[self.at] if self.sees("{") else -1
            value = self._declared_value(name_)
            if isinstance(value, Call) and value.new and isinstance(value.callee, Name):
                value.callee.id = value.callee.id or type_.partition("<")[0]
            if self.scope.kind == "class":
                self.scope.types[FIELD + (name_.text or "")] = type_
            target = Name(name_.start, name_.end, name_.text or "")
            self.set(target, value, token.start, declares=True)
            if not self.takes(","):
                break
        # a property ends with its brackets: what follows is the next one
        if not self.sees(")") and self.at != brackets + 1:
            self.end_statement()

    def _declared_value(self, name: Token) -> Expression | None:
        """What stands behind the name: a value, or how a property is read."""
        value: Expression | None = None
        if self.sees("{"):
            with self.group():
                value = self._read_value()
        if self.takes("=", "=>"):
            value = self.expression()
            return self.assigned(value, value.start)
        if self.sees("in"):
            self.at += 1
            self.expression()
            return self.opaque(name.start, "how often a loop runs can't be told")
        return value

    def _read_value(self) -> Expression | None:
        """What `get => value` gives; None for `get;`."""
        value: Expression | None = None
        while self.at < self.limit:
            before = self.at
            if self.takes("get") and self.takes("=>"):
                value = self.expression()
            elif self.sees("{"):
                self.skip_group()
            else:
                self.at += 1
            if self.at == before:
                self.at += 1
        return value

    def _accessor(self) -> None:
        if self.takes("=>"):
            self.expression()
        elif self.sees("{"):
            with self.group():
                self.block()
        self.takes(";")

    def _method(self, token: Token, name: str, *, constructor: bool = False) -> bool:
        self.at += 1
        self.skip_types()
        parameters: list[Parameter] = []
        if self.sees("("):
            with self.group(lines=False):
                parameters = self.parameters()
        while self.at < self.limit and not self.sees(*BODY):
            if self.sees("("):  # : base(…)
                with self.group(lines=False):
                    self.arguments()
            else:
                self.at += 1

        def body(scope: Scope) -> None:
            if self.sees("{"):
                with self.group():
                    self.block()
            elif self.takes("=>"):
                self.expression_body(scope)
                self.takes(";")

        called = "constructor" if constructor else name
        made = self.function(token.start, called, parameters, body)
        if not constructor:
            self.bind_function(made)
        return True

    def parameters(self) -> list[Parameter]:
        found = []
        while self.at < self.limit:
            before = self.at
            default: Expression | None = None
            while self.sees("[") or self.sees("this", "ref", "out", "in", "params", "scoped"):
                if self.sees("["):
                    self.skip_group()
                else:
                    self.at += 1
            type_ = self.type_name()
            name = self.token().text if self.is_name() else None
            self.at += name is not None
            if self.takes("="):
                default = self.expression()
            if name is not None:
                found.append(Parameter(name, default, type_))
            while self.at < self.limit and not self.takes(","):
                self.at += 1
            if self.at == before:
                self.at += 1
        return found

    # -- expressions

    def passed(self, token: Token) -> Expression:
        """Words that make no difference here: `await x`."""
        self.at += 1
        return self.expression(12) if self.at < self.limit else self.opaque(token.start)

    def default(self, token: Token) -> Expression:
        self.at += 1
        if self.sees("("):
            self.skip_group()
        return self.opaque(token.start, "the default of a type")

    def delegate(self, token: Token) -> Expression:
        self.at += 1
        if self.sees("("):
            self.skip_group()

        def body(scope: Scope) -> None:
            if self.sees("{"):
                with self.group():
                    self.block()

        return self.function(token.start, "", [], body)

    def word_operator(self, left: Expression, token: Token) -> Expression:
        if token.text == "switch":
            self.at += 1
            return self.arms(left, left.start, "=>") if self.sees("{") else self.opaque(left.start)
        if token.text == "with":
            self.at += 1
            if self.sees("{"):
                self.skip_group()
            return self.opaque(left.start)
        if token.text == "is":
            return self._pattern(left)
        return super().word_operator(left, token)

    def _pattern(self, left: Expression) -> Expression:
        """`x is not null`, `x is { Length: > 0 } user`."""
        self.at += 1
        negated = self.takes("not")
        if self.takes("null"):
            end = self.tokens[self.at - 1]
            null = Constant(end.start, end.end, None)
            return Binary(left.start, end.end, "!=" if negated else "==", left, null)
        if self.sees("{"):
            self.skip_group()
        else:
            self.expression(9)
        if self.is_name() and self.token().text not in self.infix:
            target = Name(self.token().start, self.token().end, self.token().text or "")
            self.at += 1
            self.set(target, left, left.start, declares=True)
        return self.opaque(left.start, "whether it fits can't be told")

    def arm_test(self, subject: Expression | None, arrow: str) -> Expression | None:
        if self.sees("_") and self.sees(arrow, ahead=1):
            self.at += 1
            return None
        return super().arm_test(subject, arrow)

    def new(self, token: Token) -> Expression:
        self.at += 1
        start = self.token()
        if self.sees("["):  # new[] { … }
            self.skip_group()
            return self.listed(self.token()) if self.sees("{") else self.opaque(token.start)
        type_ = self.type_name()
        callee = Name(start.start, max(self.ended, start.start), type_.partition("<")[0])
        if self.sees("["):
            self.skip_group()
        if self.sees("{") and self.tokens[self.at - 1].text == "]":
            return self.listed(self.token())
        if self.sees("("):
            made = self.call(callee, new=True)
        else:
            made = self.called(token.start, callee, [], new=True)
        made.start = token.start
        if self.sees("{") and isinstance(made, Call):
            self._initialised(made)
        return made

    def _initialised(self, made: Call) -> None:
        """`{ Host = "…", ["k"] = … }`: what is set on the new object."""
        with self.group(lines=False):
            while self.at < self.limit:
                before = self.at
                if self.takes(","):
                    continue
                if self.is_name() and self.sees("=", ahead=1):
                    name = self.token()
                    self.at += 2
                    place = Name(name.start, name.end, name.text or "")
                    nested = self.sees("{")
                    value = self.opaque(name.start) if nested else self.expression()
                    if nested:
                        self.skip_group()
                    self.set(place, value, name.start, made=made)
                else:
                    self._initialised_by_key(made)
                self.salvage(",")
                if self.at == before:
                    self.at += 1

    def _initialised_by_key(self, made: Call) -> None:
        token = self.token()
        if self.sees("["):
            with self.group(lines=False):
                key = self.expression()
                self.salvage()
            if self.takes("="):
                value = self.expression()
                target = Index(token.start, self.ended, Name(token.start, token.start, "this"), key)
                self.set(target, value, token.start, made=made)
            return
        if self.sees("{"):
            with self.group(lines=False):
                items = self.items()
            if len(items) == 2:
                this = Name(token.start, token.start, "this")
                target = Index(token.start, self.ended, this, items[0].value)
                self.set(target, items[1].value, token.start, made=made)
            return
        self.expression()

    def argument(self) -> Argument:
        is_out = self.sees("out") and self.is_name(1)
        while self.sees("out", "ref", "in") and self.is_name(1):
            self.at += 1
        if not is_out:
            return super().argument()
        if self.is_name(1):  # out var port
            self.type_name()
        self._outs.append(self.token())
        return super().argument()

    def call(self, left: Expression, *, new: bool = False) -> Expression:
        before, self._outs = self._outs, []
        made = super().call(left, new=new)
        outs, self._outs = self._outs, before
        if outs and isinstance(made, Call) and isinstance(left, Member) and made.arguments:
            # int.TryParse(text, out var port)
            callee = Name(made.start, made.start, OUT)
            type_ = left.object.id if isinstance(left.object, Name) else ""
            given = [made.arguments[0], Argument(Constant(made.start, made.start, type_))]
            value = Call(made.start, made.end, callee, given, scope=self.scope)
            place = Name(outs[-1].start, outs[-1].end, outs[-1].text or "")
            self.set(place, value, made.start, declares=True)
        return made

    def follows(self, left: Expression) -> Expression | None:
        token = self.token()
        if token.kind == "op" and token.start == left.end:
            if token.text == "!" and self.tokens[self.at - 1].end == token.start:
                self.at += 1
                return left
            if token.text == "?" and self.sees("[", ahead=1) and self.token(1).start == token.end:
                self.at += 1
                return self.indexed(left)
        if token.text == "<" and isinstance(left, Name | Member):
            return self._generic(left)
        return super().follows(left)

    def _generic(self, left: Expression) -> Expression | None:
        before = self.at
        if not self.skip_types():
            return None
        types = self.tokens[before + 1 : self.at - 1]
        if self.sees("("):
            made = self.call(left)
            if isinstance(made, Call) and types:
                text = "".join(each.text or "" for each in types)
                word = Constant(types[0].start, types[-1].end, text)
                made.arguments.append(Argument(word, TYPES))
            return made
        if self.sees("."):
            return left
        self.at = before
        return None

    def listed(self, token: Token) -> Expression:
        with self.group(lines=False):
            items: list[Item] = self.items()
        return Sequence(token.start, self.ended, items)

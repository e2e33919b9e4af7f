"""Perl: its tokens brought into `syntax`.

This module knows statements with what stands behind them (`… if $x`), lists with `=>`, subscripts,
and calls with and without brackets. What operators and functions come to is in `perl_library`. A
variable's sigil is part of its name: `$h{k}` is the index k of `%h`, and `$r->{k}` that of `$r`.
"""

from __future__ import annotations

from typing import Any, ClassVar

from smtpdoctor.settings.readers.curly import BINARY, LONGEST_CHAIN, Curly
from smtpdoctor.settings.readers.curly_tokens import Token
from smtpdoctor.settings.readers.source import Source
from smtpdoctor.settings.readers.syntax import (
    Argument,
    Binary,
    Bind,
    Call,
    Conditional,
    Constant,
    Dictionary,
    Expression,
    Function,
    Guard,
    Import,
    Index,
    Item,
    Member,
    Name,
    Opaque,
    Parameter,
    Scope,
    Sequence,
    Unary,
)
from smtpdoctor.settings.readers.tree import MAXIMUM_NODES, path_of

SIGILS = ("$", "@", "%", "&")
#: What stands behind a statement and says whether it happens.
MODIFIERS = ("if", "unless", "while", "until", "for", "foreach")
ASSIGNING = ("=", "||=", "//=", "&&=", ".=", "+=", "-=", "*=", "/=")
OPERATORS = {
    **BINARY, "//": 2, "&&": 3, ".": 10, "=~": 12, "!~": 12, "**": 12, "<=>": 7, "...": 9,
}  # fmt: skip
WORDS = {"eq": 7, "ne": 7, "cmp": 7, "lt": 8, "gt": 8, "le": 8, "ge": 8, "x": 11, "isa": 12}
LOWEST = ("and", "or", "xor")
#: Functions of one value, which end before an operator.
OF_ONE = frozenset(
    """
    defined ref lc uc lcfirst ucfirst int length exists scalar shift pop chomp trim keys values
    delete quotemeta hex oct abs chr ord
    """.split()  # noqa: SIM905
)
#: Functions that a block stands before the list of.
WITH_BLOCK = ("map", "grep", "sort", "first", "any", "all", "eval", "do", "try", "catch", "finally")
DECLARING = ("my", "our", "local", "state")
#: A name that a list ends with: it takes the rest.
REST = ("@", "%")
#: What stands between a name and the place of the block's own variable of that name.
INNER = "#"
#: What a function has before its arguments: the object whose method it is.
NO_ARGUMENTS = ("@_", "$self", "$class", "$this")


class PerlLowering(Curly):
    """The statements and expressions of Perl."""

    language: ClassVar[str] = "perl"
    statements: ClassVar[dict[str, str]] = {
        "if": "if_",
        "unless": "if_",
        "while": "loop",
        "until": "loop",
        "for": "loop",
        "foreach": "loop",
        "sub": "sub",
        "package": "package",
        "use": "use",
        "no": "passed_over",
        "return": "return_",
        "BEGIN": "begin",
        "END": "begin",
    }
    constants: ClassVar[dict[str, Any]] = {"undef": None}
    expressions: ClassVar[dict[str, str]] = {
        "sub": "anonymous",
        "not": "negated",
        "new": "indirect",
        "qw": "name",
        "require": "required",
        "do": "done",
        **dict.fromkeys(DECLARING, "declared"),
    }

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        #: Where values of lists begin that `=>` stands behind.
        self._fat: set[int] = set()
        #: The blocks around, each with what its own variables are called here.
        self._blocks: list[tuple[Scope, dict[str, str]]] = []

    # -- names

    def block(self) -> None:
        self._blocks.append((self.scope, {}))
        try:
            super().block()
        finally:
            self._blocks.pop()

    def name(self, token: Token) -> Name:
        made = super().name(token)
        own = (names[made.id] for _, names in reversed(self._blocks) if made.id in names)
        made.id = next(own, made.id)
        return made

    def _own(self, made: Name, start: int) -> None:
        """A variable that `my` makes: one of its own, where a block within has the name of one
        that is there."""
        plain = made.id.partition(INNER)[0]
        within = sum(scope is self.scope for scope, _ in self._blocks) > 1
        taken = plain in self.scope.owned and plain not in self._blocks[-1][1]
        made.id = f"{plain}{INNER}{start}" if within and taken else plain
        self.scope.owned.add(made.id)
        if self._blocks:
            self._blocks[-1][1][plain] = made.id

    # -- statements

    def expression_statement(self) -> None:
        """One with what stands behind it: `… if $x`, `… unless $x`, `… for @x`."""
        behind = self._modifier()
        if behind is None:
            self.full()
            self.end_statement()
            return
        start, limit, word = self.at, self.limit, self.tokens[behind].text
        self.at = behind + 1
        if word in ("if", "unless"):
            guard = Guard(self.full(), word == "if")
        else:
            guard = self.perhaps("how often a loop runs can't be told")
            self.full()
        end = self.at
        self.at, self.limit = start, behind
        with self.guarded(guard):
            self.full()
            self.salvage()
        self.at, self.limit = end, limit
        self.end_statement()

    def _modifier(self) -> int | None:
        place = self.at
        while place < self.limit:
            token = self.tokens[place]
            if token.kind == "op":
                if token.text == ";":
                    return None
                if token.text in ("(", "[", "{"):
                    place = self.close[place] + 1
                    continue
            named = self._is_key(place) or self._is_member(place)
            if token.kind == "name" and token.text in MODIFIERS and not named and place > self.at:
                return place
            place += 1
        return None

    def _is_key(self, place: int) -> bool:
        after = self.tokens[place + 1] if place + 1 < self.limit else None
        return after is not None and after.kind == "op" and after.text == "=>"

    def _is_member(self, place: int) -> bool:
        before = self.tokens[place - 1] if place else None
        return before is not None and before.kind == "op" and before.text == "->"

    def if_(self, token: Token) -> None:
        guards: tuple[Guard, ...] = ()
        while self.sees("if", "unless", "elsif"):
            holds = not self.takes("unless")
            self.at += holds
            test = self.condition()
            with self.guarded(*guards, Guard(test, holds)):
                self.body()
            guards = (*guards[:LONGEST_CHAIN], Guard(test, not holds))
            if self.takes("else"):
                with self.guarded(*guards):
                    self.body()
                return
            if not self.sees("elsif"):
                return

    def condition(self) -> Expression:
        start = self.token().start
        if not self.sees("("):
            return self.opaque(start)
        with self.group():
            test = self.full() if self.at < self.limit else self.opaque(start)
            self.salvage()
        return test

    def loop(self, token: Token) -> None:
        self.at += 1
        with self.guarded(self.perhaps("how often a loop runs can't be told")):
            while self.at < self.limit and not self.sees("(", "{", ";"):
                self.at += 1
            if self.sees("("):
                with self.group():
                    super().block()  # what is made there is there in the body, too
            self.body()

    def begin(self, token: Token) -> bool | None:
        if not self.sees("{", ahead=1):
            return False
        self.at += 1
        self.body()
        return None

    def package(self, token: Token) -> None:
        self.at += 2
        if self.sees("{"):
            self.body()

    def return_(self, token: Token) -> None:
        behind = self._modifier()
        guard: tuple[Guard, ...] = ()
        start, limit = self.at, self.limit
        if behind is not None:
            word, self.at = self.tokens[behind].text, behind + 1
            test = self.full()
            guard = (Guard(test, word == "if"),)
            self.at, self.limit = start, behind
        end = self.at
        self.at = start + 1
        with self.guarded(*guard):
            ends = self.sees(";") or self.at >= self.limit
            self.returned(None if ends else self.full(), token.start)
        self.limit = limit
        self.at = max(self.at, end)
        self.end_statement()

    def end_statement(self) -> None:
        while self.at < self.limit and not self.takes(";"):
            before = self.at
            if self.token().kind == "op" and self.token().text in (")", "]", "}"):
                self.at += 1
                return
            self.full()
            if self.at == before:
                self.at += 1

    def use(self, token: Token) -> None:
        """`use constant NAME => …`, and the names that a module of the folder brings in."""
        self.at += 1
        name = self.token().text or ""
        if name == "constant":
            self.at += 1
            self._constants()
        elif self.is_name() and name[:1].isupper():
            self._brought_in(f"{name.replace('::', '/')}.pm", token)
        while self.at < self.limit and not self.takes(";"):
            self.at += 1

    def _constants(self) -> None:
        if self.sees("{"):
            with self.group():
                pairs = paired(self.listed_values())
        else:
            pairs = paired(self.listed_values())[:1]
        for item in pairs:
            if isinstance(item.key, Constant):
                place = Name(item.start, item.end, str(item.key.value))
                self.set(place, item.value, item.start, declares=True)

    def _brought_in(self, path: str, token: Token) -> Import:
        made = Import(token.start, self.ended, path, None)
        bind = Bind("*", (), made, self._guards, token.start, token.start, self.scope)
        self.scope.stars.append(bind)
        return made

    # -- functions

    def sub(self, token: Token) -> bool | None:
        if not self.is_name(1):
            return False
        name = self.token(1).text or ""
        self.at += 2
        self.bind_function(self._function(token.start, name))
        return None

    def anonymous(self, token: Token) -> Expression:
        self.at += 1
        return self._function(token.start, "")

    def _function(self, start: int, name: str) -> Function:
        while self.at < self.limit and not self.sees("{", ";"):
            self.at += 1  # a prototype or signature
        parameters = self._parameters() if self.sees("{") else []
        return self.function(start, name, parameters, lambda _: self.body())

    def _parameters(self) -> list[Parameter]:
        """What a function calls its arguments: `my ($a, $b) = @_;`, `my $a = shift;`."""
        end, place = min(self.close[self.at], self.limit), self.at + 1
        found: list[Parameter] = []
        while place < end and self.tokens[place].text == "my":
            stop = place
            while stop < end and self.tokens[stop].text != ";":
                stop += 1
            said = [token.text or "" for token in self.tokens[place:stop]]
            names = [text for text in said if text[:1] in SIGILS and text not in NO_ARGUMENTS]
            if said[-2:] == ["=", "@_"]:
                found += [Parameter(text, rest=text[0] in REST) for text in names]
                break
            if "shift" not in said or said.index("shift") != 3:
                break
            found += [Parameter(text) for text in names]
            place = stop + 1
        return found

    # -- expressions

    def full(self) -> Expression:
        """An expression with assignments, and what `or` and `and` make of it."""
        left = self.assignment()
        while self.sees(*LOWEST):
            token = self.token()
            self.at += 1
            with self.guarded(Guard(left, token.text == "and")):
                right = self.assignment()
            operator = "&&" if token.text == "and" else "||"
            left = Binary(left.start, max(right.end, left.end), operator, left, right)
        return left

    def assignment(self) -> Expression:
        start = self.token().start
        left = self.expression()
        if not self.sees(*ASSIGNING):
            return left
        operator = self.token().text or ""
        self.at += 1
        value = self.assignment()
        self._assign(left, value, operator, start)
        return value

    def assigned(self, left: Expression, start: int) -> Expression:
        return left  # `assignment` has read it

    def _assign(self, target: Expression, value: Expression, operator: str, start: int) -> None:
        if isinstance(target, Sequence):
            self._spread_out(target, value, start)
            return
        if self._is_argument(target, value):
            return
        if operator != "=":
            value = Binary(target.start, value.end, operator[:-1], target, value)
        name = target.id if isinstance(target, Name) else ""
        if name.startswith("%") and isinstance(value, Sequence):
            inside = [(item.value, item.value.start in self._fat) for item in value.items]
            value = Dictionary(value.start, value.end, paired(inside))
        self.set(target, value, start)

    def _is_argument(self, target: Expression, value: Expression) -> bool:
        """Whether it is `my $host = shift;`, which `_parameters` has read."""
        function, name = self.scope.function, target.id if isinstance(target, Name) else ""
        callee = value.callee if isinstance(value, Call) and not value.arguments else None
        shifted = isinstance(callee, Name) and callee.id == "shift"
        known = function is not None and any(each.name == name for each in function.parameters)
        return shifted and (known or name in NO_ARGUMENTS)

    def set(
        self, target: Expression, value: Expression | None, start: int, *, declares: bool = False,
        made: Call | None = None,
    ) -> None:  # fmt: skip
        """A variable that no `my` declares belongs to the whole file."""
        path = path_of(target)
        if path is not None and not declares and not self._is_owned(path[0], self.scope):
            home = self.scope
            while home.parent is not None:
                home = home.parent
            home.owned.add(path[0])
        super().set(target, value, start, declares=declares, made=made)

    def _spread_out(self, targets: Sequence, value: Expression, start: int) -> None:
        """`my ($a, $b) = (1, 2);`"""
        for place, item in enumerate(targets.items):
            if isinstance(item.value, Name) and item.value.id[:1] in REST:
                rest: Expression = Opaque(start, start, "computed", "the rest of a list")
                self.set(item.value, rest, start)
                return
            got: Expression
            if isinstance(value, Sequence):
                inside = value.items[place : place + 1]
                got = inside[0].value if inside else Constant(start, start, None)
            elif place == 0 and not isinstance(value, Name | Call | Unary):
                got = value
            else:
                got = Index(value.start, value.end, value, Constant(start, start, place))
            if not (isinstance(value, Name) and value.id == "@_"):
                self.set(item.value, got, start)

    def _operators(self, left: Expression, least: int) -> Expression:
        for _ in range(MAXIMUM_NODES):
            token = self.token()
            if token.kind == "op" and token.text == "?" and least == 0:
                left = self._ternary(left)
                continue
            table = WORDS if token.kind == "name" else OPERATORS if token.kind == "op" else {}
            power = table.get(token.text or "", -1)
            if power < 0 or power < least:
                return left
            self.at += 1
            guards = [Guard(left, True)] if token.text == "&&" else []
            guards += [Guard(left, False)] if token.text == "||" else []
            with self.guarded(*guards):
                right = self.expression(power + 1)
            left = Binary(left.start, max(right.end, left.end), token.text or "", left, right)
        return left

    def _ternary(self, test: Expression) -> Expression:
        self.at += 1
        with self.guarded(Guard(test, True)):
            then = self.assignment()
        if not self.takes(":"):
            return self.opaque(test.start)
        with self.guarded(Guard(test, False)):
            otherwise = self.assignment()
        return Conditional(test.start, otherwise.end, test, then, otherwise)

    def prefix(self) -> Expression:
        token = self.token()
        text = (token.text or "") if token.kind == "op" else ""
        if text.startswith("cast"):
            made = self._cast(token)
            if self.sees("{", "[") and self.token().start == self.ended:  # `$$h{…}`, `@$h{…}`
                part = self._slice if text == "cast@" else self._subscript
                return self.postfix(part(made.operand))
            return self.postfix(made)
        if text == "\\":  # a reference to a thing is that thing here
            self.at += 1
            return self.expression(12)
        if text in ("-", "!", "+", "~", "++", "--"):
            self.at += 1
            if text == "-" and self.is_name() and self._is_key(self.at):
                return self.expression(12)  # -bareword
            operand = self.expression(12)
            return operand if text == "+" else Unary(token.start, operand.end, text[:1], operand)
        return self.postfix(self.primary())

    def _cast(self, token: Token) -> Unary:
        """`%$options`, `@{ … }`: what stands behind it, as a whole."""
        self.at += 1
        if self.sees("{"):
            with self.group():
                inner = self.full() if self.at < self.limit else self.opaque(token.start)
                self.salvage()
        elif self.is_name() and (self.token().text or "")[:1] == "$":  # `@$h{…}` is of $h
            inner = self.name(self.token())
            self.at += 1
        else:
            inner = self.prefix() if self.token().text != "$" else self.opaque(token.start)
        return Unary(token.start, max(self.ended, token.end), token.text or "cast$", inner)

    def negated(self, token: Token) -> Expression:
        self.at += 1
        operand = self.expression(4)
        return Unary(token.start, operand.end, "!", operand)

    def declared(self, token: Token) -> Expression:
        """`my $x`, `my ($x, $y)`: names of the scope that they stand in."""
        self.at += 1
        if self.is_name() and self.token().text not in WORDS and self.token(1).kind == "name":
            self.at += 1  # a type
        if self.sees("("):
            made = self.parenthesised(self.token())
            names = made.items if isinstance(made, Sequence) else [Item(None, made, 0, 0)]
            made = Sequence(token.start, self.ended, names)
        else:
            made = self.primary()
            names = [Item(None, made, 0, 0)]
        for item in names:
            if isinstance(item.value, Name) and token.text in ("my", "state"):
                self._own(item.value, item.value.start)
        if token.text == "local":
            return self.postfix(made)
        return made

    def required(self, token: Token) -> Expression:
        self.at += 1
        if self.token().kind == "text" and not self.token().pieces:
            path = (self.token().text or "").removeprefix("./")
            self.at += 1
            return self._brought_in(path, token)
        return self.expression(12)

    def done(self, token: Token) -> Expression:
        """`do "config.pl"`, `do { … }`."""
        if self.token(1).kind == "text":
            return self.required(token)
        return self.function_word(token)

    def indirect(self, token: Token) -> Expression:
        """`new Mail::Sender { … }`."""
        following = self.token(1)
        if (
            following.kind != "name"
            or (following.text or "")[:1] in SIGILS
            or self._is_key(self.at)
        ):
            return self.plain_name(token)
        self.at += 2
        class_ = Name(following.start, following.end, following.text or "")
        return self._method(Member(token.start, following.end, class_, "new"), token.start)

    def primary(self) -> Expression:
        token = self.token()
        if token.kind == "text" and token.text == "qw" and token.pieces:
            self.at += 1
            words = [Constant(each.start, each.end, each.text) for each in token.pieces]
            items = [Item(None, word, word.start, word.end) for word in words]
            return Sequence(token.start, token.end, items)
        if token.kind == "op" and token.text == "{":
            with self.group():
                items = paired(self.listed_values())
            return Dictionary(token.start, self.ended, items)
        return super().primary()

    def word(self, token: Token) -> Expression:
        text = token.text or ""
        if self._is_key(self.at):
            self.at += 1
            return Constant(token.start, token.end, text)
        if text[:1] in SIGILS:
            return self.variable(token)
        if text in self.constants or text in self.expressions:
            return super().word(token)
        return self.function_word(token)

    def variable(self, token: Token) -> Expression:
        """A variable; `$h{k}` and `$a[0]` are asked of `%h` and `@a`, as `@h{…}` is."""
        self.at += 1
        text = token.text or ""
        after = self.token()
        beside = after.kind == "op" and after.start == token.end
        if text[0] in "$@" and beside and after.text in ("{", "["):
            text = ("%" if after.text == "{" else "@") + text[1:]
        made = self.name(Token("name", token.start, token.end, text))
        sliced = beside and (token.text or "")[0] == "@" and self.sees("{", "[")
        return self._slice(made) if sliced else made

    def plain_name(self, token: Token) -> Expression:
        self.at += 1
        return Name(token.start, token.end, token.text or "")

    def function_word(self, token: Token) -> Expression:
        """A bareword: a class, a constant, or a function with or without brackets."""
        text, made = token.text or "", self.plain_name(token)
        if self.sees("->", "::"):
            return made
        if self.sees("("):
            return self.call(made)
        if text in WITH_BLOCK and self.sees("{"):
            return self._with_block(token, made)
        if text in OF_ONE:
            arguments = []
            if self._begins_value():
                arguments = [Argument(self.expression(9))]
            return self.called(token.start, made, arguments)
        if self._begins_value() and not self.sees("-", "+", "{", "["):
            return self.called(token.start, made, arguments_of(self.listed_values()))
        return made

    def _with_block(self, token: Token, made: Expression) -> Expression:
        """`map { … } @list`, `eval { … }`: the block's statements are read, its value isn't."""
        text = token.text or ""
        guards = [self.failure()] if text in ("catch",) else []
        if text in ("map", "grep", "sort", "first", "any", "all"):
            guards = [self.perhaps("how often a loop runs can't be told")]
        with self.guarded(*guards), self.group():
            self.block()
        if self._begins_value() and not self.sees("-", "+", "[", "{"):
            self.listed_values()
        return self.opaque(token.start)

    def _begins_value(self) -> bool:
        token = self.token()
        if token.kind in ("text", "number"):
            return True
        if token.kind == "name":
            return token.text not in (*WORDS, *LOWEST, *MODIFIERS)
        return token.kind == "op" and (
            token.text in ("\\", "-", "+", "{", "[", "!") or (token.text or "").startswith("cast")
        )

    def parenthesised(self, token: Token) -> Expression:
        with self.group():
            values = self.listed_values()
        if len(values) == 1 and not values[0][1] and not isinstance(values[0][0], Sequence):
            return values[0][0]
        items = [Item(None, value, value.start, value.end) for value, _ in values]
        self._fat |= {value.start for value, fat in values if fat}
        return Sequence(token.start, self.ended, items)

    def listed(self, token: Token) -> Expression:
        with self.group():
            values = self.listed_values()
        items: list[Item] = []
        for value, _ in values:
            inner = value.items if isinstance(value, Sequence) else None
            one = Item(None, value, value.start, value.end)
            items += inner if inner is not None and len(values) == 1 else [one]
        return Sequence(token.start, self.ended, items)

    def listed_values(self) -> list[tuple[Expression, bool]]:
        """Values with commas between, each with whether `=>` stands behind it."""
        found: list[tuple[Expression, bool]] = []
        while self.at < self.limit:
            if self.takes(",", "=>"):
                continue
            if self.sees(";", ")", "]", "}", *LOWEST):
                if self.limit < len(self.tokens) and self.sees(*LOWEST) and found:
                    return found
                if self.sees(";"):
                    return found
            before = self.at
            value = self.full() if not found and not self._has_comma() else self.assignment()
            found.append((value, self.sees("=>")))
            if not self.sees(",", "=>"):
                break
            if self.at == before:
                self.at += 1
        return found

    def number(self, token: Token) -> Expression:
        """`017` is octal, and 1.0 the same as 1."""
        text = (token.text or "").replace("_", "")
        if len(text) > 1 and text[0] == "0" and not text.strip("01234567"):
            return Constant(token.start, token.end, int(text, 8))
        made = super().number(token)
        value = made.value if isinstance(made, Constant) else None
        if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
            return Constant(made.start, made.end, int(value))
        return made

    def _has_comma(self) -> bool:
        return self.sees(",", "=>", ahead=1)

    # -- what follows an expression

    def follows(self, left: Expression) -> Expression | None:
        token = self.token()
        if token.kind != "op":
            return None
        if token.text == "->":
            return self._arrow(left)
        subscript = isinstance(left, Index) or (
            isinstance(left, Name) and left.id[:1] in ("%", "@") and left.end == token.start
        )
        if token.text in ("{", "[") and subscript:
            return self._subscript(left)
        if token.text == "[" and isinstance(left, Sequence):  # (4, 5)[1]
            return self._subscript(left)
        if token.text == "(" and isinstance(left, Index):
            return self.call(left)
        if token.text in ("++", "--"):
            self.at += 1
            self.set(left, self.opaque(left.start), left.start)
            return self.opaque(left.start)
        return None

    def _arrow(self, left: Expression) -> Expression:
        self.at += 1
        if self.sees("{", "["):
            return self._subscript(left)
        if self.sees("("):
            return self.call(left)
        name = self.token()
        if name.kind != "name":
            sigil = (name.text or "").removeprefix("cast") if name.kind == "op" else ""
            if sigil in ("@", "%", "$"):  # `->@*`, `->@{…}`
                self.at += 1
                if sigil == "@" and self.sees("{", "["):
                    return self._slice(left)
                self.at += 1
                return Unary(left.start, self.ended, f"cast{sigil}", left)
            return self.opaque(left.start)
        self.at += 1
        return self._method(Member(left.start, name.end, left, name.text or ""), left.start)

    def _method(self, callee: Member, start: int) -> Expression:
        """A method with its arguments; without brackets it is called all the same."""
        if self.sees("("):
            with self.group():
                arguments = arguments_of(self.listed_values())
        elif callee.name == "new" and self.sees("{"):
            arguments = [Argument(self.primary())]
        else:
            arguments = []
        return self.called(start, callee, arguments)

    def call(self, left: Expression, *, new: bool = False) -> Expression:
        with self.group():
            arguments = arguments_of(self.listed_values())
        return self.called(left.start, left, arguments, new=new)

    def _subscript(self, left: Expression) -> Expression:
        is_key = self.sees("{")
        with self.group():
            index = self._key() if is_key else None
            if index is None:
                index = self.full() if self.at < self.limit else self.opaque(left.start)
            self.salvage()
        return Index(left.start, self.ended, left, index)

    def _slice(self, left: Expression) -> Expression:
        """`@h{qw(user pass)}`: the values at several keys, as a list."""
        start = left.start
        keys: list[Expression] = []
        with self.group():
            word = self._key()
            for key in [word] if word is not None else [each for each, _ in self.listed_values()]:
                keys += [each.value for each in key.items] if isinstance(key, Sequence) else [key]
            self.salvage()
        if any(isinstance(key, Unary) or _is_whole(key) for key in keys):
            return self.opaque(start)
        values = [Index(start, self.ended, left, key) for key in keys]
        items = [Item(None, value, value.start, value.end) for value in values]
        return Unary(start, self.ended, "cast@", Sequence(start, self.ended, items))

    def _key(self) -> Expression | None:
        """A word between braces, which needs no quotes."""
        ahead = 1 if self.sees("-") else 0
        token = self.token(ahead)
        if token.kind != "name" or (token.text or "")[:1] in SIGILS:
            return None
        if self.at + ahead + 1 != self.limit:
            return None
        self.at += ahead + 1
        return Constant(token.start, token.end, ("-" if ahead else "") + (token.text or ""))


def _is_whole(value: Expression) -> bool:
    """Whether it is a list or a hash, which is taken apart where it stands among others."""
    return isinstance(value, Name) and value.id[:1] in REST


def paired(values: list[tuple[Expression, bool]]) -> list[Item]:
    """A list as the keys and values of a hash."""
    found: list[Item] = []
    place = 0
    while place < len(values):
        value, fat = values[place]
        whole = isinstance(value, Unary) and value.operator.startswith("cast")
        whole = whole or _is_whole(value)
        if not fat and (whole or place + 1 >= len(values) or isinstance(value, Opaque)):
            inner = value.operand if isinstance(value, Unary) else value
            found.append(Item(None, inner, value.start, value.end, True))
            place += 1
            continue
        other = values[place + 1][0] if place + 1 < len(values) else Constant(0, 0, None)
        found.append(Item(value, other, value.start, other.end))
        place += 2
    return found


def arguments_of(values: list[tuple[Expression, bool]]) -> list[Argument]:
    """Arguments, by name where `=>` stands behind a word."""
    found: list[Argument] = []
    place = 0
    while place < len(values):
        value, fat = values[place]
        following = values[place + 1][0] if place + 1 < len(values) else None
        if fat and isinstance(value, Constant) and following is not None:
            found.append(Argument(following, str(value.value)))
            place += 2
            continue
        whole = isinstance(value, Unary) and value.operator in ("cast%", "cast@")
        inner = value.operand if isinstance(value, Unary) and whole else value
        found.append(Argument(inner, None, whole or _is_whole(value)))
        place += 1
    return found

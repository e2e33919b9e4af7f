"""What an expression comes to, worked out when somebody asks.

This module knows scopes, order, conditions, functions of the folder and the trail of a value. It
must not know any language's operators or library (`Semantics` has them), nor run anything: every
step is a small rule here, bounded in depth and number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from smtpdoctor.settings.readers.model import (
    GAP,
    Entry,
    Environment,
    Known,
    LanguageName,
    List,
    Map,
    Origin,
    Reason,
    Span,
    Special,
    Unknown,
    Value,
    stops,
    truth,
)
from smtpdoctor.settings.readers.source import Source
from smtpdoctor.settings.readers.syntax import (
    Binary,
    Bind,
    Call,
    Class,
    Conditional,
    Constant,
    Dictionary,
    Expression,
    Function,
    Guard,
    Import,
    Index,
    Member,
    Name,
    Opaque,
    Parameter,
    Put,
    Return,
    Scope,
    Sequence,
    Template,
    Unary,
    is_names,
)

#: An evaluation within another takes four or five of the thousand frames that Python allows.
MAXIMUM_DEPTH = 60
#: For one question: what no settings file needs, and still a fraction of a second.
MAXIMUM_STEPS = 5_000
#: After how many steps the clock is looked at.
OFTEN = 500
MAXIMUM_TEXT = 65_536

#: What an operator makes of what stands left and right of it.
Operator = Callable[[Any, Any], Any]


class UntellableError(Exception):
    """An operator or function got what it has no rule for."""

    def __init__(self, text: str, reason: Reason = "computed") -> None:
        super().__init__(text)
        self.text = text
        self.reason: Reason = reason


class StopsError(UntellableError):
    """The program ends with an error at what an operator or function got."""

    def __init__(self, why: str) -> None:
        super().__init__(stops(why), "stops")


@dataclass(slots=True)
class Budget:
    """How far one question has got, over all files that it leads to.

    `look_at_the_time` raises where the time for all of them is over.
    """

    depth: int = 0
    steps: int = 0
    left: int = OFTEN
    look_at_the_time: Callable[[], None] = lambda: None

    def step(self) -> None:
        """One more step of a question; a question that follows it begins anew."""
        self.steps = self.steps + 1 if self.depth else 1
        self.count()

    def count(self) -> None:
        """One more thing was looked at, in a question or beside them."""
        self.left -= 1
        if not self.left:
            self.left = OFTEN
            self.look_at_the_time()


@dataclass(slots=True, eq=False, repr=False)
class Frame:
    """A scope with the values of its parameters, where a call gave them."""

    scope: Scope
    parent: Frame | None = None
    values: dict[str, Value] = field(default_factory=dict)
    #: Of an object's class: what the object was made with; None where nobody has made it.
    arguments: list[tuple[str | None, Value]] | None = None


@dataclass(slots=True, eq=False, repr=False)
class Closure:
    """A function as a value."""

    function: Function
    frame: Frame
    evaluator: Evaluator


@dataclass(slots=True, eq=False, repr=False)
class ClassValue:
    """A class as a value."""

    definition: Class
    frame: Frame
    evaluator: Evaluator


@dataclass(slots=True, repr=False)
class Bound:
    """A method of a value, not called yet."""

    object: Value
    name: str


@dataclass(frozen=True, slots=True, repr=False)
class Callers:
    """The calls of a function of the folder, each with the evaluator of the file it stands in.

    `others`: calls by the same name, of which it can't be told what they call.
    """

    calls: tuple[tuple[Evaluator, Call], ...] = ()
    others: bool = False


def _may_be_of_a_request(value: Value) -> bool:
    """Whether a whole of which this is a part may be what a request gives: beside what is written
    there, and that no address."""
    if isinstance(value, Unknown):
        return value.reason == "request"
    return not value.trail and "@" not in str(value.value)


#: Classes that give their own nothing that a program asks for.
NO_BASES = frozenset({"object", "ABC", "abc.ABC", "Protocol", "Exception", "Thread"})


#: For languages whose calls are looked for in the function's own file alone.
NOBODY = Callers(others=True)


class Semantics(Protocol):
    """A language's operators, coercions and library."""

    language: LanguageName
    #: What a name or key that is not there comes to.
    absent: Any
    #: Names by which an object speaks of itself: this, self.
    selves: frozenset[str]
    #: Whether `a?.b.c` stops as a whole where a is absent.
    whole_chains: bool
    #: Whether a function's name alone calls it.
    bare_calls: bool
    #: The operators without short cuts. What they do may raise UntellableError.
    operators: Mapping[str, Operator]

    def global_name(self, name: str) -> Value | None:
        """A name of the language or of a library, that nothing in the file sets."""

    def member(self, object_: Value, name: str, ask: Evaluation) -> Value:
        """`object.name`."""

    def index(self, object_: Value, key: Value, ask: Evaluation) -> Value:
        """`object[key]`."""

    def unary(self, operator: str, value: Any) -> Any:
        """May raise UntellableError."""

    def short_cut(self, operator: str, left: Known) -> bool | None:
        """Whether left is the result of left||right; None where the operator has no short cut."""

    def text_of(self, value: Any) -> str:
        """A value within a text. May raise UntellableError."""

    def call(self, call: Call, callee: Value, ask: Evaluation) -> Value | None:
        """A function of the language or of a library; None where it has no rule."""

    def imported(self, path: str, name: str | None, ask: Evaluation) -> Value:
        """A name of another module."""

    def parameter(self, parameter: Parameter, function: Function, ask: Evaluation) -> Value | None:
        """A parameter that a framework fills in."""

    def star(self, path: str, name: str, ask: Evaluation) -> Value | None:
        """A name of a module that is imported as a whole; None where it has no such name."""

    def operator(self, operator: str, left: Value, right: Value, ask: Evaluation) -> Value | None:
        """An operator on things that the language knows: `"X" in os.environ`."""

    def instance(self, made: ClassValue, call: Call, ask: Evaluation) -> Value | None:
        """An object of a class whose base a library gives."""


class Evaluator:
    """Evaluates the expressions of one file."""

    def __init__(
        self,
        source: Source,
        scope: Scope,
        calls: list[Call],
        semantics: Semantics,
        environment: Environment,
        budget: Budget | None = None,
    ) -> None:
        #: Who calls a function of this file, where calls in other files are looked for.
        self.callers: Callable[[Function], Callers] = lambda _: NOBODY
        self.source = source
        self.calls = calls
        self.semantics = semantics
        self.environment = environment
        self.module = Frame(scope)
        self.budget = budget or Budget()
        self._active: set[tuple[int, int, int, str]] = set()
        self._answers: dict[tuple[int, int], tuple[Expression, Frame, Value]] = {}

    # -- places

    def span(self, expression: Expression) -> Span:
        return self.source.span(expression.start, expression.end)

    def unknown(self, reason: Reason, text: str, at: Expression) -> Unknown:
        return Unknown(reason, text, self.span(at))

    def frame_of(self, scope: Scope) -> Frame:
        """A frame for a scope that nobody has called: its parameters are not known."""
        if scope.parent is None:
            return self.module
        return Frame(scope, self.frame_of(scope.parent))

    # -- expressions

    def value(self, expression: Expression, frame: Frame) -> Value:
        """What the expression comes to. Raises nothing but OutOfTimeError."""
        if self.budget.depth or self._active:
            return self._worked_out(expression, frame)
        # a question from outside is asked again and again
        key = (id(expression), id(frame))
        if key not in self._answers:
            answer = self._worked_out(expression, frame)
            self._answers[key] = (expression, frame, answer)  # both kept: their ids stay theirs
        return self._answers[key][2]

    def _worked_out(self, expression: Expression, frame: Frame) -> Value:
        budget = self.budget
        if budget.depth >= MAXIMUM_DEPTH:
            return self.unknown("too-deep", "it is nested too deep", expression)
        budget.step()
        if budget.steps > MAXIMUM_STEPS:
            return self.unknown("too-long", "working it out takes too long", expression)
        budget.depth += 1
        try:
            return self._value(expression, frame)
        except UntellableError as problem:
            return self.unknown(problem.reason, problem.text, expression)
        except RecursionError:
            return self.unknown("too-deep", "it is nested too deep", expression)
        finally:
            budget.depth -= 1

    def _value(  # noqa: C901, PLR0912 - one case a kind of node
        self, expression: Expression, frame: Frame
    ) -> Value:
        match expression:
            case Constant():
                return Known(expression.value, self.span(expression))
            case Name():
                return self._name(expression, frame)
            case Member() | Index():
                return self._member(expression, frame)
            case Call():
                return self._call(expression, frame)
            case Dictionary():
                return self._dictionary(expression, frame)
            case Sequence():
                return Known(self._sequence(expression, frame), self.span(expression))
            case Unary():
                return self._apply(
                    expression,
                    lambda each: self.semantics.unary(expression.operator, each),
                    self.value(expression.operand, frame),
                )
            case Binary():
                return self._binary(expression, frame)
            case Conditional():
                return self._conditional(expression, frame)
            case Template():
                return self._template(expression, frame)
            case Function():
                return Known(Closure(expression, frame, self), self.span(expression))
            case Class():
                return Known(ClassValue(expression, frame, self), self.span(expression))
            case Import():
                ask = Evaluation(self, frame, expression)
                return self.semantics.imported(expression.path, expression.name, ask)
            case Opaque():
                return self.unknown(expression.reason, expression.text, expression)
        return self.unknown("computed", "an expression that is not understood", expression)

    def _apply(self, at: Expression, rule: Callable[..., Any], *values: Value) -> Value:
        """A rule on known values, with the trails of all of them."""
        trail = joined(values)
        for value in values:
            if isinstance(value, Unknown):
                if value.reason == "request" and not all(map(_may_be_of_a_request, values)):
                    text = "a request gives a part of it"
                    told = replace(value, reason="computed", text=text)
                    return replace(told, trail=trail, otherwise=None, partly=None)
                found = self._apply_to_alternatives(at, rule, values, value)
                return self._with_otherwise(found, at, rule, values, value)
        try:
            result = rule(*(value.value for value in values if isinstance(value, Known)))
        except UntellableError as problem:
            return Unknown(problem.reason, problem.text, self.span(at), trail)
        except (ArithmeticError, TypeError, ValueError):
            return Unknown("computed", "the operands don't fit", self.span(at), trail)
        if isinstance(result, str) and len(result) > MAXIMUM_TEXT:
            return Unknown("too-long", "the text is too long", self.span(at), trail)
        return Known(result, self.span(at), trail)

    def _with_otherwise(
        self,
        found: Value,
        at: Expression,
        rule: Callable[..., Any],
        values: tuple[Value, ...],
        value: Unknown,
    ) -> Value:
        """What can't be told with what it comes to where the value that can't be told is absent."""
        if isinstance(found, Known):
            return found
        if value.otherwise is None:
            return replace(found, otherwise=None)
        where, other = values.index(value), value.otherwise
        made = self._apply(at, rule, *values[:where], other, *values[where + 1 :])
        return replace(found, otherwise=made)

    def _apply_to_alternatives(
        self, at: Expression, rule: Callable[..., Any], values: tuple[Value, ...], value: Unknown
    ) -> Value:
        """What it comes to in each case, where there are only a few and they agree."""
        if not value.alternatives or len(value.alternatives) > 4:
            return replace(value, trail=joined(values), partly=None)
        where = values.index(value)
        results = [
            self._apply(at, rule, *values[:where], each, *values[where + 1 :])
            for each in value.alternatives
        ]
        return either(results, self.span(at), value.text)

    def _operate(self, operator: str, left: Any, right: Any) -> Any:
        if operator not in self.semantics.operators:
            raise UntellableError(f"the operator {operator} is not evaluated")
        return self.semantics.operators[operator](left, right)

    def _binary(self, expression: Binary, frame: Frame) -> Value:
        left = self.value(expression.left, frame)
        short = self._short_cut(expression, left, frame)
        if short is not None:
            return short
        right = self.value(expression.right, frame)
        ask = Evaluation(self, frame, expression)
        special = self.semantics.operator(expression.operator, left, right, ask)
        if special is not None:
            return special
        found = self._apply(
            expression,
            lambda a, b: self._operate(expression.operator, a, b),
            left,
            right,
        )
        if isinstance(found, Known) and isinstance(found.value, bool):
            # a number that is compared decides; another number in its place is no answer
            numbers = [each for each in (left, right) if _is_number(each)]
            decides = {origin.span for each in numbers for origin in each.trail}
            trail = tuple(
                replace(origin, kind="condition")
                if origin.kind == "constant" and origin.span in decides
                else origin
                for origin in found.trail
            )
            found = replace(found, trail=trail)
        made = made_of(found, (left, right))
        joins = expression.operator == "+"
        return self._partly_told(made, expression, (left, right)) if joins else made

    def _short_cut(self, expression: Binary, left: Value, frame: Frame) -> Value | None:
        """What `||` and its like come to; None for an operator without a short cut."""
        if isinstance(left, Known):
            stays = self.semantics.short_cut(expression.operator, left)
            if stays is None:
                return None
            if stays:
                return replace(left, span=self.span(expression))
            right = self.value(expression.right, frame)
            steps = tuple(
                replace(origin, kind="unset" if origin.kind == "unset" else "condition")
                for origin in left.trail
                if origin.kind in ("environment", "unset")
            )
            return behind(steps, right, self.span(expression))
        if self.semantics.short_cut(expression.operator, Known(None)) is None:
            return None
        right = self.value(expression.right, frame)
        is_default = self.semantics.short_cut(expression.operator, Known(None)) is False
        return Unknown(
            left.reason,
            left.text,
            self.span(expression),
            left.trail,
            left.alternatives,
            otherwise=right if is_default else None,
        ).through(*right.trail)

    def _conditional(self, expression: Conditional, frame: Frame) -> Value:
        test = self.value(expression.test, frame)
        if isinstance(test, Known):
            way = expression.then if self.true(test) else expression.otherwise
            chosen = self.value(way, frame)
            return behind(as_condition(test.trail), chosen, self.span(expression))
        ways = [self.value(expression.then, frame), self.value(expression.otherwise, frame)]
        found = either(ways, self.span(expression), test.text, as_condition(test.trail))
        asked = [
            isinstance(each, Unknown) and each.reason == "parameter" for each in (test, ways[0])
        ]
        if isinstance(found, Unknown) and all(asked):
            return replace(found, otherwise=ways[1])  # x ? x : "a@b.example"
        return found

    def _template(self, expression: Template, frame: Frame) -> Value:
        values = [self.value(part, frame) for part in expression.parts]
        result = self._apply(
            expression,
            lambda *parts: "".join(self.semantics.text_of(part) for part in parts),
            *values,
        )
        return self._partly_told(made_of(result, values), expression, values)

    def _partly_told(self, made: Value, at: Expression, values: Iterable[Value]) -> Value:
        """A text of which not all can be told, with what can be."""
        texts = [_or_gap(each) for each in values]
        if not isinstance(made, Unknown) or not any(text.strip(GAP) for text in texts):
            return made
        fits = sum(map(len, texts)) <= MAXIMUM_TEXT
        return replace(made, partly=Known("".join(texts), self.span(at)) if fits else None)

    def true(self, value: Known) -> bool:
        return truth(value.value, self.semantics.language)

    # -- objects

    def _dictionary(self, expression: Dictionary, frame: Frame) -> Value:
        spread = [self.value(item.value, frame) for item in expression.items if item.spread]
        things = [value.value for value in spread if isinstance(value, Known)]
        # os.environ and what dotenv_values gives are one thing here, and so are both together
        alike = len(things) == len(expression.items) and all(thing == things[0] for thing in things)
        if things and alike and isinstance(things[0], Special):
            return Known(things[0], self.span(expression))
        made = Map(kind=expression.kind)
        for item in expression.items:
            span = self.source.span(item.start, item.end)
            if item.spread or item.key is None:
                value = self.value(item.value, frame)
                self._spread(made, value, span)
                self._withheld(made, item.value, value)
                continue
            key = self.value(item.key, frame)
            later = self._later(item.value, frame)
            if isinstance(key, Known) and isinstance(key.value, str | int | float | bool):
                made.entries.append(Entry(key.value, later, span))
            elif isinstance(key, Known) and key.value is None:
                made.entries.append(Entry("", later, span))
            else:
                text = "which key this is can't be told"
                made.entries.append(Entry(None, Unknown("computed", text, span), span))
        return Known(made, self.span(expression))

    def _withheld(self, made: Map, at: Expression, value: Value) -> None:
        """The keys that a condition keeps out, with what it hangs on: `...(X && { auth })`."""
        if not isinstance(value, Known) or isinstance(value.value, Map):
            return
        kept = at.right if isinstance(at, Binary) else None
        for item in kept.items if isinstance(kept, Dictionary) else ():
            key = item.key.value if isinstance(item.key, Constant) else None
            if isinstance(key, str) and made.entry(key) is None:
                absent = Known(self.semantics.absent, value.span, as_condition(value.trail))
                made.entries.append(Entry(key, absent, None))

    def _spread(self, made: Map, value: Value, span: Span) -> None:
        if isinstance(value, Known) and isinstance(value.value, Map):
            made.entries += value.value.entries
        elif isinstance(value, Known) and isinstance(value.value, List):
            made.entries += [Entry(n, e.value, e.span) for n, e in enumerate(value.value.items)]
        elif isinstance(value, Known) and (value.absent or value.value in (False, "")):
            return
        else:
            if isinstance(value, Known):
                value = Unknown("computed", "what is spread here can't be told", span)
            made.entries.append(Entry(None, value, span))

    def _sequence(self, expression: Sequence, frame: Frame) -> List:
        made = List()
        for item in expression.items:
            span = self.source.span(item.start, item.end)
            if not item.spread:
                made.items.append(Entry(None, self._later(item.value, frame), span))
                continue
            value = self.value(item.value, frame)
            if isinstance(value, Known) and isinstance(value.value, List):
                made.items += value.value.items
                made.open = made.open or value.value.open
            else:
                made.open = Unknown("computed", "what is spread here can't be told", span)
        return made

    def _later(self, expression: Expression, frame: Frame) -> Value | Callable[[], Value]:
        if isinstance(expression, Constant):
            return Known(expression.value, self.span(expression))
        return lambda: self.value(expression, frame)

    # -- names

    def _name(self, name: Name, frame: Frame) -> Value:
        found = self.lookup(name.id, frame, name.start)
        if found is None:
            found = self.semantics.global_name(name.id)
        if found is None:
            why = f"nothing here sets {name.id}"
            return Unknown("undeclared", why, self.span(name), name=name.id)
        closure = found.value if isinstance(found, Known) else None
        bare = self.semantics.bare_calls and isinstance(closure, Closure)
        if bare and isinstance(closure, Closure) and closure.function.name == name.id:
            return self.apply(closure, [], name)
        return self.used(name.id, found, name)

    def used(self, name: str, value: Value, at: Expression) -> Value:
        """The value of a name where it is used."""
        span = self.span(at)
        if isinstance(value, Unknown):
            return value.through(span=span)
        scalar = value.value is None or isinstance(value.value, str | int | float | bool)
        if not scalar or value.span is None or value.span == span:
            return value if value.span else replace(value, span=span)
        if any(origin.kind in ("environment", "constant") for origin in value.trail):
            steps = (Origin("constant", name, value.span, span),)
            return value.through(*steps, span=span)
        return replace(
            value, span=span, trail=(Origin("constant", name, value.span, span), *value.trail)
        )

    def lookup(self, name: str, frame: Frame, position: int) -> Value | None:
        """The value of a name at a place; None where no scope around it has it."""
        inner: Frame | None = frame
        own = True
        while inner is not None:
            scope = inner.scope
            if name in inner.values:
                if any(not each.keys and each.value for each in scope.binds_of(name)):
                    return self._bound(name, inner, position if own else None)
                return self._overlaid(name, inner, position if own else None, inner.values[name])
            if name in scope.owned:
                return self._bound(name, inner, position if own else None)
            if scope.passes is not None and name.startswith("$") and name not in scope.passes:
                return None
            if scope.kind in ("function", "class"):
                own = False
            if scope.stars:
                found = self._from_stars(name, inner)
                if found is not None:
                    return self._overlaid(name, inner, position if own else None, found)
            inner = inner.parent
        return None

    def _from_stars(self, name: str, frame: Frame) -> Value | None:
        """A name that `from x import *` brings in; the last that has it."""
        for star in reversed(frame.scope.stars):
            if self._is_brought_in(star, frame):
                value = self._from_star(name, star, frame)
                if value is not None:
                    return value
        return None

    def _is_brought_in(self, star: Bind, frame: Frame) -> bool:
        """Whether the import's conditions let it through; not for the names in them themselves."""
        key = (id(star), id(frame), 2, "")
        if key in self._active:
            return False
        self._active.add(key)
        try:
            return self.reached(star.guards, frame) is not False
        finally:
            self._active.discard(key)

    def _from_star(self, name: str, star: Bind, frame: Frame) -> Value | None:
        key = (id(star), 0, 1, name)
        if key in self._active or star.value is None:
            return None
        self._active.add(key)
        try:
            if isinstance(star.value, Import):
                ask = Evaluation(self, frame, star.value)
                return self.semantics.star(star.value.path, name, ask)
            call = star.value if isinstance(star.value, Call) else None
            if call is not None and any(is_names(each.value) for each in call.arguments):
                value = self._set_by(call, frame)
            else:  # PHP's extract() gives them
                value = self.value(star.value, frame)
        finally:
            self._active.discard(key)
        if isinstance(value, Known) and isinstance(value.value, Map):
            return None if value.value.whole and not value.value.entry(name) else value.get(name)
        return value if isinstance(value, Unknown) else None

    def _set_by(self, call: Call, frame: Frame) -> Value:
        """What a function of the folder sets in the names that it is handed: `apply(globals())`."""
        callee = self.callee(call.callee, frame)
        names: Value = Known(Map(), self.span(call))
        if not isinstance(callee, Known) or not isinstance(callee.value, Closure):
            return names
        function, home = callee.value.function, callee.value.evaluator
        given = [
            (each.name, names if is_names(each.value) else self.value(each.value, frame))
            for each in call.arguments
            if not each.spread
        ]
        inner = Frame(function.scope, callee.value.frame, bind_arguments(function, given))
        self._fill_in(function, given, inner, home)
        taken = next((name for name, value in inner.values.items() if value is names), "")
        return home.lookup(taken, inner, 1 << 62) or names

    def _parameter(self, name: str, frame: Frame) -> Value | None:
        """A parameter's value: what a call gave, or what is told where nobody has called yet."""
        if name in frame.values:
            return frame.values[name]
        function = frame.scope.function
        if function is None:
            return None
        for place, parameter in enumerate(function.parameters):
            if parameter.name != name:
                continue
            ask = Evaluation(self, frame, function)
            filled = self.semantics.parameter(parameter, function, ask)
            if filled is not None:
                return filled
            if parameter.rest:
                return self._asked(parameter, function, ())
            only = self._only_call(function)
            if only is not None:
                return self._argument(self, only, place, parameter.name, function, frame)
            return self._from_callers(place, parameter, function, frame)
        return None

    def _from_callers(
        self, place: int, parameter: Parameter, function: Function, frame: Frame
    ) -> Value:
        """What all calls in the folder give alike, and the default where nobody gives another."""
        default: tuple[Value, ...] = ()
        if parameter.default is not None:
            default = (self.value(parameter.default, frame),)
        key = (id(function), place, 3, parameter.name)
        if key in self._active:  # it is handed on from call to call
            return self._asked(parameter, function, default)
        self._active.add(key)
        try:
            found = self.callers(function)
            values = [
                self._argument(home, call, place, parameter.name, function, frame)
                for home, call in found.calls
            ]
        finally:
            self._active.discard(key)
        if not values:
            nobody = bool(default) and not found.others
            if nobody and default[0].absent and self.semantics.language == "php":
                nobody = False  # a container of the framework gives it
            return default[0] if nobody else self._asked(parameter, function, default)
        one = values[0] if len(values) == 1 else either(values, None, "")
        told = len(values) == 1 or isinstance(one, Known)
        return one if told else self._asked(parameter, function, tuple(values))

    def _asked(
        self, parameter: Parameter, function: Function, alternatives: tuple[Value, ...]
    ) -> Unknown:
        at = parameter.default or function
        name = function.name or "this function"
        if is_constructor(function.scope) and function.scope.parent is not None:
            name = function.scope.parent.name or name
        text = f"whoever calls {name} gives {parameter.name}"
        return Unknown(
            "parameter", text, self.span(at), alternatives=alternatives, name=parameter.name
        )

    def _only_call(self, function: Function) -> Call | None:
        if not function.name:
            return None
        found = [
            call
            for call in self.calls
            if isinstance(call.callee, Name)
            and call.callee.id == function.name
            and not function.start <= call.start < function.end
        ]
        makes = function.scope.name == "constructor"
        return found[0] if len(found) == 1 and found[0].new == makes else None

    def handed(self, name: Expression, frame: Frame) -> tuple[Expression, Scope] | None:
        """What the only call of a function writes for a parameter, and where it stands."""
        scope: Scope | None = frame.scope
        while isinstance(name, Name) and scope is not None and name.id not in scope.owned:
            scope = scope.parent
        function = scope.function if scope is not None else None
        if not isinstance(name, Name) or function is None:
            return None
        only = self._only_call(function)
        calls = self.callers(function).calls if only is None else ((self, only),)
        names = [each.name for each in function.parameters]
        if len(calls) != 1 or name.id not in names:
            return None
        home, call = calls[0]
        plain = [each for each in call.arguments if each.name is None and not each.spread]
        by_name = [each.value for each in call.arguments if each.name == name.id]
        written = [*by_name, *(each.value for each in plain[names.index(name.id) :][:1])]
        return (written[0], call.scope or home.module.scope) if written else None

    def _argument(
        self,
        home: Evaluator,
        call: Call,
        place: int,
        name: str,
        function: Function,
        frame: Frame,
    ) -> Value:
        """What a call, that may stand in another file, gives a parameter."""
        outer = home.frame_of(call.scope) if call.scope else home.module
        values = home.arguments(call, outer)
        bound = bind_arguments(function, values)
        if name in bound:
            return bound[name]
        default = function.parameters[place].default
        if default is not None:
            return self.value(default, frame)
        if any(each == "*" for each, _ in values):
            return home.unknown("computed", "which arguments these are can't be told", call)
        return Known(self.semantics.absent, home.span(call))

    def _bound(self, name: str, frame: Frame, position: int | None) -> Value:
        """What a name of this scope is bound to at a place, or at the end."""
        key = (id(frame.scope), -1 if position is None else position, 0, name)
        if key in self._active:
            return Unknown("cycle", f"{name} is made from itself")
        self._active.add(key)
        try:
            return self._latest(name, frame, position)
        finally:
            self._active.discard(key)

    def _latest(self, name: str, frame: Frame, position: int | None) -> Value:
        """The last assignment that is reached; with those that may be reached, all of them."""
        scope = frame.scope
        binds = [
            bind
            for bind in scope.binds_of(name)
            if position is None or bind.end <= position or self._before(bind, scope, position)
        ]
        stars = [star for star in scope.stars if position is None or star.end <= position]
        values: list[Value] = []
        since = -1
        certain = False
        for bind in sorted([*binds, *stars], key=lambda each: -each.start):
            given = self._given(name, bind, frame)
            if given is None:
                continue
            value, certain = given
            certain = certain or self._goes_before(bind, scope, position)
            values.append(value)
            if certain:
                since = bind.start
                break
        if not certain:
            first = self._parameter(name, frame)
            if first is not None:
                values.append(first)
            elif name in self.semantics.selves:
                values.append(Known(Map(self._inherited(frame), "self")))
            elif not values:
                values.append(self._declared(name, binds, scope))
        value = values[0]
        if len(values) > 1:
            value = either(values, values[0].span, f"{name} is set in several ways")
        elif value.absent:
            value = value.through(*self._kept_out(binds, since, frame))
        return self._with_changes(name, frame, binds, since, value)

    def _goes_before(self, bind: Bind, scope: Scope, position: int | None) -> bool:
        """Whether a place is only reached by way of an assignment, behind the same conditions:
        `if form: sender = …; send(sender)`."""
        if position is None or bind.scope is not scope or bind.end > position or bind.inner:
            return False
        around = [call for call in self.calls if call.start <= position < call.end]
        here = max(around, key=lambda call: call.start, default=None)
        return here is not None and all(
            any(guard is other for other in here.guards) for guard in bind.guards
        )

    def _kept_out(self, binds: list[Bind], since: int, frame: Frame) -> tuple[Origin, ...]:
        """What the conditions hang on by which a name got nothing: `if (user) auth = { user }`."""
        tests = [
            self.value(guard.test, self._frame_of_bind(bind, frame))
            for bind in binds
            for guard in bind.guards
            if bind.start > since and not bind.keys
        ]
        return as_condition(joined(tests))

    def _given(self, name: str, bind: Bind, frame: Frame) -> tuple[Value, bool] | None:
        """What an assignment gives the name, and whether nothing before it counts then; None where
        it gives nothing."""
        if bind.keys or bind.value is None:
            return None
        where = self._frame_of_bind(bind, frame)
        reached = self.reached(bind.guards, where)
        if reached is False:
            return None
        if bind.root == "*" and name != "*":
            brought = self._from_star(name, bind, where)
            if brought is None:
                return None
            return brought, bool(reached) and isinstance(brought, Known)
        certain = bool(reached) and not self._elsewhere(bind, frame.scope)
        return self.value(bind.value, where), certain

    def _declared(self, name: str, binds: list[Bind], scope: Scope) -> Value:
        """A name that is declared and not set before this place."""
        for bind in binds:
            if bind.value is None and not bind.keys:
                return Known(self.semantics.absent, self.source.span(bind.start, bind.end))
        if scope.kind == "class":
            return Known(self.semantics.absent)
        return Unknown("undeclared", f"{name} is not set before this place")

    def _before(self, bind: Bind, scope: Scope, position: int) -> bool:
        """Whether an assignment behind a place may come before it: in a function inside, but for
        one without a name that is only made behind it: what is handed to `.catch(…)`."""
        functions = [each.function for each in _scopes_between(bind.scope, scope) if each.function]
        outermost = functions[-1] if functions else None
        made_later = outermost and not outermost.name and outermost.start >= position
        return self._elsewhere(bind, scope) and not made_later

    def _elsewhere(self, bind: Bind, scope: Scope) -> bool:
        """Whether the assignment stands in a function inside, that is called who knows when."""
        return any(each.kind == "function" for each in _scopes_between(bind.scope, scope))

    def _frame_of_bind(self, bind: Bind, frame: Frame) -> Frame:
        scope = bind.inner or bind.scope
        return frame if scope is frame.scope else self._frame_inside(scope, frame)

    def _frame_inside(self, scope: Scope, frame: Frame) -> Frame:
        if scope is frame.scope or scope.parent is None:
            return frame
        return self._called_by_new(scope, self._frame_inside(scope.parent, frame))

    def _called_by_new(self, scope: Scope, parent: Frame) -> Frame:
        """A function's frame; a constructor's has what the object was made with."""
        frame = Frame(scope, parent)
        arguments, function = parent.arguments, scope.function
        if is_constructor(scope) and arguments is not None and function is not None:
            frame.values = bind_arguments(function, arguments)
            self._fill_in(function, arguments, frame, self)
        return frame

    def _overlaid(self, name: str, frame: Frame, position: int | None, value: Value) -> Value:
        binds = [
            bind for bind in frame.scope.binds_of(name) if position is None or bind.end <= position
        ]
        return self._with_changes(name, frame, binds, -1, value) if binds else value

    def _with_changes(
        self, name: str, frame: Frame, binds: Iterable[Bind], since: int, value: Value
    ) -> Value:
        """The value after what is assigned to its members: `options.host = …`."""
        for bind in binds:
            if not bind.keys or bind.start < since or bind.value is None:
                continue
            where = self._frame_of_bind(bind, frame)
            value = self._changed(value, bind, bind.keys, where, name)
        return value

    def _changed(
        self, value: Value, bind: Bind, keys: tuple[Expression, ...], frame: Frame, name: str
    ) -> Value:
        if isinstance(keys[0], Put):
            return self._put(value, bind, keys[0], frame)
        if isinstance(value, Known) and isinstance(value.value, Map):
            made = Map(list(value.value.entries), value.value.kind)
        elif isinstance(value, Unknown):
            made = Map([Entry(None, value, value.span)])
        elif isinstance(value, Known) and (value.absent or isinstance(value.value, Closure)):
            made = Map()
        else:
            return value
        span = self.source.span(bind.start, bind.end)
        key = self.value(keys[0], frame)
        if not isinstance(key, Known) or not isinstance(key.value, str | int | float | bool):
            text = "which key this is can't be told"
            made.entries.append(Entry(None, Unknown("computed", text, span), span))
            return Known(made, value.span, value.trail)

        def later() -> Value:
            reached = self.reached(bind.guards, frame)
            old = made.get(key.value)
            if reached is False:
                tests = [self.value(guard.test, frame) for guard in bind.guards]
                return old.through(*as_condition(joined(tests))) if old.absent else old
            if len(keys) > 1:
                new = self._changed(old, bind, keys[1:], frame, name)
            elif bind.value is not None:
                new = self.value(bind.value, frame)
            else:
                new = old
            if reached:
                return new
            return either([new, old], span, f"{name}.{key.value} is set in several ways")

        changed = Map([*made.entries, Entry(key.value, later, span)], made.kind)
        return Known(changed, value.span, value.trail)

    def _put(self, value: Value, bind: Bind, put: Put, frame: Frame) -> Value:
        """A list or dictionary after `items.append(x)`, `items.extend(more)`, `a.update(b)`."""
        if not isinstance(value, Known) or not isinstance(value.value, List | Map):
            return value
        whole, reached = value.value, self.reached(bind.guards, frame)
        if bind.value is None or reached is False:
            return value
        span = self.source.span(bind.start, bind.end)
        unknown = Unknown("computed", "what is put into it can't be told", span)
        given = bind.value
        if isinstance(whole, List):
            items = List(list(whole.items), whole.open)
            added = self.value(given, frame) if put.kind == "all" else None
            told = added.value if isinstance(added, Known) else None
            if reached and put.kind == "one":
                items.items.append(Entry(None, lambda: self.value(given, frame), span))
            elif reached and isinstance(told, List):
                items.items += told.items
                items.open = items.open or told.open
            else:
                items.open = items.open or unknown
            return replace(value, value=items)
        if whole.kind or put.kind == "one":
            return value  # an object with a method of that name
        added = self.value(given, frame)
        told = added.value if isinstance(added, Known) else None
        more = [Entry(None, unknown, span)]
        if reached and isinstance(told, Map):
            more = told.entries
        return replace(value, value=Map([*whole.entries, *more]))

    # -- conditions

    def reached(self, guards: tuple[Guard, ...], frame: Frame) -> bool | None:
        """Whether what stands behind these conditions is reached; None where it can't be told."""
        sure: bool | None = True
        for guard in guards:
            test = self.value(guard.test, frame)
            if isinstance(test, Unknown):
                sure = None
            elif self.true(test) is not guard.holds:
                return False
        return sure

    # -- members

    def _stopped(self, expression: Expression, frame: Frame) -> Value | None:
        """What an optional chain comes to, where it stops at something absent."""
        while isinstance(expression, Member | Index | Call):
            inner = expression.callee if isinstance(expression, Call) else expression.object
            if isinstance(expression, Member) and expression.optional:
                value = self.value(inner, frame)
                if isinstance(value, Known) and value.absent:
                    return Known(self.semantics.absent, self.span(expression), value.trail)
            if not self.semantics.whole_chains and isinstance(expression, Member):
                return None
            expression = inner
        return None

    def _untouched(self, expression: Member | Index, frame: Frame) -> Value | None:
        """The language's own object that is asked for another member than the file sets of it:
        `Rails.env` where it has `Rails.application.config.x = … if Rails.env.production?`."""
        own = expression.object
        if not isinstance(own, Name) or not isinstance(expression, Member):
            return None
        known = self.semantics.global_name(own.id)
        scope: Scope | None = frame.scope
        while scope is not None and own.id not in scope.owned:
            scope = scope.parent
        if known is None or scope is None:
            return None
        firsts = [each.keys[0] if each.keys else None for each in scope.binds_of(own.id)]
        names = [each.value if isinstance(each, Constant) else None for each in firsts]
        # a parameter is set by whoever calls
        is_set_whole = not names or None in names
        return None if is_set_whole or expression.name in names else known

    def _member(self, expression: Member | Index, frame: Frame) -> Value:
        stopped = self._stopped(expression, frame)
        if stopped is not None:
            return stopped
        object_ = self._untouched(expression, frame) or self.value(expression.object, frame)
        ask = Evaluation(self, frame, expression)
        if isinstance(expression, Member):
            found = self.semantics.member(object_, expression.name, ask)
            name = expression.name
        else:
            key = self.value(expression.index, frame)
            found = self.semantics.index(object_, key, ask)
            name = str(key.value) if isinstance(key, Known) else "?"
        if isinstance(found, Unknown) and found.reason == "imported":
            # whoever knows the module asks for what stands here
            found = replace(found, span=self.span(expression))
        return self.used(name, found, expression)

    # -- calls

    def arguments(self, call: Call, frame: Frame) -> list[tuple[str | None, Value]]:
        """The arguments with the names that they were given by; a spread list is taken apart."""
        found: list[tuple[str | None, Value]] = []
        for argument in call.arguments:
            value = self.value(argument.value, frame)
            if not argument.spread:
                found.append((argument.name, value))
            elif isinstance(value, Known) and isinstance(value.value, List):
                found += [(None, item) for item in value.value]
            elif isinstance(value, Known) and isinstance(value.value, Map):
                found += [(str(e.key), e.value) for e in value.value.entries if e.key is not None]
                found += [("*", e.value) for e in value.value.entries if e.key is None]
            else:
                text = "which arguments these are can't be told"
                found.append(("*", self.unknown("computed", text, argument.value)))
        return found

    def _call(self, call: Call, frame: Frame) -> Value:
        stopped = self._stopped(call, frame)
        if stopped is not None:
            return stopped
        callee = self.callee(call.callee, frame)
        ask = Evaluation(self, frame, call)
        found = self.semantics.call(call, callee, ask)
        if found is not None:
            return found
        if isinstance(callee, Known) and isinstance(callee.value, ClassValue):
            made = self.semantics.instance(callee.value, call, ask)
            if made is not None:
                return made
        return self.called(callee, self.arguments(call, frame), call)

    def called(self, callee: Value, arguments: list[tuple[str | None, Value]], at: Call) -> Value:
        """What a function or class of the folder gives with these arguments."""
        if isinstance(callee, Known) and isinstance(callee.value, Closure):
            return self.apply(callee.value, arguments, at)
        if isinstance(callee, Known) and isinstance(callee.value, ClassValue):
            return self.instance(callee.value, arguments)
        if isinstance(callee, Unknown) and callee.reason == "imported":
            return Unknown("imported", callee.text, self.span(at), callee.trail)
        method = callee.value if isinstance(callee, Known) else None
        of = method.object if isinstance(method, Bound) else callee
        if isinstance(of, Unknown) and of.reason == "request":
            return of  # request.POST.get(…), await req.json()
        return self.unknown("called", f"what {name_of(at.callee)}() gives can't be told", at)

    def callee(self, expression: Expression, frame: Frame) -> Value:
        """What is called: a method with its object, or a value."""
        if isinstance(expression, Member):
            object_ = self.value(expression.object, frame)
            if isinstance(object_, Known) and isinstance(object_.value, ClassValue):
                method = self.instance(object_.value).get(expression.name)
                if isinstance(method, Known) and isinstance(method.value, Closure):
                    return method
            if isinstance(object_, Known) and isinstance(object_.value, Special):
                ask = Evaluation(self, frame, expression)
                own = self.semantics.member(object_, expression.name, ask)
                if isinstance(own, Known) and isinstance(own.value, Closure | ClassValue):
                    return own
            if isinstance(object_, Known) and isinstance(object_.value, Map):
                method = object_.value.get(expression.name)
                if isinstance(method, Known) and isinstance(method.value, Closure):
                    return method
            return Known(Bound(object_, expression.name), self.span(expression))
        return self.value(expression, frame)

    def instance(
        self, made: ClassValue, arguments: list[tuple[str | None, Value]] | None = None
    ) -> Value:
        """An object of a class of the folder: its fields and what its methods set, with what its
        constructor was given; None: nobody has called it here."""
        frame = Frame(made.definition.scope, made.frame, arguments=arguments)
        for name in sorted(made.evaluator.semantics.selves, reverse=True):  # self before cls
            if name in made.definition.scope.owned:
                return made.evaluator._bound(name, frame, None)
        return Unknown("computed", f"what a {made.definition.name} has can't be told")

    def base_of(self, made: ClassValue) -> Value | None:
        """The class that a class is made from: None where it is made from none, Unknown where it
        is one of a library."""
        base = made.definition.base
        if not base or base in NO_BASES:
            return None
        name, *keys = base.split(".")
        found = made.evaluator.lookup(name, made.frame, 1 << 62) if base.isascii() else None
        if found is None and base.isascii():
            # PHP's classes are everywhere the same, whoever includes whom
            found = made.evaluator.semantics.global_name(name.rpartition("\\")[2])
        for key in keys:
            if isinstance(found, Known) and isinstance(found.value, Special):
                ask = Evaluation(made.evaluator, made.frame, made.definition)
                found = made.evaluator.semantics.member(found, key, ask)
        if isinstance(found, Known) and isinstance(found.value, ClassValue):
            return found if found.value.definition is not made.definition else None
        span = made.evaluator.span(made.definition)
        return Unknown("imported", f"{made.definition.name} has it from {base[:60]}", span)

    def _inherited(self, frame: Frame) -> list[Entry]:
        """What an object has from the class that its own is made from."""
        scope, outer = frame.scope, frame.parent
        if scope.kind != "class" or scope.parent is None or outer is None:
            return []
        made = next(
            (
                bind.value
                for bind in scope.parent.binds_of(scope.name)
                if isinstance(bind.value, Class) and bind.value.scope is scope
            ),
            None,
        )
        base = self.base_of(ClassValue(made, outer, self)) if made is not None else None
        if base is None:
            return []
        if isinstance(base, Unknown):
            return [Entry(None, base, base.span)]
        found = self.instance(base.value, self._to_base(frame))
        if isinstance(found, Known) and isinstance(found.value, Map):
            return list(found.value.entries)
        return [Entry(None, found, found.span)] if isinstance(found, Unknown) else []

    def _to_base(self, frame: Frame) -> list[tuple[str | None, Value]] | None:
        """What a class's constructor hands on: `super().__init__(host)`, `super(host)`; without
        one of its own, what the object was made with."""
        for scope in frame.scope.children:
            if not is_constructor(scope):
                continue
            for call in self.calls:
                named = name_of(call.callee)
                handed = (
                    named == "super"
                    if "this" in self.semantics.selves
                    else (named.endswith(".__init__"))
                )
                if call.scope is scope and handed:
                    given = self.arguments(call, self._called_by_new(scope, frame))
                    # Base.__init__(self, …) names the object first
                    return given if named in ("super", "….__init__") else given[1:]
            return []
        return frame.arguments

    def _fill_in(
        self,
        function: Function,
        arguments: list[tuple[str | None, Value]],
        frame: Frame,
        home: Evaluator,
    ) -> None:
        """The parameters for which a call gave nothing."""
        for parameter in function.parameters:
            if parameter.name in frame.values:
                continue
            if parameter.default is not None:
                frame.values[parameter.name] = home.value(parameter.default, frame)
            elif not any(name == "*" for name, _ in arguments):
                ask = Evaluation(home, frame, function)
                filled = home.semantics.parameter(parameter, function, ask)
                if filled is not None:
                    frame.values[parameter.name] = filled

    def apply(
        self,
        closure: Closure,
        arguments: list[tuple[str | None, Value]],
        at: Expression,
        without: Callable[[Return], bool] | None = None,
    ) -> Value:
        """What a function of the folder returns; `without` names the returns at which the program
        stops."""
        function, home = closure.function, closure.evaluator
        frame = Frame(function.scope, closure.frame, bind_arguments(function, arguments))
        self._fill_in(function, arguments, frame, home)
        returns = function.scope.returns
        if without is not None:
            returns = [each for each in returns if not without(each)]
        return home.result(returns, frame, self.span(at))

    def result(self, returns: list[Return], frame: Frame, span: Span) -> Value:
        """The first return that is reached; with those that may be reached, all of them."""
        found: list[Value] = []
        for each in returns:
            reached = self.reached(each.guards, frame)
            if reached is False:
                continue
            absent: Value = Known(self.semantics.absent, span)
            found.append(self.value(each.value, frame) if each.value is not None else absent)
            if reached:
                break
        else:
            found.append(Known(self.semantics.absent, span))
        return found[0] if len(found) == 1 else either(found, span, "which way it returns")


@dataclass(slots=True, repr=False)
class Evaluation:
    """What a language's rule may ask while it works out one expression."""

    evaluator: Evaluator
    frame: Frame
    at: Expression

    @property
    def span(self) -> Span:
        return self.evaluator.span(self.at)

    def value(self, expression: Expression) -> Value:
        return self.evaluator.value(expression, self.frame)

    def argument(self, call: Call, place: int, name: str | None = None) -> Value | None:
        """An argument by its place or name; None where it was not given."""
        named = [a for a in call.arguments if a.name is not None and a.name == name]
        if named:
            return self.value(named[0].value)
        plain_ = [a for a in call.arguments if a.name is None]
        if place < len(plain_) and not any(a.spread for a in plain_[: place + 1]):
            return self.value(plain_[place].value)
        if any(argument.spread for argument in call.arguments):
            return self.evaluator.unknown("computed", "which argument this is", self.at)
        return None

    def apply(self, rule: Callable[..., Any], *values: Value, conversion: str = "") -> Value:
        """A rule on known values; what can't be told stays so."""
        result = self.evaluator._apply(self.at, rule, *values)
        if conversion:
            result = result.through(Origin("conversion", conversion, self.span))
        return result

    def unknown(self, reason: Reason, text: str) -> Unknown:
        return Unknown(reason, text, self.span)

    def read(self, found: Value, name: str) -> Value:
        """A document's value where the code asks for it by a name."""
        if isinstance(found, Known) and not found.trail and found.span is not None:
            step = Origin("constant", name, found.span, self.span)
            return Known(found.value, self.span, (step,))
        return found.through(span=self.span)

    def variable(self, name: Value, default: Value | None = None) -> Value:
        """An environment variable; where nobody sets it the default, else what is absent."""
        if isinstance(name, Unknown):
            return self.unknown("computed", "which variable is read can't be told")
        if not isinstance(name.value, str):
            return self.unknown("computed", "which variable is read can't be told")
        found = self.evaluator.environment.lookup(name.value)
        if isinstance(found, Unknown):
            origin = Origin("environment", name.value, found.span, self.span)
            return replace(found, trail=(origin, *found.trail), span=self.span)
        if found is not None:
            return found.read_from(name.value, self.span)
        unset = Origin("unset", name.value, None, self.span)
        if default is None:
            return Known(self.evaluator.semantics.absent, self.span, (unset,))
        if isinstance(default, Known) and default.span is not None and not default.trail:
            # what is made of it later keeps the place of the default
            place = Origin("constant", name.value, default.span, self.span)
            return Known(default.value, default.span, (place, unset))
        return behind((unset,), default, default.span or self.span)


def is_constructor(scope: Scope) -> bool:
    """Whether it is the function that makes a class's objects."""
    made = scope.kind == "function" and scope.parent is not None and scope.parent.kind == "class"
    return made and scope.name in ("constructor", "__init__", "__construct")


def bind_arguments(
    function: Function, arguments: list[tuple[str | None, Value]]
) -> dict[str, Value]:
    """The parameters' values; those whose arguments can't be told are left out."""
    bound: dict[str, Value] = {}
    place = 0
    known = {parameter.name for parameter in function.parameters}
    for name, value in arguments:
        if name == "*":
            break
        if name is not None:
            if name in known:
                bound[name] = value
            continue
        if place < len(function.parameters) and not function.parameters[place].rest:
            bound[function.parameters[place].name] = value
        place += 1
    return bound


def _is_number(value: Value) -> bool:
    """Whether it is a number, or a text that says one."""
    if not isinstance(value, Known) or isinstance(value.value, bool):
        return False
    return isinstance(value.value, int | float) or (
        isinstance(value.value, str) and value.value.strip().isdigit()
    )


def _scopes_between(inner: Scope, outer: Scope) -> Iterator[Scope]:
    """The scopes from the inner one up to the outer, and without that."""
    scope: Scope | None = inner
    while scope is not None and scope is not outer:
        yield scope
        scope = scope.parent


def joined(values: Iterable[Value]) -> tuple[Origin, ...]:
    """The trails of values that come together in one."""
    trails = [value.trail for value in values]
    filled = [trail for trail in trails if trail]
    together = tuple(dict.fromkeys(origin for trail in filled for origin in trail))
    if len(filled) > 1 and not any(origin.kind == "joined" for origin in together):
        together += (Origin("joined", ""),)
    return together


def made_of(result: Value, values: Iterable[Value]) -> Value:
    """A text that was put together from these, in this order, with the place of each in it."""
    if not isinstance(result, Known) or not isinstance(result.value, str):
        return result
    pieces: list[tuple[int, Known]] = []
    end = 0
    for value in values:
        if not isinstance(value, Known) or not isinstance(value.value, str | int):
            continue
        text = str(value.value)
        start = result.value.find(text, end) if text else -1
        if start < 0:
            continue
        inner = value.pieces or ((0, value),)
        pieces += [(start + offset, piece) for offset, piece in inner]
        end = start + len(text)
    return replace(result, pieces=tuple(pieces))


def _or_gap(value: Value) -> str:
    """A part of a text as far as it can be told."""
    told = value.partly if isinstance(value, Unknown) else value
    return str(told.value) if told is not None and isinstance(told.value, str | int) else GAP


def behind(steps: tuple[Origin, ...], value: Value, span: Span | None) -> Value:
    """A value that was reached by way of others, which decided it and don't hold it."""
    trail = tuple(dict.fromkeys(value.trail + steps))
    written = value.written
    if isinstance(value, Known) and written is not None and written == value.span != span:
        trail = (Origin("constant", "", written, span), *trail)
    return replace(value, trail=trail, span=span)


def as_condition(trail: tuple[Origin, ...]) -> tuple[Origin, ...]:
    deciding = {"part": "deciding-part", "deciding-part": "deciding-part"}
    deciding |= dict.fromkeys(("environment", "unset", "condition"), "condition")
    return tuple(
        replace(origin, kind=deciding[origin.kind])  # type: ignore[arg-type]
        for origin in trail
        if origin.kind in deciding
    )


def either(
    values: list[Value], span: Span | None, text: str, trail: tuple[Origin, ...] = ()
) -> Value:
    """One of several values: known only where all are the same scalar."""
    flat: list[Value] = []
    for value in values:
        if isinstance(value, Unknown) and value.reason == "condition" and value.alternatives:
            flat += value.alternatives
        else:
            flat.append(value)
    first = flat[0]
    if isinstance(first, Known) and isinstance(first.value, str | int | float | bool):
        same = [
            isinstance(value, Known)
            and type(value.value) is type(first.value)
            and value.value == first.value
            for value in flat
        ]
        if all(same):
            return first
    together = tuple(dict.fromkeys(o for value in flat for o in value.trail)) + trail
    return Unknown("condition", text, span, together, tuple(flat))


def text_of_file(path: Value, span: Span) -> Unknown:
    """What a file that the program reads holds: told to what makes a document of it alone."""
    held = Known(Special("file", path), span)
    return Unknown("called", "what the file holds can't be told", span, alternatives=(held,))


def read_file(value: Value) -> Value | None:
    """The path of the file whose text, or which itself, a value is; None where it is none."""
    if isinstance(value, Unknown) and len(value.alternatives) == 1:
        value = value.alternatives[0]
    special = value.value if isinstance(value, Known) else None
    is_file = isinstance(special, Special) and special.name == "file"
    return special.value if isinstance(special, Special) and is_file else None


def name_of(expression: Expression) -> str:
    """The name of what is called, as far as it is one: `vault.read`."""
    names: list[str] = []
    while isinstance(expression, Member):
        names.append(expression.name)
        expression = expression.object
    if isinstance(expression, Name):
        names.append(expression.id)
    elif isinstance(expression, Call):
        names.append("…")
    return ".".join(reversed(names))[:80] or "a function"

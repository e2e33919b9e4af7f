"""What a dialect may ask of a file of code: calls, assignments, names, what a function returns.

This module knows how to find things and how to ask for their values. It must not know any
language, nor which names matter to a program.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from smtpdoctor.settings.readers.evaluation import (
    Closure,
    Evaluator,
    Frame,
    as_condition,
    bind_arguments,
)
from smtpdoctor.settings.readers.model import (
    ABSENT,
    Entry,
    Known,
    LanguageName,
    Map,
    Origin,
    Span,
    Unknown,
    Value,
)
from smtpdoctor.settings.readers.syntax import (
    Binary,
    Bind,
    Call,
    Class,
    Conditional,
    Constant,
    Expression,
    Function,
    Guard,
    Import,
    Index,
    Member,
    Name,
    Opaque,
    Return,
    Scope,
    Unary,
)

#: How often a name may be another's, and operators whose result is one of what stands there.
MOST_NAMES = 4
ALTERNATIVES = frozenset({"||", "??", "or"})
#: Variables that say where mail goes or who logs in, and those that switch it off.
SETTING = re.compile(r"(?i)host|server|port|user|login|pass|pwd|secret|url|dsn|from|sender|mail$")
#: Variables that are set where something is tried out, and not in production.
TRIAL = re.compile(r"(?i)mock|debug|dry|test|local|dev")
SWITCH = re.compile(r"(?i)enable|disable|active|mock|debug|dry|test|mode|env$")


@dataclass(slots=True, repr=False)
class Assignment:
    """A name, or something below it, gets a value. `path` is ("$mail", "Host") for `$mail->Host`.

    `reached` is False where a condition that can be told excludes it, None where it can't be told.
    """

    path: tuple[str, ...]
    span: Span
    _reached: Callable[[tuple[Guard, ...]], bool | None]
    _value: Callable[[], Value]
    #: The scope that the name belongs to: two of the same name are apart by it.
    home: Scope | None = None
    #: The names of what it is given, where that is another's: ("sender", "properties").
    other: tuple[str, ...] = ()
    _waits_for: Callable[[], tuple[str, ...]] = tuple
    _decided_by: Callable[[], tuple[Origin, ...]] = tuple
    #: What it stands behind, and what of it is no question.
    guards: tuple[Guard, ...] = ()
    _given: tuple[Guard, ...] = ()

    @property
    def reached(self) -> bool | None:
        return self._reached(self._given)

    def reached_where(self, given: tuple[Guard, ...]) -> bool | None:
        """Whether it is reached wherever these conditions hold."""
        return self._reached(given)

    @property
    def decided_by(self) -> tuple[Origin, ...]:
        """What the conditions that it stands behind were made from, as steps of a trail."""
        return self._decided_by()

    @property
    def waits_for(self) -> tuple[str, ...]:
        """Variables that nothing sets and for want of which it isn't reached."""
        return self._waits_for()

    @property
    def value(self) -> Value:
        return self._value()


@dataclass(slots=True, repr=False)
class FoundCall:
    """One call in a file. `name` is all of its callee: `nodemailer.createTransport`.

    `target` is the variable that its result goes to: ("transporter",), ("self", "server").
    """

    name: str
    new: bool
    span: Span
    target: tuple[str, ...]
    _module: Module
    _call: Call
    _frame: Frame
    #: Conditions that are no question, since what it is asked about waits for them, too.
    _given: tuple[Guard, ...] = ()

    @property
    def reached(self) -> bool | None:
        """False where a condition or an earlier return excludes it, None where it can't be told.
        Of `uses`: wherever the call that they are uses of is reached."""
        if self._is_behind_a_return():
            return False
        guards = tuple(guard for guard in self._call.guards if guard not in self._given)
        return self._module.evaluator.reached(guards, self._frame)

    def reached_with(self, other: FoundCall) -> bool | None:
        """Whether it is reached wherever another call before it is: what both wait for is no
        question any more."""
        return self.reached_where(other.guards)

    def reached_where(self, given: tuple[Guard, ...]) -> bool | None:
        """Whether it is reached wherever these conditions hold."""
        return replace(self, _given=given).reached

    @property
    def guards(self) -> tuple[Guard, ...]:
        """What it stands behind."""
        return self._call.guards

    @property
    def is_fallback(self) -> bool:
        """Whether it is called where another way has failed: in an `except` clause."""
        return any(
            isinstance(guard.test, Opaque) and guard.test.reason == "failure"
            for guard in self._call.guards
        )

    @property
    def by_texts(self) -> tuple[Known, ...]:
        """The texts that it is reached by because any text is true: `if os.getenv("X"):`."""
        values = [
            self._module.evaluator.value(guard.test, self._frame)
            for guard in self._call.guards
            if guard.holds
        ]
        return tuple(
            value for value in values if isinstance(value, Known) and isinstance(value.value, str)
        )

    @property
    def waits_for(self) -> tuple[str, ...]:
        """Variables that nothing sets and for want of which it isn't reached: `if host = ENV[…]`.
        Nothing where another condition excludes it, or a default decides."""
        return waits_for(self._module.evaluator, self._call.guards, self._frame)

    def _is_behind_a_return(self) -> bool:
        """Whether its function has certainly returned before: `if port == 465: return …`."""
        call, scope = self._call, self._call.scope
        return scope is not None and any(
            each.start < call.start
            and not (each.value is not None and each.value.start <= call.start < each.value.end)
            and self._module.evaluator.reached(each.guards, self._frame) is True
            and not self._is_for_want_of_settings(each)
            for each in scope.returns
        )

    def _is_for_want_of_settings(self, returned: Return) -> bool:
        """Whether it returns because nobody sets a host or a login here: `if host == "": return`.
        With them it goes on, and without them that they are missing is what has to be said."""
        evaluator = self._module.evaluator
        tests = [evaluator.value(each.test, self._frame) for each in returned.guards]
        return any(
            step.kind == "unset" and SETTING.search(step.name) and not SWITCH.search(step.name)
            for test in tests
            for step in test.trail
        )

    @property
    def conditions(self) -> tuple[str, ...]:
        """The texts of the conditions that it stands behind."""
        source = self._module.evaluator.source
        return tuple(source.slice(each.test.start, each.test.end) for each in self._call.guards)

    @property
    def name_span(self) -> Span:
        """The last name of what is called: `SMTP` in `smtplib.SMTP(…)`."""
        source, callee = self._module.evaluator.source, self._call.callee
        last = self.name.rpartition(".")[2]
        return source.span(callee.end - len(last.encode()), callee.end)

    @property
    def count(self) -> int:
        return sum(1 for each in self._call.arguments if each.name != "<>")

    @property
    def types(self) -> str:
        """What stands between the angle brackets of a call: "SmtpSettings" of `Get<…>()`."""
        for each in self._call.arguments:
            if each.name == "<>" and isinstance(each.value, Constant):
                return str(each.value.value)
        return ""

    def argument(self, place: int, name: str | None = None) -> Value:
        """An argument by its place (from 0) or its name; Known(ABSENT) where it is not given."""
        values = self._module.evaluator.arguments(self._call, self._frame)
        for given, value in values:
            if given is not None and given == name:
                return value
        unplaced: Value | None = None  # arguments that can't be told: they may be any after them
        for given, value in values:
            if given == "*":
                unplaced = value
            elif given is None and unplaced is None:
                if place == 0:
                    return value
                place -= 1
        return unplaced or Known(ABSENT, self.span)

    def argument_span(self, place: int) -> Span | None:
        """The characters of an argument, as it is written; None where there is none."""
        given = self._call.arguments
        if place >= len(given):
            return None
        return self._module.evaluator.span(given[place].value)

    def handed_over(self, place: int) -> str | None:
        """The name that is written for an argument; None where it is none."""
        given = self._call.arguments
        value = given[place].value if place < len(given) else None
        return value.id if isinstance(value, Name) else None

    def made_by_call(self, place: int) -> str | None:
        """The function whose result is written for an argument; None where it is none's."""
        given = self._call.arguments
        value = given[place].value if place < len(given) else None
        return callee_path(value)[-1] if isinstance(value, Call) else None

    def imported(self, place: int) -> str | None:
        """The module that an argument was imported from: `fastify.register(require("x"))`."""
        given = self._call.arguments
        value = given[place].value if place < len(given) else None
        if isinstance(value, Name):
            binds = self._module.home(self._call.scope, value.id).binds_of(value.id)
            value = next((bind.value for bind in binds if not bind.keys), None)
        return value.path if isinstance(value, Import) else None

    def given(self, name: str) -> Value | None:
        """The argument of that name alone, None where it was not given: the others are not worked
        out."""
        found = [each.value for each in self._call.arguments if each.name == name]
        return self._module.evaluator.value(found[-1], self._frame) if found else None

    def named(self) -> dict[str, Value]:
        """The arguments that were given by name."""
        values = self._module.evaluator.arguments(self._call, self._frame)
        return {name: value for name, value in values if name not in (None, "*") if name}

    def variable(self, name: str) -> Value | None:
        """A variable that the library reads by itself there; None where nobody sets it."""
        found = self._module.evaluator.environment.lookup(name)
        return found.read_from(name, self.span) if isinstance(found, Known) else found

    @property
    def block(self) -> Value:
        """The block or function that was handed over last (Ruby's `do … end`)."""
        block = self._call.block
        if block is None:
            return Known(ABSENT, self.span)
        return self._module.evaluator.value(block, self._frame)

    @property
    def result(self) -> Value:
        """What the call gives, where that can be told."""
        return self._module.evaluator.value(self._call, self._frame)

    @property
    def callee(self) -> Value:
        """What is called."""
        return self._module.evaluator.callee(self._call.callee, self._frame)

    @property
    def imported_from(self) -> list[str] | None:
        """The parts of the module's name that what is called was imported from, and what it is
        called there: `@sentry`, `core`, `createTransport`. None where it isn't imported."""
        return self._module.imported_as(self._call.scope, callee_path(self._call))

    @property
    def is_made(self) -> bool:
        """Whether the first name of what is called is made in the file of something that isn't
        imported."""
        name = callee_path(self._call)[0]
        binds = self._module.home(self._call.scope, name).binds_of(name)
        made = [bind.value for bind in binds if not bind.keys and bind.value is not None]
        inner = [each.object if isinstance(each, Index) else each for each in made]
        return any(not isinstance(each, Import) for each in inner)

    @property
    def receiver(self) -> Value:
        """The object whose method this is; Known(ABSENT) for a plain function."""
        if isinstance(self._call.callee, Member):
            return self._module.evaluator.value(self._call.callee.object, self._frame)
        return Known(ABSENT, self.span)

    @property
    def call(self) -> Call:
        """The call as it is written."""
        return self._call

    @property
    def thing(self) -> tuple[str, ...]:
        """The names of the object whose method this is: ("props",); () for a plain function."""
        return tuple(callee_path(self._call)[:-1])

    @property
    def home(self) -> Scope:
        """The scope that the object's name belongs to: two of the same name are apart by it."""
        return self._module.home(self._call.scope, callee_path(self._call)[0])

    @property
    def made_by(self) -> FoundCall | None:
        """The call whose result this is called on: at once, or by the variable that it went to."""
        callee = self._call.callee
        inner = callee.object if isinstance(callee, Member) else None
        while isinstance(inner, Unary):
            inner = inner.operand
        if isinstance(inner, Name):
            inner = self._module.result_of(inner, self._call.scope, self._call.start)
        return self._module.found(inner) if isinstance(inner, Call) else None

    @property
    def function(self) -> str:
        """The function that it stands in; "" at the top."""
        scope = self._call.scope
        while scope is not None and scope.kind not in ("function", "class"):
            scope = scope.parent
        return scope.name if scope is not None else ""

    @property
    def caller(self) -> str:
        """What has to be called for this call to happen: the function that it stands in, or the
        class in whose constructor; "" at the top and in other methods."""
        scope = self._call.scope
        while scope is not None and scope.kind != "function":
            scope = scope.parent
        if scope is None or scope.parent is None:
            return ""
        if scope.parent.kind == "class":
            return scope.parent.name if scope.name in ("constructor", "__init__") else ""
        return scope.name

    @property
    def enclosing(self) -> Function | None:
        """The function that it stands in; None at the top."""
        scope = self._call.scope
        while scope is not None and scope.function is None:
            scope = scope.parent
        return scope.function if scope is not None else None

    @property
    def enclosing_functions(self) -> list[Function]:
        """The functions that it stands in, the innermost first."""
        found: list[Function] = []
        scope = self._call.scope
        while scope is not None:
            if scope.function is not None:
                found.append(scope.function)
            scope = scope.parent
        return found

    @property
    def arguments(self) -> list[tuple[str | None, Value]]:
        """What it is given, in the order of the text, with the names that were given."""
        return [
            (name, value)
            for name, value in self._module.evaluator.arguments(self._call, self._frame)
            if name != "<>"
        ]

    def within(self, outer: FoundCall, function: Function | None = None) -> FoundCall:
        """The same call as it is when `outer` calls the function that it stands in, or that one
        of those around it."""
        evaluator = self._module.evaluator
        frame = evaluator.frame_of(self._call.scope or Scope("module"))
        inner: Frame | None = frame
        while inner is not None and (
            inner.scope.function is None or inner.scope.function is not (function or self.enclosing)
        ):
            inner = inner.parent
        if inner is None or inner.scope.function is None:
            return self
        inner.values.update(bind_arguments(inner.scope.function, outer.arguments))
        return replace(self, _frame=frame)

    def uses(self) -> list[Assignment | FoundCall]:
        """What happens to the call's variable in its scope: members set, methods called, in order.

        `$mail = new PHPMailer; $mail->Host = 'x'; $mail->isSMTP();` gives two.
        """
        if not self.target:
            return []
        found: list[tuple[int, Assignment | FoundCall]] = []
        home = self._module.home(self._call.scope, self.target[0])
        renewed = self._module.renewed(home, self.target, self._call)
        depth = len(self.target)
        for bind in home.binds_of(self.target[0]):
            path = self._module.path(bind)
            below = path[:depth] == self.target and len(path) > depth
            if below and bind.start > self._call.start and not renewed(bind):
                assignment = self._module.assignment(bind, path[depth:], self._call.guards)
                found.append((bind.start, assignment))
        for call in self._module.calls():
            path = tuple(callee_path(call._call))
            later = call._call.start > self._call.start
            inside = later and self._module.within(call._call, home)
            own = path[:depth] == self.target and len(path) == depth + 1
            if inside and own and not renewed(call._call):
                found.append((call._call.start, replace(call, _given=self._call.guards)))
        return [each for _, each in sorted(found, key=lambda one: one[0])]


def _paths(value: Expression) -> list[list[str]]:
    """The names that an expression may be another name for, each with what stands before it."""
    if isinstance(value, Conditional):
        return [*_paths(value.then), *_paths(value.otherwise)]
    if isinstance(value, Binary):
        return [*_paths(value.left), *_paths(value.right)] if value.operator in ALTERNATIVES else []
    inner, names = _unwrapped(value)
    return [[inner.id, *names]] if isinstance(inner, Name) else []


def _unwrapped(value: Expression) -> tuple[Expression, list[str]]:
    """What `a.b.c` begins with, and the names behind it."""
    names: list[str] = []
    while isinstance(value, Member):
        names.insert(0, value.name)
        value = value.object
    return value, names


class Module:
    """One file of code, read."""

    def __init__(
        self,
        file: str,
        language: LanguageName,
        evaluator: Evaluator,
        *,
        errors: bool,
    ) -> None:
        self.file = file
        self.language: LanguageName = language
        self.evaluator = evaluator
        #: Whether some of it didn't parse.
        self.errors = errors
        self._frames: dict[int, Frame] = {}

    # -- calls

    def calls(self, *names: str) -> list[FoundCall]:
        """The calls of these functions in the order of the text; without a name all.

        "createTransport" finds `nodemailer.createTransport(…)` too; "smtplib.SMTP" only with its
        module before it.
        """
        wanted = [name.split(".") for name in names]
        found: list[FoundCall] = []
        for call in sorted(self.evaluator.calls, key=lambda each: (each.start, -each.end)):
            self.evaluator.budget.count()
            name = callee_path(call)
            full = self._full_name(call, name)
            if names and not any(
                name[-len(want) :] == want or full[-len(want) :] == want for want in wanted
            ):
                continue
            found.append(self.found(call))
        return found

    def found(self, call: Call) -> FoundCall:
        """One call of the file as what may be asked of it."""
        name = ".".join(callee_path(call))
        span, frame = self.evaluator.span(call), self._frame(call.scope)
        return FoundCall(name, call.new, span, call.target, self, call, frame)

    def result_of(self, name: Name, scope: Scope | None, start: int) -> Expression | None:
        """What a name was last given before a place, as it is written."""
        binds = [
            bind
            for bind in self.home(scope, name.id).binds_of(name.id)
            if not bind.keys and bind.value is not None
        ]
        before = [bind for bind in binds if bind.end <= start] or binds
        bind = before[-1] if before else None
        value = bind.value if bind is not None else None
        while bind is not None and isinstance(value, Unary | Conditional):
            if isinstance(value, Unary):
                value = value.operand
                continue
            test = self.evaluator.value(value.test, self._frame(bind.scope))
            if not isinstance(test, Known):
                return None
            value = value.then if self.evaluator.true(test) else value.otherwise
        return value

    def _full_name(self, call: Call, name: list[str]) -> list[str]:
        """The name of what is called with the module that it was imported from before it."""
        return self.imported_as(call.scope, name) or name

    def imported_as(self, scope: Scope | None, name: list[str], depth: int = 0) -> list[str] | None:
        """The same of a name in a scope, by way of other names that it has there:
        `const create = nodemailer.createTransport`. None for what isn't imported."""
        while scope is not None and name[0] not in scope.owned:
            scope = scope.parent
        binds = scope.binds_of(name[0]) if scope is not None else []
        made = [bind.value for bind in binds if not bind.keys and bind.value is not None]
        if len(made) != 1 or depth > MOST_NAMES:
            return None
        value, rest = made[0], name[1:]
        if isinstance(value, Index) and isinstance(value.index, Constant):
            rest = [str(value.index.value), *rest]
            value = value.object
        inner, names = _unwrapped(value)
        if isinstance(inner, Import):
            value, rest = inner, [*names, *rest]
            if value.name not in (None, "default"):
                rest = [str(value.name), *rest]
            return [*re.split(r"[./\\\\]+", value.path), *rest]
        # what is given to a function, or else the library's own: `make ?? createTransport`
        ways = [self.imported_as(scope, [*path, *rest], depth + 1) for path in _paths(value)]
        told = [way for way in ways if way is not None]
        return told[0] if told and all(way == told[0] for way in told) else None

    # -- names

    def value(self, *path: str) -> Value:
        """What a name of the file comes to in the end, and what stands below it."""
        name, *keys = path
        found = self.evaluator.lookup(name, self.evaluator.module, 1 << 62)
        if found is None:
            return Known(ABSENT)
        return found.at(*keys)

    def assignments(self, *path: str) -> list[Assignment]:
        """All assignments in the file to names (and below them) that begin with this path."""
        found: list[Bind] = []
        waiting: list[Scope] = [self.evaluator.module.scope]
        while waiting:
            scope = waiting.pop()
            found += [bind for binds in scope.binds.values() for bind in binds]
            waiting += scope.children
        found.sort(key=lambda bind: bind.start)
        return [
            self.assignment(bind, self.path(bind))
            for bind in found
            if bind.value is not None and self.path(bind)[: len(path)] == path
        ]

    def assignment(
        self, bind: Bind, path: tuple[str, ...], given: tuple[Guard, ...] = ()
    ) -> Assignment:
        """One assignment, with its value as it is at that place; `given` are conditions that are
        no question."""
        frame = self._frame(bind.inner or bind.scope)
        evaluator = self.evaluator
        evaluator.budget.count()
        value = bind.value

        def later() -> Value:
            return evaluator.value(value, frame) if value is not None else Known(ABSENT)

        span = evaluator.source.span(bind.start, bind.end)
        home = self.home(bind.scope, bind.root)
        other = names_of(value) if isinstance(value, Member) else ()

        def reached(given: tuple[Guard, ...]) -> bool | None:
            guards = tuple(guard for guard in bind.guards if guard not in given)
            return evaluator.reached(guards, frame)

        return Assignment(
            path,
            span,
            reached,
            later,
            home,
            other,
            lambda: waits_for(evaluator, bind.guards, frame),
            lambda: tuple(
                step
                for guard in bind.guards
                for step in as_condition(evaluator.value(guard.test, frame).trail)
            ),
            bind.guards,
            given,
        )

    def path(self, bind: Bind) -> tuple[str, ...]:
        """The path that an assignment goes to; "?" for a key that can't be told."""
        keys: list[str] = []
        for key in bind.keys:
            value = self.evaluator.value(key, self._frame(bind.scope))
            keys.append(str(value.value) if isinstance(value, Known) else "?")
        return (bind.root, *keys)

    # -- functions

    @property
    def returned(self) -> Value:
        """What the file itself returns: PHP's `return [ … ];`."""
        scope = self.evaluator.module.scope
        if not scope.returns:
            return Known(ABSENT)
        span = self.evaluator.source.span(scope.returns[0].start, scope.returns[0].start)
        return self.evaluator.result(scope.returns, self.evaluator.module, span)

    @property
    def exported(self) -> Value:
        """What the file exports as a whole, by CommonJS or by default, called where that is a
        function; Known(ABSENT) where it exports nothing."""
        found = self.value("module", "exports")
        if found.absent:
            found = self.value("export default")
        is_function = isinstance(found, Known) and isinstance(found.value, Closure)
        return self.result(found) if is_function else found

    def result(self, value: Value, *arguments: Value) -> Value:
        """What a function returns when it is called with these arguments."""
        if isinstance(value, Unknown):
            return value
        if not isinstance(value.value, Closure):
            return Unknown("computed", "this is no function of the folder", value.span)
        closure = value.value
        given = [(None, argument) for argument in arguments]
        return closure.evaluator.apply(closure, list(given), closure.function)

    def functions(self) -> dict[str, Value]:
        """The functions and methods of the file by their names ("Mailer.send" in a class)."""
        found: dict[str, Value] = {}
        waiting: list[Scope] = [self.evaluator.module.scope]
        while waiting:
            scope = waiting.pop()
            waiting += scope.children
            if scope.function is not None and scope.parent is not None:
                closure = Closure(scope.function, self._frame(scope.parent), self.evaluator)
                name = scope.name
                if scope.parent.kind == "class":
                    name = f"{scope.parent.name}.{name}"
                found[name] = Known(closure, self.evaluator.span(scope.function))
        return found

    def classes(self) -> dict[str, tuple[str, Value]]:
        """The classes of the file: name → (base class, its fields as a map)."""
        found: dict[str, tuple[str, Value]] = {}
        waiting: list[Scope] = [self.evaluator.module.scope]
        while waiting:
            scope = waiting.pop()
            waiting += scope.children
            for name, binds in scope.binds.items():
                for bind in binds:
                    if isinstance(bind.value, Class):
                        found[name] = (bind.value.base, self._fields(bind.value.scope))
        return found

    def _fields(self, scope: Scope) -> Value:
        frame = self._frame(scope)
        made = Map()
        for name in scope.binds:
            if name not in scope.owned or name in self.evaluator.semantics.selves:
                continue
            value = self.evaluator.lookup(name, frame, 1 << 62)
            if value is not None:
                made.entries.append(Entry(name, value, value.span))
        return Known(made)

    # -- scopes

    def _frame(self, scope: Scope | None) -> Frame:
        if scope is None:
            return self.evaluator.module
        if id(scope) not in self._frames:
            self._frames[id(scope)] = self.evaluator.frame_of(scope)
        return self._frames[id(scope)]

    def home(self, scope: Scope | None, name: str) -> Scope:
        """The scope that a name which stands in one belongs to."""
        while scope is not None:
            if name in scope.owned:
                return scope
            if scope.parent is None:
                return scope
            scope = scope.parent
        return self.evaluator.module.scope

    def renewed(
        self, home: Scope, target: tuple[str, ...], call: Call
    ) -> Callable[[Bind | Call], bool]:
        """Whether a variable has another value than the call's at a later place: on every way, or
        on one that is taken instead of the call's and that the place is on, too."""
        later = [
            bind
            for bind in home.binds_of(target[0])
            if bind.start > call.start
            and self.path(bind) == target
            and self.evaluator.reached(bind.guards, self._frame(bind.scope)) is not False
        ]

        def renewed(place: Bind | Call) -> bool:
            for bind in later:
                further = [guard for guard in bind.guards if guard not in call.guards]
                known = self.evaluator.reached(tuple(further), self._frame(bind.scope))
                on_its_way = known is True or any(guard in place.guards for guard in further)
                if bind.start < place.start and on_its_way:
                    return True
            return False

        return renewed

    def within(self, call: Call, home: Scope) -> bool:
        """Whether the call stands in that scope or one inside it."""
        scope = call.scope
        while scope is not None:
            if scope is home:
                return True
            scope = scope.parent
        return False


def waits_for(evaluator: Evaluator, guards: tuple[Guard, ...], frame: Frame) -> tuple[str, ...]:
    """Variables that nothing sets and for want of which these conditions don't hold; none where
    another condition doesn't, a default decides, or one is for trying things out."""
    names: list[str] = []
    for guard in guards:
        test = evaluator.value(guard.test, frame)
        if isinstance(test, Unknown) or evaluator.true(test) is guard.holds:
            continue
        # a default is noted under the variable's own name
        decided = any(each.kind == "constant" and each.name in test.unset for each in test.trail)
        if not test.unset or decided or any(map(TRIAL.search, test.unset)):
            return ()
        names += test.unset
    return tuple(dict.fromkeys(names))


def names_of(expression: Expression) -> tuple[str, ...]:
    """`config.Settings` as its names; () for what is none."""
    names = callee_path(Call(expression.start, expression.end, expression, []))
    return () if "?" in names else tuple(names)


def callee_path(call: Call) -> list[str]:
    """The names of what is called, from the left; "?" for what is no name."""
    names: list[str] = []
    expression = call.callee
    while isinstance(expression, Member):
        names.append(expression.name)
        expression = expression.object
    names.append(expression.id if isinstance(expression, Name) else "?")
    return names[::-1]

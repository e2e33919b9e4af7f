"""The small syntax that every programming language here is brought into.

This module knows shapes only: expressions, and what happens in a scope in which order. It must
not know any language's grammar nor what an expression comes to. `start` and `end` are byte
offsets into the `Source`. Nothing here has a `repr` of its parts: they may hold secrets.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from smtpdoctor.settings.readers.model import Reason

#: Why nobody can tell whether a handler of errors is reached.
WHERE_IT_FAILS = "whether an error happens can't be told"


@dataclass(slots=True, repr=False)
class Expression:
    start: int
    end: int


@dataclass(slots=True, repr=False)
class Constant(Expression):
    value: Any


@dataclass(slots=True, repr=False)
class Name(Expression):
    id: str


@dataclass(slots=True, repr=False)
class Member(Expression):
    """`object.name`; `optional` is `?.` and `&.`."""

    object: Expression
    name: str
    optional: bool = False


@dataclass(slots=True, repr=False)
class Index(Expression):
    object: Expression
    index: Expression


@dataclass(slots=True, repr=False)
class Argument:
    value: Expression
    name: str | None = None
    spread: bool = False


@dataclass(slots=True, repr=False)
class Call(Expression):
    callee: Expression
    arguments: list[Argument]
    new: bool = False
    block: Function | None = None
    #: Filled in where the call stands: its scope, what must hold to get there, its variable.
    scope: Scope | None = None
    guards: tuple[Guard, ...] = ()
    target: tuple[str, ...] = ()


def is_names(expression: Expression) -> bool:
    """Whether it is Python's `globals()`: the names of the module as an object."""
    called = expression.callee if isinstance(expression, Call) else None
    names = called.id if isinstance(called, Name) else ""
    return names in ("globals", "vars", "locals") and not expression.arguments  # type: ignore[attr-defined]


@dataclass(slots=True, repr=False)
class Item:
    """One item of a dictionary or sequence; a key of None is a spread, or a sequence's item."""

    key: Expression | None
    value: Expression
    start: int
    end: int
    spread: bool = False


@dataclass(slots=True, repr=False)
class Dictionary(Expression):
    items: list[Item]
    #: The type that it is an object of, where that is written.
    kind: str = ""


@dataclass(slots=True, repr=False)
class Sequence(Expression):
    items: list[Item]


@dataclass(slots=True, repr=False)
class Unary(Expression):
    operator: str
    operand: Expression


@dataclass(slots=True, repr=False)
class Binary(Expression):
    operator: str
    left: Expression
    right: Expression


@dataclass(slots=True, repr=False)
class Conditional(Expression):
    test: Expression
    then: Expression
    otherwise: Expression


@dataclass(slots=True, repr=False)
class Template(Expression):
    """Parts joined to one text."""

    parts: list[Expression]


@dataclass(slots=True, repr=False)
class Import(Expression):
    """A name of another module; a name of None is the whole module."""

    path: str
    name: str | None


@dataclass(slots=True, repr=False)
class Parameter:
    name: str
    default: Expression | None = None
    type: str = ""
    rest: bool = False
    #: The object whose method it is: Go's `func (s *Service) …`.
    receiver: bool = False
    #: What a container is asked for to fill it in: Nest's `@Inject(TOKEN) config`.
    injected: Expression | None = None


@dataclass(slots=True, repr=False)
class Field:
    """A field of a type of objects, with its tag; an embedded one's fields are the outer's too."""

    name: str
    type: str
    tag: Constant | None = None
    embedded: bool = False


@dataclass(slots=True, repr=False)
class Struct(Expression):
    """A type whose objects have these fields and no others."""

    name: str
    fields: list[Field]


@dataclass(slots=True, repr=False)
class Function(Expression):
    name: str
    parameters: list[Parameter]
    scope: Scope


@dataclass(slots=True, repr=False)
class Class(Expression):
    name: str
    base: str
    scope: Scope
    #: Further classes that it is made from.
    others: tuple[str, ...] = ()


@dataclass(slots=True, repr=False)
class Opaque(Expression):
    """What is not understood."""

    reason: Reason
    text: str


@dataclass(slots=True, repr=False)
class Put(Expression):
    """In the place of a key: a method that changes the list or dictionary it is called on.

    `kind` is what it does: "one" puts its value in, "all" puts in all that its value has, with
    "other" no item stays told.
    """

    kind: Literal["one", "all", "other"]


@dataclass(slots=True, repr=False)
class Guard:
    """What must hold for a statement to be reached."""

    test: Expression
    holds: bool


@dataclass(slots=True, repr=False)
class Bind:
    """A name, or something below it, gets a value. `value` is None for a bare declaration."""

    root: str
    keys: tuple[Expression, ...]
    value: Expression | None
    guards: tuple[Guard, ...]
    start: int
    end: int
    scope: Scope
    #: The function that its value is worked out in, where `scope` is that of a name outside it.
    inner: Scope | None = None


@dataclass(slots=True, repr=False)
class Return:
    value: Expression | None
    guards: tuple[Guard, ...]
    start: int


@dataclass(slots=True, eq=False, repr=False)
class Scope:
    """A module, function or class: what happens in it, in the order of the text."""

    kind: Literal["module", "function", "class", "block"]
    parent: Scope | None = None
    name: str = ""
    owned: set[str] = field(default_factory=set)
    binds: dict[str, list[Bind]] = field(default_factory=dict)
    returns: list[Return] = field(default_factory=list)
    children: list[Scope] = field(default_factory=list)
    #: What brings in names that it doesn't say: Python's `from x import *`, in order.
    stars: list[Bind] = field(default_factory=list)
    #: The objects of a type that are made in it: `root` is the type.
    made: list[Bind] = field(default_factory=list)
    #: The types that names of a class are declared with.
    types: dict[str, str] = field(default_factory=dict)
    function: Function | None = None
    #: PHP's functions see no variables from outside but these; None: all are seen.
    passes: set[str] | None = None
    #: What `binds_of` found, which is asked for again and again once the file is parsed.
    _found: dict[str, list[Bind]] = field(default_factory=dict)

    def inner(self, kind: Literal["module", "function", "class", "block"], name: str) -> Scope:
        """A new scope inside this one."""
        scope = Scope(kind, self, name)
        self.children.append(scope)
        return scope

    def binds_of(self, name: str) -> list[Bind]:
        """All that binds this scope's name, from inner scopes that have no such name too: of a
        file that is parsed."""
        if name not in self._found:
            found: list[Bind] = []
            waiting = [self]
            while waiting:
                scope = waiting.pop()
                found += scope.binds.get(name, ())
                waiting += [child for child in scope.children if name not in child.owned]
            self._found[name] = sorted(found, key=lambda bind: bind.start)
        return self._found[name]

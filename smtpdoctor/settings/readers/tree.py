"""A file's syntax tree by tree-sitter, and what all languages need to lower one.

This module knows tree-sitter, and is the only one that imports it. It must not know what any
expression comes to.
"""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from smtpdoctor.settings.readers.model import Reason
from smtpdoctor.settings.readers.source import Source
from smtpdoctor.settings.readers.syntax import (
    WHERE_IT_FAILS,
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
    Index,
    Item,
    Member,
    Name,
    Opaque,
    Put,
    Return,
    Scope,
    Sequence,
    Template,
    Unary,
)

if TYPE_CHECKING:
    from tree_sitter import Language, Node

#: A target that takes what others leave: Python's and Ruby's `*rest`.
SPLATS = ("list_splat_pattern", "rest_assignment")

#: Nesting beyond this is nobody's settings. Python's own stack allows a thousand frames, and a
#: level takes four or five of them.
MAXIMUM_DEPTH = 100
#: Expressions and statements of one file: a bundle has more, settings have not.
MAXIMUM_NODES = 80_000
#: Bytes of one file that are parsed: a tree takes up to two hundred times its text.
MAXIMUM_PARSED = 256 << 10
#: What the parser is given at a time. Between two pieces the clock is looked at: what it makes of
#: text that isn't its language takes time with the square of it, a minute for 32 KiB of `<!--`.
BYTES_AT_ONCE = 1 << 10
#: Seconds of the processor. 256 KiB that somebody wrote take a quarter of one.
MOST_SECONDS = 1.0
#: Bytes by which memory may grow. 256 KiB of code take 10 MiB, of short calls 50; for what isn't
#: its language the parser takes a thousand times the text, and more than that of some.
MOST_MEMORY = 32 << 20
#: At so many times either it is stopped: what it does at the text's end may take gigabytes.
STOPPED_AT = 2
#: Of the parser's own questions whether to go on, so often one is looked into.
LOOKS = 16


#: So many turns of a loop are taken one by one.
MOST_TURNS = 40
#: Values of one statement: in an object or a function only a part may be broken.
PLAIN = (Binary, Conditional, Constant, Index, Member, Name, Template, Unary)


@cache
def grammar(module: str, function: str) -> Language:
    """A grammar, loaded when the first file of its language is read."""
    from tree_sitter import Language

    return Language(getattr(import_module(module), function)())


def parse(
    source: Source,
    module: str,
    function: str = "language",
    clock: Callable[[], float] = time.thread_time,
    memory: Callable[[], int] | None = None,
) -> tuple[Node, int]:
    """The root of the file's tree, and the byte where parsing ended: it has bounds in bytes, in
    time and in memory. Never raises; what doesn't parse has ERROR nodes."""
    from tree_sitter import Parser

    memory = memory or _memory
    end = parsed_end(source)
    began, held = clock(), memory()

    def is_beyond(times: int) -> bool:
        return clock() - began > times * MOST_SECONDS or memory() - held > times * MOST_MEMORY

    def read(offset: int, _point: object) -> bytes:
        nonlocal end
        if offset < end and is_beyond(1):
            end = offset
        return source.bytes[offset : min(offset + BYTES_AT_ONCE, end)]

    looks = itertools.count()

    def stops(_offset: int, _has_error: bool) -> bool:
        return next(looks) % LOOKS == 0 and is_beyond(STOPPED_AT)

    parser: Any = Parser(grammar(module, function))
    try:
        return parser.parse(read, progress_callback=stops).root_node, end
    except ValueError:  # it was stopped, and there is no tree
        return Parser(grammar(module, function)).parse(b"").root_node, 0


def _memory() -> int:
    """How much memory the process holds, in bytes; 0 where the system doesn't say: Linux does."""
    try:
        with open("/proc/self/statm", "rb", buffering=0) as file:  # proc(5)
            return int(file.read(100).split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError, AttributeError):
        return 0


def parsed_end(source: Source) -> int:
    """The byte beyond which nothing is parsed: a line's end, where there is one."""
    if len(source.bytes) <= MAXIMUM_PARSED:
        return len(source.bytes)
    return source.bytes.rfind(b"\n", 0, MAXIMUM_PARSED) + 1 or MAXIMUM_PARSED


class Lowering:
    """Brings a tree into `syntax`. A language's own class has a method for each node type.

    A method is found by the node's type: `visit_call_expression`. It answers an expression, or
    None for a statement. Nodes without one are searched for calls and assignments all the same,
    and are `Opaque` as a value.
    """

    aliases: ClassVar[dict[str, str]] = {}
    #: Methods that change what they are called on, and how.
    changing: ClassVar[Mapping[str, Literal["one", "all", "other"]]] = {}

    def __init__(self, source: Source) -> None:
        self.source = source
        #: What a name of a loop over literals stands for in this turn of it.
        self.turn: dict[str, Any] = {}
        self.scope = Scope("module")
        self.calls: list[Call] = []
        self._guards: tuple[Guard, ...] = ()
        self._depth = 0
        self.nodes = 0
        #: The byte where looking ended: the file's length where all of it was looked at.
        self.end = len(source.bytes)

    def parse(self, module: str, function: str = "language") -> Node:
        """The root of the file's tree."""
        root, self.end = parse(self.source, module, function)
        return root

    # -- places and texts

    def text(self, node: Node | None) -> str:
        return self.source.slice(node.start_byte, node.end_byte) if node is not None else ""

    def literal(self, node: Node, value: Any) -> Constant:
        return Constant(node.start_byte, node.end_byte, value)

    def parts(self, target: Node, value: Expression) -> Iterator[tuple[Node, Expression]]:
        """Each target of `a, b = value` with its part of the value. A splat takes how many there
        are, so that it and those behind it can't be told."""
        told = True
        for place, part in enumerate(c for c in target.named_children if c.type != "comment"):
            told = told and part.type not in SPLATS
            index = Constant(part.start_byte, part.end_byte, place)
            if told:
                yield part, Index(part.start_byte, part.end_byte, value, index)
            else:
                yield part, self.opaque(part, "how many a splat takes is not evaluated")

    def opaque(self, node: Node, text: str = "an expression that is not understood") -> Opaque:
        return Opaque(node.start_byte, node.end_byte, "computed", text)

    # -- walking

    def visit(self, node: Node | None) -> Expression | None:
        """The expression of a node; None where it is a statement."""
        if node is None:
            return None
        if node.type == "ERROR" or node.is_missing:
            self.visit_children(node)
            return Opaque(node.start_byte, node.end_byte, "syntax", "this doesn't parse")
        self.nodes += 1
        if self.nodes > MAXIMUM_NODES:
            self.end = min(self.end, node.start_byte)
            return Opaque(node.start_byte, node.end_byte, "too-long", "the file is too long")
        if self._depth >= MAXIMUM_DEPTH:
            return Opaque(node.start_byte, node.end_byte, "too-deep", "it is nested too deep")
        self._depth += 1
        try:
            kind = self.aliases.get(node.type, node.type)
            method: Callable[[Node], Expression | None] | None = getattr(
                self, f"visit_{kind}", None
            )
            if method is not None:
                return method(node)
            self.visit_children(node)
            return self.opaque(node)
        finally:
            self._depth -= 1

    def visit_children(self, node: Node) -> None:
        for child in node.named_children:
            self.visit(child)

    def expression(self, node: Node | None, at: Node | None = None) -> Expression:
        """The expression of a node; Opaque for none."""
        found = self.visit(node)
        if found is not None:
            return found
        place = node or at
        if place is None:
            return Opaque(0, 0, "syntax", "this doesn't parse")
        return self.opaque(place)

    def visit_comment(self, node: Node) -> None:
        """Comments are never values."""

    # -- literals that most languages write alike

    def visit_float(self, node: Node) -> Expression:
        try:
            return self.literal(node, float(self.text(node)))
        except ValueError:
            return self.opaque(node, "a number that is not understood")

    def visit_true(self, node: Node) -> Expression:
        return self.literal(node, True)

    def visit_false(self, node: Node) -> Expression:
        return self.literal(node, False)

    def visit_nothing(self, node: Node) -> Expression:
        return self.literal(node, None)

    visit_none = visit_nil = visit_null = visit_nothing

    @contextmanager
    def guarded(self, *guards: Guard) -> Iterator[None]:
        """What is visited inside is reached only where the guards hold."""
        before = self._guards
        self._guards = before + guards
        try:
            yield
        finally:
            self._guards = before

    def perhaps(self, node: Node, text: str, reason: Reason = "condition") -> Guard:
        """A guard that can't be told: a loop's body, a case."""
        return Guard(Opaque(node.start_byte, node.end_byte, reason, text), True)

    def failure(self, node: Node) -> Guard:
        """What guards a handler of errors."""
        return self.perhaps(node, WHERE_IT_FAILS, "failure")

    @contextmanager
    def inside(self, scope: Scope) -> Iterator[None]:
        """What is visited inside belongs to that scope."""
        scope_before, guards_before = self.scope, self._guards
        self.scope = scope
        if scope.kind == "function":
            self._guards = ()
        try:
            yield
        finally:
            self.scope, self._guards = scope_before, guards_before

    # -- what happens

    def bind(
        self,
        root: str,
        keys: tuple[Expression, ...],
        value: Expression | None,
        node: Node,
        scope: Scope | None = None,
    ) -> None:
        where = scope or self.scope
        if isinstance(value, PLAIN) and is_broken(node):
            # what a grammar makes of a broken statement is nobody's value
            value = Opaque(value.start, value.end, "syntax", "this doesn't parse")
        bind = Bind(root, keys, value, self._guards, node.start_byte, node.end_byte, where)
        where.binds.setdefault(root, []).append(bind)
        made = result_call(value)
        if made is not None and not made.target:
            made.target = (root, *(key_text(key) for key in keys))

    def returned(self, value: Expression | None, node: Node, *, last: bool = False) -> None:
        """What a function gives at this place. `last`: it is its last value, and what stands
        before that in it has happened."""
        place = node.end_byte if last else node.start_byte
        self.scope.returns.append(Return(value, self._guards, place))

    def call(
        self,
        node: Node,
        callee: Expression,
        arguments: list[Argument],
        *,
        new: bool = False,
        block: Function | None = None,
    ) -> Call:
        made = Call(
            node.start_byte,
            node.end_byte,
            callee,
            arguments,
            new,
            block,
            self.scope,
            self._guards,
        )
        self.calls.append(made)
        self._changes(made)
        return made

    def _changes(self, call: Call) -> None:
        """What a call puts into the thing of a name: `items.append(x)`."""
        callee = call.callee
        if not isinstance(callee, Member) or not isinstance(callee.object, Name):
            return
        kind = self.changing.get(callee.name)
        if kind is None:
            return
        given = [each for each in call.arguments if not each.spread and each.name is None]
        value: Expression = Opaque(call.start, call.end, "computed", "it is not evaluated")
        if kind == "all" and call.arguments and all(each.name for each in call.arguments):
            items = [
                Item(Constant(call.start, call.end, each.name), each.value, call.start, call.end)
                for each in call.arguments
            ]
            value = Dictionary(call.start, call.end, items)  # update(port=465)
        elif len(given) == len(call.arguments) == 1:
            value = given[0].value
        else:
            kind = "other" if kind == "one" else kind
        put = Put(call.start, call.end, kind)
        root = callee.object.id
        bind = Bind(root, (put,), value, self._guards, call.start, call.end, self.scope)
        self.scope.binds.setdefault(root, []).append(bind)

    # -- conditions

    def chain(self, node: Node, clause: str, body: str) -> None:
        """An `if` with what stands behind it: each clause of that type has a condition, and what
        is done there in its field `body`."""
        before = self._guards
        others: list[Guard] = []
        for each in (node, *node.children_by_field_name("alternative")):
            self._guards = before + tuple(others)
            if each is node or each.type == clause:
                test = self.expression(each.child_by_field_name("condition"), each)
                others.append(Guard(test, False))
                with self.guarded(Guard(test, True)):
                    self.visit(each.child_by_field_name(body))
            else:
                self.visit(each.child_by_field_name("body"))
        self._guards = before

    # -- loops over literals

    @contextmanager
    def turned(self, name: str, text: str) -> Iterator[None]:
        """What is visited inside is what one turn of a loop does."""
        before = self.turn
        self.turn = {**before, name: text}
        try:
            yield
        finally:
            self.turn = before

    def turns(self, node: Node | None) -> list[str]:
        """The texts that a loop goes over, where all are literals: of a list that stands there or
        in a name that is set once; none where they can't be told."""
        if node is None:
            return []
        before = len(self.calls)
        over = self.visit(node)
        if isinstance(over, Name):
            scope: Scope | None = self.scope
            while scope is not None and over.id not in scope.binds:
                scope = scope.parent
            binds = scope.binds[over.id] if scope is not None else []
            over = binds[0].value if len(binds) == 1 and not binds[0].keys else None
        if not isinstance(over, Sequence) or len(self.calls) > before:
            return []
        items = [each.value for each in over.items]
        texts = [each.value for each in items if isinstance(each, Constant)]
        told = [text for text in texts if isinstance(text, str)]
        return told if len(told) == len(items) <= MOST_TURNS else []


def is_broken(node: Node) -> bool:
    """Whether the assignment doesn't parse: it, or one around it that has it for its value."""
    inner: Node | None = node
    while inner is not None and "assignment" in inner.type:
        if inner.has_error:
            return True
        inner = inner.parent
    return node.has_error


def result_call(value: Expression | None) -> Call | None:
    return value if isinstance(value, Call) else None


def key_text(key: Expression) -> str:
    return str(key.value) if isinstance(key, Constant) else "?"


def path_of(expression: Expression) -> tuple[str, tuple[Expression, ...]] | None:
    """`a.b["c"]` as ("a", (b, c)); None where it doesn't begin with a name."""
    keys: list[Expression] = []
    while True:
        if isinstance(expression, Member):
            keys.append(Constant(expression.start, expression.end, expression.name))
            expression = expression.object
        elif isinstance(expression, Index):
            keys.append(expression.index)
            expression = expression.object
        elif isinstance(expression, Name):
            return expression.id, tuple(reversed(keys))
        else:
            return None

"""Elixir: its grammar brought into `syntax`.

This module knows node types. What operators and functions come to is in `elixir_library`. A
module's function is one name (`System.get_env`), a pipe an argument before the others, a keyword
list a dictionary whose keys are symbols. What a branch sets counts behind it too: Elixir warns of
names that are set so, and settings have none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from smtpdoctor.settings.readers.model import (
    Symbol,
    stops,
)
from smtpdoctor.settings.readers.ruby import unescape
from smtpdoctor.settings.readers.syntax import (
    Argument,
    Binary,
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
    Parameter,
    Sequence,
    Template,
    Unary,
)
from smtpdoctor.settings.readers.tree import Lowering

if TYPE_CHECKING:
    from tree_sitter import Node

#: Sigils that are a list of words, and those whose inside is one text.
WORDS = ("w", "W")
TEXTS = ("s", "S", "c", "C")
DEFINITIONS = ("def", "defp", "defmacro", "defmacrop")
#: Operators under the names that the other languages have for them.
OPERATORS = {"or": "||", "and": "&&", "===": "==", "!==": "!="}


class ElixirLowering(Lowering):
    """The node types of tree-sitter's elixir grammar."""

    aliases: ClassVar[dict[str, str]] = {
        "source": "body",
        "block": "body",
        "do_block": "body",
        "else_block": "body",
        "charlist": "string",
        "char": "opaque_value",
    }

    # -- literals

    def visit_string(self, node: Node) -> Expression:
        raw = node.type == "sigil" and self._sigil(node) in ("S", "W", "C")
        parts: list[Expression] = []
        for child in node.named_children:
            if child.type in ("quoted_content", "escape_sequence"):
                text = self.text(child)
                made = text if raw else unescape(text)
                parts.append(Constant(child.start_byte, child.end_byte, made))
            elif child.type == "interpolation":
                inner = child.named_children
                parts.append(self.expression(inner[0] if len(inner) == 1 else None, child))
        if all(isinstance(part, Constant) for part in parts):
            whole = "".join(str(part.value) for part in parts if isinstance(part, Constant))
            if node.children and self.text(node.children[0]) in ('"""', "'''"):
                whole = whole.removeprefix("\n")
            return self.literal(node, whole)
        return Template(node.start_byte, node.end_byte, parts)

    def _sigil(self, node: Node) -> str:
        return next((self.text(c) for c in node.named_children if c.type == "sigil_name"), "")

    def visit_sigil(self, node: Node) -> Expression:
        name = self._sigil(node)
        if name in TEXTS:
            return self.visit_string(node)
        inside = [child for child in node.named_children if child.type == "quoted_content"]
        plain = len(inside) == len([c for c in node.named_children if "sigil" not in c.type])
        if name not in WORDS or not plain:
            return self.opaque(node, "a sigil that is not evaluated")
        items: list[Item] = []
        kind = next((self.text(c) for c in node.named_children if c.type == "sigil_modifiers"), "")
        for child in inside:
            for found in re.finditer(rb"\S+", self.source.bytes[child.start_byte : child.end_byte]):
                start, end = child.start_byte + found.start(), child.start_byte + found.end()
                word = self.source.slice(start, end)
                value = Constant(start, end, Symbol(word) if kind == "a" else word)
                items.append(Item(None, value, start, end))
        return Sequence(node.start_byte, node.end_byte, items)

    def visit_atom(self, node: Node) -> Expression:
        return self.literal(node, Symbol(self.text(node)[1:]))

    def visit_quoted_atom(self, node: Node) -> Expression:
        made = self.visit_string(node)
        return self.literal(node, Symbol(made.value)) if isinstance(made, Constant) else made

    def visit_alias(self, node: Node) -> Expression:
        return self.literal(node, Symbol(self.text(node)))

    def visit_integer(self, node: Node) -> Expression:
        try:
            return self.literal(node, int(self.text(node).replace("_", ""), 0))
        except ValueError:
            return self.opaque(node, "a number that is not understood")

    def visit_boolean(self, node: Node) -> Expression:
        return self.literal(node, self.text(node) == "true")

    def visit_opaque_value(self, node: Node) -> Expression:
        return self.opaque(node)

    # -- names and collections

    def visit_identifier(self, node: Node) -> Expression:
        return Name(node.start_byte, node.end_byte, self.text(node))

    def visit_access_call(self, node: Node) -> Expression:
        target = self.expression(node.child_by_field_name("target"), node)
        key = self.expression(node.child_by_field_name("key"), node)
        return Index(node.start_byte, node.end_byte, target, key)

    def visit_tuple(self, node: Node) -> Expression:
        return Sequence(node.start_byte, node.end_byte, self._items(node))

    def _items(self, node: Node) -> list[Item]:
        items: list[Item] = []
        for child in node.named_children:
            if child.type == "keywords":
                items += self._pairs(child)
            elif child.type != "comment":
                value = self.expression(child)
                items.append(Item(None, value, child.start_byte, child.end_byte))
        return items

    def visit_list(self, node: Node) -> Expression:
        items = self._items(node)
        if items and all(item.key is not None for item in items):
            return Dictionary(node.start_byte, node.end_byte, items)
        # `[{:relay, "…"}]` is a keyword list, too
        pairs = [item.value.items for item in items if isinstance(item.value, Sequence)]
        if items and len(pairs) == len(items) and all(self._is_pair(pair) for pair in pairs):
            made = [Item(a.value, b.value, a.start, b.end) for a, b in pairs]
            return Dictionary(node.start_byte, node.end_byte, made)
        return Sequence(node.start_byte, node.end_byte, items)

    @staticmethod
    def _is_pair(items: list[Item]) -> bool:
        first = items[0].value if len(items) == 2 else None
        return isinstance(first, Constant) and isinstance(first.value, Symbol)

    def visit_keywords(self, node: Node) -> Expression:
        return Dictionary(node.start_byte, node.end_byte, self._pairs(node))

    def _pairs(self, node: Node) -> list[Item]:
        items: list[Item] = []
        for child in node.named_children:
            if child.type == "pair":
                key_node = child.child_by_field_name("key")
                name = self.text(key_node).rstrip().removesuffix(":").strip('"')
                key = self.literal(key_node or child, Symbol(name))
                value = self.expression(child.child_by_field_name("value"), child)
                items.append(Item(key, value, child.start_byte, child.end_byte))
        return items

    def visit_map(self, node: Node) -> Expression:
        items: list[Item] = []
        for content in node.named_children:
            if content.type != "map_content":
                continue
            for child in content.named_children:
                if child.type == "keywords":
                    items += self._pairs(child)
                elif child.type == "binary_operator" and self._operator(child) == "=>":
                    key = self.expression(child.child_by_field_name("left"), child)
                    value = self.expression(child.child_by_field_name("right"), child)
                    items.append(Item(key, value, child.start_byte, child.end_byte))
                elif child.type == "binary_operator" and self._operator(child) == "|":
                    before = self.expression(child.child_by_field_name("left"), child)
                    items.append(Item(None, before, child.start_byte, child.end_byte, True))
                    more = child.child_by_field_name("right")
                    if more is not None and more.type == "keywords":
                        items += self._pairs(more)
        return Dictionary(node.start_byte, node.end_byte, items)

    # -- operators

    def _operator(self, node: Node) -> str:
        return self.text(node.child_by_field_name("operator"))

    def visit_unary_operator(self, node: Node) -> Expression:
        operator = self._operator(node)
        operand = node.child_by_field_name("operand")
        if operator == "@" and operand is not None:
            return self._attribute(node, operand)
        value = self.expression(operand, node)
        name = "!" if operator == "not" else operator
        return Unary(node.start_byte, node.end_byte, name, value)

    def _attribute(self, node: Node, operand: Node) -> Expression:
        """`@name value` sets a module's attribute, `@name` reads it."""
        arguments = next((c for c in operand.named_children if c.type == "arguments"), None)
        if operand.type == "call" and arguments is not None:
            name = f"@{self.text(operand.child_by_field_name('target'))}"
            given = arguments.named_children
            value = self.expression(given[0], operand) if len(given) == 1 else self.opaque(node)
            self._set(name, value, node)
            return value
        return Name(node.start_byte, node.end_byte, self.text(node))

    def visit_binary_operator(self, node: Node) -> Expression:
        operator = OPERATORS.get(self._operator(node), self._operator(node))
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if operator == "=":
            return self._match(node, left, right)
        if operator == "|>":
            return self._pipe(node, self.expression(left, node), right)
        first = self.expression(left, node)
        if operator in ("||", "&&"):
            with self.guarded(Guard(first, operator == "&&")):
                second = self.expression(right, node)
        else:
            second = self.expression(right, node)
        return Binary(node.start_byte, node.end_byte, operator, first, second)

    def _match(self, node: Node, left: Node | None, right: Node | None) -> Expression:
        value = self.expression(right, node)
        if left is not None and left.type == "identifier":
            self._set(self.text(left), value, node)
        elif left is not None:
            self._unpack(left, value, node)
        return value

    def _unpack(self, pattern: Node, value: Expression, node: Node) -> None:
        """The names of a pattern: `{:ok, host} = …` gives host the second part."""
        if pattern.type not in ("tuple", "list"):
            return
        for place, child in enumerate(pattern.named_children):
            if child.type == "identifier":
                index = Constant(child.start_byte, child.end_byte, place)
                part = Index(child.start_byte, child.end_byte, value, index)
                self._set(self.text(child), part, node)

    def _set(self, name: str, value: Expression, node: Node) -> None:
        self.scope.owned.add(name)
        self.bind(name, (), value, node)

    def _pipe(self, node: Node, value: Expression, right: Node | None) -> Expression:
        """What is on the left becomes the first argument of what is on the right."""
        if right is None:
            return self.opaque(node)
        if right.type in ("identifier", "dot"):
            return self.call(node, self._callee(right), [Argument(value)])
        if right.type != "call":
            return self.opaque(node)
        found = self._call(right, value)
        found.start, found.end = node.start_byte, node.end_byte
        return found

    # -- calls

    def visit_dot(self, node: Node) -> Expression:
        """`config.relay` without parentheses."""
        return self._callee(node)

    def visit_call(self, node: Node) -> Expression | None:
        return self._call(node)

    def _callee(self, target: Node) -> Expression:
        if target.type != "dot":
            return self.expression(target)
        left, right = target.child_by_field_name("left"), target.child_by_field_name("right")
        if right is None:
            return self.expression(left, target)  # a function in a name: `to_integer.(port)`
        name = self.text(right)
        if left is not None and left.type in ("alias", "atom"):
            return Name(target.start_byte, target.end_byte, f"{self.text(left)}.{name}")
        return Member(target.start_byte, target.end_byte, self.expression(left, target), name)

    def _call(self, node: Node, first: Expression | None = None) -> Expression:
        target = node.child_by_field_name("target")
        if target is None:
            return self.opaque(node)
        listed = [child for child in node.named_children if child.type == "arguments"]
        body = next((child for child in node.named_children if child.type == "do_block"), None)
        word = self.text(target) if target.type == "identifier" else ""
        special: Callable[..., Expression] | None = getattr(self, f"_word_{word}", None)
        if word in DEFINITIONS:
            return self._define(node, listed, body)
        if special is not None:
            return special(node, listed[-1] if listed else None, body, first)
        callee = self._callee(target)
        if not listed and body is None and first is None and isinstance(callee, Member):
            return callee
        given = [] if first is None else [Argument(first)]
        given += self._arguments(listed[-1] if listed else None)
        made = self.call(node, callee, given)
        if body is not None:
            with self.guarded(self.perhaps(node, "what a macro does can't be told")):
                self.visit(body)
        return made

    def _arguments(self, node: Node | None) -> list[Argument]:
        found: list[Argument] = []
        for child in node.named_children if node is not None else ():
            if child.type != "comment":  # keywords are one list, the last argument
                found.append(Argument(self.expression(child)))
        return found

    # -- what looks like calls and is the language's own

    def _ways(self, arguments: Node | None, body: Node | None) -> dict[str, Node | None]:
        """The branches of `if`: those of its block, or `do:` and `else:`."""
        found: dict[str, Node | None] = {"do": None, "else": None}
        if body is not None:
            found["do"] = body
            found["else"] = next((c for c in body.named_children if c.type == "else_block"), None)
        for child in arguments.named_children if arguments is not None else ():
            for pair in child.named_children if child.type == "keywords" else ():
                key = self.text(pair.child_by_field_name("key")).rstrip().removesuffix(":")
                if key in found:
                    found[key] = pair.child_by_field_name("value")
        return found

    def _word_if(
        self, node: Node, arguments: Node | None, body: Node | None, first: Expression | None
    ) -> Expression:
        return self._choice(node, arguments, body, first, True)

    def _word_unless(
        self, node: Node, arguments: Node | None, body: Node | None, first: Expression | None
    ) -> Expression:
        return self._choice(node, arguments, body, first, False)

    def _choice(
        self,
        node: Node,
        arguments: Node | None,
        body: Node | None,
        first: Expression | None,
        holds: bool,
    ) -> Expression:
        given = arguments.named_children if arguments is not None else []
        test = first or self.expression(given[0] if given else None, node)
        nothing = self.literal(node, None)
        ways: list[Expression] = []
        branches = self._ways(arguments, body)
        for name, reached in (("do", holds), ("else", not holds)):
            branch = branches[name]
            with self.guarded(Guard(test, reached)):
                ways.append((self.visit(branch) if branch is not None else None) or nothing)
        then, otherwise = ways if holds else ways[::-1]
        return Conditional(node.start_byte, node.end_byte, test, then, otherwise)

    def _word_case(
        self, node: Node, arguments: Node | None, body: Node | None, first: Expression | None
    ) -> Expression:
        given = arguments.named_children if arguments is not None else []
        value = first or self.expression(given[0] if given else None, node)
        return self._clauses(node, body, [value])

    def _word_cond(
        self, node: Node, arguments: Node | None, body: Node | None, first: Expression | None
    ) -> Expression:
        return self._clauses(node, body, [])

    def _clauses(self, node: Node, body: Node | None, values: list[Expression]) -> Expression:
        """`pattern -> …` one after the other; without values each pattern is a condition."""
        others: list[Guard] = []
        found: list[tuple[Expression, Expression]] = []
        for clause in body.named_children if body is not None else ():
            if clause.type != "stab_clause":
                continue
            with self.guarded(*others):
                test = self._pattern(clause, values)
                with self.guarded(Guard(test, True)):
                    way = self.visit(clause.child_by_field_name("right"))
            others.append(Guard(test, False))
            found.append((test, way or self.literal(clause, None)))
        last: Expression = Opaque(node.start_byte, node.end_byte, "stops", stops("no clause fits"))
        for test, way in reversed(found):
            last = Conditional(node.start_byte, node.end_byte, test, way, last)
        return last

    def _pattern(self, clause: Node, values: list[Expression]) -> Expression:
        """The condition under which a clause is taken; its names get what fits them."""
        left = clause.child_by_field_name("left")
        guard: Node | None = None
        if left is not None and left.type == "binary_operator" and self._operator(left) == "when":
            guard = left.child_by_field_name("right")
            left = left.child_by_field_name("left")
        patterns = left.named_children if left is not None else []
        if not values:
            return self.expression(patterns[0] if patterns else None, clause)
        if len(patterns) != len(values):
            return self.opaque(clause, "whether a pattern fits is not evaluated")
        test: Expression = self.literal(clause, True)
        for pattern, value in zip(patterns, values, strict=True):
            fits = self._fits(pattern, value)
            test = Binary(clause.start_byte, clause.end_byte, "&&", test, fits)
        if guard is not None:
            holds = self.expression(guard)
            test = Binary(clause.start_byte, clause.end_byte, "&&", test, holds)
        return test

    def _fits(self, pattern: Node, value: Expression) -> Expression:
        if pattern.type == "identifier":
            if not self.text(pattern).startswith("_"):
                self._set(self.text(pattern), value, pattern)
            return self.literal(pattern, True)
        literal = self.expression(pattern)
        if isinstance(literal, Constant):
            return Binary(pattern.start_byte, pattern.end_byte, "==", value, literal)
        if isinstance(literal, Sequence):
            return self._fits_parts(pattern, literal, value)
        return self.opaque(pattern, "whether a pattern fits is not evaluated")

    def _fits_parts(self, pattern: Node, parts: Sequence, value: Expression) -> Expression:
        """`{:ok, host}`: what is written has to be there, what is a name gets what is."""
        test: Expression = self.literal(pattern, True)
        for place, item in enumerate(parts.items):
            index = Constant(item.start, item.end, place)
            part = Index(item.start, item.end, value, index)
            if isinstance(item.value, Name):
                if not item.value.id.startswith("_"):
                    self._set(item.value.id, part, pattern)
            elif isinstance(item.value, Constant):
                same = Binary(item.start, item.end, "==", part, item.value)
                test = Binary(pattern.start_byte, pattern.end_byte, "&&", test, same)
            else:
                return self.opaque(pattern, "whether a pattern fits is not evaluated")
        return test

    def _word_try(
        self, node: Node, arguments: Node | None, body: Node | None, first: Expression | None
    ) -> Expression:
        found = self.visit(body)
        return found or self.literal(node, None)

    def _word_for(
        self, node: Node, arguments: Node | None, body: Node | None, first: Expression | None
    ) -> Expression:
        with self.guarded(self.perhaps(node, "how often a loop runs can't be told")):
            self.visit_children(node)
        return self.opaque(node, "what a loop gives is not evaluated")

    def visit_rescue_block(self, node: Node) -> None:
        with self.guarded(self.failure(node)):
            self.visit_children(node)

    visit_catch_block = visit_rescue_block

    def visit_after_block(self, node: Node) -> None:
        self.visit_children(node)

    # -- functions and modules

    def visit_anonymous_function(self, node: Node) -> Expression:
        clauses = [child for child in node.named_children if child.type == "stab_clause"]
        scope = self.scope.inner("function", "")
        parameters: list[Parameter] = []
        made = Function(node.start_byte, node.end_byte, "", parameters, scope)
        scope.function = made
        with self.inside(scope):
            left = clauses[0].child_by_field_name("left") if clauses else None
            heads = left.named_children if left is not None else []
            if len(clauses) == 1 and all(each.type == "identifier" for each in heads):
                for each in heads:
                    scope.owned.add(self.text(each))
                    parameters.append(Parameter(self.text(each)))
                found = self.visit(clauses[0].child_by_field_name("right"))
            else:
                names = [f"&{place + 1}" for place in range(_arity(left))]
                scope.owned.update(names)
                parameters.extend(Parameter(name) for name in names)
                start = node.start_byte
                found = self._clauses(node, node, [Name(start, start, name) for name in names])
            self.returned(found or self.literal(node, None), node, last=True)
        return made

    def _define(self, node: Node, listed: list[Node], body: Node | None) -> Expression:
        """`def name(parameters) do … end`."""
        head = listed[0].named_children[0] if listed and listed[0].named_children else None
        if head is not None and head.type == "binary_operator":  # when …
            head = head.child_by_field_name("left")
        inner = head.child_by_field_name("target") if head is not None else None
        name = self.text(inner if inner is not None else head)
        scope = self.scope.inner("function", name)
        parameters: list[Parameter] = []
        made = Function(node.start_byte, node.end_byte, name, parameters, scope)
        scope.function = made
        with self.inside(scope):
            arguments = [c for c in head.named_children if c.type == "arguments"] if head else []
            for child in arguments[0].named_children if arguments else ():
                known = child.type == "identifier"
                parameter = self.text(child) if known else f"&{len(parameters) + 1}"
                scope.owned.add(parameter)
                parameters.append(Parameter(parameter))
            branch = self._ways(listed[0] if listed else None, body)["do"]
            found = self.visit(branch) if branch is not None else None
            self.returned(found or self.literal(node, None), node, last=True)
        clauses = self.scope.binds.get(name)
        self.scope.owned.add(name)
        if clauses:  # which of several clauses is taken can't be told
            self.bind(name, (), self.opaque(node, "a function of several clauses"), node)
        else:
            self.bind(name, (), made, node)
        return self.literal(node, None)

    def _word_defmodule(
        self, node: Node, arguments: Node | None, body: Node | None, first: Expression | None
    ) -> Expression:
        given = arguments.named_children if arguments is not None else []
        scope = self.scope.inner("class", self.text(given[0]) if given else "")
        with self.inside(scope):
            self.visit(body)
        return self.literal(node, None)

    # -- statements

    def visit_body(self, node: Node) -> Expression | None:
        """Statements; the last one's value is theirs."""
        last: Expression | None = None
        for child in node.named_children:
            if child.type in ("comment", "else_block"):
                continue  # `if` has looked at its own
            found = self.visit(child)
            if child.type not in ("rescue_block", "catch_block", "after_block"):
                last = found
            if child.type == "identifier" and isinstance(found, Name):
                self.call(child, found, [])
        return last


def _arity(head: Node | None) -> int:
    """How many patterns stand before a clause's arrow, and before its `when`."""
    if head is not None and head.type == "binary_operator":
        head = head.child_by_field_name("left")
    return len(head.named_children) if head is not None else 0

"""Go: its grammar brought into `syntax`.

This module knows node types. What operators and functions come to is in `go_library`. Of several
results the first is the call's own value; the second of a look-up is whether it found anything.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, ClassVar

from smtpdoctor.settings.readers.syntax import (
    Argument,
    Binary,
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
    Parameter,
    Scope,
    Sequence,
    Unary,
)
from smtpdoctor.settings.readers.tree import Lowering, path_of

if TYPE_CHECKING:
    from tree_sitter import Node

WORDS = {"true": True, "false": False, "nil": None}


def package_name(path: str) -> str:
    """The name by which a package is known in a file that imports it without another one."""
    parts = path.split("/")
    if len(parts) > 1 and re.fullmatch(r"v\d+", parts[-1]):
        parts.pop()
    return re.sub(r"\.v\d+$", "", parts[-1]).removeprefix("go-")


class GoLowering(Lowering):
    """The node types of tree-sitter's go grammar."""

    aliases: ClassVar[dict[str, str]] = {
        "parenthesized_expression": "wrapped",
        "literal_element": "wrapped",
        "const_declaration": "body",
        "var_declaration": "body",
        "var_spec_list": "body",
        "statement_list": "body",
        "block": "body",
        "expression_statement": "body",
        "const_spec": "var_spec",
        "method_declaration": "function_declaration",
        "for_statement": "loop",
        "package_clause": "comment",
        "type_declaration": "comment",
        "type_identifier": "identifier",
        "package_identifier": "identifier",
        "field_identifier": "identifier",
        "iota": "identifier",
    }

    # -- literals

    def visit_interpreted_string_literal(self, node: Node) -> Expression:
        text = self.text(node)
        try:
            return self.literal(node, ast.literal_eval(text) if "\\" in text else text[1:-1])
        except (ValueError, SyntaxError):
            return self.opaque(node, "a text that is not understood")

    def visit_raw_string_literal(self, node: Node) -> Expression:
        return self.literal(node, self.text(node)[1:-1])

    def visit_int_literal(self, node: Node) -> Expression:
        try:
            return self.literal(node, int(self.text(node).replace("_", ""), 0))
        except ValueError:
            return self.opaque(node, "a number that is not understood")

    def visit_true(self, node: Node) -> Expression:
        return self.literal(node, WORDS[node.type])

    visit_false = visit_true
    visit_nil = visit_true

    def visit_identifier(self, node: Node) -> Expression:
        return Name(node.start_byte, node.end_byte, self.text(node))

    def visit_wrapped(self, node: Node) -> Expression:
        inner = [child for child in node.named_children if child.type != "comment"]
        return self.expression(inner[0] if inner else None, node)

    def visit_composite_literal(self, node: Node) -> Expression:
        body = node.child_by_field_name("body")
        items: list[Item] = []
        for child in body.named_children if body is not None else ():
            if child.type == "keyed_element":
                key_node, value_node = child.named_children[0], child.named_children[-1]
                name = self.text(key_node)
                key: Expression = Constant(key_node.start_byte, key_node.end_byte, name)
                if name[:1] in '"`':
                    key = self.expression(key_node)
                value = self.expression(value_node)
                items.append(Item(key, value, child.start_byte, child.end_byte))
            elif child.type != "comment":
                items.append(Item(None, self.expression(child), child.start_byte, child.end_byte))
        if any(item.key is None for item in items):
            return Sequence(node.start_byte, node.end_byte, items)
        return Dictionary(node.start_byte, node.end_byte, items)

    # -- operators and members

    def visit_unary_expression(self, node: Node) -> Expression:
        operand = self.expression(node.child_by_field_name("operand"), node)
        operator = self.text(node.child_by_field_name("operator"))
        if operator in ("&", "*"):  # where a value is makes no difference here
            return operand
        return Unary(node.start_byte, node.end_byte, operator, operand)

    def visit_binary_expression(self, node: Node) -> Expression:
        left = self.expression(node.child_by_field_name("left"), node)
        right = self.expression(node.child_by_field_name("right"), node)
        operator = self.text(node.child_by_field_name("operator"))
        return Binary(node.start_byte, node.end_byte, operator, left, right)

    def visit_selector_expression(self, node: Node) -> Expression:
        object_ = self.expression(node.child_by_field_name("operand"), node)
        name = self.text(node.child_by_field_name("field"))
        return Member(node.start_byte, node.end_byte, object_, name)

    def visit_index_expression(self, node: Node) -> Expression:
        object_ = self.expression(node.child_by_field_name("operand"), node)
        index = self.expression(node.child_by_field_name("index"), node)
        return Index(node.start_byte, node.end_byte, object_, index)

    def visit_call_expression(self, node: Node) -> Expression:
        callee = self.expression(node.child_by_field_name("function"), node)
        listed = node.child_by_field_name("arguments")
        given = [
            Argument(self.expression(child))
            for child in (listed.named_children if listed is not None else ())
            if child.type != "comment"
        ]
        return self.call(node, callee, given)

    # -- names

    def visit_import_spec(self, node: Node) -> None:
        path = self.text(node.child_by_field_name("path")).strip('"`')
        named = node.child_by_field_name("name")
        name = self.text(named) if named is not None else package_name(path)
        made = Import(node.start_byte, node.end_byte, path, None)
        self.scope.owned.add(name)
        self.bind(name, (), made, node)
        self.scope.binds[name][-1].start = 0

    def visit_var_spec(self, node: Node) -> None:
        names = node.children_by_field_name("name")
        self._assign_all(list(names), node.child_by_field_name("value"), node, declares=True)

    def visit_short_var_declaration(self, node: Node) -> None:
        left = node.child_by_field_name("left")
        targets = left.named_children if left is not None else []
        self._assign_all(targets, node.child_by_field_name("right"), node, declares=True)

    def visit_assignment_statement(self, node: Node) -> None:
        left = node.child_by_field_name("left")
        targets = left.named_children if left is not None else []
        self._assign_all(targets, node.child_by_field_name("right"), node, declares=False)

    def _assign_all(
        self, targets: list[Node], right: Node | None, node: Node, *, declares: bool
    ) -> None:
        given = right.named_children if right is not None else []
        values = [self.expression(each) for each in given]
        for place, target in enumerate(targets):
            value: Expression
            if len(values) == len(targets):
                value = values[place]
            elif len(values) == 1 and place == 0:
                value = values[0]
            elif len(values) == 1 and place == 1:
                value = Unary(values[0].start, values[0].end, "found", values[0])
            else:
                value = self.opaque(node)
            path = path_of(self.expression(target))
            if path is None or path[0] == "_":
                continue
            root, keys = path
            if declares and not keys:
                self.scope.owned.add(root)
            self.bind(root, keys, value, node, None if declares else self._home(root))

    def _home(self, root: str) -> Scope:
        """The scope that a name was declared in."""
        scope: Scope | None = self.scope
        while scope is not None:
            if root in scope.owned or scope.parent is None:
                return scope
            scope = scope.parent
        return self.scope

    # -- functions

    def visit_function_declaration(self, node: Node) -> None:
        name = self.text(node.child_by_field_name("name"))
        made = self._function(node, name)
        if node.type == "function_declaration":
            self.scope.owned.add(name)
            self.bind(name, (), made, node)
            bind = self.scope.binds[name][-1]
            bind.start = bind.end = 0

    def visit_func_literal(self, node: Node) -> Expression:
        return self._function(node, "")

    def _function(self, node: Node, name: str) -> Function:
        scope = self.scope.inner("function", name)
        parameters: list[Parameter] = []
        made = Function(node.start_byte, node.end_byte, name, parameters, scope)
        scope.function = made
        listed = node.child_by_field_name("parameters")
        for child in listed.named_children if listed is not None else ():
            for named in child.children_by_field_name("name"):
                text = self.text(named)
                scope.owned.add(text)
                rest = child.type == "variadic_parameter_declaration"
                parameters.append(Parameter(text, None, "", rest))
        receiver = node.child_by_field_name("receiver")
        for child in receiver.named_children if receiver is not None else ():
            for named in child.children_by_field_name("name"):
                scope.owned.add(self.text(named))
                parameters.append(Parameter(self.text(named)))
        with self.inside(scope):
            self.visit(node.child_by_field_name("body"))
        return made

    def visit_return_statement(self, node: Node) -> None:
        listed = node.named_children[0].named_children if node.named_children else []
        values = [self.expression(each) for each in listed]
        self.returned(values[0] if values else self.literal(node, None), node)

    # -- statements

    def visit_body(self, node: Node) -> None:
        self.visit_children(node)

    def visit_if_statement(self, node: Node) -> None:
        self.visit(node.child_by_field_name("initializer"))
        test = self.expression(node.child_by_field_name("condition"), node)
        with self.guarded(Guard(test, True)):
            self.visit(node.child_by_field_name("consequence"))
        with self.guarded(Guard(test, False)):
            self.visit(node.child_by_field_name("alternative"))

    def visit_loop(self, node: Node) -> None:
        with self.guarded(self.perhaps(node, "how often a loop runs can't be told")):
            self.visit_children(node)

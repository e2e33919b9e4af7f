"""PowerShell: its grammar brought into `syntax`.

This module knows node types. What operators and commands come to is in `powershell_library`. A
variable is a name with its dollar sign, in lower case as PowerShell compares them; a command a call
whose parameters are named so too. What .NET calls its members is written as .NET writes it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from smtpdoctor.settings.readers.model import Symbol
from smtpdoctor.settings.readers.syntax import (
    Argument,
    Binary,
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
    Scope,
    Sequence,
    Template,
    Unary,
)
from smtpdoctor.settings.readers.tree import Lowering, path_of

if TYPE_CHECKING:
    from tree_sitter import Node

#: Nodes that stand for what they hold where that is one.
_KINDS = ("logical", "bitwise", "comparison", "additive", "multiplicative", "format", "range")
WRAPPERS = frozenset(
    {
        *(f"{kind}_expression" for kind in (*_KINDS, "array_literal", "unary")),
        *(f"{kind}_argument_expression" for kind in _KINDS),
        *("argument_expression", "pipeline", "pipeline_chain"),
        *("parenthesized_expression", "sub_expression", "array_expression"),
    }
)
BRACKETS = frozenset({"parenthesized_expression", "sub_expression", "array_expression"})
CONSTANTS = {"true": True, "false": False, "null": None}
#: Operators under the names that the other languages have for them.
OPERATORS = {
    "-and": "&&", "-or": "||", "-eq": "==", "-ceq": "==", "-ieq": "==", "-ne": "!=", "-cne": "!=",
    "-ine": "!=", "-lt": "<", "-gt": ">", "-le": "<=", "-ge": ">=", "+": "+",
}  # fmt: skip
#: What .NET calls the members and types that settings are made with.
_NET = """
Add Authenticate AuthenticateAsync Connect ConnectAsync Credentials DeliveryMethod EnableSsl From
GetEnvironmentVariable GetNetworkCredential Host MailAddress MailMessage MailboxAddress
NetworkCredential Parse Password Port PSCredential SecureSocketOptions Send Sender SmtpClient
UseDefaultCredentials UserName
"""
NET = {name.lower(): name for name in _NET.split()}
#: Conditions that an `else` stands behind.
LONGEST_CHAIN = 50
#: Parameters that take no value.
SWITCHES = frozenset(
    {"$asplaintext", "$force", "$usessl", "$bodyashtml", "$raw", "$assecurestring"}
)
#: A table whose entries are parameters: `Send-MailMessage @options`.
SPLATTED = re.compile(r"@\w+")
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
ESCAPE = re.compile(r"`(.)|\"\"", re.DOTALL)


def canonical(name: str) -> str:
    """A member's or key's name, however it is written.

    >>> canonical("ENABLESSL"), canonical("SmtpServer")
    ('EnableSsl', 'smtpserver')
    """
    return NET.get(name.lower(), name.lower())


class PowerShellLowering(Lowering):
    """The node types of tree-sitter's powershell grammar."""

    aliases: ClassVar[dict[str, str]] = {
        "program": "body",
        "statement_list": "body",
        "script_block": "body",
        "script_block_body": "body",
        "script_block_expression": "body",
        "statement_block": "body",
        "cast_expression": "last",
        "while_statement": "loop",
        "do_statement": "loop",
        "for_statement": "loop",
        "switch_clause": "loop",
        "trap_statement": "catch_clause",
    }

    def visit(self, node: Node | None) -> Expression | None:
        """What stands in brackets and levels of operators is the one thing in them."""
        while node is not None and node.type in WRAPPERS and node.named_child_count == 1:
            if node.child_count > 1 and node.type not in BRACKETS:
                break
            node = node.named_children[0]
            if node.type == "statement_list" and node.named_child_count == 1:
                node = node.named_children[0]
        return super().visit(node)

    def visit_body(self, node: Node) -> None:
        self.visit_children(node)

    def visit_last(self, node: Node) -> Expression:
        return self.expression(node.named_children[-1] if node.named_children else None, node)

    # -- literals and names

    def visit_variable(self, node: Node) -> Expression:
        text = re.sub(r"[${}]|^@", "", self.text(node))
        space, _, name = text.rpartition(":")
        if space.lower() == "env":
            key = Constant(node.end_byte - len(name.encode()), node.end_byte, name)
            return Index(node.start_byte, node.end_byte, self._name(node, "$env"), key)
        if name.lower() in CONSTANTS:
            return self.literal(node, CONSTANTS[name.lower()])
        return self._name(node, f"${name.lower()}")

    def _name(self, node: Node, id_: str) -> Name:
        return Name(node.start_byte, node.end_byte, id_)

    def visit_integer_literal(self, node: Node) -> Expression:
        text = self.text(node)
        return self.literal(node, int(text)) if text.isdigit() else self.opaque(node)

    def visit_generic_token(self, node: Node) -> Expression:
        text = self.text(node)
        return self.opaque(node) if re.search(r"[$`(]", text) else self.literal(node, text)

    def visit_string_literal(self, node: Node) -> Expression:
        inner = node.named_children[0] if node.named_children else node
        text = self.text(node)
        if inner.type == "verbatim_string_characters":
            return self.literal(node, text[1:-1].replace("''", "'"))
        if inner.type != "expandable_string_literal":
            return self.opaque(node, "a text of several lines")
        parts: list[Expression] = []
        at = inner.start_byte + 1
        for child in inner.named_children:
            parts += self._piece(at, child.start_byte)
            parts.append(self.expression(child))
            at = child.end_byte
        parts += self._piece(at, inner.end_byte - 1)
        if all(isinstance(part, Constant) for part in parts):
            return self.literal(node, "".join(str(getattr(part, "value", "")) for part in parts))
        return Template(node.start_byte, node.end_byte, parts)

    def _piece(self, start: int, end: int) -> list[Expression]:
        if start >= end:
            return []
        text = ESCAPE.sub(
            lambda found: ESCAPES.get(found[1], found[1]) if found[1] else '"',
            self.source.slice(start, end),
        )
        return [Constant(start, end, text)]

    def visit_type_literal(self, node: Node) -> Expression:
        return self._type(node, self.text(node).strip("[] \t"))

    def _type(self, node: Node, text: str) -> Expression:
        first, *names = text.split(".")
        made: Expression = self._name(node, canonical(first) if not names else first)
        for name in names:
            made = Member(node.start_byte, node.end_byte, made, NET.get(name.lower(), name))
        return made

    # -- what is made of several

    def visit_array_literal_expression(self, node: Node) -> Expression:
        items = [
            Item(None, self.expression(child), child.start_byte, child.end_byte)
            for child in node.named_children
            if child.type != "comment"
        ]
        return Sequence(node.start_byte, node.end_byte, items)

    visit_argument_expression_list = visit_array_literal_expression

    def visit_hash_literal_expression(self, node: Node) -> Expression:
        items: list[Item] = []
        entries = [
            child
            for body in node.named_children
            for child in body.named_children
            if child.type == "hash_entry"
        ]
        for entry in entries:
            parts = [child for child in entry.named_children if child.type != "comment"]
            key = self.text(parts[0]).strip("'\"") if parts else ""
            value = self.expression(parts[1] if len(parts) > 1 else None, entry)
            made = Constant(parts[0].start_byte, parts[0].end_byte, canonical(key))
            items.append(Item(made, value, entry.start_byte, entry.end_byte))
        return Dictionary(node.start_byte, node.end_byte, items)

    def visit_logical_expression(self, node: Node) -> Expression:
        operator = next((self.text(c) for c in node.children if not c.is_named), "")
        sides = [child for child in node.named_children if not child.type.endswith("operator")]
        named = [child for child in node.named_children if child.type.endswith("operator")]
        operator = (self.text(named[0]) if named else operator).lower()
        values = [self.expression(side) for side in sides]
        if len(values) != 2 or operator not in OPERATORS:
            return self.opaque(node)
        return Binary(node.start_byte, node.end_byte, OPERATORS[operator], *values)

    visit_comparison_expression = visit_logical_expression
    visit_additive_expression = visit_logical_expression
    visit_additive_argument_expression = visit_logical_expression

    def visit_expression_with_unary_operator(self, node: Node) -> Expression:
        operand = self.expression(node.named_children[-1] if node.named_children else None, node)
        operator = self.text(node.children[0]).lower()
        if operator in ("!", "-not"):
            return Unary(node.start_byte, node.end_byte, "!", operand)
        return operand if node.named_children[-1].type == "cast_expression" else self.opaque(node)

    def visit_member_access(self, node: Node) -> Expression:
        first, last = node.named_children[0], node.named_children[-1]
        is_static = any(child.type == "::" for child in node.children)
        name = self.text(last) if is_static else canonical(self.text(last))
        return Member(node.start_byte, node.end_byte, self.expression(first), name)

    def visit_element_access(self, node: Node) -> Expression:
        first, last = node.named_children[0], node.named_children[-1]
        index = self.expression(last)
        if isinstance(index, Constant) and isinstance(index.value, str):
            index = self.literal(last, canonical(index.value))
        return Index(node.start_byte, node.end_byte, self.expression(first), index)

    # -- calls

    def visit_invokation_expression(self, node: Node) -> Expression:
        first = node.named_children[0]
        listed = [child for child in node.named_children if child.type == "argument_list"]
        name = next((self.text(c) for c in node.named_children if c.type == "member_name"), "")
        given = self._listed(listed[0]) if listed else []
        thing = self.expression(first)
        if name.lower() == "new" and first.type == "type_literal":
            return self.call(node, thing, given, new=True)
        path = path_of(thing)
        if name.lower() == "add" and path is not None and len(given) == 2:
            key = given[0].value
            if isinstance(key, Constant):  # of a table that is handed on later: @options
                key = self.literal(listed[0], canonical(str(key.value)))
            self.bind(path[0], (*path[1], key), given[1].value, node)
        member = Member(node.start_byte, node.end_byte, thing, canonical(name))
        return self.call(node, member, given)

    def _listed(self, node: Node) -> list[Argument]:
        """What stands between the brackets of a method."""
        inner = self.expression(node.named_children[0]) if node.named_children else None
        if inner is None:
            return []
        if isinstance(inner, Sequence):
            return [Argument(each.value) for each in inner.items]
        return [Argument(inner)]

    def visit_pipeline_chain(self, node: Node) -> Expression:
        """Each command gets what the one before it gives as its first argument."""
        value: Expression | None = None
        for child in node.named_children:
            if child.type == "comment":
                continue
            value = self._command(child, value) if child.type == "command" else self.visit(child)
        return value if value is not None else self.opaque(node)

    def visit_command(self, node: Node) -> Expression:
        return self._command(node, None)

    def _command(self, node: Node, piped: Expression | None) -> Expression:
        named = next((c for c in node.named_children if c.type.startswith("command_name")), node)
        name = self.text(named).strip("'\"").rpartition("\\")[2].lower()
        arguments = [Argument(piped)] if piped is not None else []
        elements = [c for c in node.named_children if c.type == "command_elements"]
        arguments += self._elements(elements[0]) if elements else []
        if self._is_broken(node):
            # what doesn't parse may be any other parameter
            broken = Opaque(node.start_byte, node.end_byte, "syntax", "this doesn't parse")
            arguments.append(Argument(broken, spread=True))
        if name == "new-object":
            return self._new(node, arguments)
        return self.call(node, self._name(named, name), arguments)

    @staticmethod
    def _is_broken(node: Node) -> bool:
        around: Node | None = node
        while around is not None and around.type in ("command", "pipeline_chain", "pipeline"):
            around = around.parent
        return node.has_error or (around is not None and around.type == "ERROR")

    def _elements(self, node: Node) -> list[Argument]:
        found: list[Argument] = []
        parameter: Node | None = None
        is_joined = False  # -UseSsl:$false
        for child in node.named_children:
            if child.type == "comment":
                continue
            if child.type == "command_argument_sep":
                is_joined = ":" in self.text(child)
                continue
            name = self._parameter_name(parameter)
            if child.type == "command_parameter" or (name in SWITCHES and not is_joined):
                found += self._switch(parameter)
                parameter, name = None, ""
            if child.type == "command_parameter":
                parameter = child
            elif child.type == "argument_list":
                found += self._listed(child)
            else:
                spread = SPLATTED.fullmatch(self.text(child)) is not None
                found.append(Argument(self.expression(child), name or None, spread))
                parameter = None
        return found + self._switch(parameter)

    def _parameter_name(self, node: Node | None) -> str:
        return f"${self.text(node).lstrip('-').lower()}" if node is not None else ""

    def _switch(self, node: Node | None) -> list[Argument]:
        """A parameter without a value."""
        if node is None:
            return []
        return [Argument(self.literal(node, True), self._parameter_name(node))]

    def _new(self, node: Node, arguments: list[Argument]) -> Expression:
        """`New-Object Type(…)`, with the arguments behind it or by -ArgumentList."""
        named = {each.name: each.value for each in arguments if each.name}
        placed = [each.value for each in arguments if each.name is None]
        type_ = named.get("$typename") or (placed.pop(0) if placed else None)
        if not isinstance(type_, Constant) or not isinstance(type_.value, str):
            return self.opaque(node)
        listed = named.get("$argumentlist") or named.get("$args")
        given = [listed] if listed is not None else placed
        if len(given) == 1 and isinstance(given[0], Sequence):
            given = [each.value for each in given[0].items]
        return self.call(
            node, self._type(node, type_.value), [Argument(each) for each in given], new=True
        )

    # -- statements

    def visit_assignment_expression(self, node: Node) -> Expression:
        parts = [child for child in node.named_children if child.type != "comment"]
        left, right = parts[0], parts[-1]
        operator = self.text(next(
            (c for c in node.named_children if c.type == "assignement_operator"), None
        ))  # fmt: skip
        value = self.visit(right)
        if value is None or operator != "=":
            value = self.opaque(right)
        target = left.named_children[0] if left.named_children else left
        while target.type in WRAPPERS and target.named_child_count == 1:
            target = target.named_children[0]
        if target.type == "array_literal_expression":
            for part, inner in self.parts(target, value):
                self._assign(part, inner, node)
        else:
            self._assign(target, value, node)
        return value

    def _assign(self, target: Node, value: Expression, node: Node) -> None:
        while target.type in ("expression_with_unary_operator", "cast_expression"):
            target = target.named_children[-1]
        path = path_of(self.expression(target))
        if path is None or path[0] == "$env":
            return
        root, keys = path
        scope = self.scope
        if re.match(r"(?i)\$\{?(global|script):", self.text(target)):
            while scope.parent is not None:
                scope = scope.parent
        if not keys:
            scope.owned.add(root)
        self.bind(root, keys, value, node, scope)

    def visit_if_statement(self, node: Node) -> None:
        parts = [child for child in node.named_children if child.type != "comment"]
        clauses = [(parts[0], parts[1])] if len(parts) > 1 else []
        for each in parts[2:]:
            if each.type == "elseif_clauses":
                inner = [[c for c in clause.named_children if c.type != "comment"]
                         for clause in each.named_children]  # fmt: skip
                clauses += [(pair[0], pair[1]) for pair in inner if len(pair) == 2]
        before: list[Guard] = []
        for condition, block in clauses:
            with self.guarded(*before):
                test = self.expression(condition)
            with self.guarded(*before, Guard(test, True)):
                self.visit(block)
            before = [*before[-LONGEST_CHAIN:], Guard(test, False)]
        for each in parts[2:]:
            if each.type == "else_clause":
                with self.guarded(*before):
                    self.visit_children(each)

    def visit_loop(self, node: Node) -> None:
        with self.guarded(self.perhaps(node, "how often this runs can't be told")):
            self.visit_children(node)

    def visit_foreach_statement(self, node: Node) -> None:
        item = node.named_children[0] if node.named_children else None
        if item is not None and item.type == "variable":
            self._assign(item, self.opaque(item, "each of several"), item)
        self.visit_loop(node)

    def visit_catch_clause(self, node: Node) -> None:
        with self.guarded(self.failure(node)):
            self.visit_children(node)

    def visit_flow_control_statement(self, node: Node) -> None:
        value = self.expression(node.named_children[0]) if node.named_children else None
        if self.text(node)[:6].lower() == "return":
            self.returned(value, node)

    # -- functions

    def visit_param_block(self, node: Node) -> None:
        """The parameters of the script itself: whoever starts it may give others than it has."""
        for name, default, child in self._parameters(node):
            text = "whoever starts the script gives it"
            made = default or Opaque(child.start_byte, child.end_byte, "parameter", text)
            self.scope.owned.add(name)
            self.bind(name, (), made, child)

    def _parameters(self, node: Node) -> list[tuple[str, Expression | None, Node]]:
        found = []
        listed = [c for c in node.named_children if c.type == "parameter_list"]
        for child in listed[0].named_children if listed else ():
            names = [c for c in child.named_children if c.type == "variable"]
            defaults = [c for c in child.named_children if c.type == "script_parameter_default"]
            if not names:
                continue
            name = self.expression(names[0])
            default = self.expression(defaults[0].named_children[-1]) if defaults else None
            if isinstance(name, Name):
                found.append((name.id, default, child))
        return found

    def visit_function_statement(self, node: Node) -> Expression:
        name = self.text(next((c for c in node.named_children if c.type == "function_name"), None))
        scope: Scope = self.scope.inner("function", name.lower())
        parameters: list[Parameter] = []
        made = Function(node.start_byte, node.end_byte, name.lower(), parameters, scope)
        scope.function = made
        with self.inside(scope):
            for child in node.named_children:
                blocks = [c for c in child.named_children if c.type == "param_block"]
                head = child if child.type == "function_parameter_declaration" else None
                for block in [head] if head is not None else blocks:
                    for parameter, default, _ in self._parameters(block):
                        scope.owned.add(parameter)
                        parameters.append(Parameter(parameter, default))
                for inner in child.named_children if child.type == "script_block" else ():
                    if inner.type != "param_block":
                        self.visit(inner)
        self.scope.owned.add(name.lower())
        self.bind(name.lower(), (), made, node)
        return made

    def visit_class_statement(self, node: Node) -> Expression:
        self.visit_children(node)
        return self.literal(node, Symbol("class"))

"""Ruby: its grammar brought into `syntax`.

This module knows node types. What operators and methods come to is in `ruby_library`. A method
without arguments is a member, `config.x = 1` an assignment below `config`, a constant's whole path
one name (`ActionMailer::Base`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from smtpdoctor.settings.readers.model import Symbol
from smtpdoctor.settings.readers.syntax import (
    Argument,
    Binary,
    Bind,
    Class,
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
    Parameter,
    Scope,
    Sequence,
    Template,
    Unary,
)
from smtpdoctor.settings.readers.tree import Lowering, path_of

if TYPE_CHECKING:
    from tree_sitter import Node

ESCAPE = re.compile(
    r"\\(?:u\{(?P<long>[0-9a-fA-F]+)\}|u(?P<four>[0-9a-fA-F]{4})|x(?P<two>[0-9a-fA-F]{1,2})"
    r"|(?P<octal>[0-7]{1,3})|(?P<line>\r?\n)|(?P<one>.))",
    re.DOTALL,
)
SHORT = {"n": "\n", "t": "\t", "r": "\r", "s": " ", "e": "\x1b", "a": "\a", "b": "\b"}
SHORT |= {"f": "\f", "v": "\v"}

#: Nodes that stand beside values and are none.
NO_VALUES = ("comment", "heredoc_body", "block_parameters")


def unescape(text: str) -> str:
    """The value of a double-quoted string's inside."""

    def replace(match: re.Match[str]) -> str:
        code = match["long"] or match["four"] or match["two"]
        if code:
            number = int(code, 16) if len(code) < 8 else 0xFFFD
            return chr(number) if number <= 0x10FFFF else "�"
        if match["octal"]:
            return chr(int(match["octal"], 8) & 0xFF)
        return "" if match["line"] else SHORT.get(match["one"], match["one"])

    return ESCAPE.sub(replace, text) if "\\" in text else text


#: Variables of Ruby, Bundler and Rails themselves, with which no setting of mail changes.
OWN = re.compile(
    r"(?!\w*(?:MAIL|SMTP))"
    r"(?:(?:BUNDLE|RAILS|RACK|RUBY|BOOTSNAP|SPRING|NODE|LC)_|RUBYOPT|TZ$|LANG$|PATH$)"
)


class RubyLowering(Lowering):
    """The node types of tree-sitter's ruby grammar."""

    aliases: ClassVar[dict[str, str]] = {
        "constant": "identifier",
        "instance_variable": "identifier",
        "class_variable": "identifier",
        "global_variable": "identifier",
        "scope_resolution": "identifier",
        "symbol_array": "string_array",
        "right_assignment_list": "array",
        "bare_symbol": "bare_string",
        "elsif": "if",
        "while": "loop",
        "until": "loop",
        "for": "loop",
        "while_modifier": "loop",
        "until_modifier": "loop",
        "heredoc_body": "comment",
        "singleton_method": "method",
        "body_statement": "body",
        "block_body": "body",
        "then": "body",
        "else": "body",
        "begin": "body",
        "parenthesized_statements": "body",
        "ensure": "body",
        "module": "class",
        "singleton_class": "body",
    }

    # -- literals

    def visit_string(self, node: Node) -> Expression:
        opening = self.text(node.children[0]) if node.children else '"'
        raw = opening.startswith(("'", "%q"))
        parts: list[Expression] = []
        begin = node.start_byte + len(opening.encode())
        last = node.children[-1] if len(node.children) > 1 else None
        end = last.start_byte if last is not None else node.end_byte
        for child in node.named_children:
            if child.type != "interpolation":
                continue
            self._text(parts, begin, child.start_byte, raw=raw)
            inner = child.named_children
            parts.append(self.expression(inner[0] if len(inner) == 1 else None, child))
            begin = child.end_byte
        self._text(parts, begin, end, raw=raw)
        if not parts:
            return self.literal(node, "")
        if len(parts) == 1 and isinstance(parts[0], Constant):
            return self.literal(node, parts[0].value)
        return Template(node.start_byte, node.end_byte, parts)

    def _text(self, parts: list[Expression], start: int, end: int, *, raw: bool) -> None:
        if end > start:
            text = self.source.slice(start, end)
            made = re.sub(r"\\([\\'])", r"\1", text) if raw else unescape(text)
            parts.append(Constant(start, end, made))

    def visit_chained_string(self, node: Node) -> Expression:
        parts = [self.expression(child) for child in node.named_children]
        return Template(node.start_byte, node.end_byte, parts)

    def visit_simple_symbol(self, node: Node) -> Expression:
        return self.literal(node, Symbol(self.text(node).lstrip(":")))

    def visit_hash_key_symbol(self, node: Node) -> Expression:
        return self.literal(node, Symbol(self.text(node)))

    def visit_delimited_symbol(self, node: Node) -> Expression:
        opening = 3 if self.text(node).startswith("%") else 2  # `%s(smtp)`, `:"smtp"`
        return self.literal(node, Symbol(self.text(node)[opening:-1]))

    def visit_bare_string(self, node: Node) -> Expression:
        return self.literal(node, self.text(node))

    def visit_string_array(self, node: Node) -> Expression:
        return self.visit_array(node)

    def visit_integer(self, node: Node) -> Expression:
        text = self.text(node).replace("_", "").lower()
        try:
            octal = re.fullmatch(r"0[0-7]+", text)
            return self.literal(node, int(text, 8) if octal else int(text, 0))
        except ValueError:
            return self.opaque(node, "a number that is not understood")

    def visit_heredoc_beginning(self, node: Node) -> Expression:
        return self.opaque(node, "a heredoc is not evaluated")

    # -- names

    def visit_identifier(self, node: Node) -> Expression:
        return Name(node.start_byte, node.end_byte, self.text(node).removeprefix("::"))

    def visit_self(self, node: Node) -> Expression:
        return Name(node.start_byte, node.end_byte, "self")

    def visit_element_reference(self, node: Node) -> Expression:
        object_ = self.expression(node.child_by_field_name("object"), node)
        inside = [c for c in node.named_children if c.type not in NO_VALUES][1:]
        if len(inside) != 1:
            return self.opaque(node)
        return Index(node.start_byte, node.end_byte, object_, self.expression(inside[0]))

    # -- collections

    def visit_array(self, node: Node) -> Expression:
        items: list[Item] = []
        for child in node.named_children:
            if child.type in NO_VALUES:
                continue
            spread = child.type == "splat_argument"
            inner = child.named_children[0] if spread and child.named_children else child
            value = self.expression(inner, child)
            items.append(Item(None, value, child.start_byte, child.end_byte, spread))
        return Sequence(node.start_byte, node.end_byte, items)

    def visit_hash(self, node: Node) -> Expression:
        items: list[Item] = []
        for child in node.named_children:
            if child.type not in NO_VALUES:
                items.append(self._pair(child))
        return Dictionary(node.start_byte, node.end_byte, items)

    def _pair(self, node: Node) -> Item:
        if node.type != "pair":
            inner = node.named_children
            spread = self.expression(inner[0] if inner else None, node)
            return Item(None, spread, node.start_byte, node.end_byte, True)
        key_node = node.child_by_field_name("key")
        key = self.expression(key_node, node)
        if key_node is not None and key_node.type == "string" and isinstance(key, Constant):
            colon = self.source.slice(key_node.end_byte, key_node.end_byte + 1) == ":"
            key.value = Symbol(key.value) if colon else key.value
        value_node = node.child_by_field_name("value")
        value = self.expression(value_node, node)
        if value_node is None and isinstance(key, Constant):  # { host: } takes host
            value = Name(node.start_byte, node.end_byte, str(key.value))
        return Item(key, value, node.start_byte, node.end_byte)

    # -- operators

    def visit_unary(self, node: Node) -> Expression:
        operand = self.expression(node.child_by_field_name("operand"), node)
        operator = self.text(node.child_by_field_name("operator"))
        return Unary(
            node.start_byte, node.end_byte, "!" if operator == "not" else operator, operand
        )

    def visit_binary(self, node: Node) -> Expression:
        left = self.expression(node.child_by_field_name("left"), node)
        operator = self.text(node.child_by_field_name("operator"))
        operator = {"and": "&&", "or": "||"}.get(operator, operator)
        right_node = node.child_by_field_name("right")
        if operator in ("&&", "||"):
            with self.guarded(Guard(left, operator == "&&")):
                right = self.expression(right_node, node)
        else:
            right = self.expression(right_node, node)
        return Binary(node.start_byte, node.end_byte, operator, left, right)

    def visit_conditional(self, node: Node) -> Expression:
        return self._choice(node, True)

    def visit_if(self, node: Node) -> Expression:
        return self._choice(node, True)

    def visit_unless(self, node: Node) -> Expression:
        return self._choice(node, False)

    def _choice(self, node: Node, holds: bool) -> Expression:
        test = self.expression(node.child_by_field_name("condition"), node)
        nothing = self.literal(node, None)
        ways: list[Expression] = []
        for field, reached in (("consequence", holds), ("alternative", not holds)):
            way = node.child_by_field_name(field)
            with self.guarded(Guard(test, reached)):
                found = self.visit(way)
            ways.append(found if found is not None and way is not None else nothing)
        then, otherwise = ways if holds else ways[::-1]
        return Conditional(node.start_byte, node.end_byte, test, then, otherwise)

    def visit_if_modifier(self, node: Node) -> Expression:
        test = self.expression(node.child_by_field_name("condition"), node)
        holds = node.type == "if_modifier"
        with self.guarded(Guard(test, holds)):
            body = self._statement(node.child_by_field_name("body"))
        nothing = self.literal(node, None)
        then, otherwise = (body or nothing, nothing) if holds else (nothing, body or nothing)
        return Conditional(node.start_byte, node.end_byte, test, then, otherwise)

    visit_unless_modifier = visit_if_modifier

    def visit_rescue_modifier(self, node: Node) -> Expression:
        return self.expression(node.child_by_field_name("body"), node)

    def visit_case(self, node: Node) -> Expression:
        value = self.expression(node.child_by_field_name("value"), node)
        others: list[Guard] = []
        found: list[tuple[Expression, Expression]] = []
        last: Expression = self.literal(node, None)
        for when in node.named_children:
            if when.type == "when":
                test: Expression | None = None
                for pattern in when.children_by_field_name("pattern"):
                    inner = pattern.named_children
                    given = self.expression(inner[0] if inner else None, pattern)
                    same: Expression = Binary(when.start_byte, when.end_byte, "==", value, given)
                    if test is not None:
                        same = Binary(when.start_byte, when.end_byte, "||", test, same)
                    test = same
                if test is None:
                    continue
                with self.guarded(*others, Guard(test, True)):
                    body = self.visit(when.child_by_field_name("body"))
                others.append(Guard(test, False))
                found.append((test, body or self.literal(when, None)))
            elif when.type == "else":
                with self.guarded(*others):
                    last = self.visit(when) or last
        for test_, way in reversed(found):
            last = Conditional(node.start_byte, node.end_byte, test_, way, last)
        return last

    # -- calls

    def visit_call(self, node: Node) -> Expression:
        receiver = node.child_by_field_name("receiver")
        method = node.child_by_field_name("method")
        arguments = node.child_by_field_name("arguments")
        block = node.child_by_field_name("block")
        name = self.text(method)
        if receiver is None and name in ("require_relative", "load"):
            self._require(node, arguments)
        if receiver is None:
            callee: Expression = Name(node.start_byte, node.end_byte, name)
        else:
            operator = self.text(node.child_by_field_name("operator"))
            end = method.end_byte if method is not None else node.end_byte
            object_ = self.expression(receiver)
            callee = Member(node.start_byte, end, object_, name or "call", operator == "&.")
        if receiver is not None and arguments is None and block is None:
            return callee
        given = self._arguments(arguments)
        made = self.call(node, callee, given)
        if block is not None:
            made.block = self._block(block)
        return made

    def _arguments(self, node: Node | None) -> list[Argument]:
        found: list[Argument] = []
        for child in node.named_children if node is not None else ():
            if child.type in NO_VALUES:
                continue
            if child.type == "pair":
                item = self._pair(child)
                name = str(item.key.value) if isinstance(item.key, Constant) else None
                found.append(Argument(item.value, name))
                continue
            spread = child.type in ("splat_argument", "hash_splat_argument")
            inner = child.named_children[0] if spread and child.named_children else child
            found.append(Argument(self.expression(inner, child), None, spread))
        return found

    def _block(self, node: Node) -> Function:
        scope = self.scope.inner("block", "")
        parameters: list[Parameter] = []
        made = Function(node.start_byte, node.end_byte, "", parameters, scope)
        scope.function = made
        with self.inside(scope):
            listed = node.child_by_field_name("parameters")
            self._parameters(listed, parameters)
            body = self.visit(node.child_by_field_name("body"))
            if body is not None:
                self.returned(body, node, last=True)
        return made

    def visit_lambda(self, node: Node) -> Expression:
        block = node.child_by_field_name("body")
        made = self._block(block) if block is not None else None
        if made is None:
            return self.opaque(node)
        listed = node.child_by_field_name("parameters")
        with self.inside(made.scope):
            self._parameters(listed, made.parameters)
        return made

    def _parameters(self, listed: Node | None, parameters: list[Parameter]) -> None:
        for child in listed.named_children if listed is not None else ():
            name_node = child.child_by_field_name("name") or child
            value = child.child_by_field_name("value")
            name = self.text(name_node).lstrip("*&")
            default = self.expression(value) if value is not None else None
            rest = "splat" in child.type
            self.scope.owned.add(name)
            parameters.append(Parameter(name, default, "", rest))

    def _require(self, node: Node, arguments: Node | None) -> None:
        given = arguments.named_children if arguments is not None else []
        path = self.expression(given[0]) if len(given) == 1 else None
        if isinstance(path, Constant) and isinstance(path.value, str):
            made = Import(node.start_byte, node.end_byte, path.value, None)
            self.scope.stars.append(
                Bind("*", (), made, self._guards, node.start_byte, node.end_byte, self.scope)
            )

    # -- assignments

    def visit_assignment(self, node: Node) -> Expression:
        value = self.expression(node.child_by_field_name("right"), node)
        left = node.child_by_field_name("left")
        if left is not None:
            self._assign(left, value, node)
        return value

    def visit_operator_assignment(self, node: Node) -> Expression:
        left = node.child_by_field_name("left")
        operator = self.text(node.child_by_field_name("operator")).removesuffix("=")
        before = self.expression(left, node)
        if isinstance(before, Name) and operator == "||":
            # `@host ||= x` of what nothing has set before: nil
            before = Binary(before.start, before.end, "or nil", before, before)
        right = self.expression(node.child_by_field_name("right"), node)
        value = Binary(node.start_byte, node.end_byte, operator, before, right)
        if left is not None:
            self._assign(left, value, node)
        return value

    def _assign(self, target: Node, value: Expression, whole: Node) -> None:
        if target.type in ("left_assignment_list", "destructured_left_assignment"):
            for child, part in self.parts(target, value):
                self._assign(child, part, whole)
            return
        if target.type == "rest_assignment":
            for child in target.named_children:
                self._assign(child, value, whole)
            return
        path = path_of(self.expression(target))
        if path is None:
            return
        root, keys = path
        first = keys[0] if keys else None
        if root == "ENV" and isinstance(first, Constant) and OWN.match(str(first.value)):
            return  # every Rails application has `ENV["BUNDLE_GEMFILE"] ||= …` in config/boot.rb
        if not self._owned(root):
            self._home(root, bool(keys)).owned.add(root)
        self.bind(root, keys, value, whole)
        if not keys and self.scope.kind == "class" and root[:1].isupper():
            outer = self._outermost()
            outer.owned.add(f"{self.scope.name}::{root}")
            self.bind(f"{self.scope.name}::{root}", (), value, whole, outer)

    def _home(self, root: str, below: bool) -> Scope:
        """The scope that a new name belongs to."""
        if root.startswith("$") or below:
            return self._outermost()
        scope = self.scope
        if root.startswith("@"):
            while scope.parent is not None and scope.kind != "class":
                scope = scope.parent
        return scope

    def _owned(self, name: str) -> bool:
        scope: Scope | None = self.scope
        while scope is not None:
            if name in scope.owned:
                return True
            scope = scope.parent
        return False

    def _outermost(self) -> Scope:
        scope = self.scope
        while scope.parent is not None:
            scope = scope.parent
        return scope

    # -- methods and classes

    def visit_method(self, node: Node) -> None:
        name = self.text(node.child_by_field_name("name"))
        scope = self.scope.inner("function", name)
        parameters: list[Parameter] = []
        made = Function(node.start_byte, node.end_byte, name, parameters, scope)
        scope.function = made
        with self.inside(scope):
            self._parameters(node.child_by_field_name("parameters"), parameters)
            body = node.child_by_field_name("body")
            last = self.visit(body)
            if last is not None:
                self.returned(last, body or node, last=True)
        self.scope.owned.add(name)
        self.bind(name, (), made, node)
        bind = self.scope.binds[name][-1]
        bind.start = bind.end = 0

    def visit_class(self, node: Node) -> None:
        name = self.text(node.child_by_field_name("name"))
        base = self.text(node.child_by_field_name("superclass")).lstrip("< ").strip()
        scope = self.scope.inner("class", name)
        scope.owned.add("self")
        with self.inside(scope):
            self.visit(node.child_by_field_name("body"))
        self.scope.owned.add(name)
        made = Class(node.start_byte, node.end_byte, name, base, scope)
        self.bind(name, (), made, node)

    def visit_return(self, node: Node) -> Expression:
        arguments = node.named_children
        given = arguments[0].named_children if arguments else []
        value = self.expression(given[0]) if len(given) == 1 else self.literal(node, None)
        self.returned(value, node)
        return value

    # -- statements

    def visit_program(self, node: Node) -> None:
        self.visit_body(node)

    def visit_body(self, node: Node) -> Expression | None:
        """Statements; the last one's value is theirs."""
        last: Expression | None = None
        for child in node.named_children:
            if child.type in NO_VALUES:
                continue
            found = self._statement(child)
            if child.type not in ("rescue", "ensure", "else"):
                last = found
        return last

    def _statement(self, node: Node | None) -> Expression | None:
        if node is None:
            return None
        found = self.visit(node)
        if node.type == "call" and isinstance(found, Member):  # a method for what it does
            self.call(node, found, [])
        if node.type == "identifier" and isinstance(found, Name):
            self.call(node, found, [])
        return found

    def visit_loop(self, node: Node) -> None:
        with self.guarded(self.perhaps(node, "how often a loop runs can't be told")):
            self.visit_children(node)

    def visit_rescue(self, node: Node) -> None:
        with self.guarded(self.failure(node)):
            self.visit(node.child_by_field_name("body"))

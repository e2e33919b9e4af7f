"""PHP: its grammar brought into `syntax`.

This module knows node types. What operators and functions come to is in `php_library`. A variable
keeps its `$` as a name, and so is no constant or function of the same name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from smtpdoctor.settings.readers.syntax import (
    Argument,
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

    from smtpdoctor.settings.readers.source import Source

#: The operator by which a variable stands in a text.
INTERPOLATED = '"$"'
ESCAPE = re.compile(
    r"\\(?:u\{(?P<long>[0-9a-fA-F]+)\}|x(?P<two>[0-9a-fA-F]{1,2})|(?P<octal>[0-7]{1,3})"
    r"|(?P<one>[nrtvef\\$\"]))"
)
SHORT = {"n": "\n", "r": "\r", "t": "\t", "v": "\v", "e": "\x1b", "f": "\f"}
HERE = re.compile(r"__DIR__|dirname\(__FILE__\)|base_path\(\)")
#: Folders above: `dirname(__DIR__)`, `dirname(__DIR__, 2)`, `dirname(dirname(__FILE__))`.
ABOVE = re.compile(r"dirname\(\s*(.+?)\s*(?:,\s*(\d)\s*)?\)")


def unescape(text: str) -> str:
    """The value of a double-quoted string's inside. Unknown escapes stay as they are."""

    def replace(match: re.Match[str]) -> str:
        code = match["long"] or match["two"]
        if code:
            number = int(code, 16) if len(code) < 8 else 0xFFFD
            return chr(number) if number <= 0x10FFFF else "�"
        if match["octal"]:
            return chr(int(match["octal"], 8) & 0xFF)
        return SHORT.get(match["one"], match["one"])

    return ESCAPE.sub(replace, text) if "\\" in text else text


def folder_of(text: str) -> str | None:
    """The folder that an expression names, from this file's; None where it names none.

    >>> folder_of("__DIR__"), folder_of("dirname(__DIR__, 2)"), folder_of("dirname(__FILE__, 2)")
    ('.', './../..', './..')
    """
    if HERE.fullmatch(text):
        return "."
    found = ABOVE.fullmatch(text)
    if found is None:
        return None
    levels = int(found[2] or 1)
    if found[1] == "__FILE__":
        return "." + "/.." * (levels - 1)
    inner = folder_of(found[1])
    return inner + "/.." * levels if inner is not None else None


class PhpLowering(Lowering):
    """The node types of tree-sitter's php grammar."""

    aliases: ClassVar[dict[str, str]] = {
        "text": "comment",
        "php_tag": "comment",
        "namespace_use_declaration": "comment",
        "parenthesized_expression": "wrapped",
        "error_suppression_expression": "wrapped",
        "argument": "wrapped",
        "nullsafe_member_access_expression": "member_access_expression",
        "nullsafe_member_call_expression": "member_call_expression",
        "while_statement": "loop",
        "for_statement": "loop",
        "do_statement": "loop",
        "require_expression": "include",
        "require_once_expression": "include",
        "include_expression": "include",
        "include_once_expression": "include",
        "anonymous_function": "function",
        "anonymous_function_creation_expression": "function",
        "arrow_function": "function",
        "trait_declaration": "class_declaration",
        "named_type": "comment",
    }

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        #: The paths that variables get, by the scope and the name; None for what is no path.
        self._paths: dict[tuple[int, str], list[str | None]] = {}

    # -- literals

    def visit_string(self, node: Node) -> Expression:
        text = self.text(node)[1:-1]
        return self.literal(node, re.sub(r"\\([\\'])", r"\1", text))

    def visit_encapsed_string(self, node: Node) -> Expression:
        return self._interpolated(node, node.start_byte + 1, node.end_byte - 1)

    def visit_heredoc(self, node: Node) -> Expression:
        body = node.child_by_field_name("value")
        if body is None:
            return self.literal(node, "")
        return self._interpolated(body, body.start_byte, body.end_byte)

    def visit_nowdoc(self, node: Node) -> Expression:
        return self.literal(node, self.text(node.child_by_field_name("value")).lstrip("\r\n"))

    def _interpolated(self, node: Node, begin: int, end: int) -> Expression:
        parts: list[Expression] = []
        for child in node.named_children:
            if child.type in ("string_content", "escape_sequence"):
                continue
            self._text(parts, begin, child.start_byte)
            part = self.expression(child)
            if isinstance(part, Name):
                # one that nothing sets is an empty text, and no question
                nothing = Constant(child.end_byte, child.end_byte, None)
                part = Binary(child.start_byte, child.end_byte, INTERPOLATED, part, nothing)
            parts.append(part)
            begin = child.end_byte
            if parts and self.source.slice(begin, begin + 1) == "}":
                begin += 1
        self._text(parts, begin, end)
        if not parts:
            return self.literal(node, "")
        if len(parts) == 1 and isinstance(parts[0], Constant):
            return self.literal(node, parts[0].value)
        return Template(node.start_byte, node.end_byte, parts)

    def _text(self, parts: list[Expression], start: int, end: int) -> None:
        text = self.source.slice(start, end)
        if end < self.source_length and self.source.slice(end, end + 1) == "$":
            text = text.removesuffix("{")  # of {$variable}
        if text:
            parts.append(Constant(start, end, unescape(text)))

    @property
    def source_length(self) -> int:
        return len(self.source.bytes)

    def visit_integer(self, node: Node) -> Expression:
        text = self.text(node).replace("_", "").lower()
        try:
            octal = re.fullmatch(r"0[0-7]+", text)
            return self.literal(node, int(text, 8) if octal else int(text, 0))
        except ValueError:
            return self.opaque(node, "a number that is not understood")

    def visit_boolean(self, node: Node) -> Expression:
        return self.literal(node, self.text(node).lower() == "true")

    # -- names and members

    def visit_variable_name(self, node: Node) -> Expression:
        return Name(node.start_byte, node.end_byte, self.text(node))

    def visit_name(self, node: Node) -> Expression:
        return Name(node.start_byte, node.end_byte, self.text(node))

    def visit_qualified_name(self, node: Node) -> Expression:
        last = self.text(node).rpartition("\\")[2]
        return Name(node.start_byte, node.end_byte, last)

    def visit_relative_scope(self, node: Node) -> Expression:
        return Name(node.start_byte, node.end_byte, "$this")

    def visit_member_access_expression(self, node: Node) -> Expression:
        object_ = self.expression(node.child_by_field_name("object"), node)
        return self._member(node, object_, node.child_by_field_name("name"))

    def _member(self, node: Node, object_: Expression, name: Node | None) -> Expression:
        optional = node.type.startswith("nullsafe")
        if name is not None and name.type == "name":
            return Member(node.start_byte, node.end_byte, object_, self.text(name), optional)
        index = self.expression(name, node)
        return Index(node.start_byte, node.end_byte, object_, index)

    def visit_class_constant_access_expression(self, node: Node) -> Expression:
        parts = node.named_children
        if len(parts) != 2:
            return self.opaque(node)
        owner, name = self.expression(parts[0]), self.text(parts[1])
        if name == "class" and isinstance(owner, Name) and not owner.id.startswith("$"):
            # its name as a text; without the namespace, which `use` may say
            return self.literal(node, owner.id)
        return Member(node.start_byte, node.end_byte, owner, name)

    def visit_scoped_property_access_expression(self, node: Node) -> Expression:
        object_ = self.expression(node.child_by_field_name("scope"), node)
        name = self.text(node.child_by_field_name("name")).lstrip("$")
        return Member(node.start_byte, node.end_byte, object_, name)

    def visit_subscript_expression(self, node: Node) -> Expression:
        parts = [child for child in node.named_children if child.type != "comment"]
        object_ = self.expression(parts[0] if parts else None, node)
        if len(parts) < 2:
            return self.opaque(node)
        index = self.expression(parts[1])
        if parts[1].type == "name":  # "$a[key]" within a text
            index = self.literal(parts[1], self.text(parts[1]))
        return Index(node.start_byte, node.end_byte, object_, index)

    def visit_wrapped(self, node: Node) -> Expression:
        children = [child for child in node.named_children if child.type != "comment"]
        return self.expression(children[-1] if children else None, node)

    # -- arrays

    def visit_array_creation_expression(self, node: Node) -> Expression:
        items: list[Item] = []
        keyed = False
        for child in node.named_children:
            if child.type != "array_element_initializer":
                continue
            parts = [each for each in child.named_children if each.type != "comment"]
            spread = bool(parts) and parts[0].type == "variadic_unpacking"
            key = self.expression(parts[0]) if len(parts) == 2 else None
            keyed = keyed or key is not None
            value = self.expression(
                parts[0].named_children[0] if spread else (parts[-1] if parts else None), child
            )
            items.append(Item(key, value, child.start_byte, child.end_byte, spread))
        if not keyed and items:  # an empty one gets its keys later
            return Sequence(node.start_byte, node.end_byte, items)
        for place, item in enumerate(items):
            if item.key is None and not item.spread:
                item.key = Constant(item.start, item.start, place)
        return Dictionary(node.start_byte, node.end_byte, items)

    # -- operators

    def visit_unary_op_expression(self, node: Node) -> Expression:
        operand = self.expression(node.child_by_field_name("argument"), node)
        operator = self.text(node.children[0]) if node.children else ""
        return Unary(node.start_byte, node.end_byte, operator, operand)

    def visit_cast_expression(self, node: Node) -> Expression:
        operand = self.expression(node.child_by_field_name("value"), node)
        kind = self.text(node.child_by_field_name("type")).lower()
        return Unary(node.start_byte, node.end_byte, f"({kind})", operand)

    def visit_binary_expression(self, node: Node) -> Expression:
        left = self.expression(node.child_by_field_name("left"), node)
        operator = self.text(node.child_by_field_name("operator")).lower()
        right_node = node.child_by_field_name("right")
        if operator in ("&&", "||", "and", "or"):
            with self.guarded(Guard(left, operator in ("&&", "and"))):
                right = self.expression(right_node, node)
        else:
            right = self.expression(right_node, node)
        return Binary(node.start_byte, node.end_byte, operator, left, right)

    def visit_conditional_expression(self, node: Node) -> Expression:
        test = self.expression(node.child_by_field_name("condition"), node)
        body = node.child_by_field_name("body")
        with self.guarded(Guard(test, False)):
            otherwise = self.expression(node.child_by_field_name("alternative"), node)
        if body is None:
            return Binary(node.start_byte, node.end_byte, "?:", test, otherwise)
        with self.guarded(Guard(test, True)):
            then = self.expression(body)
        return Conditional(node.start_byte, node.end_byte, test, then, otherwise)

    def visit_match_expression(self, node: Node) -> Expression:
        subject = self.expression(node.child_by_field_name("condition"), node)
        body = node.child_by_field_name("body")
        found: Expression = self.opaque(node, "no case of a match fits")
        arms = list(body.named_children) if body is not None else []
        for arm in sorted(arms, key=lambda each: each.type != "match_default_expression"):
            value = self.expression(arm.child_by_field_name("return_expression"), arm)
            if arm.type == "match_default_expression":
                found = value
        for arm in reversed(arms):
            conditions = arm.child_by_field_name("conditional_expressions")
            if conditions is None:
                continue
            value = self.expression(arm.child_by_field_name("return_expression"), arm)
            for condition in reversed(conditions.named_children):
                test = Binary(
                    arm.start_byte, arm.end_byte, "===", subject, self.expression(condition)
                )
                found = Conditional(node.start_byte, node.end_byte, test, value, found)
        return found

    # -- calls

    def visit_function_call_expression(self, node: Node) -> Expression:
        callee = self.expression(node.child_by_field_name("function"), node)
        arguments = self._arguments(node.child_by_field_name("arguments"))
        made = self.call(node, callee, arguments)
        named = callee.id.lower() if isinstance(callee, Name) else ""
        if named == "define" and len(arguments) >= 2:
            name = arguments[0].value
            if isinstance(name, Constant) and isinstance(name.value, str):
                home = self._outermost()
                home.owned.add(name.value)
                self.bind(name.value, (), arguments[1].value, node, home)
        target = arguments[1].value if named == "parse_str" and len(arguments) == 2 else None
        if isinstance(target, Name):  # parse_str($query, $options) sets its second argument
            told = Call(made.start, made.end, callee, arguments[:1], scope=self.scope)
            self.scope.owned.add(target.id)
            self.bind(target.id, (), told, node)
        if named == "extract":
            where = self.scope
            where.stars.append(Bind("*", (), made, self._guards, made.start, made.end, where))
        return made

    def visit_member_call_expression(self, node: Node) -> Expression:
        object_ = self.expression(node.child_by_field_name("object"), node)
        callee = self._member(node, object_, node.child_by_field_name("name"))
        return self.call(node, callee, self._arguments(node.child_by_field_name("arguments")))

    def visit_scoped_call_expression(self, node: Node) -> Expression:
        scope = self.expression(node.child_by_field_name("scope"), node)
        name = self.text(node.child_by_field_name("name"))
        callee = Member(node.start_byte, node.end_byte, scope, name)
        return self.call(node, callee, self._arguments(node.child_by_field_name("arguments")))

    def visit_object_creation_expression(self, node: Node) -> Expression:
        arguments = next((c for c in node.named_children if c.type == "arguments"), None)
        names = ("name", "qualified_name", "variable_name", "relative_scope")
        name = next((c for c in node.named_children if c.type in names), None)
        if name is None:
            self.visit_children(node)
            return self.opaque(node)
        return self.call(node, self.expression(name), self._arguments(arguments), new=True)

    def _arguments(self, node: Node | None) -> list[Argument]:
        found: list[Argument] = []
        for child in node.named_children if node is not None else ():
            if child.type == "comment":
                continue
            spread = child.type == "variadic_unpacking"
            parts = [each for each in child.named_children if each.type != "comment"]
            if parts and parts[0].type == "variadic_unpacking":
                spread, parts = True, parts[0].named_children
            name_node = child.child_by_field_name("name")
            value = self.expression(parts[-1] if parts else child, child)
            name = self.text(name_node) if name_node is not None else None
            found.append(Argument(value, name, spread))
        return found

    def visit_include(self, node: Node) -> Expression:
        given = node.named_children[0] if node.named_children else None
        path = self._path(given)
        if path is None:
            self.visit_children(node)
            return self.opaque(node, "which file is included can't be told")
        made = Import(node.start_byte, node.end_byte, path, None)
        self.scope.stars.append(
            Bind("*", (), made, self._guards, node.start_byte, node.end_byte, self.scope)
        )
        return made

    def _path(self, node: Node | None) -> str | None:
        """The path of an included file, from this file's folder."""
        while node is not None and node.type == "parenthesized_expression":
            node = node.named_children[0] if node.named_children else None
        if node is None:
            return None
        if node.type in ("string", "encapsed_string"):
            value = self.expression(node)
            return str(value.value) if isinstance(value, Constant) else None
        if node.type == "variable_name":  # `$path = __DIR__ . '/mail.php'; require $path;`
            given = self._paths.get((id(self.scope), self.text(node)), [])
            return given[0] if len(given) == 1 else None
        if node.type == "binary_expression":
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            folder = folder_of(self.text(left))
            if folder is not None and right is not None:
                rest = self._path(right)
                return f"{folder}/{rest.lstrip('/')}" if rest is not None else None
        return None

    # -- assignments

    def visit_assignment_expression(self, node: Node) -> Expression:
        value = self.expression(node.child_by_field_name("right"), node)
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is not None:
            if left.type == "variable_name" and right is not None:
                place = id(self.scope), self.text(left)
                self._paths.setdefault(place, []).append(self._path(right))
            self._assign(left, value, node)
        return value

    visit_reference_assignment_expression = visit_assignment_expression

    def visit_augmented_assignment_expression(self, node: Node) -> Expression:
        left = node.child_by_field_name("left")
        operator = self.text(node.child_by_field_name("operator")).removesuffix("=")
        before = self.expression(left, node)
        right = self.expression(node.child_by_field_name("right"), node)
        value = Binary(node.start_byte, node.end_byte, operator, before, right)
        if left is not None:
            self._assign(left, value, node)
        return value

    def _assign(self, target: Node, value: Expression, whole: Node) -> None:
        if target.type == "list_literal":
            for key, child in self._destructured(target):
                inner = Index(child.start_byte, child.end_byte, value, key)
                self._assign(child, inner, whole)
            return
        path = path_of(self.expression(target))
        if path is None:
            return
        root, keys = path
        passes = self.scope.passes
        if not keys and (passes is None or root not in passes):
            self.scope.owned.add(root)
        elif keys and root != "$this" and not self._owned(root) and root.startswith("$"):
            self.scope.owned.add(root)  # `$config['a'] = 1` makes an array
            empty = Dictionary(whole.start_byte, whole.start_byte, [])
            if self.scope.kind in ("module", "function") and (passes is None or root not in passes):
                self.bind(root, (), empty, whole)
                made = self.scope.binds[root][-1]
                made.end = made.start
        self.bind(root, keys, value, whole)

    def _destructured(self, target: Node) -> Iterator[tuple[Expression, Node]]:
        """The parts of `[$a, , $b]` and `['a' => $a]` with the key of each."""
        place = 0
        key: Expression | None = None
        last: Node | None = None
        for child in target.children:
            if child.type == "," or child.type in ("]", ")"):
                if last is not None:
                    at = Constant(last.start_byte, last.end_byte, place)
                    yield key or at, last
                place, key, last = place + 1, None, None
            elif child.type == "=>" and last is not None:
                key = self.expression(last, target)
            elif child.is_named and child.type != "comment":
                last = child

    def _owned(self, name: str) -> bool:
        scope: Scope | None = self.scope
        while scope is not None:
            if name in scope.owned:
                return True
            if scope.passes is not None and name not in scope.passes:
                return False
            scope = scope.parent
        return False

    def visit_const_declaration(self, node: Node) -> None:
        for element in node.named_children:
            if element.type == "const_element" and len(element.named_children) >= 2:
                name = self.text(element.named_children[0])
                value = self.expression(element.named_children[-1])
                if self.scope.kind == "class":
                    self._field(name, value, element)
                else:
                    home = self._outermost()
                    home.owned.add(name)
                    self.bind(name, (), value, element, home)

    def visit_global_declaration(self, node: Node) -> None:
        names = {self.text(child) for child in node.named_children}
        if self.scope.passes is not None:
            self.scope.passes |= names

    def _outermost(self) -> Scope:
        scope = self.scope
        while scope.parent is not None:
            scope = scope.parent
        return scope

    # -- functions and classes

    def visit_function(self, node: Node) -> Expression:
        return self._function(node, "")

    def visit_function_definition(self, node: Node) -> None:
        name = self.text(node.child_by_field_name("name"))
        made = self._function(node, name)
        home = self._outermost()
        home.owned.add(name)
        self.bind(name, (), made, node, home)
        bind = home.binds[name][-1]
        bind.start = bind.end = 0

    def _function(self, node: Node, name: str) -> Function:
        scope = self.scope.inner("function", name)
        if node.type != "arrow_function":
            scope.passes = {"$this", "$_ENV", "$_SERVER"}
            for child in node.named_children:
                if child.type == "anonymous_function_use_clause":
                    scope.passes |= {self.text(each).lstrip("&") for each in child.named_children}
        parameters: list[Parameter] = []
        made = Function(node.start_byte, node.end_byte, name, parameters, scope)
        scope.function = made
        listed = node.child_by_field_name("parameters")
        body = node.child_by_field_name("body")
        with self.inside(scope):
            for child in listed.named_children if listed is not None else ():
                self._parameter(child, parameters)
            if body is not None and body.type == "compound_statement":
                self.visit(body)
            elif body is not None:
                self.returned(self.expression(body), body)
        return made

    def _parameter(self, node: Node, parameters: list[Parameter]) -> None:
        name_node = node.child_by_field_name("name")
        if name_node is None:
            return
        name = self.text(name_node)
        default = node.child_by_field_name("default_value")
        value = self.expression(default) if default is not None else None
        type_ = self.text(node.child_by_field_name("type"))
        self.scope.owned.add(name)
        parameters.append(Parameter(name, value, type_, node.type == "variadic_parameter"))
        if node.type == "property_promotion_parameter":
            key = Constant(node.start_byte, node.end_byte, name.lstrip("$"))
            self.bind("$this", (key,), Name(node.end_byte, node.end_byte, name), node)

    def visit_class_declaration(self, node: Node) -> None:
        name = self.text(node.child_by_field_name("name"))
        base = next((c for c in node.named_children if c.type == "base_clause"), None)
        scope = self.scope.inner("class", name)
        scope.owned.add("$this")
        with self.inside(scope):
            self.visit(node.child_by_field_name("body"))
        base_name = self.text(base).removeprefix("extends").strip()
        made = Class(node.start_byte, node.end_byte, name, base_name, scope)
        home = self._outermost()
        home.owned.add(name)
        self.bind(name, (), made, node, home)

    def visit_base_clause(self, node: Node) -> None:
        """The base class's name, which `visit_class_declaration` reads."""

    def visit_method_declaration(self, node: Node) -> None:
        name = self.text(node.child_by_field_name("name"))
        self._field(name, self._function(node, name), node)

    def visit_property_declaration(self, node: Node) -> None:
        for element in node.named_children:
            if element.type != "property_element":
                continue
            name = self.text(element.child_by_field_name("name")).lstrip("$")
            default = element.child_by_field_name("default_value")
            if default is not None:
                self._field(name, self.expression(default), element)

    def _field(self, name: str, value: Expression, node: Node) -> None:
        key = Constant(node.start_byte, node.start_byte, name)
        self.bind("$this", (key,), value, node)
        self.scope.owned.add(name)
        self.bind(name, (), value, node)

    def visit_return_statement(self, node: Node) -> None:
        children = [child for child in node.named_children if child.type != "comment"]
        self.returned(self.expression(children[0]) if children else None, node)

    def visit_throw_expression(self, node: Node) -> Expression:
        self.visit_children(node)
        return self.opaque(node, "the program stops here with an error")

    # -- statements

    visit_program = Lowering.visit_children
    visit_compound_statement = Lowering.visit_children
    visit_declaration_list = Lowering.visit_children
    visit_expression_statement = Lowering.visit_children
    visit_namespace_definition = Lowering.visit_children
    visit_finally_clause = Lowering.visit_children
    visit_colon_block = Lowering.visit_children

    def visit_if_statement(self, node: Node) -> None:
        self.chain(node, "else_if_clause", "body")

    def visit_switch_statement(self, node: Node) -> None:
        value = self.expression(node.child_by_field_name("condition"), node)
        body = node.child_by_field_name("body")
        others: list[Guard] = []
        waiting: list[Expression] = []
        for case in body.named_children if body is not None else ():
            given = case.child_by_field_name("value")
            if given is not None:
                same = Binary(case.start_byte, case.end_byte, "==", value, self.expression(given))
                others.append(Guard(same, False))
                waiting.append(same)
            statements = [each for each in case.named_children if each != given]
            if not statements:
                continue
            guards = tuple(others)
            if case.type == "case_statement" and waiting:
                test = waiting[0]
                for other in waiting[1:]:
                    test = Binary(case.start_byte, case.end_byte, "||", test, other)
                guards = (Guard(test, True),)
            with self.guarded(*guards):
                for statement in statements:
                    self.visit(statement)
            waiting = []

    def visit_loop(self, node: Node) -> None:
        with self.guarded(self.perhaps(node, "how often a loop runs can't be told")):
            self.visit_children(node)

    def visit_foreach_statement(self, node: Node) -> None:
        children = node.named_children
        body = node.child_by_field_name("body")
        if children:
            self.visit(children[0])
        with self.guarded(self.perhaps(node, "how often a loop runs can't be told")):
            for child in children[1:]:
                if child == body:
                    continue
                names = child.named_children if child.type == "pair" else [child]
                for name in names:
                    item = self.opaque(name, "what a loop goes over can't be told")
                    self._assign(name, item, name)
            self.visit(body)

    def visit_catch_clause(self, node: Node) -> None:
        with self.guarded(self.failure(node)):
            self.visit(node.child_by_field_name("body"))

"""JavaScript and TypeScript: their grammar brought into `syntax`.

This module knows node types. What operators and functions come to is in `javascript_library`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from smtpdoctor.settings.readers.model import ABSENT, Special
from smtpdoctor.settings.readers.syntax import (
    Argument,
    Binary,
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
    Opaque,
    Parameter,
    Sequence,
    Template,
    Unary,
)
from smtpdoctor.settings.readers.tree import Lowering, path_of

if TYPE_CHECKING:
    from tree_sitter import Node

ESCAPE = re.compile(
    r"\\(?:u\{(?P<long>[0-9a-fA-F]+)\}|u(?P<four>[0-9a-fA-F]{4})|x(?P<two>[0-9a-fA-F]{2})"
    r"|(?P<line>\r\n|[\n\r\u2028\u2029])|(?P<zero>0(?![0-9]))|(?P<one>.))",
    re.DOTALL,
)
SHORT = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}

#: The name under which a module keeps its default export.
DEFAULT = "export default"
#: Where a class's scope keeps its static fields and methods: the name of no variable.
STATIC = "static this"


def unescape(text: str) -> str:
    """The value of a string's inside."""

    def replace(match: re.Match[str]) -> str:
        code = match["long"] or match["four"] or match["two"]
        if code:
            number = int(code, 16) if len(code) < 8 else 0xFFFD
            return chr(number) if number <= 0x10FFFF else "�"
        if match["line"]:
            return ""
        if match["zero"]:
            return "\0"
        return SHORT.get(match["one"], match["one"])

    return ESCAPE.sub(replace, text) if "\\" in text else text


def number(text: str) -> int | float:
    """The value of a numeric literal."""
    text = text.replace("_", "").lower()
    if text[:2] in ("0x", "0o", "0b"):
        return int(text, 0)
    if text.endswith("n"):
        return int(text[:-1])
    if text.isdigit():
        return int(text) if not text.startswith("0") or text == "0" else int(text, 8)
    value = float(text)
    return int(value) if value.is_integer() and abs(value) < 1e21 else value


class JavaScriptLowering(Lowering):
    """The node types of tree-sitter's javascript, typescript and tsx grammars."""

    changing: ClassVar[Mapping[str, Literal["one", "all", "other"]]] = {
        "push": "one", "unshift": "other", "splice": "other",
    }  # fmt: skip
    aliases: ClassVar[dict[str, str]] = {
        "function_expression": "function",
        "function_declaration": "function_declaration",
        "generator_function": "function",
        "generator_function_declaration": "function_declaration",
        "arrow_function": "function",
        "class": "class_expression",
        "abstract_class_declaration": "class_declaration",
        "non_null_expression": "wrapped",
        "parenthesized_expression": "wrapped",
        "as_expression": "wrapped",
        "satisfies_expression": "wrapped",
        "await_expression": "wrapped",
        "variable_declaration": "lexical_declaration",
        "public_field_definition": "field_definition",
        "property_identifier": "identifier",
        "shorthand_property_identifier": "identifier",
        "subscript_expression": "subscript",
        "while_statement": "loop",
        "for_statement": "loop",
        "do_statement": "loop",
    }

    def visit_yield_expression(self, node: Node) -> Expression:
        """What `yield*` is given comes back where effects are run (Effect.gen)."""
        given = node.named_children[-1] if node.named_children else None
        if given is None or not self.text(node).removeprefix("yield").lstrip().startswith("*"):
            return self.opaque(node)
        return self.expression(given, node)

    # -- literals

    def visit_string(self, node: Node) -> Expression:
        return self.literal(node, unescape(self.text(node)[1:-1]))

    def visit_number(self, node: Node) -> Expression:
        try:
            return self.literal(node, number(self.text(node)))
        except (ValueError, OverflowError):
            return self.opaque(node, "a number that is not understood")

    def visit_undefined(self, node: Node) -> Expression:
        return self.literal(node, ABSENT)

    def visit_template_string(self, node: Node) -> Expression:
        parts: list[Expression] = []
        end = node.start_byte + 1
        for child in node.named_children:
            if child.type != "template_substitution":
                continue
            self._add_text(parts, end, child.start_byte)
            inner = child.named_children
            parts.append(self.expression(inner[0] if inner else None, child))
            end = child.end_byte
        self._add_text(parts, end, node.end_byte - 1)
        if not parts:
            return self.literal(node, "")
        if len(parts) == 1 and isinstance(parts[0], Constant):
            return self.literal(node, parts[0].value)
        return Template(node.start_byte, node.end_byte, parts)

    def _add_text(self, parts: list[Expression], start: int, end: int) -> None:
        if end > start:
            parts.append(Constant(start, end, unescape(self.source.slice(start, end))))

    def visit_regex(self, node: Node) -> Expression:
        text, _, flags = self.source.slice(node.start_byte + 1, node.end_byte).rpartition("/")
        return self.literal(node, Special("regular expression", (text, flags)))

    # -- names and members

    def visit_identifier(self, node: Node) -> Expression:
        name = self.text(node)
        if name in self.turn:
            return self.literal(node, self.turn[name])
        return Name(node.start_byte, node.end_byte, name)

    def visit_this(self, node: Node) -> Expression:
        return Name(node.start_byte, node.end_byte, "this")

    def visit_super(self, node: Node) -> Expression:
        return Name(node.start_byte, node.end_byte, "super")

    def visit_member_expression(self, node: Node) -> Expression:
        object_ = self.expression(node.child_by_field_name("object"), node)
        name = self.text(node.child_by_field_name("property"))
        optional = node.child_by_field_name("optional_chain") is not None
        return Member(node.start_byte, node.end_byte, object_, name, optional)

    def visit_meta_property(self, node: Node) -> Expression:
        return Name(node.start_byte, node.end_byte, self.text(node))

    def visit_subscript(self, node: Node) -> Expression:
        object_ = self.expression(node.child_by_field_name("object"), node)
        index = self.expression(node.child_by_field_name("index"), node)
        return Index(node.start_byte, node.end_byte, object_, index)

    def visit_wrapped(self, node: Node) -> Expression:
        children = [child for child in node.named_children if child.type != "comment"]
        return self.expression(children[0] if children else None, node)

    def visit_type_assertion(self, node: Node) -> Expression:
        children = node.named_children
        return self.expression(children[-1] if children else None, node)

    def visit_type_annotation(self, node: Node) -> None:
        """Types are no values."""

    visit_interface_declaration = visit_type_annotation
    visit_type_alias_declaration = visit_type_annotation
    visit_type_arguments = visit_type_annotation

    # -- objects

    def visit_object(self, node: Node) -> Expression:
        items: list[Item] = []
        for child in node.named_children:
            if child.type == "pair":
                key = self._key(child.child_by_field_name("key"))
                value = self.expression(child.child_by_field_name("value"), child)
            elif child.type == "shorthand_property_identifier":
                key = self.literal(child, self.text(child))
                value = self.visit_identifier(child)
            elif child.type == "method_definition":
                key = self._key(child.child_by_field_name("name"))
                value = self.visit_function(child)
                if any(each.type in ("get", "set") for each in child.children):
                    value = self.opaque(child, "a getter is not evaluated")
            elif child.type == "spread_element":
                key = None
                value = self.expression(child.named_children[0], child)
            elif child.type == "comment":
                continue
            else:
                key = None
                value = self.expression(child)
            items.append(Item(key, value, child.start_byte, child.end_byte, key is None))
        return Dictionary(node.start_byte, node.end_byte, items)

    def _key(self, node: Node | None) -> Expression:
        if node is None:
            return Opaque(0, 0, "syntax", "this doesn't parse")
        if node.type in ("property_identifier", "private_property_identifier", "identifier"):
            return self.literal(node, self.text(node))
        if node.type == "computed_property_name":
            return self.visit_wrapped(node)
        return self.expression(node)

    def visit_array(self, node: Node) -> Expression:
        items: list[Item] = []
        for child in node.named_children:
            if child.type == "comment":
                continue
            spread = child.type == "spread_element"
            value = self.expression(child.named_children[0] if spread else child, child)
            items.append(Item(None, value, child.start_byte, child.end_byte, spread))
        return Sequence(node.start_byte, node.end_byte, items)

    # -- operators

    def visit_unary_expression(self, node: Node) -> Expression:
        operand = self.expression(node.child_by_field_name("argument"), node)
        operator = self.text(node.child_by_field_name("operator"))
        return Unary(node.start_byte, node.end_byte, operator, operand)

    def visit_binary_expression(self, node: Node) -> Expression:
        left = self.expression(node.child_by_field_name("left"), node)
        operator = self.text(node.child_by_field_name("operator"))
        right_node = node.child_by_field_name("right")
        if operator in ("&&", "||"):
            with self.guarded(Guard(left, operator == "&&")):
                right = self.expression(right_node, node)
        else:
            right = self.expression(right_node, node)
        return Binary(node.start_byte, node.end_byte, operator, left, right)

    def visit_ternary_expression(self, node: Node) -> Expression:
        test = self.expression(node.child_by_field_name("condition"), node)
        with self.guarded(Guard(test, True)):
            then = self.expression(node.child_by_field_name("consequence"), node)
        with self.guarded(Guard(test, False)):
            otherwise = self.expression(node.child_by_field_name("alternative"), node)
        return Conditional(node.start_byte, node.end_byte, test, then, otherwise)

    def visit_sequence_expression(self, node: Node) -> Expression:
        found: Expression | None = None
        for child in node.named_children:
            found = self.expression(child)
        return found or self.opaque(node)

    # -- calls

    def visit_call_expression(self, node: Node) -> Expression:
        function = node.child_by_field_name("function")
        arguments = node.child_by_field_name("arguments")
        if function is not None and function.type == "import":
            by_name = Name(function.start_byte, function.end_byte, "require")
            return self._import(node, arguments) or self.call(
                node, by_name, self._arguments(arguments)
            )
        if arguments is not None and arguments.type == "template_string":
            self.visit_children(node)
            return self.opaque(node, "a tagged template is not evaluated")
        if self.text(function) == "await":  # outside of a function the grammar takes it for a name
            given = arguments.named_children if arguments is not None else []
            return self.expression(given[0] if given else None, node)
        if self.text(function) == "require":
            required = self._import(node, arguments)
            if required is not None:
                return required
        if function is not None and self._each(function, arguments):
            return self.literal(node, ABSENT)
        callee = self.expression(function, node)
        return self.call(node, callee, self._arguments(arguments))

    def _each(self, function: Node, arguments: Node | None) -> bool:
        """`["A", "B"].forEach((key) => { options[key] = process.env[key] })`, turn by turn."""
        given = arguments.named_children if arguments is not None else []
        inner = given[0] if len(given) == 1 and given[0].type == "arrow_function" else None
        if inner is None or self.text(function.child_by_field_name("property")) != "forEach":
            return False
        names = inner.child_by_field_name("parameters")
        single = inner.child_by_field_name("parameter")
        listed = names.named_children if names is not None else [single]
        name = self.text(listed[0]) if len(listed) == 1 else ""
        body = inner.child_by_field_name("body")
        if not name.isidentifier() or not only_fills(body):
            return False
        turns = self.turns(function.child_by_field_name("object"))
        for text in turns:
            with self.turned(name, text):
                self.visit(body)
        return bool(turns)

    def _import(self, node: Node, arguments: Node | None) -> Expression | None:
        given = arguments.named_children if arguments is not None else []
        if len(given) == 1 and given[0].type in ("string", "template_string"):
            path = self.expression(given[0])
            if isinstance(path, Constant):
                return Import(node.start_byte, node.end_byte, str(path.value), None)
        return None

    def visit_new_expression(self, node: Node) -> Expression:
        callee = self.expression(node.child_by_field_name("constructor"), node)
        arguments = self._arguments(node.child_by_field_name("arguments"))
        return self.call(node, callee, arguments, new=True)

    def _arguments(self, node: Node | None) -> list[Argument]:
        found: list[Argument] = []
        for child in node.named_children if node is not None else ():
            if child.type == "comment":
                continue
            spread = child.type == "spread_element"
            inner = child.named_children[0] if spread and child.named_children else child
            found.append(Argument(self.expression(inner, child), None, spread))
        return found

    # -- declarations and assignments

    def visit_lexical_declaration(self, node: Node) -> None:
        for child in node.named_children:
            if child.type == "variable_declarator":
                self._declare(child)

    def _declare(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        value_node = node.child_by_field_name("value")
        value = self.expression(value_node) if value_node is not None else None
        if name is not None:
            self._pattern(name, value, node, declare=True)

    def visit_assignment_expression(self, node: Node) -> Expression:
        left = node.child_by_field_name("left")
        value = self.expression(node.child_by_field_name("right"), node)
        if left is not None:
            self._pattern(left, value, node, declare=False)
        return value

    def visit_augmented_assignment_expression(self, node: Node) -> Expression:
        left = node.child_by_field_name("left")
        before = self.expression(left, node)
        operator = self.text(node.child_by_field_name("operator")).removesuffix("=")
        right = self.expression(node.child_by_field_name("right"), node)
        value = Binary(node.start_byte, node.end_byte, operator, before, right)
        if left is not None:
            self._pattern(left, value, node, declare=False)
        return value

    def _pattern(  # noqa: C901, PLR0912 - one case a kind of pattern
        self, target: Node, value: Expression | None, whole: Node, *, declare: bool
    ) -> None:
        """Binds a name, a member, or the names of a destructuring pattern."""
        match target.type:
            case "identifier" | "shorthand_property_identifier_pattern":
                name = self.text(target)
                if declare:
                    self.scope.owned.add(name)
                self.bind(name, (), named(value, name), whole)
            case "member_expression" | "subscript_expression":
                path = path_of(self.expression(target))
                if path is not None:
                    last = path[1][-1] if path[1] else None
                    if isinstance(last, Constant) and isinstance(last.value, str):
                        value = named(value, last.value)
                    self.bind(path[0], path[1], value, whole)
            case "object_pattern":
                self._object_pattern(target, value, whole, declare=declare)
            case "array_pattern":
                place = 0  # a hole counts: `[, host]`
                for child in target.children:
                    place += child.type == ","
                    if child.is_named and child.type != "comment":
                        index = Constant(child.start_byte, child.end_byte, place)
                        inner = self._index(child, value, index)
                        self._pattern(child, inner, whole, declare=declare)
            case "assignment_pattern":
                left = target.child_by_field_name("left")
                default = self.expression(target.child_by_field_name("right"), target)
                if left is not None and value is not None:
                    start, end = target.start_byte, target.end_byte
                    with_default = Binary(start, end, "default", value, default)
                    self._pattern(left, with_default, whole, declare=declare)
            case "rest_pattern":
                for child in target.named_children:
                    rest = self.opaque(target, "the rest of an object is not evaluated")
                    self._pattern(child, rest, whole, declare=declare)
            case "parenthesized_expression" | "non_null_expression" | "as_expression":
                self._pattern(target.named_children[0], value, whole, declare=declare)

    def _index(self, node: Node, value: Expression | None, key: Expression) -> Expression:
        if value is None:
            return self.opaque(node)
        return Index(node.start_byte, node.end_byte, value, key)

    def _object_pattern(
        self, target: Node, value: Expression | None, whole: Node, *, declare: bool
    ) -> None:
        for child in target.named_children:
            inner: Node | None = child
            if child.type == "pair_pattern":
                key = self._key(child.child_by_field_name("key"))
                inner = child.child_by_field_name("value")
            elif child.type == "object_assignment_pattern":
                left = child.child_by_field_name("left")
                key = self.literal(left or child, self.text(left))
                default = self.expression(child.child_by_field_name("right"), child)
                got = self._index(left or child, value, key)
                with_default = Binary(child.start_byte, child.end_byte, "default", got, default)
                if left is not None:
                    self._pattern(left, with_default, whole, declare=declare)
                continue
            elif child.type == "shorthand_property_identifier_pattern":
                key = self.literal(child, self.text(child))
            else:
                self._pattern(child, value, whole, declare=declare)
                continue
            if inner is not None:
                self._pattern(inner, self._index(child, value, key), whole, declare=declare)

    # -- functions and classes

    def visit_function(self, node: Node) -> Expression:
        return self._function(node, self.text(node.child_by_field_name("name")))

    def visit_function_declaration(self, node: Node) -> None:
        name = self.text(node.child_by_field_name("name"))
        self.scope.owned.add(name)
        made = self._function(node, name)
        # hoisted: it is there from the start of its scope
        self.bind(name, (), made, node)
        bind = self.scope.binds[name][-1]
        bind.start = bind.end = 0
        bind.guards = ()

    def _function(self, node: Node, name: str) -> Function:
        scope = self.scope.inner("function", name)
        parameters: list[Parameter] = []
        made = Function(node.start_byte, node.end_byte, name, parameters, scope)
        scope.function = made
        single = node.child_by_field_name("parameter")
        listed = node.child_by_field_name("parameters")
        nodes = [single] if single is not None else list(listed.named_children if listed else ())
        body = node.child_by_field_name("body")
        with self.inside(scope):
            for child in nodes:
                if child.type != "comment":
                    parameters.append(self._parameter(child, len(parameters)))
            if body is None:
                return made
            if body.type == "statement_block":
                self.visit(body)
            else:
                self.returned(self.expression(body), body)
        return made

    def _parameter(self, node: Node, place: int) -> Parameter:
        pattern: Node | None = node
        default: Expression | None = None
        type_ = ""
        if node.type in ("required_parameter", "optional_parameter"):
            pattern = node.child_by_field_name("pattern")
            type_ = self.text(node.child_by_field_name("type")).lstrip(": ")
            value = node.child_by_field_name("value")
            default = self.expression(value) if value is not None else None
        elif node.type == "assignment_pattern":
            pattern = node.child_by_field_name("left")
            default = self.expression(node.child_by_field_name("right"), node)
        if pattern is None:
            return Parameter(f"#{place}", default, type_)
        if pattern.type == "rest_pattern":
            for child in pattern.named_children:
                self.scope.owned.add(self.text(child))
            return Parameter(f"#{place}", default, type_, True)
        if pattern.type == "identifier":
            name = self.text(pattern)
            self.scope.owned.add(name)
            if any(child.type == "accessibility_modifier" for child in node.children):
                self._parameter_property(name, node)
            return Parameter(name, default, type_, injected=self._injected(node))
        # a pattern takes a hidden name apart
        name = f"#{place}"
        self.scope.owned.add(name)
        hidden = Name(pattern.start_byte, pattern.start_byte, name)
        self._pattern(pattern, hidden, pattern, declare=True)
        return Parameter(name, default, type_)

    def _injected(self, node: Node) -> Expression | None:
        """What `@Inject(…)` before a parameter asks for."""
        for child in node.named_children:
            call = child.named_children[0] if child.type == "decorator" else None
            if call is not None and call.type == "call_expression":
                given = self._arguments(call.child_by_field_name("arguments"))
                if self.text(call.child_by_field_name("function")) == "Inject" and given:
                    return given[0].value
        return None

    def _parameter_property(self, name: str, node: Node) -> None:
        """TypeScript's `constructor(private config: ConfigService)` sets this.config."""
        key = Constant(node.start_byte, node.end_byte, name)
        self.bind("this", (key,), Name(node.end_byte, node.end_byte, name), node)

    def _decorators(self, node: Node) -> None:
        """Decorators are calls like others: Nest's @Module({ imports: […] })."""
        for child in node.named_children:
            if child.type == "decorator":
                self.visit(child)

    def visit_class_expression(self, node: Node) -> Expression:
        self._decorators(node)
        name = self.text(node.child_by_field_name("name"))
        heritage = next((c for c in node.named_children if c.type == "class_heritage"), None)
        scope = self.scope.inner("class", name)
        scope.owned.add("this")
        with self.inside(scope):
            self.visit(node.child_by_field_name("body"))
        base = self.text(heritage).removeprefix("extends").strip()
        return Class(node.start_byte, node.end_byte, name, base, scope)

    def visit_class_declaration(self, node: Node) -> None:
        made = self.visit_class_expression(node)
        if isinstance(made, Class) and made.name:
            self.scope.owned.add(made.name)
            self.bind(made.name, (), made, node)

    def visit_enum_declaration(self, node: Node) -> None:
        """TypeScript's `enum Security { Tls = "tls" }` is an object; a member without a value is
        the number after the one before."""
        name = self.text(node.child_by_field_name("name"))
        body = node.child_by_field_name("body")
        items: list[Item] = []
        following: int | None = 0
        for child in body.named_children if body is not None else ():
            if child.type == "comment":
                continue
            value: Expression = self.literal(child, following)
            if child.type == "enum_assignment":
                value = self.expression(child.child_by_field_name("value"), child)
            elif following is None:
                value = self.opaque(child, "a member of an enum without a number before it")
            key = child.child_by_field_name("name") or child
            items.append(Item(self._key(key), value, child.start_byte, child.end_byte))
            number_ = value.value if isinstance(value, Constant) else None
            following = number_ + 1 if isinstance(number_, int) else None
        made = Dictionary(node.start_byte, node.end_byte, items)
        self.scope.owned.add(name)
        self.bind(name, (), made, node)

    def visit_class_heritage(self, node: Node) -> None:
        """The base class's name, which `visit_class_expression` reads."""

    def visit_method_definition(self, node: Node) -> None:
        name = self.text(node.child_by_field_name("name"))
        made = self._function(node, name)
        key = Constant(node.start_byte, node.start_byte, name)
        getter = any(child.type == "get" for child in node.children)
        value = self.call(node, made, []) if getter else made
        self._field(key, value, node)

    def visit_field_definition(self, node: Node) -> None:
        name_node = node.child_by_field_name("name") or node.child_by_field_name("property")
        value = node.child_by_field_name("value")
        if name_node is None or value is None:
            return
        given = named(self.expression(value), self.text(name_node))
        self._field(self._key(name_node), given, node)

    def _field(self, key: Expression, value: Expression | None, node: Node) -> None:
        """What an object has, or, where it is static, its class."""
        self.bind("this", (key,), value, node)
        if any(child.type == "static" for child in node.children):
            self.scope.owned.add(STATIC)
            self.bind(STATIC, (key,), value, node)

    # -- statements

    def visit_program(self, node: Node) -> None:
        self.scope.owned |= {"module", "exports", DEFAULT}
        self.visit_children(node)

    visit_statement_block = Lowering.visit_children
    visit_class_body = Lowering.visit_children
    visit_else_clause = Lowering.visit_children

    def visit_expression_statement(self, node: Node) -> None:
        self.visit_children(node)

    def visit_return_statement(self, node: Node) -> None:
        children = [child for child in node.named_children if child.type != "comment"]
        self.returned(self.expression(children[0]) if children else None, node)

    def visit_throw_statement(self, node: Node) -> None:
        self.visit_children(node)
        self.returned(self.opaque(node, "the program stops here with an error"), node)

    def visit_if_statement(self, node: Node) -> None:
        test = self.expression(node.child_by_field_name("condition"), node)
        with self.guarded(Guard(test, True)):
            self.visit(node.child_by_field_name("consequence"))
        with self.guarded(Guard(test, False)):
            self.visit(node.child_by_field_name("alternative"))

    def visit_switch_statement(self, node: Node) -> None:
        value = self.expression(node.child_by_field_name("value"), node)
        body = node.child_by_field_name("body")
        others: list[Guard] = []
        waiting: list[Guard] = []
        for case in body.named_children if body is not None else ():
            given = case.child_by_field_name("value")
            if case.type == "switch_case" and given is not None:
                same = Binary(case.start_byte, case.end_byte, "===", value, self.expression(given))
                others.append(Guard(same, False))
                waiting.append(Guard(same, True))
            statements = case.children_by_field_name("body")
            if not statements:
                continue  # falls through to the next case's statements
            if case.type == "switch_default":
                guards = tuple(others)
            else:
                test: Expression = waiting[0].test
                for other in waiting[1:]:
                    test = Binary(case.start_byte, case.end_byte, "||", test, other.test)
                guards = (Guard(test, True),)
            with self.guarded(*guards):
                for statement in statements:
                    self.visit(statement)
            waiting = []

    def visit_loop(self, node: Node) -> None:
        with self.guarded(self.perhaps(node, "how often a loop runs can't be told")):
            self.visit_children(node)

    def visit_for_in_statement(self, node: Node) -> None:
        left, body = node.child_by_field_name("left"), node.child_by_field_name("body")
        guard = self.perhaps(node, "how often a loop runs can't be told")
        turns = self.turns(node.child_by_field_name("right"))
        is_of = self.text(node.child_by_field_name("operator")) == "of"
        if turns and is_of and left is not None and left.type == "identifier" and only_fills(body):
            for text in turns:
                with self.turned(self.text(left), text):
                    self.visit(body)
            return
        with self.guarded(guard):
            if left is not None:
                item = self.opaque(left, "what a loop goes over can't be told")
                self._pattern(left, item, left, declare=True)
            self.visit(node.child_by_field_name("body"))

    def visit_catch_clause(self, node: Node) -> None:
        with self.guarded(self.failure(node)):
            parameter = node.child_by_field_name("parameter")
            if parameter is not None:
                error = self.opaque(parameter, "an error that was caught")
                self._pattern(parameter, error, parameter, declare=True)
            self.visit(node.child_by_field_name("body"))

    # -- modules

    def visit_import_statement(self, node: Node) -> None:
        source = node.child_by_field_name("source")
        if source is None:
            self._import_require(node)
            return
        path = unescape(self.text(source)[1:-1])
        clause = next((c for c in node.named_children if c.type == "import_clause"), None)
        for child in clause.named_children if clause is not None else ():
            if child.type == "identifier":
                self._imported(child, path, "default", child)
            elif child.type == "namespace_import":
                inner = child.named_children
                if inner:
                    self._imported(inner[0], path, None, child)
            elif child.type == "named_imports":
                for each in child.named_children:
                    name = each.child_by_field_name("name")
                    local = each.child_by_field_name("alias") or name
                    if name is not None and local is not None:
                        self._imported(local, path, self._export_name(name), each)

    def _import_require(self, node: Node) -> None:
        """TypeScript's `import nodemailer = require("nodemailer")`."""
        clause = next((c for c in node.named_children if c.type == "import_require_clause"), None)
        if clause is None:
            return
        source = clause.child_by_field_name("source")
        name = next((c for c in clause.named_children if c.type == "identifier"), None)
        if source is not None and name is not None:
            self._imported(name, unescape(self.text(source)[1:-1]), None, clause)

    def _export_name(self, node: Node) -> str:
        text = self.text(node)
        return unescape(text[1:-1]) if node.type == "string" else text

    def _imported(self, local: Node, path: str, name: str | None, node: Node) -> None:
        id_ = self.text(local)
        self.scope.owned.add(id_)
        self.bind(id_, (), Import(node.start_byte, node.end_byte, path, name), node)
        bind = self.scope.binds[id_][-1]
        bind.start = bind.end = 0  # imports come before everything

    def visit_export_statement(self, node: Node) -> None:
        declaration = node.child_by_field_name("declaration")
        value = node.child_by_field_name("value")
        default = any(child.type == "default" for child in node.children)
        self._decorators(node)
        source = node.child_by_field_name("source")
        if value is not None:
            self._export("default", self.expression(value), node)
            return
        if declaration is not None:
            before = {name: len(binds) for name, binds in self.scope.binds.items()}
            self.visit(declaration)
            names = [n for n, b in self.scope.binds.items() if len(b) > before.get(n, 0)]
            for name in names:
                used = Name(node.end_byte, node.end_byte, name)
                self._export("default" if default else name, used, node)
            return
        path = unescape(self.text(source)[1:-1]) if source is not None else None
        clause = next((c for c in node.named_children if c.type == "export_clause"), None)
        for each in clause.named_children if clause is not None else ():
            name_node = each.child_by_field_name("name")
            if name_node is None:
                continue
            name = self._export_name(name_node)
            alias = each.child_by_field_name("alias")
            local: Expression = Name(node.end_byte, node.end_byte, name)
            if path is not None:
                local = Import(each.start_byte, each.end_byte, path, name)
            self._export(self._export_name(alias) if alias is not None else name, local, node)
        if clause is None and path is not None:
            whole = Import(node.start_byte, node.end_byte, path, None)
            self.scope.owned.add("export *")
            self.bind("export *", (), whole, node)

    def _export(self, name: str, value: Expression, node: Node) -> None:
        """`export const x` is x of the module's exports."""
        root = f"export {name}"
        self.scope.owned.add(root)
        self.bind(root, (), value, node)


def only_fills(body: Node | None) -> bool:
    """Whether the turns of a loop do nothing but give values to what is told by a key:
    `options[key] = process.env[key]`, perhaps on a condition."""
    if body is None:
        return False
    if body.type == "statement_block":
        return all(only_fills(each) for each in body.named_children if each.type != "comment")
    if body.type == "if_statement":
        other = body.child_by_field_name("alternative")
        inner = other.named_children[0] if other is not None and other.named_children else None
        own = only_fills(body.child_by_field_name("consequence"))
        return own and (inner is None or only_fills(inner))
    given = body.named_children[0] if body.type == "expression_statement" else body
    target = given.child_by_field_name("left")
    is_given = given.type == "assignment_expression"
    return is_given and target is not None and target.type == "subscript_expression"


def named(value: Expression | None, name: str) -> Expression | None:
    """A function without a name takes that of its variable."""
    if isinstance(value, Function) and not value.name:
        value.name = value.scope.name = name
    return value

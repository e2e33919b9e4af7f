"""Python: its grammar brought into `syntax`.

This module knows node types. What operators and functions come to is in `python_library`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from smtpdoctor.settings.readers.source import Source
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
    is_names,
)
from smtpdoctor.settings.readers.tree import Lowering, path_of

if TYPE_CHECKING:
    from tree_sitter import Node

ESCAPE = re.compile(
    r"\\(?:N\{(?P<name>[^}]*)\}|U(?P<eight>[0-9a-fA-F]{8})|u(?P<four>[0-9a-fA-F]{4})"
    r"|x(?P<two>[0-9a-fA-F]{2})|(?P<octal>[0-7]{1,3})|(?P<line>\r\n|\n|\r)|(?P<one>.))",
    re.DOTALL,
)
SHORT = {
    **{"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "a": "\a"},
    **{"\\": "\\", "'": "'", '"': '"'},
}


def unescape(text: str) -> str:
    """The value of a string's inside. An escape that Python doesn't know stays as it is."""

    def replace(match: re.Match[str]) -> str:
        code = match["eight"] or match["four"] or match["two"]
        if code:
            number = int(code, 16)
            return chr(number) if number <= 0x10FFFF else "�"
        if match["octal"]:
            return chr(int(match["octal"], 8))
        if match["name"] is not None:
            try:
                return unicodedata.lookup(match["name"])
            except KeyError:
                return "�"
        return "" if match["line"] else SHORT.get(match["one"], match[0])

    return ESCAPE.sub(replace, text) if "\\" in text else text


class PythonLowering(Lowering):
    """The node types of tree-sitter's python grammar."""

    changing: ClassVar[Mapping[str, Literal["one", "all", "other"]]] = {
        "append": "one", "extend": "all", "update": "all", "insert": "other",
    }  # fmt: skip
    aliases: ClassVar[dict[str, str]] = {
        "list_pattern": "tuple",
        "tuple_pattern": "tuple",
        "pattern_list": "tuple",
        "expression_list": "tuple",
        "list": "tuple",
        "set": "tuple",
        "while_statement": "loop",
        "parenthesized_expression": "wrapped",
        "await": "wrapped",
        "type": "comment",
        "type_alias_statement": "comment",
        "binary_operator": "binary",
        "boolean_operator": "binary",
    }

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._globals: dict[int, set[str]] = {}

    # -- literals

    def visit_string(self, node: Node) -> Expression:
        start = node.children[0] if node.children else None
        prefix = self.text(start).rstrip("'\"").lower()
        raw = "r" in prefix
        parts: list[Expression] = []
        begin = start.end_byte if start is not None else node.start_byte
        last = node.children[-1] if len(node.children) > 1 else None
        end = last.start_byte if last is not None else node.end_byte
        for child in node.named_children:
            if child.type != "interpolation":
                continue
            self._text(parts, begin, child.start_byte, raw=raw, formatted=True)
            given = child.child_by_field_name("expression")
            value = self.expression(given, child)
            if child.named_child_count > 1:  # !r, :>20 or =
                value = self.opaque(child, "a formatted value is not evaluated")
            parts.append(value)
            begin = child.end_byte
        self._text(parts, begin, end, raw=raw, formatted="f" in prefix)
        if "b" in prefix:
            return self.opaque(node, "bytes are not evaluated")
        if not parts:
            return self.literal(node, "")
        if len(parts) == 1 and isinstance(parts[0], Constant):
            return self.literal(node, parts[0].value)
        return Template(node.start_byte, node.end_byte, parts)

    def _text(
        self, parts: list[Expression], start: int, end: int, *, raw: bool, formatted: bool
    ) -> None:
        if end <= start:
            return
        text = self.source.slice(start, end)
        if formatted:
            text = text.replace("{{", "{").replace("}}", "}")
        parts.append(Constant(start, end, text if raw else unescape(text)))

    def visit_concatenated_string(self, node: Node) -> Expression:
        parts = [self.expression(child) for child in node.named_children]
        if all(isinstance(part, Constant) for part in parts):
            text = "".join(str(part.value) for part in parts if isinstance(part, Constant))
            return self.literal(node, text)
        return Template(node.start_byte, node.end_byte, parts)

    def visit_integer(self, node: Node) -> Expression:
        text = self.text(node).replace("_", "")
        try:
            return self.literal(node, int(text, 0))
        except ValueError:
            return self.opaque(node, "a number that is not understood")

    # -- names and members

    def visit_identifier(self, node: Node) -> Expression:
        name = self.text(node)
        if name in self.turn:
            return self.literal(node, self.turn[name])
        return Name(node.start_byte, node.end_byte, name)

    def visit_attribute(self, node: Node) -> Expression:
        object_ = self.expression(node.child_by_field_name("object"), node)
        name = self.text(node.child_by_field_name("attribute"))
        return Member(node.start_byte, node.end_byte, object_, name)

    def visit_subscript(self, node: Node) -> Expression:
        object_ = self.expression(node.child_by_field_name("value"), node)
        keys = [self.expression(key, node) for key in node.children_by_field_name("subscript")]
        index = keys[0] if len(keys) == 1 else self._several(keys, node)
        return Index(node.start_byte, node.end_byte, object_, index)

    def _several(self, keys: list[Expression], node: Node) -> Sequence:
        items = [Item(None, key, key.start, key.end) for key in keys]
        return Sequence(node.start_byte, node.end_byte, items)

    def visit_wrapped(self, node: Node) -> Expression:
        children = [child for child in node.named_children if child.type != "comment"]
        return self.expression(children[0] if children else None, node)

    # -- collections

    def visit_dictionary(self, node: Node) -> Expression:
        items: list[Item] = []
        for child in node.named_children:
            if child.type == "comment":
                continue
            spread = child.type != "pair"
            key: Expression | None = None
            if spread:
                inner = child.named_children
                value = self.expression(inner[0] if inner else None, child)
            else:
                key = self.expression(child.child_by_field_name("key"), child)
                value = self.expression(child.child_by_field_name("value"), child)
            items.append(Item(key, value, child.start_byte, child.end_byte, spread))
        return Dictionary(node.start_byte, node.end_byte, items)

    def visit_dictionary_comprehension(self, node: Node) -> Expression:
        """`{key: os.environ[key] for key in ("A", "B")}`."""
        pair = node.child_by_field_name("body")
        clauses = [each for each in node.named_children if each.type.endswith("_clause")]
        left = clauses[0].child_by_field_name("left") if clauses else None
        turns = self.turns(clauses[0].child_by_field_name("right")) if len(clauses) == 1 else []
        if pair is None or left is None or left.type != "identifier" or not turns:
            self.visit_children(node)
            return self.opaque(node)
        items: list[Item] = []
        for text in turns:
            with self.turned(self.text(left), text):
                key = self.expression(pair.child_by_field_name("key"), pair)
                value = self.expression(pair.child_by_field_name("value"), pair)
            items.append(Item(key, value, pair.start_byte, pair.end_byte))
        return Dictionary(node.start_byte, node.end_byte, items)

    def visit_tuple(self, node: Node) -> Expression:
        items: list[Item] = []
        for child in node.named_children:
            if child.type == "comment":
                continue
            spread = child.type in ("list_splat", "list_splat_pattern")
            inner = child.named_children[0] if spread and child.named_children else child
            value = self.expression(inner, child)
            items.append(Item(None, value, child.start_byte, child.end_byte, spread))
        return Sequence(node.start_byte, node.end_byte, items)

    # -- operators

    def visit_unary_operator(self, node: Node) -> Expression:
        operand = self.expression(node.child_by_field_name("argument"), node)
        operator = self.text(node.child_by_field_name("operator"))
        return Unary(node.start_byte, node.end_byte, operator, operand)

    def visit_not_operator(self, node: Node) -> Expression:
        operand = self.expression(node.child_by_field_name("argument"), node)
        return Unary(node.start_byte, node.end_byte, "not", operand)

    def visit_binary(self, node: Node) -> Expression:
        left = self.expression(node.child_by_field_name("left"), node)
        operator = self.text(node.child_by_field_name("operator"))
        right = self.expression(node.child_by_field_name("right"), node)
        return Binary(node.start_byte, node.end_byte, operator, left, right)

    def visit_comparison_operator(self, node: Node) -> Expression:
        between = ("comment", "line_continuation")
        operands = [child for child in node.named_children if child.type not in between]
        if len(operands) != 2:
            self.visit_children(node)
            return self.opaque(node, "a comparison of several is not evaluated")
        operator = " ".join(
            self.text(child) for child in node.children_by_field_name("operators")
        ).strip()
        left, right = self.expression(operands[0]), self.expression(operands[1])
        return Binary(node.start_byte, node.end_byte, " ".join(operator.split()), left, right)

    def visit_conditional_expression(self, node: Node) -> Expression:
        parts = [child for child in node.named_children if child.type != "comment"]
        if len(parts) != 3:
            return self.opaque(node)
        test = self.expression(parts[1])
        with self.guarded(Guard(test, True)):
            then = self.expression(parts[0])
        with self.guarded(Guard(test, False)):
            otherwise = self.expression(parts[2])
        return Conditional(node.start_byte, node.end_byte, test, then, otherwise)

    def visit_named_expression(self, node: Node) -> Expression:
        value = self.expression(node.child_by_field_name("value"), node)
        name = node.child_by_field_name("name")
        if name is not None:
            self._assign(name, value, node)
        return value

    # -- calls

    def visit_call(self, node: Node) -> Expression:
        callee = self.expression(node.child_by_field_name("function"), node)
        arguments = node.child_by_field_name("arguments")
        found: list[Argument] = []
        if arguments is not None and arguments.type != "argument_list":
            self.visit(arguments)  # a generator
            found.append(Argument(self.opaque(arguments)))
            arguments = None
        for child in arguments.named_children if arguments is not None else ():
            if child.type == "comment":
                continue
            if child.type == "keyword_argument":
                value = self.expression(child.child_by_field_name("value"), child)
                found.append(Argument(value, self.text(child.child_by_field_name("name"))))
                continue
            spread = child.type in ("list_splat", "dictionary_splat")
            inner = child.named_children[0] if spread and child.named_children else child
            found.append(Argument(self.expression(inner, child), None, spread))
        made = self.call(node, callee, found)
        self._update_names(made)
        return made

    def _update_names(self, call: Call) -> None:
        """`globals().update(…)` sets names that it doesn't say, and so may what is handed them."""
        if any(is_names(each.value) for each in call.arguments):
            self.scope.stars.append(
                Bind("*", (), call, self._guards, call.start, call.end, self.scope)
            )
        callee = call.callee
        if not isinstance(callee, Member) or callee.name != "update":
            return
        if is_names(callee.object):
            items = [
                Item(None, each.value, call.start, call.end, True)
                if each.name is None
                else Item(
                    Constant(call.start, call.end, each.name),
                    each.value,
                    call.start,
                    call.end,
                )
                for each in call.arguments
            ]
            brought = Dictionary(call.start, call.end, items)
            self.scope.stars.append(
                Bind("*", (), brought, self._guards, call.start, call.end, self.scope)
            )

    # -- assignments

    def visit_assignment(self, node: Node) -> Expression:
        left = node.child_by_field_name("left")
        right = node.child_by_field_name("right")
        value = self.expression(right) if right is not None else None
        if left is not None and value is not None:
            self._assign(left, value, node)
        declared = node.child_by_field_name("type")
        if declared is not None and self.scope.kind == "class":
            self.scope.types[self.text(left)] = self.text(declared)
        return value or self.opaque(node)

    def visit_augmented_assignment(self, node: Node) -> Expression:
        left = node.child_by_field_name("left")
        operator = self.text(node.child_by_field_name("operator")).removesuffix("=")
        before = self.expression(left, node)
        right = self.expression(node.child_by_field_name("right"), node)
        value = Binary(node.start_byte, node.end_byte, operator, before, right)
        if left is not None:
            self._assign(left, value, node)
        return value

    def _assign(self, target: Node, value: Expression, whole: Node) -> None:
        match target.type:
            case "identifier":
                name = self.text(target)
                self._own(name)
                self.bind(name, (), value, whole)
                if self.scope.kind == "class":
                    self.bind("self", (self.literal(target, name),), value, whole)
            case "attribute" | "subscript":
                path = path_of(self.expression(target))
                if path is not None:
                    self.bind(path[0], path[1], value, whole)
                elif target.type == "subscript":
                    self._assign_global(target, value, whole)
            case "tuple_pattern" | "pattern_list" | "list_pattern" | "tuple":
                for child, part in self.parts(target, value):
                    self._assign(child, part, whole)
            case "as_pattern_target" | "parenthesized_expression" | "list_splat_pattern":
                for child in target.named_children:
                    self._assign(child, value, whole)

    def _assign_global(self, target: Node, value: Expression, whole: Node) -> None:
        """`globals()["EMAIL_HOST"] = …` sets a name of the module."""
        object_ = target.child_by_field_name("value")
        key = target.child_by_field_name("subscript")
        if self.text(object_) != "globals()" or key is None:
            return
        name = self.expression(key)
        if isinstance(name, Constant) and isinstance(name.value, str):
            self._outermost().owned.add(name.value)
            self.bind(name.value, (), value, whole)

    def _outermost(self) -> Scope:
        scope = self.scope
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def _own(self, name: str) -> None:
        if name not in self._globals.get(id(self.scope), ()):
            self.scope.owned.add(name)

    def visit_global_statement(self, node: Node) -> None:
        names = {self.text(child) for child in node.named_children}
        self._globals.setdefault(id(self.scope), set()).update(names)
        if node.type == "global_statement":
            self._outermost().owned |= names

    visit_nonlocal_statement = visit_global_statement

    # -- functions and classes

    def visit_function_definition(self, node: Node) -> None:
        name = self.text(node.child_by_field_name("name"))
        made = self._function(node, name, node.child_by_field_name("parameters"))
        if self.scope.kind == "class":
            key = Constant(node.start_byte, node.start_byte, name)
            self.bind("self", (key,), made, node)
            return
        self._own(name)
        self.bind(name, (), made, node)

    def visit_lambda(self, node: Node) -> Expression:
        return self._function(node, "", node.child_by_field_name("parameters"))

    def _function(self, node: Node, name: str, listed: Node | None) -> Function:
        method = self.scope.kind == "class"
        scope = self.scope.inner("function", name)
        parameters: list[Parameter] = []
        made = Function(node.start_byte, node.end_byte, name, parameters, scope)
        scope.function = made
        body = node.child_by_field_name("body")
        with self.inside(scope):
            for child in listed.named_children if listed is not None else ():
                parameter = self._parameter(child)
                # self belongs to the class, for all of its methods
                if parameter is None or (method and parameter.name in ("self", "cls")):
                    continue
                scope.owned.add(parameter.name)
                parameters.append(parameter)
            if body is not None and body.type == "block":
                self.visit(body)
            elif body is not None:
                self.returned(self.expression(body), body)
        return made

    def _parameter(self, node: Node) -> Parameter | None:
        if node.type == "identifier":
            return Parameter(self.text(node))
        if node.type in ("default_parameter", "typed_default_parameter"):
            name = self.text(node.child_by_field_name("name"))
            default = self.expression(node.child_by_field_name("value"), node)
            type_ = self.text(node.child_by_field_name("type"))
            return Parameter(name, default, type_, injected=self._dependency(node))
        if node.type == "typed_parameter" and node.named_children:
            inner = node.named_children[0]
            type_ = self.text(node.child_by_field_name("type"))
            rest, injected = inner.type != "identifier", self._dependency(node)
            return Parameter(self.text(inner).lstrip("*"), None, type_, rest, injected=injected)
        if node.type in ("list_splat_pattern", "dictionary_splat_pattern"):
            return Parameter(self.text(node).lstrip("*"), None, "", True)
        return None

    def _dependency(self, node: Node) -> Expression | None:
        """A parameter's type that may say what fills it in: `Annotated[T, Depends(f)]`, or a name
        for that."""
        declared = node.child_by_field_name("type")
        type_ = declared.named_children[0] if declared and declared.named_children else None
        if type_ is None or type_.type not in ("identifier", "attribute", "generic_type"):
            return None
        if type_.type != "generic_type":
            return self.expression(type_)
        whole, listed = type_.named_children[0], type_.named_children[-1]
        inner = [each.named_children[0] for each in listed.named_children if each.named_children]
        keys = self._several([self.expression(each) for each in inner], node)
        return Index(node.start_byte, node.end_byte, self.expression(whole), keys)

    def visit_class_definition(self, node: Node) -> None:
        name = self.text(node.child_by_field_name("name"))
        bases = node.child_by_field_name("superclasses")
        scope = self.scope.inner("class", name)
        scope.owned |= {"self", "cls"}
        with self.inside(scope):
            self.visit(node.child_by_field_name("body"))
        given = [each for each in bases.named_children if each.type != "comment"] if bases else []
        first = given[0] if given else None
        others = tuple(self.text(each) for each in given[1:] if each.type != "keyword_argument")
        made = Class(node.start_byte, node.end_byte, name, self.text(first), scope, others)
        self._own(name)
        self.bind(name, (), made, node)

    def visit_return_statement(self, node: Node) -> None:
        children = [child for child in node.named_children if child.type != "comment"]
        self.returned(self.expression(children[0]) if children else None, node)

    def visit_raise_statement(self, node: Node) -> None:
        self.visit_children(node)
        self.returned(self.opaque(node, "the program stops here with an error"), node)

    # -- statements

    visit_module = Lowering.visit_children
    visit_block = Lowering.visit_children
    visit_finally_clause = Lowering.visit_children
    visit_expression_statement = Lowering.visit_children
    visit_decorated_definition = Lowering.visit_children

    def visit_if_statement(self, node: Node) -> None:
        self.chain(node, "elif_clause", "consequence")

    def visit_loop(self, node: Node) -> None:
        with self.guarded(self.perhaps(node, "how often a loop runs can't be told")):
            self.visit_children(node)

    def visit_for_statement(self, node: Node) -> None:
        left, body = node.child_by_field_name("left"), node.child_by_field_name("body")
        turns = self.turns(node.child_by_field_name("right"))
        if turns and left is not None and left.type == "identifier" and _only_fills(body):
            for text in turns:
                with self.turned(self.text(left), text):
                    self.visit(body)
            return
        with self.guarded(self.perhaps(node, "how often a loop runs can't be told")):
            if left is not None:
                item = self.opaque(left, "what a loop goes over can't be told")
                self._assign(left, item, left)
            self.visit(node.child_by_field_name("body"))

    def visit_except_clause(self, node: Node) -> None:
        with self.guarded(self.failure(node)):
            for child in node.named_children:
                if child.type == "block":
                    self.visit(child)

    def visit_match_statement(self, node: Node) -> None:
        self.visit(node.child_by_field_name("subject"))
        with self.guarded(self.perhaps(node, "which case it is can't be told")):
            self.visit(node.child_by_field_name("body"))

    def visit_case_clause(self, node: Node) -> None:
        self.visit(node.child_by_field_name("consequence"))

    def visit_with_statement(self, node: Node) -> None:
        for clause in node.named_children:
            if clause.type == "with_clause":
                for item in clause.named_children:
                    self._with_item(item)
        self.visit(node.child_by_field_name("body"))

    def _with_item(self, item: Node) -> None:
        given = item.child_by_field_name("value") or item
        if given.type != "as_pattern" or not given.named_children:
            self.visit(given)
            return
        value = self.expression(given.named_children[0], given)
        target = given.child_by_field_name("alias")
        if target is not None:
            self._assign(target, value, given)

    # -- modules

    def visit_import_statement(self, node: Node) -> None:
        for child in node.named_children:
            if child.type == "aliased_import":
                path = self.text(child.child_by_field_name("name"))
                local = self.text(child.child_by_field_name("alias"))
            else:
                path = self.text(child)
                local, _, rest = path.partition(".")
                path = local if rest else path
            self._import(local, path, None, child)

    def visit_import_from_statement(self, node: Node) -> None:
        module = node.child_by_field_name("module_name")
        path = re.sub(r"\s", "", self.text(module))
        for child in node.named_children:
            if child.type == "wildcard_import":
                whole = Import(node.start_byte, node.end_byte, path, None)
                self.bind("*", (), whole, node)
                self.scope.stars.append(self.scope.binds["*"][-1])
        for child in node.children_by_field_name("name"):
            name = child.child_by_field_name("name") if child.type == "aliased_import" else child
            alias = child.child_by_field_name("alias")
            imported = self.text(name)
            self._import(self.text(alias) if alias is not None else imported, path, imported, child)

    def _import(self, local: str, path: str, name: str | None, node: Node) -> None:
        self._own(local)
        self.bind(local, (), Import(node.start_byte, node.end_byte, path, name), node)


def _only_fills(body: Node | None) -> bool:
    """Whether the turns of a loop do nothing but give values to what is told by a key or by the
    loop's own name: `config[key] = os.environ[key]`, perhaps on a condition."""
    for statement in body.named_children if body is not None else ():
        if statement.type in ("comment", "pass_statement", "continue_statement"):
            continue
        if statement.type == "if_statement":
            inner = [statement.child_by_field_name("consequence")]
            inner += [
                clause.child_by_field_name("consequence") or clause.child_by_field_name("body")
                for clause in statement.children_by_field_name("alternative")
            ]
            if all(map(_only_fills, inner)):
                continue
            return False
        given = statement.named_children[0] if statement.named_children else None
        target = given.child_by_field_name("left") if given is not None else None
        is_given = given is not None and given.type == "assignment"
        if not is_given or target is None or target.type != "subscript":
            return False
    return body is not None

"""Go: its grammar brought into `syntax`.

This module knows node types. What operators and functions come to is in `go_library`. Of several
results the first is the call's own value; the second of a look-up is whether it found anything.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, ClassVar

from smtpdoctor.settings.readers.module import callee_path
from smtpdoctor.settings.readers.source import Source
from smtpdoctor.settings.readers.syntax import (
    Argument,
    Binary,
    Bind,
    Call,
    Constant,
    Dictionary,
    Expression,
    Field,
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
    Struct,
    Unary,
)
from smtpdoctor.settings.readers.tree import Lowering, path_of

if TYPE_CHECKING:
    from tree_sitter import Node


#: What a call that is handed a variable by its place may do to it: `env.Parse(&cfg)`.
FILLED = "filled by"
#: What stands between a package's variable without a value and its name: other files may set it.
SET_ELSEWHERE = "set elsewhere"
#: What variables of a type hold that nothing was given to.
ZEROS: dict[str, object] = {
    "string": "", "bool": False, "int": 0, "int32": 0, "int64": 0, "uint": 0, "uint16": 0,
}  # fmt: skip
#: What may fill the object that it is handed, by its name.
FILLS = re.compile(
    r"(?i)(must)?(unmarshal|decode|parse|load|read|scan|bind|process|fill|populate|override|merge|"
    r"init|setup|apply|update|valueof|indirect|get|sscan|from|hydrate)\w*"
)
#: Functions that leave what they are handed as it is, by how their names begin.
LEAVES = re.compile(
    r"([Nn]ew|[Rr]un|[Ss]tart|[Ss]erve|[SF]?[Pp]rint|[Ll]og|[Ee]rror|[Ff]atal|[Pp]anic|[Hh]andle|"
    r"[Cc]onnect|[Dd]ial|[Rr]egister|[Ss]end|[Mm]arshal|[Ee]ncode|[Dd]ebug|[Ii]nfo|[Ww]arn)"
    r"(?![a-z])|[SF]?[Pp]rint(ln|f)"
)
#: What a second result is called that tells how the first came about.
OUTCOME = re.compile(r"^_$|err|ok|found|exist|valid|present|problem|fail", re.IGNORECASE)
#: Functions whose second result says whether a text is a number or a truth.
PARSING = re.compile(r"strconv\.(Atoi|Parse(Int|Uint|Bool))\(")
#: What net.SplitHostPort gives, in its order.
PARTS = ("host of", "port of")
NO_ERRORS = ("nil", "true", "false")


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
        "type_declaration": "body",
        "type_alias": "type_spec",
        "type_identifier": "identifier",
        "package_identifier": "identifier",
        "field_identifier": "identifier",
        "iota": "identifier",
    }

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        #: The first result with a name, by the function's scope.
        self._first: dict[int, Node] = {}

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
        kind = self._type(node.child_by_field_name("type"))
        made: Expression = Dictionary(node.start_byte, node.end_byte, items, kind)
        if kind and all(item.key is None for item in items):  # the fields in their order
            for place, item in enumerate(items):
                item.key = Constant(item.start, item.end, place)
        elif any(item.key is None for item in items):
            made = Sequence(node.start_byte, node.end_byte, items)
        return self._made(made, kind, node)

    # -- types

    def _type(self, node: Node | None) -> str:
        """A type with the file that it is written in; "" for what is no name."""
        if node is not None and node.type == "pointer_type":
            return self._type(node.named_children[0] if node.named_children else None)
        if node is not None and node.type == "struct_type":
            return f"{self.source.file}:{self._struct(node, f'struct@{node.start_byte}')}"
        if node is None or node.type not in ("type_identifier", "qualified_type"):
            return ""
        return f"{self.source.file}:{self.text(node)}"

    def _struct(self, node: Node, name: str) -> str:
        """A type of objects, known in the whole file by its name."""
        fields: list[Field] = []
        listed = node.named_children[0] if node.named_children else None
        for child in listed.named_children if listed is not None else ():
            if child.type != "field_declaration":
                continue
            type_ = self._type(child.child_by_field_name("type"))
            plain = self.text(child.child_by_field_name("type"))
            written = child.child_by_field_name("tag")
            tag = None
            if written is not None and written.type == "raw_string_literal":
                tag = Constant(written.start_byte, written.end_byte, self.text(written)[1:-1])
            names = [self.text(each) for each in child.children_by_field_name("name")]
            inner = plain.lstrip("*").rpartition(".")[2]
            fields += [Field(each, type_ or plain, tag, not names) for each in names or (inner,)]
        scope = self.scope
        while scope.parent is not None:
            scope = scope.parent
        self._named(name, Struct(node.start_byte, node.end_byte, name, fields), node, scope)
        return name

    def _named(self, name: str, value: Expression, node: Node, scope: Scope) -> None:
        """A name that stands for the same everywhere in its file."""
        scope.owned.add(name)
        self.bind(name, (), value, node, scope)
        bind = scope.binds[name][-1]
        bind.start = bind.end = 0
        bind.guards = ()

    def visit_type_spec(self, node: Node) -> None:
        name, type_ = node.child_by_field_name("name"), node.child_by_field_name("type")
        if type_ is None:
            return
        if type_.type == "struct_type":
            self._struct(type_, self.text(name))
        elif type_.type in ("type_identifier", "qualified_type"):
            self._named(self.text(name), self.expression(type_), node, self.scope)

    def visit_qualified_type(self, node: Node) -> Expression:
        object_ = self.expression(node.child_by_field_name("package"), node)
        name = self.text(node.child_by_field_name("name"))
        return Member(node.start_byte, node.end_byte, object_, name)

    def _made(self, made: Expression, kind: str, node: Node) -> Expression:
        """An object of a type, which is remembered: others are handed it."""
        if kind:
            place = (self._guards, node.start_byte, node.end_byte)
            self.scope.made.append(Bind(kind, (), made, *place, self.scope))
        return made

    def _zero(self, node: Node, type_: Node) -> Expression:
        """What a variable holds that is declared and not given anything."""
        word = self.text(type_)
        if word in ZEROS:
            return self.literal(node, ZEROS[word])
        kind = self._type(type_) if type_.type != "pointer_type" else ""
        if kind:
            return self._made(Dictionary(node.start_byte, node.end_byte, [], kind), kind, node)
        return self.literal(node, None)

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

    def visit_type_assertion_expression(self, node: Node) -> Expression:
        return self.expression(node.child_by_field_name("operand"), node)

    def visit_selector_expression(self, node: Node) -> Expression:
        object_ = self.expression(node.child_by_field_name("operand"), node)
        name = self.text(node.child_by_field_name("field"))
        return Member(node.start_byte, node.end_byte, object_, name)

    def visit_index_expression(self, node: Node) -> Expression:
        object_ = self.expression(node.child_by_field_name("operand"), node)
        index = self.expression(node.child_by_field_name("index"), node)
        return Index(node.start_byte, node.end_byte, object_, index)

    def visit_call_expression(self, node: Node) -> Expression:
        function = node.child_by_field_name("function")
        types = node.child_by_field_name("type_arguments")
        if function is not None and function.type == "index_expression":
            index = function.child_by_field_name("index")
            if index is not None and self.text(index)[:1].isalpha():  # or a function in a list
                types, function = index, function.child_by_field_name("operand")
        listed = node.child_by_field_name("arguments")
        nodes = [
            child
            for child in (listed.named_children if listed is not None else ())
            if child.type != "comment"
        ]
        if self.text(function) == "new" and len(nodes) == 1:
            return self._zero(node, nodes[0])
        callee = self.expression(function, node)
        given = [Argument(self.expression(child)) for child in nodes]
        if types is not None:
            inner = types.named_children[0] if types.type == "type_arguments" else types
            while inner.type == "type_elem" and inner.named_children:
                inner = inner.named_children[0]
            text = f"{self.source.file}:{self.text(inner)}"
            given.append(Argument(Constant(types.start_byte, types.end_byte, text), "<>"))
        made = self.call(node, callee, given)
        self._fills(made, nodes, node)
        return made

    def _fills(self, call: Call, nodes: list[Node], node: Node) -> None:
        """The call may change what it is handed by its place, and the object it is a method of."""
        handed: list[Expression] = []
        function = call.callee.name if isinstance(call.callee, Member) else self.text(node)
        if LEAVES.match(function):
            return
        for argument, child in zip(call.arguments, nodes, strict=False):
            by_place = child.type == "unary_expression" and self.text(child)[:1] == "&"
            if by_place or self._is_object(argument.value):
                handed.append(argument.value)
        object_ = call.callee.object if isinstance(call.callee, Member) else None
        if object_ is not None and self._may_change(object_, function):
            handed.append(object_)
        for each in handed:
            path = path_of(each)
            if path is not None:
                value = Binary(node.start_byte, node.end_byte, FILLED, each, call)
                home = self._home(path[0])
                self.bind(path[0], path[1], value, node, home)
                home.binds[path[0]][-1].inner = self.scope if home is not self.scope else None

    def _is_handed(self, expression: Expression) -> bool:
        """Whether it is a parameter."""
        return isinstance(expression, Name) and expression.id in self._home(expression.id).types

    def _may_change(self, object_: Expression, function: str) -> bool:
        """Whether a method may change its object: a variable's, or a part of one's."""
        if self._is_object(object_):
            return not self._is_handed(object_)
        return FILLS.fullmatch(function) is not None and self._is_part(object_)

    def _is_part(self, expression: Expression) -> bool:
        """Whether it is a part of such a variable, and of none that is handed on: `cfg.SMTP`."""
        whole = expression
        while isinstance(whole, Member):
            whole = whole.object
        return whole is not expression and self._is_object(whole) and not self._is_handed(whole)

    def _is_object(self, expression: Expression) -> bool:
        """Whether it is a variable that was made an object of a type, or is handed one's place."""
        if not isinstance(expression, Name):
            return False
        home = self._home(expression.id)
        return expression.id in home.types or any(
            isinstance(bind.value, Dictionary) and bind.value.kind and not bind.keys
            for bind in home.binds.get(expression.id, ())
        )

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
        value, type_ = node.child_by_field_name("value"), node.child_by_field_name("type")
        if value is not None or type_ is None:
            self._assign_all(list(names), value, node, declares=True)
            return
        for each in names:
            self.scope.owned.add(self.text(each))
            zero = self._zero(node, type_)
            if self.scope.kind == "module" and isinstance(zero, Constant):
                name = self.literal(node, self.text(each))
                zero = Binary(node.start_byte, node.end_byte, SET_ELSEWHERE, zero, name)
            self.bind(self.text(each), (), zero, node)

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
            elif len(values) == 1 and (part := self._address_part(values[0], place)) is not None:
                value = part
            elif len(values) == 1 and place == 0:
                value = values[0]
            elif len(values) == 1 and place == 1 and len(targets) == 2:
                value = self._second(values[0], given[0], self.text(target))
            else:
                value = self.opaque(node)
            path = path_of(self.expression(target))
            if path is None or path[0] == "_":
                continue
            root, keys = path
            if declares and not keys:
                self.scope.owned.add(root)
            home = self.scope if declares else self._home(root)
            self.bind(root, keys, value, node, home)
            home.binds[root][-1].inner = self.scope if home is not self.scope else None

    def _address_part(self, value: Expression, place: int) -> Expression | None:
        """The host or the port that net.SplitHostPort gives."""
        if place > 1 or not isinstance(value, Call) or not value.arguments:
            return None
        if callee_path(value) != ["net", "SplitHostPort"]:
            return None
        return Unary(value.start, value.end, PARTS[place], value.arguments[0].value)

    def _second(self, value: Expression, node: Node, target: str) -> Expression:
        """The second of two results: whether a look-up found anything, or what went wrong; of the
        package's own function only where it is called so: it may give a host and a port."""
        text = self.text(node)
        own = isinstance(value, Call) and len(callee_path(value)) == 1
        if own and not OUTCOME.search(target):
            return self.opaque(node, "the second result of a function is not evaluated")
        if not isinstance(value, Call) or text.startswith("os.LookupEnv("):
            return Unary(value.start, value.end, "found", value)
        parsing = PARSING.match(text)
        if parsing is not None and value.arguments:
            operator = "no truth" if parsing[1] == "ParseBool" else "no number"
            return Unary(value.start, value.end, operator, value.arguments[0].value)
        return Unary(value.start, value.end, "failed", value)

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
        receiver = node.child_by_field_name("receiver")
        if receiver is not None:
            typed = [each.child_by_field_name("type") for each in receiver.named_children]
            type_ = self._type(typed[0] if typed else None).rpartition(":")[2]
            made.name = f"{type_}.{name}"
        self._named(made.name, made, node, self.scope)

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
                written = child.child_by_field_name("type")
                type_ = self._type(written)
                if type_ and written is not None and written.type == "pointer_type":
                    scope.types[text] = type_
                parameters.append(Parameter(text, None, type_, rest))
        receiver = node.child_by_field_name("receiver")
        for child in receiver.named_children if receiver is not None else ():
            for named in child.children_by_field_name("name"):
                scope.owned.add(self.text(named))
                type_ = self._type(child.child_by_field_name("type"))
                parameters.append(Parameter(self.text(named), None, type_, receiver=True))
        with self.inside(scope):
            self._results(node.child_by_field_name("result"))
            self.visit(node.child_by_field_name("body"))
        return made

    def _results(self, node: Node | None) -> None:
        """Results with names are variables: `func Load() (cfg Config, err error)`."""
        for child in node.named_children if node is not None else ():
            type_ = child.child_by_field_name("type")
            for named in child.children_by_field_name("name"):
                name = self.text(named)
                if type_ is not None and name not in self.scope.owned:
                    self.scope.owned.add(name)
                    self.bind(name, (), self._zero(named, type_), named)
                    self._first.setdefault(id(self.scope), named)

    def visit_return_statement(self, node: Node) -> None:
        listed = node.named_children[0].named_children if node.named_children else []
        if not listed:
            named = self._first.get(id(self._function_scope()))
            self.returned(
                Name(node.start_byte, node.end_byte, self.text(named))
                if named is not None
                else self.literal(node, None),
                node,
            )
            return
        values = [self.expression(each) for each in listed]
        if len(listed) > 1 and self._is_nothing(listed[0]) and self._is_error(listed[-1]):
            # a program that works has gone another way
            made = self.scope.made
            made[:] = [each for each in made if each.start < node.start_byte]
            return
        self.returned(values[0], node)

    def _function_scope(self) -> Scope:
        scope = self.scope
        while scope.parent is not None and scope.kind != "function":
            scope = scope.parent
        return scope

    def _is_nothing(self, node: Node) -> bool:
        text = self.text(node)
        return text in ("nil", "0", '""', "false") or (
            node.type in ("composite_literal", "unary_expression") and text.endswith("{}")
        )

    def _is_error(self, node: Node) -> bool:
        """Whether what is returned last says that something failed."""
        return self.text(node) not in NO_ERRORS

    # -- statements

    def visit_expression_switch_statement(self, node: Node) -> None:
        """Each case behind its own condition, and that those before it don't hold."""
        self.visit(node.child_by_field_name("initializer"))
        subject_node = node.child_by_field_name("value")
        subject = self.expression(subject_node) if subject_node is not None else None
        before: list[Guard] = []
        last: list[Node] = []
        for case in node.named_children:
            if case.type == "default_case":
                last.append(case)
            elif case.type == "expression_case":
                listed = case.child_by_field_name("value")
                test: Expression | None = None
                for each in listed.named_children if listed is not None else ():
                    value = self.expression(each)
                    if subject is not None:
                        value = Binary(value.start, value.end, "==", subject, value)
                    test = (
                        value if test is None else Binary(test.start, value.end, "||", test, value)
                    )
                test = test or self.opaque(case)
                with self.guarded(*before, Guard(test, True)):
                    self._case(case)
                before.append(Guard(test, False))
        for case in last:
            with self.guarded(*before):
                self._case(case)

    def _case(self, node: Node) -> None:
        for child in node.named_children:
            if child.type != "expression_list":
                self.visit(child)

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

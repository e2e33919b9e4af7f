"""Which small steps a function's source can be changed by. Knows nothing of tests.

Prose is left alone, that is a text with a blank in it: `tests/spoken.txt` holds what is said.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType

_OPPOSITE: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_OTHER: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_MARK = "XX"


@dataclass(frozen=True)
class Change:
    """One step: the function that it is in (by its qualified name), its line, how it reads, and
    what stands in the place of which node of the module."""

    function: str
    line: int
    what: str
    tree: ast.Module
    spot: ast.AST
    replacement: ast.AST

    def compiled(self, path: str) -> CodeType | None:
        """The changed function, None where it can't be compiled (a loop's word outside a loop)."""
        memo: dict[int, object] = {id(self.spot): self.replacement}
        changed = ast.fix_missing_locations(copy.deepcopy(self.tree, memo))
        try:
            module = compile(changed, path, "exec")
        except SyntaxError:
            return None
        return next((code for code in _codes(module) if code.co_qualname == self.function), None)


def changes(source: str) -> Iterator[Change]:
    """Every change of every function and method of a module, in the order of the source."""
    tree = ast.parse(source)
    for name, function in _functions(tree):
        for spot in _spots(function):
            for what, replacement in _steps(spot):
                line = getattr(spot, "lineno", function.lineno)
                yield Change(name, line, f"{_read(spot)} → {what}", tree, spot, replacement)


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)


def _functions(
    node: ast.Module | ast.ClassDef, outer: str = ""
) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for child in node.body:
        if isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{outer}{child.name}.")
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{outer}{child.name}", child


def _spots(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.AST]:
    """What runs when the function is called: without its signature and its docstring."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    waiting: list[ast.AST] = list(reversed(body))
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.JoinedStr):  # prose but for what stands in it
            children = [part for part in node.values if isinstance(part, ast.FormattedValue)]
            waiting += [part.value for part in reversed(children)]
        elif isinstance(node, ast.AnnAssign):
            waiting += [node.value] if node.value is not None else []
        elif isinstance(node, ast.arguments):
            continue
        else:
            waiting += reversed(list(ast.iter_child_nodes(node)))


def _steps(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """What a node can be changed into, with how that reads."""
    for changed in _changed(node):
        yield _read(changed), changed


def _changed(node: ast.AST) -> Iterator[ast.AST]:  # noqa: C901, PLR0912 - one kind of node a case
    match node:
        case ast.Compare(ops=[operator]):
            for other in _OPPOSITE[type(operator)]:
                yield ast.Compare(node.left, [other()], node.comparators)
        case ast.BoolOp():
            yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
            for at in range(len(node.values)):
                rest = node.values[:at] + node.values[at + 1 :]
                yield rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
        case ast.UnaryOp(op=ast.Not()):
            yield node.operand
        case ast.BinOp() if type(node.op) in _OTHER:
            yield ast.BinOp(node.left, _OTHER[type(node.op)](), node.right)
        case ast.Constant(value=bool() as truth):
            yield ast.Constant(not truth)
        case ast.Constant(value=int() as number):
            yield ast.Constant(number + 1)
        case ast.Constant(value=str() as text) if " " not in text:
            yield ast.Constant(_MARK + text)
        case ast.IfExp():
            yield ast.IfExp(node.test, node.orelse, node.body)
        case ast.If() | ast.While():
            yield type(node)(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield ast.Return(ast.Constant(None))
        case ast.Expr(value=ast.Call() | ast.Yield() | ast.YieldFrom() | ast.Await()):
            yield ast.Expr(ast.IfExp(ast.Constant(False), node.value, ast.Constant(None)))
        case ast.Continue():
            yield ast.Break()
        case ast.Break():
            yield ast.Continue()
        case ast.comprehension(ifs=[_, *_]):
            for at in range(len(node.ifs)):
                rest = node.ifs[:at] + node.ifs[at + 1 :]
                yield ast.comprehension(node.target, node.iter, rest, node.is_async)
        case ast.Slice():
            if node.lower is not None:
                yield ast.Slice(None, node.upper, node.step)
            if node.upper is not None:
                yield ast.Slice(node.lower, None, node.step)
        case ast.Call():
            yield from _calls(node)


def _calls(node: ast.Call) -> Iterator[ast.Call]:
    """The call without a keyword, or with nothing in an argument's place."""
    for at, word in enumerate(node.keywords):
        if word.arg is not None and not _is_prose(word.value):
            yield ast.Call(node.func, node.args, node.keywords[:at] + node.keywords[at + 1 :])
    for at, argument in enumerate(node.args):
        if not isinstance(argument, ast.Starred | ast.Constant) and not _is_prose(argument):
            nothing = [*node.args[:at], ast.Constant(None), *node.args[at + 1 :]]
            yield ast.Call(node.func, nothing, node.keywords)


def _is_prose(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value
    )


def _read(node: ast.AST) -> str:
    """A node in one short line."""
    if isinstance(node, ast.If | ast.While):
        return f"{type(node).__name__.lower()} {_read(node.test)}"
    text = " ".join(ast.unparse(ast.fix_missing_locations(copy.deepcopy(node))).split())
    return text if len(text) <= 90 else f"{text[:60]} … {text[-25:]}"

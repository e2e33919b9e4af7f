"""Which file a program means by a path that begins at a place which only a run knows.

Knows how paths are put together in Python and Ruby: `BASE_DIR / "config" / "mail.json"`,
`os.path.join`, `Rails.root.join("config", "smtp.yml")`, templates, `"{}/mail.json".format(HERE)`.
It must not know what becomes of the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtpdoctor.settings.readers.syntax import (
    Binary,
    Bind,
    Call,
    Constant,
    Expression,
    Member,
    Name,
    Scope,
    Template,
)

#: What gives the folder of a path, or one above it: no part of the name is left.
ABOVE = frozenset({"dirname", "parent", "parents", "cwd", "getcwd", "home", "expanduser"})
PLACEHOLDER = re.compile(r"\{[^{}]*\}|%s")
DEEPEST = 12


def written_path(expression: Expression, scope: Scope) -> str | None:
    """The names that are written in a path, joined; None where they end in no file's name."""
    parts: list[str] = []
    for text in _texts(expression, scope, DEEPEST):
        parts += [part for part in PLACEHOLDER.sub("", text).split("/") if part.strip(".")]
    return "/".join(parts) if parts and re.search(r"\.\w+$", parts[-1]) else None


def _texts(expression: Expression, scope: Scope, depth: int) -> Iterator[str]:
    if depth < 0:
        return
    if isinstance(expression, Constant):
        if isinstance(expression.value, str):
            yield expression.value
        return
    for inner in _inner(expression):
        yield from _texts(inner, scope, depth - 1)
    if isinstance(expression, Name):
        bind = _only_bind(expression.id, scope)
        if bind is not None and bind.value is not None:
            yield from _texts(bind.value, bind.scope, depth - 1)


def _inner(expression: Expression) -> Iterator[Expression]:
    """The parts of an expression that give parts of the path, in its order."""
    if isinstance(expression, Template):
        yield from expression.parts
    elif isinstance(expression, Binary):
        yield from (expression.left, expression.right)
    elif isinstance(expression, Member) and expression.name not in ABOVE:
        yield expression.object
    elif isinstance(expression, Call):
        callee = expression.callee
        called = callee.name if isinstance(callee, Member) else getattr(callee, "id", "")
        if called in ABOVE:
            return
        given = [each.value for each in expression.arguments if each.name is None]
        if called == "format" and isinstance(callee, Member):
            yield from (*given, callee.object)
        else:
            yield from ((callee.object,) if isinstance(callee, Member) else ())
            yield from given


def _only_bind(name: str, scope: Scope | None) -> Bind | None:
    """What a name is, where it gets one value alone."""
    while scope is not None:
        binds = [bind for bind in scope.binds_of(name) if not bind.keys]
        if binds:
            return binds[0] if len(binds) == 1 else None
        scope = scope.parent
    return None

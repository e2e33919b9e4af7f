"""Every title, fix title and verdict in one file: `tests/spoken.txt`, to be read like a page.

They are read from the source, so a text that no test reaches stands there too. What a text gets
from a run is `{…}`. `UPDATE_SNAPSHOTS=1 pytest tests/test_spoken.py` writes the file anew.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path

import smtpdoctor

PACKAGE = Path(smtpdoctor.__file__).parent
SNAPSHOT = Path(__file__).parent / "spoken.txt"
SPOKEN = (
    PACKAGE / "diagnosis",
    PACKAGE / "report" / "verdict.py",
    PACKAGE / "report" / "checks.py",
    PACKAGE / "words.py",
)
#: Functions whose first text is a fix's title, and where it stands among their arguments.
MAKERS = {"change_settings": 1, "use_way": 2, "trust": 0}
#: What no text says: riddles, passive voice and word orders that nobody speaks.
NEVER = (
    "anew",
    "connection stands",
    "mend ",
    "such a one",
    "to nobody",
    "make sure of",
    "is not sound",
    "known of ",
    "what such words mean",
    "here the answer is that",
    "as far as it was tried",
)


def words_of(node: ast.expr) -> Iterator[str]:
    """The texts that an expression can come to, `{…}` for what is put into them."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=values):
            yield "".join(_piece(item) for item in values)
        case ast.IfExp(body=body, orelse=orelse):
            yield from words_of(body)
            yield from words_of(orelse)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            for first in words_of(left) or ("{…}",):
                for second in words_of(right):
                    yield first + second
        case ast.BoolOp(values=values):
            for value in values:
                yield from words_of(value)


def _piece(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case (
            ast.FormattedValue(value=ast.Name(id=name))
            | ast.FormattedValue(value=ast.Attribute(attr=name))
        ):
            return f"{{{name}}}"
    return "{…}"


def spoken_in(path: Path) -> Iterator[str]:
    """`kind: text` for every title and fix title that a module can say, in its own order."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        match node:
            case (
                ast.Call(func=ast.Name(id=name), args=args, keywords=keywords)
                | ast.Call(func=ast.Attribute(attr=name), args=args, keywords=keywords)
            ):
                kind = {
                    "Diagnosis": "title",
                    "foretold": "title",
                    "Fix": "fix",
                    "Reason": "fix",
                }.get(name)
                if name in MAKERS and len(args) > MAKERS[name]:
                    yield from (f"fix: {text}" for text in words_of(args[MAKERS[name]]))
                for keyword in keywords:
                    if kind and keyword.arg in ("title", "fix"):
                        yield from (f"{kind}: {text}" for text in words_of(keyword.value))
            # a title that a function of its own comes to, alone or before its explanation
            case ast.FunctionDef(name=name) if "title" in name or name == "_words":
                for item in ast.walk(node):
                    if isinstance(item, ast.Return) and item.value is not None:
                        value = item.value
                        first = value.elts[0] if isinstance(value, ast.Tuple) else value
                        yield from (f"title: {text}" for text in words_of(first))
            # a title that is put together before it is handed over
            case ast.Assign(targets=[ast.Name(id="title" | "how" | "why" | "fix_title")]):
                yield from (f"part: {text}" for text in words_of(node.value))


def texts_in(path: Path) -> Iterator[str]:
    """Every text of a module but what documents it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documentation = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    inside = {
        item
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for item in ast.walk(node)
        if item is not node
    }
    for node in ast.walk(tree):
        if node in documentation or node in inside:
            continue
        if isinstance(node, ast.Constant | ast.JoinedStr):
            yield from words_of(node)


def said_in(path: Path) -> Iterator[str]:
    """Every sentence of a module that holds little else."""
    return (text for text in texts_in(path) if " " in text.strip())


def page() -> str:
    parts = []
    for place in SPOKEN:
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            spoken = spoken_in(path) if place.is_dir() else said_in(path)
            lines = list(dict.fromkeys(spoken))
            if lines:
                name = path.relative_to(PACKAGE).as_posix()
                parts.append("".join([f"{name}\n", *(f"  {line}\n" for line in lines)]))
    return "\n".join(parts)


def test_every_text_stands_in_the_snapshot() -> None:
    found = page()
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOT.write_text(found, encoding="utf-8")
    assert found == SNAPSHOT.read_text(encoding="utf-8"), "UPDATE_SNAPSHOTS=1, and read the diff"


def test_every_rule_is_heard() -> None:
    heard = page()
    rules = [path.stem for path in (PACKAGE / "diagnosis" / "rules").glob("*/*.py")]
    silent = [name for name in rules if name != "__init__" and f"/{name}.py\n" not in heard]
    assert silent == []


def test_a_fix_says_whom_to_ask() -> None:
    """Not "have it renewed": somebody has to do it, and the user has to ask them."""
    found = [line for line in page().splitlines() if line.strip().startswith(("fix: have ",))]
    assert found == []


def test_no_text_is_a_riddle() -> None:
    found = [
        (words, path.name, text)
        for place in SPOKEN
        for path in (sorted(place.rglob("*.py")) if place.is_dir() else [place])
        for text in texts_in(path)
        for words in NEVER
        if words in text.lower()
    ]
    assert found == []

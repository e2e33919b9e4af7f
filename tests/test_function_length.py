"""No function is longer than a screen without a reason that stands at it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import smtpdoctor

PACKAGE = Path(smtpdoctor.__file__).parent
MAXIMUM = 60
REASON = re.compile(r"# long: \w+")


def wrong(text: str) -> Iterator[str]:
    """The functions that are too long without a reason on their first line, and the reasons of
    those that are not too long."""
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            length = node.end_lineno - node.lineno + 1
            if (length > MAXIMUM) is not bool(REASON.search(lines[node.lineno - 1])):
                yield f"{node.name} in line {node.lineno}: {length} lines"


def test_no_function_is_long_without_a_reason() -> None:
    found = [
        f"{path.relative_to(PACKAGE)}: {each}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for each in wrong(path.read_text("utf-8"))
    ]
    assert not found, "split them, or write “# long: …” with the reason where the name stands"


def test_what_is_too_long() -> None:
    body = "    pass\n" * MAXIMUM
    short = body.removesuffix("    pass\n")
    assert list(wrong(f"def one():\n{body}")) == ["one in line 1: 61 lines"]
    assert list(wrong(f"async def one():\n{body}")) == ["one in line 1: 61 lines"]
    assert list(wrong(f"def one():  # long:\n{body}")) == ["one in line 1: 61 lines"]
    assert not list(wrong(f"def one():  # long: one line a kind\n{body}"))
    assert not list(wrong(f"def one():\n{short}"))
    assert list(wrong(f"def one():  # long: it was\n{short}")) == ["one in line 1: 60 lines"]

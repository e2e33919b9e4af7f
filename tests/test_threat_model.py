"""The threat model names a test for each promise, and each of them is there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
#: The rows of its tables without their heads.
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in TEXT.splitlines()
    if line.startswith("| ") and not line.startswith("| promise |")
]
TESTS = sorted({name for row in ROWS for name in re.findall(r"`([^`]*::[^`]*)`", row[-1])})


@cache
def functions(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_promise_has_its_test(row: list[str]) -> None:
    assert len(row) == 4
    assert all(row)
    assert re.fullmatch(r"`[^`]+::test_\w+`(, `[^`]+::test_\w+`)*", row[3])


@pytest.mark.parametrize("name", TESTS)
def test_every_test_is_there(name: str) -> None:
    path, _, function = name.partition("::")
    assert function in functions(path)


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`([a-z_]+/?[a-z_]*\.py)`", TEXT))))
def test_every_module_that_holds_something_is_there(path: str) -> None:
    assert (ROOT / "smtpdoctor" / path).is_file() or (ROOT / path).is_file()

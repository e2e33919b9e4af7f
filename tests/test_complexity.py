"""No function decides more than a reader can follow without a reason that stands at it.

Ruff counts branches; radon counts the conditions within them too (`and`, `or`, comprehensions).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from radon.complexity import cc_visit
from radon.visitors import Function

import smtpdoctor

PACKAGE = Path(smtpdoctor.__file__).parent
MAXIMUM = 19
NAME = re.compile(r"\s*(async )?def ")
REASON = re.compile(r"# (long|branches): \w+|# noqa: C901, PLR0912 - \w+")


def complex_without_a_reason(text: str) -> Iterator[str]:
    lines = text.splitlines()
    for block in cc_visit(text):
        if isinstance(block, Function) and block.complexity > MAXIMUM:
            name = next(line for line in lines[block.lineno - 1 :] if NAME.match(line))
            if not REASON.search(name):  # decorators stand before it
                yield block.name


def test_no_function_decides_much_without_a_reason() -> None:
    found = {
        f"{path.relative_to(PACKAGE).as_posix()}:{name}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for name in complex_without_a_reason(path.read_text("utf-8"))
    }
    assert not found, "split them, or write “# branches: …” with the reason at the name"


def test_what_is_too_complex() -> None:
    body = "    return " + " or ".join(f"a == {n}" for n in range(MAXIMUM)) + " or b\n"
    assert list(complex_without_a_reason(f"def one(a, b):\n{body}")) == ["one"]
    assert list(complex_without_a_reason(f"class A:\n    def one(a, b):\n    {body}")) == ["one"]
    assert not list(complex_without_a_reason(f"def one(a, b):  # branches: a table\n{body}"))
    assert not list(complex_without_a_reason(f"def one(a, b):\n{body.replace(' or b', '')}"))

"""A table's program whose settings stand in a PHP file: an array, constants, further lines of it.

Knows how such files say a value. It must not know any program.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from smtpdoctor.settings.model import Edit
from smtpdoctor.settings.prepare import inserted, literal
from smtpdoctor.settings.readers.model import ABSENT, Entry, Known, Map, Span, Value
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

CONSTANTS = "constants"


def root_of(
    workspace: Workspace, paths: Sequence[str], variables: Variables, name: str, keys: Sequence[str]
) -> Value:
    """The array that files return or that a variable has, each over the one before; of constants
    one with these keys."""
    from smtpdoctor.settings.readers.php_registry import merged_maps

    modules = [workspace.module(path, variables) for path in paths]
    found: list[Value] = []
    for module in modules:
        if module is None:
            continue
        if name == CONSTANTS:
            values = [(key, module.value(key)) for key in keys]
            entries = [
                Entry(key, value, value.span)
                for key, value in values
                if not isinstance(value, Known) or value.value is not ABSENT
            ]
            value: Value = Known(Map(entries)) if entries else Known(ABSENT)
        else:
            value = module.value(name) if name else module.returned
        found.append(value)
    return merged_maps(found)


def before(workspace: Workspace, span: Span, key: str, new: Mapping[str, Any]) -> tuple[Edit, ...]:
    """Further entries or statements before that of a key, in its way of writing."""
    line = workspace.line(span.file, span.line) or ""
    quoted = rf"['\"]{re.escape(key)}['\"]"
    statement = re.match(rf"(\s*)(define\s*\(\s*|\$[^=]*\[\s*){quoted}(\s*,\s*|\s*\]\s*=\s*)", line)
    entry = re.search(rf"{quoted}\s*=>", line)
    if statement is not None:
        end = ");" if statement[2].startswith("define") else ";"
        form, column = f"{statement[2]}'{{}}'{statement[3]}{{}}{end}", len(statement[1])
    elif entry is not None:
        form, column = "'{}' => {},", entry.start()
    else:
        return ()
    indent = line[:column]
    behind = f"\n{indent}" if not indent.strip() else " "
    text = "".join(
        form.replace("{}", name, 1).replace("{}", str(literal(value, "php")), 1) + behind
        for name, value in new.items()
    )
    return (inserted(span, column + 1, text),)

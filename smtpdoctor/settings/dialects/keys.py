"""Programs that read keys of a document, and variables that stand before them.

Knows how a key is read, and how another line like one that is there is written. It must not know
any program.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from smtpdoctor.settings.dialects.base import Option
from smtpdoctor.settings.model import Edit
from smtpdoctor.settings.readers.model import ABSENT, Known, Span, Unknown, Value
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace


def of_keys(
    root: Value,
    names: Sequence[str],
    variables: Variables,
    variable: Callable[[str], str] | None = None,
) -> dict[str, Option]:
    """Options by their names: a variable that is set, else the key below the root."""
    found: dict[str, Option] = {}
    for name in names:
        called = variable(name) if variable is not None else ""
        held = variables.lookup(called) if called else None
        if held is not None:
            found[name] = Option(name, held, _lookup(called), called=called)
            continue
        value = root.get(name)
        if isinstance(value, Unknown) or not value.absent:
            found[name] = Option(name, value)
    return found


def _lookup(name: str) -> Callable[[Variables], Value]:
    return lambda under: under.lookup(name) or Known(ABSENT)


def put_in_keys(
    workspace: Workspace,
    beside: Sequence[Option],
    new: Mapping[str, Any],
    variables: Variables,
    word: Callable[[Any], str],
) -> tuple[Edit, ...]:
    """Lines like that of an option which is there, before it: a key, or a variable in its file."""
    for option in beside:
        name = option.called or option.name
        held = variables.held(name) if option.called else []
        span = held[0].value.span if held else option.value.span
        lines = [
            _like(workspace, span, name, name.replace(option.name, other, 1), word(value))
            if not option.called
            else _like(workspace, span, name, _variable(option, other), word(value))
            for other, value in new.items()
        ]
        if span is not None and lines and None not in lines:
            text = "".join(line for line in lines if line is not None)
            return (Edit(file=span.file, line=span.line, columns=(1, 1), replace="", with_=text),)
    return ()


def _variable(option: Option, other: str) -> str:
    """The variable of another option, by how this one's is made of its name."""
    for old, new in ((option.name, other), (option.name.upper(), other.upper())):
        if option.called.endswith(old):
            return option.called.removesuffix(old) + new
    return other


def _like(workspace: Workspace, span: Span | None, name: str, other: str, text: str) -> str | None:
    """A line for the other name as that of the first is written."""
    line = workspace.line(span.file, span.line) if span is not None else None
    if span is None or line is None:
        return None
    found = re.match(
        rf"([ \t]*(?:-[ \t]+)?(?:export[ \t]+)?[\"']?){re.escape(name)}([\"']?[ \t]*[:=][ \t]*)",
        line,
    )
    if found is None:
        return None
    quote = found[1][-1:]
    end = quote if quote in ("'", '"') and not found[2].startswith(quote) else ""
    mapped = ":" in found[2] and span.file.endswith((".yml", ".yaml")) and name.isupper()
    value = f'"{text}"' if mapped else text
    return f"{found[1]}{other}{found[2]}{value}{end}\n"

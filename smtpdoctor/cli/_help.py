"""How `--help` looks: options in groups, each example in a line of its own.

Knows the layout of a help text; must not know any command.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from typing import Any

from typer.core import TyperCommand

#: The library's own least width; narrower, what an option is for stands below it.
LEAST_WIDTH = 50
#: Between the examples of a command's `EPILOG`.
BETWEEN = "   ·   "


def narrow_width() -> int | None:
    """The width of a help text on a terminal that is narrower than the library's least; None
    where the library finds it itself."""
    width = shutil.get_terminal_size().columns - 2
    return max(width, 28) if width < LEAST_WIDTH else None


def groups(parameters: Iterable[Any], context: Any) -> dict[str, list[tuple[str, str]]]:
    """How each parameter is written and what it is for, by heading; what every command has comes
    last."""
    found: dict[str, list[tuple[str, str]]] = {}
    for parameter in parameters:
        record = parameter.get_help_record(context)
        if record is None:
            continue
        is_argument = parameter.param_type_name == "argument"
        other = "Arguments" if is_argument else "Options"
        group = getattr(parameter, "rich_help_panel", None) or other
        found.setdefault(group, []).append(record)
    rest = found.pop("Options", [])
    return {**found, "Options": rest} if rest else found


class Command(TyperCommand):
    """A command whose options stand below the heading that each one names (`rich_help_panel`)."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        for heading, records in groups(self.get_params(ctx), ctx).items():
            with formatter.section(heading):
                formatter.write_dl(records, col_max=8 if formatter.width < LEAST_WIDTH else 30)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        if not self.epilog:
            return
        heading, _, examples = self.epilog.partition("  ")
        with formatter.section(heading.rstrip(":")):
            for example in examples.split(BETWEEN):
                # to be copied: no line of it is broken
                formatter.write(f"{'':{formatter.current_indent}}{example.strip()}\n")

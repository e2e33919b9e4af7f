"""How `--help` looks: options in groups, each example in a line of its own.

Knows the layout of a help text; must not know any command.
"""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand

#: Between the examples of a command's `EPILOG`.
BETWEEN = "   ·   "


class Command(TyperCommand):
    """A command whose options stand below the heading that each one names (`rich_help_panel`)."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        groups: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is None:
                continue
            is_argument = parameter.param_type_name == "argument"
            other = "Arguments" if is_argument else "Options"
            group = getattr(parameter, "rich_help_panel", None) or other
            groups.setdefault(group, []).append(record)
        # what every command has comes last
        rest = groups.pop("Options", [])
        for heading, records in (*groups.items(), ("Options", rest)):
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        if not self.epilog:
            return
        heading, _, examples = self.epilog.partition("  ")
        with formatter.section(heading.rstrip(":")):
            for example in examples.split(BETWEEN):
                # to be copied: no line of it is broken
                formatter.write(f"{'':{formatter.current_indent}}{example.strip()}\n")

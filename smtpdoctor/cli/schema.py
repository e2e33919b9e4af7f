"""`smtpdoctor schema`: the JSON schema of the reports."""

from __future__ import annotations

from typing import Annotated

import typer

from smtpdoctor.cli import _completion
from smtpdoctor.cli._output import UsageFault, write_utf8

EPILOG = "Examples:  smtpdoctor schema   ·   smtpdoctor schema explain"


def schema(
    format_: Annotated[
        str,
        typer.Argument(
            metavar="FORMAT",
            help="json, explain or history.",
            show_default=False,
            autocompletion=_completion.schemas,
        ),
    ] = "json",
) -> None:
    """Print the JSON schema of a report."""
    from smtpdoctor.report.schema import SCHEMAS
    from smtpdoctor.text import as_json

    if format_ not in SCHEMAS:
        raise UsageFault(f"FORMAT: {format_!r} is none of {', '.join(SCHEMAS)}")
    write_utf8(as_json(SCHEMAS[format_]()))

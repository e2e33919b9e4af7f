"""`smtpdoctor settings`: what `check` would read, and where it stands."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from typing import Annotated

import typer

from smtpdoctor.cli._output import EnvFile, UsageFault, folder, write, write_utf8

EPILOG = "Example:  smtpdoctor settings --env-file .env.production"


class Format(StrEnum):
    """How settings are printed."""

    TERMINAL = "terminal"
    JSON = "json"


def settings(
    env_file: EnvFile = None,
    format_: Annotated[
        Format, typer.Option("--format", help="How to print the settings.")
    ] = Format.TERMINAL,
) -> None:
    """Show the settings as check would read them, where each stands and what it shadows."""
    from smtpdoctor.settings.reading import Options, UsageError, read_settings
    from smtpdoctor.settings.show import as_data, show

    try:
        read, _ = read_settings(
            Options(env_file=env_file), environ=os.environ, folder=folder(), stdin=sys.stdin
        )
    except UsageError as error:
        raise UsageFault(str(error)) from None
    if format_ is Format.JSON:
        from smtpdoctor.text import as_json

        write_utf8(as_json(as_data(read)))
    else:
        write(show(read) + "\n")

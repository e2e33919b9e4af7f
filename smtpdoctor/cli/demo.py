"""`smtpdoctor demo`: the real check against a server with a known fault."""

from __future__ import annotations

import shutil
import sys
from typing import Annotated

import typer

from smtpdoctor.cli import _completion
from smtpdoctor.cli._live import LiveLine
from smtpdoctor.cli._output import ReportFormat, UsageFault, show, write
from smtpdoctor.report import formats

EPILOG = "Examples:  smtpdoctor demo   ·   smtpdoctor demo wrong-password"


def demo(
    scenario: Annotated[
        str,
        typer.Argument(
            metavar="SCENARIO",
            help="The fault to show; --list names them.",
            autocompletion=_completion.scenarios,
        ),
    ] = "secure-true-on-587",
    list_: Annotated[bool, typer.Option("--list", help="List the scenarios.")] = False,
    format_: ReportFormat = "terminal",
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show all evidence and the transcript.")
    ] = False,
) -> None:
    """Run the real check against a server with a known fault.

    The server is started on this machine, and needs no network and no root. Exit 0 when the cause
    named is the scenario's.
    """
    from smtpdoctor.demo import command

    if list_:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        write("".join(f"{line}\n" for line in command.listing(width)))
        return
    try:
        with LiveLine(None if formats.is_for_programs(format_) else sys.stderr) as live:
            report, setup = command.play(scenario, listener=live.seen)
    except command.UnknownScenarioError as error:
        raise UsageFault(str(error)) from None
    if not formats.is_for_programs(format_):
        lines = command.masked(setup.env_text).splitlines()
        shown = "".join(f"    {line}\n" for line in lines)
        write(f"scenario {scenario}, with this .env:\n\n{shown}\n")
    show(report, format_, verbose=verbose, played=True)
    raise typer.Exit(0 if command.named(report, setup.expected) else 1)

"""`smtpdoctor history`: what a watch saw: since when, and what changed."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smtpdoctor.cli import _completion
from smtpdoctor.cli._output import (
    UsageFault,
    known_format,
    show,
    terminal_options,
    write,
    write_utf8,
)
from smtpdoctor.report import formats

if TYPE_CHECKING:
    from smtpdoctor.watch.history import Change

EPILOG = (
    "Examples:  smtpdoctor history   ·   smtpdoctor history --setup mailer.js --format json   ·   "
    "smtpdoctor history --show 17"
)
#: Printed of each series; --format json has all.
MOST_SHOWN = 20


def history(
    setup: Annotated[
        list[str] | None,
        typer.Option(
            help="Only this set-up or host: any part of its name; repeatable.", metavar="NAME"
        ),
    ] = None,
    number: Annotated[
        int | None,
        typer.Option("--show", help="Print the report of this number.", metavar="NUMBER", min=1),
    ] = None,
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            help="terminal or json; with --show any format of check.",
            metavar="FORMAT",
            callback=known_format,
            autocompletion=_completion.formats,
        ),
    ] = "terminal",
    file: Annotated[
        Path | None,
        typer.Option(
            "--history",
            help="Read this file; else that in the user's state folder.",
            metavar="FILE",
        ),
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="With --show: all evidence.")
    ] = False,
) -> None:
    """Show what `smtpdoctor watch` saw: since when, and what changed.

    Each line is a change: when, what, for how long it was seen, the number of its report.
    """
    if number is None and format_ not in ("terminal", "json"):
        raise UsageFault(f"--format {format_} needs --show NUMBER")
    changes, report = _read(file, number)
    if number is not None:
        _show(report, number, format_, verbose=verbose)
    else:
        _list(changes, setup or (), format_)


def _read(file: Path | None, number: int | None) -> tuple[Sequence[Change], str | None]:
    """Every change, and the report of that number where one is asked for."""
    from smtpdoctor.files import FileFault
    from smtpdoctor.watch.history import default_path, read_history

    path = file or default_path(os.environ)
    try:
        opened = read_history(path)
        try:
            return opened.changes(), opened.report(number) if number is not None else None
        finally:
            opened.close()
    except FileFault as fault:
        if fault.cause != "missing":
            raise UsageFault(str(fault)) from None
        raise UsageFault(f"no history yet in {path}: `smtpdoctor watch` writes it") from None


def _list(changes: Sequence[Change], setups: Sequence[str], format_: str) -> None:
    from smtpdoctor.watch.changes import as_data, as_text, by_series

    series = by_series(changes, setups)
    if changes and not series:
        raise UsageFault("--setup: nothing that was watched is called so")
    if format_ == "json":
        import msgspec

        from smtpdoctor.text import as_json

        write_utf8(as_json(msgspec.to_builtins(as_data(series))))
        return
    width = terminal_options().width if sys.stdout.isatty() else None
    lines = as_text(series, now=time.time(), width=width, most=MOST_SHOWN)
    write("".join(f"{line}\n" for line in lines or ["nothing was watched yet"]))


def _show(text: str | None, number: int, format_: str, *, verbose: bool) -> None:
    """The report as `check --replay` shows it: judged by today's rules."""
    if text is None:
        raise UsageFault(f"--show {number}: no report of this number is kept")
    from smtpdoctor.report.saved import SavedRunError, read

    try:
        report = read(text.encode())
    except SavedRunError as error:
        raise UsageFault(f"--show {number}: {error}") from None
    show(report, format_, verbose=verbose)
    raise typer.Exit(formats.exit_status(format_, report))

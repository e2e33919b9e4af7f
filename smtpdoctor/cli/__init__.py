"""The command line, and nothing but the command line: one file a command, found by its name.

A command's file `NAME.py` has a function `NAME` and its `EPILOG`, the examples; files that begin
with an underscore are shared. Nothing here decides what a report says. Loads what a command needs
when it runs.
"""

from __future__ import annotations

import codecs
import contextlib
import functools
import importlib
import io
import os
import pkgutil
import sys
from typing import Annotated, NoReturn

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from smtpdoctor import __version__
from smtpdoctor.cli._help import Command
from smtpdoctor.cli._output import (
    INTERRUPTED,
    TERMINATED,
    USAGE,
    Terminated,
    UsageFault,
    flushed,
    write,
)

INCONCLUSIVE = 3
#: Set by the scripts of shells that ask what to offer.
COMPLETING = "_SMTPDOCTOR_COMPLETE"


def main() -> NoReturn:
    """The program's entry point."""
    if sys.stdout is None:  # started with a closed output
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    from smtpdoctor.text import plain_letters

    codecs.register_error("plain letters", plain_letters)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="plain letters")
    status = flushed(run(sys.argv[1:]))
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stderr.flush()
    # all is written: to take the interpreter apart would be a tenth of a short run's time
    os._exit(status)


def run(arguments: list[str]) -> int:
    """Run the program; gives its exit status. Prints one line for a wrong usage."""
    commands = _commands()
    named = commands.intersection(arguments[:1])
    try:
        group = _program(named or commands)
        status = group.main(arguments, prog_name="smtpdoctor", standalone_mode=False)
    except TyperException as error:
        from smtpdoctor.arguments import without_values

        given = [each for each in arguments if each not in commands]
        return _said(without_values(error.format_message(), given), USAGE)
    except (typer.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except Terminated:
        return TERMINATED
    except SystemExit as end:
        # fish asks so whether it may offer files; else it is typer's answer where the reader has
        # gone (`| head`), which is no fault
        return int(COMPLETING in os.environ and end.code == 1)
    except OSError as error:  # the report could not be written: a full disk, a closed output
        # its own text may hold a file's name
        return _said(error.strerror or type(error).__name__, USAGE)
    except Exception as error:
        from smtpdoctor.own_fault import describe

        return _said(f"a fault of its own, please report it: {describe(error)}", INCONCLUSIVE)
    return status if isinstance(status, int) else 0


def _said(words: str, status: int) -> int:
    from smtpdoctor.text import visible

    print(f"smtpdoctor: {visible(words)}", file=sys.stderr)
    return status


def _common(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    verbose: Annotated[
        bool,
        typer.Option("--verbose", "-v", help="With --version: what it knows, and where it runs."),
    ] = False,
) -> None:
    if version:
        write(f"smtpdoctor {__version__}\n")
        if verbose:
            from smtpdoctor.cli._version import more

            write(more())
        raise typer.Exit
    if verbose:
        raise UsageFault("--verbose stands behind the command, or with --version")
    if context.invoked_subcommand is None:
        write(f"{context.get_help()}\n")


def _commands() -> frozenset[str]:
    """The names of all commands. Loads none of them."""
    found = pkgutil.iter_modules(__path__)
    return frozenset(item.name for item in found if not item.name.startswith("_"))


def program() -> TyperGroup:
    """The command line with all its commands, for whoever describes it."""
    return _program(_commands())


@functools.cache
def _program(commands: frozenset[str]) -> TyperGroup:
    """The command line with these commands: the one that was asked for needs no other."""
    app = typer.Typer(
        name="smtpdoctor",
        help="Names the true cause when an application can't send mail, and prints the fix.",
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(_common)
    for name in sorted(commands):
        module = importlib.import_module(f"{__name__}.{name}")
        command = app.command(name, cls=Command, epilog=module.EPILOG)
        command(getattr(module, name))
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    return group

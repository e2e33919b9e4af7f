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
import itertools
import os
import pkgutil
import re
import sys
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from smtpdoctor import __version__
from smtpdoctor.cli._help import Command, narrow_width
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
#: What somebody needs whose mail does not go out, in that order; the other commands follow.
FIRST = ("check", "explain", "lint", "settings", "sender", "watch", "history", "batch", "demo")
#: Set by the scripts of shells that ask what to offer.
COMPLETING = "_SMTPDOCTOR_COMPLETE"


def main() -> NoReturn:
    """The program's entry point."""
    if sys.stdout is None:  # started with a closed output
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    elif os.name == "posix":  # where the system's own terminal has no writer of its own
        unheard = io.BufferedWriter(_Unheard(sys.stderr.fileno(), "w", closefd=False))
        encoding = sys.stderr.encoding
        sys.stderr = io.TextIOWrapper(unheard, encoding, line_buffering=True)
    _leave_no_image()
    import logging

    from smtpdoctor.text import plain_letters

    # of what failed and nobody waited for it would print the traceback, as where memory runs out
    logging.getLogger("asyncio").disabled = True

    codecs.register_error("plain letters", plain_letters)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="plain letters")
    status = flushed(run(sys.argv[1:]))
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stderr.flush()
    # all is written: to take the interpreter apart would be a tenth of a short run's time
    os._exit(status)


def _leave_no_image() -> None:
    """Ended by Ctrl-\\ or a crash, the process leaves no image of its memory, which may hold the
    password, in the folder."""
    with contextlib.suppress(ImportError, OSError, ValueError):  # Windows has no such limit
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (0, most))


class _Unheard(io.FileIO):
    """Standard error on a full disk, or behind a reader that has gone: what can't be said there
    changes neither the report nor the exit status, and ends no watch."""

    def write(self, data: Any) -> int:
        try:
            return super().write(data) or len(data)
        except OSError:
            return len(data)


def run(arguments: list[str]) -> int:
    """Run the program; gives its exit status. Prints one line for a wrong usage."""
    commands = _commands()
    named = commands.intersection(arguments[:1])
    _make_ready_for_shells(arguments)
    try:
        group = _program(named or commands)
        status = group.main(
            arguments, prog_name="smtpdoctor", standalone_mode=False, terminal_width=narrow_width()
        )
    except TyperException as error:
        from smtpdoctor.arguments import with_its_option

        given = [each for each in arguments if each not in commands]
        path = " ".join(("smtpdoctor", *(name for name in arguments[:1] if name in commands)))
        words = with_its_option(_in_our_words(error, path, commands), given)
        return _said(_quoted_alike(words), USAGE, arguments)
    except (typer.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except Terminated:
        return TERMINATED
    except SystemExit as end:
        # fish asks so whether it may offer files; else it is typer's answer where the reader has
        # gone (`| head`), which is no fault
        return int(COMPLETING in os.environ and end.code == 1)
    except OSError as error:  # the report could not be written: a full disk, a closed output
        return _said(_of_the_system(error, arguments), USAGE, arguments)
    except MemoryError:  # a limit of the machine's, and no fault
        return _said("there is not enough memory", INCONCLUSIVE, arguments)
    except Exception as error:
        if COMPLETING in os.environ and isinstance(error, KeyError):
            return USAGE  # no shell that asks, which would say about what
        from smtpdoctor.own_fault import describe

        words = f"a fault of its own, please report it: {describe(error)}"
        return _said(words, INCONCLUSIVE, arguments)
    return status if isinstance(status, int) else 0


def _of_the_system(error: OSError, arguments: list[str]) -> str:
    """What the system says: its own text may hold a file's name."""
    if error.errno is None and _asks_for_scripts(arguments):
        return "which shell this is can't be seen here: there is neither /proc nor ps"
    return error.strerror or type(error).__name__


def _make_ready_for_shells(arguments: list[str]) -> None:
    """Where a shell asks, an offer is one line, whatever a word means."""
    if COMPLETING in os.environ:
        os.environ["COLUMNS"] = "10000"
    if os.environ.get(COMPLETING, "").startswith("source_") or _asks_for_scripts(arguments):
        from smtpdoctor.cli import _shells

        _shells.take_their_place()


def _asks_for_scripts(arguments: list[str]) -> bool:
    return any(each.endswith("-completion") for each in arguments)


def _in_our_words(error: Any, path: str, commands: frozenset[str]) -> str:
    """What is wrong with the usage and what would be right: the parser's own words name types
    of its library, and put names of ours in quotes, which are masked as if they had been typed."""
    words: str = error.format_message().removesuffix(".")
    parameter, context = getattr(error, "param", None), getattr(error, "ctx", None)
    if words.startswith("Missing argument") and parameter is not None:
        name = parameter.make_metavar(ctx=context).strip("[]{}")
        name = name.partition("|")[0]
        return f"{name} is missing: {path} --help says what it can be"
    if isinstance(option := getattr(error, "option_name", None), str) and "No such" in words:
        near = error.possibilities
        return f"no option {option}" + (
            f"; did you mean {near[0]}?" if near else f": {path} --help"
        )
    unknown = re.match(r"No such command '(.*?)'(?:\. Did you mean (.*)\?)?\Z", words, re.DOTALL)
    if unknown is not None:
        meant = (unknown[2] or "").replace("'", "")
        known = (
            f"; did you mean {meant}?" if meant else f": there are {', '.join(sorted(commands))}"
        )
        return f"no command '{unknown[1]}'{known}"
    if extra := re.match(r"Got unexpected extra argument(?:s|\(s\))? (\(.*\))\Z", words, re.DOTALL):
        return f"too many arguments {extra[1]}: {path} --help"
    if needs := re.match(r"Option '(--?[\w-]+)' requires an? ", words):
        return f"{needs[1]} needs a value: {path} --help"
    limits = getattr(parameter, "type", None)
    text = re.match(r"Invalid value for '--.*?': '?(.*?)'? is not ", words, re.DOTALL)
    if text is not None and parameter is not None:
        low, high = getattr(limits, "min", None), getattr(limits, "max", None)
        bounds = ("" if low is None else f" from {low:g}") + (f" to {high:g}" if high else "")
        return f"{parameter.opts[0]}: '{text[1]}' is no number{bounds}"
    return words


def _quoted_alike(words: str) -> str:
    """The words, masked by now, with one kind of quotes; a name that was masked goes unsaid."""
    from smtpdoctor.settings.model import MASK

    words = words.replace(f"no command '{MASK}'", "no such command")
    words = re.sub(f"no diagnosis code ['“]{MASK}['”]", "no such diagnosis code", words)
    return re.sub(r"(?<![\w'])'([^'“”\n]*)'(?![\w'])", r"“\1”", words)


def _said(words: str, status: int, arguments: list[str]) -> int:
    from smtpdoctor.text import visible

    print(f"smtpdoctor: {visible(words)}", file=sys.stderr)
    if not _is_plugin(arguments):
        return status
    from smtpdoctor.report.formats.nagios import plain

    # a monitor shows the line on standard output, and takes 2 for CRITICAL
    with contextlib.suppress(OSError):
        write(f"SMTP UNKNOWN - {plain(words)}\n")
    return INCONCLUSIVE


def _is_plugin(arguments: list[str]) -> bool:
    """Whether a monitor's line was asked for, whatever is wrong with the other arguments: by them,
    or by the project's own file."""
    pairs = itertools.pairwise(arguments)
    if "--format=nagios" in arguments or ("--format", "nagios") in pairs:
        return True
    if not {"check", "lint"}.intersection(arguments[:1]) or "--format" in _names(arguments):
        return False
    from pathlib import Path

    from smtpdoctor.configuration import told_format

    folders = arguments[1:] if arguments[0] == "lint" else []
    folder = next((each for each in folders if os.path.isdir(each)), os.curdir)
    return told_format(Path(folder)) == "nagios"


def _names(arguments: list[str]) -> set[str]:
    return {each.partition("=")[0] for each in arguments}


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
        help="Names the true cause when an application can't send mail, and prints the fix."
        "\n\nBegin with `smtpdoctor check` in the project's folder, or see `smtpdoctor demo`.",
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(_common)
    first = {name: at for at, name in enumerate(FIRST)}
    for name in sorted(commands, key=lambda name: (first.get(name, len(first)), name)):
        module = importlib.import_module(f"{__name__}.{name}")
        command = app.command(name, cls=Command, epilog=module.EPILOG)
        command(getattr(module, name))
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    return group

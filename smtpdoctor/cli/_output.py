"""What the commands have in common: wrong usage, printing a report, how a process ends."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from smtpdoctor.cli import _completion
from smtpdoctor.deadline import LONGEST_TIMEOUT, SHORTEST_TIMEOUT
from smtpdoctor.report import formats

if TYPE_CHECKING:
    from smtpdoctor.report.model import Report

#: The headings of --help, in the order in which they come.
SETTINGS, SCOPE, NETWORK, REPORT, CHANGE = (
    "Settings (else from .env and the environment)",
    "What is checked",
    "Network",
    "Report",
    "Change the settings",
)

USAGE, INTERRUPTED, TERMINATED = 2, 130, 128 + signal.SIGTERM


#: Where GitHub Actions and GitLab say that the repository is checked out.
CHECKOUTS = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")
HERE = Path()


class UsageFault(typer.BadParameter):
    """One line on standard error, exit 2."""

    def format_message(self) -> str:
        return self.message


class Terminated(BaseException):
    """SIGTERM came where something is to be put in order first."""


def known_format(name: str) -> str:
    """The format, where there is one of that name. Raises UsageFault."""
    if name not in formats.names():
        known = formats.names()
        near = _completion.meant(name, known)
        raise UsageFault(f"--format: {name!r} is none of {', '.join(known)}{near}")
    return name


ReportFormat = Annotated[
    str,
    typer.Option(
        "--format",
        help=f"How to print the report: {', '.join(formats.names())}.",
        metavar="FORMAT",
        callback=known_format,
        autocompletion=_completion.formats,
        rich_help_panel=REPORT,
    ),
]
Target = Annotated[
    str | None,
    typer.Argument(
        metavar="TARGET",
        help="A host, host:port, or smtp:// or smtps:// URL.",
        show_default=False,
    ),
]
NameServers = Annotated[
    list[str] | None,
    typer.Option(
        help="Ask this name server in place of the system's.",
        metavar="ADDRESS[:PORT]",
        rich_help_panel=NETWORK,
    ),
]
ConnectTo = Annotated[
    list[str] | None,
    typer.Option(
        help="Go to ADDRESS:PORT instead, as curl does.",
        metavar="HOST:PORT:ADDRESS:PORT",
        rich_help_panel=NETWORK,
    ),
]
CAFile = Annotated[
    Path | None,
    typer.Option(
        help="Trust the CA certificates of this file (PEM) only.",
        metavar="FILE",
        rich_help_panel=NETWORK,
    ),
]
NoThirdParty = Annotated[
    bool,
    typer.Option(
        "--no-third-party",
        help="Never connect to other companies' hosts.",
        rich_help_panel=NETWORK,
    ),
]
EnvFile = Annotated[
    str | None,
    typer.Option(
        help="Read settings from this file, - for standard input.",
        metavar="FILE",
        rich_help_panel=SETTINGS,
    ),
]
Skip = Annotated[
    list[str] | None,
    typer.Option(
        help="Leave these checks out.",
        metavar="CHECK[,CHECK]",
        autocompletion=_completion.checks,
        rich_help_panel=SCOPE,
    ),
]
Timeout = Annotated[
    float,
    typer.Option(
        help="Stop a run after this many seconds.",
        metavar="SECONDS",
        min=SHORTEST_TIMEOUT,
        max=LONGEST_TIMEOUT,
        rich_help_panel=NETWORK,
    ),
]
SetUps = Annotated[
    list[str] | None,
    typer.Option(
        "--setup",
        help="Only this set-up of the folder: any part of its name; repeatable.",
        metavar="NAME",
        autocompletion=_completion.setups,
        rich_help_panel=SCOPE,
    ),
]
Profile = Annotated[
    str | None,
    typer.Option(
        "--profile",
        help="Read the settings of this profile; else production.",
        metavar="NAME",
        autocompletion=_completion.profiles,
        rich_help_panel=SCOPE,
    ),
]
Strict = Annotated[
    bool, typer.Option("--strict", help="Exit 1 for warnings too.", rich_help_panel=REPORT)
]
Fix = Annotated[
    bool,
    typer.Option(
        "--fix",
        help="Write the first fix of each error into its file, once asked.",
        rich_help_panel=CHANGE,
    ),
]
Yes = Annotated[
    bool,
    typer.Option("--yes", help="With --fix: write without asking.", rich_help_panel=CHANGE),
]


Anonymous = Annotated[
    bool,
    typer.Option(
        "--anonymous",
        help="Replace hosts, users, addresses and paths, for a report to hand on.",
        rich_help_panel=REPORT,
    ),
]


def handed(report: Report, format_: str, *, anonymous: bool, root: Path = HERE) -> Report:
    """The report on the folder `root` as whoever gets this format may have it, and finds it."""
    in_the_repository = formats.is_in_the_repository(format_)
    if anonymous:
        from smtpdoctor.report import anonymous as stand_ins

        report = stand_ins.anonymous(report, files=not in_the_repository)
    if in_the_repository and (below := _in_checkout(root)):
        from smtpdoctor.report.checkout import placed

        report = placed(report, below)
    return report


def _in_checkout(root: Path) -> str:
    """Where the folder is in a CI's checkout; "" at its top, and where there is none."""
    for top in filter(None, map(os.environ.get, CHECKOUTS)):
        try:
            place = os.path.relpath(os.path.realpath(root), os.path.realpath(top))
        except (OSError, ValueError):  # a working folder that is gone, another drive
            continue
        if place != os.curdir and not place.startswith(os.pardir):
            return Path(place).as_posix()
    return ""


def checks_of(option: str, names: list[str] | None) -> Sequence[str]:
    """Each time that the option was given may name several, with commas between."""
    from smtpdoctor.observations import CHECKS

    found = [name.strip() for text in names or () for name in text.split(",") if name.strip()]
    for name in found:
        if name not in CHECKS:
            near = _completion.meant(name, CHECKS)
            raise UsageFault(
                f"{option}: no check {name!r}: the checks are {', '.join(CHECKS)}{near}"
            )
    return found or ()


def make_sure_of_fix(*, fix: bool, yes: bool, anonymous: bool) -> None:
    """Wrong usage is said before anything is looked at: a run may cost a login."""
    if fix and anonymous:  # what it shows and asks about are the user's own lines
        raise UsageFault("--anonymous is for a report to hand on: not with --fix")
    if yes and not fix:
        raise UsageFault("--yes needs --fix")
    if fix:
        from smtpdoctor.settings.write import is_supported

        if not is_supported():
            raise UsageFault("--fix: this system can't open a file so that no link is followed")
    if fix and not yes and not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageFault("--fix asks before it writes, and there is no terminal: add --yes")


def show(
    report: Report,
    format_: str,
    *,
    verbose: bool = False,
    strict: bool = False,
    played: bool = False,
) -> None:
    """Print the report as the output takes it."""
    if formats.is_for_programs(format_):
        write_utf8(formats.render(format_, report, formats.Options(strict=strict)))
        return
    options = terminal_options(verbose=verbose, strict=strict, played=played)
    write(formats.render(format_, report, options))


def terminal_options(
    *, verbose: bool = False, strict: bool = False, played: bool = False
) -> formats.Options:
    """How standard output takes a text."""
    from rich.console import Console

    # what rich makes of the terminal, NO_COLOR, FORCE_COLOR and TERM
    console = Console(width=None if sys.stdout.isatty() else 80)
    # a console of Windows that does not take escapes shows them
    takes_escapes = not console.is_dumb_terminal and not console.legacy_windows
    styled = console.is_terminal and takes_escapes and console.color_system
    return formats.Options(
        width=console.width,
        unicode=(console.encoding or "").lower().startswith("utf"),
        style="plain" if not styled else "bold" if console.no_color else "colour",
        verbose=verbose,
        strict=strict,
        played=played,
    )


def write(text: str) -> bool:
    """Print; False where the reader has gone, which changes no exit status."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_the_rest()
        return False
    return True


#: A list's last column is not made narrower than that.
NARROWEST = 24


def write_list(text: str, *, column: int) -> None:
    """Print a list; a line that is wider than the terminal, or than 80 characters behind a pipe,
    goes on below that column."""
    from smtpdoctor.text import columns, wrapped

    width = terminal_options().width
    column = min(column, max(width - NARROWEST, 0))
    for line in text.splitlines():
        lead = len(line) - len(line.lstrip(" "))
        below = column if 0 < lead < column else lead + 2
        fits = columns(line) <= width
        rows = [line] if fits else wrapped(line, width, first=" " * lead, indent=" " * below)
        if not write("".join(f"{row}\n" for row in rows)):
            return


def write_utf8(text: str) -> None:
    """Print for another program, whatever the terminal has (of JSON: RFC 8259 §8.1)."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    write(text)


def flushed(status: int) -> int:
    """The exit status when all is written; Python itself would say "Exception ignored"."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_the_rest()
    except (OSError, ValueError):  # said already, by whoever wrote it
        _discard_the_rest()
        return status or USAGE
    return status


def _discard_the_rest() -> None:
    """What is still in the buffer is written at the very end: to nowhere."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextlib.contextmanager
def put_in_order() -> Iterator[None]:
    """SIGTERM ends what stands inside by an exception: a terminal gets its echo back."""

    def terminate(number: int, frame: FrameType | None) -> None:
        raise Terminated

    try:
        before = signal.signal(signal.SIGTERM, terminate)
    except ValueError:  # not the main thread, which alone has signals
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def make_room() -> None:
    """As many sockets as this process may have: too few would look like a network's fault."""
    from smtpdoctor.network import descriptors

    if (most := descriptors.make_room()) < descriptors.LEAST:
        raise UsageFault(
            f"this process may have {most} files and sockets open: ulimit -n {descriptors.LEAST}, "
            "or more, is needed"
        )


def folder() -> Path:
    """The working folder; it may have been removed."""
    try:
        return Path.cwd()
    except OSError as error:
        raise UsageFault(f"the working folder: {error.strerror}") from None

"""The command line, and nothing but the command line. Loads what a command needs, when it runs."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TextIO

import typer
from typer.exceptions import TyperException

from smtpdoctor import __version__

if TYPE_CHECKING:
    from smtpdoctor.observations import AnyObservation
    from smtpdoctor.report.model import Report

app = typer.Typer(
    name="smtpdoctor",
    help="Names the true cause when an application can't send mail, and prints the fix.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Format(StrEnum):
    """How a report is printed."""

    TERMINAL = "terminal"
    JSON = "json"


class Check(StrEnum):
    """The checks that --only and --skip take."""

    SETTINGS = "settings"
    DNS = "dns"
    REACH = "reach"
    TLS = "tls"
    AUTH = "auth"
    SENDER = "sender"


class TLS(StrEnum):
    """The TLS modes that --tls takes."""

    IMPLICIT = "implicit"
    STARTTLS = "starttls"
    NONE = "none"


USAGE, INCONCLUSIVE, INTERRUPTED = 2, 3, 130


class UsageFault(typer.BadParameter):
    """One line on standard error, exit 2."""

    def format_message(self) -> str:
        return self.message


def main() -> NoReturn:
    """The program's entry point."""
    if sys.stdout is None:  # started with a closed output
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    from smtpdoctor.text import plain_letters

    codecs.register_error("plain letters", plain_letters)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="plain letters")
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run the program; gives its exit status. Prints one line for a wrong usage."""
    try:
        status = typer.main.get_command(app).main(
            arguments, prog_name="smtpdoctor", standalone_mode=False
        )
    except TyperException as error:
        from smtpdoctor.text import visible

        print(f"smtpdoctor: {visible(error.format_message())}", file=sys.stderr)
        return USAGE
    except (typer.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except SystemExit:  # typer's answer where the reader has gone (`| head`), which is no fault
        return 0
    except OSError as error:  # the report could not be written: a full disk, a closed output
        print(f"smtpdoctor: {error.strerror or error}", file=sys.stderr)
        return USAGE
    except Exception as error:
        from smtpdoctor.own_fault import describe

        print(
            f"smtpdoctor: a fault of its own, please report it: {describe(error)}", file=sys.stderr
        )
        return INCONCLUSIVE
    return status if isinstance(status, int) else 0


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"smtpdoctor {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _common(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        print(context.get_help())


@app.command(
    epilog="Examples:  smtpdoctor check    (in the folder with .env)   ·   "
    "smtpdoctor check smtps://smtp.ionos.com   ·   "
    "docker exec app env | smtpdoctor check --env-file -"
)
def check(
    target: Annotated[
        str | None,
        typer.Argument(help="A host, host:port, or smtp:// or smtps:// URL.", show_default=False),
    ] = None,
    host: Annotated[str | None, typer.Option(help="The server's name or address.")] = None,
    port: Annotated[str | None, typer.Option(help="The server's port.")] = None,
    tls: Annotated[TLS | None, typer.Option(help="When TLS starts.")] = None,
    user: Annotated[str | None, typer.Option(help="The user name of the login.")] = None,
    sender: Annotated[
        str | None, typer.Option("--from", help="The sender's address.", metavar="ADDRESS")
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(help="The recipient of the dry run; else the sender.", metavar="ADDRESS"),
    ] = None,
    ehlo: Annotated[str | None, typer.Option(help="The name to say in EHLO.")] = None,
    size: Annotated[
        str | None, typer.Option(help="The message's size to ask about.", metavar="BYTES")
    ] = None,
    env_file: Annotated[
        str | None,
        typer.Option(help="Read settings from this file, - for standard input.", metavar="FILE"),
    ] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    client: Annotated[
        str | None,
        typer.Option(help="Behave as this library does: nodemailer, smtplib, …", metavar="NAME"),
    ] = None,
    only: Annotated[list[Check] | None, typer.Option(help="Run this check only.")] = None,
    skip: Annotated[list[Check] | None, typer.Option(help="Leave this check out.")] = None,
    format_: Annotated[
        Format, typer.Option("--format", help="How to print the report.")
    ] = Format.TERMINAL,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 for warnings too.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show all evidence and the transcript.")
    ] = False,
    timeout: Annotated[
        float, typer.Option(help="Bound of the whole run in seconds.", min=1, max=600)
    ] = 30.0,
    save: Annotated[
        Path | None,
        typer.Option(help="Write the run to this file; it holds no secrets.", metavar="FILE"),
    ] = None,
    replay: Annotated[
        Path | None, typer.Option(help="Judge a saved run again.", metavar="FILE")
    ] = None,
    connect_to: Annotated[
        list[str] | None,
        typer.Option(
            help="Go to ADDRESS:PORT instead, as curl does.", metavar="HOST:PORT:ADDRESS:PORT"
        ),
    ] = None,
    cafile: Annotated[
        Path | None,
        typer.Option(help="Trust the CA certificates of this file (PEM) only.", metavar="FILE"),
    ] = None,
    nameserver: Annotated[
        list[str] | None,
        typer.Option(
            help="Ask this name server in place of the system's.", metavar="ADDRESS[:PORT]"
        ),
    ] = None,
    no_third_party: Annotated[
        bool,
        typer.Option("--no-third-party", help="Never connect to other companies' hosts."),
    ] = False,
    ticket: Annotated[
        bool,
        typer.Option(
            "--ticket",
            help="Print the request to the network's or platform's support in place of the report.",
        ),
    ] = False,
    ask_metadata: Annotated[
        bool,
        typer.Option(
            "--ask-metadata",
            help="When a port fails, ask the cloud's metadata service which platform this is.",
        ),
    ] = False,
) -> None:
    """Find out why mail can't be sent, and what to change. Sends no message."""
    from smtpdoctor.settings.reading import Options

    if ticket and format_ is Format.JSON:
        raise UsageFault("--ticket prints a text, not JSON; --save FILE writes the report as JSON")
    options = Options(
        target=target,
        host=host,
        port=port,
        tls=tls.value if tls else None,
        user=user,
        sender=sender,
        to=to,
        ehlo=ehlo,
        size=size,
        client=client,
        env_file=env_file,
        password_stdin=password_stdin,
    )
    if save is not None:
        _make_sure_of(save)
    if replay is not None:
        report = _replayed(replay)
    else:
        report = _checked(
            options,
            only=only or [],
            skip=skip or [],
            timeout=timeout,
            connect_to=connect_to or [],
            cafile=cafile,
            nameservers=nameserver or [],
            third_party=not no_third_party,
            ticket=ticket,
            ask_metadata=ask_metadata,
            live=format_ is Format.TERMINAL,
        )
    if save is not None:
        _save(report, save)
    with _verdict_stands():
        if ticket:
            from smtpdoctor.report.ticket import ticket as render_ticket

            sys.stdout.write(render_ticket(report))
        else:
            _show(report, format_, verbose=verbose, strict=strict)
    raise typer.Exit(report.exit_status(strict=strict))


@app.command(
    epilog="Examples:  smtpdoctor sender info@example.com --through ionos   ·   "
    "smtpdoctor sender info@example.com --ip 192.0.2.1 --helo mail.example.com"
)
def sender(
    address: Annotated[str, typer.Argument(help="The sender, as in From.", show_default=False)],
    through: Annotated[
        str | None,
        typer.Option(help="Who delivers: ionos, gmail, …, or a host.", metavar="PROVIDER|HOST"),
    ] = None,
    ip: Annotated[
        str | None,
        typer.Option(help="Evaluate SPF for this client address.", metavar="ADDRESS"),
    ] = None,
    helo: Annotated[
        str | None, typer.Option(help="The name that client greets with.", metavar="NAME")
    ] = None,
    format_: Annotated[
        Format, typer.Option("--format", help="How to print the report.")
    ] = Format.TERMINAL,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 for warnings too.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show all evidence and the tree of SPF.")
    ] = False,
    nameserver: Annotated[
        list[str] | None,
        typer.Option(
            help="Ask this name server in place of the system's.", metavar="ADDRESS[:PORT]"
        ),
    ] = None,
) -> None:
    """Find out whether receivers will believe mail from an address: SPF, DKIM and DMARC.

    Asks the DNS only: no credentials, no connection to a mail server, no message.
    """
    import asyncio

    from smtpdoctor.api import asender
    from smtpdoctor.settings.reading import UsageError

    try:
        with _LiveLine(sys.stderr if format_ is Format.TERMINAL else None) as line:
            report = asyncio.run(
                asender(
                    address,
                    through=through,
                    ip=ip,
                    helo=helo,
                    nameservers=nameserver or (),
                    listener=line.seen,
                )
            )
    except UsageError as error:
        raise UsageFault(str(error)) from None
    _show(report, format_, verbose=verbose, strict=strict)
    raise typer.Exit(report.exit_status(strict=strict))


@app.command(epilog="Example:  smtpdoctor settings --env-file .env.production")
def settings(
    env_file: Annotated[
        str | None,
        typer.Option(help="Read settings from this file, - for standard input.", metavar="FILE"),
    ] = None,
    format_: Annotated[
        Format, typer.Option("--format", help="How to print the settings.")
    ] = Format.TERMINAL,
) -> None:
    """Show the settings as check would read them, where each stands and what it shadows."""
    from smtpdoctor.settings.reading import Options, UsageError, read_settings
    from smtpdoctor.settings.show import as_data, show

    try:
        read, _ = read_settings(
            Options(env_file=env_file), environ=os.environ, folder=_folder(), stdin=sys.stdin
        )
    except UsageError as error:
        raise UsageFault(str(error)) from None
    if format_ is Format.JSON:
        from smtpdoctor.text import as_json

        _write_json(as_json(as_data(read)))
    else:
        print(show(read))


@app.command(
    epilog="Examples:  smtpdoctor explain port-blocked   ·   smtpdoctor explain  (lists the codes)"
)
def explain(
    code: Annotated[
        str | None, typer.Argument(help="A diagnosis code, as reports print it.")
    ] = None,
) -> None:
    """Print the page of a diagnosis code; without one, list the codes. Needs no network."""
    from smtpdoctor import pages

    if code is None:
        for name, title in pages.titles().items():
            print(f"{name:34} {title}")
        return
    page = pages.read(code.strip())
    if page is None:
        near = pages.nearest(code)
        hint = f"; did you mean {near}?" if near else "; smtpdoctor explain lists the codes"
        raise UsageFault(f"no diagnosis code {code!r}{hint}")
    print(page, end="")


@app.command(epilog="Examples:  smtpdoctor demo   ·   smtpdoctor demo wrong-password")
def demo(
    scenario: Annotated[
        str, typer.Argument(help="The fault to show; --list names them.")
    ] = "secure-true-on-587",
    list_: Annotated[bool, typer.Option("--list", help="List the scenarios.")] = False,
    format_: Annotated[
        Format, typer.Option("--format", help="How to print the report.")
    ] = Format.TERMINAL,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show all evidence and the transcript.")
    ] = False,
) -> None:
    """Start a server with a known fault on this machine and run the real check against it.

    Exit 0 when the cause named is the scenario's.
    """
    from smtpdoctor.demo import command

    if list_:
        for line in command.listing():
            print(line)
        return
    try:
        with _LiveLine(sys.stderr if format_ is Format.TERMINAL else None) as live:
            report, setup = command.play(scenario, listener=live.seen)
    except command.UnknownScenarioError as error:
        raise UsageFault(str(error)) from None
    with _verdict_stands():
        if format_ is Format.TERMINAL:
            print(f"scenario {scenario}, with this .env:\n")
            for line in command.masked(setup.env_text).splitlines():
                print(f"    {line}")
            print()
        _show(report, format_, verbose=verbose, strict=False)
    raise typer.Exit(0 if command.named(report, setup.expected) else 1)


def _checked(options: object, *, live: bool, **more: object) -> Report:
    import asyncio

    from smtpdoctor.api import make_plan
    from smtpdoctor.api import run as run_plan
    from smtpdoctor.settings.reading import UsageError

    try:
        plan = make_plan(
            options,  # type: ignore[arg-type]
            environ=os.environ,
            folder=_folder(),
            stdin=sys.stdin,
            **more,  # type: ignore[arg-type]
        )
    except UsageError as error:
        raise UsageFault(str(error)) from None
    with _LiveLine(sys.stderr if live else None) as line:
        return asyncio.run(run_plan(plan, environ=os.environ, listener=line.seen))


class _LiveLine:
    """One line on a terminal that says what is being waited for; nothing elsewhere."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = (
            stream
            if stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"
            else None
        )

    def __enter__(self) -> _LiveLine:
        return self

    def __exit__(self, *_: object) -> None:
        self._write("")

    def seen(self, observation: AnyObservation) -> None:
        from smtpdoctor.observations import CHECK_SPECS, Session

        begun = isinstance(observation, Session)
        self._write(f"{CHECK_SPECS['reach' if begun else observation.check].next_wait} …")

    def _write(self, words: str) -> None:
        if self._stream is not None:
            with contextlib.suppress(OSError):  # a terminal that has gone costs no run
                self._stream.write(f"\r\x1b[K{words}")
                self._stream.flush()


def _show(report: Report, format_: Format, *, verbose: bool, strict: bool) -> None:
    if format_ is Format.JSON:
        from smtpdoctor.report.json import render as render_json

        _write_json(render_json(report))
        return
    from rich.console import Console

    from smtpdoctor.report.terminal import render as render_terminal

    console = Console(highlight=False, width=None if sys.stdout.isatty() else 80)
    render_terminal(report, console, verbose=verbose, strict=strict)


@contextlib.contextmanager
def _verdict_stands() -> Iterator[None]:
    """The exit status is the verdict's, also where the reader has gone before the end."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        # what is still in the buffer is written at the very end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except SystemExit:  # rich does the same by itself, and then leaves
        pass


def _write_json(text: str) -> None:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # RFC 8259 §8.1, whatever the terminal has
    sys.stdout.write(text)


def _replayed(path: Path) -> Report:
    from smtpdoctor.report.json import SavedRunError, read
    from smtpdoctor.report.model import build

    try:
        observations, started, seconds = read(path.read_bytes())
    except OSError as error:
        raise UsageFault(f"{path}: {error.strerror}") from None
    except SavedRunError as error:
        raise UsageFault(f"{path}: {error}") from None
    return build(observations, started=started, seconds=seconds)


def _make_sure_of(path: Path) -> None:
    """A run may cost a login, and a file that can't be written should not cost the run."""
    try:
        path.open("a").close()
    except OSError as error:
        raise UsageFault(f"{path}: {error.strerror}") from None


def _save(report: Report, path: Path) -> None:
    from smtpdoctor.report.json import render as render_json

    try:
        path.write_text(render_json(report), encoding="utf-8")
    except OSError as error:
        raise UsageFault(f"{path}: {error.strerror}") from None


def _folder() -> Path:
    try:
        return Path.cwd()
    except OSError as error:
        raise UsageFault(f"the working folder: {error.strerror}") from None

"""`smtpdoctor explain`: what an error message means, or the page of a diagnosis code."""

from __future__ import annotations

import os
import re
import stat
import sys
from typing import Annotated

import typer

from smtpdoctor.cli import _completion
from smtpdoctor.cli._output import UsageFault, write, write_list, write_utf8

EPILOG = (
    "Examples:  smtpdoctor explain 'connect ETIMEDOUT 192.0.2.1:465'   ·   "
    "docker logs app 2>&1 | smtpdoctor explain   ·   smtpdoctor explain port-blocked"
)

INCONCLUSIVE = 3
#: What is read of a file or pipe, in bytes: the end of it, where the newest stands.
MOST_READ = 10 * 1024 * 1024
#: A pipe that nobody has written to for so many seconds has no text.
FIRST_BYTE = 2.0

NOTHING = (
    "Nothing in this text says what went wrong with mail. Paste the program's whole message, with "
    "the lines around it: the exception with its cause, or a debug transcript (Nodemailer logger: "
    "true, debug: true; PHPMailer SMTPDebug = 2; smtplib set_debuglevel(1); JavaMail mail.debug; "
    "curl -v; swaks)."
)


def explain(  # long: one parameter an option
    text: Annotated[
        str | None,
        typer.Argument(
            help="An error message, - for standard input, or a diagnosis code.",
            metavar="TEXT|-",
            autocompletion=_completion.codes,
        ),
    ] = None,
    file: Annotated[
        str | None, typer.Option("--file", help="Read the text from this file.", metavar="FILE")
    ] = None,
    host: Annotated[
        str | None, typer.Option(help="The SMTP host of the program.", metavar="HOST")
    ] = None,
    port: Annotated[int | None, typer.Option(help="Its port.", metavar="PORT")] = None,
    secure: Annotated[
        str | None,
        typer.Option(
            help="true: TLS from the first byte; false, starttls, none.",
            metavar="MODE",
            autocompletion=_completion.secure,
        ),
    ] = None,
    client: Annotated[
        str | None,
        typer.Option(
            help="The mail library: nodemailer, smtplib, …",
            metavar="NAME",
            autocompletion=_completion.clients,
        ),
    ] = None,
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            help="How to print.",
            metavar="terminal|json",
            autocompletion=_completion.terminal_or_json,
        ),
    ] = "terminal",
    anonymous: Annotated[
        bool, typer.Option("--anonymous", help="Leave out what stands before @ in addresses.")
    ] = False,
) -> None:
    """Name the cause behind an error message, or print a code's page.

    Takes what another program printed, and needs no network. Without a text, lists the codes.
    """
    if format_ not in ("terminal", "json"):
        raise UsageFault(f"--format: {format_!r} is none of terminal, json")
    if text is not None and file is not None:
        raise UsageFault("--file and TEXT exclude each other")
    if text is not None and text != "-" and _page(text):
        return
    given = _read(text, file)
    if given is None or (text is None and file is None and not given.strip()):
        _list()
        return
    from smtpdoctor.explain import examine_text
    from smtpdoctor.explain import given as known
    from smtpdoctor.settings.usage import UsageError

    try:
        found = examine_text(given, known(host, port, secure, client), anonymous=anonymous)
    except UsageError as error:
        raise UsageFault(f"--{error}") from None
    if format_ == "json":
        import msgspec

        from smtpdoctor.text import as_json

        candidates = msgspec.to_builtins([item.candidate for item in found.ranked])
        write_utf8(as_json({"schema": 1, "candidates": candidates}))
    elif found.ranked:
        from smtpdoctor.cli._output import terminal_options
        from smtpdoctor.explain.page import render

        write(render(found, terminal_options()))
    elif text is not None and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", text.strip()):
        from smtpdoctor import pages

        near = pages.nearest(text)
        hint = f"; did you mean {near}?" if near else "; smtpdoctor explain lists the codes"
        raise UsageFault(f"no diagnosis code {text!r}{hint}")
    else:
        from smtpdoctor.cli._output import terminal_options
        from smtpdoctor.text import wrapped

        write("".join(f"{line}\n" for line in wrapped(NOTHING, terminal_options().width)))
    if not found.ranked:
        raise typer.Exit(INCONCLUSIVE)


def _page(text: str) -> bool:
    """Print the page where the text is a code's name."""
    from smtpdoctor import pages

    page = pages.read(text.strip())
    if page is None:
        return False
    from smtpdoctor.cli._output import terminal_options
    from smtpdoctor.report.formats import Options
    from smtpdoctor.report.markdown import rendered

    # what rich makes of a terminal is asked only where there is one
    write(rendered(page, terminal_options() if sys.stdout.isatty() else Options()))
    return True


def _list() -> None:
    """The codes by area, each with its one line."""
    from smtpdoctor import pages

    titles = pages.titles()
    longest = max(map(len, titles))
    by_area: dict[str, list[str]] = {}
    for code in titles:
        by_area.setdefault(pages.area(code), []).append(code)
    parts = []
    for area, name in pages.AREAS.items():
        lines = [f"  {code:{longest}} {titles[code]}\n" for code in by_area.get(area, ())]
        parts.append("".join([f"{name}\n", *lines]))
    write_list("\n".join(parts), column=longest + 3)


def _read(text: str | None, file: str | None) -> str | None:
    """The text that was given; None where nothing was."""
    if file is not None and file != "-":
        from smtpdoctor.files import FLAGS

        try:
            with open(os.open(file, FLAGS), "rb") as opened:
                if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
                    raise UsageFault(f"--file {file}: is no regular file; use a pipe: explain -")
                return _decoded(_end_of(opened.fileno()))
        except OSError as error:
            raise UsageFault(f"--file {file}: {error.strerror}") from None
    if text not in (None, "-"):
        return text
    if text is None and file is None and not _has_text():
        return None
    data = bytearray()
    while part := sys.stdin.buffer.read(1 << 20):
        data += part
        if len(data) > 2 * MOST_READ:
            del data[:-MOST_READ]
    return _decoded(bytes(data[-MOST_READ:]))


def _end_of(descriptor: int) -> bytes:
    size = os.fstat(descriptor).st_size
    if size > MOST_READ:
        os.lseek(descriptor, size - MOST_READ, os.SEEK_SET)
    data = bytearray()
    while len(data) < MOST_READ and (part := os.read(descriptor, 1 << 20)):
        data += part
    return bytes(data)


def _decoded(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):  # what PowerShell redirects
        return data.decode("utf-16", "replace")
    return data.decode("utf-8", "replace")


def _has_text() -> bool:
    """Whether standard input is a file or a pipe that somebody writes to."""
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError, AttributeError):
        return False
    if stat.S_ISREG(mode):
        return True
    if not stat.S_ISFIFO(mode) and not stat.S_ISSOCK(mode):
        return False
    if os.name != "posix":
        return True
    import select

    return bool(select.select([sys.stdin.fileno()], [], [], FIRST_BYTE)[0])

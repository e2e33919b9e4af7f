"""`smtpdoctor sender`: the sender dry run by itself."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from smtpdoctor.cli import _completion
from smtpdoctor.cli._files import Force, Outputs, add_summary, outputs, write_outputs
from smtpdoctor.cli._live import LiveLine
from smtpdoctor.cli._output import NameServers, ReportFormat, Strict, UsageFault, show
from smtpdoctor.report import formats

EPILOG = (
    "Examples:  smtpdoctor sender info@example.com --through ionos   ·   "
    "smtpdoctor sender info@example.com --ip 192.0.2.1 --helo mail.example.com"
)


def sender(
    address: Annotated[
        str, typer.Argument(metavar="ADDRESS", help="The sender, as in From.", show_default=False)
    ],
    through: Annotated[
        str | None,
        typer.Option(
            help="Who delivers: ionos, gmail, …, or a host.",
            metavar="PROVIDER|HOST",
            autocompletion=_completion.relays,
        ),
    ] = None,
    ip: Annotated[
        str | None,
        typer.Option(help="Evaluate SPF for this client address.", metavar="ADDRESS"),
    ] = None,
    helo: Annotated[
        str | None, typer.Option(help="The name that client greets with.", metavar="NAME")
    ] = None,
    format_: ReportFormat = "terminal",
    output: Outputs = None,
    force: Force = False,
    strict: Strict = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show all evidence and the tree of SPF.")
    ] = False,
    nameserver: NameServers = None,
) -> None:
    """Find out whether receivers believe mail from an address.

    Judges SPF, DKIM and DMARC of its domain.

    Asks the DNS only: no credentials, no connection to a mail server, no message.
    """
    import asyncio

    from smtpdoctor.api import run, sender_plan
    from smtpdoctor.settings.reading import UsageError

    wanted = outputs(output or (), force=force)
    try:
        plan = sender_plan(address, through=through, ip=ip, helo=helo, nameservers=nameserver or ())
    except UsageError as error:
        raise UsageFault(str(error)) from None
    with LiveLine(None if formats.is_for_programs(format_) else sys.stderr) as line:
        report = asyncio.run(
            run(
                plan,
                environ=os.environ,
                listener=line.seen,
                also_needed=formats.modules_of(format_),
            )
        )
    write_outputs(report, wanted, force=force, strict=strict, verbose=verbose)
    show(report, format_, verbose=verbose, strict=strict)
    add_summary(report, format_)
    raise typer.Exit(formats.exit_status(format_, report, strict=strict))

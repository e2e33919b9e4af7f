"""`smtpdoctor batch`: many targets or senders."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smtpdoctor.cli import _completion
from smtpdoctor.cli._output import (
    NETWORK,
    REPORT,
    SCOPE,
    NameServers,
    Strict,
    Timeout,
    UsageFault,
    make_room,
)
from smtpdoctor.deadline import DEFAULT_TIMEOUT

if TYPE_CHECKING:
    from smtpdoctor.batch.shard import Shard

EPILOG = (
    "Examples:  smtpdoctor batch customers.csv --output jsonl=results.jsonl   ·   "
    "smtpdoctor batch --sender addresses.txt --format csv > senders.csv   ·   "
    "smtpdoctor batch customers.csv --output csv=results.csv --resume"
)
PRINTED = ("jsonl", "csv")


def batch(  # long: one parameter an option
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE|-",
            help="CSV with a header, JSON Lines, or one target a line; - for standard input.",
            show_default=False,
        ),
    ],
    sender: Annotated[
        bool,
        typer.Option(
            "--sender", help="Judge senders: each line has an address.", rich_help_panel=SCOPE
        ),
    ] = False,
    through: Annotated[
        str | None,
        typer.Option(
            help="With --sender: who delivers, where a line doesn't say.",
            metavar="PROVIDER|HOST",
            autocompletion=_completion.relays,
            rich_help_panel=SCOPE,
        ),
    ] = None,
    client: Annotated[
        str | None,
        typer.Option(
            help="Behave as this library does, where a line doesn't say.",
            metavar="NAME",
            autocompletion=_completion.clients,
            rich_help_panel=SCOPE,
        ),
    ] = None,
    input_format: Annotated[
        str | None,
        typer.Option(
            help="What FILE is: csv, jsonl or plain; else its first line tells.",
            metavar="FORMAT",
            rich_help_panel=SCOPE,
        ),
    ] = None,
    shard: Annotated[
        str | None,
        typer.Option(
            help="Check this share alone, such as 3/10; index/10 in a Kubernetes job.",
            metavar="NUMBER/OF",
            rich_help_panel=SCOPE,
        ),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            help="Check on the workers of this Dask scheduler: tls://HOST:8786.",
            metavar="ADDRESS",
            rich_help_panel=NETWORK,
        ),
    ] = None,
    jobs: Annotated[
        int,
        typer.Option(help="Check so many at a time.", metavar="NUMBER", rich_help_panel=NETWORK),
    ] = 64,
    rate: Annotated[
        float | None,
        typer.Option(
            help="Begin at most so many in a second.", metavar="NUMBER", rich_help_panel=NETWORK
        ),
    ] = None,
    timeout: Timeout = DEFAULT_TIMEOUT,
    connect_to: Annotated[
        list[str] | None,
        typer.Option(
            help="Go to ADDRESS:PORT instead, as curl does.",
            metavar="HOST:PORT:ADDRESS:PORT",
            rich_help_panel=NETWORK,
        ),
    ] = None,
    cafile: Annotated[
        Path | None,
        typer.Option(
            help="Trust the CA certificates of this file (PEM) only.",
            metavar="FILE",
            rich_help_panel=NETWORK,
        ),
    ] = None,
    nameserver: NameServers = None,
    no_third_party: Annotated[
        bool,
        typer.Option(
            "--no-third-party",
            help="Never connect to other companies' hosts.",
            rich_help_panel=NETWORK,
        ),
    ] = False,
    format_: Annotated[
        str | None,
        typer.Option(
            "--format", help="Print jsonl or csv.", metavar="FORMAT", rich_help_panel=REPORT
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            help="Write jsonl, csv or parquet to a file instead.",
            metavar="FORMAT=FILE",
            rich_help_panel=REPORT,
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="Go on where an earlier run of the same batch was ended.",
            rich_help_panel=REPORT,
        ),
    ] = False,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="Let a file that is no earlier result be replaced.",
            rich_help_panel=REPORT,
        ),
    ] = False,
    strict: Strict = False,
) -> None:
    """Check many targets, or judge many senders, side by side.

    One line of JSON a target, as results come; a summary at the end, on standard error. With one
    server there are two sessions at a time at most, and an account is logged in once.

    Exit 0 nothing wrong or warnings only, 1 an error somewhere, 3 something could not be told.
    """
    from smtpdoctor.batch.many import pace_of
    from smtpdoctor.batch.reading import Reading
    from smtpdoctor.batch.rows import Rows
    from smtpdoctor.batch.shard import read_shard, shard_of_index
    from smtpdoctor.batch.source import count_lines, open_input
    from smtpdoctor.batch.targets import common_options
    from smtpdoctor.cli._batch import Work, known
    from smtpdoctor.files import FileFault
    from smtpdoctor.settings.usage import UsageError

    form = known("--input-format", input_format, ("csv", "jsonl", "plain"))
    printed = known("--format", format_, PRINTED)
    if through is not None and not sender:
        raise UsageFault("--through needs --sender")
    if output is None and (resume or force):
        raise UsageFault(f"--{'resume' if resume else 'force'} needs --output FORMAT=FILE")
    if output is not None and format_ is not None:
        raise UsageFault("--format prints, and --output writes instead: give one of them")
    make_room()
    try:
        common = common_options(
            client=client,
            timeout=timeout,
            connect_to=connect_to or (),
            cafile=cafile,
            nameservers=nameserver or (),
            third_party=not no_third_party,
        )
        pace = pace_of(jobs, rate)
        share: Shard | None = None
        if shard is not None and shard.startswith("index/"):
            of = read_shard(f"1/{shard.removeprefix('index/')}").of
            share = shard_of_index(os.environ.get("JOB_COMPLETION_INDEX", ""), of)
        elif shard is not None:
            share = read_shard(shard)
        work = Work(sender=sender, strict=strict)
        if output is not None:
            work.write_to(output, resume=resume, force=force)
        descriptor = open_input(file)
        reading = Reading(
            descriptor,
            Rows(form, senders=sender),  # type: ignore[arg-type]
            common,
            through=through,
            share=share,
            record=work.record,
            scheduler=scheduler or "",
        )
        # how many of them are another share's is not known before they are read
        total = count_lines(descriptor) if share is None else None
        status = work.go(reading, pace, common, total, printed or "jsonl", scheduler)
    except (UsageError, FileFault) as error:
        raise UsageFault(str(error)) from None
    raise typer.Exit(status)

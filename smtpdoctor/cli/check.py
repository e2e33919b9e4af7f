"""`smtpdoctor check`: the main job."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smtpdoctor.cli import _completion
from smtpdoctor.cli._configuration import accepted, configured, default
from smtpdoctor.cli._files import (
    Force,
    Outputs,
    add_summary,
    open_page,
    outputs,
    write_outputs,
)
from smtpdoctor.cli._live import LiveLine
from smtpdoctor.cli._output import (
    NETWORK,
    REPORT,
    SCOPE,
    SETTINGS,
    Anonymous,
    CAFile,
    ConnectTo,
    EnvFile,
    Fix,
    NameServers,
    NoThirdParty,
    Profile,
    ReportFormat,
    SetUps,
    Skip,
    Strict,
    Target,
    Timeout,
    UsageFault,
    Yes,
    checks_of,
    folder,
    handed,
    make_room,
    make_sure_of_fix,
    put_in_order,
    show,
    write,
)
from smtpdoctor.deadline import DEFAULT_TIMEOUT
from smtpdoctor.report import formats

if TYPE_CHECKING:
    from smtpdoctor.examination.options import CheckOptions
    from smtpdoctor.plans import Plans
    from smtpdoctor.report.model import Report

EPILOG = (
    "Examples:  smtpdoctor check    (in the folder with .env)   ·   "
    "smtpdoctor check smtps://smtp.ionos.com   ·   "
    "docker exec app env | smtpdoctor check --env-file -"
)


#: What people say for a mode, and the word that --tls takes.
MODES = {
    "implicit": "implicit",
    "starttls": "starttls",
    "none": "none",
    "ssl": "implicit",
    "ssl/tls": "implicit",
    "smtps": "implicit",
    "true": "implicit",
    "tls": "starttls",
    "false": "none",
    "off": "none",
    "plain": "none",
}


def _mode(word: str | None) -> str | None:
    if word in (None, "implicit", "starttls", "none"):
        return word
    meant = MODES.get(str(word).strip().lower(), "")
    hint = f"; did you mean {meant}?" if meant else ""
    raise UsageFault(f"--tls: {word!r} is none of implicit, starttls, none{hint}")


def check(  # long: one parameter an option
    context: typer.Context,
    target: Target = None,
    host: Annotated[
        str | None,
        typer.Option(
            help="The server's name or address.", metavar="HOST", rich_help_panel=SETTINGS
        ),
    ] = None,
    port: Annotated[
        str | None,
        typer.Option(help="The server's port.", metavar="PORT", rich_help_panel=SETTINGS),
    ] = None,
    tls: Annotated[
        str | None,
        typer.Option(
            help="When TLS starts: at once, by STARTTLS, never.",
            metavar="implicit|starttls|none",
            callback=_mode,
            autocompletion=_completion.modes,
            rich_help_panel=SETTINGS,
        ),
    ] = None,
    user: Annotated[
        str | None,
        typer.Option(help="The user name of the login.", metavar="NAME", rich_help_panel=SETTINGS),
    ] = None,
    password_stdin: Annotated[
        bool,
        typer.Option(
            "--password-stdin",
            help="Read the password from standard input.",
            rich_help_panel=SETTINGS,
        ),
    ] = False,
    sender: Annotated[
        str | None,
        typer.Option(
            "--from", help="The sender's address.", metavar="ADDRESS", rich_help_panel=SETTINGS
        ),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            help="The recipient of the dry run; else the sender.",
            metavar="ADDRESS",
            rich_help_panel=SETTINGS,
        ),
    ] = None,
    ehlo: Annotated[
        str | None,
        typer.Option(help="The name to say in EHLO.", metavar="NAME", rich_help_panel=SETTINGS),
    ] = None,
    size: Annotated[
        str | None,
        typer.Option(
            help="The message's size to ask about: 26214400, 25MB.",
            metavar="BYTES",
            rich_help_panel=SETTINGS,
        ),
    ] = None,
    env_file: EnvFile = None,
    client: Annotated[
        str | None,
        typer.Option(
            help="Behave as this library does: nodemailer, smtplib, …",
            metavar="NAME",
            autocompletion=_completion.clients,
            rich_help_panel=SETTINGS,
        ),
    ] = None,
    setup: SetUps = None,
    profile: Profile = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            help="Run only these of settings, dns, reach, tls, auth, sender.",
            metavar="CHECK[,CHECK]",
            autocompletion=_completion.checks,
            rich_help_panel=SCOPE,
        ),
    ] = None,
    skip: Skip = None,
    replay: Annotated[
        Path | None,
        typer.Option(help="Judge a saved run again.", metavar="FILE", rich_help_panel=SCOPE),
    ] = None,
    timeout: Timeout = DEFAULT_TIMEOUT,
    connect_to: ConnectTo = None,
    cafile: CAFile = None,
    nameserver: NameServers = None,
    no_third_party: NoThirdParty = False,
    ask_metadata: Annotated[
        bool,
        typer.Option(
            "--ask-metadata",
            help="When a port fails, ask the cloud's metadata service which platform this is.",
            rich_help_panel=NETWORK,
        ),
    ] = False,
    format_: ReportFormat = "terminal",
    output: Outputs = None,
    strict: Strict = False,
    verbose: Annotated[
        bool,
        typer.Option(
            "--verbose",
            "-v",
            help="Show all evidence and the transcript.",
            rich_help_panel=REPORT,
        ),
    ] = False,
    save: Annotated[
        Path | None,
        typer.Option(
            help="Write the run to this file; it holds no secrets.",
            metavar="FILE",
            rich_help_panel=REPORT,
        ),
    ] = None,
    force: Force = False,
    open_: Annotated[
        bool,
        typer.Option(
            "--open", help="Show the report as a page in the browser, too.", rich_help_panel=REPORT
        ),
    ] = False,
    anonymous: Anonymous = False,
    ticket: Annotated[
        bool,
        typer.Option(
            "--ticket",
            help="Print a request to the network's or platform's support instead.",
            rich_help_panel=REPORT,
        ),
    ] = False,
    fix: Fix = False,
    yes: Yes = False,
) -> None:
    """Find out why mail can't be sent, and what to change. Sends no message."""
    if ticket and format_ not in ("terminal", "ticket"):
        raise UsageFault(
            f"--ticket prints a text, not {format_}; --save FILE writes the report as JSON"
        )
    own = configured(folder() if replay is None else None)
    format_ = "ticket" if ticket else default(context, "format_", format_, own.format)
    timeout = default(context, "timeout", timeout, own.timeout)
    make_sure_of_fix(fix=fix, yes=yes, anonymous=anonymous)
    if fix and (replay is not None or env_file == "-"):
        raise UsageFault("--fix writes into the files of this folder: not with --replay or -")
    wanted = outputs(output or (), save, force=force)
    if replay is not None:
        _make_sure_of_replay(
            {
                "TARGET": target,
                "--host": host,
                "--port": port,
                "--tls": tls,
                "--user": user,
                "--password-stdin": password_stdin,
                "--from": sender,
                "--to": to,
                "--ehlo": ehlo,
                "--size": size,
                "--env-file": env_file,
                "--client": client,
                "--setup": setup,
                "--only": only,
                "--skip": skip,
            }
        )
        report = accepted(_replayed(replay), own)
    else:
        from smtpdoctor.examination.options import CheckOptions

        options = CheckOptions(
            target=target,
            host=host,
            port=port,
            tls=tls,  # type: ignore[arg-type]
            user=user,
            sender=sender,
            to=to,
            ehlo=ehlo,
            size=size,
            client=client,
            env_file=env_file,
            setup=setup or (),
            default_setup=own.default_setup,
            profile=profile or own.profile,
            folder=folder(),
            only=checks_of("--only", only),  # type: ignore[arg-type]
            skip=checks_of("--skip", skip),  # type: ignore[arg-type]
            timeout=timeout,
            connect_to=connect_to or (),
            cafile=cafile,
            nameservers=nameserver or (),
            third_party=not no_third_party,
            ticket=format_ == "ticket",
            ask_metadata=ask_metadata,
        )
        live = not formats.is_for_programs(format_)
        plans = _planned(options, password_stdin=password_stdin, anonymous=anonymous)
        whole = not (setup or only or skip) and target is None and host is None
        report = accepted(_checked(plans, live=live, format_=format_), own, plans, whole=whole)
        if fix:
            if live:
                show(report, format_, verbose=verbose, strict=strict)
            mended = _mended(report, plans, options, yes=yes, live=live, format_=format_)
            if mended is None and live:
                raise typer.Exit(formats.exit_status(format_, report, strict=strict))
            report = accepted(mended, own, plans, whole=whole) if mended else report
    write_outputs(report, wanted, force=force, strict=strict, verbose=verbose, anonymous=anonymous)
    shown = handed(report, format_, anonymous=anonymous)
    show(shown, format_, verbose=verbose, strict=strict)
    add_summary(report, format_, anonymous=anonymous)
    if open_:
        open_page(report, anonymous=anonymous)
    raise typer.Exit(formats.exit_status(format_, report, strict=strict))


def _make_sure_of_replay(given: Mapping[str, object]) -> None:
    """What was judged is in the saved run: nothing of it can be another now."""
    said = next((name for name, value in given.items() if value), None)
    if said is not None:
        raise UsageFault(f"--replay judges a run that was made before: not with {said}")


def _planned(options: CheckOptions, *, password_stdin: bool, anonymous: bool = False) -> Plans:
    from smtpdoctor.plans import make_plans
    from smtpdoctor.settings.reading import UsageError

    try:
        with put_in_order():  # it may ask for a password
            plans = make_plans(options, stdin=sys.stdin, password_stdin=password_stdin)
    except UsageError as error:
        raise UsageFault(error.unnamed if anonymous else str(error)) from None
    if len(plans.logins) > 1:
        # what a CI's log shows is public, too
        which = "" if anonymous else f": {', '.join(plans.logins)}"
        print(f"logging in at {len(plans.logins)} servers{which}", file=sys.stderr)
    return plans


def _checked(plans: Plans, *, live: bool, format_: str) -> Report:
    import asyncio

    from smtpdoctor.api import run_all

    make_room()
    line = LiveLine(sys.stderr if live else None, several=len(plans.plans) > 1)
    with contextlib.suppress(KeyboardInterrupt), line:
        return asyncio.run(
            run_all(
                plans,
                environ=os.environ,
                listener=line.seen,
                also_needed=formats.modules_of(format_),
            )
        )
    if live:
        write(line.stopped())
    raise KeyboardInterrupt


def _mended(
    report: Report, plans: Plans, options: CheckOptions, *, yes: bool, live: bool, format_: str
) -> Report | None:
    """Write the fixes and check again; None where nothing was written."""
    from smtpdoctor.cli import _fixing

    mending = _fixing.agreed(report, options, yes=yes)
    if mending is None:
        return None
    from smtpdoctor.mending import once_more

    again = _planned(_fixing.with_password(options, plans), password_stdin=False)
    second = _checked(once_more(again, plans, report), live=live, format_=format_)
    _fixing.tell(report, second, mending)
    return second


def _replayed(path: Path) -> Report:
    from smtpdoctor.files import REPORT_LIMIT, FileFault, read_bounded
    from smtpdoctor.report.saved import SavedRunError, read

    try:
        return read(read_bounded(path, REPORT_LIMIT))
    except FileFault as fault:
        raise UsageFault(str(fault)) from None
    except SavedRunError as error:
        raise UsageFault(f"{path}: {error}") from None

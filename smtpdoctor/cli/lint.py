"""`smtpdoctor lint`: the settings of every set-up, judged without a network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smtpdoctor.cli._configuration import accepted, configured, default
from smtpdoctor.cli._files import Force, Outputs, add_summary, outputs, write_outputs
from smtpdoctor.cli._output import (
    Anonymous,
    Fix,
    Profile,
    ReportFormat,
    SetUps,
    Strict,
    UsageFault,
    Yes,
    folder,
    handed,
    make_sure_of_fix,
    show,
)
from smtpdoctor.report import formats

if TYPE_CHECKING:
    from smtpdoctor.configuration import Configuration
    from smtpdoctor.examination.options import CheckOptions
    from smtpdoctor.report.model import Report

EPILOG = (
    "Examples:  smtpdoctor lint   ·   smtpdoctor lint services/shop --strict   ·   "
    "smtpdoctor lint --output sarif=smtpdoctor.sarif"
)


def lint(  # long: one parameter an option
    context: typer.Context,
    where: Annotated[
        Path | None,
        typer.Argument(
            metavar="FOLDER",
            help="The project's folder; else the working folder.",
            show_default=False,
        ),
    ] = None,
    setup: SetUps = None,
    profile: Profile = None,
    format_: ReportFormat = "concise",
    output: Outputs = None,
    force: Force = False,
    anonymous: Anonymous = False,
    fix: Fix = False,
    yes: Yes = False,
    strict: Strict = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show notes too, and all evidence.")
    ] = False,
) -> None:
    """Judge the settings alone, without a network.

    For pre-commit hooks, pull requests and editors. Variables that only the deployment sets are
    not missed. Exit 0 when no error was found.
    """
    from smtpdoctor.cli import _fixing
    from smtpdoctor.examination.options import CheckOptions

    make_sure_of_fix(fix=fix, yes=yes, anonymous=anonymous)
    root = folder() if where is None else where
    if not root.is_dir():
        raise UsageFault(f"{root} is no folder")
    wanted = outputs(output or (), force=force)
    own = configured(root)
    format_ = default(context, "format_", format_, own.format)
    options = CheckOptions(
        folder=root,
        environ={},
        setup=setup or (),
        default_setup=own.default_setup,
        profile=profile or own.profile,
    )
    report = _looked_at(options, own, anonymous=anonymous)
    if fix and (mending := _fixing.agreed(report, options, yes=yes)) is not None:
        mended = _looked_at(options, own)
        _fixing.tell(report, mended, mending)
        report = mended
    write_outputs(
        report,
        wanted,
        force=force,
        strict=strict,
        verbose=verbose,
        anonymous=anonymous,
        root=root,
    )
    shown = handed(report, format_, anonymous=anonymous, root=root)
    show(shown, format_, verbose=verbose, strict=strict)
    add_summary(report, format_, anonymous=anonymous, root=root)
    raise typer.Exit(formats.exit_status(format_, report, strict=strict))


def _looked_at(options: CheckOptions, own: Configuration, *, anonymous: bool = False) -> Report:
    import asyncio

    from smtpdoctor.api import run_all
    from smtpdoctor.plans import make_lint_plans
    from smtpdoctor.settings.reading import UsageError

    try:
        plans = make_lint_plans(options)
    except UsageError as error:
        raise UsageFault(error.unnamed if anonymous else str(error)) from None
    report = asyncio.run(run_all(plans, environ={}))
    return accepted(report, own, plans, whole=not options.setup)

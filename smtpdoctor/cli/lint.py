"""`smtpdoctor lint`: the settings of every set-up, judged without a network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smtpdoctor.cli._output import (
    Anonymous,
    Fix,
    ReportFormat,
    Strict,
    UsageFault,
    Yes,
    folder,
    handed,
    make_sure_of_fix,
    show,
)
from smtpdoctor.cli._outputs import Force, Outputs, add_summary, outputs, write_outputs

if TYPE_CHECKING:
    from smtpdoctor.examination.options import CheckOptions
    from smtpdoctor.report.model import Report

EPILOG = (
    "Examples:  smtpdoctor lint   ·   smtpdoctor lint services/shop --strict   ·   "
    "smtpdoctor lint --output sarif=smtpdoctor.sarif"
)


def lint(
    where: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FOLDER]",
            help="The project's folder; else the working folder.",
            show_default=False,
        ),
    ] = None,
    setup: Annotated[
        list[str] | None,
        typer.Option(help="Look at this set-up alone: any part of its name.", metavar="NAME"),
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(help="Read the settings of this profile; else production.", metavar="NAME"),
    ] = None,
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
        raise UsageFault("FOLDER is no folder")
    wanted = outputs(output or (), force=force)
    options = CheckOptions(folder=root, environ={}, setup=setup or (), profile=profile)
    report = _looked_at(options)
    if fix and (mending := _fixing.agreed(report, options, yes=yes)) is not None:
        mended = _looked_at(options)
        _fixing.tell(report, mended, mending)
        report = mended
    write_outputs(report, wanted, force=force, strict=strict, verbose=verbose, anonymous=anonymous)
    shown = handed(report, format_, anonymous=anonymous)
    show(shown, format_, verbose=verbose, strict=strict)
    add_summary(report, format_, anonymous=anonymous)
    # the verdict says what a run would have to show; here the findings alone count
    found = {item.severity for item in report.diagnoses}
    raise typer.Exit(1 if "error" in found or (strict and "warning" in found) else 0)


def _looked_at(options: CheckOptions) -> Report:
    import asyncio

    from smtpdoctor.api import run_all
    from smtpdoctor.plans import make_lint_plans
    from smtpdoctor.settings.reading import UsageError

    try:
        plans = make_lint_plans(options)
    except UsageError as error:
        raise UsageFault(str(error)) from None
    return asyncio.run(run_all(plans, environ={}))

"""What a command writes beside what it prints: --output FORMAT=FILE, --save, a CI's summary, and
the page that --open shows."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from smtpdoctor.cli import _completion
from smtpdoctor.cli._output import HERE, REPORT, UsageFault, handed
from smtpdoctor.report import formats

if TYPE_CHECKING:
    from smtpdoctor.report.model import Report

Outputs = Annotated[
    list[str] | None,
    typer.Option(
        "--output",
        help="Write the report to a file too; repeatable.",
        metavar="FORMAT=FILE",
        autocompletion=_completion.outputs,
        rich_help_panel=REPORT,
    ),
]
Force = Annotated[
    bool,
    typer.Option(
        "--force",
        help="Let a file that is no earlier report be replaced.",
        rich_help_panel=REPORT,
    ),
]
#: Where GitHub Actions takes a job's summary from.
SUMMARY = "GITHUB_STEP_SUMMARY"


class Output(NamedTuple):
    """One file to write, and its format."""

    format: str
    path: Path


def outputs(given: Sequence[str], save: Path | None = None, *, force: bool) -> tuple[Output, ...]:
    """The files to write, --save's among them. A run may cost a login, and a file that can't be
    written should not cost the run. Raises UsageFault."""
    found = [Output("json", save)] if save is not None else []
    for text in given:
        name, equals, path = text.partition("=")
        if not equals or not path:
            raise UsageFault("--output: write FORMAT=FILE, such as sarif=smtpdoctor.sarif")
        if name not in formats.names():
            raise UsageFault(f"--output: the format is none of {', '.join(formats.names())}")
        found.append(Output(name, Path(path)))
    places = [os.path.realpath(item.path) for item in found]
    if len(set(places)) < len(places):
        raise UsageFault("--output: one file is named twice")
    for item in found:
        _make_sure_of(item.path, force=force)
    return tuple(found)


def _make_sure_of(path: Path, *, force: bool) -> None:
    from smtpdoctor.files import FileFault, check_writable
    from smtpdoctor.report.earlier import is_report

    try:
        check_writable(path, ours=is_report, force=force)
    except FileFault as fault:
        raise UsageFault(str(fault)) from None


def write_outputs(
    report: Report,
    wanted: Sequence[Output],
    *,
    force: bool,
    strict: bool,
    verbose: bool = False,
    anonymous: bool = False,
    root: Path = HERE,
) -> None:
    """Write each. Raises UsageFault for one that can't be written after all."""
    from smtpdoctor.files import FileFault, write_private
    from smtpdoctor.report.earlier import is_report

    options = formats.Options(strict=strict, verbose=verbose)
    for item in wanted:
        shown = handed(report, item.format, anonymous=anonymous, root=root)
        text = formats.render(item.format, shown, options)
        mode = formats.mode_of(item.format)
        try:
            write_private(item.path, text, ours=is_report, force=force, mode=mode)
        except FileFault as fault:
            raise UsageFault(str(fault)) from None


def add_summary(
    report: Report, format_: str, *, anonymous: bool = False, root: Path = HERE
) -> None:
    """The report as Markdown in the job's summary, where annotations of GitHub's are printed."""
    path = os.environ.get(SUMMARY)
    if format_ != "github" or not path:
        return
    from smtpdoctor.files import FileFault, append

    try:
        # it stands in the same repository as the annotations
        shown = handed(report, format_, anonymous=anonymous, root=root)
        append(path, formats.render("markdown", shown))
    except FileFault as fault:
        raise UsageFault(f"{SUMMARY}: {fault}") from None


def open_page(report: Report, *, anonymous: bool = False) -> None:
    """Write the report as a page that only its owner can read, and open it in the browser.

    The path is printed in any case: a browser may be shut off from folders for temporary files.
    Raises UsageFault where it can't be written.
    """
    import tempfile

    from smtpdoctor.files import FileFault, reason_of, write_private
    from smtpdoctor.report.earlier import is_report

    try:
        folder = Path(tempfile.mkdtemp(prefix="smtpdoctor-"))  # with mode 0700
        page = folder / "report.html"
        shown = handed(report, "html", anonymous=anonymous)
        write_private(page, formats.render("html", shown), ours=is_report)
    except FileFault as fault:
        raise UsageFault(str(fault)) from None
    except OSError as error:
        raise UsageFault(f"--open: no folder for temporary files: {reason_of(error)}") from None
    begun = _has_a_browser() and _open(page)
    print(f"{'opening' if begun else 'open'} {page}", file=sys.stderr)


def _has_a_browser() -> bool:
    """Whether there is a screen to open a browser on, or $BROWSER says what to open with: in WSL
    and over an editor's connection the screen is another machine's."""
    return (
        sys.platform in ("darwin", "win32")
        or bool(os.environ.get("BROWSER"))
        or bool(os.environ.get("DISPLAY"))
        or bool(os.environ.get("WAYLAND_DISPLAY"))
    )


#: Browsers that show the page where the report was printed.
FOR_TERMINALS = ("elinks", "links", "lynx", "w3m", "www-browser")


def _open(page: Path) -> bool:
    import webbrowser

    named = [name for name in os.environ.get("BROWSER", "").split(os.pathsep) if name]
    names: tuple[str | None, ...] = (*named,) or (None,)
    for name in names:
        try:
            browser = webbrowser.get(name)
            # exactly this type: a command of which nothing is known, or a browser for terminals
            if type(browser) is webbrowser.GenericBrowser:
                if name is None:
                    return False
                if Path(browser.name).name not in FOR_TERMINALS:
                    # a window stays open for longer than the doctor runs
                    browser = webbrowser.BackgroundBrowser([browser.name, *browser.args])
            if browser.open(page.as_uri()):
                return True
        except (webbrowser.Error, OSError):
            continue
    return False

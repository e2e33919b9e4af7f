"""The project's own file at the command line: its defaults below the options, and what it accepts.

Must not know the file's grammar (`configuration`), nor how an acceptance is applied
(`report.acceptance`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import typer

from smtpdoctor.cli._output import UsageFault

if TYPE_CHECKING:
    from smtpdoctor.configuration import Configuration
    from smtpdoctor.plans import Plans
    from smtpdoctor.report.model import Notice, Report

T = TypeVar("T")


def configured(folder: Path | None) -> Configuration:
    """What the folder's file says; of no folder, the working folder's, which may have gone."""
    from smtpdoctor.configuration import Configuration, ConfigurationError, read

    try:
        return read(Path.cwd() if folder is None else folder)
    except ConfigurationError as error:
        raise UsageFault(str(error)) from None
    except OSError:
        return Configuration()


def default(context: typer.Context, name: str, given: T, configured: T | None) -> T:
    """The parameter's value: the file's where the command line says nothing."""
    source = context.get_parameter_source(name)
    said = source is not None and source.name in ("COMMANDLINE", "ENVIRONMENT")
    return given if said or configured is None else configured


def accepted(
    report: Report, own: Configuration, plans: Plans | None = None, *, whole: bool = False
) -> Report:
    """The report with what the file accepts, what the file itself is said of, and the folder's
    programs whose settings no file has.

    `whole`: nothing on the command line left a part of the folder out.
    """
    from smtpdoctor.report.model import revised

    if plans is not None:
        report = revised(report, report.targets, (*_elsewhere(plans), *_unnamed(own, plans)))
    if not own.file:
        return report
    from smtpdoctor import pages
    from smtpdoctor.report.acceptance import accept

    areas = {code: pages.area(code) for code in {entry.code for entry in own.accept}}
    passed_over = plans.passed_over if plans is not None else ()
    setups = plans.setups if plans is not None and whole and not passed_over else None
    marked = accept(report, own.accept, areas, setups=setups)  # type: ignore[arg-type]
    return revised(marked, marked.targets, _notices(own, passed_over))


def _elsewhere(plans: Plans) -> Iterator[Notice]:
    from smtpdoctor.report.model import Notice

    for each in plans.elsewhere:
        file, _, line = each.setup.rpartition(":")
        if line.isdecimal():
            kept = Notice(
                kind="settings-elsewhere",
                severity="note",
                text=each.why,
                file=file,
                line=int(line),
            )
        else:
            text = f"{each.setup}: {each.why}"
            kept = Notice(kind="settings-elsewhere", severity="note", text=text)
        yield kept


def _unnamed(own: Configuration, plans: Plans) -> Iterator[Notice]:
    """That nothing is called as the profile of the command line or, below it, of the file."""
    from smtpdoctor.report.model import Notice

    if plans.unnamed_profile is None:
        return
    by_file = own.profile == plans.unnamed_profile
    yield Notice(
        kind="profile-unnamed",
        severity="warning",
        text=unnamed_words(plans.unnamed_profile),
        file=own.file if by_file else None,
        line=own.lines.get("profile") if by_file else None,
    )


def unnamed_words(profile: str) -> str:
    from smtpdoctor.text import visible

    name = visible(profile)
    return f"profile {name}: nothing in this folder is called so; what any profile has was read"


def _notices(own: Configuration, passed_over: tuple[str, ...]) -> list[Notice]:
    from smtpdoctor.report.model import Notice
    from smtpdoctor.words import listed

    said = listed(sorted(own.lines)) if own.lines else "nothing"
    notices = [
        Notice(
            kind="configuration",
            severity="note",
            text=f"this file was read; it sets {said}",
            file=own.file,
            line=min(own.lines.values(), default=1),
        )
    ]
    if passed_over:
        words = f"setup picks what is checked; left out: {', '.join(passed_over)}"
        notices.append(
            Notice(
                kind="set-ups-passed-over",
                severity="note",
                text=words,
                file=own.file,
                line=own.lines.get("setup", 1),
                setups=passed_over,
            )
        )
    return notices

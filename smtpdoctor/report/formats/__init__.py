"""The formats of a report: one file each, with one function `render(report, options) -> str`.

A format is found by its file's name, which is what --format takes: to add one is to add a file.
It decides how things look, never what is shown (`report.selection`). A format whose text another
program reads says so with `FOR_PROGRAMS = True`: it is written as UTF-8 whatever the terminal has.
One that is laid over a repository's own files says `IN_THE_REPOSITORY = True`: it needs their true
paths. It may have a `MODE` for its files, and an `exit_status(report)` of its own.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from types import ModuleType

    from smtpdoctor.report.model import Report

DEFAULT = "terminal"


class Options(NamedTuple):
    """What a format may go by beside the report."""

    width: int = 80  # in columns
    unicode: bool = True  # the output takes more than ASCII
    style: Literal["colour", "bold", "plain"] = "plain"
    verbose: bool = False
    strict: bool = False  # a warning fails the run
    played: bool = False  # the exit status shown is not the command's own, as in the demo


@cache
def names() -> tuple[str, ...]:
    """The formats that there are, the default first. Loads none of them."""
    found = sorted(item.name for item in pkgutil.iter_modules(__path__))
    return (DEFAULT, *(name for name in found if name != DEFAULT))


def is_for_programs(name: str) -> bool:
    """Whether another program reads the format's text. Loads nothing for the usual one."""
    return name != DEFAULT and bool(getattr(_format(name), "FOR_PROGRAMS", False))


def is_in_the_repository(name: str) -> bool:
    """Whether the format's places are those of the repository, also in an anonymous report."""
    return bool(getattr(_format(name), "IN_THE_REPOSITORY", False))


def modules_of(name: str) -> tuple[str, ...]:
    """The modules that a report in that format needs, the largest in pieces: for who has time to
    load them before."""
    rich = ("rich.segment", "rich.style", "rich.text", "rich.console") if name == DEFAULT else ()
    return (*rich, f"{__name__}.{name}")


def mode_of(name: str) -> int:
    """The mode of a file in this format: private, but where another program collects it."""
    return int(getattr(_format(name), "MODE", 0o600))


def exit_status(name: str, report: Report, *, strict: bool = False) -> int:
    """What the command exits with: the report's, but where a format has a status of its own."""
    own = getattr(_format(name), "exit_status", None)
    return int(own(report)) if own is not None else report.command_status(strict=strict)


def render(name: str, report: Report, options: Options | None = None) -> str:
    """The report in that format, with its last line's end."""
    text: str = _format(name).render(report, options or Options())
    return text


def _format(name: str) -> ModuleType:
    if name not in names():
        raise ValueError(f"{name!r} is none of {', '.join(names())}")
    return importlib.import_module(f"{__name__}.{name}")

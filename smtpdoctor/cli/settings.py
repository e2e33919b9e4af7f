"""`smtpdoctor settings`: the set-ups of the folder as `check` reads them, with their places."""

from __future__ import annotations

import io
import os
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from smtpdoctor.cli import _completion
from smtpdoctor.cli._configuration import configured, unnamed_words
from smtpdoctor.cli._output import (
    EnvFile,
    Profile,
    SetUps,
    UsageFault,
    folder,
    write_list,
    write_utf8,
)

if TYPE_CHECKING:
    from smtpdoctor.settings.setups import Found

EPILOG = (
    "Examples:  smtpdoctor settings --setup mailer.js   ·   smtpdoctor settings --reader npm-dotenv"
)


class Format(StrEnum):
    """How settings are printed."""

    TERMINAL = "terminal"
    JSON = "json"


def settings(
    env_file: EnvFile = None,
    setup: SetUps = None,
    profile: Profile = None,
    reader: Annotated[
        str | None,
        typer.Option(
            help="Show the .env file as this reader reads it.",
            metavar="NAME",
            autocompletion=_completion.readers,
        ),
    ] = None,
    format_: Annotated[
        Format, typer.Option("--format", help="How to print the settings.")
    ] = Format.TERMINAL,
) -> None:
    """List the folder's set-ups: each setting with its place.

    Says beside each what it shadows, and why a file was passed over.
    """
    if reader is not None:
        _show_reading(reader, env_file or ".env", format_)
        return
    from smtpdoctor.plans import pick
    from smtpdoctor.settings.reading import Options, UsageError, read_settings
    from smtpdoctor.settings.show import INDENT, as_data, show
    from smtpdoctor.settings.show_setups import passed_over, setups_data, show_setups

    try:
        given = _standard_input() if env_file == "-" else None
        # as check reads them; which of them it picks is another matter
        found = _found(env_file, profile or configured(folder()).profile, given)
        if setup and not found.setups:
            raise UsageError("--setup: no set-up was found in this folder")
        setups = pick(found.setups, setup or ())
        stdin = sys.stdin if given is None else io.StringIO(given)
        read, _ = read_settings(
            Options(env_file=env_file), environ=os.environ, folder=folder(), stdin=stdin
        )
    except UsageError as error:
        raise UsageFault(str(error)) from None
    if found.unnamed_profile is not None:
        print(unnamed_words(found.unnamed_profile), file=sys.stderr)
    if format_ is Format.JSON:
        from smtpdoctor.text import as_json

        write_utf8(as_json({**as_data(read), **setups_data(setups, found.skipped)}))
    elif setups:
        write_list(show_setups(setups, found.skipped) + "\n", column=len(INDENT))
    else:
        lines = [show(read).rstrip("\n"), *passed_over(found.skipped)]
        write_list("\n".join(lines) + "\n", column=len(INDENT))


def _standard_input() -> str:
    from smtpdoctor.settings.sources import text_of_standard_input

    return text_of_standard_input(sys.stdin)


def _found(env_file: str | None, profile: str | None, given: str | None) -> Found:
    from smtpdoctor.settings.setups import setups_in

    return setups_in(
        folder(),
        os.environ,
        profile=profile,
        given=given,
        env_file=None if given is not None else env_file,
    )


def _show_reading(name: str, file: str, format_: Format) -> None:
    from smtpdoctor.files import SETTINGS_LIMIT, FileFault, read_bounded
    from smtpdoctor.settings.readers.dotenv import read, readers
    from smtpdoctor.settings.show_setups import reading_data, show_reading

    known = readers()
    if name not in known:
        raise UsageFault(f"--reader: {name!r} is none of {', '.join(known)}")
    if file == "-":
        raise UsageFault("--reader reads a file, not standard input")
    try:
        content = read_bounded(folder() / file, SETTINGS_LIMIT, label=file)
    except FileFault as fault:
        raise UsageFault(str(fault)) from None
    # a byte order mark is left in: what a reader makes of it is its own matter
    found = read(name, content.decode("utf-8", "replace"), os.environ)
    if format_ is Format.JSON:
        from smtpdoctor.text import as_json

        write_utf8(as_json(reading_data(file, found)))
    else:
        # below what the reader does to a value
        write_list(show_reading(file, known[name].title, found), column=49)

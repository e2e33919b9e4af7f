"""From options, environment and `.env` to `Settings` and `Credentials`.

This module knows which sources the project's own names come from, and in which order. How each
source is read, what of it is shown, which value wins: that is `command_line`, `sources`,
`candidates`, `precedence`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from smtpdoctor.settings.candidates import layers_of
from smtpdoctor.settings.client import client_of
from smtpdoctor.settings.command_line import Given, Options, layers_of_options
from smtpdoctor.settings.model import Credentials, Settings
from smtpdoctor.settings.precedence import resolve
from smtpdoctor.settings.sources import (
    DOTENV,
    STDIN,
    Source,
    dotenv_file,
    encodable,
    environment,
    standard_input,
)
from smtpdoctor.settings.usage import UsageError

__all__ = ["Given", "Options", "UsageError", "read_settings"]


def read_settings(
    options: Options, *, environ: Mapping[str, str], folder: Path, stdin: TextIO | None
) -> tuple[Settings, Credentials]:
    """The settings that a run goes by, from options, environment and `.env`, in this order.

    A bad value in the environment or the file is marked at its setting and replaced by the
    default. Raises UsageError for a bad value in an option or TARGET, and for a settings file
    that cannot be read.
    """
    given = layers_of_options(options, stdin)
    sources = [environment(environ)]
    file = _file(options, folder, stdin)
    if file is not None:
        sources.append(file)
    said = options.env_file is not None or any(layer.candidates for layer in given)
    settings, credentials = resolve(
        [*given, *layers_of(sources, given)],
        folder=encodable(str(folder)),
        sources=(*(("options",) if said else ()), *(source.label for source in sources)),
        client=lambda: client_of(folder),
    )
    entry = settings.entry("password")
    if entry is None or entry.origin.kind != "file":
        return settings, credentials
    from smtpdoctor.settings.dotenv_password import of_own_names  # where a file has one only

    return of_own_names(settings, credentials, folder, environ)


def _file(options: Options, folder: Path, stdin: TextIO | None) -> Source | None:
    if options.env_file == STDIN:
        if options.password_stdin:
            raise UsageError("--password-stdin and --env-file - both read standard input")
        return standard_input(stdin)
    if options.env_file is None:
        return dotenv_file(folder / DOTENV, DOTENV, required=False)
    if not options.env_file:
        raise UsageError("--env-file: no file name")
    return dotenv_file(folder / options.env_file, encodable(options.env_file), required=True)

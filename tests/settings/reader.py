"""Reads settings from texts, for the tests of this folder."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Mapping
from pathlib import Path

from smtpdoctor.settings.model import Credentials, Settings
from smtpdoctor.settings.reading import Options, read_settings


def read_all(
    dotenv: str | bytes | None = None,
    environ: Mapping[str, str] | None = None,
    stdin: str | None = None,
    **options: str | bool,
) -> tuple[Settings, Credentials]:
    """Settings and credentials from a `.env` text, an environment and options."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if dotenv is not None:
            data = dotenv if isinstance(dotenv, bytes) else dotenv.encode()
            (folder / ".env").write_bytes(data)
        return read_settings(
            Options(**options),  # type: ignore[arg-type]
            environ=environ or {},
            folder=folder,
            stdin=None if stdin is None else io.StringIO(stdin),
        )


def read(
    dotenv: str | bytes | None = None,
    environ: Mapping[str, str] | None = None,
    stdin: str | None = None,
    **options: str | bool,
) -> Settings:
    return read_all(dotenv, environ, stdin, **options)[0]

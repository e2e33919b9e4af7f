"""The readers by name, and reading a text as one of them.

This module must not know any reader: it finds the modules that declare some.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from smtpdoctor.settings.readers.dotenv.model import DotenvFile, Reader

#: Longest text that is read; callers bound what they load, this bounds the models.
LONGEST_TEXT = 1024 * 1024


@cache
def readers() -> Mapping[str, Reader]:
    """Every reader by name, found by what the modules of this package declare."""
    found: dict[str, Reader] = {}
    package = __name__.rpartition(".")[0]
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        declared = importlib.import_module(f"{package}.{module.name}")
        for reader in getattr(declared, "READERS", ()):
            found[reader.name] = reader
    return dict(sorted(found.items()))


def read(reader: str, text: str, environ: Mapping[str, str] | None = None) -> DotenvFile:
    """The text as that reader takes it, in that environment.

    Raises KeyError for a reader that nobody knows, and nothing for any text. Of a text beyond
    `LONGEST_TEXT` the whole lines within are read.
    """
    if len(text) > LONGEST_TEXT:
        text = text[: text.rfind("\n", 0, LONGEST_TEXT) + 1]
    return readers()[reader].read(text, environ or {})

"""What real programs make of a `.env`: one small model a reader, each proven against the program.

This package knows texts and readers. It must not know which reader a folder uses, which names
are mail settings, nor how a report words what happened. It opens no file.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from smtpdoctor.settings.readers.dotenv.model import DotenvFile, Entry, Fault, Reader

__all__ = ["DotenvFile", "Entry", "Fault", "Reader", "read", "readers"]

#: Longest text that is read; callers bound what they load, this bounds the models.
LONGEST_TEXT = 1024 * 1024


@cache
def readers() -> Mapping[str, Reader]:
    """Every reader by name, found by what the modules of this package declare."""
    found: dict[str, Reader] = {}
    for module in pkgutil.iter_modules(__path__):
        declared = importlib.import_module(f"{__name__}.{module.name}")
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

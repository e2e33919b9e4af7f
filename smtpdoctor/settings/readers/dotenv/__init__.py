"""What real programs make of a `.env`: one small model a reader, each proven against the program.

This package knows texts and readers. It must not know which reader a folder uses, which names
are mail settings, nor how a report words what happened. It opens no file.
"""

from __future__ import annotations

from smtpdoctor.settings.readers.dotenv.model import DotenvFile, Entry, Fault, Reader
from smtpdoctor.settings.readers.dotenv.quoting import (
    Meant,
    Quoting,
    evidently_meant,
    quote,
    quoting,
)
from smtpdoctor.settings.readers.dotenv.reading import read, readers
from smtpdoctor.settings.readers.dotenv.understanding import (
    Interpretation,
    Understanding,
    understand,
)

__all__ = [
    "DotenvFile",
    "Entry",
    "Fault",
    "Interpretation",
    "Meant",
    "Quoting",
    "Reader",
    "Understanding",
    "evidently_meant",
    "quote",
    "quoting",
    "read",
    "readers",
    "understand",
]

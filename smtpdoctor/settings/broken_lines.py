"""Lines of a `.env` file that are none: no reader takes a setting from them.

Knows the text of a file. Of a line it tells what is wrong, and a name that is known to be harmless;
never what else stands there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath

from smtpdoctor.files import SETTINGS_LIMIT, FileFault, read_bounded
from smtpdoctor.settings.dotenv import read_dotenv
from smtpdoctor.settings.model import BrokenKind, BrokenLine
from smtpdoctor.settings.names import BY_NAME

CONFLICT = re.compile(r"(?:<{7}|={7}|>{7}|\|{7})(?: |$)")
NAMED = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)(\s*:\s*|\s+)\S")
EXPORT_ALONE = re.compile(r"\s*(?:export\s+)?[A-Za-z_][A-Za-z0-9_]*\s*$")
#: More of them, and the file is no `.env`.
MOST = 20


def broken_lines(folder: Path, files: Iterable[str]) -> tuple[BrokenLine, ...]:
    """Those of the `.env` files among these; a file that can't be read has none."""
    found: list[BrokenLine] = []
    for file in dict.fromkeys(files):
        name = PurePath(file).name
        if name.endswith(".php") or not (name.startswith(".env") or name.endswith(".env")):
            continue
        try:
            text = read_bounded(folder / file, SETTINGS_LIMIT).decode("utf-8")
        except (FileFault, UnicodeDecodeError):
            continue
        found += _in_text(file, text)
    return tuple(found[:MOST])


def _in_text(file: str, text: str) -> Iterator[BrokenLine]:
    taken: set[int] = set()
    for item in read_dotenv(text):
        taken.update(range(item.line, item.line + item.value.reveal().count("\n") + 1))
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if CONFLICT.match(line):
            yield BrokenLine(file=file, line=number, kind="conflict-marker")
        elif number in taken or not bare or bare.startswith("#") or EXPORT_ALONE.match(line):
            continue
        elif bare.startswith("="):
            yield BrokenLine(file=file, line=number, kind="no-name")
        elif not bare.strip("\"'"):
            yield BrokenLine(file=file, line=number, kind="stray-quote")
        elif (match := NAMED.match(line)) and match[1] in BY_NAME:
            kind: BrokenKind = "colon" if ":" in match[2] else "no-equals"
            yield BrokenLine(file=file, line=number, kind=kind, name=match[1])
        elif "=" not in line:
            yield BrokenLine(file=file, line=number, kind="no-equals")

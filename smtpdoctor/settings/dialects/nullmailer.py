"""nullmailer: a host's mail through the servers that `remotes` names.

Knows how a line of `remotes` is written; `nullmailer.toml` says what it means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from smtpdoctor.settings.dialects.base import Draft
from smtpdoctor.settings.dialects.table import Table, read_table
from smtpdoctor.settings.readers.model import Known, Span, map_of
from smtpdoctor.settings.workspace import Workspace

#: The words of a line by the quoting rules of a shell (nullmailer-send(8), remotes).
WORD = re.compile(r"""(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])+""")
PIECE = re.compile(r"""(?s)"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)|([^"'\\]+)""")
SWITCHES = ("tls", "ssl", "starttls", "insecure", "auth-login")


class Nullmailer(Table):
    """Every file `remotes` of nullmailer."""

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each line: nullmailer tries them one after the other."""
        for path in workspace.folder.matching("nullmailer/remotes", "*/nullmailer/remotes"):
            text = workspace.folder.text(path) or ""
            for number, line in enumerate(text.splitlines(), 1):
                values = _remote(path, number, line)
                if values:
                    yield from self.of(workspace, path, f"{path}:{number}", map_of(values))


def _remote(path: str, number: int, line: str) -> dict[str, Known]:
    """The host and the options of its line; nothing for a comment, and for another protocol."""
    words = list(WORD.finditer(line)) if not line.startswith("#") else []
    if not words or (len(words) > 1 and words[1].group() != "smtp"):
        return {}
    values = {"host": _known(path, number, words[0].group(), words[0].start())}
    for word in words[2:]:
        begin = 2 if word.group().startswith("--") else 0
        name, equals, value = word.group()[begin:].partition("=")
        at = word.start() + begin + len(name) + len(equals)
        known = _known(path, number, value, at)
        if equals:
            values[name] = known
        elif name in SWITCHES:
            span = Span(path, number, (word.start() + 1, word.end() + 1), number)
            values["tls" if name == "ssl" else name] = Known(True, span)
    return values


def _known(path: str, number: int, written: str, at: int) -> Known:
    text = "".join(
        re.sub(r"\\(.)", r"\1", found[1]) if found[1] is not None else found[2] or found[3] or
        found[4] or ""
        for found in PIECE.finditer(written)
    )  # fmt: skip
    return Known(text, Span(path, number, (at + 1, at + 1 + len(written)), number), raw=written)


DIALECT = Nullmailer("nullmailer", read_table(Path(__file__)))

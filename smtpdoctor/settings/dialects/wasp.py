"""Wasp: the `emailSender` of an app, in main.wasp or main.wasp.ts.

Knows where an app names its provider. What the variables come to stands in its table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from smtpdoctor.settings.dialects.base import Draft
from smtpdoctor.settings.dialects.form import DocumentEntry
from smtpdoctor.settings.dialects.table import Table, TableDocument, read_table
from smtpdoctor.settings.folder import sibling
from smtpdoctor.settings.readers.model import Entry, Known, Map, Span, Value
from smtpdoctor.settings.workspace import Workspace

#: A text, a comment, a brace, a word or a colon: what else there is between has no meaning here.
TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|//[^\n]*|/\*.*?\*/|[{}:]|\w+', re.S)
#: The providers that mail by SMTP, or by nothing; the others have an interface of their own.
PROVIDERS = ("SMTP", "Dummy")


class Wasp(Table):
    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each app that mails by SMTP or keeps its mail back."""
        for path in workspace.folder.matching("*.wasp", "main.wasp.ts"):
            root = sender_of(workspace.folder.text(path) or "", path)
            provider = root.get("provider")
            if not isinstance(provider, Known) or provider.value not in PROVIDERS:
                continue
            beside = sibling(path, ".env.server")
            files = [beside] if workspace.folder.has(beside) else []
            variables = workspace.variables(files, self.entry.reader, near=path)
            document = TableDocument(path, DocumentEntry(files=(path,)), root)
            line = provider.span.line if provider.span is not None else 1
            yield from self._draft(workspace, f"{path}:{line}", variables, document)


def sender_of(text: str, path: str) -> Value:
    """What stands below `emailSender`, all levels in one; of two of a name the first counts."""
    tokens = [each for each in TOKEN.finditer(text) if not each.group().startswith(("//", "/*"))]
    words = [each.group() for each in tokens]
    found: dict[str, Entry] = {}
    for start in (place for place, word in enumerate(words) if word == "emailSender"):
        # `emailSender: {` of the language, `app.emailSender({` of TypeScript
        opens = start + 1 + (words[start + 1 : start + 2] == [":"])
        if words[opens : opens + 1] != ["{"]:
            continue
        depth = 0
        for place in range(opens, len(words)):
            depth += (words[place] == "{") - (words[place] == "}")
            if depth == 0:
                break
            if words[place - 1] == ":" and words[place] not in "{}:":
                span = _span(text, tokens[place], path)
                value = Known(words[place].strip("\"'"), span)
                found.setdefault(words[place - 2], Entry(words[place - 2], value, span))
        break
    return Known(Map(list(found.values())))


def _span(text: str, match: re.Match[str], path: str) -> Span:
    """The word, or what is between the quotes: a provider has some in TypeScript alone."""
    quotes = match.group()[0] in "\"'"
    line = text.count("\n", 0, match.start()) + 1
    first = match.start() - text.rfind("\n", 0, match.start()) + quotes
    return Span(path, line, (first, first + len(match.group()) - 2 * quotes), line)


DIALECT = Wasp("wasp", read_table(Path(__file__)))

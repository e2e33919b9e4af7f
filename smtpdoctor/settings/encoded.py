"""User names and passwords that code takes out of a URL and hands on percent-encoded.

Knows which languages' parsers leave the login as it is written, and how code decodes it. It must
not know any program.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome
from smtpdoctor.settings.model import Edit
from smtpdoctor.settings.readers.model import Known, LanguageName
from smtpdoctor.settings.workspace import Workspace

ENCODED = re.compile(r"%[0-9A-Fa-f]{2}")
#: Conversions after which nothing is encoded any more.
DECODES = re.compile(r"(?i)decode|unquote|unescape|unencode")
#: Python's import of what decodes, and the place for one.
IMPORTED = re.compile(r"from\s+urllib\.parse\s+import\s+(?P<names>\w[\w, ]*)$")
ANY_IMPORT = re.compile(r"(?:import|from)\s+(?!__future__)\w")


class Decoder(NamedTuple):
    """What a language's parser of URLs does, and the call that decodes what it gives."""

    because: str
    call: str


DECODERS: Mapping[LanguageName, Decoder] = {
    "javascript": Decoder(
        "new URL() leaves user name and password as they are encoded in the URL, and "
        "decodeURIComponent() decodes them",
        "decodeURIComponent({})",
    ),
    "python": Decoder(
        "urlparse() leaves user name and password as they are encoded in the URL, and unquote() "
        "decodes them",
        "unquote({})",
    ),
    # CGI.unescape() and urldecode() make a blank of a +, which stands for itself in a login
    "ruby": Decoder(
        "URI.parse() leaves user name and password as they are encoded in the URL, and "
        "URI::DEFAULT_PARSER.unescape() decodes them",
        "URI::DEFAULT_PARSER.unescape({})",
    ),
    "php": Decoder(
        "parse_url() leaves user name and password as they are encoded in the URL, and "
        "rawurldecode() decodes them",
        "rawurldecode({})",
    ),
}
#: What reads a part of a URL in code: members, calls in round brackets, and a default.
READS = re.compile(r"(?:[\w.$?!|\[\]'\" ]|->|&\.|::|\((?:[^()]|\([^()]*\))*\))+")


def is_still_encoded(option: Option, language: LanguageName) -> bool:
    """Whether it is the user name or password of a URL that nothing decoded."""
    value = option.value
    if language not in DECODERS or not isinstance(value, Known) or value.part is None:
        return False
    if value.part.name not in ("user", "password") or not isinstance(value.value, str):
        return False
    decoded = any(step.kind == "conversion" and DECODES.search(step.name) for step in value.trail)
    return not decoded and ENCODED.search(value.value) is not None


def decoding(draft: Draft, outcome: Outcome, workspace: Workspace) -> tuple[Edit, ...]:
    """The code with the login decoded where it is used; () where that can't be said."""
    options = [
        draft.options[name]
        for field in ("username", "password")
        for name in outcome.by.get(field, ())[:1]
        if name in draft.options and is_still_encoded(draft.options[name], draft.language)
    ]
    call, imports = DECODERS[draft.language].call if options else "", list[Edit]()
    if options and draft.language == "python":
        call, imports = _python(options, call, workspace)
    edits = [_decoded(option, call, workspace) for option in options]
    if not edits or None in edits:
        return ()
    found = [*imports, *(edit for edit in edits if edit is not None)]
    found.sort(key=lambda edit: (edit.file, edit.line, edit.columns), reverse=True)
    return tuple(dict.fromkeys(found))


def _decoded(option: Option, call: str, workspace: Workspace) -> Edit | None:
    span = option.value.span
    if span is None or span.line != span.end_line:
        return None
    old = workspace.text_of(span)
    if not old or not READS.fullmatch(old):
        return None
    new = call.format(old)
    before = (workspace.line(span.file, span.line) or "")[: span.columns[0] - 1].rstrip()
    if old == option.name.rpartition(".")[2] and before[-1:] not in (":", "=", "("):
        new = f"{old}: {new}"  # { user } is { user: user }
    shown = workspace.shown(span, keep=True)
    columns = shown.columns if shown is not None and shown.columns is not None else span.columns
    return Edit(file=span.file, line=span.line, columns=columns, replace=old, with_=new)


def _python(options: Sequence[Option], call: str, workspace: Workspace) -> tuple[str, list[Edit]]:
    """The call by the name that the module has, and the import that it lacks."""
    file = next((option.value.span.file for option in options if option.value.span), "")
    lines = (workspace.folder.text(file) or "").splitlines()
    if any(re.match(r"import\s+urllib\.parse\s*$", line) for line in lines):
        return f"urllib.parse.{call}", []
    if any(re.match(r"from\s+urllib\s+import\s+parse\s*$", line) for line in lines):
        return f"parse.{call}", []
    if any(re.match(r"from\s+urllib\.parse\s+import\b.*\bunquote\b", line) for line in lines):
        return call, []
    return call, list(_import(file, lines))


def _import(file: str, lines: Sequence[str]) -> Iterator[Edit]:
    for number, line in enumerate(lines, 1):
        named = IMPORTED.match(line)
        if named is not None:
            names, first = named["names"].rstrip(), named.start("names") + 1
            yield Edit(
                file=file,
                line=number,
                columns=(first, first + len(names)),
                replace=names,
                with_=f"{names}, unquote",
                exact=True,
            )
            return
    for number, line in enumerate(lines, 1):
        if ANY_IMPORT.match(line):
            new = "from urllib.parse import unquote\n"
            yield Edit(file=file, line=number, columns=(1, 1), replace="", with_=new, exact=True)
            return

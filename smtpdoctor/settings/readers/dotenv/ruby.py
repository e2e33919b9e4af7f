r"""Ruby's dotenv, of 3 and of 2.

Sources: dotenv 3.2.0 and 2.4.0, lib/dotenv/parser.rb and substitutions. Outside single quotes a
backslash goes and `$NAME`, `${NAME}` and `$(command)` count.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from smtpdoctor.settings.readers.dotenv.draft import (
    ASCII_SPACE,
    Draft,
    RefusedError,
    Unknown,
    UntoldError,
    run_of,
    unified,
    without_commands,
)
from smtpdoctor.settings.readers.dotenv.model import Alteration, DotenvFile, Reader
from smtpdoctor.settings.readers.dotenv.pattern import Dialect, matches

STRIPPED = "\0" + ASCII_SPACE
REFERENCE = re.compile(r"(\\)?\$(?!\()\{?([A-Za-z0-9_]+)?\}?")
ESCAPE = re.compile(r"\\([^$])", re.S)
DIALECT = Dialect(
    key=re.compile(r"[A-Za-z0-9_.]+"),
    space=ASCII_SPACE,
    line_ends="\n",
    quotes="'\"",
    bare_names=True,
)
START_2 = re.compile(r"[ \t\n\v\f\r]*(export[ \t\n\v\f\r]+)?([A-Za-z0-9_.]+)")


class _Substitution:
    """What becomes of one value."""

    def __init__(self, draft: Draft, environ: Mapping[str, str]) -> None:
        self.draft = draft
        self.environ = environ

    def references(self, value: str) -> str:
        def replaced(match: re.Match[str]) -> str:
            if match[1]:
                return match.group()[1:]
            if match[2] is None:
                return match.group()
            name = match[2]
            known = self.environ.get(name)
            if known is None:
                known = self.draft.value_of(name) or ""
            self.draft.budget.spend(len(known))
            return known

        return REFERENCE.sub(replaced, value)

    def add(self, name: str, start: int, end: int, *, version: int, comment: bool) -> None:
        """The assignment of what stands between those offsets."""
        text = self.draft.text
        raw = text[start:end].strip(STRIPPED)
        start = run_of(text, STRIPPED, start, end)
        alterations: list[Alteration] = []
        quote, value = "", raw
        if len(raw) > 1 and raw[0] == raw[-1] and raw[0] in "'\"":
            quote, value = raw[0], raw[1:-1]
            alterations.append("quotes-stripped")
        elif raw[:1] in ("'", '"', "`"):
            alterations.append("quotes-kept")
        final: str | Unknown = value
        if quote != "'":
            try:
                final = self.substituted(value, quote, alterations, version)
            except UntoldError as error:
                alterations.append("dollar-expanded")
                final = Unknown(error.why)
        if "\n" in raw:
            alterations.append("lines-joined")
        if comment:
            alterations.append("cut-at-hash")
        self.draft.add(name, final, start, start + len(raw), alterations)

    def substituted(
        self, value: str, quote: str, alterations: list[Alteration], version: int
    ) -> str:
        meant = value
        if version == 2 and quote == '"':
            meant = ESCAPE.sub(r"\1", meant.replace("\\n", "\n").replace("\\r", "\r"))
        elif version == 3:
            if quote == '"':  # \n and \r stay as they are
                meant = meant.replace("\\n", "\\\\n").replace("\\r", "\\\\r")
            meant = ESCAPE.sub(r"\1", meant)
        if meant != value:
            alterations.append("escape-processed")
        if version == 2:
            final = without_commands(self.references(meant))
        else:
            final = self.references(without_commands(meant))
        if final != meant:
            alterations.append("dollar-expanded")
        return final


def read(text: str, environ: Mapping[str, str]) -> DotenvFile:
    """dotenv 3."""
    draft = Draft(unified(text.removeprefix("\ufeff")))
    substitution = _Substitution(draft, environ)
    try:
        for match in matches(draft.text, DIALECT):
            after = match.key_start + len(match.key)
            start, end = match.value or (after, after)
            if match.key in environ:
                # the references that follow see the environment's value; so does the program
                substitution.add(match.key, start, end, version=3, comment=match.comment)
                draft.values[match.key] = environ[match.key]
            elif match.export and match.value is None:
                if match.key not in draft.values:
                    raise RefusedError("unset-exported", match.key_start, match.key)
            else:
                substitution.add(match.key, start, end, version=3, comment=match.comment)
    except RefusedError as error:
        draft.refuse(error)
    return draft.finish("ruby-dotenv")


def read_2(text: str, environ: Mapping[str, str]) -> DotenvFile:
    """dotenv 2: line by line."""
    draft = Draft(text.removeprefix("\ufeff"))
    substitution = _Substitution(draft, environ)
    offset = 0
    try:
        for line in re.split(r"[\n\r]", draft.text):
            end = offset + len(line)
            if not _assignment_2(substitution, offset, end):
                words = line.split()
                if words[:1] == ["export"] and any(w not in draft.values for w in words[1:]):
                    raise RefusedError("unset-exported", offset, words[1])
            offset = end + 1
    except RefusedError as error:
        draft.refuse(error)
    return draft.finish("ruby-dotenv-2")


def _assignment_2(substitution: _Substitution, offset: int, end: int) -> bool:
    text = substitution.draft.text
    found = START_2.match(text, offset, end)
    while found:
        after = found.end()
        separator = run_of(text, ASCII_SPACE, after, end)
        if text.startswith("=", separator) and separator < end:
            start = run_of(text, ASCII_SPACE, separator + 1, end)
        elif text.startswith(":", after) and after + 1 < end and text[after + 1] in ASCII_SPACE:
            start = after + 2
        elif found[1]:
            found = re.compile(r"[ \t\n\v\f\r]*()(export)").match(text, offset, end)
            continue
        else:
            return False
        stop = _value_end_2(text, start, end)
        comment = text.startswith("#", run_of(text, ASCII_SPACE, stop, end)) and stop < end
        substitution.add(found[2], start, stop, version=2, comment=comment)
        return True
    return False


def _value_end_2(text: str, start: int, end: int) -> int:
    """Where the value ends: at the last quote that only a comment follows, else before a #."""
    quote = text[start : start + 1] if start < end else ""
    if quote in ("'", '"') and quote:
        closing = text.rfind(quote, start + 1, end)
        while closing != -1:
            rest = run_of(text, ASCII_SPACE, closing + 1, end)
            if rest == end or text[rest] == "#":
                return closing + 1
            closing = text.rfind(quote, start + 1, closing)
    hash_sign = text.find("#", start, end)
    return end if hash_sign == -1 else hash_sign


READERS = (
    Reader(name="ruby-dotenv", title="Ruby's dotenv", versions=("3.2.0",), read=read),
    Reader(name="ruby-dotenv-2", title="Ruby's dotenv 2", versions=("2.4.0",), read=read_2),
)

r"""Docker compose: the project's `.env`, and a service's `env_file`.

Source: compose-go 2.13.0, dotenv/ and template/. Names that are not set are empty; an operator
of the shell's counts; `$$` is a `$`. One line that it can't read refuses the whole file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from smtpdoctor.settings.readers.dotenv.draft import (
    GO_SPACE,
    Draft,
    RefusedError,
    Unknown,
    UntoldError,
    line_end,
    run_of,
)
from smtpdoctor.settings.readers.dotenv.model import Alteration, DotenvFile, Reader

BLANK = "\t\v\f\r \u0085\u00a0"
EXPORT = re.compile(r"export[\t\n\f\r ]+")
ESCAPE = re.compile(r"\\(?:[abcfnrtv$\"\\]|0[0-9]{0,3})")
MEANT = {
    "\\a": "\a",
    "\\b": "\b",
    "\\f": "\f",
    "\\n": "\n",
    "\\r": "\r",
    "\\t": "\t",
    "\\v": "\v",
    "\\\\": "\\",
    '\\"': '"',
    "\\$": "$$",
}
#: `.` stops at a line end, and the last brace of the line ends what has an operator.
REFERENCE = re.compile(
    r"\$(?:(?P<escaped>\$)|(?P<named>[_a-zA-Z][_a-zA-Z0-9]*)"
    r"|\{(?:(?P<braced>[_a-zA-Z][_a-zA-Z0-9]*(?::?[-+?].*)?)\}|(?P<invalid>)))"
)
OPERATORS = (":?", "?", ":-", "-", ":+", "+")
DEEPEST = 50


class _Parser:
    """One text, with the names that count before the file's own."""

    def __init__(self, text: str, environ: Mapping[str, str]) -> None:
        self.draft = Draft(text.removeprefix("\ufeff"))
        self.text = self.draft.text
        self.environ = environ
        self.at = 0

    def look_up(self, name: str) -> str | None:
        return self.environ[name] if name in self.environ else self.draft.value_of(name)

    def all(self) -> None:
        offset = 0
        while True:
            offset = run_of(self.text, GO_SPACE, offset)
            if offset == len(self.text):
                return
            if self.text[offset] == "#":
                offset = line_end(self.text, offset)
                continue
            offset = self.assignment(offset)

    def assignment(self, start: int) -> int:
        export = EXPORT.match(self.text, start)
        begin = run_of(self.text, BLANK, start + 6) if export else start
        name, after, separator = self.name(begin)
        if " " in name:
            raise RefusedError("name-invalid" if separator != "\n" else "no-assignment", start)
        if separator == "\n":
            self.draft.fault("no-assignment", "line-skipped", start, name)
            known = self.look_up(name)
            if known is not None:
                self.draft.add(name, known, begin, begin, from_reference=True)
            return after
        return self.value(name, after)

    def name(self, start: int) -> tuple[str, int, str]:
        for offset in range(start, len(self.text)):
            character = self.text[offset]
            if character in "=:\n":
                name = self.text[start:offset].rstrip(GO_SPACE)
                return name, run_of(self.text, BLANK, offset + 1), character
            if not (character.isalnum() or character in "_.-[]" or character in BLANK):
                raise RefusedError("name-invalid", start)
        # no separator up to the end: the text becomes the value of a variable without a name
        return "", start, ""

    def value(self, name: str, start: int) -> int:
        self.at = start
        quote = self.text[start : start + 1]
        if quote not in ("'", '"'):
            stop = line_end(self.text, start)
            comment = self.text.find(" #", start, stop)
            end = stop if comment == -1 else comment
            raw = self.text[start:end].rstrip(GO_SPACE)
            alterations: list[Alteration] = ["cut-at-hash"] if comment != -1 else []
            if quote == "`":
                alterations.append("quotes-kept")
            self.add(name, raw, (start, start + len(raw)), alterations)
            return stop + 1 if stop < len(self.text) else stop
        end = self.closing(start)
        if end == -1:
            raise RefusedError("quote-not-closed", start, name)
        raw = self.text[start + 1 : end]
        # an escaped quote loses its backslash in either kind of quotes
        value = re.sub(r"\\(.)", lambda m: m[1] if m[1] == quote else m[0], raw, flags=re.S)
        alterations = ["quotes-stripped"]
        if "\n" in raw:
            alterations.append("lines-joined")
        if quote == "'":
            if value != raw:
                alterations.append("escape-processed")
            self.draft.add(name, value, start, end + 1, alterations)
            return end + 1
        meant = ESCAPE.sub(_escape, value)
        if meant.replace("$$", "\\$") != raw and meant != raw:
            alterations.append("escape-processed")
        self.add(name, meant, (start, end + 1), alterations)
        return end + 1

    def closing(self, start: int) -> int:
        quote = self.text[start]
        escaped = False
        for offset in range(start + 1, len(self.text)):
            character = self.text[offset]
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == quote:
                return offset
        return -1

    def add(
        self, name: str, value: str, span: tuple[int, int], alterations: list[Alteration]
    ) -> None:
        final: str | Unknown
        try:
            final = self.substitute(value, 0)
        except UntoldError as error:
            final = Unknown(error.why)
        if final != value:
            alterations.append("dollar-expanded")
        self.draft.add(name, final, *span, alterations)

    def substitute(self, template: str, depth: int) -> str:
        if depth > DEEPEST:
            raise UntoldError("too-large")

        def replaced(match: re.Match[str]) -> str:
            result = self.reference(match.group(), depth)
            self.draft.budget.spend(len(result) + 1)
            return result

        return REFERENCE.sub(replaced, template)

    def reference(self, reference: str, depth: int) -> str:
        operator = _operator(reference)
        closing = _closing_brace(reference)
        rest = reference[closing + 1 :] if closing != -1 else ""
        match = REFERENCE.search(reference[: closing + 1] if closing != -1 else reference)
        if match is None or match["invalid"] is not None:
            raise RefusedError("reference-invalid", self.at)
        if match["escaped"]:
            return "$"
        name = match["named"] or match["braced"]
        if match["braced"] and operator and operator in name:
            return self.operated(name, operator, depth) + self.substitute(rest, depth + 1)
        return self.look_up(name) or ""

    def operated(self, expression: str, operator: str, depth: int) -> str:
        name, _, argument = expression.partition(operator)
        known = self.look_up(name)
        given = known is not None and (known != "" or not operator.startswith(":"))
        kind = operator[-1]
        if kind == "+":
            return self.substitute(argument, depth + 1) if given else known or ""
        if given:
            return known or ""
        if kind == "-":
            return self.substitute(argument, depth + 1)
        self.substitute(argument, depth + 1)
        raise RefusedError("reference-required", self.at)


def substitute(template: str, environ: Mapping[str, str]) -> str | None:
    """A text of the compose file itself with its references filled; None where compose refuses."""
    try:
        return _Parser("", environ).substitute(template, 0)
    except (RefusedError, UntoldError):
        return None


def _operator(reference: str) -> str | None:
    """The operator that stands first; of two at one place the longer."""
    found = [(reference.find(operator), operator) for operator in OPERATORS]
    return min(((at, o) for at, o in found if at != -1), key=lambda f: f[0], default=(0, None))[1]


def _closing_brace(reference: str) -> int:
    """The brace that closes the first, counted as compose counts: the character behind an
    opening brace is never looked at."""
    depth = offset = 0
    while offset < len(reference):
        if reference[offset] == "}":
            depth -= 1
            if depth == 0:
                return offset
        if reference[offset] == "{":
            depth += 1
            offset += 1
        offset += 1
    return -1


def _escape(match: re.Match[str]) -> str:
    escape = match.group()
    if escape.startswith("\\0"):
        escape = "\\" + escape[2:]
        if len(escape) == 4 and all(digit in "01234567" for digit in escape[1:]):
            value = int(escape[1:], 8)
            return chr(value) if value < 256 else escape
        return escape
    return MEANT.get(escape, escape)


def read(text: str, environ: Mapping[str, str]) -> DotenvFile:
    """The project's `.env`, from which `${NAME}` in the compose file is filled."""
    parser = _Parser(text, environ)
    try:
        parser.all()
    except RefusedError as error:
        parser.draft.refuse(error)
    return parser.draft.finish("compose")


def read_env_file(text: str, environ: Mapping[str, str]) -> DotenvFile:
    """A service's `env_file`: what the container gets."""
    parser = _Parser(text, environ)
    try:
        parser.all()
    except RefusedError as error:
        parser.draft.refuse(error)
    return parser.draft.finish("compose-env-file", "file")


READERS = (
    Reader(name="compose", title="docker compose's .env", versions=("2.13.0",), read=read),
    Reader(
        name="compose-env-file",
        title="docker compose's env_file",
        versions=("2.13.0",),
        read=read_env_file,
    ),
)

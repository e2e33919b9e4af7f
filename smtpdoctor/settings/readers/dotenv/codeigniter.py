r"""CodeIgniter 4's own DotEnv.

Sources: codeigniter4/CodeIgniter4 4.7.0, system/Config/DotEnv.php, run; system/Boot.php calls it
before it sets its exception handler. A blank in a value without quotes ends the whole program.
Of two lines with one name the first counts.
`${NAME}` is expanded also in single quotes; one that is not set stays as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from smtpdoctor.settings.readers.dotenv.draft import (
    ASCII_SPACE,
    PHP_TRIM,
    Draft,
    RefusedError,
    Unknown,
    UntoldError,
)
from smtpdoctor.settings.readers.dotenv.model import Alteration, DotenvFile, Reader

EXPORT = re.compile(r"\Aexport[ \t]++(?=[^ \t\n\v\f\r])")
REFERENCE = re.compile(r"\$\{([a-zA-Z0-9_.]+)\}")
#: Values over which a later line may still set the name: what PHP's empty() is true of.
EMPTY = (None, "", "0")
#: What counts as quoted: to the first quote that no backslash stands before.
QUOTED = {
    quote: re.compile(rf"\A{quote}((?:[^{quote}\\]|\\\\|\\{quote})*){quote}[^\n]*")
    for quote in "'\""
}


def _assign(draft: Draft, environ: Mapping[str, str], begin: int, end: int) -> None:
    """Read one line that has an equals sign."""
    text = draft.text
    sign = text.index("=", begin, end)
    name = EXPORT.sub("", text[begin:sign].strip(PHP_TRIM)).replace("'", "").replace('"', "")
    if not name:
        raise RefusedError("name-invalid", begin)  # PHP's putenv() takes no empty name
    raw = text[sign + 1 : end]
    value = raw.strip(PHP_TRIM)
    start = sign + 1 + len(raw) - len(raw.lstrip(PHP_TRIM)) if value else sign + 1
    stop = start + len(value)
    alterations: list[Alteration] = []
    if value[:1] in ("'", '"') and value:
        value, stop = _unquoted(value, start, alterations)
    else:
        bare = value.split(" #", 1)[0].strip(PHP_TRIM)
        if bare != value:
            alterations.append("cut-at-hash")
        value, stop = bare, start + len(bare)
        if any(character in ASCII_SPACE for character in value):
            raise RefusedError("blank-in-value", start, name)
    try:
        known: str | Unknown = _expanded(draft, environ, value)
        if known != value:
            alterations.append("dollar-expanded")
    except UntoldError as error:
        known = Unknown(error.why)
        alterations.append("dollar-expanded")
    if draft.values.get(name) in EMPTY:
        draft.add(name, known, start, stop, alterations)


def _unquoted(value: str, start: int, alterations: list[Alteration]) -> tuple[str, int]:
    """The text within the quotes and where they end; all of it where they are not closed, or
    have an escape other than of the quote and of the backslash."""
    quote = value[0]
    stop = start + len(value)
    found = QUOTED[quote].match(value)
    if found is None:
        alterations.append("quotes-kept")
        inner = value
    else:
        inner = found[1]
        closed = found.end(1) + 1
        alterations.append("quotes-stripped")
        if value[closed:]:
            alterations.append("cut-after-quote")
        stop = start + closed
    meant = inner.replace("\\" + quote, quote).replace("\\\\", "\\")
    if meant != inner:
        alterations.append("escape-processed")
    return meant, stop


def _expanded(draft: Draft, environ: Mapping[str, str], value: str) -> str:
    def reference(match: re.Match[str]) -> str:
        name = match[1]
        found = environ.get(name) or draft.value_of(name)
        if found is None:
            found = environ.get(name)
        draft.budget.spend(len(found or ""))
        return match.group() if found is None else found

    return REFERENCE.sub(reference, value) if "$" in value else value


def read(text: str, environ: Mapping[str, str]) -> DotenvFile:
    """`(new DotEnv($paths->envDirectory))->load()`."""
    draft = Draft(text)
    begin = 0
    try:
        for line in text.split("\n"):
            end = begin + len(line)
            if "=" in line and not line.strip(PHP_TRIM).startswith("#"):
                _assign(draft, environ, begin, end)
            begin = end + 1
    except RefusedError as error:
        draft.refuse(error)
    return draft.finish("codeigniter", "environment-unless-empty")


READERS = (
    Reader(name="codeigniter", title="CodeIgniter 4's DotEnv", versions=("4.7.0",), read=read),
)

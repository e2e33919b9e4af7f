r"""django-environ: `read_env()`, then `env()`, which takes a value with `$` at its start for the
name of another variable.

Source: django-environ 0.14.0, environ/environ.py. No comment ends a value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from smtpdoctor.settings.readers.dotenv.draft import Draft, Unknown, unified
from smtpdoctor.settings.readers.dotenv.model import Alteration, DotenvFile, Reader

LINE = re.compile(r"(?:export )?([A-Za-z_0-9]+)=")
ESCAPE = re.compile(r"\\(.)")


def _read(reader: str, text: str, environ: Mapping[str, str], *, proxied: bool) -> DotenvFile:
    draft = Draft(unified(text))
    parsed: list[tuple[str, str, int, int, list[Alteration]]] = []
    offset = 0
    for full in draft.text.splitlines(keepends=True):
        line = full.splitlines()[0]
        found = LINE.match(line)
        if found:
            raw = line[found.end() :]
            value, alterations = _value(raw)
            start = offset + found.end()
            parsed.append((found[1], value, start, start + len(raw), alterations))
        elif line and not line.startswith("#"):
            draft.fault("no-assignment", "line-skipped", offset)
        offset += len(full)
    for entry in parsed:
        draft.values[entry[0]] = entry[1]
    plain = dict(draft.values)
    for name, value, start, end, alterations in parsed:
        final: str | Unknown = value
        if proxied and value.startswith("$"):
            final = _other(value, plain, environ)
            alterations.append("dollar-expanded")
        draft.add(name, final, start, end, alterations)
    return draft.finish(reader)


def _value(raw: str) -> tuple[str, list[Alteration]]:
    value = raw
    alterations: list[Alteration] = []
    if len(value) > 1 and value[0] == value[-1] == "'":
        value = value[1:-1]
        alterations.append("quotes-stripped")
    if len(value) > 1 and value[0] == value[-1] == '"':
        inner = value[1:-1]
        value = ESCAPE.sub(lambda m: m[0] if m[1] in "rnt" else m[1], inner)
        alterations.append("quotes-removed" if alterations else "quotes-stripped")
        if value != inner:
            alterations.append("escape-processed")
    if not alterations and raw[:1] in ("'", '"', "`"):
        alterations.append("quotes-kept")
    return value, alterations


def _other(
    value: str, values: Mapping[str, str | Unknown], environ: Mapping[str, str]
) -> str | Unknown:
    """What `env()` gives for a value with `$` at its start; a circle ends in a RecursionError."""
    seen = set()
    while value.startswith("$"):
        name = value.lstrip("$")
        if name in seen:
            return Unknown("error")
        seen.add(name)
        other = environ[name] if name in environ else values.get(name)
        if not isinstance(other, str):
            return Unknown("error")
        value = other
    return value


def read(text: str, environ: Mapping[str, str]) -> DotenvFile:
    """What `env('NAME')` gives."""
    return _read("django-environ", text, environ, proxied=True)


def read_environ(text: str, environ: Mapping[str, str]) -> DotenvFile:
    """What `os.environ` has after `read_env()`."""
    return _read("django-environ-os", text, environ, proxied=False)


READERS = (
    Reader(name="django-environ", title="django-environ", versions=("0.14.0",), read=read),
    Reader(
        name="django-environ-os",
        title="django-environ through os.environ",
        versions=("0.14.0",),
        read=read_environ,
    ),
)

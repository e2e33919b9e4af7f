"""A URL or DSN among a program's options, taken apart into options with places of their own.

Knows where the parts of a URL stand. What a scheme or a query means is each program's own.
"""

from __future__ import annotations

from collections.abc import Mapping

from smtpdoctor.settings.dialects.base import Option
from smtpdoctor.settings.model import Edit
from smtpdoctor.settings.names import ValueKind
from smtpdoctor.settings.prepare import put_in
from smtpdoctor.settings.readers.model import Known, Span
from smtpdoctor.settings.url import SCHEME, Part, read_url
from smtpdoctor.settings.workspace import Workspace

#: The parts of a URL that are no secret, where they have their form.
SHOWN: Mapping[str, ValueKind] = {
    "url.scheme": "scheme",
    "url.host": "host",
    "url.port": "port",
    "url.user": "username",
}


def url_options(option: Option, workspace: Workspace) -> dict[str, Option]:
    """`url.scheme`, `url.host`, `url.port`, `url.user`, `url.password`, `url.query`.

    A part has a place where the URL, or the piece of it that holds the part, stands in its line as
    it is; else it has none, and can't be changed by itself. A part that is not there is no option.
    """
    value = option.value
    if not isinstance(value, Known) or not isinstance(value.value, str):
        return {}
    text = value.value
    url = read_url(text)
    scheme = SCHEME.match(text)
    host_end = url.host.span[1] if url.host else len(text)
    host_end = url.port.span[1] if url.port else host_end
    query = text[host_end:].lstrip("/")
    parts: dict[str, tuple[str, tuple[int, int]] | None] = {
        "url.scheme": (scheme[1].lower(), scheme.span(1)) if scheme else None,
        "url.user": _revealed(url.username),
        "url.password": _revealed(url.password),
        "url.host": _revealed(url.host),
        "url.port": _revealed(url.port),
        "url.query": (query, (host_end, len(text))) if query.startswith("?") else None,
    }
    options = {}
    for name, part in parts.items():
        if part is None:
            continue
        span = place_of(value, part[1], workspace)
        if name in SHOWN:
            workspace.is_value(SHOWN[name], span)
        own = next(iter(_piece(value, part[1]).variables), option.called or option.name)
        options[name] = Option(name, Known(part[0], span), bare=True, called=own)
    return options


def _piece(value: Known, part: tuple[int, int]) -> Known:
    """The piece of a text that holds these characters: a variable that was put into it."""
    for offset, piece in value.pieces:
        if offset <= part[0] and part[1] <= offset + len(str(piece.value)):
            return piece
    return value


def insert_port(
    workspace: Workspace, options: Mapping[str, Option], port: object
) -> tuple[Edit, ...]:
    """`:587` behind a host that has no port."""
    host = options.get("url.host")
    span = host.value.span if host is not None else None
    return () if span is None else (put_in(workspace, span, span.columns[1], f":{port}"),)


def _revealed(part: Part | None) -> tuple[str, tuple[int, int]] | None:
    return None if part is None else (part.value.reveal(), part.span)


def start_of(value: Known, text: str, workspace: Workspace) -> Span | None:
    """Where the text begins in its line; None where it doesn't stand there as it is."""
    written = value.written
    shown = workspace.text_of(written)
    if written is None or shown is None or shown.count(text) != 1:
        return None
    first = written.columns[0] + shown.index(text)
    return Span(written.file, written.line, (first, first + len(text)), written.line)


def place_of(value: Known, part: tuple[int, int], workspace: Workspace) -> Span | None:
    """Where these characters of a text are written: where the text is, or the piece of it that
    holds them all."""
    whole = start_of(value, str(value.value), workspace)
    if whole is not None:
        return within(whole, part)
    for offset, piece in value.pieces:
        text = str(piece.value)
        if offset <= part[0] and part[1] <= offset + len(text):
            start = start_of(piece, text, workspace)
            return None if start is None else within(start, (part[0] - offset, part[1] - offset))
    return None


def within(start: Span, part: tuple[int, int]) -> Span:
    """The place of a part of the text that begins there."""
    first = start.columns[0]
    return Span(start.file, start.line, (first + part[0], first + part[1]), start.line)

"""What `smtpdoctor settings` prints: every setting with its value, origin and what it shadows.

This module knows words. It must not know how settings are read, nor judge them. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.settings.model import (
    MASK,
    Field,
    Origin,
    Setting,
    Settings,
    Shadowed,
)
from smtpdoctor.settings.names import is_kind, preferred
from smtpdoctor.settings.words import SHAPES, how_to_allow, note_words, why_withheld
from smtpdoctor.text import visible

LABELS: dict[Field, str] = {
    "url": "URL",
    "host": "host",
    "port": "port",
    "tls": "TLS",
    "username": "user",
    "password": "password",
    "token": "token",
    "sender": "sender",
    "recipient": "to",
    "verify": "verify",
    "ehlo": "EHLO name",
    "size": "size",
    "client": "client",
}

#: What every application needs, or is asked about: named where it is not set.
ASKED: tuple[Field, ...] = ("host", "port", "tls", "username", "password", "sender")

INDENT = " " * 13


def show(settings: Settings) -> str:
    """The settings as text, one per line, for a terminal or a pipe. Ends with a newline."""
    return "".join(f"{line}\n" for line in _lines(settings))


def as_data(settings: Settings) -> dict[str, object]:
    """The same as JSON-ready data."""
    return {
        "schema": 2,
        "folder": settings.folder,
        "sources": list(settings.sources),
        "found": settings.found,
        "withheld": None
        if settings.withheld is None
        else {
            "reason": settings.withheld.reason,
            "why": why_withheld(settings.withheld),
            "how_to_allow": how_to_allow(settings.withheld),
        },
        "settings": [setting_data(settings, entry) for entry in settings.entries],
        "defaults": {field: value for field, value, _ in _defaults(settings)},
        "unset": _unset(settings),
        "near_misses": [
            {"name": item.name, "looks_like": item.looks_like, "origin": item.origin.label}
            for item in settings.near_misses
        ],
    }


def setting_data(settings: Settings, entry: Setting) -> dict[str, object]:
    """One setting as JSON-ready data."""
    return {
        "field": entry.field,
        "name": entry.origin.name,
        "text": entry.text,
        "value": _value(settings, entry.field),
        "origin": entry.origin.label,
        "shadows": [
            {"name": item.origin.name, "origin": item.origin.label, "text": item.text}
            for item in entry.shadows
        ],
        "part_of": entry.part_of,
        "problem": entry.problem,
        "detail": entry.detail,
        "notes": [{"kind": note.kind, "text": note_words(note)} for note in entry.notes],
    }


def _lines(settings: Settings) -> Iterator[str]:
    looked_at = ", ".join(visible(source) for source in settings.sources)
    if not settings.found:
        yield f"no settings found in {visible(settings.folder)} (looked at: {looked_at})"
        yield f"without any, `smtpdoctor check` looks at the way to {settings.host}"
        for blank in settings.entries:
            yield from (f"{_where(blank.origin)} is {words}" for words in _notes(blank))
        yield from _near_misses(settings)
        return
    yield f"settings from {looked_at} in {visible(settings.folder)}"
    yield ""
    yield from field_lines(settings)
    yield from _remarks(settings)


def field_lines(settings: Settings) -> Iterator[str]:
    """One line for every setting, with what it shadows and what is odd about it below."""
    untold = {item.field for item in settings.untellable}
    if "host" in untold or "port" in untold:
        untold |= {"port", "tls"}  # one follows from the other
    defaults = {
        field: (value, why) for field, value, why in _defaults(settings) if field not in untold
    }
    for field, label in LABELS.items():
        entry = settings.entry(field)
        if field == "tls" and settings.tls == "none" and not settings.tells_mode:
            continue  # what can't be told may switch TLS on
        if entry is not None and entry.text:
            value = _value(settings, field) or entry.text
            yield _line(label, value, _told(entry, value))
            yield from _about(entry)
            if field == "password":
                yield from _shape(settings)
            continue
        if field in defaults:
            yield _line(label, *defaults[field])
        if entry is not None:
            for words in _notes(entry):
                yield f"{INDENT}{_where(entry.origin)} is {words}"


def _line(label: str, value: str, why: str) -> str:
    return f"  {label:<9}  {visible(value):<28}  {why}"


def _told(entry: Setting, value: str) -> str:
    """Where the value stands, with its text where that is another."""
    where = _where(entry.origin)
    if entry.part_of is not None or entry.origin.kind == "target" or entry.text == value:
        return where
    return f"{where}{' ' if entry.origin.kind == 'option' else '='}{visible(entry.text)}"


def _about(entry: Setting) -> Iterator[str]:
    """What the setting shadows, and what is odd about it."""
    for item in entry.shadows:
        yield f"{INDENT}shadows {_shadow(item)}"
    if entry.problem:
        yield f"{INDENT}problem: {visible(entry.detail)}"
    for words in _notes(entry):
        yield f"{INDENT}note: {words}"


def _notes(entry: Setting) -> list[str]:
    return [visible(note_words(note)) for note in entry.notes]


def _where(origin: Origin) -> str:
    """`.env:3 SMTP_HOST`, `environment SMTP_HOST`, `--host`, `TARGET`."""
    if origin.kind in {"option", "target"}:
        return origin.label
    return visible(f"{origin.label} {origin.name}")


def _shadow(item: Shadowed) -> str:
    if item.origin.kind in {"option", "target"} or is_kind(item.origin.name, "url"):
        return f"{visible(item.text)} in {_where(item.origin)}"
    return f"{_where(item.origin)}={visible(item.text)}"


def _shape(settings: Settings) -> Iterator[str]:
    shapes = [SHAPES[shape] for shape in settings.password_shape if shape in SHAPES]
    if shapes:
        yield f"{INDENT}has {', '.join(shapes)}"


def _remarks(settings: Settings) -> Iterator[str]:
    lines = []
    if unset := _unset(settings):
        lines.append(f"not set: {', '.join(unset)}")
    if settings.withheld is not None:
        lines.append(f"no login: {visible(why_withheld(settings.withheld))}")
        lines.append(visible(how_to_allow(settings.withheld)))
    lines += _near_misses(settings)
    if lines:
        yield ""
        yield from lines


def _near_misses(settings: Settings) -> Iterator[str]:
    for item in settings.near_misses:
        yield f"{_where(item.origin)} is not read: {item.looks_like} looks like it and is not set"


def _unset(settings: Settings) -> list[str]:
    """Names that are nowhere set; what a TARGET or another host leaves out is not among them."""
    host = settings.entry("host")
    left_out: set[Field] = {"username", "password"} if settings.withheld else set()
    if host is not None and host.origin.kind == "target":
        left_out |= {"port", "tls"}
    return [
        preferred(field)
        for field in ASKED
        if field not in left_out and ((entry := settings.entry(field)) is None or not entry.text)
    ]


def _defaults(settings: Settings) -> Iterator[tuple[Field, str, str]]:
    """What is gone by although it was not set: field, value, why."""
    host = settings.entry("host")
    behind = host is not None and host.text.rstrip("\"'/,; ").endswith(f":{settings.port}")
    reasons: dict[Field, str] = {
        "port": "stands behind the host" if behind else "follows from the TLS mode",
        "tls": "the default on this port",
        "sender": "not known: the user name is taken"
        if settings.setup is not None
        else "the user name",
    }
    for field, why in reasons.items():
        entry = settings.entry(field)
        value = _value(settings, field)
        if value is not None and (entry is None or not entry.text):
            yield field, value, why


def _value(settings: Settings, field: Field) -> str | None:
    """What the run goes by."""
    if field == "tls":
        if settings.tls == "starttls":
            return "STARTTLS, required" if settings.tls_required else "STARTTLS where offered"
        return "implicit TLS" if settings.tls == "implicit" else "no TLS"
    if field == "verify":
        return "certificates are verified" if settings.verify else "certificates are not verified"
    values: dict[Field, object] = {
        "host": settings.host,
        "port": settings.port,
        "username": settings.username,
        "password": MASK if settings.has_password else None,
        "token": MASK if settings.has_token else None,
        "sender": settings.sender,
        "recipient": settings.recipient,
        "ehlo": settings.ehlo,
        "size": settings.size,
        "client": "@".join(part for part in (settings.client, settings.client_version) if part)
        or None,
    }
    value = values.get(field)
    return None if value is None else str(value)

"""What the program's own reader makes of the line with a set-up's password, where that is not what
was meant.

Knows in which carrier the line stands, and the signs that each one leaves in a value's trail. What
a reader of `.env` files does is in `dotenv_password`.
"""

from __future__ import annotations

import re
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Outcome
from smtpdoctor.settings.dotenv_password import is_plain, understood
from smtpdoctor.settings.harmless import LONGEST
from smtpdoctor.settings.model import PHP, SSMTP, YAML, PasswordReading, PasswordReadings
from smtpdoctor.settings.readers.model import Known, Span, Value
from smtpdoctor.settings.variables import Held
from smtpdoctor.settings.workspace import Workspace

#: What Play and other programs of the JVM are configured in, and Hjson beside it.
HOCON = "HOCON"
#: What programs in Go read an .ini file with: gopkg.in/ini.
INI = "Go's library for .ini files"


def readings(draft: Draft, outcome: Outcome, workspace: Workspace) -> PasswordReadings | None:
    """None where the password is read as it was meant, or that can't be told."""
    names = [
        name
        for name in outcome.by.get("password", ())
        if name in draft.options and isinstance(draft.options[name].value, Known)
    ]
    value = draft.options[names[0]].value if names else None
    variables = value.variables if value is not None else ()
    held = draft.variables.held(variables[0]) if len(variables) == 1 else []
    if not held:
        if value is None:
            return None
        return (
            _of_yaml(value, names[0], workspace)
            or _of_ini(names[0], value)
            or _of_ssmtp(names[0], value)
            or _of_hocon(names[0], value)
            or _of_php(names[0], value)
        )
    if held[0].layer.reader:
        return of_dotenv(held[0], variables[0], workspace)
    return (
        _of_compose(held[0])
        or _of_unit(held[0], variables[0])
        or _of_yaml(held[0].value, variables[0], workspace)
    )


def _altered(name: str, span: Span, reader: str, how: str, **more: Any) -> PasswordReadings:
    return PasswordReadings(
        name=name,
        file=span.file,
        line=span.line,
        known=True,
        readers=(reader,),
        altered=(PasswordReading(reader=reader, state="altered", alterations=(how,)),),
        **more,
    )


def of_dotenv(held: Held, name: str, workspace: Workspace) -> PasswordReadings | None:
    """The same of a line in a `.env`, that of a URL with a password among them."""
    span, reader = held.value.span, held.layer.reader
    text = workspace.folder.text(span.file) if span is not None and reader else None
    if span is None or text is None or is_plain(text, span.line):
        return None
    return understood(
        text,
        name,
        (reader,),
        place=(span.file, span.line),
        environ=workspace.environ,
        known=True,
    )


def _of_compose(held: Held) -> PasswordReadings | None:
    """Compose takes a dollar sign and what follows for a variable that nobody has."""
    span, value = held.value.span, held.value
    trail = value.trail if isinstance(value, Known) else ()
    joined = next((origin for origin in trail if origin.kind == "joined"), None)
    if span is None or joined is None or not any(origin.kind == "emptied" for origin in trail):
        return None
    return _altered(joined.name, span, "docker compose", "dollar-expanded", doubles="$")


def _of_unit(held: Held, name: str) -> PasswordReadings | None:
    """Systemd takes a percent sign and a letter for a specifier."""
    span, value = held.value.span, held.value
    trail = value.trail if isinstance(value, Known) else ()
    if span is None or not any(origin.kind == "specifier" for origin in trail):
        return None
    return _altered(name, span, "systemd", "percent-expanded", doubles="%")


def _of_yaml(value: Value, name: str, workspace: Workspace) -> PasswordReadings | None:
    """A # and letters behind the password, or in its place: a comment mostly begins with a
    blank."""
    span = value.span
    if span is None or not span.file.endswith((".yml", ".yaml")) or not isinstance(value, Known):
        return None
    lines = (workspace.folder.text(span.file) or "").splitlines()
    line = lines[span.line - 1] if span.line <= len(lines) else ""
    text = str(value.value or "")
    if "#" not in line or len(text) > LONGEST:
        return None
    kept = re.escape(text)
    if re.search(rf"[:=]\s+{kept}(?<=\s)#\S|[:=]\s*{kept}\s+#\S", line) is None:
        return None
    return _altered(name, span, YAML, "cut-at-hash")


def _of_ini(name: str, value: Value) -> PasswordReadings | None:
    """A # or ; at which the password is cut, and that no blank sets apart from it, as one before a
    comment would."""
    if not isinstance(value, Known) or value.span is None or value.raw is None:
        return None
    span, raw = value.span, value.raw
    if not span.file.endswith(".ini"):
        return None
    kept, mark, behind = (*re.split("([#;])", raw, maxsplit=1), "", "")[:3]
    apart = kept.endswith((" ", "\t")) or (not kept and behind[:1].isspace())
    if not mark or apart or kept.strip("'\"") != value.value:
        return None
    how = "cut-at-hash" if mark == "#" else "cut-at-semicolon"
    return _altered(name, span, INI, how, quote=None if "`" in raw else "`")


def _of_ssmtp(name: str, value: Value) -> PasswordReadings | None:
    """sSMTP ends a value at #, = and a blank. It knows no quotes, and no other way to write them.
    A # behind a blank is a comment that was meant as one."""
    if not isinstance(value, Known) or value.span is None or value.raw is None:
        return None
    if not value.span.file.endswith("ssmtp.conf"):
        return None
    behind = value.raw[len(str(value.value)) :]
    mark = behind[:1]
    if not mark or (mark.isspace() and behind.strip()[:1] in ("", "#")):
        return None
    how = {"#": "cut-at-hash", "=": "cut-at-equals"}.get(mark, "cut-at-blank")
    return _altered(name, value.span, SSMTP, how)


def _of_hocon(name: str, value: Value) -> PasswordReadings | None:
    """A # right behind a password without quotes, and what follows."""
    if not isinstance(value, Known) or value.span is None or value.raw is None:
        return None
    if not value.span.file.endswith((".conf", ".hjson")):
        return None
    if not value.raw.startswith(f"{value.value}#"):
        return None
    return _altered(name, value.span, HOCON, "cut-at-hash", quote='"')


def _of_php(name: str, value: Value) -> PasswordReadings | None:
    """PHP takes a dollar sign and what follows in a text in double quotes for a variable, which
    nothing sets."""
    span = value.span
    if not isinstance(value, Known) or span is None or not span.file.endswith(".php"):
        return None
    emptied = next((step for step in value.trail if step.kind == "emptied"), None)
    if emptied is None:
        return None
    return _altered(name, value.written or span, PHP, "dollar-expanded")

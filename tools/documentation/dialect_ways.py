"""The ways to a server in the options of every program that the doctor reads, from its dialects.

`knowledge/snippets` has the code of some twenty programs. All others say a way by a port and one or
two options, which their dialects name, and here each is held against what the dialect itself makes
of it: an option that doesn't lead to the way is left out. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from smtpdoctor.settings.dialects.base import Dialect, dialects
from smtpdoctor.settings.model import TLSMode
from tools.documentation.markdown import code, plain

HOST = "smtp.example.com"
#: Dialects whose program has a snippet under the name of its library.
WITH_SNIPPETS = frozenset({"jakarta-mail", "net-smtp", "ruby-mail", "symfony"})
#: Options that are code and no settings are shown in snippets alone.
IN_CODE = ("(", ".With", "class", "method", "opened")
PYTHON = ("aiosmtplib", "django", "smtplib")


def rows(mode: TLSMode, port: int, known: Collection[str]) -> list[tuple[str, str]]:
    """Each program without a snippet in `known`, with the settings that say this way in it."""
    found = [
        (plain(dialect.name), ", ".join(_said(dialect, options)))
        for dialect in dialects()
        if dialect.id not in known and dialect.id not in WITH_SNIPPETS
        if (options := way(dialect, mode, port)) is not None
    ]
    return sorted(found, key=lambda row: row[0].lower())


def way(dialect: Dialect, mode: TLSMode, port: int) -> dict[str, Any] | None:
    """The port's and the mode's options, TLS required where the program can; None where it has
    none that are settings."""
    host_option, port_option = _option(dialect, "host"), _option(dialect, "port")
    if host_option is None or port_option is None or _is_code(port_option):
        return None
    ways = [dict(each) for each in dialect.modes.get(mode, ())] or [{}]
    leading = [
        {port_option: port, **each}
        for each in ways
        if not any(map(_is_code, (*each, *map(str, each.values()))))
        if (came := _outcome(dialect, {host_option: HOST, port_option: port, **each})) is not None
        if (came.tls, came.port) == (mode, port)
    ]
    required = (each for each in leading if dialect.outcome({host_option: HOST, **each}).required)
    return next(required, next(iter(leading), None))


def _outcome(dialect: Dialect, options: Mapping[str, Any]) -> Any:
    came = dialect.outcome(options)
    return None if came.fault is not None or came.doubtful or came.ignored else came


def _option(dialect: Dialect, field: str) -> str | None:
    names = [name for name, each in dialect.fields.items() if each == field]
    return min(names, key=_is_of_url, default=None)  # where there are both, its own


def _is_of_url(name: str) -> bool:
    return name.startswith("url.")


def _is_code(text: str) -> bool:
    return any(part in text for part in IN_CODE)


def _said(dialect: Dialect, options: Mapping[str, Any]) -> Iterator[str]:
    schemes = {
        whole: value
        for name, value in options.items()
        if (whole := name.removesuffix(".scheme")) != name
    }
    (port_option, port), *others = options.items()
    whole = port_option.removesuffix(".port")
    if "url" in schemes or whole in schemes:  # one text has it all
        before = schemes["url" if "url" in schemes else whole]
        yield code(f"{before}://{HOST}:{port}")
        others = [(name, value) for name, value in others if not name.endswith(".scheme")]
    elif whole != port_option and (whole == "url" or whole in dialect.fields):
        yield f"port {port} in {'the URL' if whole == 'url' else code(whole)}"
    else:
        yield code(f"{port_option}: {port}")
    for name, value in others:
        beside = name.removesuffix(".scheme")
        word = _word(dialect, value)
        yield (
            f"{code(f'{word}://')} before {code(beside)}"
            if beside != name
            else code(f"{name}: {word}")
        )


def _word(dialect: Dialect, value: Any) -> str:
    if isinstance(value, bool):
        return str(value) if dialect.client in PYTHON else str(value).lower()
    return "empty" if value == "" else str(value)

"""Laminas Mail, Zend Mail before it: `new SmtpOptions(…)`, and the arrays of the configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.php_code import (
    PhpProgram,
    Reading,
    address,
    array_draft,
    beside,
    known,
    number,
    remark,
    sender_of_calls,
    text,
    version_of,
)
from smtpdoctor.settings.dialects.phpmailer import php_variables
from smtpdoctor.settings.model import Edit, Field, TLSMode
from smtpdoctor.settings.readers.model import ABSENT, Known, Map, Value, truth
from smtpdoctor.settings.readers.php_registry import merged
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

INNER = ("ssl", "username", "password", "novalidatecert")
PATHS: Mapping[str, tuple[str, ...]] = {
    **{key: (key,) for key in ("host", "port", "name", "connection_class")},
    **{key: ("connection_config", key) for key in INNER},
}
#: Classes without a login, by the ends of their names.
NO_LOGIN = ("smtp", "")
#: Deeper no configuration has its options.
DEEPEST = 5
Path = tuple[str, ...]


def find(workspace: Workspace) -> Iterator[Draft]:
    """One for each `new SmtpOptions` whose array can be told; else for each array of the
    configuration that has one's keys; else what is said of those that can't be told."""
    untold: list[Draft] = []
    drafts: list[Draft] = []
    for path in workspace.folder.containing(rb"\bSmtpOptions\s*\(", ".php"):
        variables = php_variables(workspace, path)
        module = workspace.module(path, variables)
        for place in range(len(module.calls("SmtpOptions")) if module is not None else 0):

            def read(under: Variables, path: str = path, place: int = place) -> Value:
                made = workspace.module(path, under)
                return made.calls("SmtpOptions")[place].argument(0) if made else Known(ABSENT)

            told = isinstance(known(read(variables)), Map)
            (drafts if told else untold).extend(_draft(workspace, path, read, variables))
    yield from drafts or list(_of_configuration(workspace)) or untold


def _of_configuration(workspace: Workspace) -> Iterator[Draft]:
    places: dict[Path, list[str]] = {}
    for path in workspace.folder.containing(rb"['\"]connection_config['\"]", ".php"):
        module = workspace.module(path, php_variables(workspace, path))
        for keys in _within(module.returned, ()) if module is not None else ():
            places.setdefault(keys, []).append(path)
    for keys, files in places.items():
        # config/autoload/{{,*.}global,{,*.}local}.php: the later over the earlier
        ordered = sorted(files, key=lambda path: ("local" in path, path))

        def read(
            under: Variables, keys: Path = keys, ordered: Sequence[str] = tuple(ordered)
        ) -> Value:
            modules = [workspace.module(path, under) for path in ordered]
            found = [each.returned.at(*keys) for each in modules if each is not None]
            return merged(found) if found else Known(ABSENT)

        yield from _draft(workspace, ordered[-1], read, php_variables(workspace, ordered[-1]))


def _within(value: Value, keys: Path) -> Iterator[Path]:
    """Where arrays with SmtpOptions' keys stand in an array."""
    if not isinstance(value, Known) or not isinstance(value.value, Map) or len(keys) > DEEPEST:
        return
    if value.value.entry("connection_config") is not None:
        yield keys
        return
    for key in value.value.keys():  # noqa: SIM118
        if isinstance(key, str):
            yield from _within(value.value.get(key), (*keys, key))


def _draft(workspace: Workspace, path: str, read: Reading, variables: Variables) -> Iterator[Draft]:
    draft = array_draft(workspace, DIALECT, read, variables, PATHS, place=path, anchor="host")
    if draft is None:
        return
    options = draft.options
    sender = _sender(workspace, variables)
    if sender is not None:
        options["from"] = sender
    draft.insert = lambda new: _insert(workspace, options, new)
    draft.version = version_of(workspace, path, "laminas/laminas-mail", "zendframework/zend-mail")
    yield draft


def _sender(workspace: Workspace, variables: Variables) -> Option | None:
    """The first sender that the program's code gives a message."""
    for path in workspace.folder.containing(rb"(?:Laminas|Zend)\\Mail", ".php"):
        module = workspace.module(path, variables)
        found = sender_of_calls(module, "addFrom", "setFrom") if module is not None else None
        if found is not None:
            return Option("from", found, called="from")
    return None


def _insert(
    workspace: Workspace, options: Mapping[str, Option], new: Mapping[str, Any]
) -> tuple[Edit, ...]:
    edits: tuple[Edit, ...] = ()
    for name, value in new.items():
        anchors = ("username", "password") if name in INNER else ("host",)
        anchor = next((options[each] for each in anchors if each in options), None)
        made = beside(workspace, anchor, {name: value})
        if not made:
            return ()
        edits += made
    return edits


def outcome(options: Mapping[str, Any]) -> Outcome:
    """What Laminas makes of its options: the port decides nothing."""
    ssl = (text(options, "ssl") or "").lower()
    mode: TLSMode = "implicit" if ssl == "ssl" else "starttls" if ssl == "tls" else "none"
    chosen = (text(options, "connection_class") or "smtp").rpartition("\\")[2].lower()
    log_in = chosen not in NO_LOGIN
    ignored: tuple[Remark, ...] = ()
    if not log_in and options.get("username"):
        ignored = (remark(DATA, "username", "class"),)
    known_kind = ssl in ("ssl", "tls", "none", "")
    return Outcome(
        host=text(options, "host") or "127.0.0.1",
        port=number(options.get("port")) or 25,
        tls=mode,
        required=mode != "none",
        username=text(options, "username") if log_in else None,
        password=text(options, "password") if log_in else None,
        sender=address(options.get("from")),
        ehlo=text(options, "name") or "localhost",
        verify=not truth(options.get("novalidatecert", False), "php"),
        by={
            "host": ("host",),
            "port": ("port",),
            "tls": ("ssl",) if "ssl" in options else ("port",),
            "username": ("username",) if log_in else (),
            "password": ("password",) if log_in else (),
            "sender": ("from",),
            "ehlo": ("name",),
            "verify": ("novalidatecert",),
        },
        ignored=ignored,
        fault=None if known_kind else remark(DATA, "ssl", "ssl"),
    )


FIELDS: Mapping[str, Field] = {
    "host": "host", "port": "port", "ssl": "tls", "username": "username",
    "password": "password", "from": "sender", "name": "ehlo", "novalidatecert": "verify",
}  # fmt: skip
MODES: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
    "implicit": ({"ssl": "ssl"},),
    "starttls": ({"ssl": "tls"},),
    "none": ({"ssl": "none"},),
}
DIALECT = PhpProgram("laminas", DATA, FIELDS, MODES, find, outcome)

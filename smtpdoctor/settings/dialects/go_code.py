"""What dialects of Go's mail libraries share: variables, calls as values, addresses.

Knows Go's ways. It must not know what a library makes of its options.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from smtpdoctor.settings.dialects.base import Option
from smtpdoctor.settings.dialects.texts import host_and_port
from smtpdoctor.settings.readers.model import ABSENT, Known, Map, Unknown, Value
from smtpdoctor.settings.readers.module import FoundCall, Module
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

#: Finds a value of a file again, under other variables.
Ask = Callable[[Module], Value]


def go_variables(workspace: Workspace, near: str) -> Variables:
    """What `os.Getenv` sees: the environment, and the `.env` that godotenv or a shell loads."""
    return workspace.variables(workspace.dotenv_files(near, ".env"), "godotenv", near=near)


def option(workspace: Workspace, module: Module, name: str, ask: Ask) -> Option | None:
    """What is asked of a file as an option, None where it is not there."""
    value = ask(module)
    if isinstance(value, Known) and value.value is ABSENT:
        return None

    def again(under: Variables) -> Value:
        other = workspace.module(module.file, under)
        return ask(other) if other is not None else Known(ABSENT)

    return Option(name, value, again)


def addressed(workspace: Workspace, module: Module, ask: Ask) -> Iterator[tuple[str, Option]]:
    """`host:port` as options `addr` and `addr.port`."""
    whole = option(workspace, module, "addr", ask)
    if whole is not None:
        yield from host_and_port(whole, workspace)


def call_of(module: Module, value: Value, *names: str) -> FoundCall | None:
    """The call that a value is the result of."""
    return next((call for call in module.calls(*names) if call.span == value.span), None)


def skips_verification(config: Value) -> bool:
    """Whether a tls.Config switches verification off."""
    if isinstance(config, Known) and isinstance(config.value, Map):
        skip = config.value.get("InsecureSkipVerify")
        return isinstance(skip, Known) and skip.value is True
    return False


def text(value: Any) -> str | None:
    return None if value is None or value is ABSENT or isinstance(value, Unknown) else str(value)


def number(value: Any) -> int | None:
    digits = str(value).strip() if value is not None and not isinstance(value, bool) else ""
    return int(digits) if digits.isdigit() and len(digits) < 6 and int(digits) else None

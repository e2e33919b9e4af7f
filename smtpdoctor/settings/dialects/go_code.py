"""What dialects of Go's mail libraries share: variables, calls as values, addresses.

Knows Go's ways. It must not know what a library makes of its options.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.settings.dialects.base import Option
from smtpdoctor.settings.dialects.in_code import Ask, option
from smtpdoctor.settings.dialects.texts import host_and_port
from smtpdoctor.settings.readers.model import Known, Map, Value
from smtpdoctor.settings.readers.module import FoundCall, Module
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace


def go_variables(workspace: Workspace, near: str) -> Variables:
    """What `os.Getenv` sees: the environment, and the `.env` that godotenv or a shell loads."""
    return workspace.variables(workspace.dotenv_files(near, ".env"), "godotenv", near=near)


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

"""What dialects of Go's mail libraries share: variables, calls as values, addresses.

Knows Go's ways. It must not know what a library makes of its options.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from smtpdoctor.settings.dialects import in_code
from smtpdoctor.settings.dialects.base import Option
from smtpdoctor.settings.dialects.in_code import Ask, option
from smtpdoctor.settings.dialects.texts import host_and_port
from smtpdoctor.settings.readers.model import Known, Map, Unknown, Value
from smtpdoctor.settings.readers.module import FoundCall, Module
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace


def go_variables(workspace: Workspace, near: str) -> Variables:
    """What `os.Getenv` sees: the environment, and the `.env` that godotenv or a shell loads."""
    files = workspace.dotenv_files(near, ".env")
    if files and workspace.dependencies.find("go", "github.com/joho/godotenv", near=near):
        workspace.tell_refused(files[0], "godotenv", "godotenv")
    return workspace.variables(files, "godotenv", near=near)


def reached(
    workspace: Workspace, needle: bytes, calls: Callable[[Module], Sequence[FoundCall]]
) -> Iterator[tuple[Module, Variables, int]]:
    """The calls of Go's files with `needle`, as `in_code.reached` has them."""
    paths = workspace.folder.containing(needle, ".go")
    return in_code.reached(workspace, paths, go_variables, calls)


def addressed(workspace: Workspace, module: Module, ask: Ask) -> Iterator[tuple[str, Option]]:
    """`host:port` as options `addr` and `addr.port`; a part that nobody sets can't be told."""
    whole = option(workspace, module, "addr", ask)
    if whole is None:
        return
    value = whole.value
    host, colon, port = str(getattr(value, "value", "")).rpartition(":")
    if not value.unset or not colon or (host and port):
        yield from host_and_port(whole, workspace)
        return
    for name, part, unset in (("addr", host, value.unset[0]), ("addr.port", port, value.unset[-1])):
        told_here = Known(part, value.span, value.trail) if part else _not_set(value, unset)
        yield name, replace(whole, name=name, value=told_here, bare=True)


def told(ask: Ask) -> Ask:
    """The same, where the number of a variable that nobody sets can't be told: it isn't 0."""

    def asked(module: Module) -> Value:
        value = ask(module)
        is_zero = isinstance(value, Known) and value.value in (0, "") and value.value is not False
        return _not_set(value, value.unset[0]) if is_zero and value.unset else value

    return asked


def _not_set(value: Value, name: str) -> Unknown:
    return Unknown("environment", f"{name} is not set here", value.span, value.trail)


def call_of(module: Module, value: Value, *names: str) -> FoundCall | None:
    """The call that a value is the result of."""
    return next((call for call in module.calls(*names) if call.span == value.span), None)


def unverified(name: str, *configs: Value) -> dict[str, Option]:
    """The option of that name where one of the tls.Configs switches verification off, at the
    switch."""
    for config in configs:
        if isinstance(config, Known) and isinstance(config.value, Map):
            skip = config.value.get("InsecureSkipVerify")
            if isinstance(skip, Known) and skip.value is True:
                return {name: Option(name, skip, called="InsecureSkipVerify")}
    return {}

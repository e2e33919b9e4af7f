"""What JavaScript's mail clients share that are made with one object of options.

Knows where the calls and their object stand, how its options are asked for again under other
variables, and how one is put in. It must not know what a client makes of its options.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from smtpdoctor.settings.dialects.base import Dialect, Draft, Option
from smtpdoctor.settings.dialects.node_variables import SUFFIXES, all_variables
from smtpdoctor.settings.model import Edit
from smtpdoctor.settings.prepare import literal, put_in
from smtpdoctor.settings.readers.model import ABSENT, Known, Map, Unknown, Value
from smtpdoctor.settings.readers.module import FoundCall, Module
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

#: The calls by which a client is made in a file, in the order of the text.
Calls = Callable[[Module], list[FoundCall]]


def drafts(
    dialect: Dialect,
    workspace: Workspace,
    needle: bytes,
    calls: Calls,
    *,
    messages: tuple[str, ...],
    version: Callable[[str], str],
    opposites: Mapping[str, str] | None = None,
) -> Iterator[Draft]:
    """One for each client that some way through the program makes, in the files with the needle.

    `messages` are the methods that are given a message: the first one's sender is the set-up's.
    `version` gives the library's by the path of a file.
    """
    for path in workspace.folder.containing(needle, *SUFFIXES):
        for variables in all_variables(workspace, path):
            module = workspace.module(path, variables)
            for number, call in enumerate(calls(module) if module else ()):
                if module is not None and call.reached is not False:
                    made = _draft(dialect, workspace, module, variables, calls, number, messages)
                    yield replace(made, version=version(path), opposites=opposites or {})


def npm_version(workspace: Workspace, package: str) -> Callable[[str], str]:
    """The version of a package that a file's program has, "" where its manifest says none."""

    def version(path: str) -> str:
        found = workspace.dependencies.find("npm", package, near=path)
        return found.version if found is not None else ""

    return version


def _draft(
    dialect: Dialect,
    workspace: Workspace,
    module: Module,
    variables: Variables,
    calls: Calls,
    number: int,
    messages: tuple[str, ...],
) -> Draft:
    """The set-up of the client that one of these calls makes."""
    call = calls(module)[number]
    argument = call.argument(0)
    options = _options(dialect, workspace, module.file, argument, calls, number)
    sender = _sender(module, messages)
    if sender is not None:
        options["from"] = Option("from", sender)
    return Draft(
        dialect=dialect,
        place=f"{module.file}:{call.span.line}",
        options=options,
        variables=variables,
        language="javascript",
        profile=workspace.profile_of("NODE_ENV"),
        files=(module.file,),
        insert=lambda new: _insert(workspace, options, new),
    )


def _options(
    dialect: Dialect, workspace: Workspace, path: str, argument: Value, calls: Calls, number: int
) -> dict[str, Option]:
    """The options of the object; the host alone where the object can't be told."""
    found: dict[str, Option] = {}
    for name in dialect.fields:
        keys = name.split(".")

        def again(under: Variables, keys: list[str] = keys) -> Value:
            module = workspace.module(path, under)
            return calls(module)[number].argument(0).at(*keys) if module else Known(ABSENT)

        value = argument.at(*keys)
        above = argument.at(*keys[:-1])
        made = above.value if isinstance(above, Known) else None
        entry = made.entry(keys[-1]) if isinstance(made, Map) else None
        read_of_variables = isinstance(value, Known) and bool(value.variables)
        if isinstance(value, Unknown) or value.value is not ABSENT or read_of_variables:
            found[name] = Option(name, value, again, entry.span if entry else None)
        if isinstance(argument, Unknown):
            break  # one word for all of them: the host's, which is the first
    return found


def _sender(module: Module, messages: tuple[str, ...]) -> Known | None:
    """Who the first message here is from."""
    for message in module.calls(*messages):
        value = message.argument(0).get("from")
        if isinstance(value, Known) and isinstance(value.value, str):
            return value
    return None


def _insert(
    workspace: Workspace, options: Mapping[str, Option], new: Mapping[str, Any]
) -> tuple[Edit, ...]:
    """Options that are not there yet, before the first of the same object that is there."""
    edits = []
    for name, value in new.items():
        above, _, key = name.rpartition(".")
        beside = next(
            (
                option.entry
                for other, option in options.items()
                if other.rpartition(".")[0] == above and option.entry is not None
            ),
            None,
        )
        if beside is None:
            return ()
        text = f"{key}: {literal(value, 'javascript')}, "
        edits.append(put_in(workspace, beside, beside.columns[0], text))
    return tuple(edits)

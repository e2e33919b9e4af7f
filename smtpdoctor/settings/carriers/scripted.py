"""JavaScript that says with which variables a program runs: PM2, SST, AWS CDK, Pulumi, Serverless.

Knows where each has them. The program that is told so is another one than the file itself. It must
not know what a variable means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from smtpdoctor.settings.carriers.places import (
    MOST_DOCUMENTS,
    as_variable,
    carried_layer,
    entries,
    folder_of,
    items,
    mapped,
    text,
)
from smtpdoctor.settings.folder import sibling
from smtpdoctor.settings.readers.model import ABSENT, Known, Unknown, Value
from smtpdoctor.settings.readers.module import Module
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Surrounding, Workspace

CODE = (".js", ".ts", ".cjs", ".mjs", ".mts", ".cts")
PROCESSES = ("*ecosystem.config.*", "*pm2.config.*", "*ecosystem.json")
#: A function of a cloud is given its variables, in code that makes it.
KEYS = ("environment", "environmentVariables")
MAKES = rb"\b(?:environment|environmentVariables)\s*:"
LIBRARY = re.compile(rb"\bsst\.|['\"](?:sst|aws-cdk-lib|@aws-cdk|@serverless-stack|@pulumi|cdktf)")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def find(workspace: Workspace) -> Iterator[Surrounding]:
    """One for each process or function that is given variables."""
    for path in workspace.folder.matching(*PROCESSES):
        for number, app in enumerate(items(_exports(workspace, path).get("apps"))):
            yield from _process(workspace, path, number, app)
    for path in workspace.folder.matching("*serverless.ts", "*serverless.js"):
        root = _exports(workspace, path)
        own = [each.value.get("environment") for each in entries(root.get("functions"))]
        yield from _functions(path, path, *own, root.at("provider", "environment"))
    for path in islice(workspace.folder.containing(MAKES, *CODE), MOST_DOCUMENTS):
        module = _module(workspace, path) if _is_of_a_cloud(workspace, path) else None
        for call in module.calls() if module is not None else ():
            given = [call.argument(place) for place in range(call.count)]
            for value in (each.get(key) for each in given for key in KEYS):
                yield from _functions(path, f"{path}:{call.span.line}", value)


def _is_of_a_cloud(workspace: Workspace, path: str) -> bool:
    return LIBRARY.search(workspace.read(path) or b"") is not None


def _process(workspace: Workspace, path: str, number: int, app: Value) -> Iterator[Surrounding]:
    """A process of PM2: what it is given stands before what its program loads, the profile's
    variables before the others."""
    profile = workspace.profile_of("NODE_ENV")
    layers = [
        carried_layer(path, values)
        for values in (mapped(app.get(f"env_{profile}")), mapped(app.get("env")))
        if values
    ]
    if layers:
        folder, script = folder_of(path), text(app.get("script")) or ""
        yield Surrounding(
            carrier="pm2",
            place=f"{path}:{app.span.line}" if app.span is not None else path,
            image="",
            build=folder,
            variables=Variables((*layers, workspace.process)),
            scope=folder,
            name=text(app.get("name")) or str(number),
            starts=(script,) if script else (),
        )


def _functions(path: str, place: str, *environments: Value) -> Iterator[Surrounding]:
    """Functions of a cloud, whose code may be anywhere in the folder; the first environment stands
    before the others."""
    layers = []
    for each in environments:
        inner = each.get("variables")
        values = mapped(each if inner.absent else inner, _value)
        layers += [carried_layer(path, values)] if values else []
    if layers:
        yield Surrounding(
            carrier="functions",
            place=place,
            image="",
            build=None,
            variables=Variables(tuple(layers)),
        )


def _value(name: str, value: Value) -> Value | None:
    """A text; a secret that the cloud has, and what is made of others, can't be told."""
    if not NAME.fullmatch(name):
        return None
    given = as_variable(name, value)
    if isinstance(given, Known):
        return given
    return Unknown("encrypted", f"{name} is set where it is deployed", value.span)


def _exports(workspace: Workspace, path: str) -> Value:
    """What a file hands to the program that reads it, called where it is a function."""
    if path.endswith(".json"):
        return workspace.document(path, Variables(()))
    module = _module(workspace, path)
    return module.exported if module is not None else Known(ABSENT)


def _module(workspace: Workspace, path: str) -> Module | None:
    """The file as it is where the program is deployed: with that machine's variables, and with
    those of the `.env` beside it, which such tools load."""
    beside = sibling(path, ".env")
    layers = [workspace.process, workspace.dotenv(beside, "npm-dotenv")]
    variables = Variables(tuple(layer for layer in layers if layer is not None))
    return workspace.module(path, variables)

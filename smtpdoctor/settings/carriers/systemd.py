"""systemd: what `Environment=` and `EnvironmentFile=` of a service give it, or of a container that
Podman makes one of (Quadlet).

Knows the unit's lines (systemd.exec(5), podman-systemd.unit(5)). It must not know what a variable
means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from smtpdoctor.settings.carriers.places import (
    NOTHING,
    carried_layer,
    folder_of,
    part,
    text,
)
from smtpdoctor.settings.readers.harmless import is_setting_name
from smtpdoctor.settings.readers.ini import unit_words
from smtpdoctor.settings.readers.model import Entry, Known, Map, Origin, Unknown, Value
from smtpdoctor.settings.variables import Layer, Variables
from smtpdoctor.settings.workspace import Surrounding, Workspace

#: systemd.unit(5), "Specifiers": %h is a home folder. What it comes to is not known here.
SPECIFIER = re.compile(r"%[a-zA-Z%]")


def find(workspace: Workspace) -> Iterator[Surrounding]:
    """Every service and container with a variable of its own."""
    for path in workspace.folder.matching("*.service", "*.container"):
        root = workspace.document(path, NOTHING, "ini")
        service = root.get("Container" if path.endswith(".container") else "Service")
        lines: list[Entry] = []
        if isinstance(service, Known) and isinstance(service.value, Map):
            lines = service.value.entries
        files = [each.value for each in lines if each.key == "EnvironmentFile"]
        images = [text(each.value) for each in lines if each.key == "Image"]
        # a file wins over Environment=, a later one over an earlier
        layers = [*reversed(list(_files(workspace, path, files)))]
        layers.append(carried_layer(path, dict(_environment(workspace, lines))))
        layers = [layer for layer in layers if layer.values or layer.open]
        if layers:
            yield Surrounding(
                carrier="systemd",
                place=path,
                image=(images[-1] if images else None) or "",
                build=None,
                variables=Variables(tuple(layers)),
            )


def _environment(workspace: Workspace, lines: list[Entry]) -> Iterator[tuple[str, Value]]:
    made: dict[str, Value] = {}
    for each in lines:
        if each.key != "Environment":
            continue
        words = unit_words(each.value)
        if not words:
            made.clear()
        for word in words:
            name, equals, said = str(word.value).partition("=")
            if not equals or not isinstance(each.value, Known):
                continue
            whole = str(each.value.value)
            at = whole.find(str(word.value)) + len(name) + 1
            span = each.value.span
            if whole.count(str(word.value)) == 1:
                span = part(each.value, at, at + len(said), workspace)
                named = part(each.value, at - len(name) - 1, at, workspace)
                if is_setting_name(name) and named is not None and span != each.value.span:
                    workspace.is_harmless(named)
            trail = [Origin("environment", name, span)]
            if any(each != "%%" for each in SPECIFIER.findall(said)):
                trail.append(Origin("specifier", name, span))
            meant = SPECIFIER.sub(lambda found: "%" if found[0] == "%%" else "", said)
            made[name] = Known(meant, span, tuple(trail))
    yield from made.items()


def _files(workspace: Workspace, unit: str, paths: list[Value]) -> Iterator[Layer]:
    """The files that the folder has: beside the unit, or at its root, by their names.

    Others are on the server alone, and may hold any name.
    """
    for value in paths:
        name = (text(value) or "").removeprefix("-").rpartition("/")[2]
        for at in (folder_of(unit), ""):
            layer = workspace.dotenv(f"{at}/{name}".lstrip("/"), "systemd") if name else None
            if layer is not None:
                yield layer
                break
        else:
            if name:
                why = f"its EnvironmentFile {name} is not in this folder"
                open_ = Unknown("unreadable", why, value.span)
                yield replace(carried_layer(unit, {}), open=open_)

"""A Django set-up by the values that a running Django has, with the lines that they come from.

Where what was read of the settings module comes to the same, its lines count as they were read.
Else a value that the reader did not find, or found another for, has no line: it may come from
anywhere. Must not import Django: who runs it hands the values over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from smtpdoctor.settings.dialects.base import Option, Outcome
from smtpdoctor.settings.dialects.django import (
    draft_of,
    outcome,
    settings_options,
)
from smtpdoctor.settings.dialects.django_modules import SettingsModule
from smtpdoctor.settings.dialects.django_senders import explicit_sender
from smtpdoctor.settings.dialects.python_code import python_variables
from smtpdoctor.settings.drafts.finish import finish
from smtpdoctor.settings.drafts.harmless_literals import find_harmless
from smtpdoctor.settings.drafts.outcomes import outcome_of, secrets_of
from smtpdoctor.settings.folder import Folder
from smtpdoctor.settings.model import Setting, Settings
from smtpdoctor.settings.readers.model import Known
from smtpdoctor.settings.setup import Setup
from smtpdoctor.settings.workspace import Workspace


def live_setup(
    values: Mapping[str, Any],
    *,
    root: Path,
    path: str,
    module: str,
    version: str,
    environ: Mapping[str, str],
) -> Setup:
    """The set-up of these values: the options of the dialect that Django's settings say.

    `path` is the file of the settings module below `root`, `module` its dotted name.
    """
    workspace = Workspace(Folder(root), environ)
    chosen = SettingsModule(path, module, python_variables(workspace, path))
    read: dict[str, Option] = {}
    if workspace.folder.has(path):
        read = settings_options(workspace, path, chosen.variables, version)
    options = _as_they_run(values, read)
    sender = explicit_sender(workspace, path, chosen.variables)
    if sender is not None:
        options["from_email"] = sender
    draft = draft_of(workspace, chosen, options, version)
    came_to = outcome_of(draft, workspace)
    secrets = secrets_of(came_to)
    find_harmless(draft, came_to, workspace, secrets)
    made = finish(draft, came_to, workspace, secrets)
    return replace(made, settings=_placed(made.settings, path))


def _as_they_run(values: Mapping[str, Any], read: dict[str, Option]) -> dict[str, Option]:
    """The options with the values that count, and the places of those that were read right."""
    if read and _same(outcome(_known(read)), outcome(values)):
        return dict(read)
    found = {}
    for name, value in values.items():
        own = read.get(name)
        right = own is not None and isinstance(own.value, Known) and own.value.value == value
        found[name] = own if own is not None and right else Option(name, Known(value))
    return found


def _known(options: Mapping[str, Option]) -> dict[str, Any]:
    return {
        name: option.value.value
        for name, option in options.items()
        if isinstance(option.value, Known) and not option.value.absent
    }


def _same(read: Outcome, live: Outcome) -> bool:
    """Whether both send alike: what names the options, and the sender that only code tells, may
    differ."""

    def way(of: Outcome) -> tuple[object, ...]:
        stops = (of.fault is not None, of.not_sent is not None)
        return (
            of.host,
            of.port,
            of.tls,
            of.username,
            of.password,
            of.verify,
            len(of.misread),
            stops,
        )

    return way(read) == way(live)


def _placed(settings: Settings, path: str) -> Settings:
    """With the file for the values whose line isn't known."""

    def placed(entry: Setting) -> Setting:
        if entry.origin.kind != "default":
            return entry
        origin = msgspec.structs.replace(entry.origin, kind="file", file=path)
        return msgspec.structs.replace(entry, origin=origin)

    return msgspec.structs.replace(settings, entries=tuple(map(placed, settings.entries)))

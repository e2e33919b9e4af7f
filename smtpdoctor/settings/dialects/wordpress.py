"""WordPress: what a theme or a plugin of the site's own sets in the hook `phpmailer_init`.

Its values may be constants of wp-config.php. The plugins for SMTP are dialects of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from smtpdoctor.settings.dialects.base import Draft
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.php_code import PhpProgram
from smtpdoctor.settings.dialects.phpmailer import (
    FIELDS,
    MODES,
    draft,
    groups,
    host_parts,
    outcome,
    php_variables,
)
from smtpdoctor.settings.folder import PLUGINS, Skipped
from smtpdoctor.settings.readers.model import Known, Span, Unknown, Value
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

#: Where constants of a site stand: wp-config.php, or Bedrock's files.
CONFIGURATIONS = ("wp-config.php", "config/application.php", "*/config/application.php")
NAME = re.compile(r"\\?[A-Za-z_]\w*")


#: Plugins that send for WordPress, by their folders.
SENDING = {
    "wp-mail-smtp": "WP Mail SMTP", "post-smtp": "Post SMTP", "fluent-smtp": "FluentSMTP",
    "easy-wp-smtp": "Easy WP SMTP",
}  # fmt: skip


def find(workspace: Workspace) -> Iterator[Draft]:
    """One for each hook that sets a server."""
    _tell_of_plugins(workspace)
    for path in workspace.folder.containing(rb"phpmailer_init", ".php"):
        if b"do_action_ref_array" in (workspace.read(path) or b""):
            continue  # WordPress itself, or a plugin that sends in its place
        variables = php_variables(workspace, path)
        module = workspace.module(path, variables)
        if module is None:
            continue
        for group in groups(module):
            for found in draft(workspace, path, variables, group, DIALECT):
                yield with_constants(workspace, found)


def _tell_of_plugins(workspace: Workspace) -> None:
    """A plugin that sends has its settings in the database, but for constants."""
    for folder in PLUGINS:
        for slug, name in SENDING.items():
            path = f"{folder}/{slug}"
            if workspace.folder.has(f"{path}/readme.txt"):
                why = f"{name} has in the site's database what no constant says"
                workspace.folder.skipped.append(Skipped(path=path, why=why, elsewhere=True))


def with_constants(workspace: Workspace, found: Draft) -> Draft:
    """The draft with constants of wp-config.php in place of their names."""
    for name, option in list(found.options.items()):
        value = option.value
        text = workspace.text_of(value.span) if isinstance(value, Unknown) else None
        if text is None or not NAME.fullmatch(text):
            continue
        given = constant(workspace, text.lstrip("\\"), found.variables)
        if given is not None:
            again = _again(workspace, text.lstrip("\\"))
            found.options[name] = replace(option, value=given, again=again, called=text)
    host = found.options.get("Host")
    if host is not None and "Host.host" not in found.options:
        found.options |= host_parts(host, workspace)
    return found


def _again(workspace: Workspace, name: str) -> Callable[[Variables], Value]:
    return lambda under: constant(workspace, name, under) or Known(None)


def constant(workspace: Workspace, name: str, variables: Variables) -> Value | None:
    """What `define` gives a constant in wp-config.php; None where nothing defines it."""
    found = constants(workspace, variables).get(name)
    return None if found is None else found[0]


def constants(workspace: Workspace, variables: Variables) -> dict[str, tuple[Value, Span, str]]:
    """Every constant of the site's configuration, with its statement and file.

    Of two definitions the first counts.
    """
    found: dict[str, tuple[Value, Span, str]] = {}
    for path in workspace.folder.matching(*CONFIGURATIONS):
        module = workspace.module(path, variables)
        if module is None:
            continue
        for call in module.calls("define"):
            name = call.argument(0)
            if call.reached is False or not isinstance(name, Known):
                continue
            found.setdefault(str(name.value), (call.argument(1), call.span, path))
    return found


DIALECT = PhpProgram("wordpress", DATA, FIELDS, MODES, find, outcome)

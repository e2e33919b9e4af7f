"""PEAR's Mail: the array that `Mail::factory('smtp', …)` is given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from smtpdoctor.settings.dialects import mediawiki
from smtpdoctor.settings.dialects.base import Draft, Option
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.php_code import (
    PhpProgram,
    array_draft,
    known,
    parts,
    version_of,
    with_prefix,
)
from smtpdoctor.settings.dialects.phpmailer import php_variables
from smtpdoctor.settings.readers.model import ABSENT, Known, Map, Value
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.module import FoundCall, Module

DATA = load(__file__)

#: PEAR's Mail and Horde's, whose factory is another's.
MARK = rb"\bMail::factory\s*\("
PEAR = re.compile(rb"Mail\.php['\"]|PEAR")


def find(workspace: Workspace) -> Iterator[Draft]:
    """One for each call whose transport is SMTP."""
    pear = workspace.dependencies.find("composer", "pear/mail") is not None
    for path in workspace.folder.containing(MARK, ".php", ".inc"):
        if not pear and not PEAR.search(workspace.read(path) or b""):
            continue
        variables = php_variables(workspace, path)
        module = workspace.module(path, variables)
        for place, call in enumerate(_calls(module) if module is not None else ()):
            if call.reached is not False:
                yield from _draft(workspace, path, variables, place)


def _calls(module: Module) -> list[FoundCall]:
    return [
        call
        for call in module.calls("Mail.factory")
        if str(known(call.argument(0))).lower() == "smtp"
    ]


def _draft(workspace: Workspace, path: str, variables: Variables, place: int) -> Iterator[Draft]:
    def read(under: Variables) -> Value:
        module = workspace.module(path, under)
        calls = _calls(module) if module is not None else []
        return calls[place].argument(1) if place < len(calls) else Known(ABSENT)

    module = workspace.module(path, variables)
    assert module is not None
    paths = {key: (key,) for key in mediawiki.KEYS}
    at = f"{path}:{_calls(module)[place].span.line}"
    found = array_draft(workspace, DIALECT, read, variables, paths, place=at, anchor="host")
    if found is None:
        return
    host = found.options["host"]
    if "://" in str(known(host.value)):
        found.options |= parts(host, mediawiki.HOST, workspace)
    else:
        found.insert = with_prefix(workspace, host, found.insert)
    sender = _sender(module)
    if sender is not None:
        found.options["from"] = Option("from", sender)
    found.sends = mediawiki.SENDS
    found.version = version_of(workspace, path, "pear/mail")
    yield found


def _sender(module: Module) -> Value | None:
    """The header From that a message is sent with."""
    for call in module.calls("send"):
        headers = call.argument(1, "headers")
        if isinstance(known(headers), Map) and "@" in str(known(headers.get("From"))):
            return headers.get("From")
    return None


DIALECT = PhpProgram("pear-mail", DATA, mediawiki.FIELDS, mediawiki.MODES, find, mediawiki.outcome)

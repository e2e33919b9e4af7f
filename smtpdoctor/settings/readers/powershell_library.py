"""What PowerShell's operators and commands come to, and where its scripts read settings.

This module knows `$env:`, credentials, and documents that a script reads. It must not know node
types, nor what a setting means.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from smtpdoctor.settings.readers.evaluation import Bound, Closure, Evaluation, Operator, made_of
from smtpdoctor.settings.readers.model import (
    Entry,
    Known,
    List,
    Map,
    Special,
    Symbol,
    Unknown,
    Value,
)
from smtpdoctor.settings.readers.module import callee_path
from smtpdoctor.settings.readers.syntax import Call, Function, Parameter
from smtpdoctor.settings.readers.truthful import Truthful
from smtpdoctor.settings.readers.typed_language import OPERATORS, Typed

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.project import Project

VARIABLES, FILE = "variables", "file"
#: What somebody types, or what another program has kept.
ASKED = {
    "get-credential": "whoever runs the script types it",
    "read-host": "whoever runs the script types it",
    "import-clixml": "it stands in a file that only its Windows account can read",
    "get-secret": "it stands in a vault",
    "get-storedcredential": "it stands in a vault",
    "get-azkeyvaultsecret": "it stands in a vault",
    "get-vaultcredential": "it stands in a vault",
}
USER, PASSWORD = 0, 1
CREDENTIALS = ("PSCredential", "NetworkCredential")


class PowerShell(Truthful, Typed):
    """The `Semantics` of PowerShell."""

    language: Any = "powershell"
    absent: Any = None
    selves: frozenset[str] = frozenset()
    whole_chains = False
    bare_calls = False
    operators: Mapping[str, Operator] = OPERATORS

    def __init__(self, project: Project, file: str) -> None:
        self.project = project
        self.file = file

    def global_name(self, name: str) -> Value | None:
        if name == "$env":
            return Known(Special(VARIABLES))
        if name == "$psscriptroot":
            return Known(self.file.rpartition("/")[0] or ".")
        if "-" in name and (found := self._function(name)) is not None:
            return found
        return Known(Special("type", name)) if name[:1].isupper() else None

    def _function(self, name: str) -> Value | None:
        """The one function of that name in the other scripts of the folder."""
        needle = rb"(?i)\bfunction\s+(?:global:|script:)?%s(?![\w-])" % re.escape(name.encode())
        paths = self.project.containing(needle, ".ps1", ".psm1")
        module = self.project.module(paths[0]) if len(paths) == 1 else None
        if paths == [self.file] or module is None or isinstance(module, Unknown):
            return None
        return module.evaluator.lookup(name, module.evaluator.module, 1 << 62)

    def member(self, object_: Value, name: str, ask: Evaluation) -> Value:
        if isinstance(object_, Unknown):
            return object_.through(span=ask.span)
        thing = object_.value
        if (
            isinstance(thing, Map)
            and thing.kind in CREDENTIALS
            and name in ("UserName", "Password")
        ):
            return thing.get(USER if name == "UserName" else PASSWORD, ask.span)
        if isinstance(thing, Map):
            for entry in reversed(thing.entries):
                if str(entry.key).lower() == name.lower():
                    return ask.read(entry.value, str(entry.key))
            return Known(None, ask.span)
        if isinstance(thing, Special | Symbol):
            return Known(Symbol(name), ask.span)
        return ask.unknown("computed", f"what {name} is can't be told")

    def index(self, object_: Value, key: Value, ask: Evaluation) -> Value:
        thing = object_.value if isinstance(object_, Known) else None
        if isinstance(thing, Special) and thing.name == VARIABLES:
            return ask.variable(key, Known(None, ask.span))
        if isinstance(thing, Map) and isinstance(key, Known):
            return self.member(object_, str(key.value), ask)
        return super().index(object_, key, ask)

    def text_of(self, value: Any) -> str:
        if isinstance(value, bool):
            return "True" if value else "False"
        return "" if value is None else str(value)

    def parameter(self, parameter: Parameter, function: Function, ask: Evaluation) -> Value | None:
        return None

    # -- calls

    def call(self, call: Call, callee: Value, ask: Evaluation) -> Value | None:
        path = callee_path(call)
        given = ask.evaluator.arguments(call, ask.frame)
        placed = [value for name, value in given if name is None]
        named = {name: value for name, value in given if name is not None}
        if call.new:
            entries = [Entry(place, value, value.span) for place, value in enumerate(placed)]
            return Known(Map(entries, path[-1]), ask.span)
        if path[-2:] == ["Environment", "GetEnvironmentVariable"] and placed:
            return ask.variable(placed[0], Known(None, ask.span))
        if isinstance(callee, Known) and isinstance(callee.value, Closure):
            return None
        if len(path) > 1:
            return self._method(callee, path[-1], placed)
        return self._command(path[0], placed, named, ask)

    @staticmethod
    def _method(callee: Value, name: str, placed: list[Value]) -> Value | None:
        bound = callee.value if isinstance(callee, Known) else None
        object_ = bound.object if isinstance(bound, Bound) else None
        thing = object_.value if isinstance(object_, Known) else None
        if isinstance(thing, Map) and name == "GetNetworkCredential":
            return object_
        if name == "Parse" and placed:  # MailboxAddress, int
            return placed[0]
        if isinstance(thing, str | int) and name in ("tostring", "trim"):
            return object_
        return None

    def _command(
        self, name: str, placed: list[Value], named: Mapping[str, Value], ask: Evaluation
    ) -> Value | None:
        if name in ASKED:
            return self._asked(name, placed, named, ask)
        if name == "convertto-securestring":
            plain = any("$asplaintext".startswith(each) and each[:2] == "$a" for each in named)
            if not plain:
                return ask.unknown("called", "it is encrypted, for one Windows account or by a key")
            return placed[0] if placed else named.get("$string")
        if name == "join-path":
            parts = [named[each] for each in ("$path", "$childpath") if each in named] or placed
            return made_of(ask.apply(lambda *each: posixpath.join(*map(str, each)), *parts), parts)
        if name == "get-content":
            path = (
                named.get("$path") or named.get("$literalpath") or (placed[0] if placed else None)
            )
            if isinstance(path, Known) and isinstance(path.value, str):
                return Known(Special(FILE, path.value), ask.span)
            return ask.unknown("unreadable", "which file is read can't be told")
        if name == "convertfrom-json" and placed:
            return self._document(placed[0], ask)
        return None

    @staticmethod
    def _asked(
        name: str, placed: list[Value], named: Mapping[str, Value], ask: Evaluation
    ) -> Value:
        """A secret, or a login of which the script may say the user."""
        unknown = ask.unknown("called", ASKED[name])
        user = named.get("$username") or named.get("$credential") or (placed[0] if placed else None)
        if name == "get-credential" and isinstance(user, Known) and isinstance(user.value, str):
            entries = [Entry(USER, user, user.span), Entry(PASSWORD, unknown, None)]
            return Known(Map(entries, "PSCredential"), ask.span)
        return unknown

    def _document(self, source: Value, ask: Evaluation) -> Value:
        """The JSON of a file of the folder."""
        thing = source.value if isinstance(source, Known) else None
        if isinstance(source, Unknown) or not isinstance(thing, Special) or thing.name != FILE:
            return ask.unknown("computed", "which JSON this is can't be told")
        path = posixpath.normpath(str(thing.value).replace("\\", "/"))
        beside = posixpath.join(self.file.rpartition("/")[0], path)
        for each in dict.fromkeys((path, beside)):
            document = self.project.document(each, "json")
            if not isinstance(document, Unknown):
                return document.root
        return ask.unknown("unreadable", "this file is not in the folder")

    def operator(self, operator: str, left: Value, right: Value, ask: Evaluation) -> Value | None:
        """A list that something is added to stays untold."""
        is_list = isinstance(left, Known) and isinstance(left.value, List)
        return ask.unknown("computed", "a list that is put together") if is_list else None

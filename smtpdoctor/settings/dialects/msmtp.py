"""msmtp's accounts: each account that has a host, what others inherit from it once.

Knows where msmtp's file is and which of its accounts count; `msmtp.toml` says what they mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from smtpdoctor.settings.dialects.base import Draft
from smtpdoctor.settings.dialects.table import Table, read_table
from smtpdoctor.settings.readers.model import Entry, Known, Map, Unknown, Value
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

FILES = (".msmtprc", "msmtprc", "msmtprc.*", ".msmtprc.*", "*/msmtp/config", "msmtp.conf")


class Msmtp(Table):
    """Accounts of its files."""

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """The default account, and those that it has not from another."""
        for path in workspace.folder.matching(*FILES):
            root = workspace.document(path, Variables(()), "msmtprc")
            accounts = _accounts(root)
            default = accounts.get("default")
            inherited = {id(entry) for entry in default.entries} if default is not None else set()
            for name, account in accounts.items():
                told = [entry for entry in account.entries if entry.key == "host"]
                own = {id(entry) for entry in account.entries}
                if not told or (name != "default" and own <= inherited):
                    continue
                place = f"{path}:{told[-1].span.line}" if told[-1].span else path
                yield from self.of(workspace, path, place, _without_command(account))


def _accounts(root: Value) -> dict[str, Map]:
    if not isinstance(root, Known) or not isinstance(root.value, Map):
        return {}
    return {
        str(entry.key): entry.value.value
        for entry in root.value.entries
        if isinstance(entry.value, Known) and isinstance(entry.value.value, Map)
    }


def _without_command(account: Map) -> Value:
    """The account with what a command would print untold; not asked for beside a password."""
    has_password = any(entry.key == "password" for entry in account.entries)
    made = Map()
    for entry in account.entries:
        value = entry.value
        if entry.key == "passwordeval":
            if has_password:
                continue
            value = Unknown("called", "it is what a command prints", value.span)
        made.entries.append(Entry(entry.key, value, entry.span))
    return Known(made)


DIALECT = Msmtp("msmtp", read_table(Path(__file__)))

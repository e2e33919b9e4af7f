"""The targets of an input, as they are asked for: those that are still to be checked.

Knows which lines are left out: another share's, and those that have their result already. Must not
know what is done with a target.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

from smtpdoctor.batch.accounts import Accounts
from smtpdoctor.batch.cluster import make_sure_of_secrets
from smtpdoctor.batch.model import Target
from smtpdoctor.batch.record import Record
from smtpdoctor.batch.rows import Row, Rows
from smtpdoctor.batch.shard import Shard
from smtpdoctor.batch.source import lines_of
from smtpdoctor.batch.targets import sender_of, target_of
from smtpdoctor.examination.options import CheckOptions

#: What a column is called that may be shown: a word or three, in any script.
NAME_OF_A_COLUMN = re.compile(r"[^\W\d]{1,30}(?:[ -][^\W\d]{1,30}){0,2}")
MOST_COLUMNS = 8
#: What no column is called: a number, a mail address.
OF_A_ROW = re.compile(r"^\s*\d+\s*$|@")


class Reading:
    """One input."""

    def __init__(
        self,
        descriptor: int,
        rows: Rows,
        common: CheckOptions,
        *,
        through: str | None = None,
        share: Shard | None = None,
        record: Record | None = None,
        scheduler: str = "",
    ) -> None:
        self._descriptor = descriptor
        self._rows = rows
        self._common = common
        self._through = through
        self._share = share
        self._record = record
        self._scheduler = scheduler

    async def targets(self, accounts: Accounts) -> AsyncIterator[Target]:
        """Each target still to be checked. Raises UsageError for a header, and where the input is
        not that of the results that are there; OSError where it can't be read on."""
        async for line in lines_of(self._descriptor):
            row = self._rows.read(line)
            if row is None:
                continue
            target = self._target(row)
            if self._share is not None and not self._share.holds(target):
                continue
            if self._record is not None and self._record.has(target.position, target.name):
                if target.plan is not None:
                    accounts.seen_again(target.plan, target.position)
                continue
            if self._scheduler and target.plan is not None:
                make_sure_of_secrets(self._scheduler, target.position, target.plan)
            yield target

    def notes(self) -> list[str]:
        """What is worth knowing of how it was read."""
        unused = self._rows.unused
        if not unused:
            return []
        # of a table without a header the first row stands there, with what is secret in it: a port
        # or an address among the names gives it away
        named = [name for name in unused if NAME_OF_A_COLUMN.fullmatch(name)]
        shown = [] if any(map(OF_A_ROW.search, unused)) else named[:MOST_COLUMNS]
        left = len(unused) - len(shown)
        words = ", ".join([*shown, *([f"{left} more"] if left else [])])
        return [f"columns that say nothing of a target: {words if shown else left}"]

    def _target(self, row: Row) -> Target:
        if row.error:
            return Target(position=row.line, error=row.error)
        if not self._rows.senders:
            return target_of(row.line, row.given, self._common)
        nameservers = tuple(self._common.nameservers)
        return sender_of(row.line, row.given, through=self._through, nameservers=nameservers)

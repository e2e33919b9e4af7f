"""What came of one target in one row, for tables and for counting.

Pure. Knows which columns there are, and what a table program would take for a formula.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Sequence
from typing import Annotated

import msgspec

from smtpdoctor.batch.model import Checked
from smtpdoctor.diagnosis.model import Verdict
from smtpdoctor.observations import PlatformSeen
from smtpdoctor.text import visible

#: The title where there is no cause.
UNNAMED = "no cause could be named"
#: What a cell that begins with it would be for a table program: a formula, or a command. A quote
#: stands before these, and before a quote, so that it can be told what the cell was.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")

#: A line of an input, as every table has room for it.
Line = Annotated[int, msgspec.Meta(ge=0, le=1 << 53)]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One target: its first cause with its first fix, the codes of all errors and warnings."""

    line: Line
    target: str
    verdict: Verdict | None = None
    code: str | None = None
    title: str | None = None
    fix: str | None = None
    codes: tuple[str, ...] = ()
    provider: str | None = None
    host: str | None = None
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] | None = None
    tls: str | None = None
    username: str | None = None
    sender: str | None = None
    platform: str | None = None
    seconds: float | None = None
    login_at_line: Line | None = None
    error: str | None = None


COLUMNS = Row.__struct_fields__


def row_of(checked: Checked) -> Row:
    """The row of one result."""
    report = checked.report
    if report is None:
        return Row(line=checked.position, target=checked.target, error=checked.error)
    target = report.target
    told = [item for item in report.diagnoses if item.severity != "note"]
    first = told[0] if told else None
    platform = target.observations.first(PlatformSeen, verified=True)
    # without a cause: what was not checked, or that none could be named
    left = None
    if first is None and report.verdict == "inconclusive":
        left = report.not_checked[0].why if report.not_checked else UNNAMED
    return Row(
        line=checked.position,
        target=checked.target,
        verdict=report.verdict,
        code=first.code if first is not None else None,
        title=first.title if first is not None else left,
        fix=first.fixes[0].title if first is not None and first.fixes else None,
        codes=tuple(item.code for item in told),
        provider=target.provider,
        host=target.host,
        port=target.port,
        tls=target.tls if target.host else None,
        username=target.username,
        sender=target.sender,
        platform=platform.platform if platform is not None else None,
        seconds=target.seconds,
        login_at_line=checked.login_at,
    )


def as_csv(row: Row) -> str:
    """The row as one line of CSV (RFC 4180), with its line end."""
    return _csv_line([_cell(getattr(row, name)) for name in COLUMNS])


def csv_header() -> str:
    return _csv_line(COLUMNS)


def _csv_line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()


def _cell(value: object) -> str:
    """One line, and never a formula: some of it was said by a server or stood in the input."""
    if isinstance(value, tuple):
        value = " ".join(value)
    text = visible("" if value is None else str(value))
    # programs that are set up for East Asia take the wide signs for the plain ones
    begins = unicodedata.normalize("NFKC", text[:1])
    return f"'{text}" if begins.startswith(FORMULA) else text

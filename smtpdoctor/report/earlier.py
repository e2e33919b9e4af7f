"""Whether a file's content is an earlier report of smtpdoctor, which a new one may replace.

This module knows what marks a report. It must not know reports otherwise: one of any schema counts.
"""

from __future__ import annotations

import msgspec


class _Tool(msgspec.Struct):
    name: str


class _Report(msgspec.Struct):
    schema: int
    tool: _Tool


def is_report(content: bytes) -> bool:
    """Whether this is a report in JSON that smtpdoctor wrote."""
    try:
        return msgspec.json.decode(content, type=_Report).tool.name == "smtpdoctor"
    except (msgspec.MsgspecError, ValueError, RecursionError):  # ValueErrors only in newer versions
        return False

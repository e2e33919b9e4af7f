"""Whether a file's content is an earlier report of smtpdoctor, which a new one may replace.

This module knows what marks a report in each format. It must not know reports otherwise: one of
any schema counts.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec


class _Named(msgspec.Struct):
    name: str


class _Report(msgspec.Struct):
    schema: int
    tool: _Named


class _Tool(msgspec.Struct):
    driver: _Named


class _SARIFRun(msgspec.Struct):
    tool: _Tool


class _SARIF(msgspec.Struct):
    version: str
    runs: list[_SARIFRun]


class _Finding(msgspec.Struct):
    """One entry of GitLab's array, which has no place for a program's name."""

    check_name: str
    fingerprint: str
    location: dict[str, Any]


#: How the texts that are no JSON begin. The comment stands in Markdown and HTML.
COMMENT = "<!-- a report of smtpdoctor -->"
_BEGINNING = re.compile(
    rf"{re.escape(COMMENT)}|<!doctype html>\n{re.escape(COMMENT)}"
    r'|<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites name="smtpdoctor"'
    r"|# HELP smtpdoctor_\w+ |SMTP (?:OK|WARNING|CRITICAL|UNKNOWN) - ".encode()
)


def is_report(content: bytes) -> bool:
    """Whether this is a report that smtpdoctor wrote."""
    if _BEGINNING.match(content):
        return True
    try:
        if content.lstrip().startswith(b"["):
            msgspec.json.decode(content, type=list[_Finding])
            return True
        found = msgspec.json.decode(content, type=dict[str, Any])
        if "runs" in found:
            runs = msgspec.convert(found, _SARIF).runs
            return bool(runs) and all(run.tool.driver.name == "smtpdoctor" for run in runs)
        return msgspec.convert(found, _Report).tool.name == "smtpdoctor"
    except (msgspec.MsgspecError, ValueError, RecursionError):  # ValueErrors only in newer versions
        return False
